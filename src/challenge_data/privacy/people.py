"""Where a table speaks of people: names, phones, e-mails, dates of birth, and counts so small that they are someone."""

import re
from typing import TYPE_CHECKING

from challenge_data.errors import LearnerError
from challenge_data.guide import require

if TYPE_CHECKING:
    import pandas as pd

SMALL = 11
"""Fewer than this is few: Insee shows no income of fewer than 11 tax households in its 200 m squares (recommendation of the
CNIS, 2009; documentation « Données carroyées »). Other sources have other thresholds, 3 firms for instance (Insee, « Manuel
de protection des tableaux », rules in annex). A law or a source may ask for more: the team decides, and says so."""

_COUNTS = {"population", "pop", "habitants", "individus", "ind", "menages", "men", "effectif", "effectifs", "inscrits", "inscriptions", "usagers",
           "beneficiaires", "personnes", "naissances", "deces", "occurrences", "eleves", "agents", "adherents", "licencies", "emprunteurs", "patients"}
_NOT_COUNTS = {"taux", "part", "pourcentage", "densite", "code", "id", "numero", "age", "annee", "max", "maximum", "capacite"}


def find_people(table: "pd.DataFrame") -> "pd.DataFrame":
    """What in a table may be about someone, column by column. A machine suspects; you judge. The table is not changed.

    Names, mobile phones, personal e-mails, dates of birth and security numbers are those of
    :func:`~challenge_data.quality.profile`; small counts (1 to 10) are looked for where a column's name counts people.

    Returns:
        One row a column and kind: colonne, quoi, cases, exemples (masked: a report on privacy gives none away), lignes
        (index labels), conseil. No row when nothing is suspected, which proves nothing.

    Raises:
        LearnerError: it is no table.
    """
    import pandas as pd

    from challenge_data.quality import missing, people
    from challenge_data.quality.columns import words
    from challenge_data.quality.finding import Table

    require(table)
    if not hasattr(table, "columns") or not hasattr(table, "iloc"):
        raise LearnerError("find_people attend un tableau. Lisez d'abord vos données : tableau = pd.read_csv(…).")
    rows = []
    if len(table) and len(table.columns):
        seen = Table(table)
        list(missing.find(seen))  # « à compléter » is nobody's name: the search for people knows it after this one
        for found in people.find(seen):
            cells = table.iloc[found.at, [str(name).strip() for name in table.columns].index(found.column)] if len(found.at) else []
            shown = list(dict.fromkeys(mask(str(value)) for value in cells))
            rows.append((found.column, found.what.removeprefix("donnée personnelle ? "), len(found.at), _told(shown), list(table.index[found.at]), found.advice))
        for rank, name in enumerate(table.columns):
            said, column = set(words(str(name))), table.iloc[:, rank]
            if not said & _COUNTS or said & _NOT_COUNTS or not (pd.api.types.is_numeric_dtype(column) or pd.api.types.is_string_dtype(column)):
                continue
            numbers = pd.to_numeric(column, errors="coerce")
            small = (numbers.between(1, SMALL - 1) & (numbers % 1 == 0)).to_numpy(dtype=bool, na_value=False)
            if small.any() and numbers.notna().sum() >= 0.5 * column.notna().sum():
                counts = numbers[small].astype(int).value_counts().sort_index()
                shown = [f"{value} ({count} fois)" if count > 1 else str(value) for value, count in counts.items()]
                rows.append((str(name), f"petit effectif (1 à {SMALL - 1})", int(small.sum()), _told(shown), list(table.index[small]),
                             "Ces quelques personnes se reconnaissent, et leurs voisins aussi : regroupez, ou cachez ces cases."))
    return pd.DataFrame(rows, columns=["colonne", "quoi", "cases", "exemples", "lignes", "conseil"])


def mask(text: str) -> str:
    """« Maud Trévignac » -> « M··· T········ », « 06 39 98 12 34 » -> « 06 ·· ·· ·· ·· »."""
    digits = iter(range(len(text)))
    hidden = re.sub(r"\d", lambda found: found[0] if next(digits) < 2 else "·", text)
    return re.sub(r"[^\W\d_]+", lambda found: found[0][0] + "·" * (len(found[0]) - 1), hidden)


def _told(shown: list[str]) -> str:
    return ", ".join(shown[:3]) + (" …" if len(shown) > 3 else "")
