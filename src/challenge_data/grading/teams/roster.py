"""The teams of an edition and their members, as the grading folder keeps them.

``<grading>/people/`` holds all that names a person and is no hand-in. Nobody but its owner reads it.
"""

from dataclasses import asdict, dataclass
from pathlib import Path

from challenge_data.grading.gradebook import private, read_whole, write_whole

PEOPLE, ROSTER = "people", "roster.json"


@dataclass(frozen=True)
class Member:
    """A person."""

    name: str
    email: str
    """In lower case: what an LMS knows a person by."""


@dataclass(frozen=True)
class Team:
    """The unit that hands in."""

    name: str
    """As nbgrader's folders and gradebook have it: :func:`~challenge_data.grading.receiving.slug` of ``title``."""
    title: str
    """As people write it."""
    challenge: str
    members: tuple[Member, ...]


@dataclass(frozen=True)
class Roster:
    """All teams, sorted by name."""

    teams: tuple[Team, ...] = ()

    def of(self, challenge: str) -> tuple[Team, ...]:
        """The teams of a challenge."""
        return tuple(team for team in self.teams if team.challenge == challenge)

    def team(self, name: str) -> Team | None:
        """The team of that name, if there is one."""
        return next((team for team in self.teams if team.name == name), None)


def people(grading: Path) -> Path:
    """The private folder, made when absent, closed to others."""
    folder = grading / PEOPLE
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    return folder


def keep(grading: Path, roster: Roster) -> Path:
    """Write the roster, whole or as before; only its owner reads it."""
    path = people(grading) / ROSTER
    with private():
        write_whole(path, asdict(roster))
    return path


def load(grading: Path) -> Roster:
    """What :func:`keep` wrote; no team when nothing was."""
    told = read_whole(grading / PEOPLE / ROSTER)
    return Roster(tuple(Team(one["name"], one["title"], one["challenge"], tuple(Member(**member) for member in one["members"])) for one in told.get("teams", [])))
