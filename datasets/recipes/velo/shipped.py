"""The shipped datasets, read with the standard library: plain dictionaries, every value as the file writes it; and what the notebooks agree on."""

import csv
import json
from functools import cache
from pathlib import Path

FRANCE = Path(__file__).resolve().parents[2] / "france"
DAY = "2026-04-07"
"""The day for which aids are looked at: one that ended before, or is suspended, is closed."""
KEYS = {"commune": "code_commune", "epci": "siren_epci", "département": "code_departement", "région": "code_region"}
"""Level of the payer -> the column of the communes that holds its code."""
LOST, KEPT = "69152", "69149"
"""Pierre-Bénite; Oullins-Pierre-Bénite, which holds its streets since the COG 2024."""


@cache
def aids() -> list[dict]:
    return json.loads((FRANCE / "aides_velo/aides_velo.json").read_text(encoding="utf-8"))


@cache
def rows(name: str) -> list[dict[str, str]]:
    """A CSV file of datasets/france/, named from there, such as « communes/communes.csv »."""
    with (FRANCE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def french() -> list[dict]:
    return [one for one in aids() if one["organisme"]["pays"] == "France"]


def communes() -> list[dict[str, str]]:
    return rows("communes/communes.csv")


def population(commune: dict[str, str]) -> int:
    """Inhabitants; 0 for the six territories whose population the file does not give."""
    return int(commune["population"] or 0)


def presumed_open(aid: dict) -> bool:
    """An aid that announces no end may have ended all the same."""
    return "suspendue_depuis" not in aid and not ("fin" in aid and aid["fin"] < DAY)
