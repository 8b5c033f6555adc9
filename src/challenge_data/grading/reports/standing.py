"""How a team stands with its deadline, and its mark: what the rules of the edition make of its points."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from challenge_data.checks.sharing import fr
from challenge_data.french import number
from challenge_data.grading.gradebook import Refused
from challenge_data.grading.receiving import holds_notebook
from challenge_data.grading.reports.wording import day, hour, lasting, points
from challenge_data.grading.teams import late, rules
from challenge_data.grading.teams.late import Lateness
from challenge_data.grading.teams.results import TeamResult, results
from challenge_data.grading.teams.rules import PARIS, Rules, named


@dataclass(frozen=True)
class Standing:
    """One team, in the hour of Paris."""

    when: datetime | None = None
    """When it handed in; None when nobody knows."""
    late: str = ""
    """The end of the sentence « Remis le … »; empty when nobody set a deadline, or when it was on time."""
    other: str = ""
    """A French sentence: another hand-in came after the one that counts; empty when none did."""
    lost: str = ""
    """What a late hand-in takes, as it stands beside the total; empty when it takes nothing."""
    mark: str = ""
    """The team's mark, in French; empty when there is none."""
    how: tuple[str, ...] = ()
    """French sentences: how the mark is made."""
    last: datetime | None = None
    """The hour of its latest hand-in, whether it counts or not."""


def standings(course: Path, grading: Path, challenge: str) -> dict[str, Standing]:
    """By team; what :mod:`~challenge_data.grading.teams.results` joined, in words. No team when nothing is registered or graded.

    Raises:
        RulesError: ``people/rules.toml`` has faults.
    """
    try:
        found = results(course, grading, challenge)
    except Refused:
        return {}
    decided = rules.load(grading, course)
    return {one.team.name: _standing(one, decided) for one in found}


def _standing(one: TeamResult, decided: Rules) -> Standing:
    lateness, mark, how = one.lateness, "", []
    if lateness.percent:
        how.append(f"Retard : {points(float(one.penalty))} de moins, soit {number(lateness.percent)} % du maximum.")
    if one.mark is not None and one.scores is not None:
        mark = f"Note de l'équipe{'' if one.final else ', provisoire'} : {fr(one.mark)} sur {number(decided.out_of)}"
        how.append(f"Calcul : {one.formula}")
    lost = f"{points(float(one.penalty))} de retard à déduire" if one.penalty else ""
    last = max((when for _, when in one.hours if when), default=lateness.when)
    return Standing(_local(lateness.when), _late(lateness, named(decided.extensions, one.team.name) is not None), _other(one, decided), lost, mark, tuple(how), _local(last))


def _local(moment: datetime | None) -> datetime | None:
    return moment.astimezone(PARIS) if moment else None


def _other(one: TeamResult, decided: Rules) -> str:
    """Of the last hand-in that came after the one that counts. Those before it are what a team replaced itself."""
    counted = next((when for kept, when in one.hours if one.record and kept.folder == one.record.folder), None)
    later = [(when, kept) for kept, when in one.hours if counted and when and when > counted]
    if not later:
        return ""
    when, kept = max(later, key=lambda each: each[0])
    said, held = f"Un autre rendu, du {day(when.astimezone(PARIS))},", f"c'est celui du {day(counted.astimezone(PARIS))} qui est compté"
    if not holds_notebook(kept):
        return f"{said} est arrivé, mais aucun carnet ne peut y être lu : {held}."
    deadline = late.lateness(decided, one.team.challenge, one.team.name, when)
    if not deadline.on_time:
        return f"{said} est arrivé après la date limite : {held}."
    return f"{said} est arrivé ensuite : {held} sur cette page."


def _late(lateness: Lateness, own: bool) -> str:
    """``own``: the deadline is one that the team alone was given."""
    if not (lateness.deadline and lateness.when):
        return ""
    end = f"({hour(lateness.deadline.astimezone(PARIS))})"
    if not lateness.late:
        return f"dans le délai accordé à votre équipe {end}" if own else ""
    after = f"{lasting(lateness.late)} après {'le délai accordé à votre équipe' if own else 'la date limite'} {end}"
    if lateness.on_time:
        return f"{after}, dans la marge permise : rien n'est retiré"
    return f"{after} ; tout jour commencé compte" if lateness.percent else after
