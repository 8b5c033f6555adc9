"""``python -m challenge_data.checkup``: the edition checks itself; its exit code is 1 when something is to mend."""

import sys

from challenge_data import course
from challenge_data.checkup import edition

if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        # A Windows console may lack some of our characters: a question mark there is better than a crash.
        stream.reconfigure(errors="replace")
    sys.exit(1 if edition.check(course.root()) else 0)
