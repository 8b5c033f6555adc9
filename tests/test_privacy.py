"""People are found, counted and hidden; what is hidden and can be worked out is told; the invented example teaches what it says."""

import itertools
import random
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from frictionless import Package

from challenge_data import load, raw_file
from challenge_data.errors import LearnerError
from challenge_data.privacy import age_bands, deducible, find_people, hide_small, k_anonymity, law, mask, recognise

ROOT = Path(__file__).resolve().parents[1]
KNOWABLE = ["commune", "sexe", "annee_naissance"]
AGES = ["pop_0_14", "pop_15_29", "pop_30_64", "pop_65_plus"]


# ---------------------------------------------------------------- finding

def test_people_of_the_register_are_found_and_not_repeated():
    register = pd.read_csv(raw_file("eq_registre"), sep=";", dtype="str")
    before = register.copy()
    found = find_people(register)
    assert dict(zip(found["quoi"], found["cases"], strict=True)) == {"numéro de mobile": 10, "nom d'une personne": 10}
    assert register.equals(before)
    mobiles = register.loc[found.loc[found["quoi"] == "numéro de mobile", "lignes"].iloc[0], "responsable"]
    assert mobiles.str.contains("06 39 98").all()
    told = " ".join(found["exemples"])
    assert "06 ··" in told and not any(word in told for cell in mobiles for word in cell.split() if len(word) > 3)


def test_small_counts_are_found_and_other_numbers_are_not():
    table = pd.DataFrame({"commune": ["A", "B", "C"], "nb_inscrits": ["3", "0", "40"], "beneficiaires": [12, 11, None], "age": [3, 4, 5],
                          "taux_menages": [1, 2, 3], "capacite_personnes": [5, 6, 7]}, index=["x", "y", "z"])
    found = find_people(table)
    assert found[["colonne", "cases", "exemples", "lignes"]].values.tolist() == [["nb_inscrits", 1, "3", ["x"]]]
    cells = load("ile_population")
    small = find_people(cells).set_index("colonne")["cases"]
    assert {name: int(cells[name].between(1, 10).sum()) for name in ["population", *AGES]} == small.to_dict()


def test_dates_of_birth_mails_and_nothing():
    table = pd.DataFrame({"date_naissance": ["1958-03-04", None], "contact": ["m.quistrec@gmail.com", "mairie@lande-haute.fr"]})
    found = find_people(table).set_index("quoi")
    assert found.loc["date de naissance", "cases"] == 1 and found.loc["adresse électronique", "cases"] == 1
    assert "quistrec" not in found.loc["adresse électronique", "exemples"]
    assert len(find_people(load("ile_communes").drop(columns="geometry"))) == 0 == len(find_people(table.head(0)))
    with pytest.raises(LearnerError, match="attend un tableau"):
        find_people("eq_registre")


def test_a_mask_hides_letters_and_digits():
    assert mask("Maud Trévignac, 06 39 98 12 34") == "M··· T········, 06 ·· ·· ·· ··"
    assert mask("1958-03-04") == "19··-··-··"


# ---------------------------------------------------------------- counting

def brute(table: pd.DataFrame, columns: list[str]) -> list[int]:
    """Size of each row's group, the slow way."""
    rows = [tuple("∅" if pd.isna(value) else value for value in row) for row in table[columns].itertuples(index=False, name=None)]
    return [rows.count(row) for row in rows]


@pytest.mark.parametrize("columns", [KNOWABLE, ["commune"], ["commune", "tarif"]])
def test_k_is_what_counting_by_hand_gives(columns):
    table = load("in_inscriptions")
    sizes = brute(table, columns)
    seen = k_anonymity(table, columns)
    assert (seen.k, seen.people, seen.unique, seen.below(5)) == (min(sizes), 480, sizes.count(1), sum(size < 5 for size in sizes))
    assert seen.groups["personnes"].is_monotonic_increasing and seen.groups["personnes"].sum() == 480


def test_empty_cells_are_a_group_and_a_shared_secret_is_told():
    table = pd.DataFrame({"commune": ["A", "A", None, None, "B", "B"], "motif": ["x", "x", "x", "y", "y", "y"]})
    seen = k_anonymity(table, "commune", sensitive="motif")
    assert (seen.k, seen.unique, seen.revealed) == (2, 0, 4) and "4 personnes dans un groupe" in str(seen)
    assert k_anonymity(table.drop(index=5), "commune").unique == 1


def test_the_islands_cells_are_small_and_its_communes_are_not():
    cells = load("ile_population")
    seen = k_anonymity(cells, "id_carreau", counts=AGES)
    assert (seen.k, seen.people, seen.unique) == (1, 24000, int((cells[AGES] == 1).sum().sum()))
    wide = cells.groupby("code_commune")[AGES].sum()
    assert k_anonymity(cells, ["code_commune"], counts=AGES).k == int(wide.min().min()) == 77
    assert k_anonymity(cells, "code_commune", counts="population").k == 980


@pytest.mark.parametrize(("ask", "said"), [
    (lambda table: k_anonymity(table, "sex"), "Aucune colonne ne s'appelle « sex »"),
    (lambda table: k_anonymity(table, []), "au moins une colonne"),
    (lambda table: k_anonymity("in_inscriptions", "sexe"), "d'abord un tableau"),
    (lambda table: k_anonymity(table.head(0), "sexe"), "ne compte personne"),
    (lambda table: k_anonymity(table, "sexe", sensitive="sexe"), "choisissez"),
    (lambda table: k_anonymity(table, "sexe", counts="tarif"), "ne compte pas des personnes"),
    (lambda table: recognise(table, table.head(0), "sexe"), "personne à reconnaître"),
    (lambda table: recognise(table, load("in_connus"), "tarif"), "Aucune colonne ne s'appelle « tarif »"),
])
def test_what_cannot_be_counted_is_answered(ask, said):
    with pytest.raises(LearnerError, match=said):
        ask(load("in_inscriptions"))


# ---------------------------------------------------------------- recognising

def test_six_of_twelve_are_recognised_and_bands_end_it():
    table, known = load("in_inscriptions"), load("in_connus")
    seen = recognise(table, known, KNOWABLE)
    for row, possible in zip(known.itertuples(), seen.candidates["lignes_possibles"], strict=True):
        fits = [one for one in table.itertuples() if (one.commune, one.sexe) == (row.commune, row.sexe)
                and (pd.isna(row.annee_naissance) or one.annee_naissance == row.annee_naissance)]
        assert possible == len(fits)
    assert len(seen.found) == 6 and (seen.found["activite"] == "sport sur ordonnance").sum() == 2
    assert set(seen.found["numero"]) <= set(table["numero"]) and "6 personnes sur 12" in str(seen)
    blurred = [one.assign(age=age_bands(2026 - one["annee_naissance"], [0, 18, 65])) for one in (table, known)]
    assert len(recognise(*blurred, ["sexe", "age"]).found) == 0
    assert len(recognise(table.astype({"annee_naissance": "str"}), known, KNOWABLE).found) == 6


# ---------------------------------------------------------------- blurring and hiding

def test_ages_in_bands():
    assert age_bands(pd.Series([0, 14, 15, 74.5, 75, 101, None])).tolist()[:6] == ["0 à 14 ans", "0 à 14 ans", "15 à 29 ans", "60 à 74 ans", "75 ans et plus", "75 ans et plus"]
    assert age_bands(pd.Series(["9", None]), 10).isna().tolist() == [False, True] and age_bands(pd.Series([93]), 10)[0] == "90 ans et plus"
    for wrong, said in (([1958, 1990], "années de naissance"), ([-1, 3], "« -1 »"), (["dix"], "« dix »")):
        with pytest.raises(LearnerError, match=said):
            age_bands(pd.Series(wrong))
    with pytest.raises(LearnerError, match="en montant"):
        age_bands(pd.Series([3]), [30, 15])


def counts(rows: list[list[int]]) -> pd.DataFrame:
    names = list("abcdefgh")[:len(rows[0])]
    table = pd.DataFrame(rows, columns=names, index=[f"l{at}" for at in range(len(rows))])
    table["total"] = table.sum(axis=1)
    table.loc["île"] = table.sum()
    return table


def test_hiding_one_cell_is_not_hiding(capsys):
    table = counts([[20, 24, 3], [30, 40, 50], [0, 12, 15]])
    hidden = hide_small(table, list("abc"), total="total", total_row="île")
    assert hidden[list("abc")].isna().sum().sum() == 1 and pd.isna(hidden.loc["l0", "c"]) and hidden.loc["l2", "a"] == 0
    told = capsys.readouterr().out
    assert "1 case cachée" in told and "47 − 20 − 24 = 3" in told
    assert deducible(hidden, list("abc"), total="total").values.tolist() == [["l0", "c", 3, "47 − 20 − 24 = 3"]]
    assert len(deducible(hidden.drop(columns="total").drop(index="île"), list("abc"))) == 0
    assert table.loc["l0", "c"] == 3  # the team's own table is left alone
    hide_small(table, "a")
    assert "Aucun effectif" in capsys.readouterr().out


def test_what_is_found_leads_to_more_and_extremes_leave_no_choice():
    table = counts([[20, 5, 6], [30, 7, 40], [30, 40, 50]])
    hidden = hide_small(table, list("abc"), total="total", total_row="île")
    found = deducible(hidden, list("abc"), total="total", total_row="île")
    assert set(map(tuple, found[["ligne", "colonne", "valeur"]].values)) == {("l1", "b", 7), ("l0", "b", 5), ("l0", "c", 6)}
    twos = counts([[20, 1, 1], [20, 10, 10]])
    found = deducible(hide_small(twos, list("abc"), total="total"), list("abc"), total="total")
    assert found["valeur"].tolist() == [1, 1, 10, 10]


def test_what_is_deduced_is_never_wrong():
    chance = random.Random(11)
    told = 0
    for _ in range(40):
        table = counts([[chance.choice([0, 1, 2, 5, 10, 11, 30]) for _ in range(chance.randint(3, 3))] for _ in range(4)])
        found = deducible(hide_small(table, list("abc"), total="total", total_row="île"), list("abc"), total="total", total_row="île")
        assert all(table.loc[row.ligne, row.colonne] == row.valeur for row in found.itertuples())
        told += len(found)
    assert told > 40


@pytest.mark.parametrize(("options", "said"), [
    ({"columns": ["a", "z"]}, "« z »"), ({"columns": ["a", "total"], "total": "total"}, "parmi les colonnes"),
    ({"columns": ["a"], "total": "total"}, "n'est pas la somme"), ({"columns": ["a"], "total_row": "Île"}, "Aucune ligne"),
    ({"columns": ["nom"]}, "ne compte pas"),
])
def test_what_cannot_be_hidden_is_answered(options, said):
    with pytest.raises(LearnerError, match=said):
        hide_small(counts([[1, 2], [3, 40]]).assign(nom="x"), **options)


# ---------------------------------------------------------------- the law, the invented registrations

def test_the_law_names_its_texts_once_and_says_what_follows():
    told = law()
    assert told["texte"].is_unique and (told != "").all().all()
    assert all(told["texte"].str.contains(text).any() for text in ("article 4", "article 5", "article 9", "article 25", "article 33", "articles 37", "L. 312-1-2", "Insee"))


def test_the_registrations_are_rebuilt_to_the_same_bytes_and_are_valid(tmp_path):
    recipe, shipped = ROOT / "datasets/recipes/inscriptions/build.py", ROOT / "datasets/brumeval/inscriptions"
    subprocess.run([sys.executable, recipe, "--into", tmp_path], check=True)
    assert all((shipped / one.name).read_bytes() == one.read_bytes() for one in tmp_path.iterdir()) and len(list(tmp_path.iterdir())) == 3
    assert Package(str(shipped / "datapackage.json")).validate().valid


def test_the_registrations_hold_what_the_lesson_needs():
    table, known = load("in_inscriptions"), load("in_connus")
    assert k_anonymity(table, KNOWABLE).unique > 0.5 * len(table)
    alone = k_anonymity(table.assign(age=age_bands(2026 - table["annee_naissance"])), ["commune", "sexe", "age"])
    assert alone.k == 1 and k_anonymity(table, ["commune", "sexe"]).k >= 5  # blurring the age alone is not enough; dropping it is
    possible = recognise(table, known, KNOWABLE).candidates["lignes_possibles"]
    assert (possible == 0).sum() == 3 and (possible > 1).sum() == 3 and known["annee_naissance"].isna().sum() == 1
    for one, two in itertools.combinations(known["personne"], 2):
        assert one.split()[-1] != two.split()[-1]
    notes = (ROOT / "datasets/brumeval/inscriptions/SOURCE.md").read_text(encoding="utf-8")
    assert f"{len(table)} inscriptions" in notes and "inventées" in notes
