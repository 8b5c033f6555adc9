"""The shipped datasets, read with the standard library: plain dictionaries, every value as the file writes it."""

import csv
import json
from functools import cache
from pathlib import Path

FRANCE = Path(__file__).resolve().parents[2] / "france"


@cache
def aids() -> list[dict]:
    return json.loads((FRANCE / "aides_velo/aides_velo.json").read_text(encoding="utf-8"))


@cache
def rows(name: str) -> list[dict[str, str]]:
    """A CSV file of datasets/france/, named from there, such as « communes/communes.csv »."""
    with (FRANCE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
