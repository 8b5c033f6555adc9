"""A team forgotten: no byte of the grading folder names it any more, and the others have all that they had."""

import csv
import json
import shutil
import sqlite3
import stat
import zipfile
import zlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from killing import CHALLENGE, everything, give_by_hand, hand_in
from nbgrader.api import Gradebook
from openpyxl import load_workbook
from test_reports import run
from tiny import write_course

from challenge_data import build, cli
from challenge_data.grading import marking
from challenge_data.grading.engine import grade
from challenge_data.grading.gradebook import Lock, write_whole
from challenge_data.grading.moderation import sheets
from challenge_data.grading.moderation.comparing import compare
from challenge_data.grading.moderation.drawing import draw
from challenge_data.grading.privacy import forgetting, removing
from challenge_data.grading.privacy.forgetting import CannotForget, forget, plan
from challenge_data.grading.receiving import slug
from challenge_data.grading.reports import writing
from challenge_data.grading.teams import roster, rules, times
from challenge_data.grading.teams.results import results
from challenge_data.grading.teams.roster import Member, Roster, Team

TITLE = "Les Engoulevents d’été"
GONE = slug(TITLE)
SECRETS = (GONE, TITLE, "Engoulevent", "Zoé Œuvrard-Inventée", "Œuvrard", "zoe.oeuvrard@exemple.invalid", "Ulysse Inventé", "Ulysse", "ulysse@exemple.invalid")
ANSWERS = {GONE: "grand = 9", "sternes": "grand = 2", "huitriers": "grand = 9", "grebes": "grand = 9"}
RULES = f"""# Les règles de mars
[deadlines]
{CHALLENGE} = 2026-03-06T18:00:00  # un vendredi
[extensions]
{GONE} = 2026-03-09T18:00:00       # Ulysse était malade
# accord donné à Zoé Œuvrard-Inventée
sternes = 2026-03-08T18:00:00
[late]
percent_lost_per_day = 5  # voir Les Engoulevents d’été
"""
TIMES = f"équipe;heure;entrée\r\n{TITLE};06/03/2026 17:55;{GONE}.ipynb\r\nsternes;06/03/2026 18:05;sternes.ipynb\r\n"


@pytest.fixture(scope="module")
def edition(tmp_path_factory) -> Path:
    """A course and a grading folder with all that an edition leaves."""
    place = tmp_path_factory.mktemp("edition")
    course, grading = write_course(place / "cours"), place / "g"
    build.build(course)
    handed = hand_in(course, place / "recus", ANSWERS)
    with zipfile.ZipFile(handed / "tmp.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(handed / f"{GONE}.ipynb", f"{GONE}.ipynb")
        archive.writestr("equipe.txt", "Ulysse Inventé")
    (handed / f"{GONE}.ipynb").unlink()
    (handed / "tmp.zip").rename(handed / f"{GONE}.zip")
    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(2) as executor:
        patch.setattr(marking, "run", run)
        assert grade(handed, CHALLENGE, course=course, grading=grading, add_teams=True, executor=executor).code == 0
        give_by_hand(grading, {GONE: (25, "Bravo Ulysse !"), "sternes": (40, "Très bien."), "huitriers": (10, "Allez plus loin."), "grebes": (0, "Relisez.")})
        hand_in(course, handed, {"grebes": "grand = 9 + 0"})  # a second run, with its copy of the gradebook
        assert grade(handed, CHALLENGE, course=course, grading=grading, executor=executor).code == 0
    give_by_hand(grading, {"grebes": (10, "Mieux.")})
    member = Member("Inès Inventée", "ines@exemple.invalid")
    roster.keep(grading, Roster((Team(GONE, TITLE, CHALLENGE, (Member(SECRETS[3], SECRETS[5]), Member("Ulysse Inventé", "ulysse@exemple.invalid"))), Team("sternes", "Les Sternes", CHALLENGE, (member,)))))
    (grading / "people" / rules.RULES).write_text(RULES, encoding="utf-8")
    (grading / "people" / times.TIMES).write_text(TIMES, encoding="cp1252", newline="")
    draw(CHALLENGE, "MM", course=course, grading=grading, share=100, seed=3)
    second_marking(grading)
    compare(CHALLENGE, course=course, grading=grading)
    write_whole(grading / "moderation" / CHALLENGE / "settled.json", {f"{GONE}/1_trouver/avis": 25.0, "sternes/1_trouver/avis": 40.0})
    writing.report(course, grading)
    trial = grading / "trial" / CHALLENGE
    shutil.copytree(grading / "executed", trial / "executed")
    (trial / "received").symlink_to("../../received")
    shutil.copytree(grading / "executed" / GONE, grading / "received" / CHALLENGE / f".incoming-1-{GONE}")
    (grading / "recorded" / CHALLENGE / f".{GONE}.json.partial").write_text(GONE)
    return place


def second_marking(grading: Path) -> None:
    folder = grading / "moderation" / CHALLENGE / "MM"
    copies = json.loads((folder.parent / "MM.cle.json").read_text())["copies"]
    book = load_workbook(folder / "deuxieme-lecture.xlsx")
    for row in book.active.iter_rows(min_row=2):
        team = copies[row[0].value]["team"]
        row[4].value, row[5].value = 5, "Signé Ulysse, je crois." if team == GONE else f"Ligne {row[0].value}"
    book.save(folder / "deuxieme-lecture.xlsx")


@pytest.fixture
def place(edition, tmp_path) -> Path:
    return shutil.copytree(edition, tmp_path / "ici", symlinks=True)


def found(grading: Path) -> list[str]:
    """Every place where a secret stands: names and bytes of all files, archives and PDF streams opened, whatever the encoding or the escape."""
    forms = {form.casefold() for word in SECRETS for form in (word, json.dumps(word)[1:-1])}
    told = []
    for path in grading.rglob("*"):
        blobs = [str(path.relative_to(grading)).encode()]
        if path.is_file() and not path.is_symlink():
            blobs.append(path.read_bytes())
            if zipfile.is_zipfile(path):
                with zipfile.ZipFile(path) as archive:
                    blobs += [name.encode() for name in archive.namelist()] + [archive.read(name) for name in archive.namelist()]
            if path.suffix == ".pdf":
                blobs += list(streams(blobs[1]))
        for blob in blobs:
            texts = [blob.decode(encoding, errors="replace").casefold() for encoding in ("utf-8", "cp1252", "utf-16-le", "utf-16-be")]
            told += [f"{path.relative_to(grading)}: {form}" for form in forms if any(form in text for text in texts)]
    return told


def streams(content: bytes):
    for part in content.split(b"stream\n")[1:]:
        try:
            yield zlib.decompressobj().decompress(part)
        except zlib.error:
            continue


def marks_of(course: Path, grading: Path) -> dict:
    return {one.team.name: (one.points, one.waiting, one.mark, one.formula, one.members, one.lateness) for one in results(course, grading, CHALLENGE) if one.team.name != GONE}


def others(grading: Path) -> dict[str, bytes]:
    """Files of the other teams, byte for byte."""
    return {str(path.relative_to(grading)): path.read_bytes() for path in sorted(grading.rglob("*")) if path.is_file() and {"sternes", "huitriers", "grebes"} & {*path.parts, path.stem} and "trial" not in path.parts}


def without(told: dict) -> dict:
    """What :func:`killing.everything` tells, less the team that goes and the half files, which go too."""
    told = {what: value for what, value in told.items() if what not in ("files", "gradebook")}
    return {what: {key: one for key, one in value.items() if GONE not in key} if isinstance(value, dict) else [one for one in value if one[0] != GONE] for what, value in told.items()}


def in_copies(grading: Path) -> dict[str, set[str]]:
    return {copy.name: removing.students(copy) for copy in (grading / "backups").glob("*.db")}


def test_no_byte_names_the_team_any_more_and_the_others_have_all_that_they_had(place, monkeypatch, capsys):
    course, grading = place / "cours", place / "g"
    before = (without(everything(grading)), marks_of(course, grading), others(grading))
    copies = {copy: teams - {GONE} for copy, teams in in_copies(grading).items()}
    there = " ".join(found(grading))
    for name in ("received", "executed", "recorded", "autograded", "feedback", "submitted", "reports", "trial", "moderation", "people", "backups", "gradebook.db"):
        assert name in there, f"the test proves nothing of {name}"
    monkeypatch.setenv("CHALLENGE_DATA_HOME", str(course))
    assert cli.main(["forget", TITLE.upper(), "--grading", str(grading)]) == 1 and "Nobody to ask here" in capsys.readouterr().err
    assert " ".join(found(grading)) == there, "told, not done"
    assert cli.main(["forget", TITLE, "--grading", str(grading), "--yes"]) == 0
    said = capsys.readouterr().out
    for file in (f"received/{CHALLENGE}/{GONE}", "gradebook.db", "people/roster.json", "people/times.csv", "people/rules.toml", f"moderation/{CHALLENGE}/MM.cle.json", f"moderation/{CHALLENGE}/ecarts.xlsx", f"reports/{CHALLENGE}/vue-d-ensemble.pdf"):
        assert str(grading / file) in said, file
    assert "would bring the team back" in said and "Still names it" not in said
    assert found(grading) == []
    assert (without(everything(grading)), marks_of(course, grading), others(grading)) == before
    assert everything(grading)["gradebook"] == [("ok",)]
    assert not list(grading.glob("*-wal")) and not list(grading.glob("*-journal"))
    assert in_copies(grading) == copies and len(set().union(*copies.values())) == 3
    closed = [path for folder in ("people", "moderation") for path in (grading / folder).rglob("*") if path.is_file() and path.name not in (rules.RULES, times.TIMES)]
    assert stat.S_IMODE(grading.stat().st_mode) == 0o700, "what nbgrader writes is open to all: the folder is not"
    assert closed and {stat.S_IMODE(path.stat().st_mode) for path in closed} == {0o600}
    with pytest.raises(CannotForget, match="no such team"):
        forget(course, grading, GONE)


def test_files_that_hold_several_teams_keep_the_others_part(place):
    course, grading = place / "cours", place / "g"
    home = grading / "moderation" / CHALLENGE
    key = json.loads((home / "MM.cle.json").read_text())["copies"]
    [number] = [copy for copy, one in key.items() if one["team"] == GONE]
    lines = sheets.read(home / "MM", "deuxieme-lecture", ("copie", "points", "commentaire"), "points")
    articles = (home / "MM" / "copies.html").read_text().count("<article")
    forget(course, grading, GONE)
    assert (grading / "people" / rules.RULES).read_text(encoding="utf-8") == f"""# Les règles de mars
[deadlines]
{CHALLENGE} = 2026-03-06T18:00:00  # un vendredi
[extensions]
sternes = 2026-03-08T18:00:00
[late]
percent_lost_per_day = 5
"""
    assert (grading / "people" / times.TIMES).read_bytes().decode("cp1252") == "équipe;heure;entrée\r\nsternes;06/03/2026 18:05;sternes.ipynb\r\n"
    assert json.loads((home / "MM.cle.json").read_text())["copies"] == {copy: one for copy, one in key.items() if copy != number}
    assert json.loads((home / "settled.json").read_text()) == {"sternes/1_trouver/avis": 40.0}
    after = sheets.read(home / "MM", "deuxieme-lecture", ("copie", "points", "commentaire"), "points")
    assert [line.cells for line in after] == [line.cells for line in lines if line.cells["copie"] != number] and len(after) == 3
    page = (home / "MM" / "copies.html").read_text()
    assert page.count("<article") == articles - 1 and f'id="c{number}"' not in page
    with (home / "ecarts.csv").open(encoding="utf-8-sig", newline="") as file:
        assert number not in [row[1] for row in csv.reader(file, delimiter=";")]
    assert not list(home.glob("accord.*"))
    assert len(compare(CHALLENGE, course=course, grading=grading).pairs) == 3, "a comparison can be made again"
    assert [team.name for team in roster.load(grading).teams] == ["sternes"]


def test_killed_anywhere_a_second_run_finishes(place, monkeypatch):
    course, grading = place / "cours", place / "g"
    total = len(plan(course, grading, GONE).steps)
    original, rank = forgetting.plan, 0

    class Killed(BaseException):
        pass

    def dies(after: int):
        def planned(*given):
            told = original(*given)
            def kill() -> None:
                raise Killed
            first = told.steps[:after]
            return forgetting.Plan(told.team, told.words, (*first, forgetting.Step(grading, "the kill", kill)))
        return planned

    # Each run does a few steps more of what is left, until nothing is.
    for rank in range(total + 1):
        monkeypatch.setattr(forgetting, "plan", dies(4 + rank))
        try:
            forget(course, grading, GONE)
        except Killed:
            continue
        except CannotForget:
            break
    assert found(grading) == [] and rank > 2


def test_what_cannot_be_done_is_said_and_nothing_is_erased(place):
    course, grading = place / "cours", place / "g"
    before = sorted(found(grading))
    with pytest.raises(CannotForget, match="the nearest is Les-Engoulevents"):
        plan(course, grading, "Engoulevents d’été")
    lock = Lock(grading)
    lock.take(False, print)
    try:
        with pytest.raises(CannotForget, match="Another run is writing"):
            forget(course, grading, GONE)
    finally:
        lock.free()
    (grading / "people" / rules.RULES).write_text(f"extensions = {{ {GONE} = 2026-03-09T18:00:00 }}")
    (grading / "moderation" / CHALLENGE / "MM.cle.json").write_text("{")
    with pytest.raises(CannotForget, match="2 fault") as told:
        forget(course, grading, GONE)
    assert "does not stand there on a line of its own" in str(told.value) and "is damaged" in str(told.value)
    (grading / "people" / rules.RULES).write_text(RULES, encoding="utf-8")
    assert {line for line in before if "cle.json" not in line} == set(found(grading)) - {line for line in found(grading) if "cle.json" in line}


def test_a_damaged_copy_goes_whole_and_a_word_of_another_team_is_told(place):
    course, grading = place / "cours", place / "g"
    broken = grading / "backups" / "gradebook-20260101T000000.000Z.db"
    broken.write_bytes(b"SQLite format 3\0" + GONE.encode() * 200)
    (grading / "people" / "notes.txt").write_text("appeler Ulysse Inventé")
    assert f"{broken}: the whole copy" in plan(course, grading, GONE).as_text()
    done = forget(course, grading, GONE)
    assert not broken.exists() and done.still == (str(grading / "people" / "notes.txt"),)


def test_a_team_known_to_the_gradebook_alone_goes_too(place):
    course, grading = place / "cours", place / "g"
    with Gradebook(f"sqlite:///{grading / 'gradebook.db'}", "challenge-data") as book:
        book.add_student("pies")
    forget(course, grading, "Pies")
    with closing(sqlite3.connect(grading / "gradebook.db")) as book:
        assert [name for (name,) in book.execute("SELECT id FROM student ORDER BY 1")] == sorted(ANSWERS)


@pytest.mark.parametrize(("before", "after"), [
    ('[extensions]\r\n"Les Sternes" = 2026-03-08T18:00:00\r\npies = 2026-03-08T18:00:00\r\n', "[extensions]\r\npies = 2026-03-08T18:00:00\r\n"),
    ('\ufeff[counts]\n les-sternes = "a#b" # oui\npies = "c#d"\n', '[counts]\npies = "c#d"\n'),
    ("[late]\ngrace_minutes = 15 # Les Sternes\n", "[late]\ngrace_minutes = 15\n"),
    ("[late]\ngrace_minutes = 15 # un quart d'heure\n", None),
    ("extensions.les-sternes = 2026-03-08T18:00:00\n", removing.CannotEdit),
    ("[late\n", removing.CannotEdit),
    (b"# \xe9t\xe9\n", removing.CannotEdit),
])  # fmt: skip
def test_rules_lose_the_teams_lines_alone(tmp_path, before, after):
    path = tmp_path / "rules.toml"
    path.write_bytes(before if isinstance(before, bytes) else before.encode())
    if after is removing.CannotEdit:
        with pytest.raises(after):
            removing.from_rules(path, "Les-Sternes", ("Les-Sternes", "Les Sternes"))
    else:
        assert removing.from_rules(path, "Les-Sternes", ("Les-Sternes", "Les Sternes")) == (after and after.encode())


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252", "utf-16"])
def test_times_lose_the_teams_lines_alone_whatever_the_encoding(tmp_path, encoding):
    path = tmp_path / times.TIMES
    path.write_bytes(TIMES.encode(encoding))
    assert removing.from_times(path, GONE) == "équipe;heure;entrée\r\nsternes;06/03/2026 18:05;sternes.ipynb\r\n".encode(encoding)
    assert removing.from_times(path, "pies") is None
