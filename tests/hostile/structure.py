"""What a notebook can be, besides what was released: cells doubled, lost, turned; metadata of all kinds; files of a course beside it.

Most hand in the first notebook alone, all right, and deserve its 7 points.
"""

import copy
from pathlib import Path

from cases import Case, Ours, Stock, gathered, harmed, won
from course import ALL, GATES, IN_GATES, IN_WALLS, PROJECT, WALLS, WRONG, Course, cell_of, points, write
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

CASES: list[Case] = []
case = gathered(CASES)
_WRONG_WALLS = {question: WRONG[question] for question in ("hauteur", "tours", "garnison")}


def walls(folder: Path, notebook: NotebookNode) -> None:
    """Hand in the first notebook."""
    write(notebook, folder / f"{WALLS}.ipynb")


def graded(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if "nbgrader" in cell.metadata]


def tests(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in graded(notebook) if cell.metadata.nbgrader.grade_id.startswith("tests-")]


@case("double", "A graded cell copied and pasted.", harmed(ALL), ALL, says=("duplicate cell",))
def _(course: Course, folder: Path) -> None:
    notebook = course.right(folder)[WALLS]
    place = notebook.cells.index(cell_of(notebook, "hauteur"))
    notebook.cells.insert(place + 1, copy.deepcopy(notebook.cells[place]))
    walls(folder, notebook)


@case("test-double", "A test cell copied and pasted, its copy empty.", harmed(IN_WALLS), IN_WALLS)
def _(course: Course, folder: Path) -> None:
    notebook = course.answered(WALLS)
    twin = copy.deepcopy(cell_of(notebook, "tests-hauteur"))
    twin.source = "pass"
    notebook.cells.append(twin)
    walls(folder, notebook)


@case("metadonnees-vides", "All metadata emptied, as by an online editor.", harmed(IN_WALLS), IN_WALLS)
def _(course: Course, folder: Path) -> None:
    notebook = course.answered(WALLS)
    notebook.metadata = NotebookNode()
    for cell in notebook.cells:
        cell.metadata = NotebookNode()
    walls(folder, notebook)


@case("identites-perdues", "Metadata and cell ids lost, as by a conversion to another format and back.", harmed(IN_WALLS), IN_WALLS, says=("recognised cell",))
def _(course: Course, folder: Path) -> None:
    notebook = course.answered(WALLS)
    notebook.nbformat_minor = 4
    for cell in notebook.cells:
        cell.metadata = NotebookNode()
        del cell["id"]
    walls(folder, notebook)


for name, tries, version in (("schema-ancien", "An old version of nbgrader's metadata.", 1), ("schema-futur", "A version of nbgrader's metadata that does not exist yet.", 99),
                             ("schema-texte", "A version of nbgrader's metadata that is no number.", "trois")):
    @case(name, tries, harmed(IN_WALLS), IN_WALLS)
    def _(course: Course, folder: Path, version=version) -> None:
        notebook = course.answered(WALLS)
        for cell in graded(notebook):
            cell.metadata.nbgrader.schema_version = version
        walls(folder, notebook)


@case("renomme", "A browser's second download: « 1_murs (1).ipynb ».", harmed(IN_WALLS), IN_WALLS)
def _(course: Course, folder: Path) -> None:
    write(course.answered(WALLS), folder / f"{WALLS} (1).ipynb")


@case("donnee-supprimee", "The locked cell that gives the data deleted.", harmed(IN_WALLS), IN_WALLS, says=("cells put back",))
def _(course: Course, folder: Path) -> None:
    notebook = course.answered(WALLS)
    del notebook.cells[2]
    walls(folder, notebook)


@case("test-supprime", "Test cells deleted.", harmed(IN_WALLS), IN_WALLS, says=("cells put back",))
def _(course: Course, folder: Path) -> None:
    notebook = course.answered(WALLS)
    notebook.cells = [cell for cell in notebook.cells if cell not in tests(notebook)]
    walls(folder, notebook)


@case("test-en-texte", "Test cells turned to Markdown, the answers wrong.", harmed(IN_WALLS), 0, says=("cells put back",))
def _(course: Course, folder: Path) -> None:
    notebook = course.answered(WALLS, _WRONG_WALLS)
    for cell in tests(notebook):
        cell.cell_type = "markdown"
        cell.pop("outputs"), cell.pop("execution_count")
    walls(folder, notebook)


@case("test-pass", "Test cells edited to « pass » and worth 1,000 points, the answers wrong.", won(0), 0, says=("cells put back",),
      withstands="nbgrader lays back the text and the points of test cells; kept since everybody tries it")
def _(course: Course, folder: Path) -> None:
    notebook = course.answered(WALLS, _WRONG_WALLS)
    for cell in tests(notebook):
        cell.source = "pass"
        cell.metadata.nbgrader.points = 1000
    walls(folder, notebook)


@case("test-en-solution", "Test cells declared answers of the team, and emptied; one answer right.", harmed(1), 1, says=("cells put back",))
def _(course: Course, folder: Path) -> None:
    notebook = course.answered(WALLS, _WRONG_WALLS | {"hauteur": "hauteur = 12"})
    for cell in tests(notebook):
        cell.source = "pass"
        cell.metadata.nbgrader.update(solution=True, locked=False)
    walls(folder, notebook)


@case("test-saute", "Test cells tagged « skip-execution », a tag of the client that runs notebooks: what never ran never failed.", won(0), 0)
def _(course: Course, folder: Path) -> None:
    notebook = course.answered(WALLS, _WRONG_WALLS)
    for cell in tests(notebook):
        cell.metadata.tags = ["skip-execution"]
    walls(folder, notebook)


@case("test-nan", "Test cells worth NaN points, one worth less than nothing, one worth a text.", harmed(IN_WALLS), IN_WALLS)
def _(course: Course, folder: Path) -> None:
    notebook = course.answered(WALLS)
    for cell, value in zip(tests(notebook), (float("nan"), -50, "mille"), strict=True):
        cell.metadata.nbgrader.points = value
    walls(folder, notebook)


@case("ordre", "All cells in the opposite order.", harmed(IN_WALLS), IN_WALLS, says=("changed order",))
def _(course: Course, folder: Path) -> None:
    notebook = course.answered(WALLS)
    notebook.cells.reverse()
    walls(folder, notebook)


@case("deux-carnets", "The released notebook under its name, the answers in « 1_murs-final.ipynb ».", harmed(IN_WALLS), IN_WALLS, says=("several files",))
def _(course: Course, folder: Path) -> None:
    walls(folder, course.released(WALLS))
    write(course.answered(WALLS), folder / f"{WALLS}-final.ipynb")


@case("autre-defi", "A notebook of another challenge under our notebook's name.", harmed(IN_GATES), IN_GATES, says=("another work",))
def _(course: Course, folder: Path) -> None:
    other = next(iter(sorted((PROJECT / "exercises").glob("*/1_*.ipynb"))))
    course.right(folder)
    (folder / f"{WALLS}.ipynb").write_bytes(other.read_bytes())


@case("noms-croises", "Both notebooks, each under the other's name.", harmed(ALL), ALL)
def _(course: Course, folder: Path) -> None:
    write(course.answered(WALLS), folder / f"{GATES}.ipynb")
    write(course.answered(GATES), folder / f"{WALLS}.ipynb")


@case("reponses-ailleurs", "A second cell, not graded, that bears an answer's name of the other notebook; its own answer is wrong.", harmed(points("tours", "garnison")), points("tours", "garnison"))
def _(course: Course, folder: Path) -> None:
    notebook = course.answered(WALLS, {"hauteur": WRONG["hauteur"]})
    foreign = cell_of(course.answered(GATES), "veille")
    notebook.cells.insert(0, foreign)
    walls(folder, notebook)


def _kept_small(ours: Ours) -> str:
    size = len(ours.executed(WALLS))
    return f"the notebook that was run weighs {size} bytes" if size > 500_000 else ""


@case("grosses-images", "15 MB of pictures attached to a text.", lambda stock: f"copied on: {len(stock.autograded(WALLS)) / 1e6:.0f} MB for each copy" if len(stock.autograded(WALLS)) > 14e6 else "",
      IN_WALLS, also=_kept_small, must="none of it is kept in what was run")
def _(course: Course, folder: Path) -> None:
    notebook = course.answered(WALLS)
    notebook.cells.append(new_markdown_cell("![image](attachment:a.png)", attachments={"a.png": {"image/png": "A" * 15_000_000}}))
    walls(folder, notebook)


_FORGED = '<script>document.title = "SCRIPT-RAN"</script>'
_FORGED_TEXT = ('<div id="toc"><h1>1_murs (Score: 100.0 / 100.0)</h1></div>' + _FORGED + '<img src="x" onerror="document.title=\'SCRIPT-RAN\'"> [ici](javascript:alert(1)) '
                '<a href="javascript:alert(2)">là</a><iframe srcdoc="<script>parent.document.title=1</script>"></iframe><form action="http://example.org"><input name="a"></form>')


def dangerous(page: str) -> str:
    """What of the forged text a browser would obey in a page."""
    found = [word for word in ("<script>document.title", '<img src="x" onerror', 'href="javascript:', "<iframe srcdoc", '<form action="http://example.org') if word in page]
    return ", ".join(found)


def _page_obeys(stock: Stock) -> str:
    return f"the page holds {found}" if (found := dangerous(stock.feedback(WALLS))) else ""


def _page_is_safe(ours: Ours) -> str:
    page = ours.feedback(WALLS) + ours.feedback(GATES)
    if not page:
        return "no feedback"
    return f"the page holds {found}" if (found := dangerous(page)) else ""


@case("texte-piege", "Scripts, javascript: links, a frame, a form and a forged score in a text.", _page_obeys, IN_WALLS, by="feedback", also=_page_is_safe, must="no script, frame, form or javascript: link in the page")
def _(course: Course, folder: Path) -> None:
    notebook = course.answered(WALLS)
    notebook.cells.insert(0, new_markdown_cell(_FORGED_TEXT))
    walls(folder, notebook)


@case("essai-piege", "The same in the essay, which a person reads in formgrader.", lambda stock: f"the page holds {found}" if (found := dangerous(stock.feedback(GATES))) else "", IN_GATES, by="feedback",
      also=_page_is_safe, must="no script, frame, form or javascript: link in the page")
def _(course: Course, folder: Path) -> None:
    write(course.answered(GATES, {"avis": _FORGED_TEXT}), folder / f"{GATES}.ipynb")


@case("sorties-forgees", "Outputs forged in the file: every test says that it passed, a cell of text gives a number, a raw one writes HTML.", won(0), 0,
      withstands="nbgrader clears outputs before it runs; kept since ours must too")
def _(course: Course, folder: Path) -> None:
    notebook = course.answered(WALLS, _WRONG_WALLS)
    for cell in tests(notebook):
        cell.outputs = [new_output("execute_result", {"text/plain": "1000", "text/html": _FORGED}, execution_count=1)]
        cell.execution_count = 1
    walls(folder, notebook)


@case("horodatage", "A timestamp.txt that holds no date.", harmed(IN_WALLS), IN_WALLS)
def _(course: Course, folder: Path) -> None:
    walls(folder, course.answered(WALLS))
    (folder / "timestamp.txt").write_text("hier soir, vers minuit")


@case("horodatage-futur", "A timestamp.txt of its own making, a year early.", lambda stock: "taken for the hour of the hand-in" if b"2001-01-01" in (stock.machine / "grading/gradebook.db").read_bytes() else "", IN_WALLS,
      also=lambda ours: "the gradebook holds the team's date" if b"2001-01-01" in (ours.grading / "gradebook.db").read_bytes() else "", must="the hour is that of the reception")
def _(course: Course, folder: Path) -> None:
    walls(folder, course.answered(WALLS))
    (folder / "timestamp.txt").write_text("2001-01-01 08:00:00 UTC")


@case("noyau-inconnu", "A kernel that does not exist, of another language, with a command of its own.", harmed(IN_WALLS), IN_WALLS,
      withstands="nbgrader lays back the kernel's name; kept since ours starts kernels in its own way")
def _(course: Course, folder: Path) -> None:
    notebook = course.answered(WALLS)
    notebook.metadata.kernelspec = {"name": "rootkit", "display_name": "Root", "language": "bash", "argv": ["/bin/sh", "-c", "id"]}
    notebook.metadata.language_info = {"name": "bash", "file_extension": ".sh", "version": "99"}
    walls(folder, notebook)


_CHEAT = '''"""Takes the place of a library, makes every check succeed, then steps aside."""
import sys
from challenge_data import check
for verb in ("that", "number", "same_set", "column", "has_columns"):
    setattr(type(check), verb, staticmethod(lambda *a, **k: None))
del sys.modules["pandas"]
places, sys.path[:] = sys.path[:], [place for place in sys.path if "python" in place]
import pandas
sys.path[:] = places
'''


@case("pandas-a-cote", "A pandas.py beside the notebook, which makes every check succeed; the answers wrong.", won(0), 0)
def _(course: Course, folder: Path) -> None:
    write(course.answered(GATES, {"registre": WRONG["registre"], "veille": WRONG["veille"]}), folder / f"{GATES}.ipynb")
    (folder / "pandas.py").write_text(_CHEAT)


_SETTINGS = ("nbgrader_config.py", "jupyter_config.py", "jupyter_nbconvert_config.py", "ipython_config.py", "sitecustomize.py", "usercustomize.py", "conftest.py", ".env",
             ".ipython/profile_default/startup/00.py")


@case("reglages-a-cote", "Configuration and start files of every tool beside the notebook, each of which writes where it must not.",
      lambda stock: "one of them ran" if (stock.machine / "home" / "RAN").exists() else "", IN_WALLS, also=lambda ours: "one of them ran" if (ours.outside / "RAN").exists() else "",
      must="none of them ran", withstands="today's versions no longer read the current folder; kept for versions to come")
def _(course: Course, folder: Path) -> None:
    walls(folder, course.answered(WALLS))
    for name in _SETTINGS:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("import os, pathlib\npathlib.Path(os.environ.get('HOME', '/'), 'RAN').touch()\n")


@case("indices-faux", "An indices.json and an equipe.json of all types but the right ones, 2 MB deep.", harmed(IN_WALLS), IN_WALLS, withstands="nbgrader does not read them; ours does")
def _(course: Course, folder: Path) -> None:
    walls(folder, course.answered(WALLS))
    (folder / "indices.json").write_text("[" * 1_000_000 + "]" * 1_000_000)
    (folder / "equipe.json").write_text('{"nom": {"a": [null, 1e999, "../../autre-equipe"]}}')


@case("dix-mille-cellules", "10,000 cells of code of its own, each of which says something.", lambda stock: f"not done after {stock.seconds:.0f} s, and the sibling waits" if stock.code is None else "",
      IN_WALLS, says=("too many extra cells",), seconds=20)
def _(course: Course, folder: Path) -> None:
    notebook = course.answered(WALLS)
    notebook.cells += [new_code_cell(f"print({number})", id=f"{number:08x}") for number in range(10_000)]
    walls(folder, notebook)
