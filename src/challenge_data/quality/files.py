"""What is in this file? Encoding, separator, header, rows, columns, and an honest guess of what each column holds.

Every count is exact, made on the whole file. The encoding and the content of columns are guesses, and said to be.
csv-detective (data.gouv.fr's own detection) is used for the values (:mod:`.contents`), not for the
file as a whole: it gives up on a title above the header or on rows of uneven length, which a learner needs to be told.
"""

import re
from collections import Counter
from pathlib import Path

from challenge_data.errors import LearnerError
from challenge_data.french import plural, thousands
from challenge_data.quality import contents, raw
from challenge_data.quality.report import FileReport

# What people write for « nothing », compared without capitals.
MISSING_WORDS = {
    "na",
    "n/a",
    "n/d",
    "nd",
    "nc",
    "nr",
    "n.c.",
    "-",
    "--",
    "?",
    "null",
    "none",
    "nan",
    "non renseigné",
    "inconnu",
    "#n/a",
}


def inspect_file(path: str | Path) -> FileReport:
    """Look into a delimited text file (CSV and its cousins) without trusting it.

    Args:
        path: of the file; up to 25 MB.

    Returns:
        A :class:`FileReport`; ``.columns`` is a DataFrame with one row a column.

    Raises:
        LearnerError: nothing is there, or it is not delimited text; says what it is instead.
    """
    path = Path(path)
    content = raw.read(path)
    encoding, sure = raw.guess_encoding(content, path)
    text = content.decode(encoding)
    if not text.strip():
        raise LearnerError(f"Le fichier « {path.name} » ne contient que des blancs : il n'y a rien à y lire.")
    raw.refuse_other_text(text, path)
    line_end = raw.line_end(text)
    separator = raw.guess_separator(text)
    rows = raw.split(text, separator, path)
    filled = [(line, cells) for line, cells in rows if any(cell.strip() for cell in cells)]
    width = Counter(len(cells) for _, cells in filled).most_common(1)[0][0]
    at = raw.find_header(filled, width)
    header = filled[at][1] if at is not None else [f"colonne {i + 1}" for i in range(width)]
    data = filled[at + 1 :] if at is not None else filled
    ragged = [(line, len(cells)) for line, cells in data if len(cells) != len(header)]
    # In a row of another length, who knows which value belongs to which column: such rows are told, not measured.
    even = [cells for _, cells in data if len(cells) == len(header)]
    blank = len(rows) - len(filled)
    report = FileReport(
        path,
        encoding,
        sure,
        line_end,
        separator,
        filled[at][0] if at is not None else None,
        len(data),
        ragged,
        blank,
        _columns(header, even),
    )
    report.notes.extend(_notes(report, content, header, filled[: at or 0], data, even))
    return report


def _columns(header: list[str], rows: list[list[str]]):
    import pandas as pd

    table = []
    for rank, name in enumerate(header):
        values = [cells[rank] for cells in rows]
        counts = Counter(value.strip() for value in values)
        empty = counts.pop("", 0)
        words = {word: count for word, count in counts.items() if word.casefold() in MISSING_WORDS}
        told = {word: count for word, count in counts.items() if word not in words}
        content, remark = ("aucune valeur", "") if words and not told else contents.guess(name, told)
        remarks = [remark] if remark else []
        if words:
            remarks.append(
                "dit « rien » avec : "
                + ", ".join(
                    f"« {word} » ({thousands(count)})"
                    for word, count in sorted(words.items(), key=lambda one: -one[1])[:3]
                )
            )
        if padded := sum(value != value.strip() for value in values if value.strip()):
            remarks.append(f"{thousands(padded)} valeur{'s' if padded > 1 else ''} avec un blanc au début ou à la fin")
        table.append(
            {
                "colonne": name.strip() or f"(sans nom, n° {rank + 1})",
                "contenu": content,
                "manquantes_pct": round(100 * empty / len(rows), 1) if rows else 0.0,
                "valeurs_distinctes": len(counts),
                "exemple": next(iter(told or counts), "")[:40],
                "remarque": " ; ".join(remarks),
            }
        )
    names = ["colonne", "contenu", "manquantes_pct", "valeurs_distinctes", "exemple", "remarque"]
    return pd.DataFrame(table, columns=names)


def _notes(
    report: FileReport, content: bytes, header: list[str], above: list, data: list, even: list[list[str]]
) -> list[str]:
    notes = []
    if report.encoding == "utf-8-sig":
        notes.append(
            'Le fichier commence par une marque invisible (BOM) : lisez-le avec encoding="utf-8-sig", sinon elle se colle au premier nom de colonne.'
        )
    if above:
        lines = ", ".join(str(line) for line, _ in above)
        title = next(cell.strip() for cell in above[0][1] if cell.strip())
        notes.append(f"Au-dessus de l'en-tête, ligne{'s' if len(above) > 1 else ''} {lines} : « {title[:80]} ».")
    if report.header_line is None:
        notes.append("La première ligne ressemble à des données : les colonnes n'ont pas de nom.")
    if report.ragged:
        shown = ", ".join(f"ligne {line} ({fields})" for line, fields in report.ragged[:5])
        more = " …" if len(report.ragged) > 5 else ""
        have = "ligne n'a" if len(report.ragged) == 1 else "lignes n'ont"
        notes.append(
            f"{thousands(len(report.ragged))} {have} pas {len(header)} champs comme l'en-tête : {shown}{more}. "
            "Ces lignes sont comptées, mais leurs cases ne sont pas mesurées ci-dessous."
        )
    if data and (odd := _unlike_the_others(report, data[0][1])):
        notes.append(
            f"La ligne {data[0][0]}, sous l'en-tête, ne ressemble pas aux suivantes : elle dit « {odd} » là où sont des nombres. "
            "Des unités ? Elle est comptée parmi les données."
        )
    names = Counter(name.strip() for name in header)
    if twice := [name for name, count in names.items() if name and count > 1]:
        notes.append(f"Nom de colonne en double : {', '.join(f'« {name} »' for name in twice)}.")
    if names[""]:
        notes.append(f"{plural(names[''], 'colonne', 'colonnes')} sans nom.")
    if report.blank:
        notes.append(f"{plural(report.blank, 'ligne vide', 'lignes vides')}.")
    if repeated := len(even) - len({tuple(cells) for cells in even}):
        notes.append(f"{plural(repeated, 'ligne répète', 'lignes répètent')} exactement une autre ligne.")
    if data and any(re.match(r"total\b", cell.strip(), re.IGNORECASE) for cell in data[-1][1]):
        notes.append(f"La dernière ligne (ligne {data[-1][0]}) ressemble à un total.")
    void = [row.colonne for row in report.columns.itertuples(index=False) if row.contenu == "vide" and not row.remarque]
    if void and even:
        notes.append(
            f"{plural(len(void), 'colonne entièrement vide', 'colonnes entièrement vides')} : {', '.join(void[:8])}{' …' if len(void) > 8 else ''}."
        )
    if b"\xef\xbf\xbd" in content:
        notes.append(
            "Le fichier contient le caractère « \ufffd » : des lettres ont été perdues avant qu'il vous arrive."
        )
    return notes


def _unlike_the_others(report: FileReport, first: list[str]) -> str:
    """The word that the first row has in a column of numbers; "" if there is none."""
    if len(first) != len(report.columns):
        return ""
    for cell, row in zip(first, report.columns.itertuples(index=False), strict=True):
        word = cell.strip()
        if (
            row.contenu.startswith("nombres")
            and word
            and word.casefold() not in MISSING_WORDS
            and not raw.VALUE.fullmatch(word)
        ):
            return word
    return ""
