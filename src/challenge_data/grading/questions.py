"""What was asked of teams: the questions of a challenge, from its masters."""

import json
from pathlib import Path

from challenge_data.teamwork.questions import ESSAY, TASK, TEST, Chapter, Level, Question, chapter

__all__ = ["ESSAY", "TASK", "TEST", "Chapter", "Level", "Question", "chapters", "title"]


def chapters(course: Path, challenge: str) -> tuple[Chapter, ...]:
    """The notebooks of a challenge, in order, from ``solutions/<challenge>/``; none when there is no such folder."""
    return tuple(chapter(path.stem, json.loads(path.read_text(encoding="utf-8"))["cells"], rank) for rank, path in enumerate(sorted((course / "solutions" / challenge).glob("*.ipynb")), 1))


def title(course: Path, challenge: str) -> str:
    """The challenge's, as teams know it; its folder's name when its curriculum is not there."""
    import yaml

    try:
        told = yaml.safe_load((course / "curriculum" / "challenges" / challenge / "challenge.yml").read_text(encoding="utf-8"))
        return str(told["title"])
    except (OSError, ValueError, KeyError, TypeError, yaml.YAMLError):
        return challenge
