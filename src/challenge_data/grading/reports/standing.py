"""How a team stands with its deadline, and its mark: what the rules of the edition make of its points."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from challenge_data.french import number, plural
from challenge_data.grading.gradebook import Refused
from challenge_data.grading.reports.wording import points
from challenge_data.grading.teams.results import TeamResult, results
from challenge_data.grading.teams.rules import PARIS


@dataclass(frozen=True)
class Standing:
    """One team, in the hour of Paris."""

    when: datetime | None = None
    """When it handed in; None when nobody knows."""
    late: str = ""
    """A French sentence; empty when nobody set a deadline, or on time."""
    mark: tuple[str, ...] = ()
    """French sentences: what a late hand-in takes, the mark and how it is made; none when there is no mark."""


def standings(course: Path, grading: Path, challenge: str) -> dict[str, Standing]:
    """By team; what :mod:`~challenge_data.grading.teams.results` joined, in words. No team when nothing is registered or graded.

    Raises:
        RulesError: ``people/rules.toml`` has faults.
    """
    try:
        return {one.team.name: _standing(one) for one in results(course, grading, challenge)}
    except Refused:
        return {}


def _standing(one: TeamResult) -> Standing:
    lateness, late, said = one.lateness, "", []
    if lateness.percent:
        late = f"C'est {plural(lateness.days, 'jour')} après la date limite, un jour commencé compté entier"
        said.append(f"Retard : {points(float(one.penalty))} de moins, soit {number(lateness.percent)} % du maximum.")
    elif lateness.late:
        late = "C'est un peu après la date limite, dans la marge permise : rien n'est retiré"
    if one.mark is not None and one.scores is not None:
        said.append(f"Note de l'équipe{'' if one.final else ', provisoire'} : {one.formula}")
    return Standing(lateness.when.astimezone(PARIS) if lateness.when else None, late, tuple(said))
