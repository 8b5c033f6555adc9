"""Calls carried by any ``concurrent.futures.Executor``, a few ahead of the answers; a worker that dies takes only its own call along."""

import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    ProcessPoolExecutor,
    wait,
)
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any


@dataclass(frozen=True)
class Done:
    """A call that ended."""

    key: Hashable
    """As given with the call."""
    result: Any = None
    error: BaseException | None = None
    """What it raised; :class:`WorkerDied` when its process did not come back."""


class WorkerDied(Exception):
    """The process that ran a call ended before answering, alone with that call."""


@dataclass(frozen=True)
class _Call:
    key: Hashable
    function: Callable
    arguments: tuple


class Workers:
    """Used as a context; calls may be added while their results are read.

    A dead process breaks its whole pool and says not whose fault it was: the calls that were under way are then made again one at a
    time, and only one that breaks the pool alone is given up. An executor of many machines breaks one call at a time, the fault being
    its own or that of one beside it: the same is done with these calls.
    """

    def __init__(self, executor: Executor | None = None, count: int | Callable[[], int] | None = None) -> None:
        """
        Args:
            executor: left open at the end; by default processes of this machine, started when the first call is made, or by :meth:`start`.
            count: how many processes, as many as cores by default; a function where machines come and go.
        """
        self._given = executor
        self._counted = count if callable(count) else lambda: count or _cores()
        self._pool: Executor | None = executor
        self._leash: Connection | None = None
        self._waiting: deque[_Call] = deque()
        self._suspects: deque[_Call] = deque()
        self._asked: dict[Future, _Call] = {}
        self._tried: _Call | None = None
        """The suspect that runs alone."""

    def __enter__(self) -> "Workers":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_) -> None:
        for future in self._asked:
            future.cancel()
        if self._given is None and self._pool is not None:
            if kind is not None:
                self._leash.close()  # nobody waits for what is under way
            self._end()

    def start(self, function: Callable, *arguments: Any) -> None:
        """Start the processes now, each with a call of its own that prepares it: its answer is not awaited, what it raises not told."""
        if self._given is None and self._pool is None:
            self._open()
            for _ in range(self._counted()):
                self._pool.submit(function, *arguments)

    def add(self, key: Hashable, function: Callable, *arguments: Any, first: bool = False) -> None:
        """One more call, to be made after those that wait, or before them; function and arguments can be pickled."""
        (self._waiting.appendleft if first else self._waiting.append)(_Call(key, function, arguments))

    def results(self) -> Iterator[Done]:
        """Calls as they end, until none is left; never raises for what a call does."""
        return together(self)

    @property
    def _busy(self) -> bool:
        return bool(self._waiting or self._suspects or self._asked)

    def _ask(self) -> None:
        if self._suspects:
            # Those of a pool that broke: one alone tells whose fault it was.
            if not self._asked:
                self._tried = self._suspects.popleft()
                self._submit(self._tried)
            return
        # A few ahead, so that no worker waits; not all, so that what is added first is soon made, and memory does not grow with the work.
        most = 2 * max(1, self._counted())
        while self._waiting and len(self._asked) < most and self._tried is None:
            self._submit(self._waiting.popleft())

    def _ended(self, futures: Iterable[Future]) -> Iterator[Done]:
        broken = False
        for future in futures:
            error = CancelledError() if future.cancelled() else future.exception()
            if isinstance(error, BrokenProcessPool):
                broken = True
                continue
            call = self._asked.pop(future)
            if alone := call is self._tried:
                self._tried = None
            if isinstance(error, BrokenExecutor) and not alone:
                self._suspects.append(call)
            else:
                yield Done(call.key, None if error else future.result(), WorkerDied() if isinstance(error, BrokenExecutor) else error)
        if broken:
            yield from self._mend()

    def _submit(self, call: _Call) -> None:
        if self._pool is None:
            self._open()
        try:
            self._asked[self._pool.submit(call.function, *call.arguments)] = call
        except BrokenProcessPool as error:
            refused: Future = Future()
            refused.set_exception(error)
            self._asked[refused] = call

    def _open(self) -> None:
        context = get_context("spawn")
        held, self._leash = context.Pipe(duplex=False)
        self._pool = ProcessPoolExecutor(self._counted(), mp_context=context, initializer=_on_a_leash, initargs=(held,))

    def _end(self) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._leash.close()
        self._pool = None

    def _mend(self) -> Iterator[Done]:
        lost = list(self._asked.values())
        self._asked.clear()
        self._tried = None
        if self._given is not None:
            yield from (Done(call.key, error=WorkerDied()) for call in lost)
            return
        self._end()
        if len(lost) == 1:
            yield Done(lost[0].key, error=WorkerDied())
        else:
            self._suspects.extend(lost)


def together(*pools: Workers) -> Iterator[Done]:
    """Calls of several pools as they end, until none is left in any."""
    while any(pool._busy for pool in pools):
        for pool in pools:
            pool._ask()
        done = wait([future for pool in pools for future in pool._asked], return_when=FIRST_COMPLETED).done
        for pool in pools:
            yield from pool._ended([future for future in pool._asked if future in done])


def _on_a_leash(held: Connection) -> None:
    """In a worker: end with the process that started it, however that one ends, and leave Ctrl-C to it.

    A worker of ``concurrent.futures`` holds both ends of the pipe it reads calls from: its parent killed, it would wait there for ever.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def wait_for_the_end() -> None:
        with suppress(EOFError, OSError):
            held.recv()
        os._exit(1)

    threading.Thread(target=wait_for_the_end, daemon=True).start()


def _cores() -> int:
    """Those that this process may use, where the system says it."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
