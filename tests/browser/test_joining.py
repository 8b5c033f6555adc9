"""Five people, five machines: two teammates' files joined one after the other, as seen on the screen."""

import json
import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from at_the_desk import SOON, open_file
from axe_playwright_python.sync_playwright import Axe
from conftest import PROJECT, Student, copy_of_the_course, environment_of, serve
from playwright.sync_api import Locator, Route, expect

FIND = "exercises/defibrillateurs/1_trouver.ipynb"
TEAM = {"name": "Les Sternes", "members": ["Aya", "Bastien", "Camille"], "challenge": "defibrillateurs"}
MASTER = {cell["id"]: "".join(cell["source"]) for cell in json.loads((PROJECT / "solutions/defibrillateurs/1_trouver.ipynb").read_text(encoding="utf-8"))["cells"]}
WRONG = 'pompiers = pd.read_csv(chemin_pompiers, sep=";", encoding="cp437", decimal=",", skiprows=[1], na_values=["n/d"])'
HOSTILE = "<img src=x onerror=\"document.title='lu'\"> <script>document.title='lu'</script>"


def right(name: str) -> str:
    """The master's answer, without its marks."""
    return re.sub(r"^### (BEGIN|END) SOLUTION\n?", "", MASTER[f"solution-{name}"], flags=re.MULTILINE).strip()


def work_on(course: Path, answers: dict[str, str], added: str = "") -> None:
    """What one person did in a folder: answers by cell id, and a text before question 2."""
    path = course / FIND
    notebook = json.loads(path.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        if cell["id"] in answers:
            cell["source"] = answers[cell["id"]]
    if added:
        before = [cell["id"] for cell in notebook["cells"]].index("2-le-classeur-des-mairies-2") + 1
        notebook["cells"].insert(before, {"cell_type": "markdown", "id": "note-a-moi", "metadata": {}, "source": added})
    path.write_text(json.dumps(notebook), encoding="utf-8")
    (course / "travail").mkdir(exist_ok=True)
    (course / "travail/equipe.json").write_text(json.dumps(TEAM), encoding="utf-8")


@pytest.fixture
def given(tmp_path, monkeypatch) -> dict[str, Path]:
    """The files that Camille and Bastien got from « Tout télécharger » on their machines."""
    from challenge_data.teamwork import keeping

    parts = {
        "camille": ({"solution-pompiers": right("pompiers"), "solution-lignes": right("lignes"), "essay-liste": f"Camille : {HOSTILE}"}, f"Note de Camille. {HOSTILE}"),
        "bastien": ({"solution-lignes": 'mairies = tout.dropna(subset=["commune"])\nmairies = mairies[mairies["commune"] != "Commune"]', "solution-entete": right("entete"), "essay-message": "Bonjour à la mairie."}, ""),
    }
    found = {}
    monkeypatch.delenv("CHALLENGE_DATA_WORK", raising=False)
    for name, part in parts.items():
        work_on(copy_of_the_course(tmp_path / name), *part)
        monkeypatch.setenv("CHALLENGE_DATA_HOME", str(tmp_path / name))
        found[name] = tmp_path / f"{name}.zip"
        found[name].write_bytes(keeping.work({}).content)
    return found


@pytest.fixture(scope="module")
def machine(tmp_path_factory) -> Iterator[tuple[Path, str]]:
    """The course folder where all is joined, and the address that serves it."""
    course = copy_of_the_course(tmp_path_factory.mktemp("aya"))
    for address in serve(course, environment_of(course, tmp_path_factory.mktemp("jupyter"))):
        yield course, address


@pytest.fixture
def aya(browser, machine) -> Iterator[Student]:
    """Aya, who answered one question, wrongly."""
    course, address = machine
    shutil.copy(PROJECT / FIND, course / FIND)
    shutil.rmtree(course / "travail", ignore_errors=True)
    work_on(course, {"solution-pompiers": WRONG})
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="fr-FR")
    page = context.new_page()
    problems = []
    page.on("pageerror", lambda problem: problems.append(str(problem)))
    page.on("console", lambda line: problems.append(line.text) if line.type == "error" and "challenge-data" in line.text else None)
    student = Student(page, address)
    student.course = course
    yield student
    context.close()
    assert not problems


def sources(course: Path) -> list[str]:
    return ["".join(cell["source"]) for cell in json.loads((course / FIND).read_text(encoding="utf-8"))["cells"]]


def question(choosing: Locator, title: str) -> Locator:
    return choosing.locator("fieldset", has=choosing.page.locator("legend", has_text=title))


def test_two_teammates_files_are_joined_answer_by_answer(aya, given):
    page = aya.page
    aya.open(FIND)
    # Not saved yet: what is on the screen counts.
    aya.write(aya.cell("classeur = pd.read_excel"), "classeur = pd.read_excel(chemin_mairies, header=0)")

    choosing = open_file(aya, given["camille"])
    choosing.get_by_label(re.compile("De qui vient")).fill("Camille")
    first = question(choosing, "Question 1 ·")
    expect(first).to_contain_text("cp437")
    expect(first).to_contain_text("latin-1")
    expect(first.get_by_text("Camille")).to_be_visible()
    assert first.get_by_role("radio", checked=True).count() == 0, "between two answers nobody chooses for the team"
    third = question(choosing, "Question 3 ·")
    expect(third.get_by_label("Camille")).to_be_checked()
    expect(third).to_contain_text("sans réponse")
    expect(choosing).to_contain_text("1 réponse seulement ici, qui reste")
    expect(choosing).to_contain_text("<script>")
    aya.picture("reunir_a_choisir")
    # JupyterLab's body has no height and hides what overflows: axe would take every text for hidden.
    page.evaluate("document.body.style.height = '100vh'")
    found = Axe().run(page, context=".cd-joining", options={"resultTypes": ["violations"], "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}).response["violations"]
    assert found == [], [(one["id"], one["help"], [node["html"][:200] for node in one["nodes"]]) for one in found]
    choosing.get_by_role("button", name="Réunir").click()
    expect(first.get_by_role("radio").first).to_be_focused()
    page.keyboard.press("ArrowRight")  # by keyboard, as some have to
    expect(first.get_by_label("Camille")).to_be_checked()
    expect(choosing).to_contain_text("Tout est choisi")
    aya.picture("reunir_tout_choisi")
    choosing.get_by_role("button", name="Réunir").click()
    done = page.get_by_role("dialog")
    expect(done).to_contain_text("3 réponses reçues, 1 réponse d'ici gardée, 1 cellule ajoutée", timeout=SOON)
    aya.picture("reunir_fait")
    done.get_by_role("button", name="D'accord").click()

    choosing = open_file(aya, given["bastien"])
    choosing.get_by_label(re.compile("De qui vient")).fill("Bastien")
    third = question(choosing, "Question 3 ·")
    expect(third).to_contain_text("avec_commune")
    expect(third).to_contain_text("dropna")
    third.get_by_label(re.compile("Garder les deux")).check()
    second = question(choosing, "Question 2 ·")
    expect(second).to_contain_text("header=0")
    second.get_by_label("Bastien").check()
    aya.picture("reunir_le_deuxieme")
    choosing.get_by_role("button", name="Réunir").click()
    done = page.get_by_role("dialog")
    expect(done).to_contain_text("1 réponse en deux versions", timeout=SOON)
    done.get_by_role("button", name="D'accord").click()

    # What is on the screen is what was chosen, and it runs.
    notebook = page.locator(".jp-Notebook")
    expect(notebook).to_contain_text("Note de Camille.")
    expect(notebook).to_contain_text("Autre réponse à cette question, de Bastien")
    page.keyboard.press("Escape")
    for code in ("import geopandas as gpd", "chemin_pompiers = raw_file", "pompiers = pd.read_csv"):
        aya.run(aya.cell(code))
    told = aya.run(aya.cell('check.question("defibrillateurs.1.1")')).inner_text()
    assert "Error" not in told and "À vous" not in told
    aya.picture("reunir_le_carnet")
    assert page.title() != "lu", "a teammate's text is never read as a page"
    copies = list((aya.course / "travail/copies").glob("*.ipynb"))
    assert len(copies) == 2 and any("cp437" in copy.read_text(encoding="utf-8") for copy in copies)


def test_another_teams_file_is_asked_about_and_nothing_changes_without_a_yes(aya, given):
    (aya.course / "travail/equipe.json").write_text(json.dumps(TEAM | {"name": "Les Fous"}), encoding="utf-8")
    before = sources(aya.course)
    aya.open(FIND)
    aya.page.get_by_role("tab", name="Équipe").click()
    with aya.page.expect_file_chooser() as chooser:
        aya.page.get_by_role("button", name="Ouvrir son fichier").click()
    chooser.value.set_files(given["camille"])
    asked = aya.page.get_by_role("dialog")
    expect(asked).to_contain_text("Ce fichier vient de l'équipe « Les Sternes ». La vôtre est « Les Fous ».", timeout=SOON)
    aya.picture("reunir_autre_equipe")
    asked.get_by_role("button", name="Ne pas réunir").click()
    time.sleep(1)
    expect(aya.page.locator(".cd-joining")).to_have_count(0)
    assert sources(aya.course) == before


def test_what_changed_while_choosing_is_shown_again(aya, given):
    page = aya.page
    aya.open(FIND)
    choosing = open_file(aya, given["camille"])
    question(choosing, "Question 1 ·").get_by_role("radio").first.check()
    page.get_by_role("tab", name="1_trouver.ipynb").click()
    aya.write(aya.cell("avec_commune = tout"), "mairies = tout.iloc[1:]")
    page.get_by_role("tab", name="Réunir", exact=True).click()
    choosing.get_by_role("button", name="Réunir").click()
    expect(choosing.get_by_role("alert")).to_contain_text("Votre travail a changé pendant que vous choisissiez", timeout=SOON)
    expect(question(choosing, "Question 1 ·").get_by_role("radio").first).to_be_checked()
    third = question(choosing, "Question 3 ·")
    expect(third).to_contain_text("tout.iloc[1:]")
    assert third.get_by_role("radio", checked=True).count() == 0
    aya.picture("reunir_change_entre_temps")
    third.get_by_role("radio").first.check()
    choosing.get_by_role("button", name="Réunir").click()
    expect(page.get_by_role("dialog")).to_contain_text("1 réponse reçue, 2 réponses d'ici gardées", timeout=SOON)
    assert "mairies = tout.iloc[1:]" in sources(aya.course)


def test_what_was_joined_by_a_try_whose_answer_was_lost_is_shown(aya, given):
    page = aya.page
    aya.open(FIND)
    choosing = open_file(aya, given["camille"])
    question(choosing, "Question 1 ·").get_by_role("radio").nth(1).check()

    def lose(route: Route) -> None:
        route.fetch()
        route.fulfill(status=502, body="Bad gateway")

    page.route("**/challenge-data/join?*", lose, times=1)
    join = choosing.get_by_role("button", name="Réunir")
    join.click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("La machine ne répond pas", timeout=SOON)
    dialog.get_by_role("button", name="D'accord").click()
    join.click()
    expect(choosing.get_by_role("alert")).to_contain_text("Votre travail a changé", timeout=SOON)
    join.click()
    expect(dialog).to_contain_text("C'est réuni", timeout=SOON)
    dialog.get_by_role("button", name="D'accord").click()
    expect(page.locator(".jp-Notebook")).to_contain_text("Note de Camille.")


def test_a_file_may_be_dropped_and_what_is_no_work_is_told_in_a_sentence(aya):
    aya.open(FIND)
    aya.page.get_by_role("tab", name="Équipe").click()
    place = aya.page.get_by_text("Vous pouvez aussi le déposer ici.")
    dropped = aya.page.evaluate_handle("() => { const carried = new DataTransfer(); carried.items.add(new File(['rien'], 'photo.zip')); return carried; }")
    place.dispatch_event("drop", {"dataTransfer": dropped})
    expect(aya.page.get_by_role("dialog")).to_contain_text("n'est pas une archive .zip lisible", timeout=SOON)
