"""docs/grading.md followed word for word by an instructor: hand-ins, scores, formgrader, feedback. Screenshots go to build/screenshots/."""

import json
import os
import re
import subprocess
import sys
import urllib.request
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import pytest
from conftest import PROJECT, SCREENSHOTS, serve
from nbformat.v4 import new_code_cell, new_markdown_cell
from playwright.sync_api import Page, expect

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from test_nbgrader import answer, copy_of_the_course  # noqa: E402

DOCS = PROJECT / "docs/grading.md"
CHALLENGE = "defibrillateurs"
TEAMS = ("les-fous", "les-goelands", "les-macareux", "les-petrels", "les-sternes")
COMMENT = "Clair et « chiffré » : il manque la date."
# Each of these runs in a page that is not cleaned; a heading under a question's name would take the place of its score.
SCRIPT = """<script>window.ran.push("script")</script> <img src="x" onerror="window.ran.push('img')"> [ici](javascript:window.ran.push('lien'))
<svg onload="window.ran.push('svg')"></svg> <iframe srcdoc="<script>parent.ran.push('iframe')</script>"></iframe>

# message
"""
SHOWING = """from IPython.display import HTML, Javascript, Markdown, display
display(HTML("<img src=x onerror='window.ran.push(1)'>"), Javascript("window.ran.push(2)"), Markdown("<img src=x onerror='window.ran.push(3)'>"))
display({"image/png": "iVBORw0KGgo="}, metadata={"image/png": {"width": "1 onerror=window.ran.push(4)"}}, raw=True)
display({"text/html": "<script>parent.ran.push(5)</script>"}, metadata={"text/html": {"isolated": True}}, raw=True)
"""


def blocks() -> list[tuple[str, str, str]]:
    """(language, file that the line above names or "", text) of each fenced block of the page, in order."""
    # A whole edition has a test of its own, with twenty teams.
    before, _, rest = DOCS.read_text(encoding="utf-8").partition("## A whole edition\n")
    written = before + rest.partition("\n## ")[2]
    pattern = re.compile(r"(?:^`([^`\n]+)`:\n\n)?^```(\w+)\n(.*?)\n```$", re.MULTILINE | re.DOTALL)
    return [(match[2], match[1] or "", match[3] + "\n") for match in pattern.finditer(written)]


@dataclass
class Terminal:
    """A terminal opened in the repository: lines are typed one after the other, as bash reads them."""

    course: Path
    home: Path
    env: dict[str, str]
    before: list[str] = field(default_factory=list)
    """Lines that hold for those that follow."""

    def type(self, line: str) -> str:
        """What it prints; ``grade`` and ``marks`` may say that something is to look at, all else must succeed."""
        if line.split()[0] in ("source", "export"):
            self.before.append(line)
        done = subprocess.run(["bash", "-c", "\n".join([*self.before, line])], cwd=self.course, env=self.env, capture_output=True, text=True)
        assert done.returncode in ((0, 1) if line.startswith(("challenge-data grade", "challenge-data marks")) else (0,)), f"{line}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    @property
    def grading(self) -> Path:
        return self.home / "notation-2026"


@pytest.fixture(scope="module")
def terminal(tmp_path_factory) -> Terminal:
    """On a machine where the two lines that install were typed long ago: they are stood in for."""
    course, home, tools = copy_of_the_course(tmp_path_factory.mktemp("depot")), tmp_path_factory.mktemp("maison"), tmp_path_factory.mktemp("outils")
    for name, lines in {"sudo": "exit 0", "python3": f'[ "$2" = challenge_data.lab ] && shift 3 && exec "$@"\nexec {sys.executable} "$@"'}.items():
        (tools / name).write_text(f"#!/bin/bash\n{lines}\n")
        (tools / name).chmod(0o755)
    environment = Path(sys.executable).parent
    activate = course / ".venv/bin/activate"
    activate.parent.mkdir(parents=True)
    activate.write_text(f'export PATH="{tools}:{environment}:$PATH"\n')
    env = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "CHALLENGE_DATA"))}
    # The second line is typed before the environment is activated, but finds it.
    env |= {"HOME": str(home), "PATH": f"{tools}:{env['PATH']}:{environment}", "CHALLENGE_DATA_HOME": str(course)}
    hand_in(course, home / "rendus")
    return Terminal(course, home, env)


def hand_in(course: Path, received: Path) -> None:
    """Everything right; half, with scripts, and a cell lost; nothing; everything, with a module that no question asks for; a zip cut short."""
    for team in TEAMS[1:]:
        (received / team).mkdir(parents=True)
    for path in sorted((course / "solutions" / CHALLENGE).glob("*.ipynb")):
        master = nbformat.read(path, 4)
        questions = [cell.metadata.nbgrader.grade_id for cell in master.cells if cell.metadata.get("nbgrader", {}).get("solution")]
        for team, answered in {"les-sternes": questions, "les-macareux": questions[::2], "les-goelands": [], "les-petrels": questions}.items():
            notebook = answer(nbformat.read(course / "exercises" / CHALLENGE / path.name, 4), master, set(answered))
            for cell in notebook.cells:
                question = cell.metadata.get("nbgrader", {}).get("grade_id")
                if team == "les-petrels" and question == "pompiers":
                    cell.source = f"import os\n{cell.source}"
                if team == "les-macareux" and question in ("liste", "journal", "note"):
                    cell.source = SCRIPT
            if team == "les-macareux":
                notebook.cells = [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade_id") != "entete"]
                notebook.cells += [new_markdown_cell(SCRIPT), new_code_cell(SHOWING)]
            nbformat.write(notebook, received / team / path.name)
    with zipfile.ZipFile(received / "les-fous.zip", "w") as archive:
        archive.write(received / "les-sternes/1_trouver.ipynb", "1_trouver.ipynb")
    (received / "les-fous.zip").write_bytes((received / "les-fous.zip").read_bytes()[:5000])


@dataclass
class Formgrader:
    url: str
    printed: str
    """What the short path's run said."""

    def ask(self, what: str) -> list | dict:
        with urllib.request.urlopen(f"{self.url}/formgrader/api/{what}") as answer:
            return json.load(answer)

    def of(self, team: str, notebook: str) -> dict:
        return next(each for each in self.ask(f"submitted_notebooks/{CHALLENGE}/{notebook}") if each["student"] == team)


@pytest.fixture(scope="module")
def formgrader(terminal) -> Iterator[Formgrader]:
    """The short path, to its last line."""
    lines = blocks()[0][2].splitlines()
    printed = [terminal.type(line) for line in lines[:-1]]
    assert "--add-teams" in printed[1] and lines[-1].startswith("jupyter lab ")
    env = terminal.env | {"CHALLENGE_DATA_GRADING": str(terminal.grading)}
    for url in serve(terminal.course, env, *lines[-1].split()[2:]):
        yield Formgrader(url, printed[-1])


@pytest.fixture
def page(browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="fr-FR")
    page = context.new_page()
    page.set_default_timeout(20_000)
    page.add_init_script("window.ran = []")
    yield page
    context.close()


def picture(page: Page, name: str, whole: bool = False) -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"notation-{name}.png", full_page=whole)


def open_submission(page: Page, formgrader: Formgrader, team: str, notebook: str) -> None:
    """By the list, as the page says; the eye shows whose it is."""
    page.goto(f"{formgrader.url}/formgrader/gradebook/{CHALLENGE}/{notebook}")
    expect(page.get_by_role("link", name=re.compile("Submission #"))).to_have_count(len(TEAMS), timeout=20_000)
    page.get_by_role("button", name="Show All Names").click()
    page.get_by_role("link", name=team).click()
    expect(page.locator("input.score").first).to_be_visible(timeout=20_000)
    page.wait_for_load_state("networkidle")


def give(page: Page, field: str, value: str) -> None:
    """Typed, and saved as the field is left."""
    with page.expect_response(lambda response: response.request.method == "PUT") as saved:
        page.locator(f"[id='{field}']").fill(value)
        page.keyboard.press("Tab")
    assert saved.value.ok


def says(line: str, printed: str) -> bool:
    """Whether a line of the page, where … is any word, was printed; columns may be wider."""
    return bool(re.search(r"^" + r"\s+".join(re.escape(word).replace("…", r"\S+") for word in line.split()) + "$", printed, re.MULTILINE))


def test_the_table_is_as_the_page_shows_it(formgrader):
    [table] = [text for language, _, text in blocks() if language == "text"]
    for line in table.splitlines():
        assert says(line, formgrader.printed), f"{line}\n\n{formgrader.printed}"
    assert says("les-macareux … … 100 … to look at", formgrader.printed) and "les-fous: les-fous.zip is damaged or cut short" in formgrader.printed


def test_formgrader_shows_every_page(formgrader, page):
    page.goto(formgrader.url)
    expect(page).to_have_url(re.compile(rf"/formgrader/gradebook/{CHALLENGE}\??$"))
    expect(page.get_by_role("link", name="1_trouver")).to_be_visible()
    picture(page, "carnets")
    page.get_by_role("link", name="Manual Grading").first.click()
    expect(page.locator("tr", has_text=CHALLENGE).locator("td").nth(2)).to_have_text(str(len(TEAMS)))
    picture(page, "defis")
    page.get_by_role("link", name=CHALLENGE).click()
    page.get_by_role("link", name="1_trouver").click()
    expect(page.get_by_role("link", name=re.compile("Submission #"))).to_have_count(len(TEAMS))
    picture(page, "rendus")
    page.get_by_role("link", name="Submission #1", exact=True).click()
    expect(page.locator("input.score").first).to_be_visible()
    picture(page, "rendu")
    for rank in range(len(TEAMS)):  # to the last one, then back to the list
        expect(page.get_by_text(f"Submission {rank + 1} / {len(TEAMS)}")).to_be_visible(timeout=20_000)
        page.get_by_role("link", name=re.compile("Next")).click()
    expect(page).to_have_url(re.compile(f"/gradebook/{CHALLENGE}/1_trouver$"))
    page.goto(f"{formgrader.url}/formgrader/manage_students")
    for team in TEAMS:
        expect(page.locator("td", has_text=re.compile(f"^{team}$"))).to_be_visible(timeout=20_000)
    picture(page, "equipes")
    page.goto(f"{formgrader.url}/formgrader/manage_assignments")
    expect(page.locator("tr", has_text=CHALLENGE).get_by_role("link", name=str(len(TEAMS)), exact=True)).to_be_visible()
    picture(page, "reglages")


def test_its_own_autograde_finds_nothing_to_run(formgrader, page, terminal):
    folder = terminal.grading / "autograded"
    before = {path: path.read_bytes() for path in folder.rglob("*.ipynb")}
    page.goto(f"{formgrader.url}/formgrader/manage_submissions/{CHALLENGE}")
    row = page.locator("tr", has=page.locator("td", has_text=re.compile("^les-sternes$")))
    with page.expect_response(re.compile("les-sternes/autograde$")) as tried:
        row.locator(".autograde a").click()
    assert tried.value.json()["success"] is False and "No notebooks were matched" in tried.value.json()["log"]
    assert {path: path.read_bytes() for path in folder.rglob("*.ipynb")} == before
    assert [path.name for path in (terminal.grading / "submitted").rglob("*") if path.is_file()] == ["timestamp.txt"] * len(TEAMS)


def test_nothing_that_a_team_wrote_runs(formgrader, page, terminal):
    seen = []
    for notebook, question in {"1_trouver": "liste", "2_manipuler": "journal", "3_visualiser": "note"}.items():
        open_submission(page, formgrader, "les-macareux", notebook)
        seen += page.evaluate("window.ran") + page.get_by_role("link", name="ici", exact=True).all_inner_texts()
        # Shown as the text that it is, and a heading does not pass for a field.
        expect(page.get_by_text('<script>window.ran.push("script")</script>').first).to_be_visible()
        assert page.locator("[id='message']").count() == (notebook == "1_trouver")
        page.locator(f"[id='{question}']").scroll_into_view_if_needed()
        page.wait_for_timeout(1000)  # the page glides
        picture(page, f"scripts-{notebook}")
        page.goto((terminal.grading / "feedback/les-macareux" / CHALLENGE / f"{notebook}.html").as_uri())
        expect(page.get_by_text('<script>window.ran.push("script")</script>').first).to_be_visible()
        seen += page.evaluate("window.ran") + page.get_by_role("link", name="ici", exact=True).all_inner_texts()
    assert seen == []


def test_a_figure_a_table_and_our_boxes_are_still_there(formgrader, page):
    open_submission(page, formgrader, "les-sternes", "3_visualiser")
    figure = page.get_by_alt_text(re.compile("Deux barres par commune"))
    figure.scroll_into_view_if_needed()
    assert figure.evaluate("image => image.naturalWidth") > 300
    assert page.locator("table.dataframe td").count() > 10
    expect(page.locator(".alert-warning", has_text="Comment cette réponse est notée").first).to_be_visible()
    page.wait_for_timeout(1000)
    picture(page, "figure")


def test_marks_and_comments_stay_and_reach_the_team(formgrader, page, terminal):
    open_submission(page, formgrader, "les-sternes", "1_trouver")
    give(page, "message", "3")
    give(page, "message-comment", COMMENT)
    picture(page, "points")
    open_submission(page, formgrader, "les-petrels", "1_trouver")
    expect(page.get_by_text("une commande inhabituelle ici").first).to_be_visible()
    page.locator("[id='tests-pompiers']").scroll_into_view_if_needed()
    page.wait_for_timeout(1000)
    picture(page, "retenu")
    assert formgrader.of("les-petrels", "1_trouver")["needs_manual_grade"]
    give(page, "tests-pompiers", "3")

    changed = terminal.home / "rendus/les-sternes/2_manipuler.ipynb"
    notebook = nbformat.read(changed, 4)
    next(cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == "conforme").source = "conforme = None"
    nbformat.write(notebook, changed)
    again = next(text for _, _, text in blocks() if text == f"challenge-data grade ~/rendus --challenge {CHALLENGE}\n")
    printed = terminal.type(again.strip())
    assert says("les-sternes 62 65 100 … graded", printed), printed
    assert formgrader.of("les-sternes", "1_trouver")["written_score"] == 3

    page.goto((terminal.grading / "feedback/les-sternes" / CHALLENGE / "1_trouver.html").as_uri())
    expect(page.get_by_text("Score: 3.0 / 4.0").first).to_be_visible()
    comment = page.get_by_text(COMMENT)
    comment.scroll_into_view_if_needed()
    picture(page, "retour")
    page.goto((terminal.grading / "feedback/les-petrels" / CHALLENGE / "1_trouver.html").as_uri())
    expect(page.locator("li", has=page.get_by_role("link", name="Test cell")).first).to_contain_text("3.0 / 3.0")


def test_a_team_reads_french_sentences_and_what_was_put_right(formgrader, page, terminal):
    pages = sorted((terminal.grading / "feedback").rglob("*.html"))
    assert len(pages) == 3 * len(TEAMS)
    assert not [path for path in pages if "Traceback (most recent call last)" in path.read_text(encoding="utf-8")]
    page.goto((terminal.grading / "feedback/les-macareux" / CHALLENGE / "1_trouver.html").as_uri())
    expect(page.get_by_text("Avant la correction de ce carnet :")).to_be_visible()
    expect(page.get_by_text("La cellule de réponse « entete » n'est pas dans le carnet rendu")).to_be_visible()
    picture(page, "avant-la-correction")
    page.goto((terminal.grading / "feedback/les-goelands" / CHALLENGE / "1_trouver.html").as_uri())
    expect(page.get_by_text("attend votre réponse").first).to_be_visible()
    page.goto((terminal.grading / "feedback/les-fous" / CHALLENGE / "1_trouver.html").as_uri())
    expect(page.get_by_text("Aucun fichier rendu ne correspond au carnet")).to_be_visible()
    picture(page, "non-rendu")


def test_every_other_command_of_the_page_does_what_it_says(formgrader, terminal):
    for language, file, text in blocks()[1:]:
        if file:
            Path(file.replace("~", str(terminal.home))).write_text(text, encoding="utf-8")
        elif language == "bash":
            for line in text.splitlines():
                terminal.type(line)
    home = terminal.home
    assert {tuple(row.split(";")[:2]) for row in (home / "notes" / "notes.csv").read_text(encoding="utf-8").splitlines()[1:]} == {(f'"{team}"', f'"{CHALLENGE}"') for team in TEAMS}
    assert {path.stem for path in (terminal.grading / "reports" / CHALLENGE / "equipes").glob("*.pdf")} == set(TEAMS)
    assert {each["team"] for each in json.loads((home / "notation.json").read_text(encoding="utf-8"))["teams"]} == set(TEAMS)
    assert {path.stem for path in (home / "retours").glob("*.zip")} == set(TEAMS)
    assert zipfile.ZipFile(home / "retours/les-sternes.zip").namelist()[-1].endswith(".html")
    assert (home / "notation-copie.tar.gz").stat().st_size > 100_000
    stock = home / "notation-nbgrader/feedback/les-sternes" / CHALLENGE
    assert len(list(stock.glob("*.html"))) == 3
