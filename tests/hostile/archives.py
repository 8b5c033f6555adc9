"""Archives of all kinds, and what folders may hold besides files."""

import gzip
import io
import os
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

from cases import SIBLING, Case, Ours, Stock, gathered, harmed
from course import ALL, GATES, IN_GATES, IN_WALLS, NOTEBOOKS, WALLS, WRONG, Course, write
from nbformat.v4 import writes

CASES: list[Case] = []
case = gathered(CASES)
MANY = 20_000


def right(course: Course) -> dict[str, bytes]:
    """Both notebooks as files, all right."""
    return {f"{name}.ipynb": writes(course.answered(name)).encode() for name in NOTEBOOKS}


def zipped(path: Path, files: dict[str, bytes]) -> Path:
    path = path.with_name(path.name + ".zip")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def tarred(path: Path, *members: tuple[tarfile.TarInfo, bytes]) -> None:
    with tarfile.open(path.with_name(path.name + ".tar.gz"), "w:gz") as archive:
        for member, content in members:
            member.size = len(content) if member.isreg() else 0
            archive.addfile(member, io.BytesIO(content))


def member(name: str, **attributes) -> tarfile.TarInfo:
    found = tarfile.TarInfo(name)
    found.mode = 0o644
    for key, value in attributes.items():
        setattr(found, key, value)
    return found


def plain(course: Course) -> list[tuple[tarfile.TarInfo, bytes]]:
    return [(member(name), content) for name, content in right(course).items()]


def fails(stock: Stock) -> str:
    """Evidence that unpacking ends with a traceback."""
    lines = [line for line in stock.log.splitlines() if line.strip()]
    return f"exit code {stock.code}: {lines[-1][:120]}" if stock.code and lines else ""


def unpacked(most: int) -> Callable[[Stock], str]:
    """Evidence that unpacking wrote that many bytes, or only stopped at the machine's limits."""
    def look(stock: Stock) -> str:
        size = sum(path.stat().st_size for path in stock.submitted.rglob("*") if path.is_file())
        return f"{size / 1e6:.0f} MB were written" if size >= most else ""

    return look


def _small(ours: Ours) -> str:
    most = max((path.stat().st_size for path in (ours.grading / "executed" / ours.row["team"]).rglob("*") if path.is_file()), default=0)
    return f"{most / 1e6:.0f} MB were written" if most > 1e6 else ""


@case("bombe-zip", "A notebook of 1 GB, sound JSON, in a zip of 1 MB.", unpacked(900_000_000), IN_GATES, by="unpack", says=("takes more than 30 MB",), also=_small, must="nothing of it is written")
def _(course: Course, folder: Path) -> None:
    path = zipped(folder, {f"{GATES}.ipynb": right(course)[f"{GATES}.ipynb"]})
    head, tail = writes(course.answered(WALLS)).encode().replace(b'"nbformat": 4', b'"loin": "LOIN", "nbformat": 4').split(b"LOIN")
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as archive, archive.open(f"{WALLS}.ipynb", "w", force_zip64=True) as entry:
        entry.write(head)
        for _ in range(1000):
            entry.write(b"A" * 1_000_000)
        entry.write(tail)


@case("zips-emboites", "Zips in zips, the notebooks in the innermost.", lambda stock: "no notebook where nbgrader looks, and nothing is said" if stock.code == 0 and not list(stock.submitted.rglob("*.ipynb")) else "", 0, by="unpack",
      says=("archive in the archive",))
def _(course: Course, folder: Path) -> None:
    files = right(course)
    for depth in range(5):
        inner = zipped(folder.with_name(f"etage-{depth}"), files)
        files = {f"etage-{depth}.zip": inner.read_bytes()}
        inner.unlink()
    zipped(folder, files)


@case("vingt-mille-fichiers", f"{MANY:,} files in a zip of 2 MB.", lambda stock: f"{count:,} files were written" if (count := sum(len(names) for _, _, names in os.walk(stock.submitted))) >= MANY else "", ALL, by="unpack",
      says=("holds more than 5000 files",), also=lambda ours: "files were written" if len(list((ours.grading / "executed" / ours.row["team"]).rglob("*"))) > 10 else "", must="the first ones are read, and they hold the notebooks")
def _(course: Course, folder: Path) -> None:
    zipped(folder, right(course) | {f"d/{number}.txt": b"" for number in range(MANY)})


@case("chemins-grimpants", "A tar whose entry climbs into the sibling's folder.", lambda stock: "the sibling's notebook is another" if (stock.submitted.parents[1] / SIBLING / "citadelle" / f"{WALLS}.ipynb").read_bytes() == b"{}" else "", ALL, by="unpack",
      says=("climbs out",))
def _(course: Course, folder: Path) -> None:
    tarred(folder, (member(f"../../{SIBLING}/citadelle/{WALLS}.ipynb"), b"{}"), *plain(course))


@case("chemin-absolu", "A tar whose entry has an absolute path.", lambda stock: "written in the home folder" if (stock.machine / "home" / ".bashrc").exists() else "", ALL, by="unpack", says=("absolute path",))
def _(course: Course, folder: Path) -> None:
    tarred(folder, (member("/machine/home/.bashrc"), b"echo ici"), *plain(course))


@case("zip-grimpant", "A zip whose entries climb, are absolute, or are named as on Windows.", harmed(ALL), ALL, says=("climbs out", "absolute path", "Windows"),
      withstands="Python's zipfile cleans such names; kept since ours reads zips in its own way")
def _(course: Course, folder: Path) -> None:
    zipped(folder, right(course) | {"../../../../tmp/la.ipynb": b"{}", "/tmp/la.ipynb": b"{}", "C:\\la.ipynb": b"{}"})


@case("lien-puis-fichier", "A tar with a link to the home folder, then a file through that link.", lambda stock: "written in the home folder" if (stock.machine / "home" / "piege.py").exists() else "", ALL, by="unpack",
      says=("is a link or a device",))
def _(course: Course, folder: Path) -> None:
    tarred(folder, (member("dossier", type=tarfile.SYMTYPE, linkname="/machine/home"), b""), (member("dossier/piege.py"), b"print()"), *plain(course))


@case("lien-dur", "A tar with a hard link to a secret of the home folder, under a notebook's name.",
      lambda stock: "the secret is in the submission" if (path := stock.submitted / "notes.ipynb").exists() and "SECRET" in path.read_text() else "", ALL, by="unpack", says=("is a link or a device",))
def _(course: Course, folder: Path) -> None:
    tarred(folder, (member("notes.ipynb", type=tarfile.LNKTYPE, linkname="/machine/home/secret.txt"), b""), *plain(course))


@case("tuyau-en-tar", "A tar with a named pipe under a notebook's name.", lambda stock: "waits for ever, and the sibling with it" if stock.code is None and stock.sibling is None else "", IN_WALLS, says=("is a link or a device",), seconds=12)
def _(course: Course, folder: Path) -> None:
    tarred(folder, (member(f"{GATES}.ipynb", type=tarfile.FIFOTYPE), b""), plain(course)[0])


@case("peripherique", "A tar with the device /dev/zero under a notebook's name, before the others.",
      lambda stock: fails(stock) or ("a device is there" if stat.S_ISCHR((stock.submitted / "zero.ipynb").lstat().st_mode) else ""), ALL, by="unpack", says=("is a link or a device",))
def _(course: Course, folder: Path) -> None:
    tarred(folder, (member("zero.ipynb", type=tarfile.CHRTYPE, devmajor=1, devminor=5), b""), *plain(course))


@case("droits-pris", "A tar with a program that takes the rights of who unpacked it.", lambda stock: "a program with setuid is there" if (stock.submitted / "outil").stat().st_mode & stat.S_ISUID else "", ALL, by="unpack",
      also=lambda ours: "a file takes rights" if any(path.stat().st_mode & (stat.S_ISUID | stat.S_IXOTH) for path in (ours.grading / "executed" / ours.row["team"]).rglob("*") if path.is_file()) else "", must="no file that can be run")
def _(course: Course, folder: Path) -> None:
    tarred(folder, (member("outil", mode=0o6777), b"#!/bin/sh\nid\n"), *plain(course))


@case("creux", "A tar with a sparse notebook: 1 GB that takes no room.", unpacked(900_000_000), IN_WALLS, by="unpack", also=_small, must="nothing of it is written")
def _(course: Course, folder: Path) -> None:
    path = folder.with_name(folder.name + ".tar.gz")
    with tarfile.open(path, "w:gz", format=tarfile.PAX_FORMAT) as archive:
        sparse = member(f"{GATES}.ipynb", pax_headers={"GNU.sparse.size": "1000000000", "GNU.sparse.map": "0,1", "GNU.sparse.name": f"{GATES}.ipynb", "GNU.sparse.numblocks": "1"}, size=1)
        archive.addfile(sparse, io.BytesIO(b"{"))
        for one, content in plain(course)[:1]:
            one.size = len(content)
            archive.addfile(one, io.BytesIO(content))


def _central(data: bytes) -> list[int]:
    """Where the headers of a zip's own list stand."""
    found, at = [], data.find(b"PK\x01\x02")
    while at >= 0:
        found.append(at)
        at = data.find(b"PK\x01\x02", at + 4)
    return found


@case("chiffre", "A zip with a password.", fails, 0, by="unpack", says=("password",))
def _(course: Course, folder: Path) -> None:
    path = zipped(folder, right(course))
    data = bytearray(path.read_bytes())
    for at in _central(bytes(data)):
        data[at + 8] |= 1
        data[struct.unpack_from("<I", data, at + 42)[0] + 6] |= 1
    path.write_bytes(data)


@case("tailles-fausses", "A zip that announces 10 bytes for its first notebook.", fails, IN_GATES, by="unpack", says=("is damaged",))
def _(course: Course, folder: Path) -> None:
    path = zipped(folder, right(course))
    data = bytearray(path.read_bytes())
    struct.pack_into("<I", data, _central(bytes(data))[0] + 24, 10)
    path.write_bytes(data)


@case("bombes-discretes", "A zip with 20 more notebooks, each below our limit for one file: 500 MB from 0.5 MB.", unpacked(500_000_000), ALL, by="unpack", says=("zip bombs",), also=_small, must="nothing of it is written")
def _(course: Course, folder: Path) -> None:
    zipped(folder, right(course) | {f"essai{number}.ipynb": b"A" * 25_000_000 for number in range(20)})


@case("entrees-superposees", "A zip of 60 kB whose ten entries overlap, each quoting the header of the next: 500 MB.", unpacked(450_000_000), 0, by="unpack", says=("overlap",))
def _(course: Course, folder: Path) -> None:
    # D. Fifield, « A better zip bomb » (2019): what one entry unpacks to is the next one's header, then what that one unpacks to.
    content = b"A" * 50_000_000
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(content) + packer.flush()
    headers: list[bytes] = []
    entries = []
    for number in range(10):
        name = f"{number}.ipynb".encode()
        sizes = zlib.crc32(content), len(packed), len(content)
        headers.append(struct.pack("<4s5H3I2H", b"PK\x03\x04", 20, 0, 8, 0, 0x21, *sizes, len(name), 0) + name)
        entries.append((name, sizes, len(packed)))
        quoted = headers[-1]
        content = quoted + content
        packed = struct.pack("<BHH", 0, len(quoted), ~len(quoted) & 0xFFFF) + quoted + packed
    body = packed[5:]  # from the first entry's own header on
    lists = b"".join(struct.pack("<4s6H3I5H2I", b"PK\x01\x02", 20, 20, 0, 8, 0, 0x21, *sizes, len(name), 0, 0, 0, 0, 0, len(body) - length - 30 - len(name)) + name for name, sizes, length in entries)
    folder.with_name(folder.name + ".zip").write_bytes(body + lists + struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 10, 10, len(lists), len(body), 0))


@case("doublons", "A zip with two notebooks under one name, one right, one wrong.", lambda stock: "one of the two is gone, and nothing is said" if stock.code == 0 and not stock.log.strip() else "", ALL, by="unpack", says=("there more than once",))
def _(course: Course, folder: Path) -> None:
    import warnings

    path = folder.with_name(folder.name + ".zip")
    with warnings.catch_warnings(), zipfile.ZipFile(path, "w") as archive:
        warnings.simplefilter("ignore", UserWarning)
        archive.writestr(f"{WALLS}.ipynb", writes(course.answered(WALLS, {"hauteur": WRONG["hauteur"]})))
        for name, content in right(course).items():
            archive.writestr(name, content)


@case("zip-tronque", "A zip cut in the middle, as by a broken upload.", fails, 0, by="unpack", says=("damaged",))
def _(course: Course, folder: Path) -> None:
    path = zipped(folder, right(course))
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])


@case("sept-zip", "A 7-Zip archive.", fails, 0, by="unpack", says=("zip",))
def _(course: Course, folder: Path) -> None:
    folder.with_name(folder.name + ".7z").write_bytes(b"7z\xbc\xaf\x27\x1c" + bytes(200))


@case("rar", "A RAR archive.", fails, 0, by="unpack", says=("zip",))
def _(course: Course, folder: Path) -> None:
    folder.with_name(folder.name + ".rar").write_bytes(b"Rar!\x1a\x07\x01\x00" + bytes(200))


@case("zip-sous-un-carnet", "A zip under a notebook's name.", harmed(ALL), ALL)
def _(course: Course, folder: Path) -> None:
    zipped(folder, right(course)).rename(folder.with_name(folder.name + ".ipynb"))


@case("tar-sous-un-zip", "A tar.gz under a zip's name.", fails, ALL, by="unpack")
def _(course: Course, folder: Path) -> None:
    tarred(folder, *plain(course))
    folder.with_name(folder.name + ".tar.gz").rename(folder.with_name(folder.name + ".zip"))


@case("dossier-dans-le-zip", "A zip with the course's folders around the notebooks, as a Mac makes it.", harmed(ALL), ALL)
def _(course: Course, folder: Path) -> None:
    files = {f"Mon rendu/exercises/citadelle/{name}": content for name, content in right(course).items()}
    zipped(folder, files | {f"__MACOSX/Mon rendu/exercises/citadelle/._{name}": b"\0\5\x16\7" for name in right(course)})


@case("gzip-sans-tar", "10 MB of zeros in gzip under a tar.gz's name, then more that is no gzip.", fails, 0, by="unpack", says=("is compressed by gzip",))
def _(course: Course, folder: Path) -> None:
    folder.with_name(folder.name + ".tar.gz").write_bytes(gzip.compress(b"\1" * 10_000_000) + b"et apres")


@case("lien-secret", "A folder with a link to a secret of the home folder beside the notebook.",
      lambda stock: "the secret is in the feedback" if any("SECRET" in path.read_text(errors="replace") for path in (stock.machine / "grading/feedback").rglob("notes.txt")) else "", IN_WALLS, by="feedback",
      also=lambda ours: "the secret was taken along" if _holds(ours, "SECRET") else "", must="the secret is nowhere in the grading folder")
def _(course: Course, folder: Path) -> None:
    write(course.answered(WALLS), folder / f"{WALLS}.ipynb")
    _link(folder / "notes.txt", "/machine/home/secret.txt", "../../dehors/secret.txt")


def _holds(ours: Ours, word: str) -> bool:
    team = ours.row["team"]
    places = [ours.grading / "received" / "citadelle" / team, *(ours.grading / name / team for name in ("submitted", "executed", "autograded", "feedback"))]
    return any(word.encode() in path.read_bytes() for place in places for path in place.rglob("*") if path.is_file() and path.suffix != ".json")


def _link(path: Path, on_stocks_machine: str, here: str) -> None:
    """A link that leads somewhere on either machine."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(here if (path.parent / here).exists() else on_stocks_machine)


@case("carnet-lie", "A folder whose notebook is a link to the sibling's work.", lambda stock: f"{stock.points:g} points for the sibling's work" if stock.points else "", IN_GATES)
def _(course: Course, folder: Path) -> None:
    write(course.answered(GATES, {"veille": "veille = 9"}), folder / f"{GATES}.ipynb")
    _link(folder / f"{WALLS}.ipynb", f"/machine/grading/submitted/{SIBLING}/citadelle/{WALLS}.ipynb", f"../honnete-tout/{WALLS}.ipynb")


@case("dossier-lie", "A hand-in that is a link to the sibling's folder.", lambda stock: f"{stock.points:g} points for the sibling's work" if stock.points else "", 0, says=("symbolic link",))
def _(course: Course, folder: Path) -> None:
    here = folder.parent / "honnete-tout"
    folder.symlink_to("honnete-tout" if here.exists() else f"/machine/grading/submitted/{SIBLING}/citadelle")


@case("tuyau-en-dossier", "A folder with a named pipe beside the notebook.", lambda stock: "waits for ever, and the sibling with it" if stock.code is None and stock.sibling is None else harmed(IN_WALLS)(stock), IN_WALLS, seconds=12)
def _(course: Course, folder: Path) -> None:
    write(course.answered(WALLS), folder / f"{WALLS}.ipynb")
    os.mkfifo(folder / "donnees.csv")
