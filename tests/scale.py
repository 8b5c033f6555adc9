"""Grades thousands of small hand-ins, all different, in the real sandbox, and watches time and memory: both must grow as the work, or not at all.

The challenge is the miniature one of ``tiny.py``: one notebook, one test, one essay. ``python tests/scale.py --submissions 200 1000 --workers 2``
prints a line for each fifth of each run, then a table; ``--cluster`` sends the work to workers of dask.distributed on this machine.

Memory is the proportional set size (PSS) of the command, and of all processes together. Processor time is that of all processes, kernels
too, read while they live, for nobody waits for the last ones; on a machine that does other things too it says more than the clock.
"""

import argparse
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from killing import CHALLENGE, command, environment, hand_in
from tiny import write_course

from challenge_data import build
from challenge_data.grading import weighing

SAMPLE_SECONDS = 2
MB = 1e6


@dataclass
class Run:
    """One run of the command."""

    submissions: int
    wall: float = 0.0
    processor: float = 0.0
    """Seconds, of all processes; the last two of the clock may be missing."""
    graded: int = 0
    disk: float = 0.0
    """Bytes of the grading folder."""
    samples: list[tuple[float, int, float, float]] = field(default_factory=list)
    """(seconds since the start, teams recorded, bytes of the command, bytes of all)."""

    def fifths(self) -> list[str]:
        lines = []
        for fifth in range(5):
            low, high = (self.submissions * share // 5 for share in (fifth, fifth + 1))
            within = [sample for sample in self.samples if low <= sample[1] <= high]
            if len(within) > 1 and within[-1][1] > within[0][1]:
                pace = (within[-1][0] - within[0][0]) / (within[-1][1] - within[0][1])
                lines.append(f"  {low:>6} to {high:>6}: {pace:.3f} s a submission; the command {within[-1][2] / MB:.0f} MB, all {max(sample[3] for sample in within) / MB:.0f} MB")
        return lines

    def row(self) -> str:
        each = self.submissions
        return (f"{each:>11}  {self.graded:>6}  {self.wall:>7.0f}  {self.wall / each:>12.3f}  {self.processor / each:>17.3f}  {max(sample[2] for sample in self.samples) / MB:>11.0f}"
                f"  {max(sample[3] for sample in self.samples) / MB:>6.0f}  {self.disk / each / 1e3:>9.0f}")


HEAD = "submissions  graded   wall s  s/submission  processor s/subm.  command MB  all MB  disk kB/s."


def held(root: int, without: int) -> tuple[float, float]:
    """Bytes, and seconds of processors so far, of a process and all that it started, itself left aside if it is ``without``."""
    family = [pid for pid in weighing.families([root])[root] if pid != without]
    return sum(map(weighing._proportional, family)), sum(map(_processor, family))


def _processor(pid: int) -> float:
    """Its own, and that of its children that ended."""
    with contextlib.suppress(OSError, ValueError):
        return sum(map(int, Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:15])) / os.sysconf("SC_CLK_TCK")
    return 0.0


def measure(course: Path, place: Path, number: int, workers: int, more: list[str], whole: int | None = None) -> Run:
    """Grade ``number`` hand-ins, watched.

    Args:
        whole: the process whose family is all that works; the command itself by default.
    """
    handed = hand_in(course, place / "recus", {f"equipe-{rank:06}": f"grand = 9 + {rank} - {rank + rank % 2}" for rank in range(number)})
    grading, run = place / "notation", Run(number)
    short = Path(tempfile.mkdtemp(prefix="scale-", dir="/tmp"))
    ask = command(course, handed, grading, *more)
    ask[ask.index("--workers") + 1] = str(workers)
    began = time.monotonic()
    with (place / "summary.json").open("w") as told:
        process = subprocess.Popen(ask, env=environment(course, short), stdout=told)
        before = held(whole, whole)[1] if whole else 0.0
        while process.poll() is None:
            with contextlib.suppress(OSError):
                recorded = sum(1 for _ in os.scandir(grading / "recorded" / CHALLENGE)) if (grading / "recorded" / CHALLENGE).exists() else 0
                of_all, seconds = held(whole or process.pid, whole or 0)
                run.processor = max(run.processor, seconds - before)
                run.samples.append((time.monotonic() - began, recorded, weighing._proportional(process.pid), of_all))
            time.sleep(SAMPLE_SECONDS)
    run.wall = time.monotonic() - began
    summary = json.loads((place / "summary.json").read_text())
    run.graded = sum(not team["problem"] for team in summary["teams"])
    wrong = [team for team in summary["teams"] if team["automatic"] != (60 if int(team["team"][-6:]) % 2 == 0 else 0)]
    assert not wrong, wrong[:3]
    run.disk = sum(path.stat().st_blocks * 512 for path in grading.rglob("*") if path.is_file())
    shutil.rmtree(short, ignore_errors=True)
    return run


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--submissions", type=int, nargs="+", default=[200, 1000])
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--cluster", action="store_true", help="workers of dask.distributed, on this machine")
    parser.add_argument("--feedback", action="store_true", help="write the teams' pages too")
    given = parser.parse_args()
    runs = []
    with contextlib.ExitStack() as stack:
        root = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="scale-")))
        course = write_course(root / "cours")
        build.build(course)
        more, whole = [] if given.feedback else ["--no-feedback"], None
        if given.cluster:
            from distributed import LocalCluster

            os.environ |= environment(course, root)
            machines = stack.enter_context(LocalCluster(n_workers=given.workers, threads_per_worker=1, dashboard_address=None))
            more, whole = [*more, "--cluster", machines.scheduler_address], os.getpid()
        for number in given.submissions:
            place = root / str(number)
            place.mkdir()
            run = measure(course, place, number, given.workers, more, whole)
            runs.append(run)
            print(f"{number} submissions{', on a cluster' if given.cluster else ''}:", *run.fifths(), HEAD, run.row(), sep="\n", flush=True)
            shutil.rmtree(place)
    print(HEAD, *(run.row() for run in runs), sep="\n")
    return 0 if all(run.graded == run.submissions for run in runs) else 1


if __name__ == "__main__":
    sys.exit(main())
