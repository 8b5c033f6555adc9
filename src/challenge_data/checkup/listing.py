"""The list of an edition's files, `edition.sha256`: publishing writes it, the edition checks itself by it.

A line a file, as the command sha256sum writes and reads them. A file may have two lines while an edition is being
written: what it was, and what it becomes.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path

NAME = "edition.sha256"


def sha256(content: bytes) -> str:
    """The hexadecimal SHA-256 of a file's bytes."""
    return hashlib.sha256(content).hexdigest()


def read(folder: Path) -> dict[str, set[str]]:
    """Relative path with slashes -> SHA-256 it may have; empty when the folder holds no list.

    Raises:
        ValueError: a line is not of the list's form; the message is its number.
    """
    try:
        lines = (folder / NAME).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return {}
    listed: dict[str, set[str]] = {}
    for number, line in enumerate(lines, 1):
        digest, gap, path = line.partition("  ")
        if len(digest) != 64 or not gap or not path:
            raise ValueError(number)
        listed.setdefault(path, set()).add(digest)
    return listed


def as_bytes(listed: Mapping[str, set[str]]) -> bytes:
    """The list as a file, sorted: the same files give the same bytes."""
    return "".join(f"{digest}  {path}\n" for path in sorted(listed) for digest in sorted(listed[path])).encode()
