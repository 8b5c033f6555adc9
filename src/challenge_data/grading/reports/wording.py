"""French of the pages: numbers, dates, and blanks where no line may break."""

import re
from datetime import datetime

from challenge_data.french import BLANK, number, plural

STOPPED = {
    "dead kernel": "le programme s'est arrêté net", "memory": "trop de mémoire prise", "disk": "des fichiers écrits hors du dossier",
    "time": "temps permis dépassé", "output": "beaucoup trop de texte affiché",
}  # fmt: skip
"""By the engine's words (marking.py)."""
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


def teams(count: int) -> str:
    return plural(count, "équipe")
