"""Kills a run of grading with ``kill -9`` at drawn moments, runs it again, and compares with a run that nobody disturbed.

Two starts, taken in turn: a grading folder that does not exist yet; and one of last week, with marks and comments of a person, to
which one team has handed in something new. Each kill starts from a fresh copy. What is killed is the command itself, as the system
does when memory runs out; sometimes one of its workers, or the sandbox. Some moments are drawn over the duration of a run, the others
while the gradebook is being written, as the journals of ``recorded/`` say.

``python tests/killing.py --kills 40 --writing 10 --seed 6`` prints a line a kill and fails on any loss.
"""

import argparse
import contextlib
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook
from tiny import write_course

from challenge_data import build
from challenge_data.grading import engine

CHALLENGE, NOTEBOOK = "tiny", "1_trouver"
ANSWERS = {"goelands": "grand = 9", "sternes": "grand = 9", "huitriers": "grand = 2", "macareux": "import os\nos._exit(3)", "fous-de-bassan": "grand = max(valeurs)", "grebes": "grand = …"}
"""Team -> what it wrote: right, wrong, a kernel that dies, nothing."""
BY_HAND = {"goelands": (25, "Une raison, mais laquelle ?"), "huitriers": (10, "Allez plus loin."), "sternes": (40, "Très bien vu.")}
"""What a person gave last week for the essay."""
CHANGED, NEW_ANSWER = "huitriers", "grand = max(valeurs) + 0"
MAIN, WORKER, SANDBOX = "command", "worker", "sandbox"
GONE_SECONDS = 20
"""Time that what the command started may take to notice: it takes some hundredths of a second; more where processors are shared."""
PACKAGE = str(Path(build.__file__).resolve().parents[2])


@dataclass
class Ground:
    """The course, what was handed in, and the grading folders that runs start from."""

    root: Path
    short: Path
    """Temporary files of the commands that are killed: a short path, the sandbox has its sockets there."""
    starts: dict[str, Path | None] = field(default_factory=dict)
    witnesses: dict[str, dict] = field(default_factory=dict)
    lasts: dict[str, float] = field(default_factory=dict)
    """Seconds that an undisturbed command takes."""

    @property
    def course(self) -> Path:
        return self.root / "cours"

    def handed(self, start: str) -> Path:
        return self.root / f"recus-{start}"

    def place(self, start: str, name: str) -> Path:
        """A fresh grading folder."""
        place = self.root / name
        if self.starts[start]:
            shutil.copytree(self.starts[start], place)
        return place


@dataclass
class Killed:
    """One kill, and what was lost: nothing, it must be."""

    start: str
    victim: str
    after: float
    """Seconds after the command's start."""
    writing: bool = False
    """A team's marks were being written."""
    ended: bool = False
    """The command had ended before."""
    lost: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        when = "had ended" if self.ended else "while it wrote" if self.writing else ""
        return f"{self.start:<9}  {self.victim:<8}  {self.after:6.2f} s  {when:<14}  {'; '.join(self.lost) or 'nothing lost'}"


def hand_in(course: Path, folder: Path, answers: dict[str, str]) -> Path:
    """One notebook a team, as downloaded."""
    folder.mkdir(exist_ok=True)
    for team, answer in answers.items():
        notebook = nbformat.read(course / "exercises" / CHALLENGE / f"{NOTEBOOK}.ipynb", 4)
        for cell in notebook.cells:
            if cell.metadata.get("nbgrader", {}).get("solution"):
                cell.source = answer if cell.cell_type == "code" else f"Oui, pensent les {team}."
        nbformat.write(notebook, folder / f"{team}.ipynb")
    return folder


def environment(course: Path, short: Path, **more: str) -> dict[str, str]:
    """Of a command that grades ``course``; ``short`` marks all its processes."""
    return os.environ | {"CHALLENGE_DATA_HOME": str(course), "TMPDIR": str(short), "PYTHONPATH": os.pathsep.join([PACKAGE, os.environ.get("PYTHONPATH", "")])} | more


def command(course: Path, received: Path, grading: Path, *more: str) -> list[str]:
    return [sys.executable, "-m", "challenge_data.cli", "grade", str(received), "--challenge", CHALLENGE, "--to", str(grading), "--workers", "1", "--add-teams", "--json", *more]


def give_by_hand(grading: Path, given: dict[str, tuple[float, str]] = BY_HAND) -> None:
    """As formgrader writes when a person gives points and a word."""
    with Gradebook(f"sqlite:///{grading / 'gradebook.db'}", "challenge-data") as book:
        for team, (points, word) in given.items():
            grade = book.find_grade("avis", NOTEBOOK, CHALLENGE, team)
            grade.manual_score, grade.needs_manual_grade = points, False
            book.find_comment("avis", NOTEBOOK, CHALLENGE, team).manual_comment = word
        book.db.commit()


def by_hand(grading: Path) -> list[tuple]:
    """[(team, cell, points, comment)] that a person gave, whatever state the gradebook is in."""
    with _opened(grading) as book:
        points = _rows(book, "SELECT student_id, base_cell.name, manual_score FROM grade JOIN base_cell ON base_cell.id = grade.cell_id {of} WHERE manual_score IS NOT NULL ORDER BY 1, 2", "grade")
        words = {(team, cell): word for team, cell, word in _rows(book, "SELECT student_id, base_cell.name, manual_comment FROM comment JOIN base_cell ON base_cell.id = comment.cell_id {of}", "comment")}
    return [(team, cell, given, words.get((team, cell))) for team, cell, given in points]


def everything(grading: Path) -> dict:
    """All that counts in a grading folder, without what differs from a run to the next: ids that nbgrader draws, times, durations."""
    with _opened(grading) as book:
        sound = book.execute("PRAGMA integrity_check").fetchall()
        grades = _rows(book, "SELECT student_id, base_cell.name, auto_score, manual_score, extra_credit, needs_manual_grade FROM grade JOIN base_cell ON base_cell.id = grade.cell_id {of} ORDER BY 1, 2", "grade")
        comments = _rows(book, "SELECT student_id, base_cell.name, auto_comment, manual_comment FROM comment JOIN base_cell ON base_cell.id = comment.cell_id {of} ORDER BY 1, 2", "comment")
        attempts = _rows(book, "SELECT student_id, count(*) FROM submitted_assignment GROUP BY 1 ORDER BY 1")
    results = {}
    for path in sorted(grading.glob(f"executed/*/{CHALLENGE}/result.json")):
        told = json.loads(path.read_text())
        for notebook in told["notebooks"].values():
            notebook.pop("seconds")
        results[told["team"]] = told
    return {
        "gradebook": sound, "grades": grades, "comments": comments, "submissions": attempts, "results": results,
        "received": sorted((path.parents[1].name, json.loads(path.read_text())["sha256"]) for path in grading.glob(f"received/{CHALLENGE}/[!.]*/*/received.json")),
        "cells": {f"{kind}/{path.parents[1].name}": _cells(path) for kind in ("executed", "autograded") for path in sorted(grading.glob(f"{kind}/*/*/*.ipynb"))},
        "journals": {path.stem: json.loads(path.read_text())["state"] for path in sorted(grading.glob(f"recorded/{CHALLENGE}/*.json"))},
        "files": sorted({str(path.relative_to(grading)) for path in grading.rglob("*") if path.is_file() and not _varies(path.relative_to(grading))}),
    }  # fmt: skip


def _varies(path: Path) -> bool:
    """Names with a time in them, and the log that SQLite keeps beside the gradebook."""
    return path.parts[0] in ("received", "backups") or path.name in ("gradebook.db-wal", "gradebook.db-shm")


def _cells(path: Path) -> list:
    return [[cell.cell_type, cell.source, [{key: value for key, value in output.items() if key != "execution_count"} for output in cell.get("outputs", [])]]
            for cell in nbformat.read(path, 4).cells]


def _opened(grading: Path):
    return contextlib.closing(sqlite3.connect(grading / "gradebook.db", timeout=30))


def _rows(book: sqlite3.Connection, query: str, table: str = "") -> list[tuple]:
    team = f"JOIN submitted_notebook ON submitted_notebook.id = {table}.notebook_id JOIN submitted_assignment ON submitted_assignment.id = submitted_notebook.assignment_id"
    return book.execute(query.format(of=team)).fetchall()


def left_over(grading: Path, short: Path) -> list[str]:
    """Half files and folders that a killed run may leave, once it was run again."""
    hidden = [str(path.relative_to(grading)) for path in grading.rglob(".*") if path.name not in (".grading.lock", ".lock")]
    # nbgrader makes one for the moment in which it creates or upgrades a gradebook (its dbutil.py): the system's own cleaning takes it.
    temporary = [path.name for path in short.iterdir() if not (path.name.startswith("tmp") and path.is_dir() and {each.name for each in path.iterdir()} <= {"alembic.ini"})]
    many = [f"{len(list((grading / 'backups').iterdir()))} copies of the gradebook"] if len(list((grading / "backups").iterdir())) > 5 else []
    return hidden + temporary + many


def processes(short: Path) -> dict[int, str]:
    """Every living process that a command with these temporary files started, in the sandbox too: number -> command line.

    The sandbox sees nothing of the environment: there, the folder of sockets that is mounted in it tells whose it is.
    """
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            if line and any(f"{short}".encode() in (folder / name).read_bytes() for name in ("environ", "mountinfo")):
                found[int(folder.name)] = line
    return found


def wait_until_gone(short: Path) -> list[str]:
    """What still runs after a while."""
    until = time.monotonic() + GONE_SECONDS
    while (there := processes(short)) and time.monotonic() < until:
        time.sleep(0.05)
    return [f"still running: {line[:80]}" for line in there.values()]


def prepare(root: Path) -> Ground:
    """The course and both starts, each with its witness: an undisturbed run, timed."""
    ground = Ground(root, Path(tempfile.mkdtemp(prefix="kill-", dir="/tmp")))
    build.build(write_course(ground.course))
    hand_in(ground.course, ground.handed("first"), ANSWERS)
    shutil.copytree(ground.handed("first"), ground.handed("again"))
    hand_in(ground.course, ground.handed("again"), {CHANGED: NEW_ANSWER})
    for start in ("first", "again"):
        ground.starts[start] = None
        if start == "again":
            ground.starts[start] = shutil.copytree(ground.root / "witness-first", ground.root / "start-again")
            give_by_hand(ground.starts[start])
            # Two more teams to run: last week's toolkit was another.
            for team in ("grebes", "macareux"):
                shutil.rmtree(ground.starts[start] / "executed" / team)
        place = ground.place(start, f"witness-{start}")
        began = time.monotonic()
        done = subprocess.run(command(ground.course, ground.handed(start), place), env=environment(ground.course, ground.short), capture_output=True, text=True)
        assert done.returncode == 1, done.stderr  # one team's kernel dies
        ground.lasts[start] = time.monotonic() - began
        ground.witnesses[start] = everything(place)
    assert [row[2:] for row in by_hand(root / "witness-again")] == [BY_HAND[team] for team in sorted(BY_HAND)]
    return ground


def kill(ground: Ground, start: str, victim: str, moment: Callable[[Path, float], None], name: str, executor: Executor | None = None) -> Killed:
    """Kill a run, run it again, compare.

    Args:
        moment: waits for the moment, given the grading folder and the duration of a run.
        executor: carries the second run; without it, that is the command too.
    """
    place = ground.place(start, name)
    run = command(ground.course, ground.handed(start), place)
    began = time.monotonic()
    process = subprocess.Popen(run, env=environment(ground.course, ground.short), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    moment(place, ground.lasts[start])
    told = Killed(start, victim, time.monotonic() - began)
    if process.poll() is not None:
        told.ended = True
    elif victim == MAIN:
        process.kill()
    else:
        mark = "spawn_main" if victim == WORKER else "bwrap"
        for number in sorted(number for number, line in processes(ground.short).items() if mark in line)[:1]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
    process.wait()
    told.writing = victim == MAIN and any(b'"writing"' in path.read_bytes() for path in place.glob(f"recorded/{CHALLENGE}/*.json"))
    told.lost += wait_until_gone(ground.short)
    if ground.starts[start] and by_hand(place) != by_hand(ground.starts[start]):
        told.lost.append("a person's marks, before the second run")
    if executor is None:
        subprocess.run(run, env=environment(ground.course, ground.short), capture_output=True)
        told.lost += wait_until_gone(ground.short) + [f"left over: {name}" for name in left_over(place, ground.short)]
    else:
        engine.grade(ground.handed(start), CHALLENGE, course=ground.course, grading=place, add_teams=True, executor=executor)
        told.lost += [f"left over: {name}" for name in left_over(place, ground.short) if not name.startswith("cdg-")]  # the next command takes these away
    now, then = everything(place), ground.witnesses[start]
    told.lost += [f"{what}: {_difference(now[what], then[what])}" for what in then if now[what] != then[what]]
    if not told.lost:
        shutil.rmtree(place)
    return told


def _difference(now, then) -> str:
    pairs = (now.items(), then.items()) if isinstance(now, dict) else (now, then)
    return f"{[one for one in pairs[0] if one not in pairs[1]]} and not {[one for one in pairs[1] if one not in pairs[0]]}"[:500]


def drawn(random_: random.Random) -> Callable[[Path, float], None]:
    """A moment anywhere in a run."""
    share = random_.uniform(0.02, 1)
    return lambda place, lasts: time.sleep(share * lasts)


def while_writing(random_: random.Random) -> Callable[[Path, float], None]:
    """A moment while the marks of a team, the second to the last, are being written."""
    which, pause = random_.randint(1, 3), random_.uniform(0, 0.05)

    def wait(place: Path, lasts: float) -> None:
        seen, before, until = 0, False, time.monotonic() + 10 * lasts
        while seen < which and time.monotonic() < until:
            now = False
            for path in place.glob(f"recorded/{CHALLENGE}/*.json"):
                with contextlib.suppress(OSError):
                    now |= b'"writing"' in path.read_bytes()
            seen, before = seen + (now and not before), now
            time.sleep(0.003)
        time.sleep(pause)

    return wait


def campaign(ground: Ground, kills: int, writing: int, seed: int, executor: Executor | None = None) -> Iterator[Killed]:
    """Kills over the whole duration, a fifth of them of a worker or the sandbox, and kills during a write in between, until there were enough of both."""
    chance, anywhere, within, rank = random.Random(seed), 0, 0, 0
    while (anywhere < kills or within < writing) and rank < 3 * (kills + writing):
        if within < writing and (rank % 5 == 4 or anywhere >= kills):
            told = kill(ground, _start(rank), MAIN, while_writing(chance), f"w{rank}", executor)
            within += told.writing
        else:
            victim = {3: WORKER, 8: SANDBOX}.get(rank % 10, MAIN)
            # One in twelve is taken up by the command itself: it takes longer.
            told = kill(ground, _start(rank), victim, drawn(chance), f"k{rank}", executor if rank % 12 else None)
            anywhere += not told.ended
            if told.ended:  # the machine is faster than when it was measured
                ground.lasts[told.start] *= 0.7
        rank += 1
        yield told


def _start(rank: int) -> str:
    return "first" if rank % 3 == 2 else "again"


def warm(ground: Ground) -> ProcessPoolExecutor:
    """Workers for second runs, which need not start anew each time."""
    os.environ["CHALLENGE_DATA_HOME"] = str(ground.course)
    return ProcessPoolExecutor(2, mp_context=get_context("spawn"))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=40, help="over the whole duration")
    parser.add_argument("--writing", type=int, default=10, help="during a write of the gradebook")
    parser.add_argument("--seed", type=int, default=6)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="killing-") as root:
        ground = prepare(Path(root))
        print("A run lasts " + ", ".join(f"{lasts:.1f} s ({start})" for start, lasts in ground.lasts.items()), flush=True)
        done = []
        with warm(ground) as executor:
            for told in campaign(ground, given.kills, given.writing, given.seed, executor):
                done.append(told)
                print(f"{len(done):>3}  {told}", flush=True)
        shutil.rmtree(ground.short)
    lost = sum(bool(told.lost) for told in done)
    print(f"{len(done)} kills, {sum(told.writing for told in done)} while the gradebook was written, {sum(told.ended for told in done)} too late; {lost} lost something.")
    return 1 if lost or sum(told.writing for told in done) < given.writing else 0


if __name__ == "__main__":
    sys.exit(main())
