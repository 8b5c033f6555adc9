"""What each team and each of its members has, in one place: roster, gradebook, lateness, shares. Whoever shows a mark reads it here.

A member's mark, for a team that has points:

    mark = (points − penalty) / maximum × out_of × coefficient,  kept between 0 and out_of,  rounded half up

``points`` and ``maximum`` as nbgrader counts them; ``penalty = maximum × percent lost / 100``; ``out_of`` and decimals of
``people/rules.toml``. Counted in decimals, as one would by hand, and rounded once, at the end.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry

from challenge_data.checks.sharing import fr
from challenge_data.grading import converting, marks
from challenge_data.grading.gradebook import Refused, read_whole, url
from challenge_data.grading.keeping import Kept, records
from challenge_data.grading.marking import RESULT
from challenge_data.grading.marks import Scores
from challenge_data.grading.placing import RECORDED
from challenge_data.grading.teams import counting, late, roster, rules, shares, times
from challenge_data.grading.teams.late import Lateness
from challenge_data.grading.teams.roster import Member, Roster, Team
from challenge_data.grading.teams.rules import Rules, named
from challenge_data.grading.teams.shares import Shares
from challenge_data.grading.teams.times import Told

_DONE = "done"


@dataclass(frozen=True)
class MemberResult:
    """One person."""

    member: Member
    coefficient: Decimal
    mark: Decimal | None
    """None when there is nothing to count yet. Provisional as long as :attr:`TeamResult.final` is false."""
    formula: str
    """How the mark is made, as one would write it in French: « (72 − 5) / 100 × 20 × 1,05 = 14,07 »; empty without a mark."""


@dataclass(frozen=True)
class TeamResult:
    """One team. All numbers of points are exact decimals."""

    team: Team
    registered: bool
    """False for a team that the gradebook alone knows: it then has no member."""
    scores: Scores | None
    """None when nothing of the team is in the gradebook."""
    record: Kept | None
    """The hand-in that the marks are of, as received."""
    lateness: Lateness
    shares: Shares
    members: tuple[MemberResult, ...]
    mark: Decimal | None
    """The team's, coefficient 1; None when there is nothing to count yet."""
    formula: str
    """Of :attr:`mark`."""
    remarks: tuple[str, ...]
    """What its grader must know, French sentences."""
    received: bool = False
    """Something of it was received, graded or not."""
    interrupted: bool = False
    """A run of grading was killed while it wrote this team: its marks are not to be believed before the next run."""
    elsewhere: tuple[str, ...] = ()
    """Other challenges under which something of it was received, when nothing was under its own."""
    superseded: bool = False
    """Rules or hours changed since it was graded, or more was received: another hand-in counts now than :attr:`record`."""
    begun: bool = True
    """Some team of the challenge was graded: before that, nobody can be said to have handed in nothing."""
    hours: tuple[tuple[Kept, datetime | None], ...] = ()
    """All that was received of it, and when each was handed in: see :func:`~challenge_data.grading.teams.counting.handed_in`."""

    @property
    def points(self) -> Decimal | None:
        return None if self.scores is None else points(self.scores)

    @property
    def maximum(self) -> Decimal | None:
        return None if self.scores is None else exact(self.scores.maximum)

    @property
    def waiting(self) -> Decimal:
        """Points that wait for a person: the maximum of each cell that does."""
        return Decimal(0) if self.scores is None else sum((exact(mark.maximum) for mark in self.scores.waiting), Decimal(0))

    @property
    def penalty(self) -> Decimal:
        """Points lost for a late hand-in."""
        return Decimal(0) if self.scores is None else exact(self.scores.maximum) * exact(self.lateness.percent) / 100

    @property
    def absent(self) -> bool:
        """It handed in nothing, and the challenge was graded."""
        return self.scores is None and not self.received and not self.elsewhere and self.begun

    @property
    def final(self) -> bool:
        """There is a mark, no point waits for a person, and it is of the hand-in that counts."""
        return self.mark is not None and not self.waiting and not self.interrupted and not self.superseded


def results(course: Path, grading: Path, challenge: str) -> list[TeamResult]:
    """Every team of a challenge, sorted by name: those of the roster, and those that the gradebook alone knows.

    Raises:
        Refused: no such team list nor gradebook, or no nbgrader configuration in ``course``.
        RulesError: ``people/rules.toml`` or ``people/times.csv`` has faults.
    """
    known, decided, told = roster.load(grading), rules.load(grading, course), times.load(grading)
    graded = _graded(course, grading, challenge)
    registered = {team.name: team for team in known.of(challenge)}
    if not registered and not graded:
        raise Refused(f"No team of « {challenge} » is registered or graded in {grading}: is it the challenge's name, and the grading folder?")
    return [_team(grading, known, decided, told, challenge, name, registered.get(name), graded.get(name), bool(graded)) for name in sorted({*registered, *graded})]


def challenges(course: Path, grading: Path) -> list[str]:
    """Those that have a team, in the roster or in the gradebook.

    Raises:
        Refused: no nbgrader configuration in ``course``.
    """
    found = {team.challenge for team in roster.load(grading).teams}
    if (file := _file(course, grading)) is not None:
        with converting.quiet(), Gradebook(url(file), "challenge-data") as book:
            found |= {each.name for each in book.assignments if each.num_submissions}
    return sorted(found)


def points(scores: Scores) -> Decimal:
    """As nbgrader adds them up, without the noise of binary fractions."""
    return sum((exact(mark.points) for mark in scores.marks), Decimal(0)) - exact(scores.penalty)


def exact(number: float) -> Decimal:
    """A number of points as it is written: to the millionth, which no grader types."""
    made = Decimal(str(round(number, 6)))
    return made.quantize(Decimal(1)) if made == made.to_integral() else made


def _team(grading: Path, known: Roster, decided: Rules, told: Mapping[str, Sequence[Told]], challenge: str, name: str, team: Team | None, scores: Scores | None, begun: bool) -> TeamResult:
    record = late.graded(grading, challenge, name)
    kept = records(grading / "received" / challenge / name)
    hours = tuple(counting.handed_in(kept, named(told, name) or ()))
    lateness = late.lateness(decided, challenge, name, next((when for each, when in hours if record and each.folder == record.folder), None))
    if unreadable := scores is not None and unread(grading, challenge, name, scores):
        scores = None
    interrupted = _interrupted(grading, challenge, name)
    agreed = _shares(record, team, decided)
    received, superseded = bool(kept), False
    if record and len(kept) > 1:
        counts = counting.People(challenge, known, decided, told).counts(name, kept).kept
        superseded = counts is not None and counts.folder != record.folder
    elsewhere = () if received or scores else tuple(sorted(one.parent.name for one in (grading / "received").glob(f"*/{name}") if records(one)))

    def mark(coefficient: Decimal = Decimal(1)) -> tuple[Decimal | None, str]:
        if scores is None:  # what was received, here or under another challenge, or is still to be graded, is no absence
            return (None, "") if received or elsewhere or not begun else _absent(decided)
        return _mark(decided, scores, lateness, coefficient)

    people = tuple(MemberResult(member, agreed.of(member.email), *mark(agreed.of(member.email))) for member in (team.members if team else ()))
    remarks = tuple(_remarks(known, name, team, scores, lateness, agreed, interrupted, superseded, received, elsewhere, begun, unreadable, record is not None))
    return TeamResult(team or Team(name, name, challenge, ()), team is not None, scores, record, lateness, agreed, people, *mark(), remarks, received, interrupted, elsewhere, superseded, begun, hours)


def _absent(decided: Rules) -> tuple[Decimal | None, str]:
    return (None, "") if decided.absent is None else (exact(decided.absent).quantize(_step(decided), ROUND_HALF_UP), "rien rendu")


def _mark(decided: Rules, scores: Scores, lateness: Lateness, coefficient: Decimal = Decimal(1)) -> tuple[Decimal | None, str]:
    """The mark and how it is made."""
    step, out_of = _step(decided), exact(decided.out_of)
    maximum = exact(scores.maximum)
    if not maximum:
        return None, ""
    given, lost = points(scores), maximum * exact(lateness.percent) / 100
    # Multiplied first: a division that does not end would be rounded twice.
    whole = (given - lost) * out_of * coefficient / maximum
    mark = min(max(whole, Decimal(0)), out_of).quantize(step, ROUND_HALF_UP)
    top = f"({_written(given)} − {_written(lost)})" if lost else _written(given)
    share = f" × {fr(coefficient)}" if coefficient != 1 else ""
    formula = f"{top} / {_written(maximum)} × {_written(out_of)}{share} = {fr(whole.quantize(step, ROUND_HALF_UP)).replace('-', '−')}"
    return mark, formula if whole == min(max(whole, Decimal(0)), out_of) else f"{formula}, ramené à {fr(mark)}"


def _step(decided: Rules) -> Decimal:
    """The last digit of a mark."""
    return Decimal(1).scaleb(-decided.decimals)


def _remarks(known: Roster, name: str, team: Team | None, scores: Scores | None, lateness: Lateness, agreed: Shares, interrupted: bool, superseded: bool, received: bool, elsewhere: tuple[str, ...], begun: bool, unreadable: bool, dated: bool) -> Iterator[str]:
    if team is None:
        other = known.team(name)
        yield f"Inscrite au défi « {other.challenge} »." if other else "Absente de la liste des équipes : ses membres ne sont pas connus."
    if scores is None:
        if unreadable:
            yield "Reçu, mais aucun carnet n'a pu y être lu : à demander de nouveau."
        elif received:
            yield "Reçu, mais pas encore noté."
        elif elsewhere:
            yield f"Rendu dans un autre défi : {', '.join(elsewhere)}."
        else:
            yield "Rien rendu." if begun else "Défi pas encore corrigé."
    elif interrupted:
        yield "La notation a été interrompue pendant cette équipe : relancez « grade »."
    if superseded:
        yield "C'est maintenant un autre rendu de cette équipe qui compte : relancez « grade »."
    if lateness.percent:
        yield f"En retard : {fr(exact(lateness.percent))} % du maximum en moins."
    elif scores is not None and lateness.deadline and not (dated and lateness.when):
        yield "Heure du rendu inconnue : retard non compté."
    if agreed.problem:
        yield f"Répartition non prise en compte, coefficient 1 pour tout le monde. {agreed.problem}"


def _shares(record: Kept | None, team: Team | None, decided: Rules) -> Shares:
    if record is None:
        return Shares()
    return shares.of_record(record.folder, [member.email for member in team.members] if team else [], least=exact(decided.least_share), most=exact(decided.most_share))


def unread(grading: Path, challenge: str, name: str, scores: Scores) -> bool:
    """True if no notebook could be read in what counts, and nobody gave a point: such a zip, cut short by a download, is no zero."""
    ran = read_whole(grading / "executed" / name / challenge / RESULT).get("notebooks", {})
    return bool(ran) and not any(one["found"] for one in ran.values()) and not scores.points


def _interrupted(grading: Path, challenge: str, name: str) -> bool:
    """What :mod:`~challenge_data.grading.recording` notes; nothing is noted where stock nbgrader graded."""
    return read_whole(grading / RECORDED / challenge / f"{name}.json").get("state", _DONE) != _DONE


def _graded(course: Path, grading: Path, challenge: str) -> Mapping[str, Scores]:
    """Team -> scores, for the teams that the gradebook has marks of."""
    if (file := _file(course, grading)) is None:
        return {}
    with converting.quiet(), Gradebook(url(file), "challenge-data") as book:
        try:
            handed = [each.student_id for each in book.find_assignment(challenge).submissions]
        except MissingEntry:
            return {}
        found = {team: marks.scores(book, challenge, team) for team in handed}
    return {team: scores for team, scores in found.items() if scores.marks}


def _file(course: Path, grading: Path) -> Path | None:
    """The gradebook's, if it is there: to open one makes one, and the course's configuration makes the grading folder."""
    if not grading.is_dir():
        return None
    file = converting.gradebook_file(converting.load(course.resolve(), grading.resolve()))
    return file if file.exists() else None


def _written(number: Decimal) -> str:
    """Without the zeros that say nothing: « 72 », « 0,5 »."""
    return fr(number.quantize(Decimal(1)) if number == number.to_integral() else number.normalize()).replace("-", "−")
