"""What a kernel takes with all its children, read from /proc: limits of the system are for one process each.

Imported inside the isolated place: the standard library only.
"""

import os
import stat
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

_PAGE = os.sysconf("SC_PAGE_SIZE")
MOST_SOCKETS = 16
"""A kernel makes five."""


def families(roots: Iterable[int]) -> dict[int, list[int]]:
    """Process -> itself and all that descend from it, as far as they are there.

    What a kernel leaves behind becomes a child of the first process of its own world, thus of the same family.
    """
    children: dict[int, list[int]] = defaultdict(list)
    for entry in os.scandir("/proc"):
        if entry.name.isdecimal():
            try:
                with open(f"/proc/{entry.name}/stat", "rb") as file:
                    # The name of a command may hold anything, brackets too.
                    parent = int(file.read().rpartition(b")")[2].split()[1])
            except (OSError, IndexError, ValueError):
                continue
            children[parent].append(int(entry.name))
    found = {}
    for root in roots:
        family = [root]
        for pid in family:
            family += children[pid]
        found[root] = family
    return found


def memory(family: list[int], most: int) -> int:
    """Bytes that processes hold together, files that live in memory without a name included; exact only above ``most``."""
    resident = sum(_resident(pid) for pid in family)
    if resident > most:
        # Pages shared since the fork were counted for each: now once, which takes the system longer.
        resident = sum(_proportional(pid) for pid in family)
    return resident + sum(_nameless(pid) for pid in family)


def strays(folder: Path) -> bool:
    """True if a kernel's folder of sockets, which is a place of the machine's disk, holds anything else or too many."""
    for number, entry in enumerate(os.scandir(folder)):
        if number >= MOST_SOCKETS or not stat.S_ISSOCK(entry.stat(follow_symlinks=False).st_mode):
            return True
    return False


def _resident(pid: int) -> int:
    try:
        with open(f"/proc/{pid}/statm", "rb") as file:
            return int(file.read().split()[1]) * _PAGE
    except (OSError, IndexError):
        return 0


def _proportional(pid: int) -> int:
    try:
        with open(f"/proc/{pid}/smaps_rollup", "rb") as file:
            return next((int(line.split()[1]) * 1024 for line in file if line.startswith(b"Pss:")), 0)
    except OSError:
        return 0


def _nameless(pid: int) -> int:
    """memfd_create(2): memory that no process need map."""
    held = 0
    try:
        for entry in os.scandir(f"/proc/{pid}/fd"):
            if os.readlink(entry.path).startswith("/memfd:"):
                held += os.stat(entry.path).st_blocks * 512
    except OSError:
        pass
    return held
