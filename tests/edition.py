"""An edition in full, invented: twenty teams, a hundred people, two challenges, and hand-ins as they come on a Friday night.

The people are of no town and their addresses lead nowhere. What teams answer is drawn from ``tests/answers/``: the mistakes people make.
"""

import os
import random
import shutil
import zipfile
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import nbformat
from answering import Variant, corpus
from nbgrader.api import Gradebook

PROJECT = Path(__file__).resolve().parents[1]
CHALLENGES = ("defibrillateurs", "aides-velo")
DEADLINE = datetime(2026, 3, 6, 18, tzinfo=ZoneInfo("Europe/Paris"))
TITLES = ("Les Avocettes", "Les Bernaches", "Les Chevêches", "Les Cormorans", "Les Courlis", "Les Eiders", "Les Fous", "Les Goélands", "Les Harles", "Les Hérons",
          "Les Huîtriers", "Les Macareux", "Les Mouettes", "Les Pétrels", "Les Pingouins", "Les Pluviers", "Les Puffins", "Les Sarcelles", "Les Spatules", "Les Sternes")  # fmt: skip
FIRST_NAMES = ("Aya", "Bastien", "Camille", "Dounia", "Élie")
RULES = """[deadlines]
defibrillateurs = 2026-03-06T18:00:00
aides-velo = 2026-03-06T18:00:00

[extensions]
Les-Macareux = 2026-03-09T18:00:00

[late]
grace_minutes = 15
percent_lost_per_day = 5
most_percent = 25
"""
COMMENTS = ("La phrase est claire ; dites d'où vient le chiffre.", "Bien vu : vous dites aussi ce que les données ne permettent pas de dire.", "")


@dataclass
class Edition:
    """What was written, and what is to be known of it."""

    roster: Path
    received: Path
    challenge: dict[str, str] = field(default_factory=dict)
    """Title -> challenge."""
    people: dict[str, list[str]] = field(default_factory=dict)
    """Title -> e-mails."""


def write(folder: Path, seed: int = 2026) -> Edition:
    """The list of teams and the hand-ins, in ``folder``."""
    edition, draw = Edition(folder / "equipes.csv", folder / "rendus"), random.Random(seed)
    lines = ["équipe;défi;membre;e-mail"]
    for rank, title in enumerate(TITLES):
        edition.challenge[title] = CHALLENGES[rank % 2]
        name = "".join(letter for letter in title.split()[1].lower() if letter.isascii())
        edition.people[title] = [f"{first.lower().replace('é', 'e')}.{name}@exemple.fr" for first in FIRST_NAMES]
        lines += [f"{title};{edition.challenge[title]};{first} Inventé-{rank + 1:02};{email}" for first, email in zip(FIRST_NAMES, edition.people[title], strict=True)]
    folder.mkdir(parents=True, exist_ok=True)
    edition.roster.write_text("\r\n".join(lines) + "\r\n", encoding="cp1252")  # as a spreadsheet writes it
    for rank, title in enumerate(TITLES):
        _hand_in(edition, title, 0.35 + 0.03 * rank, draw)
    return edition


def _hand_in(edition: Edition, title: str, skill: float, draw: random.Random) -> None:
    challenge, place = edition.challenge[title], edition.received / edition.challenge[title]
    place.mkdir(parents=True, exist_ok=True)
    entry, when = place / f"{title}.zip", DEADLINE - timedelta(hours=draw.randint(1, 20))
    notebooks = answered(challenge, skill, draw)
    match title:
        case "Les Eiders":  # handed in nothing
            return
        case "Les Cormorans":  # an empty folder
            (place / title).mkdir()
            return
        case "Les Bernaches":  # a download cut short
            _zip(entry, notebooks, when)
            entry.write_bytes(entry.read_bytes()[:2000])
            os.utime(entry, (when.timestamp(), when.timestamp()))
            return
        case "Les Fous":
            when = DEADLINE + timedelta(minutes=10)  # in the grace
        case "Les Goélands":
            when = DEADLINE + timedelta(hours=17)
        case "Les Macareux":
            when = DEADLINE + timedelta(hours=40)  # in its extension
        case "Les Pétrels":  # an unfinished one in time, a better one two days late: the first counts
            _zip(place / f"{title} (1).zip", answered(challenge, 0.95, draw), DEADLINE + timedelta(hours=45))
        case "Les Harles":  # in another challenge's folder
            place = edition.received / next(name for name in CHALLENGES if name != challenge)
            place.mkdir(parents=True, exist_ok=True)
            entry = place / f"{title}.zip"
        case "Les Spatules":  # a second download of the browser, a test deleted, a notebook missing
            notebooks["1_trouver (1)"] = notebooks.pop("1_trouver")
            notebooks["1_trouver (1)"].cells = [cell for cell in notebooks["1_trouver (1)"].cells if not str(cell.metadata.get("nbgrader", {}).get("grade_id", "")).startswith("tests-")]
            del notebooks["2_manipuler"]
        case "Les Hérons":  # stops its kernel
            code = next(cell for cell in notebooks["2_manipuler"].cells if cell.metadata.get("nbgrader", {}).get("solution") and cell.cell_type == "code")
            code.source = "import os\nos._exit(0)"
        case "Les Avocettes":
            share(notebooks, dict(zip(edition.people[title], (1.1, 1.0, 1.0, 1.0, 0.9), strict=True)), edition.people[title])
        case "Les Courlis":  # one did not sign
            share(notebooks, dict(zip(edition.people[title], (1.2, 1.0, 1.0, 1.0, 0.8), strict=True)), edition.people[title][:-1])
    _zip(entry, notebooks, when)


def answered(challenge: str, skill: float, draw: random.Random) -> dict[str, nbformat.NotebookNode]:
    """A team's notebooks: each answer is right with that probability, else a mistake that people make, or nothing yet."""
    made = {}
    for path in sorted((PROJECT / "exercises" / challenge).glob("*.ipynb")):
        mine, master = nbformat.read(path, 4), nbformat.read(PROJECT / "solutions" / challenge / path.name, 4)
        answers = {cell.id: cell.source for cell in master.cells}
        wrong: dict[str, list[Variant]] = {}
        for variant in corpus(challenge, path.stem):
            if variant.kind == "wrong":
                wrong.setdefault(variant.question, []).append(variant)
        for cell in mine.cells:
            about = cell.metadata.get("nbgrader", {})
            if about.get("solution"):
                question = about["grade_id"].removeprefix("solution-")
                if draw.random() < skill:
                    cell.source = answers[cell.id]
                elif question in wrong and draw.random() < 0.8:
                    cell.source = draw.choice(wrong[question]).code
        made[path.stem] = mine
    return made


def share(notebooks: dict[str, nbformat.NotebookNode], coefficients: dict[str, float], signatures: list[str]) -> None:
    """Fill « Qui a fait quoi »."""
    cell = next(cell for cell in notebooks["3_visualiser"].cells if "repartition" in cell.metadata.get("tags", ()))
    cell.source = f"repartition = {coefficients!r}\nsignatures = {signatures!r}"


def grade_by_hand(grading: Path, leave: tuple[str, ...] = ("Les-Mouettes",), seed: int = 7) -> None:
    """A person's points and comments, as formgrader writes them, for all that waits; ``leave``: teams that still wait."""
    draw = random.Random(seed)
    with Gradebook(f"sqlite:///{grading / 'gradebook.db'}", "challenge-data") as book:
        for assignment in book.assignments:
            for submission in sorted(assignment.submissions, key=lambda each: each.student_id):
                for notebook in sorted(submission.notebooks, key=lambda each: each.name):
                    for grade in sorted(notebook.grades, key=lambda each: each.name):
                        if grade.needs_manual_grade and submission.student_id not in leave:
                            grade.manual_score, grade.needs_manual_grade = round(grade.max_score * draw.choice((0, 0.5, 0.5, 1))), False
                            if not grade.name.startswith("tests-"):
                                book.find_comment(grade.name, notebook.name, assignment.name, submission.student_id).manual_comment = draw.choice(COMMENTS)
        book.db.commit()


def _zip(path: Path, notebooks: dict[str, nbformat.NotebookNode], when: datetime) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, notebook in notebooks.items():
            archive.writestr(f"rendu/{name}.ipynb", nbformat.v4.writes(notebook))
    os.utime(path, (when.timestamp(), when.timestamp()))


if __name__ == "__main__":
    import sys

    shutil.rmtree(sys.argv[1], ignore_errors=True)
    write(Path(sys.argv[1]))
