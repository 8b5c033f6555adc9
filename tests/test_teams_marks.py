"""The marks: counted as by hand, the same by another route, whole files that a spreadsheet and Moodle read, nothing that becomes a formula."""

import csv
import shutil
import sqlite3
import stat
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import nbformat
import openpyxl
import pandas
import pytest
from killing import CHALLENGE, NOTEBOOK, give_by_hand, hand_in
from nbformat.v4 import new_output
from test_teams_shares import CELLS, written
from tiny import NOTEBOOK as TEXT
from tiny import write_course

from challenge_data import build, cli
from challenge_data.checks import sharing
from challenge_data.grading import marking, running, watching
from challenge_data.grading.engine import grade
from challenge_data.grading.gradebook import Refused, read_whole, write_whole
from challenge_data.grading.marks import Mark, Scores
from challenge_data.grading.receiving import slug
from challenge_data.grading.teams import export, giving, results, roster
from challenge_data.grading.teams.late import Lateness
from challenge_data.grading.teams.rules import Rules, RulesError

HOSTILE = '=HYPERLINK("http://exemple.invalid";"prix")'
TITLES = {"goelands": "Les Goélands", "sternes": "sternes", "huitriers": "Huîtriers ; pies", "petrels": "Pétrels", slug(HOSTILE): HOSTILE}
"""Invented teams. Those of « petrels » hand in nothing; « macareux » is in no list."""


def member(name: str, team: str) -> roster.Member:
    return roster.Member(name, f"{slug(name).lower()}@{team.lower()[:20]}.exemple.fr")


def team(name: str) -> roster.Team:
    people = ("Aïcha Gwilh", "+Bob O'Brien") if name != slug(HOSTILE) else ("@Mallory",)
    return roster.Team(name, TITLES[name], CHALLENGE, tuple(member(person, name) for person in people))


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Path:
    root = write_course(tmp_path_factory.mktemp("cours"), notebook=TEXT + CELLS)
    build.build(root)
    return root


@pytest.fixture(scope="module")
def grading(course, tmp_path_factory) -> Path:
    """Graded once; « goelands » signed coefficients, « huitriers » signed by halves."""
    place, received = tmp_path_factory.mktemp("notation") / "notation", tmp_path_factory.mktemp("recus")
    hand_in(course, received, {"goelands": "grand = 9", "sternes": "grand = 2", "huitriers": "grand = 9", "macareux": "grand = 9", slug(HOSTILE): "grand = 9"})
    for name, signed in (("goelands", 2), ("huitriers", 1)):
        emails = [each.email for each in team(name).members]
        handed = nbformat.read(received / f"{name}.ipynb", 4)
        [cell] = [cell for cell in handed.cells if sharing.TAG in cell.metadata.get("tags", [])]
        cell.source = written(dict(zip(emails, (1.05, .95), strict=True)), emails[:signed])
        nbformat.write(handed, received / f"{name}.ipynb")

    def run(notebook, limits, provisioner):
        ran, right = running.Ran(notebook, 0.0), any(cell.source == "grand = 9" for cell in notebook.cells)
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.execution_count, cell.outputs = len(ran.ran) + 1, []
                if watching.is_test(cell) and not right:
                    cell.outputs = [new_output("stream", name="stderr", text="Le plus grand est 9.")]
                ran.ran.append(cell.id)
        return ran

    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(2) as threads:
        patch.setattr(marking, "run", run)
        summary = grade(received, CHALLENGE, course=course, grading=place, add_teams=True, executor=threads, feedback=False)
    assert not [row.problem for row in summary.rows if row.problem]
    give_by_hand(place, {"goelands": (12.3, "Bien."), "sternes": (10, "Oui."), slug(HOSTILE): (40, "Très bien.")})
    roster.keep(place, roster.Roster(tuple(team(name) for name in sorted(TITLES))))
    return place


@pytest.fixture
def decided(grading):
    """Writes rules.toml for one test."""
    path = roster.people(grading) / "rules.toml"
    yield path.write_text
    path.unlink(missing_ok=True)


def by_name(found) -> dict[str, results.TeamResult]:
    return {one.team.name: one for one in found}


def table(path: Path) -> list[dict]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def number(text: str) -> float:
    return float(text.replace(",", "."))


def test_each_member_has_the_teams_mark_times_what_all_signed(course, grading):
    found = by_name(results.results(course, grading, CHALLENGE))
    assert list(found) == sorted({*TITLES, "macareux"})
    goelands = found["goelands"]
    assert (goelands.points, goelands.maximum, goelands.waiting, goelands.mark, goelands.final) == (Decimal("72.3"), 100, 0, Decimal("14.46"), True)
    assert [each.mark for each in goelands.members] == [Decimal("15.18"), Decimal("13.74")]
    assert [each.formula for each in goelands.members] == ["72,3 / 100 × 20 × 1,05 = 15,18", "72,3 / 100 × 20 × 0,95 = 13,74"]
    huitriers = found["huitriers"]
    assert (huitriers.points, huitriers.waiting, huitriers.final) == (60, 40, False) and {each.coefficient for each in huitriers.members} == {1}
    assert "Signature attendue" in " ".join(huitriers.remarks)
    assert found["petrels"].absent and found["petrels"].mark is None and found["petrels"].members[0].mark is None
    assert not found["macareux"].registered and found["macareux"].members == () and found["macareux"].mark == 12


def test_another_route_gives_the_same_marks(course, grading, tmp_path):
    """From the gradebook's own tables, by pandas, in binary numbers."""
    with closing(sqlite3.connect(grading / "gradebook.db")) as book:
        grades = pandas.read_sql("""SELECT student_id AS team, coalesce(manual_score, auto_score, 0) + coalesce(extra_credit, 0) AS points, max_points AS maximum, needs_manual_grade AS waits
            FROM grade JOIN (SELECT id, max_score AS max_points FROM grade_cells) AS cell ON cell.id = grade.cell_id
            JOIN submitted_notebook ON submitted_notebook.id = grade.notebook_id JOIN submitted_assignment ON submitted_assignment.id = submitted_notebook.assignment_id""", book)
    sums = grades.groupby("team")[["points", "maximum"]].sum()
    waiting = grades[grades["waits"] == 1].groupby("team")["maximum"].sum()
    giving.give(course, grading, tmp_path / "notes")
    lines = [line for line in table(tmp_path / "notes" / export.NOTES) if line["points"]]
    assert len(lines) == 8 and len(sums) == 5
    names = {title: name for name, title in TITLES.items()}
    for line in lines:
        name = names.get(line["equipe"].removeprefix("'"), line["equipe"])
        points, maximum = sums.loc[name]
        assert number(line["points"]) == pytest.approx(points) and number(line["sur"]) == maximum and number(line["en_attente"]) == waiting.get(name, 0)
        assert number(line["note"]) == pytest.approx(points / maximum * 20 * number(line["coefficient"]), abs=0.005 + 1e-9)
        made = line["calcul"].split(" = ")[0].replace(",", ".").replace("×", "*").replace("−", "-")
        assert eval(made, {}) == pytest.approx(number(line["note"]), abs=0.005 + 1e-9), "what « calcul » says gives the mark"


@pytest.mark.parametrize(("auto", "extra", "percent", "coefficient", "mark", "formula"), [
    (72, 0, 5, "1.05", "14.07", "(72 − 5) / 100 × 20 × 1,05 = 14,07"),
    (72.025, 0, 0, "1", "14.41", "72,025 / 100 × 20 = 14,41"),  # 14.405 exactly: half up, where floats give 14.4
    (70.225, 0, 0, "1", "14.05", "70,225 / 100 × 20 = 14,05"),
    (0.1, 0.2, 0, "1", "0.06", "0,3 / 100 × 20 = 0,06"),
    (100, 0, 0, "1.2", "20.00", "100 / 100 × 20 × 1,2 = 24,00, ramené à 20,00"),
    (3, 0, 25, "1", "0.00", "(3 − 25) / 100 × 20 = −4,40, ramené à 0,00"),
    (100, 0, 0, "1", "20.00", "100 / 100 × 20 = 20,00"),
    (0, 0, 0, "1", "0.00", "0 / 100 × 20 = 0,00")])  # fmt: skip
def test_a_mark_is_counted_as_by_hand(auto, extra, percent, coefficient, mark, formula):
    scores = Scores("a", (Mark("n", "c", auto, None, extra, 100, False),))
    made = results._mark(Rules(), scores, Lateness(None, None, None, percent), Decimal(coefficient))
    assert made == (Decimal(mark), formula)


def test_thirds_are_rounded_once():
    scores = Scores("a", tuple(Mark("n", str(rank), 1, None, None, 3, False) for rank in range(10)))
    assert results._mark(Rules(), scores, Lateness(None, None, None, 0)) == (Decimal("6.67"), "10 / 30 × 20 = 6,67")
    assert results._mark(Rules(out_of=10, decimals=1), scores, Lateness(None, None, None, 0))[0] == Decimal("3.3")
    assert results._mark(Rules(), Scores("a", ()), Lateness(None, None, None, 0)) == (None, "")


def test_the_rules_are_the_instructors(course, grading, decided):
    decided(f"[deadlines]\n{CHALLENGE} = 2020-01-01T00:00:00\n[late]\npercent_lost_per_day = 5\nmost_percent = 10\n[mark]\nout_of = 10\nabsent = 0\n[shares]\nleast = 0.99\n")
    found = by_name(results.results(course, grading, CHALLENGE))
    assert found["goelands"].penalty == 10 and found["goelands"].formula == "(72,3 − 10) / 100 × 10 = 6,23"
    assert "de 0,99 à 1,2" in found["goelands"].shares.problem and "En retard : 10 % du maximum en moins." in found["goelands"].remarks
    assert found["petrels"].mark == 0 and found["petrels"].final and found["petrels"].formula == "rien rendu"
    kept = grading / "received" / CHALLENGE / "petrels" / "20260306T170212Z-1a2b3c4d"
    kept.mkdir(parents=True)
    write_whole(kept / "received.json", {"at": "2026-03-06T17:02:12Z", "sha256": "1a2b3c4d", "files": {}})
    try:
        one = by_name(results.results(course, grading, CHALLENGE))["petrels"]
        assert one.mark is None and not one.absent and one.remarks == ("Reçu, mais pas encore noté.",), "what could not be graded is no absence"
    finally:
        shutil.rmtree(kept.parent)
    elsewhere = grading / "received" / "velo" / "petrels" / "20260306T170212Z-1a2b3c4d"
    elsewhere.mkdir(parents=True)
    write_whole(elsewhere / "received.json", {"at": "2026-03-06T17:02:12Z", "sha256": "1a2b3c4d", "files": {}})
    try:
        one = by_name(results.results(course, grading, CHALLENGE))["petrels"]
        assert one.mark is None and not one.absent and not one.final and one.remarks == ("Rendu dans un autre défi : velo.",), "a hand-in in the wrong folder is no absence"
    finally:
        shutil.rmtree(elsewhere.parents[1])
    decided("[mark]\nabsent = 21\nnothing = 1\n[shares]\nmost = 0.5\n")
    with pytest.raises(RulesError) as error:
        results.results(course, grading, CHALLENGE)
    assert len(error.value.problems) == 3, error.value.problems


def test_nobody_is_absent_from_a_challenge_that_was_never_graded(course, tmp_path):
    roster.keep(tmp_path, roster.Roster((team("petrels"),)))
    (roster.people(tmp_path) / "rules.toml").write_text("[mark]\nabsent = 0\n")
    [one] = results.results(course, tmp_path, CHALLENGE)
    assert one.mark is None and not one.absent and not one.final and one.remarks == ("Défi pas encore corrigé.",) and {each.mark for each in one.members} == {None}
    given = giving.give(course, tmp_path, tmp_path / "notes")
    assert given.code == 1 and f"{CHALLENGE}: not graded yet" in given.as_table() and "petrels: " not in given.as_table()


def test_a_team_whose_recording_was_killed_has_no_final_mark(course, grading):
    journal = grading / "recorded" / CHALLENGE / "goelands.json"
    before = read_whole(journal)
    write_whole(journal, before | {"state": "writing"})
    try:
        one = by_name(results.results(course, grading, CHALLENGE))["goelands"]
        assert not one.final and "interrompue" in " ".join(one.remarks)
    finally:
        write_whole(journal, before)


def test_the_files_are_read_again_as_they_were_meant(course, grading, tmp_path):
    given = giving.give(course, grading, tmp_path / "notes")
    assert sorted(path.name for path in given.written) == [f"moodle-{CHALLENGE}.csv", "notes.csv", "notes.xlsx"] and given.code == 1
    assert {stat.S_IMODE(path.stat().st_mode) for path in given.written} == {0o600} and stat.S_IMODE((tmp_path / "notes").stat().st_mode) == 0o700
    raw = (tmp_path / "notes" / export.NOTES).read_bytes()
    assert raw.startswith(b'\xef\xbb\xbf"equipe";"defi";') and "\"Les Goélands\"".encode() in raw and b'"15,18"' in raw
    lines = table(tmp_path / "notes" / export.NOTES)
    assert [line["note_definitive"] for line in lines if line["equipe"] in ("Huîtriers ; pies", "Pétrels", "macareux")] == ["non"] * 5
    assert {line["note"] for line in lines if line["equipe"] == "Pétrels"} == {""}, "nothing handed in is not a zero"
    for cell in (cell for line in lines for cell in line.values()):
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r")), cell
    assert f"'{HOSTILE}" in {line["equipe"] for line in lines} and {"'@Mallory", "'+Bob O'Brien"} <= {line["membre"] for line in lines}

    book = openpyxl.load_workbook(tmp_path / "notes" / export.BOOK)
    assert book.sheetnames == ["Membres", "Questions", "Lire"] and {sheet.freeze_panes for sheet in book} == {"A2"}
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s", "n"}, "neither formula nor date"
    [hostile] = {cell.value for cell in cells if "HYPERLINK" in str(cell.value)}
    assert hostile == HOSTILE
    members = pandas.read_excel(tmp_path / "notes" / export.BOOK, sheet_name="Membres")
    assert list(members.columns) == list(export.COLUMNS) and len(members) == len(lines) == 10
    assert members.set_index("courriel").loc[team("goelands").members[0].email, "note"] == 15.18
    questions = pandas.read_excel(tmp_path / "notes" / export.BOOK, sheet_name="Questions")
    assert questions.groupby("equipe")["sur"].sum().eq(100).all() and len(questions) == 10
    assert set(questions[questions["attend_une_personne"] == "oui"]["equipe"]) == {"Huîtriers ; pies", "macareux"}


def test_moodle_gets_a_number_for_a_final_mark_alone(course, grading, tmp_path):
    giving.give(course, grading, tmp_path / "notes")
    path = tmp_path / "notes" / f"moodle-{CHALLENGE}.csv"
    assert path.read_bytes().startswith(b'"Email address",')
    with path.open(encoding="utf-8", newline="") as file:
        lines = list(csv.reader(file))
    assert lines[0] == ["Email address", f"Défi {CHALLENGE}", "Commentaire"]
    marks = {email: mark for email, mark, _ in lines[1:]}
    emails = {name: [each.email for each in team(name).members] for name in TITLES}
    assert [marks[email] for email in emails["goelands"]] == ["15.18", "13.74"] and marks[emails[slug(HOSTILE)][0]] == "20.00"
    assert {marks[email] for email in emails["huitriers"] + emails["petrels"]} == {"-"} and len(marks) == 9
    assert not any("HYPERLINK" in cell for line in lines for cell in line[1:])


def test_nothing_changed_writes_nothing_and_a_former_file_is_kept(course, grading, tmp_path, decided):
    first = giving.give(course, grading, tmp_path)
    assert len(first.written) == 3 and not giving.give(course, grading, tmp_path).written
    (tmp_path / export.NOTES).write_text("mes annotations")
    decided("[mark]\nout_of = 10\n")
    second = giving.give(course, grading, tmp_path)
    assert len(second.written) == len(second.kept) == 3 and {path.parent.name for path in second.kept} == {giving.FORMER}
    assert "mes annotations" in {path.read_text(errors="replace") for path in second.kept}
    (tmp_path / export.NOTES).write_text("et d'autres")
    assert len(giving.give(course, grading, tmp_path).kept) == 1 and len(list((tmp_path / giving.FORMER).iterdir())) == 4
    assert not list(tmp_path.glob(".*"))


def test_the_command_says_what_is_missing_and_what_it_refuses(course, grading, tmp_path, monkeypatch, capsys, decided):
    monkeypatch.setenv("CHALLENGE_DATA_HOME", str(course))
    assert cli.main(["marks", "--to", str(tmp_path / "n"), "--grading", str(grading)]) == 1
    said = capsys.readouterr().out
    assert f"{CHALLENGE:<9}      6        9      3        2        1" in said.splitlines(), said
    for words in ("huitriers: 40 points wait for a person", "petrels: nothing was handed in", "macareux: is not in the list of teams", "huitriers: coefficients written, not applied"):
        assert words in said
    assert f"From {grading}." in said.splitlines() and "left out" not in said
    (roster.people(grading) / "times.csv.txt").write_text("")
    monkeypatch.setattr(giving, "challenges", lambda *folders: [CHALLENGE, "velo"])
    assert cli.main(["marks", "--to", str(tmp_path / "n"), "--grading", str(grading), "--challenge", CHALLENGE]) == 1
    said = capsys.readouterr().out
    assert f"notes.csv and notes.xlsx hold {CHALLENGE} alone; left out: velo." in said and "times.csv.txt is not read: the file must be named times.csv." in said
    monkeypatch.undo()
    monkeypatch.setenv("CHALLENGE_DATA_HOME", str(course))
    (roster.people(grading) / "times.csv.txt").unlink()
    assert cli.main(["marks", "--to", str(course / "notes"), "--grading", str(grading)]) == 2 and "is public" in capsys.readouterr().err
    assert cli.main(["marks", "--to", str(tmp_path / "m"), "--grading", str(grading), "--challenge", "tyni"]) == 2
    assert "No team of « tyni »" in capsys.readouterr().err and not (tmp_path / "m").exists() and not (course / "notes").exists()
    assert cli.main(["marks", "--to", str(tmp_path / "m"), "--grading", str(tmp_path / "vide")]) == 2 and not (tmp_path / "vide").exists()
    (tmp_path / "fichier").write_text("")
    assert cli.main(["marks", "--to", str(tmp_path / "fichier"), "--grading", str(grading)]) == 2
    decided("[mark]\nout = 10\n")
    assert cli.main(["marks", "--to", str(tmp_path / "m"), "--grading", str(grading)]) == 2 and "out_of" in capsys.readouterr().err


def test_without_a_roster_teams_are_the_gradebooks(course, grading, tmp_path):
    path = grading / roster.PEOPLE / roster.ROSTER
    kept = path.read_bytes()
    path.unlink()
    try:
        found = by_name(results.results(course, grading, CHALLENGE))
        assert set(found) == {*TITLES, "macareux"} - {"petrels"} and not any(one.members for one in found.values())
        giving.give(course, grading, tmp_path / "notes")
        assert len(table(tmp_path / "notes" / export.NOTES)) == 5 and not (tmp_path / "notes" / f"moodle-{CHALLENGE}.csv").exists()
    finally:
        path.write_bytes(kept)


def test_a_wrong_name_is_refused(course, grading):
    with pytest.raises(Refused, match="No team of « autre » is registered or graded"):
        results.results(course, grading, "autre")
    assert results.challenges(course, grading) == [CHALLENGE] and NOTEBOOK
