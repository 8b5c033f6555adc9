"""The file that holds everybody's marks: one writer at a time, a copy before each run, a clear word when the disk is full.

nbgrader opens ``gradebook.db`` a dozen times for one notebook and saves after each cell. While a run lasts the file works with a
write-ahead log: a save is then one short write, a killed writer leaves the file as after its last save, and formgrader may read
meanwhile. When the run ends the file is again one plain file, that can be copied alone.
"""

import contextlib
import errno
import fcntl
import json
import logging
import os
import shutil
import socket
import sqlite3
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import event
from sqlalchemy.engine import Engine

from challenge_data.grading.keeping import FULL

LOCK = ".grading.lock"
BACKUPS, KEPT_BACKUPS = "backups", 5
FREE_BYTES = 50 * 1024**2
"""Asked of the disk before a team is written: its notebooks, the log, and a margin. Not a measure: ours take 2 MB a team."""
_POLL_SECONDS = 0.2
_FULL_WORDS = ("no space left on device", "database or disk is full", "file too large", "disk quota exceeded")
"""errno's and SQLite's own words: nbgrader keeps only the text of what went wrong."""

_INDICES = {"grade": "notebook_id, cell_id", "comment": "notebook_id, cell_id", "submitted_notebook": "assignment_id, notebook_id", "submitted_assignment": "student_id, assignment_id"}
"""Table -> columns by which nbgrader and we look for one team's rows. nbgrader's own indices have them the other way round: it then reads
the rows of all teams to find one's, at each cell."""

_held: dict[Path, int] = {}
"""Lock -> process that holds it. The system's lock is a whole process's: it would let a second run in the same one through."""


def _is_no_interruption(record: logging.LogRecord) -> bool:
    return not (record.exc_info and record.exc_info[0] is KeyboardInterrupt)


# SQLAlchemy logs a Ctrl + C that falls while a connection is given back, with its traceback, then raises it: the command says it in one sentence.
logging.lastResort.addFilter(_is_no_interruption)


class Refused(RuntimeError):
    """Recording cannot be done; the message says why and what to do."""


class Busy(Refused):
    """Another run holds the gradebook."""


class DiskFull(OSError):
    """There is no room left; what was recorded before is safe."""

    def __str__(self) -> str:
        return self.strerror


class Lock:
    """One writer for a grading folder. The system frees it when its holder ends, however it ends.

    A lock by ``fcntl.lockf``, which a forked worker does not inherit: one that outlives its killed parent holds nothing.
    """

    def __init__(self, grading: Path) -> None:
        self.path = (grading / LOCK).resolve()
        self._file: int | None = None

    def take(self, wait: bool, say: Callable[[str], None]) -> None:
        """Hold the lock.

        Args:
            wait: wait for the other run to end, after saying who it is; otherwise do not.

        Raises:
            Busy: another run holds it, and ``wait`` is false.
        """
        told = False
        while not self._try():
            holder = f"Another run is writing in {self.path.parent}: {self._holder()}"
            if not wait:
                raise Busy(f"{holder}. Run the same command again when it has ended.")
            if not told:
                say(f"{holder}. Waiting for it to end…")
                told = True
            time.sleep(_POLL_SECONDS)

    def _try(self) -> bool:
        # Nothing is opened when this process holds it: to close any other descriptor of the file would free the lock.
        if _held.get(self.path) == os.getpid():
            return False
        file = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(file)
            if error.errno in (errno.EACCES, errno.EAGAIN):
                return False
            raise
        _held[self.path] = os.getpid()
        self._file = file
        with contextlib.suppress(OSError):  # on a full disk the lock still locks; it only does not say who
            os.ftruncate(file, 0)
            os.pwrite(file, json.dumps({"pid": os.getpid(), "machine": socket.gethostname(), "since": datetime.now(UTC).isoformat(timespec="seconds")}).encode(), 0)
        return True

    def _holder(self) -> str:
        if _held.get(self.path) == os.getpid():
            return f"this very process ({os.getpid()})"
        try:
            told = json.loads(self.path.read_text())
            return f"process {told['pid']} of {told['machine']}, since {told['since']}"
        except (OSError, ValueError, KeyError, TypeError):
            return "a process that did not say its name"

    def free(self) -> None:
        """Let it go; nothing to do when it is not held."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
            _held.pop(self.path, None)


class Book:
    """The gradebook's file while a run lasts. Open it after worker processes were forked, or keep it out of them."""

    def __init__(self, path: Path) -> None:
        """Put the file in its working state.

        Raises:
            Refused: it is damaged, or is no gradebook.
        """
        self.path = path.resolve()
        self._copied = False
        try:
            # Kept open: the last connection to close would fold the log, at each of nbgrader's openings.
            self._connection = sqlite3.connect(self.path, timeout=30, isolation_level=None, check_same_thread=False)
            answer = self._connection.execute("PRAGMA quick_check(1)").fetchone()[0]
            # On a network disk the log cannot be shared: SQLite says another mode, and all goes on, slower.
            self.mode = self._connection.execute("PRAGMA journal_mode=WAL").fetchone()[0] if answer == "ok" else ""
            if answer == "ok":
                self._index()
        except sqlite3.DatabaseError as error:
            if is_full(error):
                raise full(self.path.parent, "The gradebook could not be opened") from error
            answer = str(error)
        if answer != "ok":
            raise Refused(f"{self.path} is damaged ({answer}). Put back the newest of {self.path.parent / BACKUPS} in its place.")
        event.listen(Engine, "connect", self._hasten)

    def _index(self) -> None:
        tables = {name for (name,) in self._connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        for table, columns in _INDICES.items():
            if table in tables:
                self._connection.execute(f"CREATE INDEX IF NOT EXISTS challenge_data_{table} ON {table} ({columns})")

    def _hasten(self, connection, _record) -> None:
        """With the log, a save need not wait for the disk: ``settle`` does, once a team. Other databases are left alone."""
        if isinstance(connection, sqlite3.Connection) and self.mode == "wal":
            files = [Path(row[2]) for row in connection.execute("PRAGMA database_list") if row[2]]
            if self.path in files:
                connection.execute("PRAGMA synchronous=NORMAL")

    def copy_once(self) -> None:
        """A copy before the first write of a run, named by the time; the last five are kept.

        Raises:
            DiskFull: no room for it.
        """
        if self._copied:
            return
        folder = self.path.parent / BACKUPS
        partial = folder / f".{os.getpid()}.partial"
        try:
            folder.mkdir(exist_ok=True)
            for left in folder.glob(".*.partial*"):
                left.unlink()
            with contextlib.closing(sqlite3.connect(partial)) as target:
                self._connection.backup(target)
                target.execute("PRAGMA journal_mode=DELETE")
            now = datetime.now(UTC)
            partial.rename(folder / f"{self.path.stem}-{now:%Y%m%dT%H%M%S}.{now.microsecond // 1000:03}Z.db")
        except (OSError, sqlite3.Error) as error:
            partial.unlink(missing_ok=True)
            if is_full(error):
                raise full(folder, "The gradebook could not be copied before writing to it, and was not touched") from error
            raise
        for old in sorted(folder.glob(f"{self.path.stem}-*Z.db"))[:-KEPT_BACKUPS]:
            old.unlink()
        self._copied = True

    def settle(self) -> None:
        """Everything saved so far is on the disk, even if the current is cut.

        Raises:
            sqlite3.OperationalError: the disk is full or broken.
        """
        if self.mode == "wal":
            self._connection.execute("PRAGMA wal_checkpoint(FULL)").fetchall()

    def close(self) -> None:
        """One plain file again, unless formgrader has it open or the disk is full: the log then stays beside it, and loses nothing."""
        event.remove(Engine, "connect", self._hasten)
        with contextlib.suppress(sqlite3.OperationalError):
            self._connection.execute("PRAGMA busy_timeout=200")
            self._connection.execute("PRAGMA journal_mode=DELETE").fetchall()
        self._connection.close()

    def copy_to(self, path: Path) -> None:
        """A copy of the whole, for a trial."""
        with contextlib.closing(sqlite3.connect(path)) as target:
            self._connection.backup(target)


def url(path: Path) -> str:
    """As nbgrader's ``db_url``."""
    return f"sqlite:///{path}"


def create(path: Path, make: Callable[[str], None]) -> None:
    """An empty gradebook, whole or not at all.

    Args:
        make: given an address, writes a gradebook there.
    """
    partial = path.with_name(f".{path.name}.partial")
    for left in path.parent.glob(f"{partial.name}*"):
        left.unlink()
    make(url(partial))
    partial.rename(path)


def is_full(error: BaseException | None, said: str = "") -> bool:
    """True if an error, one that it comes from, or what was said about it, is about room on a disk."""
    while error is not None:
        if getattr(error, "errno", None) in FULL or any(words in str(error).lower() for words in _FULL_WORDS):
            return True
        error = error.__cause__ or error.__context__
    return any(words in said.lower() for words in _FULL_WORDS)


def full(place: Path, what: str) -> DiskFull:
    """What the instructor reads."""
    free = shutil.disk_usage(place).free / 1024**2
    return DiskFull(errno.ENOSPC, f"{what}: the disk of {place} is full ({free:.0f} MB left). What was recorded before is safe. "
                                  f"Free at least {FREE_BYTES // 1024**2} MB there, then run the same command again")


def check_room(place: Path, what: str) -> None:
    """Better before than in the middle.

    Raises:
        DiskFull: less than ``FREE_BYTES`` are left.
    """
    if shutil.disk_usage(place).free < FREE_BYTES:
        raise full(place, what)


def write_whole(path: Path, content: dict) -> None:
    """A small JSON file, whole or as before, and on the disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    put(path, json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True).encode())


def put(path: Path, content: bytes) -> None:
    """A file, whole or as before, and on the disk."""
    partial = path.with_name(f".{quote(path.name)[:100]}.partial")
    try:
        with partial.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


@contextlib.contextmanager
def private() -> Iterator[None]:
    """What is made meanwhile, only its owner reads."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


def read_whole(path: Path) -> dict:
    """What ``write_whole`` wrote; empty when there is nothing, or nothing readable."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
