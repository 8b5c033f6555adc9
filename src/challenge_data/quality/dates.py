"""Dates: several ways of writing them, days that do not exist, years that cannot be."""

import re
from collections.abc import Iterator
from datetime import date

from challenge_data.quality import roles
from challenge_data.quality.columns import DATES, MONTHS, Column, plain
from challenge_data.quality.finding import TO_CHECK, TO_KNOW, TO_MEND, Finding, Table

OLDEST, LATEST = 1000, 2100
_SAID = {
    "date_iso": "année-mois-jour",
    "date_year_first": "année/mois/jour",
    "date_day_first": "jour/mois/année",
    "date_words": "en toutes lettres",
}
_MONTH_STARTS = ("jan", "fev", "mar", "avr", "mai", "juin", "juil", "aou", "sep", "oct", "nov", "dec")


def find(table: Table) -> Iterator[Finding]:
    for column in table.columns:
        if column.is_shape or not column.filled:
            continue
        if column.share(*DATES) >= 0.5:
            yield from _dates(table, column)
        elif (
            column.has("date")
            and not column.is_number
            and column.counts[
                partial := column.which(lambda text: re.fullmatch(r"\d{1,2}[-/]\d{2}(?:\d\d)?", text))
            ].sum()
            >= 0.5 * column.filled
        ):
            yield Finding(
                column.name,
                "dates incomplètes",
                column.at(partial),
                column.told(partial),
                TO_CHECK,
                "Un mois et une année, ou un jour et un mois ? Demandez, puis écrivez l'année entière.",
            )
        elif roles.is_year(column) and column.share("integer") >= 0.8:
            yield from _years(table, column)


def _dates(table: Table, column: Column) -> Iterator[Finding]:
    import numpy as np

    known = table.known(column)
    shapes = {kind: int(column.counts[column.of_kind(kind) & known].sum()) for kind in DATES}
    used = sorted((kind for kind, count in shapes.items() if count), key=lambda kind: -shapes[kind])
    marks = {
        re.sub(r"[^-/.]", "", column.texts[at])[:1] for at in np.flatnonzero(column.of_kind("date_day_first") & known)
    }
    if len(used) > 1:
        others = column.of_kind(*used[1:]) & known
        said = ", ".join(f"{_SAID[kind]} ({shapes[kind]})" for kind in used)
        yield Finding(
            column.name,
            "dates écrites de plusieurs façons",
            column.at(others),
            f"{said} ; {column.told(others)}",
            TO_MEND,
            "Ramenez-les à année-mois-jour, une forme à la fois, puis comptez ce qui reste.",
        )
    elif len(marks) > 1:
        yield Finding(
            column.name,
            "dates écrites de plusieurs façons",
            [],
            "séparées par " + ", ".join(f"« {mark} »" for mark in sorted(marks)),
            TO_MEND,
            "Choisissez un seul séparateur, ou mieux : année-mois-jour.",
            shapes["date_day_first"],
        )
    serial = (
        known
        & column.of_kind("integer")
        & np.nan_to_num((column.numbers > 10_000) & (column.numbers < 80_000)).astype(bool)
    )
    if serial.any():
        yield Finding(
            column.name,
            "date devenue un nombre",
            column.at(serial),
            column.told(serial),
            TO_MEND,
            "C'est le nombre de jours depuis 1900, tel qu'un tableur le garde : changez-le en date.",
        )
    strangers = known & ~column.of_kind(*DATES) & ~serial
    if strangers.any():
        yield Finding(
            column.name,
            "dates et texte mélangés",
            column.at(strangers),
            column.told(strangers),
            TO_MEND,
            "Ces cases ne sont pas des dates complètes : décidez quoi en faire avant de trier par date.",
        )
    if column.is_time:
        return
    parts = {at: _parts(column.texts[at], column.kinds[at]) for at in np.flatnonzero(column.of_kind(*DATES) & known)}
    false = [at for at, found in parts.items() if _day(*found) is None and _day(found[0], found[2], found[1]) is None]
    turned = [at for at, found in parts.items() if _day(*found) is None and at not in false]
    yield from _of(
        column,
        false,
        "date impossible",
        TO_MEND,
        "Ce jour n'existe pas au calendrier : la bonne date est chez qui l'a écrite.",
    )
    yield from _of(
        column,
        turned,
        "mois et jour échangés",
        TO_MEND,
        "Le mois dépasse 12 : la date est écrite à l'américaine. Et celles où l'on ne peut pas le voir ?",
    )
    days = {at: day for at, found in parts.items() if (day := _day(*found))}
    odd = [at for at, day in days.items() if not OLDEST <= day.year <= LATEST]
    yield from _of(
        column, odd, "année impossible", TO_MEND, "L'année ne peut pas être celle-là : un chiffre a été échangé ?"
    )
    yield from _far(column, {at: day for at, day in days.items() if at not in odd})
    if (
        used
        and used[0] == "date_day_first"
        and not turned
        and len(days) >= 10
        and all(day.day <= 12 for day in days.values())
    ):
        yield Finding(
            column.name,
            "jour ou mois en premier ?",
            [],
            "",
            TO_KNOW,
            "Aucun jour ne dépasse 12 : rien ne dit si 03/04 est le 3 avril ou le 4 mars. Demandez.",
            column.filled,
        )
    if two := [at for at in parts if re.fullmatch(r"\d\d?[/.-]\d\d?[/.-]\d\d", column.texts[at])]:
        yield from _of(
            column, two, "année sur deux chiffres", TO_CHECK, "« 26 » peut être 1926 ou 2026 : écrivez l'année entière."
        )


def _of(column: Column, ranks: list[int], what: str, gravity: str, advice: str) -> Iterator[Finding]:
    import numpy as np

    if ranks:
        mask = np.zeros(len(column.texts), bool)
        mask[ranks] = True
        yield Finding(column.name, what, column.at(mask), column.told(mask), gravity, advice)


def _parts(text: str, kind: str) -> tuple[int, int, int]:
    """(year, month, day) as written, day first where it is so."""
    if kind == "date_words":
        day, month, year = re.search(rf"(\d\d?)(?:er)? ({MONTHS})\.? (\d{{4}})", text, re.IGNORECASE).groups()
        return (
            int(year),
            next(rank for rank, start in enumerate(_MONTH_STARTS, 1) if plain(month).startswith(start)),
            int(day),
        )
    one, two, three = (int(part) for part in re.match(r"(\d+)\D(\d+)\D(\d+)", text).groups())
    if kind == "date_day_first":
        return (
            (
                three + (2000 if three < 50 else 1900)
                if three < 100 and re.match(r"\d+\D\d+\D\d\d(?!\d)", text)
                else three
            ),
            two,
            one,
        )
    return one, two, three


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _far(column: Column, days: dict[int, date]) -> Iterator[Finding]:
    """Tukey's outer fences (see numbers._far) on dates, ten years at least from the quartile."""
    import numpy as np

    if sum(column.counts[at] for at in days) < 20:
        return
    ranks = np.array(list(days))
    values = np.array([day.toordinal() for day in days.values()])
    low, high = np.quantile(np.repeat(values, column.counts[ranks]), (0.25, 0.75))
    room = max(3 * (high - low), 3653)
    out = ranks[(values < low - room) | (values > high + room)]
    if len(out) <= max(3, 0.02 * len(days)):
        yield from _of(
            column,
            list(out),
            "date très éloignée des autres",
            TO_CHECK,
            "Une vraie exception, ou une faute de frappe ? Regardez la ligne entière.",
        )


def _years(table: Table, column: Column) -> Iterator[Finding]:
    import numpy as np

    years = column.numbers
    usual = np.nan_to_num((years >= 1800) & (years <= LATEST)).astype(bool)
    if column.counts[usual].sum() < 0.9 * column.filled:
        return
    odd = table.known(column) & np.isfinite(years) & ((years < OLDEST) | (years > LATEST))
    yield from _of(
        column,
        list(np.flatnonzero(odd)),
        "année impossible",
        TO_MEND,
        "L'année ne peut pas être celle-là : un chiffre manque, ou est en trop ?",
    )
