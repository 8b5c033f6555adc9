"""Codes: SIREN and SIRET keys, lost zeros, scientific notation, communes and postcodes that no list knows."""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from challenge_data import communes, course
from challenge_data.errors import LearnerError
from challenge_data.quality import roles
from challenge_data.quality.columns import Column
from challenge_data.quality.finding import TO_CHECK, TO_MEND, Finding, Table

if TYPE_CHECKING:
    import numpy as np

LA_POSTE = "356000000"  # its establishments have no Luhn key: their fourteen digits add up to a multiple of 5
_GAPS = re.compile(r"[ \u00a0\u202f.]")


def find(table: Table) -> Iterator[Finding]:
    for column in table.columns:
        if column.is_shape or column.is_time or not column.filled:
            continue
        if roles.is_siret(column) or not roles.is_siren(column) and _shaped(column, 14):
            yield from _business(table, column, "SIRET", 14)
        elif roles.is_siren(column) or _shaped(column, 9) and not roles.is_phone(column):
            yield from _business(table, column, "SIREN", 9)
        elif roles.is_phone(column):
            yield from _phones(table, column)
        elif roles.is_commune_code(column) or _looks_like_communes(table, column):
            yield from _communes(table, column)
        elif roles.is_postal(column):
            yield from _postal(table, column)
        if (
            not column.is_number
            and not roles.is_quantity(column)
            and not roles.is_place(column)
            and (
                spoiled := column.of_kind("scientific") & column.which(lambda text: not re.search("[eE]-", text))
            ).any()
        ):
            yield Finding(
                column.name,
                "code en notation scientifique",
                column.at(spoiled),
                column.told(spoiled),
                TO_MEND,
                "Un tableur a arrondi le code : ses derniers chiffres sont perdus, redemandez-le.",
            )


def has_key(number: str) -> bool:
    """Luhn's key of a SIREN or SIRET (Insee's rule); La Poste's establishments have their own."""
    if len(number) == 14 and number.startswith(LA_POSTE):
        return number == LA_POSTE + "00048" or sum(map(int, number)) % 5 == 0
    digits = [int(one) * (1 + at % 2) for at, one in enumerate(reversed(number))]
    return sum(digit // 10 + digit % 10 for digit in digits) % 10 == 0


def _shaped(column: Column, length: int) -> bool:
    """Nearly all cells have that many digits, and most of them the key: a column of SIREN or SIRET without the name."""
    first = column.texts[:500]
    if sum(length <= len(text) <= 20 and len(_digits(text)) == length for text in first) < 0.8 * len(first):
        return False
    shaped = column.which(lambda text: len(text) <= 20 and re.fullmatch(rf"\d{{{length}}}", _digits(text)))
    if not shaped.any() or column.counts[shaped].sum() < 0.9 * column.filled:
        return False
    keyed = column.which(lambda text: re.fullmatch(rf"\d{{{length}}}", _digits(text)) and has_key(_digits(text)))
    return bool(column.counts[keyed].sum() >= 0.5 * column.filled)


def _digits(text: str) -> str:
    return _GAPS.sub("", text)


def _business(table: Table, column: Column, said: str, length: int) -> Iterator[Finding]:
    known = table.known(column) & ~column.of_kind("scientific")
    bare = [_digits(text) for text in column.texts]
    if column.is_number:
        yield _read_as_number(column)
    gaps = known & column.which(lambda text: _digits(text) != text and re.fullmatch(rf"\d{{{length}}}", _digits(text)))
    if gaps.any():
        yield Finding(
            column.name,
            "blancs dans un code",
            column.at(gaps),
            column.told(gaps),
            TO_MEND,
            f"Retirez-les : un {said} s'écrit en {length} chiffres collés.",
        )

    def mask(test):
        import numpy as np

        return known & np.array([bool(test(one)) for one in bare], dtype=bool)

    lost = mask(
        lambda one: (
            re.fullmatch(rf"\d{{{length - 1}}}", one) and has_key("0" + one) and (length == 9 or has_key("0" + one[:8]))
        )
    )
    if lost.any():
        yield Finding(
            column.name,
            "zéro perdu en tête",
            column.at(lost),
            column.told(lost),
            TO_MEND,
            f"Avec un 0 devant, ce {said} est juste : lisez la colonne comme du texte, et rendez le zéro.",
        )
    size = mask(lambda one: len(one) != length or not one.isdigit()) & ~lost
    if size.any():
        yield Finding(
            column.name,
            f"{said} mal formé",
            column.at(size),
            column.told(size),
            TO_MEND,
            f"Un {said} a {length} chiffres : cherchez celui-ci dans l'annuaire des entreprises.",
        )
    false = mask(
        lambda one: (
            len(one) == length
            and one.isdigit()
            and not (has_key(one) and (length == 9 or one.startswith(LA_POSTE) or has_key(one[:9])))
        )
    )
    if false.any():
        yield Finding(
            column.name,
            f"clé de {said} fausse",
            column.at(false),
            column.told(false),
            TO_MEND,
            "Le dernier chiffre se calcule à partir des autres, et le compte n'y est pas : un chiffre est faux.",
        )


def _read_as_number(column: Column) -> Finding:
    return Finding(
        column.name,
        "code lu comme un nombre",
        [],
        column.told(column.of_kind(*set(column.kinds)), 2),
        TO_CHECK,
        f'On ne calcule pas avec un code, et un zéro en tête se perdrait : lisez le fichier avec dtype={{"{column.name}": str}}.',
        column.filled,
    )


def _phones(table: Table, column: Column) -> Iterator[Finding]:
    known = table.known(column)
    lost = known & column.which(lambda text: re.fullmatch(r"[1-9]\d{8}", re.sub(r"[ \u00a0\u202f.-]", "", text)))
    if lost.any():
        yield Finding(
            column.name,
            "zéro perdu en tête",
            column.at(lost),
            column.told(lost),
            TO_MEND,
            "Un numéro de téléphone a dix chiffres : lu comme un nombre, il a perdu son premier 0.",
        )


def _five(table: Table, column: Column, said: str) -> "Iterator[Finding | np.ndarray]":
    """What five-character codes share: the lost zero. The last thing given is the mask of well-formed codes."""
    known = table.known(column)
    lost = known & column.which(lambda text: re.fullmatch(r"[1-9]\d{3}", text))
    if lost.any():
        yield Finding(
            column.name,
            "zéro perdu en tête",
            column.at(lost),
            column.told(lost),
            TO_MEND,
            f"Un {said} a cinq caractères : « {column.texts[lost.argmax()]} » était « 0{column.texts[lost.argmax()]} ». Lisez-le comme du texte.",
        )
    elif column.is_number:
        yield _read_as_number(column)
    yield known & column.which(lambda text: re.fullmatch(r"\d{5}|2[ABab]\d{3}", text))


def _communes(table: Table, column: Column) -> Iterator[Finding]:
    import numpy as np

    *told, formed = _five(table, column, "code commune")
    yield from told
    strange = table.known(column) & ~formed & ~column.which(lambda text: re.fullmatch(r"[1-9]\d{3}", text))
    if strange.any() and column.counts[formed].sum() >= 0.5 * column.filled:
        yield Finding(
            column.name,
            "code commune mal formé",
            column.at(strange),
            column.told(strange),
            TO_CHECK,
            "Un code commune a cinq caractères, comme 35030 ou 2A004.",
        )
    current = communes.by_code()
    if not current:
        return
    unknown = formed & column.which(lambda text: text.upper() not in current)
    if unknown.any():
        older = former_codes()
        named = [
            f"« {column.texts[at]} »"
            + (f" (existait en {older[column.texts[at]]})" if column.texts[at] in older else "")
            for at in np.flatnonzero(unknown)
        ]
        yield Finding(
            column.name,
            "code commune inconnu",
            column.at(unknown),
            ", ".join(named[:3]) + (" …" if len(named) > 3 else ""),
            TO_CHECK,
            "Il n'est pas dans la liste des communes de 2026 : commune disparue dans une fusion, code postal, ou chiffre faux ?",
        )
    yield from _elsewhere(column, formed & ~unknown)


def _elsewhere(column: Column, known: "np.ndarray") -> Iterator[Finding]:
    """A few rows of another department, where nearly all are of one."""
    import numpy as np

    of = Counter()
    for at in np.flatnonzero(known):
        of[column.texts[at][:2]] += int(column.counts[at])
    if not of or of.total() < 20:
        return
    home, cells = of.most_common(1)[0]
    if 0 < of.total() - cells <= max(2, 0.03 * of.total()):
        away = known & column.which(lambda text: text[:2] != home)
        yield Finding(
            column.name,
            "commune hors du territoire",
            column.at(away),
            column.told(away),
            TO_CHECK,
            f"Presque toutes les lignes ont un code qui commence par {home} : celles-ci sont-elles à leur place ?",
        )


def _postal(table: Table, column: Column) -> Iterator[Finding]:
    *told, formed = _five(table, column, "code postal")
    yield from told
    strange = (
        table.known(column) & ~formed & ~column.which(lambda text: re.fullmatch(r"[1-9]\d{3}|\d{5}(?:\D+\d{5})+", text))
    )
    if strange.any():
        yield Finding(
            column.name,
            "code postal mal formé",
            column.at(strange),
            column.told(strange),
            TO_CHECK,
            "Un code postal a cinq chiffres.",
        )


def _looks_like_communes(table: Table, column: Column) -> bool:
    """Not called so, but nearly all of its cells are commune codes, and are not postcodes too."""
    if (
        column.is_number
        or roles.is_postal(column)
        or roles.is_quantity(column)
        or not column.has("code", "cog", "commune")
        or column.share("integer") < 0.8
    ):
        return False
    found = column.which(lambda text: text in communes.by_code())
    return bool(column.counts[found].sum() >= 0.9 * column.filled)


@cache
def former_codes() -> dict[str, str]:
    """Code of a commune that is no more -> the last vintage that has it, since 2021."""
    last: dict[str, str] = {}
    try:
        with open(course.datasets_dir() / "france/populations/populations.csv", encoding="utf-8", newline="") as lines:
            for row in csv.reader(lines):
                if row[0] not in communes.by_code() and last.get(row[0], "") < row[1] != "millesime":
                    last[row[0]] = row[1]
    except (OSError, LearnerError, IndexError):
        return {}
    return last
