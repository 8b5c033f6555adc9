"""What a reader needs around a figure: title, axes with units, source, and a text for those who do not see it.

Everything else stays plain matplotlib, which is what learners come to know.
"""

from typing import TYPE_CHECKING

from challenge_data import figures
from challenge_data.errors import LearnerError

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def finish(ax: "Axes", title: str, *, source: str, alt: str, xlabel: str | None = None, ylabel: str | None = None) -> None:
    """Give a figure what its reader needs, then show it with its text alternative.

    Args:
        ax: the axes drawn on; the whole figure it belongs to is shown.
        title: the sentence that the figure says.
        source: who made the data, and when; written under the axes.
        alt: what the figure shows, in words, for those who do not see it.
        xlabel, ylabel: axis labels with their units; None keeps what is there. An axis of names needs none, but one of
            the two says what is measured (a map without axes, ``ax.set_axis_off()``, is free of both).

    Raises:
        LearnerError: what is drawn on is not matplotlib axes, or a text is missing; all are named together.
    """
    figure = getattr(ax, "figure", None)
    if figure is None:
        raise LearnerError("finish attend la figure en premier : écrivez ax = tableau.plot(…), puis finish(ax, …).")
    for label, put in ((xlabel, ax.set_xlabel), (ylabel, ax.set_ylabel)):
        if label is not None:
            put(label)
    missing = [name for name, text in (("title", title), ("source", source), ("alt", alt)) if not str(text or "").strip()]
    if not (ax.get_xlabel().strip() or ax.get_ylabel().strip() or not ax.axison):
        missing.append("xlabel ou ylabel, avec l'unité")
    if missing:
        raise LearnerError(f"Il manque à votre figure : {', '.join(missing)}. Écrivez chaque texte entre guillemets.")
    ax.set_title(title, loc="left", wrap=True)
    # Under all that is drawn: on a flat figure, labels reach below the figure's own edge.
    foot = min(0.0, figure.get_tightbbox(figure.canvas.get_renderer()).y0 / figure.get_figheight())
    figure.text(0.01, foot - 0.02, f"Source : {source}", ha="left", va="top", fontsize="small", color="#444444")
    figure.text_alternative = alt
    figures.show(figure, alt)
