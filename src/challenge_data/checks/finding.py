"""The figure that a question is about: the one given, or the last one that the notebook drew for it."""

import sys
from collections.abc import Hashable, Iterable
from typing import TYPE_CHECKING, Any

from challenge_data import caught
from challenge_data.checks import compare, hints
from challenge_data.checks.marks import is_drawn
from challenge_data.errors import CheckFailed
from challenge_data.guide import Missing, require

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_DEPTH = 3


def figure_of(drawn: Any, depth: int = _DEPTH) -> "Figure | None":
    """The figure of whatever a plot call gives back: axes, a table or a list of them, bars, lines, a title; None for the rest."""
    if drawn is None or isinstance(drawn, Missing | str | bytes | type) or "matplotlib.figure" not in sys.modules:
        return None
    from matplotlib.artist import Artist
    from matplotlib.figure import Figure

    if isinstance(drawn, Figure):
        return drawn
    if isinstance(drawn, Artist):
        return drawn.get_figure(root=True)
    if not depth:
        return None
    if isinstance(drawn, dict):  # boxplot, subplot_mosaic
        drawn = list(drawn.values())
    if hasattr(drawn, "tolist"):  # an array of axes, a column of axes (groupby(…).plot())
        drawn = drawn.ravel().tolist() if hasattr(drawn, "ravel") else drawn.tolist()
    parts = drawn if isinstance(drawn, list | tuple | set) else []
    return next((found for part in parts if (found := figure_of(part, depth - 1)) is not None), None)


def find(drawn: Any, what: str, question: Hashable = None) -> "Figure":
    """The figure to judge, which from now on answers this question and no other.

    Raises:
        NotAnswered: nothing was drawn, and the answer is not written yet.
        CheckFailed: nothing was drawn for this question.
    """
    question = next((one for one in (question, hints.asked()) if one is not None), None) or caught.running_cell()
    given = figure_of(drawn)
    free = caught.recent(question, waits=isinstance(drawn, Missing))
    # Given and drawn: that one, unless it was drawn for an earlier question and never drawn again.
    if given is not None and is_drawn(given) and caught.free(given, question):
        return _judged(given, question)
    last = _last(free)
    if last is None:
        require(drawn)
        head = compare.subject(what)
        if given is not None and not is_drawn(given) or any(not is_drawn(figure) for figure in free):
            raise CheckFailed(f"{head} est vide : rien n'y est dessiné. Tracez vos données, par exemple ax = tableau.plot(…), puis relancez cette cellule.")
        if given is not None:
            raise CheckFailed(f"{head} manque : celle-ci répondait déjà à une autre question. Dessinez la figure demandée ici, puis relancez cette cellule.")
        raise CheckFailed("Aucune figure n'a été dessinée pour cette question : exécutez la cellule qui la dessine, puis celle-ci. "
                          "Elle doit contenir une commande qui trace, par exemple ax = tableau.plot(…).")
    return _judged(last, question)


def _last(figures: "Iterable[Figure]") -> "Figure | None":
    """The last figure, those of the same cell that stayed empty put aside: plt.title() after plt.show() opens one."""
    cell = None
    for figure in reversed(list(figures)):
        if cell is not None and caught.cell_of(figure) != cell:
            return None
        if is_drawn(figure):
            return figure
        cell = caught.cell_of(figure)
    return None


def _judged(figure: "Figure", question: Hashable) -> "Figure":
    caught.judge(figure, question)
    return figure
