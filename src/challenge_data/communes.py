"""The communes that a code or a name may designate: those of France (COG 2026) and of the Île de Brumeval."""

import csv
from functools import cache

from challenge_data import course
from challenge_data.errors import LearnerError


@cache
def by_code() -> dict[str, str]:
    """Code -> name, as the lists write it; empty where the datasets are not there."""
    try:
        folder = course.datasets_dir()
        with open(folder / "france/communes/communes.csv", encoding="utf-8", newline="") as lines:
            rows = csv.reader(lines)
            next(rows)
            known = {row[0]: row[1] for row in rows}
        with open(folder / "brumeval/territoire/ile_adresses.csv", encoding="utf-8", newline="") as lines:
            known |= {row["code_commune"]: row["commune"] for row in csv.DictReader(lines)}
    except (OSError, KeyError, IndexError, LearnerError):
        return {}
    return known


@cache
def names() -> frozenset[str]:
    """Their names; many communes share one."""
    return frozenset(by_code().values())
