"""The manual method, and a schema written where none exists."""

import json

import pandas as pd
import pytest

from challenge_data import schemas
from challenge_data.datasets import load, raw_file
from challenge_data.errors import LearnerError
from challenge_data.schemas.drawing import wilson


@pytest.fixture
def table():
    return pd.DataFrame({"nom": [f"salle {i}" for i in range(50)], "places": [None if i % 3 else str(i) for i in range(50)]}, index=range(100, 150))


def test_cells_are_drawn_the_same_for_the_same_seed(table):
    before = table.copy(deep=True)
    drawn = schemas.draw_cells(table, seed=7)
    assert drawn["colonne"].value_counts().to_dict() == {"nom": 5, "places": 5} and (drawn["verdict"] == "").all()
    assert drawn.equals(schemas.draw_cells(table, seed=7)) and not drawn.equals(schemas.draw_cells(table, seed=8))
    for row in drawn.itertuples(index=False):
        assert row.valeur == ("" if pd.isna(table.loc[row.index, row.colonne]) else table.loc[row.index, row.colonne]) and row.ligne == row.index - 98
    assert not drawn.duplicated(["ligne", "colonne"]).any()
    pd.testing.assert_frame_equal(table, before)


def test_every_row_may_be_drawn_and_small_tables_are_drawn_whole(table):
    seen = set()
    for seed in range(60):
        seen |= set(schemas.draw_cells(table, seed=seed, columns=["nom"])["index"])
    assert len(seen) > 45
    assert len(schemas.draw_cells(table.head(3), columns=["nom"])) == 3
    for wrong in ({"per_column": 0}, {"per_column": "cinq"}, {"columns": ["places_"]}):
        with pytest.raises(LearnerError):
            schemas.draw_cells(table, **wrong)


def test_the_verdicts_are_counted_with_what_five_cells_can_say(table):
    drawn = schemas.draw_cells(table, seed=7)
    drawn["verdict"] = ["oui", "Juste", True, "ok", "1", "non", "FAUX", "?", "oui", "oui"]
    told = schemas.manual_score(drawn)
    assert (told.right, told.judged, told.unsure, told.score) == (7, 9, 1, pytest.approx(7 / 9))
    nom, places = told.columns.itertuples(index=False)
    assert (nom.justes, nom.jugees, nom.justes_pct) == (5, 5, 100) and (places.justes, places.jugees) == (2, 4)
    assert nom.bas_pct == pytest.approx(56.6, abs=0.1) and nom.haut_pct == 100  # 5 / (5 + 1.96 squared)
    assert told.to_look_at == ["places"] and "entre 57 et 100" in str(told) and "78\u00a0%" in told.summary
    assert "<table" in told._repr_html_()


def test_wilsons_interval_is_the_published_one():
    # Newcombe (1998), Statistics in Medicine 17, table I, method 3 (score): 81/263, 15/148, 0/20, 1/29.
    for right, drawn, low, high in ((81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0, 0.1611), (1, 29, 0.0061, 0.1718)):
        assert wilson(right, drawn) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(("verdicts", "said"), [
    (["oui"] * 9 + [""], "1 verdict manque"),
    (["oui"] * 8 + [None, ""], "2 verdicts manquent"),
    (["oui"] * 9 + ["bof"], "« bof »"),
    (["?"] * 10, "Aucune case n'a été jugée"),
])  # fmt: skip
def test_verdicts_that_cannot_be_counted(table, verdicts, said):
    drawn = schemas.draw_cells(table)
    drawn["verdict"] = verdicts
    with pytest.raises(LearnerError, match=said):
        schemas.manual_score(drawn)
    with pytest.raises(LearnerError, match="draw_cells"):
        schemas.manual_score(drawn.drop(columns="verdict"))


def test_a_draft_infers_types_and_leaves_the_meaning_to_people():
    table = pd.DataFrame({
        "ref": [f"S{i:03d}" for i in range(12)], "code_commune": ["01001", "99901"] * 6, "etat": ["bon", "moyen"] * 6, "ouvert": ["oui", "non"] * 6, "places": [str(i * 10) for i in range(12)],
        "latitude": [f"46.{i}" for i in range(12)], "visite": [f"2026-01-0{i % 9 + 1}" for i in range(12)], "faux_jour": ["2206-13-40"] * 12, "note": [None] * 12, "courriel": ["a@b.example"] * 12,
        "annee": ["2025", "2026"] * 6,
    })  # fmt: skip
    draft = schemas.sketch(table, "Salles de l'île")
    kinds = {one["name"]: one["type"] for one in draft.descriptor["fields"]}
    assert kinds == {"ref": "string", "code_commune": "string", "etat": "string", "ouvert": "boolean", "places": "integer", "latitude": "number", "visite": "date", "faux_jour": "string", "note": "string", "courriel": "string", "annee": "year"}
    assert draft.field("ref")["constraints"] == {"required": True, "unique": True}
    assert draft.field("code_commune")["constraints"]["pattern"] == r"^\d{5}$" and draft.field("etat")["constraints"]["enum"] == ["bon", "moyen"]
    assert draft.field("latitude")["constraints"]["maximum"] == 90 and "constraints" not in draft.field("note") and draft.field("courriel")["format"] == "email"
    assert all(one["description"] == "à compléter" for one in draft.descriptor["fields"])
    assert not len(schemas.validate(table, draft).errors)
    one = {"name": "nom", "constraints": {"required": True}}
    assert schemas.Schema({"fields": [one]}).summary.endswith("1 champ, dont 1 obligatoire.")
    assert schemas.Schema({"fields": [one, {"name": "note"}]}).summary.endswith("2 champs, dont 1 obligatoire.")


@pytest.mark.parametrize("name", ["communes", "epci", "ile_population", "dae_janvier", "dae_ouest", "co_reponses"])
def test_a_table_conforms_to_its_own_draft(name):
    table = load(name)
    report = schemas.validate(table, schemas.sketch(table))
    assert not len(report.errors), report


def test_the_towns_raw_file_conforms_to_its_own_draft():
    assert not len(schemas.validate(raw_file("eq_registre"), schemas.sketch(raw_file("eq_registre"))).errors)


def test_a_draft_is_completed_saved_and_read_again_by_frictionless(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("CHALLENGE_DATA_WORK", str(tmp_path))
    from frictionless import Resource, Schema

    draft = schemas.sketch(pd.DataFrame({"flux": ["verre", "papier"] * 4, "volume": ["3", "4"] * 4})).descriptor
    draft["fields"][0] |= {"description": "Ce que l'on y dépose.", "constraints": {"enum": ["verre", "papier", "textile"], "required": True}}
    path = schemas.schema(draft).save("points.json")
    assert "points.json (2 champs)" in capsys.readouterr().out
    assert Schema.from_descriptor(json.loads(path.read_text(encoding="utf-8"))).get_field("flux").description == "Ce que l'on y dépose."
    (tmp_path / "t.csv").write_text("flux,volume\nverre,3\nhuile,4\n", encoding="utf-8")
    written = Schema.from_descriptor(json.loads(path.read_text(encoding="utf-8")))
    assert not Resource(path="t.csv", basepath=str(tmp_path), schema=written).validate().valid
    report = schemas.validate(tmp_path / "t.csv", "points.json")  # found in the work folder by its name
    assert report.errors[["ligne", "colonne"]].to_numpy().tolist() == [[3, "flux"]]


def test_saving_writes_over_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("CHALLENGE_DATA_WORK", str(tmp_path))
    draft = schemas.schema("prenoms")
    draft.save("mien.json")
    draft.save("mien.json")  # the same again
    (tmp_path / "mien.json").write_text("{}", encoding="utf-8")
    with pytest.raises(LearnerError, match="existe déjà"):
        draft.save("mien.json")
    assert (tmp_path / "mien.json").read_text(encoding="utf-8") == "{}"
    draft.save("mien.json", replace=True)
    for wrong in ("mien", "../mien.json", "mien.csv"):
        with pytest.raises(LearnerError, match="nom de fichier"):
            draft.save(wrong)


def test_a_schema_file_that_cannot_be_read(tmp_path):
    (tmp_path / "a.json").write_text('{"fields": [}', encoding="utf-8")
    with pytest.raises(LearnerError, match="regardez la ligne 1"):
        schemas.schema(tmp_path / "a.json")
    with pytest.raises(LearnerError, match="introuvable"):
        schemas.schema(str(tmp_path / "b.json"))
