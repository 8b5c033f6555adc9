"""Everybody graded again: on trial first, whose mark moves and why, then for good if a person agrees; nothing moves unseen."""

import json
import shutil
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest
from killing import by_hand, everything, give_by_hand, hand_in
from nbformat.v4 import new_output
from tiny import NOTEBOOK, write_course

from challenge_data import build, cli
from challenge_data.grading import engine, gradebook, marking, running, watching
from challenge_data.grading.engine import CannotGrade, grade
from challenge_data.grading.moderation import moves, regrading
from challenge_data.grading.moderation.regrading import Regrade
from challenge_data.grading.recording import Recorder

CHALLENGE = "tiny"
TEST = '''check.that(isinstance(grand, int), "Un nombre entier est attendu.")
### BEGIN HIDDEN TESTS
check.number(grand, truth["grand"])
### END HIDDEN TESTS
'''
FIRST = NOTEBOOK.replace(TEST, "assert grand == 9, 'Le plus grand est 9.'\n")
CHANGED = FIRST.replace("assert grand == 9, 'Le plus grand est 9.'", "assert grand != 2, 'Deux est le plus petit.'")
"""A master that was wrong: « 7 » should have passed."""
ANSWERS = {"goelands": "grand = 9", "huitriers": "grand = 7", "sternes": "grand = 2"}


def built(root: Path, notebook: str = FIRST) -> Path:
    write_course(root, notebook=notebook)
    build.build(root)
    return root


@pytest.fixture(autouse=True)
def played(monkeypatch) -> list[str]:
    """Cells run in this very process, without a kernel; the answers that were run."""
    done = []

    def run(notebook, limits, provisioner):
        ran, space = running.Ran(notebook, 0.0), {"check": SimpleNamespace(question=str)}
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.execution_count, cell.outputs = len(ran.ran) + 1, []
                try:
                    exec(cell.source.replace("from challenge_data", "# "), space)
                except Exception as error:
                    cell.outputs = [new_output("error", ename=type(error).__name__, evalue=str(error), traceback=[])]
                if cell.source.startswith("grand ="):
                    done.append(cell.source)
                assert not watching.is_test(cell) or "assert" in cell.source
                ran.ran.append(cell.id)
        return ran

    monkeypatch.setattr(marking, "run", run)
    return done


@pytest.fixture
def threads():
    with ThreadPoolExecutor(1) as executor:
        yield executor


@pytest.fixture(scope="module")
def lastweek(tmp_path_factory, request) -> Path:
    """The course and a grading folder with marks of code and of a person."""
    return tmp_path_factory.mktemp("semaine")


@pytest.fixture
def place(lastweek, tmp_path, played, threads) -> Path:
    """A copy of last week's folder: ``cours`` and ``notation``."""
    if not (lastweek / "notation").exists():
        course = built(lastweek / "cours")
        grade(hand_in(course, lastweek / "recus", ANSWERS), CHALLENGE, course=course, grading=lastweek / "notation", add_teams=True, executor=threads)
        give_by_hand(lastweek / "notation", {"huitriers": (10, "Allez plus loin."), "sternes": (40, "Très bien vu.")})
    played.clear()
    return shutil.copytree(lastweek, tmp_path / "ici", symlinks=True)


def regrade(place: Path, threads) -> Regrade:
    return Regrade(CHALLENGE, course=place / "cours", grading=place / "notation", executor=threads)


def totals(grading: Path, course: Path) -> dict[str, tuple]:
    with Recorder(course, CHALLENGE, grading) as recorder:
        return {team: (scores.points, [mark.cell for mark in scores.waiting]) for team in recorder.teams() if (scores := recorder.scores(team)).marks}


BEFORE = {"goelands": (60, ["avis"]), "huitriers": (10, []), "sternes": (40, [])}
AFTER = {"goelands": (60, ["avis"]), "huitriers": (70, []), "sternes": (40, [])}


def test_grade_refuses_to_move_marks_when_masters_changed_and_says_what_to_run(place, threads, played):
    built(place / "cours", CHANGED)
    before = everything(place / "notation")
    with pytest.raises(CannotGrade, match=r"have changed since teams were recorded \(1_trouver\).*challenge-data regrade --challenge tiny --grading .*Nothing was changed"):
        grade(place / "recus", CHALLENGE, course=place / "cours", grading=place / "notation", executor=threads)
    assert everything(place / "notation") == before and not played


def test_the_trial_says_whose_mark_moves_and_why_and_touches_nothing(place, threads, played):
    built(place / "cours", CHANGED)
    before = everything(place / "notation")
    with regrade(place, threads) as trial:
        moves = trial.run()
    now = everything(place / "notation")
    now["files"] = [name for name in now["files"] if not name.startswith("trial/")]
    assert now == before and sorted(played) == sorted(ANSWERS.values())
    assert [(team.team, team.before, team.after, team.waiting_before, team.waiting) for team in moves.teams] == [
        ("goelands", 60, 60, 40, 40), ("huitriers", 10, 70, 0, 0), ("sternes", 40, 40, 0, 0)]
    [team] = moves.moved
    assert [(cell.cell, cell.before, cell.after, cell.why) for cell in team.cells] == [
        ("tests-grand", 0, 60, ("The test's text changed", "It said before: « AssertionError: Le plus grand est 9. »", "It says now: nothing"))]
    table = moves.as_table()
    assert "3 team(s) graded again on trial: 1 would move, 2 stay as they are." in table and "1_trouver, tests-grand: 1 up, 0 down" in table
    assert "huitriers: 1_trouver, tests-grand: 0 → 60 of 60. The test's text changed." in table
    assert json.loads(moves.as_json(applied=False))["teams"][1]["after"] == 70
    assert (place / "notation/trial").stat().st_mode & 0o077 == 0


def test_applied_it_runs_nothing_again_keeps_what_people_gave_and_is_what_a_fresh_grading_gives(place, threads, played, tmp_path):
    built(place / "cours", CHANGED)
    with regrade(place, threads) as trial:
        trial.run()
        played.clear()
        assert trial.apply().code == 1, "a moved mark is something to look at"
    assert not played and totals(place / "notation", place / "cours") == AFTER
    assert [row[2:] for row in by_hand(place / "notation")] == [(10, "Allez plus loin."), (40, "Très bien vu.")]
    assert not (place / "notation/trial" / CHALLENGE).exists()
    grade(place / "recus", CHALLENGE, course=place / "cours", grading=tmp_path / "temoin", add_teams=True, executor=threads)
    give_by_hand(tmp_path / "temoin", {"huitriers": (10, "Allez plus loin."), "sternes": (40, "Très bien vu.")})
    now, fresh = everything(place / "notation"), everything(tmp_path / "temoin")
    assert {kind: now[kind] for kind in ("gradebook", "grades", "results", "cells", "journals")} == {kind: fresh[kind] for kind in ("gradebook", "grades", "results", "cells", "journals")}
    # From here `grade` goes on as usual.
    played.clear()
    again = grade(None, CHALLENGE, course=place / "cours", grading=place / "notation", executor=threads)
    assert [row.problem for row in again.rows] == ["", "", ""] and not played


def test_a_trial_refused_is_taken_up_with_what_a_person_gave_since(place, threads, played):
    built(place / "cours", CHANGED)
    with regrade(place, threads) as trial:
        trial.run()
    give_by_hand(place / "notation", {"goelands": (25, "Bien.")})
    played.clear()
    with regrade(place, threads) as trial:
        assert [(team.before, team.after) for team in trial.run().teams] == [(85, 85), (10, 70), (40, 40)] and not played
        trial.apply()
    assert totals(place / "notation", place / "cours") == {**AFTER, "goelands": (85, [])}


def test_an_apply_that_was_killed_is_taken_up_by_running_again(place, threads, played, monkeypatch):
    built(place / "cours", CHANGED)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt), regrade(place, threads) as trial:
        trial.run()
        record, done = Recorder.record, []

        def killed(self, team, *given, **more):
            if done:
                raise KeyboardInterrupt
            done.append(team)
            return record(self, team, *given, **more)

        patch.setattr(Recorder, "record", killed)
        trial.apply()
    played.clear()
    with regrade(place, threads) as trial:
        trial.run()
        trial.apply()
    assert not played and totals(place / "notation", place / "cours") == AFTER
    assert everything(place / "notation")["gradebook"] == [("ok",)]


def test_points_of_a_cell_that_changed_are_said(place, threads):
    built(place / "cours", FIRST.replace(":points: 60", ":points: 50").replace('"points": 40', '"points": 50').replace("**40 points**", "**50 points**"))
    with regrade(place, threads) as trial:
        moves = trial.run()
    cells = {(team.team, cell.cell): (cell.before, cell.after, cell.maximum_before, cell.maximum, cell.why) for team in moves.moved for cell in team.cells}
    assert cells["goelands", "tests-grand"][:4] == (60, 50, 60, 50) and cells["goelands", "tests-grand"][4][0] == "It is worth 50 points, it was 60"
    # The rubric is another: what a person gave by the old one stays, and is asked about.
    assert cells["sternes", "avis"][:4] == (40, 40, 40, 50) and any("wait for a second look" in why for why in cells["sternes", "avis"][4])


def test_a_toolkit_that_flags_an_answer_is_said_and_grade_says_what_moved(place, threads, monkeypatch):
    monkeypatch.setattr(marking, "toolkit", lambda: b"another")
    monkeypatch.setattr(watching, "written", lambda notebook, cell, source: [watching.Flag(notebook, cell, watching.ODD, "odd")] if source == "grand = 9" else [])
    with regrade(place, threads) as trial:
        moves = trial.run()
    [team] = moves.moved
    assert team.team == "goelands" and (team.waiting_before, team.waiting) == (40, 100)
    assert team.cells[0].why[0] == "Its points wait for a person: unusual code" and "It says now: « Cette réponse contient" in team.cells[0].why[-1]
    # Masters are the same: plain `grade` goes on, and says it too.
    summary = grade(None, CHALLENGE, course=place / "cours", grading=place / "notation", executor=threads, feedback=False)
    notes = {row.team: row.notes for row in summary.rows}
    assert notes == {"goelands": ["1_trouver: same hand-in, other points than when it was last graded (tests-grand: 60 → 0)"], "huitriers": [], "sternes": []}


def test_another_hand_in_moves_its_own_mark_without_a_word(place, threads):
    hand_in(place / "cours", place / "recus", {"sternes": "grand = 9"})
    summary = grade(place / "recus", CHALLENGE, course=place / "cours", grading=place / "notation", executor=threads, feedback=False)
    assert [(row.team, row.automatic, row.notes) for row in summary.rows] == [("goelands", 60, []), ("huitriers", 0, []), ("sternes", 60, [])]


def test_another_graded_cell_is_refused_with_its_name(place, threads):
    built(place / "cours", FIRST.replace('"essay": "avis"', '"essay": "opinion"'))
    before = everything(place / "notation")["grades"]
    with regrade(place, threads) as trial, pytest.raises(CannotGrade, match=r"gone: 1_trouver/avis; new: 1_trouver/opinion.*Put back the masters"):
        trial.run()
    assert everything(place / "notation")["grades"] == before


def test_what_cannot_be_done_is_said(place, threads, monkeypatch, tmp_path):
    with pytest.raises(CannotGrade, match="No team of « tyni » was graded in"), Regrade("tyni", course=place / "cours", grading=place / "notation"):
        pass
    with regrade(place, threads), pytest.raises(CannotGrade, match="Another run is writing in .*trial.*Run the same command again"), regrade(place, threads):
        pass
    with monkeypatch.context() as patch, regrade(place, threads) as trial:
        patch.setattr(gradebook, "FREE_BYTES", 1 << 60)
        with pytest.raises(CannotGrade, match="The trial could not be made, and no mark was touched: the disk of .* is full"):
            trial.run()
    # A configuration that always names one gradebook: the trial would be no trial.
    config = place / "cours/nbgrader_config.py"
    config.write_text(config.read_text() + f'\nc.CourseDirectory.db_url = "sqlite:///{place / "notation/gradebook.db"}"\n')
    with regrade(place, threads) as trial, pytest.raises(CannotGrade, match="a trial would write into it"):
        trial.run()
    assert sqlite3.connect(place / "notation/gradebook.db").execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_the_command_asks_and_does_nothing_without_an_answer(place, threads, monkeypatch, capsys):
    built(place / "cours", CHANGED)
    monkeypatch.setenv("CHALLENGE_DATA_HOME", str(place / "cours"))
    monkeypatch.setattr(engine, "check", lambda course: None)
    true = engine.grade
    monkeypatch.setattr(engine, "grade", lambda *given, **how: true(*given, **how | {"executor": threads}))
    ask = ["regrade", "--challenge", CHALLENGE, "--grading", str(place / "notation")]
    assert cli.main(ask) == 1
    told = capsys.readouterr()
    assert "1 would move" in told.out and "Nothing was changed" in told.out and "Say --yes" in told.err
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda question: "n")
    assert cli.main(ask) == 1 and totals(place / "notation", place / "cours") == BEFORE
    capsys.readouterr()
    assert cli.main([*ask, "--json"]) == 1 and json.loads(capsys.readouterr().out)["applied"] is False
    assert cli.main([*ask, "--yes"]) == 0 and "Applied: 3 team(s)." in capsys.readouterr().out
    assert totals(place / "notation", place / "cours") == AFTER and not (place / "notation" / regrading.TRIAL / CHALLENGE).exists()
    assert cli.main(["regrade", "--challenge", "tyni", "--grading", str(place / "notation")]) == 2


def test_teams_that_move_alike_are_told_once_with_what_differs_only():
    move = moves.Move("1_trouver", "tests-grand", 60, 0, 60, 60, ("It said before: « Juste. »",))
    table = moves.Moves(CHALLENGE, tuple(moves.TeamMoves(team, 60, 0, 100, 100, 0, 0, (move,)) for team in ("goelands", "sternes"))).as_table()
    assert table.splitlines()[-1] == "goelands, sternes: 1_trouver, tests-grand: 60 → 0 of 60. It said before: « Juste. »."
    assert moves._quoted(("La forme est juste.", "Non."), ("La forme est juste.", "Oui.")) == "« Non. »"
    assert moves._quoted((), ("Non.",)) == "nothing" and moves._quoted(("Oui.",), ("Oui.", "Non.")) == "nothing else"
