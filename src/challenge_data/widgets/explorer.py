"""Look at a table without typing: columns, filters, order, counts, a map; and the pandas lines that do the same."""

import base64
import io
from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING

from challenge_data import course, shown
from challenge_data.errors import LearnerError
from challenge_data.guide import shell
from challenge_data.widgets import steps

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from pandas import DataFrame

CHOICES_FILE = "explorations.json"
SHOWN_ROWS = 20
LONGEST = 60
"""Characters of a cell that are shown: enough to know it, not a whole outline."""

LATITUDES = ("latitude", "lat", "lat_coor1", "equip_lat", "y_lat")
LONGITUDES = ("longitude", "lon", "lng", "long", "long_coor1", "equip_long", "x_long")

STYLE = """<style>
.cd-explore .cd-controls {flex-flow: row wrap; align-items: flex-end; gap: 6px 16px}
.cd-explore .cd-controls > * {flex-direction: column; align-items: flex-start; height: auto; width: auto}
.cd-explore .cd-controls .widget-label {width: auto; height: auto; text-align: left; font-weight: 600}
.cd-explore .cd-controls select, .cd-explore .cd-controls input[type=text]
  {flex: none; width: 13em; font-size: 1em; min-height: 2.2em; border: 1px solid #6b6b6b; color: #1a1a1a; background-color: #fff}
.cd-explore .cd-controls .cd-field {flex-flow: row wrap; align-items: flex-end}
.cd-explore .cd-view caption {text-align: left; padding: 4px 0}
.cd-explore .cd-view {overflow-x: auto; max-width: 100%}
.cd-explore .cd-view table {border-collapse: collapse; color: #1a1a1a; background: #fff}
.cd-explore .cd-view th, .cd-explore .cd-view td {border: 1px solid #c4c4c4; padding: 3px 8px; text-align: left}
.cd-explore .cd-view td.cd-number {text-align: right; font-variant-numeric: tabular-nums}
.cd-explore .cd-view pre {background: #f4f4f4; color: #1a1a1a; padding: .5em .9em; white-space: pre-wrap}
</style>"""


def explore(table: "DataFrame", columns=None, filter: Mapping | None = None, sort: str | None = None, count: str | None = None,
            map: bool = False):
    """Look at a table: with clicks in a notebook, or with what is asked in the call; both show the pandas lines that do the same.

    Args:
        table: any number of rows; it is not changed.
        columns: names of those to show; all by default.
        filter: column -> a text that it contains, ``(low, high)`` with None for no bound, or a list of values.
        sort: column, from the lowest; ``"-population"`` from the highest.
        count: column: how many rows for each of its values.
        map: draw the rows kept, where the table has latitudes and longitudes, or outlines.

    Returns:
        When something is asked: the rows kept, or the counts, as pandas gives them. Else the explorer, whose clicks are kept
        in ``explorations.json`` of the work folder.

    Raises:
        LearnerError: not a table, an unknown column, or a filter that its column cannot have.
    """
    if not hasattr(table, "columns") or not hasattr(table, "itertuples"):
        raise LearnerError("explore attend un tableau : écrivez explore(tableau), sans guillemets.")
    name = _name(table)
    if columns is None and filter is None and sort is None and count is None and not map:
        return _Explorer(table, name)
    choices = steps.asked(table, columns, filter, sort, count)
    print(f"{told(choices, table)}\n" + "\n".join(["En pandas :", *steps.lines(choices, table, name)]))
    if map:
        _show_map(choices, table)
    return steps.run(choices, table)


def _name(table: "DataFrame") -> str:
    """What the learner calls the table; « tableau » when it has no name."""
    names = shell().user_ns if shell() else {}
    return next((name for name, value in names.items() if value is table and not name.startswith("_")), "tableau")


def told(choices: steps.Choices, table: "DataFrame") -> str:
    """What was kept, in words."""
    kept, total = steps.rows_kept(choices, table), len(table)
    words = f"{_thousands(kept)} ligne{'s' if kept > 1 else ''} sur {_thousands(total)}"
    if choices.filters:
        words += ", où " + " et ".join(f"« {column} » {_condition(spec)}" for column, spec in choices.filters.items())
    if choices.count is not None:
        different = len(steps.run(choices, table))
        return f"{words}. « {choices.count} » y prend {_thousands(different)} valeur{'s' if different > 1 else ''}."
    if choices.sort is not None:
        words += f", par « {choices.sort} » {'décroissant' if choices.descending else 'croissant'}"
    return f"{words}."


def _condition(spec: dict) -> str:
    if "contient" in spec:
        return f"contient « {spec['contient']} »"
    if "parmi" in spec:
        return "vaut " + " ou ".join(f"« {value} »" for value in spec["parmi"])
    low, high = spec["entre"]
    least, most = (_thousands(end) for end in (low, high))
    if low == high:
        return f"vaut {least}"
    return f"est d'au plus {most}" if low is None else f"est d'au moins {least}" if high is None else f"va de {least} à {most}"


def _thousands(number: object) -> str:
    """A number as French writes it; a date, or no bound, as it is."""
    return f"{number:,}".replace(",", "\u202f").replace(".", ",") if isinstance(number, int | float) else str(number)


def page(choices: steps.Choices, table: "DataFrame", name: str) -> str:
    """The pandas lines, then the first rows or counts they give, as HTML."""
    import pandas as pd

    result = steps.run(choices, table)
    if choices.count is not None:
        result = result.rename("lignes").reset_index()
    head = result.head(SHOWN_ROWS)
    what = "lignes" if choices.count is None else "valeurs, de la plus fréquente à la plus rare"
    first = f"Les {SHOWN_ROWS} premières {what}" if len(result) > SHOWN_ROWS else f"Toutes les {what}"
    right = [" class='cd-number'" if pd.api.types.is_numeric_dtype(kind) else "" for kind in head.dtypes]
    titles = "".join(f"<th scope='col'>{escape(str(column))}</th>" for column in head.columns)
    rows = "".join("<tr>" + "".join(f"<td{side}>{_cell(value)}</td>" for value, side in zip(row, right, strict=True)) + "</tr>"
                   for row in head.itertuples(index=False))
    code = "\n".join(steps.lines(choices, table, name))
    grid = f"<table><caption>{first}</caption><thead><tr>{titles}</tr></thead><tbody>{rows}</tbody></table>" if len(head) else ""
    # A region that scrolls sideways must be reachable by keyboard, and have a name.
    return (f"<div class='cd-view'><p><strong>La même chose en pandas</strong>, à copier dans une cellule :</p><pre>{escape(code)}</pre></div>"
            f"<div class='cd-view' tabindex='0' role='region' aria-label='Tableau'>{grid}</div>")


def _cell(value: object) -> str:
    import pandas as pd

    if pd.api.types.is_scalar(value) and pd.isna(value):
        return "<em>vide</em>"
    text = f"{value:.0f}" if isinstance(value, float) and value.is_integer() and abs(value) < 1e15 else str(value)
    return escape(text if len(text) <= LONGEST else text[: LONGEST - 1] + "…")


def places(table: "DataFrame") -> tuple[str, ...]:
    """The columns that put the rows on a map: latitude and longitude, or outlines; none when there are none."""
    import pandas as pd

    if type(table).__name__ == "GeoDataFrame" and table._geometry_column_name in table.columns:
        return (table._geometry_column_name,)
    found = [next((column for column in table.columns if str(column).lower() in names and pd.api.types.is_numeric_dtype(table[column])), None)
             for names in (LATITUDES, LONGITUDES)]
    return tuple(found) if None not in found else ()


def _map(choices: steps.Choices, table: "DataFrame") -> "Axes":
    """The rows kept, north up, on grey: all the others, where there are some."""
    import math

    from matplotlib import pyplot

    kept = steps.run(steps.Choices(filters=choices.filters), table)
    where = places(table)
    figure, ax = pyplot.subplots(figsize=(6.4, 5.2))
    if len(where) == 1:
        table.plot(ax=ax, color="#d9d9d9", edgecolor="#8c8c8c", markersize=4, linewidth=0.4)
        if len(kept):
            kept.plot(ax=ax, color="#0b4f8a", edgecolor="#1a1a1a", markersize=14, linewidth=0.6)
    else:
        latitude, longitude = where
        if len(kept) < len(table):
            ax.scatter(table[longitude], table[latitude], s=4, color="#8c8c8c", linewidths=0)
        ax.scatter(kept[longitude], kept[latitude], s=14 if len(kept) < 500 else 3, color="#0b4f8a", linewidths=0)
        middle = float(table[latitude].median()) if len(table) else 0.0
        # Degrees of longitude are shorter than those of latitude, away from the equator.
        ax.set_aspect(1 / max(0.1, math.cos(math.radians(min(abs(middle), 85)))) if math.isfinite(middle) else 1)
    ax.set_axis_off()
    return ax


def _map_words(choices: steps.Choices, table: "DataFrame") -> str:
    where, kept = places(table), steps.run(steps.Choices(filters=choices.filters), table)
    placed = int(kept[list(where)].notna().all(axis=1).sum()) if where else 0
    missing = len(kept) - placed
    return (f"Carte de {_thousands(placed)} ligne{'s' if placed > 1 else ''}, en bleu" + (", parmi les autres en gris" if len(kept) < len(table) else "")
            + (f" ; {_thousands(missing)} sans position" if missing else "") + f". {told(choices, table)}")


def _show_map(choices: steps.Choices, table: "DataFrame") -> None:
    from challenge_data.charts import finish

    if not places(table):
        raise LearnerError("Ce tableau n'a pas de quoi faire une carte : il faut une colonne latitude et une colonne longitude, en nombres.")
    finish(_map(choices, table), "Où sont les lignes gardées", source="ce tableau", alt=_map_words(choices, table))


def _map_image(choices: steps.Choices, table: "DataFrame") -> str:
    from matplotlib import pyplot

    figure = _map(choices, table).figure
    content = io.BytesIO()
    figure.savefig(content, format="png", bbox_inches="tight", dpi=80)
    pyplot.close(figure)
    words = escape(_map_words(choices, table), quote=True)
    return (f'<figure><img src="data:image/png;base64,{base64.b64encode(content.getvalue()).decode()}" alt="{words}" style="max-width: 100%">'
            f"<figcaption>{words}</figcaption></figure>")


class _Explorer:
    """What a notebook shows for ``explore(table)``; as plain text, the call that does without clicks."""

    def __init__(self, table: "DataFrame", name: str) -> None:
        self._table, self._name = table, name
        self.choices = self._taken_back()

    def __repr__(self) -> str:
        column = next(iter(self._table.columns), "colonne")
        return (f"Explorateur de « {self._name} » : {told(self.choices, self._table)} "
                f"Sans clics : explore({self._name}, sort=\"{column}\")")

    def _taken_back(self) -> steps.Choices:
        try:
            choices = steps.Choices.read((course.kept(CHOICES_FILE, _read) or {}).get(self._name, {}), self._table)
            steps.run(choices, self._table)
        except Exception:  # choices made on another table of this name: the file is sound, they are of no use here
            return steps.Choices()
        return choices

    def _keep(self) -> None:
        entries = course.kept(CHOICES_FILE, _read) or {}
        course.keep(CHOICES_FILE, entries | {self._name: self.choices.kept()})

    def _ipython_display_(self) -> None:
        from challenge_data.widgets.panel import panel

        shown.show(panel(self._table, self._name, self.choices, self._keep), repr(self),
                   f"<p>{escape(told(self.choices, self._table))}</p>{page(self.choices, self._table, self._name)}")


def _read(value: object) -> dict[str, dict]:
    """The file's content, if it is what this room writes.

    Raises:
        ValueError: it is not; the file is then put aside.
    """
    if not isinstance(value, dict) or not all(isinstance(entry, dict) for entry in value.values()):
        raise ValueError("not the explorer's choices")
    return value
