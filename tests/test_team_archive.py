"""The one file that carries a team's work: what it says of itself, and what it makes of files that anybody may have written."""

import hashlib
import io
import json
import zipfile
import zlib

import pytest

from challenge_data import course as place
from challenge_data.errors import LearnerError
from challenge_data.teamwork import archive


@pytest.fixture(autouse=True)
def here(course, tmp_path, monkeypatch):
    monkeypatch.setenv("CHALLENGE_DATA_HOME", str(course))
    monkeypatch.setenv("CHALLENGE_DATA_WORK", str(tmp_path))


def zipped(**entries: bytes) -> bytes:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in entries.items():
            # With a date of its own: the same bytes for each worker that collects these tests.
            made.writestr(zipfile.ZipInfo(name, (2026, 1, 5, 9, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return into.getvalue()


def test_what_is_written_is_read_and_says_whose_it_is():
    place.team("Les Sternes", "Awa, Inès", "tiny")
    files = {"1_trouver.ipynb": b'{"cells": []}', "dossier/é è.csv": "a;é\n".encode()}
    found = archive.read(archive.write("rendu", files, {"tiny.1.grand": 2}))
    assert found.files == files and found.notes == [] and (found.kind, found.team) == ("rendu", "Les Sternes")
    said = found.manifest
    assert said["team"] == {"name": "Les Sternes", "members": ["Awa", "Inès"], "challenge": "tiny"} and said["hints"] == {"tiny.1.grand": 2}
    assert said["files"][0] == {"path": "1_trouver.ipynb", "bytes": 13, "sha256": hashlib.sha256(files["1_trouver.ipynb"]).hexdigest()}
    assert len(said["edition"]["version"]) == 8 and said["environment"]["packages"]["jupyterlab"] and said["made"][10] == "T"


def test_without_a_team_or_a_manifest_files_are_there():
    assert archive.read(archive.write("travail", {"a": b"1"})).team == ""
    by_hand = archive.read(zipped(**{"1_trouver.ipynb": b"{}"}))
    assert by_hand.manifest is None and by_hand.kind == "" and by_hand.files == {"1_trouver.ipynb": b"{}"}


@pytest.mark.parametrize("name", ["../dehors.txt", "/etc/passwd", "a/../../b", "C:/Windows/a", "..\\a", "a\x01b", "notebooks/../../x"])
def test_a_name_that_leaves_the_folder_is_left_out_and_told(name):
    found = archive.read(zipped(**{name: b"x", "travail/bon.csv": b"y"}))
    assert found.files == {"travail/bon.csv": b"y"} and "sort du dossier" in found.notes[0]


def test_a_bomb_is_refused_before_it_is_read(monkeypatch):
    monkeypatch.setattr(zipfile.ZipFile, "read", lambda *_: pytest.fail("nothing is unpacked"))
    with pytest.raises(LearnerError, match="Mo"):
        archive.read(zipped(a=bytes(archive.MOST_BYTES + 1)))


def test_what_is_too_much_stays_in_the_archive_and_notebooks_come_first(monkeypatch):
    monkeypatch.setattr(archive, "MOST_BYTES", 1_000)
    found = archive.read(archive.write("travail", {"a.csv": b"0" * 400, "b.csv": b"0" * 900, "z.ipynb": b"0" * 50}))
    assert set(found.files) == {"z.ipynb"} and found.kind == "travail"  # the manifest takes the room of a table
    [note] = found.notes
    assert "2 fichiers sont laissés dans l'archive" in note
    crowd = archive.read(zipped(**{f"{rank}.csv": b"" for rank in range(archive.MOST_FILES + 1)}, **{"z.ipynb": b""}))
    assert len(crowd.files) == archive.MOST_FILES and "z.ipynb" in crowd.files and "2 fichiers sont laissés" in crowd.notes[0]


def test_two_names_that_travel_as_one_are_told():
    found = archive.read(zipped(**{"travail/a:b.csv": b"1", "travail/a-b.csv": b"2"}))
    assert found.files == {"travail/a-b.csv": b"2"} and found.notes == ["« travail/a-b.csv » est plusieurs fois dans l'archive : seul le dernier est pris."]


def test_a_zip_of_macos_has_its_accents():
    content = zipped(**{"travail/données.csv": b"a"})
    # The Finder writes UTF-8, and leaves out the mark that says so.
    flagged = bytearray(content)
    for header, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = flagged.index(header) + offset
        flagged[at:at + 2] = (int.from_bytes(flagged[at:at + 2], "little") & ~0x800).to_bytes(2, "little")
    assert archive.read(bytes(flagged)).files == {"travail/données.csv": b"a"}


def test_a_header_that_lies_about_its_size_gives_no_more_than_it_says():
    content = bytearray(zipped(a=bytes(5_000_000)))
    entry = content.rindex(b"PK\x01\x02")
    content[entry + 24:entry + 28] = (10).to_bytes(4, "little")
    found = archive.read(bytes(content))
    assert found.files == {} and "abîmé" in found.notes[0]


@pytest.mark.parametrize("content", [b"", b"bonjour", b"PK\x03\x04", zipped(a=b"x" * 1000)[:-30]])
def test_what_is_no_zip_says_so(content):
    with pytest.raises(LearnerError, match="n'est pas une archive"):
        archive.read(content)


def test_one_damaged_file_is_told_and_the_others_are_taken():
    content = bytearray(zipped(a=b"a" * 1000, b=b"b" * 1000))
    at = content.index(zlib.compress(b"a" * 1000, wbits=-15))
    content[at] ^= 0xFF
    found = archive.read(bytes(content))
    assert found.files == {"b": b"b" * 1000} and found.notes == ["« a » est abîmé, il est laissé de côté."]


@pytest.mark.parametrize("manifest", [b"{", b"[]", b'{"files": 3}', b'{"files": [{}]}', b"\xff", b"[" * 100_000])
def test_a_manifest_that_cannot_be_read_stops_nothing(manifest):
    found = archive.read(zipped(**{"manifest.json": manifest, "a": b"x"}))
    assert found.files == {"a": b"x"} and found.manifest is None and "manifeste" in found.notes[0]
    assert found.kind == found.team == ""


@pytest.mark.parametrize("team", ["Les Sternes", 3, [], {"name": ["x"]}])
def test_a_manifest_of_another_hand_is_not_believed(team):
    found = archive.read(zipped(**{"manifest.json": json.dumps({"kind": 4, "team": team, "files": []}).encode()}))
    assert isinstance(found.kind, str) and isinstance(found.team, str)


def test_names_of_any_kind_in_a_manifest_stop_nothing():
    found = archive.read(zipped(**{"manifest.json": b'{"files": [{"path": 3, "sha256": 1}, {"path": "a", "sha256": null}]}', "a": b"x"}))
    assert found.files == {"a": b"x"} and len(found.notes) == 2


def test_files_that_changed_or_lack_on_the_way_are_told():
    whole = archive.read(archive.write("travail", {"a": b"1", "b": b"2"}))
    changed = zipped(**{"manifest.json": json.dumps(whole.manifest).encode(), "a": b"other"})
    assert archive.read(changed).notes == ["« b » est annoncé, mais n'est pas dans l'archive.", "« a » a changé depuis que l'archive a été faite."]
