"""The command ``challenge-data``: parses, calls, prints. No logic."""

import argparse
import sys

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

    try:
        touched = build.build(course.root())
    except build.BuildError as error:
        return _told(error.problems)
    for path in touched:
        print(path.as_posix())
    print(f"{len(touched)} file(s) changed.")
    return 0


def _expert() -> int:
    from challenge_data import build

    try:
        written = build.for_experts(course.root())
    except build.BuildError as error:
        return _told(error.problems)
    for path in written:
        print(path.as_posix())
    print(f"{len(written)} file(s) written.")
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
