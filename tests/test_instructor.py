"""The instructor's folder is laid out once and loses nothing; its door stays closed where teams' code cannot be put apart."""

import json
import shutil

import nbformat
import pytest
from test_nbgrader import copy_of_the_course
from tiny import PROJECT

from challenge_data import cli
from challenge_data.errors import LearnerError
from challenge_data.grading import sandbox
from challenge_data.grading.instructor import door, samples, steps
from challenge_data.grading.instructor.folder import CannotLayOut, inbound, lay_out

MASTER = f"solutions/{samples.CHALLENGE}/1_trouver.ipynb"


def contents(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def course(tmp_path):
    return copy_of_the_course(tmp_path / "cours")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("CHALLENGE_DATA_GRADING", str(tmp_path / "notation"))
    return tmp_path / "notation"


def test_laid_out_twice_nothing_is_lost_and_nothing_is_written(course, folder):
    first = lay_out(course, folder)
    assert first.invented and "3 équipes inventées" in first.as_text()
    assert folder.stat().st_mode & 0o077 == 0, "people's work is closed to the machine's other users"
    ours = {"Corriger.ipynb": "{}", "nbgrader_config.py": "# le mien", MASTER: "{}", "rendus/defibrillateurs/les-sternes.zip": "zip", "notes/notes.csv": "69"}
    for name, text in ours.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    before = contents(folder)
    again = lay_out(course, folder)
    assert contents(folder) == before and not again.new and not again.invented
    assert [str(path) for path in again.kept] == [MASTER] and MASTER in again.as_text() and "gardé tel quel" in again.as_text()


def test_what_the_course_gained_is_added(course, folder):
    lay_out(course, folder)
    shutil.copytree(course / "solutions" / samples.CHALLENGE, course / "solutions/nuits-calmes")
    again = lay_out(course, folder)
    assert {path.parts[1] for path in again.new} == {"nuits-calmes"} and (folder / "rendus/nuits-calmes").is_dir()
    assert "Ce qui y manquait a été ajouté (3 fichier(s))" in again.as_text()


def test_the_invented_teams_do_not_come_back_nor_join_teams_that_were_graded(course, folder, tmp_path):
    lay_out(course, folder)
    for handed_in in inbound(folder).iterdir():
        shutil.rmtree(handed_in)
    assert not lay_out(course, folder).invented and not list(inbound(folder).iterdir())
    graded = tmp_path / "deja-notee"
    graded.mkdir()
    (graded / "gradebook.db").write_bytes(b"")
    assert not lay_out(course, graded).invented and not (graded / "echange").exists()


def test_a_public_folder_is_refused(course, tmp_path):
    before = contents(course)
    with pytest.raises(CannotLayOut, match="public"):
        lay_out(course, course / "notation")
    assert contents(course) == before
    (tmp_path / "un-fichier").touch()
    with pytest.raises(CannotLayOut, match="est un fichier"):
        lay_out(course, tmp_path / "un-fichier")


def test_the_three_teams_say_that_they_are_invented_and_differ_as_told():
    made = samples.hand_ins(PROJECT)
    cells = {team: {cell.id: cell.source for notebook in notebooks.values() for cell in notebook.cells} for team, notebooks in made.items()}
    masters = {name: nbformat.read(PROJECT / "solutions" / samples.CHALLENGE / name, 4) for name in made[samples.RIGHT]}
    answers = [cell.id for notebook in masters.values() for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("solution")]
    for team, notebooks in made.items():
        assert team.startswith("inventee-") and len(notebooks) == 3
        assert all("Équipe inventée" in notebook.cells[0].source for notebook in notebooks.values())
        assert not any("SOLUTION" in source or "HIDDEN" in source for source in cells[team].values())
    exercises = {cell.id: cell.source for name in masters for cell in nbformat.read(PROJECT / "exercises" / samples.CHALLENGE / name, 4).cells}
    answered = {team: sum(cells[team][name] != exercises[name] for name in answers) for team in made}
    assert answered[samples.RIGHT] == answered[samples.CHANGED] == len(answers) and abs(answered[samples.HALF] - len(answers) / 2) <= 1.5
    changed = [name for name, source in cells[samples.CHANGED].items() if name in exercises and name not in answers and source != exercises[name]]
    assert len(changed) == 6, "a test and a rubric of each notebook, which are locked"


def test_where_nothing_can_be_put_apart_the_door_stays_closed(folder, monkeypatch, capsys):
    monkeypatch.setattr(sandbox.shutil, "which", lambda name: None)
    monkeypatch.setattr(door.opening, "become", lambda *_: pytest.fail("opened"))
    assert cli.main(["instructor", "--folder", str(folder)]) == 2
    said = capsys.readouterr().err
    assert "rien n'a été ouvert" in said and "sudo apt install bubblewrap" in said and not folder.exists()


def test_the_door_opens_in_the_folder_with_everything_in_the_sandbox(folder, monkeypatch, capsys):
    became = []
    monkeypatch.setattr(sandbox, "check", lambda home: None)
    monkeypatch.setattr(door.opening, "become", lambda *given: became.append((*given, door.Path.cwd())) or 0)
    monkeypatch.setenv("JUPYTER_PATH", "/ailleurs")
    monkeypatch.chdir(PROJECT)
    assert cli.main(["instructor", "--folder", str(folder), "--port", "9321"]) == 0
    [(command, environment, where)] = became
    assert where == folder and f"--ServerApp.root_dir={folder}" in command
    assert environment["JUPYTER_DEFAULT_PROVISIONER_NAME"] == "challenge-data-sandbox" and environment["CHALLENGE_DATA_GRADING"] == str(folder)
    assert environment["JUPYTER_PATH"].split(":") == [str(door.SETTINGS), "/ailleurs"]
    said = capsys.readouterr().out
    assert said.index("équipes inventées") < said.index("http://localhost:9321/lab/tree/Corriger.ipynb")


def test_the_menus_that_students_do_not_have_are_there():
    def disabled(path):
        return json.loads(path.read_text(encoding="utf-8"))["disabledExtensions"]

    for_students = disabled(PROJECT / "share/etc/jupyter/labconfig/page_config.d/challenge_data.json")
    opened = disabled(door.SETTINGS / "labconfig/page_config.json")
    assert set(opened) < set(for_students) and not any(opened.values())
    assert {name for name in opened if name.endswith((":formgrader", ":menu"))}


def test_zips_that_say_their_challenge_go_to_its_folder_and_none_is_overwritten(tmp_path, monkeypatch):
    told = []
    monkeypatch.setattr(steps, "_say", told.append)
    for name in ("les-sternes_velo_20260306-165000_1a2b3c4d.zip", "les-fous_velo_20260306-165100_5e6f7a8b.zip", "les-fous.zip"):
        (tmp_path / name).write_bytes(b"rendu")
    (tmp_path / "velo").mkdir()
    (tmp_path / "velo/les-fous_velo_20260306-165100_5e6f7a8b.zip").write_bytes(b"plus ancien")
    steps._sort(tmp_path, ["air", "velo"])
    said = "\n".join(told)
    assert (tmp_path / "velo/les-sternes_velo_20260306-165000_1a2b3c4d.zip").read_bytes() == b"rendu"
    assert (tmp_path / "velo/les-fous_velo_20260306-165100_5e6f7a8b.zip").read_bytes() == b"plus ancien" and (tmp_path / "les-fous_velo_20260306-165100_5e6f7a8b.zip").exists()
    assert "Renommez l'un des deux" in said and "les-fous.zip : on ne sait pas de quel défi" in said


def test_what_was_left_out_and_how_a_hand_in_was_read_are_shown(monkeypatch):
    shown = []
    monkeypatch.setattr(steps, "display", lambda what: shown.append(getattr(what, "data", "")))
    row = {"team": "les-sternes", "automatic": 3, "total": 3, "maximum": 10, "waiting": 0, "state": "graded", "problem": "", "notes": [], "flags": [],
           "remarks": ["3 d after its deadline: 15 % of the maximum is lost."]}
    steps._show_graded("velo", {"absent": [], "warnings": ["Left out, of other challenges by their names: air (1)."], "teams": [row]})
    said = "\n".join(shown)
    assert "Left out, of other challenges by their names: air (1)." in said and "**les-sternes** : 3 d after its deadline" in said


def test_an_empty_day_says_where_to_begin(course, folder, monkeypatch):
    monkeypatch.setenv("CHALLENGE_DATA_HOME", str(course))
    lay_out(course, folder)
    with pytest.raises(LearnerError, match="Le dossier « rendus » est vide"):
        steps.grade()
    for step in (steps.report, steps.marks, steps.give_back):
        with pytest.raises(LearnerError, match="Aucune équipe n'a encore été notée"):
            step()
    assert not (folder / "gradebook.db").exists()
