"""Grading on more than one machine: the same marks as here, whatever worker is lost meanwhile; real schedulers, workers and sandboxes."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import BrokenExecutor, Executor, Future
from pathlib import Path

import pytest
from killing import CHALLENGE, NOTEBOOK, environment, everything, hand_in, processes, wait_until_gone
from tiny import write_course

from challenge_data import build, cli
from challenge_data.grading import carrying, cluster, engine, keeping, marking, receiving
from challenge_data.grading.engine import CannotGrade, grade
from challenge_data.grading.workers import WorkerDied, Workers

ODD, UNLUCKY = "grebes", "macareux"
TEAMS = {f"equipe-{rank:02}": "grand = 9" if rank % 3 else "grand = 2" for rank in range(10)} | {UNLUCKY: "import os\nos._exit(3)", ODD: "grand = max(valeurs)"}
POISON = f'''"""Laid into workers when they start, sometimes twice: what makes a worker die each time it meets one team, and another fail oddly."""
import os
from challenge_data.grading import carrying
class Odd(Exception):
    def __init__(self, one, two):
        super().__init__("an error that cannot be brought home")
def poisoned(function, parcel, course, made=carrying.made):
    if os.path.exists(os.environ["POISON"]):
        if parcel.job.team == "{ODD}":
            os._exit(9)
        if parcel.job.team == "{UNLUCKY}":
            raise Odd(1, 2)
    return made(function, parcel, course)
carrying.made = poisoned
'''

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux") or shutil.which("bwrap") is None, reason="grading needs Linux and bubblewrap")


class Ground:
    """A scheduler and workers, as real processes of this machine."""

    def __init__(self, root: Path, course: Path) -> None:
        self.root, self.course = root, course
        self.short = Path(tempfile.mkdtemp(prefix="clu-", dir="/tmp"))
        self.poison, preload = root / "poison", root / "preload.py"
        preload.write_text(POISON)
        self.environment = environment(course, self.short, POISON=str(self.poison), DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES="1")
        file = root / "scheduler.json"
        self.scheduler = self._start("scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(file), "--no-dashboard")
        until = time.monotonic() + 60
        while not (file.exists() and file.read_text()) and time.monotonic() < until:
            time.sleep(0.05)
        self.address = json.loads(file.read_text())["address"]
        self.workers = [self.worker("--preload", str(preload)) for _ in range(3)]
        from distributed import Client

        with Client(self.address, timeout=60) as client:
            client.wait_for_workers(3, timeout=60)

    def worker(self, *more: str, course: Path | None = None, threads: int = 1) -> subprocess.Popen:
        env = self.environment | {"CHALLENGE_DATA_HOME": str(course or self.course)}
        return self._start("worker", self.address, "--host", "127.0.0.1", "--nthreads", str(threads), "--no-dashboard", "--local-directory", str(self.root / "spill"), *more, env=env)

    def _start(self, what: str, *arguments: str, env: dict | None = None) -> subprocess.Popen:
        with (self.root / "said.txt").open("a") as said:
            return subprocess.Popen([sys.executable, "-m", "distributed.cli.dask_" + what, *arguments], env=env or self.environment, stdout=said, stderr=said, start_new_session=True)

    def kill(self, nanny: subprocess.Popen) -> None:
        """The worker's process and the nanny that would start it anew, as a machine that loses its current."""
        for process in {nanny.pid, *(pid for pid in processes(self.short) if _parent(pid) == nanny.pid)}:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        nanny.wait()

    def end(self) -> None:
        for process in [*self.workers, self.scheduler]:
            process.kill()
            process.wait()


def _parent(pid: int) -> int:
    with contextlib.suppress(OSError, IndexError):
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    return 0


@pytest.fixture(scope="module")
def ground(tmp_path_factory, course):
    ground = Ground(tmp_path_factory.mktemp("grappe"), course)
    yield ground
    ground.end()
    assert wait_until_gone(ground.short) == [], "what a lost worker had started has ended"
    shutil.rmtree(ground.short)


@pytest.fixture(scope="module")
def handed(course, tmp_path_factory) -> Path:
    return hand_in(course, tmp_path_factory.mktemp("recus") / "tout", TEAMS)


@pytest.fixture(scope="module")
def witness(course, handed, tmp_path_factory, ground) -> dict:
    """A run of this machine alone."""
    place = tmp_path_factory.mktemp("ici") / "notation"
    run = [sys.executable, "-m", "challenge_data.cli", "grade", str(handed), "--challenge", CHALLENGE, "--to", str(place), "--add-teams", "--json"]
    done = subprocess.run(run, env=environment(course, ground.short), capture_output=True, text=True)
    assert done.returncode == 1, done.stderr  # one team's kernel dies
    return everything(place)


def points(summary) -> dict[str, float]:
    return {row.team: row.automatic for row in summary.rows if not row.problem}


def test_a_machine_lost_in_the_middle_loses_nothing_and_blames_nobody(ground, course, handed, witness, tmp_path):
    rows = []

    def tell(event) -> None:
        rows.append(event)
        if len(rows) == 4:
            ground.kill(ground.workers.pop())

    summary = grade(handed, CHALLENGE, course=course, grading=tmp_path / "notation", add_teams=True, cluster=ground.address, workers=1, tell=tell)
    assert [row.problem for row in summary.rows] == [""] * len(TEAMS)
    assert sorted(row.team for row in rows[1:]) == sorted(TEAMS)
    now = everything(tmp_path / "notation")
    assert {what for what in now if now[what] != witness[what]} == set()
    assert len(list((tmp_path / "notation").glob(f"feedback/*/{CHALLENGE}/{NOTEBOOK}.html"))) == len(TEAMS)


def test_a_team_that_kills_its_worker_each_time_fails_alone(ground, course, handed, witness, tmp_path):
    ground.poison.touch()
    grading = tmp_path / "notation"
    summary = grade(handed, CHALLENGE, course=course, grading=grading, add_teams=True, cluster=ground.address, feedback=False)
    problems = {row.team: row.problem for row in summary.rows if row.problem}
    assert problems.pop(ODD) == "could not be run: the process that did it was ended from outside, or had no memory left; grade again"
    assert "could not be run: " in problems.pop(UNLUCKY) and not problems
    assert {team: result for team, result in witness["results"].items() if team not in (ODD, UNLUCKY)} == everything(grading)["results"]
    ground.poison.unlink()
    before = {path: path.stat().st_mtime_ns for path in grading.glob("executed/*/*/*")}
    again = grade(None, CHALLENGE, course=course, grading=grading, cluster=ground.address, feedback=False)
    assert again.code == 1 and set(points(again)) == set(TEAMS)
    assert {path: path.stat().st_mtime_ns for path in before} == before, "only the teams that had failed are run"
    assert everything(grading)["results"] == witness["results"]


def test_workers_that_are_not_as_this_machine_are_told_each_with_its_fault(ground, course, handed, tmp_path):
    other = write_course(tmp_path / "autre", notebook=(course / "curriculum/challenges/tiny/1_trouver.md").read_text().replace("[2, 9, 4]", "[2, 9, 5]"))
    build.build(other)
    extra = [ground.worker(course=other), ground.worker(threads=2)]
    try:
        from distributed import Client

        with Client(ground.address) as client:
            client.wait_for_workers(4, timeout=60)
        with pytest.raises(CannotGrade) as refused:
            grade(handed, CHALLENGE, course=course, grading=tmp_path / "notation", cluster=ground.address)
        said = str(refused.value)
        assert said.startswith("2 of 4 workers") and "solutions/tiny is " in said and " there, " in said and "takes 2 calls at once" in said and "--nthreads 1" in said
        assert not (tmp_path / "notation").exists()
    finally:
        for nanny in extra:
            ground.kill(nanny)


def test_a_worker_that_came_late_and_is_not_as_this_machine_grades_nobody(monkeypatch, course):
    here = cluster.about(course, CHALLENGE)
    assert cluster.about(course, CHALLENGE) == here and set(cluster.LIBRARIES) < set(here)
    monkeypatch.setenv("CHALLENGE_DATA_HOME", str(course))
    monkeypatch.setattr("distributed.get_worker", lambda: type("Worker", (), {"address": "tcp://10.0.0.7:4001"}))
    parcel = carrying.Parcel(marking.Job("grebes", "", CHALLENGE, "", "", ""), {})
    with pytest.raises(carrying.Elsewhere, match="^The worker tcp://10.0.0.7:4001 cannot grade: pandas is .* there, 1.0 here$"):
        cluster._there(lambda job: pytest.fail("it graded"), parcel, here | {"pandas": "1.0"})


def test_a_worker_whose_disk_is_full_is_named_and_stops_the_run(monkeypatch, course):
    monkeypatch.setenv("CHALLENGE_DATA_HOME", str(course))
    monkeypatch.setattr("distributed.get_worker", lambda: type("Worker", (), {"address": "tcp://10.0.0.7:4001"}))

    def full(job):
        raise OSError(28, "No space left on device")

    with pytest.raises(carrying.Elsewhere, match="10.0.0.7:4001 cannot grade: its disk is full"):
        cluster._there(full, carrying.Parcel(marking.Job("grebes", "", CHALLENGE, "", "", ""), {}), cluster.about(course, CHALLENGE))


def test_no_scheduler_no_worker_no_library_are_said_in_a_sentence(ground, course, handed, tmp_path, monkeypatch, capsys):
    ask = ["grade", str(handed), "--challenge", CHALLENGE, "--to", str(tmp_path / "notation")]
    monkeypatch.setenv("CHALLENGE_DATA_HOME", str(course))
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 1)
    for address in ("tcp://127.0.0.1:9", "nonsense://a", ""):
        assert cli.main([*ask, "--cluster", address or "tcp://"]) == 2
        said = capsys.readouterr().err
        assert "No scheduler of dask.distributed answers at" in said and said.endswith("Nothing was run.\n") and "Traceback" not in said, said
    assert cli.main([*ask, "--cluster", ground.address, "--unsafe"]) == 2 and "--unsafe is for this machine alone" in capsys.readouterr().err
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert cli.main([*ask, "--cluster", ground.address]) == 2 and "--cluster needs dask.distributed" in capsys.readouterr().err
    assert not (tmp_path / "notation").exists()


def test_without_any_worker_it_says_so_rather_than_wait_for_ever(ground, course, tmp_path, monkeypatch):
    few = dict(list(TEAMS.items())[:5])
    handed, grading, rows = hand_in(course, tmp_path / "recus", few), tmp_path / "notation", []
    monkeypatch.setattr(cluster, "NO_WORKER_SECONDS", 2)

    def tell(event) -> None:
        rows.append(event)
        while len(rows) == 2 and ground.workers:
            ground.kill(ground.workers.pop())

    with pytest.raises(CannotGrade, match="No worker is left at tcp://127.*What was recorded stays; run the same command again"):
        grade(handed, CHALLENGE, course=course, grading=grading, add_teams=True, cluster=ground.address, feedback=False, tell=tell)
    monkeypatch.setattr(cluster, "NO_WORKER_SECONDS", 1)
    with pytest.raises(CannotGrade, match="^No worker at tcp://127.* after 1 s: start some, .* Nothing was run.$"):
        grade(handed, CHALLENGE, course=course, grading=grading, cluster=ground.address, feedback=False)
    monkeypatch.undo()
    ground.workers.append(ground.worker())
    rest = grade(None, CHALLENGE, course=course, grading=grading, cluster=ground.address, feedback=False)
    assert set(points(rest)) == set(few)


def test_a_scheduler_lost_in_the_middle_stops_the_run_and_what_was_recorded_stays(ground, course, handed, witness, tmp_path):
    """The last to use the cluster: it ends it."""
    grading, rows = tmp_path / "notation", []

    def tell(event) -> None:
        rows.append(event)
        if len(rows) == 4:
            ground.scheduler.kill()

    with pytest.raises(CannotGrade, match="The connection with tcp://127.* was lost.*What was recorded stays; run the same command again"):
        grade(handed, CHALLENGE, course=course, grading=grading, add_teams=True, cluster=ground.address, feedback=False, tell=tell)
    assert {"done"} == set(everything(grading)["journals"].values()) and len(everything(grading)["journals"]) >= 3
    assert not any(path.name.endswith(".draft") for path in grading.glob("executed/*/.*"))


class _Far(Executor):
    """Breaks every call that runs beside a poison, as a scheduler that lost a worker does; answers once two are asked, or one alone waits."""

    def __init__(self) -> None:
        self.asked: list[tuple[Future, str]] = []
        self.alone: list[str] = []

    def submit(self, function, name):
        future: Future = Future()
        self.asked.append((future, name))
        return future

    def answer(self) -> None:
        if len(self.asked) == 1:
            self.alone.append(self.asked[0][1])
        broken = any("poison" in name for _, name in self.asked)
        for future, name in self.asked:
            future.set_exception(BrokenExecutor()) if broken else future.set_result(name)
        self.asked.clear()


def test_calls_that_broke_beside_another_are_made_again_alone(monkeypatch):
    from challenge_data.grading import workers

    far, wait = _Far(), workers.wait
    monkeypatch.setattr(workers, "wait", lambda *given, **more: (far.answer(), wait(*given, **more))[1])
    with Workers(far, lambda: 2) as pool:
        for name in ("a", "b", "poison", "c", "d", "e", "f"):
            pool.add(name, str, name)
        done = {each.key: (each.result, type(each.error)) for each in pool.results()}
    assert done == {name: (name, type(None)) for name in "abcdef"} | {"poison": (None, WorkerDied)}
    assert {"poison", "a"} <= set(far.alone)


@pytest.fixture
def job(tmp_path, course) -> marking.Job:
    source, grading = tmp_path / "recus", tmp_path / "notation"
    (source / "grebes" / "films").mkdir(parents=True)
    hand_in(course, source / "grebes", {"un": "grand = 9"})
    (source / "grebes" / "films" / "long.mp4").write_bytes(b"0" * 1000)
    [one] = receiving.receive(source, CHALLENGE, grading)
    return marking.Job(one.team, str(one.folder), CHALLENGE, str(course), str(grading), "timbre")


def test_a_parcel_holds_what_is_read_and_no_more(job, course):
    parcel = carrying.pack(job)
    assert sorted(parcel.record) == ["files/un.ipynb", "received.json"]

    def look(there: marking.Job) -> dict:
        assert there.grading != job.grading and there.course == str(course)
        files = receiving.files_of(Path(there.received))
        assert list(files.files) == ["un.ipynb"] and files.left_out == ["films/long.mp4"] and not files.refused
        place = marking.draft(there)
        (place / marking.RESULT).write_text(json.dumps({"team": there.team, "stamp": there.stamp}))
        marking.put(place, marking.executed(there))
        places.append(Path(there.grading))
        return {}

    places: list[Path] = []
    files = carrying.made(look, parcel, course)
    assert not places[0].exists(), "nothing of a team stays there"
    assert carrying.unpack(job, files) == {"team": "grebes", "stamp": "timbre"} == marking.earlier(job)
    altered = Path(job.received) / keeping.FILES / "un.ipynb"
    altered.chmod(0o600)
    altered.write_text("{}")
    assert "altered or removed since it was received" in _read(job, course)
    altered.unlink()
    assert "altered or removed since it was received" in _read(job, course)


def _read(job: marking.Job, course: Path) -> str:
    said: list[str] = []
    with contextlib.suppress(OSError):
        carrying.made(lambda there: said.extend(receiving.files_of(Path(there.received)).refused), carrying.pack(job), course)
    return " ".join(said)


@pytest.mark.parametrize(("files", "words"), [
    ({"../../gradebook.db": b""}, "no notebooks"), ({"/etc/a.ipynb": b""}, "no notebooks"), ({".tiny.ipynb": b""}, "no notebooks"), ({"notes.py": b""}, "no notebooks"),
    ({}, "another work"), ({marking.RESULT: b'{"team": "sternes", "stamp": "timbre"}'}, "another work"), ({marking.RESULT: b'{"team": "grebes", "stamp": "x"}'}, "another work"),
    ({marking.RESULT: b"[]"}, "another work"),
    ({marking.RESULT: b"{"}, "Expecting")])  # fmt: skip
def test_what_comes_back_chooses_no_place_here(job, files, words):
    with pytest.raises(ValueError, match=words):
        carrying.unpack(job, files)
    assert not list(Path(job.grading).glob("executed/**/*"))


def test_the_engine_gives_the_address_to_the_cluster(monkeypatch, tmp_path, course):
    asked = []
    monkeypatch.setattr(engine, "Cluster", lambda *given: (asked.append(given), (_ for _ in ()).throw(carrying.Elsewhere("No"))))
    with pytest.raises(CannotGrade, match="^No. Nothing was run.$"):
        grade(None, CHALLENGE, course=course, grading=tmp_path / "notation", cluster="tcp://somewhere:1")
    assert asked == [("tcp://somewhere:1", course, CHALLENGE)]
