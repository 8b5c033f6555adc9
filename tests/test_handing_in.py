"""What a team is told before it hands in, the zip it gets, and whose it is for the graders. Sending has tests of its own."""

import io
import json
import shutil
import zipfile
from pathlib import Path

import pytest

from challenge_data import course as place
from challenge_data.checks import hints
from challenge_data.errors import LearnerError
from challenge_data.grading.receiving import of_other_challenges, receive
from challenge_data.teamwork import archive, handing_in, inventory, naming, sending

PATH = "exercises/tiny/1_trouver.ipynb"


@pytest.fixture
def team(machine) -> Path:
    """The same, once a team is registered."""
    place.team("Les Sternes", "Awa, Inès", "tiny")
    return machine


def write(here: Path, **sources: str) -> None:
    """Answers by the id of their cells."""
    whole = json.loads((here / PATH).read_bytes())
    for cell in whole["cells"]:
        cell["source"] = sources.get(cell["id"].replace("-", "_"), cell["source"])
    (here / PATH).write_text(json.dumps(whole))


def test_an_untouched_notebook_waits_for_all_its_answers(team):
    found = inventory.inspect()
    [notebook] = found.notebooks
    assert [one.number for one in notebook.waiting] == ["1.1", "1.2"] and [one.cell for one in notebook.waiting] == ["grand", "avis"]
    assert not found.finished and found.remarks == [] and (notebook.answered, notebook.asked) == (0, 2)


def test_a_finished_one_waits_for_nothing_and_points_of_suspension_are_no_answer(team):
    write(team, solution_grand="grand = max(valeurs)", essay_avis="Neuf.")
    assert inventory.inspect().finished
    write(team, solution_grand="grand = max(…)")
    assert [one.number for one in inventory.inspect().notebooks[0].waiting] == ["1.1"]


def test_without_team_or_challenge_it_is_said_where_to_choose(team):
    place.team(challenge="")
    (team / "travail/equipe.json").write_text('{"name": "Les Sternes"}')
    with pytest.raises(LearnerError, match="défi"):
        inventory.inspect()
    (team / "travail/equipe.json").unlink()
    with pytest.raises(LearnerError, match="inscrite"):
        handing_in.hand_in({})


@pytest.mark.parametrize(("name", "folder"), [("1_trouver (1).ipynb", "exercises/tiny"), ("1_trouver-Copy1.ipynb", "exercises/tiny"), ("1_trouver.ipynb", ""), ("1_trouver.ipynb.txt", "exercises")])
def test_a_notebook_under_another_name_or_elsewhere_is_told_with_its_remedy(team, name, folder):
    shutil.move(team / PATH, team / folder / name)
    remarks = inventory.inspect().remarks
    assert "n'est pas dans son dossier « exercises/tiny »" in remarks[0]
    assert f"« {name} »" in remarks[1] and "Renommer, « 1_trouver.ipynb », dans « exercises/tiny »" in remarks[1]


def test_a_renamed_notebook_is_known_by_its_cells_and_another_one_is_not_taken_for_it(team):
    shutil.move(team / PATH, team / "exercises/tiny/1 trouver Zoé & co.ipynb")
    shutil.copy(next((team / "notebooks").rglob("*.ipynb")), team / "exercises/tiny/brouillon.ipynb")
    (team / "exercises/tiny/vide.ipynb").write_bytes(b"")
    missing, renamed = inventory.inspect().remarks
    assert "n'est pas dans son dossier" in missing
    assert renamed.startswith("« 1 trouver Zoé & co.ipynb » porte un autre nom") and "Renommer, « 1_trouver.ipynb »" in renamed


def test_a_second_copy_is_not_the_one_that_is_handed_in_and_that_is_told(team):
    shutil.copy(team / PATH, team / "exercises/tiny/1_trouver (1).ipynb")
    [remark] = inventory.inspect().remarks
    assert "« 1_trouver (1).ipynb » n'est pas rendu : seul « 1_trouver.ipynb » l'est" in remark


def test_a_damaged_notebook_is_told_and_handed_in_as_it_is(team):
    (team / PATH).write_bytes(b'{"cells": [')
    assert "abîmé" in inventory.inspect().remarks[0]
    made = handing_in.hand_in({})
    assert inside(team, made)["1_trouver.ipynb"] == b'{"cells": [' == (team / PATH).read_bytes()


@pytest.mark.parametrize(("source", "says"), [
    ("repartition = {}\nsignatures = []", "tout le monde aura la note"),
    ('repartition = {"a@b.fr": 1.1, "c@d.fr": 0.9}\nsignatures = ["a@b.fr", "c@d.fr"]', "2 coefficients, 2 signatures"),
    ('repartition = {"a@b.fr": 1.1, "c@d.fr": 0.9}\nsignatures = ["a@b.fr"]', "Signature attendue : c@d.fr"),
    ("repartition = dict(a=1)\nsignatures = []", "est calculé"),
])  # fmt: skip
def test_who_did_what_is_read_not_run(team, source, says):
    whole = json.loads((team / PATH).read_bytes())
    whole["cells"].append({"cell_type": "code", "id": "qui", "metadata": {}, "source": source, "outputs": [], "execution_count": None})
    (team / PATH).write_text(json.dumps(whole))
    found = inventory.inspect()
    assert says in " ".join([found.share, *found.remarks])


def inside(here: Path, made: dict) -> dict[str, bytes]:
    assert made["kept"] == f"travail/rendus/{made['name']}"
    with zipfile.ZipFile(here / made["kept"]) as archived:
        return {name: archived.read(name) for name in archived.namelist()}


def test_the_zip_holds_what_grading_reads_and_says_what_it_is(team):
    place.keep(hints.OPENED_FILE, {"tiny.1.grand": {"ouverts": 1, "sur": 1}})
    write(team, tests_grand="pass", essay_avis="Neuf.")
    made = handing_in.hand_in({})
    named = naming.read(made["name"])
    assert (named.team, named.challenge) == ("les-sternes", "tiny") and len(made["restored"]) == 1
    files = inside(team, made)
    assert sorted(files) == ["1_trouver.ipynb", "equipe.json", "indices.json", "manifest.json"]
    assert files["1_trouver.ipynb"] == (team / PATH).read_bytes() and b"check.that" in files["1_trouver.ipynb"]
    found = archive.read(handing_in.handed_in({"name": made["name"]}).content)
    assert found.notes == [] and found.kind == "rendu" and found.manifest["hints"] == {"tiny.1.grand": 1}


def test_hand_ins_are_listed_the_last_first_and_only_they_can_be_asked_for(team, monkeypatch):
    names = [handing_in.hand_in({})["name"] for _ in range(2)]
    folder = team / "travail/rendus"
    older = names[0][:names[0].index("_tiny_")] + "_tiny_20250101-080000_00000000.zip"
    (folder / names[0]).rename(folder / older)
    (folder / "autre.zip").write_bytes(b"")
    listed = handing_in.hand_ins({})["hand_ins"]
    assert [one["name"] for one in listed] == [names[1], older] and listed[1]["at"] == "2025-01-01T08:00:00+01:00"
    for name in ("../equipe.json", "autre.zip", "", "a_b_20250101-0800_00000000.zip"):
        with pytest.raises(LearnerError, match="n'est plus sur cette machine"):
            handing_in.handed_in({"name": name})
    monkeypatch.setattr(sending, "send", lambda name, content, code: sending.Answer(True, f"{name} {code}"))
    assert handing_in.send({"name": older, "code": "x"})["message"] == f"{older} x"
    assert [bool(one["sent"]) for one in handing_in.hand_ins({})["hand_ins"]] == [False, True]


@pytest.mark.parametrize(("team", "written"), [("Les Sternes", "les-sternes"), ("  ŒUFS d'Été n° 2 !", "oeufs-d-ete-n-2"), ("A_b", "a-b"), ("Straße Łódź", "strasse-lodz"), ("x" * 200, "x" * 60), ("Équipe", "equipe"), ("..", None), ("Чайки", None), ("日本", None)])
def test_a_teams_name_in_a_files_name(team, written):
    found = naming.team_of(team)
    assert found == written or written is None and found.startswith("equipe-") and len(found) == 13
    assert naming.read(naming.name_of(team, "aides-velo")).team == found


@pytest.mark.parametrize("name", ["🦅🎉", "Les très longs " + "s" * 200])
def test_a_hand_in_of_a_team_with_an_odd_name(team, name):
    place.team(name)
    made = handing_in.hand_in({})
    assert len(made["name"]) < 130 and made["name"].isascii()
    assert json.loads(inside(team, made)["equipe.json"])["name"] == place.team().name
    assert handing_in.hand_ins({})["hand_ins"][0]["name"] == made["name"] == handing_in.handed_in({"name": made["name"]}).name


def test_two_names_without_latin_letters_are_two_teams():
    assert naming.team_of("Чайки") != naming.team_of("日本") and naming.team_of("Чайки") == naming.team_of("Чайки")


@pytest.mark.parametrize("name", ["les-sternes.zip", "les_sternes_tiny_20261129-1402_1a2b3c4d.zip", "a_b_2026-1402_1a2b3c4d.zip", "a_b_20261129-1402_1a2b3c4.zip", "a_b_20261129-1402_1a2b3c4d.zip.exe", "a/b_c_20261129-1402_1a2b3c4d.zip"])
def test_other_names_are_not_read_as_ours(name):
    assert naming.read(name) is None


@pytest.fixture
def drop(tmp_path) -> Path:
    """A folder where teams of two challenges handed in."""
    folder = tmp_path / "depot"
    folder.mkdir()
    for name in ("les-sternes_tiny_20261129-1402_1a2b3c4d.zip", "les-sternes_tiny_20261129-1502_1a2b3c4e.zip", "chevres-d-eau_tiny_20261129-1402_aaaaaaaa (1).zip", "les-fous_velo_20261129-1402_1a2b3c4d.zip",
                 "les-sternes_velo_20261129-1402_1a2b3c4f.zip"):
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w") as whole:
            whole.writestr("1_trouver.ipynb", json.dumps({"cells": [], "metadata": {"who": name}}))
            whole.writestr("manifest.json", '{"team": {"name": "menteurs"}}')
        (folder / name).write_bytes(made.getvalue())
    return folder


@pytest.mark.parametrize("teams", [None, {"Les-Sternes", "Chevres_d-eau", "Autres"}])
def test_a_drop_folder_of_several_challenges_gives_each_its_teams(drop, tmp_path, teams):
    found = {one.team: one for one in receive(drop, "tiny", tmp_path / "notation", teams)}
    assert set(found) == ({"les-sternes", "chevres-d-eau"} if teams is None else {"Les-Sternes", "Chevres_d-eau"}) and not any(one.problem for one in found.values())
    sternes = next(one for team, one in found.items() if "ternes" in team)
    assert sternes.channel == "les-sternes_tiny_20261129-1502_1a2b3c4e.zip" and any("1a2b3c4d.zip is kept in" in note for note in sternes.notes)
    assert of_other_challenges(drop, "tiny") == {"velo": 2} and of_other_challenges(drop, "velo") == {"tiny": 3}


def test_an_unpacked_hand_in_is_the_same_team(drop, tmp_path):
    for path in drop.glob("chevres*"):
        zipfile.ZipFile(path).extractall(drop / "les-fous_tiny_20261129-1402_1a2b3c4d")
        path.unlink()
    assert {one.team for one in receive(drop, "tiny", tmp_path / "notation")} == {"les-sternes", "les-fous"}


def test_a_team_of_no_list_is_told_with_the_nearest(drop, tmp_path):
    found = {one.team: one.problem for one in receive(drop, "tiny", tmp_path / "notation", {"Les-Sternez"})}
    assert "the nearest is Les-Sternez" in found["les-sternes"]
