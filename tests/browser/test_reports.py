"""Pages of teams and the overview, opened from their files without network: keyboard, screen reader, great magnification, paper."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import SCREENSHOTS

from challenge_data.grading import questions
from challenge_data.grading.marks import Mark, Scores
from challenge_data.grading.reports import of_class, of_team, reading, writing
from challenge_data.grading.reports.reading import PARIS, Answer, TeamReading
from challenge_data.grading.reports.standing import Standing

ROOT = Path(__file__).resolve().parents[2]
CHAPTERS = questions.chapters(ROOT, "defibrillateurs")
STATES = (reading.REACHED, reading.REACHED, reading.PARTLY, reading.NOT_YET, reading.WAITING, reading.EMPTY, reading.ABSENT)
NAMES = ("Les Goélands inventés", "Équipe au nom si long qu'il ne tient sur aucune ligne de ce tableau", "X")


def team(rank: int) -> TeamReading:
    """Every state, in an order that changes with the team."""
    answers, marks = [], []
    for place, question in enumerate(question for chapter in CHAPTERS for question in chapter.questions):
        state = STATES[(place * (rank + 2) + rank) % len(STATES)]
        points = {reading.REACHED: question.maximum, reading.PARTLY: question.maximum / 2}.get(state, 0.0)
        why = "Ce nombre n'est pas celui attendu : relisez la légende." if state in (reading.NOT_YET, reading.PARTLY) else ""
        answers.append(Answer(question, state, points, why, question.level(points) if question.levels else None, "Bien vu." if place % 5 == 0 else "", rank % 3, 3))
        marks.append(Mark(question.notebook, question.cell, points, None, None, question.maximum, state == reading.WAITING))
    when = reading._moment("2026-03-05T10:00:00Z").astimezone(PARIS)
    stand = Standing(when, "17 heures après la date limite (6 mars, 18 h 00) ; tout jour commencé compte", "Un autre rendu, du 8 mars 2026 à 15 h 00, est arrivé après la date limite.",
                     "5 points de retard à déduire", "Note de l'équipe : 7,20 sur 20", ("Calcul : (41 − 5) / 100 × 20 = 7,20",))  # fmt: skip
    return TeamReading(f"equipe-{rank:02}", f"{NAMES[rank % 3]} {rank}", ("Ana Inventée", "Léo Inventé"), tuple(answers), Scores(f"equipe-{rank:02}", tuple(marks)), stand, when, graded=True,
                       found={chapter.name: True for chapter in CHAPTERS}, put_right=((CHAPTERS[0].name, "Les cellules avaient changé d'ordre."),),
                       stopped={CHAPTERS[1].name: "time"}, flags=rank % 2)  # fmt: skip


TEAMS = [team(rank) for rank in range(40)]
FACTS = {"equipe": of_team.facts("Un défi inventé", CHAPTERS, TEAMS[0]), "vue": of_class.facts("Un défi inventé", CHAPTERS, TEAMS)}


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    for kind, facts in FACTS.items():
        (folder / f"{kind}.html").write_bytes(writing._html(kind, facts))
    return {kind: folder / f"{kind}.html" for kind in FACTS}


@pytest.fixture
def opened(browser, files):
    contexts, asked, errors = [], [], []

    def open_page(kind: str, **options):
        context = browser.new_context(**({"viewport": {"width": 1280, "height": 900}, "locale": "fr-FR", "offline": True} | options))
        contexts.append(context)
        context.on("request", lambda request: None if request.url.startswith(("file:", "data:", "about:")) else asked.append(request.url))
        page = context.new_page()
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.goto(files[kind].as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not asked and not errors


@pytest.mark.parametrize("kind", FACTS)
@pytest.mark.parametrize("width", [1280, 320])
def test_axe_finds_nothing_at_any_width(opened, kind, width):
    page = opened(kind, viewport={"width": width, "height": 900})
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"report-{kind}-{width}.png", full_page=True)
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]})
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("kind", FACTS)
def test_at_400_percent_nothing_is_cut_or_scrolls_sideways_but_the_table(opened, kind):
    page = opened(kind, viewport={"width": 320, "height": 256})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    over = page.evaluate("""() => [...document.querySelectorAll('main *')].filter(one => !one.closest('.scroll, svg') && !one.classList.contains('sr')
        && one.getBoundingClientRect().right > 321).map(one => one.outerHTML.slice(0, 80))""")
    assert over == []


@pytest.mark.parametrize("kind", FACTS)
def test_the_keyboard_finds_the_way_to_the_content(opened, kind):
    page = opened(kind)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Aller au contenu"
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    assert page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
    levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3')].map(one => +one.tagName[1])")
    assert levels[0] == 1 and levels.count(1) == 1 and all(after - before <= 1 for before, after in zip(levels, levels[1:], strict=False))


def test_the_overview_of_forty_teams_fits_across_a_sheet(opened):
    """A4 landscape less its margins: 277 mm, 1047 CSS pixels."""
    page = opened("vue", viewport={"width": 1047, "height": 700})
    page.emulate_media(media="print")
    table = page.evaluate("(() => { const box = document.querySelector('table').getBoundingClientRect(); return [box.width, document.querySelectorAll('tbody tr').length]; })()")
    assert table[0] <= 1047 and table[1] == 40
    assert page.evaluate("parseFloat(getComputedStyle(document.querySelector('td.s4')).fontSize)") >= 9
