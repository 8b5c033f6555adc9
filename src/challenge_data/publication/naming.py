"""The name of a published file, as local authorities write it."""

import re
import unicodedata
from datetime import date

from challenge_data.errors import LearnerError
from challenge_data.guide import require


def scdl_name(day: str | date, siren: str, name: str) -> str:
    """« 20261015_249900010_repertoire-des-equipements.csv ».

    The convention of the « socle commun des données locales » (OpenDataFrance): AAAAMMJJ_SIREN_nom-du-fichier.csv. Accents, capitals
    and blanks of the name are mended; a wrong day or SIREN is not, because only the team knows the right one.

    Args:
        day: of the data, « 2026-10-15 », or a date.
        siren: of who publishes, nine digits; blanks are forgiven.
        name: a few words, without the ending.

    Raises:
        LearnerError: what cannot be used; all at once.
    """
    for one in (day, siren, name):
        require(one)
    parts, wrong = [], []
    for what, value, read in (("le jour", day, _day), ("le SIREN", siren, _siren), ("le nom", name, _name)):
        try:
            parts.append(read(value))
        except ValueError as error:
            wrong.append(f"- {what} : {error}")
    if wrong:
        raise LearnerError("Ce fichier ne peut pas encore recevoir son nom.\n" + "\n".join(wrong))
    return "_".join(parts) + ".csv"


def _day(value: object) -> str:
    if isinstance(value, date):
        return f"{value:%Y%m%d}"
    text = str(value).strip()
    found = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)|(\d{4})(\d\d)(\d\d)", text)
    if not found:
        backwards = re.fullmatch(r"(\d\d?)[/.-](\d\d?)[/.-](\d{4})", text)
        advice = f" Ici : \"{backwards[3]}-{int(backwards[2]):02}-{int(backwards[1]):02}\" si le jour vient en premier." if backwards else ""
        raise ValueError(f"« {text} » n'est pas écrit année, mois, jour, comme \"2026-10-15\". L'année en premier, les fichiers se rangent tout seuls.{advice}")
    year, month, number = (int(part) for part in found.groups() if part)
    try:
        return f"{date(year, month, number):%Y%m%d}"
    except ValueError:
        raise ValueError(f"« {text} » n'existe dans aucun calendrier.") from None


def _siren(value: object) -> str:
    from frformat import Siren

    digits = re.sub(r"[\s.]", "", str(value))
    if not digits.isdigit():
        raise ValueError(f"« {value} » : il y faut neuf chiffres, ceux de la collectivité qui publie.")
    if len(digits) == 14:
        raise ValueError(f"« {value} » est un SIRET, celui d'un établissement. Le SIREN est ses neuf premiers chiffres : \"{digits[:9]}\".")
    if len(digits) != 9:
        raise ValueError(f"« {value} » a {len(digits)} chiffres, un SIREN en a neuf.")
    if not Siren().is_valid(digits):
        raise ValueError(f"« {value} » n'est le numéro de personne : son dernier chiffre est une clé, et elle ne tombe pas juste. Recopiez-le de nouveau.")
    return digits


def _name(value: object) -> str:
    text = re.sub(r"\.csv$", "", str(value).strip(), flags=re.IGNORECASE)
    if re.match(r"\d{8}_\d{9}_", text):
        raise ValueError("donnez les mots seuls, sans le jour ni le SIREN : la commande les ajoute.")
    letters = unicodedata.normalize("NFKD", text.casefold().replace("œ", "oe").replace("æ", "ae"))
    words = re.sub(r"[^a-z0-9]+", "-", "".join(one for one in letters if not unicodedata.combining(one))).strip("-")
    if not re.search(r"[a-z]{3}", words):
        raise ValueError(f"« {value} » ne dit pas de quoi parle le fichier.")
    if words in ("data", "donnees", "export", "fichier", "final", "nouveau", "tableau", "version-finale", "csv"):
        raise ValueError(f"« {value} » irait à n'importe quel fichier : dites de quoi il parle.")
    if len(words) > 60:
        raise ValueError(f"« {value} » est trop long : quelques mots suffisent, soixante signes au plus.")
    return words
