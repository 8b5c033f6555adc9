"""The hints that teams opened, as an instructor reads them."""

import json

import pytest

from challenge_data import cli
from challenge_data.checks import hints
from challenge_data.grading import opened_hints


def test_what_a_team_opened_is_what_the_instructor_reads(tmp_path, monkeypatch):
    team = tmp_path / "sternes" / "defibrillateurs"
    monkeypatch.setenv("CHALLENGE_DATA_WORK", str(team))
    hints.hint("defibrillateurs.1.3", 2)
    [found] = opened_hints(tmp_path)
    assert (found.team, found.opened, found.problem) == ("sternes", {"defibrillateurs.1.lignes": (2, 3)}, "")


@pytest.mark.parametrize("content", [b"{", b"[1]", b'{"1.3": {"ouverts": "beaucoup"}}', b'{"1.3": 2}', b"\xff\xfe", b"[" * 100_000])
def test_a_damaged_file_is_told_and_hides_no_other_team(tmp_path, capsys, content):
    for team, written in (("goelands", content), ("sternes", json.dumps({"q": {"ouverts": 1, "sur": 3}}).encode())):
        (tmp_path / team).mkdir()
        (tmp_path / team / "indices.json").write_bytes(written)
    assert cli.main(["hints", str(tmp_path)]) == 1
    told = capsys.readouterr().out
    assert "goelands: indices.json cannot be read" in told and "sternes: q 1/3" in told and "2 file(s)" in told


def test_no_folder_is_said_and_no_file_is_no_fault(tmp_path, capsys):
    assert cli.main(["hints", str(tmp_path / "absent")]) == 1
    assert "no such folder" in capsys.readouterr().err
    assert cli.main(["hints", str(tmp_path)]) == 0
