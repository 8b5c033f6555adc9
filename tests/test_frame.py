"""The frame of a graded notebook: whatever happens to its locked cells, they come back, and nothing of the team's is lost."""

import copy
import json
from pathlib import Path

import nbformat
import pytest

from challenge_data import course as place
from challenge_data.teamwork import frame
from challenge_data.teamwork.parsing import Damaged

PATH = "exercises/tiny/1_trouver.ipynb"
ESSAY = "Neuf, parce que c'est le plus grand."


@pytest.fixture
def original(course) -> bytes:
    return (course / PATH).read_bytes()


def edited(original: bytes, change) -> bytes:
    """The notebook with a team's answers and cells, then changed."""
    whole = json.loads(original)
    cells = {cell["id"]: cell for cell in whole["cells"]}
    cells["solution-grand"]["source"] = ["grand = max(valeurs)"]
    cells["essay-avis"] |= {"source": [ESSAY], "attachments": {"photo.png": {"image/png": "iVBORw0KGgo="}}}
    cells["tests-grand"] |= {"execution_count": 3, "outputs": [{"name": "stdout", "output_type": "stream", "text": ["bien"]}]}
    place = whole["cells"].index(cells["solution-grand"])
    whole["cells"].insert(place + 1, {"cell_type": "code", "id": "a1b2c3d4", "metadata": {}, "source": ["print(grand)"], "outputs": [], "execution_count": None})
    change(whole["cells"], cells)
    return json.dumps(whole).encode()


def mended(original: bytes, change) -> tuple[frame.Framed, list]:
    found = frame.framed(PATH, original, edited(original, change))
    notebook = nbformat.reads(found.content.decode(), as_version=4)
    nbformat.validate(notebook)
    cells = {cell.id: cell for cell in notebook.cells}
    assert cells["solution-grand"].source == "grand = max(valeurs)" and cells["essay-avis"].source == ESSAY
    assert cells["essay-avis"].attachments == {"photo.png": {"image/png": "iVBORw0KGgo="}}
    delivered = {cell["id"]: cell for cell in json.loads(original)["cells"]}
    for name, cell in delivered.items():
        if cell["metadata"].get("nbgrader"):
            assert dict(cells[name].metadata.nbgrader) == cell["metadata"]["nbgrader"], name
            if cell["metadata"]["nbgrader"]["locked"]:
                assert cells[name].source == "".join(cell["source"]), name
    again = frame.framed(PATH, original, found.content)
    assert again.told == () and again.content == found.content, "once is enough"
    return found, notebook.cells


def test_a_sound_notebook_is_given_back_as_it_is(original):
    content = edited(original, lambda cells, by: None)
    assert frame.framed(PATH, original, content).content is content
    assert frame.framed(PATH, original, original).told == ()


def test_fields_that_a_program_left_out_are_given(original):
    def bare(cells, by):
        for cell in cells:
            cell.pop("outputs", None)
            cell.pop("execution_count", None)
        cells.append({"cell_type": "code", "source": "print(1)"})
        cells.append({"cell_type": "markdown", "source": "Une note."})
        by["tests-grand"]["source"] = "rien"

    found, cells = mended(original, bare)
    assert found.told and [cell.source for cell in cells[-2:]] == ["print(1)", "Une note."]


def test_a_changed_test_comes_back_without_its_outputs_and_others_keep_theirs(original):
    found, cells = mended(original, lambda cells, by: by["tests-grand"].update(source=["print('juste')"]))
    assert found.told == ("« Question 1 » : la cellule de vérification avait changé, et est remise comme dans l'énoncé.",)
    assert next(cell for cell in cells if cell.id == "tests-grand").outputs == []
    _, cells = mended(original, lambda cells, by: cells.remove(by["bareme-avis"]))
    assert next(cell for cell in cells if cell.id == "tests-grand").outputs[0].text == "bien"


def test_a_deleted_cell_comes_back_at_its_place(original):
    found, cells = mended(original, lambda cells, by: (cells.remove(by["tests-grand"]), cells.remove(by["bareme-avis"])))
    assert [text.split(" : ")[1] for text in found.told] == ["la cellule de vérification ne se trouvait plus dans le carnet, et y est remise.", "la cellule du barème ne se trouvait plus dans le carnet, et y est remise."]
    order = [cell.id for cell in cells]
    assert order.index("solution-grand") < order.index("a1b2c3d4") < order.index("tests-grand") < order.index("bareme-avis") < order.index("essay-avis")


def test_a_moved_cell_goes_back_and_the_teams_own_cells_follow_what_they_followed(original):
    def move(cells, by):
        cells.remove(by["tests-grand"])
        cells.insert(0, by["tests-grand"])

    found, cells = mended(original, move)
    assert found.told == ("Des cellules avaient changé de place : l'ordre de l'énoncé est rétabli.",)
    order = [cell.id for cell in cells]
    assert order.index("a1b2c3d4") == order.index("solution-grand") + 1 and order.index("tests-grand") > order.index("a1b2c3d4")
    assert [name for name in order if name != "a1b2c3d4"] == [cell["id"] for cell in json.loads(original)["cells"]]


def test_a_doubled_test_goes_and_a_doubled_answer_stays_as_the_teams_own(original):
    def double(cells, by):
        cells.append(copy.deepcopy(by["tests-grand"]))
        other = copy.deepcopy(by["solution-grand"]) | {"source": ["grand = 3"]}
        cells.insert(cells.index(by["tests-grand"]), other)

    found, cells = mended(original, double)
    assert sum("en double" in text for text in found.told) == 2
    assert [cell.id for cell in cells].count("tests-grand") == 1
    [loose] = [cell for cell in cells if cell.source == "grand = 3"]
    assert "nbgrader" not in loose.metadata and loose.id != "solution-grand"


def test_an_answer_that_lost_its_name_is_recognised(original):
    def strip(cells, by):
        by["solution-grand"] |= {"metadata": {"collapsed": True}, "id": "x1"}
        by["essay-avis"]["metadata"] = {}

    found, cells = mended(original, strip)
    assert sum("perdu son nom ou sa protection" in text for text in found.told) == 2
    assert next(cell for cell in cells if cell.id == "solution-grand").metadata["collapsed"] is True


def test_a_deleted_answer_comes_back_empty_and_a_turned_one_turns_back(original):
    whole = json.loads(original)
    whole["cells"] = [cell for cell in whole["cells"] if cell["id"] != "solution-grand"]
    essay = next(cell for cell in whole["cells"] if cell["id"] == "essay-avis")
    essay |= {"cell_type": "code", "outputs": [], "execution_count": None, "source": ESSAY}
    found = frame.framed(PATH, original, json.dumps(whole).encode())
    cells = {cell.id: cell for cell in nbformat.reads(found.content.decode(), as_version=4).cells}
    assert cells["solution-grand"].source == "grand = …" and cells["essay-avis"].cell_type == "markdown" and cells["essay-avis"].source == ESSAY
    nbformat.validate(nbformat.reads(found.content.decode(), as_version=4))


def test_texts_that_the_team_wrote_in_or_deleted_stay_so(original):
    def write(cells, by):
        first = cells[0]
        first["source"] = ["# Trouver\n", "Nos notes : voir Awa."]
        by["tests-grand"]["source"] = []

    found, cells = mended(original, write)
    assert "Nos notes" in cells[0].source and len(found.told) == 1


@pytest.mark.parametrize(("content", "says"), [
    (b"", "est vide"), (b'{"cells": [', "abîmé"), (b'{"cells": [{"source": "\xe9"}]}', "abîmé"), (b"[1]", "pas un carnet"), (b'{"worksheets": [{"cells": []}]}', "ancien format"),
    (b'{"cells": [], "nbformat": 4}', "autre chose"), (json.dumps({"cells": [{"cell_type": "markdown", "source": "Autre"}]}).encode(), "autre chose"),
])  # fmt: skip
def test_what_is_not_this_notebook_is_told(original, content, says):
    with pytest.raises(Damaged, match=says):
        frame.framed(PATH, original, content)


def test_files_are_mended_and_kept_and_damaged_ones_left_alone(course, original, tmp_path, monkeypatch):
    monkeypatch.setenv("CHALLENGE_DATA_HOME", str(course))
    monkeypatch.setenv("CHALLENGE_DATA_WORK", str(tmp_path))
    here = Path(course, PATH)
    changed = edited(original, lambda cells, by: cells.remove(by["tests-grand"]))
    try:
        here.write_bytes(changed)
        [one] = frame.restore("tiny")
        assert one.path == PATH and len(one.told) == 1
        assert (tmp_path / one.copy.removeprefix("travail/")).read_bytes() == changed, "the file as it was"
        assert b"tests-grand" in here.read_bytes() and frame.restore("tiny") == []
        here.write_bytes(b"{")
        assert frame.restore("tiny") == [] and here.read_bytes() == b"{"
        here.unlink()
        assert frame.restore("tiny") == [] and not here.exists()
    finally:
        here.write_bytes(original)
    assert place.work_dir() == tmp_path
