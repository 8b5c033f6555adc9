"""« Vérifier » : a notebook run from top to bottom, and what each of its questions says then.

The same words as the checks in the notebook: juste or not yet, what is left to do, what a person will read. Never a traceback. The
notebook of the team is read, never written: what runs is a copy in its frame, over a copy of the work folder.
"""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from concurrent.futures import Future
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath

import nbformat

from challenge_data import course, edition
from challenge_data.errors import LearnerError
from challenge_data.teamwork import files, judging, naming
from challenge_data.teamwork.frame import framed
from challenge_data.teamwork.judging import Report
from challenge_data.teamwork.matching import canonical
from challenge_data.teamwork.parsing import Damaged
from challenge_data.teamwork.running import NOTEBOOK_SECONDS, Ran

RUNNING = "CHALLENGE_DATA_VERIFYING"
"""Set in the kernel that verifies: a notebook that asks to be verified must not start another one."""
_UNREAD = (course.COPIES, naming.FOLDER)
"""Folders of the work folder that no notebook reads."""
PATIENCE = 20
"""Seconds that one question to the server may last: proxies in front of a lent machine cut what is silent for a minute."""
_one = threading.Lock()
_last: dict[str, tuple[str, Report]] = {}
"""Path -> (digest of what was run, what it said): a team that prepares its hand-in twice does not wait twice."""


@dataclass(frozen=True)
class _Asked:
    """A run that somebody asked for."""

    digest: str
    """Of what was there then."""
    result: Future = field(default_factory=Future)


_asked: dict[str, _Asked] = {}
"""Path -> the run whose result nobody has fetched yet."""


def verify(given: dict) -> dict:
    """Verify the notebook ``path``: ``path``, ``title``, ``notes`` and ``lines`` (number, title, points, verdict, said, cell).

    Long runs are asked for again: after :data:`PATIENCE` seconds the answer is ``{"waiting": True}``, and the run goes on. The first question
    of a gesture says ``anew``: a run of the notebook as it was before is not its answer.

    Raises:
        LearnerError: see :func:`report`.
    """
    path = str(given.get("path", ""))
    asked = _asked.get(path)
    if asked is None or (given.get("anew") and asked.digest != _digest(path)):
        asked = _asked[path] = _Asked(_digest(path))
        threading.Thread(target=_fulfil, args=(asked.result, path), daemon=True).start()
    try:
        found = asked.result.result(PATIENCE)
    except TimeoutError:
        return {"waiting": True}
    except BaseException:
        _forget(path, asked)
        raise
    _forget(path, asked)
    return asdict(found)


def _fulfil(future: Future, path: str) -> None:
    try:
        # What a button asks while another notebook runs waits its turn: a hand-in being prepared would count a refusal as missing.
        future.set_result(report(path, wait=True))
    except BaseException as problem:  # told to who asks, whatever it is
        future.set_exception(problem)


def _forget(path: str, asked: _Asked) -> None:
    # Another window may have asked anew.
    if _asked.get(path) is asked:
        _asked.pop(path, None)


def report(path: str, wait: bool = False) -> Report:
    """Run a notebook of the course folder, and read what each question says.

    Args:
        path: relative to the course folder, with ``/``.
        wait: until another one that is being verified is done; else that is refused.

    Raises:
        LearnerError: it is not one of the course's, cannot be read, or another one is being verified.
    """
    if os.environ.get(RUNNING):
        raise LearnerError("La vérification est déjà en cours : cette cellule ne la relance pas.")
    original = _original(path)
    here = files.path_of(path)
    if not here.is_file():
        raise LearnerError(f"Le carnet « {here.name} » n'est pas dans son dossier : il n'a pas pu être vérifié.")
    if not _one.acquire(blocking=wait):
        raise LearnerError("Un autre carnet est en train d'être vérifié. Attendez sa réponse, puis recommencez.")
    try:
        digest = _digest(path)
        content = here.read_bytes()
        if _last.get(path, ("",))[0] == digest:
            return _last[path][1]
        if PurePosixPath(path).parts[0] == "exercises":
            notebook = framed(path, original, content)
            found = judging.of_challenge(path, notebook, _run(notebook.content, path))
        else:
            notebook = nbformat.reads(content.decode("utf-8"), as_version=4)
            found = judging.of_lesson(path, notebook, _run(content, path) if any(map(judging.is_exercise, notebook.cells)) else Ran())
        if not set(found.notes) & set(judging.STOPPED.values()):  # a machine that was short of memory may have some now
            _last[path] = digest, found
        return found
    except (Damaged, ValueError) as why:
        raise LearnerError(f"Le carnet « {here.name} » {why if isinstance(why, Damaged) else 'est abîmé'}. Ouvrez-en un neuf (« Recommencer ce carnet »), puis recopiez vos réponses.") from None
    finally:
        _one.release()


def _digest(path: str) -> str:
    """Of a notebook, "" when there is none, and of the team's files that it may read."""
    here = files.path_of(path)
    digest = hashlib.sha256(here.read_bytes() if here.is_file() else b"")
    for path in sorted(course.work_dir().rglob("*")):
        inner = path.relative_to(course.work_dir())
        if inner.parts[0] not in _UNREAD and not path.name.startswith(".") and path.is_file():
            about = path.stat()
            digest.update(os.fsencode(inner) + f"\0{about.st_size}\0{about.st_mtime_ns}\0".encode())
    return digest.hexdigest()


def _original(path: str) -> bytes:
    delivered = edition.originals()
    folder = PurePosixPath(path).parent
    found = delivered.get(path) or delivered.get((folder / f"{canonical(path)}.ipynb").as_posix())
    if found is None or not path.endswith(".ipynb"):
        raise LearnerError("Ce carnet n'est pas un de ceux du cours : il n'y a rien à y vérifier.")
    return found


def _run(content: bytes, path: str) -> Ran:
    """Run it in a process of its own, over a copy of the work folder."""
    with tempfile.TemporaryDirectory(prefix="challenge-data-") as folder:
        place = Path(folder)
        shutil.copytree(course.work_dir(), place / files.WORK, ignore=shutil.ignore_patterns(*_UNREAD, ".*"), ignore_dangling_symlinks=True)
        (place / "notebook.ipynb").write_bytes(content)
        environment = os.environ | {course.HOME_VARIABLE: str(course.root()), course.WORK_VARIABLE: str(place / files.WORK), RUNNING: "1"}
        # -P: the course's folder must not stand before the packages.
        command = [sys.executable, "-P", "-m", "challenge_data.teamwork.running", place / "notebook.ipynb", files.path_of(path).parent, place / "result.json"]
        process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        try:
            process.wait(NOTEBOOK_SECONDS + 60)
        except subprocess.TimeoutExpired:
            return Ran(stopped="time")
        finally:
            _end(process)
        try:
            return Ran(**json.loads((place / "result.json").read_text(encoding="utf-8")))
        except (OSError, ValueError):
            return Ran(stopped="kernel")


def _end(process: subprocess.Popen) -> None:
    """The process, and a kernel that it may have left."""
    if hasattr(os, "killpg"):
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass
    elif process.poll() is None:
        process.kill()
    process.wait()
