"""The command ``challenge-data``: parses, calls, prints. No logic."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from challenge_data import course


def main(arguments: list[str] | None = None) -> int:
    """Run one command; the exit code is 0 when all is well, 1 when something is to mend."""
    parser = argparse.ArgumentParser(prog="challenge-data", description="The Challenge Data workshop's tools.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("build", help="curriculum text to notebooks, solutions and exercises")
    commands.add_parser("check", help="tell every problem of the curriculum and of the built files")
    commands.add_parser("expert", help="experts' notebooks, slides and the printable programme, to build/")
    return {"build": _build, "check": _check, "expert": _expert}[parser.parse_args(arguments).command]()


def _build() -> int:
    from challenge_data import build

    return _made(build.build, "changed")


def _expert() -> int:
    from challenge_data import build

    return _made(build.for_experts, "written")


def _made(make: Callable[[Path], list[Path]], what: str) -> int:
    from challenge_data.build import BuildError

    try:
        paths = make(course.root())
    except BuildError as error:
        return _told(error.problems)
    for path in paths:
        print(path.as_posix())
    print(f"{len(paths)} file(s) {what}.")
    return 0


def _check() -> int:
    from challenge_data import build

    return _told(build.check(course.root()))


def _told(problems: list) -> int:
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"{len(problems)} problem(s)." if problems else "Every built file is fresh, and nothing leaks.")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
