"""A student's first hour, as seen on the screen."""

import json
import re
import time

from playwright.sync_api import expect

WELCOME = "notebooks/j0_depart/00_bienvenue.ipynb"
TABLES = "notebooks/j0_depart/02_premiers_tableaux.ipynb"
FIND = "exercises/defibrillateurs/1_trouver.ipynb"


def test_welcome_opens_in_french_without_pop_ups(student):
    student.open(WELCOME)
    menu = student.page.locator(".lm-MenuBar-itemLabel")
    expect(menu.filter(has_text=re.compile("^Fichier$"))).to_be_visible()
    expect(student.page.get_by_role("heading", level=1)).to_be_visible()
    time.sleep(4)  # news and update notices come late
    student.picture("bienvenue")
    assert student.page.locator(".Toastify__toast, .jp-Dialog").count() == 0
    assert "Nbgrader" not in menu.all_inner_texts() and "Formgrader" not in student.page.inner_text("body")


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
    student.picture("mauvaise_reponse")
    student.write(exercise, 'mediane = communes["population"].median()\ncheck("02.mediane")')
    expect(student.run(exercise)).to_contain_text("juste")


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
