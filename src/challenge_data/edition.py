"""What this edition of the workshop is called, and where its teams hand in and ask: ``edition.toml``, at the course's root."""

import hashlib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from challenge_data import course
from challenge_data.errors import LearnerError

FILE = "edition.toml"
ORIGINALS = "share/originals"
"""Pristine copies of what learners open, laid there by the build: ``share/originals/exercises/<challenge>/1_trouver.ipynb``."""
OPENED = ("notebooks", "exercises")
"""The folders that learners open."""


@dataclass(frozen=True)
class Edition:
    """One edition of the workshop."""

    name: str = "Challenge Data"
    address: str = ""
    """Of the upload-only place for hand-ins; empty: none."""
    code: bool = False
    """Whether a code is asked when a hand-in is sent."""
    forum: str = ""
    """Address of the forum where questions go; empty: none."""


def read() -> Edition:
    """This course folder's edition; without ``edition.toml``, one without address or forum.

    Raises:
        LearnerError: the file is no TOML, or one of its values has the wrong type.
    """
    path = course.root() / FILE
    if not path.is_file():
        return Edition()
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
        hand_in, mentors = said.get("hand_in", {}), said.get("mentors", {})
        found = Edition(said.get("name", Edition.name), hand_in.get("address", ""), hand_in.get("code", False), mentors.get("forum", ""))
    except (ValueError, AttributeError) as error:
        raise LearnerError(f"Le fichier {FILE} du cours ne se lit pas ({error}). Montrez cette phrase à la personne qui organise l'atelier.") from None
    for name, value in vars(found).items():
        if not isinstance(value, type(getattr(Edition, name))):
            raise LearnerError(f"Dans le fichier {FILE} du cours, « {name} » n'est pas du bon type. Montrez cette phrase à la personne qui organise l'atelier.")
    return found


def known() -> Edition:
    """This course folder's edition; where its file has faults, one without address or forum: a slip there must not stop the keeping of a team's work."""
    try:
        return read()
    except LearnerError:
        return Edition()


def problem() -> str:
    """The French sentence that :func:`read` raises; "" when the file is sound."""
    try:
        read()
    except LearnerError as told:
        return str(told)
    return ""


def originals() -> dict[str, bytes]:
    """Relative path -> bytes of each file of :data:`OPENED` as it was delivered, sorted; empty where the copies did not come along."""
    folder = course.root() / ORIGINALS
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file() and path.parent.name != ".ipynb_checkpoints"}


def version(delivered: Mapping[str, bytes] | None = None) -> str:
    """Eight hexadecimal digits drawn from every notebook as delivered: equal for two folders that hold the same exercises and lessons.

    Args:
        delivered: what :func:`originals` gave, if it is at hand; else it is read.
    """
    return fingerprint((originals() if delivered is None else delivered).items())[:8]


def fingerprint(files: Iterable[tuple[str, bytes]]) -> str:
    """The SHA-256 of files, each with its path, in hexadecimal; it changes with any byte of either."""
    whole = hashlib.sha256()
    for path, content in files:
        whole.update(f"{path}\0{len(content)}\0".encode())
        whole.update(content)
    return whole.hexdigest()
