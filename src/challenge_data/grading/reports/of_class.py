"""What the overview says, as plain data: who needs somebody, question by question, which mistakes, what waits for a person."""

from collections import Counter, defaultdict

from challenge_data.french import number, plural
from challenge_data.grading.questions import TEST, Chapter
from challenge_data.grading.reports.reading import (
    ABSENT,
    EMPTY,
    NOT_YET,
    PARTLY,
    REACHED,
    STATES,
    WAITING,
    TeamReading,
)
from challenge_data.grading.reports.wording import STOPPED, day, points, teams, typeset

ORDER = (REACHED, PARTLY, WAITING, NOT_YET, EMPTY, ABSENT)
LEAST_ANSWERS = 4
"""Tests answered, below which a share of them says nothing."""
HALF = 0.5
MOST_MISTAKES = 14
"""Sentences shown: a page; each of them is in its teams' pages anyway."""

_SHADES = {WAITING: "wait", EMPTY: "blank", ABSENT: "absent"}
_STEPS = (1e-9, 0.3, 0.6, 1.0)
"""Shares of the maximum from which a cell is darker: four shades are told apart on paper, in grey too."""

_COUNTED = {REACHED: ("réussite", "réussites"), PARTLY: ("en partie", "en partie"), WAITING: ("à lire par une personne", "à lire par une personne"),
            NOT_YET: ("pas encore", "pas encore"), EMPTY: ("sans réponse", "sans réponse"), ABSENT: ("carnet non rendu", "carnets non rendus")}  # fmt: skip

RULE = ("Une équipe est signalée si elle n'a rien rendu ou pas dans le bon dossier, si son rendu n'est pas corrigé, si un de ses carnets s'est arrêté, si elle a réussi moins de la moitié "
        f"des points des questions vérifiées auxquelles elle a répondu (à partir de {LEAST_ANSWERS} réponses), si un carnet est resté sans réponse, si du code inhabituel est à regarder, ou si un autre rendu est arrivé après celui qui est compté.")  # fmt: skip


def facts(title: str, chapters: tuple[Chapter, ...], readings: list[TeamReading]) -> dict:
    """Strings ready to read. ``shade`` of a cell: s0 (no point) to s4 (all), wait, blank, absent; ``first``: of its notebook."""
    everybody, readings = readings, [team for team in readings if not team.registered]
    handed = [team for team in readings if team.received]
    graded = [team for team in readings if team.graded]
    latest = max((team.standing.last or team.standing.when or team.received for team in handed), default=None)
    ranked = sorted(graded, key=lambda team: (-team.scores.points, team.title.casefold(), team.name))
    waiting = sum(team.waiting for team in graded)
    return {
        "challenge": typeset(title), "teams": len(readings), "handed": len(handed), "graded": len(graded), "latest": day(latest),
        "intro": typeset(f"{teams(len(handed))} sur {len(readings)} {'a' if len(handed) < 2 else 'ont'} rendu quelque chose" + (f" ; dernière remise le {day(latest)}" if latest else "")
                         + (f" ; {len(handed) - len(graded)} à corriger" if len(handed) > len(graded) else "") + "."),
        "waiting": number(waiting), "rule": typeset(RULE), "look": _look(chapters, everybody),
        "chapters": [{"title": typeset(chapter.title.partition("·")[2].strip() or chapter.title), "short": f"Carnet {rank}", "count": len(chapter.questions), "questions": [_question(question, graded) for question in chapter.questions]}
                     for rank, chapter in enumerate(chapters, 1)],
        "rows": [_row(team) for team in ranked], "rest": [team.title for team in readings if not team.graded],
        "mistakes": _mistakes(graded), "to_read": _to_read(chapters, graded),
    }  # fmt: skip


def _look(chapters: tuple[Chapter, ...], readings: list[TeamReading]) -> list[dict]:
    told = []
    for team in readings:
        if reasons := _reasons(chapters, team):
            told.append((min(rank for rank, _ in reasons), -len(reasons), team.title.casefold(), {"team": team.title, "reasons": [typeset(reason) for _, reason in reasons]}))
    return [one for *_, one in sorted(told, key=lambda each: each[:3])]


def _reasons(chapters: tuple[Chapter, ...], team: TeamReading) -> list[tuple[int, str]]:
    """(how pressing, the smaller the more; why to go and see this team)."""
    if team.registered:
        return [(1, f"A remis dans le mauvais dossier : son défi est « {team.registered} ». Déplacez son rendu, puis lancez la correction de ce défi.")]
    if team.strayed:
        return [(1, f"A remis dans le mauvais dossier, celui de « {team.strayed} » : déplacez son rendu, puis lancez la correction.")]
    if not team.received:
        return [(0, "Rien n'a été reçu d'elle, ou un dossier vide : demandez où elle en est.")]
    if not team.graded:
        return [(1, "Rendu reçu, pas encore corrigé : lancez la correction.")]
    if team.unread:
        return [(1, "Aucun carnet n'a pu être lu dans son rendu : demandez-le de nouveau.")]
    names = {chapter.name: str(rank) for rank, chapter in enumerate(chapters, 1)}
    reasons = [(2, f"Le carnet {names.get(notebook, notebook)} s'est arrêté ({STOPPED.get(why, why)}) : cherchez avec elle la cellule en cause.") for notebook, why in team.stopped.items()]
    tests = [answer for answer in team.of(REACHED, PARTLY, NOT_YET) if answer.question.kind == TEST]
    of = sum(answer.question.maximum for answer in tests)
    if len(tests) >= LEAST_ANSWERS and (given := sum(answer.points for answer in tests)) < HALF * of:
        reasons.append((3, f"{number(given)} sur {points(of)} aux {len(tests)} questions vérifiées auxquelles elle a répondu : reprenez avec elle la première qui résiste."))
    blank, absent = [], []
    for chapter in chapters:
        states = {answer.state for answer in team.answers if answer.question.notebook == chapter.name}
        if states == {ABSENT}:
            absent.append(names[chapter.name])
        elif states == {EMPTY}:
            blank.append(names[chapter.name])
    if blank:
        reasons.append((3 if len(blank) == len(chapters) else 4, f"Sans réponse : {_listed(blank)}."))
    if absent:
        reasons.append((4, f"Pas dans le rendu : {_listed(absent)}."))
    if team.standing.other:
        reasons.append((6, team.standing.other))
    if team.flags:
        reasons.append((5, f"{plural(team.flags, 'ligne')} de code {'inhabituelle' if team.flags < 2 else 'inhabituelles'} : à regarder avant de donner les points."))
    return reasons


def _listed(words: list[str]) -> str:
    return f"carnet {words[0]}" if len(words) == 1 else f"carnets {', '.join(words[:-1])} et {words[-1]}"


def _question(question, graded: list[TeamReading]) -> dict:
    states = Counter(answer.state for team in graded for answer in team.answers if answer.question == question)
    hints = [answer.opened for team in graded for answer in team.answers if answer.question == question and answer.opened]
    said = [plural(states[state], *_COUNTED[state]) for state in ORDER if states[state]]
    return {
        "number": question.number, "title": typeset(question.title), "maximum": number(question.maximum), "by_hand": question.kind != TEST,
        "dots": [{"state": state, "count": states[state]} for state in ORDER if states[state]], "said": typeset(", ".join(said)),
        "hints": f"{len(hints)}" if hints else "", "hints_said": f"{plural(sum(hints), 'indice ouvert', 'indices ouverts')} par {teams(len(hints))}" if hints else "",
    }  # fmt: skip


def _row(team: TeamReading) -> dict:
    cells, notebook = [], None
    for answer in team.answers:
        most = answer.question.maximum
        share = answer.points / most if most else 0.0
        text = {WAITING: "…", EMPTY: "·", ABSENT: "–"}.get(answer.state) or number(answer.points)
        first, notebook = answer.question.notebook != notebook, answer.question.notebook
        cells.append({"text": text, "shade": _SHADES.get(answer.state) or f"s{sum(share >= least for least in _STEPS)}", "first": first,
                      "said": STATES[answer.state] if answer.state in (WAITING, EMPTY, ABSENT) else f"sur {number(most)}, {STATES[answer.state]}"})  # fmt: skip
    return {"team": team.title, "cells": cells, "total": number(team.scores.points), "waiting": number(team.waiting) if team.waiting else "", "of": number(team.maximum)}


def _mistakes(graded: list[TeamReading]) -> list[dict]:
    """Sentences of the tests, the most frequent first; those of one team alone only when there is room."""
    said: dict[tuple, list[str]] = defaultdict(list)
    for team in graded:
        for answer in team.of(NOT_YET, PARTLY):
            if answer.why and answer.question.kind == TEST:
                said[answer.question, answer.why].append(team.title)
    ranked = sorted(said.items(), key=lambda one: (-len(one[1]), [int("".join(filter(str.isdigit, part)) or 0) for part in one[0][0].number.split(".")], one[0][1]))
    return [{"number": question.number, "title": typeset(question.title), "why": typeset(why), "count": len(names), "said": teams(len(names)), "teams": names} for (question, why), names in ranked[:MOST_MISTAKES]]


def _to_read(chapters: tuple[Chapter, ...], graded: list[TeamReading]) -> list[dict]:
    told = []
    for chapter in chapters:
        for question in chapter.questions:
            if count := sum(answer.state == WAITING for team in graded for answer in team.answers if answer.question == question):
                told.append({"number": question.number, "title": typeset(question.title), "count": count, "said": f"{plural(count, 'réponse')}, jusqu'à {points(count * question.maximum)}".replace("'", "’")})
    return told
