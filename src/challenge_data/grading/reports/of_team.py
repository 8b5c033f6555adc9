"""What a team's page says, as plain data: the same for the page and for the PDF."""

from challenge_data.french import number
from challenge_data.grading.reports.questions import TEST, Chapter
from challenge_data.grading.reports.reading import (
    ABSENT,
    EMPTY,
    NOT_YET,
    PARTLY,
    REACHED,
    STATES,
    WAITING,
    Answer,
    TeamReading,
)
from challenge_data.grading.reports.wording import day, points, typeset


def facts(title: str, chapters: tuple[Chapter, ...], team: TeamReading) -> dict:
    """Strings ready to read, and numbers from which bars are drawn: ``given``, ``waiting``, ``maximum``, in points."""
    parts = [_chapter(chapter, team) for chapter in chapters]
    redo = [answer for answer in team.of(PARTLY, NOT_YET)]
    return {
        "challenge": typeset(title), "team": team.title, "members": list(team.members), "when": day(team.standing.when), "late": typeset(team.standing.late),
        "graded": team.graded, "received": team.received is not None, "total": _total(team), "chapters": parts,
        "reached": [_told(answer) for answer in team.of(REACHED)], "redo": [_told(answer) | {"next": typeset(_next_step(answer))} for answer in redo],
        "waiting": [_told(answer) for answer in team.of(WAITING)],
        "empty": [{"title": part["title"], "whole": part["begun"] == 0, "questions": [_told(answer) for answer in team.of(EMPTY) if answer.question.notebook == part["name"]]}
                  for part in parts if any(answer.question.notebook == part["name"] for answer in team.of(EMPTY))],
        "absent": [part["title"] for part in parts if part["absent"]],
        "put_right": [{"notebook": next((part["title"] for part in parts if part["name"] == notebook), notebook), "text": typeset(text)} for notebook, text in team.put_right
                      if team.found.get(notebook)],
    }  # fmt: skip


def _total(team: TeamReading) -> dict:
    tests = sum(mark.points for mark in team.scores.marks if mark.manual is None)
    given, waiting, maximum = team.scores.points, team.waiting, team.maximum
    # Points already given for work that has changed since are in both: the bar shows them once.
    settled = team.given - sum(mark.points for mark in team.scores.waiting)
    final = not waiting
    rows = [["Points donnés par les vérifications automatiques", number(tests)], ["Points donnés par une personne", number(team.given - tests)],
            *([["Retirés par la personne qui note", f"− {number(team.scores.penalty)}"]] if team.scores.penalty else []), ["Total à ce jour", f"{number(given)} sur {number(maximum)}"]]  # fmt: skip
    return {
        "rows": rows, "sum": len(rows) - 1, "mark": [typeset(sentence) for sentence in team.standing.mark],
        "points": number(given), "of": points(maximum), "waiting_points": number(waiting), "final": final,
        "given": max(settled, 0.0), "waiting": waiting, "maximum": maximum,
        "waits": "" if final else typeset(f"Jusqu'à {points(waiting)} de plus : ces points attendent qu'une personne lise vos réponses. Le total n'est pas définitif."),
        "sentence": typeset(f"{points(given)} sur {number(maximum)}" + ("" if final else f", et jusqu'à {points(waiting)} qui attendent une personne") + "."),
    }  # fmt: skip


def _chapter(chapter: Chapter, team: TeamReading) -> dict:
    answers = [answer for answer in team.answers if answer.question.notebook == chapter.name]
    waiting = sum(answer.question.maximum for answer in answers if answer.state == WAITING)
    given = sum(answer.points for answer in answers if answer.state != WAITING)
    title = chapter.title.partition("·")[2].strip() or chapter.title
    return {
        "name": chapter.name, "title": typeset(title), "given": given, "waiting": waiting, "maximum": chapter.maximum,
        "begun": sum(answer.state not in (EMPTY, ABSENT) for answer in answers), "absent": all(answer.state == ABSENT for answer in answers),
        "said": typeset(f"{number(given)} sur {points(chapter.maximum)}" + (f", {number(waiting)} en attente" if waiting else "")),
        "questions": [{"number": answer.question.number, "title": typeset(answer.question.title), "state": answer.state, "said": STATES[answer.state]} for answer in answers],
    }  # fmt: skip


def _told(answer: Answer) -> dict:
    question = answer.question
    return {
        "number": question.number, "title": typeset(question.title), "state": answer.state, "said": STATES[answer.state], "kind": question.kind,
        "points": points(question.maximum) if answer.state in (WAITING, EMPTY) else f"{number(answer.points)} sur {points(question.maximum)}",
        "why": typeset(answer.why), "level": typeset(answer.level.text) if answer.level else "", "comment": typeset(answer.comment),
    }  # fmt: skip


def _next_step(answer: Answer) -> str:
    """What a team may do now about a question that is not reached; one or two sentences."""
    question = answer.question
    if question.kind != TEST:
        above = [level for level in question.levels if level.points > answer.points]
        return f"Pour aller plus haut ({points(above[-1].points)}) : {above[-1].text}" if above else ""
    if answer.of and answer.opened >= answer.of:
        return "Vos indices sont tous ouverts : montrez cette phrase à votre mentor."
    if answer.of:
        return f"Ouvrez l'indice {answer.opened + 1} sur {answer.of} ; il ne coûte aucun point."
    return "Relisez la consigne, puis montrez cette phrase à votre mentor."
