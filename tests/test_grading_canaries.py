"""Canaries: before each test cell, wrong answers that must still be refused."""

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from challenge_data.grading import watching
from challenge_data.grading.running import run

VERBS = ("that", "number", "text", "same_set", "row_count", "has_columns", "one_row_each", "column", "figure")
IMPORTS = "import matplotlib.pyplot as plt\nfrom challenge_data import check"
DRAWN = """e, print = 3, None
ax = plt.figure().add_subplot()
ax.bar(["a", "b"], [1, 2])"""
EVERY_VERB = "\n".join(["check.question('canari')", *(f"lambda: check.{verb}()" for verb in VERBS), 'check.that(e == 3 and print is None, "rien", "juste")'])
FOOLED = {
    **{verb: f"check.{verb} = lambda *_, **__: None" for verb in VERBS},
    "words": "from challenge_data.errors import CheckFailed\nCheckFailed.__str__ = lambda self: ''",
    "refusals": "get_ipython().set_custom_exc((Exception,), lambda *_, **__: None)",
    "stderr": "import io, sys\nsys.stderr = io.StringIO()",
}


def unproven(*before: str, test: str = EVERY_VERB) -> bool:
    judged = new_code_cell(test, metadata={"nbgrader": {"grade": True, "solution": False, "grade_id": "tests-x", "points": 1}})
    ran = run(new_notebook(cells=[*map(new_code_cell, [IMPORTS, *before]), judged]))
    assert ran.stopped is None and judged.id in ran.ran
    if not ran.unproven:
        assert [output.get("name") for output in judged.outputs] == ["stdout"], judged.outputs
    return judged.id in ran.unproven


def test_honest_work_is_believed_whatever_its_names():
    assert not unproven(DRAWN)


@pytest.mark.parametrize("what", FOOLED)
def test_whatever_is_fooled_is_seen(what):
    assert unproven(DRAWN, FOOLED[what])


def test_python_s_own_assert_is_watched_where_no_verb_is_used():
    hushed = "get_ipython().set_custom_exc((Exception,), lambda *_, **__: None)"
    assert unproven(hushed, test="print(1)")
    assert not unproven(test="print(1)")


def test_words_are_drawn_each_time_and_one_refusal_goes_the_whole_way():
    first, second = watching.canary(EVERY_VERB), watching.canary(EVERY_VERB)
    assert len(set(first[1])) == len(VERBS) and not set(first[1]) & set(second[1])
    assert first[0].count("except Exception") == len(VERBS) - 1
