"""From a folder of hand-ins to nbgrader's gradebook and feedback: many teams run at once, one writer records.

Each team is its own work: whatever happens to it, the others go on. Killed and started again, the engine takes up what is missing and
does nothing twice: a result on disk says what it was made from.
"""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path

from challenge_data.grading import marking, receiving
from challenge_data.grading.marking import Job
from challenge_data.grading.recording import Busy, DiskFull, Recorder, Refused
from challenge_data.grading.running import USUAL, RunLimits
from challenge_data.grading.sandbox import CannotIsolate, Nursery
from challenge_data.grading.summary import Summary, TeamRow


class CannotGrade(Exception):
    """Nothing could be graded; the sentence says why and what to do."""


def grade(source: Path | None, challenge: str, *, course: Path, grading: Path | None = None, workers: int | None = None, unsafe: bool = False,
          add_teams: bool = False, feedback: bool = True, limits: RunLimits = USUAL, executor: Executor | None = None,
          tell: Callable[[TeamRow | int], None] = lambda event: None) -> Summary:
    """Grade every hand-in of a folder.

    Args:
        source: one entry a team, as received; None grades again what was received before.
        workers: processes; as many as cores by default.
        unsafe: run teams' code with this user's rights, without a sandbox.
        add_teams: names that the gradebook does not know become teams; else they are told.
        executor: where the work goes; processes of this machine by default.
        tell: called with the number of teams, then with each team's row as soon as it is recorded.

    Raises:
        CannotGrade: no sandbox here and ``unsafe`` was not said, no such folder, another challenge's masters, a full disk.
    """
    try:
        return _grade(source, challenge, course, grading or default_grading(course), workers, unsafe, add_teams, feedback, limits, executor, tell)
    except (CannotIsolate, Refused, DiskFull, Busy, OSError) as problem:
        raise CannotGrade(f"{problem}" if not isinstance(problem, OSError) else f"{problem.filename or source}: {problem.strerror}") from problem


def default_grading(course: Path) -> Path:
    """The folder that the course's nbgrader_config.py names."""
    return Path(os.environ.get("CHALLENGE_DATA_GRADING", Path.home() / "challenge-data-notation")).resolve()


def _grade(source, challenge, course, grading, workers, unsafe, add_teams, feedback, limits, executor, tell) -> Summary:
    if not unsafe and executor is None:
        with Nursery(course):  # said before anything is received
            pass
    with Recorder(course, challenge, grading) as recorder:
        recorder.prepare()
        known = None if add_teams else recorder.teams()
        received = receiving.receive(source, challenge, grading, known) if source else receiving.received_before(challenge, grading, known)
        if add_teams:
            recorder.add_teams(sorted({one.team for one in received if not one.problem}))
        masters = {path.stem: path.read_bytes() for path in sorted((course / "solutions" / challenge).glob("*.ipynb"))}
        jobs = [Job(one.team, str(one.folder), challenge, str(course), str(grading), marking.stamp(one.sha256, masters, limits), unsafe, limits)
                for one in received if not one.problem]
        rows = [TeamRow(one.team, problem=one.problem) for one in received if one.problem]
        tell(len(received))
        for row in rows:
            tell(row)
        for job, result, problem in _marked(jobs, grading, workers, executor):
            row = TeamRow(job.team, problem=problem) if problem else _recorded(recorder, job, result, feedback)
            rows.append(row)
            tell(row)
        return Summary(challenge, sorted(rows, key=lambda row: row.team))


def _marked(jobs: list[Job], grading: Path, workers: int | None, executor: Executor | None) -> Iterator[tuple[Job, dict | None, str]]:
    """(job, result, why there is none) of each, as they end; what an earlier run left is taken as it is."""
    waiting = []
    for job in jobs:
        result = marking.result_of(grading, job.team, job.challenge)
        if result and result.get("stamp") == job.stamp:
            yield job, result, ""
        else:
            waiting.append(job)
    if executor is not None:
        yield from _gathered(executor, waiting)
        return
    for attempt in (1, 2):  # a worker that was killed takes its pool along: those that had no answer are tried once more
        lost = []
        with ProcessPoolExecutor(workers or len(os.sched_getaffinity(0)), mp_context=get_context("spawn")) as pool:
            for job, result, problem in _gathered(pool, waiting):
                if problem == BrokenProcessPool.__name__ and attempt == 1:
                    lost.append(job)
                else:
                    yield job, result, problem
        waiting = lost
        if not waiting:
            return


def _gathered(executor: Executor, jobs: list[Job]) -> Iterator[tuple[Job, dict | None, str]]:
    asked: dict[Future, Job] = {executor.submit(marking.mark, job): job for job in jobs}
    for done in as_completed(asked):
        error = done.exception()
        yield (asked[done], None, type(error).__name__ if isinstance(error, BrokenProcessPool) else f"{type(error).__name__}: {error}") if error else (asked[done], done.result(), "")


def _recorded(recorder: Recorder, job: Job, result: dict, feedback: bool) -> TeamRow:
    """Into the gradebook, once: a run that was killed finds what is there."""
    if not recorder.is_recorded(job.team):
        recorder.record(job.team)
    if feedback:
        recorder.feedback(job.team)
    return TeamRow.of(job.team, result, recorder.scores(job.team))
