"""What is a team's, among the files of the course folder: what it changed of what was delivered, and what it made."""

import itertools
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
LARGE = 5_000_000
"""Bytes. A larger file is in the download, and not in the browser's copy, which is renewed over a shared network."""
_LEFT_BEHIND = {".ipynb_checkpoints", "__pycache__"}
_OF_THE_COURSE = {
    *edition.OPENED, WORK, edition.FILE, "bench", "binder", "build", "curriculum", "datasets", "docs", "share", "solutions", "src", "tests",
    "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "LISEZMOI.md", "Makefile", "README.md", "challenge_data.py", "environment.yml",
    "edition.sha256", "nbgrader_config.py", "pyproject.toml", "requirements.lock", "requirements-dev.lock",
}
"""Names at the root of the course folder that are not a team's."""
_CANNOT_TRAVEL = re.compile(r"[\\:\x00-\x1f\x7f\ud800-\udfff]")


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
    if _is_hidden((first, *inner)) or ".." in (first, *inner) or name != travelling(name) or name.startswith("/"):
        return False
    if first in (*edition.OPENED, WORK):
        return bool(inner)
    return first not in _OF_THE_COURSE and not _is_another_spelling(course.root() / first)


def travelling(name: str) -> str:
    """The name under which a file travels: a hyphen for what another system, or a zip, would not take (``\\``, ``:``, line ends, undecodable bytes)."""
    return _CANNOT_TRAVEL.sub("-", name)


def _is_another_spelling(path: Path) -> bool:
    """Whether this disk, where capitals or accents do not count, takes this name for one of the course's."""
    return path.exists() and any(path.samefile(here) for here in path.parent.iterdir() if here.name in _OF_THE_COURSE)


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
    return dict(contents(own(delivered)))


def own(delivered: Mapping[str, bytes] | None = None) -> dict[str, Path]:
    """Relative path -> where each file of :func:`changed` is: a table of 400 MB is not read for its name."""
    delivered = edition.originals() if delivered is None else delivered
    there = everything()
    kept = {name: seen.same(content, delivered[name]) for name, content in contents({name: there[name] for name in there.keys() & delivered.keys()})}
    return {name: path for name, path in there.items() if not kept.get(name)}


def contents(paths: Mapping[str, Path]) -> Iterator[tuple[str, bytes]]:
    """(name, bytes) of these files, one at a time; one that went away meanwhile is left out."""
    for name, path in paths.items():
        try:
            content = path.read_bytes()
        except OSError:
            continue
        yield name, content


def is_large(path: Path) -> bool:
    """True above :data:`LARGE`."""
    return path.is_file() and path.stat().st_size > LARGE


def everything() -> dict[str, Path]:
    """Relative path, as it travels -> where the file is, for all that lies where teams work; sorted."""
    found: dict[str, Path] = {}
    # A name that needs no change keeps it, whatever another becomes.
    for name, path in sorted(_walked(), key=lambda entry: entry[0] != travelling(entry[0])):
        found[_free(travelling(name), found)] = path
    return dict(sorted(found.items()))


def _free(name: str, taken: Mapping[str, Path]) -> str:
    pure = PurePosixPath(name)
    names = (str(pure.with_name(f"{pure.stem} ({rank}){pure.suffix}")) for rank in itertools.count(2))
    return next(one for one in itertools.chain([name], names) if one not in taken)


def _walked() -> Iterator[tuple[str, Path]]:
    for folder in edition.OPENED:
        yield from _under(course.root() / folder, folder)
    yield from _under(course.work_dir(), WORK)
    # What was dropped elsewhere would disappear with a lent machine. One's own keeps it, among things that are nobody's business.
    for path in sorted(course.root().iterdir()) if is_lent() else ():
        if is_own(travelling(path.name)) and not path.is_symlink():
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
