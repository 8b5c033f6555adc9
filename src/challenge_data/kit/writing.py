"""The edition into a folder: writes what differs, takes away what no longer belongs, touches nothing of anybody else's."""

from dataclasses import dataclass, field
from pathlib import Path

from challenge_data.checkup import listing

EXECUTABLE = ("binder/postBuild",)
_NOT_OURS = {".git", ".venv", "travail"}
"""What may stand beside an edition: its history, and what trying it there leaves."""


class Refused(Exception):
    """Nothing was written. The message says why, file by file, and what to do."""


@dataclass
class Written:
    """Relative paths that changed in the folder."""

    written: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)


def write(files: dict[str, bytes], to: Path, course: Path) -> Written:
    """Make the folder hold the edition, with the list of its files; a second time, the same bytes.

    Args:
        files: relative path with slashes -> bytes.
        to: the students' repository: a new folder, an empty one, or an earlier edition. A ``.git`` there stays as it is.
        course: the course folder, which is never written into.

    Raises:
        Refused: the folder is inside the course, is somebody else's, or holds files that were changed by hand.
        OSError: the disk does not take a file; run again, it finishes.
    """
    before, to = earlier(to, course), to.expanduser().resolve()
    if problems := _changed_by_hand(files, to, before):
        raise Refused("\n".join([*problems, f"{len(problems)} file(s) of {to} are not as they were published, nothing was written. "
                                            "Keep what you want of them elsewhere (in the course, if students need it), delete them there, then publish again."]))
    now = {path: {listing.sha256(content)} for path, content in files.items()}
    # Cut short, the run is taken up by the next: until the end a file may be what it was or what it becomes.
    _put(to / listing.NAME, listing.as_bytes({path: before.get(path, set()) | now.get(path, set()) for path in before | now}))
    done = Written()
    for path in sorted(before.keys() - files.keys()):
        if (to / path).is_file():
            (to / path).unlink()
            done.removed.append(path)
            _drop_empty((to / path).parent, to)
    for path, content in files.items():
        if not (to / path).is_file() or (to / path).read_bytes() != content:
            _put(to / path, content)
            done.written.append(path)
        (to / path).chmod(0o755 if path in EXECUTABLE else 0o644)
    _put(to / listing.NAME, listing.as_bytes(now))
    return done


def earlier(to: Path, course: Path) -> dict[str, set[str]]:
    """The list of the edition that stands in a folder; empty for a folder to fill.

    Raises:
        Refused: no edition may be written there.
    """
    to, course = to.expanduser().resolve(), course.resolve()
    if to.is_relative_to(course):
        raise Refused(f"{to} is inside the course: name a folder outside it, the clone of the students' repository.")
    if to.exists() and not to.is_dir():
        raise Refused(f"{to} is a file: name a folder.")
    try:
        before = listing.read(to)
    except ValueError as number:
        raise Refused(f"{to / listing.NAME}:{number}: not a line of the list of an edition. Restore that file from the repository's history, then publish again.") from None
    others = sorted(path.name for path in to.iterdir() if path.name not in _NOT_OURS) if to.is_dir() else []
    if others and not before:
        raise Refused(f"{to} holds {', '.join(others[:5])}{' …' if len(others) > 5 else ''}, and no {listing.NAME}: it is not an edition, and nothing there is touched. Name a new or empty folder.")
    if foreign := [path for path in before if path.startswith("/") or ".." in Path(path).parts or ".git" in Path(path).parts]:
        raise Refused(f"{to / listing.NAME} names {foreign[0]}, which no edition holds: restore that file from the repository's history, then publish again.")
    return before


def _changed_by_hand(files: dict[str, bytes], to: Path, before: dict[str, set[str]]) -> list[str]:
    """A line for each file that we would write over or delete, and that is not what we once wrote there."""
    problems = []
    for path in sorted(before.keys() | files.keys()):
        target = to / path
        if not target.resolve().is_relative_to(to) or target.is_symlink():
            problems.append(f"{path}: a link leads elsewhere")
        elif target.is_dir() or any(parent.is_file() for parent in target.parents if parent.is_relative_to(to)):
            problems.append(f"{path}: a folder and a file stand in each other's place")
        elif target.is_file():
            content = target.read_bytes()
            if content != files.get(path) and listing.sha256(content) not in before.get(path, set()):
                problems.append(f"{path}: {'changed by hand' if path in before else 'written by somebody else'}")
    return problems


def _put(path: Path, content: bytes) -> None:
    """Write a file whole, or leave what was there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.draft")
    try:
        draft.write_bytes(content)
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise


def _drop_empty(folder: Path, to: Path) -> None:
    while folder != to and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent
