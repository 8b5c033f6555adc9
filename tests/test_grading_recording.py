"""Marks in nbgrader's gradebook: what a person gave stays, one writes at a time, a kill or a full disk loses nothing."""

import contextlib
import copy
import json
import os
import random
import re
import resource
import shutil
import signal
import sqlite3
import subprocess
import time
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_output
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from sqlalchemy import event
from sqlalchemy.engine import Engine
from tiny import NOTEBOOK, PROJECT, write_course

from challenge_data import build
from challenge_data.grading import converting, gradebook
from challenge_data.grading.feedback import write_feedback
from challenge_data.grading.recording import Busy, DiskFull, NotRecorded, Recorder, Refused

TEAMS = ("goelands", "sternes", "équipe d'à côté")
LEAST_KILLS = 12
FAILS = new_output("stream", name="stderr", text="Le plus grand est 9.")


@pytest.fixture(scope="module")
def prepared(course, tmp_path_factory) -> Path:
    """A grading folder with the challenge and the teams: nbgrader takes seconds to make its first gradebook."""
    ready(course, grading := tmp_path_factory.mktemp("notation")).__exit__()
    return grading


@pytest.fixture
def grading(prepared, tmp_path) -> Path:
    return shutil.copytree(prepared, tmp_path / "notation")


def executed(course: Path, grading: Path, team: str, *, challenge: str = "tiny", outputs=(), essay: str | None = "Oui, car c'est loin.", answer: str = "grand = 9") -> Path:
    """What phase A leaves: masters' frame, a team's answers, outputs of test cells as given; an essay of None is the released one."""
    folder = grading / "executed" / team / challenge
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted((course / "solutions" / challenge).glob("*.ipynb")):
        notebook = nbformat.read(path, 4)
        released = {cell.metadata.nbgrader.grade_id: cell.source for cell in nbformat.read(course / "exercises" / challenge / path.name, 4).cells if "nbgrader" in cell.metadata}
        for count, cell in enumerate(notebook.cells):
            meta = cell.metadata.get("nbgrader", {})
            if cell.cell_type == "code":
                cell.execution_count = count
            if meta.get("grade") and not meta["solution"]:
                cell.outputs = copy.deepcopy(list(outputs))
            elif meta.get("grade"):
                cell.source = released[meta["grade_id"]] if essay is None else essay
            elif meta.get("solution"):
                cell.source = answer
        nbformat.write(notebook, folder / path.name)
    (folder / "result.json").write_text('{"flags": "for the instructor alone"}')
    return folder


def ready(course: Path, grading: Path, teams=TEAMS) -> Recorder:
    recorder = Recorder(course, "tiny", grading)
    recorder.__enter__()
    recorder.prepare()
    recorder.add_teams(teams)
    return recorder


@pytest.fixture
def recorder(course, grading):
    with contextlib.closing(_Closing(ready(course, grading))) as held:
        yield held.recorder


class _Closing:
    def __init__(self, recorder: Recorder) -> None:
        self.recorder = recorder

    def close(self) -> None:
        self.recorder.__exit__()


@contextlib.contextmanager
def by_hand(grading: Path):
    """The gradebook as formgrader opens it."""
    with Gradebook(f"sqlite:///{grading / 'gradebook.db'}", "challenge-data") as book:
        yield book
        book.db.commit()


def given(grading: Path, team: str, cell: str, points: float, comment: str | None = None) -> None:
    """What formgrader writes when a person gives points."""
    with by_hand(grading) as book:
        grade = book.find_grade(cell, "1_trouver", "tiny", team)
        grade.manual_score, grade.needs_manual_grade = points, False
        if comment is not None:
            book.find_comment(cell, "1_trouver", "tiny", team).manual_comment = comment


def comment_of(grading: Path, team: str, cell: str) -> str | None:
    with by_hand(grading) as book:
        return book.find_comment(cell, "1_trouver", "tiny", team).comment


def marks(scores) -> dict[str, tuple]:
    return {mark.cell: (mark.auto, mark.manual, mark.maximum, mark.waiting) for mark in scores.marks}


def dump(grading: Path) -> dict:
    """Everything that counts in the gradebook, without the ids that nbgrader draws; and the files that go with it."""
    with contextlib.closing(sqlite3.connect(grading / "gradebook.db")) as book:
        assert book.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        rows = book.execute("""SELECT student_id, base_cell.name, auto_score, manual_score, extra_credit, needs_manual_grade FROM grade
            JOIN base_cell ON base_cell.id = cell_id JOIN submitted_notebook ON submitted_notebook.id = grade.notebook_id
            JOIN submitted_assignment ON submitted_assignment.id = submitted_notebook.assignment_id ORDER BY 1, 2""").fetchall()
        comments = book.execute("SELECT count(*), count(DISTINCT notebook_id || cell_id) FROM comment").fetchone()
    return {"rows": rows, "comments": comments, "files": {str(path.relative_to(grading)): path.read_bytes() for path in sorted((grading / "autograded").rglob("*.*"))}}


def test_points_are_those_of_the_outputs_and_the_rest_waits(recorder, course, grading):
    scores = recorder.record("sternes", executed(course, grading, "sternes"))
    assert marks(scores) == {"tests-grand": (60, None, 60, False), "avis": (None, None, 40, True)}
    assert (scores.points, scores.automatic, scores.maximum) == (60, 60, 100)
    assert [mark.cell for mark in recorder.scores("sternes").waiting] == ["avis"]
    nothing = recorder.record("goelands", executed(course, grading, "goelands", outputs=[FAILS], essay=None))
    assert marks(nothing) == {"tests-grand": (0, None, 60, False), "avis": (0, None, 40, False)}
    assert recorder.scores("équipe d'à côté").marks == ()


@pytest.mark.parametrize("challenge", sorted(path.name for path in (PROJECT / "solutions").glob("*/")))
def test_a_real_challenge(challenge, grading):
    before = {path: path.read_bytes() for path in (PROJECT / "exercises").rglob("*.ipynb")}
    with Recorder(PROJECT, challenge, grading) as recorder:
        assert recorder.prepare() and recorder.add_teams(["sternes"]) == []
        folder = executed(PROJECT, grading, "sternes", challenge=challenge)
        scores = recorder.record("sternes", folder)
        assert recorder.is_recorded("sternes", folder)
    assert scores.maximum == 100 and 60 <= scores.automatic <= 72
    assert scores.automatic + sum(mark.maximum for mark in scores.waiting) == 100
    assert {path: path.read_bytes() for path in (PROJECT / "exercises").rglob("*.ipynb")} == before


@pytest.mark.parametrize("value", ["12", "1e9", "nan", "inf", "-3", "60"])
def test_a_last_value_gives_no_points_and_stops_nothing(recorder, course, grading, value):
    last = new_output("execute_result", data={"text/plain": value}, execution_count=3)
    assert marks(recorder.record("sternes", executed(course, grading, "sternes", outputs=[last])))["tests-grand"][0] == 60
    assert marks(recorder.record("sternes", executed(course, grading, "sternes", outputs=[last, FAILS])))["tests-grand"][0] == 0
    error = new_output("error", ename="E", evalue="", traceback=[])
    assert marks(recorder.record("sternes", executed(course, grading, "sternes", outputs=[last, error])))["tests-grand"][0] == 0


def test_a_test_cell_that_never_ran_gives_nothing(recorder, course, grading):
    folder = executed(course, grading, "sternes")
    notebook = nbformat.read(folder / "1_trouver.ipynb", 4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.execution_count = None
    nbformat.write(notebook, folder / "1_trouver.ipynb")
    assert marks(recorder.record("sternes", folder))["tests-grand"][0] == 0


def test_outputs_are_kept_and_nothing_but_notebooks_goes_on(recorder, course, grading):
    recorder.record("sternes", executed(course, grading, "sternes", outputs=[new_output("stream", name="stdout", text="lu par la correction")]))
    folder = grading / "autograded" / "sternes" / "tiny"
    assert [path.name for path in folder.iterdir()] == ["1_trouver.ipynb"]
    assert "lu par la correction" in (folder / "1_trouver.ipynb").read_text()
    assert write_feedback(course, "tiny", grading, "sternes")
    assert [path.name for path in (grading / "feedback/sternes/tiny").iterdir()] == ["1_trouver.html"]


def test_what_a_person_gave_stays_and_is_settled_while_the_work_is_the_same(recorder, course, grading):
    folder = executed(course, grading, "sternes")
    recorder.record("sternes", folder)
    given(grading, "sternes", "avis", 25, "Une raison, mais laquelle ?")
    given(grading, "sternes", "tests-grand", 50)
    after = recorder.record("sternes", folder)
    assert marks(after) == {"tests-grand": (60, 50, 60, False), "avis": (None, 25, 40, False)}
    assert after.points == 75 and after.automatic == 60
    assert comment_of(grading, "sternes", "avis") == "Une raison, mais laquelle ?"
    # Other results of the same text, then another text: the second asks for a new look, neither takes anything away.
    again = recorder.record("sternes", executed(course, grading, "sternes", outputs=[FAILS]))
    assert marks(again) == {"tests-grand": (0, 50, 60, False), "avis": (None, 25, 40, False)}
    changed = recorder.record("sternes", executed(course, grading, "sternes", essay="Autre chose."))
    assert marks(changed) == {"tests-grand": (60, 50, 60, True), "avis": (None, 25, 40, True)}
    assert comment_of(grading, "sternes", "avis") == "Une raison, mais laquelle ?"


def test_what_is_recorded_is_known_and_what_differs_is_not(recorder, course, grading):
    folder = executed(course, grading, "sternes")
    assert not recorder.is_recorded("sternes")
    recorder.record("sternes")
    assert recorder.is_recorded("sternes", folder)
    given(grading, "sternes", "avis", 10)
    assert recorder.is_recorded("sternes"), "a person's points are no reason to write again"
    shutil.rmtree(grading / "autograded" / "sternes")
    assert not recorder.is_recorded("sternes")
    recorder.record("sternes")
    with by_hand(grading) as book:
        book.find_grade("tests-grand", "1_trouver", "tiny", "sternes").auto_score = 3
    assert not recorder.is_recorded("sternes")
    recorder.record("sternes")
    executed(course, grading, "sternes", essay="Non.")
    assert not recorder.is_recorded("sternes")


def test_feedback_is_made_again_only_when_something_changed(recorder, course, grading):
    with pytest.raises(Refused, match="Nothing of « sternes »"):
        write_feedback(course, "tiny", grading, "sternes")
    recorder.record("sternes", executed(course, grading, "sternes", outputs=[FAILS]))
    assert write_feedback(course, "tiny", grading, "sternes") and not write_feedback(course, "tiny", grading, "sternes")
    page = grading / "feedback/sternes/tiny/1_trouver.html"
    assert "Le plus grand est 9." in page.read_text()
    given(grading, "sternes", "avis", 10, "Bien vu.")
    assert write_feedback(course, "tiny", grading, "sternes") and "Bien vu." in page.read_text()
    page.unlink()
    assert write_feedback(course, "tiny", grading, "sternes") and page.exists()


def test_formgraders_own_calls_find_it_all(recorder, course, grading, monkeypatch):
    recorder.record("sternes", executed(course, grading, "sternes"))
    monkeypatch.setenv("CHALLENGE_DATA_GRADING", str(grading))
    config = converting.load(course, grading)
    stock = NbGraderAPI(CourseDirectory(config=config), config=config)
    found = stock.get_submission("tiny", "sternes")
    assert (found["autograded"], found["score"], found["max_score"], found["needs_manual_grade"]) == (True, 60, 100, True)
    [notebook] = stock.get_notebook_submissions("tiny", "1_trouver")
    assert (notebook["student"], notebook["code_score"], notebook["failed_tests"]) == ("sternes", 60, False)


def test_masters_are_written_once_and_refused_once_work_is_recorded(tmp_path):
    course, grading = write_course(tmp_path / "cours"), tmp_path / "notation"
    build.build(course)
    released = (course / "exercises/tiny/1_trouver.ipynb").read_bytes()
    with Recorder(course, "tiny", grading) as recorder:
        assert recorder.prepare() and not recorder.prepare()
        recorder.add_teams(["sternes"])
        folder = executed(course, grading, "sternes")
        recorder.record("sternes", folder)
        # Another sentence in a test: taken; what ran with the old one is not recorded under it.
        write_course(course, notebook=NOTEBOOK.replace("Un nombre entier est attendu.", "Il faut un entier."))
        build.build(course)
        shutil.copy(folder / "1_trouver.ipynb", tmp_path)
        assert recorder.prepare()
        with pytest.raises(Refused, match="« tests-grand » is not the gradebook's. Run « sternes » again"):
            recorder.record("sternes", folder)
        recorder.record("sternes", executed(course, grading, "sternes"))
        before = dump(grading)
        write_course(course, notebook=NOTEBOOK.replace('"essay": "avis"', '"essay": "opinion"'))
        build.build(course)
        with pytest.raises(Refused, match="changed since 1 team.* Put back the masters"):
            recorder.prepare()
        assert dump(grading) == before
    assert (course / "exercises/tiny/1_trouver.ipynb").read_bytes() != released, "only the build writes exercises"


def test_what_cannot_be_recorded_is_said(recorder, course, grading, tmp_path):
    with pytest.raises(Refused, match="« sterne » is no team of the gradebook.*goelands, sternes"):
        recorder.record("sterne", executed(course, grading, "sterne"))
    with pytest.raises(Refused, match="No notebook of « tiny »"):
        recorder.record("sternes")
    (executed(course, grading, "goelands") / "1_trouver.ipynb").write_text('{"cells": [')
    with pytest.raises(Refused, match="cannot be read .*run « goelands » again"):
        recorder.record("goelands")
    with pytest.raises(Refused, match="not a folder <team>/<challenge>"):
        recorder.record("sternes", executed(course, grading, "goelands"))
    for name in ("", ".cachée", "a/b", "a*", "x[1]", " sternes"):
        with pytest.raises(Refused, match="No team can be named so"):
            recorder.add_teams(["bonne", name])
    assert "bonne" not in recorder.teams() and recorder.add_teams(TEAMS) == []
    with pytest.raises(Refused, match="reads \\[ \\] as a pattern"):
        Recorder(course, "tiny", tmp_path / "notes [2026]")
    with pytest.raises(Refused, match="nbgrader_config.py"):
        Recorder(tmp_path, "tiny", grading)


def test_one_team_that_nbgrader_refuses_leaves_the_others_alone(recorder, course, grading):
    recorder.record("goelands", executed(course, grading, "goelands"))
    folder = executed(course, grading, "sternes")
    notebook = nbformat.read(folder / "1_trouver.ipynb", 4)
    notebook.cells[0].metadata["nbgrader"] = {"schema_version": 1}
    nbformat.write(notebook, folder / "1_trouver.ipynb")
    with pytest.raises(NotRecorded, match="« sternes »"):
        recorder.record("sternes", folder)
    assert recorder.is_recorded("goelands") and not recorder.is_recorded("sternes")
    executed(course, grading, "sternes")
    assert recorder.record("sternes").points == 60


def test_the_unknown_challenge_and_the_damaged_gradebook_are_told(course, grading):
    with Recorder(course, "tyni", grading) as recorder, pytest.raises(Refused, match="is « tyni » the challenge's name"):
        recorder.prepare()
    (grading / "gradebook.db").write_bytes(b"SQLite format 3\0" + b"damaged" * 1000)
    with pytest.raises(Refused, match="is damaged .* Put back the newest of .*backups"):
        ready(course, grading)
    assert (grading / "gradebook.db").read_bytes().startswith(b"SQLite format 3\0damaged")


def test_a_copy_before_each_run_that_writes_and_five_are_kept(course, grading):
    held = ready(course, grading)
    held.record("sternes", executed(course, grading, "sternes"))
    held.__exit__()
    for points in range(7):
        given(grading, "sternes", "avis", points)
        with Recorder(course, "tiny", grading) as recorder:
            recorder.record("sternes")
            recorder.record("sternes")
    copies = sorted((grading / "backups").iterdir())
    assert len(copies) == 5 and all(path.suffix == ".db" for path in copies)
    manual = []
    for path in copies:
        with contextlib.closing(sqlite3.connect(path)) as book:
            assert book.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            manual += book.execute("SELECT manual_score FROM grade WHERE manual_score IS NOT NULL").fetchone()
    assert manual == [2, 3, 4, 5, 6], "as they were before each run"
    assert not list(grading.glob("gradebook.db-*")), "one plain file when no run lasts"


def child(work) -> int:
    """The work in a fork of this process; its number."""
    number = os.fork()
    if number == 0:
        try:
            work()
        except BaseException as error:
            print(f"{type(error).__name__}: {error}", flush=True)
            os._exit(1)
        os._exit(0)
    return number


def test_one_writer_at_a_time_and_a_dead_one_holds_nothing(course, grading, capfd):
    ready(course, grading).__exit__()
    reader, writer = os.pipe()

    def hold() -> None:
        with Recorder(course, "tiny", grading):
            # A worker that outlives its killed parent.
            if os.fork() == 0:
                time.sleep(4)
                os._exit(0)
            os.write(writer, b"x")
            time.sleep(60)

    holder = child(hold)
    os.read(reader, 1)
    with pytest.raises(Busy, match=rf"process {holder} of .*, since 20.*Run the same command again"), Recorder(course, "tiny", grading, wait=False):
        pass
    said, killer = [], child(lambda: (time.sleep(1), os.kill(holder, signal.SIGKILL)))
    started = time.monotonic()
    with Recorder(course, "tiny", grading, say=said.append) as recorder:
        assert 0.5 < time.monotonic() - started < 3.5
        assert len(said) == 1 and f"process {holder}" in said[0] and "Waiting" in said[0]
        with pytest.raises(Busy, match="this very process"), Recorder(course, "tiny", grading, wait=False):
            pass
        # The refusal above did not let the lock go.
        number = child(lambda: Recorder(course, "tiny", grading, wait=False).__enter__())
        assert os.waitpid(number, 0)[1] != 0 and f"process {os.getpid()} of" in capfd.readouterr().out and recorder.teams()
    for number in (holder, killer):
        os.waitpid(number, 0)


def test_killed_while_it_writes_and_run_again_nothing_is_lost(course, grading, tmp_path):
    def fill(place: Path) -> None:
        held = ready(course, place)
        for rank, team in enumerate(TEAMS):
            executed(course, place, team, outputs=[FAILS] if rank == 0 else [])
            held.record(team)
        held.__exit__()
        for rank, team in enumerate(TEAMS):
            given(place, team, "avis", 10 + rank, f"Mot pour {team}")

    def write(place: Path) -> None:
        with Recorder(course, "tiny", place) as recorder:
            for team in TEAMS:
                recorder.record(team)

    fill(grading)
    shutil.copytree(grading, tmp_path / "temoin")
    started = time.monotonic()
    write(tmp_path / "temoin")
    lasts, witness = time.monotonic() - started, dump(tmp_path / "temoin")
    drawn, hits, kills = random.Random(20261128), 0, 0
    while hits < LEAST_KILLS:
        assert (kills := kills + 1) < 100
        number = child(lambda: write(grading))
        time.sleep(drawn.uniform(0.02, lasts))
        os.kill(number, signal.SIGKILL)
        os.waitpid(number, 0)
        states = [json.loads(path.read_text())["state"] for path in (grading / "recorded/tiny").glob("*.json")]
        hits += "writing" in states
        now = dump(grading)
        # Nothing twice, nothing that a person gave lost, even before it is run again.
        assert [row[:2] + row[3:4] for row in now["rows"]] == [row[:2] + row[3:4] for row in witness["rows"]] and now["comments"] == witness["comments"]
    write(grading)
    assert dump(grading) == witness
    with Recorder(course, "tiny", grading) as recorder:
        assert all(recorder.is_recorded(team) for team in TEAMS)
    print(f"{kills} kills, {hits} of them while a team was written")


def test_killed_before_anything_was_there(course, tmp_path):
    grading = tmp_path / "notation"

    def write(place: Path) -> None:
        held = ready(course, place)
        for team in TEAMS:
            held.record(team)
        held.__exit__()

    for place in (grading, tmp_path / "temoin"):
        for team in TEAMS:
            executed(course, place, team)
    started = time.monotonic()
    write(tmp_path / "temoin")
    lasts, drawn = time.monotonic() - started, random.Random(6)
    for _ in range(3):
        number = child(lambda: write(grading))
        time.sleep(drawn.uniform(0.05, lasts))
        os.kill(number, signal.SIGKILL)
        os.waitpid(number, 0)
    write(grading)
    assert dump(grading) == dump(tmp_path / "temoin")


def test_a_disk_almost_full_is_told_before_anything_is_written(recorder, course, grading, monkeypatch):
    folder = executed(course, grading, "sternes")
    recorder.record("sternes", folder)
    before = dump(grading)
    executed(course, grading, "sternes", outputs=[FAILS])
    monkeypatch.setattr(gradebook, "FREE_BYTES", 1 << 60)
    with pytest.raises(DiskFull, match="The marks of « sternes » were not recorded: the disk of .* is full .* Free at least .* run the same command again"):
        recorder.record("sternes", folder)
    assert dump(grading) == before


def _until_full(course: Path, grading: Path, fill) -> str:
    """Record on a disk that is full; then again when there is room."""
    recorder = ready(course, grading)
    for team in TEAMS:
        executed(course, grading, team, outputs=[new_output("stream", name="stdout", text="x" * 400_000)])
    recorder.record("goelands")
    free = fill()
    said = ""
    for team in TEAMS[1:]:
        try:
            recorder.record(team)
        except DiskFull as error:
            said = str(error)
    recorder.__exit__()
    free()
    with Recorder(course, "tiny", grading) as recorder:
        assert recorder.is_recorded("goelands")
        assert [recorder.record(team).points for team in TEAMS] == [60, 60, 60]
        assert all(recorder.is_recorded(team) for team in TEAMS)
    dump(grading)
    return said


def test_a_full_disk_is_told_and_the_gradebook_stays_sound(course, tmp_path, monkeypatch):
    monkeypatch.setattr(gradebook, "FREE_BYTES", 0)
    place = tmp_path / "petit"
    place.mkdir()
    if os.getuid() or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "none", place], capture_output=True).returncode:
        pytest.skip("needs the right to mount a small disk; the limit on a file's size below is tried everywhere")
    try:
        stuff = place / "stuff"

        def fill():
            with contextlib.suppress(OSError), stuff.open("wb", buffering=0) as file:
                while file.write(b"0" * 4096):
                    pass
            os.truncate(stuff, stuff.stat().st_size - 200_000)
            return stuff.unlink

        assert "The marks of « " in (said := _until_full(course, place / "notation", fill)) and "is full (" in said
    finally:
        subprocess.run(["umount", place], check=True)


def test_a_file_that_may_not_grow_is_told_and_the_gradebook_stays_sound(course, grading, monkeypatch, capfd):
    monkeypatch.setattr(gradebook, "FREE_BYTES", 0)

    def work() -> None:
        def fill():
            resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, resource.RLIM_INFINITY))
            return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

        assert "is full (" in _until_full(course, grading, fill)

    assert os.waitpid(child(work), 0)[1] == 0, capfd.readouterr().out


def test_one_teams_marks_are_found_without_reading_those_of_all(course, recorder, grading):
    """Else time would grow with the square of the number of teams; nbgrader's own indices do not serve it."""
    asked = {}

    def note(connection, cursor, statement, parameters, context, many) -> None:
        asked[statement] = parameters

    first, team = TEAMS[:2]
    for each in (first, team):
        executed(course, grading, each)
    recorder.record(first)  # the list of teams is read once a run
    event.listen(Engine, "before_cursor_execute", note)
    try:
        recorder.record(team)
        recorder.record(team)
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    with contextlib.closing(sqlite3.connect(grading / "gradebook.db")) as book:
        plans = [row[3] for statement, parameters in asked.items() if statement.lstrip().startswith(("SELECT", "UPDATE", "DELETE"))
                 for row in book.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)]
    assert any("challenge_data_grade" in plan for plan in plans)
    assert [plan for plan in plans if re.match("SCAN (grade|comment|submitted_notebook|submitted_assignment|student)\\b", plan)] == []
    # By the cell first is by all teams' rows of that cell.
    assert [plan for plan in plans if re.search(r"(grade|comment) USING INDEX \S+ \(cell_id=\?\)", plan)] == []
