"""The challenge `defibrillateurs`: its truth is the generator's, its masters get every point, its corpus of answers is judged fairly."""

import contextlib
import io
import json
import warnings
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
import yaml

from challenge_data.build.source import Cell, read
from challenge_data.errors import CheckFailed

PROJECT = Path(__file__).resolve().parents[1]
CHALLENGE = PROJECT / "curriculum/challenges/defibrillateurs"
ANSWERS = PROJECT / "tests/answers/defibrillateurs"
TRUTH = PROJECT / "datasets/recipes/truth/defibrillateurs.json"
NOTEBOOKS = [entry["file"] for entry in yaml.safe_load((CHALLENGE / "challenge.yml").read_text(encoding="utf-8"))["notebooks"]]


@dataclass
class Verdict:
    """What a question's tests said of one answer."""

    accepted: bool
    message: str
    printed: str


@dataclass
class Played:
    """One notebook, run once from top to bottom; each variant is tried on a copy of the variables of its moment."""

    master: dict[str, Verdict] = field(default_factory=dict)
    variants: dict[tuple[str, str, int], Verdict] = field(default_factory=dict)


def corpus(notebook: str) -> dict:
    return yaml.safe_load((ANSWERS / f"{notebook}.yml").read_text(encoding="utf-8"))


@cache
def cells(notebook: str) -> list[Cell]:
    return [cell for cell in read(CHALLENGE / f"{notebook}.md").cells if cell.kind == "code"]


@cache
def play(notebook: str) -> Played:
    played, answers, namespace = Played(), corpus(notebook), {}
    tests = {cell.graded_id: cell.source for cell in cells(notebook) if cell.role == "tests"}
    for cell in cells(notebook):
        if cell.role == "solution":
            for kind in ("right", "wrong"):
                for rank, variant in enumerate(answers.get(cell.graded_id, {}).get(kind, [])):
                    own = _copied(namespace)
                    run(variant["code"], own)
                    played.variants[cell.graded_id, kind, rank] = judge(tests[cell.graded_id], own)
        if cell.role == "tests":
            played.master[cell.graded_id] = judge(cell.source, _copied(namespace))
        elif "lu" in cell.tags:
            exec(compile(cell.source, f"{notebook}, a cell of figures", "exec"), _copied(namespace))
        else:
            run(cell.source, namespace)
    return played


def run(code: str, namespace: dict) -> None:
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(compile(code, "<cell>", "exec"), namespace)


def judge(tests: str, namespace: dict) -> Verdict:
    """Run a test cell; a warning in it would cost a team its points, so it is an error here."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            exec(compile(tests, "<tests>", "exec"), namespace | {"truth": json.loads(TRUTH.read_text(encoding="utf-8"))})
        except CheckFailed as refusal:
            return Verdict(False, str(refusal), printed.getvalue())
        except Exception as crash:  # an answer that the tests cannot read gets no sentence: told case by case
            return Verdict(False, f"CRASH {type(crash).__name__}: {crash}", printed.getvalue())
    return Verdict(True, "", printed.getvalue())


def _copied(namespace: dict) -> dict:
    return {name: value.copy() if isinstance(value, pd.DataFrame | pd.Series) else value for name, value in namespace.items()}


def questions(notebook: str) -> list[str]:
    return [cell.graded_id for cell in cells(notebook) if cell.role == "tests"]


def every_variant(kind: str) -> list[tuple[str, str, int]]:
    return [(notebook, question, rank) for notebook in NOTEBOOKS
            for question, answers in corpus(notebook).items() for rank in range(len(answers.get(kind, [])))]


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_master_gets_every_point(notebook):
    refused = {question: verdict.message for question, verdict in play(notebook).master.items() if not verdict.accepted}
    assert refused == {}


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_every_question_has_its_corpus(notebook):
    answers = corpus(notebook)
    assert set(answers) == set(questions(notebook))
    for question, variants in answers.items():
        assert len(variants["right"]) >= 1 and len(variants["wrong"]) >= 3, question
        verdicts = play(notebook)
        messages = {verdicts.variants[question, "wrong", rank].message for rank in range(len(variants["wrong"]))}
        assert len(messages) >= 3, f"{question}: wrong answers that get the same sentence count once: {messages}"


@pytest.mark.parametrize(("notebook", "question", "rank"), every_variant("right"))
def test_another_right_answer_gets_its_points(notebook, question, rank):
    verdict = play(notebook).variants[question, "right", rank]
    assert verdict.accepted, f"{corpus(notebook)[question]['right'][rank]['why']}: {verdict.message}"


@pytest.mark.parametrize(("notebook", "question", "rank"), every_variant("wrong"))
def test_a_wrong_answer_is_refused_with_the_sentence_that_speaks_to_it(notebook, question, rank):
    variant, verdict = corpus(notebook)[question]["wrong"][rank], play(notebook).variants[question, "wrong", rank]
    assert not verdict.accepted, variant["mistake"]
    assert variant["says"] in verdict.message and "CRASH" not in verdict.message, f"{variant['mistake']}: {verdict.message}"


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_a_question_left_empty_gets_nothing(notebook):
    """Each test cell alone, with only what the notebook gives: no answer, no points."""
    namespace = {}
    for cell in cells(notebook):
        if cell.role is None and "lu" not in cell.tags:
            with contextlib.suppress(Exception):  # cells that show an answer have none to show
                run(cell.source, namespace)
    for cell in cells(notebook):
        if cell.role == "tests":
            with pytest.raises((NameError, CheckFailed)):
                run(cell.source, _copied(namespace) | {"truth": json.loads(TRUTH.read_text(encoding="utf-8"))})
