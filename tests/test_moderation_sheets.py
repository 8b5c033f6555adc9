"""A second marking, from the draw to agreed points in the gradebook: blind, on paper that people fill, every fault told at once."""

import base64
import csv
import json
import shutil
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_output
from nbgrader.api import Gradebook
from openpyxl import load_workbook
from test_grading_recording import executed
from tiny import NOTEBOOK, write_course

from challenge_data import build, cli
from challenge_data.grading.moderation import sheets
from challenge_data.grading.moderation.answers import CannotModerate, answers, questions
from challenge_data.grading.moderation.comparing import compare
from challenge_data.grading.moderation.drawing import draw, sample
from challenge_data.grading.moderation.settling import plan, settle
from challenge_data.grading.recording import Recorder
from challenge_data.grading.teams.roster import Member, Roster, Team, keep

CHART = '''
+++
## Question 3

:::bareme
- **6 points** : une figure qui se lit.
- **4 points** : une figure sans unités.
- **2 points** : une figure sans titre.
- **0 point** : rien.
:::

```{code-cell}
:essay: figure
:points: 6
:stub: figure = …
### BEGIN SOLUTION
figure = 1
### END SOLUTION
```
'''
TEAMS = tuple(f"oiseaux-{rank:02}" for rank in range(12))
PNG = base64.b64encode(b"\x89PNG no real one").decode()


@pytest.fixture(scope="module")
def lastweek(tmp_path_factory) -> Path:
    """A course, and twelve teams recorded and graded by a first person."""
    place = tmp_path_factory.mktemp("semaine")
    course, grading = write_course(place / "cours", notebook=NOTEBOOK.replace(":points: 60", ":points: 54") + CHART), place / "notation"
    build.build(course)
    with Recorder(course, "tiny", grading) as recorder:
        recorder.prepare()
        recorder.add_teams(TEAMS)
        for rank, team in enumerate(TEAMS):
            folder = executed(course, grading, team, essay=f"Réponse de {team}, dit Zoé Exemple. <script>alert(1)</script> n° {rank}")
            notebook = nbformat.read(folder / "1_trouver.ipynb", 4)
            for cell in notebook.cells:
                if cell.metadata.get("nbgrader", {}).get("grade_id") == "figure":
                    cell.source = f"figure = {rank}"
                    cell.outputs = [new_output("display_data", {"image/png": PNG, "text/plain": "x"}), new_output("stream", name="stdout", text="<b>dit</b>")]
            nbformat.write(notebook, folder / "1_trouver.ipynb")
            recorder.record(team)
    first(grading, {(team, cell): points for rank, team in enumerate(TEAMS) for cell, points in (("avis", [40, 25, 10, 0][rank % 4]), ("figure", [6, 4, 2, 0][rank % 4]))})
    keep(grading, Roster((Team("oiseaux-00", "Les Oiseaux zéro", "tiny", (Member("Zoé Exemple", "zoe@exemple.invalid"),)),)))
    return place


@pytest.fixture
def place(lastweek, tmp_path) -> Path:
    return shutil.copytree(lastweek, tmp_path / "ici")


def first(grading: Path, given: dict[tuple[str, str], float]) -> None:
    with Gradebook(f"sqlite:///{grading / 'gradebook.db'}", "challenge-data") as book:
        for (team, cell), points in given.items():
            grade = book.find_grade(cell, "1_trouver", "tiny", team)
            grade.manual_score, grade.needs_manual_grade = points, False
        book.db.commit()


def manual(grading: Path) -> dict[tuple[str, str], float]:
    with Gradebook(f"sqlite:///{grading / 'gradebook.db'}", "challenge-data") as book:
        return {(team, cell): book.find_grade(cell, "1_trouver", "tiny", team).manual_score for team in TEAMS for cell in ("avis", "figure")}


def where(place: Path) -> dict:
    return {"course": place / "cours", "grading": place / "notation"}


def drawn(place: Path, **how):
    return draw("tiny", "MM", **where(place), **{"share": 100, "seed": 7} | how)


def key(place: Path) -> dict[str, dict]:
    return json.loads((place / "notation/moderation/tiny/MM.cle.json").read_text())["copies"]


def rows(path: Path) -> list[list[str]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:  # filled before
        text = path.read_text(encoding="cp1252")
    return list(csv.reader(text.splitlines(), delimiter=";"))


def fill(path: Path, points: dict[str, str], column: str = "points", **more: str) -> None:
    """What a person types in a spreadsheet, saved as CSV: copy -> points."""
    table = rows(path)
    for row in table[1:]:
        row[table[0].index(column)] = points.get(row[table[0].index("copie")], "")
        for name, text in more.items():
            row[table[0].index(name)] = text
    with path.open("w", encoding="cp1252", newline="") as file:
        csv.writer(file, delimiter=";").writerows(table)


def sheet(place: Path) -> Path:
    return place / "notation/moderation/tiny/MM/deuxieme-lecture.csv"


def same(place: Path, **other: str) -> dict[str, str]:
    """First marks, but those of ``other`` (copy -> points), as a second person would type them."""
    now = manual(place / "notation")
    return {copy: f"{now[one['team'], one['cell']]:g}".replace(".", ",") for copy, one in key(place).items()} | {copy.lstrip("c"): text for copy, text in other.items()}


def copies_of(place: Path, cell: str) -> list[str]:
    return [copy for copy, one in key(place).items() if one["cell"] == cell]


def test_questions_and_answers_are_those_that_a_person_grades(place):
    asked = questions(place / "cours", "tiny")
    assert [(one.name, one.maximum, [points for points, _ in one.levels]) for one in asked] == [("1_trouver/avis", 40, [40, 25, 10, 0]), ("1_trouver/figure", 6, [6, 4, 2, 0])]
    assert asked[0].title == "1.2 · Question 2" and "un avis, et sa raison" in asked[0].asked
    assert len(answers(place / "cours", "tiny", place / "notation")) == 24


def test_the_same_seed_draws_the_same_and_every_question_has_five(place):
    found = answers(place / "cours", "tiny", place / "notation")
    one, again, other = (sample(found, 20, None, seed) for seed in (1, 1, 2))
    assert one == again != other and list(one) == [f"{rank:03}" for rank in range(1, 11)]
    counts = [[each.question.cell for each in drawn.values()].count(cell) for drawn in (one, sample(found, 50, None, 1), sample(found, 20, 8, 1), sample(found, 100, None, 1), sample(found[:3], 20, None, 1))
              for cell in ("avis", "figure")]
    assert counts == [5, 5, 6, 6, 8, 8, 12, 12, 3, 0]
    assert len({each.team for each in one.values()}) > 5, "questions are drawn apart"


def test_what_the_marker_gets_names_nobody_and_runs_nothing(place):
    told = drawn(place)
    assert told.counts == {"1_trouver/avis": (12, 12), "1_trouver/figure": (12, 12)} and sorted(path.name for path in told.folder.iterdir()) == ["copies.html", "deuxieme-lecture.csv", "deuxieme-lecture.xlsx"]
    page = (told.folder / "copies.html").read_text()
    for team in TEAMS:
        assert team not in page and team not in (told.folder / "deuxieme-lecture.csv").read_text()
    assert "Réponse de [équipe]" in page and page.count("Zoé Exemple") == 11, "the roster knows it of one team only"
    assert "<script" not in page and "&lt;script&gt;" in page and "&lt;b&gt;dit&lt;/b&gt;" in page
    assert page.count(f"data:image/png;base64,{PNG}") == 12 and "http://" not in page and "default-src 'none'" in page
    table = rows(told.folder / "deuxieme-lecture.csv")
    assert table[0] == ["copie", "question", "maximum", "niveaux", "points", "commentaire"] and table[1] == ["001", "1_trouver/avis", "40", "40 | 25 | 10 | 0", "", ""]
    assert load_workbook(told.folder / "deuxieme-lecture.xlsx").active["A2"].value == "001"
    home = place / "notation/moderation"
    assert all(path.stat().st_mode & 0o077 == 0 for path in [home / "tiny", *(home / "tiny").rglob("*")])


def test_a_sample_is_never_drawn_over(place):
    drawn(place)
    before = {path: path.read_bytes() for path in (place / "notation/moderation").rglob("*.*") if path.is_file()}
    with pytest.raises(CannotModerate, match="MM already has a sample.*left as it is"):
        drawn(place, seed=8)
    assert before == {path: path.read_bytes() for path in (place / "notation/moderation").rglob("*.*") if path.is_file()}
    for name in ("", "../x", "Zoé"):
        with pytest.raises(CannotModerate, match="cannot be a marker's folder"):
            draw("tiny", name, **where(place))
    with pytest.raises(CannotModerate, match="is in the course's folder, which is public"):
        draw("tiny", "AB", course=place / "cours", grading=place / "cours/notation")
    with pytest.raises(CannotModerate, match="No question of « tyni »"):
        draw("tyni", "AB", **where(place))


def test_all_faults_of_a_sheet_are_told_at_once_and_nothing_is_written(place):
    drawn(place)
    fill(sheet(place), same(place, c001="41", c002="", c003="=2+2", c004="beaucoup", c005="-1", c006="nan"))
    table = rows(sheet(place))
    table[7][0], table[8][1] = "999", "1_trouver/figure"
    table.append(list(table[9]))
    with sheet(place).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=";").writerows(table)
    with pytest.raises(CannotModerate) as told:
        compare("tiny", **where(place))
    said = str(told.value)
    for words in ("line 2: copy 001: 41 is not between 0 and 40.", "line 3: copy 002 has no points.", "line 4: copy 003: a formula (=2+2)", "copy 004: « beaucoup » is no number", "copy 005: -1 is not between",
                  "copy 006: nan is not between", "« 999 » was not drawn", "copy 007 has no line any more", "copy 008 is of 1_trouver/avis, the line says « 1_trouver/figure »", "copy « 009 » is there twice", "10 fault(s); nothing was written"):
        assert words in said, said
    assert not list((place / "notation/moderation/tiny").glob("ecarts*"))
    sheet(place).unlink()
    (sheet(place).with_suffix(".xlsx")).write_bytes(b"PK no workbook")
    with pytest.raises(CannotModerate, match="cannot be read .*save it again as xlsx"):
        compare("tiny", **where(place))


def test_differences_are_sorted_and_agreement_is_told(place):
    drawn(place)
    essay, chart = copies_of(place, "avis"), copies_of(place, "figure")
    now = manual(place / "notation")
    up = next(copy for copy in essay if now[key(place)[copy]["team"], "avis"] == 0)
    half = next(copy for copy in chart if now[key(place)[copy]["team"], "figure"] == 4)
    fill(sheet(place), same(place, **{f"c{up}": "40", f"c{half}": "4,5"}), commentaire="=1+1")
    told = compare("tiny", **where(place))
    assert [(pair.copy, pair.first, pair.second) for pair in told.pairs if pair.difference] == [(up, 0, 40), (half, 4, 4.5)]
    avis, figure = told.questions["1_trouver/avis"], told.questions["1_trouver/figure"]
    assert (avis.pairs, avis.exact, avis.same_level) == (12, 11 / 12, 11 / 12) and avis.mean_difference == pytest.approx(40 / 12)
    assert (figure.exact, figure.same_level, figure.kappa, figure.weighted) == (11 / 12, 1, 1, 1) and told.together.pairs == 24
    # By hand: 12 pairs, margins 3 3 3 3 and 2 3 3 4; 11 agree.
    assert avis.kappa == pytest.approx(1 - (1 / 12) / (1 - (3 * 2 + 3 * 3 + 3 * 3 + 3 * 4) / 144))
    text = told.as_text()
    assert f"MM {up}: 1_trouver/avis: 0 then 40 of 40 (+40)" in text and "Landis & Koch 1977" in text
    home = place / "notation/moderation/tiny"
    table = rows(home / "ecarts.csv")
    assert [row[1] for row in table[1:]] == [up, half] and table[1][7] == "'=1+1", "a comment is no formula"
    assert load_workbook(home / "ecarts.xlsx").active["H2"].data_type == "s"
    page = (home / "accord.html").read_text()
    assert "accord presque parfait" in page and "Landis et Koch (1977)" in page and not any(team in page for team in TEAMS)
    assert rows(home / "accord.csv")[2][:4] == ["1_trouver/figure", "12", "92 %", "100 %"]
    assert all(path.stat().st_mode & 0o077 == 0 for path in home.iterdir())


def test_what_cannot_be_compared_is_left_out_with_a_word(place):
    drawn(place)
    with pytest.raises(CannotModerate, match="MM: left out, no points in the sheet yet.\nNo answer has both marks"):
        compare("tiny", **where(place))
    draw("tiny", "ZZ", **where(place))
    marked = same(place)
    fill(sheet(place), marked)
    gone, changed = copies_of(place, "avis")[:2]
    first(place / "notation", {(key(place)[gone]["team"], "avis"): None})
    path = place / "notation/autograded" / key(place)[changed]["team"] / "tiny/1_trouver.ipynb"
    path.chmod(0o600)
    path.write_text(path.read_text().replace("n° ", "numéro "))
    with Gradebook(f"sqlite:///{place / 'notation/gradebook.db'}", "challenge-data") as book:
        book.find_grade("avis", "1_trouver", "tiny", key(place)[gone]["team"]).needs_manual_grade = True
        book.db.commit()
    told = compare("tiny", **where(place))
    assert sorted(told.notes) == sorted(["ZZ: left out, no points in the sheet yet.", f"MM {gone}: left out, it has no settled first mark yet (1_trouver/avis, grade it in formgrader).",
                                         f"MM {changed}: left out, the team's answer is no longer the one that was drawn."])
    assert told.questions["1_trouver/avis"].pairs == 10 and not [pair for pair in told.pairs if pair.difference]


def test_agreed_points_reach_the_gradebook_and_first_marks_stay_known(place):
    drawn(place)
    essay = copies_of(place, "avis")
    one, two = (next(copy for copy in essay if manual(place / "notation")[key(place)[copy]["team"], "avis"] == points) for points in (40, 25))
    fill(sheet(place), same(place, **{f"c{one}": "25", f"c{two}": "10"}))
    compare("tiny", **where(place))
    home = place / "notation/moderation/tiny"
    assert plan("tiny", **where(place)) == []
    fill(home / "ecarts.csv", {one: "32,5", two: "50"}, "retenu")
    with pytest.raises(CannotModerate, match=f"copy {two}: 50 is not between 0 and 40.\n1 fault"):
        plan("tiny", **where(place))
    fill(home / "ecarts.csv", {one: "32,5"}, "retenu")
    compare("tiny", **where(place))
    [change] = plan("tiny", **where(place))
    assert (change.before, change.after, change.team) == (40, 32.5, key(place)[one]["team"]), "a new comparison keeps what was typed"
    before, copies = manual(place / "notation"), set((place / "notation/backups").iterdir())
    settle("tiny", [change], **where(place))
    after = manual(place / "notation")
    assert {name for name in after if after[name] != before[name]} == {(change.team, "avis")} and after[change.team, "avis"] == 32.5
    assert len(set((place / "notation/backups").iterdir()) - copies) == 1
    told = compare("tiny", **where(place))
    assert {pair.copy: pair.first for pair in told.pairs}[one] == 40 and plan("tiny", **where(place)) == []
    with pytest.raises(CannotModerate, match="was changed meanwhile"):
        settle("tiny", [change], **where(place))


def test_the_filled_one_of_two_sheets_counts_and_two_that_differ_are_told(tmp_path):
    sheets.write(tmp_path, "s", ("copie", "points", "mot"), [("001", "", "-x"), ("002", "", "")])
    assert [line.cells for line in sheets.read(tmp_path, "s", ("copie", "points", "mot"), "points")] == [{"copie": "001", "points": "", "mot": "-x"}, {"copie": "002", "points": "", "mot": ""}]
    book = load_workbook(tmp_path / "s.xlsx")
    book.active["B2"], book.active["B3"] = 3.5, "=1+1"
    book.save(tmp_path / "s.xlsx")
    assert [line.cells["points"] for line in sheets.read(tmp_path, "s", ("copie", "points"), "points")] == ["3.5", "=1+1"]
    (tmp_path / "s.csv").write_text("copie,points,mot\n001,4,\n002,,\n")
    with pytest.raises(sheets.Unreadable, match="both filled, and not alike"):
        sheets.read(tmp_path, "s", ("copie", "points"), "points")
    (tmp_path / "s.csv").write_text("numéro;points\n")
    with pytest.raises(sheets.Unreadable, match="no column copie in its first line"):
        sheets.read(tmp_path, "s", ("copie", "points"), "points")
    with pytest.raises(sheets.Unreadable, match="are not there"):
        sheets.read(tmp_path, "t", ("copie", "points"), "points")


def test_the_command_draws_compares_and_settles(place, monkeypatch, capsys):
    monkeypatch.setenv("CHALLENGE_DATA_HOME", str(place / "cours"))
    to = ["--challenge", "tiny", "--grading", str(place / "notation")]
    assert cli.main(["moderate", "compare", *to]) == 2 and "No sample of « tiny »" in capsys.readouterr().err
    assert cli.main(["moderate", "draw", *to, "--marker", "MM", "--seed", "3", "--count", "6"]) == 0 and "1_trouver/avis: 6 of 12 answers" in capsys.readouterr().out
    [one, *_] = copies_of(place, "avis")
    before = manual(place / "notation")
    fill(sheet(place), same(place, **{f"c{one}": "1"}))
    assert cli.main(["moderate", "compare", *to]) == 0 and "not computable: too few pairs: 6" in capsys.readouterr().out
    fill(place / "notation/moderation/tiny/ecarts.csv", {one: "2"}, "retenu")
    assert cli.main(["moderate", "settle", *to]) == 1 and "→ 2 of 40" in capsys.readouterr().out and manual(place / "notation") == before
    assert cli.main(["moderate", "settle", *to, "--yes"]) == 0 and manual(place / "notation")[key(place)[one]["team"], "avis"] == 2


def test_half_points_are_alike_in_both_kinds_of_file_and_other_points_are_not(tmp_path):
    rows = [("001", 2.5, "=1+1"), ("002", 3.0, "")]
    sheets.write(tmp_path, "ecarts", ("copie", "retenu", "commentaire"), rows)
    read = sheets.read(tmp_path, "ecarts", ("copie", "retenu"), "retenu")
    assert [sheets.number(line.cells["retenu"], 4) for line in read] == [2.5, 3.0]
    path = tmp_path / "ecarts.csv"
    path.write_text(path.read_text(encoding="utf-8-sig").replace("2,5", "3,5"), encoding="utf-8-sig")
    with pytest.raises(sheets.Unreadable, match="both filled, and not alike"):
        sheets.read(tmp_path, "ecarts", ("copie", "retenu"), "retenu")
