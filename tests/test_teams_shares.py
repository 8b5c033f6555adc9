"""Who did what: the cell that a team signs is read wherever it went, never run, and counts only when the whole team agreed."""

import json
from decimal import Decimal

import nbformat
import pytest
from tiny import NOTEBOOK, write_course

from challenge_data import build
from challenge_data.checks import check, sharing
from challenge_data.errors import CheckFailed
from challenge_data.grading.restoring import restore
from challenge_data.grading.teams import shares

AYA, BOB, CHLOE = TEAM = ["aya@exemple.fr", "bob@exemple.fr", "chloe@exemple.fr"]
AS_GIVEN = 'repartition = {\n    # "prenom.nom@exemple.fr": 1.0,\n}\nsignatures = [\n    # "prenom.nom@exemple.fr",\n]'
CELLS = f"\n## Qui a fait quoi\n\n```{{code-cell}}\n:tags: [repartition]\n{AS_GIVEN}\n```\n\n```{{code-cell}}\ncheck.share(repartition, signatures)\n```\n"


def written(coefficients=None, signatures=None) -> str:
    return f"repartition = {coefficients if coefficients is not None else {AYA: 1.05, BOB: 1.0, CHLOE: 0.95}}\nsignatures = {TEAM if signatures is None else signatures}"


def notebook(*sources: str) -> bytes:
    return json.dumps({"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": [
        {"cell_type": "code", "source": source, "metadata": {}, "outputs": [], "execution_count": None} for source in sources]}).encode()


def read(*sources: str, members=TEAM) -> shares.Shares:
    return shares.of_files({"3_visualiser.ipynb": notebook(*sources)}, members)


def test_what_everybody_signed_counts():
    found = read("x = 1", written())
    assert not found.problem and [found.of(email) for email in TEAM] == [Decimal("1.05"), Decimal(1), Decimal("0.95")]
    assert found.of(" Aya@Exemple.FR ") == Decimal("1.05")
    again = read(written({"AYA@exemple.fr ": 1.2, BOB: 1, CHLOE: .8}, tuple(reversed(TEAM))))
    assert again.of(CHLOE) == Decimal("0.8"), again.problem


@pytest.mark.parametrize("source", ["x = 1", AS_GIVEN, "repartition = {}\nsignatures = []", "print('repartition =', 'signatures =')"])
def test_nothing_written_is_no_problem(source):
    found = read(source)
    assert found == shares.Shares() and found.of("qui@exemple.fr") == 1


@pytest.mark.parametrize(("source", "said"), [
    (written(signatures=[AYA, BOB]), f"Signature attendue : {CHLOE}."),
    (written({AYA: 1.05, BOB: .95}, [AYA, BOB]), f"Personne sans coefficient : {CHLOE}."),
    (written(signatures=[*TEAM, "zoe@exemple.fr"]), "n'est pas de l'équipe : zoe@exemple.fr"),
    (written({AYA: 1.21, BOB: 1, CHLOE: .79}), f"hors des bornes, de 0,80 à 1,20 : {AYA}, {CHLOE}."),
    (written({AYA: 1.2, BOB: 1.2, CHLOE: 1.2}), "elle fait 1,200 : retirez 0,6 en tout"),
    (written({AYA: .9, BOB: 1, CHLOE: 1}), "ajoutez 0,1 en tout"),
    (written({AYA: "1,05", BOB: 1, CHLOE: .95}), f"Coefficient illisible, il faut un nombre avec un point, comme 1.05 : {AYA}."),
    (written({AYA: True, BOB: 1, CHLOE: 1}), f"illisible, il faut un nombre avec un point, comme 1.05 : {AYA}."),
    (written("{'aya@exemple.fr': 1e999, 'bob@exemple.fr': 1, 'chloe@exemple.fr': 1}"), "Coefficient illisible"),
    (written("[1, 2]"), "« repartition » doit relier"),
    (written(signatures="'aya@exemple.fr'").replace('"', ""), "« signatures » doit être une liste"),
    (written(f"{{'{AYA}': 0.8, '{AYA}': 1.2, '{BOB}': 0.8, '{CHLOE}': 1}}"), "une adresse y est écrite deux fois"),
    (written({AYA: 1.05, "AYA@exemple.fr": 1, BOB: 1, CHLOE: .95}), f"Adresse écrite deux fois : {AYA}."),
    (written("{'aya@exemple.fr': 1.05, 'bob@exemple.fr' 1}"), "Répartition illisible dans « 3_visualiser.ipynb » : ligne 1"),
    (written("dict(a=1)"), "« repartition » est calculé"),
    (written("__import__('os').abort()"), "« repartition » est calculé"),
    (written("(" * 500 + ")" * 500), "illisible"),
    ("repartition = {'" + "a" * 30_000 + "': 1}\nsignatures = []", "dépasse 20000 caractères"),
])  # fmt: skip
def test_what_does_not_hold_gives_one_to_all_and_says_why(source, said):
    found = read(source)
    assert found.coefficients is None and said in found.problem and found.of(AYA) == 1


def test_the_bounds_are_the_instructors():
    files = {"a.ipynb": notebook(written({AYA: 1.1, BOB: 1, CHLOE: .9}))}
    assert shares.of_files(files, TEAM).coefficients
    assert "de 0,95 à 1,05" in shares.of_files(files, TEAM, least=Decimal("0.95"), most=Decimal("1.05")).problem


def test_thirds_pass_and_a_hundredth_more_each_does_not():
    assert read(written({AYA: 1.07, BOB: 1.07, CHLOE: .86})).coefficients
    assert read(written({AYA: 1.07, BOB: 1.07, CHLOE: .87})).coefficients, "mean 1.0033"
    assert not read(written({AYA: 1.07, BOB: 1.07, CHLOE: .88})).coefficients, "mean 1.0067"


def test_of_several_files_the_signed_one_counts_and_two_that_differ_do_not():
    draft, signed, other = (notebook(written(signatures=[])), notebook(written()), notebook(written({AYA: .95, BOB: 1, CHLOE: 1.05})))
    assert shares.of_files({"a.ipynb": draft, "b.ipynb": signed, "c.txt": other, "d.ipynb": b"{"}, TEAM).of(AYA) == Decimal("1.05")
    assert shares.of_files({"a.ipynb": signed, "b (1).ipynb": signed}, TEAM).of(AYA) == Decimal("1.05")
    found = shares.of_files({"a.ipynb": signed, "b.ipynb": other}, TEAM)
    assert found.coefficients is None and "se contredisent : a.ipynb, b.ipynb" in found.problem


def test_a_team_without_members_in_the_list_is_told():
    assert "ne dit pas qui est dans celle-ci" in read(written(), members=[]).problem


def test_the_team_hears_at_once_what_is_missing(capsys):
    check.share({}, [])
    assert "Il n'y a rien à faire" in capsys.readouterr().out
    check.share({AYA: 1.1, BOB: .9}, [BOB, AYA])
    assert "2 personnes, 2 signatures" in capsys.readouterr().out
    with pytest.raises(CheckFailed) as error:
        check.share({AYA: 1.3, BOB: 1}, [AYA])
    assert [line.split(" ")[0] for line in str(error.value).splitlines()] == ["En", "Coefficient", "Signature", "La"]
    for odd in (None, [], {1: 2}, {AYA: float("nan")}):
        with pytest.raises(CheckFailed):
            check.share(odd, [AYA])


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    root = write_course(tmp_path_factory.mktemp("cours"), notebook=NOTEBOOK + CELLS)
    build.build(root)
    return root


def test_the_cell_is_the_teams_own_and_neither_run_nor_reproached_when_graded(course):
    released = nbformat.read(course / "exercises/tiny/1_trouver.ipynb", 4)
    [cell] = [cell for cell in released.cells if sharing.TAG in cell.metadata.get("tags", [])]
    assert "nbgrader" not in cell.metadata and cell.source == AS_GIVEN and cell.metadata.get("editable", True)
    master = nbformat.read(course / "solutions/tiny/1_trouver.ipynb", 4)
    cell.source = written()
    sent = {"1_trouver.ipynb": nbformat.writes(released).encode()}
    restored = restore({"1_trouver": master}, sent, {"1_trouver": nbformat.read(course / "exercises/tiny/1_trouver.ipynb", 4)})["1_trouver"]
    assert restored.notes == [] and AYA not in nbformat.writes(restored.notebook)
    assert shares.of_files(sent, TEAM).of(AYA) == Decimal("1.05")


@pytest.mark.parametrize("challenge", ["defibrillateurs", "aides-velo", "qualite-air"])
def test_every_challenge_ends_with_it_and_gives_it_no_point(challenge):
    from challenge_data import course as here

    cells = nbformat.read(here.root() / "exercises" / challenge / "3_visualiser.ipynb", 4).cells
    assert [cell.source for cell in cells if sharing.TAG in cell.metadata.get("tags", [])] == [AS_GIVEN]
    assert cells[-1].source == "check.share(repartition, signatures)" and not cells[-1].metadata.nbgrader.grade
