"""One thing seen in a table, and the table as rules receive it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from challenge_data.quality.columns import Column

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

TO_MEND, TO_CHECK, TO_KNOW = "à corriger", "à vérifier", "pour information"
GRAVITIES = (TO_MEND, TO_CHECK, TO_KNOW)


@dataclass(frozen=True)
class Finding:
    """Something seen. ``at``: positions of its rows, from 0; empty when it is of the column as a whole."""

    column: str
    what: str
    at: "np.ndarray | list[int]"
    examples: str
    gravity: str
    advice: str
    cells: int | None = None  # when it is not the number of rows


class Table:
    """A table, its columns looked at once, and what rules have learnt of it so far."""

    def __init__(self, frame: "pd.DataFrame") -> None:
        self.frame = frame
        self.columns = [Column(rank, name, frame.iloc[:, rank]) for rank, name in enumerate(frame.columns)]
        self.disguised: dict[int, np.ndarray] = {}  # column's rank -> mask over its distinct values
        self.no_rows: set[int] = set()  # positions of rows that are a total, a header, units
        self.wrong_places: set[int] = set()  # positions of rows whose coordinates cannot be trusted

    def __len__(self) -> int:
        return len(self.frame)

    def first(self, role: Callable[[Column], bool]) -> Column | None:
        return next(iter(self.all(role)), None)

    def all(self, role: Callable[[Column], bool]) -> list[Column]:
        return [column for column in self.columns if role(column)]

    def label(self, position: int) -> object:
        value = self.frame.index[position]
        if isinstance(value, tuple):
            return ", ".join(str(part) for part in value)
        return value.item() if hasattr(value, "item") else value

    def rows_told(self, positions: Iterable[int], most: int = 4) -> str:
        positions = list(positions)
        shown = ", ".join(str(self.label(one)) for one in positions[:most])
        return f"ligne{'s' if len(positions) > 1 else ''} {shown}{' …' if len(positions) > most else ''}"

    def known(self, column: Column) -> "np.ndarray":
        """Mask over a column's distinct values: those that are not words or codes for « nothing »."""
        import numpy as np

        return ~self.disguised.get(column.rank, np.zeros(len(column.texts), bool))


Rule = Callable[[Table], Iterator[Finding]]
