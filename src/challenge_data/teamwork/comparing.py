"""A teammate's work beside what is here: what is the same, what only one of both has, and what somebody has to choose."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from challenge_data import edition
from challenge_data.teamwork import cells, files
from challenge_data.teamwork.cells import ANSWERED, EMPTY, Cell, Notebook
from challenge_data.teamwork.parsing import Damaged
from challenge_data.teamwork.received import Received

MINE, THEIRS, BOTH = "ici", "fichier", "deux"
"""What may be chosen; ``BOTH`` keeps the answer that is here, and adds the other below it as text."""
MOST_SHOWN = 20_000
"""Characters of a file that are shown beside another."""


@dataclass
class Pair:
    """One notebook, three times: as delivered, as it is here, as the teammate has it."""

    delivered: Notebook
    mine: Notebook
    theirs: Notebook
    damaged: str = ""
    """Why the notebook that is here cannot be read; it counts as not begun."""

    def __post_init__(self) -> None:
        self.laid_mine, self.laid_theirs = cells.lay(self.delivered, self.mine), cells.lay(self.delivered, self.theirs)


def delivered() -> dict[str, Notebook]:
    """Path -> notebook, of all that learners open."""
    return {path: cells.read(content) for path, content in edition.originals().items() if path.endswith(".ipynb")}


def pairs(received: Received, originals: dict[str, Notebook]) -> dict[str, Pair]:
    """Path -> the three versions of each notebook that was received."""
    return {path: _pair(path, originals[path], theirs) for path, theirs in sorted(received.notebooks.items())}


def _pair(path: str, original: Notebook, theirs: Notebook) -> Pair:
    try:
        return Pair(original, cells.read(files.path_of(path).read_bytes()), theirs)
    except FileNotFoundError:
        return Pair(original, original, theirs)
    except (Damaged, OSError) as why:
        return Pair(original, original, theirs, str(why))


def notebook(path: str, pair: Pair) -> dict[str, Any]:
    """What there is to tell and to choose in one notebook.

    Returns:
        ``path``, ``title``, ``damaged`` ("" or why), ``same`` and ``only_mine`` (numbers of answers), ``cells`` to choose (``key``, ``title``, ``kind``,
        ``asked``, ``mine``, ``theirs``, ``mine_state``, ``theirs_state``, ``choice``: what is proposed, or None) and ``added`` (``key``, ``title``, ``kind``, ``text``).
    """
    titles = cells.titles(pair.delivered)
    told: dict[str, Any] = {"path": path, "title": titles[""] or path, "damaged": pair.damaged, "same": 0, "only_mine": 0, "cells": [], "added": []}
    for cell in pair.delivered["cells"]:
        if cells.is_locked(cell):
            continue
        mine, theirs = pair.laid_mine.held.get(cell["id"]), pair.laid_theirs.held.get(cell["id"])
        states = cells.state(cell, mine), cells.state(cell, theirs)
        same = text_of(mine).strip() == text_of(theirs).strip()
        told["same"] += cells.is_asked(cell) and same and states[0] != EMPTY
        told["only_mine"] += cells.is_asked(cell) and states[0] != EMPTY == states[1]
        if states[1] != EMPTY and not same:
            told["cells"].append({
                "key": cell["id"], "title": titles[cell["id"]], "kind": cell["cell_type"], "asked": cells.is_asked(cell), "mine": text_of(mine), "theirs": text_of(theirs),
                "mine_state": states[0], "theirs_state": states[1], "choice": _proposed(cells.is_asked(cell), *states),
            })
    told["added"] = [{"key": f"ajout-{rank}", "title": titles.get(after, ""), "kind": cell["cell_type"], "text": cell["source"]} for rank, (after, cell) in enumerate(added(pair))]
    return told


def _proposed(asked: bool, mine: str, theirs: str) -> str | None:
    """The answer that goes further; between two that go as far, somebody chooses. A lesson's own examples are no answers: they stay."""
    if not asked:
        return MINE
    order = [EMPTY, cells.BEGUN, ANSWERED]
    if mine == theirs:
        return None
    return MINE if order.index(mine) > order.index(theirs) else THEIRS


def added(pair: Pair) -> list[tuple[str, Cell]]:
    """The teammate's own cells that are not here: (id of the delivered cell before it, the cell)."""
    here = {_words(cell) for cell in pair.mine["cells"]}
    return [(after, cell) for after, cell in pair.laid_theirs.own if _words(cell) not in here]


def _words(cell: Cell) -> tuple[str, str]:
    return cell["cell_type"], cell["source"].strip()


def text_of(cell: Cell | None) -> str:
    """What stands in a cell; "" when it was deleted."""
    return cell["source"] if cell else ""


def file(path: str, theirs: bytes) -> dict[str, Any] | None:
    """One file of the teammate that is not the same here; None when it is.

    Returns:
        ``path``, ``mine`` and ``theirs`` (text, or None for what is no text; ``mine`` is None too where there is no such file), ``mine_bytes`` (None: no such
        file), ``theirs_bytes``, ``digest``, ``choice``. What is only theirs is proposed if it is of the work folder: nothing there is ever imported or run.
    """
    place = files.path_of(path)
    mine = place.read_bytes() if place.is_file() else None
    if mine == theirs:
        return None
    return {
        "path": path, "mine": _shown(mine), "theirs": _shown(theirs), "mine_bytes": None if mine is None else len(mine), "theirs_bytes": len(theirs),
        "digest": hashlib.sha256((mine or b"") + b"\0" + theirs).hexdigest()[:16],
        "choice": None if mine is not None else THEIRS if path.startswith(f"{files.WORK}/") or path.endswith(".ipynb") else MINE,
    }


def _shown(content: bytes | None) -> str | None:
    try:
        return None if content is None or b"\0" in content else content.decode()[:MOST_SHOWN]
    except UnicodeDecodeError:
        return None


def stamp(told: dict[str, Any]) -> str:
    """Changes with any word of what is compared: a choice holds for what was seen."""
    return hashlib.sha256(json.dumps([told["notebooks"], told["files"]], sort_keys=True).encode()).hexdigest()[:16]
