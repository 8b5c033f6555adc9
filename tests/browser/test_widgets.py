"""Widgets as on the screen: by keyboard alone, with the names that a screen reader says, and answers that come back."""

import json
import re
import time
from pathlib import Path

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

SCRATCH = "notebooks/essai_des_outils.ipynb"


@pytest.fixture
def scratch(student, course):
    """Open a notebook of one code cell, run it, and give its output."""
    def run(code: str):
        cells = [nbformat.v4.new_markdown_cell("# Essai"), nbformat.v4.new_code_cell(code)]
        kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
        nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), course / SCRATCH)
        student.open(SCRATCH)
        return student.run(student.cell(code.splitlines()[-1]))
    return run


def kept(work: Path, name: str) -> dict:
    """The file that a widget keeps, once the kernel has written it."""
    for _ in range(50):
        if (work / name).exists():
            break
        time.sleep(0.1)
    return json.loads((work / name).read_text(encoding="utf-8"))


def test_quiz_is_answered_by_keyboard_and_remembers(student, scratch, work):
    code = 'from challenge_data import quiz\nquiz("01.1")'
    output = scratch(code)
    buttons = output.get_by_role("button")
    expect(buttons).to_have_text([re.compile("^A. Elle demande"), re.compile("^B. Elle affiche"), re.compile("^C. Elle range 42")])
    buttons.first.focus()
    student.page.keyboard.press("Enter")
    said = output.get_by_role("status").filter(has_text=re.compile("."))
    expect(said).to_contain_text("Non. Le signe = range")
    expect(output.get_by_role("button", name=re.compile("^A.*votre réponse : non"))).to_be_focused()
    student.picture("quiz_non")
    student.page.keyboard.press("Tab")
    student.page.keyboard.press("Tab")
    outline = buttons.nth(2).evaluate("one => getComputedStyle(one).outlineStyle + getComputedStyle(one).outlineWidth")
    assert outline == "solid3px", "the focus is seen"
    student.page.keyboard.press("Space")
    expect(said).to_contain_text("Oui.")
    expect(said).to_have_count(1)
    student.picture("quiz_oui")
    time.sleep(0.5)
    entry = kept(work, "quiz.json")["01.1"]
    assert (entry["premiere"], entry["derniere"]) == ("A", "C")
    again = student.run(student.cell('quiz("01.1")'))
    expect(again.locator(".cd-said")).to_contain_text("Oui.")


def test_questionnaire_is_filled_by_keyboard_and_remembers(student, scratch, work):
    code = "from challenge_data import maturity\ndiagnostic = maturity()\ndiagnostic"
    output = scratch(code)
    lists = output.get_by_role("combobox")
    expect(lists).to_have_count(6, timeout=20_000)  # the axis, and its five questions
    scrolling = output.locator(".cd-item").evaluate_all("boxes => boxes.filter((box) => getComputedStyle(box).overflow !== 'visible').length")
    assert scrolling == 0, "Firefox's keyboard stops at every box that scrolls, be it by a pixel"
    keys = student.page.keyboard
    output.get_by_role("combobox", name="Axe").focus()
    for press in ("Tab", "ArrowDown", "ArrowDown", "ArrowDown", "Tab", "End"):
        keys.press(press)
        student.page.wait_for_timeout(150)  # a hand is not faster: the kernel answers each change
    expect(output.get_by_role("status")).to_contain_text("2 sur 25 · dont 1 « je ne sais pas »")
    output.get_by_role("button", name=re.compile("Axe suivant")).focus()
    keys.press("Enter")
    expect(output.get_by_role("combobox", name=re.compile(r"^2\.1 "))).to_be_visible()
    expect(output.get_by_role("combobox", name="Axe")).to_be_focused()
    student.picture("maturite")
    answers = kept(work, "maturite.json")["reponses"]
    assert sorted(answers, key=str) and list(answers.values()) == [2, None]
    again = student.run(student.cell("diagnostic = maturity()"))
    expect(again.locator(".cd-said")).to_contain_text("2 sur 25")
    expect(again.get_by_role("combobox", name=re.compile(r"^1\.1 "))).to_have_value(re.compile("En partie"))


def test_explorer_filters_35_000_rows_by_keyboard_and_remembers(student, scratch, work):
    code = 'from challenge_data import explore, load\ncommunes = load("communes")\nexplore(communes)'
    output = scratch(code)
    keys = student.page.keyboard
    choose = output.get_by_role("combobox", name="Filtrer sur")
    expect(choose).to_be_visible(timeout=20_000)
    cells = student.page.locator(".jp-Cell").count()
    choose.focus()
    keys.type("nom_dd")  # JupyterLab would take these letters for itself, and delete the cell
    keys.type("xa")
    assert student.page.locator(".jp-Cell").count() == cells
    choose.focus()
    student.page.wait_for_timeout(1200)  # a list forgets the letters typed before
    keys.type("population")
    output.get_by_role("textbox", name="« population » au moins").focus()
    keys.type("100 000")
    keys.press("Enter")
    said = output.get_by_role("status").filter(has_text="lignes")
    expect(said).to_contain_text(re.compile(r"42 lignes sur 34.969, où « population » est d'au moins 100.000"))
    expect(output.locator("pre")).to_contain_text('choix = communes[communes["population"] >= 100000]')
    expect(output.get_by_role("table").get_by_role("row")).to_have_count(21)
    output.get_by_role("combobox", name="Compter par").select_option("nom_region")
    expect(output.get_by_role("columnheader", name="lignes")).to_be_visible()
    student.picture("explorateur")
    again = student.run(student.cell("explore(communes)"))
    expect(again.get_by_role("textbox", name="« population » au moins")).to_have_value("100000")


def test_organigramme_is_a_picture_with_its_words(student, scratch):
    rows = [("Sports et associations", "Assistante", "Registre des salles", "à jour"), ("Services techniques", "Chef des travaux", "Clés", "périmée")]
    code = f'import pandas as pd\nfrom challenge_data import organigramme\nrows = {rows}\norganigramme(pd.DataFrame(rows, columns=["service", "personne", "donnees", "etat"]))'
    image = scratch(code).get_by_role("img", name=re.compile("Chef des travaux tient « Clés » \\(périmée\\)"))
    expect(image).to_be_visible(timeout=20_000)
    student.picture("organigramme")


WIDGETS = {
    "quiz": 'from challenge_data import quiz\nquiz("01.1")',
    "maturity": "from challenge_data import maturity\nmaturity()",
    "explore": 'from challenge_data import explore, load\nile = load("ile_communes")\nexplore(ile)',
    "licence": "from challenge_data import ask_licence\nask_licence()",
}


@pytest.mark.parametrize("name", WIDGETS)
def test_axe_finds_nothing_to_say(student, scratch, name):
    """Labels, roles and contrasts, by axe-core's rules for WCAG 2.1 A and AA."""
    output = scratch(WIDGETS[name])
    box = output.locator(".cd-widget").first
    expect(box).to_be_visible(timeout=20_000)
    if name == "quiz":
        box.get_by_role("button").first.click()
        expect(box.locator(".cd-said")).to_be_visible()
    if name == "explore":
        box.get_by_role("checkbox").check()
        expect(box.get_by_role("img")).to_be_visible(timeout=20_000)
        box.get_by_role("combobox", name="Filtrer sur").select_option("nom")
    if name == "licence":
        box.get_by_role("checkbox").nth(1).check()
        expect(box.get_by_role("status")).to_contain_text("ODbL 1.0")
        student.picture("licence")
    # JupyterLab's body has no height and hides what overflows: axe would take every text for hidden.
    student.page.evaluate("document.body.style.height = '100vh'")
    options = {"resultTypes": ["violations"], "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}
    found = Axe().run(student.page, context=".cd-widget", options=options).response["violations"]
    assert found == [], [(one["id"], one["help"], [node["html"][:200] for node in one["nodes"]]) for one in found]


def test_axe_would_tell(student, scratch):
    """The check above can fail: a grey on white, and a list without a name."""
    scratch("import ipywidgets\nbox = ipywidgets.VBox([ipywidgets.HTML('<p style=\"color: #bbb; background: #fff\">pâle</p><select><option>x</option></select>')])\n"
            "box.add_class('cd-widget')\nbox")
    expect(student.page.locator(".cd-widget select")).to_be_visible(timeout=20_000)
    student.page.evaluate("document.body.style.height = '100vh'")
    found = Axe().run(student.page, context=".cd-widget").response["violations"]
    assert {"color-contrast", "select-name"} <= {one["id"] for one in found}
