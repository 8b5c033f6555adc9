"""The one file that carries a team's work: a zip of notebooks and files, with a ``manifest.json`` that says what and whose.

Two kinds: ``travail`` is everything a team has, to take back or to give to a teammate; ``rendu`` is one challenge, to hand in.
What comes in may come from anybody: sizes, names and digests are looked at before a byte is believed.
"""

import hashlib
import io
import json
import platform
import re
import zipfile
import zlib
from collections.abc import Collection
from dataclasses import asdict, dataclass, field
from datetime import datetime
from importlib import metadata
from pathlib import PurePosixPath
from typing import Any

from challenge_data import course, edition
from challenge_data.errors import LearnerError
from challenge_data.french import plural
from challenge_data.teamwork import files

MANIFEST = "manifest.json"
FORMAT = 1
MOST_BYTES = 200_000_000
"""Unpacked, in all: a team's week is a few megabytes, and the machine has 1 GB."""
MOST_FILES = 2_000
STAMPED = ("jupyterlab", "nbgrader", "pandas", "geopandas", "matplotlib", "ipykernel")


@dataclass
class Archive:
    """A zip that was read: its files, what its manifest says, and what is to be told about it."""

    files: dict[str, bytes]
    """Relative path, with ``/`` -> bytes; without the manifest."""
    manifest: dict[str, Any] | None
    """None when there is none: a folder that somebody zipped by hand."""
    notes: list[str] = field(default_factory=list)
    """French sentences: files left out, files that changed on the way."""

    @property
    def kind(self) -> str:
        return str((self.manifest or {}).get("kind", ""))

    @property
    def team(self) -> str:
        team = (self.manifest or {}).get("team")
        return str(team.get("name", "")) if isinstance(team, dict) else ""


def write(kind: str, files: dict[str, bytes], hints: dict[str, int] | None = None) -> bytes:
    """The zip of these files, with the team, the edition and the machine as they are now.

    Args:
        kind: ``travail`` or ``rendu``.
        files: relative path, with ``/`` -> bytes.
        hints: full id of an exercise or question -> how many of its hints were opened.
    """
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(MANIFEST, json.dumps(manifest(kind, files, hints), ensure_ascii=False, indent=1) + "\n")
        for path, content in sorted(files.items()):
            archive.writestr(path, content)
    return whole.getvalue()


def manifest(kind: str, files: dict[str, bytes], hints: dict[str, int] | None = None) -> dict[str, Any]:
    """What the manifest of :func:`write` says; ``original``, for a file that was delivered, is the :func:`digest` of its first state."""
    team = course.known_team()
    delivered = edition.originals()
    return {
        "format": FORMAT, "kind": kind, "made": datetime.now().astimezone().isoformat(timespec="seconds"),
        "edition": {"name": edition.known().name, "version": edition.version(delivered)},
        "team": asdict(team) if team else None, "environment": environment(), "hints": hints or {},
        "files": [{"path": path, "bytes": len(content), "sha256": digest(content)} | ({"original": digest(delivered[path])} if path in delivered else {})
                  for path, content in sorted(files.items())],
    }


def digest(content: bytes) -> str:
    """SHA-256, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def environment() -> dict[str, Any]:
    """The machine in a few words: Python, the packages that matter, the digest of the learners' lock ("" where there is none)."""
    lock = course.root() / "requirements.lock"
    return {
        "python": platform.python_version(), "system": platform.system(), "lock": digest(lock.read_bytes())[:12] if lock.is_file() else "",
        "packages": {name: metadata.version(name) for name in STAMPED},
    }


def read(content: bytes) -> Archive:
    """Open a zip that came from somewhere.

    Raises:
        LearnerError: it is no zip, or nothing in it is small enough; what is wrong with single files is in ``notes``, and they are left out.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            taken = _within_limits(entries)
            if entries and not taken:
                raise LearnerError(f"Ce fichier contient plus de {MOST_BYTES // 1_000_000} Mo : ce n'est pas le travail d'une équipe. Choisissez-en un autre.")
            found = Archive({}, None)
            for entry in taken:
                name = files.travelling(written := entry_name(entry))
                if not _is_safe(written):
                    found.notes.append(f"« {written[:80]} » est laissé de côté : ce nom sort du dossier du cours.")
                    continue
                if name in found.files:
                    found.notes.append(f"« {name} » est plusieurs fois dans l'archive : seul le dernier est pris.")
                try:
                    found.files[name] = archive.read(entry)
                except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, ValueError, OSError):
                    found.notes.append(f"« {name} » est abîmé, il est laissé de côté.")
    except (zipfile.BadZipFile, ValueError, OSError, EOFError):
        raise LearnerError("Ce fichier n'est pas une archive .zip lisible : le téléchargement s'est peut-être arrêté en route. Téléchargez-le de nouveau.") from None
    if left := len(entries) - len(taken):
        found.notes.append(f"{plural(left, 'fichier est laissé', 'fichiers sont laissés')} dans l'archive, trop gros ou trop nombreux pour cette machine : ouvrez-la sur votre ordinateur pour les retrouver.")
    read_manifest(found, {files.travelling(entry_name(entry)) for entry in entries} - found.files.keys())
    return found


def _within_limits(entries: list[zipfile.ZipInfo]) -> list[zipfile.ZipInfo]:
    """Those that fit into :data:`MOST_FILES` and :data:`MOST_BYTES`: notebooks first, then the smaller ones."""
    taken, room = [], MOST_BYTES
    for entry in sorted(entries, key=lambda entry: (not entry.filename.endswith((MANIFEST, ".ipynb")), entry.file_size)):
        if len(taken) < MOST_FILES and entry.file_size <= room:
            taken.append(entry)
            room -= entry.file_size
    return sorted(taken, key=lambda entry: entry.header_offset)


def entry_name(entry: zipfile.ZipInfo) -> str:
    """The name in full (zipfile cuts it at a NUL); macOS writes UTF-8 without saying so."""
    if not entry.flag_bits & 0x800:
        try:
            return entry.orig_filename.encode("cp437").decode("utf-8")
        except ValueError:
            pass
    return entry.orig_filename


def _is_safe(name: str) -> bool:
    path = PurePosixPath(name)
    return not (path.is_absolute() or ".." in path.parts or "\\" in name or re.match("[A-Za-z]:", name) or any(ord(letter) < 32 for letter in name))


def read_manifest(found: Archive, told: Collection[str] = ()) -> None:
    """Take ``manifest.json`` out of the files and hold them against it; ``told``: names whose absence is told already."""
    if (content := found.files.pop(MANIFEST, None)) is None:
        return
    try:
        manifest = json.loads(content)
        digests = {files.travelling(str(entry["path"])): entry["sha256"] for entry in manifest["files"]}
    except (ValueError, KeyError, TypeError, RecursionError):
        found.notes.append("Son manifeste ne se lit pas : les fichiers sont pris tels qu'ils sont.")
        return
    found.manifest = manifest
    for path in sorted(digests.keys() - found.files.keys() - set(told)):
        found.notes.append(f"« {path} » est annoncé, mais n'est pas dans l'archive.")
    for path in sorted(found.files):
        if path in digests and digest(found.files[path]) != digests[path]:
            found.notes.append(f"« {path} » a changé depuis que l'archive a été faite.")
