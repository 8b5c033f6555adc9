"""The invented authority that lesson 12 diagnoses: rebuilt to the same bytes, in step with the questionnaire, meant to divide."""

import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import yaml
from frictionless import Package

from challenge_data import describe, load, maturity
from challenge_data.build import maturity as rules
from challenge_data.widgets import questionnaire

ROOT = Path(__file__).resolve().parents[1]
RECIPE = ROOT / "datasets/recipes/collectivite/build.py"
SHIPPED = ROOT / "datasets/brumeval/collectivite"
UNKNOWN = "je ne sais pas"


@pytest.fixture(scope="module")
def asked() -> dict:
    return yaml.safe_load((ROOT / rules.SOURCE).read_text(encoding="utf-8"))


@pytest.fixture
def answers(asked, monkeypatch) -> pd.DataFrame:
    # The curriculum as it is now, whether or not the package's copy was built since.
    monkeypatch.setattr(questionnaire, "questions", lambda: asked)
    return load("co_reponses").set_index("item")


def notes(*weights: int) -> pd.Series:
    """The weighted note of each wish, as the lesson makes it: votes, people per day, existence of the data."""
    wishes = load("co_souhaits").set_index("numero")
    per_day = wishes["personnes_concernees"] / wishes["jours_de_travail"]
    marks = (wishes["voix"] / wishes["voix"].max(), per_day / per_day.max(),
             wishes["donnees_existent"].map({"oui": 1, "en partie": 0.5, "non": 0}))
    return sum(weight * mark for weight, mark in zip(weights, marks, strict=True))


# ---------------------------------------------------------------- the questionnaire

def test_the_questionnaire_has_25_questions_in_5_axes_and_is_well_formed(asked):
    assert rules.problems(ROOT) == []
    assert [len(axis["items"]) for axis in asked["axes"]] == [5] * 5
    assert [level["valeur"] for level in asked["echelle"]] == [0, 1, 2, 3, None]


def test_each_question_says_what_to_ask_to_see_and_none_is_asked_twice(asked):
    items = [item for axis in asked["axes"] for item in axis["items"]]
    assert all(re.match(r"À (voir|demander|faire)\b", item["aide"]) for item in items)
    assert len({item["texte"] for item in items}) == len({item["aide"] for item in items}) == 25


def test_the_package_asks_what_the_curriculum_says(asked):
    assert questionnaire.questions() == asked, "challenge-data build"


# ---------------------------------------------------------------- the dataset

def test_the_recipe_gives_the_same_bytes_and_a_valid_package(tmp_path):
    run = subprocess.run([sys.executable, RECIPE, "--into", tmp_path], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    built = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert built == {path.name: path.read_bytes() for path in SHIPPED.iterdir() if path.name != "SOURCE.md"}
    report = Package(str(SHIPPED / "datapackage.json")).validate()
    assert report.valid, report.flatten(["title", "message"])


def test_it_says_that_it_is_invented_and_gives_nobodys_number():
    for name in ("co_entretien", "co_reponses", "co_souhaits", "co_donnees"):
        assert "données inventées" in str(describe(name)), name
    said = "".join(path.read_text(encoding="utf-8") for path in SHIPPED.iterdir())
    assert not re.search(r"\b0\d(?:[ .]?\d\d){4}\b", said)


def test_answers_are_those_of_the_questionnaire_and_rest_on_what_was_said(asked, answers):
    assert list(answers.index) == [item["id"] for axis in asked["axes"] for item in axis["items"]]
    names = {axis["code"]: axis["nom"] for axis in asked["axes"]}
    assert list(answers["axe"]) == [names[item[0]] for item in answers.index]
    proofs = [int(rank) for ranks in answers["preuves"].dropna() for rank in ranks.split()]
    assert sorted(proofs) == list(load("co_entretien")["numero"]), "each sentence bears on one question"


def test_each_sentence_says_its_axis_and_each_axis_is_read_in_five_minutes(answers):
    interview = load("co_entretien").set_index("numero")
    for item, ranks in answers["preuves"].dropna().items():
        assert {str(interview.loc[int(rank), "axe"]) for rank in ranks.split()} == {item[0]}, item
    said = interview.groupby("axe")["propos"]
    assert said.count().max() <= 8 and said.agg(lambda texts: texts.str.split().str.len().sum()).max() < 250


def test_nobody_spoke_of_three_questions_and_silence_is_kept_as_unknown(answers):
    silent = answers[answers["preuves"].isna()]
    assert list(silent.index) == ["2.5", "4.4", "5.4"] and set(silent["retenue"]) == {UNKNOWN}
    assert silent.loc["4.4", "lecture_1"] == "0", "the first reader takes the silence for a no: the lesson needs it"


def test_two_readers_differ_on_eight_questions_and_hardly_on_their_total(answers):
    assert (answers["lecture_1"] != answers["lecture_2"]).sum() == 8
    first, second = (maturity(answers=answers[name]).score for name in ("lecture_1", "lecture_2"))
    assert 0 < first - second < 2


def test_what_is_unknown_could_change_the_palier(answers):
    kept = maturity(answers=answers["retenue"])
    assert kept.interval == (29.3, 45.3)
    assert (kept.palier, questionnaire._palier(45.3)["nom"]) == ("Repérage", "Organisation")


def test_votes_are_those_of_the_people_who_came():
    wishes = load("co_souhaits")
    assert len(wishes) == 16 and wishes["voix"].sum() == 45 * 3
    present = wishes["recueilli"] == "atelier"
    assert wishes.loc[present, "voix"].min() > wishes.loc[~present, "voix"].max(), "who was not there has fewer"


@pytest.mark.parametrize(("weights", "first"), [
    ((100, 0, 0), 2), ((0, 100, 0), 3), ((50, 30, 20), 1), ((1, 1, 1), 1), ((40, 40, 20), 1), ((50, 0, 50), 4), ((10, 20, 70), 5)])
def test_the_rule_decides_who_is_first(weights, first):
    note = notes(*weights)
    assert note[note > note.max() - 1e-9].index.tolist() == [first]


def test_source_tells_the_figures_of_the_data():
    told = (SHIPPED / "SOURCE.md").read_text(encoding="utf-8")
    interview, wishes = load("co_entretien"), load("co_souhaits")
    for figure in (f"{len(interview)} propos", f"{len(wishes)} souhaits", f"{wishes['voix'].sum()} voix", "2.5, 4.4 et 5.4", f"{len(load('co_donnees'))} jeux"):
        assert figure in told, figure
