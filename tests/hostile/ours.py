"""The command ``challenge-data grade``, with shorter time limits: an endless loop is one after six seconds too."""

import functools
import sys

from challenge_data import cli
from challenge_data.grading import engine
from challenge_data.grading.running import RunLimits

LIMITS = RunLimits(cell_seconds=6, notebook_seconds=25)

if __name__ == "__main__":
    engine.grade = functools.partial(engine.grade, limits=LIMITS)
    sys.exit(cli.main(["grade", *sys.argv[1:]]))
