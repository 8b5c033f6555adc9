"""Rows that are none: a total, units, the header again; and rows that come twice."""

import re
from collections.abc import Iterator

from challenge_data.quality import roles
from challenge_data.quality.columns import NUMBERS, plain
from challenge_data.quality.finding import TO_CHECK, TO_KNOW, TO_MEND, Finding, Table

_TOTAL = re.compile(r"(sous[- ]?)?total\b.{0,40}|totaux|total general.{0,20}")
_UNIT = re.compile(
    r"\W?(m|m2|m²|m³|km|km²|ha|cm|mm|kg|t|g|l|€|euros?|k€|%|h|min|s|°c|kwh|mwh|µg/m3|µg/m³|nb|nombre|places|personnes|en .{1,20}|jj/mm/aaaa|aaaa|degres?|°)\W?",
    re.IGNORECASE,
)


def strange(table: Table) -> Iterator[Finding]:
    """Rows that are none; their positions go to ``table.no_rows``."""
    if len(table) < 2:
        if len(table) == 1:
            yield Finding(
                "(tableau)", "une seule ligne", [], "", TO_KNOW, "Avec une ligne, on ne peut rien comparer.", 1
            )
        return
    yield from _totals(table)
    yield from _units(table)
    yield from _header_again(table)


def _totals(table: Table) -> Iterator[Finding]:
    import numpy as np

    for column in table.columns[:6]:
        if (
            column.is_shape
            or column.is_number
            or column.is_time
            or "total" not in plain(column.blob)
            and "totaux" not in plain(column.blob)
        ):
            continue
        at = column.at(column.which(lambda text: _TOTAL.fullmatch(plain(text))))
        if len(at) == 0 or len(at) > max(3, 0.05 * len(table)):
            continue
        table.no_rows.update(at.tolist())
        filled = np.array([np.count_nonzero([one.codes[row] >= 0 for one in table.columns]) for row in at])
        usual = np.median(np.sum([one.codes >= 0 for one in table.columns], axis=0))
        sure = (filled <= max(2, 0.6 * usual)).all() or any(
            _is_sum(one.cells, row) for one in table.columns if one.share(*NUMBERS) >= 0.5 for row in at
        )
        yield Finding(
            column.name,
            "ligne de total parmi les lignes",
            at,
            column.told(column.which(lambda text: _TOTAL.fullmatch(plain(text)))),
            TO_MEND if sure else TO_CHECK,
            "Retirez-la avant de compter ou d'additionner : sinon tout compte double.",
        )
        return


def _is_sum(cells, row: int) -> bool:
    import numpy as np

    others = np.nansum(np.delete(cells, row))
    return bool(np.isfinite(cells[row]) and others > 0 and abs(cells[row] - others) <= 0.01 * others)


def _units(table: Table) -> Iterator[Finding]:
    """The first row says « m² » where all the others have numbers."""
    said = [
        column.texts[column.codes[0]]
        for column in table.columns
        if not column.is_shape
        and column.share(*NUMBERS) >= 0.5
        and column.codes[0] >= 0
        and column.kinds[column.codes[0]] == "text"
    ]
    if (
        said
        and all(len(text) <= 20 for text in said)
        and any(_UNIT.fullmatch(one) for text in said for one in (text, plain(text)))
    ):
        table.no_rows.add(0)
        yield Finding(
            "(ligne)",
            "ligne d'unités sous l'en-tête",
            [0],
            ", ".join(f"« {text} »" for text in said[:4]),
            TO_MEND,
            "Notez les unités dans la description, puis sautez cette ligne à la lecture : elle change les nombres en texte.",
        )


def _header_again(table: Table) -> Iterator[Finding]:
    import numpy as np

    same = np.zeros(len(table), int)
    for column in table.columns:
        if not column.is_shape and not column.is_number and column.name in column.texts:
            same[column.at(column.which(column.name.__eq__))] += 1
    at = np.flatnonzero(same >= max(2, 0.5 * len(table.columns)))
    if len(at):
        table.no_rows.update(at.tolist())
        yield Finding(
            "(ligne)",
            "en-tête répété parmi les lignes",
            at,
            table.rows_told(at),
            TO_MEND,
            "Deux fichiers ont été mis bout à bout avec leurs en-têtes : retirez ces lignes.",
        )


def twice(table: Table) -> Iterator[Finding]:
    """Rows that are there again, whole or but for their identifier; identifiers that are there again."""
    import numpy as np
    import pandas as pd

    shapes = any(column.is_shape for column in table.columns)
    if shapes:
        coded = pd.DataFrame(
            {
                column.rank: table.frame.iloc[:, column.rank].to_wkb() if column.is_shape else column.codes
                for column in table.columns
            }
        )
    else:
        coded = pd.DataFrame({column.rank: column.codes for column in table.columns})
    coded.index = range(len(coded))
    void = (
        (coded.drop(columns=[column.rank for column in table.columns if column.is_shape]) < 0).all(axis=1).to_numpy()
        if not shapes
        else np.zeros(len(coded), bool)
    )
    if void.any():
        yield Finding(
            "(ligne)",
            "lignes entièrement vides",
            np.flatnonzero(void),
            table.rows_told(np.flatnonzero(void)),
            TO_MEND,
            'Retirez-les : tableau.dropna(how="all").',
        )
    again = coded.duplicated().to_numpy() & ~void
    # A list of values, or a table of few values, repeats itself by nature.
    if len(table.columns) == 1:
        again[:] = False
    distinct = max((len(column.texts) if not column.is_shape else len(table) for column in table.columns), default=0)
    if again.any() and distinct >= 0.5 * len(table) and len(table.columns) >= 3:
        yield Finding(
            "(ligne)",
            "lignes identiques",
            np.flatnonzero(again),
            _pairs(table, coded, again),
            TO_MEND,
            "La même ligne est là deux fois : tableau.drop_duplicates() garde la première.",
        )
    elif again.any():
        yield Finding(
            "(ligne)",
            "lignes identiques",
            np.flatnonzero(again),
            _pairs(table, coded, again),
            TO_CHECK,
            "Rien dans ces lignes ne les distingue : deux choses pareilles, ou une chose notée deux fois ?",
        )
    keys = [
        column
        for column in table.columns
        if not column.is_shape
        and roles.is_identifier(column)
        and column.filled
        and len(column.texts) >= 0.9 * column.filled
    ]
    if keys and len(table.columns) - len(keys) >= 3:
        rest = coded.drop(columns=[column.rank for column in keys])
        same = rest.duplicated().to_numpy() & ~again & ~void
        if same.any() and same.sum() <= 0.2 * len(table):
            yield Finding(
                keys[0].name,
                "lignes identiques sauf l'identifiant",
                np.flatnonzero(same),
                _pairs(table, rest, same),
                TO_CHECK,
                "Une même chose sous deux numéros ? Gardez celui que les autres fichiers connaissent.",
            )
    for column in table.columns:
        yield from _identifier(table, column, again | void)


def _pairs(table: Table, coded, again, most: int = 3) -> str:
    """« ligne 12 = ligne 3 »."""
    import numpy as np

    first = (
        {key: row for row, key in reversed(list(enumerate(coded.itertuples(index=False, name=None))))}
        if len(coded) <= 50_000
        else {}
    )
    rows = np.flatnonzero(again)
    if not first:
        return table.rows_told(rows)
    shown = [
        f"ligne {table.label(row)} = ligne {table.label(first[tuple(coded.iloc[row].tolist())])}" for row in rows[:most]
    ]
    return ", ".join(shown) + (" …" if len(rows) > most else "")


def _identifier(table: Table, column, same_row) -> Iterator[Finding]:
    import numpy as np

    if (
        column.is_shape
        or not column.filled
        or not (
            roles.is_identifier(column)
            or column is table.columns[0]
            and roles.is_code(column)
            and not roles.is_commune_code(column)
        )
    ):
        return
    share = len(column.texts) / column.filled
    several = (column.counts > 1) & table.known(column)
    # « ACHETEURS_ID » in a list of contracts: the identifier of something else, which may well come again.
    if not several.any() or share < (0.5 if column is table.columns[0] else 0.9):
        return
    at = column.at(several)
    # A row that is there twice as a whole has been told already.
    at = (
        at[
            np.isin(
                column.codes[at], np.unique(column.codes[column.at(several)][same_row[column.at(several)]]), invert=True
            )
        ]
        if same_row.any()
        else at
    )
    if len(at):
        told = np.zeros(len(column.texts), bool)
        told[np.unique(column.codes[at])] = True
        yield Finding(
            column.name,
            "identifiant en double",
            at,
            column.told(told, 5),
            TO_MEND if share >= 0.9 else TO_CHECK,
            "Un identifiant ne sert qu'une fois. Est-ce la même chose deux fois, ou deux choses sous un numéro ?",
        )
