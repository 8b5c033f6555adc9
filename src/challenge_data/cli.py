"""The command ``challenge-data``: parses, calls, prints. No logic."""

import argparse
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from challenge_data import course


def main(arguments: list[str] | None = None) -> int:
    """Run one command; the exit code is 0 when all is well, 1 when something is to mend."""
    parser = argparse.ArgumentParser(prog="challenge-data", description="The Challenge Data workshop's tools.")
    commands = parser.add_subparsers(dest="command", required=True)

    def command(name: str, run: Callable[[argparse.Namespace], int], help: str, linux: bool = False) -> argparse.ArgumentParser:
        one = commands.add_parser(name, help=help)
        one.set_defaults(run=run, linux=linux)
        return one

    command("build", _build, "curriculum text to notebooks, solutions and exercises")
    command("check", _check, "tell every problem of the curriculum and of the built files")
    command("expert", _expert, "experts' notebooks, slides and the printable programme, to build/")
    present = command("present", _present, "the expert's notebook of a lesson, made ready and opened in JupyterLab, where « Présenter » projects it")
    present.add_argument("code", help="of the lesson, such as 02")
    present.add_argument("--no-open", action="store_true", help="make it ready and name it")
    new = command("new", _new, "lay out a new challenge, which builds and passes the tests as it is")
    new.add_argument("name", help="of its folders: lower-case letters without accents, digits, hyphens")
    new.add_argument("--title", default="", help="one line of French, for teams")
    publish = command("publish", _publish, "the students' edition: a repository without answers, for Binder and for their machines")
    publish.add_argument("--to", type=Path, required=True, help="its folder: new, empty, or an earlier edition; never inside the course")
    publish.add_argument("--repository", default="", metavar="OWNER/NAME", help="where it will be on GitHub, for the Binder badge of its README")
    hints = command("hints", _hints, "the hints that each team opened, from the folder of submissions")
    hints.add_argument("submissions", type=Path, help="a folder with one folder a team, as received")
    grade = command("grade", _grade, "hand-ins in, scores and feedback out; a team is an entry of the folder", linux=True)
    grade.add_argument("received", type=Path, nargs="?", help="a folder with one entry a team, as received; without it, what was received before is graded again")
    grade.add_argument("--challenge", required=True, help="its name, as in solutions/")
    grade.add_argument("--to", type=Path, help="the grading folder; by default that of nbgrader_config.py")
    grade.add_argument("--workers", type=int, help="teams run at once; by default as many as cores")
    grade.add_argument("--cluster", metavar="ADDRESS", help="of a scheduler of dask.distributed, whose workers run teams' code (docs/grading-at-scale.md)")
    grade.add_argument("--add-teams", action="store_true", help="names that the gradebook does not know become teams")
    grade.add_argument("--no-feedback", action="store_true", help="write no pages for teams")
    grade.add_argument("--json", action="store_true", help="print the summary as JSON")
    grade.add_argument("--unsafe", action="store_true", help="run teams' code with your own rights, without a sandbox")
    instructor = command("instructor", _instructor, "JupyterLab with formgrader on the grading folder, laid out the first time with three invented teams", linux=True)
    instructor.add_argument("--folder", type=Path, help="the grading folder; by default that of nbgrader_config.py")
    instructor.add_argument("--port", type=int, help="of JupyterLab; by default the first free one")
    instructor.add_argument("--no-browser", action="store_true", help="print the address, open no browser")
    roster = command("roster", _roster, "the list of teams and members, checked whole, then kept in the grading folder", linux=True)
    roster.add_argument("list", type=Path, help="a .csv or .xlsx with the columns équipe, défi, membre, e-mail; a line a person")
    roster.add_argument("--grading", type=Path, help="the grading folder; by default that of nbgrader_config.py")
    roster.add_argument("--check", action="store_true", help="tell faults and changes, write nothing")
    marks = command("marks", _marks, "the marks of every member: spreadsheets, files for Moodle, and what is missing", linux=True)
    marks.add_argument("--to", type=Path, required=True, help="the folder for the files; never the course's")
    marks.add_argument("--challenge", action="append", default=[], help="its name; may be given again; by default all that have a team")
    marks.add_argument("--grading", type=Path, help="the grading folder; by default that of nbgrader_config.py")
    regrade = command("regrade", _regrade, "grade everyone again on trial after masters or toolkit changed: whose mark moves, why, then apply", linux=True)
    regrade.add_argument("--challenge", required=True, help="its name, as in solutions/")
    regrade.add_argument("--grading", type=Path, help="the grading folder; by default that of nbgrader_config.py")
    regrade.add_argument("--workers", type=int, help="teams run at once; by default as many as cores")
    regrade.add_argument("--yes", action="store_true", help="apply without asking")
    regrade.add_argument("--json", action="store_true", help="print the moves as JSON; nothing is applied without --yes")
    regrade.add_argument("--unsafe", action="store_true", help="run teams' code with your own rights, without a sandbox")
    moderate = command("moderate", lambda given: given.run_step(given), "a second marking of a sample: draw it, compare, settle", linux=True)
    steps = moderate.add_subparsers(dest="step", required=True)
    for name, run, said in (("draw", _moderate_draw, "a sample to read, without names or marks, and a sheet to fill"), ("compare", _moderate_compare, "filled sheets beside the first marks"),
                            ("settle", _moderate_settle, "agreed points into the gradebook; asks first")):
        step = steps.add_parser(name, help=said)
        step.set_defaults(run_step=run)
        step.add_argument("--challenge", required=True, help="its name, as in solutions/")
        step.add_argument("--grading", type=Path, help="the grading folder; by default that of nbgrader_config.py")
        if name == "draw":
            step.add_argument("--marker", required=True, help="initials of who marks a second time")
            size = step.add_mutually_exclusive_group()
            size.add_argument("--share", type=float, default=20, help="percent of the answers of each question, 20 by default; five at least")
            size.add_argument("--count", type=int, help="answers of each question, rather than a share; five at least")
            step.add_argument("--seed", type=int, help="draws the same sample again")
        if name == "settle":
            step.add_argument("--yes", action="store_true", help="write without asking")
    report = command("report", _report, "a page for each team, and an overview for instructors and mentors, as HTML and PDF", linux=True)
    report.add_argument("--challenge", action="append", default=[], help="its name, as in solutions/; may be repeated; by default those that something was received or graded of")
    report.add_argument("--team", action="append", default=[], help="only this team's page; may be repeated")
    report.add_argument("--to", type=Path, help="where to write; by default reports/ of the grading folder")
    report.add_argument("--grading", type=Path, help="the grading folder; by default that of nbgrader_config.py")
    report.add_argument("--no-pdf", action="store_true", help="HTML alone")
    forget = command("forget", _forget, "a team erased everywhere in the grading folder; tells what will go, and asks first", linux=True)
    forget.add_argument("team", help="its name or title")
    forget.add_argument("--grading", type=Path, help="the grading folder; by default that of nbgrader_config.py")
    forget.add_argument("--yes", action="store_true", help="erase without asking")
    research = command("research", _research, "results for research, without names: a line a team and question, no team alone of its kind", linux=True)
    research.add_argument("--to", type=Path, required=True, help="the .csv file, a new one; what it is and must not be used for is written beside it")
    research.add_argument("--k", type=int, default=5, help="the least number of teams that look alike from outside, 5 by default")
    research.add_argument("--grading", type=Path, help="the grading folder; by default that of nbgrader_config.py")
    given = parser.parse_args(arguments)
    if given.linux and sys.platform == "win32":
        print("Grading needs Linux, which puts teams' code apart: on Windows, run this command in WSL (docs/grading.md).", file=sys.stderr)
        return 2
    return given.run(given)


def _build(_given: argparse.Namespace) -> int:
    from challenge_data import build

    return _made(build.build, "changed")


def _expert(_given: argparse.Namespace) -> int:
    from challenge_data import build

    return _made(build.for_experts, "written")


def _present(given: argparse.Namespace) -> int:
    from challenge_data import build

    try:
        path = build.to_present(course.root(), given.code)
    except build.BuildError as error:
        return _told(error.problems)
    print(path.as_posix(), flush=True)
    if given.no_open:
        return 0
    # By its own door, as « make lab »: it says where it opens, and stops with Ctrl+C.
    with suppress(KeyboardInterrupt):
        return subprocess.call([sys.executable, "-m", "challenge_data.lab", "--dev", "--notebook", path.as_posix()])
    return 130


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


def _publish(given: argparse.Namespace) -> int:
    from challenge_data import build, kit

    root = course.root()
    try:
        kit.earlier(given.to, root)  # a wrong folder is told at once, not after the search
        if problems := build.check(root):
            return _told(problems)
        if slips := kit.faults(root):
            return _told(slips)
        files = kit.gather(root, given.repository)
        if found := kit.leaks(root, files):
            return _told(found)
        done = kit.write(files, given.to, root)
    except (ValueError, kit.Refused) as problem:
        print(problem, file=sys.stderr)
        return 1
    except OSError as problem:
        print(f"{problem.filename or given.to}: {problem.strerror}. Run the same command again: it finishes.", file=sys.stderr)
        return 1
    for name in build.drafts(root):
        print(f"Note: the challenge {name} is a draft, and students will see it.")
    if not given.repository:
        print("Note: its README's badge names no repository. Say --repository OWNER/NAME once you know it.")
    print(f"{len(files)} file(s) in {given.to}: {len(done.written)} written, {len(done.removed)} removed. No answer among them.")
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


@contextmanager
def _bar(quiet: bool) -> Iterator[Callable]:
    """A bar of teams done and failed, as what to call with the engine's events."""
    from tqdm import tqdm

    with tqdm(unit=" team", disable=quiet or not sys.stderr.isatty(), leave=False) as bar:
        failed = 0

        def tell(event) -> None:
            nonlocal failed
            if isinstance(event, int):
                failed = 0
                bar.reset(total=event)
                return
            failed += bool(event.problem)
            bar.set_postfix(failed=failed)
            bar.update()
            if bar.n == bar.total:
                bar.clear()

        yield tell


def _agreed(question: str, yes: bool) -> bool:
    """What a person answers; no without a terminal, unless it was said in advance."""
    if yes:
        return True
    if not sys.stdin.isatty():
        print("Nobody to ask here: nothing was changed. Say --yes to apply.", file=sys.stderr)
        return False
    try:
        return input(f"{question} [y/N] ").strip().lower() in ("y", "yes", "o", "oui")
    except EOFError:
        return False


def _regrade(given: argparse.Namespace) -> int:
    from challenge_data.grading.engine import CannotGrade
    from challenge_data.grading.moderation.regrading import Regrade

    try:
        with _bar(given.json) as tell, Regrade(given.challenge, course=course.root(), grading=given.grading, workers=given.workers, unsafe=given.unsafe, tell=tell) as regrade:
            moves = regrade.run()
            if not given.json:
                print(moves.as_table())
            applied = given.yes if given.json else _agreed("Write these marks into the gradebook, and make teams' pages again?", given.yes)
            done = regrade.apply() if applied else None
            if given.json:
                print(moves.as_json(applied=applied))
            elif done:
                print(f"Applied: {len(done.rows)} team(s).")
            else:
                print(f"Nothing was changed. What ran is kept in {regrade.trial}, so that the next regrade is quick; you may delete it.")
    except CannotGrade as problem:
        print(problem, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Stopped. Run the same command again: it takes up what is missing.", file=sys.stderr)
        return 130
    return 0 if applied else 1


def _moderated(work: Callable[[Path, Path], int], given: argparse.Namespace) -> int:
    """What a step gives for the course and the grading folder; 2 when it says that it cannot."""
    from challenge_data.grading.gradebook import DiskFull
    from challenge_data.grading.moderation.answers import CannotModerate

    try:
        return work(course.root(), _grading(given))
    except (CannotModerate, DiskFull) as problem:
        print(problem, file=sys.stderr)
        return 2


def _moderate_draw(given: argparse.Namespace) -> int:
    def work(root: Path, grading: Path) -> int:
        from challenge_data.grading.moderation.drawing import PAGE, SHEET, draw

        drawn = draw(given.challenge, given.marker, course=root, grading=grading, share=given.share, count=given.count, seed=given.seed)
        for name, (taken, there) in drawn.counts.items():
            print(f"{name}: {taken} of {there} answers")
        if drawn.unmarked:
            print(f"{drawn.unmarked} of these copies have no first mark yet: grade them in formgrader before `compare`, which leaves them out until then.")
        print(f"Seed {drawn.seed}. Give {drawn.folder} to {given.marker}: {PAGE} to read, {SHEET}.xlsx (or .csv) to fill and send back there.")
        return 0

    return _moderated(work, given)


def _moderate_compare(given: argparse.Namespace) -> int:
    def work(root: Path, grading: Path) -> int:
        from challenge_data.grading.moderation.comparing import AGREEMENT, DIFFERENCES, compare

        told = compare(given.challenge, course=root, grading=grading)
        print(told.as_text())
        print(f"Written in {told.folder}: {AGREEMENT}.html, {AGREEMENT}.csv; {DIFFERENCES}.xlsx (or .csv), whose column « retenu » `moderate settle` reads.")
        return 0

    return _moderated(work, given)


def _moderate_settle(given: argparse.Namespace) -> int:
    def work(root: Path, grading: Path) -> int:
        from challenge_data.grading.moderation.settling import plan, settle

        changes = plan(given.challenge, course=root, grading=grading)
        if not changes:
            print("No mark to change: the column « retenu » is empty, or the gradebook says the same.")
            return 0
        print("\n".join(map(str, changes)))
        if not _agreed(f"Write these {len(changes)} mark(s) into the gradebook?", given.yes):
            return 1
        settle(given.challenge, changes, course=root, grading=grading)
        print(f"{len(changes)} mark(s) written. `challenge-data grade --challenge {given.challenge}` makes the teams' pages again.")
        return 0

    return _moderated(work, given)


def _grade(given: argparse.Namespace) -> int:
    from challenge_data.grading import engine
    from challenge_data.grading.teams import counting

    with _bar(given.json) as tell:
        try:
            summary = counting.grade(given.received, given.challenge, course=course.root(), grading=given.to, workers=given.workers, unsafe=given.unsafe,
                                     add_teams=given.add_teams, feedback=not given.no_feedback, cluster=given.cluster, tell=tell)
        except engine.CannotGrade as problem:
            print(problem, file=sys.stderr)
            return 2
        except KeyboardInterrupt:
            print("Stopped. What was recorded stays; run the same command again for the rest.", file=sys.stderr)
            return 130  # as shells say it
    print(summary.as_json() if given.json else summary.as_table())
    return summary.code


def _instructor(given: argparse.Namespace) -> int:
    from challenge_data.grading.engine import default_grading
    from challenge_data.grading.instructor import door

    try:
        return door.enter(course.root(), given.folder or default_grading(course.root()), given.port, not given.no_browser)
    except door.Closed as problem:
        print(problem, file=sys.stderr)
        return 2
    except OSError as problem:
        print(f"{problem.filename}: {problem.strerror}. Relancez la commande : elle reprendra.", file=sys.stderr)
        return 2


def _roster(given: argparse.Namespace) -> int:
    from challenge_data.grading.teams import importing, registering

    root = course.root()
    try:
        done = registering.register(given.list, root, _grading(given), check=given.check)
    except importing.RosterError as error:
        print(error, file=sys.stderr)
        print(f"{len(error.problems)} fault(s), nothing was written.", file=sys.stderr)
        return 1
    print(done.as_table())
    return 0


def _marks(given: argparse.Namespace) -> int:
    from challenge_data.grading.gradebook import Refused
    from challenge_data.grading.teams.giving import give
    from challenge_data.grading.teams.rules import RulesError

    root = course.root()
    try:
        done = give(root, _grading(given), given.to, given.challenge)
    except (Refused, RulesError) as problem:
        print(problem, file=sys.stderr)
        return 2
    except OSError as problem:
        print(f"{problem.filename or given.to}: {problem.strerror}. Nothing more was written.", file=sys.stderr)
        return 2
    print(done.as_table())
    for path in done.written:
        print(path)
    print(f"{len(done.written)} file(s) written, {len(done.kept)} former one(s) kept in anciennes/.")
    return done.code


def _report(given: argparse.Namespace) -> int:
    from challenge_data.grading.reports import writing

    root = course.root()
    try:
        pages = writing.report(root, _grading(given), given.challenge, given.team, given.to, pdf=not given.no_pdf, tell=print)
    except writing.CannotReport as problem:
        print(problem, file=sys.stderr)
        return 2
    except OSError as problem:
        print(f"{problem.filename}: {problem.strerror}. Run the same command again.", file=sys.stderr)
        return 2
    folders = ", ".join(sorted({str(page.parent) for page in pages if page.parent.name != writing.TEAMS} or {str(page.parent) for page in pages}))
    print(f"{len(pages)} page(s) up to date in {folders}.")
    return 0


def _forget(given: argparse.Namespace) -> int:
    from challenge_data.grading.gradebook import DiskFull
    from challenge_data.grading.privacy import forgetting

    root = course.root()
    grading = _grading(given)
    try:
        print(forgetting.plan(root, grading, given.team).as_text())
        if not _agreed("Erase all this for good?", given.yes):
            return 1
        print(forgetting.forget(root, grading, given.team).as_text())
    except (forgetting.CannotForget, DiskFull) as problem:
        print(problem, file=sys.stderr)
        return 2
    except OSError as problem:
        print(f"{problem.filename}: {problem.strerror}. Run the same command again: it finishes.", file=sys.stderr)
        return 2
    return 0


def _research(given: argparse.Namespace) -> int:
    from challenge_data.grading.privacy import research

    root = course.root()
    try:
        done = research.export(root, _grading(given), given.to, given.k)
    except research.CannotExport as problem:
        print(problem, file=sys.stderr)
        return 2
    except OSError as problem:
        print(f"{problem.filename or given.to}: {problem.strerror}. Nothing was written.", file=sys.stderr)
        return 2
    print(done.as_text())
    return 0


def _grading(given: argparse.Namespace) -> Path:
    from challenge_data.grading.engine import default_grading

    return given.grading or default_grading(course.root())


def _told(problems: list) -> int:
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"{len(problems)} problem(s)." if problems else "Every built file is fresh, and nothing leaks.")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
