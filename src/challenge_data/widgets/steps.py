"""Choices about a table (columns, filters, order, count) as pandas lines, and those lines run.

What the explorer shows is what its lines give: the lines are run, nothing else is.
"""

import difflib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from challenge_data.errors import LearnerError

if TYPE_CHECKING:
    from pandas import DataFrame, Series

CATEGORIES = 30
"""A column of that many values at most is filtered by picking some."""

RESULT = "choix"


@dataclass
class Choices:
    """What somebody asked of a table.

    ``filters``: column -> one of ``{"contient": text}``, ``{"entre": [low or None, high or None]}``, ``{"parmi": [value, …]}``.
    """

    columns: list[str] = field(default_factory=list)
    filters: dict[str, dict] = field(default_factory=dict)
    sort: str | None = None
    descending: bool = False
    count: str | None = None

    def kept(self) -> dict:
        return asdict(self)

    @classmethod
    def read(cls, value: object, table: "DataFrame") -> "Choices":
        """Choices of a file, less those about columns that the table no longer has.

        Raises:
            ValueError, TypeError: they are not choices.
        """
        choices = cls(**value)
        there = set(table.columns)
        choices.columns = [name for name in list(choices.columns) if name in there]
        choices.filters = {name: dict(spec) for name, spec in dict(choices.filters).items() if name in there}
        if any(list(spec) not in (["contient"], ["entre"], ["parmi"]) for spec in choices.filters.values()):
            raise ValueError("not filters")
        choices.sort = choices.sort if choices.sort in there else None
        choices.count = choices.count if choices.count in there else None
        return choices


def asked(table: "DataFrame", columns, filter, sort, count) -> Choices:
    """Choices typed by hand, in the forms that :func:`challenge_data.explore` takes.

    Raises:
        LearnerError: an unknown column, or a filter that its column cannot have; all are named together.
    """
    faults: list[str] = []

    def known(name: object) -> bool:
        if name in table.columns:
            return True
        near = difflib.get_close_matches(str(name), map(str, table.columns), n=1)
        faults.append(f"il n'y a pas de colonne « {name} »" + (f" (vouliez-vous dire « {near[0]} » ?)" if near else ""))
        return False

    choices = Choices()
    for name in [columns] if isinstance(columns, str) else columns or []:
        if known(name):
            choices.columns.append(name)
    if not isinstance(filter or {}, Mapping):
        raise LearnerError("Un filtre s'écrit entre accolades, avec sa colonne : filter={\"nom\": \"saint\"}.")
    for name, value in (filter or {}).items():
        if known(name):
            try:
                choices.filters[name] = _spec(table[name], value)
            except ValueError as error:
                faults.append(f"« {name} » {error}")
    if sort is not None:
        choices.descending = str(sort).startswith("-") and sort not in table.columns
        name = str(sort)[1:] if choices.descending else sort
        choices.sort = name if known(name) else None
    if count is not None and known(count):
        choices.count = count
    if faults:
        text = ", et ".join(faults)
        raise LearnerError(f"{text[0].upper()}{text[1:]}. Corrigez, puis exécutez de nouveau la cellule.")
    return choices


def kind(values: "Series") -> str:
    """How a column is filtered: ``entre`` (numbers, dates), ``parmi`` (few values), ``contient`` (text), or ``""`` (not at all)."""
    import pandas as pd

    types = pd.api.types
    if types.is_bool_dtype(values):
        return "parmi"
    if types.is_numeric_dtype(values) or types.is_datetime64_any_dtype(values):
        return "entre"
    if types.is_string_dtype(values) or isinstance(values.dtype, pd.CategoricalDtype):
        return "parmi" if values.nunique() <= CATEGORIES else "contient"
    return ""


def _spec(values: "Series", value: object) -> dict:
    """A filter as kept, from what a hand wrote.

    Raises:
        ValueError: the column cannot have it; the message says why.
    """
    how = kind(values)
    if not how:
        raise ValueError("ne contient ni textes, ni nombres, ni dates : on ne peut pas la filtrer ici")
    if isinstance(value, list | set):
        return {"parmi": [plain(each) for each in sorted(value, key=str)]}
    if isinstance(value, tuple):
        if how != "entre":
            raise ValueError("contient des textes : donnez un texte à chercher, ou une liste de valeurs entre crochets")
        if len(value) != 2:
            raise ValueError("attend deux bornes, par exemple (1000, 5000), ou (1000, None) sans borne haute")
        bounds = [bound(values, each) for each in value]
        if bounds == [None, None]:
            raise ValueError("attend au moins une borne")
        return {"entre": bounds}
    if how == "entre":
        if isinstance(value, str):
            raise ValueError("contient des nombres ou des dates : donnez deux bornes, par exemple (1000, 5000)")
        return {"entre": [bound(values, value)] * 2}
    return {"parmi": [value]} if isinstance(value, bool) else {"contient": str(value)}


def plain(value: object) -> object:
    """A value of a table as Python's own, which a file can keep and a line can say."""
    return value.item() if hasattr(value, "item") else value


def bound(values: "Series", text: object) -> float | int | str | None:
    """A bound as somebody writes it: « 1 000,5 », a number, an ISO date, or nothing.

    Raises:
        ValueError: it is none of these.
    """
    import pandas as pd

    if text is None or str(text).strip() == "":
        return None
    if pd.api.types.is_datetime64_any_dtype(values):
        try:
            return pd.Timestamp(str(text)).date().isoformat()
        except ValueError:
            raise ValueError(f"attend une date comme 2026-01-14, et non « {text} »") from None
    try:
        number = float("".join(str(text).replace(",", ".").split()))
        return int(number) if number.is_integer() else number
    except (ValueError, OverflowError):
        raise ValueError(f"attend un nombre, et non « {text} »") from None


def lines(choices: Choices, table: "DataFrame", name: str) -> list[str]:
    """The pandas lines, one step a line, that give :func:`run`'s result; ``name`` is the table's."""
    current, made = name, []
    for column, spec in choices.filters.items():
        made.append(f"{RESULT} = {current}[{_condition(current, column, spec, table)}]")
        current = RESULT
    if choices.sort is not None and choices.count is None:
        made.append(f"{RESULT} = {current}.sort_values({_quoted(choices.sort)}{', ascending=False' if choices.descending else ''})")
        current = RESULT
    if choices.count is not None:
        return [*made, f"{current}[{_quoted(choices.count)}].value_counts()"]
    columns = f"[[{', '.join(map(_quoted, choices.columns))}]]" if choices.columns else ""
    return [*made, f"{current}{columns}"]


def run(choices: Choices, table: "DataFrame") -> "DataFrame | Series":
    """What the lines give: the rows kept, or for each value of the counted column how many rows."""
    *before, last = lines(choices, table, "table")
    names = {"table": table}
    exec("\n".join(before), names)  # our own lines; whatever was typed stands in them as quoted text or as a number
    return eval(last, names)


def rows_kept(choices: Choices, table: "DataFrame") -> int:
    return len(run(Choices(filters=choices.filters), table))


def _condition(name: str, column: str, spec: dict, table: "DataFrame") -> str:
    import pandas as pd

    values = f"{name}[{_quoted(column)}]"
    if "parmi" in spec:
        return f"{values}.isin([{', '.join(map(_quoted, spec['parmi']))}])"
    if "contient" in spec:
        text = values if isinstance(table[column].dtype, pd.StringDtype) else f"{values}.astype(str)"
        return f"{text}.str.contains({_quoted(str(spec['contient']))}, case=False, regex=False)"
    low, high = spec["entre"]
    if low is not None and high is not None:
        return f"{values} == {_quoted(low)}" if low == high else f"{values}.between({_quoted(low)}, {_quoted(high)})"
    return f"{values} <= {_quoted(high)}" if low is None else f"{values} >= {_quoted(low)}"


def _quoted(value: object) -> str:
    """A literal; text in double quotes, as the lessons write it."""
    if not isinstance(value, str):
        return repr(value)
    return repr(value) if '"' in value or "\\" in value or not value.isprintable() else f'"{value}"'
