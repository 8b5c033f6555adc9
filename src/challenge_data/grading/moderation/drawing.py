"""A sample for a second marker: who reads answers by number, with the rubric and without the first marks.

The draw is stratified by question: of each question that a person grades, the share asked for, and at least five answers (all, where
there are not so many), each question drawn apart. So a question is never left out, and one team's answers do not stand together: a
good first answer does not colour the next.
"""

import math
import random
import re
import secrets
import shutil
from collections import Counter
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment

from challenge_data.grading.gradebook import check_room, private, read_whole, write_whole
from challenge_data.grading.moderation import sheets
from challenge_data.grading.moderation.answers import Answer, CannotModerate, answers, home
from challenge_data.grading.receiving import slug

SHEET, PAGE, KEY = "deuxieme-lecture", "copies.html", ".cle.json"
COLUMNS = ("copie", "question", "maximum", "niveaux", "points", "commentaire")
LEAST = 5
"""Answers of a question, where there are so many."""


@dataclass(frozen=True)
class Drawn:
    """What was drawn."""

    folder: Path
    """To give to the marker as it is: nothing in it names a team."""
    seed: int
    counts: dict[str, tuple[int, int]]
    """Question -> (answers drawn, answers there are)."""
    unmarked: int = 0
    """Of those drawn, how many have no first mark yet: they could not be compared."""


def draw(challenge: str, marker: str, *, course: Path, grading: Path, share: float = 20, count: int | None = None, seed: int | None = None) -> Drawn:
    """Draw, and write the page to read and the sheet to fill.

    Args:
        marker: initials: letters, digits and hyphens.
        share: percent of the answers of each question.
        count: answers of each question, in place of ``share``.
        seed: the same seed over the same answers draws the same sample; by default drawn, and told.

    Raises:
        CannotModerate: nothing to draw from, a name that is no folder, or this marker already has a sample: it is never written over.
    """
    if not marker or slug(marker) != marker:
        raise CannotModerate(f"« {marker} » cannot be a marker's folder: give initials, letters and digits without accents.")
    if not 0 < share <= 100 or (count is not None and count < 1):
        raise CannotModerate("Give --share between 1 and 100, or --count of at least 1.")
    place = home(grading, challenge)
    if (folder := place / marker).exists() or key_of(place, marker).exists():
        raise CannotModerate(f"{marker} already has a sample, in {folder}: it may be filled, and is left as it is. Give another name to --marker, or move {folder} and {key_of(place, marker).name} away.")
    found = answers(course, challenge, grading)
    if not found:
        raise CannotModerate(f"No answer of « {challenge} » waits for a person or was graded by one: there is nothing to draw.")
    seed = secrets.randbelow(1_000_000) if seed is None else seed
    drawn = sample(found, share, count, seed)
    check_room(grading, "The sample was not written")
    with private():
        draft = place / f".{marker}.draft"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700, parents=True)
        (draft / PAGE).write_text(_page(challenge, marker, drawn), encoding="utf-8")
        sheets.write(draft, SHEET, COLUMNS, [(copy, one.question.name, one.question.maximum, " | ".join(f"{points:g}" for points, _ in one.question.levels), "", "") for copy, one in drawn.items()])
        write_whole(key_of(place, marker), {"challenge": challenge, "seed": seed, "copies": {
            copy: {"team": one.team, "notebook": one.question.notebook, "cell": one.question.cell, "maximum": one.question.maximum,
                   "levels": [points for points, _ in one.question.levels], "digest": one.digest} for copy, one in drawn.items()}})  # fmt: skip
        draft.rename(folder)
    there, taken = (Counter(one.question.name for one in some) for some in (found, drawn.values()))
    return Drawn(folder, seed, {name: (taken[name], there[name]) for name in there}, sum(one.mark.manual is None for one in drawn.values()))


def sample(found: list[Answer], share: float, count: int | None, seed: int) -> dict[str, Answer]:
    """Copy's number -> answer, question by question, in the order drawn."""
    chance, drawn = random.Random(seed), []
    for name in dict.fromkeys(one.question.name for one in found):
        those = [one for one in found if one.question.name == name]
        asked = count if count is not None else math.ceil(len(those) * share / 100)
        drawn += chance.sample(those, min(len(those), max(LEAST, asked)))
    return {f"{rank:03}": one for rank, one in enumerate(drawn, 1)}


def key_of(place: Path, marker: str) -> Path:
    """Whose each copy is: beside the marker's folder, not in it."""
    return place / f"{marker}{KEY}"


def markers(place: Path) -> dict[str, dict]:
    """Marker -> what was drawn for them (see :func:`draw`), sorted."""
    found = {re.sub(f"{re.escape(KEY)}$", "", path.name): read_whole(path) for path in sorted(place.glob(f"[!.]*{KEY}"))}
    if damaged := [name for name, key in found.items() if "copies" not in key]:
        raise CannotModerate(f"{place}: the key of {', '.join(damaged)} ({KEY}) is damaged: nobody can tell whose these copies are. Put it back, or draw again.")
    return found


def _page(challenge: str, marker: str, drawn: dict[str, Answer]) -> str:
    groups: dict = {}
    for copy, one in drawn.items():
        groups.setdefault(one.question, []).append((copy, one.shown))
    template = Environment(autoescape=True).from_string(files(__package__).joinpath("copies.html.j2").read_text(encoding="utf-8"))
    return template.render(challenge=challenge, marker=marker, groups=groups, sheet=SHEET)
