"""The students' edition: what goes, that no answer goes with it, and that a folder of somebody else's is left alone."""

import json
import re
import shutil
import subprocess
import tomllib
import zipfile
from collections import Counter
from io import BytesIO
from pathlib import Path

import pytest
from tiny import write_course

from challenge_data import cli, kit
from challenge_data.checkup import listing
from challenge_data.kit import contents, secrets

PROJECT = Path(__file__).resolve().parents[1]
STAY = {"build", "cli", "grading", "kit"}
"""Rooms that never go to students."""
DOOR = {"opening", "__init__", "install", "lab"}


@pytest.fixture(scope="module")
def edition(tmp_path_factory) -> Path:
    """The students' edition of this very course."""
    folder = tmp_path_factory.mktemp("editions") / "élèves"
    kit.write(kit.gather(PROJECT, "une-ecole/donnees-2027"), folder, PROJECT)
    return folder


def on_disk(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


# What goes

def test_every_room_of_the_toolkit_goes_or_stays():
    rooms = {path.stem for path in (PROJECT / "src/challenge_data").iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()}
    assert rooms == set(contents.ROOMS) | STAY, "a new room takes its place in kit/contents.py, or here"
    contracts = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    (learners,) = (each["source_modules"] for each in contracts if "developers' environment" in each["name"])
    assert {name.rpartition(".")[2] for name in learners} == set(contents.ROOMS) - DOOR


def test_what_learners_open_goes_and_what_organisers_keep_does_not(edition):
    names = set(on_disk(edition))
    for folder in ("notebooks", "exercises", "datasets/france", "datasets/brumeval", "datasets/schemas", "share"):
        here = {path.relative_to(PROJECT).as_posix() for path in (PROJECT / folder).rglob("*")
                if path.is_file() and not {"__pycache__", ".ipynb_checkpoints"} & set(path.parts)}
        assert here and here <= names, sorted(here - names)
    tops = {name.partition("/")[0] for name in names}
    assert tops == {"notebooks", "exercises", "datasets", "share", "src", "docs", "binder", "Makefile", "README.md", "LISEZMOI.md", "LICENSE", "challenge_data.py",
                    "pyproject.toml", "requirements.lock", "environment.yml", ".gitignore", ".gitattributes", listing.NAME} | ({"edition.toml"} & tops)
    assert not [name for name in names if re.search(r"recipes|truth|solutions|curriculum|/tests?/|dev\.lock", name)]


def test_its_project_is_ours_without_developers_commands_and_tools(edition):
    ours, theirs = (tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8")) for folder in (PROJECT, edition))
    assert theirs["project"] == {key: value for key, value in ours["project"].items() if key not in ("optional-dependencies", "scripts", "entry-points")}
    assert theirs["build-system"] == ours["build-system"] and theirs["tool"] == {"hatch": ours["tool"]["hatch"]}


def test_its_pages_lead_somewhere_and_its_badge_opens_its_own_repository(edition):
    pages = [page for page in on_disk(edition) if page.endswith(".md")]
    broken = [(page, target) for page in pages for target in re.findall(r"\]\(([^)\s]+)\)", (edition / page).read_text(encoding="utf-8"))
              if not re.match(r"[a-z]+:|#", target) and not (edition / page).parent.joinpath(target.split("#")[0]).exists()]
    assert {"README.md", "LISEZMOI.md"} <= set(pages) and not broken
    readme = (edition / "README.md").read_text(encoding="utf-8")
    (opens,) = re.findall(r"mybinder\.org/v2/gh/(\S+?)/HEAD\?urlpath=lab/tree/(\S+?)\)", readme)
    assert opens[0] == "une-ecole/donnees-2027" and (edition / opens[1]).is_file() and "inventé" in readme
    assert contents.PLACEHOLDER in kit.gather(PROJECT)["README.md"].decode()
    for command in re.findall(r"^make (\w+)", readme, re.MULTILINE):
        assert f"\n{command}:" in (edition / "Makefile").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["https://example.org/x", "seul", "a/b/c", "../x", "a/b\nc"])
def test_name_that_is_no_repository_is_refused(name):
    with pytest.raises(ValueError, match="OWNER/NAME"):
        kit.gather(PROJECT, name)


# No answer

def test_no_answer_hidden_test_assertion_or_note_stands_in_it(edition):
    assert kit.leaks(PROJECT, on_disk(edition)) == []


def test_every_notebook_has_secrets_that_are_searched_for():
    found = Counter((one.source, one.what) for one in secrets.secrets(PROJECT))
    for path in (PROJECT / "curriculum").rglob("*.md"):
        text, source = path.read_text(encoding="utf-8"), path.relative_to(PROJECT).as_posix()
        for marker, what in (("### BEGIN SOLUTION", "answer"), ("### BEGIN HIDDEN TESTS", "hidden test"), ('"animation": true', "expert's note")):
            # Not each block: some answers are a letter, and some the last hint gives.
            assert found[source, what] >= text.count(marker) / 2, f"{source}: {found[source, what]} of {text.count(marker)} {what}s"
        assert found[source, "assertion"] or not re.search(r"\blu\b.*\]$", text, re.MULTILINE), source


def test_answers_planted_anywhere_are_found():
    def zipped(content: bytes) -> bytes:
        with zipfile.ZipFile(buffer := BytesIO(), "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("dedans.json", content)
        return buffer.getvalue()

    masters = {path.relative_to(PROJECT).as_posix(): path.read_bytes() for path in PROJECT.glob("solutions/*/*.ipynb")}
    texts = {path.relative_to(PROJECT).as_posix(): path.read_bytes() for path in PROJECT.glob("curriculum/[!t]*/**/*.md")}  # tools have no answer
    truths = {path.relative_to(PROJECT).as_posix(): path.read_bytes() for path in PROJECT.glob("datasets/recipes/truth/*.json")
              if path.stem in ("aides_velo", "defibrillateurs", "qualite_air")}  # of the graded challenges
    secret = next(one.text for one in secrets.secrets(PROJECT) if one.what == "hidden test" and '"' in one.text and "é" in one.text)
    ways = {
        "un.py": f"    {secret.replace(' ', '   ', 3)}\n".encode(),
        "échappé.json": json.dumps({"x": [{"y": secret}]}).encode(),
        "une_clé.json": json.dumps({secret: 1}).encode(),
        "coupé.ipynb": json.dumps({"cells": [{"source": [secret[:20], secret[20:]]}]}).encode(),
        "abîmé.json": b"{" + secret.encode(),
        "une.zip": zipped(json.dumps(secret).encode()), "deux.zip": zipped(zipped(secret.encode())),
    }
    planted = masters | texts | truths | ways
    told = {line.partition(": «")[0] for line in kit.leaks(PROJECT, planted)}
    assert len(masters) >= 9 and len(texts) >= 27 and len(truths) == 3 and told == set(planted)


def test_no_cell_to_complete_holds_its_answer_however_short(edition):
    answers = {}
    for path in (PROJECT / "curriculum").rglob("*.md"):
        cells = re.findall(r"```\{code-cell\}\n(.*?)```", path.read_text(encoding="utf-8"), re.DOTALL)
        answers[path.stem] = [secrets.plain(block) for cell in cells for kind, block in secrets._BLOCK.findall(cell) if kind == "SOLUTION"]
    looked = 0
    for name, content in on_disk(edition).items():
        if not name.endswith(".ipynb") or Path(name).stem not in answers:
            continue
        for cell in json.loads(content)["cells"]:
            if cell["id"].startswith("exercise-") or cell["metadata"].get("nbgrader", {}).get("solution"):
                looked += 1
                assert not set(answers[Path(name).stem]) & set(map(secrets.plain, "".join(cell["source"]).splitlines())), f"{name}: {cell['source']}"
    assert looked > 150


# Into a folder

FILES = {"README.md": b"bonjour\n", "notebooks/un.ipynb": b"{}\n", "binder/postBuild": b"#!/bin/bash\n"}


@pytest.fixture
def published(tmp_path) -> Path:
    """A small edition in a clone of the students' repository."""
    folder = tmp_path / "depot"
    (folder / ".git").mkdir(parents=True)
    (folder / ".git/HEAD").write_text("ref", encoding="utf-8")
    done = kit.write(FILES, folder, PROJECT)
    assert sorted(done.written) == sorted(FILES)
    return folder


def test_twice_gives_the_same_bytes_and_the_list_is_one_that_sha256sum_reads(edition, tmp_path):
    before = on_disk(edition)
    done = kit.write(kit.gather(PROJECT, "une-ecole/donnees-2027"), edition, PROJECT)
    assert on_disk(edition) == before and not done.written and not done.removed
    elsewhere = tmp_path / "autre"
    kit.write(kit.gather(PROJECT, "une-ecole/donnees-2027"), elsewhere, PROJECT)
    assert on_disk(elsewhere) == before
    subprocess.run(["sha256sum", "--check", "--strict", "--quiet", listing.NAME], cwd=edition, check=True)
    assert set(listing.read(edition)) | {listing.NAME} == set(before)


def test_next_edition_takes_away_what_no_longer_belongs_and_nothing_else(published):
    for name in (".git/HEAD", "travail/tableau.csv", ".github/gabarit.md", "notebooks/le_mien.ipynb"):
        (published / name).parent.mkdir(exist_ok=True)
        (published / name).write_text("à moi", encoding="utf-8")
    done = kit.write({"README.md": b"bonsoir\n", "exercises/deux.ipynb": b"{}\n"}, published, PROJECT)
    assert done.written == ["README.md", "exercises/deux.ipynb"] and done.removed == ["binder/postBuild", "notebooks/un.ipynb"]
    assert set(on_disk(published)) == {"README.md", "exercises/deux.ipynb", listing.NAME, ".git/HEAD", "travail/tableau.csv", ".github/gabarit.md", "notebooks/le_mien.ipynb"}
    assert not (published / "binder").exists(), "an empty folder of ours goes too"


def test_files_changed_by_hand_are_all_told_and_nothing_is_written(published):
    (published / "README.md").write_text("corrigé ici", encoding="utf-8")
    (published / "notebooks/un.ipynb").write_text("corrigé aussi", encoding="utf-8")
    (published / "neuf.md").write_text("écrit ici", encoding="utf-8")
    before = on_disk(published)
    with pytest.raises(kit.Refused) as told:
        kit.write({"README.md": b"bonsoir\n", "neuf.md": b"x", "autre.md": b"y"}, published, PROJECT)
    lines = str(told.value).splitlines()
    assert lines[:3] == ["README.md: changed by hand", "neuf.md: written by somebody else", "notebooks/un.ipynb: changed by hand"]
    assert "3 file(s)" in lines[3] and on_disk(published) == before


def test_link_or_folder_in_the_place_of_a_file_is_never_followed(published, tmp_path):
    (tmp_path / "ailleurs").mkdir()
    shutil.rmtree(published / "notebooks")
    (published / "notebooks").symlink_to(tmp_path / "ailleurs")
    (published / "README.md").unlink()
    (published / "README.md").mkdir()
    with pytest.raises(kit.Refused, match="(?s)README.md: a folder.*notebooks/un.ipynb: a link leads elsewhere"):
        kit.write(FILES, published, PROJECT)
    assert not list((tmp_path / "ailleurs").iterdir())


def test_run_that_was_cut_short_is_taken_up(published, monkeypatch):
    real, calls = Path.write_bytes, []

    def full(path, content):
        calls.append(path)
        if len(calls) == 3:
            raise OSError(28, "No space left on device")
        return real(path, content)

    later = {"README.md": b"bonsoir\n", "notebooks/un.ipynb": b"[]\n", "binder/postBuild": b"#!/bin/sh\n"}
    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError):
        kit.write(later, published, PROJECT)
    monkeypatch.undo()
    assert (published / "README.md").read_bytes() == b"bonsoir\n" and (published / "notebooks/un.ipynb").read_bytes() == b"{}\n"
    # The course changed in between: what the first run wrote is still known as ours.
    kit.write(later | {"README.md": b"bonne nuit\n"}, published, PROJECT)
    assert (published / "README.md").read_bytes() == b"bonne nuit\n" and (published / "notebooks/un.ipynb").read_bytes() == b"[]\n"
    assert all(len(digests) == 1 for digests in listing.read(published).values())


@pytest.mark.parametrize("folder", [".", "build/edition", "notebooks"])
def test_nothing_is_written_inside_the_course(tmp_path, folder):
    with pytest.raises(kit.Refused, match="inside the course"):
        kit.write(FILES, tmp_path / folder, tmp_path)
    assert not list(tmp_path.iterdir())


def test_folder_of_somebody_else_is_refused(tmp_path):
    (tmp_path / "memoire.odt").write_text("x", encoding="utf-8")
    with pytest.raises(kit.Refused, match=f"memoire.odt, and no {listing.NAME}: it is not an edition"):
        kit.write(FILES, tmp_path, PROJECT)
    with pytest.raises(kit.Refused, match="is a file"):
        kit.write(FILES, tmp_path / "memoire.odt", PROJECT)
    assert [path.name for path in tmp_path.iterdir()] == ["memoire.odt"]


@pytest.mark.parametrize("line", ["n'importe quoi", f"{'0' * 64}  ../dehors", f"{'0' * 64}  .git/HEAD"])
def test_list_that_was_spoiled_is_refused(published, line):
    (published / listing.NAME).write_text(f"{line}\n", encoding="utf-8")
    with pytest.raises(kit.Refused, match="history"):
        kit.write(FILES, published, PROJECT)


# The command

def test_command_refuses_stale_files_and_names_them(tmp_path, monkeypatch, capsys):
    root = write_course(tmp_path / "cours")
    monkeypatch.setenv("CHALLENGE_DATA_HOME", str(root))
    assert cli.main(["publish", "--to", str(tmp_path / "edition")]) == 1
    said = capsys.readouterr()
    assert "notebooks/j0_depart/01_compter.ipynb" in said.err and "make build" in said.err and not (tmp_path / "edition").exists()
    assert cli.main(["publish", "--to", str(root / "edition")]) == 1
    assert "inside the course" in capsys.readouterr().err


@pytest.mark.parametrize(("written", "said"), [
    ('name = "Atelier', "edition.toml: no TOML"),
    ("name = 2027", "« name » must be a text between quotes"),
    ('nom = "Atelier"', "« nom » is not read by anything: the keys are name"),
    ('hand_in = "https://depot.example/"', "[hand_in] is a table"),
    ('[hand_in]\ncode = "goelands"', "« code » of [hand_in] must be true or false, without quotes; this file is public"),
    ('[hand_in]\naddress = "https://equipe:goelands@depot.example/"', "« address » of [hand_in] holds a name or a password"),
    ('[hand_in]\naddress = "http://depot.example/"', "« address » of [hand_in] must begin with https://"),
    ('[hand_in]\naddress = "https://[::1"', "« address » of [hand_in] is no address"),
    ('[mentors]\nforum = "forum.example"', "« forum » of [mentors] must begin with https://"),
])  # fmt: skip
def test_a_slip_in_the_editions_settings_is_told_before_it_is_public(written, said, tmp_path):
    (tmp_path / "edition.toml").write_text(written + "\n", encoding="utf-8")
    assert [fault for fault in kit.faults(tmp_path) if said in fault]


def test_sound_settings_pass_and_the_command_reads_them(tmp_path, monkeypatch, capsys):
    assert kit.faults(PROJECT) == kit.faults(tmp_path) == []
    (tmp_path / "edition.toml").write_text('name = "Atelier"\n[hand_in]\naddress = "https://depot.example/rendus/"\ncode = true\n[mentors]\nforum = "https://forum.example/"\n', encoding="utf-8")
    assert kit.faults(tmp_path) == []
    monkeypatch.setenv("CHALLENGE_DATA_HOME", str(PROJECT))
    monkeypatch.setattr("challenge_data.build.check", lambda root: [])
    monkeypatch.setattr(kit, "faults", lambda root: ["edition.toml: this."])
    assert cli.main(["publish", "--to", str(tmp_path / "edition")]) == 1
    assert "edition.toml: this." in capsys.readouterr().err and not (tmp_path / "edition").exists()


def test_command_refuses_to_publish_an_answer(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("CHALLENGE_DATA_HOME", str(PROJECT))
    monkeypatch.setattr("challenge_data.build.check", lambda root: [])
    answer = next(one for one in secrets.secrets(PROJECT) if one.what == "answer")
    monkeypatch.setattr(kit, "gather", lambda root, repository: {"notebooks/glossaire.md": answer.text.encode()})
    assert cli.main(["publish", "--to", str(tmp_path / "edition")]) == 1
    said = capsys.readouterr().err
    assert f"notebooks/glossaire.md: « {answer.text[:100]} », answer of {answer.source}" in said and not (tmp_path / "edition").exists()
