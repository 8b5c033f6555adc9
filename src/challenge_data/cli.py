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

    def command(name: str, run: Callable[[argparse.Namespace], int], help: str) -> argparse.ArgumentParser:
        one = commands.add_parser(name, help=help)
        one.set_defaults(run=run)
        return one

    command("build", _build, "curriculum text to notebooks, solutions and exercises")
    command("check", _check, "tell every problem of the curriculum and of the built files")
    command("expert", _expert, "experts' notebooks, slides and the printable programme, to build/")
    new = command("new", _new, "lay out a new challenge, which builds and passes the tests as it is")
    new.add_argument("name", help="of its folders: lower-case letters without accents, digits, hyphens")
    new.add_argument("--title", default="", help="one line of French, for teams")
    hints = command("hints", _hints, "the hints that each team opened, from the folder of submissions")
    hints.add_argument("submissions", type=Path, help="a folder with one folder a team, as received")
    grade = command("grade", _grade, "hand-ins in, scores and feedback out; a team is an entry of the folder")
    grade.add_argument("received", type=Path, nargs="?", help="a folder with one entry a team, as received; without it, what was received before is graded again")
    grade.add_argument("--challenge", required=True, help="its name, as in solutions/")
    grade.add_argument("--to", type=Path, help="the grading folder; by default that of nbgrader_config.py")
    grade.add_argument("--workers", type=int, help="teams run at once; by default as many as cores")
    grade.add_argument("--cluster", metavar="ADDRESS", help="of a scheduler of dask.distributed, whose workers run teams' code (docs/grading-at-scale.md)")
    grade.add_argument("--add-teams", action="store_true", help="names that the gradebook does not know become teams")
    grade.add_argument("--no-feedback", action="store_true", help="write no pages for teams")
    grade.add_argument("--json", action="store_true", help="print the summary as JSON")
    grade.add_argument("--unsafe", action="store_true", help="run teams' code with your own rights, without a sandbox")
    given = parser.parse_args(arguments)
    return given.run(given)


def _build(_given: argparse.Namespace) -> int:
    from challenge_data import build

    return _made(build.build, "changed")


def _expert(_given: argparse.Namespace) -> int:
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


def _check(_given: argparse.Namespace) -> int:
    from challenge_data import build

    for name, marks in build.drafts(course.root()).items():
        files = len({path for path, _ in marks})
        print(f"Note: the challenge {name} is a draft, {len(marks)} passage(s) left to write in {files} file(s), first at {marks[0][0].as_posix()}:{marks[0][1]}.")
    return _told(build.check(course.root()))


def _new(given: argparse.Namespace) -> int:
    from challenge_data import build

    def lay_out(root: Path) -> list[Path]:
        return build.new_challenge(root, given.name, given.title)

    if failed := _made(lay_out, "written"):
        return failed
    for number, step in enumerate(build.next_steps(given.name), 1):
        print(f"{number}. {step}")
    return 0


def _hints(given: argparse.Namespace) -> int:
    from challenge_data.grading import opened_hints

    if not given.submissions.is_dir():
        print(f"{given.submissions}: no such folder. Give the one that holds a folder for each team.", file=sys.stderr)
        return 1
    found = opened_hints(given.submissions)
    for each in found:
        print(each.team, each.problem or ", ".join(f"{name} {opened}/{of}" for name, (opened, of) in each.opened.items()), sep=": ")
    print(f"{len(found)} file(s) of opened hints.")
    return 1 if any(each.problem for each in found) else 0


def _grade(given: argparse.Namespace) -> int:
    if sys.platform == "win32":
        print("Grading needs Linux, which puts teams' code apart: on Windows, run this command in WSL (docs/grading.md).", file=sys.stderr)
        return 2
    from tqdm import tqdm

    from challenge_data.grading import engine

    with tqdm(unit=" team", disable=given.json or not sys.stderr.isatty(), leave=False) as bar:
        failed = 0

        def tell(event: engine.TeamRow | int) -> None:
            nonlocal failed
            if isinstance(event, int):
                bar.reset(total=event)
                return
            failed += bool(event.problem)
            bar.set_postfix(failed=failed)
            bar.update()

        try:
            summary = engine.grade(given.received, given.challenge, course=course.root(), grading=given.to, workers=given.workers, unsafe=given.unsafe,
                                   add_teams=given.add_teams, feedback=not given.no_feedback, cluster=given.cluster, tell=tell)
        except engine.CannotGrade as problem:
            print(problem, file=sys.stderr)
            return 2
        except KeyboardInterrupt:
            print("Stopped. What was recorded stays; run the same command again for the rest.", file=sys.stderr)
            return 130  # as shells say it
    print(summary.as_json() if given.json else summary.as_table())
    return summary.code


def _told(problems: list) -> int:
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"{len(problems)} problem(s)." if problems else "Every built file is fresh, and nothing leaks.")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
