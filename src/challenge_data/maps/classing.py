"""Values put in classes: bounds by quantiles, by equal steps, or chosen; what the legend says of each."""

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from challenge_data.errors import LearnerError
from challenge_data.french import number

if TYPE_CHECKING:
    import numpy as np

METHODS = {
    "quantiles": "Quantiles : autant d'unités par classe",
    "equal": "Pas égaux : des classes de même largeur",
}
CHOSEN = "Bornes choisies"
LEAST, MOST = 2, 7
"""Classes on one map: beyond seven shades, a reader no longer finds in the legend the shade seen on the map."""


def classes(values: Iterable, method: str | Sequence[float] = "quantiles", k: int = 5) -> list[float]:
    """Bounds that cut values into classes: k + 1 numbers, the lowest and the highest included.

    A class goes from its lower bound to just below the next one; the last holds its upper bound, too. Bounds are rounded to two
    significant digits of the narrowest class (outward at both ends), and are used as rounded: what a legend says is exact.

    Args:
        values: numbers; missing and infinite ones are left out.
        method: « quantiles » (as many values a class), « equal » (equal steps), or the list of bounds you choose.
        k: how many classes, 2 to 7. Fewer come out where many values are equal.

    Raises:
        LearnerError: no value, an unknown method, k out of range, chosen bounds that do not rise or leave values out.
    """
    import numpy as np

    numbers = finite(values)
    if not len(numbers):
        raise LearnerError("Aucune valeur à mettre en classes : la colonne est vide. Regardez la jointure qui l'a remplie.")
    if not isinstance(method, str):
        return _chosen(method, numbers)
    if method not in METHODS:
        raise LearnerError(f"Aucune méthode ne s'appelle « {method} ». Écrivez \"quantiles\", \"equal\", ou vos bornes : [0, 10, 20, 50].")
    if isinstance(k, bool) or not isinstance(k, int) or not LEAST <= k <= MOST:
        raise LearnerError(f"k, le nombre de classes, va de {LEAST} à {MOST} : au-delà, l'œil ne retrouve plus dans la légende la teinte vue sur la carte.")
    low, high = float(numbers.min()), float(numbers.max())
    if low == high:
        return [low, high]
    raw = np.quantile(numbers, np.linspace(0, 1, k + 1)) if method == "quantiles" else np.linspace(low, high, k + 1)
    raw = np.unique(raw)
    digits = 1 - math.floor(math.log10(min(after - before for before, after in pairwise(raw))))
    step = 10.0**-digits
    ends = math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step
    # Never narrower than the values: float noise at the ends would leave the extremes out.
    return [min(low, round(ends[0], digits)), *(round(float(bound), digits) for bound in raw[1:-1]), max(high, round(ends[1], digits))]


def _chosen(bounds: Sequence[float], numbers: "np.ndarray") -> list[float]:
    try:
        chosen = [float(bound) for bound in bounds]
    except (TypeError, ValueError):
        raise LearnerError("Les bornes choisies sont des nombres, dans une liste : classes=[0, 10, 20, 50].") from None
    if not LEAST + 1 <= len(chosen) <= MOST + 1:
        raise LearnerError(f"Donnez de {LEAST + 1} à {MOST + 1} bornes, la plus basse et la plus haute comprises : classes=[0, 10, 20, 50] fait trois classes.")
    if any(after <= before for before, after in pairwise(chosen)):
        raise LearnerError(f"Les bornes montent toujours : {', '.join(map(number, chosen))} redescend ou se répète. Rangez-les de la plus basse à la plus haute.")
    left_out = int(((numbers < chosen[0]) | (numbers > chosen[-1])).sum())
    if left_out:
        raise LearnerError(f"{left_out} valeur{'s sont' if left_out > 1 else ' est'} hors de vos bornes : la colonne va de {number(numbers.min())} à {number(numbers.max())}, "
                           f"vos bornes de {number(chosen[0])} à {number(chosen[-1])}. Élargissez la première ou la dernière.")
    return chosen


def finite(values: Iterable) -> "np.ndarray":
    """The values that are numbers, as floats."""
    import numpy as np
    import pandas as pd

    numbers = pd.to_numeric(pd.Series(list(values)), errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    return numbers[np.isfinite(numbers)]


def ranks(values: "np.ndarray", bounds: Sequence[float]) -> "np.ndarray":
    """Rank of the class of each value, from 0; -1 where there is no value."""
    import numpy as np

    found = np.clip(np.digitize(values, bounds[1:-1]), 0, len(bounds) - 2)
    return np.where(np.isfinite(values), found, -1)


def labels(bounds: Sequence[float], counts: Sequence[int]) -> list[str]:
    """What the legend says of each class: its bounds, and how many units it holds."""
    if bounds[0] == bounds[-1]:
        return [f"{number(bounds[0])} ({counts[0]})"]
    words = [f"de {number(low)} à moins de {number(high)}" for low, high in pairwise(bounds)]
    words[-1] = f"de {number(bounds[-2])} à {number(bounds[-1])}"
    return [f"{word} ({count})" for word, count in zip(words, counts, strict=True)]


def short(value: float) -> str:
    """Three significant digits, and all those before the comma."""
    digits = max(0, 2 - math.floor(math.log10(abs(value)))) if value else 0
    return number(round(value, digits))


def looks_like_count(values: Iterable, population: Iterable | None, name: str) -> bool:
    """True if values seem to count something, so that a map of them mostly shows where people live.

    Whole numbers that rise with the population (rank correlation of Spearman above 0.6), or, without a population, whole numbers
    under a name that says so. 0.6 is usually called a strong correlation; a rate may well be whole, but seldom follows it so closely.
    """
    import numpy as np
    import pandas as pd

    series = pd.to_numeric(pd.Series(list(values)), errors="coerce").astype("Float64").replace([np.inf, -np.inf], pd.NA)
    there = series.dropna()
    if len(there) < 3 or (there < 0).any() or (there % 1 != 0).any() or there.nunique() < 2:
        return False
    if name.lower().startswith(("nb", "nombre", "population", "effectif", "total", "habitants")):
        return True
    if population is None:
        return False
    people = pd.to_numeric(pd.Series(list(population)), errors="coerce")
    # Ranks by hand: pandas asks scipy for Spearman's coefficient, which learners do not have.
    both = pd.DataFrame({"one": series.astype(float), "other": people.astype(float)}).dropna().rank()
    return len(both) >= 3 and both["one"].corr(both["other"]) > 0.6
