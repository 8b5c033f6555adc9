"""Where each file of something that came in belongs here, whatever it was called on the way.

Browsers add « (1) » to names, Safari unpacks a zip and leaves a folder, people send one notebook by mail: a notebook is
known by its cells, and only by its name where that name is one of ours.
"""

import re
from pathlib import PurePosixPath

from challenge_data import course, edition
from challenge_data.teamwork import archive, cells, files
from challenge_data.teamwork.archive import Archive
from challenge_data.teamwork.parsing import Damaged

_NOBODYS = re.compile(r"(^|/)(__MACOSX|\.ipynb_checkpoints|\.DS_Store|Thumbs\.db|desktop\.ini)(/|$)")
LEAST_LIKENESS = 2
"""One delivered cell in so many: the file takes the delivered one's place as it is."""
_OURS = {course.TEAM_FILE, "indices.json"}
"""Files of the work folder that a hand-in carries beside its notebooks."""


def place(found: Archive, delivered: dict[str, bytes]) -> dict[str, bytes]:
    """Relative path here -> bytes of each file of an archive; what is told about them is added to its ``notes``.

    Args:
        delivered: as :func:`challenge_data.edition.originals` gives it.
    """
    found.files = {name: content for name, content in found.files.items() if not _NOBODYS.search(name)}
    _unfold(found)
    placed: dict[str, bytes] = {}
    # The names that are ours first: « 1_trouver.ipynb » before « 1_trouver (1).ipynb ».
    for name, content in sorted(found.files.items(), key=lambda entry: (entry[0] not in delivered, entry[0])):
        here = _path(found, name, content, delivered)
        if here is None:
            found.notes.append(f"« {name} » est laissé de côté : ce n'est pas un fichier d'équipe.")
            continue
        if here in placed:
            here = _beside(here, "autre", placed)
        if here != name and here in delivered:
            found.notes.append(f"« {name} » est reconnu : c'est {here}.")
        placed[here] = content
    return placed


def is_put_away(found: Archive, path: str) -> bool:
    """True if what :func:`place` puts there is no known part of the work: a photo, a table, that came alone."""
    return path.startswith(f"{files.WORK}/") and path not in found.files and PurePosixPath(path).name not in _OURS


def beside(path: str) -> str:
    """A free name next to a notebook: ``1_trouver (repris).ipynb``."""
    return _beside(path, "repris", {})


def _beside(path: str, word: str, taken: dict) -> str:
    pure = PurePosixPath(path)
    for rank in range(1, 100):
        name = str(pure.with_name(f"{pure.stem} ({word}{f' {rank}' if rank > 1 else ''}){pure.suffix}"))
        if name not in taken and not files.path_of(name).exists():
            return name
    return path


def _unfold(found: Archive) -> None:
    # A zip that was unpacked and packed again has one folder around everything.
    first = {PurePosixPath(name).parts[0] for name in found.files}
    if found.manifest is None and len(first) == 1 and not first & {*edition.OPENED, files.WORK} and all("/" in name for name in found.files):
        found.files = {name.split("/", 1)[1]: content for name, content in found.files.items()}
        archive.read_manifest(found)


def _path(found: Archive, name: str, content: bytes, delivered: dict[str, bytes]) -> str | None:
    if name in delivered or (found.kind == "travail" and files.is_own(name)):
        return name
    bare = PurePosixPath(name).name
    if bare.endswith(".ipynb") and not name.startswith(f"{files.WORK}/") and (known := by_cells(content, delivered)):
        return known
    if found.manifest is None and name.startswith((f"{files.WORK}/", *(f"{folder}/" for folder in edition.OPENED))) and files.is_own(name):
        return name
    return f"{files.WORK}/{bare}" if bare in _OURS or (found.manifest is None and files.is_own(bare)) else None


def by_cells(content: bytes, delivered: dict[str, bytes]) -> str | None:
    """The path of the delivered notebook that this one is, known by its cells."""
    try:
        notebook = cells.read(content)
    except Damaged:
        return None
    return cells.recognise(notebook, {path: cells.read(original) for path, original in delivered.items() if path.endswith(".ipynb")}, LEAST_LIKENESS)
