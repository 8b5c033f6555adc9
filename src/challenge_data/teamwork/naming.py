"""What a hand-in is called: ``les-sternes_defibrillateurs_20261129-140212_1a2b3c4d.zip``. Whoever gathers hand-ins reads it back.

Team, challenge, hour in Paris by the team's machine, and eight digits drawn at random: no name can be guessed, and none comes twice.
"""

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from challenge_data import course
from challenge_data.teamwork import files

FOLDER = "rendus"
"""Of the work folder, where hand-ins are kept."""
MOST_TEAM = 60
"""Characters of a team's name: with the rest, a name that every system takes."""
PATTERN = r"[a-z0-9-]+_[a-z0-9-]+_[0-9]{8}-[0-9]{6}_[0-9a-f]{8}\.zip"
"""Of the whole name, as a web server's configuration can say it."""
_READ = re.compile(r"(?P<team>[a-z0-9-]+)_(?P<challenge>[a-z0-9-]+)_(?P<at>[0-9]{8}-[0-9]{4}(?:[0-9]{2})?)_[0-9a-f]{8}(?: ?\([0-9]+\))?(?:\.zip)?", re.IGNORECASE)


@dataclass(frozen=True)
class Named:
    """What a hand-in's name says."""

    team: str
    """As :func:`team_of` writes it."""
    challenge: str
    at: str
    """``YYYYMMDD-HHMMSS``, in Paris, by the clock of the team's machine; the seconds may lack."""

    def moment(self) -> datetime | None:
        """:attr:`at` as a moment; None when it is no date."""
        try:
            return datetime.strptime(self.at.ljust(15, "0"), "%Y%m%d-%H%M%S").replace(tzinfo=ZoneInfo(course.ZONE))
        except ValueError:
            return None


def name_of(team: str, challenge: str) -> str:
    """A new name for a hand-in."""
    return f"{team_of(team)}_{challenge}_{course.now():%Y%m%d-%H%M%S}_{secrets.token_hex(4)}.zip"


def team_of(name: str) -> str:
    """A team's name as a hand-in's has it. One without any Latin letter or digit gets digits of its own, so that no two are taken as one."""
    plain = files.plain(name)[:MOST_TEAM].strip("-")
    has_latin = plain != "equipe" or files.plain(f"x{name}") != "x"
    return plain if has_latin else f"equipe-{hashlib.sha256(name.encode()).hexdigest()[:6]}"


def read(name: str) -> Named | None:
    """What a file's name says; None when it is not a hand-in's. A browser's « (1) » is no other name, nor is a folder that a browser unpacked."""
    match = _READ.fullmatch(name)
    return Named(match["team"].lower(), match["challenge"].lower(), match["at"]) if match else None
