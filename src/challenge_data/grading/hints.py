"""Which hints a team opened: they cost nothing, and tell where a class got stuck."""

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

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


def read(files: Mapping[str, bytes]) -> Iterator[dict[str, tuple[int, int]]]:
    """What each readable file of opened hints says, among a team's files by name: question -> (hints opened, hints there are)."""
    for name, content in sorted(files.items()):
        if PurePosixPath(name).name == OPENED_FILE:
            with suppress(*_UNREADABLE):
                yield _opened(content)


def _read(path: Path, team: str) -> OpenedHints:
    try:
        return OpenedHints(team, _opened(path.read_bytes()))
    except _UNREADABLE as error:
        return OpenedHints(team, problem=f"{path.name} cannot be read ({type(error).__name__}): ask the team for its own copy")


# A file that a team handed in: anything may be in it.
_UNREADABLE = (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError)


def _opened(content: bytes) -> dict[str, tuple[int, int]]:
    return {str(name): (int(entry["ouverts"]), int(entry["sur"])) for name, entry in sorted(json.loads(content.decode("utf-8")).items())}
