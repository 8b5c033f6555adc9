"""A student's first hour, as seen on the screen."""

import json
import re
import time

from at_the_desk import panel, section
from conftest import until
from playwright.sync_api import expect

WELCOME = "notebooks/j0_depart/00_bienvenue.ipynb"
STEPS = "notebooks/j0_depart/01_premiers_pas.ipynb"
TABLES = "notebooks/j0_depart/02_premiers_tableaux.ipynb"
FIND = "exercises/defibrillateurs/1_trouver.ipynb"
SLOW_NETWORK = """const fetched = window.fetch;
window.fetch = async (request, ...options) => {
  const address = request.url ?? String(request);
  const late = /api.contents.*ipynb/.test(address) ? 3000 : /challenge-data/.test(address) ? 2000 : 0;
  await new Promise((go) => setTimeout(go, late));
  return fetched(request, ...options);
};"""
"""The notebook arrives last, after what the desk asks the server."""
SLOW_KERNEL = """const fetched = window.fetch, allowed = new Promise((go) => { window.kernelMayStart = go; });
window.fetch = async (request, ...options) => {
  if (request.method === "POST" && /api.sessions/.test(request.url)) { await allowed; }
  return fetched(request, ...options);
};"""
"""A kernel that starts when the test says so."""


def test_welcome_opens_in_french_without_pop_ups(student):
    student.open(WELCOME)
    menu = student.page.locator(".lm-MenuBar-itemLabel")
    expect(menu.filter(has_text=re.compile("^Fichier$"))).to_be_visible()
    expect(student.page.get_by_role("heading", level=1)).to_be_visible()
    time.sleep(4)  # news and update notices come late
    student.picture("bienvenue")
    assert student.page.locator(".Toastify__toast, .jp-Dialog").count() == 0
    assert "Nbgrader" not in menu.all_inner_texts() and "Formgrader" not in student.page.inner_text("body")


def test_on_a_slow_network_welcome_opens_alone(student):
    student.page.add_init_script(SLOW_NETWORK)
    student.open(WELCOME)
    expect(panel(student.page)).to_contain_text("Votre équipe n'est pas encore inscrite")
    expect(student.page.locator("#jp-main-dock-panel .lm-TabBar-tabLabel")).to_have_text(["00_bienvenue.ipynb"])


def test_the_panel_is_open_after_a_reload_as_before(student):
    student.open(WELCOME)
    desk = panel(student.page)
    workspace = re.search("workspaces/([^/]+)/", student.page.url)[1]

    def is_noted() -> bool:
        layout = student.page.request.get(f"{student.address}/lab/api/workspaces/{workspace}").json()["data"].get("layout-restorer:data", {})
        return not layout.get("right", {}).get("collapsed", True)

    until(student.page, is_noted)  # JupyterLab notes its layout a little later
    student.page.reload()
    expect(desk).to_contain_text("Votre équipe n'est pas encore inscrite", timeout=60_000)
    expect(desk).to_be_visible()


def test_the_panel_comes_when_an_answer_and_files_are_lost_on_their_way(student):
    lost = {"**/static/desk.js": {}, "**/static/keeping.js": {}, "**/challenge-data/state?*": {"status": 502, "body": "Bad gateway"}}
    for address, instead in lost.items():
        student.page.route(address, lambda route, _, instead=instead: route.fulfill(**instead) if instead else route.abort(), times=1)
    student.open(WELCOME)
    desk = panel(student.page)
    expect(desk.get_by_role("heading", level=3)).to_have_text(["Garder", "Reprendre", "Réunir", "Vérifier", "Rendre"])
    # On a slow machine, JupyterLab had the time to save what an earlier test of this file ran.
    expect(section(student.page, "Garder").get_by_role("status")).to_contain_text(re.compile("Rien à garder pour l'instant|Gardé dans ce navigateur"))


def test_cells_run_while_their_kernel_starts_run_once_it_is_there(student):
    page = student.page
    page.add_init_script(SLOW_KERNEL)
    page.goto(f"{student.address}/lab/workspaces/pressee/tree/{STEPS}")
    expect(page.locator("#jp-main-statusbar").get_by_text("Initialisation en cours")).to_be_visible(timeout=60_000)
    cells = [student.cell(code) for code in ("from challenge_data import check", "90_000 / 3")]
    for cell in cells:
        cell.locator(".cm-content").click()
        for _ in range(3):  # nothing happens yet: one presses again
            page.keyboard.press("Control+Enter")
        expect(cell.locator(".jp-InputPrompt")).to_have_text("[*]:")
    page.evaluate("kernelMayStart()")
    expect(cells[1].locator(".jp-OutputArea-output")).to_have_text("30000.0", timeout=60_000)
    expect(page.locator(".jp-InputPrompt", has_text=re.compile(r"\[\d"))).to_have_text(["[1]:", "[2]:"])


def test_first_cell_runs(student):
    student.open(WELCOME)
    first = student.page.locator(".jp-CodeCell").first
    output = student.run(first)
    assert "Error" not in (output.inner_text() if output.count() else "")


def test_wrong_then_right_answer_is_told(student):
    student.open(TABLES)
    student.run(student.cell("import pandas as pd"))
    student.run(student.cell('communes = load("communes")'))
    exercise = student.cell("mediane = ")
    expect(student.run(exercise)).to_contain_text("À vous : remplacez les points de suspension")
    student.write(exercise, 'mediane = communes["population"].mean()\ncheck("02.mediane")')
    wrong = student.run(exercise).inner_text()
    assert "juste" not in wrong and "Traceback" not in wrong and len(wrong) > 30
    student.write(exercise, 'mediane = communes["population"].median()\ncheck("02.mediane")')
    expect(student.run(exercise)).to_contain_text("juste")


def test_no_line_of_code_is_cut_beside_the_panel(student):
    student.open(TABLES)
    panel(student.page)
    cut = student.page.evaluate("""() => [...document.querySelectorAll(".jp-CodeCell .cm-scroller")].filter((box) => box.scrollWidth > box.clientWidth + 1)
                                         .map((box) => box.textContent)""")
    assert student.page.locator(".jp-CodeCell .cm-scroller").count() > 10 and cut == []


def test_a_misspelt_column_is_explained_in_french(student):
    student.open(TABLES)
    student.run(student.cell("import pandas as pd"))
    cell = student.cell('communes = load("communes")')
    student.write(cell, 'communes = load("communes")\ncommunes["popultion"]')
    output = student.run(cell)
    expect(output).to_contain_text("n'a pas de colonne « popultion »")
    expect(output).to_contain_text("Vouliez-vous dire « population »")
    student.picture("erreur_en_francais")


def test_hints_unfold_one_after_another_and_are_counted(student, work):
    student.open(TABLES)
    student.run(student.cell("import pandas as pd"))
    hints = student.cell('hint("02.mediane")')
    output = student.run(hints)
    button = output.get_by_role("button")
    expect(button).to_have_text(re.compile("Indice 1 sur"))
    assert "02.mediane" not in _opened(work)
    button.focus()
    student.page.keyboard.press("Enter")  # by keyboard, as some have to
    expect(output).to_contain_text("Indice 1 sur")
    expect(button).to_have_text(re.compile("Indice 2 sur|Tous les indices"))
    student.picture("indice")
    assert _opened(work)["02.mediane"]["ouverts"] == 1
    # The picture of the README.
    for code in ('communes = load("communes")', 'communes["population"].mean()'):
        student.run(student.cell(code))
    exercise = student.cell("mediane = ")
    student.write(exercise, 'mediane = communes["population"].mean()\ncheck("02.mediane")')
    expect(student.run(exercise)).to_contain_text("c'est la moyenne (mean)")
    output.scroll_into_view_if_needed()
    student.picture("lecon")


def _opened(work) -> dict:
    path = work / "indices.json"
    return json.loads(path.read_text()) if path.exists() else {}


def test_quiz_of_a_lesson_answers_each_choice_with_its_explanation(student):
    student.open(TABLES)
    student.run(student.cell("import pandas as pd"))
    output = student.run(student.cell('quiz("02.1")'))
    asked = student.page.locator(".jp-RenderedHTMLCommon .alert", has_text="Quiz").first
    expect(asked).to_contain_text("exécutez la cellule qui suit")
    for rank in range(output.get_by_role("button").count()):
        button = output.get_by_role("button").nth(rank)
        assert button.inner_text().split(". ", 1)[1] in asked.inner_text(), "buttons say the choices in full"
        button.click()
        expect(button).to_contain_text("votre réponse")
        assert re.match(r"(Oui|Non)\..{20}", output.locator(".cd-said").inner_text())
    student.picture("quiz")


def test_figure_has_its_text_alternative(student):
    student.open(TABLES)
    student.page.locator(".lm-MenuBar-itemLabel").filter(has_text=re.compile("Exécut")).click()
    student.page.locator("[data-command='runmenu:run-all']").click()
    figure = student.page.locator(".jp-OutputArea figure img").first
    expect(figure).to_be_attached(timeout=60_000)
    figure.scroll_into_view_if_needed()
    assert len(figure.get_attribute("alt")) > 60
    student.picture("figure")


def test_released_question_says_what_it_waits_for_and_validates(student):
    student.open(FIND)
    student.run(student.cell("from challenge_data import"))
    student.run(student.cell("chemin_pompiers = raw_file"))
    expect(student.run(student.cell("pompiers = pd.read_csv"))).to_contain_text("À vous")
    expect(student.run(student.cell("check.that(hasattr(pompiers"))).to_contain_text("attend votre réponse")
    student.picture("defi_a_faire")
    student.page.get_by_role("button", name=re.compile("Validate|Valider")).click()
    dialog = student.page.locator(".jp-Dialog")
    expect(dialog).to_contain_text("attend votre réponse", timeout=120_000)
    student.picture("validation")
