"""What the package keeps of each exercise and question, built from the curriculum: the check's code, the hints, the number."""

import difflib
import json
import re
from functools import cache
from importlib import resources
from pathlib import Path

from challenge_data import course
from challenge_data.errors import LearnerError

_NUMBER = re.compile(r"(?:(?P<challenge>[^.]+)\.)?(?P<number>\d+\.\d+)")
"""« 1.3 », third question of notebook 1; « aides-velo.1.3 » in whichever challenge."""


@cache
def _kept() -> dict[str, dict]:
    return json.loads(resources.files(__package__).joinpath("exercises.json").read_text(encoding="utf-8"))


def known(name: str) -> dict:
    """What is kept of an exercise: ``{"check": code, "hints": [text, …], "number": "1.3"}``, each optional.

    Raises:
        LearnerError: no exercise has this id.
    """
    return _kept()[full_name(name)]


def full_name(name: str) -> str:
    """The exercise's id as it is kept; a question of a challenge may be named by its number.

    Raises:
        LearnerError: no exercise is called that, or it could be of any challenge.
    """
    name = str(name).strip()
    if name in _kept():
        return name
    if match := _NUMBER.fullmatch(name):
        found = _numbered(match["challenge"], match["number"]) if match["challenge"] else number_here(match["number"])
        if found:
            return found
        others = [f"{key.split('.')[0]}.{name}" for key, entry in _kept().items() if entry.get("number") == name]
        if others:
            raise LearnerError(f"La question {name} existe dans plusieurs défis. Dites lequel : {' ou '.join(f'« {other} »' for other in others)}.")
    near = difflib.get_close_matches(name, _kept(), n=1)
    raise LearnerError(f"Aucun exercice ne s'appelle « {name} ».{f' Vouliez-vous dire « {near[0]} » ?' if near else ''}")


def number_here(number: str) -> str | None:
    """The question that « 1.3 » means here: in the challenge whose folder this notebook is in, else in the team's; None when neither has it."""
    if found := _numbered(Path.cwd().name, number):
        return found
    try:
        return _numbered(course.team().challenge, number)
    except LearnerError:
        return None


def _numbered(challenge: str, number: str) -> str | None:
    return next((name for name, entry in _kept().items() if entry.get("number") == number and name.startswith(f"{challenge}.")), None)
