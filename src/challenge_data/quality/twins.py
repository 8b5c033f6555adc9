"""The same place twice, under two spellings: near names in one commune, or within fifty metres."""

import difflib
import re
from collections import defaultdict
from collections.abc import Iterator

from challenge_data.quality import places, roles
from challenge_data.quality.columns import Column, plain, short
from challenge_data.quality.finding import TO_CHECK, Finding, Table

NEAR, APART = 50.0, 500.0  # metres: within the first, names may differ more; beyond the second, they are two places
WINDOW = 6  # neighbours compared in a commune of many rows
_EMPTY = {
    "de",
    "du",
    "des",
    "la",
    "le",
    "les",
    "l",
    "d",
    "a",
    "au",
    "aux",
    "et",
    "en",
    "sur",
    "municipal",
    "municipale",
    "communal",
    "communale",
    "n",
    "no",
}
_WHOLE = {"st": "saint", "ste": "sainte", "av": "avenue", "bd": "boulevard", "pl": "place", "gal": "general"}


def find(table: Table) -> Iterator[Finding]:
    name = _name(table)
    if name is None:
        return
    found = _pairs(table, name)
    if not found:
        return
    shown = [
        f"« {short(name.texts[name.codes[one]], 34)} » (ligne {table.label(one)}) et « {short(name.texts[name.codes[two]], 34)} » (ligne {table.label(two)})"
        for one, two in found[:3]
    ]
    rows = sorted({row for pair in found for row in pair})
    yield Finding(
        name.name,
        "peut-être le même lieu deux fois",
        rows,
        " ; ".join(shown) + (" …" if len(found) > 3 else ""),
        TO_CHECK,
        "Comparez les lignes deux à deux : un lieu écrit de deux façons, ou deux lieux voisins ? Au téléphone, la mairie le sait.",
        len(found),
    )


def _name(table: Table) -> Column | None:
    """The column that names things: nearly as many names as rows."""
    found = [
        column
        for column in table.all(roles.is_name)
        if not column.is_shape
        and not column.is_number
        and column.filled >= 0.5 * len(table)
        and len(column.texts) >= 0.5 * column.filled
    ]
    return max(found, key=lambda column: (len(column.texts), -column.rank), default=None)


def _pairs(table: Table, name: Column) -> list[tuple[int, int]]:
    import numpy as np

    where = places.points(table)
    latitude, longitude = (
        (where.latitude.copy(), where.longitude.copy()) if where else (np.full(len(table), np.nan),) * 2
    )
    if where:
        wrong = list(table.wrong_places)
        latitude[wrong], longitude[wrong] = np.nan, np.nan
    blocks = _blocks(table, name, latitude, longitude)
    territory = {
        token
        for column in table.all(roles.is_commune_name)
        if not column.is_shape
        for text in column.texts[:500]
        for token in _tokens(text)
    }
    tokens = [tuple(sorted(_tokens(text) - territory or _tokens(text))) for text in name.texts]
    # Where names come again by nature (suppliers of contracts), only another spelling tells something.
    unique = len(name.texts) >= 0.9 * name.filled
    pairs = set()
    for rows in blocks:
        rows = sorted(rows, key=lambda row: (tokens[name.codes[row]], row))
        reach = len(rows) if len(rows) <= 150 else WINDOW
        for at, one in enumerate(rows):
            for two in rows[at + 1 : at + 1 + reach]:
                pair = (min(one, two), max(one, two))
                if pair in pairs or not unique and name.codes[one] == name.codes[two]:
                    continue
                metres = _metres(latitude, longitude, one, two)
                if _same(tokens[name.codes[one]], tokens[name.codes[two]], metres, name.codes[one] == name.codes[two]):
                    pairs.add(pair)
    return sorted(pair for pair in pairs if not _identical(table, *pair))


def _blocks(table: Table, name: Column, latitude, longitude) -> list[list[int]]:
    """Rows that are compared with one another: those of one commune, and those of one square of about 110 m or its edges."""
    import numpy as np

    blocks: dict[object, list[int]] = defaultdict(list)
    commune = next(
        (
            column
            for column in (*table.all(roles.is_commune_code), *table.all(roles.is_commune_name))
            if not column.is_shape and column is not name and column.filled and len(column.texts) < 0.8 * column.filled
        ),
        None,
    )
    filled = np.flatnonzero(name.codes >= 0)
    if commune is not None:
        for row in filled:
            if commune.codes[row] >= 0:
                blocks[plain(commune.texts[commune.codes[row]])].append(row)
    for row in filled[np.isfinite(latitude[filled]) & np.isfinite(longitude[filled])]:
        for half in (0.0, 0.5):
            blocks[
                (half, int(np.floor(latitude[row] * 1000 + half)), int(np.floor(longitude[row] * 700 + half)))
            ].append(row)
    return [rows for rows in blocks.values() if len(rows) > 1]


def _tokens(text: str) -> set[str]:
    found = re.findall(r"[a-z]+|\d+", plain(text.replace("’", "'")))
    return {_WHOLE.get(one, one) for one in found} - _EMPTY


def _metres(latitude, longitude, one: int, two: int) -> float | None:
    import math

    degrees = (
        math.hypot(
            latitude[one] - latitude[two], (longitude[one] - longitude[two]) * math.cos(math.radians(latitude[one]))
        )
        if latitude[one] == latitude[one] and latitude[two] == latitude[two]
        else math.nan
    )
    return None if math.isnan(degrees) else degrees * 111_195


def _same(one: tuple[str, ...], two: tuple[str, ...], metres: float | None, identical: bool) -> bool:
    if metres is not None and metres > APART or not one or not two:
        return False
    if one == two:
        return metres is None or metres <= (NEAR if identical else APART)
    left, right = [token for token in one if token not in two], [token for token in two if token not in one]
    if any(token.isdigit() or len(token) == 1 for token in left + right):
        return False  # « terrain A » is not « terrain B », nor « école 1 » « école 2 »
    shared = len(one) - len(left)
    if not left or not right:  # one says more than the other
        return (
            shared >= 1
            and metres is not None
            and metres <= NEAR
            and len(left + right) <= 2
            or shared >= 2
            and len(left + right) == 1
        )
    for token in left:
        near = next((other for other in right if _near(token, other)), None)
        if near is None:
            return False
        right.remove(near)
    return not right


def _near(one: str, two: str) -> bool:
    """« gym » and « gymnase », « goelands » and « goeland », « creee » and « criee »."""
    brief, whole = sorted((one, two), key=len)
    if len(brief) >= 3 and whole.startswith(brief):
        return True
    return len(brief) >= 4 and difflib.SequenceMatcher(None, one, two).ratio() >= 0.75


def _identical(table: Table, one: int, two: int) -> bool:
    """The whole row again: told by another rule."""
    return all(column.is_shape or column.codes[one] == column.codes[two] for column in table.columns)
