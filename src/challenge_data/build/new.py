"""The first day of a challenge: a small one that builds, is graded and passes every test, to be replaced piece by piece.

The template is a tree, ``gabarit/``, laid out as the course is: a folder ``nom`` there takes the challenge's name here,
``@nom@``, ``@id@`` and ``@titre@`` are filled in its texts. Its recipe then writes the data and their truth, so that the
sample too holds to what the course asks of everybody: the truth is the generator's state, never a solution's output.
"""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

from challenge_data.build import rules
from challenge_data.build.course import MARK, PLACES, read_curriculum
from challenge_data.build.problems import BuildError, Problem

TEMPLATE = Path(__file__).parent / "gabarit"
FOLDER = Path("curriculum/challenges")
LONGEST = 40
"""Characters of a name: it is part of folders, of the ids that hints are called by and of datasets' names."""

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


def new_challenge(root: Path, name: str, title: str = "") -> list[Path]:
    """Lay out a new challenge in the course folder. Returns the relative paths written, the recipe's included.

    Args:
        name: of its folders: lower-case letters without accents, digits, single hyphens; starts with a letter.
        title: one line of French, for teams; to be written later when empty.

    Raises:
        BuildError: the name or the title cannot be used, a file of that name is there, or what was laid out breaks a
            rule; all faults together, and nothing is left written.
    """
    title = title.strip() or f"{MARK} : le titre"
    if found := [*_name_faults(root, name), *_title_faults(title)]:
        raise BuildError(found)
    fresh = [*(root / place for place in _folders(name)), root / _truth(name)]
    try:
        _lay_out(root, name, title)
        _run_recipe(root, name)
        if found := [problem for problem in rules.problems(read_curriculum(root)) if problem.file.is_relative_to(FOLDER / name)]:
            raise BuildError(found)
    except BaseException:
        # None of them was there before: what is there now is ours, whole or half.
        for path in fresh:
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        raise
    return sorted(path.relative_to(root) for each in fresh for path in (each.rglob("*") if each.is_dir() else [each])
                  if path.is_file() and "__pycache__" not in path.parts)


def next_steps(name: str) -> list[str]:
    """What an author does then, in order, with the commands to type."""
    return [
        "make build, then make check: the sample is sound as it is.",
        f'grep -rn "{MARK}" {" ".join(place.as_posix() for place in _folders(name))}: what is left to write.',
        f"The data: datasets/recipes/{name}/, then python datasets/recipes/{name}/build.py.",
        f"The three notebooks: {FOLDER.as_posix()}/{name}/, a question at a time, make build after each.",
        f"What teams answer, right and wrong: tests/answers/{name}/, then make answers ARGS={name}.",
        f"make test ARGS=\"-k {name}\". The whole way, on an example: docs/adding-a-challenge.md.",
    ]


def _name_faults(root: Path, name: str) -> list[Problem]:
    found = []
    if not _NAME.fullmatch(name):
        found.append(Problem(FOLDER, 1, f"« {name} » cannot name a challenge",
                             "lower-case letters without accents, digits and single hyphens, a letter first: tri-au-jardin"))
    if len(name) > LONGEST:
        found.append(Problem(FOLDER, 1, f"« {name[:LONGEST]}… » has {len(name)} characters", f"{LONGEST} at most: the title says the rest"))
    if not found:
        places = [*_folders(name), _truth(name), Path("solutions", name), Path("exercises", name)]
        found += [Problem(path, 1, "is there already: nothing is overwritten", "choose another name, or move it away") for path in places if (root / path).exists()]
    return found


def _title_faults(title: str) -> list[Problem]:
    if len(title.splitlines()) == 1:
        return []
    return [Problem(FOLDER, 1, "the title is not one line of text", 'write it on one line, between quotes: --title "…"')]


def _folders(name: str) -> list[Path]:
    return [Path(place, name) for place in PLACES]


def _truth(name: str) -> Path:
    return Path("datasets/recipes/truth", f"{_identifier(name)}.json")


def _identifier(name: str) -> str:
    """The name as datasets and files of Python write it."""
    return name.replace("-", "_")


def _lay_out(root: Path, name: str, title: str) -> None:
    words = {"@nom@": name, "@id@": _identifier(name), "@titre@": title, "@titre_yaml@": json.dumps(title, ensure_ascii=False)}
    for source in sorted(TEMPLATE.rglob("*.*")):
        if "__pycache__" in source.parts:
            continue
        path = root.joinpath(*(name if part == "nom" else part for part in source.relative_to(TEMPLATE).parts))
        path.parent.mkdir(parents=True, exist_ok=True)
        text = re.sub("|".join(words), lambda match: words[match[0]], source.read_text(encoding="utf-8"))
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)


def _run_recipe(root: Path, name: str) -> None:
    recipe = Path("datasets/recipes", name, "build.py")
    done = subprocess.run([sys.executable, "-B", recipe], cwd=root, capture_output=True, text=True)
    if done.returncode != 0:
        told = done.stderr.strip().splitlines() or ["without a word"]
        raise BuildError([Problem(recipe, 1, f"the recipe stops: {told[-1]}", "is this a whole course folder, with datasets/recipes/packages.py?")])
