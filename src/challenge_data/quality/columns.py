"""A table as the quality rules look at it: each column once, by its distinct values.

Rules ask the same questions of every column (which cells are filled, which hold a number, a date, a word?). They are
answered here once, on distinct values, so that a report stays fast on tables of hundreds of thousands of rows.
"""

import json
import re
import unicodedata
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

MONTHS = "janv(?:ier)?|f[ée]vr?(?:ier)?|mars|avr(?:il)?|mai|juin|juil(?:let)?|ao[uû]t|sept(?:embre)?|oct(?:obre)?|nov(?:embre)?|d[ée]c(?:embre)?"
_BLANK = "[ \u00a0\u202f]"
KINDS = {
    "integer": r"[+-]?\d+",
    "point": r"[+-]?\d*\.\d+",
    "comma": r"[+-]?\d*,\d+",
    "grouped": rf"[+-]?\d{{1,3}}(?:{_BLANK}\d{{3}})+(?:[.,]\d+)?",
    "scientific": r"[+-]?\d+(?:[.,]\d+)?[eE][+-]?\d+",
    "date_iso": r"\d{4}-\d\d?-\d\d?(?:[T ]\d\d:\d\d.*)?",
    "date_year_first": r"\d{4}[/.]\d\d?[/.]\d\d?(?: \d\d?[:h]\d\d.*)?",
    "date_day_first": r"\d\d?[/.-]\d\d?[/.-](?:\d{4}|\d\d)(?: \d\d?[:h]\d\d.*)?",
    "date_words": rf"(?:\w+ )?\d\d?(?:er)? (?:{MONTHS})\.? \d{{4}}",
    "month_year": rf"(?:{MONTHS})\.?[- ]\d{{2,4}}",
}
"""What a cell may look like, tried in this order on the text without its outer blanks; « text » otherwise."""
_KIND = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in KINDS.items()), re.IGNORECASE)
NUMBERS = ("integer", "point", "comma", "grouped", "scientific")
DATES = ("date_iso", "date_year_first", "date_day_first", "date_words")


def plain(text: str) -> str:
    """Without accents nor capitals."""
    if text.isascii():
        return text.casefold()
    letters = unicodedata.normalize("NFKD", text.casefold().replace("œ", "oe").replace("æ", "ae"))
    return "".join(one for one in letters if not unicodedata.combining(one))


def words(name: str) -> tuple[str, ...]:
    """The words of a column's name: « EQUIP_LAT », « codeInsee », « tel1 » -> equip lat, code insee, tel."""
    spaced = re.sub(r"(?<=[a-zà-ÿ])(?=[A-Z])", " ", name)
    return tuple(word.rstrip("0123456789") or word for word in re.split(r"[\W_]+", plain(spaced)) if word)


class Column:
    """One column. ``texts``, ``kinds``, ``numbers`` and ``counts`` go by distinct value, outer blanks apart; ``codes`` by cell (-1: empty).

    ``padded``: positions of the cells with outer blanks.
    """

    def __init__(self, rank: int, name: object, series: "pd.Series") -> None:
        import numpy as np
        import pandas as pd

        self.rank, self.series = rank, series
        self.name = str(name).strip() or f"(sans nom, n° {rank + 1})"
        self.words = words(self.name)
        self.is_shape = str(series.dtype) == "geometry"
        self.is_number = (
            pd.api.types.is_numeric_dtype(series)
            and not pd.api.types.is_bool_dtype(series)
            and not pd.api.types.is_complex_dtype(series)
        )
        self.is_time = pd.api.types.is_datetime64_any_dtype(series)
        if self.is_shape:
            filled = ~(series.isna() | series.is_empty).to_numpy()
            self.codes = np.where(filled, np.arange(len(series)), -1)
            self.counts, self.texts, self.kinds = np.ones(len(series), int), [], np.array([], object)
            return
        codes, distinct = _factorize(series)
        raw = [_text(value) for value in distinct]
        stripped = [text.strip(" \t\r\n\u00a0\u202f\ufeff") for text in raw]
        self.padded = np.flatnonzero(
            np.array([one != two and two != "" for one, two in zip(raw, stripped, strict=True)] + [False])[codes]
        )
        self.padded_shown = [
            "␣" * one.index(two) + short(two, 26) + "␣" * (len(one) - one.index(two) - len(two))
            for one, two in zip(raw, stripped, strict=True)
            if one != two != ""
        ][:2]
        # « a » and « a  » are one value, and a cell of blanks is an empty one.
        ranks: dict[str, int] = {}
        renamed = [ranks.setdefault(text, len(ranks)) if text else -1 for text in stripped]
        self.codes, self.texts = np.array([*renamed, -1], dtype=int)[codes], list(ranks)
        codes, texts = self.codes, self.texts
        self.counts = np.bincount(codes[codes >= 0], minlength=len(texts))
        self.kinds = np.array(self._kinds(), dtype=object)

    def _kinds(self) -> list[str]:
        if self.is_number:
            return ["integer" if text.lstrip("-").isdigit() else "point" for text in self.texts]
        if self.is_time:
            return ["date_iso"] * len(self.texts)
        found = (_KIND.fullmatch(text) if len(text) <= 40 else None for text in self.texts)
        return [one.lastgroup if one else "text" for one in found]

    @property
    def rows(self) -> int:
        return len(self.codes)

    @cached_property
    def filled(self) -> int:
        return int((self.codes >= 0).sum())

    @cached_property
    def numbers(self) -> "np.ndarray":
        """Distinct values as numbers; NaN where the text is none."""
        import numpy as np

        found = np.full(len(self.texts), np.nan)
        for at in np.flatnonzero(self.of_kind(*NUMBERS)):
            found[at] = float(re.sub(_BLANK, "", self.texts[at]).replace(",", "."))
        return found

    @cached_property
    def cells(self) -> "np.ndarray":
        """Numbers by cell; NaN where there is none."""
        import numpy as np

        return np.append(self.numbers, np.nan)[self.codes]

    @cached_property
    def blob(self) -> str:
        """All distinct values in one text: what is not in there is in no cell."""
        return "\n".join(self.texts)

    def of_kind(self, *kinds: str) -> "np.ndarray":
        import numpy as np

        return np.isin(self.kinds.astype(str), kinds) if len(self.kinds) else np.zeros(0, bool)

    def share(self, *kinds: str) -> float:
        """Share of the filled cells that are of these kinds, 0 to 1."""
        return (
            float(self.counts[self.of_kind(*kinds)].sum()) / self.filled if self.filled and not self.is_shape else 0.0
        )

    def which(self, test: Callable[[str], object]) -> "np.ndarray":
        """Mask over distinct values."""
        import numpy as np

        return np.array([bool(test(text)) for text in self.texts], dtype=bool)

    def at(self, mask: "np.ndarray") -> "np.ndarray":
        """Positions of the cells whose distinct value is in the mask."""
        import numpy as np

        return np.flatnonzero(np.append(mask, False)[self.codes])

    def told(self, mask: "np.ndarray", most: int = 3) -> str:
        """« 999 » (6), « 0 » (4): the values of a mask, the most frequent first."""
        import numpy as np

        ranks = np.flatnonzero(mask)
        ranks = ranks[np.argsort(-self.counts[ranks], kind="stable")]
        shown = [
            f"« {short(self.texts[rank])} »" + (f" ({self.counts[rank]})" if self.counts[rank] > 1 else "")
            for rank in ranks[:most]
        ]
        return ", ".join(shown) + (" …" if len(ranks) > most else "")

    def has(self, *names: str) -> bool:
        return any(word in names for word in self.words)


def _factorize(series: "pd.Series") -> tuple["np.ndarray", list]:
    import pandas as pd

    try:
        codes, distinct = pd.factorize(series.astype(object) if str(series.dtype) == "category" else series)
    except TypeError:  # lists, dictionaries: compared by their text
        codes, distinct = pd.factorize(series.map(_text, na_action="ignore"))
    return codes, list(distinct)


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(float(value))
    if isinstance(value, list | dict | tuple):
        return json.dumps(value, ensure_ascii=False, default=str)
    text = str(value)
    return text.removesuffix(" 00:00:00")


def short(text: str, most: int = 30) -> str:
    """On one line; blanks in a row are shown, since they are what a reader would miss."""
    text = re.sub(r"\s{2,}", lambda found: "␣" * len(found[0]), re.sub(r"[\r\n]+", " ⏎ ", text))
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
