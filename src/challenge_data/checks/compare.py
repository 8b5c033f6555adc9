"""One value in the many forms that a right answer takes: brought to a plain form before it is compared."""

import math
import unicodedata
from collections.abc import Hashable, Iterable
from typing import Any

from challenge_data.errors import CheckFailed
from challenge_data.guide import require


def single(value: Any) -> Any:
    """The one value inside a Series, array, list or table of one element; anything else as it is."""
    require(value)
    if isinstance(value, list | tuple | set) and len(value) == 1:
        return single(next(iter(value)))
    array = value.to_numpy() if hasattr(value, "to_numpy") else value
    if getattr(array, "size", None) == 1 and hasattr(array, "item"):
        return array.item()
    return value


def number(value: Any, what: str) -> float:
    """A plain number; True and False are not numbers here.

    Raises:
        CheckFailed: the value is a text, a table or anything that is not one number; the sentence says which.
    """
    value = single(value)
    if isinstance(value, tuple) and len(value) == 2 and all(isinstance(part, int | float) for part in value):
        raise CheckFailed(f"{subject(what)} doit être un seul nombre. En Python, la virgule décimale est un point : 2.08, et non 2,08.")
    if isinstance(value, bool) or type(value).__name__ == "bool_":
        raise CheckFailed(f"{subject(what)} doit être un nombre ; ici, c'est {_vrai(value)}, le résultat d'une comparaison.")
    if isinstance(value, str):
        raise CheckFailed(f"{subject(what)} doit être un nombre ; ici, c'est du texte : « {value} ». Retirez les guillemets.")
    try:
        return float(value)
    except (TypeError, ValueError):
        raise CheckFailed(f"{subject(what)} doit être un seul nombre ; ici, c'est {kind(value)}.") from None


def plain_text(value: Any) -> str:
    """Lower case, no accents, one blank between words: what is forgiven when texts are compared."""
    text = unicodedata.normalize("NFKD", str(value)).encode("ascii", "ignore").decode()
    return " ".join(text.lower().replace("'", " ").split())


def same(value: Any, expected: Any, tolerance: float = 1e-6) -> bool:
    """Equal for a reader: numbers within a relative tolerance, texts to the letter, missing equals missing."""
    if is_missing(value) or is_missing(expected):
        return is_missing(value) and is_missing(expected)
    if isinstance(expected, str) or isinstance(value, str):
        return str(value) == str(expected)
    try:
        return math.isclose(float(value), float(expected), rel_tol=tolerance, abs_tol=tolerance)
    except (TypeError, ValueError):
        return value == expected


def is_missing(value: Any) -> bool:
    """None, NaN, NaT and pandas' NA."""
    return value is None or type(value).__name__ in ("NAType", "NaTType") or (isinstance(value, float) and math.isnan(value))


def collection(values: Any, what: str) -> list[Hashable]:
    """The values of a list, tuple, set, array, Series, Index, or of a one-column table.

    Raises:
        CheckFailed: it is not a collection of values.
    """
    require(values)
    if getattr(values, "ndim", 1) == 2:
        if values.shape[1] != 1:
            raise CheckFailed(f"{subject(what)} doit être une liste de valeurs ; ici, c'est {kind(values)}. Choisissez une colonne.")
        values = values.iloc[:, 0]
    if hasattr(values, "tolist"):
        values = values.tolist()
    if isinstance(values, str | bytes) or not isinstance(values, Iterable):
        raise CheckFailed(f"{subject(what)} doit être une liste de valeurs ; ici, c'est {kind(values)}.")
    return list(values)


def table(value: Any, what: str):
    """The value as a DataFrame with its named index levels among the columns; a named Series becomes a table too.

    Raises:
        CheckFailed: it is not a table.
    """
    import pandas

    require(value)
    if isinstance(value, pandas.Series):
        value = value.to_frame(value.name if value.name is not None else "valeur")
    if not isinstance(value, pandas.DataFrame):
        raise CheckFailed(f"{subject(what)} doit être un tableau (DataFrame) ; ici, c'est {kind(value)}.")
    names = [name for name in value.index.names if name is not None and name not in value.columns]
    return value.reset_index(level=names) if names else value


def kind(value: Any) -> str:
    """What the value is, in a beginner's words."""
    name = type(value).__name__
    if value is Ellipsis:
        return "« ... », les points de suspension à remplacer"
    if value is None:
        return "rien (None) : la ligne ne rend aucune valeur"
    if hasattr(value, "shape") and hasattr(value, "columns"):
        return f"un tableau de {value.shape[0]} lignes et {value.shape[1]} colonnes"
    if hasattr(value, "shape"):
        return f"une colonne de {len(value)} valeurs" if getattr(value, "ndim", 0) else "une valeur"
    if callable(value):
        return "une commande sans ses parenthèses : ajoutez ()"
    known = {"str": "du texte", "int": "un nombre", "float": "un nombre", "bool": "un vrai ou faux",
             "list": "une liste", "tuple": "une liste", "set": "un ensemble", "dict": "un dictionnaire"}
    return known.get(name, f"un objet « {name} »")


def show(value: Any) -> str:
    """A value as French readers write it: « 12 345,5 », « vrai », « manquant »."""
    if is_missing(value):
        return "manquant"
    if isinstance(value, bool) or type(value).__name__ == "bool_":
        return _vrai(value)
    if isinstance(value, str):
        return f"« {value} »"
    try:
        amount = float(value)
    except (TypeError, ValueError):
        return str(value)
    if math.isinf(amount):
        return "infini"
    text = f"{amount:,.0f}" if amount == int(amount) else f"{amount:,.6g}" if abs(amount) < 1e6 else f"{amount:,.1f}"
    return text.replace(",", " ").replace(".", ",")


def _vrai(value: Any) -> str:
    return "vrai (True)" if value else "faux (False)"


def subject(what: str) -> str:
    """What a sentence speaks of, at its head: « votre réponse » -> « Votre réponse »."""
    return what[:1].upper() + what[1:]


def plural(count: int, one: str, many: str | None = None) -> str:
    """The words for so many; without ``many``, an s is added."""
    return one if count < 2 else many if many is not None else f"{one}s"


def some(values: list, most: int = 3) -> str:
    """The first values, and how many others: « 1, 2, 3 et 4 autres »."""
    shown = ", ".join(show(value) for value in values[:most])
    others = len(values) - most
    return f"{shown} et {others} {plural(others, 'autre')}" if others > 0 else shown
