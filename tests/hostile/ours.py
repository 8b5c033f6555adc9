"""The command ``challenge-data grade``, with tighter limits: an endless loop is one after six seconds too, and endless output after 2 MB."""

import functools
import sys

from challenge_data import cli
from challenge_data.grading import engine
from challenge_data.grading.running import RunLimits

LIMITS = RunLimits(cell_seconds=6, notebook_seconds=25, notebook_bytes=2_000_000)

if __name__ == "__main__":
    engine.grade = functools.partial(engine.grade, limits=LIMITS)
    sys.exit(cli.main(["grade", *sys.argv[1:]]))
