"""A student's day ends with a hand-in; then an instructor's day, in order, in the browser that `make instructor` opens, grades it.

Each step is a click or a cell. Screenshots go to build/screenshots/.
"""

import hashlib
import json
import os
import re
import shlex
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from conftest import PROJECT, Student, free_port, stop, wait_for
from nbformat.v4 import new_code_cell
from playwright.sync_api import FrameLocator, Locator, Page, expect
from student_day import NOTEBOOKS, TEAM, answered, live, master

from challenge_data.grading.instructor import samples
from challenge_data.grading.instructor.folder import inbound

START_SECONDS = 180
"""The door looks at the sandbox and lays the folder out before JupyterLab starts; machines that run tests are busy."""
TOKEN = "un-mot-de-passe"
CHALLENGE = samples.CHALLENGE
COMMENT = "Clair et chiffré : il manque la date."


@pytest.fixture(scope="module")
def handed_in(browser, tmp_path_factory) -> Path:
    """What a student's whole day ends with: the zip of a team that answered everything."""
    return live(browser, tmp_path_factory.mktemp("journee"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("maison") / "notation"


@pytest.fixture(scope="module")
def address(folder) -> Iterator[str]:
    """What the Makefile's line runs once the environment is there."""
    port = free_port()
    line = subprocess.run(["make", "-n", "--no-print-directory", "instructor", f"ARGS=--folder {folder} --port {port} --no-browser"], cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    command = shlex.split(line.partition("--run ")[2])
    assert command[0] == "challenge-data"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CHALLENGE_DATA")} | {"JUPYTER_TOKEN": TOKEN}
    server = subprocess.Popen([Path(sys.executable).with_name(command[0]), *command[1:]], cwd=PROJECT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    wait_for(f"http://127.0.0.1:{port}/api/status?token={TOKEN}", server, server.stdout, START_SECONDS)
    yield f"http://127.0.0.1:{port}"
    stop(server)


@pytest.fixture(scope="module")
def instructor(browser, address) -> Iterator[Student]:
    """One browser for the whole day."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="fr-FR")
    page = context.new_page()
    page.set_default_timeout(60_000)  # formgrader's server answers nobody while it grades
    page.goto(f"{address}/?token={TOKEN}")
    yield Student(page, address)
    context.close()


@pytest.fixture(scope="module")
def formgrader(instructor) -> FrameLocator:
    """By the menu, as « Corriger » says, once the page is settled."""
    expect(instructor.page.locator("#jp-main-statusbar").get_by_text("Corriger | Inactif")).to_be_visible(timeout=60_000)
    instructor.page.get_by_role("menuitem", name="Nbgrader").click()
    instructor.page.get_by_role("menuitem", name="Formgrader", exact=True).click()
    return instructor.page.frame_locator("iframe").first


def tab(page: Page, name: str) -> None:
    page.locator("#jp-main-dock-panel").get_by_role("tab", name=name).click()


def row(formgrader: FrameLocator, name: str) -> Locator:
    return formgrader.locator("tr", has_text=name)


def press(instructor: Student, formgrader: FrameLocator, name: str, icon: str, picture: str = "") -> str:
    """Click an icon of a line, wait for the window that answers, close it; gives what it said."""
    row(formgrader, name).locator(f".glyphicon-{icon}").click()
    window = formgrader.locator(".modal.in").last
    expect(window.locator(".modal-title")).to_have_text("Success", timeout=120_000)
    said = window.locator(".modal-body").inner_text()
    if picture:
        instructor.page.wait_for_timeout(500)  # it slides in
        instructor.picture(f"instructeur-{picture}")
    window.get_by_role("button", name="OK").click()
    expect(formgrader.locator(".modal.in")).to_have_count(0)
    return said


def run(instructor: Student, code: str, seconds: int = 300) -> Locator:
    """A cell of « Corriger », until it has run; its results."""
    tab(instructor.page, "Corriger.ipynb")
    cell = instructor.cell(code)
    cell.locator(".cm-content").click()
    instructor.page.keyboard.press("Control+Enter")
    expect(cell.locator(".jp-InputPrompt")).to_have_text(re.compile(r"\[\d+\]"), timeout=seconds * 1000)
    results = cell.locator(".jp-Cell-outputArea")
    results.scroll_into_view_if_needed()
    return results


def go(formgrader: FrameLocator, page: str) -> None:
    formgrader.get_by_role("link", name=page).first.click()
    expect(formgrader.get_by_role("heading", name=page, exact=True)).to_be_visible(timeout=30_000)


def manual_grading(formgrader: FrameLocator, team: str, notebook: str) -> None:
    """By the lists, to a team's copy; the page's own link shows whose each is."""
    go(formgrader, "Manual Grading")
    formgrader.get_by_role("link", name=CHALLENGE).click()
    formgrader.get_by_role("link", name=notebook).click()
    expect(formgrader.get_by_role("link", name=re.compile("Submission #")).first).to_be_visible(timeout=20_000)
    formgrader.get_by_role("button", name="Show All Names").click()
    formgrader.get_by_role("link", name=team).click()
    expect(formgrader.locator("input.score").first).to_be_visible(timeout=20_000)


def test_what_is_handed_in_is_the_teams_whole_work(handed_in):
    assert re.fullmatch(rf"les-sternes_{CHALLENGE}_\d{{8}}-\d{{6}}_[0-9a-f]{{8}}\.zip", handed_in.name)
    with zipfile.ZipFile(handed_in) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        for file in manifest["files"]:
            assert hashlib.sha256(archive.read(file["path"])).hexdigest() == file["sha256"]
        given = {name: nbformat.reads(archive.read(f"{name}.ipynb").decode(), 4) for name in NOTEBOOKS}
    assert manifest["team"] == TEAM and len(manifest["files"]) >= len(NOTEBOOKS)
    for name, notebook in given.items():
        assert answered(notebook) == answered(master(name)), name


def test_the_door_opens_on_corriger_in_french(instructor, folder):
    page = instructor.page
    expect(page.get_by_role("heading", name="Corriger", exact=True)).to_be_visible(timeout=60_000)
    expect(page.get_by_role("menuitem", name="Fichier")).to_be_visible()
    expect(page.locator("#jp-main-statusbar").get_by_text("Corriger | Inactif")).to_be_visible(timeout=60_000)
    shown = page.locator(".jp-DirListing-itemText")
    expect(shown).to_have_text(["rendus", "solutions", "Corriger.ipynb"])
    expect(page.locator("#jp-main-dock-panel .lm-TabBar-tabLabel")).to_have_text(["Corriger.ipynb"])
    instructor.picture("instructeur-corriger")


def test_an_assignment_is_created_and_generated(instructor, formgrader, folder):
    page = instructor.page
    expect(formgrader.get_by_role("link", name=CHALLENGE)).to_be_visible(timeout=60_000)
    formgrader.get_by_role("link", name="Add new assignment...").click()
    window = formgrader.locator(".modal.in")
    window.locator("input.name").fill("question-de-secours")
    window.locator("input.duedate").fill("2027-01-15T18:00")
    instructor.picture("instructeur-creer")
    window.get_by_role("button", name="Save").click()
    expect(row(formgrader, "question-de-secours")).to_contain_text("draft")
    formgrader.get_by_role("link", name="question-de-secours").click()
    expect(page.locator(".jp-FileBrowser-crumbs")).to_contain_text("question-de-secours")

    page.locator("#jp-main-dock-panel").get_by_role("button", name="Nouveau Lanceur").click()
    page.locator(".jp-LauncherCard", has_text="Python 3").first.click()
    cell = page.locator(".jp-Notebook:visible .jp-CodeCell").first
    expect(page.locator("#jp-main-statusbar").get_by_text("Python 3 (ipykernel) | Inactif")).to_be_visible(timeout=60_000)
    cell.locator(".cm-content").click()
    page.keyboard.insert_text("### BEGIN SOLUTION\ncommunes = 4\n### END SOLUTION")
    page.get_by_role("menuitem", name="Nbgrader").click()
    page.get_by_role("menuitem", name="Create assignment", exact=True).click()
    panel = page.locator(".nbgrader-CreateAssignmentWidget")
    panel.get_by_label("Type").select_option(label="Manually graded answer")
    panel.locator(".nbgrader-CellPoints input").fill("2")
    page.keyboard.press("Tab")
    expect(panel.locator(".nbgrader-TotalPointsInput")).to_have_value("2")
    page.keyboard.press("Control+s")
    instructor.picture("instructeur-question")
    page.get_by_role("tab", name="Create Assignment").click()

    tab(page, "Formgrader")
    press(instructor, formgrader, "question-de-secours", "education")
    given = next((folder / "exercises/question-de-secours").glob("*.ipynb"))
    assert "communes = 4" not in given.read_text(encoding="utf-8")
    assert not (PROJECT / "solutions/question-de-secours").exists(), "the repository is left alone"


def test_hand_ins_are_generated_released_and_collected(instructor, formgrader, folder):
    spy(folder)
    press(instructor, formgrader, CHALLENGE, "education", "generer")
    press(instructor, formgrader, CHALLENGE, "cloud-upload")
    expect(row(formgrader, CHALLENGE)).to_contain_text("released")
    said = press(instructor, formgrader, CHALLENGE, "cloud-download", "ramasser")
    assert all(team in said for team in samples.TEAMS) and "WARNING" not in said
    expect(row(formgrader, CHALLENGE).locator(".num-submissions")).to_have_text("3")


def spy(folder: Path) -> None:
    """A team's notebook that looks for the gradebook and leaves a trace, if it can."""
    [handed_in] = inbound(folder).glob(f"{samples.CHANGED}+*")
    notebook = nbformat.read(handed_in / "1_trouver.ipynb", 4)
    notebook.cells.insert(1, new_code_cell(f"from pathlib import Path\nici = Path({str(folder)!r})\nprint('dossier vu :', ici.exists())\nici.joinpath('trace').touch()"))
    nbformat.write(notebook, handed_in / "1_trouver.ipynb")


def test_autograde_runs_teams_code_apart(instructor, formgrader, folder):
    row(formgrader, CHALLENGE).locator(".num-submissions a").click()
    for team in samples.TEAMS:
        press(instructor, formgrader, team, "flash")
        expect(row(formgrader, team)).to_contain_text("needs manual grading")
    scores = [float(row(formgrader, team).locator(".score").inner_text().split("/")[0]) for team in samples.TEAMS]
    row(formgrader, samples.TEAMS[-1]).scroll_into_view_if_needed()
    instructor.picture("instructeur-autograde")
    assert scores[0] == 66 and 0 < scores[1] < scores[2] < 66

    manual_grading(formgrader, samples.CHANGED, "1_trouver")
    expect(formgrader.get_by_text("dossier vu : False")).to_be_visible()
    expect(formgrader.get_by_text("Équipe inventée.")).to_be_visible()
    assert formgrader.get_by_text("Toute réponse vaut tous les points.").count() == 0, "a rubric that a team wrote is put back"
    assert not (folder / "trace").exists()


def test_a_notebook_opened_by_hand_runs_apart_too(instructor, folder):
    page = instructor.page
    page.context.new_page()
    other = Student(page.context.pages[-1], instructor.address)
    other.open(f"solutions/{CHALLENGE}/1_trouver.ipynb")
    cell = other.page.locator(".jp-CodeCell").first
    other.write(cell, f"import os\nprint('dossier vu :', os.path.exists({str(folder)!r}))")
    assert "dossier vu : False" in other.run(cell).inner_text()
    other.page.close()


def test_the_zip_of_a_students_day_is_dropped_and_graded(instructor, folder, handed_in):
    page = instructor.page
    tab(page, "Corriger.ipynb")
    page.locator(".jp-FileBrowser-crumbs .jp-BreadCrumbs-home").click()
    page.locator(".jp-DirListing-item", has_text="rendus").dblclick()
    expect(page.locator(".jp-FileBrowser-crumbs")).to_contain_text("rendus")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Charger des fichiers").click()
    chooser.value.set_files(handed_in)
    expect(page.locator(".jp-DirListing-itemText", has_text=handed_in.name)).to_be_visible()
    results = run(instructor, "grade()")
    expect(results.get_by_text(f"{handed_in.name} est rangé dans rendus/{CHALLENGE}.")).to_be_visible()
    expect(results.locator("tr", has_text="les-sternes")).to_contain_text(re.compile(r"66\D+66\D+100\D+34\D+notée"))
    instructor.picture("instructeur-noter-zip")


def test_answers_are_graded_by_hand_beside_their_rubric(instructor, formgrader):
    page = instructor.page
    tab(page, "Formgrader")
    manual_grading(formgrader, "les-sternes", "1_trouver")
    answer = formgrader.locator(".nbgrader_cell", has=formgrader.locator("textarea.comment")).filter(has_text="Madame la directrice")
    answer.scroll_into_view_if_needed()
    rubric = formgrader.locator(".alert-warning", has_text="Comment cette réponse est notée").last
    expect(rubric).to_be_visible()
    box, beside = rubric.bounding_box(), answer.bounding_box()
    assert 0 <= beside["y"] - box["y"] - box["height"] < 200, "the four levels are read beside the answer"
    for field, value in ((answer.locator("input.score"), "3"), (answer.locator("textarea.comment"), COMMENT)):
        with page.expect_response(lambda response: response.request.method == "PUT") as saved:
            field.fill(value)
            page.keyboard.press("Tab")
        assert saved.value.ok
    rubric.evaluate("element => element.scrollIntoView({block: 'center'})")
    page.wait_for_timeout(1000)  # the page glides
    instructor.picture("instructeur-noter-a-la-main")
    formgrader.locator("body").evaluate("body => body.ownerDocument.defaultView.location.reload()")
    expect(answer.locator("input.score")).to_have_value("3")
    expect(answer.locator("textarea.comment")).to_have_value(COMMENT)


def test_feedback_holds_points_and_comment(instructor, formgrader, folder):
    page = instructor.page
    go(formgrader, "Manual Grading")
    go(formgrader, "Manage Assignments")
    row(formgrader, CHALLENGE).locator(".num-submissions a").click()
    press(instructor, formgrader, "les-sternes", "comment", "retour")
    results = run(instructor, "give_back()")
    expect(results.get_by_text("4 fichiers à rendre")).to_be_visible()
    expect(results.get_by_role("link", name=f"retours/les-sternes_{CHALLENGE}.zip")).to_be_visible()
    instructor.picture("instructeur-retours")
    with zipfile.ZipFile(folder / f"retours/les-sternes_{CHALLENGE}.zip") as archive:
        [name] = [name for name in archive.namelist() if name.endswith("1_trouver.html")]
        page.context.new_page()
        given = page.context.pages[-1]
        given.set_content(archive.read(name).decode(), wait_until="domcontentloaded")
        expect(given.get_by_text(COMMENT)).to_be_visible()
        expect(given.get_by_text("3.0 / 4.0").first).to_be_visible()
        given.close()


def test_pages_and_marks_are_exported(instructor, folder):
    page = instructor.page
    results = run(instructor, "report()")
    expect(results.get_by_role("link", name="vue-d-ensemble.html")).to_be_visible()
    instructor.picture("instructeur-pages")
    results.get_by_role("link", name="vue-d-ensemble.html").click()
    expect(page.frame_locator("#jp-main-dock-panel .jp-HTMLViewer iframe").get_by_text("les-sternes").first).to_be_visible()
    results = run(instructor, "marks()")
    expect(results.locator("tr", has_text="les-sternes")).to_contain_text(re.compile(r"69\D+100\D+30\D+13,80\D*non"))
    expect(results.get_by_text("attendent encore des points de vous")).to_be_visible()
    expect(results.get_by_role("link", name="notes/notes.xlsx")).to_be_visible()
    instructor.picture("instructeur-notes")


def test_invented_teams_are_removed_when_the_trial_is_over(instructor, folder):
    cell = instructor.cell("# remove_samples()")
    instructor.write(cell, "from challenge_data.grading.instructor.steps import remove_samples\n\nremove_samples()")
    expect(run(instructor, "remove_samples()").get_by_text("Retirées :")).to_be_visible()
    results = run(instructor, "marks()")
    expect(results.locator("tr", has_text="les-sternes")).to_be_visible()
    assert results.locator("tr", has_text="inventee-").count() == 0
    instructor.picture("instructeur-sans-les-inventees")
