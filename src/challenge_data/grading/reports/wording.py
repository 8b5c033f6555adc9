"""French of the pages: numbers, dates, and blanks where no line may break."""

import re
from datetime import datetime, timedelta

from challenge_data.french import BLANK, number, plural

STOPPED = {
    "dead kernel": "le programme s'est arrêté net", "memory": "trop de mémoire prise", "disk": "des fichiers écrits hors du dossier",
    "time": "temps permis dépassé", "output": "beaucoup trop de texte affiché",
}  # fmt: skip
"""By the engine's words (marking.py)."""
REMEDIES = {
    "dead kernel": "Supprimez la commande qui arrête le programme", "memory": "Allégez la cellule qui garde trop de données à la fois",
    "disk": "N'écrivez que dans le dossier du carnet", "time": "Corrigez la cellule qui ne finit pas, une boucle ou une attente par exemple", "output": "Supprimez l'affichage qui ne finit pas, dans une boucle par exemple",
}  # fmt: skip
"""What a team may do; the page goes on with « , relancez tout le carnet »."""
_NARROW = "\u202f"
_MONTHS = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()


def typeset(text: str) -> str:
    """Apostrophes, and blanks that do not break before « ; : ! ? » and inside quotation marks."""
    text = re.sub(r"(?<=\w)'(?=\w)", "’", text)
    text = re.sub(r" ([;!?])", _NARROW + r"\1", text)
    return re.sub(r" ([:»%])", BLANK + r"\1", text.replace("« ", f"«{BLANK}"))


def points(value: float) -> str:
    """« 1 point », « 2,5 points »."""
    return f"{number(value)}{BLANK}point{'s' if abs(value) >= 2 else ''}"


def day(moment: datetime | None) -> str:
    """« 6 mars 2026 à 18 h 04 », as the moment's own clock has it."""
    if moment is None:
        return ""
    first = "1er" if moment.day == 1 else str(moment.day)
    return f"{first}{BLANK}{_MONTHS[moment.month - 1]} {moment.year} à {moment.hour}{BLANK}h{BLANK}{moment.minute:02}"


def hour(moment: datetime) -> str:
    """« 6 mars, 18 h 00 »: beside a date that has its year."""
    return day(moment).replace(f" {moment.year} à", ",")


def lasting(late: timedelta) -> str:
    """« 1 jour et 21 heures », « 17 heures », « 40 minutes », begun minutes counted whole; from a day on, minutes are left out."""
    minutes = -(-int(late.total_seconds()) // 60) or 1
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    parts = [(days, "jour"), (hours, "heure")] if days else [(hours, "heure"), (rest, "minute")]
    return " et ".join(plural(count, unit) for count, unit in parts if count)


def teams(count: int) -> str:
    return plural(count, "équipe")
