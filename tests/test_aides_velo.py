"""The challenge `aides-velo`: its truth is made again the same, and the flat tables it hands over say what the nested file says."""

import json
import subprocess
import sys
from pathlib import Path

from challenge_data import datasets

PROJECT = Path(__file__).resolve().parents[1]
TRUTH = PROJECT / "datasets/recipes/truth/aides_velo.json"


def test_the_truth_is_made_again_the_same(tmp_path):
    done = subprocess.run(
        [sys.executable, "-B", PROJECT / "datasets/recipes/velo/build.py", "--into", tmp_path], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "aides_velo.json").read_bytes() == TRUTH.read_bytes()


def test_the_truth_stays_small():
    """It is written into the tests of notebooks, which people open."""
    truth = json.loads(TRUTH.read_text(encoding="utf-8"))
    assert max(len(json.dumps(value, ensure_ascii=False)) for value in truth.values()) < 4_000


def test_given_tables_hold_none_of_the_answers_of_the_second_notebook():
    """It counts every aid of the file, they only those presumed open: neither rows nor inhabitants are the same."""
    truth = json.loads(TRUTH.read_text(encoding="utf-8"))
    lines, cover = datasets.load("aides_velo_lignes"), datasets.load("aides_velo_couverture")
    helped = cover[cover[["aides_commune", "aides_epci", "aides_departement", "aides_region"]].sum(axis=1) > 0]
    assert len(lines) < truth["manipuler_lignes"]["par_velo"]
    assert int(helped["population"].sum()) != truth["manipuler_couverture"]["habitants"]
    assert len(helped) != truth["manipuler_couverture"]["communes"]


def test_each_commune_counts_the_aids_that_hold_there():
    """Another way than the recipe's: joins, aid by aid, where the recipe gathers sets."""
    communes, cover = datasets.load("communes"), datasets.load("aides_velo_couverture").set_index("code_commune")
    keys = {"commune": "code_commune", "epci": "siren_epci", "département": "code_departement", "région": "code_region"}
    counted = dict.fromkeys(communes["code_commune"], 0)
    for aid in datasets.load("aides_velo"):
        payer, told = aid["organisme"], aid.get("territoire")
        if payer["pays"] != "France" or "suspendue_depuis" in aid or aid.get("fin", "9") < "2026-04-07":
            continue
        if told:
            inside = communes["siren_epci"].isin(told.get("epci", [])) | communes["code_commune"].isin(told.get("communes", []))
            outside = communes["siren_epci"].isin(told.get("sauf_epci", [])) | communes["code_commune"].isin(told.get("sauf_communes", []))
            here = communes[inside & ~outside]
        else:
            here = communes[communes[keys[payer["niveau"]]] == payer["code"].replace("69152", "69149")]
        for code in here["code_commune"]:
            counted[code] += 1
    layers = cover[["aides_commune", "aides_epci", "aides_departement", "aides_region"]].sum(axis=1)
    assert layers.astype(int).to_dict() == counted
