"""The last figures that a notebook drew, kept a little after it showed and closed them, for who looks at them in a later cell.

The inline backend closes each figure at the end of its cell, and ``plt.show()`` does at once. matplotlib's own ``figure.hooks`` tells
of each figure that pyplot makes; the setting waits in IPython's configuration until pyplot chooses the inline backend, so that
nothing here imports matplotlib. Figures weigh: only the last few are held.
"""

import sys
from collections import deque
from collections.abc import Hashable
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary, WeakSet

if TYPE_CHECKING:
    from matplotlib.figure import Figure

HOOK = f"{__name__}:keep"
MOST = 4
"""Figures held, the last ones; each weighs from 1 to 5 MB, more for a map of thousands of surfaces."""

_held: "deque[Figure]" = deque(maxlen=MOST)
_cells: "WeakKeyDictionary[Figure, int]" = WeakKeyDictionary()
_judged: "WeakKeyDictionary[Figure, Hashable]" = WeakKeyDictionary()
_light: "WeakSet[Figure]" = WeakSet()
_since = 0
_cell = 0
_running: Hashable = None


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


def recent(question: Hashable, waits: bool = False) -> "list[Figure]":
    """The figures held that may answer a question, the last one at the end.

    Not those judged for another question; and those from before a cell that was left unanswered only if they were judged for this
    one, and its answer does not wait itself.
    """
    _look()
    return [figure for figure in _held if free(figure, question) and (_cells[figure] >= _since or figure in _judged and not waits)]


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


def running_cell() -> Hashable:
    """What tells the running cell from the others: its id where the front end gives one, else its text."""
    return _running


def _new_cell(info=None) -> None:
    global _cell, _running
    _cell += 1
    _running = getattr(info, "cell_id", None) or getattr(info, "raw_cell", None)
    _lighten()
    _hook()


def _hook() -> None:
    """Again before each cell: ``plt.style.use("default")`` and ``plt.rcdefaults()`` undo it."""
    settings = getattr(sys.modules.get("matplotlib"), "rcParams", None)
    if settings is not None and HOOK not in settings["figure.hooks"]:
        settings["figure.hooks"] = [*settings["figure.hooks"], HOOK]


def _look() -> None:
    """Figures that are still open, whoever made them: other backends keep theirs, and the setting may have been undone in this cell."""
    for figure in _open():
        keep(figure)


def _open() -> "list[Figure]":
    helpers = sys.modules.get("matplotlib._pylab_helpers")
    return [manager.canvas.figure for manager in helpers.Gcf.figs.values()] if helpers else []


def _lighten() -> None:
    """Free what closed figures were painted with, up to 60 MB for a year of hours; shown again, they are painted again."""
    if not _held:
        return
    from matplotlib.text import Text  # loaded with the figure

    for figure in _held:
        if figure in _light or figure in _open():
            continue
        _light.add(figure)
        for renderer in {getattr(text, "_renderer", None) for text in figure.findobj(Text)}:
            if type(renderer).__name__ == "RendererAgg":
                renderer.__init__(1, 1, figure.dpi)  # texts hold on to it, to measure themselves
