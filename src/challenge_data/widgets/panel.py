"""The explorer's controls: each change is shown at once, in words, as rows and as pandas lines."""

from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING

from challenge_data import shown
from challenge_data.widgets import explorer, steps

if TYPE_CHECKING:
    import ipywidgets
    from pandas import DataFrame

NONE = ""
"""No column: a list's own None would show as an empty box."""


def _or_none(column):
    return NONE if column is None else column


def panel(table: "DataFrame", name: str, choices: steps.Choices, keep: Callable[[], None]) -> "ipywidgets.Widget":
    """Controls over ``choices``, which they change in place; each change is followed by ``keep()``.

    Typed text counts when one leaves the field or presses Enter: a slow machine draws once, not at each letter.
    """
    import ipywidgets

    names = list(table.columns)
    listed = [(str(column), column) for column in names]
    filterable = [(str(column), column) for column in names if steps.kind(table[column])]
    words, view, image = shown.live(), ipywidgets.HTML(), ipywidgets.HTML()

    def refresh(*_event) -> None:
        words.value = shown.said(escape(explorer.told(choices, table)))
        view.value = explorer.page(choices, table, name)
        image.value = explorer._map_image(choices, table) if drawn.value else ""

    def changed(*_event) -> None:
        refresh()
        keep()

    columns = ipywidgets.SelectMultiple(description="Colonnes (aucune : toutes)", options=listed, value=choices.columns,
                                        rows=min(5, max(2, len(names))))
    filtered = ipywidgets.Dropdown(description="Filtrer sur", options=[("(aucune colonne)", NONE), *filterable], value=NONE)
    sort = ipywidgets.Dropdown(description="Trier par", options=[("(sans tri)", NONE), *listed], value=_or_none(choices.sort))
    order = ipywidgets.Dropdown(description="Ordre", options=[("croissant", False), ("décroissant", True)], value=choices.descending)
    count = ipywidgets.Dropdown(description="Compter par", options=[("(sans compter)", NONE), *filterable], value=_or_none(choices.count))
    clear = ipywidgets.Button(description="Retirer tous les filtres", tooltip="")
    clear.add_class("cd-choice")
    drawn = ipywidgets.Checkbox(description="Voir les lignes gardées sur une carte", value=False, indent=False)
    field = ipywidgets.HBox()

    def set_filter(column, spec: dict | None) -> None:
        choices.filters.pop(column, None)
        if spec:
            choices.filters[column] = spec
        changed()

    def open_field(*_event) -> None:
        column = filtered.value
        field.children = controls(column, set_filter) if column != NONE else ()

    def controls(column, put: Callable) -> list:
        """The fields that filter one column, as it is filtered now."""
        values, spec = table[column], choices.filters.get(column, {})
        how = next(iter(spec), None) or steps.kind(values)
        if how == "parmi":
            there = [steps.plain(value) for value in values.dropna().unique()]
            options = [*sorted(there, key=str), *(value for value in spec.get("parmi", []) if value not in there)]
            pick = ipywidgets.SelectMultiple(description=f"« {column} » vaut", options=[(str(value), value) for value in options],
                                             value=spec.get("parmi", []), rows=min(6, max(2, len(options))))
            pick.observe(lambda event: put(column, {"parmi": list(event["new"])} if event["new"] else None), names="value")
            return [pick]
        if how == "contient":
            text = ipywidgets.Text(description=f"« {column} » contient", value=spec.get("contient", ""), continuous_update=False)
            text.observe(lambda event: put(column, {"contient": event["new"]} if event["new"] else None), names="value")
            return [text]
        ends = [ipywidgets.Text(description=f"« {column} » {side}", continuous_update=False, value="" if end is None else str(end))
                for side, end in zip(("au moins", "au plus"), spec.get("entre", [None, None]), strict=True)]
        fault = shown.live()

        def between(_event) -> None:
            try:
                entre = [steps.bound(values, end.value) for end in ends]
            except ValueError as error:
                fault.value = shown.said(escape(f"« {column} » {error}."), "cd-no")
                return
            fault.value = ""
            put(column, {"entre": entre} if entre != [None, None] else None)

        for end in ends:
            end.observe(between, names="value")
        return [*ends, fault]

    def choose(attribute: str) -> Callable:
        def change(event: dict) -> None:
            new = event["new"]
            setattr(choices, attribute, list(new) if attribute == "columns" else None if new == NONE and attribute != "descending" else new)
            changed()
        return change

    def clear_all(_button) -> None:
        choices.filters.clear()
        open_field()
        changed()

    filtered.observe(open_field, names="value")
    for widget, attribute in ((columns, "columns"), (sort, "sort"), (order, "descending"), (count, "count")):
        widget.observe(choose(attribute), names="value")
    drawn.observe(refresh, names="value")
    clear.on_click(clear_all)
    if choices.filters:
        filtered.value = next(iter(choices.filters))
    refresh()
    for row in (top := ipywidgets.HBox([columns, sort, order, count])), (middle := ipywidgets.HBox([filtered, field, clear])):
        row.add_class("cd-controls")
    for name_of_class in ("cd-controls", "cd-field"):
        field.add_class(name_of_class)
    rows = [top, middle, *([drawn] if explorer.places(table) else []), words, view, image]
    box = shown.boxed(ipywidgets.HTML(explorer.STYLE, layout=ipywidgets.Layout(display="none")), *rows)
    box.add_class("cd-explore")
    return box
