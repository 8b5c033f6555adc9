"""The command « marks »: results of the challenges asked for, as files in a folder, and what is missing as a table."""

import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from challenge_data.grading.gradebook import Refused, private, put
from challenge_data.grading.teams import export, rules
from challenge_data.grading.teams.results import TeamResult, challenges, results

FORMER = "anciennes"


@dataclass(frozen=True)
class Given:
    """What was written."""

    found: dict[str, list[TeamResult]]
    """Challenge -> its teams."""
    written: list[Path]
    """New or changed."""
    kept: list[Path]
    """Former versions of these, in ``anciennes/``."""
    grading: Path
    """The folder that the marks are of."""
    left_out: list[str]
    """Challenges that have a team and were not asked for."""

    @property
    def code(self) -> int:
        """0: every mark is final; 1: some are not, or a remark is to be read."""
        return 0 if all(one.final and not one.remarks for teams in self.found.values() for one in teams) else 1

    def as_table(self) -> str:
        """A line a challenge, then what is missing, team by team."""
        wide = max([len(name) for name in self.found] + [9])
        lines = [f"{'challenge':<{wide}}  {'teams':>5}  {'members':>7}  {'final':>5}  {'waiting':>7}  {'no mark':>7}"]
        for name, teams in self.found.items():
            final, none = sum(one.final for one in teams), sum(one.mark is None for one in teams)
            lines.append(f"{name:<{wide}}  {len(teams):>5}  {sum(len(one.members) for one in teams):>7}  {final:>5}  {len(teams) - final - none:>7}  {none:>7}")
        lines += [f"{name}: not graded yet, by `challenge-data grade FOLDER --challenge {name}`" for name, teams in self.found.items() if not any(one.begun for one in teams)]
        lines += [f"{one.team.name}: {said}" for teams in self.found.values() for one in teams for said in _missing(one)]
        if self.left_out:
            lines.append(f"{export.NOTES} and {export.BOOK} hold {', '.join(self.found)} alone; left out: {', '.join(self.left_out)}.")
        lines += [f"Warning: {warning}" for warning in rules.strays(self.grading)]
        return "\n".join([*lines, f"From {self.grading}."])


def give(course: Path, grading: Path, to: Path, wanted: Sequence[str] = ()) -> Given:
    """Write the marks' files; a file that changes is kept first in ``anciennes/``, under the time of its own last change.

    Args:
        to: the folder; made, closed to others, when absent. Files are readable by their owner alone.
        wanted: challenges; all that have a team by default.

    Raises:
        Refused: ``to`` is in the course's folder; no team anywhere; no such challenge.
        RulesError: ``people/rules.toml`` has faults.
        OSError: a file cannot be written; those before it are whole.
    """
    if to.resolve().is_relative_to(course.resolve()):
        raise Refused(f"{to} is in the course's folder, which is public: people's marks go elsewhere, say where with --to.")
    every = challenges(course, grading)
    names = list(dict.fromkeys(wanted)) or every
    if not names:
        raise Refused(f"No team is registered or graded in {grading}: is it the grading folder? Say which with --grading.")
    found = {name: results(course, grading, name) for name in names}
    written, kept = [], []
    with private():
        to.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name, content in export.files(found).items():
            path = to / name
            if path.is_file() and export.same(path.read_bytes(), content, name):
                path.chmod(0o600)
                continue
            kept += _keep(path)
            put(path, content)
            written.append(path)
    return Given(found, written, kept, grading, [name for name in every if name not in names])


def _keep(path: Path) -> list[Path]:
    """The former file, moved where nothing is."""
    if not path.exists():
        return []
    folder = path.parent / FORMER
    folder.mkdir(mode=0o700, exist_ok=True)
    stem = f"{path.stem}.{datetime.fromtimestamp(path.stat().st_mtime):%Y-%m-%dT%H%M%S}"
    rank, target = 1, folder / f"{stem}{path.suffix}"
    while target.exists():
        rank += 1
        target = folder / f"{stem}-{rank}{path.suffix}"
    shutil.copy2(path, target)  # the file stays in its place until the new one is there, whole
    target.chmod(0o600)
    return [target]


def _missing(one: TeamResult) -> Iterable[str]:
    """In English, for the operator; the files say the same in French."""
    if one.absent:
        yield "nothing was handed in"
    elif one.elsewhere:
        yield f"its hand-in is under another challenge, {', '.join(one.elsewhere)}: grade it under its own, or correct the list of teams"
    elif one.received and one.scores is None:
        yield "received, not graded: `challenge-data grade` says why"
    if one.interrupted:
        yield "grading was stopped while it wrote this team: run `challenge-data grade` again"
    if one.superseded:
        yield "another hand-in counts now than the one that was graded: run `challenge-data grade` again"
    if one.waiting:
        yield f"{one.waiting:f} points wait for a person, in formgrader"
    if not one.registered:
        yield "is not in the list of teams of this challenge: its members are not known"
    if one.lateness.percent:
        yield f"late: {one.lateness.percent:g} % of the maximum less"
    if one.shares.problem:
        yield f"coefficients written, not applied: {one.shares.problem}"
