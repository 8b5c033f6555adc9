"""Where a team's words still stand once it was erased: another team's text, a comment, a file that a person put there."""

import html
import json
import re
import unicodedata
import zipfile
from collections.abc import Iterator
from pathlib import Path

from challenge_data.grading.teams.roster import Team

LEAST = 4
"""Characters: a shorter word stands in many others."""


def words_of(name: str, team: Team | None) -> tuple[str, ...]:
    """The team's name and title, its members' names and addresses; those long enough to be looked for."""
    found = [name, *([team.title, *(word for member in team.members for word in (member.name, member.email))] if team else [])]
    return tuple(word for word in dict.fromkeys(found) if len(word) >= LEAST)


def remains(grading: Path, words: tuple[str, ...]) -> Iterator[str]:
    """Files, sorted, whose name or bytes hold one of ``words``, capitals apart; spreadsheets are opened. Archives that teams handed in are not."""
    if not words:
        return
    # Bytes in lower case know no accents: each word in both cases, composed or not, plain and as JSON and HTML have it.
    forms = {form.encode().lower() for word in words for one in (word, word.lower(), word.upper()) for each in (unicodedata.normalize("NFC", one), unicodedata.normalize("NFD", one))
             for form in (each, json.dumps(each)[1:-1], html.escape(each))}  # fmt: skip
    pattern = re.compile(b"(?<![a-z0-9])(?:" + b"|".join(map(re.escape, forms)) + b")(?![a-z0-9])")

    def holds(content: bytes) -> bool:
        content = content.lower()
        # A plain search first: ten times as fast.
        return any(form in content for form in forms) and pattern.search(content) is not None

    for path in sorted(grading.rglob("*")):
        if holds(path.name.encode(errors="surrogateescape")) or (path.is_file() and not path.is_symlink() and any(map(holds, _contents(path)))):
            yield str(path)


def _contents(path: Path) -> Iterator[bytes]:
    yield path.read_bytes()
    if path.suffix == ".xlsx" and zipfile.is_zipfile(path) and "received" not in path.parts:
        with zipfile.ZipFile(path) as book:
            yield from map(book.read, book.namelist())
