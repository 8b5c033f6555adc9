"""Twenty teams and a hundred people, from their list to marks and pages, by the commands of docs/grading.md; three teams counted again by hand."""

import csv
import json
import os
import re
import sqlite3
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import edition
import openpyxl
import pypdf
import pytest
from bs4 import BeautifulSoup

PROJECT = Path(__file__).resolve().parents[1]
WAITS = "Les-Mouettes"


@dataclass
class Done:
    """The edition, once its commands ran."""

    home: Path
    printed: str

    @property
    def grading(self) -> Path:
        return self.home / "notation-2026"

    def rows(self, query: str, *values) -> list[tuple]:
        with sqlite3.connect(self.grading / "gradebook.db") as book:
            return book.execute(query, values).fetchall()

    def members(self, title: str) -> list[dict]:
        with open(self.home / "notes-2026" / "notes.csv", encoding="utf-8-sig", newline="") as file:
            return [row for row in csv.DictReader(file, delimiter=";") if row["equipe"] == title]

    def page(self, challenge: str, name: str) -> BeautifulSoup:
        return BeautifulSoup((self.grading / "reports" / challenge / name).read_text(encoding="utf-8"), "html.parser")


def commands() -> list[str]:
    """Of the page's section on a whole edition, word for word."""
    section = (PROJECT / "docs/grading.md").read_text(encoding="utf-8").split("## A whole edition\n", 1)[1].split("\n## ", 1)[0]
    return [block.strip() for block in re.findall(r"```bash\n(.*?)```", section, re.DOTALL)]


@pytest.fixture(scope="module")
def done(tmp_path_factory) -> Done:
    home = tmp_path_factory.mktemp("edition")
    edition.write(home)
    grading = home / "notation-2026"
    (grading / "people").mkdir(mode=0o700, parents=True)
    (grading / "people" / "rules.toml").write_text(edition.RULES)
    own = str(Path(sys.executable).parent)
    env = os.environ | {"HOME": str(home), "PATH": f"{own}{os.pathsep}{os.environ['PATH']}", "CHALLENGE_DATA_HOME": str(PROJECT), "PYTHONPATH": str(PROJECT / "src"), "CHALLENGE_DATA_GRADING": str(grading)}
    first, *others = commands()
    assert first.startswith("challenge-data roster"), "the list of teams comes first"
    printed = ""
    for rank, block in enumerate([first, *others]):
        if "challenge-data marks" in block:
            edition.grade_by_hand(grading)  # what a person does in formgrader, before the marks are taken out
        ran = subprocess.run(["bash", "-c", block], cwd=PROJECT, env=env, capture_output=True, text=True)
        printed += ran.stdout + ran.stderr
        assert ran.returncode in (0, 1) and "Traceback" not in ran.stderr, f"{block}\n{ran.stdout}\n{ran.stderr}"
        assert rank or not ran.returncode
    return Done(home, printed)


def counted(done: Done, team: str) -> dict[tuple[str, str], tuple[float, float, bool]]:
    """(notebook, cell) -> points, maximum, waits: from the database's own tables."""
    query = """SELECT notebook.name, base_cell.name, grade.auto_score, grade.manual_score, grade.extra_credit, grade_cells.max_score, grade.needs_manual_grade
        FROM grade JOIN base_cell ON base_cell.id = grade.cell_id JOIN grade_cells ON grade_cells.id = base_cell.id
        JOIN submitted_notebook ON submitted_notebook.id = grade.notebook_id JOIN notebook ON notebook.id = submitted_notebook.notebook_id
        JOIN submitted_assignment ON submitted_assignment.id = submitted_notebook.assignment_id WHERE submitted_assignment.student_id = ?"""
    return {(notebook, cell): ((manual if manual is not None else auto or 0) + (extra or 0), most, bool(waits)) for notebook, cell, auto, manual, extra, most, waits in done.rows(query, team)}


def test_every_person_has_a_line_and_only_what_is_sure_is_final(done):
    with open(done.home / "notes-2026" / "notes.csv", encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    assert len(rows) == 100 == len({row["courriel"] for row in rows}) and len({row["equipe"] for row in rows}) == 20
    without = {row["equipe"] for row in rows if row["note"] == ""}
    assert without == {"Les Bernaches", "Les Cormorans", "Les Eiders", "Les Harles"}, "cut short, empty, nothing, elsewhere: no zero"
    assert {row["equipe"] for row in rows if row["note_definitive"] == "non"} == without | {"Les Mouettes"}
    sheet = openpyxl.load_workbook(done.home / "notes-2026" / "notes.xlsx")["Membres"]
    assert sheet.max_row == 101
    moodle = [row for challenge in edition.CHALLENGES for row in csv.reader(open(done.home / "notes-2026" / f"moodle-{challenge}.csv", encoding="utf-8", newline=""))]
    assert len(moodle) == 102 and sum(row[1] == "-" for row in moodle) == 25, "five teams of five are not final"


@pytest.mark.parametrize(("title", "penalty", "coefficients"), [
    ("Les Goélands", 5, [1, 1, 1, 1, 1]),  # seventeen hours late
    ("Les Avocettes", 0, [1.1, 1.0, 1.0, 1.0, 0.9]),  # a signed share
    ("Les Pétrels", 0, [1, 1, 1, 1, 1]),  # a better one came two days late: it does not count
    ("Les Courlis", 0, [1, 1, 1, 1, 1]),  # a share that one did not sign
    ("Les Fous", 0, [1, 1, 1, 1, 1]),  # ten minutes late, in the grace
    ("Les Macareux", 0, [1, 1, 1, 1, 1]),  # forty hours late, in its extension
])  # fmt: skip
def test_each_figure_of_a_team_counted_again(done, title, penalty, coefficients):
    team, challenge = title.replace(" ", "-").replace("é", "e"), edition.CHALLENGES[edition.TITLES.index(title) % 2]
    cells = counted(done, team)
    total, most = sum(points for points, _, _ in cells.values()), sum(of for _, of, _ in cells.values())
    assert most == 100 and not any(waits for _, _, waits in cells.values())
    for member, coefficient in zip(done.members(title), coefficients, strict=True):
        given = [float(member[name].replace(",", ".")) for name in ("points", "sur", "en_attente", "penalite", "coefficient", "note")]
        assert given[:5] == [total, 100, 0, penalty, coefficient]
        assert given[5] == pytest.approx((total - penalty) / 100 * 20 * coefficient, abs=0.0050001), member["calcul"]
        left = member["calcul"].split("=")[0].replace("−", "-").replace("×", "*").replace(",", ".").replace("\u202f", "")
        assert eval(left) == pytest.approx(given[5], abs=0.0050001), "the formula on the line gives the mark on the line"
    page = done.page(challenge, f"equipes/{team}.html")
    assert page.select_one(".big").text.split()[0] == f"{total:g}".replace(".", ",")
    parts = defaultdict(float)
    for (notebook, _), (points, _, _) in cells.items():
        parts[notebook] += points
    said = [re.match(r"([\d,]+) sur (\d+)", bar.select_one("p span").text.replace("\u202f", " ").replace("\xa0", " ")) for bar in page.select(".bars .bar")]
    assert [float(found[1].replace(",", ".")) for found in said] == [parts[name] for name in sorted(parts)]
    listed = sum(float(found[1].replace(",", ".")) for span in page.select("main span.points") if (found := re.search(r"([\d,]+) sur", span.text)))
    assert listed == total, "the questions of the page add up to its total"
    text = "\n".join(sheet.extract_text() for sheet in pypdf.PdfReader(done.grading / "reports" / challenge / "equipes" / f"{team}.pdf").pages)
    formula, mark = re.search(r"Calcul[^:]*: (.+)", text), re.search(r"Note de l.équipe[^:]*: ([\d,]+) sur 20", text)
    assert formula and mark and formula[1].split("=")[1].strip().rstrip(".") == mark[1] == f"{(total - penalty) / 100 * 20:.2f}".replace(".", ",")
    assert ("de retard à déduire" in text) == bool(penalty)
    row = next(row for row in done.page(challenge, "vue-d-ensemble.html").select("table tbody tr") if row.th.text.strip() == title)
    assert re.findall(r"[\d,]+", row.find_all("td")[-2].text)[0] == f"{total:g}".replace(".", ",")


def test_the_first_in_time_counts_and_the_other_is_kept(done):
    told = json.loads((done.grading / "executed" / "Les-Petrels" / "aides-velo" / "result.json").read_text())
    assert told["team"] == "Les-Petrels" and len(list((done.grading / "received/aides-velo/Les-Petrels").iterdir())) == 2
    assert "Les-Petrels: the last in time" in done.printed and "is registered for defibrillateurs, not for aides-velo" in done.printed
    assert "nothing from: Les-Eiders" in done.printed and "stopped, dead kernel" in done.printed


def test_mentors_see_where_to_go_and_nobody_reads_of_another_team(done):
    overview = done.page("aides-velo", "vue-d-ensemble.html").text
    assert "Les Hérons" in overview and "Les Eiders" in overview and "Aucun carnet n’a pu être lu" in overview.replace("'", "’")
    broken = done.page("aides-velo", "equipes/Les-Bernaches.html").main.text
    assert "Ce n’est pas un zéro" in broken and "sur 100" not in broken
    for challenge in edition.CHALLENGES:
        for path in (done.grading / "reports" / challenge / "equipes").glob("*.html"):
            text = path.read_text(encoding="utf-8")
            assert sum(title in text for title in edition.TITLES) == 1, path.name
    assert {path.stat().st_mode & 0o077 for path in (done.grading / "reports").rglob("*")} == {0}
