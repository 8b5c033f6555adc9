"""Hand-ins kept as received: byte for byte, whole or not at all, never overwritten.

``<home>/<team>/<UTC yyyymmddThhmmssZ>-<first 8 of sha256>/`` holds ``received.json`` and the team's files under
``files/``, so that no name a team chose can take the record's place. A record is written under a hidden name, every file
and folder of it is brought to the disk (fsync), then it is renamed: a crash leaves nothing or a whole record.
"""

import errno
import fcntl
import hashlib
import json
import os
import secrets
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from challenge_data.grading.unpacking import CHUNK, is_junk, open_plain, shown

RECORD = "received.json"
FILES = "files"
MOST_BYTES = 500_000_000
"""One hand-in: notebooks weigh some MB; an LMS rarely takes more than 500 MB."""
MOST_FILES = 5_000
"""One hand-in, out of an archive: as many as are looked at in an archive."""
MOST_DEPTH = 12

_INCOMING = ".incoming-"
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""No room is left, as the system says it."""


class NotKept(Exception):
    """This hand-in could not be kept; nothing of it was written. The message is a sentence without its full stop."""


class Empty(NotKept):
    """There was nothing to keep."""


@dataclass(frozen=True)
class Kept:
    """One record."""

    folder: Path
    record: dict[str, Any]
    """``team``; ``at``: UTC, ISO 8601; ``channel``: the entry's name; ``changed``: UTC, the newest file's own date;
    ``files``: relative name -> sha256; ``sha256``: of the lines ``sha256sum -z`` prints for these, sorted by name."""


@contextmanager
def alone(home: Path) -> Iterator[None]:
    """Hold the folder of a challenge's records: another run waits here. What a crash left half written is removed.

    Raises:
        NotKept: the folder cannot be made or locked.
    """
    try:
        _make(home)
        lock = os.open(home / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise NotKept(_why(error, home)) from error
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
        except OSError as error:
            raise NotKept(_why(error, home)) from error
        for left in home.glob(f"{_INCOMING}*"):
            shutil.rmtree(left, ignore_errors=True)
        yield
    finally:
        os.close(lock)


def keep(source: Path, parts: dict[str, str], home: Path, team: str, channel: str, notes: list[str]) -> Kept:
    """Copy a hand-in into its record; the same content received before is the same record. Call within :func:`alone`.

    Args:
        source: the folder of hand-ins.
        parts: entry of ``source`` -> name it is kept under; empty for a folder whose files keep their own names.
        notes: what was left out is added here.

    Raises:
        NotKept: nothing to keep, too much of it, unreadable, or no room.
    """
    try:
        listing = {name: _digest(file) for name, file, _ in _files(source, parts, notes)}
        if not listing:
            raise Empty("holds no file")
        for earlier in records(home / team):
            if earlier.record["sha256"] == digest_of(listing):
                if _sound(earlier):
                    return earlier
                notes.append(f"The copy kept in {earlier.folder.name} was altered since: a new one was made")
    except OSError as error:
        raise NotKept(f"cannot be read ({error.strerror}): {shown(str(error.filename or channel))}") from error

    incoming = home / f"{_INCOMING}{os.getpid()}-{secrets.token_hex(4)}"
    try:
        return _write(source, parts, incoming, home / team, {"team": team, "channel": channel})
    except OSError as error:
        raise NotKept(_why(error, home)) from error
    finally:
        shutil.rmtree(incoming, ignore_errors=True)


def records(folder: Path) -> list[Kept]:
    """The whole records of a team, the first received first; anything else in its folder is passed over."""
    found = []
    for path in folder.glob(f"[!.]*/{RECORD}"):
        if (record := read_record(path.parent)) is not None:
            found.append(Kept(path.parent, record))
    return sorted(found, key=lambda kept: (kept.record["at"], kept.folder.name))


def read_record(folder: Path) -> dict[str, Any] | None:
    """What a record's ``received.json`` says (see :class:`Kept`); None when it is gone or damaged."""
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        whole = isinstance(record["at"], str) and isinstance(record["sha256"], str) and isinstance(record["files"], dict)
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return record if whole else None


def digest_of(listing: dict[str, str]) -> str:
    """One sha256 for many files: that of the lines ``sha256sum -z`` prints for them, in the order of their names."""
    lines = (f"{digest}  ".encode() + os.fsencode(name) + b"\0" for name, digest in sorted(listing.items()))
    return hashlib.sha256(b"".join(lines)).hexdigest()


def read_kept(path: Path, digest: str) -> Path:
    """The path of a kept file, once its bytes are seen to be those that were received.

    Raises:
        NotKept: they are not, or the file is gone.
    """
    try:
        with open_plain(path) as file:
            if _digest(file) == digest:
                return path
    except OSError:
        pass
    raise NotKept("was altered or removed since it was received")


def _write(source: Path, parts: dict[str, str], incoming: Path, into: Path, about: dict[str, str]) -> Kept:
    incoming.mkdir(mode=0o700)
    listing, changed, size = {}, 0.0, 0
    for name, file, date in _files(source, parts, []):
        target = incoming / FILES / name
        target.parent.mkdir(parents=True, exist_ok=True)
        digest, changed = hashlib.sha256(), max(changed, date)
        with open(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o400), "wb") as copy:
            while chunk := file.read(CHUNK):
                # Counted again: a file may still be growing.
                if (size := size + len(chunk)) > MOST_BYTES:
                    raise NotKept(f"takes more than {MOST_BYTES // 1_000_000} MB: ask the team for its notebooks alone")
                digest.update(chunk)
                copy.write(chunk)
            _flush(copy)
        listing[name] = digest.hexdigest()
    now = datetime.now(UTC)
    record = {
        **about, "at": _iso(now), "changed": _iso(datetime.fromtimestamp(min(changed, now.timestamp()), UTC)),
        "sha256": digest_of(listing), "files": listing,
    }  # fmt: skip
    with open(incoming / RECORD, "x", encoding="utf-8") as file:
        json.dump(record, file, indent=1)
        _flush(file)
    for folder, _, _ in os.walk(incoming, topdown=False):
        _sync(Path(folder))
    _make(into)
    for length in (8, 16, 64):  # eight digits can be made to meet
        folder = into / f"{now:%Y%m%dT%H%M%SZ}-{record['sha256'][:length]}"
        if not folder.exists():
            break
    os.rename(incoming, folder)  # refused by the system where a record is
    _sync(into)
    return Kept(folder, record)


def _files(source: Path, parts: dict[str, str], notes: list[str]) -> Iterator[tuple[str, BinaryIO, float]]:
    """Each regular file of a hand-in, open: (name, file, date of its last change). No link is followed at any level."""
    count = size = 0
    root = os.open(source, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for entry, name in sorted(parts.items()):
            for found in _below(root, entry, name, 0, notes):
                seen = os.fstat(found[1].fileno())
                count, size = count + 1, size + seen.st_size
                if count > MOST_FILES:
                    raise NotKept(f"holds more than {MOST_FILES} files: ask the team for its notebooks alone")
                if size > MOST_BYTES:
                    raise NotKept(f"takes more than {MOST_BYTES // 1_000_000} MB: ask the team for its notebooks alone")
                yield *found, seen.st_mtime
    finally:
        os.close(root)


def _below(folder: int, entry: str, name: str, depth: int, notes: list[str]) -> Iterator[tuple[str, BinaryIO]]:
    mode = os.stat(entry, dir_fd=folder, follow_symlinks=False).st_mode
    if stat.S_ISREG(mode):
        with open_plain(entry, dir_fd=folder) as file:
            yield name, file
    elif not stat.S_ISDIR(mode):
        notes.append(f"{shown(name or entry)} is {'a symbolic link' if stat.S_ISLNK(mode) else 'no file'}: left out")
    elif depth > MOST_DEPTH:
        notes.append(f"{shown(name)} lies deeper than {MOST_DEPTH} folders: left out")
    else:
        handle = os.open(entry, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
        try:
            for inner in sorted(os.listdir(handle)):
                if not inner.startswith(".") and not is_junk(inner):
                    yield from _below(handle, inner, f"{name}/{inner}" if name else inner, depth + 1, notes)
        finally:
            os.close(handle)


def _sound(kept: Kept) -> bool:
    try:
        for name, digest in kept.record["files"].items():
            read_kept(kept.folder / FILES / name, digest)
    except NotKept:
        return False
    return True


def _digest(file: BinaryIO) -> str:
    return hashlib.file_digest(file, "sha256").hexdigest()


def _make(folder: Path) -> None:
    """Make a folder and those above it, each brought to the disk."""
    if not folder.is_dir():
        _make(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)  # people's work
        _sync(folder.parent)


def _flush(file: Any) -> None:
    file.flush()
    os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # some network shares cannot
            raise
    finally:
        os.close(handle)


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


def _why(error: OSError, home: Path) -> str:
    if error.errno in FULL:
        return f"could not be kept: no room left ({error.strerror}) where {home} is; free some and run again, nothing of it was written"
    return f"could not be kept ({error.strerror}): {shown(str(error.filename or home))}; nothing of it was written"
