"""Which hand-in of a team counts: the last one handed in by its deadline, its extension and the grace included; else the last of all.

A hand-in without a notebook that can be read never takes the place of one that has one. All are kept whatever counts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from challenge_data.grading import engine
from challenge_data.grading.engine import CannotGrade
from challenge_data.grading.keeping import Kept, records
from challenge_data.grading.receiving import Chosen, holds_notebook, is_damaged
from challenge_data.grading.summary import Summary
from challenge_data.grading.teams import late, roster, rules, times
from challenge_data.grading.teams.late import Lateness
from challenge_data.grading.teams.roster import Roster
from challenge_data.grading.teams.rules import PARIS, Rules, RulesError, named
from challenge_data.grading.teams.times import Told


def grade(source: Path | None, challenge: str, *, course: Path, grading: Path | None = None, people: Path | None = None, add_teams: bool = False, **options) -> Summary:
    """:func:`engine.grade <challenge_data.grading.engine.grade>`, with the roster and the rules of the grading folder, if there are any.

    Args:
        people: the grading folder that they are read from, where it is not the one that is written to.

    Raises:
        CannotGrade: as the engine; or rules or hours have faults: all of them, and nothing was done.
    """
    grading = grading or engine.default_grading(course)
    try:
        who = People(challenge, roster.load(people or grading), rules.load(people or grading, course), times.load(people or grading), add_teams)
    except RulesError as error:
        raise CannotGrade(f"{error}\nNothing was done.") from error
    names = [team.name for team in who.known.teams]
    summary = engine.grade(source, challenge, course=course, grading=grading, add_teams=add_teams, teams=names, choose=who.choose, **options)
    there = {row.team for row in summary.rows}  # an empty entry leaves no record
    summary.absent = [team.name for team in who.known.of(challenge) if team.name not in there and not records(grading / "received" / challenge / team.name)]
    summary.warnings += rules.strays(people or grading)
    return summary


def handed_in(kept: Sequence[Kept], told: Sequence[Told] = ()) -> list[tuple[Kept, datetime | None]]:
    """The hour of each record of a team, in the order in which they were received.

    Args:
        kept: all of its records for a challenge, the first received first.
        told: hours that the instructor gave for the team.
    """
    found, before = [], {}
    for one in kept:
        channel, at = str(one.record.get("channel", "")), one.record["at"]
        own = [each.when for each in told if each.entry and each.entry in channel.split(", ")]
        when = late.hand_in(one.record, own, before.get(channel)) if own else late.hand_in(one.record, [each.when for each in told if not each.entry], before.get(""))
        found.append((one, when))
        before[channel] = before[""] = datetime.fromisoformat(at)
    return found


@dataclass
class People:
    """What is known of a challenge's teams while it is graded."""

    challenge: str
    known: Roster = field(default_factory=Roster)
    rules: Rules = field(default_factory=Rules)
    told: Mapping[str, Sequence[Told]] = field(default_factory=dict)
    add_teams: bool = False

    def choose(self, team: str, kept: Sequence[Kept]) -> Chosen:
        """Which of a team's records counts and why; or why none does."""
        registered, word = self.known.team(team), ""
        if registered and registered.challenge != self.challenge:
            return Chosen(problem=f"« {registered.title} » is registered for {registered.challenge}, not for {self.challenge}: grade its hand-in there; or change the list of teams and run `challenge-data roster` again.")
        if self.known.teams and not registered:
            word = "is not in the list of teams"
            if not self.add_teams:
                return Chosen(problem=f"{word}: rename its entry, or add it to the list and run `challenge-data roster` again.")
        chosen = self.counts(team, kept)
        return Chosen(chosen.kept, ". ".join(filter(None, [word, chosen.why])), chosen.problem)

    def counts(self, team: str, kept: Sequence[Kept]) -> Chosen:
        """As rules and hours have it, whoever is in the roster."""
        return self._forced(team, kept) or self._by_deadline(team, kept)

    def _forced(self, team: str, kept: Sequence[Kept]) -> Chosen | None:
        wanted = named(self.rules.counts, team)
        if wanted is None:
            return None
        for one in kept:
            if one.folder.name == wanted:
                hours = handed_in(kept, named(self.told, team) or ())
                why = f"{wanted} counts, as rules.toml says in [counts]{self._cost(team, next(when for each, when in hours if each is one))}"
                return Chosen(one, ". ".join(filter(None, [why, self._again(team, hours, one)])))
        if not self.known.team(team) and kept and any(kept[0].folder.parents[2].glob(f"*/{team}/{wanted}")):
            return None  # of another challenge: without a roster a team may be in several
        there = ", ".join(one.folder.name for one in kept) or "none"
        return Chosen(problem=f"rules.toml says in [counts] that {wanted} counts, which is no hand-in of this team. There are: {there}.")

    def _by_deadline(self, team: str, kept: Sequence[Kept]) -> Chosen:
        if self.rules.deadline(self.challenge, team) is None or not kept:
            return Chosen()
        hours = handed_in(kept, named(self.told, team) or ())
        sound = [each for each in hours if len(hours) == 1 or holds_notebook(each[0])] or hours
        on_time = [each for each in sound if self._late(team, each[1]).on_time]
        one, when = max(on_time or sound, key=lambda each: (each[1] is not None and each[1].timestamp(), each[0].record["at"]))
        again = self._again(team, hours, one)
        if len(hours) == 1 and on_time:
            return Chosen(one, again)
        others = "; ".join(f"{other.folder.name}, of {spoken(hour)}" + (", has no notebook that can be read" if (other, hour) not in sound else "") for other, hour in hours if other is not one)
        rank = "" if len(hours) == 1 else "the last in time, " if on_time else "the last of all, none being in time, "
        why = f"{rank}{one.folder.name}, handed in {spoken(when)}, counts{self._cost(team, when)}"
        return Chosen(one, ". ".join(filter(None, [why, others and f"Kept: {others}", again])))

    def _again(self, team: str, hours: Sequence[tuple[Kept, datetime | None]], one: Kept) -> str:
        """What to do so that a team does not pay for a damaged file that it handed in on time; empty without such a file."""
        if self.rules.deadline(self.challenge, team) is None:
            return ""
        in_time = [each for each, when in hours if self._late(team, when).on_time]
        counts = one in in_time
        if not (damaged := [each.folder.name for each in ([one] if counts else in_time) if is_damaged(each)]):
            return ""
        because = "if you ask the team to send it again" if counts else "if that is why the team sent another"
        return f"{', '.join(damaged)}, handed in on time, is damaged or holds no notebook: {because}, give it an extension in people/rules.toml, or its delay costs"

    def _late(self, team: str, when: datetime | None) -> Lateness:
        return late.lateness(self.rules, self.challenge, team, when)

    def _cost(self, team: str, when: datetime | None) -> str:
        """How late a hand-in is, as the end of a sentence."""
        told = self._late(team, when)
        if not told.late:
            return ""
        after = f", {lasting(told.late)} after its deadline ({spoken(told.deadline)})"
        return f"{after}, within the grace" if told.on_time else f"{after}: {told.percent:g} % of the maximum is lost"


def spoken(when: datetime | None) -> str:
    """A date for the instructor, by the clocks of Paris."""
    return f"{when.astimezone(PARIS):%Y-%m-%d %H:%M}" if when else "an unknown hour"


def lasting(late: timedelta) -> str:
    """In days, hours and minutes, begun minutes counted whole."""
    minutes = -(-int(late.total_seconds()) // 60) or 1
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    return " ".join(f"{number} {unit}" for number, unit in ((days, "d"), (hours, "h"), (rest, "min")) if number)
