"""A team erased everywhere in the grading folder: first what will go, then, if a person agrees, for good.

The roster's line and what was received go last: a run that was killed finds them, and finishes when it is run again.
"""

import contextlib
import difflib
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from challenge_data.grading import converting
from challenge_data.grading.gradebook import BACKUPS, Lock, Refused
from challenge_data.grading.placing import RECORDED
from challenge_data.grading.privacy import removing
from challenge_data.grading.privacy.moderated import steps_of as steps_of_moderation
from challenge_data.grading.privacy.remaining import remains, words_of
from challenge_data.grading.privacy.steps import Step, erase
from challenge_data.grading.receiving import slug
from challenge_data.grading.recording import SCRATCH
from challenge_data.grading.teams import roster, rules, times

BEYOND = (
    "the folder of hand-ins as downloaded: `grade` with that folder would bring the team back",
    "files that `marks --to` or `report --to` wrote elsewhere, pages and archives that were given or sent",
    "your LMS, your mail, and backups that this machine makes of its disks",
)
"""What no command of ours reaches."""


class CannotForget(Exception):
    """Nothing was erased; the sentences say why and what to do, one a line."""


@dataclass(frozen=True)
class Plan:
    """What will go."""

    team: str
    """As the gradebook has it."""
    words: tuple[str, ...]
    """That name the team and its members."""
    steps: tuple[Step, ...]

    def as_text(self) -> str:
        """A line for each thing that goes."""
        return "\n".join([f"« {self.team} » will be erased for good:", *(f"  {step}" for step in self.steps)])


@dataclass(frozen=True)
class Forgotten:
    """What was done, and what is left to a person."""

    team: str
    steps: int
    still: tuple[str, ...] = field(default=())
    """Files that still hold one of the team's words: another's text, or a file that a person put there."""

    def as_text(self) -> str:
        """What to do next."""
        lines = [f"« {self.team} » is erased: {self.steps} step(s). Make the overviews again: `challenge-data report`; and the comparison of a second marking, if there was one."]
        lines += [f"Still names it, look yourself: {each}" for each in self.still]
        return "\n".join([*lines, "Not reached, for you to do:", *(f"  - {each}" for each in BEYOND)])


def plan(course: Path, grading: Path, team: str) -> Plan:
    """What will go; writes nothing.

    Args:
        team: its name or its title, capitals apart.

    Raises:
        CannotForget: no such team or several, or a file that cannot be edited.
    """
    if not grading.is_dir():
        raise CannotForget(f"{grading}: no such folder. Say with --grading where people's work is.")
    try:
        config = converting.load(course.resolve(), grading.resolve())
        book = converting.gradebook_file(config)
    except Refused as problem:
        raise CannotForget(str(problem)) from problem
    grading = grading.resolve()
    folders = [Path(config.CourseDirectory.get(f"{kind}_directory", grading / kind)) for kind in ("autograded", "feedback", "submitted")] + [grading / "executed"]
    faults: list[str] = []
    name = _named(team, _names(grading, book, folders, faults), roster.load(grading))
    known = roster.load(grading).team(name)
    words = words_of(name, known)
    steps = [*_book_steps(grading, book, name), *_people_steps(grading, name, words, faults), *steps_of_moderation(grading, name, faults), *_file_steps(grading, folders, name)]
    if known:
        steps.append(Step(grading / roster.PEOPLE / roster.ROSTER, f"the team and its {len(known.members)} member(s)", partial(_from_roster, grading, name)))
    if faults:
        raise CannotForget("\n".join([*faults, f"{len(faults)} fault(s); nothing was erased."]))
    return Plan(name, words, tuple(steps))


def forget(course: Path, grading: Path, team: str) -> Forgotten:
    """Erase. Run again after a kill, it finishes.

    Raises:
        CannotForget: as :func:`plan`, or another run is writing there; what it had begun is finished by the next run.
        DiskFull: no room to write a file anew.
        OSError: the disk.
    """
    grading = grading.resolve()
    with contextlib.ExitStack() as held:
        try:
            plan(course, grading, team)  # said before anything is locked
            book = converting.gradebook_file(converting.load(course.resolve(), grading))
            for folder in dict.fromkeys([book.parent, *([grading / "trial"] if (grading / "trial").is_dir() else [])]):
                lock = Lock(folder)
                lock.take(False, print)
                held.callback(lock.free)
            todo = plan(course, grading, team)  # what another run wrote meanwhile
            for step in todo.steps:
                step.do()
        except Refused as problem:
            raise CannotForget(str(problem)) from problem
    return Forgotten(todo.team, len(todo.steps), tuple(remains(grading, todo.words)))


def _names(grading: Path, book: Path, folders: list[Path], faults: list[str]) -> set[str]:
    """Every team that anything is there of, in copies of the gradebook too."""
    found = {team.name for team in roster.load(grading).teams}
    found |= {path.name for folder in (*folders, *(grading / "received").glob("[!.]*/")) for path in folder.glob("[!.]*") if path.is_dir()}
    found |= {path.stem for path in (grading / RECORDED).glob("*/[!.]*.json")}
    for path in [book, *(grading / BACKUPS).glob("*.db")]:
        try:
            found |= removing.students(path) if path.exists() else set()
        except sqlite3.DatabaseError as error:
            if path == book:
                faults.append(f"{path} cannot be read ({error}): put back the newest of {grading / BACKUPS} in its place first.")
    return found


def _named(asked: str, names: set[str], known: roster.Roster) -> str:
    titled = {team.name for team in known.teams if team.title.casefold() == asked.strip().casefold()}
    exact = {asked} & names or titled or {name for name in names if slug(name).casefold() == slug(asked).casefold()}
    if len(exact) == 1:
        return exact.pop()
    if exact:
        raise CannotForget(f"« {asked} » may be {' or '.join(sorted(exact))}: write it just so. Nothing was erased.")
    near = difflib.get_close_matches(slug(asked).casefold(), {slug(name).casefold(): name for name in sorted(names)}, n=1)
    hint = next((f"the nearest is {name}" for name in sorted(names) if near and slug(name).casefold() == near[0]), f"there are {', '.join(sorted(names)) or 'none'}")
    raise CannotForget(f"« {asked} »: no such team; {hint}. Nothing was erased.")


def _book_steps(grading: Path, book: Path, name: str) -> Iterator[Step]:
    if book.exists():
        yield Step(book, "its marks, comments and hand-ins", partial(removing.from_gradebook, book, name))
    for copy in sorted((grading / BACKUPS).glob("*.db")):
        try:
            removing.students(copy)
        except sqlite3.OperationalError as error:  # a locked one is whole
            if "locked" in str(error):
                raise CannotForget(f"{copy} is open elsewhere: close what has it open, then run the same command again. Nothing was erased.") from error
            yield Step(copy, "the whole copy: it cannot be read", copy.unlink)
        except sqlite3.DatabaseError:
            yield Step(copy, "the whole copy: it is damaged", copy.unlink)
        else:
            yield Step(copy, "the same, in this copy", partial(removing.from_gradebook, copy, name))


def _people_steps(grading: Path, name: str, words: tuple[str, ...], faults: list[str]) -> Iterator[Step]:
    edits: tuple[tuple[str, str, Callable[[Path], bytes | None]], ...] = (
        (times.TIMES, "its lines", lambda path: removing.from_times(path, name)),
        (rules.RULES, "its lines in [extensions] and [counts], and comments that name it", lambda path: removing.from_rules(path, name, words)),
    )
    for file, what, edit in edits:
        path = grading / roster.PEOPLE / file
        try:
            content = edit(path) if path.is_file() else None
        except removing.CannotEdit as fault:
            faults.append(str(fault))
            continue
        if content is not None:
            yield Step(path, what, partial(removing.write, path, content))


def _file_steps(grading: Path, folders: list[Path], name: str) -> Iterator[Step]:
    """Received last: with the roster, it is what tells a second run that the team is not yet gone."""
    recorded = grading / RECORDED
    pages = [path for path in (grading / "reports").glob("*/equipes/*") if path.stem == name]
    whole = [
        (grading / "trial", "the whole trial of a regrade"), *((path, "its page") for path in pages),
        *((path, "the overview, which names it") for path in (grading / "reports").glob("*/vue-d-ensemble.*")),
        *((path, "what was noted of it") for path in recorded.glob("*/*.json") if path.stem == name),
        *((folder / name, "its notebooks, marked or run") for folder in folders),
        *((path, "left by a killed run") for path in _left_over(grading, recorded)),
        *((folder / name, "what it handed in") for folder in (grading / "received").glob("[!.]*/")),
    ]  # fmt: skip
    yield from (Step(path, what, partial(erase, path)) for path, what in whole if path.is_symlink() or path.exists())


def _left_over(grading: Path, recorded: Path) -> Iterator[Path]:
    yield grading / SCRATCH
    for pattern in ("received/*/.incoming-*", "executed/*/.*.draft", "executed/*/.*.old", "moderation/*/.*.draft", "backups/.*", "people/.*.partial", "reports/**/.*.partial",
                    "moderation/**/.*.partial", ".*.partial*"):
        yield from grading.glob(pattern)
    yield from recorded.rglob(".*.partial")


def _from_roster(grading: Path, name: str) -> None:
    known = roster.load(grading)
    roster.keep(grading, roster.Roster(tuple(team for team in known.teams if team.name != name)))
