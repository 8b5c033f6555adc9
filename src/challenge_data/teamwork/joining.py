"""Two people's work made one: a teammate's file compared with what is here, then what was chosen, written. Nothing of theirs is run."""

import hashlib
import json
import tempfile
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

from challenge_data import course
from challenge_data.checks.hints import OPENED_FILE
from challenge_data.errors import LearnerError
from challenge_data.french import plural
from challenge_data.teamwork import cells, comparing, files, received, weaving
from challenge_data.teamwork.comparing import BOTH, MINE, THEIRS


def compare(given: dict) -> dict:
    """A teammate's file beside what is here; changes nothing.

    Args:
        given: ``content`` (bytes of a zip or a notebook) and ``name``; or ``received``, for a file that was compared before.

    Returns:
        ``received`` (to name this file again), ``stamp`` (of what is compared), ``made``, ``members``, ``notes``, ``asks``, ``notebooks`` (see
        :func:`comparing.notebook`; those with nothing to choose too) and ``files`` (see :func:`comparing.file`).

    Raises:
        LearnerError: the file cannot be read, or is nothing of this course.
    """
    label = _put_by(given["content"], str(given.get("name", ""))) if "content" in given else given.get("received")
    return _compared(label, *_opened(label))


def join(given: dict) -> dict:
    """Write what was chosen; each file that changes is kept as it was, in ``copies/`` of the work folder.

    Args:
        given: ``received`` and ``stamp`` of :func:`compare`; ``who``, the teammate's name ("" if nobody said); ``choices``: path -> key of a cell ->
            choice, for notebooks; path -> choice, for other files. What is not in it gets what was proposed, and stays as it is where nothing was.

    Returns:
        ``changed`` (True: what is here is no longer what was compared, nothing was written), ``paths`` that were written, and ``told``, sentences.

    Raises:
        LearnerError: the file is no longer known, or the disk does not take it.
    """
    theirs, pairs = _opened(given.get("received"))
    told = _compared(given["received"], theirs, pairs)
    if told["stamp"] != given.get("stamp"):
        return {"changed": True, "paths": [], "told": []}
    who = str(given.get("who") or "").strip()[:60]
    choices = given.get("choices") or {}
    made: dict[str, bytes] = {}
    sentences: list[str] = []
    for one in told["notebooks"]:
        path, wanted = one["path"], choices.get(one["path"]) or {}
        chosen = {cell["key"]: wanted.get(cell["key"], cell["choice"] or MINE) for cell in one["cells"]}
        chosen |= {cell["key"]: wanted.get(cell["key"], THEIRS) for cell in one["added"]}
        if not set(chosen.values()) & {THEIRS, BOTH}:
            continue
        made[path] = cells.written(weaving.weave(pairs[path], chosen, who))
        sentences.append(_told(one["title"], Counter(chosen[cell["key"]] for cell in one["cells"]), sum(chosen[cell["key"]] == THEIRS for cell in one["added"]), one["same"] + one["only_mine"]))
    for one in told["files"]:
        if choices.get(one["path"], one["choice"] or MINE) == THEIRS:
            made[one["path"]] = theirs.others[one["path"]]
            sentences.append(f"« {one['path']} » : le fichier reçu est en place.")
    copies = [copy for path in made if (copy := _set_aside(path))]
    for path, content in made.items():
        files.path_of(path).parent.mkdir(parents=True, exist_ok=True)
        course.write(files.path_of(path), content)
    if copies:
        sentences.append(f"{plural(len(copies), 'ancien fichier est gardé', 'anciens fichiers sont gardés')} dans {files.WORK}/{course.COPIES}.")
    _join_hints(theirs.hints)
    return {"changed": False, "paths": list(made), "told": sentences or ["Rien n'a changé : tout ce que vous avez gardé était déjà ici."]}


def _compared(label: str, theirs: received.Received, pairs: dict[str, comparing.Pair]) -> dict[str, Any]:
    told: dict[str, Any] = {
        "received": label, "made": theirs.made, "members": theirs.members, "notes": theirs.notes, "asks": theirs.asks,
        "notebooks": [comparing.notebook(path, pair) for path, pair in pairs.items()],
        "files": [one for path, content in sorted(theirs.others.items()) if (one := comparing.file(path, content))],
    }
    return told | {"stamp": comparing.stamp(told)}


def _told(title: str, chosen: Counter, added: int, others: int) -> str:
    parts = [
        (chosen[THEIRS], "réponse reçue", "réponses reçues"), (chosen[MINE] + others, "réponse d'ici gardée", "réponses d'ici gardées"),
        (chosen[BOTH], "réponse en deux versions", "réponses en deux versions"), (added, "cellule ajoutée", "cellules ajoutées"),
    ]
    return f"« {title} » : {', '.join(plural(*part) for part in parts if part[0])}."


@cache
def _shelf() -> tempfile.TemporaryDirectory:
    """Where received files wait while somebody chooses, until the server stops: not in the work folder, whose files travel on."""
    return tempfile.TemporaryDirectory(prefix="challenge-data-recus-", ignore_cleanup_errors=True)


def _put_by(content: bytes, name: str) -> str:
    label = hashlib.sha256(content).hexdigest()[:16]
    place = Path(_shelf().name) / label
    course.write(place, content)
    course.write(place.with_suffix(".name"), name.encode())
    return label


def _opened(label: Any) -> tuple[received.Received, dict[str, comparing.Pair]]:
    place = Path(_shelf().name) / str(label)
    if not str(label).isalnum() or not place.is_file():
        raise LearnerError("Ce fichier n'est plus en mémoire : choisissez-le de nouveau. Rien n'a changé dans vos carnets.")
    originals = comparing.delivered()
    found = received.sort(place.read_bytes(), place.with_suffix(".name").read_text(encoding="utf-8"), originals)
    return found, comparing.pairs(found, originals)


def _set_aside(path: str) -> Path | None:
    """A copy of a file that is about to change; None when there is none yet."""
    place = files.path_of(path)
    if not place.is_file():
        return None
    return course.keep_copy(path.replace("/", "_"), place.read_bytes())


def _join_hints(content: bytes | None) -> None:
    """A hint that one person opened is a hint that the team opened."""
    try:
        theirs = json.loads(content or b"{}")
        opened = {name: entry for name, entry in theirs.items() if isinstance(entry.get("ouverts"), int)}
    except (ValueError, AttributeError):
        return
    mine = course.kept(OPENED_FILE, dict) or {}
    further = {name: entry for name, entry in opened.items() if entry["ouverts"] > mine.get(name, {}).get("ouverts", 0)}
    if further:
        course.keep(OPENED_FILE, mine | further)
