"""The list of teams as an instructor keeps it, a line a person, into a roster: all faults at once, or the whole of it."""

import difflib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from challenge_data.grading.receiving import slug
from challenge_data.grading.teams import tables
from challenge_data.grading.teams.roster import Member, Roster, Team
from challenge_data.grading.unpacking import shown

MOST_MEMBERS = 8
"""More in a team is told: two teams may have been given one name."""
LONGEST = {"team": 80, "challenge": 100, "name": 100, "email": 254}
"""Characters; 254 is what RFC 5321 leaves to an address."""
EMAIL = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+", re.IGNORECASE)
"""What browsers ask of a field of that kind (WHATWG HTML, « valid e-mail address »), and a dot after the @."""
ALIKE = 0.88
"""Two titles as close as that are told: difflib's ratio; « Les Sternes » and « Les Sterne » have 0.95, « Les Sternes » and « Les Grèbes » 0.76."""

HEADINGS = {
    "team": ("equipe", "team", "groupe", "group", "nom-de-l-equipe", "nom-equipe", "nom-d-equipe", "nom-du-groupe", "team-name"),
    "challenge": ("defi", "challenge", "defi-choisi", "sujet", "nom-du-defi"),
    "name": ("membre", "member", "nom-complet", "nom-et-prenom", "prenom-et-nom", "nom-prenom", "prenom-nom", "name", "full-name", "etudiant", "etudiante", "etudiant-e", "participant", "participante", "participant-e"),
    "first": ("prenom", "first-name", "firstname", "given-name"),
    "last": ("nom", "nom-de-famille", "last-name", "lastname", "surname", "family-name"),
    "email": ("e-mail", "email", "courriel", "mail", "mel", "adresse", "adresse-e-mail", "adresse-email", "adresse-mail", "adresse-de-courriel", "adresse-electronique", "courrier-electronique", "email-address", "e-mail-address"),
}  # fmt: skip
_CALLED = {"team": "équipe", "challenge": "défi", "name": "membre", "email": "e-mail"}


class RosterError(ValueError):
    """The list is refused, nothing of it was taken.

    ``problems``: every fault, one sentence each, with line and remedy.
    """

    def __init__(self, path: Path, problems: list[str]) -> None:
        self.path, self.problems = path, problems
        super().__init__("\n".join(f"{path}: {problem}" for problem in problems))


@dataclass(frozen=True)
class Listed:
    """A list without a fault."""

    roster: Roster
    how: str
    """How the file was read: encoding, separator."""
    warnings: list[str] = field(default_factory=list)
    """What is allowed, and seldom meant."""


@dataclass(frozen=True)
class _Line:
    line: int
    team: str
    challenge: str
    name: str
    email: str


def read(path: Path, challenges: Collection[str]) -> Listed:
    """The roster that a .csv or .xlsx file gives.

    Args:
        challenges: the course's.

    Raises:
        RosterError: with all that is wrong.
    """
    try:
        table = tables.read(path, HEADINGS)
    except tables.NotATable as error:
        raise RosterError(path, [str(error)]) from error
    problems = list(table.problems)
    named = bool({"name", "last", "first"} & table.columns)
    lacking = [column for column in ("team", "challenge", "email") if column not in table.columns] + ([] if named else ["name"])
    if lacking:
        others = f" Headings that were not understood: {', '.join(table.ignored)}." if table.ignored else ""
        problems.append(f"no column « {' », « '.join(_CALLED[column] for column in lacking)} »: name it so in the first line.{others}")
        raise RosterError(path, problems)
    lines = [line for row in table.rows if (line := _line(row, challenges, problems))]
    if not table.rows:
        problems.append("holds headings and nobody below them.")
    warnings = [f"the column(s) {', '.join(table.ignored)} were left out."] if table.ignored else []
    teams = _teams(lines, problems, warnings)
    _people(lines, problems, warnings)
    if problems:
        raise RosterError(path, sorted(problems, key=_first_line))
    return Listed(Roster(tuple(sorted(teams, key=lambda team: team.name))), table.how, warnings)


def _line(row: tables.Row, challenges: Collection[str], problems: list[str]) -> _Line | None:
    """What one line says; None, and every fault of it, when it cannot be used."""
    parts = {column: row.cells[column] for column in ("first", "last", "name") if row.cells.get(column)}
    name = parts.get("name") or " ".join(parts.values())
    cells = {"team": row.cells["team"], "challenge": row.cells["challenge"], "name": name, "email": row.cells["email"]}
    found: dict[str, str] = {}
    for column, text in cells.items():
        # A name's parts before they are put together: each may begin with a formula.
        whys = [why for part in (parts.values() if column == "name" else [text]) if (why := tables.fault(part, LONGEST[column]))]
        if whys or not text:
            problems += [f"line {row.line}: « {_CALLED[column]} » {why}." for why in whys] or [f"line {row.line}: the cell « {_CALLED[column]} » is empty. Fill it in, on every line."]
            continue
        try:
            found[column] = _challenge(text, challenges) if column == "challenge" else _CHECKS[column](_plain(text))
        except ValueError as fault:
            problems.append(f"line {row.line}: {fault}.")
    return _Line(row.line, **found) if len(found) == len(cells) else None


def _team(title: str) -> str:
    if not slug(title):
        raise ValueError(f"the team « {shown(title, 40)} » has no letter or digit of our alphabet, and its folder needs one. Give it another name")
    return title


def _name(name: str) -> str:
    if not any(char.isalpha() for char in name):
        raise ValueError(f"« {shown(name, 40)} » is no name: it has no letter")
    return name


def _email(written: str) -> str:
    local = written.partition("@")[0]
    if not EMAIL.fullmatch(written) or local.startswith(".") or local.endswith(".") or ".." in local:
        raise ValueError(f"« {shown(written, 60)} » is no e-mail address, as prenom.nom@exemple.fr is: no accent, no space, one @, a dot after it")
    return written.lower()


_CHECKS = {"team": _team, "name": _name, "email": _email}


def _challenge(written: str, challenges: Collection[str]) -> str:
    by_key = {slug(challenge).casefold(): challenge for challenge in challenges}
    if (key := slug(written).casefold()) in by_key:
        return by_key[key]
    near = difflib.get_close_matches(key, by_key, n=1, cutoff=0.5)
    raise ValueError(f"no challenge « {shown(written, 40)} »; " + (f"the nearest is {by_key[near[0]]}" if near else f"there are {', '.join(sorted(challenges))}"))


def _plain(text: str) -> str:
    """One way of writing accents and spaces."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def _teams(lines: list[_Line], problems: list[str], warnings: list[str]) -> list[Team]:
    together: dict[str, list[_Line]] = defaultdict(list)
    for line in lines:
        together[slug(line.team).casefold()].append(line)
    teams = []
    for rows in together.values():
        titles, wanted = _where(rows, "team"), _where(rows, "challenge")
        if len(titles) > 1:
            problems.append(f"team {slug(rows[0].team)}: is written in several ways, which are one folder: {_listed(titles)}. Write it in one way; for two teams, change one name.")
        if len(wanted) > 1:
            problems.append(f"team « {rows[0].team} »: has several challenges: {_listed(wanted)}. A team has one.")
        if len(rows) > MOST_MEMBERS:
            warnings.append(f"the team « {rows[0].team} » has {len(rows)} members: are two teams called the same?")
        teams.append(Team(slug(rows[0].team), rows[0].team, rows[0].challenge, tuple(Member(row.name, row.email) for row in rows)))
    for rank, one in enumerate(teams):
        for other in teams[rank + 1:]:
            pair = one.title.casefold(), other.title.casefold()
            # « Équipe 1 » and « Équipe 2 » are meant.
            if re.findall(r"\d+", pair[0]) == re.findall(r"\d+", pair[1]) and difflib.SequenceMatcher(None, *pair).ratio() >= ALIKE:
                warnings.append(f"the teams « {one.title} » ({len(one.members)} member(s)) and « {other.title} » ({len(other.members)}) are two: is one misspelt?")
    return teams


def _people(lines: list[_Line], problems: list[str], warnings: list[str]) -> None:
    emails, names = defaultdict(list), defaultdict(list)
    for line in lines:
        emails[line.email].append(line)
        names[slug(line.name).casefold() or line.name.casefold()].append(line)
    for email, rows in emails.items():
        if len(rows) > 1:
            teams = list(dict.fromkeys(row.team for row in rows))
            where = f"in the team « {teams[0]} »" if len(teams) == 1 else f"in the teams « {' », « '.join(teams)} »"
            problems.append(f"lines {', '.join(str(row.line) for row in rows)}: {email} is there {len(rows)} times, {where}. A person has one line and one address.")
    for rows in names.values():
        if len({row.email for row in rows}) < 2:  # told above
            continue
        where = f"lines {', '.join(str(row.line) for row in rows)}: « {rows[0].name} »"
        by_team = defaultdict(set)
        for row in rows:
            by_team[row.team].add(row.email)
        if twice := [team for team, addresses in by_team.items() if len(addresses) > 1]:
            problems.append(f"{where} is there with several addresses in the team « {twice[0]} ». Leave one line; for two people, write a second first name.")
        else:
            warnings.append(f"{where} is in several teams, with other addresses: are they different people?")


def _first_line(problem: str) -> int:
    return int(found[1]) if (found := re.match(r"lines? (\d+)", problem)) else tables.MOST_ROWS


def _where(rows: list[_Line], column: str) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        found[getattr(row, column)].append(row.line)
    return found


def _listed(found: dict[str, list[int]]) -> str:
    return "; ".join(f"« {text} » (line {', '.join(map(str, numbers[:5]))}{' …' if len(numbers) > 5 else ''})" for text, numbers in found.items())
