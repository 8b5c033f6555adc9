"""What each question of a notebook says, once the notebook has run: juste, not yet, left to do, or for a person to read."""

from dataclasses import dataclass, field
from pathlib import PurePosixPath

import nbformat

from challenge_data import guide
from challenge_data.checks.verbs import FORM
from challenge_data.teamwork.frame import Framed
from challenge_data.teamwork.matching import canonical
from challenge_data.teamwork.questions import TEST, Question, chapter, headings, plain
from challenge_data.teamwork.running import Ran

RIGHT, FORM_RIGHT, NOT_YET, TO_DO, TO_READ, NOT_RUN = "juste", "forme vérifiée", "pas encore", "à faire", "à lire par une personne", "pas exécutée"
STOPPED = {
    "time": "Une cellule n'en finissait pas : la vérification s'est arrêtée là, les questions qui suivent n'ont pas été lues. Cherchez une boucle sans fin, ou un calcul trop lourd.",
    "kernel": "Le noyau s'est arrêté en route, souvent par manque de mémoire : fermez les carnets dont vous ne vous servez pas (menu Noyau, Arrêter), puis recommencez.",
}


@dataclass(frozen=True)
class Line:
    """One question."""

    number: str
    title: str
    points: float
    """0 in a lesson."""
    verdict: str
    """One of those above."""
    said: str
    """What the check says, or what is to be done; several lines at times."""
    cell: str
    """What the answer's cell is called: its ``grade_id``, in a lesson its id."""


@dataclass(frozen=True)
class Report:
    """One notebook."""

    path: str
    title: str
    lines: list[Line] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """About the whole of it, French sentences."""


def of_challenge(path: str, notebook: Framed, ran: Ran) -> Report:
    """The questions of a graded notebook.

    Args:
        ran: what became of ``notebook.content``.
    """
    rank = int(number) if (number := PurePosixPath(path).stem.split("_")[0]).isdigit() else 1
    asked = chapter(canonical(path), notebook.frame.master.cells, rank)
    told = [f"Pour la vérification seulement : {sentence}" for sentence in notebook.told]
    return Report(path, asked.title, [_judged(question, notebook, ran) for question in asked.questions], [*_of_the_run(ran), *told])


def of_lesson(path: str, notebook: nbformat.NotebookNode, ran: Ran) -> Report:
    """A lesson's « À vous »: the cells that end with their check."""
    name = PurePosixPath(path).stem
    where, lines = headings(notebook.cells, name), []
    title = next((plain(line[2:]) for cell in notebook.cells for line in cell.source.splitlines() if line.startswith("# ")), name)
    for rank, cell in enumerate(notebook.cells):
        if is_exercise(cell):
            refused = ran.refused.get(cell.id, "")
            verdict = NOT_RUN if cell.id not in ran.ran else TO_DO if guide.is_unanswered(cell.source) else NOT_YET if refused else RIGHT
            lines.append(Line(str(len(lines) + 1), where[rank], 0, verdict, refused or ran.said.get(cell.id, ""), cell.id))
    return Report(path, title, lines, _of_the_run(ran) if lines else ["Ce carnet n'a pas d'exercice à vérifier."])


def is_exercise(cell: nbformat.NotebookNode) -> bool:
    """Whether a lesson's cell is to be completed."""
    return cell.cell_type == "code" and cell.get("id", "").startswith("exercise-")


def _judged(question: Question, notebook: Framed, ran: Ran) -> Line:
    frame = notebook.frame
    name = question.cell.removeprefix("tests-") if question.kind == TEST else question.cell
    place, judge = frame.by_grade[name], frame.master.cells[frame.by_grade[question.cell]].id
    source = notebook.matched.chosen[place].source if notebook.is_answered(place) else ""
    written = bool(source) and not (frame.master.cells[place].cell_type == "code" and guide.is_unanswered(source))
    answer, refused = frame.master.cells[place].id, ran.refused.get(judge, "")
    if question.kind != TEST:
        if not written:
            verdict, said = TO_DO, "Une personne lira cette réponse : elle n'est pas encore écrite."
        else:
            verdict, said = TO_READ, ran.refused.get(answer, "Votre réponse est là.")
    elif not written:
        # Some tests speak of the form before they meet what is missing.
        verdict, said = TO_DO, refused if "attend votre réponse" in refused else ran.refused.get(answer) or "La cellule de réponse attend d'être complétée."
    elif ran.stopped and judge not in ran.ran:
        verdict, said = NOT_RUN, "La vérification s'est arrêtée avant cette question."
    elif refused:
        # A cell that stopped makes nothing: the test can only say that it waits, the cell itself says why.
        verdict, said = NOT_YET, stop if (stop := ran.refused.get(answer, "")) and "Warning: " not in stop else refused
    else:
        said = ran.said.get(judge, "")
        if FORM in said:
            verdict, said = FORM_RIGHT, said[said.index(FORM):]
        else:
            verdict = RIGHT
    return Line(question.number, question.title, question.maximum, verdict, said, name)


def _of_the_run(ran: Ran) -> list[str]:
    return [STOPPED[ran.stopped]] if ran.stopped else []
