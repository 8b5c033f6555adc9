"""Faults on demand: what a real network does on a bad day."""

import re
from dataclasses import dataclass, field
from threading import Lock

HEADER = "X-Panne"
STATUSES = {"404": 404, "410": 410, "403": 403, "429": 429, "500": 500, "503": 503}
KINDS = (*STATUSES, "cut", "slow", "html", "garbled", "altered", "huge")
"""HTTP statuses; connection cut in the middle; slow answer; a web page; broken JSON; altered bytes; endless answer."""


@dataclass
class Fault:
    """What goes wrong, where, and how many times (then all is well)."""

    kind: str
    path: str = ""  # a regular expression, searched in the path
    times: int = 1_000_000
    retry_after: str | None = None
    seconds: float = 1.0


@dataclass
class Faults:
    """The faults that a server is to show, in order."""

    waiting: list[Fault] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def add(self, kind: str, path: str = "", **details) -> None:
        """Show a fault of :data:`KINDS` from now on: see :class:`Fault`."""
        if kind not in KINDS:
            raise ValueError(f"no such fault: {kind}; there are {', '.join(KINDS)}")
        self.waiting.append(Fault(kind, path, **details))

    def clear(self) -> None:
        self.waiting.clear()

    def take(self, path: str, header: str | None) -> Fault | None:
        """The fault to show for a request, counted as shown."""
        if header in KINDS:
            return Fault(header)
        with self.lock:
            for fault in self.waiting:
                if fault.times > 0 and re.search(fault.path, path):
                    fault.times -= 1
                    return fault
        return None
