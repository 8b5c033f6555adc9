"""The marks as files: for a spreadsheet (CSV and XLSX) and for Moodle's gradebook. No text of a team ever becomes a formula.

- ``notes.csv`` is for a spreadsheet set to French: « ; » between fields, a comma before decimals, UTF-8 with a byte order mark (without
  it Excel reads the accents wrong), every field between quotes.
- ``notes.xlsx``: the same lines, the points of each question, and what each column means.
- ``moodle-<challenge>.csv``: « Email address », the mark, the feedback; commas, decimal points, UTF-8 without mark. Who has no final
  mark has « - », Moodle's own sign of « no grade », which its import reads as such both for a new and for an existing grade item; an empty
  field for a new item is not tested there (read in Moodle's ``grade/import/csv/classes/load_data.php``, one version of it).
"""

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence
from decimal import Decimal

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from challenge_data.checks.sharing import fr
from challenge_data.grading.teams.results import MemberResult, TeamResult, exact
from challenge_data.grading.teams.tables import FORMULA

NOTES, BOOK = "notes.csv", "notes.xlsx"
NO_GRADE = "-"

COLUMNS = {
    "equipe": "Le nom de l'équipe.",
    "defi": "Le défi.",
    "membre": "La personne ; vide si la liste des équipes ne dit pas qui est dans l'équipe.",
    "courriel": "Son adresse.",
    "points": "Les points de l'équipe à ce jour, donnés par le code et par les personnes qui notent.",
    "sur": "Le nombre de points que l'on peut avoir.",
    "en_attente": "Les points qu'une personne doit encore donner, au plus. La note n'est définitive que s'il n'y en a aucun.",
    "penalite": "Les points perdus pour un rendu en retard.",
    "coefficient": "Celui que toute l'équipe a signé ; 1 sinon.",
    "note": "La note de la personne. Vide s'il n'y a rien à compter. Provisoire si « note_definitive » est « non ».",
    "note_definitive": "« oui » ou « non ».",
    "calcul": "Comment la note est faite : (points − pénalité) / sur × note maximale × coefficient, arrondi une fois, à la fin.",
    "remarques": "Ce qu'il faut savoir avant de donner cette note.",
}
_QUESTIONS = ("equipe", "defi", "carnet", "question", "points", "sur", "attend_une_personne")
Cell = str | Decimal | None


def files(found: dict[str, Sequence[TeamResult]]) -> dict[str, bytes]:
    """Name of the file -> its bytes.

    Args:
        found: challenge -> its teams.
    """
    lines = [line for challenge, teams in found.items() for line in _lines(challenge, teams)]
    made = {NOTES: _csv([list(COLUMNS), *lines], ";", fr).encode("utf-8-sig"), BOOK: _book(found, lines)}
    for challenge, teams in found.items():
        if moodle := list(_moodle(teams)):
            made[f"moodle-{challenge}.csv"] = _csv([["Email address", f"Défi {challenge}", "Commentaire"], *moodle], ",", lambda number: f"{number:f}").encode()
    return made


def same(before: bytes, now: bytes, name: str) -> bool:
    """True if nothing that a reader sees has changed: a workbook also notes when it was saved."""
    return before == now or (name.endswith(".xlsx") and _parts(before) == _parts(now) != {})


def plain(text: str) -> str:
    """A text that no spreadsheet takes for a formula, in a CSV: an apostrophe goes before it."""
    return f"'{text}" if text.startswith(FORMULA) or text.lstrip().startswith(FORMULA) else text


def _lines(challenge: str, teams: Sequence[TeamResult]) -> Iterator[list[Cell]]:
    for one in teams:
        for member, email, coefficient, mark, formula in _people(one):
            yield [one.team.title, challenge, member, email, one.points, one.maximum, one.waiting if one.scores else None, one.penalty if one.scores else None,
                   coefficient, mark, "oui" if one.final else "non", formula, " ".join(one.remarks)]


def _people(one: TeamResult) -> Iterator[tuple[str, str, Decimal, Decimal | None, str]]:
    """Every member; the team alone where nobody says who they are."""
    if not one.members:
        yield "", "", Decimal(1), one.mark, one.formula
    for person in one.members:
        yield person.member.name, person.member.email, person.coefficient, person.mark, person.formula


def _moodle(teams: Sequence[TeamResult]) -> Iterator[list[Cell]]:
    for one in teams:
        for person in one.members:
            yield [person.member.email, person.mark, _feedback(one, person)] if one.final and person.mark is not None else [person.member.email, NO_GRADE, ""]


def _feedback(one: TeamResult, person: MemberResult) -> str:
    """Numbers alone: no word that a team chose goes to Moodle, which would show it as HTML."""
    late = f" Rendu en retard : {fr(exact(one.lateness.percent))} % du maximum en moins." if one.lateness.percent else ""
    return f"Calcul : {person.formula}.{late}"


def _csv(rows: Sequence[Sequence[Cell]], separator: str, number) -> str:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    for row in rows:
        writer.writerow(["" if cell is None else number(cell) if isinstance(cell, Decimal) else NO_GRADE if cell == NO_GRADE else plain(cell) for cell in row])
    return text.getvalue()


def _book(found: dict[str, Sequence[TeamResult]], lines: list[list[Cell]]) -> bytes:
    book = Workbook()
    _sheet(book.active, "Membres", [list(COLUMNS), *lines])
    questions: list[list[Cell]] = [list(_QUESTIONS)]
    for challenge, teams in found.items():
        questions += [[one.team.title, challenge, mark.notebook, mark.cell, exact(mark.points), exact(mark.maximum), "oui" if mark.waiting else "non"]
                      for one in teams if one.scores for mark in one.scores.marks]
    _sheet(book.create_sheet(), "Questions", questions)
    told = [[name, sense] for name, sense in COLUMNS.items()] + [
        ["Feuille « Questions »", "Une ligne par équipe et par question : les points, le maximum, et s'il faut encore qu'une personne la note."],
        ["Case vide", "Il n'y a rien à compter : ce n'est pas un zéro."]]
    _sheet(book.create_sheet(), "Lire", [["colonne", "sens"], *told])
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


def _sheet(sheet, title: str, rows: list[list[Cell]]) -> None:
    """Numbers as numbers, texts as texts whatever they begin with; the first row stays in view."""
    sheet.title, sheet.freeze_panes = title, "A2"
    widths: dict[int, int] = {}
    for down, row in enumerate(rows, 1):
        for across, given in enumerate(row, 1):
            if given is None:
                continue
            cell = sheet.cell(down, across)
            if isinstance(given, Decimal):
                cell.value = given
            else:
                cell.value = ILLEGAL_CHARACTERS_RE.sub("�", given)
                cell.data_type = "s"
            widths[across] = max(widths.get(across, 0), len(str(given)))
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for across, width in widths.items():
        sheet.column_dimensions[get_column_letter(across)].width = min(width, 60) + 2
        if width > 60:
            for cell in sheet[get_column_letter(across)]:
                cell.alignment = Alignment(wrap_text=True, vertical="top")


def _parts(book: bytes) -> dict[str, bytes]:
    """Of a workbook, all but when it was saved; nothing when it is no workbook."""
    try:
        with zipfile.ZipFile(io.BytesIO(book)) as parts:
            return {name: parts.read(name) for name in parts.namelist() if name != "docProps/core.xml"}
    except (zipfile.BadZipFile, KeyError):
        return {}
