"""The last figures that a notebook drew, kept a little after it showed and closed them, for who looks at them in a later cell.

The inline backend closes each figure at the end of its cell, and ``plt.show()`` does at once. matplotlib's own ``figure.hooks`` tells
of each figure that pyplot makes; the setting waits in IPython's configuration until pyplot chooses the inline backend, so that
nothing here imports matplotlib. Figures weigh: only the last few are held.
"""

import sys
from collections import deque
from collections.abc import Hashable
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from matplotlib.figure import Figure

HOOK = f"{__name__}:keep"
MOST = 4
"""Figures held, the last ones; each weighs from 1 to 10 MB."""

_held: "deque[Figure]" = deque(maxlen=MOST)
_cells: "WeakKeyDictionary[Figure, int]" = WeakKeyDictionary()
_judged: "WeakKeyDictionary[Figure, Hashable]" = WeakKeyDictionary()
_since = 0
_cell = 0


def watch(running) -> None:
    """Hear of every figure that this IPython shell will draw."""
    running.config.InlineBackend.rc.update({"figure.hooks": [HOOK]})
    running.events.register("pre_run_cell", _new_cell)
    running.events.register("post_execute", _look)
    _hook()


def keep(figure: "Figure") -> None:
    """What matplotlib calls for each figure that pyplot makes, still empty."""
    if figure not in _cells:
        _cells[figure] = _cell
        _held.append(figure)


def recent() -> "list[Figure]":
    """The figures held, the last one at the end; none from before a question that was left unanswered."""
    _look()
    return [figure for figure in _held if _cells[figure] >= _since]


def cell_of(figure: "Figure") -> int | None:
    """The rank of the cell that drew it; None if it was not seen being drawn."""
    return _cells.get(figure)


def unanswered() -> None:
    """A cell still holds its ellipses: the figures drawn before it answer other questions."""
    global _since
    _since = _cell


def judge(figure: "Figure", question: Hashable) -> None:
    """Remember for which question a figure was judged."""
    _judged.setdefault(figure, question)


def free(figure: "Figure", question: Hashable) -> bool:
    """True if the figure was not judged for another question."""
    return _judged.get(figure, question) == question


def _new_cell(*_info) -> None:
    global _cell
    _cell += 1
    _hook()


def _hook() -> None:
    """Again before each cell: ``plt.style.use("default")`` and ``plt.rcdefaults()`` undo it."""
    settings = getattr(sys.modules.get("matplotlib"), "rcParams", None)
    if settings is not None and HOOK not in settings["figure.hooks"]:
        settings["figure.hooks"] = [*settings["figure.hooks"], HOOK]


def _look() -> None:
    """Figures that are still open, whoever made them: other backends keep theirs, and the setting may have been undone in this cell."""
    helpers = sys.modules.get("matplotlib._pylab_helpers")
    for manager in helpers.Gcf.figs.values() if helpers else ():
        keep(manager.canvas.figure)
