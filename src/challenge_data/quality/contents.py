"""What do the cells of a column look like? A guess, with what speaks against it.

csv-detective (data.gouv.fr's own detection) knows the French formats: its checks of SIREN, SIRET, codes and dates
are asked value by value, so that the share of cells that fit can be told.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from importlib import import_module

MAX_DISTINCT = 2000  # distinct values that are looked at
SURE = 0.95  # share of filled cells that must fit before a content is named
_INTEGER, _POINT, _COMMA = (
    re.compile(r"[+-]?\d+"),
    re.compile(r"[+-]?\d*\.\d+(?:[eE][+-]?\d+)?"),
    re.compile(r"[+-]?\d*,\d+"),
)
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?:[.,]\d+)?")
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_KINDS = {
    "date": "dates",
    "datetime_naive": "dates et heures",
    "datetime_aware": "dates et heures",
    "email": "adresses électroniques",
    "url": "adresses web",
    "tel_fr": "numéros de téléphone",
}
_YES_NO = {frozenset(pair) for pair in (("oui", "non"), ("true", "false"), ("vrai", "faux"), ("yes", "no"), ("o", "n"))}


def guess(name: str, counts: dict[str, int]) -> tuple[str, str]:
    """(what the cells look like, what to say about it).

    Args:
        counts: each distinct value (stripped) and its number of cells.
    """
    if not counts:
        return "vide", ""
    values = dict(list(counts.items())[:MAX_DISTINCT])
    total = sum(values.values())

    def share(test: Callable[[str], object]) -> float:
        return sum(count for value, count in values.items() if test(value)) / total

    def fits(kind: str) -> float:
        return share(import_module(f"csv_detective.formats.{kind}")._is)

    words = set(re.split(r"[\W_]+", name.casefold()))
    digits = Counter(
        {
            length: share(lambda value, length=length: len(re.sub(r"[ \u00a0]", "", value)) == length)
            for length in (9, 14)
        }
    )
    if share(re.compile(r"[\d \u00a0]+").fullmatch) >= SURE and max(digits.values()) >= SURE:
        kind = {9: "siren", 14: "siret"}[digits.most_common(1)[0][0]]
        if (found := fits(kind)) >= SURE:
            return f"numéros {kind.upper()}", "" if found == 1 else f"clé juste dans {percent(100 * found)} des cases"
    if share(re.compile(r"\d{5}|2[AB]\d{3}").fullmatch) >= SURE:
        communes, postal = fits("code_commune"), fits("code_postal")
        if max(communes, postal) >= 0.5:
            return "codes à 5 caractères", (
                f"{percent(100 * communes)} des cases portent un code commune qui existe, "
                f"{percent(100 * postal)} un code postal qui existe"
            )
    if share(_INTEGER.fullmatch) == 1:
        if any(len(value) > 1 and value.startswith("0") for value in values):
            return "chiffres avec un zéro au début", "à lire comme du texte, sinon le zéro se perd"
        if words & {"code", "codes", "insee", "siren", "siret", "cp", "postal"}:
            return "codes en chiffres", "à lire comme du texte : on ne calcule pas avec un code"
        if words & {"an", "annee", "année", "date", "year"} and share(lambda value: 1800 <= int(value) <= 2100) >= SURE:
            return "années", _except(value for value in values if not 1800 <= int(value) <= 2100)
        return "nombres entiers", _axis(words, list(values))
    patterns = {_INTEGER: "", _POINT: "à point", _COMMA: "à virgule", _GROUPED: "à milliers espacés"}
    if share(lambda value: any(pattern.fullmatch(value) for pattern in patterns)) >= SURE:
        marks = [mark for pattern, mark in patterns.items() if mark and share(pattern.fullmatch)]
        strangers = _except(value for value in values if not any(pattern.fullmatch(value) for pattern in patterns))
        said = " et ".join(marks) or "entiers"
        return f"nombres {said}", " ; ".join(part for part in (_axis(words, list(values)), strangers) if part)
    if share(_ISO_DATE.fullmatch) >= SURE:
        is_date = import_module("csv_detective.formats.date")._is
        return "dates (année-mois-jour)", _except(value for value in values if not is_date(value))
    for kind, said in _KINDS.items():
        if (found := fits(kind)) >= SURE:
            return said, "" if found == 1 else f"{percent(100 * found)} des cases remplies"
    return ("oui ou non" if frozenset(value.casefold() for value in values) in _YES_NO else "texte"), ""


def _except(strangers: Iterable[str]) -> str:
    shown = [f"« {one[:20]} »" for one in strangers]
    return f"sauf {', '.join(shown[:3])}{' …' if len(shown) > 3 else ''}" if shown else ""


def _axis(words: set[str], values: list[str]) -> str:
    """The range of a column called latitude or longitude, and what is strange in it."""
    axis = (
        "latitude"
        if any(word.startswith("lat") for word in words)
        else "longitude"
        if any(word.startswith(("lon", "lng")) for word in words)
        else ""
    )
    numbers = [float(value.replace(",", ".")) for value in values if re.fullmatch(r"[+-]?\d*[.,]?\d+", value)]
    if not axis or not numbers:
        return ""
    low, high = min(numbers), max(numbers)
    between = f"valeurs de {low:g} à {high:g}".replace(".", ",")
    if max(abs(low), abs(high)) > 180:
        return f"{between} : ce ne sont pas des degrés"
    if axis == "latitude" and -10 < low and high < 12:
        return f"{between} : des longitudes de métropole ?"
    if axis == "longitude" and 41 < low and high < 52:
        return f"{between} : des latitudes de métropole ?"
    return between


def percent(number: float) -> str:
    """A percentage as French writes it: « 6,6 % », « 100 % »."""
    return f"{number:.1f} %".replace(".", ",").replace(",0 %", " %")
