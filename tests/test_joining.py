"""Two people's work made one: what is compared, what is proposed, what is written, and that nothing is lost unseen."""

import copy
import json
import shutil
from pathlib import Path

import nbformat
import pytest

from challenge_data import course as place
from challenge_data import edition
from challenge_data.errors import LearnerError
from challenge_data.teamwork import archive, cells, comparing, files, joining, keeping, received

FIND = "exercises/tiny/1_trouver.ipynb"
LESSON = "notebooks/j0_depart/01_compter.ipynb"


@pytest.fixture
def here(course, tmp_path, monkeypatch) -> Path:
    """The course in miniature, unchanged, of a team that chose; « here » in these tests."""
    shutil.copytree(course, tmp_path / "ici")
    monkeypatch.setenv("CHALLENGE_DATA_HOME", str(tmp_path / "ici"))
    monkeypatch.delenv("CHALLENGE_DATA_WORK", raising=False)
    place.team("Les Sternes", ["Aya", "Camille"], "tiny")
    return tmp_path / "ici"


def delivered(path: str = FIND) -> dict:
    return cells.read(edition.originals()[path])


def answered(path: str = FIND, added: dict[str, tuple[str, str, str]] | None = None, **answers: str) -> dict:
    """The delivered notebook with answers (``solution_grand="grand = 9"``) and added cells (id -> after which, kind, text)."""
    notebook = delivered(path)
    for name, text in answers.items():
        cell(notebook, name.replace("_", "-"))["source"] = text
    for name, (after, kind, text) in (added or {}).items():
        rank = [one["id"] for one in notebook["cells"]].index(after) + 1
        one = {"cell_type": kind, "id": name, "metadata": {}, "source": text}
        notebook["cells"].insert(rank, one | ({"outputs": [], "execution_count": None} if kind == "code" else {}))
    return notebook


def cell(notebook: dict, name: str) -> dict:
    return next(one for one in notebook["cells"] if one["id"] == name)


def lay(notebook: dict, path: str = FIND) -> None:
    """Somebody here wrote this."""
    files.path_of(path).write_bytes(cells.written(notebook))


def zipped(notebook: dict | None = None, path: str = FIND, **others: bytes) -> bytes:
    """As a teammate's « Tout télécharger » gives it; ``journal__csv`` is ``travail/journal.csv``."""
    return archive.write("travail", ({path: cells.written(notebook)} if notebook else {}) | {f"travail/{name.replace('__', '.')}": content for name, content in others.items()})


def compare(content: bytes, name: str = "travail.zip") -> dict:
    return joining.compare({"content": content, "name": name})


def join(told: dict, who: str = "Camille", **choices) -> dict:
    return joining.join({"received": told["received"], "stamp": told["stamp"], "who": who, "choices": choices.get("choices", {})})


def read(path: str = FIND) -> dict:
    content = files.path_of(path).read_bytes()
    nbformat.validate(nbformat.reads(content.decode(), 4))
    return cells.read(content)


def copies() -> list[Path]:
    return sorted((place.work_dir() / "copies").glob("*"))


def test_a_notebook_that_nobody_changed_is_written_with_the_bytes_it_had():
    for path in sorted((Path(__file__).resolve().parents[1] / "exercises").rglob("*.ipynb")):
        assert cells.written(cells.read(path.read_bytes())) == path.read_bytes(), path


def test_the_same_work_on_both_sides_leaves_nothing_to_choose(here):
    lay(answered(solution_grand="grand = 9"))
    told = compare(zipped(answered(solution_grand="grand = 9")))
    (one,) = told["notebooks"]
    assert (one["same"], one["only_mine"], one["cells"], one["added"], told["files"], told["asks"], told["notes"]) == (1, 0, [], [], [], [], [])
    before = files.path_of(FIND).read_bytes()
    assert "Rien n'a changé" in join(told)["told"][0] and files.path_of(FIND).read_bytes() == before and not copies()


def test_an_answer_that_only_the_teammate_has_is_proposed_and_taken_without_its_outputs(here):
    theirs = answered(solution_grand="grand = 9")
    cell(theirs, "solution-grand")["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "eux"}]
    told = compare(zipped(theirs))
    (one,) = told["notebooks"][0]["cells"]
    assert (one["key"], one["title"], one["kind"], one["mine_state"], one["theirs_state"], one["choice"]) == ("solution-grand", "Question 1", "code", "vide", "repondue", "fichier")
    done = join(told)
    assert done["paths"] == [FIND] and done["told"][0].startswith("« Trouver » : 1 réponse reçue")
    now = read()
    assert cell(now, "solution-grand") == {**cell(delivered(), "solution-grand"), "source": "grand = 9"}
    assert copies()[0].read_bytes() == edition.originals()[FIND]


def test_an_answer_that_is_only_here_stays_and_is_counted(here):
    lay(answered(solution_grand="grand = 9"))
    told = compare(zipped(answered(essay_avis="Neuf, parce que.")))
    (one,) = told["notebooks"]
    assert one["only_mine"] == 1 and [each["key"] for each in one["cells"]] == ["essay-avis"]
    join(told)
    assert cell(read(), "solution-grand")["source"] == "grand = 9" and cell(read(), "essay-avis")["source"] == "Neuf, parce que."


def test_between_two_answers_nothing_is_chosen_for_anybody(here):
    lay(answered(solution_grand="grand = 9"))
    told = compare(zipped(answered(solution_grand="grand = max(valeurs)")))
    (one,) = told["notebooks"][0]["cells"]
    assert one["choice"] is None and (one["mine"], one["theirs"]) == ("grand = 9", "grand = max(valeurs)")
    join(told)
    assert cell(read(), "solution-grand")["source"] == "grand = 9", "what nobody chose stays as it is here"
    join(told, choices={FIND: {"solution-grand": "fichier"}})
    assert cell(read(), "solution-grand")["source"] == "grand = max(valeurs)"
    assert "grand = 9" in copies()[0].read_text()


@pytest.mark.parametrize(("mine", "theirs", "choice"), [
    ("grand = 9 # …", "grand = max(valeurs)", None),
    ("grand = max(…)", "grand = 9", "fichier"),
    ("grand = 9", "grand = max(…)", "ici"),
    ("grand = min(…)", "grand = max(…)", None),
    ("", "grand = max(…)", "fichier"),
])  # fmt: skip
def test_the_answer_that_goes_further_is_proposed(here, mine, theirs, choice):
    lay(answered(solution_grand=mine))
    (one,) = compare(zipped(answered(solution_grand=theirs)))["notebooks"][0]["cells"]
    assert one["choice"] == choice


def test_both_answers_stay_one_in_its_place_and_one_as_a_text_that_does_not_run(here):
    lay(answered(solution_grand="grand = 9"))
    content = zipped(answered(solution_grand='grand = max(valeurs)  # ```\n"<b>"'))
    for _ in range(2):  # the second time, the other version is already there
        join(compare(content), who="Camille <b>", choices={FIND: {"solution-grand": "deux"}})
    now = read()
    beside = now["cells"][[one["id"] for one in now["cells"]].index("solution-grand") + 1]
    assert cell(now, "solution-grand")["source"] == "grand = 9" and beside["cell_type"] == "markdown"
    assert beside["source"] == '**Autre réponse à cette question, de Camille b**\n\n````python\ngrand = max(valeurs)  # ```\n"<b>"\n````'
    assert sum("Autre réponse" in one["source"] for one in now["cells"]) == 1


def test_added_cells_come_along_where_they_stood_and_lose_their_outputs(here):
    lay(answered(added={"deadbeef": ("solution-grand", "code", "grand + 1")}))
    theirs = answered(solution_grand="grand = 9", added={"deadbeef": ("solution-grand", "code", "%run x.py"), "abc": ("tests-grand", "markdown", "Une note.")})
    cell(theirs, "deadbeef")["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "eux"}]
    told = compare(zipped(theirs))
    assert [(one["title"], one["kind"], one["text"]) for one in told["notebooks"][0]["added"]] == [("Question 1", "code", "%run x.py"), ("Question 1", "markdown", "Une note.")]
    join(told, choices={FIND: {"ajout-1": "ici"}})
    now = read()
    ids = [one["id"] for one in now["cells"]]
    rank = ids.index("solution-grand")
    assert [one["source"] for one in now["cells"][rank + 1:rank + 3]] == ["grand + 1", "%run x.py"] and len(set(ids)) == len(ids)
    assert now["cells"][rank + 2]["outputs"] == [] and not any("Une note" in one["source"] for one in now["cells"])
    assert [one["text"] for one in compare(zipped(theirs))["notebooks"][0]["added"]] == ["Une note."], "what came is not offered again"


def test_the_frame_is_the_delivered_one_and_outputs_stay_where_nothing_changed(here):
    mine = answered()
    locked = next(one for one in mine["cells"] if one["id"] == "tests-grand")
    locked["source"] = "print('triche')"
    mine["cells"] = [one for one in mine["cells"] if one["id"] != "essay-avis"]  # deleted
    first = next(one for one in mine["cells"] if one["cell_type"] == "code")
    first["outputs"], first["execution_count"] = [{"output_type": "stream", "name": "stdout", "text": "vu"}], 3
    lay(mine)
    join(compare(zipped(answered(solution_grand="grand = 9"))))
    now = read()
    assert [one["id"] for one in now["cells"]] == [one["id"] for one in delivered()["cells"]]
    assert cell(now, "tests-grand") == cell(delivered(), "tests-grand") and cell(now, "essay-avis") == cell(delivered(), "essay-avis")
    assert cell(now, first["id"])["outputs"] and cell(now, first["id"])["execution_count"] == 3


def test_a_lesson_is_joined_by_its_exercises_and_its_examples_stay(here):
    theirs = answered(LESSON, exercise_total='total = sum(lignes)\ncheck("01.total")')
    example = next(one for one in theirs["cells"] if "lignes = [3, 4, 5]" in one["source"])
    example["source"] = "lignes = [1]"
    told = compare(zipped(theirs, path=LESSON))
    assert [(one["key"], one["asked"], one["choice"]) for one in told["notebooks"][0]["cells"]] == [(example["id"], False, "ici"), ("exercise-total", True, "fichier")]
    join(told)
    assert "sum(lignes)" in cell(read(LESSON), "exercise-total")["source"] and "[3, 4, 5]" in cell(read(LESSON), example["id"])["source"]


def test_of_an_answer_that_was_pasted_twice_the_one_that_is_answered_counts_and_the_other_is_offered(here):
    theirs = answered(solution_grand="grand = 1")
    twin = copy.deepcopy(cell(theirs, "solution-grand")) | {"id": "deadbeef", "source": "grand = 2"}
    theirs["cells"].append(twin)
    told = compare(zipped(theirs))["notebooks"][0]
    assert [one["theirs"] for one in told["cells"]] == ["grand = 1"] and [one["text"] for one in told["added"]] == ["grand = 2"]
    cell(theirs, "solution-grand")["source"] = cell(delivered(), "solution-grand")["source"]
    told = compare(zipped(theirs))
    assert [one["theirs"] for one in told["notebooks"][0]["cells"]] == ["grand = 2"] and told["notebooks"][0]["added"] == []
    join(told)
    assert sum("nbgrader" in one["metadata"] and one["metadata"]["nbgrader"]["grade_id"] == "grand" for one in read()["cells"]) == 1


def test_the_same_id_twice_here_is_written_as_two(here):
    mine = answered(solution_grand="grand = 1")
    mine["cells"].append(copy.deepcopy(cell(mine, "solution-grand")) | {"source": "grand = 2"})
    files.path_of(FIND).write_bytes(cells.written(mine))
    join(compare(zipped(answered(essay_avis="Neuf."))))
    now = read()
    ids = [one["id"] for one in now["cells"]]
    assert len(set(ids)) == len(ids) and {"grand = 1", "grand = 2"} <= {one["source"] for one in now["cells"]}


def test_a_notebook_that_lost_its_ids_is_recognised_and_its_graded_answers_too(here):
    theirs = answered(solution_grand="grand = 9")
    for one in theirs["cells"]:
        del one["id"]
    told = compare(cells.written(theirs), "1_trouver (1).ipynb")
    assert [one["key"] for one in told["notebooks"][0]["cells"]] == ["solution-grand"] and told["notebooks"][0]["added"] == []
    join(told)
    assert cell(read(), "solution-grand")["source"] == "grand = 9"


def test_each_notebook_of_the_course_is_known_by_its_cells_whatever_it_is_called(monkeypatch):
    monkeypatch.setenv("CHALLENGE_DATA_HOME", str(Path(__file__).resolve().parents[1]))
    course = comparing.delivered()
    for path, notebook in course.items():
        (known,) = received.sort(cells.written(notebook), "sans nom.ipynb", course).notebooks
        assert known == path
    foreign = {"cells": [{"cell_type": "code", "id": "a", "metadata": {}, "source": "import pandas as pd"}], "metadata": {}}
    with pytest.raises(LearnerError):
        received.sort(cells.written(foreign), "1_trouver.ipynb", course)


def test_a_damaged_notebook_of_theirs_is_told_and_the_rest_comes(here):
    content = archive.write("travail", {FIND: b'{"cells": [', LESSON: cells.written(answered(LESSON, exercise_total="total = 12"))})
    told = compare(content)
    assert [one["path"] for one in told["notebooks"]] == [LESSON] and "abîmé" in " ".join(told["notes"])


def test_a_damaged_notebook_here_is_kept_in_the_copies_and_theirs_takes_its_place(here):
    files.path_of(FIND).write_bytes(b"{oups")
    told = compare(zipped(answered(solution_grand="grand = 9")))
    assert "abîmé" in told["notebooks"][0]["damaged"]
    join(told)
    assert cell(read(), "solution-grand")["source"] == "grand = 9" and copies()[0].read_bytes() == b"{oups"


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"[]", b'{"cells": 3}', b"\xff" * 99], ids=repr)
def test_what_is_no_work_is_refused_in_a_sentence(here, content):
    for name in ("travail.zip", "1_trouver.ipynb"):
        with pytest.raises(LearnerError):
            compare(content, name)


def test_a_picture_is_not_taken_for_a_broken_download(here):
    with pytest.raises(LearnerError, match=r"« IMG_2031.png » n'est ni une archive .zip, ni un carnet"):
        compare(b"\x89PNG\r\n", "IMG_2031.png")


def test_a_zip_of_other_things_is_refused_with_what_to_choose(here):
    with pytest.raises(LearnerError, match="Tout télécharger"):
        compare(archive.write("travail", {"photos/plage.jpg": b"\0"}))


def test_another_edition_and_another_version_are_told(here):
    content = zipped(answered(solution_grand="grand = 9"))
    (here / "edition.toml").write_text('name = "Ailleurs"\n', encoding="utf-8")
    (here / edition.ORIGINALS / "notebooks" / "nouveau.md").write_text("neuf", encoding="utf-8")
    notes = compare(content)["notes"]
    assert "autre édition" in notes[0] and "autre version" in notes[1] and len(notes) == 2


def test_a_question_that_this_version_does_not_know_is_offered_as_an_added_cell(here):
    theirs = answered()
    theirs["cells"].append(copy.deepcopy(cell(theirs, "solution-grand")) | {"id": "solution-petit", "source": "petit = 2"})
    theirs["cells"][-1]["metadata"]["nbgrader"]["grade_id"] = "petit"
    told = compare(zipped(theirs))
    assert [one["text"] for one in told["notebooks"][0]["added"]] == ["petit = 2"]
    join(told)
    assert "nbgrader" not in cell(read(), "solution-petit")["metadata"]


def test_another_team_and_another_challenge_are_asked_about_first(here):
    content = zipped(answered(solution_grand="grand = 9"))
    (here / "exercises" / "autre").mkdir()
    shutil.copy(here / FIND, here / "exercises/autre/x.ipynb")
    place.team("Les Fous", ["Zoé"], "autre")
    asks = compare(content)["asks"]
    assert "Les Sternes" in asks[0] and "Les Fous" in asks[0] and "« tiny »" in asks[1] and "« autre »" in asks[1]
    place.team("les sternes", challenge="tiny")
    assert compare(content)["asks"] == [], "case is no other team"


def test_a_manifest_of_nonsense_stops_nothing(here):
    import io
    import zipfile

    for manifest in ({"files": [], "team": [3], "edition": "x", "made": 4}, {"files": [], "team": {"name": {}, "members": 3}}):
        whole = io.BytesIO()
        with zipfile.ZipFile(whole, "w") as made:
            made.writestr("manifest.json", json.dumps(manifest))
            made.writestr(f"Téléchargements/cours/{FIND}", cells.written(answered(solution_grand="grand = 9")))
        told = compare(whole.getvalue())
        assert told["members"] == [] and [one["path"] for one in told["notebooks"]] == [FIND]


def test_files_of_the_work_folder_are_proposed_when_missing_and_chosen_when_different(here):
    (here / "travail/journal.csv").write_text("a\n1\n")
    told = compare(zipped(journal__csv=b"a\n2\n", souhaits__csv=b"x\n", image__png=b"\x89PNG\0", equipe__json=b"{}", quiz__json=b"{}"))
    assert {one["path"]: (one["mine"], one["theirs"], one["choice"]) for one in told["files"]} == {
        "travail/journal.csv": ("a\n1\n", "a\n2\n", None), "travail/souhaits.csv": (None, "x\n", "fichier"), "travail/image.png": (None, None, "fichier")}
    join(told)
    assert (here / "travail/journal.csv").read_text() == "a\n1\n" and (here / "travail/souhaits.csv").read_text() == "x\n"
    join(compare(zipped(journal__csv=b"a\n2\n")), choices={"travail/journal.csv": "fichier"})
    assert (here / "travail/journal.csv").read_text() == "a\n2\n" and copies()[-1].read_text() == "a\n1\n"
    assert "Les Sternes" in str(place.team())


def test_a_file_that_python_would_import_is_not_proposed(here):
    content = archive.write("travail", {"exercises/tiny/pandas.py": b"boum", FIND: cells.written(answered(solution_grand="grand = 9"))})
    told = compare(content)
    assert [(one["path"], one["choice"]) for one in told["files"]] == [("exercises/tiny/pandas.py", "ici")]
    join(told)
    assert not (here / "exercises/tiny/pandas.py").exists()


def test_hints_that_either_opened_are_the_teams(here):
    place.keep("indices.json", {"01.total": {"ouverts": 2, "sur": 2}, "tiny.1.1": {"ouverts": 1, "sur": 3}})
    join(compare(zipped(answered(), indices__json=b'{"01.total": {"ouverts": 1}, "tiny.1.1": {"ouverts": 3, "sur": 3}, "x": 4}')))
    assert json.loads((here / "travail/indices.json").read_text())["tiny.1.1"]["ouverts"] == 1, "a file with something odd in it is left alone"
    join(compare(zipped(answered(), indices__json=b'{"01.total": {"ouverts": 1}, "tiny.1.1": {"ouverts": 3, "sur": 3}}')))
    opened = json.loads((here / "travail/indices.json").read_text())
    assert (opened["01.total"]["ouverts"], opened["tiny.1.1"]["ouverts"]) == (2, 3)


def test_what_changed_here_meanwhile_is_not_overwritten(here):
    told = compare(zipped(answered(solution_grand="grand = 9")))
    lay(answered(solution_grand="grand = 7"))
    done = join(told)
    assert done["changed"] and cell(read(), "solution-grand")["source"] == "grand = 7" and not copies()
    again = joining.compare({"received": told["received"]})
    assert again["notebooks"][0]["cells"][0]["mine"] == "grand = 7"


def test_a_file_that_is_not_there_any_more_is_asked_again(here):
    for label in (None, "", "../../etc/passwd", "0" * 16):
        with pytest.raises(LearnerError, match="choisissez-le de nouveau"):
            joining.join({"received": label, "stamp": "x"})


def test_three_people_in_a_row_through_the_files_that_keep_gives(here, tmp_path, monkeypatch):
    """Each at a machine of their own, with one part; the last machine joins the two others' files."""
    parts = {"un": answered(solution_grand="grand = max(valeurs)"), "deux": answered(essay_avis="Neuf.", added={"aaaa": ("essay-avis", "markdown", "Note de deux.")})}
    zips = {}
    for name, part in parts.items():
        shutil.copytree(here, tmp_path / name)
        monkeypatch.setenv("CHALLENGE_DATA_HOME", str(tmp_path / name))
        lay(part)
        zips[name] = keeping.work({}).content
    monkeypatch.setenv("CHALLENGE_DATA_HOME", str(here))
    lay(answered(LESSON, exercise_total="total = 12"), LESSON)
    for name, content in zips.items():
        told = compare(content)
        assert not told["asks"] and not told["notes"] and told["members"] == ["Aya", "Camille"], name
        join(told)
    now = read()
    assert (cell(now, "solution-grand")["source"], cell(now, "essay-avis")["source"]) == ("grand = max(valeurs)", "Neuf.")
    assert any(one["source"] == "Note de deux." for one in now["cells"]) and cell(read(LESSON), "exercise-total")["source"] == "total = 12"
    assert len(copies()) == 2
