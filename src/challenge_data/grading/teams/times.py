"""Hours of hand-ins that the instructor has from elsewhere, an LMS for example: ``people/times.csv``.

Columns « équipe » and « heure » (or team, time), and if one wishes « entrée » (or entry): the name of the entry in the folder of hand-ins that the
hour is of. Without it an hour is of what was received first after it. Several lines of a team are several hand-ins.
"""

import difflib
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from challenge_data.grading.receiving import slug
from challenge_data.grading.teams import roster, tables
from challenge_data.grading.teams.rules import RulesError, local
from challenge_data.grading.unpacking import shown

TIMES = "times.csv"
HEADINGS = {
    "team": ("equipe", "team", "groupe", "group", "nom-de-l-equipe"),
    "time": ("heure", "time", "date", "date-et-heure", "derniere-modification-travail-remis", "derniere-modification", "last-modified-submission", "last-modified"),
    "entry": ("entree", "entry", "fichier", "file"),
}
_MONTHS = {name: number for number, names in enumerate((
    "janvier january jan janv", "fevrier february feb fevr", "mars march mar", "avril april apr avr", "mai may", "juin june jun", "juillet july jul juil", "aout august aug",
    "septembre september sep sept", "octobre october oct", "novembre november nov", "decembre december dec"), 1) for name in names.split()}  # fmt: skip
_CLOCK = r"[, àa]*(?P<hour>\d{1,2})[:h](?P<minute>\d{2})(?::(?P<second>\d{2}))?\s*(?P<half>[ap]\.?m\.?)?"
_SLASHED = re.compile(r"(?P<day>\d{1,2})[/.](?P<month>\d{1,2})[/.](?P<year>\d{4})" + _CLOCK, re.IGNORECASE)
_MOODLE = re.compile(r"(?:[^\W\d]+,? )?(?P<day>\d{1,2})(?:er)? (?P<month>[^\W\d]+)\.? (?P<year>\d{4})" + _CLOCK, re.IGNORECASE)
"""« vendredi 6 mars 2026, 17:55 », « Friday, 6 March 2026, 5:55 PM »."""


@dataclass(frozen=True)
class Told:
    """One line."""

    when: datetime
    """Aware of its zone; written without one, it is the hour of Paris."""
    entry: str = ""
    """Of the source folder; empty when it was not said."""


def load(grading: Path) -> dict[str, tuple[Told, ...]]:
    """Team -> hours told; empty without the file.

    Raises:
        RulesError: with all that is wrong: columns, teams that the roster does not know, hours that are none.
    """
    path = grading / roster.PEOPLE / TIMES
    if not path.exists():
        return {}
    try:
        table = tables.read(path, HEADINGS)
    except tables.NotATable as error:
        raise RulesError(path, [str(error)]) from error
    problems = list(table.problems)
    if lacking := [column for column in ("team", "time") if column not in table.columns]:
        raise RulesError(path, [*problems, f"no column « {' », « '.join(lacking)} »: name it so in the first line."])
    teams = {team.name.casefold(): team.name for team in roster.load(grading).teams}
    found: dict[str, tuple[Told, ...]] = {}
    for row in table.rows:
        team, written = slug(row.cells["team"]), row.cells["time"]
        if written in ("", "-"):  # an LMS's word for nothing
            continue
        if not team or (teams and team.casefold() not in teams):
            near = difflib.get_close_matches(team.casefold(), teams, n=1)
            problems.append(f"line {row.line}: no team « {shown(row.cells['team'], 40)} » in the roster" + (f"; the nearest is {teams[near[0]]}." if near else "."))
            continue
        try:
            told = Told(moment(written), row.cells.get("entry", ""))
        except ValueError as fault:
            problems.append(f"line {row.line}: {fault}.")
            continue
        name = teams.get(team.casefold(), team)
        found[name] = (*found.get(name, ()), told)
    if problems:
        raise RulesError(path, problems)
    return found


def moment(written: str) -> datetime:
    """A date with its hour: ISO 8601, ``06/03/2026 17:55`` (the day first), or as Moodle writes it in French or English.

    Raises:
        ValueError: it is none of them, or no such hour exists.
    """
    text = " ".join(written.split())
    try:
        if re.match(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d", text):
            return local(datetime.fromisoformat(text))
        if read := _SLASHED.fullmatch(text) or _MOODLE.fullmatch(text):
            hour = int(read["hour"])
            if read["half"]:
                hour = hour % 12 + (12 if read["half"].lower().startswith("p") else 0)
            month = int(read["month"]) if read["month"].isdigit() else _MONTHS[slug(read["month"]).casefold()]
            return local(datetime(int(read["year"]), month, int(read["day"]), hour, int(read["minute"]), int(read["second"] or 0)))
    except (ValueError, KeyError) as error:
        raise ValueError(f"« {shown(written, 50)} » is no date with its hour ({error})") from error
    raise ValueError(f"« {shown(written, 50)} » is no date with its hour. Write 2026-03-06 17:55 or 06/03/2026 17:55")
