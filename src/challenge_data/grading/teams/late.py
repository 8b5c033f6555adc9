"""When a team handed in, by how much that is late, and what it costs.

The hour of a hand-in is, in this order: what the instructor says in ``people/times.csv`` (:mod:`~challenge_data.grading.teams.times`),
an LMS's own hour for example; else the date of its newest file, which a download keeps. It is never the hour at which this machine
received it: for what is downloaded on Friday night, that is Friday night for all. A file's date can be set by hand: an hour that
decides about a mark is to be taken from the LMS.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from challenge_data.grading.keeping import Kept, records
from challenge_data.grading.marking import TIMESTAMP
from challenge_data.grading.teams.rules import Rules

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Lateness:
    """A hand-in's hour beside its deadline."""

    deadline: datetime | None
    """The one that held, the team's own or its challenge's; None when there is none."""
    when: datetime | None
    """When it was handed in; None when nobody knows."""
    late: timedelta
    """Past the deadline, grace included; zero when it is on time, or when there is nothing to compare."""
    percent: float
    """Lost, of the maximum."""
    days: int = 0
    """Begun since the deadline; 0 when it counts as on time, within the grace too."""

    @property
    def on_time(self) -> bool:
        """True within the grace too."""
        return not self.days


def hand_in(record: Mapping[str, Any], told: Iterable[datetime] = (), after: datetime | None = None) -> datetime | None:
    """When a record was handed in; None when it does not say.

    Args:
        record: what its ``received.json`` says (:class:`~challenge_data.grading.keeping.Kept`).
        told: hours that the instructor gave for this team. One is of this record if it is not after the hour it was received, nor before
            the one of the record received before it; of several, the last.
        after: when the record before it was received.
    """
    received = _moment(record.get("at"))
    own = [moment for moment in told if (received is None or moment <= received) and (after is None or moment > after)]
    return max(own, default=None) or _moment(record.get("changed")) or received


def lateness(rules: Rules, challenge: str, team: str, when: datetime | None) -> Lateness:
    """By how much a hand-in is late: nothing is lost within the grace; after it, days count from the deadline, a begun one whole.

    A day is 24 hours. ``percent = min(percent_per_day × days, most_percent)``.
    """
    deadline = rules.deadline(challenge, team)
    if deadline is None or when is None or when <= deadline:
        return Lateness(deadline, when, timedelta(0), 0.0)
    late = when - deadline
    if late <= rules.grace:
        return Lateness(deadline, when, late, 0.0)
    days = math.ceil(late / DAY)
    return Lateness(deadline, when, late, float(min(rules.percent_per_day * days, rules.most_percent)), days)


def graded(grading: Path, challenge: str, team: str) -> Kept | None:
    """The record that the gradebook's marks are of; None when nothing of the team was run."""
    try:
        at = (grading / "executed" / team / challenge / TIMESTAMP).read_text(encoding="utf-8")
    except OSError:
        return None
    return next((kept for kept in records(grading / "received" / challenge / team) if kept.record["at"] == at), None)


def _moment(written: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(written)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else None
