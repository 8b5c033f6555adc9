"""Which hints a team opened: they cost nothing, and tell where a class got stuck."""

import json
from dataclasses import dataclass, field
from pathlib import Path

from challenge_data.checks.hints import OPENED_FILE


@dataclass(frozen=True)
class OpenedHints:
    """What one file of opened hints says."""

    team: str
    opened: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Question -> (hints opened, hints there are)."""
    problem: str = ""
    """Why the file could not be read; empty when it was."""


def opened_hints(submissions: Path) -> list[OpenedHints]:
    """What each team's ``indices.json`` says, sorted by team.

    Args:
        submissions: a folder with one folder a team, as received; the file may lie anywhere below a team's folder.
    """
    return [_read(path, path.relative_to(submissions).parts[0]) for path in sorted(submissions.glob(f"*/**/{OPENED_FILE}"))]


def _read(path: Path, team: str) -> OpenedHints:
    # A file that a team handed in: anything may be in it.
    try:
        written = json.loads(path.read_text(encoding="utf-8"))
        return OpenedHints(team, {str(name): (int(entry["ouverts"]), int(entry["sur"])) for name, entry in sorted(written.items())})
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        return OpenedHints(team, problem=f"{path.name} cannot be read ({type(error).__name__}): ask the team for its own copy")
