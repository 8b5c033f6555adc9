"""One team's hand-in as a parcel for a machine that shares no disk with this one, and its run notebooks on their way back.

There, the parcel is laid out in a folder that lasts as long as the call, and the very same code runs. Plain names and bytes both ways, no
archive: what comes back was made beside a stranger's code, and nothing of it chooses a place on this disk.
"""

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from challenge_data.grading import marking
from challenge_data.grading.keeping import FILES, RECORD, read_record
from challenge_data.grading.marking import Job
from challenge_data.grading.receiving import is_read
from challenge_data.grading.sandbox import scratch

_SCRATCH = "cdp-"


class Elsewhere(Exception):
    """Another machine cannot do this work, whosever it is; the sentence says which machine, and what to do there."""


@dataclass(frozen=True)
class Parcel:
    """A job, and all that it reads of the hand-in."""

    job: Job
    record: dict[str, bytes]
    """Path in the record's folder -> content."""


def pack(job: Job) -> Parcel:
    """The hand-in's record and those of its files that are read: a team's film stays here. A file that is gone is told by the one who reads."""
    folder = Path(job.received)
    names = [RECORD, *(f"{FILES}/{name}" for name in (read_record(folder) or {"files": ()})["files"] if is_read(name))]
    return Parcel(job, {name: (folder / name).read_bytes() for name in names if (folder / name).is_file() and not (folder / name).is_symlink()})


def made(function: Callable[[Job], dict], parcel: Parcel, course: Path) -> dict[str, bytes]:
    """Do a job on this machine without its grading folder; the team's notebooks that were run, and what was written beside: name -> content.

    Args:
        function: as :func:`~challenge_data.grading.marking.mark`.
        course: of this machine.
    """
    place, held = scratch(_SCRATCH)
    try:
        job = replace(parcel.job, course=str(course), received=str(place / "received"), grading=str(place), reuse="")
        for name, content in parcel.record.items():
            path = place / "received" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        function(job)
        return {path.name: path.read_bytes() for path in marking.executed(job).iterdir()}
    finally:
        shutil.rmtree(place, ignore_errors=True)
        os.close(held)


def unpack(job: Job, files: dict[str, bytes]) -> dict:
    """Put what came back in ``executed/``, whole or not at all; returns the result.

    Raises:
        ValueError: it is not this job's.
    """
    if odd := sorted(name for name in files if name not in (marking.RESULT, marking.TIMESTAMP) and (Path(name).name != name or name.startswith(".") or not name.endswith(".ipynb"))):
        raise ValueError(f"another machine gave back files that are no notebooks: {', '.join(map(repr, odd))}")
    told = json.loads(files.get(marking.RESULT, b"null"))
    if not isinstance(told, dict) or (told.get("team"), told.get("stamp")) != (job.team, job.stamp):
        raise ValueError("another machine gave back another work than this team's")
    draft = marking.draft(job)
    for name, content in files.items():
        (draft / name).write_bytes(content)
    marking.put(draft, marking.executed(job))
    return told
