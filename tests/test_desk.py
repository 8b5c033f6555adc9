"""The desk over real HTTP, and the edition that it tells of."""

import io
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import zipfile
from pathlib import Path

import pytest

from challenge_data import edition
from challenge_data.desk.gestures import GESTURES
from challenge_data.errors import LearnerError

PROJECT = Path(__file__).resolve().parents[1]
TOKEN = "abc"


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("cours")
    (folder / "datasets").mkdir()
    for name in ("exercises/phares/1_trouver.ipynb", "notebooks/j0/00.ipynb"):
        for place in (folder, folder / edition.ORIGINALS):
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            (place / name).write_text('{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}')
    return folder


@pytest.fixture(scope="module")
def address(course, tmp_path_factory):
    """A Jupyter server that only has our extension, for the folder ``course``."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    private = tmp_path_factory.mktemp("jupyter")
    env = os.environ | {"CHALLENGE_DATA_HOME": str(course), "JUPYTER_CONFIG_PATH": str(PROJECT / "share/etc/jupyter"), "JUPYTER_CONFIG_DIR": str(private), "JUPYTER_RUNTIME_DIR": str(private)}
    server = subprocess.Popen([sys.executable, "-m", "jupyter", "server", "--no-browser", "--allow-root", f"--port={port}", "--ServerApp.port_retries=0", f"--IdentityProvider.token={TOKEN}",
                               f"--ServerApp.root_dir={course}"], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(240):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            break
        except OSError:
            assert server.poll() is None, "the server stopped"
            time.sleep(0.25)
    yield f"http://127.0.0.1:{port}/challenge-data"
    server.terminate()
    server.wait(timeout=20)


def asked(address: str, gesture: str, given: dict | None = None, token: str = TOKEN) -> tuple[int, dict, bytes]:
    request = urllib.request.Request(f"{address}/{gesture}", json.dumps(given or {}).encode(), {"Authorization": f"token {token}", "Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return response.status, dict(response.headers), response.read()
    except urllib.error.HTTPError as error:
        return error.code, dict(error.headers), error.read()


def test_every_gesture_has_its_function():
    from importlib import import_module

    for name, where in GESTURES.items():
        room, function = where.split(":")
        assert callable(getattr(import_module(room), function)), name


def test_only_who_holds_the_token_is_answered(address):
    assert asked(address, "state", token="autre")[0] == 403
    assert asked(address, "state")[0] == 200


def test_a_gesture_that_does_not_exist(address):
    assert asked(address, "effacer")[0] == 404


def test_a_learners_error_comes_as_its_sentence_and_work_as_a_named_zip(address, course):
    status, _, said = asked(address, "work")
    assert status == 400 and "rien à garder" in json.loads(said)["message"]
    (course / "travail").mkdir(exist_ok=True)
    (course / "travail/equipe.json").write_text('{"name": "Les Sternes du Phare", "members": ["Awa"], "challenge": "phares"}', encoding="utf-8")
    status, headers, content = asked(address, "work")
    assert status == 200 and headers["X-Challenge-Data-Name"].startswith("travail_les-sternes-du-phare_")
    assert zipfile.ZipFile(io.BytesIO(content)).namelist() == ["manifest.json", "travail/equipe.json"]
    state = json.loads(asked(address, "state")[2])
    assert state["team"]["name"] == "Les Sternes du Phare" and [notebook["path"] for notebook in state["notebooks"]] == ["exercises/phares/1_trouver.ipynb"]


@pytest.mark.parametrize("text, named", [("name = ", "ne se lit pas"), ("name = 3", "« name »"), ("hand_in = 3", "ne se lit pas"), ('[hand_in]\ncode = "oui"', "« code »")])
def test_a_faulty_edition_is_told(tmp_path, monkeypatch, text, named):
    (tmp_path / "edition.toml").write_text(text, encoding="utf-8")
    monkeypatch.setenv("CHALLENGE_DATA_HOME", str(tmp_path))
    with pytest.raises(LearnerError, match=named):
        edition.read()


def test_the_version_changes_with_any_notebook_delivered(course, monkeypatch):
    monkeypatch.setenv("CHALLENGE_DATA_HOME", str(course))
    before = edition.version()
    path = course / edition.ORIGINALS / "notebooks/j0/00.ipynb"
    kept = path.read_bytes()
    path.write_bytes(kept + b"\n")
    changed = edition.version()
    path.write_bytes(kept)
    assert len(before) == 8 and changed != before == edition.version()
