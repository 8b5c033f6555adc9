"""The week (``curriculum/programme.yml``): read, held to its rules, and rendered for learners and for the wall."""

import html
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from challenge_data.build import pages
from challenge_data.build.course import Curriculum, Lesson, Notebook
from challenge_data.build.problems import Problem

FILE = Path("curriculum/programme.yml")
PAGE = Path("build/programme.html")

COMMON, CHOICE = "tronc commun", "atelier au choix"
KINDS = ("leçon", "défi", "atelier", "terrain", "pause", "présentation", "bilan")
MOST_LESSON_MINUTES = 240
"""A day's lessons, all choices together: a room that hears more has stopped listening."""
GRADED_DAYS = {"1_trouver": {2}, "2_manipuler": {3, 4}, "3_visualiser": {5}}
GRADED_MINUTES = 90
LATE = re.compile(r"En retard\s?\?")
"""How a lesson's notes mark what to cut, whatever the blank."""


@dataclass
class Given:
    """One lesson in a slot; a slot of choice holds several."""

    code: str
    title: str
    minutes: int
    line: int


@dataclass
class Slot:
    kind: str
    title: str
    minutes: int
    track: str
    notebook: str
    line: int
    lessons: list[Given] = field(default_factory=list)


@dataclass
class Half:
    name: str
    start: int
    """Minutes after midnight."""
    end: int
    line: int
    slots: list[Slot] = field(default_factory=list)

    @property
    def minutes(self) -> int:
        return self.end - self.start


@dataclass
class Day:
    number: int
    title: str
    when: str
    line: int
    halves: list[Half] = field(default_factory=list)

    @property
    def slots(self) -> list[Slot]:
        return [slot for half in self.halves for slot in half.slots]

    @property
    def lessons(self) -> list[Given]:
        return [lesson for slot in self.slots for lesson in slot.lessons]


class _Lines(yaml.SafeLoader):
    """Mappings that remember their line."""

    def construct_mapping(self, node, deep=False):
        return super().construct_mapping(node, deep=True) | {"__line__": node.start_mark.line + 1}


def read(root: Path) -> list[Day]:
    """The days of the programme, in order; empty when the course has none.

    Raises:
        KeyError, TypeError, ValueError, yaml.YAMLError: the file is not a programme; :func:`problems` tells it.
    """
    path = root / FILE
    if not path.exists():
        return []
    # A SafeLoader's child: nothing in the file can run.
    text = yaml.load(path.read_text(encoding="utf-8"), Loader=_Lines)  # noqa: S506
    return [_day(day) for day in text["jours"]]


def _day(day: dict) -> Day:
    read = Day(int(day["jour"]), day["titre"], day.get("quand", ""), day["__line__"])
    for half in day["demi_journees"]:
        read.halves.append(Half(half["nom"], _clock(half["debut"]), _clock(half["fin"]), half["__line__"],
                                [_slot(slot) for slot in half["creneaux"]]))
    return read


def _slot(slot: dict) -> Slot:
    made = Slot(slot["type"], slot.get("titre", ""), int(slot["minutes"]), slot.get("voie", ""), slot.get("carnet", ""), slot["__line__"])
    given = slot.get("choix") or ([slot] if made.kind == "leçon" else [])
    made.lessons = [Given(str(one["code"]), one["titre"], int(one["minutes"]), one["__line__"]) for one in given]
    return made


def _clock(text: str) -> int:
    hours, minutes = str(text).split(":")
    return 60 * int(hours) + int(minutes)


def notebook_minutes(days: list[Day]) -> tuple[int, int]:
    """(minutes in front of a notebook, minutes in all) of the five days, for a team that takes one lesson of each choice.

    The longest of each choice counts. Day 0 prepares the week and stands outside.
    """
    week = [day for day in days if day.number > 0]
    return (sum(slot.minutes for day in week for slot in day.slots if slot.kind in ("leçon", "défi")),
            sum(half.minutes for day in week for half in day.halves))


def problems(curriculum: Curriculum) -> list[Problem]:
    """What does not hold in the programme; empty when there is none."""
    try:
        days = read(curriculum.root)
    except (KeyError, TypeError, ValueError, yaml.YAMLError) as error:
        return [Problem(FILE, 1, f"unreadable: {type(error).__name__} {error}", "jours: jour, titre, demi_journees: nom, debut, fin, creneaux: type, minutes")]
    if not days:
        return []
    found = [Problem(FILE, line, message, remedy)
             for rule in (_halves, _days, _lessons, _order, _graded) for line, message, remedy in rule(days, curriculum)]
    return found + [problem for lesson in curriculum.lessons for problem in _late(lesson)]


_Told = Iterator[tuple[int, str, str]]


def _halves(days: list[Day], curriculum: Curriculum) -> _Told:
    for day in days:
        for half in day.halves:
            total = sum(slot.minutes for slot in half.slots)
            if total > half.minutes:
                yield half.line, f"day {day.number}, {half.name}: {total} minutes in {half.minutes}", f"take {total - half.minutes} minutes out"
            for slot in half.slots:
                if slot.kind not in KINDS:
                    yield slot.line, f"unknown slot « {slot.kind} »", f"use one of {', '.join(KINDS)}"
                if slot.kind == "leçon" and (slot.track == CHOICE) != (len(slot.lessons) > 1):
                    yield slot.line, f"a slot « {slot.track} » of {len(slot.lessons)} lesson(s)", f"« {CHOICE} » offers two or more, « {COMMON} » is one"
                if slot.lessons and slot.minutes != max(lesson.minutes for lesson in slot.lessons):
                    yield slot.line, f"a slot of {slot.minutes} minutes for lessons of {[lesson.minutes for lesson in slot.lessons]}", "give it the longest's"


def _days(days: list[Day], curriculum: Curriculum) -> _Told:
    for day in days:
        total = sum(lesson.minutes for lesson in day.lessons)
        if total > MOST_LESSON_MINUTES:
            yield day.line, f"day {day.number} states {total} minutes of lessons", f"{MOST_LESSON_MINUTES} at most, all choices together"
        kinds = [slot.kind for slot in day.slots]
        for half in day.halves:
            if not any(slot.kind == "pause" for slot in half.slots):
                yield half.line, f"day {day.number}, {half.name}: no break", "add a pause"
        if day.number and ("bilan" not in kinds or day.slots[-1].kind != "bilan"):
            yield day.line, f"day {day.number} does not end with the logbook and the team's review", "end it with a slot bilan"
        if day.number and not {"terrain", "présentation"} & set(kinds):
            yield day.line, f"day {day.number} meets nobody", "add a slot terrain: an interview, a telephone call"
    notebooks, total = notebook_minutes(days)
    if 2 * notebooks >= total:
        yield days[0].line, f"notebooks take {notebooks} of the week's {total} minutes", "less than half: make a slot of choice, or take a lesson out"


def _lessons(days: list[Day], curriculum: Curriculum) -> _Told:
    seen: dict[str, int] = {}
    for day in days:
        for slot in day.slots:
            for given in slot.lessons:
                if given.code in seen:
                    yield given.line, f"lesson {given.code} stands twice (first at line {seen[given.code]})", "once in the week"
                seen.setdefault(given.code, given.line)
                if given.code[0] != str(day.number):
                    yield given.line, f"lesson {given.code} on day {day.number}", "a code's first digit is its day"
                lesson = curriculum.lesson(given.code)
                if lesson and lesson.header.get("minutes") != given.minutes:
                    yield given.line, f"lesson {given.code} takes {lesson.header.get('minutes')} minutes, {given.minutes} here", "say the same in both"
                if lesson and lesson.header.get("track") != slot.track:
                    yield given.line, f"lesson {given.code} is « {lesson.header.get('track')} », « {slot.track} » here", "say the same in both"
    for lesson in curriculum.lessons:
        if lesson.code not in seen and lesson.code[:1].isdigit():
            yield days[0].line, f"lesson {lesson.code} has no place in the week", "give it a slot leçon"


def _order(days: list[Day], curriculum: Curriculum) -> _Told:
    passed: dict[str, str] = {}
    for day in days:
        for slot in day.slots:
            for given in slot.lessons:
                lesson = curriculum.lesson(given.code)
                for code in map(str, lesson.header.get("needs", [])) if lesson else ():
                    if code not in passed:
                        yield given.line, f"lesson {given.code} comes before lesson {code}, which it needs", "change their order"
                    elif slot.track == COMMON and passed[code] == CHOICE:
                        yield given.line, f"lesson {given.code} is for all, and needs lesson {code}, which a team may not have taken", "need only « tronc commun »"
            passed |= {given.code: slot.track for given in slot.lessons}


def _graded(days: list[Day], curriculum: Curriculum) -> _Told:
    places: dict[str, int] = {}
    for day in days:
        graded = [slot for slot in day.slots if slot.kind == "défi"]
        for slot in graded[1:]:
            yield slot.line, f"day {day.number} holds two graded notebooks", "one a day"
        for slot in graded:
            if slot.notebook not in GRADED_DAYS:
                yield slot.line, f"unknown graded notebook « {slot.notebook} »", f"use one of {', '.join(GRADED_DAYS)}"
            elif slot.notebook in places:
                yield slot.line, f"{slot.notebook} stands twice (first at line {places[slot.notebook]})", "once in the week"
            elif day.number not in GRADED_DAYS[slot.notebook]:
                yield slot.line, f"{slot.notebook} on day {day.number}", f"day {' or '.join(map(str, sorted(GRADED_DAYS[slot.notebook])))}"
            if slot.minutes != GRADED_MINUTES:
                yield slot.line, f"a graded notebook of {slot.minutes} minutes", f"{GRADED_MINUTES}"
            places.setdefault(slot.notebook, slot.line)
            for challenge in curriculum.challenges:
                for notebook in challenge.notebooks:
                    if notebook.document.path.stem == slot.notebook and notebook.minutes != slot.minutes:
                        yield slot.line, f"{challenge.name} gives {slot.notebook} {notebook.minutes} minutes, {slot.minutes} here", "say the same in both"
    for name in sorted(set(GRADED_DAYS) - set(places)):
        yield days[0].line, f"{name} has no place in the week", "give it a slot défi"


def _late(lesson: Lesson) -> Iterator[Problem]:
    notes = [cell for cell in lesson.document.cells if cell.metadata.get("animation")]
    if not any(LATE.search(cell.source) for cell in notes):
        yield lesson.document.problem(notes[0].line if notes else 1, "no note says what to cut when late", "end an animation cell with « En retard ? … »")


def week_table(curriculum: Curriculum, part: Lesson | Notebook) -> str:
    """The week as a Markdown table for learners: when, what they do, links to the notebooks that exist."""
    rows = ["| quand | ce que vous faites | carnets |", "|:--|:--|:--|"]
    for day in read(curriculum.root):
        places = [text for slot in day.slots if (text := _places(slot, curriculum, part))]
        rows.append(f"| {f'jour {day.number}' if day.number else 'avant'} | {day.title} | {' · '.join(places) or 'aucun'} |")
    return "\n".join(rows)


def challenge_table(curriculum: Curriculum) -> str:
    """The challenges as a Markdown table for learners: the name to write, the question, who asks it."""
    rows = ["| défi | sa question | qui la pose (services inventés) |", "|:--|:--|:--|"]
    for challenge in curriculum.offered:
        service = re.sub(r" *\(inventée?s?\)", "", challenge.settings.get("commissioner", {}).get("service", ""))
        rows.append(f"| `{challenge.name}` | {challenge.settings.get('title', '')} | {service} |")
    return "\n".join(rows)


def _places(slot: Slot, curriculum: Curriculum, part: Lesson | Notebook) -> str:
    if slot.kind == "défi":
        rank = slot.notebook.split("_")[0]
        there = [notebook for challenge in curriculum.offered for notebook in challenge.notebooks if notebook.document.path.stem == slot.notebook]
        links = [f"[{'défi' if len(there) == 1 else notebook.challenge.name} {rank} · {slot.title}]({_link(Path('exercises', *notebook.built.parts[1:]), part)})"
                 for notebook in there]
        return ", ".join(links)
    shown = []
    for given in slot.lessons:
        lesson = curriculum.lesson(given.code)
        if lesson is part:
            shown.append(f"{given.code}, cette page")
        elif lesson:
            shown.append(f"[{given.code} · {given.title}]({_link(lesson.built, part)})")
    return ("au choix : " if len(slot.lessons) > 1 and shown else "") + " ou ".join(shown)


def _link(target: Path, part: Lesson | Notebook) -> str:
    return Path(os.path.relpath(target, part.built.parent)).as_posix()


_STYLE = """body {font: 15px/1.35 system-ui, sans-serif; color: #1a1a1a; background: #ffffff; max-width: 60em; margin: 1.5em auto; padding: 0 1em}
section {break-inside: avoid; margin-top: 1.2em}
h2 {font-size: 1.15em; margin: 0 0 .3em}
table {border-collapse: collapse; width: 100%}
th, td {border: 1px solid #6b6b6b; padding: .15em .5em; text-align: left; vertical-align: top}
th {background: #eeeeee; color: #1a1a1a}
td:first-child {width: 7.5em; white-space: nowrap}
td:nth-child(2) {width: 6.5em}
td:last-child {width: 4.5em; text-align: right; white-space: nowrap}
@media print {body {font-size: 8.5pt; margin: 0; max-width: none} section {margin-top: .6em} @page {size: A4; margin: 10mm}}
"""


def page(days: list[Day]) -> str:
    """The programme as one printable page of HTML, in French: a table a day."""
    notebooks, total = notebook_minutes(days)
    body = "\n".join(_day_table(day) for day in days)
    return pages.page("Programme de la semaine", _STYLE, f"""<h1>Programme de la semaine</h1>
<p>Les carnets prennent {notebooks} minutes sur {total}, soit {round(100 * notebooks / total)} % des cinq jours. « Ou » : la salle se partage,
chaque équipe suit une leçon, ou envoie ses membres dans plusieurs et se raconte la suite.</p>
{body}
""")


def _day_table(day: Day) -> str:
    rows = []
    for half in day.halves:
        at = half.start
        for slot in half.slots:
            rows.append(f"<tr><td>{_time(at)} – {_time(at + slot.minutes)}</td><td>{html.escape(slot.kind)}</td>"
                        f"<td>{html.escape(_said(slot))}</td><td>{slot.minutes} min</td></tr>")
            at += slot.minutes
        if half is not day.halves[-1]:
            rows.append(f'<tr><td>{_time(at)} – {_time(day.halves[-1].start)}</td><td>déjeuner</td><td></td><td></td></tr>')
    title = f"Jour {day.number} : {day.title}" + (f" ({day.when})" if day.when else "")
    return (f"<section><h2>{html.escape(title)}</h2>\n<table><thead><tr><th scope=\"col\">heure</th><th scope=\"col\">format</th>"
            f"<th scope=\"col\">quoi</th><th scope=\"col\">durée</th></tr></thead>\n<tbody>{''.join(rows)}</tbody></table></section>")


def _time(minutes: int) -> str:
    return f"{minutes // 60} h {minutes % 60:02}"


def _said(slot: Slot) -> str:
    if slot.kind == "défi":
        return f"Carnet noté {slot.notebook.split('_')[0]} · {slot.title}"
    if slot.lessons:
        return " ou ".join(f"{given.code} · {given.title}" for given in slot.lessons) + f" ({slot.track})"
    return slot.title
