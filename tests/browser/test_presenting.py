"""An expert's hour: a lesson presented from JupyterLab, alive, with notes and answers for the expert only."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import PROJECT, Student, copy_of_the_course, environment_of, serve
from playwright.sync_api import Page, expect

from challenge_data.build import course, expert, tree

TABLES, READING, MAPS = (f"build/expert/notebooks/{name}.ipynb" for name in ("j0_depart/02_premiers_tableaux", "j2_trouver/22_lire", "j5_valorisation/52_cartographier"))
PROJECTORS = [(1280, 720), (1920, 1080)]
SMALLEST = 20
"""Pixels of the smallest letters on a wall."""


@pytest.fixture(scope="module")
def stage(tmp_path_factory) -> Path:
    """A course with three lessons in their experts' version."""
    folder = copy_of_the_course(tmp_path_factory.mktemp("estrade"))
    curriculum = course.read_curriculum(PROJECT)
    made = {f"build/expert/{expert.place(lesson)}": lesson for lesson in curriculum.lessons}
    for path in (TABLES, READING, MAPS):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(tree.as_bytes(expert.notebook(made[path], curriculum)))
    return folder


@pytest.fixture(scope="module")
def theatre(stage, tmp_path_factory) -> Iterator[str]:
    yield from serve(stage, environment_of(stage, tmp_path_factory.mktemp("jupyter"), tmp_path_factory.mktemp("travail")))


class Expert(Student):
    """Somebody who presents."""

    def present(self, notebook: str) -> None:
        self.open(notebook)
        self.page.get_by_role("button", name="Présenter", exact=True).click()
        expect(self.bar).to_be_visible()

    @property
    def bar(self):
        return self.page.get_by_role("toolbar", name="Présentation")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def go_to(self, part: str) -> None:
        self.press("s")
        self.page.get_by_role("dialog", name="Sommaire").get_by_role("button", name=part).click()
        expect(self.bar).to_contain_text(part)

    def wall(self) -> str:
        """The words that the room can see or scroll to."""
        return self.page.locator(".jp-Notebook").inner_text().replace("\N{NO-BREAK SPACE}", " ")

    def run_to(self, text: str, most: int = 30) -> None:
        """Maj+Entrée until this stands on the wall."""
        for _ in range(most):
            if text in self.wall():
                return
            self.press("Shift+Enter")
            expect(self.page.locator(".jp-InputPrompt", has_text="[*]")).to_have_count(0, timeout=60_000)
        raise AssertionError(f"« {text} » never came: {self.wall()[-800:]}")


@pytest.fixture
def presenter(browser, theatre) -> Iterator[Expert]:
    context = browser.new_context(viewport={"width": 1280, "height": 720}, locale="fr-FR")
    yield Expert(context.new_page(), theatre)
    context.close()


def too_small(page: Page) -> list[str]:
    """Words on the wall in smaller letters than :data:`SMALLEST`."""
    return page.evaluate("""(least) => {
        const found = [], walker = document.createTreeWalker(document.querySelector(".jp-Notebook"), NodeFilter.SHOW_TEXT);
        while (walker.nextNode()) {
            const node = walker.currentNode, home = node.parentElement;
            if (node.textContent.trim() && home.checkVisibility({visibilityProperty: true}) && home.getClientRects().length && !home.closest("style, script")
                && parseFloat(getComputedStyle(home).fontSize) < least) { found.push(node.textContent.trim()); }
        }
        return found;
    }""", SMALLEST)


def seen_beside(page: Page) -> list[str]:
    """What shows beside the slide and its bar, looked for all over the window."""
    return page.evaluate("""() => {
        const found = new Set();
        for (let x = 5; x < innerWidth; x += 40) {
            for (let y = 5; y < innerHeight; y += 20) {
                const node = document.elementFromPoint(x, y);
                if (!node?.closest(".jp-Notebook, .cd-bar")) { found.add(`${node?.id} ${node?.className}`); }
            }
        }
        return [...found];
    }""")


TOP = "() => document.querySelector('.cd-presented .jp-WindowedPanel-outer').scrollTop"


def cut_at_the_top(page: Page) -> list[str]:
    """Words whose line the top edge of the wall cuts."""
    return page.evaluate("""() => {
        const wall = document.querySelector(".cd-presented .jp-WindowedPanel-outer"), top = wall.getBoundingClientRect().top, found = [];
        const walker = document.createTreeWalker(wall, NodeFilter.SHOW_TEXT), range = document.createRange();
        while (walker.nextNode()) {
            range.selectNode(walker.currentNode);
            if ([...range.getClientRects()].some((box) => box.top < top - 2 && box.bottom > top + 2)) { found.push(walker.currentNode.textContent); }
        }
        return found;
    }""")


def overflows(page: Page) -> bool:
    return page.evaluate("""() => [document.documentElement, document.querySelector(".jp-Notebook .jp-WindowedPanel-outer")].some((box) => box.scrollWidth > box.clientWidth + 1)""")


def test_a_part_at_a_time_by_the_keyboard_and_nothing_of_jupyterlab(presenter):
    presenter.present(TABLES)
    page = presenter.page
    expect(presenter.bar).to_contain_text("1 / 9")
    expect(page.get_by_role("heading", name="Premiers tableaux")).to_be_visible()
    assert "Vous repartirez avec" in presenter.wall() and "75 minutes" not in presenter.wall()
    assert seen_beside(page) == []
    presenter.press("ArrowRight")
    expect(presenter.bar).to_contain_text("2 / 9")
    presenter.press("ArrowRight", "PageDown", " ")
    expect(presenter.bar).to_contain_text("3 / 9 · 1 · Lignes et colonnes")
    expect(page.get_by_role("heading", name="1 · Lignes et colonnes")).to_be_visible()
    assert "10 min" not in presenter.wall() and "Premiers tableaux" not in presenter.wall()
    presenter.press("ArrowLeft")
    expect(page.get_by_role("heading", name="Une aide")).to_be_visible()
    # A letter that would delete or change a cell elsewhere does nothing here.
    presenter.press("d", "d", "x", "m", "b")
    expect(page.get_by_role("heading", name="Une aide")).to_be_visible()


def test_notes_minutes_and_answers_are_for_the_expert_only(presenter):
    presenter.present(TABLES)
    page = presenter.page
    presenter.go_to("1 · Lignes et colonnes")
    presenter.press("r")
    presenter.run_to("À vous : la commune du milieu")
    draft = page.locator(".cd-draft:visible")
    expect(draft).to_contain_text('mediane = communes["population"].…()')
    for kept in ("Pour l'intervenant·e", "median()", "Les indices", "Une commune sur deux a 461 habitants"):
        assert kept not in presenter.wall(), f"« {kept} » is on the wall"
    with page.context.expect_page() as opened:
        presenter.press("n")
    notes = opened.value
    expect(notes.get_by_text("Exigez la phrase complète")).to_be_visible()
    expect(notes.get_by_text("sur 10 min")).to_be_visible()
    expect(notes.get_by_text('mediane = communes["population"].median()')).to_be_visible()
    expect(notes.get_by_text("Il faut le mot anglais pour médiane.")).to_be_visible()
    expect(notes.get_by_text("Ensuite : 2 · Filtrer")).to_be_visible()
    notes.set_viewport_size({"width": 820, "height": 900})
    Student(notes, "").picture("presenter_notes")
    # The room dictates a wrong answer, and sees what the notebook says.
    page.bring_to_front()
    draft.locator(".cm-content").click()
    presenter.press("Control+a")
    page.keyboard.insert_text('mediane = communes["population"].mean()\ncheck("02.mediane")')
    presenter.press("Shift+Enter")
    expect(draft).to_contain_text("c'est la moyenne (mean)", timeout=60_000)
    presenter.press("Escape", "a")
    expect(page.locator(".cd-on", has_text="median()").first).to_be_visible()
    expect(page.get_by_role("paragraph").filter(has_text="Une commune sur deux a 461 habitants")).to_be_visible()
    presenter.press("Shift+Enter")
    expect(page.locator(".jp-OutputArea-output", has_text="461, c'est juste")).to_be_visible(timeout=60_000)
    presenter.picture("presenter_reponse")
    # The window of notes is driven by the same keys.
    notes.bring_to_front()
    for _ in range(12):
        notes.keyboard.press("ArrowRight")
    expect(notes.get_by_role("heading", name="2 · Filtrer")).to_be_visible()
    expect(presenter.bar).to_contain_text("2 · Filtrer")


def test_a_key_pressed_once_too_often_runs_nothing_of_the_next_part(presenter):
    presenter.present(TABLES)
    page = presenter.page
    presenter.go_to("1 · Lignes et colonnes")
    presenter.write(page.locator(".cd-on.jp-CodeCell").first, "import time\ntime.sleep(2)")
    number = presenter.cell("time.sleep(2)").locator(".jp-InputPrompt")
    presenter.press("Shift+Enter", "Shift+Enter")  # nothing happens yet: one presses again, then goes on
    presenter.go_to("2 · Filtrer")
    expect(number).to_have_text(re.compile(r"\[\d+\]"), timeout=60_000)
    first = int(number.text_content().strip("[]: "))
    presenter.go_to("1 · Lignes et colonnes")
    presenter.press("Shift+Enter")
    expect(number).to_have_text(f"[{first + 1}]:")


def test_code_is_changed_and_run_then_another_territory(presenter):
    presenter.present(TABLES)
    page = presenter.page
    presenter.go_to("1 · Lignes et colonnes")
    presenter.press("r")
    presenter.run_to("colonnes = [")
    presenter.write(presenter.cell("communes[colonnes].head()"), 'colonnes = ["nom", "population"]\ncommunes[colonnes].head(2)')
    cell = presenter.cell("communes[colonnes].head(2)")  # found anew: it is known by what it holds
    cell.locator(".cm-content").click()
    presenter.press("Shift+Enter")
    expect(cell.locator("tbody tr")).to_have_count(2, timeout=60_000)
    presenter.go_to("5 · La réponse")
    presenter.press("a")
    menu = page.get_by_label("Valeur de departement")
    expect(menu).to_be_visible()
    menu.select_option("Finistère")
    expect(presenter.cell("departement =").locator(".cm-content")).to_have_text('departement = "29"')
    presenter.cell("departement =").locator(".cm-content").click()
    presenter.press("Shift+Enter", "Shift+Enter")
    expect(page.locator(".jp-OutputArea-output", has_text="27 communes sur 277")).to_be_visible(timeout=60_000)
    presenter.picture("presenter_territoire")


def test_running_stops_at_an_exercise_and_going_on_shows_its_answer(presenter):
    presenter.present(MAPS)
    page = presenter.page
    presenter.go_to("2 · Combien d'argent")
    presenter.press("r")
    draft = page.locator(".cd-draft:visible")
    presenter.run_to('france["part"] = 100 * france["…"]')
    runs = page.locator(".jp-Cell.cd-on .jp-InputPrompt:visible").all_inner_texts()
    for _ in range(4):
        presenter.press("Shift+Enter")
    expect(presenter.bar).to_contain_text("réponse et suite : A, ou → deux fois")
    expect(draft).to_be_in_viewport(ratio=1)
    assert page.locator(".jp-Cell.cd-on .jp-InputPrompt:visible").all_inner_texts() == runs, "a cell was run again"
    presenter.press("Enter")
    page.keyboard.insert_text("# la salle ")
    expect(draft).to_contain_text("# la salle")
    presenter.press("Escape", "PageDown")
    expect(presenter.bar).to_contain_text("→ encore pour la réponse")
    expect(page.get_by_text("Une réponse", exact=True)).to_have_count(0)
    presenter.press("PageDown")
    expect(page.locator(".cd-on", has_text='france["part"] = 100 * france["des_petites"]').first).to_be_in_viewport()
    expect(presenter.bar).to_contain_text("3 / 7")


def test_two_keys_go_through_a_lesson_and_no_line_is_cut_at_the_top(presenter):
    presenter.present(MAPS)
    page = presenter.page
    for _ in range(80):
        if "7 / 7" in presenter.bar.inner_text() and not page.locator(".cd-more").inner_text():
            break
        presenter.press("PageDown")
        assert not (cut := cut_at_the_top(page)), (presenter.bar.inner_text(), cut)
    else:
        raise AssertionError(f"stuck: {presenter.bar.inner_text()}")
    assert "fiche = [" in presenter.wall()


def test_one_escape_too_many_does_not_leave(presenter):
    presenter.present(TABLES)
    presenter.press("?")
    expect(presenter.page.get_by_role("dialog", name="Touches")).to_be_visible()
    presenter.press("Escape", "Escape")
    expect(presenter.bar).to_contain_text("Échap encore pour quitter")
    expect(presenter.bar).not_to_contain_text("Échap encore", timeout=8_000)
    presenter.press("Escape")
    expect(presenter.bar).to_contain_text("Échap encore pour quitter")
    presenter.press("Escape")
    expect(presenter.bar).to_have_count(0)


def test_the_arrows_in_a_menu_do_not_move_to_another_cell(presenter):
    presenter.present(TABLES)
    page = presenter.page
    presenter.go_to("5 · La réponse")
    presenter.press("a")
    menu = page.get_by_label("Valeur de departement")
    menu.scroll_into_view_if_needed()
    chosen = menu.input_value()
    top = page.evaluate(TOP)
    menu.focus()
    presenter.press("ArrowRight")
    assert page.evaluate(TOP) >= top > 0
    assert menu.input_value() == chosen
    expect(presenter.bar).to_contain_text("5 · La réponse")


def test_presenting_alone_leaves_the_notebook_as_it_was(presenter, stage):
    before = json.loads((stage / MAPS).read_text())["cells"]
    presenter.present(MAPS)
    page = presenter.page
    for _ in range(25):
        presenter.press("ArrowRight", "a")
    presenter.press("Escape", "Escape")
    expect(presenter.bar).to_have_count(0)
    expect(page.locator("#jp-top-panel")).to_be_visible()
    expect(page.get_by_role("button", name="Présenter", exact=True)).to_be_visible()
    assert page.locator(".cd-draft, .cd-waiting, .cd-on").count() == 0
    presenter.press("Control+s")
    expect(page.locator(".lm-TabBar-tab.jp-mod-dirty")).to_have_count(0)
    page.wait_for_timeout(1000)
    assert json.loads((stage / MAPS).read_text())["cells"] == before


@pytest.mark.parametrize(("lesson", "part", "last"), [
    (TABLES, "6 · Montrer", "finish("), (READING, "2 · Le tableau de Maëlle Kerouan", "read_bytes"), (MAPS, "1 · Trois cartes sans titre", "finish("),
], ids=["02", "22", "52"])
def test_a_wall_reads_from_the_last_row(presenter, lesson, part, last):
    presenter.present(lesson)
    presenter.go_to(part)
    presenter.press("r")
    for _ in range(8):
        presenter.press("Shift+Enter")
        expect(presenter.page.locator(".jp-InputPrompt", has_text="[*]")).to_have_count(0, timeout=60_000)
    assert last in presenter.wall()
    for width, height in PROJECTORS:
        presenter.page.set_viewport_size({"width": width, "height": height})
        presenter.picture(f"presenter_{re.search(r'/([0-9]+)_', lesson)[1]}_{width}")
        assert not overflows(presenter.page)
        assert not (small := too_small(presenter.page)), small


def test_a_learner_has_no_such_button(presenter, stage):
    presenter.open("notebooks/j0_depart/02_premiers_tableaux.ipynb")
    expect(presenter.page.get_by_role("button", name="Présenter", exact=True)).to_have_count(0)
    menu = presenter.page.get_by_label("Valeur de departement")
    menu.scroll_into_view_if_needed()
    menu.select_option("Meuse")
    expect(presenter.cell("departement =").locator(".cm-content")).to_have_text('departement = "55"')
