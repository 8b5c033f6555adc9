"""A team taken out of files that also hold other teams: each is written whole or left as it was, and the others' part stays."""

import contextlib
import csv
import io
import sqlite3
import tomllib
from collections.abc import Collection
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry

from challenge_data.grading import converting
from challenge_data.grading.gradebook import Refused, full, is_full, private, put, url
from challenge_data.grading.receiving import slug
from challenge_data.grading.teams import tables, times

_OF_TEAMS = ("extensions", "counts")
"""Tables of ``rules.toml`` whose keys are teams."""
_ANY_BYTE = "latin-1"
"""Every byte is a character and comes back as it was, whatever the file's own encoding."""
_EVERY_TRACE = ("SELECT (SELECT count(*) FROM student WHERE id = :team) + (SELECT count(*) FROM submitted_assignment WHERE student_id = :team)"
                " + (SELECT count(*) FROM grade WHERE notebook_id NOT IN (SELECT id FROM submitted_notebook))"
                " + (SELECT count(*) FROM comment WHERE notebook_id NOT IN (SELECT id FROM submitted_notebook))")


class CannotEdit(ValueError):
    """The file is not as it should be; a sentence, with the remedy."""


def students(path: Path) -> set[str]:
    """Teams of a gradebook, or of a copy of one.

    Raises:
        sqlite3.DatabaseError: it is damaged, or is none.
    """
    # Not read only: what a killed writer left is first rolled back.
    with contextlib.closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=rw", uri=True, timeout=5)) as book:
        if (answer := book.execute("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
            raise sqlite3.DatabaseError(answer)
        return {name for (name,) in book.execute("SELECT id FROM student")}


def from_gradebook(path: Path, team: str) -> None:
    """By nbgrader's own classes; then the file is written anew, so that no freed page keeps a word.

    Raises:
        Refused: another program has it open, or something of the team is still there.
        DiskFull: no room to write it anew; run again.
        sqlite3.DatabaseError: it is damaged.
    """
    try:
        _plain(path)
        with converting.quiet(), Gradebook(url(path), "challenge-data") as book:
            # One by one: nbgrader would go through a list that it shortens.
            with contextlib.suppress(MissingEntry):
                for challenge in [submission.assignment.name for submission in book.find_student(team).submissions]:
                    book.remove_submission(challenge, team)
                book.remove_student(team)
        with contextlib.closing(sqlite3.connect(path, timeout=5, isolation_level=None)) as book:
            if left := book.execute(_EVERY_TRACE, {"team": team}).fetchone()[0]:
                raise Refused(f"{path}: nbgrader left {left} row(s) of « {team} », or of no team. Run the same command again; if it stays so, look at it before you go on.")
            book.execute("PRAGMA secure_delete=ON")
            book.execute("VACUUM")
    except Exception as error:
        if is_full(error):
            raise full(path.parent, f"{path.name} could not be written anew") from error
        if "locked" in str(error):
            raise Refused(f"{path} is open elsewhere: close formgrader, then run the same command again.") from error
        raise


def _plain(path: Path) -> None:
    """Folds a log that a killed run left, and deletes it."""
    with contextlib.closing(sqlite3.connect(path, timeout=5, isolation_level=None)) as book:
        book.execute("PRAGMA journal_mode=DELETE").fetchall()


def from_times(path: Path, team: str) -> bytes | None:
    """``times.csv`` without the team's lines; None when it has none.

    Raises:
        CannotEdit: it is no text with lines.
    """
    try:
        rows = tables.read(path, times.HEADINGS).rows
    except tables.NotATable as error:
        raise CannotEdit(f"{path} {error}") from error
    gone = {row.line for row in rows if slug(row.cells.get("team", "")).casefold() == team.casefold()}
    if not gone:
        return None
    content = path.read_bytes()
    if content.startswith(b"PK"):
        raise CannotEdit(f"{path} is a spreadsheet: take out the lines of « {team} » yourself, or save it as CSV UTF-8.")
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else _ANY_BYTE
    lines = content.decode(encoding).split("\n")
    return "\n".join(line for number, line in enumerate(lines, 1) if number not in gone).encode(encoding)


def from_rules(path: Path, team: str, words: Collection[str]) -> bytes | None:
    """``rules.toml`` without the team's own lines, nor the comments that hold one of ``words``; None when there is nothing to take out.

    Raises:
        CannotEdit: it is no TOML, or the team stands in it otherwise than on a line of its own.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
        before = tomllib.loads(text)
    except ValueError as error:  # no UTF-8, no TOML
        raise CannotEdit(f"{path} is no TOML in UTF-8 ({error}): mend it first.") from error
    kept, table = [], ""
    for line in text.splitlines(keepends=True):
        bare = line.strip()
        if bare.startswith("["):
            table = bare.partition("]")[0].strip("[ ")
        key = bare.partition("=")[0].strip().strip("\"'")
        if table in _OF_TEAMS and "=" in bare and not bare.startswith("#") and _same(key, team):
            continue
        code, mark, comment = line.partition("#")
        if mark and any(word.casefold() in comment.casefold() for word in words) and not {'"', "'"} & set(code):
            line = f"{code.rstrip()}\n" if code.strip() else ""
        kept.append(line)
    edited = "".join(kept)
    wanted = {name: {key: value for key, value in table.items() if not _same(key, team)} if name in _OF_TEAMS and isinstance(table, dict) else table for name, table in before.items()}
    try:
        if tomllib.loads(edited) != wanted:
            raise ValueError
    except ValueError:
        raise CannotEdit(f"{path}: « {team} » does not stand there on a line of its own. Take it out yourself, then run the same command again.") from None
    return edited.encode() if edited != text else None


def from_sheet(path: Path, gone: Collection[tuple[str, ...]], columns: tuple[str, ...]) -> bytes:
    """A sheet that people fill, without the lines whose ``columns`` say one of ``gone``; all that they typed in the others stays.

    Raises:
        CannotEdit: it cannot be read.
    """
    try:
        return _from_xlsx(path, gone, columns) if path.suffix == ".xlsx" else _from_csv(path, gone, columns)
    except Exception as error:  # openpyxl and zipfile raise many kinds for one damaged file
        raise CannotEdit(f"{path} cannot be read ({type(error).__name__}: {error}): save it again as {path.suffix[1:]}, or delete it, then run the same command again.") from error


def _from_xlsx(path: Path, gone: Collection[tuple[str, ...]], columns: tuple[str, ...]) -> bytes:
    from openpyxl import load_workbook

    book = load_workbook(path)
    table = [["" if value is None else str(value) for value in row] for row in book.active.iter_rows(values_only=True)]
    for rank in sorted(_lines(table, gone, columns), reverse=True):
        book.active.delete_rows(rank + 1)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _from_csv(path: Path, gone: Collection[tuple[str, ...]], columns: tuple[str, ...]) -> bytes:
    text = path.read_bytes().decode(_ANY_BYTE)
    mark = "\u00ef\u00bb\u00bf"  # UTF-8's, read byte by byte
    body = text.removeprefix(mark)
    first = body.partition("\n")[0]
    delimiter = max(";,\t", key=first.count)
    table = list(csv.reader(io.StringIO(body, newline=""), delimiter=delimiter))
    lines = _lines(table, gone, columns)
    target = io.StringIO(newline="")
    csv.writer(target, delimiter=delimiter).writerows(row for rank, row in enumerate(table) if rank not in lines)
    return (mark * text.startswith(mark) + target.getvalue()).encode(_ANY_BYTE)


def _lines(table: list[list[str]], gone: Collection[tuple[str, ...]], columns: tuple[str, ...]) -> set[int]:
    head = [cell.strip() for cell in table[0]]
    places = [head.index(column) for column in columns]
    return {rank for rank, row in enumerate(table[1:], 1) if len(row) > max(places) and tuple(_number(row[place].strip().removeprefix("'")) for place in places) in gone}


def _number(cell: str) -> str:
    return cell.removesuffix(".0").zfill(3) if cell.removesuffix(".0").isdigit() else cell  # spreadsheets drop zeros


def _same(name: str, team: str) -> bool:
    return slug(name).casefold() == team.casefold() or name.casefold() == team.casefold()


def write(path: Path, content: bytes) -> None:
    """Whole or as before; only its owner reads it."""
    with private():
        put(path, content)
