"""What a team's page says, as plain data: the same for the page and for the PDF."""

from challenge_data.french import number
from challenge_data.grading.questions import TEST, Chapter
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
from challenge_data.grading.reports.wording import REMEDIES, STOPPED, day, points, typeset


def facts(title: str, chapters: tuple[Chapter, ...], team: TeamReading) -> dict:
    """Strings ready to read, and numbers from which bars are drawn: ``given``, ``waiting``, ``maximum``, in points."""
    parts = [_chapter(chapter, team) for chapter in chapters]
    redo = [answer for answer in team.of(PARTLY, NOT_YET)]
    return {
        "challenge": typeset(title), "team": team.title, "members": list(team.members), "when": day(team.standing.when), "late": typeset(team.standing.late), "other": typeset(team.standing.other),
        "graded": team.graded, "unread": team.unread, "received": team.received is not None, "total": _total(team), "chapters": parts,
        "reached": [_told(answer) for answer in team.of(REACHED)], "redo": [_told(answer) | {"next": typeset(_next_step(answer))} for answer in redo],
        "waiting": _once([_told(answer) for answer in team.of(WAITING)]),
        "stopped": [{"title": part["title"], "text": typeset(_stopped(team, part["name"]))} for part in parts if part["name"] in team.stopped],
        "empty": [{"title": part["title"], "whole": part["begun"] == 0, "questions": [_told(answer) for answer in team.of(EMPTY) if answer.question.notebook == part["name"]]}
                  for part in parts if any(answer.question.notebook == part["name"] for answer in team.of(EMPTY))],
        "absent": [part["title"] for part in parts if part["absent"]],
        "stray": typeset(_stray(team)),
        "put_right": [{"notebook": next((part["title"] for part in parts if part["name"] == notebook), notebook), "text": typeset(text)} for notebook, text in team.put_right
                      if team.found.get(notebook)],
    }  # fmt: skip


def _total(team: TeamReading) -> dict:
    tests = sum(mark.points for mark in team.scores.marks if mark.manual is None)
    given, waiting, maximum = team.scores.points, team.waiting, team.maximum
    rows = [["Points donnés par les vérifications automatiques", number(tests)], ["Points donnés par une personne", number(team.given - tests)],
            *([["Retirés par la personne qui note", f"− {number(team.scores.penalty)}"]] if team.scores.penalty else []), ["Total à ce jour", f"{number(given)} sur {number(maximum)}"]]  # fmt: skip
    # Not « more points »: those of work that changed since a person read it are in the total already.
    waits = f"{points(waiting)} {'dépendent' if waiting >= 2 else 'dépend'} encore de la lecture de vos réponses par une personne : le total n'est pas définitif." if waiting else ""
    return {"points": number(given), "of": points(maximum), "rows": rows, "sum": len(rows) - 1, "lost": typeset(team.standing.lost), "mark": typeset(team.standing.mark), "how": [typeset(sentence) for sentence in team.standing.how],
            "waits": typeset(waits)}


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


def _stray(team: TeamReading) -> str:
    """Where a hand-in lies that is not among its own challenge's."""
    if team.registered:
        return f"Votre rendu est arrivé dans le dossier de ce défi, mais votre équipe est inscrite à « {team.registered} » : il n'est pas corrigé ici. Dites-le à votre enseignante ou à votre enseignant."
    return f"Votre rendu est arrivé, mais dans le dossier du défi « {team.strayed} » : il n'est pas encore corrigé. Dites-le à votre enseignante ou à votre enseignant." if team.strayed else ""


def _stopped(team: TeamReading, notebook: str) -> str:
    """Why its run stopped, where, and what to do."""
    why = team.stopped[notebook]
    first = next((answer.question for answer in team.answers if answer.question.notebook == notebook and answer.withheld == why), None)
    where = f" à la question {first.number} ou juste avant" if first else ""
    return (f"Il s'est arrêté{where} : {STOPPED.get(why, why)}. {REMEDIES.get(why, 'Cherchez la cellule en cause')}, relancez tout le carnet du haut vers le bas, "
            "puis remettez-le, en le disant à votre enseignante, à votre enseignant ou à votre mentor.")  # fmt: skip


def _once(told: list[dict]) -> list[dict]:
    """Many questions may wait for the same reason: said in full the first time."""
    seen: set[str] = set()
    for one in told:
        if one["why"]:
            why, one["why"] = one["why"], "Même raison." if one["why"] in seen else one["why"]
            seen = {why}
    return told


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
        # The top one: those in between are often told by what they lack.
        top = question.levels[0] if question.levels else None
        return f"Une réponse complète ({points(top.points)}) : {top.text}" if top and top.points > answer.points else ""
    if answer.withheld in STOPPED:  # told once, of the whole notebook
        return ""
    if answer.of and answer.opened >= answer.of:
        return "Vos indices sont tous ouverts : montrez cette phrase à votre mentor."
    if answer.of:
        return f"Ouvrez l'indice {answer.opened + 1} sur {answer.of} ; il ne coûte aucun point."
    return "Relisez la consigne, puis montrez cette phrase à votre mentor."
