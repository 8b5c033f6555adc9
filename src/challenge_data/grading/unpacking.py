"""What an archive that a team handed in holds, read as hostile: nothing of it is ever written on disk.

zip, tar and tar.gz, told apart by their first bytes. Headers are not believed: what comes out is counted as it comes.
zipfile lists a zip and reads its entries (:mod:`tarfile` has no bound on the memory and time that a crafted pax or
sparse header takes, so the headers of a tar are walked here, each one parsed by ``TarInfo.frombuf``).
"""

import gzip
import os
import re
import stat
import tarfile
import unicodedata
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from challenge_data.teamwork.archive import entry_name
from challenge_data.teamwork.parsing import NOTEBOOKS

WANTED = frozenset({"indices.json", "equipe.json", "manifest.json"})
"""What grading reads besides notebooks."""
ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz")
OTHER_ARCHIVES = (".7z", ".rar", ".gz", ".bz2", ".tbz2", ".xz", ".txz", ".zst", ".lzma", ".cab", ".iso")
JUNK = frozenset({"__MACOSX", ".DS_Store", ".ipynb_checkpoints", "Thumbs.db", "desktop.ini"})

CHUNK = 64 * 1024
_MAGIC = {
    b"Rar!": "a RAR archive", b"7z\xbc\xaf\x27\x1c": "a 7-Zip archive", b"BZh": "compressed by bzip2",
    b"\xfd7zXZ": "compressed by xz", b"\x28\xb5\x2f\xfd": "compressed by zstd", b"%PDF": "a PDF document",
}  # fmt: skip
# Order of the text turned round by invisible characters: « gpj.ipynb » that reads « bnypi.jpg ».
_TURNING = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})


@dataclass(frozen=True)
class Limits:
    """How much one hand-in may hold. Sizes in bytes.

    The three notebooks of a challenge are released at 50 kB each, and reach some MB once run with charts and maps.
    """

    archive: int = 100_000_000
    """The archive itself: a common ceiling of an LMS. It also bounds what zipfile reads at once, its list of entries."""
    total: int = 200_000_000
    """All that is unpacked, what is only read past in a tar.gz included: a second of work, and the memory one team may take."""
    file: int = 30_000_000
    """One file: hundreds of charts. Parsed JSON takes about ten times that."""
    ratio: int = 100
    """Unpacked over packed. Notebooks: 4 to 20, the worst that deflate can do: 1,032."""
    ratio_from: int = 10_000_000
    """The ratio is looked at from this size on: a loop that printed the same line 100,000 times is no bomb."""
    entries: int = 5_000
    """Files and folders looked at: the whole course folder zipped is 1,000; with its .venv, 30,000."""
    depth: int = 12
    """Folders within folders: the course's own deepest path is 5, the rest is a person's own folders around it."""
    name: int = 400
    """Characters of a path; each of its parts has at most 255 bytes, as file systems have it."""
    header: int = 16_384
    """A tar's long name or pax header; a path takes at most 4,096 bytes."""


@dataclass(frozen=True)
class Unpacked:
    """What was found. Names are relative, with ``/``, NFC, safe to print; they are labels, no file bears them."""

    files: dict[str, bytes] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    """What could not be taken, one plain sentence each, for the instructor."""
    left_out: list[str] = field(default_factory=list)
    """Names of files that grading does not use: no error."""


class Refused(Exception):
    """The rest of this archive is not read; the message says why."""


def unpack(path: Path, limits: Limits = Limits()) -> Unpacked:
    """The notebooks and team files of an archive; of two entries under one name the last stays, as unzip and tar do.

    Whatever the file holds becomes a sentence of ``refused``, and what was read before it is kept. At most
    ``limits.total`` bytes of content are in memory.

    Raises:
        OSError: the file cannot be opened.
    """
    into = _Sorted(limits)
    with open_plain(path) as file:
        try:
            size = os.fstat(file.fileno()).st_size
            if size > limits.archive:
                raise Refused(f"takes {_mb(size)}, and at most {_mb(limits.archive)} are read")
            _reader(file)(file, size, into)
        except Refused as refusal:
            into.refused.append(f"{shown(path.name)} {refusal}.")
        # What zipfile, gzip and zlib raise on crafted bytes is not listed anywhere: nothing of it stops other teams.
        except Exception as error:
            into.refused.append(f"{shown(path.name)} is damaged or cut short ({type(error).__name__}): ask the team to send it again.")
    return Unpacked(into.files, into.told(), into.left_out)


def open_plain(path: Path | str, dir_fd: int | None = None) -> BinaryIO:
    """Open a regular file for reading; no link is followed, no pipe waited for.

    Raises:
        OSError: it is missing, no regular file, or may not be read.
    """
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=dir_fd)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(22, "not a regular file", str(path))
    return os.fdopen(handle, "rb")


def shown(name: str, most: int = 120) -> str:
    """A name as it can be printed anywhere: no control, turning or unpaired character, not endless."""
    safe = "".join(char if _printable(char) else f"\\u{ord(char):04x}" for char in name)
    return safe if len(safe) <= most else f"{safe[:most]}…"


def clean_name(name: str, limits: Limits) -> str:
    """A path inside a hand-in, NFC, without ``.`` and empty parts; empty for the top folder itself.

    Raises:
        Refused: it leaves its place, or cannot be shown; the message follows the name in a sentence.
    """
    if len(name) > limits.name or any(len(part.encode("utf-8", "surrogatepass")) > 255 for part in name.split("/")):
        raise Refused("has too long a name")
    if not all(_printable(char) for char in name):
        raise Refused("has characters in its name that cannot be shown")
    if "\\" in name or re.match("[A-Za-z]:", name):
        raise Refused("is named as on a Windows disk (\\ or C:)")
    if name.startswith("/"):
        raise Refused("has an absolute path")
    parts = [part for part in unicodedata.normalize("NFC", name).split("/") if part not in ("", ".")]
    if ".." in parts:
        raise Refused("climbs out of its folder (..)")
    if len(parts) > limits.depth:
        raise Refused(f"lies deeper than {limits.depth} folders")
    return "/".join(parts)


def is_junk(name: str) -> bool:
    """What systems and JupyterLab leave behind, and nobody handed in."""
    return any(part in JUNK or part.startswith("._") for part in name.split("/"))


def is_wanted(name: str) -> bool:
    """A file that grading uses: not in a hidden folder, nor among an installed package's own files."""
    *folders, last = name.split("/")
    if last.startswith(".") or any(part.startswith(".") or part == "site-packages" for part in folders):
        return False
    return last.lower().endswith(NOTEBOOKS) or last in WANTED


def is_archive(head: bytes) -> bool:
    """Whether these first bytes are those of a zip or a gzip, whatever the name says."""
    return head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b"))


class _Sorted:
    """Entries as they come: kept, left out, or told; with the running counts."""

    def __init__(self, limits: Limits):
        self.limits, self.files, self.refused, self.left_out = limits, {}, [], []
        self.seen = self.bytes = 0
        self._kinds: Counter[str] = Counter()

    def tell(self, name: str, why: str) -> None:
        """One sentence an entry, three of a kind: thousands of bad entries are one fact."""
        self._kinds[why] += 1
        if self._kinds[why] <= 3:
            self.refused.append(f"{shown(name)} {why}.")

    def told(self) -> list[str]:
        return self.refused + [f"{times - 3} more: the same, {why}." for why, times in self._kinds.items() if times > 3]

    def place(self, name: str, mode: int) -> str | None:
        """The name under which a plain file is to be read; None when it is not: then it is listed or told.

        ``mode``: type of file as stat has it, 0 where the archive does not say.
        """
        self.seen += 1
        if self.seen > self.limits.entries:
            raise Refused(f"holds more than {self.limits.entries} files: only the first ones were looked at; hand in the notebooks alone")
        try:
            clean = clean_name(name, self.limits)
        except Refused as refusal:
            self.tell(name, str(refusal))
            return None
        if is_junk(clean) or stat.S_ISDIR(mode) or not clean:
            return None
        if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
            self.tell(clean, "is a link or a device, not a file: left out")
        elif is_wanted(clean):
            return clean
        elif clean.lower().endswith(ARCHIVES + OTHER_ARCHIVES):
            self.tell(clean, "is an archive in the archive: not opened")
        else:
            self.left_out.append(clean)
        return None

    def add(self, name: str, chunks: Iterator[bytes], packed: int | None = None) -> None:
        """Read one file, counting. ``packed``: bytes it takes in the archive, None when that says nothing.

        Raises:
            Refused: all files together are too much.
        """
        content, limits = bytearray(), self.limits
        for chunk in chunks:
            content += chunk
            self.bytes += len(chunk)
            if len(content) > limits.file:
                return self.tell(name, f"takes more than {_mb(limits.file)}: not read")
            if packed is not None and len(content) > max(limits.ratio_from, limits.ratio * packed):
                return self.tell(name, f"swells more than {limits.ratio} times when unpacked, as zip bombs do: not read")
            if self.bytes > limits.total:
                raise Refused(f"unpacks to more than {_mb(limits.total)}: the rest was not read")
        if is_archive(content[:4]):
            return self.tell(name, "is an archive under the name of another file: not opened")
        if self.files.get(name, content) != content:
            self.tell(name, "is there more than once: the last one is taken")
        self.files[name] = bytes(content)


def _reader(file: BinaryIO):
    head = file.read(512)
    file.seek(0)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip
    if head.startswith(b"\x1f\x8b"):
        return _tar_gz
    if len(head) == 512 and (not any(head) or _header(head)):
        return _tar
    if not head:
        raise Refused("is empty")
    kind = next((words for magic, words in _MAGIC.items() if head.startswith(magic)), "no archive")
    raise Refused(f"is {kind}: zip and tar.gz are read, ask the team for one of them")


def _zip(file: BinaryIO, size: int, into: _Sorted) -> None:
    # zipfile makes an object of half a kilobyte for each entry before anyone can stop it: their marks are counted first.
    # Marks of archives stored inside count too, hence ten times the limit.
    marks, tail = 0, b""
    while chunk := file.read(1 << 20):
        marks += (tail + chunk).count(b"PK\x01\x02")
        tail = chunk[-3:]
    if marks > 10 * into.limits.entries:
        raise Refused(f"holds more than {into.limits.entries} files, its own or those of archives inside: hand in the notebooks alone")
    file.seek(0)
    with zipfile.ZipFile(file) as archive:
        entries = archive.infolist()
        # The same compressed bytes used by many entries: 10 MB that unpack to 281 TB (D. Fifield, « A better zip bomb », 2019).
        end = 0
        for entry in sorted(entries, key=lambda entry: entry.header_offset):
            if entry.header_offset < end or entry.compress_size < 0:
                raise Refused("has entries that overlap, as zip bombs do: nothing of it was read")
            end = entry.header_offset + 30 + len(entry.orig_filename) + entry.compress_size
        if end > size:
            raise Refused("is damaged or cut short: ask the team to send it again")
        for entry in entries:
            mode = stat.S_IFDIR if entry.is_dir() else entry.external_attr >> 16
            if (name := into.place(entry_name(entry), mode)) is None:
                continue
            if entry.flag_bits & 0x41:  # ZIP's APPNOTE 4.4.4: bit 0 encrypted, bit 6 strong encryption
                into.tell(name, "is protected by a password: ask the team for an archive without one")
            elif entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                # zipfile unpacks the other methods a whole block at a time, without bound.
                into.tell(name, "is compressed by an uncommon method: ask the team for a plain zip")
            elif entry.file_size > into.limits.file:
                into.tell(name, f"takes more than {_mb(into.limits.file)}: not read")
            else:
                try:
                    with archive.open(entry) as content:
                        into.add(name, _chunks(content), entry.compress_size)
                except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError):
                    into.tell(name, "is damaged: ask the team to send it again")


def _tar_gz(file: BinaryIO, size: int, into: _Sorted) -> None:
    with gzip.GzipFile(fileobj=file) as stream:
        _tar(stream, size, into, into.limits.ratio * size)


def _tar(stream: BinaryIO, size: int, into: _Sorted, most: int | None = None) -> None:
    """Walk a tar's headers. ``most``: bytes the stream may give, over ``ratio_from``, before it swells too much."""
    limits, read, headers, first = into.limits, 0, 0, True

    def take(count: int) -> Iterator[bytes]:
        nonlocal read
        while count:
            if not (chunk := stream.read(min(count, CHUNK))):
                raise Refused("is cut short: what comes before the cut was taken; ask the team to send it again")
            count, read = count - len(chunk), read + len(chunk)
            if most is not None and read > max(limits.ratio_from, most):
                raise Refused(f"swells more than {limits.ratio} times when unpacked, as bombs do: the rest was not read")
            if read > limits.total:
                raise Refused(f"unpacks to more than {_mb(limits.total)}: the rest was not read")
            yield chunk

    extra: dict[str, str] = {}
    while any(block := b"".join(take(512))):
        if not (header := _header(block)):
            raise Refused("is damaged: what comes before the damage was taken; ask the team to send it again" if not first else "is compressed by gzip, but no tar archive: ask the team for a zip")
        first, kind, length = False, header.type, header.size
        padding = -length % 512
        if kind in (tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK, tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE):
            headers += 1
            if length > limits.header or headers > 4 * limits.entries:
                raise Refused("has a header out of all measure: the rest was not read")
            text = b"".join(take(length))
            if kind == tarfile.GNUTYPE_LONGNAME:
                extra["path"] = text.rstrip(b"\0").decode("utf-8", "surrogateescape")
            elif kind in (tarfile.XHDTYPE, tarfile.SOLARIS_XHDTYPE):
                extra |= _pax(text)
            for _ in take(padding):
                pass
            continue
        if "size" in extra:
            length = int(extra["size"])
            padding = -length % 512
        if length < 0:
            raise Refused("is damaged: what comes before the damage was taken; ask the team to send it again")
        sparse = kind == tarfile.GNUTYPE_SPARSE or any(key.startswith("GNU.sparse") for key in extra)
        mode = stat.S_IFREG if kind in (tarfile.REGTYPE, tarfile.AREGTYPE, tarfile.CONTTYPE) and not sparse else stat.S_IFLNK
        if kind in (tarfile.LNKTYPE, tarfile.SYMTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE):
            mode = stat.S_IFDIR if kind == tarfile.DIRTYPE else stat.S_IFLNK
            length = padding = 0  # whatever their header says, nothing follows them
        name = into.place(extra.get("path", header.name), mode)
        extra = {}
        content = take(length)
        if name is not None and length <= limits.file:
            into.add(name, content)
        elif name is not None:
            into.tell(name, f"takes more than {_mb(limits.file)}: not read")
        for _ in content:
            pass
        for _ in take(padding):
            pass


def _header(block: bytes) -> tarfile.TarInfo | None:
    try:
        return tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    except (tarfile.HeaderError, ValueError):
        return None


def _pax(text: bytes) -> dict[str, str]:
    """Records ``length key=value\\n`` of a pax header (POSIX.1-2001); those of use here, the last of a key."""
    found, at = {}, 0
    while at < len(text) and (space := text.find(b" ", at, at + 8)) > 0:
        length = int(text[at:space])
        key, equals, value = text[space + 1 : at + length - 1].partition(b"=")
        if length <= space - at or not equals:
            break
        if key in (b"path", b"size") or key.startswith(b"GNU.sparse"):
            found[key.decode("utf-8", "replace")] = value.decode("utf-8", "surrogateescape")
        at += length
    return found


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    while chunk := stream.read(CHUNK):
        yield chunk


def _printable(char: str) -> bool:
    return unicodedata.category(char) not in ("Cc", "Cs", "Zl", "Zp") and unicodedata.bidirectional(char) not in _TURNING


def _mb(size: int) -> str:
    return f"{size / 1e6:.0f} MB"
