"""A team checks its work, hands it in with things missing, and the zip is graded: panel « Équipe » and a real nginx. Screenshots go to build/screenshots/."""

import io
import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from at_the_desk import section
from conftest import PROJECT, Student, copy_of_the_course, environment_of, serve
from playwright.sync_api import Page, expect

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import depot as depots  # noqa: E402
from test_nbgrader import answer, tested  # noqa: E402

CHALLENGE = "defibrillateurs"
FIND, HANDLE, SHOW = (f"exercises/{CHALLENGE}/{name}.ipynb" for name in ("1_trouver", "2_manipuler", "3_visualiser"))
WRONG = "entete"
A_MINUTE, MINUTES = 60_000, 240_000


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("depot")


@pytest.fixture(scope="module")
def port() -> int:
    return depots.free_port()


@pytest.fixture(scope="module")
def hall(place, port) -> Path:
    """A team's machine on Friday: the first notebook answered but for one question, the second whole, the third untouched."""
    course = copy_of_the_course(place / "cours")
    (course / "edition.toml").write_text(f'name = "Essai"\n[hand_in]\naddress = "https://localhost:{port}/depot"\ncode = true\n', encoding="utf-8")
    (course / "travail").mkdir()
    (course / "travail/equipe.json").write_text(json.dumps({"name": "Les Sternes", "members": ["Awa", "Inès"], "challenge": CHALLENGE}), encoding="utf-8")
    (course / "travail/indices.json").write_text(json.dumps({f"{CHALLENGE}.1.pompiers": {"ouverts": 2, "sur": 3, "le": "2026-11-29T10:00:00"}}), encoding="utf-8")
    for path in (FIND, HANDLE):
        released, master = nbformat.read(course / path, 4), nbformat.read(PROJECT / path.replace("exercises", "solutions"), 4)
        written = answer(released, master, {cell.metadata.nbgrader.grade_id for cell in master.cells if cell.metadata.get("nbgrader", {}).get("solution")})
        for cell in written.cells:
            if path == FIND and cell.metadata.get("nbgrader", {}).get("grade_id") == WRONG:
                cell.source = "classeur = len(chemin_mairies.name)"
        nbformat.write(written, course / path)
    # Another editor than JupyterLab, which locks them: a test emptied, another one deleted.
    whole = nbformat.read(course / FIND, 4)
    whole.cells = [cell for cell in whole.cells if cell.id != "tests-lignes"]
    next(cell for cell in whole.cells if cell.id == "tests-pompiers").source = "print('juste')"
    nbformat.write(whole, course / FIND)
    return course


@pytest.fixture(scope="module")
def lab(hall, place, port) -> Iterator[str]:
    with depots.running(place, port):
        pass  # for its certificate
    yield from serve(hall, environment_of(hall, place / "jupyter", hall / "travail") | {"SSL_CERT_FILE": str(place / "cert.pem")})


@pytest.fixture
def team(browser, lab) -> Iterator[Student]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="fr-FR", accept_downloads=True)
    page = context.new_page()
    problems = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" and "challenge-data" in message.text else None)
    yield Student(page, lab)
    context.close()
    assert not problems


def test_verify_says_where_each_question_stands_and_leads_to_it(team, hall):
    before = (hall / SHOW).read_bytes()
    team.open(SHOW)
    team.page.get_by_role("button", name="Vérifier").click()
    told = section(team.page, "Vérifier")
    expect(told).to_contain_text("6 à faire", timeout=MINUTES)
    expect(told).to_contain_text("attend votre réponse")
    assert "Traceback" not in told.inner_text()
    told.get_by_role("button", name=re.compile("3.4 · Lequel ouvrir")).click()
    active = team.page.locator(".jp-Cell.jp-mod-active")
    expect(active).to_contain_text("sans_nuit = lieux")
    expect(active).to_be_in_viewport()
    team.picture("verifier")
    assert (hall / SHOW).read_bytes() == before or json.loads((hall / SHOW).read_bytes())["cells"] == json.loads(before)["cells"], "verifying writes nothing into the notebook"


def test_verify_in_a_lesson_reads_its_exercises(team):
    team.open("notebooks/j0_depart/02_premiers_tableaux.ipynb")
    team.page.get_by_role("button", name="Vérifier").click()
    expect(section(team.page, "Vérifier")).to_contain_text("6 à faire", timeout=MINUTES)


def test_an_unfinished_work_is_handed_in_kept_sent_and_graded(team, hall, place, port, tmp_path):
    team.open(FIND)
    with depots.running(place, port) as depot:
        first = hand_in(team, depot)
        arrived = depot.folder / first[0]
        assert arrived.read_bytes() == first[1], "byte for byte"
    check_zip(first[1])
    whole = nbformat.read(hall / FIND, 4)
    delivered = nbformat.read(PROJECT / FIND, 4)
    tests = {cell.id: cell.source for cell in delivered.cells if cell.id.startswith("tests-")}
    assert {cell.id: cell.source for cell in whole.cells if cell.id.startswith("tests-")} == tests, "the frame is back on the disk"
    assert len(list((hall / "travail/copies").glob("1_trouver-*.ipynb"))) == 1, "the notebook as it was is kept"

    second = without_network(team)
    assert second != first[0]
    with depots.running(place, port) as depot:
        kept = section(team.page, "Rendre").locator("li", has_text="pas encore déposé")
        kept.get_by_role("button", name="Envoyer").click()  # the code was given once: it is not asked again
        expect(section(team.page, "Rendre")).to_contain_text("Votre rendu est déposé", timeout=A_MINUTE)
        expect(section(team.page, "Rendre").locator("li", has_text="pas encore déposé")).to_have_count(0)
        team.picture("rendu_renvoye")
        received = depot.folder
        assert {path.name for path in received.iterdir()} == {first[0], second}
        other = first[0].replace(CHALLENGE, "aides-velo")
        (received / other).write_bytes(first[1])
        check_grades(received, tmp_path / "notation")


def test_the_notebook_does_the_same_without_the_panel(team, hall, place, port):
    """Whatever the test above left of the frame: the same words, the same zip."""
    team.open("notebooks/rendre.ipynb")
    team.run(team.cell("from challenge_data import hand_in"))
    cell = team.cell("hand_in()")
    output = team.run(cell)
    output.get_by_role("button", name="Préparer le rendu").click()
    expect(output).to_contain_text("Ce qui manque", timeout=3 * MINUTES)
    expect(output).to_contain_text("1.2 · Où commence le tableau ? : pas encore")
    before = set((hall / "travail/rendus").glob("*.zip"))
    output.get_by_role("textbox").fill("faux code")
    output.get_by_role("button", name="Oui, rendre un travail inachevé").click()
    expect(output).to_contain_text("Votre rendu est gardé", timeout=A_MINUTE)
    expect(output).to_contain_text("Le dépôt est injoignable", timeout=A_MINUTE)
    expect(output.get_by_role("textbox")).to_have_value("")
    expect(output.get_by_role("button", name="Envoyer de nouveau ce fichier")).to_be_visible()
    team.picture("rendre_carnet")
    with team.page.expect_download() as downloading:
        output.get_by_role("link", name=re.compile("Télécharger")).click()
    [made] = set((hall / "travail/rendus").glob("*.zip")) - before
    assert Path(downloading.value.path()).read_bytes() == made.read_bytes() and downloading.value.suggested_filename == made.name
    with depots.running(place, port) as depot:
        output.get_by_role("textbox").fill(depots.CODE)
        output.get_by_role("button", name="Envoyer de nouveau ce fichier").click()
        expect(output).to_contain_text("Votre rendu est déposé", timeout=A_MINUTE)
        expect(output.get_by_role("button", name="Envoyer de nouveau ce fichier")).to_be_hidden()
        assert (depot.folder / made.name).read_bytes() == made.read_bytes()


def hand_in(team: Student, depot: depots.Depot) -> tuple[str, bytes]:
    """(name, bytes) of what the browser downloads."""
    page = team.page
    told = section(page, "Rendre")
    page.get_by_role("tab", name="Équipe").click()
    told.get_by_role("button", name="Préparer le rendu").click()
    expect(told).to_contain_text("Remis en place", timeout=A_MINUTE + 3 * MINUTES)
    expect(told).to_contain_text("Les Sternes · Awa, Inès")
    expect(told).to_contain_text("la cellule de vérification avait changé, et est remise comme dans l'énoncé")
    expect(told).to_contain_text("« Question 3 · Combien d'appareils, vraiment ? » : la cellule de vérification ne se trouvait plus")
    expect(told).to_contain_text("1.2 · Où commence le tableau ? pas encore")
    expect(told).to_contain_text("3.6 · La note au conseil à faire")
    expect(told).not_to_contain_text("2.1 ·")
    told.get_by_role("button", name="Rendre quand même").scroll_into_view_if_needed()
    team.picture("rendre_ce_qui_manque")
    # The open notebook shows its test again.
    expect(page.locator(".jp-Notebook .jp-Cell", has_text="Tout est resté dans une seule colonne").first).to_be_attached()
    told.get_by_role("button", name="Rendre quand même").dblclick()  # as somebody used to files does
    expect(page.locator(".jp-Dialog")).to_contain_text("Rendre un travail inachevé")
    team.picture("rendre_confirmation")
    with page.expect_download() as downloading:
        page.locator(".jp-Dialog").get_by_role("button", name="Rendre quand même").click()
    give_code(page, "goeland")
    expect(told).to_contain_text("Le code n'est pas le bon", timeout=A_MINUTE)
    told.locator("li", has_text="pas encore déposé").get_by_role("button", name="Envoyer").click()
    give_code(page, depots.CODE)
    expect(told).to_contain_text("Votre rendu est déposé", timeout=A_MINUTE)
    team.picture("rendu_depose")
    return downloading.value.suggested_filename, Path(downloading.value.path()).read_bytes()


def give_code(page: Page, code: str) -> None:
    dialog = page.locator(".jp-Dialog", has_text="Code du dépôt")
    dialog.get_by_role("textbox").fill(code)
    dialog.get_by_role("button", name="Envoyer").click()


def without_network(team: Student) -> str:
    """The server is off: the hand-in is kept, and says so. Gives its name."""
    page = team.page
    told = section(page, "Rendre")
    told.get_by_role("button", name="Préparer le rendu").click()
    expect(told.get_by_role("button", name="Rendre quand même")).to_be_visible(timeout=A_MINUTE + 3 * MINUTES)
    told.get_by_role("button", name="Rendre quand même").click()
    with page.expect_download() as downloading:
        page.locator(".jp-Dialog").get_by_role("button", name="Rendre quand même").click()
    expect(told).to_contain_text("Le dépôt est injoignable", timeout=A_MINUTE)
    expect(told).to_contain_text("Votre rendu est gardé")
    team.picture("rendre_sans_reseau")
    return downloading.value.suggested_filename


def check_zip(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert sorted(archive.namelist()) == ["1_trouver.ipynb", "2_manipuler.ipynb", "3_visualiser.ipynb", "equipe.json", "indices.json", "manifest.json"]
        manifest = json.loads(archive.read("manifest.json"))
    assert manifest["kind"] == "rendu" and manifest["team"] == {"name": "Les Sternes", "members": ["Awa", "Inès"], "challenge": CHALLENGE}
    assert manifest["edition"]["name"] == "Essai" and len(manifest["edition"]["version"]) == 8
    assert manifest["hints"] == {f"{CHALLENGE}.1.pompiers": 2} and manifest["environment"]["packages"]["pandas"]


def check_grades(received: Path, grading: Path) -> None:
    """Both zips are the team's, the last one counts, and its marks are what was answered."""
    environment = os.environ | {"CHALLENGE_DATA_GRADING": str(grading), "CHALLENGE_DATA_HOME": str(PROJECT)}
    done = subprocess.run([sys.executable, "-m", "challenge_data.cli", "grade", str(received), "--challenge", CHALLENGE, "--add-teams", "--json"], env=environment, cwd=grading.parent, capture_output=True, text=True)
    summary = json.loads(done.stdout)
    [row] = summary["teams"]
    masters = [nbformat.read(PROJECT / path.replace("exercises", "solutions"), 4) for path in (FIND, HANDLE)]
    expected = sum(points for master in masters for question, points in tested(master).items() if question != WRONG)
    assert (row["team"], row["automatic"], row["maximum"]) == ("les-sternes", expected, 100), row
    assert not row["flags"] and any("aides-velo (1)" in warning for warning in summary["warnings"]), summary
