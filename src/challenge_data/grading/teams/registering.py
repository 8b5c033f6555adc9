"""A new list of teams in the place of the former one: what changes is told, and no team that handed in is lost."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from challenge_data.grading.keeping import records
from challenge_data.grading.recording import DiskFull, Recorder, Refused
from challenge_data.grading.teams import importing, roster
from challenge_data.grading.teams.importing import Listed, RosterError
from challenge_data.grading.teams.roster import Roster


@dataclass(frozen=True)
class Registered:
    """What an import did, or would do."""

    listed: Listed
    changes: list[str]
    """Since the former list, a sentence each; empty when nothing changes, or when there was none."""
    kept: bool
    """False when it was only to be checked."""
    unsaid: str = ""
    """Why nbgrader's gradebook does not have the teams yet: ``grade`` adds them."""
    place: Path = Path()
    """Where the list is kept, or would be."""

    def as_table(self) -> str:
        """A line a challenge, its teams and people; then what to look at."""
        teams = self.listed.roster.teams
        names = sorted({team.challenge for team in teams})
        wide = max(map(len, [*names, "challenge"]))
        lines = [f"{'challenge':<{wide}}  {'teams':>5}  {'members':>7}"]
        counts = [(name, [team for team in teams if team.challenge == name]) for name in names]
        lines += [f"{name:<{wide}}  {len(those):>5}  {sum(len(team.members) for team in those):>7}" for name, those in [*counts, ("all", list(teams))]]
        lines += [f"{team.title}: {', '.join(member.name for member in team.members)}" for team in teams]
        lines += [f"Change: {change}" for change in self.changes] + [f"Warning: {warning}" for warning in self.listed.warnings]
        return "\n".join([f"Read as {self.listed.how}.", *lines, *([self.unsaid] if self.unsaid else []), f"Kept in {self.place}." if self.kept else f"Only checked: nothing was written in {self.place}."])


def register(path: Path, course: Path, grading: Path, *, check: bool = False) -> Registered:
    """Read a list, compare it with the former one, keep it, and make its teams known to nbgrader: names of teams, no person.

    Args:
        check: only read and compare.

    Raises:
        RosterError: the list has faults, drops a team that handed in, or the grading folder is in the course's; nothing is written then.
    """
    if grading.resolve().is_relative_to(course.resolve()):
        raise RosterError(grading, ["is in the course's folder, which is public: people's names go elsewhere, say where with --grading."])
    challenges = {folder.name for folder in (course / "solutions").glob("[!.]*/") if any(folder.glob("*.ipynb"))}
    if not challenges:
        raise RosterError(course / "solutions", ["holds no challenge: run `make build`."])
    listed = importing.read(path, challenges)
    before = roster.load(grading)
    if lost := [team for team in before.teams if listed.roster.team(team.name) is None and has_work(grading, team.name)]:
        raise RosterError(path, [f"the team « {team.title} » ({team.challenge}) handed in and is not in the list any more. Put it back, under the same name; "
                                 f"or, if all of its work is to be deleted, first run `challenge-data forget {team.name}`." for team in lost])
    changes = list(differences(before, listed.roster)) if before.teams else []
    strangers = sorted({folder.name for folder in (grading / "received").glob("[!.]*/[!.]*/")} - {team.name for team in listed.roster.teams})
    listed.warnings.extend(f"{name} handed in, and is no team of the list." for name in strangers)
    place = grading / roster.PEOPLE / roster.ROSTER
    if check:
        return Registered(listed, changes, False, place=place)
    try:
        roster.keep(grading, listed.roster)
    except OSError as error:
        raise RosterError(grading, [f"the list could not be written ({error.strerror}); the former one is as it was."]) from error
    return Registered(listed, changes, True, _tell_nbgrader(course, grading, listed.roster), place)


def has_work(grading: Path, team: str) -> bool:
    """True if something of the team was received or graded, whatever the challenge."""
    return any(records(folder) for folder in (grading / "received").glob(f"[!.]*/{team}")) or any(
        (grading / kind / team).exists() for kind in ("executed", "autograded", "feedback"))


def differences(before: Roster, now: Roster) -> Iterable[str]:
    """What changes from one roster to another, a sentence each. A person is known by the address."""
    for team in now.teams:
        if (old := before.team(team.name)) is None:
            yield f"new team « {team.title} » ({team.challenge}), {len(team.members)} member(s)."
            continue
        if old.title != team.title:
            yield f"« {old.title} » is now written « {team.title} »."
        if old.challenge != team.challenge:
            yield f"« {team.title} » goes from {old.challenge} to {team.challenge}; what it handed in for {old.challenge} is no longer graded."
    for team in before.teams:
        if now.team(team.name) is None:
            yield f"no team « {team.title} » any more ({len(team.members)} member(s))."
    was, is_ = _places(before), _places(now)
    for email, (name, title, team) in is_.items():
        if email not in was:
            if before.team(team):
                yield f"{name} ({email}) joins « {title} »."
        elif was[email][2] != team:
            yield f"{name} ({email}) goes from « {was[email][1]} » to « {title} »."
        elif was[email][0] != name:
            yield f"{was[email][0]} ({email}) is now written {name}."
    for email, (name, title, team) in was.items():
        if email not in is_ and now.team(team):
            yield f"{name} ({email}) leaves « {title} »."


def _places(teams: Roster) -> dict[str, tuple[str, str, str]]:
    return {member.email: (member.name, team.title, team.name) for team in teams.teams for member in team.members}


def _tell_nbgrader(course: Path, grading: Path, teams: Roster) -> str:
    """Teams into the gradebook; why not, when it cannot be done now."""
    if not teams.teams:
        return ""
    try:
        with Recorder(course, teams.teams[0].challenge, grading, wait=False) as recorder:
            recorder.prepare()
            recorder.add_teams(team.name for team in teams.teams)
    except (Refused, DiskFull) as problem:
        return f"nbgrader's gradebook does not have the teams yet, `grade` will add them: {problem}"
    return ""
