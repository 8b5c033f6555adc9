"""What a step did, measured on the table before and after: nothing here is declared by anybody."""

import hashlib
from collections.abc import Hashable
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


@dataclass(frozen=True)
class Change:
    """The difference between two states of a table. ``mended``, ``emptied``, ``filled``: cells by column (zeros left out)."""

    rows_before: int
    rows_after: int
    removed: int
    added: int
    mended: dict[str, int] = field(default_factory=dict)
    emptied: dict[str, int] = field(default_factory=dict)
    filled: dict[str, int] = field(default_factory=dict)
    new: list[str] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    renamed: dict[str, str] = field(default_factory=dict)
    retyped: dict[str, str] = field(default_factory=dict)
    moved: bool = False  # rows or columns in another order

    @property
    def cells(self) -> int:
        return sum(sum(kind.values()) for kind in (self.mended, self.emptied, self.filled))

    @property
    def columns(self) -> list[str]:
        """Columns touched, in order."""
        touched = [*self.mended, *self.emptied, *self.filled, *self.new, *self.dropped, *self.renamed.values(), *self.retyped]
        return list(dict.fromkeys(touched))

    @property
    def nothing(self) -> bool:
        return not (self.cells or self.columns or self.removed or self.added or self.moved)

    @property
    def effect(self) -> tuple:
        """What was done, whatever the number of rows it was done to: one step run twice is compared by this."""
        done = (self.removed, self.added, self.mended, self.emptied, self.filled, self.new, self.dropped, self.renamed, self.retyped)
        return *done, self.moved and not any(done)

    def as_dict(self) -> dict:
        return asdict(self)


def compare(before: "pd.DataFrame | None", after: "pd.DataFrame") -> Change:
    """Rows removed and added, cells changed by column. ``before``: None when the table was just read.

    Rows are followed by their index label; where a step numbered them anew (``reset_index``, ``merge``), by what they
    hold. Cells are compared as they would be written: « 12 » and 12 are one value, « 12 » and « 12,0 » are two.
    """
    import numpy as np

    if before is None:
        return Change(0, len(after), 0, len(after), new=[str(name) for name in after.columns])
    renamed = _renamed(before, after)
    seen = before.rename(columns=renamed)
    old, new = _pairs(seen, after)
    common = [name for name in _distinct(seen) if name in set(_distinct(after))]
    counts: dict[str, dict[str, int]] = {"mended": {}, "emptied": {}, "filled": {}}
    retyped = {}
    for name in common:
        one, two = seen[name].iloc[old], after[name].iloc[new]
        gone, came = one.isna().to_numpy(), two.isna().to_numpy()
        differs = np.zeros(len(old), bool)
        both = ~gone & ~came
        differs[both] = _differs(one[both], two[both])
        for kind, mask in (("mended", differs), ("emptied", ~gone & came), ("filled", gone & ~came)):
            if mask.any():
                counts[kind][str(name)] = int(mask.sum())
        if _kind(seen[name]) != _kind(after[name]):
            retyped[str(name)] = f"{_kind(seen[name])} → {_kind(after[name])}"
    return Change(
        len(before), len(after), len(before) - len(old), len(after) - len(new), **counts,
        new=[str(name) for name in after.columns if name not in set(seen.columns)],
        dropped=[str(name) for name in seen.columns if name not in set(after.columns)],
        renamed={str(one): str(two) for one, two in renamed.items()}, retyped=retyped,
        moved=bool((np.diff(old[np.argsort(new)]) < 0).any()) or [one for one in seen.columns if one in common] != [one for one in after.columns if one in common],
    )


def print_of(table: "pd.DataFrame") -> dict:
    """What identifies a state: sha256 of the CSV that it would be written as, rows, and a short sum for each column."""
    return {
        "sha256": hashlib.sha256(as_csv(table)).hexdigest(),
        "lignes": len(table),
        "colonnes": {str(name): hashlib.sha256(as_csv(table.iloc[:, [rank]])).hexdigest()[:16] for rank, name in enumerate(table.columns)},
    }


def as_csv(table: "pd.DataFrame") -> bytes:
    """The table's bytes, as the course's lessons hand tables on: UTF-8, commas, one line end, no index."""
    return table.to_csv(index=False, lineterminator="\n").encode()


def _distinct(table: "pd.DataFrame") -> list[Hashable]:
    """Names that only one column bears."""
    return [name for name, twice in zip(table.columns, table.columns.duplicated(keep=False), strict=True) if not twice]


def _renamed(before: "pd.DataFrame", after: "pd.DataFrame") -> dict:
    """A column that left and one that came, with the same cells in the same order: one column under a new name."""
    if len(before) != len(after):
        return {}
    gone = [name for name in _distinct(before) if name not in set(after.columns)]
    came = [name for name in _distinct(after) if name not in set(before.columns)]
    found: dict = {}
    for name in gone:
        for other in came:
            if other not in found.values() and _written(before[name]).tolist() == _written(after[other]).tolist():
                found[name] = other
                break
    return found


def _pairs(before: "pd.DataFrame", after: "pd.DataFrame") -> tuple["np.ndarray", "np.ndarray"]:
    """Positions, before and after, of the rows that are in both."""
    import numpy as np
    import pandas as pd

    fresh = isinstance(after.index, pd.RangeIndex) and after.index.equals(pd.RangeIndex(len(after)))
    by_label = None
    if before.index.is_unique and after.index.is_unique:
        kept = np.flatnonzero(after.index.isin(before.index))
        by_label = before.index.get_indexer(after.index[kept]), kept
        # Labels that nobody numbered anew are to be trusted.
        if not fresh or (after.index.equals(before.index) and _alike(before, after, *by_label) >= 0.5):
            return by_label
    by_content = _by_content(before, after)
    if by_label is None:
        return by_content
    one, two = (_alike(before, after, *pairs) * len(pairs[0]) for pairs in (by_label, by_content))
    return by_label if one >= two else by_content


def _alike(before: "pd.DataFrame", after: "pd.DataFrame", old: "np.ndarray", new: "np.ndarray") -> float:
    """Share of the paired rows' common cells that are the same, 0 to 1."""
    common = [name for name in _distinct(before) if name in set(_distinct(after))]
    if not common or not len(old):
        return 0.0
    same = sum((_written(before[name].iloc[old]) == _written(after[name].iloc[new])).mean() for name in common)
    return float(same) / len(common)


def _by_content(before: "pd.DataFrame", after: "pd.DataFrame") -> tuple["np.ndarray", "np.ndarray"]:
    """Rows that hold the same; then, among the others, those that share a value which no other row has."""
    import numpy as np

    common = [name for name in _distinct(before) if name in set(_distinct(after))]
    if not common:
        count = min(len(before), len(after))
        return np.arange(count), np.arange(count)
    ones, twos = ({name: _written(table[name]) for name in common} for table in (before, after))
    left, right = np.arange(len(before)), np.arange(len(after))
    pairs: list[tuple[int, int]] = []
    keys = [common, *([name] for name in sorted(common, key=lambda name: -len(set(ones[name]))))]
    for key in keys:
        whole = key is common
        place: dict = {}
        for at in left:
            place.setdefault(tuple(ones[name][at] for name in key), []).append(int(at))
        there: dict = {}
        for at in right:
            there.setdefault(tuple(twos[name][at] for name in key), []).append(int(at))
        for value, here in place.items():
            # Copies of one row are paired in order; a shared value tells two rows apart only if nobody else has it.
            found = there.get(value, [])
            if found and (whole or (len(here) == len(found) == 1 and value != ("",))):
                pairs += zip(here, found, strict=False)
        taken = set(pairs)
        left = np.setdiff1d(left, [one for one, _ in taken])
        right = np.setdiff1d(right, [two for _, two in taken])
        if not len(left) or not len(right):
            break
    pairs.sort(key=lambda pair: pair[1])
    return np.array([one for one, _ in pairs], int), np.array([two for _, two in pairs], int)


def _written(column: "pd.Series") -> "np.ndarray":
    """Each cell as text, empty ones as « »."""
    import numpy as np
    import pandas as pd

    if pd.api.types.is_float_dtype(column):
        return np.array(["" if value != value else repr(value).removesuffix(".0") for value in column.astype(float).tolist()], dtype=object)
    empty = column.isna().to_numpy()
    return np.array(["" if gone else str(value) for value, gone in zip(column.tolist(), empty, strict=True)], dtype=object)


def _differs(one: "pd.Series", two: "pd.Series") -> "np.ndarray":
    import numpy as np
    import pandas as pd

    written = _written(one) != _written(two)
    if written.any() and pd.api.types.is_numeric_dtype(two) != pd.api.types.is_numeric_dtype(one):
        # « 012 » read as 12 has changed; « 12 » read as 12.0 has not.
        text, number = (one, two) if pd.api.types.is_numeric_dtype(two) else (two, one)
        as_number = pd.to_numeric(text, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
        zero_lost = text.astype("str").str.match(r"[+-]?0\d").to_numpy(dtype=bool, na_value=False)
        written &= ~((as_number == number.to_numpy(dtype=float, na_value=np.nan)) & ~zero_lost)
    return written


def _kind(column: "pd.Series") -> str:
    import pandas as pd

    types = pd.api.types
    if str(column.dtype) == "geometry":
        return "forme"
    if types.is_bool_dtype(column):
        return "vrai ou faux"
    if types.is_datetime64_any_dtype(column):
        return "date"
    return "nombre" if types.is_numeric_dtype(column) else "texte"
