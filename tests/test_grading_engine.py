"""The engine of grading: work carried by any executor, teams apart from one another, words for what goes wrong, totals as nbgrader's."""

import contextlib
import csv
import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from killing import (
    ANSWERS,
    BY_HAND,
    CHALLENGE,
    NOTEBOOK,
    by_hand,
    command,
    environment,
    everything,
    give_by_hand,
    hand_in,
    wait_until_gone,
)
from nbformat.v4 import new_output
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from nbgrader.plugins import CsvExportPlugin
from sqlalchemy import create_engine, event

from challenge_data import cli
from challenge_data.grading import converting, engine, gradebook, keeping, marking, running, sandbox, watching
from challenge_data.grading.engine import CannotGrade, grade
from challenge_data.grading.marks import Mark, Scores
from challenge_data.grading.summary import GRADED, NOT_GRADED, TO_LOOK_AT, Summary, TeamRow
from challenge_data.grading.workers import WorkerDied, Workers

FLAG = {"notebook": NOTEBOOK, "cell": "grand", "line": 2, "what": "ends the program", "evidence": "os._exit(3)", "kind": "odd"}


@pytest.fixture
def handed(course, tmp_path) -> Path:
    return hand_in(course, tmp_path / "recus", {"goelands": "grand = 9", "sternes": "grand = 2", "huitriers": "grand = max(valeurs)"})


@pytest.fixture
def played(monkeypatch):
    """Cells run in this very process rather than in a kernel: what the engine does around them is what is tried here."""

    def run(notebook, limits, provisioner):
        ran = running.Ran(notebook, 0.0)
        space = {}
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.execution_count, cell.outputs = len(ran.ran) + 1, []
                if cell.source.startswith("grand") or "valeurs =" in cell.source:
                    exec(cell.source.replace("from challenge_data", "# "), space)
                if watching.is_test(cell) and space.get("grand") != 9:
                    cell.outputs = [new_output("stream", name="stderr", text="Le plus grand est 9.")]
                ran.ran.append(cell.id)
        return ran

    monkeypatch.setattr(marking, "run", run)


@pytest.fixture
def threads():
    with ThreadPoolExecutor(2) as executor:
        yield executor


def points(summary: Summary) -> dict[str, float]:
    return {row.team: row.automatic for row in summary.rows if not row.problem}


def test_any_executor_carries_the_work_and_what_is_done_is_not_done_again(course, handed, tmp_path, played, threads, monkeypatch):
    told = []
    first = grade(handed, CHALLENGE, course=course, grading=tmp_path / "notation", add_teams=True, executor=threads, tell=told.append)
    assert points(first) == {"goelands": 60, "huitriers": 60, "sternes": 0} and first.code == 0, first.as_table()
    assert told[0] == 3 and sorted(row.team for row in told[1:]) == ["goelands", "huitriers", "sternes"]
    assert threads.submit(int).result() == 0, "an executor that was given stays open"
    before = everything(tmp_path / "notation")
    monkeypatch.setattr(marking, "mark", lambda job: pytest.fail(f"{job.team} is run again"))
    for source in (handed, None):
        again = grade(source, CHALLENGE, course=course, grading=tmp_path / "notation", executor=threads)
        assert points(again) == points(first), [row.problem for row in again.rows]
    assert everything(tmp_path / "notation") == before
    assert len(before["files"]) == len(set(before["files"])) and f"feedback/goelands/{CHALLENGE}/{NOTEBOOK}.html" in before["files"]


def test_one_changed_hand_in_is_the_only_one_run_again_and_both_are_kept(course, handed, tmp_path, played, threads, monkeypatch):
    grading = tmp_path / "notation"
    grade(handed, CHALLENGE, course=course, grading=grading, add_teams=True, executor=threads, feedback=False)
    give_by_hand(grading, {"sternes": (15, "À reprendre.")})
    hand_in(course, handed, {"sternes": "grand = 9"})
    done, mark = [], marking.mark
    monkeypatch.setattr(marking, "mark", lambda job: (done.append(job.team), mark(job))[1])
    second = grade(handed, CHALLENGE, course=course, grading=grading, executor=threads, feedback=False)
    assert done == ["sternes"] and points(second)["sternes"] == 60
    assert by_hand(grading) == [("sternes", "avis", 15, "À reprendre.")]
    kept = keeping.records(grading / "received" / CHALLENGE / "sternes")
    assert len(kept) == 2
    for one in kept:
        assert one.record["at"].endswith("Z") and list(one.record["files"]) == ["sternes.ipynb"]
        assert one.record["sha256"] == keeping.digest_of({"sternes.ipynb": gradebook_hash(one.folder / "files" / "sternes.ipynb")})
    # The former one given again: what the folder holds is what counts, and a word says so.
    hand_in(course, handed, {"sternes": "grand = 2"})
    shutil.copy(kept[0].folder / "files" / "sternes.ipynb", handed)
    third = grade(handed, CHALLENGE, course=course, grading=grading, executor=threads, feedback=False)
    assert points(third)["sternes"] == 0 and len(keeping.records(grading / "received" / CHALLENGE / "sternes")) == 2
    assert any("was received later" in word and "what the folder holds now is graded" in word for row in third.rows for word in row.remarks)


def gradebook_hash(path: Path) -> str:
    with path.open("rb") as file:
        return keeping._digest(file)


def test_one_team_that_cannot_be_run_leaves_the_others_alone(course, handed, tmp_path, played, threads, monkeypatch):
    mark = marking.mark

    def fails(job):
        if job.team == "sternes":
            raise RuntimeError("no luck")
        return mark(job)

    monkeypatch.setattr(marking, "mark", fails)
    summary = grade(handed, CHALLENGE, course=course, grading=tmp_path / "notation", add_teams=True, executor=threads, feedback=False)
    assert points(summary) == {"goelands": 60, "huitriers": 60} and summary.code == 1
    assert [row.problem for row in summary.rows if row.problem] == ["could not be run: RuntimeError: no luck"]


def test_a_full_disk_found_by_a_worker_stops_the_run_with_a_sentence(course, handed, tmp_path, played, threads, monkeypatch):
    def full(job):
        raise OSError(28, "No space left on device", "somewhere")

    with monkeypatch.context() as patch:
        patch.setattr(marking, "mark", full)
        with pytest.raises(CannotGrade, match="^« .* » could not be run: the disk of .* is full .* run the same command again$"):
            grade(handed, CHALLENGE, course=course, grading=tmp_path / "notation", add_teams=True, executor=threads)
    assert points(grade(handed, CHALLENGE, course=course, grading=tmp_path / "notation", executor=threads, feedback=False))["goelands"] == 60


@pytest.mark.parametrize("full", [False, True])
def test_a_third_reading_in_formgrader_meanwhile_is_not_blocked(course, handed, tmp_path, played, threads, full):
    grading, seen = tmp_path / "notation", []

    def read(event) -> None:
        with Gradebook(f"sqlite:///{grading / 'gradebook.db'}", "challenge-data") as book:
            seen.append(len(book.assignment_submissions(CHALLENGE)))

    grade(handed, CHALLENGE, course=course, grading=grading, add_teams=True, executor=threads, feedback=full, tell=read)
    assert seen[0] == 0 and seen[-1] == 3 and len(seen) == 4


def test_totals_are_those_of_nbgraders_export(course, handed, tmp_path, played, threads, monkeypatch):
    grading = tmp_path / "notation"
    grade(handed, CHALLENGE, course=course, grading=grading, add_teams=True, executor=threads, feedback=False)
    give_by_hand(grading, {"goelands": (25, "Bien."), "sternes": (10, "Oui.")})
    summary = grade(handed, CHALLENGE, course=course, grading=grading, executor=threads, feedback=False)
    assert {row.team: (row.total, row.waiting) for row in summary.rows} == {"goelands": (85, 0), "huitriers": (60, 40), "sternes": (10, 0)}
    with Gradebook(f"sqlite:///{grading / 'gradebook.db'}", "challenge-data") as book:
        CsvExportPlugin(to=str(tmp_path / "notes.csv")).export(book)
    with (tmp_path / "notes.csv").open() as file:
        exported = {line["student_id"]: (float(line["score"]), float(line["max_score"])) for line in csv.DictReader(file)}
    assert exported == {row.team: (row.total, row.maximum) for row in summary.rows}
    monkeypatch.setenv("CHALLENGE_DATA_GRADING", str(grading))
    config = converting.load(course, grading)
    stock = NbGraderAPI(CourseDirectory(config=config), config=config)
    assert {each["student"]: each["score"] for each in stock.get_submissions(CHALLENGE)} == {row.team: row.total for row in summary.rows}


def test_a_hundred_odd_names(course, tmp_path, played, threads):
    names = ["Équipe n° 1", "les (oies)", "--tiret", "a" * 190, "été", "emoji 🐦 bleu", "l'île", "CON", "semi;colon", "100%", "dollar$HOME", "`id`", "nul", "œuf", "日本 1", "a;b", "<b>gras", "x=1", "#", "…"]
    names += [f"Groupe n° {rank} « été » & {chr(0xE0 + rank % 20)}" for rank in range(80)]
    source = tmp_path / "recus"
    one = hand_in(course, tmp_path / "un", {"modele": "grand = 9"}) / "modele.ipynb"
    source.mkdir()
    for name in names:
        shutil.copy(one, source / f"{name}.ipynb")
    summary = grade(source, CHALLENGE, course=course, grading=tmp_path / "notation", add_teams=True, executor=threads, feedback=False)
    graded = points(summary)
    assert len(summary.rows) == 100 and set(graded.values()) == {60}
    unnamed = [row for row in summary.rows if row.problem]
    assert len(unnamed) == 2 and all("no letter or digit" in row.problem and "Rename it" in row.problem for row in unnamed)
    assert {"Equipe-n-1", "les-oies", "tiret", "oeuf"} <= set(graded) and len(graded) == 98
    assert json.loads(summary.as_json())["counts"] == {GRADED: 98, TO_LOOK_AT: 0, NOT_GRADED: 2}


def test_unknown_teams_are_told_with_the_nearest(course, handed, tmp_path, played, threads):
    grading = tmp_path / "notation"
    grade(handed, CHALLENGE, course=course, grading=grading, add_teams=True, executor=threads, feedback=False)
    (handed / "sternes.ipynb").rename(handed / "sterne.ipynb")
    summary = grade(handed, CHALLENGE, course=course, grading=grading, executor=threads, feedback=False)
    [row] = [row for row in summary.rows if row.problem]
    assert row.team == "sterne" and "is no team of the gradebook" in row.problem and "the nearest is sternes" in row.problem
    assert summary.code == 1 and len(points(summary)) == 2


def test_what_cannot_be_graded_at_all_is_said_in_a_sentence(course, handed, tmp_path, threads, monkeypatch):
    grading = tmp_path / "notation"
    with pytest.raises(CannotGrade, match="is « tyni » the challenge's name"):
        grade(handed, "tyni", course=course, grading=grading, executor=threads)
    with pytest.raises(CannotGrade, match="nulle-part: no such folder. Give the folder"):
        grade(tmp_path / "nulle-part", CHALLENGE, course=course, grading=grading, executor=threads)
    (tmp_path / "vide").mkdir()
    with pytest.raises(CannotGrade, match="nbgrader_config.py"):
        grade(handed, CHALLENGE, course=tmp_path / "vide", grading=grading, executor=threads)
    with pytest.raises(CannotGrade, match="holds the records of what was received"):
        grade(tmp_path, CHALLENGE, course=course, grading=grading, executor=threads)
    with pytest.raises(CannotGrade, match="vide holds no hand-in"):
        grade(tmp_path / "vide", CHALLENGE, course=course, grading=grading, executor=threads)
    with pytest.raises(CannotGrade, match="Nothing of « tiny » was received before"):
        grade(None, CHALLENGE, course=course, grading=grading, executor=threads)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CannotGrade, match="bubblewrap is not installed: sudo apt install bubblewrap"):
        grade(handed, CHALLENGE, course=course, grading=grading)


def test_peoples_work_does_not_go_into_the_public_course(course, handed, threads):
    for inside in (course, course / "notation"):
        with pytest.raises(CannotGrade, match="is in the course's folder, which is public"):
            grade(handed, CHALLENGE, course=course, grading=inside, executor=threads)
    assert not (course / "gradebook.db").exists() and not (course / "notation").exists()


def test_a_team_that_kills_its_worker_each_time_takes_no_innocent_along():
    with Workers(count=2) as pool:
        for name in ("a", "b", "poison", "c", "other poison", "d", "e"):
            # Functions of the system: a worker has nothing to import.
            pool.add(name, *((os._exit, 9) if "poison" in name else (time.sleep, 0.1)))
        done = {each.key: each.error for each in pool.results()}
    assert {name: type(error) for name, error in done.items()} == {name: WorkerDied if "poison" in name else type(None) for name in ("a", "b", "poison", "c", "other poison", "d", "e")}


def test_workers_end_with_a_run_that_is_given_up():
    with pytest.raises(KeyboardInterrupt), Workers(count=1) as pool:
        pool.add(1, os.getpid)
        number = next(pool.results()).result
        pool.add(2, time.sleep, 600)
        pool._ask()
        raise KeyboardInterrupt
    with pytest.raises(ProcessLookupError):
        os.kill(number, 0)


def row(team: str, **more) -> TeamRow:
    return TeamRow(team, **more)


@pytest.mark.parametrize(("rows", "code"), [
    ([], 2), ([row("a")], 0), ([row("a"), row("b", problem="no notebook")], 1), ([row("a", notes=["late"])], 1), ([row("a", flags=[FLAG])], 1),
    ([row("a", remarks=["read as a team"])], 0), ([row("a", problem="x"), row("b", problem="y")], 2), ([row("a", waiting=40)], 0)])  # fmt: skip
def test_the_exit_code_says_whether_there_is_something_to_look_at(rows, code):
    assert Summary(CHALLENGE, rows).code == code


def test_the_table_and_the_json_say_it_all():
    scores = Scores("sternes", (Mark(NOTEBOOK, "tests-grand", 60, 50, None, 60, False), Mark(NOTEBOOK, "avis", None, None, None, 40, True)))
    one = row("sternes", remarks=["read as sternes"])
    one.fill({"refused": ["photo.png left out"], "notebooks": {NOTEBOOK: {"notes": [{"kind": "missing cell", "cell": "grand"}], "stopped": "time", "late": ["c1"], "flags": [FLAG]}}}, scores)
    assert (one.automatic, one.total, one.maximum, one.waiting, one.state) == (60, 50, 100, 40, TO_LOOK_AT)
    summary = Summary(CHALLENGE, [one, row("équipe à très long nom", problem="no notebook")])
    lines = summary.as_table().splitlines()
    assert len({line.index(word) for line, word in zip(lines[:3], ("state", TO_LOOK_AT, NOT_GRADED), strict=True)}) == 1, "columns stand under their heads"
    for words in (f"sternes: {NOTEBOOK}: missing cell (grand)", f"sternes: {NOTEBOOK}: stopped, time", f"sternes: {NOTEBOOK}: too slow (c1)", "sternes: photo.png left out",
                  f"sternes: FLAG {NOTEBOOK}, grand, line 2: ends the program | os._exit(3)", "équipe à très long nom: no notebook"):
        assert words in lines
    told = json.loads(summary.as_json())
    assert told["counts"] == {GRADED: 0, TO_LOOK_AT: 1, NOT_GRADED: 1} and told["teams"][0]["flags"] == [FLAG]
    assert [team["state"] for team in told["teams"]] == [TO_LOOK_AT, NOT_GRADED]


def test_the_command_says_what_the_engine_says(course, handed, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("CHALLENGE_DATA_HOME", str(course))
    asked = []

    def engine_(received, challenge, **given):
        asked.append((received, challenge, given))
        if given["workers"] == 7:
            raise CannotGrade("No room.")
        if given["workers"] == 8:
            raise KeyboardInterrupt
        return Summary(challenge, [row("sternes"), row("grebes", problem="no notebook")])

    monkeypatch.setattr(engine, "grade", engine_)
    ask = ["grade", str(handed), "--challenge", CHALLENGE, "--to", str(tmp_path)]
    assert cli.main([*ask, "--json"]) == 1 and json.loads(capsys.readouterr().out)["counts"][NOT_GRADED] == 1
    assert cli.main([*ask, "--unsafe", "--no-feedback", "--add-teams"]) == 1 and "grebes: no notebook" in capsys.readouterr().out
    assert [asked[-1][2][name] for name in ("unsafe", "feedback", "add_teams")] == [True, False, True]
    assert [asked[0][2][name] for name in ("unsafe", "feedback", "add_teams")] == [False, True, False]
    assert cli.main([*ask, "--workers", "7"]) == 2 and capsys.readouterr() == ("", "No room.\n")
    assert cli.main([*ask, "--workers", "8"]) == 130 and "Stopped. What was recorded stays" in capsys.readouterr().err


def short_place() -> Path:
    import tempfile
    return Path(tempfile.mkdtemp(prefix="kill-", dir="/tmp"))


@pytest.fixture
def short():
    place = short_place()
    yield place
    assert wait_until_gone(place) == []
    shutil.rmtree(place)


def test_ctrl_c_says_a_sentence_and_loses_nothing(course, tmp_path, short):
    source, grading = hand_in(course, tmp_path / "recus", {"goelands": "grand = 9", "sternes": "import time\ntime.sleep(50)\ngrand = 9"}), tmp_path / "notation"
    run = subprocess.Popen(command(course, source, grading), env=environment(course, short), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
    until = time.monotonic() + 120
    while not list(grading.glob("recorded/tiny/goelands.json")) and time.monotonic() < until:
        time.sleep(0.1)
    assert run.poll() is None
    os.killpg(run.pid, signal.SIGINT)  # as a terminal does: to all of its processes
    out, said = run.communicate(timeout=60)
    assert run.returncode == 130 and out == "" and said == "Stopped. What was recorded stays; run the same command again for the rest.\n"
    assert wait_until_gone(short) == []
    assert everything(grading)["gradebook"] == [("ok",)]


def test_ctrl_c_while_a_connection_is_given_back_prints_no_traceback(monkeypatch, capfd):
    monkeypatch.setattr(logging.getLogger(), "handlers", [])  # pytest's: the command has none
    pool = create_engine("sqlite://").pool
    event.listen(pool, "reset", lambda *_: signal.raise_signal(signal.SIGINT))
    with pytest.raises(KeyboardInterrupt):
        pool.connect().close()
    logging.getLogger("sqlalchemy.pool").error("a fault is still said")
    assert capfd.readouterr().err == "a fault is still said\n"


def test_the_second_of_two_runs_waits_says_so_and_both_end_well(course, handed, tmp_path, short):
    grading = tmp_path / "notation"
    runs = [subprocess.Popen(command(course, handed, grading), env=environment(course, short), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    ended = [run.communicate(timeout=300) for run in runs]
    assert [run.returncode for run in runs] == [0, 0], ended
    assert sorted(said.count("Another run is writing in") for _, said in ended) == [0, 1]
    assert json.loads(ended[0][0]) == json.loads(ended[1][0])
    now = everything(grading)
    assert now["submissions"] == [("goelands", 1), ("huitriers", 1), ("sternes", 1)] and len(now["received"]) == 3


def test_without_bubblewrap_it_refuses_unless_told(course, tmp_path, short):
    source = hand_in(course, tmp_path / "recus", {"goelands": "grand = 9", "macareux": ANSWERS["macareux"]})
    bare = environment(course, short, PATH=str(Path(sys.executable).parent))
    refused = subprocess.run(command(course, source, tmp_path / "notation"), env=bare, capture_output=True, text=True)
    assert refused.returncode == 2 and refused.stdout == "" and refused.stderr.startswith("bubblewrap is not installed")
    assert not (tmp_path / "notation").exists()
    told = subprocess.run(command(course, source, tmp_path / "notation", "--unsafe"), env=bare, capture_output=True, text=True)
    assert told.returncode == 1, told.stderr
    assert {team["team"]: (team["automatic"], team["state"]) for team in json.loads(told.stdout)["teams"]} == {"goelands": (60, GRADED), "macareux": (0, TO_LOOK_AT)}


def test_a_sandbox_that_was_killed_is_started_again(course, monkeypatch, tmp_path):
    monkeypatch.setattr(sandbox, "_here", {})
    try:
        with contextlib.suppress(sandbox.CannotIsolate):
            first = sandbox.nursery_here()
        if not sandbox._here:
            pytest.skip("no sandbox on this machine")
        name, _ = first.start({"key": "", "shell_port": 1})
        os.kill(first.pid, signal.SIGKILL)
        assert first.ended(name, 30) not in (None, 0)
        first.signal(name, signal.SIGINT)
        second = sandbox.nursery_here()
        assert second is not first and not second.gone and not first._folder.exists()
    finally:
        for nursery in sandbox._here.values():
            nursery.__exit__()


@pytest.fixture
def small_disk(tmp_path):
    place = tmp_path / "petit"
    place.mkdir()
    if os.getuid() or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=120m", "none", place], capture_output=True).returncode:
        pytest.skip("needs the right to mount a small disk")
    yield place
    subprocess.run(["umount", "-l", place], check=True)


@pytest.mark.parametrize(("moment", "left"), [("received", 0), ("executed", 30_000), ("gradebook", 20_000_000), ("autograded", 60_000), ("feedback", 30_000)])
def test_a_full_disk_is_said_and_after_room_is_made_the_same_command_ends(course, handed, small_disk, tmp_path, played, threads, monkeypatch, moment, left):
    grading = small_disk / "notation"
    if moment != "gradebook":  # there the margin that is asked for is what speaks
        monkeypatch.setattr(gradebook, "FREE_BYTES", 0)
    grade(handed, CHALLENGE, course=course, grading=grading, add_teams=True, executor=threads)
    give_by_hand(grading, {"sternes": BY_HAND["sternes"]})
    hand_in(course, handed, {"sternes": "grand = 9" + " " * 100_000, "goelands": "grand = 9 + 0" + " " * 100_000})
    stuff = small_disk / "stuff"
    shutil.rmtree(grading / "feedback")  # an old page that is replaced would make room for the new one

    def fill(*_) -> None:
        if not stuff.exists():
            with contextlib.suppress(OSError), stuff.open("wb", buffering=0) as file:
                while file.write(b"0" * 4096):
                    pass
            os.truncate(stuff, max(0, stuff.stat().st_size - left))

    with monkeypatch.context() as patch:
        if moment in ("received", "gradebook"):
            fill()
        else:
            module, name = {"executed": (marking, "restore"), "autograded": (converting, "autograde"), "feedback": (converting, "feedback")}[moment]
            true = getattr(module, name)
            patch.setattr(module, name, lambda *given: (fill(), true(*given))[1])
        try:
            summary = grade(handed, CHALLENGE, course=course, grading=grading, executor=threads)
            said = " ".join(row.problem for row in summary.rows)
            assert summary.code == 1 and "no room left" in said and "run again" in said
        except CannotGrade as problem:
            said = str(problem)
            assert "is full" in said and "Free at least" in said and "run the same command again" in said
    stuff.unlink()
    assert by_hand(grading) == [("sternes", "avis", *BY_HAND["sternes"])]
    after = grade(handed, CHALLENGE, course=course, grading=grading, executor=threads)
    assert points(after) == {"goelands": 60, "huitriers": 60, "sternes": 60} and after.code == 0
    now = everything(grading)
    assert now["gradebook"] == [("ok",)] and set(now["journals"].values()) == {"done"}
    assert now["submissions"] == [("goelands", 1), ("huitriers", 1), ("sternes", 1)]
    assert by_hand(grading) == [("sternes", "avis", *BY_HAND["sternes"])]
