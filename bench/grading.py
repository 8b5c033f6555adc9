"""Grading a hundred teams: nbgrader's own ``autograde`` against ``challenge-data grade`` with its sandbox on.

``make bench``, or ``python bench/grading.py --submissions 12``. Each case is a course that holds one released challenge notebook, and
submissions that are all right, half right or untouched in turn. Both tools grade the same ones, once each, with the repository's
nbgrader_config.py; then both gradebooks are compared cell by cell. Prints what was measured, writes build/bench-grading.json, and fails
where a score differs, where a tool fails, or without bubblewrap: a bound that is missed is told, with what holds it.

In this order, a line each: seconds of wall clock, of user and system time, and the peak of memory, of all processes together.
Then, in seconds for one notebook:

- C: its cells alone, in a warm kernel while nothing else runs: from « busy » to « idle » of each cell, as the kernel itself dates
  these messages, canaries left out, summed; the median of three runs of each kind of submission, the mean over the kinds.
- O: what stock adds: wall clock / submissions - C. Libraries that each cold kernel imports are in it.
- h: what ours adds, in core seconds: wall clock x cores / submissions - C.
"""

import argparse
import copy
import csv
import ctypes
import json
import os
import shutil
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import nbformat

from challenge_data.grading import sandbox

PROJECT = Path(__file__).resolve().parents[1]
RESULT = PROJECT / "build" / "bench-grading.json"
CORES = len(os.sched_getaffinity(0))
SUBMISSIONS = 100
KINDS = ("all", "half", "nothing")
SAMPLE_SECONDS = 0.5
LEAST_RATIO = 4.0
"""Light case: stock's wall clock over ours, on two cores."""
MOST_TIMES_C = 1.5
"""Heavy case: ours takes at most that many times C / cores a notebook."""
MOST_BUSY = 0.2
"""Cores that other work of the machine may take: above, the wall clock says little, and the processor time is what can be compared."""
_SUBREAPER = 36  # linux/prctl.h


@dataclass(frozen=True)
class Case:
    """One notebook to grade many times."""

    name: str
    challenge: str
    notebook: str
    wanted: str
    """What C must be for the case to be what it is called."""
    added: str = ""
    """Code of a cell that every team added at the end."""


_AGAIN = "from challenge_data import load\nsurfaces = [load('departements').to_crs(2154).buffer(1000).area.sum() for _ in range(18)]"
CASES = (Case("light", "aides-velo", "1_trouver", "C < 0.3 s"), Case("heavy", "aides-velo", "3_visualiser", "C >= 2 s", _AGAIN))
"""No released notebook takes two seconds in a warm kernel any more: the heavy one is the longest, with a cell that a team added."""


@dataclass
class Cost:
    """What a command took, all its processes together: seconds, and bytes of memory at the peak."""

    wall: float = 0.0
    user: float = 0.0
    system: float = 0.0
    peak: int = 0
    unread: bool = False
    """Some process's memory could not be read: the peak is too low."""
    busy: float = 0.0
    """Cores that other work of the machine took meanwhile, on average."""

    @property
    def processor(self) -> float:
        return self.user + self.system

    def __str__(self) -> str:
        return (f"wall {self.wall:7.1f} s   user {self.user:7.1f} s   system {self.system:6.1f} s   peak {self.peak / 1e6:6.0f} MB{' at least' * self.unread}"
                f"   (others took {self.busy:.1f} of {CORES} cores)")


@dataclass
class Bench:
    """A case's folders."""

    case: Case
    folder: Path
    course: Path = field(init=False)
    received: Path = field(init=False)

    def __post_init__(self) -> None:
        self.course, self.received = self.folder / "course", self.folder / "received"

    def grading(self, whose: str) -> Path:
        return self.folder / whose

    def environment(self, whose: str) -> dict[str, str]:
        """As in an activated environment: nbgrader calls ``alembic`` by its name."""
        return os.environ | {
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]), "CHALLENGE_DATA_HOME": str(self.course),
            "CHALLENGE_DATA_GRADING": str(self.grading(whose)), "CHALLENGE_DATA_WORK": str(self.folder / "work"),
        }


def lay_out(bench: Bench, count: int) -> None:
    """The course with its one notebook, and the submissions as received."""
    case, file = bench.case, f"{bench.case.notebook}.ipynb"
    for kind in ("solutions", "exercises"):
        (bench.course / kind / case.challenge).mkdir(parents=True)
        shutil.copy(PROJECT / kind / case.challenge / file, bench.course / kind / case.challenge)
    shutil.copy(PROJECT / "nbgrader_config.py", bench.course)
    shutil.copytree(PROJECT / "datasets", bench.course / "datasets")
    texts = {kind: nbformat.writes(submission(case, kind)) for kind in KINDS}
    for number in range(count):
        folder = bench.received / f"team-{number + 1:03}"
        folder.mkdir(parents=True)
        (folder / file).write_text(texts[KINDS[number % len(KINDS)]], encoding="utf-8")


def submission(case: Case, kind: str) -> nbformat.NotebookNode:
    """The released notebook with the master's answers to all, every second or none of its questions."""
    master, released = (nbformat.read(PROJECT / folder / case.challenge / f"{case.notebook}.ipynb", 4) for folder in ("solutions", "exercises"))
    answers = {cell.metadata.nbgrader.grade_id: cell.source for cell in master.cells if cell.metadata.get("nbgrader", {}).get("solution")}
    chosen = list(answers)[:: {"all": 1, "half": 2, "nothing": len(answers) + 1}[kind]] if kind != "nothing" else []
    for cell in released.cells:
        if (name := cell.metadata.get("nbgrader", {}).get("grade_id")) in chosen:
            cell.source = answers[name]
    if case.added:
        released.cells.append(nbformat.v4.new_code_cell(case.added, id="ajoutee"))
    return released


def stock(bench: Bench) -> Cost:
    """Everything ready beforehand (questions, teams, files): only ``nbgrader autograde`` is measured."""
    grading, nbgrader = bench.grading("stock"), [sys.executable, "-m", "nbgrader"]
    grading.mkdir()
    roster = grading / "teams.csv"
    with roster.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["id"], *([team.name] for team in sorted(bench.received.iterdir()))])
    for command in (["generate_assignment", bench.case.challenge, "--force"], ["db", "student", "import", str(roster)]):
        told(subprocess.run([*nbgrader, *command], cwd=bench.course, env=bench.environment("stock"), capture_output=True, text=True))
    for team in bench.received.iterdir():
        shutil.copytree(team, grading / "submitted" / team.name / bench.case.challenge)
    return measured([*nbgrader, "autograde", bench.case.challenge], bench, "stock")


def ours(bench: Bench) -> Cost:
    """The whole command, from an empty grading folder: questions, teams and the copies of what was received are in it."""
    return measured([sys.executable, "-m", "challenge_data.cli", "grade", str(bench.received), "--challenge", bench.case.challenge,
                     "--to", str(bench.grading("ours")), "--add-teams", "--no-feedback"], bench, "ours")


def feedback(bench: Bench) -> tuple[Cost, Cost]:
    """Pages for all teams, after the grading: stock's ``generate_feedback``, and ours, a run that finds everything graded."""
    pages = measured([sys.executable, "-m", "nbgrader", "generate_feedback", bench.case.challenge], bench, "stock")
    return pages, measured([sys.executable, "-m", "challenge_data.cli", "grade", "--challenge", bench.case.challenge, "--to", str(bench.grading("ours"))], bench, "ours")


def measured(command: list[str], bench: Bench, whose: str) -> Cost:
    """Run a command and count what all its processes take, those that outlive their parents included.

    Raises:
        SystemExit: it failed.
    """
    before, cost, machine = os.times(), Cost(), _machine()
    started = time.perf_counter()
    process = subprocess.Popen(command, cwd=bench.course, env=bench.environment(whose), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    ended = threading.Event()
    watcher = threading.Thread(target=_watch, args=(process.pid, cost, ended))
    watcher.start()
    try:
        said, _ = process.communicate()
    finally:
        process.kill()  # nothing to kill, unless this bench is being stopped
        cost.wall = time.perf_counter() - started
        ended.set()
        watcher.join()
    _reap_orphans()
    after = os.times()
    cost.user, cost.system = after.children_user - before.children_user, after.children_system - before.children_system
    cost.busy = max(0.0, (_machine() - machine - cost.processor) / cost.wall)
    told(subprocess.CompletedProcess(command, process.returncode, said, ""))
    return cost


def told(run: subprocess.CompletedProcess) -> None:
    """What a command that failed said.

    Raises:
        SystemExit: it failed.
    """
    if run.returncode:
        raise SystemExit(f"{' '.join(run.args)}: code {run.returncode}\n{run.stdout[-3000:]}{run.stderr[-3000:]}")


def adopt_orphans() -> None:
    """Processes whose parent ends become this one's, and their times with them: a sandbox is killed, not waited for.

    Raises:
        OSError: the system refuses.
    """
    if ctypes.CDLL(None, use_errno=True).prctl(_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")


def _machine() -> float:
    """Seconds that all cores of the machine have worked since it started."""
    user, nice, system, _, _, interrupts, soft, *_ = map(int, Path("/proc/stat").read_text(encoding="ascii").split("\n", 1)[0].split()[1:])
    return (user + nice + system + interrupts + soft) / os.sysconf("SC_CLK_TCK")


def _reap_orphans() -> None:
    until = time.monotonic() + 10
    while time.monotonic() < until:
        try:
            if os.waitpid(-1, os.WNOHANG)[0] == 0:
                time.sleep(0.02)
        except ChildProcessError:
            return
    raise SystemExit("A process was left running: " + ", ".join(map(str, _below(os.getpid()))))


def _watch(root: int, cost: Cost, ended: threading.Event) -> None:
    """The peak of the sum of proportional set sizes: memory that processes share counts once."""
    while not ended.wait(SAMPLE_SECONDS):
        total = 0
        for pid in [root, *_below(root)]:
            try:
                with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
                    total += next((int(line.split()[1]) * 1024 for line in file if line.startswith("Pss:")), 0)
            except PermissionError:
                cost.unread = True
            except OSError:
                pass  # it ended meanwhile
        cost.peak = max(cost.peak, total)


def _below(root: int) -> list[int]:
    """Every process that descends from one."""
    found, ahead = [], [root]
    while ahead:
        pid = ahead.pop()
        for children in Path(f"/proc/{pid}/task").glob("*/children"):
            try:
                ahead += map(int, children.read_text().split())
            except OSError:
                continue
        if pid != root:
            found.append(pid)
    return found


def warm_cells(bench: Bench) -> float:
    """C, see above: by a process of its own, whose kernels end with it."""
    run = subprocess.run([sys.executable, __file__, "--cells", bench.case.name], cwd=bench.course, env=bench.environment("cells"), capture_output=True, text=True)
    told(run)
    return float(run.stdout)


def measure_cells(case: Case) -> float:
    """C, in this process."""
    from challenge_data.grading.running import run

    kinds = []
    for kind in KINDS:
        notebook = submission(case, kind)
        runs = [cell_seconds(run(copy.deepcopy(notebook)).notebook) for _ in range(4)]
        kinds.append(statistics.median(runs[1:]))  # the first one reads files that nothing has read yet
    return statistics.mean(kinds)


def cell_seconds(notebook: nbformat.NotebookNode) -> float:
    """From « busy » to « idle », as nbclient notes them in each cell."""
    times = [cell.metadata.execution for cell in notebook.cells if "execution" in cell.metadata]
    return sum((datetime.fromisoformat(told["iopub.status.idle"]) - datetime.fromisoformat(told["iopub.status.busy"])).total_seconds() for told in times)


def scores(grading: Path) -> dict[tuple[str, str, str], tuple]:
    """(team, notebook, cell) -> what code gave, whether a person is waited for."""
    query = ("select student.id, notebook.name, base_cell.name, grade.auto_score, grade.needs_manual_grade from grade join base_cell on base_cell.id = grade.cell_id "
             "join submitted_notebook on submitted_notebook.id = grade.notebook_id join notebook on notebook.id = submitted_notebook.notebook_id "
             "join submitted_assignment on submitted_assignment.id = submitted_notebook.assignment_id join student on student.id = submitted_assignment.student_id")
    with closing(sqlite3.connect(grading / "gradebook.db")) as book:
        return {tuple(row[:3]): tuple(row[3:]) for row in book.execute(query)}


def compared(theirs: dict, mine: dict, teams: int) -> list[str]:
    """Where two gradebooks differ; and a word if they hold too little to say anything."""
    if len({team for team, _, _ in theirs}) != teams or not any(score for score, _ in theirs.values()):
        return [f"stock graded {len({team for team, _, _ in theirs})} team(s) of {teams}"]
    return [f"{'/'.join(key)}: stock {theirs.get(key)}, ours {mine.get(key)}" for key in sorted(theirs.keys() | mine.keys()) if theirs.get(key) != mine.get(key)]


def run_case(case: Case, count: int, with_feedback: bool) -> dict:
    """Measure a case, print it, and give it as plain data."""
    with tempfile.TemporaryDirectory(prefix="challenge-data-bench-") as folder:
        bench = Bench(case, Path(folder))
        lay_out(bench, count)
        print(f"\n{case.name}: {case.challenge}/{case.notebook}, {count} submissions ({', '.join(KINDS)} of the answers in turn), {CORES} cores", flush=True)
        before, started = _machine(), time.perf_counter()
        cells = warm_cells(bench)
        alone = (_machine() - before) / (time.perf_counter() - started) < 1 + MOST_BUSY
        print(f"  C = {cells:.3f} s ({case.wanted}){'' if alone else ', while the machine did other work'}", flush=True)
        costs = {}
        for name, measure in (("stock", stock), ("ours", ours)):
            costs[name] = measure(bench)
            print(f"  {name:<5} {costs[name]}", flush=True)
        theirs, mine = scores(bench.grading("stock")), scores(bench.grading("ours"))
        differences = compared(theirs, mine, count)
        overhead, own = costs["stock"].wall / count - cells, costs["ours"].wall * CORES / count - cells
        ratio, times = costs["stock"].wall / costs["ours"].wall, costs["ours"].wall / count / (cells / CORES)
        print(f"  O = {overhead:.3f} s, h = {own:.3f} s; stock / ours = {ratio:.2f} (of processor time: {costs['stock'].processor / costs['ours'].processor:.2f}); ours = {times:.2f} x C / cores")
        held, bound = (ratio >= LEAST_RATIO, f"stock / ours >= {LEAST_RATIO:g}") if case.name == "light" else (times <= MOST_TIMES_C, f"ours <= {MOST_TIMES_C:g} x C / cores")
        judged = count >= SUBMISSIONS and alone and all(cost.busy < MOST_BUSY for cost in costs.values())
        print(f"  {'kept' if held else 'MISSED'}: {bound}{'' if judged else ' (not judged: fewer submissions, or a machine that did other work)'}")
        # h does not grow with the cells: what it is on this notebook says from which C on the heavy bound holds.
        print(f"  with that h, ours <= {MOST_TIMES_C:g} x C / cores for notebooks of C >= {own / (MOST_TIMES_C - 1):.2f} s")
        if not held:
            print(f"  what holds it: {own:.2f} core seconds a notebook beside its cells (kernel, client, canaries, gradebook), of which {costs['ours'].processor / count - cells:.2f} are processor time")
        print(f"  scores: {len(theirs)} cells of {count} teams, {len(differences)} differ", *differences[:10], sep="\n    " if differences else "")
        result = {"challenge": case.challenge, "notebook": case.notebook, "C": cells, "O": overhead, "h": own, "ratio": ratio, "times_C_over_cores": times, "bound": bound,
                  "bound_kept": held, "judged": judged, "cells_compared": len(theirs), "differences": differences} | {name: vars(cost) for name, cost in costs.items()}
        if with_feedback:
            pages, own_pages = feedback(bench)
            print(f"  for information, feedback on top: stock {pages.wall:.1f} s, ours {own_pages.wall:.1f} s; both together: stock {costs['stock'].wall + pages.wall:.1f} s, "
                  f"ours {costs['ours'].wall + own_pages.wall:.1f} s, ratio {(costs['stock'].wall + pages.wall) / (costs['ours'].wall + own_pages.wall):.2f}", flush=True)
            result |= {"stock_feedback": vars(pages), "ours_feedback": vars(own_pages)}
        return result


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--submissions", type=int, default=SUBMISSIONS, help=f"{SUBMISSIONS} by default; fewer say less: starting weighs more")
    parser.add_argument("--case", choices=[case.name for case in CASES], help="one alone; by default both")
    parser.add_argument("--no-feedback", action="store_true", help="leave out the pages, given for information")
    parser.add_argument("--cells", choices=[case.name for case in CASES], help="only print a case's C")
    given = parser.parse_args()
    if given.cells:
        print(*(measure_cells(case) for case in CASES if case.name == given.cells))
        return 0
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # folders are taken away
    try:
        sandbox.check(PROJECT)
    except sandbox.CannotIsolate as problem:
        print(f"Nothing was measured: {problem}", file=sys.stderr)
        return 2
    adopt_orphans()
    if given.submissions < SUBMISSIONS:
        print(f"{given.submissions} submissions instead of {SUBMISSIONS}: what a run costs once weighs more than it should, the bounds are not judged on this.")
    cases = {case.name: run_case(case, given.submissions, not given.no_feedback) for case in CASES if given.case in (None, case.name)}
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps({"submissions": given.submissions, "cores": CORES, "cases": cases}, indent=1) + "\n", encoding="utf-8")
    return int(any(case["differences"] for case in cases.values()))


if __name__ == "__main__":
    sys.exit(main())
