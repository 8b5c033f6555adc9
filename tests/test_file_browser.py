"""What a student's file browser shows: lessons, challenges, the team's own files, one page to read. Nobody else loses a folder."""

import asyncio
import json
import os
from pathlib import Path

import pytest
from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager

from challenge_data import course, kit, lab
from challenge_data.checks import hints
from challenge_data.widgets import explorer, licence, questionnaire, quizzes

PROJECT = Path(__file__).resolve().parents[1]
SETTINGS = PROJECT / "share/students/jupyter_server_config.json"
SIDECARS = {course.TEAM_FILE, hints.OPENED_FILE, explorer.CHOICES_FILE, licence.FILE, questionnaire.ANSWERS_FILE, quizzes.CHOICES_FILE}


def shown(root: Path, folder: str = "") -> set[str]:
    """Names that a student's server lists in a folder of a course."""
    settings = json.loads(SETTINGS.read_text(encoding="utf-8"))["ContentsManager"]
    listed = asyncio.run(AsyncLargeFileManager(root_dir=str(root), **settings).get(folder))
    return {each["name"] for each in listed["content"]}


def test_root_shows_lessons_challenges_and_one_page(tmp_path):
    kit.write(kit.gather(PROJECT), tmp_path / "edition", PROJECT)
    assert shown(tmp_path / "edition") == {"exercises", "notebooks", "LISEZMOI.md"}
    # In the course itself too, whatever else a checkout holds.
    assert {"exercises", "notebooks", "LISEZMOI.md"} <= shown(PROJECT) <= {"exercises", "notebooks", "LISEZMOI.md", "travail", "dist"}


def test_team_sees_what_it_makes_and_not_what_widgets_remember(tmp_path):
    made = {"publication", "traitement.py", "datapackage.json", "journal_dae.json", "tableau.csv", "carte.geojson", "a_reprendre.abime.json"}
    (tmp_path / "travail").mkdir()
    for name in (*made, *SIDECARS, ".equipe.json.en-cours", "essai.pyc"):
        (tmp_path / "travail" / name).write_text("{}", encoding="utf-8")
    for name in ("__pycache__", ".ipynb_checkpoints"):
        (tmp_path / "travail" / name).mkdir()
    assert shown(tmp_path, "travail") == made


@pytest.mark.parametrize(("options", "theirs"), [([], "/ailleurs"), ([], ""), (["--dev"], "/ailleurs")])
def test_only_a_students_server_reads_these_settings(options, theirs, monkeypatch):
    became = []
    monkeypatch.setattr(lab.install, "prepare", lambda profile: "/python")
    monkeypatch.setattr(lab, "become", lambda command, environment: became.append(environment))
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", theirs)
    monkeypatch.chdir(PROJECT)
    lab.main(["--no-browser", *options])
    path = became[0]["JUPYTER_CONFIG_PATH"].split(os.pathsep)
    assert path == ([theirs] if options else [str(SETTINGS.parent), *([theirs] if theirs else [])])
