"""What ``edition.toml`` says, read before it is public: a slip there stops every team's hand-in, or gives a password away."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from challenge_data import edition
from challenge_data.teamwork import sending

_KEYS: dict[str, dict[str, type]] = {"": {"name": str}, "hand_in": {"address": str, "code": bool}, "mentors": {"forum": str}}
"""Table ("" is none) -> its keys -> their types."""
_TYPES = {str: "a text between quotes", bool: "true or false, without quotes"}


def faults(root: Path) -> list[str]:
    """English sentences: what to mend in the course's ``edition.toml``; none when the file is absent."""
    path = root / edition.FILE
    if not path.is_file():
        return []
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        return [f"{edition.FILE}: no TOML: {error}."]
    return [f"{edition.FILE}: {fault}." for fault in _faults(said)]


def _faults(said: dict[str, Any]) -> Iterator[str]:
    tables = {table: said.get(table, {}) for table in _KEYS if table}
    yield from (f"[{table}] is a table: write its name between brackets, alone on its line" for table, inner in tables.items() if not isinstance(inner, dict))
    tables = {"": {key: value for key, value in said.items() if key not in tables}} | {table: inner for table, inner in tables.items() if isinstance(inner, dict)}
    for table, inner in tables.items():
        for key, value in inner.items():
            where = f"« {key} » of [{table}]" if table else f"« {key} »"
            if key not in _KEYS[table]:
                yield f"{where} is not read by anything: the keys are {', '.join(_KEYS[table])}"
            elif not isinstance(value, _KEYS[table][key]):
                secret = "; this file is public: the code itself is said aloud on the day, and written nowhere" if key == "code" else ""
                yield f"{where} must be {_TYPES[_KEYS[table][key]]}{secret}"
            elif key in ("address", "forum") and value:
                yield from (f"{where} {why}" for why in _of_address(value, key))


def _of_address(address: str, key: str) -> Iterator[str]:
    try:
        parts = urlsplit(address)
        host, named = parts.hostname, parts.username or parts.password
    except ValueError as error:
        yield f"is no address: {error}"
        return
    if named:
        yield "holds a name or a password before its @, and this file is public: take them out"
    if key == "address" and not sending.is_safe(address):
        yield "must begin with https://: people's work would travel in clear"
    elif not host or parts.scheme not in ("https", "http"):
        yield "must begin with https://"
