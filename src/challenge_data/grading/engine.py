"""From a folder of hand-ins to nbgrader's gradebook and feedback: many teams run at once, one writer records.

Each team is its own work: whatever happens to it, the others go on. Killed and started again, the engine takes up what is missing and
does nothing twice: a result on disk says what it was made from.
"""

import contextlib
import os
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import Executor
from pathlib import Path

from challenge_data.grading import marking, receiving
from challenge_data.grading.carrying import Elsewhere
from challenge_data.grading.cluster import Cluster
from challenge_data.grading.feedback import write_feedback
from challenge_data.grading.gradebook import full, is_full
from challenge_data.grading.marking import Job
from challenge_data.grading.marks import Scores
from challenge_data.grading.recording import DiskFull, NotRecorded, Recorder, Refused
from challenge_data.grading.running import USUAL, RunLimits
from challenge_data.grading.sandbox import CannotIsolate, NurseryGone, check
from challenge_data.grading.summary import Summary, TeamRow
from challenge_data.grading.workers import WorkerDied, Workers, together

MARK, FEEDBACK = "mark", "feedback"


class CannotGrade(Exception):
    """Nothing could be graded; the sentence says why and what to do."""


def grade(source: Path | None, challenge: str, *, course: Path, grading: Path | None = None, workers: int | None = None, unsafe: bool = False,
          add_teams: bool = False, feedback: bool = True, limits: RunLimits = USUAL, executor: Executor | None = None,
          cluster: str | None = None, teams: Collection[str] = (), choose: receiving.Choose | None = None,
          regrade: bool = False, reuse: Path | None = None,
          tell: Callable[[TeamRow | int], None] = lambda event: None) -> Summary:
    """Grade every hand-in of a folder.

    Args:
        source: one entry a team, as received; None grades again what was received before.
        workers: processes; as many as cores by default.
        unsafe: run teams' code with this user's rights, without a sandbox.
        add_teams: names that the gradebook does not know become teams; else they are told.
        teams: known before anything came, as a roster has them; they are put in the gradebook.
        choose: which of a team's hand-ins counts, see :func:`receiving.receive`.
        executor: where the work goes, on this machine's disk; processes of this machine by default.
        cluster: address of a scheduler of dask.distributed, whose workers run teams' code (see :mod:`~challenge_data.grading.cluster`); all else stays here.
        regrade: masters that changed since teams were recorded are taken; else that is refused, marks would move unseen.
        reuse: another grading folder; what it has of the very same work is taken rather than run again.
        tell: called with the number of teams, then with each team's row as soon as it is recorded.

    Raises:
        CannotGrade: no sandbox here and ``unsafe`` was not said, no such folder or an empty one, another challenge's masters, masters that changed, a full disk,
            a cluster that does not answer or is not as this machine.
    """
    grading = grading or default_grading(course)
    with _in_words(source):
        if grading.resolve().is_relative_to(course.resolve()):
            raise Refused(f"{grading} is in the course's folder, which is public: people's work goes elsewhere, say where with --to")
        if unsafe and cluster:
            raise CannotGrade("--unsafe is for this machine alone: on a cluster, teams' code would hold the workers' keys. Give one of --unsafe and --cluster.")
        if not unsafe and executor is None and cluster is None:
            check(course)  # said before anything is received
        if source and not source.is_dir():
            raise CannotGrade(f"{source}: {'is no folder' if source.exists() else 'no such folder'}. Give the folder that has one folder, zip or notebook a team.")
        if source:
            _of_one_challenge(source, challenge, course)
        with contextlib.ExitStack() as stack:
            away = stack.enter_context(_cluster(cluster, course, challenge)) if cluster else None
            recorder = stack.enter_context(Recorder(course, challenge, grading))
            home = stack.enter_context(Workers(executor, workers))
            pool = stack.enter_context(Workers(away, away.count)) if away else home
            if not regrade and (changed := recorder.changed_masters()):
                raise Refused(f"The masters of « {challenge} » have changed since teams were recorded ({', '.join(changed)}): their marks may move. See which, before anything is "
                              f"written, with `challenge-data regrade --challenge {challenge} --grading {grading}`. Nothing was changed.")
            if not unsafe and not away:
                pool.start(marking.ready)  # while the gradebook is prepared and the hand-ins are received
            recorder.prepare()
            recorder.add_teams(teams)
            known = None if add_teams else recorder.teams()
            try:
                received = receiving.receive(source, challenge, grading, known, choose) if source else receiving.received_before(challenge, grading, known, choose)
            except ValueError as error:
                raise Refused(str(error)) from error
            others = _of_others(source, challenge) if source else []
            if not received:
                raise CannotGrade(" ".join([f"{source} holds no hand-in: give the folder that has one folder, zip or notebook a team.", *others]) if source else
                                  f"Nothing of « {challenge} » was received before in {grading}: give the folder of hand-ins, or --to another grading folder.")
            if add_teams:
                recorder.add_teams(sorted({one.team for one in received if not one.problem}))
            masters = {path.stem: path.read_bytes() for path in sorted((course / "solutions" / challenge).glob("*.ipynb"))}
            rows = [TeamRow(one.team, problem=one.problem or "", remarks=list(one.notes)) for one in received]
            tell(len(received))
            for rank, one in enumerate(received):
                if one.problem:
                    tell(rows[rank])
                    continue
                job = Job(one.team, str(one.folder), challenge, str(course), str(grading), marking.stamp(one.sha256, masters, limits), unsafe, limits, str(reuse or ""))
                pool.add((MARK, rank), marking.marked, job)
            for done in together(pool, home) if away else home.results():
                step, rank = done.key
                row = rows[rank]
                if done.error:
                    if isinstance(done.error, (CannotIsolate, Elsewhere)):
                        raise done.error  # it will be so for all
                    if is_full(done.error):
                        raise full(grading, f"« {row.team} » could not be {'run' if step == MARK else 'given its feedback'}")
                    row.problem = _why(step, done.error)
                elif step == MARK:
                    row.problem = _recorded(recorder, row, done.result, received[rank].sha256)
                    if feedback and not row.problem:
                        home.add((FEEDBACK, rank), write_feedback, course, challenge, grading, row.team, first=True)
                        continue
                tell(row)
            return Summary(challenge, rows, warnings=others)


def default_grading(course: Path) -> Path:
    """The folder that the course's nbgrader_config.py names."""
    return Path(os.environ.get("CHALLENGE_DATA_GRADING", Path.home() / "challenge-data-notation")).resolve()


def _of_one_challenge(source: Path, challenge: str, course: Path) -> None:
    """Refuse a folder of several challenges: each would be taken as a team."""
    names = {folder.name.casefold(): folder.name for folder in (course / "solutions").glob("[!.]*/")}
    entries = sorted(path for path in source.iterdir() if not path.name.startswith("."))
    if not (found := {path: names[name] for path in entries if (name := receiving.name_of(path).casefold()) in names}):
        return
    wanted = next((path for path, name in found.items() if name == challenge), next(iter(found)))
    remedy = f"give {wanted}, if it holds the teams' hand-ins" if wanted.is_dir() else f"unpack it, and give the folder that holds the teams' hand-ins, if it does; if it is one team's, rename it as {wanted.parent}/<team>{wanted.suffix}"
    if found[wanted] != challenge:
        remedy = f"give the folder that holds the teams' hand-ins for « {challenge} » alone"
    raise CannotGrade(f"{wanted}: {found[wanted]} is a challenge's name, not a team's: {remedy}. Nothing was done.")


def _of_others(source: Path, challenge: str) -> list[str]:
    """One sentence about the hand-ins of other challenges, if there are any."""
    found = receiving.of_other_challenges(source, challenge)
    return [f"Left out, of other challenges by their names: {', '.join(f'{name} ({count})' for name, count in found.items())}. Grade each with its own --challenge."] if found else []


@contextlib.contextmanager
def _in_words(source: Path | None) -> Iterator[None]:
    """What stops all is said in one sentence."""
    try:
        yield
    except Elsewhere as problem:
        raise CannotGrade(f"{problem}. What was recorded stays; run the same command again for the rest.") from problem
    except CannotIsolate as problem:
        raise CannotGrade(f"{problem}. Nothing was run. docs/grading.md, « The sandbox », says which machines have one, and what --unsafe risks.") from problem
    except (Refused, DiskFull) as problem:
        raise CannotGrade(str(problem)) from problem
    except OSError as problem:
        raise CannotGrade(f"{problem.filename or source}: {problem.strerror}") from problem


@contextlib.contextmanager
def _cluster(address: str, course: Path, challenge: str) -> Iterator[Cluster]:
    with contextlib.ExitStack() as stack:
        try:
            cluster = stack.enter_context(Cluster(address, course, challenge))
        except Elsewhere as problem:
            raise CannotGrade(f"{problem}. Nothing was run.") from problem
        yield cluster


def _recorded(recorder: Recorder, row: TeamRow, result: dict, received: str) -> str:
    """Why a team's marks are not in the gradebook; empty when they are. Raises only what stops all: a full disk."""
    try:
        # Once: a run that was killed finds what is there.
        if recorder.is_recorded(row.team):
            scores = recorder.scores(row.team)
        else:
            before = recorder.told(row.team)
            scores = recorder.record(row.team, withheld={name: told["withheld"] for name, told in result["notebooks"].items()}, received=received)
            if before.get("received", received) == received:
                row.notes += _moved(before.get("auto", []), scores)
    except (NotRecorded, Refused) as problem:
        return str(problem)
    row.fill(result, scores)
    return ""


def _moved(before: list, scores: Scores) -> list[str]:
    """The toolkit is not the same: said, since the team did nothing."""
    then = {(notebook, cell): auto for notebook, cell, auto in before}
    return [f"{mark.notebook}: same hand-in, other points than when it was last graded ({mark.cell}: {then[key] or 0:g} → {mark.auto or 0:g})"
            for mark in scores.marks if (key := (mark.notebook, mark.cell)) in then and (then[key] or 0) != (mark.auto or 0)]


def _why(step: str, error: BaseException) -> str:
    what = "could not be run" if step == MARK else "graded, but its feedback was not written"
    return f"{what}: " + ("the process that did it was ended from outside, or had no memory left; grade again" if isinstance(error, (WorkerDied, NurseryGone)) else f"{type(error).__name__}: {error}")
