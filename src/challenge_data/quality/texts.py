"""How words are written: blanks, spellings of one same thing, lost letters, several values in a cell, one value everywhere."""

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

from challenge_data.quality import roles
from challenge_data.quality.columns import DATES, NUMBERS, Column, plain, short
from challenge_data.quality.finding import TO_CHECK, TO_KNOW, TO_MEND, Finding, Table

if TYPE_CHECKING:
    import numpy as np

YES = {"oui", "o", "ok", "true", "vrai", "yes", "y", "1", "x"}
NO = {"non", "n", "false", "faux", "no", "0"}
# What an accented letter of UTF-8 becomes when it is read as latin-1 or cp1252; and what no text has.
_MOJIBAKE = re.compile(
    r"[\x00-\x08\x0e-\x1f]|Ã[\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]|â\u20ac|Â[\u00a0-\u00bf]"
)
LIST = re.compile(r"\s*[|;/,\n]\s*|\s+et\s+|\s*\+\s*")
_LIST_OF_NAMES = re.compile(
    r"\s*[|;/,\n]\s*"
)  # « Castets et Castillon » is one commune, even where Castets and Castillon are two others


def find(table: Table) -> Iterator[Finding]:
    yield from _header(table)
    yield from _one_column(table)
    for column in table.columns:
        if column.is_shape or not column.filled:
            continue
        if len(column.texts) == 1 and column.rows > 2:
            everywhere = "" if column.filled == column.rows else " dans les cases remplies"
            yield Finding(
                column.name,
                "colonne constante",
                [],
                column.told(column.of_kind(*set(column.kinds))),
                TO_KNOW,
                f"La même valeur partout{everywhere} : elle ne distingue aucune ligne. À garder dans la description du fichier ?",
                column.filled,
            )
        if column.is_number or column.is_time:
            continue
        yield from _blanks(column)
        yield from _lost_letters(column)
        if "\r" in column.blob or any("\n" in text for text in column.texts):
            broken = column.which(lambda text: "\n" in text or "\r" in text)
            yield Finding(
                column.name,
                "retour à la ligne dans une case",
                column.at(broken),
                column.told(broken),
                TO_CHECK,
                "Un logiciel qui lit ligne à ligne coupera la case en deux : remplacez le retour par une virgule.",
            )
        if is_yes_no(table, column):
            yield from _yes_no(table, column)
        else:
            yield from _spellings(table, column)
            yield from _lists(table, column)
            yield from _free(table, column)


def _header(table: Table) -> Iterator[Finding]:
    names = [str(name) for name in table.frame.columns]
    for name in dict.fromkeys(name for name in names if names.count(name) > 1):
        yield Finding(
            name,
            "nom de colonne en double",
            [],
            name,
            TO_MEND,
            "Deux colonnes portent ce nom : renommez-en une, sinon on ne sait pas laquelle on lit.",
            names.count(name),
        )
    for name in names:
        if name != name.strip():
            yield Finding(
                name.strip(),
                "blanc dans un nom de colonne",
                [],
                f"« {name} »",
                TO_MEND,
                "Un blanc est collé au nom : tableau.columns.str.strip() le retire.",
                1,
            )
        if re.fullmatch(r"Unnamed: \d+|", name.strip()):
            yield Finding(
                name.strip() or "(sans nom)",
                "colonne sans nom",
                [],
                "",
                TO_CHECK,
                "Cette colonne n'a pas de nom dans le fichier : un titre au-dessus de l'en-tête, ou un séparateur de trop ?",
                1,
            )


def _one_column(table: Table) -> Iterator[Finding]:
    """Read with the wrong separator: everything is in one column, its name too."""
    if (
        len(table.columns) == 1
        and not table.columns[0].is_shape
        and (mark := next((mark for mark in ";\t|," if mark in table.columns[0].name), ""))
    ):
        column, inside = table.columns[0], table.columns[0].which(lambda text: mark in text)
        if column.counts[inside].sum() >= 0.5 * column.filled > 0:
            said = "\\t" if mark == "\t" else mark
            yield Finding(
                column.name,
                "une seule colonne, pleine de séparateurs",
                column.at(inside),
                column.told(inside, 1),
                TO_MEND,
                f'Le séparateur est sans doute un autre : lisez le fichier avec sep="{said}".',
            )


def _blanks(column: Column) -> Iterator[Finding]:
    if len(column.padded):
        examples = ", ".join(f"« {text} »" for text in column.padded_shown)
        yield Finding(
            column.name,
            "blanc au début ou à la fin",
            column.padded,
            examples,
            TO_MEND,
            "L'œil ne le voit pas, la machine y voit une autre valeur : .str.strip() le retire.",
        )


def _lost_letters(column: Column) -> Iterator[Finding]:
    if "\ufffd" not in column.blob and not _MOJIBAKE.search(column.blob):
        return
    mask = column.which(lambda text: "\ufffd" in text or _MOJIBAKE.search(text))
    yield Finding(
        column.name,
        "accents abîmés",
        column.at(mask),
        column.told(mask),
        TO_MEND,
        "Le fichier a été lu, ou enregistré, dans le mauvais encodage : reprenez-le à la source.",
    )


def is_yes_no(table: Table, column: Column) -> bool:
    """Every value says yes or no, in some way; 1 and 0 alone may be counts."""
    known = table.known(column)
    if column.is_number or column.is_time or not 2 <= known.sum() <= 20:
        return False
    said = {plain(text).strip(". ") for text, one in zip(column.texts, known, strict=True) if one}
    return bool(said & YES and said & NO and said <= YES | NO and not said <= {"1", "0"})


def _yes_no(table: Table, column: Column) -> Iterator[Finding]:
    if not is_yes_no(table, column):
        return
    known = table.known(column)
    said = [(text, plain(text).strip(". ")) for text, one in zip(column.texts, known, strict=True) if one]
    ways = {answer: [text for text, word in said if word in answers] for answer, answers in (("oui", YES), ("non", NO))}
    if max(map(len, ways.values())) > 1:
        import numpy as np

        frequent = {text: count for text, count in zip(column.texts, column.counts, strict=True)}
        kept = {answer if answer in texts else max(texts, key=frequent.get) for answer, texts in ways.items() if texts}
        others = known & np.array([text not in kept for text in column.texts])
        yield Finding(
            column.name,
            "oui et non écrits de plusieurs façons",
            column.at(others),
            column.told(known, 8),
            TO_MEND,
            "Choisissez une seule façon de dire oui, une seule de dire non, et remplacez les autres.",
        )


def _spellings(table: Table, column: Column) -> Iterator[Finding]:
    """One same word with and without capitals, accents, hyphens; in columns whose values come again and again."""
    import numpy as np

    if (
        column.share(*NUMBERS, *DATES) > 0.2
        or len(column.texts) > 0.5 * column.filled
        or len(column.texts) > 5000
        or roles.is_email(column)
    ):
        return
    groups: dict[str, list[int]] = defaultdict(list)
    for at in np.flatnonzero(table.known(column)):
        text = column.texts[at]
        # Codes of a few letters may differ by their capitals.
        key = " ".join({"st": "saint", "ste": "sainte"}.get(word, word) for word in re.findall(r"\w+", plain(text)))
        groups[key if len(text) > 3 else text].append(at)
    yield from _capitals(column)
    several = [sorted(group, key=lambda at: -column.counts[at]) for group in groups.values() if len(group) > 1]
    if several:
        mask = np.zeros(len(column.texts), bool)
        for group in several:
            mask[group[1:]] = True
        examples = " ; ".join(" = ".join(f"« {short(column.texts[at])} »" for at in group[:3]) for group in several[:3])
        yield Finding(
            column.name,
            "même valeur écrite de plusieurs façons",
            column.at(mask),
            examples,
            TO_MEND,
            "Gardez une écriture par valeur : deux écritures font deux groupes dans un comptage.",
        )


def _capitals(column: Column) -> Iterator[Finding]:
    """Codes of three letters at most that differ by their capitals only: « Gr » and « GR »."""
    import numpy as np

    groups: dict[str, list[int]] = defaultdict(list)
    for at, text in enumerate(column.texts):
        if len(text) <= 3 and text.isalpha():
            groups[plain(text)].append(at)
    if several := [group for group in groups.values() if len(group) > 1]:
        mask = np.zeros(len(column.texts), bool)
        for group in several:
            mask[sorted(group, key=lambda at: -column.counts[at])[1:]] = True
        shown = " ; ".join(
            " et ".join(f"« {column.texts[at]} » ({column.counts[at]})" for at in group) for group in several[:3]
        )
        yield Finding(
            column.name,
            "codes qui ne diffèrent que par les majuscules",
            column.at(mask),
            shown,
            TO_CHECK,
            "Deux codes, ou un seul tapé de deux façons ? La légende des codes le dit.",
        )


def _lists(table: Table, column: Column) -> Iterator[Finding]:
    mask = listed(table, column)
    if column.counts[mask].sum() >= 2:
        yield Finding(
            column.name,
            "plusieurs valeurs dans une case",
            column.at(mask),
            column.told(mask),
            TO_CHECK,
            "Une case, une valeur : séparez-les (.str.split puis .explode) avant de compter.",
        )


def listed(table: Table, column: Column) -> "np.ndarray":
    """Mask of the cells made of several values, each of which stands alone elsewhere, or has the shape of those that do."""
    import numpy as np

    marks = (
        _LIST_OF_NAMES
        if roles.is_name(column) or roles.is_commune_name(column) or column.has("nom", "libelle")
        else LIST
    )
    if (
        not marks.search(column.blob)
        or len(column.texts) > 5000
        and not any(marks.search(text) for text in column.texts[:2000])
    ):
        return np.zeros(len(column.texts), bool)
    known = table.known(column)
    whole = {plain(text) for text, one in zip(column.texts, known, strict=True) if one and not marks.search(text)}
    shapes = {re.sub(r"\d", "9", text) for text in whole if re.fullmatch(r"\d{2,}", text)}

    def several(text: str, kind: str) -> bool:
        if kind in NUMBERS or kind in DATES or not marks.search(text):
            return False
        parts = [part for part in marks.split(text) if part]
        return len(parts) > 1 and all(
            part in whole or plain(part) in whole or re.sub(r"\d", "9", part) in shapes for part in parts
        )

    return known & np.array(
        [several(text, kind) for text, kind in zip(column.texts, column.kinds, strict=True)], dtype=bool
    )


def _free(table: Table, column: Column) -> Iterator[Finding]:
    """Sentences: several words in most cells, hardly ever the same. Names and addresses are no sentences."""
    import numpy as np

    known = table.known(column) & column.of_kind("text")
    if (
        known.sum() < 8
        or column.has("nom", "adresse", "voie", "rue", "url")
        or roles.is_name(column)
        or roles.is_commune_name(column)
        or roles.is_person(column)
        or roles.is_phone(column)
    ):
        return
    ranks = np.flatnonzero(known)[:2000]
    lengths = np.array([len(column.texts[at].split()) for at in ranks])
    enough = 2.5 if column.has("horaires", "horaire", "heures", "ouverture", "disp") else 4
    if (
        np.average(lengths, weights=column.counts[ranks]) >= enough
        and known.sum() >= 0.05 * column.filled
        and column.counts[known].sum() >= 0.8 * column.filled
    ):
        yield Finding(
            column.name,
            "texte libre",
            [],
            column.told(known),
            TO_KNOW,
            "Des phrases : une personne les comprend, un programme ne peut ni les compter ni les comparer.",
            int(column.counts[known].sum()),
        )
