"""Points that two markers agreed on, written into the gradebook in place of the first ones."""

from dataclasses import dataclass
from pathlib import Path

from challenge_data.grading.gradebook import DiskFull, private, read_whole, write_whole
from challenge_data.grading.moderation import sheets
from challenge_data.grading.moderation.answers import CannotModerate, answers, home
from challenge_data.grading.moderation.comparing import DIFFERENCES, SETTLED, TO_SETTLE
from challenge_data.grading.moderation.drawing import markers
from challenge_data.grading.recording import Recorder, Refused


@dataclass(frozen=True)
class Change:
    """One mark that will be another."""

    copy: str
    """marker/number."""
    team: str
    notebook: str
    cell: str
    before: float
    after: float
    maximum: float

    def __str__(self) -> str:
        return f"{self.copy}: {self.team}, {self.notebook}, {self.cell}: {self.before:g} → {self.after:g} of {self.maximum:g}"


def plan(challenge: str, *, course: Path, grading: Path) -> list[Change]:
    """What the column « retenu » asks to change; marks that are so already are not in it. Writes nothing.

    Raises:
        CannotModerate: nothing to read, or faults: all of them, one a line.
    """
    place = home(grading, challenge)
    found = {(one.team, one.question.notebook, one.question.cell): one for one in answers(course, challenge, grading)}
    drawn = markers(place)
    try:
        lines = sheets.read(place, DIFFERENCES, TO_SETTLE, "retenu")
    except sheets.Unreadable as problem:
        raise CannotModerate(f"{problem}\nFirst: `challenge-data moderate compare --challenge {challenge}`.") from problem
    faults, changes, given = [], [], {}
    for line in (line for line in lines if line.cells["retenu"]):
        marker, copy = line.cells["lecture"], line.cells["copie"].zfill(3)
        one = drawn.get(marker, {}).get("copies", {}).get(copy)
        if one is None or line.cells["question"] != f"{one['notebook']}/{one['cell']}":
            faults.append(f"{line.where}: « {marker} {copy} {line.cells['question']} » is no copy that was drawn: were columns sorted apart?")
            continue
        key = one["team"], one["notebook"], one["cell"]
        try:
            points = sheets.number(line.cells["retenu"], one["maximum"])
        except ValueError as problem:
            faults.append(f"{line.where}: copy {copy}: {problem}.")
            continue
        if key in given:
            if given[key] != points:
                faults.append(f"{line.where}: copy {copy} is the answer of another line, with other points ({given[key]:g} and {points:g}).")
        elif (answer := found.get(key)) is None or answer.digest != one["digest"]:
            faults.append(f"{line.where}: copy {copy}: the team's answer is no longer the one that was read. Empty its « retenu », and grade it in formgrader.")
        elif answer.mark.extra:
            faults.append(f"{line.where}: copy {copy} has {answer.mark.extra:g} points of extra credit in formgrader: settle it there.")
        elif answer.mark.manual != points or answer.mark.waiting:
            changes.append(Change(f"{marker}/{copy}", *key, answer.mark.points, points, answer.mark.maximum))
        given.setdefault(key, points)
    if faults:
        raise CannotModerate("\n".join([*faults, f"{len(faults)} fault(s); no mark was touched."]))
    return changes


def settle(challenge: str, changes: list[Change], *, course: Path, grading: Path) -> None:
    """Write them, all or none, under the gradebook's lock and after a copy of it. The first marks stay known to later comparisons.

    Raises:
        CannotModerate: a mark is no longer as it was shown, or the disk is full.
    """
    place = home(grading, challenge)
    try:
        with Recorder(course, challenge, grading) as recorder:
            now = {team: {(mark.notebook, mark.cell): mark.points for mark in recorder.scores(team).marks} for team in {change.team for change in changes}}
            if moved := [change for change in changes if now[change.team].get((change.notebook, change.cell)) != change.before]:
                raise CannotModerate("\n".join([*(f"{change.copy}: its mark was changed meanwhile." for change in moved), "No mark was touched. Run the same command again."]))
            with private():
                # The first of all: a second settling must not take an agreed mark for a first one.
                write_whole(place / SETTLED, {f"{change.team}/{change.notebook}/{change.cell}": change.before for change in changes} | read_whole(place / SETTLED))
            recorder.give({(change.team, change.notebook, change.cell): change.after for change in changes})
    except (Refused, DiskFull) as problem:
        raise CannotModerate(str(problem)) from problem
