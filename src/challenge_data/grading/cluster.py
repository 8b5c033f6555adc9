"""Teams' code on the machines of a dask.distributed cluster: an executor for jobs, that shares no disk with its workers.

Only hand-ins leave this machine, and only run notebooks come back; the gradebook, its lock and the teams' pages stay here. A worker that is
lost loses nothing: the scheduler gives its calls to another. Each worker must hold the same course, toolkit and libraries, and a sandbox:
it is asked when the run starts, and compares again before each call, for workers that come later.
"""

import contextlib
import hashlib
import logging
import sys
import threading
import warnings
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, InvalidStateError
from functools import lru_cache, partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from urllib.parse import urlsplit

from challenge_data import course
from challenge_data.grading import carrying, marking, sandbox
from challenge_data.grading.carrying import Elsewhere, Parcel
from challenge_data.grading.gradebook import is_full

CONNECT_SECONDS = 10
NO_WORKER_SECONDS = 60
"""Without any worker, before giving up: a Nanny starts a lost one anew in some seconds."""
WATCH_SECONDS = 1.0
LIBRARIES = ("nbgrader", "nbformat", "nbclient", "jupyter_client", "ipykernel", "ipython", "numpy", "pandas", "geopandas", "matplotlib", "distributed")
"""What marks, or the carrying, may depend on; the lock holds them all."""
_NEAR = ("127.", "localhost", "[::1]", "inproc")

_one_at_a_time = threading.Lock()
"""Kernels are this process's: a worker with several threads takes its calls one after the other."""


class Cluster(Executor):
    """Used as a context. ``submit(function, job)`` makes ``function(job)`` elsewhere and puts what it writes in ``executed/`` here."""

    def __init__(self, address: str, home: Path, challenge: str) -> None:
        """
        Args:
            address: of the scheduler, ``tcp://host:port`` or ``tls://host:port``; keys and certificates are those of dask's configuration.
            home: this machine's course, which the workers' must equal.
        """
        self.address, self._home, self._challenge = address, home, challenge
        self._here: dict[str, str] = {}
        self._count = 0
        self._under_way: set[Future] = set()
        self._over = threading.Event()

    def __enter__(self) -> "Cluster":
        """
        Raises:
            Elsewhere: no scheduler there, no worker, or workers that are not as this machine; all are told together.
        """
        with contextlib.ExitStack() as stack:
            try:
                from distributed import Client
            except ImportError:
                raise Elsewhere("--cluster needs dask.distributed, which the developers' environment brings: pip install -r requirements-dev.lock") from None
            log = logging.getLogger("distributed")  # what it would print is said here, in sentences
            stack.callback(log.setLevel, log.level)
            log.setLevel(logging.CRITICAL + 1)
            if self.address.startswith("tcp://") and not (urlsplit(self.address).netloc.startswith(_NEAR)):
                print(f"{self.address} is not encrypted: hand-ins travel as they are, and whoever reaches that port commands the workers. Use tls:// outside a closed network.", file=sys.stderr)
            stack.enter_context(warnings.catch_warnings())
            warnings.filterwarnings("ignore", "Sending large graph")  # a hand-in of 10 MB is one
            self._client = Client.__new__(Client)
            try:
                self._client.__init__(self.address, timeout=CONNECT_SECONDS, set_as_default=False)
            except (OSError, ValueError, TypeError, ImportError, RuntimeError) as error:
                self._client.status = "closed"  # or its end would wait for a scheduler that never was
                raise Elsewhere(f"No scheduler of dask.distributed answers at {self.address} ({(str(error) or type(error).__name__)[:300]}). "
                                "See that it is started, that the address is the one it prints (tcp://… or tls://…), and that the network lets it through") from error
            stack.callback(self._close)
            self._check()
            watch = threading.Thread(target=self._watch, daemon=True)
            watch.start()
            stack.callback(watch.join)
            stack.callback(self._over.set)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *error) -> None:
        self._stack.__exit__(*error)

    def _close(self) -> None:
        with contextlib.suppress(TimeoutError):  # the scheduler has ended before
            self._client.close(timeout=CONNECT_SECONDS)

    def count(self) -> int:
        """How many workers there were a moment ago."""
        return self._count

    def submit(self, function: Callable, job: marking.Job) -> Future:  # type: ignore[override]
        ours: Future = Future()
        ours.set_running_or_notify_cancel()
        self._under_way.add(ours)
        ours.add_done_callback(self._under_way.discard)
        try:
            if result := marking.earlier(job):
                ours.set_result(result)
            else:
                sent = self._client.submit(_there, function, carrying.pack(job), self._here, pure=False)
                # In a thread of its own: the client's must go on answering the scheduler.
                sent.add_done_callback(partial(self._arrived, job, ours))
        except Exception as error:
            _set(ours, error=error)
        return ours

    def _arrived(self, job: marking.Job, ours: Future, sent) -> None:
        from distributed import KilledWorker

        try:
            _set(ours, carrying.unpack(job, sent.result()))
        except KilledWorker:
            _set(ours, error=BrokenExecutor())
        except CancelledError:
            _set(ours, error=Elsewhere(f"The connection with {self.address} was lost: the scheduler has ended, or the network is cut"))
        except Exception as error:
            _set(ours, error=error)

    def _check(self) -> None:
        try:
            self._client.wait_for_workers(1, timeout=NO_WORKER_SECONDS)
        except TimeoutError:
            raise Elsewhere(f"No worker at {self.address} after {NO_WORKER_SECONDS} s: start some, for instance dask worker {self.address} --nworkers auto --nthreads 1") from None
        self._here = about(self._home, self._challenge)
        threads = self._client.nthreads()
        told = self._client.run(_about_there, self._challenge, on_error="return")
        wrong = []
        for worker, there in sorted(told.items()):
            if isinstance(there, Exception):
                wrong.append(f"{worker}: {there if isinstance(there, sandbox.CannotIsolate) else f'{type(there).__name__}: {there}'}")
            elif unlike := _unlike(self._here, there):
                wrong.append(f"{worker}: {unlike}")
            elif threads.get(worker, 1) > 1:
                wrong.append(f"{worker}: takes {threads[worker]} calls at once. One process must run one notebook: start it with --nthreads 1, and more of them (--nworkers auto)")
        if wrong:
            raise Elsewhere("\n".join([f"{len(wrong)} of {len(told)} workers of {self.address} cannot grade:", *wrong, "Start all from one image (docs/grading-at-scale.md)"]))
        self._count = len(told)

    def _watch(self) -> None:
        """Counts the workers; says so when none is left, rather than wait for ever."""
        without = 0.0
        while not self._over.wait(WATCH_SECONDS):
            with contextlib.suppress(Exception):  # a scheduler that is gone is told by its futures
                self._count = len(self._client.nthreads())
                without = 0.0 if self._count else without + WATCH_SECONDS
            if without >= NO_WORKER_SECONDS:
                for future in list(self._under_way):
                    _set(future, error=Elsewhere(f"No worker is left at {self.address} since {NO_WORKER_SECONDS} s: look at why they end (memory?), start some"))


def about(home: Path, challenge: str) -> dict[str, str]:
    """All that the same marks need on two machines: what it is -> its version, or the first digits of its sha256."""
    kinds = {f"{kind}/{challenge}": _digest(home / kind / challenge, "*.ipynb") for kind in ("solutions", "exercises")}
    return {"Python": ".".join(map(str, sys.version_info[:2])), **{name: _version(name) for name in LIBRARIES}, "challenge_data": marking.toolkit().hex()[:12],
            **kinds, "datasets": _digest(home / "datasets", "[!.]*")}


@lru_cache(maxsize=64)
def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "missing"


def _digest(folder: Path, pattern: str) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob(pattern)):
        if path.is_file() and "__pycache__" not in path.parts and ".ipynb_checkpoints" not in path.parts:
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:12]


def _unlike(here: dict[str, str], there: dict[str, str]) -> str:
    return "; ".join(f"{name} is {there.get(name, 'missing')} there, {own} here" for name, own in here.items() if there.get(name) != own)


def _about_there(challenge: str) -> dict[str, str]:
    """On a worker.

    Raises:
        CannotIsolate: it has no sandbox.
    """
    sandbox.check(course.root())
    return about(course.root(), challenge)


_about_once = lru_cache(maxsize=4)(_about_there)


def _there(function: Callable, parcel: Parcel, here: dict[str, str]) -> dict[str, bytes]:
    """On a worker: one call."""
    from distributed import get_worker

    trouble = partial(_trouble, get_worker().address)
    with _one_at_a_time:
        try:
            if unlike := _unlike(here, _about_once(parcel.job.challenge)):
                raise trouble(unlike)
            return carrying.made(function, parcel, course.root())
        except sandbox.CannotIsolate as problem:
            raise trouble(str(problem)) from problem
        except Exception as error:
            if is_full(error):
                raise trouble("its disk is full: free some room where its temporary files are") from error
            raise


def _trouble(worker: str, what: str) -> Elsewhere:
    return Elsewhere(f"The worker {worker} cannot grade: {what}")


def _set(future: Future, result: dict | None = None, error: BaseException | None = None) -> None:
    with contextlib.suppress(InvalidStateError):  # it was given up meanwhile
        future.set_exception(error) if error else future.set_result(result)
