"""What is a team's, among the files of the course folder: what it changed of what was delivered, and what it made."""

import os
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from challenge_data import course, edition
from challenge_data.teamwork import seen

WORK = "travail"
"""What :func:`challenge_data.course.work_dir` is called in an archive, wherever it lies."""
_LEFT_BEHIND = {".ipynb_checkpoints", "__pycache__"}
_OF_THE_COURSE = {
    *edition.OPENED, WORK, edition.FILE, "bench", "binder", "build", "curriculum", "datasets", "docs", "share", "solutions", "src", "tests",
    "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "LISEZMOI.md", "Makefile", "README.md", "challenge_data.py", "environment.yml",
    "nbgrader_config.py", "pyproject.toml", "requirements.lock", "requirements-dev.lock",
}
"""Names at the root of the course folder that are not a team's."""


@dataclass(frozen=True)
class File:
    """A file to give to a browser."""

    name: str
    content: bytes


def path_of(name: str) -> Path:
    """Where a file of an archive lies here: ``travail/…`` in the work folder, all else in the course folder."""
    if name.startswith(f"{WORK}/"):
        return course.work_dir() / name.removeprefix(f"{WORK}/")
    return course.root() / name


def is_own(name: str) -> bool:
    """True if a file of this name may be a team's: in a folder that teams open, or beside the course's own at its root."""
    first, *inner = PurePosixPath(name).parts or ("",)
    if _is_hidden((first, *inner)) or ".." in inner or any(mark in name for mark in "\\:") or name.startswith("/"):
        return False
    return bool(inner) if first in (*edition.OPENED, WORK) else first not in _OF_THE_COURSE


def is_lent() -> bool:
    """True on a Binder, a machine that disappears: BinderHub names itself in each machine's environment."""
    return "BINDER_LAUNCH_HOST" in os.environ


def of_challenge(challenge: str, delivered: Mapping[str, bytes] | None = None) -> dict[str, bytes]:
    """Relative path -> bytes of the challenge's notebooks as delivered; ``delivered`` as for :func:`changed`."""
    delivered = edition.originals() if delivered is None else delivered
    return {path: content for path, content in delivered.items() if challenge and PurePosixPath(path).match(f"exercises/{challenge}/*.ipynb")}


def changed(delivered: Mapping[str, bytes] | None = None) -> dict[str, bytes]:
    """Relative path -> bytes of each file that is the team's own; sorted.

    Args:
        delivered: what :func:`edition.originals` gave, if it is at hand; else it is read.
    """
    delivered = edition.originals() if delivered is None else delivered
    found = {name: path.read_bytes() for name, path in _all()}
    return {name: content for name, content in sorted(found.items()) if name not in delivered or not seen.same(content, delivered[name])}


def _all() -> Iterator[tuple[str, Path]]:
    for folder in edition.OPENED:
        yield from _under(course.root() / folder, folder)
    yield from _under(course.work_dir(), WORK)
    # What was dropped elsewhere would disappear with a lent machine. One's own keeps it, among things that are nobody's business.
    for path in sorted(course.root().iterdir()) if is_lent() else ():
        if is_own(path.name) and not path.is_symlink():
            yield from _under(path, path.name) if path.is_dir() else [(path.name, path)]


def _under(folder: Path, name: str) -> Iterator[tuple[str, Path]]:
    for path in sorted(folder.rglob("*")):
        inner = path.relative_to(folder)
        if path.is_file() and not path.is_symlink() and not _is_hidden(inner.parts):
            yield f"{name}/{inner.as_posix()}", path


def _is_hidden(parts: tuple[str, ...]) -> bool:
    # Files whose name begins with a dot are editors' and half-written ones.
    return any(part.startswith(".") or part in _LEFT_BEHIND for part in parts)


_LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "ß": "ss"})


def plain(name: str) -> str:
    """A name that every system takes, lower-case letters, digits and hyphens: « Les Sternes » is ``les-sternes``."""
    bare = unicodedata.normalize("NFKD", name.lower().translate(_LETTERS)).encode("ascii", "ignore").decode()
    return re.sub("[^a-z0-9]+", "-", bare).strip("-") or "equipe"
