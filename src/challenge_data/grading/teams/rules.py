"""What the instructor decided about time and marks: ``people/rules.toml``, read whole or refused with every fault at once.

.. code-block:: toml

    [deadlines]                                      # by challenge
    defibrillateurs = 2026-03-06T18:00:00+01:00      # without +01:00: the hour of Paris
    [extensions]                                     # by team: its own deadline, in place of the challenge's
    les-sternes = 2026-03-08T18:00:00
    [late]
    grace_minutes = 15
    percent_lost_per_day = 5                         # of the maximum; a day that has begun counts whole
    most_percent = 25
    [counts]                                         # the hand-in that counts, whatever the hour: a folder of received/<challenge>/<team>/
    les-macareux = "20260306T170212Z-1a2b3c4d"
    [mark]
    out_of = 20
    decimals = 2
    absent = 0                                       # the mark of who handed in nothing; without it, no mark
    [shares]
    least = 0.8                                      # of a member's coefficient, both bounds allowed
    most = 1.2

Every table and every key may lack. Without the file nothing is late, and marks are out of 20 with two decimals.
"""

import difflib
import math
import re
import tomllib
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from challenge_data.course import ZONE
from challenge_data.grading.receiving import slug
from challenge_data.grading.teams import roster
from challenge_data.grading.unpacking import shown

RULES = "rules.toml"
PARIS = ZoneInfo(ZONE)


class RulesError(ValueError):
    """Faults of a file of ``people/``, all of them.

    ``problems``: one sentence each, with the place and the remedy.
    """

    def __init__(self, path: Path, problems: list[str]) -> None:
        self.path, self.problems = path, problems
        super().__init__("\n".join(f"{path}: {problem}" for problem in problems))


@dataclass(frozen=True)
class Rules:
    """All rules of an edition. Every date is aware of its zone."""

    deadlines: Mapping[str, datetime] = field(default_factory=dict)
    """Challenge -> its deadline."""
    extensions: Mapping[str, datetime] = field(default_factory=dict)
    """Team, as the gradebook has it -> its own deadline."""
    grace: timedelta = timedelta(0)
    """After the deadline; nothing is lost meanwhile."""
    percent_per_day: float = 0.0
    """Of the maximum, for each day begun since the deadline."""
    most_percent: float = 100.0
    counts: Mapping[str, str] = field(default_factory=dict)
    """Team -> the folder of the hand-in that counts."""
    out_of: float = 20.0
    decimals: int = 2
    absent: float | None = None
    """Mark of a team that handed in nothing; None gives it no mark."""
    least_share: float = 0.8
    most_share: float = 1.2

    def deadline(self, challenge: str, team: str) -> datetime | None:
        """The team's own one, else its challenge's."""
        return named(self.extensions, team) or self.deadlines.get(challenge)


def named(table: Mapping[str, Any], team: str) -> Any:
    """What a table says of a team, capitals apart; None when it says nothing. Without a roster nobody put the names right."""
    return table.get(team, next((value for name, value in table.items() if name.casefold() == team.casefold()), None))


def load(grading: Path, course: Path | None = None) -> Rules:
    """The rules of a grading folder; the usual ones when nothing was written.

    Args:
        course: names of challenges are checked against its ``solutions/``. Names of teams are checked against the roster, if there is one.

    Raises:
        RulesError: unknown tables, keys, teams or challenges; values of another kind or out of their bounds; no TOML.
    """
    path = grading / roster.PEOPLE / RULES
    try:
        written = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError:
        return Rules()
    except OSError as error:
        raise RulesError(path, [f"cannot be read ({error.strerror})."]) from error
    except UnicodeDecodeError as error:
        raise RulesError(path, ["is not written in UTF-8: save it again as UTF-8."]) from error
    except tomllib.TOMLDecodeError as error:
        raise RulesError(path, _no_toml(path, error)) from error
    return _Reader(path, written).rules(roster.load(grading), _challenges(course))


def _no_toml(path: Path, error: tomllib.TOMLDecodeError) -> list[str]:
    """The lines at fault with what to write instead: the parser stops at the first, and says little of it."""
    lines = path.read_bytes().decode("utf-8-sig").splitlines()
    problems = {number: f"line {number}, « {shown(line.strip(), 60)} »: {', and '.join(remedies)}." for number, line in enumerate(lines, 1) if (remedies := list(_remedies(line)))}
    stopped = re.search(r"at line (\d+)", str(error))
    number = int(stopped[1]) if stopped else len(lines)
    if number not in problems:
        line = f"line {number}, « {shown(lines[number - 1].strip(), 60)} »: " if 0 < number <= len(lines) else ""
        problems[number] = f"{line}is no TOML ({error}). A date is written 2026-03-06T18:00:00, a name with anything but letters, digits, - and _ between quotes."
    return [problems[number] for number in sorted(problems)]


def _remedies(line: str) -> Iterator[str]:
    """Of the usual slips of who writes no TOML otherwise."""
    key, equals, value = (part.strip() for part in line.partition("="))
    if not equals or key.startswith(("#", "[")):
        return
    if not re.fullmatch(r"[A-Za-z0-9_.-]+|\"[^\"]*\"|'[^']*'", key):
        quoted = key.strip("\"'").replace("\\", "").replace('"', "")
        yield f'put quotes around a name with spaces or accents: "{shown(quoted, 60)}" = …'
    if date := re.match(r"(\d{4}-\d\d-\d\d)[Tt ](\d{1,2})[:h](\d\d)(?!:?\d)", value):
        yield f"an hour needs seconds: write {date[1]}T{int(date[2]):02}:{date[3]}:00{value[date.end():].partition('#')[0].strip()}"
    elif date := re.match(r"(\d{1,2})/(\d{1,2})/(\d{4})", value):
        yield f"a date is written {date[3]}-{int(date[2]):02}-{int(date[1]):02}T18:00:00"
    if number := re.match(r"([+-]?\d+),(\d+)", value):
        yield f"a number has a point: write {number[1]}.{number[2]}"


def strays(grading: Path) -> list[str]:
    """Files of ``people/`` that look like one that is read and have another name, « rules.toml.txt » for example: a sentence each."""
    read = {"rules": RULES, "times": "times.csv"}
    others = sorted(path.name for path in (grading / roster.PEOPLE).glob("*") if path.name not in read.values() and not path.name.endswith(("~", ".bak")))
    return [f"{grading / roster.PEOPLE / other} is not read: the file must be named {name}." for other in others for start, name in read.items() if other.casefold().startswith(start)]


def local(moment: datetime) -> datetime:
    """A date by the clocks of Paris; without a zone it is theirs already, and of an hour that comes twice in October, the second.

    Raises:
        ValueError: no clock of Paris shows that hour: it is left out in March.
    """
    if moment.tzinfo is not None:
        return moment.astimezone(PARIS)
    aware = moment.replace(tzinfo=PARIS, fold=1)
    if aware.astimezone(UTC).astimezone(PARIS).replace(tzinfo=None) != moment:
        raise ValueError(f"{moment} is an hour that does not exist: clocks go forward in that night")
    return aware


def _challenges(course: Path | None) -> set[str]:
    return {folder.name for folder in (course / "solutions").glob("[!.]*/")} if course else set()


@dataclass
class _Reader:
    path: Path
    written: dict[str, Any]
    problems: list[str] = field(default_factory=list)

    def rules(self, known: roster.Roster, challenges: set[str]) -> Rules:
        tables = {name: self._table(name) for name in ("deadlines", "extensions", "late", "counts", "mark", "shares")}
        self._unknown("", self.written, tables)
        self._unknown("late", tables["late"], ("grace_minutes", "percent_lost_per_day", "most_percent"))
        self._unknown("mark", tables["mark"], ("out_of", "decimals", "absent"))
        self._unknown("shares", tables["shares"], ("least", "most"))
        deadlines = self._each("deadlines", tables["deadlines"], lambda name: self._named("challenge", name, challenges), self._date)
        teams = {team.name for team in known.teams}
        extensions = self._each("extensions", tables["extensions"], lambda name: self._team(name, teams), self._date)
        counts = self._each("counts", tables["counts"], lambda name: self._team(name, teams), self._folder)
        for name, until in extensions.items():
            team = known.team(name)
            if team and team.challenge in deadlines and until < deadlines[team.challenge]:
                self.problems.append(f"[extensions] {name}: is before the deadline of its challenge, {team.challenge}. Is the date right?")
        rules = Rules(
            deadlines, extensions, timedelta(minutes=self._number("late", "grace_minutes", 0, 0, 60 * 24 * 7)),
            self._number("late", "percent_lost_per_day", 0, 0, 100), self._number("late", "most_percent", 100, 0, 100),
            counts, self._number("mark", "out_of", 20, 1, 1000), int(self._number("mark", "decimals", 2, 0, 4, whole=True)),
            self._number("mark", "absent", 0, 0, 1000) if "absent" in tables["mark"] else None,
            self._number("shares", "least", 0.8, 0, 1), self._number("shares", "most", 1.2, 1, 2))  # fmt: skip
        if rules.absent is not None and rules.absent > rules.out_of:
            self.problems.append(f"[mark] absent: {rules.absent:g} is above the highest mark, {rules.out_of:g}.")
        if self.problems:
            raise RulesError(self.path, self.problems)
        return rules

    def _table(self, name: str) -> dict[str, Any]:
        table = self.written.get(name, {})
        if isinstance(table, dict):
            return table
        self.problems.append(f"{name}: is a value. Write [{name}] on a line of its own, and below it one line for each name.")
        return {}

    def _unknown(self, table: str, found: Mapping[str, Any], expected: Collection[str]) -> None:
        for name in found:
            if name not in expected:
                near = difflib.get_close_matches(name, expected, n=1)
                where = f"[{table}] {name}" if table else f"[{name}]" if isinstance(found[name], dict) else name
                self.problems.append(f"{where}: no such {'key' if table else 'table'}; " + (f"is it {near[0]}?" if near else f"there are {', '.join(expected)}."))

    def _each(self, table: str, found: dict[str, Any], name: Callable[[str], str], value: Callable[[Any], Any]) -> dict[str, Any]:
        """What a table of names says, by the names that are known; a fault in one line leaves the others."""
        read: dict[str, Any] = {}
        for written, given in found.items():
            try:
                key = name(written)
                if key in read:
                    raise ValueError(f"{key} is there twice. Leave one")
                read[key] = value(given)
            except ValueError as fault:
                self.problems.append(f"[{table}] {written}: {fault}.")
        return read

    def _named(self, what: str, name: str, known: Collection[str]) -> str:
        if known and name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            raise ValueError(f"no such {what}; " + (f"the nearest is {near[0]}" if near else f"there are {', '.join(sorted(known))}"))
        return name

    def _team(self, written: str, teams: Collection[str]) -> str:
        """As the gradebook has it; the title, or other capitals, will do."""
        plain = slug(written)
        if not plain:
            raise ValueError("no letter or digit is in this name")
        return self._named("team of the roster", next((team for team in teams if team.casefold() == plain.casefold()), plain), teams)

    def _date(self, given: Any) -> datetime:
        if isinstance(given, datetime):
            return local(given)
        if isinstance(given, date):
            raise ValueError(f"a date needs an hour: write {given}T18:00:00")
        if isinstance(given, time):
            raise ValueError(f"an hour needs a date: write 2026-03-06T{given}")
        raise ValueError("is no date. Write it without quotes: 2026-03-06T18:00:00")

    def _folder(self, given: Any) -> str:
        if isinstance(given, str) and given.strip() and "/" not in given and not given.startswith("."):
            return given.strip()
        raise ValueError("is no name of a hand-in's folder. Write it between quotes, as in received/<challenge>/<team>/")

    def _number(self, table: str, key: str, usual: float, least: float, most: float, whole: bool = False) -> float:
        found = self.written.get(table)
        given = found.get(key, usual) if isinstance(found, dict) else usual
        if isinstance(given, bool) or not isinstance(given, (int, float)) or not math.isfinite(given) or not least <= given <= most or (whole and given != int(given)):
            self.problems.append(f"[{table}] {key}: {given!r} is no {'whole ' if whole else ''}number from {least:g} to {most:g}.")
            return usual
        return given
