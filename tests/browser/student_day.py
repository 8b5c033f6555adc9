"""A student's whole day, as one person lives it; the hand-in that comes out of it is what the instructor's day grades.

Open, choose, work, lose the machine, take the work back, join what two teammates did elsewhere, check, hand in.
"""

import json
import re
import sys
from pathlib import Path

import nbformat
import pytest
from at_the_desk import Lent, answer, open_file, panel, section
from conftest import PROJECT, Student, copy_of_the_course
from playwright.sync_api import Browser, expect

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import test_nbgrader  # noqa: E402

CHALLENGE = "defibrillateurs"
WELCOME, FIND = "notebooks/j0_depart/00_bienvenue.ipynb", f"exercises/{CHALLENGE}/1_trouver.ipynb"
TEAM = {"name": "Les Sternes", "members": ["Awa", "Malo"], "challenge": CHALLENGE}
NOTEBOOKS = ("1_trouver", "2_manipuler", "3_visualiser")
HAND_IN = 600_000
"""Milliseconds: three notebooks run from top to bottom, on a machine that runs the browser too."""


def master(name: str) -> nbformat.NotebookNode:
    return nbformat.read(PROJECT / "solutions" / CHALLENGE / f"{name}.ipynb", 4)


def answered(notebook: nbformat.NotebookNode) -> dict[str, str]:
    """``grade_id`` -> what is answered, without the master's marks and spaces around."""
    return {cell.metadata.nbgrader.grade_id: re.sub(r"^### (BEGIN|END) SOLUTION\n?", "", cell.source, flags=re.MULTILINE).strip()
            for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("solution")}


def teammate(folder: Path, done: dict[str, set[str]]) -> Path:
    """The file that a teammate got by « Tout télécharger » on a machine where these questions were answered."""
    from challenge_data.teamwork import keeping

    course = copy_of_the_course(folder)
    for name, questions in done.items():
        path = course / "exercises" / CHALLENGE / f"{name}.ipynb"
        nbformat.write(test_nbgrader.answer(nbformat.read(path, 4), master(name), questions), path)
    (course / "travail").mkdir()
    (course / "travail/equipe.json").write_text(json.dumps(TEAM), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CHALLENGE_DATA_HOME", str(course))
        patch.delenv("CHALLENGE_DATA_WORK", raising=False)
        given = folder.with_suffix(".zip")
        given.write_bytes(keeping.work({}).content)
    return given


def live(browser: Browser, folder: Path) -> Path:
    """The day; gives the hand-in, as the browser downloaded it."""
    lent = Lent(folder)
    first = answered(master("1_trouver"))["pompiers"]
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="fr-FR", accept_downloads=True)
    page = context.new_page()
    with lent.machine() as address:
        student = Student(page, address)
        student.open(WELCOME)
        student.run(student.cell("from challenge_data import check"))
        answer(student, "equipe = team(", f'equipe = team("{TEAM["name"]}", members="{", ".join(TEAM["members"])}", challenge="{CHALLENGE}")\ncheck("00.equipe")')
        page.keyboard.press("Control+s")
        desk = panel(page)
        expect(desk).to_contain_text("Gardé dans ce navigateur", timeout=60_000)
        student.picture("journee-1-choisir")
        desk.get_by_role("button", name="1_trouver").click()  # the chosen challenge is one click away
        student.turned_to("1_trouver.ipynb")
        student.run(student.cell("import geopandas as gpd"))
        student.run(student.cell("chemin_pompiers = raw_file"))
        answer(student, "pompiers = pd.read_csv", first)
        expect(student.run(student.cell('check.question("defibrillateurs.1.1")'))).not_to_contain_text("À vous")
        page.keyboard.press("Control+s")
        expect(desk).to_contain_text(re.compile(r"Gardé dans ce navigateur à .* \([3-9] fichiers\)"), timeout=60_000)
        student.picture("journee-2-travailler")
    expect(page.get_by_role("alert", name="La machine ne répond plus")).to_be_visible(timeout=180_000)
    student.picture("journee-3-perdre")
    page.close()

    with lent.machine() as address:
        page = context.new_page()
        student = Student(page, address)
        student.open(FIND)
        page.get_by_role("region", name="Reprendre votre travail").get_by_role("button", name="Reprendre").click()
        dialog = page.locator(".jp-Dialog")
        expect(dialog).to_contain_text("fichiers repris", timeout=60_000)
        student.picture("journee-4-reprendre")
        dialog.get_by_role("button", name="D'accord").click()
        expect(student.cell(first.splitlines()[0])).to_be_visible()
        expect(panel(page)).to_contain_text(TEAM["name"])

        parts = {"Camille": {"1_trouver": set(answered(master("1_trouver"))) - {"pompiers"}, "2_manipuler": set(answered(master("2_manipuler")))},
                 "Bastien": {"3_visualiser": set(answered(master("3_visualiser")))}}
        for name, done in parts.items():
            choosing = open_file(student, teammate(folder / name, done))
            choosing.get_by_label(re.compile("De qui vient")).fill(name)
            student.picture(f"journee-5-reunir-{name}")
            choosing.get_by_role("button", name="Réunir").click()
            expect(dialog).to_contain_text(re.compile(r"réponses? reçues?"), timeout=60_000)
            dialog.get_by_role("button", name="D'accord").click()

        told = section(page, "Rendre")
        page.get_by_role("tab", name="Équipe").click() if not told.is_visible() else None
        told.get_by_role("button", name="Préparer le rendu").click()
        expect(told).to_contain_text("Rien ne manque", timeout=HAND_IN)
        student.picture("journee-6-preparer")
        with page.expect_download() as coming:
            told.get_by_role("button", name="Rendre", exact=True).click()
        expect(told).to_contain_text("Rendu fait à")
        told.get_by_text("Rendu fait à").scroll_into_view_if_needed()
        student.picture("journee-7-rendre")
        handed_in = folder / coming.value.suggested_filename
        coming.value.save_as(handed_in)
    context.close()
    return handed_in
