"""A team's work kept, taken back, begun again, and asked about: what the buttons ask of the server."""

import io
import json
import os
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from challenge_data import course, edition, kit
from challenge_data.checkup import listing
from challenge_data.errors import LearnerError
from challenge_data.teamwork import archive, asking, beginning_again, files, keeping, seen, standing, taking_back

PROJECT = Path(__file__).resolve().parents[1]
LESSON, FIND = "notebooks/j0_depart/00.ipynb", "exercises/defi/1_trouver.ipynb"


def notebook(*sources: str, **metadata) -> bytes:
    """A small notebook; a source that begins with « # » is Markdown."""
    made = [{"cell_type": "markdown" if source.startswith("#") else "code", "id": f"{name}-{rank}", "metadata": {}, "source": source,
             **({} if source.startswith("#") else {"execution_count": None, "outputs": []})}
            for rank, (name, source) in enumerate((source.split()[0].strip("#=") or "titre", source) for source in sources)]  # fmt: skip
    return json.dumps({"cells": made, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}, ensure_ascii=False).encode()


def graded(question: str, answer: str = "…") -> bytes:
    made = json.loads(notebook(f"# Trouver\n\n## {question}", f"reponse = {answer}", "check.question(\"defi.1.1\")"))
    made["cells"][1]["metadata"]["nbgrader"] = {"grade_id": question, "solution": True, "grade": False}
    made["cells"][2]["metadata"]["nbgrader"] = {"grade_id": f"tests-{question}", "solution": False, "grade": True}
    return json.dumps(made, ensure_ascii=False).encode()


def lay(root: Path, question: str = "q1") -> Path:
    delivered = {LESSON: notebook("# Bienvenue", "print(1)", "prenom = …"), FIND: graded(question)}
    for folder in ("", edition.ORIGINALS):
        for name, content in delivered.items():
            (root / folder / name).parent.mkdir(parents=True, exist_ok=True)
            (root / folder / name).write_bytes(content)
    (root / "datasets").mkdir(exist_ok=True)
    return root


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """Sits down at a machine of its own: a fresh course folder, its name in the environment."""

    def sit(name: str, question: str = "q1") -> Path:
        root = lay(tmp_path / name, question)
        monkeypatch.setenv(course.HOME_VARIABLE, str(root))
        monkeypatch.setenv(course.WORK_VARIABLE, str(root / "travail"))
        return root

    return sit


def edit(root: Path, name: str, old: str, new: str) -> bytes:
    path = root / name
    content = path.read_bytes().replace(old.encode(), new.encode())
    assert content != path.read_bytes()
    path.write_bytes(content)
    return content


def what(done: dict) -> dict[str, str]:
    return {file["path"]: file["what"] for file in done["files"]}


def test_opening_and_saving_is_no_work_but_a_result_is(machine):
    root = machine("matin")
    for path in (root / LESSON, root / FIND):
        saved = json.loads(path.read_bytes())
        saved["metadata"] = {"kernelspec": {"name": "python3"}, "language_info": {"version": "3.11"}}
        saved["cells"][1]["source"] = saved["cells"][1]["source"].splitlines(keepends=True)
        path.write_text(json.dumps(saved, indent=1), encoding="utf-8")
    assert files.changed() == {} and standing.state({})["changed"] == 0
    saved["cells"][1]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "1\n"}]
    path.write_text(json.dumps(saved), encoding="utf-8")
    assert list(files.changed()) == [FIND]


@pytest.mark.parametrize("broken", [b"", b"{", b"[]", b'{"cells": 3}', b'{"cells": ["a"]}'])
def test_a_damaged_notebook_is_the_teams(machine, broken):
    root = machine("matin")
    (root / LESSON).write_bytes(broken)
    assert files.changed() == {LESSON: broken}
    assert not seen.same(broken, broken + b" ")


def test_what_is_dropped_at_the_root_is_kept_on_a_lent_machine_only(machine, monkeypatch):
    root = machine("matin")
    (root / "Mon dossier").mkdir()
    (root / "Mon dossier/a.csv").write_text("a\n")
    (root / "maires.csv").write_text("a\n")
    (root / ".cache").write_text("a\n")
    (root / "README.md").write_text("du cours\n")
    assert files.changed() == {}
    monkeypatch.setenv("BINDER_LAUNCH_HOST", "https://exemple.test/")
    assert list(files.changed()) == ["Mon dossier/a.csv", "maires.csv"]


def test_nothing_at_the_projects_own_root_is_taken_for_a_teams():
    # A new file there belongs in files._OF_THE_COURSE: else every team of Binder would carry it along.
    import subprocess

    tracked = subprocess.run(["git", "ls-files"], cwd=PROJECT, capture_output=True, text=True, check=True).stdout.splitlines()
    root = {name.split("/")[0] for name in tracked} - set(edition.OPENED)
    assert root and [name for name in root if files.is_own(name)] == []


def test_the_browser_asks_for_pieces_and_leaves_large_files_to_the_download(machine, monkeypatch):
    root = machine("matin")
    edit(root, LESSON, "print(1)", "print(2)")
    (root / "travail").mkdir(exist_ok=True)
    monkeypatch.setattr(files, "LARGE", len((root / LESSON).read_bytes()))
    (root / "travail/photo.tif").write_bytes(b"0" * (files.LARGE + 1))
    told = keeping.pieces({})
    assert [entry["path"] for entry in told["manifest"]["files"]] == [LESSON] and told["large"] == ["travail/photo.tif"]
    assert told["manifest"]["files"][0]["sha256"] == archive.digest(keeping.piece({"path": LESSON}).content)
    assert set(archive.read(keeping.work({}).content).files) == {LESSON, "travail/photo.tif"}
    for name in ("requirements.lock", "travail/../requirements.lock", "travail/.machine", "travail/absent.csv", "", "/etc/passwd"):
        with pytest.raises(LearnerError):
            keeping.piece({"path": name})


def test_nothing_of_a_published_edition_is_taken_for_a_teams():
    root = {name.split("/")[0] for name in (*kit.gather(PROJECT), listing.NAME)} - set(edition.OPENED)
    assert "edition.toml" in root and [name for name in root if files.is_own(name)] == []


def test_a_large_file_is_not_read_each_minute_and_its_change_is_seen(machine, monkeypatch):
    root = machine("matin")
    large = root / "travail/releves.csv"
    large.parent.mkdir(exist_ok=True)
    large.write_bytes(b"0" * (files.LARGE + 1))
    read = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: pytest.fail("read whole") if path == large else read(path))
    before = standing.state({})
    os.utime(large, (1, 1))
    after = standing.state({})
    assert before["changed"] == after["changed"] == 1 and before["stamp"] != after["stamp"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
def test_names_that_other_systems_refuse_travel_under_a_plainer_one(machine):
    root = machine("matin")
    work = root / "travail"
    work.mkdir(exist_ok=True)
    made = {b"Bilan : carte.png": b"carte", b"a:b.csv": b"1", b"a-b.csv": b"2", b"donn\xe9es.csv": b"3", b"deux\nlignes.csv": b"4"}
    for name, content in made.items():
        (work / os.fsdecode(name)).write_bytes(content)
    names = {"travail/Bilan - carte.png": b"carte", "travail/a-b (2).csv": b"1", "travail/a-b.csv": b"2", "travail/donn-es.csv": b"3", "travail/deux-lignes.csv": b"4"}
    assert files.changed() == names and standing.state({})["changed"] == 5
    told = keeping.pieces({})["manifest"]["files"]
    assert {entry["path"]: keeping.piece({"path": entry["path"]}).content for entry in told} == names
    kept = keeping.work({}).content
    root = machine("apres-midi")
    assert set(what(taking_back.take_back({"content": kept})).values()) == {"repris"} and files.changed() == names


def test_a_slip_in_the_editions_settings_stops_no_keeping(machine):
    root = machine("matin")
    edit(root, LESSON, "print(1)", "print(2)")
    (root / edition.FILE).write_text('[hand_in]\ncode = "goelands"\n', encoding="utf-8")
    assert "« code » n'est pas du bon type" in standing.state({})["problem"] and "Montrez cette phrase" in standing.state({})["problem"]
    kept = keeping.work({}).content
    machine("apres-midi")
    assert standing.state({})["problem"] == ""
    assert what(taking_back.take_back({"content": kept})) == {LESSON: "repris"}


def test_two_files_of_one_name_are_both_kept_even_when_the_clock_stands_still(machine, monkeypatch):
    root = machine("matin")
    hour = course.now()
    monkeypatch.setattr(course, "now", lambda: hour)
    for folder in ("a", "b"):
        (root / "travail" / folder).mkdir(parents=True)
        (root / "travail" / folder / "notes.csv").write_text(f"d'avant, {folder}\n", encoding="utf-8")
    content = archive.write("travail", {f"travail/{folder}/notes.csv": b"autre\n" for folder in ("a", "b")})
    taking_back.take_back({"content": content})
    assert {path.read_text(encoding="utf-8") for path in (root / "travail/copies").iterdir()} == {"d'avant, a\n", "d'avant, b\n"}


def test_a_disk_without_capitals_takes_no_name_for_another(machine, monkeypatch):
    root = machine("matin")
    (root / "src").mkdir()
    (root / "SRC").symlink_to(root / "src")  # as Windows and macOS would have it
    assert not files.is_own("SRC/challenge_data/course.py") and files.is_own("Src/notes.csv")


def test_names_are_dated_by_the_clock_on_the_wall(machine, monkeypatch):
    root = machine("matin")
    edit(root, LESSON, "print(1)", "print(2)")
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    try:
        assert abs(datetime.strptime(keeping.work({}).name[-17:-4], "%Y%m%d-%H%M") - datetime.now(ZoneInfo("Europe/Paris")).replace(tzinfo=None)) < timedelta(minutes=2)
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_fresh_machine_takes_all_back_byte_for_byte(machine):
    root = machine("matin")
    course.team("Les Sternes", "Awa, Malo", "defi")
    edit(root, LESSON, "…", "'Awa'")
    (root / "travail/notes").mkdir()
    (root / "travail/notes/été.txt").write_text("à lire\n", encoding="utf-8")
    before, kept = files.changed(), keeping.work({}).content
    root = machine("apres-midi")
    assert files.changed() == {}
    done = taking_back.take_back({"content": kept})
    assert files.changed() == before and done["asks"] == []
    assert done["told"] == [f"{len(before)} fichiers repris.", "Rien n'a été exécuté : relancez chaque carnet depuis le début."] and set(what(done).values()) == {"repris"}
    again = taking_back.take_back({"content": kept})
    assert set(what(again).values()) == {"déjà là, identique"}
    assert again["title"] == "Tout était déjà là" and again["told"] == [f"{len(before)} fichiers étaient déjà là, rien n'a changé."]
    assert standing.state({})["machine"] == (root / "travail/.machine").read_text()


def test_two_windows_that_open_at_once_are_on_one_machine(machine, monkeypatch):
    machine("matin")
    waits = iter((0.05, 0.2))
    monkeypatch.setattr(standing.secrets, "token_hex", lambda _: time.sleep(wait := next(waits)) or str(wait))
    with ThreadPoolExecutor(2) as windows:
        assert len({state["machine"] for state in windows.map(standing.state, ({}, {}))}) == 1


def test_what_is_here_and_differs_is_kept_first(machine):
    root = machine("matin")
    edit(root, LESSON, "…", "'Awa'")
    kept = keeping.work({}).content
    root = machine("midi")
    mine = edit(root, LESSON, "…", "'Malo'")
    done = what(taking_back.take_back({"content": kept}))[LESSON]
    (copy,) = (root / "travail/copies").iterdir()
    assert copy.read_bytes() == mine and done == f"repris ; ce qui était ici est gardé : travail/copies/{copy.name}"
    assert b"'Awa'" in (root / LESSON).read_bytes()


def test_another_version_says_which_and_puts_a_changed_notebook_beside(machine):
    root = machine("lundi")
    edit(root, LESSON, "…", "'Awa'")
    theirs = edit(root, FIND, "…", "42")
    version, kept = edition.version(), keeping.work({}).content
    root = machine("mardi", question="q1 corrigée")
    for _ in range(2):
        done = taking_back.take_back({"content": kept})
        assert version in " ".join(done["told"]) and edition.version() in " ".join(done["told"])
    assert b"'Awa'" in (root / LESSON).read_bytes(), "the lesson did not change: it is in its place"
    assert (root / FIND).read_bytes() == graded("q1 corrigée"), "the frame to be graded stays this version's"
    assert (root / "exercises/defi/1_trouver (repris).ipynb").read_bytes() == theirs
    assert any("Réunir" in sentence for sentence in done["told"])


def test_another_version_of_the_same_notebooks_is_only_told(machine):
    root = machine("lundi")
    edit(root, LESSON, "…", "'Awa'")
    kept = keeping.work({}).content
    root = machine("mardi", question="q1 corrigée")
    done = taking_back.take_back({"content": kept})
    assert what(done) == {LESSON: "repris"} and "tout est à sa place" in " ".join(done["told"])


def test_another_team_another_edition_and_a_hand_in_are_asked_before_anything_is_written(machine):
    root = machine("lundi")
    (root / "edition.toml").write_text('name = "Édition A"\n', encoding="utf-8")
    course.team("Les Sternes", "Awa", "defi")
    edit(root, FIND, "…", "42")
    kept = archive.write("rendu", files.changed())
    root = machine("mardi")
    course.team("Les Fous", "Zoé", "defi")
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    asks = taking_back.take_back({"content": kept})["asks"]
    assert ["rendu" in asks[0], "Les Sternes" in asks[1] and "Les Fous" in asks[1], "Édition A" in asks[2]] == [True] * 3
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before
    done = what(taking_back.take_back({"content": kept, "agreed": "oui"}))
    assert done[FIND] == "repris" and "gardé" in done["travail/equipe.json"] and course.team().name == "Les Sternes"


def packed(entries: dict[str, bytes]) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as file:
        for name, content in entries.items():
            file.writestr(name, content)
    return whole.getvalue()


def test_notebooks_are_known_by_their_cells_whatever_they_are_called(machine):
    root = machine("matin")
    answered, lesson = edit(root, FIND, "…", "42"), edit(root, LESSON, "…", "'Awa'")
    root = machine("midi")
    done = taking_back.take_back({"content": packed({"1_trouver (1).ipynb": answered, "telecharge.ipynb": lesson, "maires.csv": b"a;b\n", "Mon carnet.ipynb": notebook("x = 1")})})
    assert what(done) == {FIND: "repris", LESSON: "repris", "travail/maires.csv": "rangé dans « travail »", "travail/Mon carnet.ipynb": "rangé dans « travail »"}
    assert done["told"][0] == "2 fichiers repris, 2 fichiers rangés dans « travail »."
    assert any("1_trouver (1).ipynb" in sentence and FIND in sentence for sentence in done["told"])
    assert (root / FIND).read_bytes() == answered


def test_a_file_that_is_no_work_is_put_away_and_only_what_was_written_is_counted(machine):
    root = machine("matin")
    answered = edit(root, FIND, "…", "42")
    photo = packed({"IMG_2031.png": b"photo"})
    done = taking_back.take_back({"content": photo})
    assert done == {"asks": [], "title": "C'est rangé", "told": ["1 fichier rangé dans « travail »."], "files": [{"path": "travail/IMG_2031.png", "what": "rangé dans « travail »"}], "lost": 0}
    assert (root / "travail/IMG_2031.png").read_bytes() == b"photo"
    done = taking_back.take_back({"content": packed({FIND: answered, "travail/a.csv": b"a"})})
    assert done["title"] == "Votre travail est repris" and done["told"] == ["1 fichier repris, 1 déjà là."], "no notebook was written: none is to run again"


def test_two_downloads_of_one_notebook_are_both_kept(machine):
    root = machine("matin")
    first, second = edit(root, FIND, "…", "41"), edit(root, FIND, "41", "42")
    root = machine("midi")
    done = what(taking_back.take_back({"content": packed({"1_trouver (1).ipynb": first, FIND: second})}))
    assert (root / FIND).read_bytes() == second and (root / "exercises/defi/1_trouver (autre).ipynb").read_bytes() == first
    assert set(done) == {FIND, "exercises/defi/1_trouver (autre).ipynb"}


def test_a_zip_that_safari_unpacked_and_somebody_packed_again(machine):
    root = machine("matin")
    course.team("Les Sternes", "Awa", "defi")
    edit(root, FIND, "…", "42")
    with zipfile.ZipFile(io.BytesIO(keeping.work({}).content)) as kept:
        again = {f"travail_les-sternes/{name}": kept.read(name) for name in kept.namelist()}
    machine("midi")
    done = taking_back.take_back({"content": packed(again | {"__MACOSX/._x": b"", "travail_les-sternes/.DS_Store": b""})})
    assert what(done) == {FIND: "repris", "travail/equipe.json": "repris"} and done["told"][0] == "2 fichiers repris."


@pytest.mark.parametrize("name", ["requirements.lock", "src/challenge_data/course.py", "edition.toml", ".jupyter/x.py", "travail/.machine", "../dehors.txt"])
def test_an_archive_cannot_write_outside_what_is_a_teams(machine, name):
    root = machine("midi")
    before = sorted(path for path in root.parent.rglob("*"))
    content = packed({"manifest.json": json.dumps({"kind": "travail", "files": []}).encode(), name: b"x"})
    with pytest.raises(LearnerError, match="rien ne ressemble"):
        taking_back.take_back({"content": content})
    assert sorted(path for path in root.parent.rglob("*") if path.name != "travail") == [path for path in before if path.name != "travail"]


def test_a_file_that_the_disk_refuses_is_said_and_the_others_come(machine):
    root = machine("matin")
    edit(root, FIND, "…", "42")
    edit(root, LESSON, "…", "'Awa'")
    kept = keeping.work({}).content
    root = machine("midi")
    (root / FIND).unlink()
    (root / FIND).mkdir()
    done = taking_back.take_back({"content": kept})
    assert what(done)[FIND].startswith("PAS REPRIS") and what(done)[LESSON] == "repris" and "1 non" in done["told"][0] and done["lost"] == 1


def test_what_is_left_aside_counts_as_not_taken(machine):
    machine("matin")
    done = taking_back.take_back({"content": archive.write("travail", {FIND: graded("q1", "42"), "datasets/essai.csv": b"1"})})
    assert what(done) == {FIND: "repris"} and done["lost"] == 1 and "« datasets/essai.csv » est laissé de côté" in " ".join(done["told"])


def test_beginning_again_keeps_what_was_begun(machine):
    root = machine("matin")
    assert beginning_again.begin_again({"path": FIND}) == {"kept": "", "earlier": ""}
    begun = edit(root, FIND, "…", "42")
    (root / "travail/copies").mkdir(parents=True)
    (root / "travail/copies/1_trouver-99991231-000000-000000.ipynb").write_bytes(notebook("# Un autre défi", "x = 1", "y = 2"))  # another challenge's, of the same name
    kept = beginning_again.begin_again({"path": FIND})["kept"]
    assert (root / kept).read_bytes() == begun and (root / FIND).read_bytes() == graded("q1")
    assert beginning_again.begin_again({"path": FIND}) == {"kept": "", "earlier": kept}, "its answer may have been lost"
    with pytest.raises(LearnerError, match="pas un carnet du cours"):
        beginning_again.begin_again({"path": "travail/essai.ipynb"})


def ask(root: Path, path: str, rank: int, source: str | None = None, outputs: list | None = None) -> dict:
    saved = json.loads((root / path).read_bytes())
    cell = saved["cells"][rank]
    cell.update({"source": source or cell["source"]} | ({"outputs": outputs, "execution_count": 1} if outputs is not None else {}))
    (root / path).write_text(json.dumps(saved), encoding="utf-8")
    return asking.question({"path": path, "cell": cell["id"]})


def test_a_question_says_where_what_and_with_which_machine(machine):
    root = machine("matin")
    course.team("Les Sternes", "Awa, Malo", "defi")
    error = {"output_type": "error", "ename": "NameError", "evalue": "x", "traceback": ["\x1b[31mNameError\x1b[0m : « x » n'existe pas."]}
    asked = ask(root, FIND, 1, 'reponse = x\nprint("```")', [{"output_type": "stream", "name": "stdout", "text": ["un\n", "deux\n"]}, error])
    text = asked["text"]
    assert "carnet `1_trouver`, question `defi.1.1`, sous le titre « q1 »" in text
    assert '````python\nreponse = x\nprint("```")\n````' in text
    assert "```text\nun\ndeux\nNameError : « x » n'existe pas.\n```" in text
    assert "Équipe « Les Sternes » · défi defi" in text and edition.version() in text and "pandas 3" in text
    assert "Awa" not in text and asked["names"] == [] and asked["forum"] == ""


def test_a_question_warns_of_first_names_and_is_short(machine):
    root = machine("matin")
    course.team("Les Sternes", "Awa, Malo", "defi")
    long = "\n".join(f"ligne {rank}" for rank in range(300)) + "\nla fin dit pourquoi " + "x" * 900
    asked = ask(root, LESSON, 1, 'team("Les Sternes", members="Awa, Malo")', [{"output_type": "stream", "name": "stderr", "text": long}])
    assert asked["names"] == ["Awa", "Malo"]
    assert len(asked["text"]) < 2000 and "la fin dit pourquoi" in asked["text"] and "lignes de plus]" in asked["text"]


def test_a_question_on_a_picture_a_passage_and_an_unsaved_cell(machine):
    root = machine("matin")
    assert "[une image]" in ask(root, LESSON, 1, None, [{"output_type": "display_data", "data": {"image/png": "iVBO", "text/plain": "<Figure>"}}])["text"]
    assert "n'a rien affiché" in ask(root, LESSON, 1, None, [])["text"]
    assert "> # Bienvenue" in ask(root, LESSON, 0)["text"]
    text = ask(root, LESSON, 0, '# Bienvenue\n\n<div class="alert alert-info"\n style="color: #1a1a1a">\n\n**Objectifs** <!-- à lire -->\n\n</div>\n\nVoir <https://exemple.test/> si a < b.')["text"]
    assert "> # Bienvenue\n>\n> **Objectifs**\n>\n> Voir <https://exemple.test/> si a < b.\n" in text
    with pytest.raises(LearnerError, match="Ctrl"):
        asking.question({"path": LESSON, "cell": "ailleurs"})
