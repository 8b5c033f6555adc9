"""How people write the same thing: names of places and communes, opening hours, dates, telephone numbers."""

import random
import re
import unicodedata
from datetime import date
from difflib import SequenceMatcher

HOURS = {
    "J": ("8h30-12h / 13h30-17h", "9h-18h", "du lundi au vendredi, 8h-19h", "aux heures d'ouverture", "8h-20h sauf dimanche", "en journée"),
    "N": ("21h-6h", "la nuit seulement"),
    "P": ("24h/24", "jour et nuit", "24/24 et 7/7", "accessible en permanence"),
    "X": ("?", "7j/7", ""),
}
"""What a town hall writes for working hours, night, day and night, unknown. « 7j/7 » says the days, not the hours."""

COMMUNES = {
    "99901": ("Port-Brume", "PORT BRUME", "Port Brume", "port-brume"),
    "99902": ("Sainte-Colombe", "Ste Colombe", "STE-COLOMBE", "Sainte Colombe"),
    "99903": ("L'Anse-aux-Sternes", "L'ANSE AUX STERNES", "L'anse aux Sternes", "l'Anse-aux-Sternes"),
    "99904": ("Les Trois-Phares", "LES 3 PHARES", "Les trois phares", "Les 3-Phares"),
    "99905": ("Roc-en-Mer", "ROC EN MER", "Roc en mer", "Roc-En-Mer"),
    "99906": ("Lande-Haute", "LANDE HAUTE", "Lande haute", "lande-haute"),
    "99907": ("Saint-Elme-des-Grèves", "ST ELME DES GREVES", "St-Elme-des-Grèves", "Saint Elme des grèves"),
    "99908": ("Pointe-Grise", "POINTE GRISE", "Pointe grise", "pointe-grise"),
}
"""Four ways of writing each commune; the first is the right one."""

_MONTHS = ("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre")
_SMALL_WORDS = {"de", "du", "des", "la", "le", "les"}


def pick(values, chance: random.Random):
    return values[int(chance.random() * len(values))]


def commune(code: str, chance: random.Random) -> str:
    return pick(COMMUNES[code], chance)


def by_the_brigade(name: str) -> str:
    """Capitals, no accents, no hyphens: « MAIRIE DE ROC EN MER »."""
    return " ".join(plain(name).upper().replace("-", " ").split())


def by_a_neighbour(name: str, chance: random.Random) -> str:
    """Small letters, small words skipped, a word of one's own: « mairie roc-en-mer, à l'entrée »."""
    words = [word for word in name.replace("d'", "").lower().split() if word.strip(",") not in _SMALL_WORDS]
    return " ".join(words) + pick(("", "", ", entrée", " (mur)"), chance)


def plain(text: str) -> str:
    """Without accents; the rest as it is."""
    letters = unicodedata.normalize("NFKD", text.replace("œ", "oe"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def likeness(one: str, other: str) -> int:
    """0 to 100: how much two names look alike, case, accents and punctuation aside (Ratcliff and Obershelp, as difflib has it)."""
    bare = [" ".join(re.sub(r"[^a-z0-9]+", " ", plain(name).lower()).split()) for name in (one, other)]
    return round(100 * SequenceMatcher(None, *bare, autojunk=False).ratio())


def in_words(day: date) -> str:
    return f"{day.day}{'er' if day.day == 1 else ''} {_MONTHS[day.month - 1]} {day.year}"


def landline(chance: random.Random) -> str:
    """01 99 00 xx xx: kept for fiction by the regulator (Arcep)."""
    return f"01 99 00 {int(chance.random() * 100):02d} {int(chance.random() * 100):02d}"


def mobile(chance: random.Random, separator: str = " ") -> str:
    """06 39 98 xx xx: kept for fiction by the regulator (Arcep)."""
    return separator.join(("06", "39", "98", f"{int(chance.random() * 100):02d}", f"{int(chance.random() * 100):02d}"))
