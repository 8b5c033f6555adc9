"""Where things are, and who is working."""

import os
from pathlib import Path

import pytest

from challenge_data import course, team
from challenge_data.checkup import environment
from challenge_data.errors import LearnerError


@pytest.fixture
def home(monkeypatch, tmp_path) -> Path:
    (tmp_path / "datasets").mkdir()
    (tmp_path / "exercises/velo").mkdir(parents=True)
    (tmp_path / "exercises/velo/1_trouver.ipynb").write_text("{}")
    monkeypatch.setenv("CHALLENGE_DATA_HOME", str(tmp_path))
    monkeypatch.delenv("CHALLENGE_DATA_WORK", raising=False)
    return tmp_path


def test_work_folder_is_made_in_the_course_folder_wherever_one_stands(home, monkeypatch):
    monkeypatch.chdir("/")
    assert course.work_dir() == home / "travail" and course.work_dir().is_dir()


def test_work_folder_can_be_named(home, monkeypatch, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("ailleurs") / "équipe 3"
    monkeypatch.setenv("CHALLENGE_DATA_WORK", str(elsewhere))
    assert course.work_dir() == elsewhere and elsewhere.is_dir()


def test_where_nothing_can_be_written_a_lasting_scratch_folder_serves(home, monkeypatch):
    (home / "travail").write_text("un fichier à la place du dossier")
    first = course.work_dir()
    assert first.is_dir() and os.access(first, os.W_OK) and first == course.work_dir()


def test_team_is_chosen_once_and_read_back(home):
    chosen = team("Les Sternes", members=["Awa", " Lucas "], challenge="velo")
    assert team() == chosen and chosen.members == ["Awa", "Lucas"]
    assert team(members="Awa; Zoé").name == "Les Sternes" and team().members == ["Awa", "Zoé"] and team().challenge == "velo"
    assert "Les Sternes" in str(team())


def test_team_says_what_is_missing_or_unknown(home):
    with pytest.raises(LearnerError, match="pas encore choisie"):
        team()
    with pytest.raises(LearnerError, match="nom de l'équipe"):
        team("  ")
    with pytest.raises(LearnerError, match="Les défis ouverts : velo"):
        team("Les Sternes", challenge="trotinette")
    with pytest.raises(LearnerError):
        team()


def test_team_is_kept_where_the_challenges_did_not_come_along(home, capsys):
    (home / "exercises/velo/1_trouver.ipynb").unlink()
    assert team("Les Sternes", challenge="velo").challenge == "velo"
    environment()
    assert "À REVOIR  défis ouverts : aucun" in capsys.readouterr().out


def test_damaged_team_file_is_put_aside_not_overwritten(home):
    path = course.work_dir() / "equipe.json"
    path.write_text('{"name": "Les Ster')
    team("Les Sternes")
    assert path.with_suffix(".abime.json").read_text() == '{"name": "Les Ster'


def test_course_folder_not_found_says_from_where(monkeypatch, tmp_path):
    monkeypatch.delenv("CHALLENGE_DATA_HOME", raising=False)
    monkeypatch.setattr(course, "__file__", str(tmp_path / "a/b/c/course.py"))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(LearnerError, match="introuvable"):
        course.root()


def test_environment_says_ready_or_what_to_do(home, monkeypatch, capsys):
    environment()
    said = capsys.readouterr().out
    assert "pandas" in said and "À REVOIR  0 jeux de données" in said and "mentor" in said
