"""A table drawn as one bar a column: filled, in disguise, empty; and what was found in each, in words."""

import textwrap
from typing import TYPE_CHECKING

from challenge_data import figures
from challenge_data.french import plural, thousands
from challenge_data.quality.finding import GRAVITIES, TO_CHECK, TO_MEND

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from challenge_data.quality.profiling import Profile

# Okabe and Ito's blue and orange, which colour-blind readers tell apart; hatches and words say the same.
_PARTS = (
    ("remplies", "remplies", "#0072B2", ""),
    ("deguisees", "« rien » déguisé", "#E69F00", "////"),
    ("vides", "vides", "#FFFFFF", "...."),
)
_HIGHEST = 0.30  # inches a column of the table
_MOST = 60  # columns drawn; beyond that, those with the gravest findings


def draw(profile: "Profile") -> "Axes":
    """Draw, show with the text alternative where a notebook runs, and return the axes.

    The figure has ``text_alternative``, as those of :func:`challenge_data.charts.finish`.
    """
    from matplotlib import pyplot

    columns, marks = profile.columns, _marks(profile)
    left_out = max(0, len(columns) - _MOST)
    if left_out:
        gravest = sorted(range(len(columns)), key=lambda at: [-marks[at].get(gravity, 0) for gravity in GRAVITIES[:2]])[
            :_MOST
        ]
        columns, marks = columns.iloc[sorted(gravest)], [marks[at] for at in sorted(gravest)]
    figure, ax = pyplot.subplots(figsize=(9.5, 1.3 + _HIGHEST * len(columns)), layout="constrained")
    names = [
        textwrap.shorten(str(name), 34, placeholder="…") if " " in str(name) else str(name)[:34]
        for name in columns["colonne"]
    ]
    places, start = range(len(columns)), [0.0] * len(columns)
    for key, label, colour, hatch in _PARTS:
        widths = [100 * count / profile.rows for count in columns[key]]
        ax.barh(
            places,
            widths,
            left=start,
            color=colour,
            hatch=hatch,
            edgecolor="#1a1a1a",
            linewidth=0.6,
            height=0.7,
            label=label,
        )
        start = [one + two for one, two in zip(start, widths, strict=True)]
    for place, found in zip(places, marks, strict=True):
        words = ", ".join(f"{found[gravity]} {gravity}" for gravity in (TO_MEND, TO_CHECK) if found.get(gravity))
        if words:
            ax.text(
                102,
                place,
                words,
                va="center",
                fontsize="small",
                weight="bold" if found.get(TO_MEND) else "normal",
                clip_on=False,
            )
    ax.set_yticks(list(places), names)
    ax.set_ylim(len(columns) - 0.4, -0.6)
    ax.set_xlim(0, 100)
    ax.set_xlabel("part des lignes (%)")
    ax.spines[["top", "right"]].set_visible(False)
    title = f"{profile.name or 'Ce tableau'} : {plural(profile.rows, 'ligne', 'lignes')}, {plural(len(profile.columns), 'colonne', 'colonnes')}"
    if left_out:
        title += f" (les {_MOST} qui ont le plus de constats)"
    rows = profile.findings.loc[
        ~profile.findings["colonne"].map(lambda said: bool({said, *said.split(", ")} & {*profile.columns["colonne"]})),
        "gravite",
    ].value_counts()
    if words := ", ".join(f"{rows[gravity]} {gravity}" for gravity in (TO_MEND, TO_CHECK) if gravity in rows):
        title += f". Lignes entières : {words}"
    figure.suptitle(title, ha="left", x=0.01)
    figure.legend(loc="outside lower center", ncols=3, frameon=False)
    # The words on the right stand outside the axes: leave them room.
    figure.get_layout_engine().set(rect=(0, 0, 0.8, 1))
    figure.text_alternative = describe(profile)
    figures.show(figure, figure.text_alternative)
    return ax


def _marks(profile: "Profile") -> list[dict[str, int]]:
    """Findings of each column by gravity; those of a pair of columns (« latitude, longitude ») go to both."""
    marks = []
    for name in profile.columns["colonne"]:
        own = profile.findings["colonne"].map(lambda said, name=name: said == name or name in said.split(", "))
        marks.append(profile.findings.loc[own, "gravite"].value_counts().to_dict())
    return marks


def describe(profile: "Profile") -> str:
    """The picture in words."""
    columns = profile.columns
    full = columns[columns["remplies"] == profile.rows]
    told = [
        f"Une barre par colonne, {plural(profile.rows, 'ligne', 'lignes')}.",
        f"{plural(len(full), 'colonne entièrement remplie', 'colonnes entièrement remplies')} sur {len(columns)}.",
    ]
    holes = columns[columns["remplies"] < profile.rows].sort_values("remplies")
    shown = [
        f"{row.colonne} : {_share(row.remplies, profile.rows)} remplie, {_share(row.vides, profile.rows)} vide"
        + (f", {_share(row.deguisees, profile.rows)} déguisée" if row.deguisees else "")
        for row in holes.head(12).itertuples(index=False)
    ]
    if shown:
        told.append(
            " ; ".join(shown)
            + (f" ; et {len(holes) - 12} autres colonnes moins trouées" if len(holes) > 12 else "")
            + "."
        )
    counts = profile.counts
    told.append("Constats : " + ", ".join(f"{thousands(count)} {gravity}" for gravity, count in counts.items()) + ".")
    return " ".join(told)


def _share(count: int, rows: int) -> str:
    return f"{100 * count / rows:.0f} %"
