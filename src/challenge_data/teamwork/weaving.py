"""One notebook out of two: the delivered frame, this person's work in it, and what was chosen of a teammate's."""

import copy
import re
from collections import defaultdict

from challenge_data.teamwork import comparing
from challenge_data.teamwork.asking import block
from challenge_data.teamwork.cells import Cell, Notebook, is_locked
from challenge_data.teamwork.comparing import BOTH, THEIRS, Pair, text_of


def weave(pair: Pair, chosen: dict[str, str], who: str) -> Notebook:
    """The notebook to write.

    Ids, metadata and locked cells are the delivered ones. A cell that holds what it held here keeps its outputs; one that comes from the
    teammate has none: it is for somebody to run.

    Args:
        chosen: key of :func:`comparing.notebook` -> choice; a cell without one stays as it is here.
        who: the teammate's name, or "".
    """
    own = _own_cells(pair, chosen, who)
    used = {cell["id"] for cell in pair.delivered["cells"]}
    woven = [_fresh(cell, used) for cell in own[""]]
    for cell in pair.delivered["cells"]:
        woven.append(_filled(cell, pair, chosen.get(cell["id"])))
        woven += [_fresh(one, used) for one in own[cell["id"]]]
    return {**pair.delivered, "metadata": {**pair.mine["metadata"], **pair.delivered["metadata"]}, "cells": woven}


def _filled(delivered: Cell, pair: Pair, choice: str | None) -> Cell:
    """A delivered cell with the answer that stays."""
    cell, mine = copy.deepcopy(delivered), pair.laid_mine.held.get(delivered["id"])
    if choice == THEIRS:
        taken = pair.laid_theirs.held[delivered["id"]]
        cell["source"] = taken["source"]
        return _with_pictures(cell, taken)
    if mine is not None and not is_locked(delivered):
        cell["source"] = mine["source"]
        _with_pictures(cell, mine)
    if mine is not None and mine["cell_type"] == cell["cell_type"] == "code" and mine["source"] == cell["source"]:
        cell["outputs"], cell["execution_count"] = mine.get("outputs", []), mine.get("execution_count")
    return cell


def _with_pictures(cell: Cell, taken: Cell) -> Cell:
    """A text's pasted pictures are part of it."""
    if cell["cell_type"] == "markdown" and isinstance(taken.get("attachments"), dict):
        cell["attachments"] = taken["attachments"]
    return cell


def _own_cells(pair: Pair, chosen: dict[str, str], who: str) -> dict[str, list[Cell]]:
    """Id of a delivered cell ("" : the top) -> what comes after it: this person's cells, then the other version of the answer, then what is added."""
    own: dict[str, list[Cell]] = defaultdict(list)
    here = {cell["source"] for cell in pair.mine["cells"]}
    for key, choice in chosen.items():
        if choice == BOTH and (beside := _beside(pair.laid_theirs.held[key], who))["source"] not in here:
            own[key].append(beside)
    for after, cell in pair.laid_mine.own:
        own[after].append(cell)
    for rank, (after, cell) in enumerate(comparing.added(pair)):
        if chosen.get(f"ajout-{rank}") == THEIRS:
            bare = {"cell_type": cell["cell_type"], "id": cell.get("id", ""), "metadata": {}, "source": cell["source"]}
            own[after].append({**bare, "outputs": [], "execution_count": None} if cell["cell_type"] == "code" else _with_pictures(bare, cell))
    return own


def _beside(theirs: Cell, who: str) -> Cell:
    """The other version of an answer, as a text to read: code in it is not run."""
    source = text_of(theirs)
    if theirs["cell_type"] == "code":
        source = block(source, "python")
    title = f"**Autre réponse à cette question, de {_plain(who)}**" if _plain(who) else "**Autre réponse à cette question**"
    return _with_pictures({"cell_type": "markdown", "id": "autre-reponse", "metadata": {}, "source": f"{title}\n\n{source}"}, theirs)


def _plain(who: str) -> str:
    """A name without the signs that Markdown and HTML read."""
    return re.sub(r"[^\w .'’-]", "", who).strip()


def _fresh(cell: Cell, used: set[str]) -> Cell:
    """Somebody's own cell under an id that nobody has, without nbgrader's marks: a pasted copy of an answer is no answer."""
    wanted = re.sub(r"[^\w-]", "", str(cell.get("id", "")), flags=re.ASCII)[:56] or "ajout"
    name, rank = wanted, 1
    while name in used:
        rank += 1
        name = f"{wanted}-{rank}"
    used.add(name)
    kept = {key: value for key, value in cell["metadata"].items() if key not in ("nbgrader", "deletable", "editable")}
    fresh = {**cell, "id": name, "metadata": kept}
    return fresh if cell["cell_type"] == "code" else {key: value for key, value in fresh.items() if key not in ("outputs", "execution_count")}
