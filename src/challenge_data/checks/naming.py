"""Names and dates in the many forms in which they stand on an axis, brought to plain keys that can be compared."""

import datetime
import math
import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from challenge_data.charts.describing import names_on
from challenge_data.checks.marks import Marks, number

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

Named = list[tuple[str, list[str]]]
"""For each mark: the name as it is read, and its keys."""

_DATE = re.compile(r"^(\d{4}-\d{1,2}(-\d{1,2})?([ T]\d{1,2}:\d{2}(:\d{2})?)?|\d{1,2}/\d{1,2}/\d{4})$")


def keys(name: Any, freq: Any = None) -> list[str]:
    """What a name is known by: its words, its number, its date; ``freq``: the period it falls in, on an axis of periods."""
    import pandas as pd

    if isinstance(name, pd.Period):
        return [*keys(name.start_time, freq), *keys(str(name)), *([f"m:{name.start_time:%Y-%m}"] if name.freqstr[0] == "M" else [])]
    if is_date(name):
        day = moment(name)
        return [f"d:{day:%Y-%m-%d %H:%M}", f"dm:{day.day}/{day.month}", *([f"p:{pd.Period(day, freq=freq).ordinal}"] if freq is not None else [])]
    if isinstance(name, bool) or type(name).__name__ == "bool_":
        return [f"t:{str(bool(name)).lower()}", "t:oui" if name else "t:non", "t:vrai" if name else "t:faux"]
    if not isinstance(name, str):
        value = number(name)
        return [f"t:{plain(str(name))}"] if math.isnan(value) else [f"n:{value:.9g}"]
    return list(_keys_of_text(str(name), freq))


@lru_cache(maxsize=2000)
def _keys_of_text(name: str, freq: Any) -> list[str]:
    import pandas as pd

    text = " ".join(name.split())
    found = [f"t:{plain(text)}"]
    bare = re.sub(r"\s*\([^)]*\)$", "", text)  # « Port-Brume (12 salles) »
    if bare and bare != text:
        found.append(f"t:{plain(bare)}")
    try:
        amount = re.sub("[ \u00a0\u202f]", "", text).replace(",", ".").replace("\u2212", "-")
        found.append(f"n:{float(amount):.9g}")
    except ValueError:
        pass
    if _DATE.match(text):
        day = pd.to_datetime(text, dayfirst="/" in text, errors="coerce")
        found += [] if day is pd.NaT else keys(day, freq)
    return found


def plain(text: str) -> str:
    """Without accents, case, or what joins words."""
    bare = "".join(letter for letter in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(letter))
    return " ".join(re.sub(r"[^\w%+]+", " ", bare).split())


def is_date(value: Any) -> bool:
    return isinstance(value, datetime.date) or type(value).__name__ in ("datetime64", "Timestamp")


def moment(value: Any):
    """A date as a naive Timestamp, in UTC where it had a time zone: as matplotlib counts it."""
    import pandas as pd

    day = pd.Timestamp(value)
    return day.tz_convert("UTC").tz_localize(None) if day.tzinfo else day


def namings(marks: Marks, lying: bool) -> list[Named]:
    """The ways to read what each mark is the value of: written under it, its number, its date."""
    if marks.names:
        legend = marks.ax.get_legend()
        entries = [text.get_text() for text in legend.get_texts()] if legend else []
        return [[(name, keys(name)) for name in names] for names in (marks.names, entries) if len(names) == len(marks.x)]
    axis = marks.ax.yaxis if lying else marks.ax.xaxis
    places = marks.places(lying)
    written = written_on(axis)
    found = [[_written(place, written) for place in places]]
    if moments := dates(marks.ax, axis, places):
        freq = period(marks.ax, axis)
        years = len({day.year for day in moments if day is not None}) == len([day for day in moments if day is not None])
        found.append([("", []) if day is None else (
            _said(day), [*keys(day, freq), f"m:{day:%Y-%m}", *([f"n:{day.year}"] if years else [])]) for day in moments])
    else:
        found += [[(_number(place), [f"n:{place:.9g}"]) for place in some] for some in (places, marks.starts) if some]
        # Groups of bars stand on either side of their year.
        found.append([(f"{place:.0f}", [f"n:{round(place)}"]) if math.isfinite(place) else ("", []) for place in places])
    return found


def period(ax: "Axes", axis: "Axis") -> Any:
    """The frequency of an axis of periods, on which pandas draws regular series; None elsewhere."""
    # Lines tell it by their axes, bars by what writes their dates.
    return (getattr(ax, "freq", None) if axis is ax.xaxis else None) or getattr(axis.get_major_formatter(), "freq", None)


def dates(ax: "Axes", axis: "Axis", places: list[float]) -> list | None:
    """The moment of each place, None where there is none; None if the axis does not bear dates."""
    import pandas as pd
    from matplotlib.dates import num2date

    freq = period(ax, axis)
    if freq is not None:
        return [pd.Period(ordinal=round(place), freq=freq).start_time if math.isfinite(place) else None for place in places]
    if not any("Date" in type(one).__name__ for one in (axis.get_converter(), axis.get_major_formatter())):
        return None
    try:
        return [pd.Timestamp(num2date(place).replace(tzinfo=None)).round("s") if math.isfinite(place) else None for place in places]
    except ValueError:  # beyond the year 9999: these were no dates
        return None


def written_on(axis: "Axis") -> dict[float, str]:
    """Place -> text of each label along an axis; panels that share it write them once."""
    ax = axis.axes
    shared = ax.get_shared_x_axes() if axis is ax.xaxis else ax.get_shared_y_axes()
    sides = (one.xaxis if axis is ax.xaxis else one.yaxis for one in (ax, *shared.get_siblings(ax)))
    return next((names for side in sides if any((names := names_on(side)).values())), {})


def has_names(axis: "Axis") -> bool:
    """True if words stand along the axis."""
    return any(re.search(r"[^\W\d_]{2,}", text) for text in written_on(axis).values())


def _written(place: float, written: dict[float, str]) -> tuple[str, list[str]]:
    nearest = min(written, key=lambda there: abs(there - place), default=None) if math.isfinite(place) else None
    if nearest is None or abs(nearest - place) > 0.5 or not written[nearest]:
        return _number(place), []
    text = " ".join(written[nearest].split())
    found = keys(text)
    if met := re.match(r"^0?(\d{1,2})/0?(\d{1,2})$", text):  # a day without its year
        found.append(f"dm:{met[1]}/{met[2]}")
    # Any day of it may stand for a month that is expected as a period.
    return text, [*found, *(f"m:{key[2:9]}" for key in found if key.startswith("d:"))]


def _number(place: float) -> str:
    return f"{place:.6g}".replace(".", ",")


def _said(day) -> str:
    return f"{day:%d/%m/%Y}" if day == day.normalize() else f"{day:%d/%m/%Y %H:%M}"
