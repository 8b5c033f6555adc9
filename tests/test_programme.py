"""The week: what the programme promises, and every fault that its rules must tell."""

from pathlib import Path

import pytest
import yaml

from challenge_data.build import programme
from challenge_data.build.course import read_curriculum

ROOT = Path(__file__).resolve().parents[1]
CURRICULUM = read_curriculum(ROOT)
DAYS = programme.read(ROOT)

LESSONS = {
    "00": 20, "01": 60, "02": 75, "11": 60, "12": 75, "21": 75, "22": 90, "23": 60, "31": 75, "32": 75, "33": 90,
    "41": 75, "42": 50, "43": 55, "44": 60, "51": 90, "52": 90, "53": 60,
}
"""Every lesson of the week and its minutes, those not yet written too."""


def test_the_week_holds():
    assert not programme.problems(CURRICULUM)


def test_every_lesson_stands_once_with_its_minutes():
    placed = [(lesson.code, lesson.minutes) for day in DAYS for lesson in day.lessons]
    assert sorted(placed) == sorted(LESSONS.items())


def test_a_team_spends_less_than_half_of_the_week_in_notebooks():
    notebooks, total = programme.notebook_minutes(DAYS)
    longest = sum(max(lesson.minutes for lesson in slot.lessons) for day in DAYS[1:] for slot in day.slots if slot.lessons)
    assert notebooks == longest + 3 * 90 < total / 2
    assert total == sum(half.end - half.start for day in DAYS[1:] for half in day.halves)


def test_day_0_is_a_half_day_and_the_five_others_have_experts_people_and_a_review():
    assert [day.number for day in DAYS] == [0, 1, 2, 3, 4, 5]
    assert [len(day.halves) for day in DAYS] == [1, 2, 2, 2, 2, 2]
    kinds = [slot.kind for day in DAYS for slot in day.slots]
    assert kinds.count("atelier") >= 5 and kinds.count("terrain") >= 4 and kinds.count("bilan") >= 5


def fault(tmp_path: Path, change) -> list[str]:
    """What the rules tell of the real programme with one change made."""
    text = yaml.safe_load((ROOT / programme.FILE).read_text(encoding="utf-8"))
    change(text["jours"])
    (tmp_path / "curriculum").mkdir()
    (tmp_path / programme.FILE).write_text(yaml.safe_dump(text, allow_unicode=True), encoding="utf-8")
    moved = read_curriculum(ROOT)
    moved.root = tmp_path
    return [f"{problem.line}: {problem.message}" for problem in programme.problems(moved)]


def slot(days: list, code: str) -> dict:
    return next(one for day in days for half in day["demi_journees"] for given in half["creneaux"]
                for one in [given, *given.get("choix", [])] if one.get("code") == code or one.get("carnet") == code)


def slots(days: list, day: int, half: int) -> list:
    return days[day]["demi_journees"][half]["creneaux"]


FAULTS = {
    "a half-day overflows": (lambda days: slots(days, 1, 0).append({"type": "atelier", "titre": "Encore", "minutes": 16}), "211 minutes in 210"),
    "a lesson's minutes differ": (lambda days: slot(days, "02").update(minutes=70), "lesson 02 takes 75 minutes, 70 here"),
    "a lesson's track differs": (lambda days: slot(days, "02").update(voie="atelier au choix"), "lesson 02 is « tronc commun »"),
    "a challenge's minutes differ": (lambda days: slot(days, "1_trouver").update(minutes=80), "gives 1_trouver 90 minutes, 80 here"),
    "a day teaches too long": (lambda days: slot(days, "31").update(minutes=80), "day 3 states 245 minutes of lessons"),
    "a graded notebook on the wrong day": (lambda days: slots(days, 1, 1).append(slots(days, 2, 1).pop(3)), "1_trouver on day 1"),
    "two graded notebooks a day": (lambda days: slots(days, 4, 1).append(slots(days, 5, 1).pop(0)), "day 4 holds two graded notebooks"),
    "a lesson twice": (lambda days: slots(days, 1, 0).append(dict(slot(days, "11"))), "lesson 11 stands twice"),
    "a lesson left out": (lambda days: slots(days, 1, 0).pop(1), "lesson 11 has no place in the week"),
    "a lesson before what it needs": (lambda days: slots(days, 0, 0).reverse(), "lesson 02 comes before lesson 01"),
    "a lesson on another day": (lambda days: slots(days, 2, 0).append(slots(days, 3, 0).pop(1)), "lesson 31 on day 2"),
    "no choice in the week": (lambda days: [given.update(type="défi", carnet="9") for given in slots(days, 1, 1) if given["type"] != "pause"], "of the week's 2250 minutes"),
    "a choice of one": (lambda days: slots(days, 5, 0)[1]["choix"].pop(), "a slot « atelier au choix » of 1 lesson(s)"),
    "a choice shorter than its lessons": (lambda days: slots(days, 5, 0)[1].update(minutes=60), "a slot of 60 minutes for lessons of [90, 90]"),
    "no break": (lambda days: slots(days, 1, 0).pop(2), "day 1, matin: no break"),
    "no review": (lambda days: slots(days, 3, 1).pop(), "day 3 does not end with the logbook"),
    "a slot of no kind": (lambda days: slots(days, 3, 1)[0].update(type="sieste"), "unknown slot « sieste »"),
    "not a programme": (lambda days: days[2].pop("titre"), "unreadable: KeyError 'titre'"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_fault_is_told(name, tmp_path):
    change, told = FAULTS[name]
    found = fault(tmp_path, change)
    assert any(told in line for line in found), found


def test_a_problem_names_its_line():
    text = (ROOT / programme.FILE).read_text(encoding="utf-8").splitlines()
    line = next(given.line for day in DAYS for given in day.lessons if given.code == "33")
    assert 'code: "33"' in text[line - 1]


def test_a_lesson_that_says_nothing_for_those_who_are_late_is_told():
    lesson = next(lesson for lesson in read_curriculum(ROOT).lessons if lesson.code == "00")
    for cell in lesson.document.cells:
        cell.source = cell.source.replace("En retard", "En avance")
    assert [problem.message for problem in programme._late(lesson)] == ["no note says what to cut when late"]


def test_the_table_of_lesson_00_links_what_exists_and_nothing_else():
    table = programme.week_table(CURRICULUM, CURRICULUM.lesson("00"))
    written = {lesson.code for lesson in CURRICULUM.lessons}
    for code in LESSONS:
        assert (f"{code} · " in table or f"{code}, cette page" in table) == (code in written)
    assert "](../../exercises/defibrillateurs/2_manipuler.ipynb)" in table and "solutions" not in table


def test_the_table_of_challenges_gives_the_name_to_write_and_the_question():
    table = programme.challenge_table(CURRICULUM).splitlines()
    assert [row.split("`")[1] for row in table[2:]] == [challenge.name for challenge in CURRICULUM.challenges if not challenge.to_write]
    assert any("| `defibrillateurs` | À moins de cinq minutes d'un défibrillateur, de jour comme de nuit ? | Communauté de communes de Brumeval," in row for row in table)


def test_the_printed_page_says_every_slot_with_its_hour():
    page = programme.page(DAYS)
    assert page.count("<tr><td>") == sum(len(day.slots) + len(day.halves) - 1 for day in DAYS)
    assert '<html lang="fr">' in page and "9 h 00 – 9 h 30" in page and "32 · Compiler et compléter ou 33 · Géolocaliser" in page
