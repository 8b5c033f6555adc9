"""What a reader needs around a figure: title, axes with units, source, and a text for those who do not see it.

Everything else stays plain matplotlib, which is what learners come to know. ``finish`` also says, in a sentence, what is likely to
mislead: bars cut at their foot, a line between names, series without a legend. It refuses only what is surely wrong.
"""

from typing import TYPE_CHECKING

from challenge_data import figures
from challenge_data.charts.describing import describe_figure
from challenge_data.charts.doubts import doubts
from challenge_data.errors import LearnerError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["PALETTE", "describe_figure", "doubts", "finish"]

# At least 3 to 1 on white (WCAG 2.1, 1.4.11), and apart for protanopes and deuteranopes: tests/test_charts.py measures both.
PALETTE = {
    "bleu": "#0072B2",
    "ocre": "#C77B00",
    "noir": "#1A1A1A",
    "rose": "#D81B60",
    "brun": "#7A4B00",
    "indigo": "#332288",
}
"""Colours for series, in the order to take them: readers who see red or green badly tell any two of them apart."""


def finish(ax: "Axes", title: str, *, source: str, alt: str, xlabel: str | None = None, ylabel: str | None = None) -> None:
    """Give a figure what its reader needs, then show it with its text alternative, and what may mislead in it.

    Args:
        ax: the axes drawn on; the whole figure it belongs to is shown.
        title: the sentence that the figure says.
        source: who made the data, and when; written under the axes.
        alt: what the figure shows, in words, for those who do not see it; :func:`describe_figure` gives a first draft.
        xlabel, ylabel: axis labels with their units; None keeps what is there. An axis of names needs none, but one of
            the two says what is measured (a map without axes, ``ax.set_axis_off()``, is free of both).

    Raises:
        LearnerError: what is drawn on is not matplotlib axes, nothing is drawn, or a text is missing; all are named together.
    """
    figure = getattr(ax, "figure", None)
    if figure is None:
        raise LearnerError("finish attend la figure en premier : écrivez ax = tableau.plot(…), puis finish(ax, …).")
    if not any(one.has_data() for one in figure.axes):
        raise LearnerError("Rien n'est dessiné sur cette figure : tracez vos données sur ax avant finish, par exemple tableau.plot(ax=ax).")
    for label, put in ((xlabel, ax.set_xlabel), (ylabel, ax.set_ylabel)):
        if label is not None:
            put(label)
    missing = [name for name, text in (("title", title), ("source", source), ("alt", alt)) if not str(text or "").strip()]
    if not (ax.get_xlabel().strip() or ax.get_ylabel().strip() or not ax.axison):
        missing.append("xlabel ou ylabel, avec l'unité")
    if missing:
        raise LearnerError(f"Il manque à votre figure : {', '.join(missing)}. Écrivez chaque texte entre guillemets.")
    ax.set_title(title, loc="left", wrap=True)
    # Under all that is drawn: names that hang low, or the axis label of a low figure, reach below its edge.
    drawn = figure.get_tightbbox()
    left, low = drawn.x0 / figure.get_figwidth(), drawn.y0 / figure.get_figheight()
    figure.text(left, low - 0.05 / figure.get_figheight(), f"Source : {source}", ha="left", va="top", fontsize="small", color="#444444")
    figure.text_alternative = alt
    for sentence in doubts(figure, title, alt):
        print(sentence)
    figures.show(figure, alt)
