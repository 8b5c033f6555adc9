"""Notebooks as teams hand them in, laid back into the masters."""

import copy
import json
import random
import re
import time
from pathlib import Path

import nbformat
import nbgrader
import pytest
from nbgrader.preprocessors import CheckCellMetadata

from challenge_data.grading.restoring import restore
from challenge_data.teamwork.parsing import Damaged, parse

PROJECT = Path(__file__).resolve().parents[1]
CHALLENGES = sorted(path.name for path in (PROJECT / "solutions").iterdir() if list(path.glob("*.ipynb")))


def read(kind, challenge):
    return {path.stem: nbformat.read(path, 4) for path in sorted((PROJECT / kind / challenge).glob("*.ipynb"))}


BOTH = {challenge: (read("solutions", challenge), read("exercises", challenge)) for challenge in CHALLENGES}
MASTERS, RELEASES = BOTH["aides-velo"]
NAME = "1_trouver"


def written(notebooks):
    return {f"{name}.ipynb": json.dumps(notebook).encode() for name, notebook in notebooks.items()}


def is_answer(cell):
    marks = cell["metadata"].get("nbgrader")
    return isinstance(marks, dict) and bool(marks.get("solution"))


def answers(notebook):
    return {cell.metadata.nbgrader.grade_id: cell.source for cell in notebook.cells if is_answer(cell)}


def answered():
    """A team that wrote something in each cell."""
    team = copy.deepcopy(RELEASES[NAME])
    for cell in team.cells:
        if is_answer(cell):
            cell.source = cell.source.replace("…", "x") + f"\n# {cell.metadata.nbgrader.grade_id}"
    return team


def given(*teams, masters=MASTERS, releases=RELEASES, **named):
    files = {f"{NAME}{'' if not rank else f' ({rank})'}.ipynb": json.dumps(team).encode() for rank, team in enumerate(teams)}
    found = restore(masters, {**files, **named}, releases)
    good(masters[NAME], found[NAME])
    return found[NAME]


def good(master, one):
    nbformat.validate(one.notebook)
    CheckCellMetadata().preprocess(copy.deepcopy(one.notebook), {})
    ids = {cell.id for cell in master.cells}
    frame = [cell for cell in one.notebook.cells if cell.id in ids]
    assert [(cell.id, cell.cell_type, cell.metadata) for cell in frame] == [(cell.id, cell.cell_type, cell.metadata) for cell in master.cells]
    assert all(mine.source == cell.source for mine, cell in zip(frame, master.cells, strict=True) if not is_answer(cell))
    json.dumps(one.notebook).encode()
    nbformat.writes(one.notebook).encode()


def kinds(one):
    return sorted({note.kind for note in one.notes})


@pytest.mark.parametrize("challenge", CHALLENGES)
def test_what_was_released_comes_back_untouched_and_right_answers_stay(challenge):
    masters, releases = BOTH[challenge]
    for team in (releases, masters):
        found = restore(masters, written(team), releases)
        for name, one in found.items():
            good(masters[name], one)
            assert (one.found, one.notes, one.source_name) == (True, [], f"{name}.ipynb")
            assert answers(one.notebook) == answers(team[name])
        again = restore(masters, written({name: one.notebook for name, one in found.items()}), releases)
        assert {name: one.notebook for name, one in again.items()} == {name: one.notebook for name, one in found.items()}


def test_nothing_handed_in_leaves_the_stubs():
    one = given()
    assert (one.found, kinds(one)) == (False, ["not handed in"]) and answers(one.notebook) == answers(RELEASES[NAME])


DAMAGED = [b"", b"\xff\xfe", b"{", b"[]", b"null", b"3", b"{}", b'{"cells": {}}', b'{"cells": "x"}', b"[" * 100_000, b'{"a":' * 100_000, b'"' + b'\\"' * 200_000,
           b"[]," * 7_000_000, b"x" * 20_000_001, b'{"worksheets": [3, {"cells": 4}]}', b"PK\x03\x04", b"1" * 100_000, b"\x00" * 100]  # fmt: skip


@pytest.mark.parametrize("content", DAMAGED, ids=range(len(DAMAGED)))
def test_damaged_files_are_told_never_raised(content):
    one = restore(MASTERS, {f"{NAME}.ipynb": content}, RELEASES)[NAME]
    assert not one.found and len(one.notes) == 1 and one.notes[0].text.endswith(".")
    assert answers(one.notebook) == answers(RELEASES[NAME])


@pytest.mark.parametrize("bad", ['{"cells": [NaN, 3, null, [], {"cell_type": 4, "source": {"a": 1}}, {"source": [1, "a"]}]}', '{"cells": [], "cells": [{"id": 1e999}]}',
                                 '{"cells": [{"source": "\\ud800", "metadata": {"nbgrader": []}}], "nbformat": %s}' % ("9" * 10_000)])  # fmt: skip
def test_odd_json_is_read(bad):
    assert all(isinstance(cell.source, str) and cell.source.encode() is not None for cell in parse(b"\xef\xbb\xbf" + bad.encode()).cells)


def test_cells_are_counted():
    assert parse(json.dumps({"cells": [{"cell_type": "code", "source": ""}] * 6000}).encode()).left == 1000
    with pytest.raises(Damaged):
        parse(b"{" * 200)


def test_a_file_of_the_right_name_with_nothing_of_the_notebook_is_told():
    one = given(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("a = 1")]))
    assert not one.found and kinds(one) == ["another work"] and f"« {NAME}.ipynb » est un autre carnet" in one.notes[0].text


def nameless(notebook):
    cells = [{"cell_type": cell.cell_type, "metadata": {}, "source": cell.source} for cell in notebook.cells]
    return {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}


@pytest.mark.parametrize("stripped", [False, True])
@pytest.mark.parametrize("kind", ["exercises", "solutions"])
@pytest.mark.parametrize("challenge", CHALLENGES)
def test_another_challenges_files_are_never_taken_though_they_share_names(challenge, kind, stripped):
    masters, releases = BOTH[challenge]
    for other in CHALLENGES:
        team = read(kind, other)
        files = written({name: nameless(notebook) for name, notebook in team.items()} if stripped else team)
        found = restore(masters, files, releases)
        assert {one.found for one in found.values()} == {other == challenge}
        if other != challenge:
            assert {note.kind for one in found.values() for note in one.notes} == {"another work"}
            assert all(answers(one.notebook) == answers(releases[name]) for name, one in found.items())


def test_a_lesson_is_told_and_a_whole_course_folder_is_sorted():
    lessons = {str(path.relative_to(PROJECT)): path.read_bytes() for path in (PROJECT / "notebooks").rglob("*.ipynb")}
    assert lessons and all(kinds(one) == ["another work"] for one in restore(MASTERS, lessons, RELEASES).values())
    course = {f"exercises/{challenge}/{file}": content for challenge in CHALLENGES for file, content in written(BOTH[challenge][1]).items()}
    found = restore(MASTERS, {**lessons, **course}, RELEASES)
    assert {name: (one.source_name, one.notes) for name, one in found.items()} == {name: (f"exercises/aides-velo/{name}.ipynb", []) for name in MASTERS}


HUGE = {"junk": b"x" * 50_000_000, "nested": b"[" * 100_000, "tiny cells": b'{"cells":[' + b",".join([b"{}"] * 1_000_000) + b"]}",
        "cells with text": b'{"cells":[' + b",".join([b'{"cell_type":"code","source":"a"}'] * 500_000) + b"]}", "closing": b"[" + b"]" * 19_999_990}  # fmt: skip


@pytest.mark.parametrize("name", HUGE)
def test_huge_files_cost_seconds_and_are_told(name):
    started = time.process_time()
    one = restore(MASTERS, {f"{NAME}.ipynb": HUGE[name]}, RELEASES)[NAME]
    assert time.process_time() - started < 8 and not one.found and len(one.notes) == 1


def test_what_is_long_to_parse_is_not_parsed():
    team = answered()
    del team.cells[index(team, "chemin")]
    team.cells += [nbformat.v4.new_code_cell("a = b" + ".c" * 9000) for _ in range(900)]
    start = time.monotonic()
    assert "missing cell" in kinds(given(team))
    assert time.monotonic() - start < 4


def index(team, name):
    return next(place for place, cell in enumerate(team.cells) if cell.metadata.get("nbgrader", {}).get("grade_id") == name)


def duplicated(team):
    team.cells.insert(0, copy.deepcopy(RELEASES[NAME].cells[index(RELEASES[NAME], "chemin")]))


def emptied(team):
    for place, cell in enumerate(team.cells):
        cell.metadata.clear()
        cell.id = f"c{place}"


def old(team):
    for cell in team.cells:
        if "nbgrader" in cell.metadata:
            cell.metadata.nbgrader.schema_version = 1


def retyped(team):
    team.cells[index(team, "chemin")].cell_type = "markdown"


def markdown_to_code(team):
    team.cells[index(team, "appels")].cell_type = "code"


def edited(team):
    team.cells[index(team, "tests-chemin")].source = "pass"


def deleted_test(team):
    del team.cells[index(team, "tests-chemin")]


def deleted_locked(team):
    del team.cells[index(team, "1-une-aide-a-voix-haute-2")]


def online(team):
    team.cells[1].source = "EN_LIGNE = True"


def turned_test(team):
    team.cells[index(team, "tests-chemin")].cell_type = "markdown"


def doubled_test(team):
    team.cells.append(copy.deepcopy(team.cells[index(team, "tests-chemin")]))


def renamed(team):
    for cell in team.cells:
        if "nbgrader" in cell.metadata:
            cell.metadata.nbgrader.grade_id = "é " + cell.metadata.nbgrader.grade_id


def stripped(team):
    for cell in team.cells:
        cell.metadata.pop("nbgrader", None)


def no_ids(team):
    for cell in team.cells:
        del cell["id"]
    team.nbformat_minor = 4


def reversed_(team):
    team.cells.reverse()


def points(team):
    team.cells[index(team, "tests-chemin")].metadata.nbgrader.points = 100


def wrong_types(team):
    team.cells[3].metadata.nbgrader = [1]
    team.cells[4].metadata.tags = "x"


STRUCTURAL = [(duplicated, ["duplicate cell"]), (emptied, None), (old, []), (retyped, ["changed type"]), (markdown_to_code, ["changed type"]), (edited, ["cells put back"]),
              (deleted_test, ["cells put back"]), (deleted_locked, ["cells put back"]), (online, ["cells put back"]), (turned_test, ["cells put back"]), (doubled_test, None), (renamed, []),
              (stripped, []), (no_ids, []), (reversed_, ["changed order"]), (points, []), (wrong_types, [])]  # fmt: skip


@pytest.mark.parametrize(("change", "told"), STRUCTURAL, ids=[change.__name__ for change, _ in STRUCTURAL])
def test_structure_undone_costs_no_answer(change, told):
    team = answered()
    expected = answers(team)
    change(team)
    one = given(team)
    assert one.found and answers(one.notebook) == expected
    assert told is None or kinds(one) == told


def test_a_missing_answer_is_the_stub_and_is_told():
    team = answered()
    del team.cells[index(team, "chemin")]
    one = given(team)
    assert [(note.kind, note.cell) for note in one.notes] == [("missing cell", "chemin")]
    assert answers(one.notebook)["chemin"] == answers(RELEASES[NAME])["chemin"]


def test_extra_cells_stay_where_they_were():
    team = answered()
    place = index(team, "chemin")
    team.cells[place + 1 : place + 1] = [nbformat.v4.new_code_cell("essai = 1", id="essai"), nbformat.v4.new_markdown_cell("idée"), nbformat.v4.new_code_cell("")]
    one = given(team)
    at = [cell.id for cell in one.notebook.cells].index("solution-chemin")
    code, text = one.notebook.cells[at + 1 : at + 3]
    assert (code.source, code.metadata, text.source, one.notes) == ("essai = 1", {"tags": ["raises-exception"]}, "idée", [])
    assert given(one.notebook).notebook == one.notebook
    team.cells += [nbformat.v4.new_code_cell(f"a = {rank}") for rank in range(300)] + [nbformat.v4.new_code_cell("#" * 300_000)]
    one = given(team)
    assert kinds(one) == ["too many extra cells"] and len(one.notebook.cells) == len(MASTERS[NAME].cells) + 200


def test_hints_may_be_changed_and_forged_metadata_is_lost():
    team = answered()
    place = next(place for place, cell in enumerate(team.cells) if cell.source.startswith("hint("))
    team.cells[place].source = team.cells[place].source.replace(")", ", 2)")
    forged = {"grade_id": "bonus", "grade": True, "solution": False, "locked": False, "points": 100, "schema_version": 3, "cell_type": "code", "task": False}
    team.cells.insert(place, nbformat.v4.new_code_cell("bonus = 100", metadata={"nbgrader": forged}))
    one = given(team)
    mine = next(cell for cell in one.notebook.cells if cell.source == "bonus = 100")
    assert one.notes == [] and "nbgrader" not in mine.metadata


def test_a_changed_copy_of_an_answer_stays_where_it_ran():
    team = answered()
    copied = copy.deepcopy(team.cells[index(team, "chemin")])
    copied.source, copied.id = "aide_a_nous = 1", "copie"
    team.cells.insert(index(team, "compter"), copied)
    one = given(team)
    sources = [cell.source for cell in one.notebook.cells]
    assert kinds(one) == ["duplicate cell"] and answers(one.notebook) == answers(answered())
    assert sources.index("aide_a_nous = 1") == index(one.notebook, "compter") - 1


def test_a_text_written_over_the_question_is_kept_after_it():
    team = answered()
    team.cells[0].source += "\nNotre réponse."
    one = given(team)
    assert one.notebook.cells[1].source.endswith("Notre réponse.") and kinds(one) == ["cells put back"]


def test_the_file_with_most_answers_is_taken_whatever_its_name():
    one = given(RELEASES[NAME], answered())
    assert one.source_name == f"{NAME} (1).ipynb" and kinds(one) == ["several files"] and answers(one.notebook) == answers(answered())
    files = {"rendu.zip/equipe/n'importe.ipynb": json.dumps(answered()).encode(), "2_manipuler.ipynb": b"{", "indices.json": b"{}"}
    found = restore(MASTERS, files, RELEASES)
    assert found[NAME].found and not found[NAME].notes and kinds(found["2_manipuler"]) == ["damaged file"]


def test_nbformat_3_is_read():
    team = answered()
    old_file = {"nbformat": 3, "worksheets": [{"cells": [{"cell_type": cell.cell_type, "metadata": cell.metadata, "input" if cell.cell_type == "code" else "source": cell.source.splitlines(True)} for cell in team.cells]}]}
    one = given(old_file)
    assert answers(one.notebook) == answers(team) and one.notes == []


FILES = sorted(Path(nbgrader.__file__).parent.glob("tests/**/files/**/*.ipynb"))


def test_nbgraders_own_malformed_notebooks_raise_nothing():
    for path in FILES:
        restore(MASTERS, {f"{NAME}.ipynb": path.read_bytes()}, RELEASES)


@pytest.mark.parametrize("seed", range(60))
def test_mutilations_lose_no_answer_that_still_has_a_name(seed):
    draw = random.Random(seed)
    team = json.loads(json.dumps(answered()))
    expected = answers(answered())
    ids = {cell["metadata"]["nbgrader"]["grade_id"]: cell["id"] for cell in team["cells"] if is_answer(cell)}
    for _ in range(draw.randrange(1, 40)):
        cells = team["cells"]
        place = draw.randrange(len(cells))
        action = draw.choice(["delete", "duplicate", "move", "retype", "strip", "rename id", "rename grade", "odd", "junk"])
        if action == "delete":
            del cells[place]
        elif action == "duplicate":
            cells.insert(draw.randrange(len(cells)), copy.deepcopy(cells[place]))
        elif action == "move":
            cells.insert(draw.randrange(len(cells)), cells.pop(place))
        elif action == "junk":
            cells.insert(place, draw.choice([{}, {"cell_type": "code", "metadata": None, "source": ["a"]}, {"cell_type": "x", "id": "", "source": "b", "metadata": {}}]))
        elif action == "retype":
            cells[place]["cell_type"] = draw.choice(["code", "markdown", "raw", "x", 3])
        elif action == "strip":
            cells[place]["metadata"] = {}
        elif action == "rename id":
            cells[place]["id"] = f"r{place}"
        elif isinstance(marks := (cells[place].get("metadata") or {}).get("nbgrader"), dict):
            marks["grade_id"] = f"r{place}" if action == "rename grade" else [1]
    named = set()
    for cell in team["cells"]:
        marks = (cell.get("metadata") or {}).get("nbgrader")
        grade = marks.get("grade_id") if isinstance(marks, dict) else None
        named |= {name for name in expected if grade == name or cell.get("id") == ids[name]}
    one = given(team)
    kept = answers(one.notebook)
    assert {name: kept[name] for name in named} == {name: expected[name] for name in named}
    assert given(one.notebook).notebook == one.notebook
    assert all(re.fullmatch(r"[^\n]+\.", note.text) for note in one.notes)
