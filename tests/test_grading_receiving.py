"""Hand-ins as they come from an LMS: whose each is, and a copy that nothing takes away."""

import hashlib
import io
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import time
import unicodedata
import zipfile
from pathlib import Path

import pytest

from challenge_data.grading import keeping
from challenge_data.grading.receiving import MOST_ARCHIVES, files_of, receive, received_before, slug
from challenge_data.grading.unpacking import Limits

NB = b'{"cells": []}'
SRC = Path(__file__).resolve().parents[1] / "src"


def put(folder, **files):
    """Files by name (``/`` makes folders), oldest first, a minute apart."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        date = 1_700_000_000 + 60 * sum(1 for _ in folder.rglob("*"))
        os.utime(path, (date, date))


def archive(*names, content=NB):
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w") as made:
        for name in names:
            made.writestr(name, content)
    return into.getvalue()


@pytest.fixture
def source(tmp_path):
    (tmp_path / "source").mkdir()
    return tmp_path / "source"


@pytest.fixture
def grading(tmp_path):
    return tmp_path / "grading"


def take(source, grading, teams=None):
    return {one.team: one for one in receive(source, "velo", grading, teams)}


def whole(grading):
    """Every record there is, each checked; {team: [sha256]}."""
    found = {}
    for folder in (grading / "received" / "velo").glob("[!.]*/*"):
        record = json.loads((folder / "received.json").read_text())
        on_disk = {str(path.relative_to(folder / "files")): hashlib.sha256(path.read_bytes()).hexdigest() for path in (folder / "files").rglob("*") if path.is_file()}
        assert on_disk == record["files"] and keeping.digest_of(on_disk) == record["sha256"]
        assert folder.parent.name == record["team"] and folder.name.endswith("-" + record["sha256"][:8])
        found.setdefault(record["team"], []).append(record["sha256"])
    return found


def test_folders_archives_and_notebooks_are_each_a_team(source, grading):
    put(source, **{"sternes/1_trouver.ipynb": NB, "sternes/rendu/suite.zip": archive("a/2.ipynb"), "sternes/carte.png": b"png", "goelands.zip": archive("1.ipynb"), "mouettes.ipynb": NB,
                   ".DS_Store": b"", "__MACOSX/x.ipynb": NB, ".cache/1.ipynb": NB, "sternes/.ipynb_checkpoints/1.ipynb": NB, "sternes/.git/x.ipynb": NB})  # fmt: skip
    with tarfile.open(source / "puffins.tar.gz", "w:gz") as made:
        made.add(source / "mouettes.ipynb", "3.ipynb")
    found = take(source, grading)
    assert {team: sorted(files_of(one.folder).files) for team, one in found.items()} == {
        "sternes": ["1_trouver.ipynb", "rendu/suite.zip/a/2.ipynb"], "goelands": ["goelands.zip/1.ipynb"],
        "mouettes": ["mouettes.ipynb"], "puffins": ["puffins.tar.gz/3.ipynb"],
    }  # fmt: skip
    assert not any(one.problem or one.notes or files_of(one.folder).refused for one in found.values())
    assert files_of(found["sternes"].folder).left_out == ["carte.png"]
    assert sorted(whole(grading)) == sorted(found)
    record = json.loads((found["sternes"].folder / "received.json").read_text())
    assert record["channel"] == "sternes" and record["at"].endswith("Z") and record["changed"].startswith("2023-11-14T")
    assert (found["goelands"].folder / "files/goelands.zip").read_bytes() == (source / "goelands.zip").read_bytes()
    assert found["sternes"].folder.name[:16] == record["at"][:19].replace("-", "").replace(":", "") + "Z"


def test_the_team_is_never_taken_from_inside(source, grading):
    put(source, **{"sternes.zip": archive("goelands/1.ipynb", "goelands/equipe.json")})
    assert list(take(source, grading)) == ["sternes"]


def test_shapes_of_moodle_and_loose_notebooks(source, grading):
    put(source, **{
        "Les Sternes_101_assignsubmission_file_/1.ipynb": NB, "Les Sternes_101_assignsubmission_onlinetext_/onlinetext.html": b"<p>",
        "Marie Goéland_102_assignsubmission_file/rendu.zip": archive("1.ipynb"),
        "Puffins_103_assignsubmission_file_1_trouver.ipynb": NB, "Puffins_103_assignsubmission_file_2_manipuler.ipynb": NB + b" ",
        "les-mouettes__1_trouver.ipynb": NB, "les-mouettes__2_manipuler.ipynb": NB, "les-mouettes__travail.zip": archive("3.ipynb"),
        "Seuls_104_assignsubmission_onlinetext_/onlinetext.html": b"<p>",
    })  # fmt: skip
    found = take(source, grading)
    assert {team: sorted(files_of(one.folder).files) for team, one in found.items()} == {
        "Les-Sternes": ["1.ipynb"], "Marie-Goeland": ["rendu.zip/1.ipynb"], "Puffins": ["1_trouver.ipynb", "2_manipuler.ipynb"],
        "les-mouettes": ["1_trouver.ipynb", "2_manipuler.ipynb", "travail.zip/3.ipynb"], "Seuls": [],
    }  # fmt: skip
    assert "no notebook" in found["Seuls"].problem and not found["Les-Sternes"].problem
    assert found["Marie-Goeland"].notes[0] == "Marie Goéland_102_assignsubmission_file is taken as the team Marie-Goeland."


@pytest.mark.parametrize("name, team", [
    ("Équipe n° 1", "Equipe-n-1"), ("les sternes", "les-sternes"), ("œufs & Cie", "oeufs-Cie"), ("--help", "help"), ("a/../b", "a-b"), ("日本", ""), ("x" * 300, "x" * 100),
    (unicodedata.normalize("NFD", "été"), "ete"),
])  # fmt: skip
def test_a_name_is_written_as_nbgraders_folders_have_it(name, team):
    assert slug(name) == team


def test_zips_of_the_hand_in_button_are_their_teams_and_the_last_one_counts(source, grading):
    first, second = "les-sternes_velo_20260306-165000_00000001.zip", "les-sternes_velo_20260306-173100_00000002 (1).zip"
    put(source, **{first: archive("1.ipynb"), second: archive("1.ipynb", content=b'{"cells": [1]}'), "equipe_velo_2.zip": archive("1.ipynb")})
    for teams in (None, ["les-sternes", "equipe_velo_2"]):
        taken = take(source, grading, teams)
        assert set(taken) == {"les-sternes", "equipe_velo_2"} and taken["les-sternes"].channel == second


def test_the_hour_in_a_name_goes_before_the_date_of_an_upload(source, grading):
    later, earlier = "les-sternes_velo_20260306-173100_00000002.zip", "les-sternes_velo_20260306-165000_00000001.zip"
    put(source, **{later: archive("1.ipynb", content=b'{"cells": [1]}'), earlier: archive("1.ipynb")})  # the earlier one was written last
    [one] = receive(source, "velo", grading)
    assert one.channel == later and any(f"{later}" in note and "is graded, the latest of this team" in note for note in one.notes)


def test_names_that_become_one_are_told_and_not_graded(source, grading):
    put(source, **{"Les Sternes.zip": archive("1.ipynb"), "les-sternes.zip": archive("2.ipynb"), "goelands.ipynb": NB, "日本.zip": archive("1.ipynb"),
                   "Marie Petit_1_assignsubmission_file_/1.ipynb": NB, "Marie Petit_2_assignsubmission_file_/1.ipynb": NB})  # fmt: skip
    found = receive(source, "velo", grading, None)
    assert [(one.team, bool(one.problem)) for one in found] == [("?", True), ("goelands", False), ("Les-Sternes", True), ("Marie-Petit", True)]
    assert "Les Sternes.zip; les-sternes.zip" in found[2].problem and found[2].folder is None
    assert list(whole(grading)) == ["goelands"]


def test_a_roster_says_who_is_a_team(source, grading):
    teams = {"les-sternes", "Goélands", "puffins", "foulques*", "a-b", "A-B"}
    put(source, **{"Les Sternes (1).zip": archive("1.ipynb"), "goelands.zip": archive("1.ipynb"), "pufins.zip": archive("1.ipynb"), "zzz.zip": archive("1.ipynb"),
                   "foulques.zip": archive("1.ipynb"), "A b.zip": archive("1.ipynb")})  # fmt: skip
    found = take(source, grading, teams)
    assert not found["les-sternes"].problem and not found["Goélands"].problem
    assert "the nearest is puffins" in found["pufins"].problem and found["pufins"].folder is None
    assert "no team" in found["zzz"].problem and "nearest" not in found["zzz"].problem
    assert "cannot find a folder" in found["foulques"].problem and "A-B or a-b" in found["A-b"].problem
    assert sorted(whole(grading)) == ["Goélands", "les-sternes"]


def test_members_of_a_moodle_group_hand_in_for_their_team_once(source, grading):
    put(source, **{f"Les Sternes-{who}_assignsubmission_file_/1.ipynb": NB for who in ("Marie Martin_1", "Jean-Paul Petit_2")})
    [one] = receive(source, "velo", grading, ["les-sternes", "les"])
    assert (one.team, one.problem) == ("les-sternes", None) and len(whole(grading)["les-sternes"]) == 1
    assert not any("latest" in note for note in one.notes)


def test_without_a_roster_numbered_names_stay_apart(source, grading):
    put(source, **{"Equipe (1).zip": archive("1.ipynb"), "Equipe (2).zip": archive("2.ipynb")})
    assert sorted(take(source, grading)) == ["Equipe-1", "Equipe-2"]


def test_of_two_hand_ins_the_latest_counts_and_both_are_kept(source, grading):
    put(source, **{"sternes/1.ipynb": NB, "sternes.zip": archive("2.ipynb"), "sternes.pdf": b"%PDF"})
    [one] = receive(source, "velo", grading)
    assert list(files_of(one.folder).files) == ["sternes.zip/2.ipynb"] and not one.problem
    assert len(whole(grading)["sternes"]) == 3 and sum("sternes.zip is graded, the latest" in note for note in one.notes) == 2
    assert received_before("velo", grading)[0].folder == one.folder


def test_the_same_content_is_the_same_record_and_another_one_is_added(source, grading):
    put(source, **{"sternes.zip": archive("1.ipynb")})
    first = receive(source, "velo", grading)
    os.utime(source / "sternes.zip")
    assert receive(source, "velo", grading) == first
    put(source, **{"sternes.zip": archive("2.ipynb")})
    [second] = receive(source, "velo", grading)
    assert second.folder != first[0].folder and second.at > first[0].at and len(whole(grading)["sternes"]) == 2
    put(source, **{"sternes.zip": archive("1.ipynb")})
    [again] = receive(source, "velo", grading)
    assert again.folder == first[0].folder and "received later" in again.notes[0]
    assert received_before("velo", grading, ["sternes"])[0].sha256 == second.sha256 and received_before("velo", grading, []) == []


def test_an_altered_copy_is_seen(source, grading):
    put(source, **{"sternes/1.ipynb": NB, "sternes/2.ipynb": NB})
    [one] = receive(source, "velo", grading)
    kept = one.folder / "files/1.ipynb"
    kept.chmod(0o600)
    kept.write_bytes(b"{}")
    found = files_of(one.folder)
    assert list(found.files) == ["2.ipynb"] and found.refused == ["1.ipynb was altered or removed since it was received."]
    [new] = receive(source, "velo", grading)
    assert new.folder != one.folder and sorted(files_of(new.folder).files) == ["1.ipynb", "2.ipynb"] and "altered" in new.notes[0]
    shutil.rmtree(one.folder)
    assert "gone or damaged" in files_of(one.folder).refused[0]


def test_links_pipes_and_odd_files_are_told(source, grading, tmp_path):
    secret = tmp_path / "secret.ipynb"
    secret.write_bytes(b"gradebook")
    put(source, **{"sternes/1.ipynb": NB, "rapport.docx": b"PK\x03\x04", "vieux.rar": b"Rar!"})
    (source / "sternes/2.ipynb").symlink_to(secret)
    (source / "sternes/dossier").symlink_to(tmp_path)
    os.mkfifo(source / "sternes/3.ipynb")
    (source / "goelands.ipynb").symlink_to(secret)
    (source / "vide").mkdir()
    os.mkfifo(source / "tuyau.zip")
    found = take(source, grading)
    assert list(files_of(found["sternes"].folder).files) == ["1.ipynb"] and len(found["sternes"].notes) == 3
    assert "symbolic link" in found["goelands"].problem and "no file" in found["vide"].problem and "no file" in found["tuyau"].problem
    assert "no notebook" in found["rapport"].problem and "no notebook" in found["vieux"].problem
    assert not any(b"gradebook" in path.read_bytes() for path in grading.rglob("*") if path.is_file())


def test_a_team_cannot_take_the_place_of_the_record(source, grading):
    put(source, **{"sternes/received.json": b'{"team": "goelands"}', "sternes/files/1.ipynb": NB, "sternes/x.ipynb.txt": NB})
    [one] = receive(source, "velo", grading)
    assert sorted(files_of(one.folder).files) == ["files/1.ipynb", "x.ipynb.txt"]
    whole(grading)


def test_limits_hold_for_all_archives_of_a_hand_in_together(source, grading, monkeypatch):
    put(source, **{f"sternes/{i:02}.zip": archive("1.ipynb", content=bytes(1000)) for i in range(MOST_ARCHIVES + 2)}, **{"goelands.ipynb": bytes(9000), "mouettes.ipynb": archive("1.ipynb")})
    found = take(source, grading)
    everything = files_of(found["sternes"].folder)
    assert len(everything.files) == MOST_ARCHIVES and len(everything.refused) == 2
    little = files_of(found["sternes"].folder, Limits(total=5500))
    assert len(little.files) == 5 and little.refused
    assert len(files_of(found["sternes"].folder, Limits(entries=3)).files) == 3
    assert all(files_of(found["goelands"].folder, limits).refused for limits in (Limits(file=8000), Limits(total=8000)))
    assert list(files_of(found["mouettes"].folder).files) == ["mouettes.ipynb/1.ipynb"]
    monkeypatch.setattr(keeping, "MOST_BYTES", 5000)
    assert "takes more than" in take(source, grading)["goelands"].problem
    monkeypatch.setattr(keeping, "MOST_FILES", 3)
    assert "more than 3 files" in take(source, grading)["sternes"].problem


def test_names_that_are_no_text_are_kept_and_shown_safely(source, grading):
    put(source, **{"sternes/1.ipynb": NB})
    (source / "sternes" / os.fsdecode(b"\xff\n.ipynb")).write_bytes(NB)
    deep = source / "sternes" / "/".join("d" * 20)
    deep.mkdir(parents=True)
    (deep / "2.ipynb").write_bytes(NB)
    [one] = receive(source, "velo", grading)
    assert "deeper" in one.notes[0] and list(files_of(one.folder).files) == ["1.ipynb"]
    assert files_of(one.folder).refused[0].isprintable() and len(json.loads((one.folder / "received.json").read_text())["files"]) == 2


def test_what_the_instructor_got_wrong_is_said(source, grading, tmp_path):
    with pytest.raises(ValueError, match="challenge"):
        receive(source, "../velo", grading)
    with pytest.raises(FileNotFoundError):
        receive(tmp_path / "absent", "velo", grading)
    put(source, **{"sternes.ipynb": NB})
    receive(source, "velo", grading)
    for wrong in (tmp_path, grading, grading / "received", grading / "received/velo"):
        with pytest.raises(ValueError, match="records"):
            receive(wrong, "velo", grading)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs another user to be refused")
def test_an_unreadable_hand_in_is_told_and_the_others_are_received():
    home = Path(tempfile.mkdtemp())  # pytest's own folders are closed to others
    try:
        _unreadable(home)
    finally:
        shutil.rmtree(home)


def _unreadable(home):
    source = home / "source"
    source.mkdir()
    put(source, **{"goelands.ipynb": NB, "sternes.ipynb": NB})
    (source / "goelands.ipynb").chmod(0)
    home.chmod(0o777)
    done = child(source, home / "mine", "import os; os.setgid(65534); os.setuid(65534)")
    assert json.loads(done.stdout) == {"goelands": "goelands.ipynb cannot be read (Permission denied): goelands.ipynb.", "sternes": None}


def child(source, grading, before="", loop=False, wrapper=()):
    """`receive` in another process, or again and again in one that is to be killed."""
    code = f"""
import json, pathlib, sys
from challenge_data.grading.receiving import receive
{before}
source, grading = map(pathlib.Path, sys.argv[1:])
print("ready", file=sys.stderr, flush=True)
found = receive(source, "velo", grading, None)
print(json.dumps({{one.team: one.problem for one in found}}))
"""
    command = [*wrapper, sys.executable, "-c", code, str(source), str(grading)]
    environment = {**os.environ, "PYTHONPATH": str(SRC)}
    if loop:
        return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done


def test_a_disk_too_small_is_told_and_nothing_is_half_written(source, grading):
    put(source, **{"sternes/1.ipynb": NB, "sternes/2.ipynb": bytes(200_000), "goelands.ipynb": NB})
    done = child(source, grading, "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))")
    told = json.loads(done.stdout)
    assert told["goelands"] is None and "no room left" in told["sternes"] and "nothing of it was written" in told["sternes"]
    assert list(whole(grading)) == ["goelands"] and sorted(os.listdir(grading / "received/velo")) == [".lock", "goelands"]
    assert not any(one.problem for one in receive(source, "velo", grading))


def test_a_full_disk_is_told(source, tmp_path):
    small = tmp_path / "small"
    small.mkdir()
    wrapper = ("unshare", "--mount", "--map-root-user", "sh", "-c", f'mount -t tmpfs -o size=128k none {small} && "$@" && find {small} -path "*sternes*" -o -name ".incoming*"', "sh")
    if not shutil.which("unshare") or subprocess.run([*wrapper, "true"], capture_output=True).returncode:
        pytest.skip("no small file system can be mounted here")
    put(source, **{"sternes/1.ipynb": NB, "sternes/2.ipynb": bytes(200_000), "goelands.ipynb": NB})
    told, *left = child(source, small / "grading", wrapper=wrapper).stdout.splitlines()
    assert json.loads(told)["goelands"] is None and "no room left (No space left on device)" in json.loads(told)["sternes"] and left == []


def test_killed_at_any_moment_it_leaves_whole_records_or_nothing(source, grading):
    for team in range(12):
        put(source, **{f"equipe{team}/{i}.ipynb": random.Random(team * 10 + i).randbytes(60_000) for i in range(5)})
    running = child(source, grading.with_name("measured"), loop=True)
    running.stderr.readline()
    began = time.monotonic()
    running.wait()
    running.stderr.close()
    takes, seen = time.monotonic() - began, set()
    moments = random.Random(6)
    for _ in range(20):
        shutil.rmtree(grading, ignore_errors=True)
        running = child(source, grading, loop=True)
        running.stderr.readline()
        time.sleep(moments.uniform(0, takes))
        os.kill(running.pid, signal.SIGKILL)
        running.wait()
        running.stderr.close()
        before = whole(grading)
        seen.add(len(before))
        found = receive(source, "velo", grading)
        after = whole(grading)
        assert len(found) == 12 and not any(one.problem for one in found)
        assert before.items() <= after.items() and all(len(records) == 1 for records in after.values()) and len(after) == 12
        assert not list((grading / "received/velo").glob(".incoming*"))
    assert len(seen) > 3, "the moments did not fall in the middle"


def test_two_runs_at_once_keep_one_record_a_team(source, grading):
    put(source, **{f"equipe{team}.ipynb": bytes([team]) * 50_000 for team in range(10)})
    both = [child(source, grading, loop=True) for _ in range(2)]
    for one in both:
        one.communicate()
    assert [one.returncode for one in both] == [0, 0]
    assert len(whole(grading)) == 10 and all(len(records) == 1 for records in whole(grading).values())
