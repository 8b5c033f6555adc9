"""Where a team stands, for whoever draws it: its choice, its edition, its challenge's notebooks, what changed."""

import os
import secrets
import threading
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path

from challenge_data import course, edition
from challenge_data.teamwork import files

MACHINE = ".machine"
"""Hidden, hence never in an archive: it must not follow the work to another machine."""
_drawing = threading.Lock()


def state(given: dict) -> dict:
    """What the panel shows.

    Returns:
        ``edition`` (name, version, forum, address, code), ``team`` (name, members, challenge; or None), ``notebooks`` of its challenge
        (path, title, begun), ``changed`` (number of files that are the team's own), ``stamp`` (changes with any of their bytes; of a large one, with its size or date),
        ``problem`` (a French sentence about the edition's settings, or ""), ``binder`` (whether this machine is a lent one, that disappears),
        ``machine`` (a name drawn once for this disk: two lent machines differ), ``another`` (the address that opens another lent machine,
        or ""), ``work`` (the work folder, relative to the course, or "").
    """
    delivered = edition.originals()
    own = files.own(delivered)
    team = course.known_team()
    here = course.work_dir()
    return {
        "edition": asdict(edition.known()) | {"version": edition.version(delivered)},
        "team": asdict(team) if team else None,
        "notebooks": [{"path": name, "title": Path(name).stem, "begun": name in own} for name in files.of_challenge(team.challenge if team else "", delivered)],
        "changed": len(own), "stamp": edition.fingerprint(_told(own))[:16],
        "problem": edition.problem(), "binder": files.is_lent(), "machine": _machine(), "another": _another(),
        "work": here.relative_to(course.root()).as_posix() if here.is_relative_to(course.root()) else "",
    }


def _told(own: Mapping[str, Path]) -> Iterator[tuple[str, bytes]]:
    # Asked each minute: a large file is not read for it.
    large = {name: path for name, path in own.items() if files.is_large(path)}
    yield from ((name, f"{path.stat().st_size} {path.stat().st_mtime_ns}".encode()) for name, path in large.items())
    yield from files.contents({name: path for name, path in own.items() if name not in large})


def _machine() -> str:
    path = course.work_dir() / MACHINE
    # Two windows that open at once ask at once: a second name would make the first one's work that of a machine that is gone.
    with _drawing:
        if not path.is_file():
            course.write(path, secrets.token_hex(8).encode())
    return path.read_text(encoding="utf-8")


def _another() -> str:
    # The persistent request names the commit: the same exercises, whatever was published since.
    host, request = os.environ.get("BINDER_LAUNCH_HOST", ""), os.environ.get("BINDER_PERSISTENT_REQUEST", "")
    return f"{host.rstrip('/')}/{request}?urlpath=lab" if host.startswith("https://") and request else ""
