"""French wordings that the whole room shares."""

import unicodedata

KINDS = {
    "string": "texte",
    "integer": "nombre entier",
    "number": "nombre",
    "boolean": "oui ou non",
    "date": "date",
    "datetime": "date et heure",
    "time": "heure",
    "year": "année",
    "yearmonth": "mois",
    "array": "liste",
    "object": "objet",
    "geopoint": "point",
    "geojson": "forme",
    "duration": "durée",
    "any": "n'importe quoi",
}
MOST_SHOWN = 8


def shown(value: object, most: int = 60) -> str:
    """A value between French quotes, cut when it is long."""
    text = str(value).replace("\n", " ")
    return f"« {text if len(text) <= most else text[: most - 1] + '…'} »"


def listed(values: list, most: int = MOST_SHOWN, last: str = "ou") -> str:
    """« a », « b » ou « c »."""
    told = [shown(one, 50) for one in values[:most]]
    if len(values) > most:
        return ", ".join(told) + f", et {len(values) - most} autres"
    return f" {last} ".join([", ".join(told[:-1]), told[-1]]) if len(told) > 1 else "".join(told)


def percent(share: float, decimals: int = 0) -> str:
    """A share from 0 to 1 as « 87 % »; never 100 % for less than all, nor 0 % for more than nothing."""
    value = 100 * share
    rounded = round(value, decimals)
    if rounded == 100 and share < 1:
        rounded = 100 - 10**-decimals
    elif rounded == 0 and share > 0:
        rounded = 10**-decimals
    return f"{rounded:.{decimals}f}".replace(".", ",") + "\u00a0%"


def means_nothing(value: str) -> bool:
    """A word or sign that people write for « no value »."""
    return value.strip() in _SIGNS or plain(value) in _NOTHING


_SIGNS = {"-", "--", "/", "?", ".", "–", "—", "#N/A"}
_NOTHING = {"nr", "nd", "na", "nc", "nsp", "nan", "null", "none", "nonrenseigne", "nonrenseignee", "nondisponible", "noncommunique", "sansobjet", "aucun", "neant", "inconnu", "inconnue", "acompleter", "vide"}  # fmt: skip


def plain(text: str) -> str:
    """Letters and digits alone, without capitals nor accents."""
    letters = unicodedata.normalize("NFKD", str(text).casefold().replace("œ", "oe").replace("æ", "ae"))
    return "".join(one for one in letters if one.isalnum())
