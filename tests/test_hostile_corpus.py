"""The hostile corpus says of each case all that it must, and is as large as it claims; ``make hostile`` runs it."""

import sys
from pathlib import Path

import pytest

HOSTILE = Path(__file__).resolve().parent / "hostile"


@pytest.fixture(scope="module")
def corpus():
    sys.path.insert(0, str(HOSTILE))
    try:
        import cases

        yield cases.all_cases()
    finally:
        sys.path.remove(str(HOSTILE))


def test_it_holds_at_least_sixty_cases_that_stock_does_not_withstand(corpus):
    assert len([case for case in corpus if case.stock and not case.withstands]) >= 60


def test_few_are_kept_that_stock_withstands(corpus):
    kept = [case.name for case in corpus if case.withstands]
    assert len(kept) <= 12, kept


def test_names_and_sentences_are_said_once(corpus):
    for what in ("name", "row", "tries"):
        said = [getattr(case, what) for case in corpus]
        assert not [each for each in said if said.count(each) > 1], what


def test_each_says_what_it_tries_and_what_must_happen(corpus):
    for case in corpus:
        assert case.tries.endswith("."), case.name
        assert case.points in range(0, 32), case.name
        assert case.by in ("autograde", "feedback", "export", "unpack"), case.name
        assert bool(case.must) == bool(case.also), f"{case.name}: what `also` looks at is said in words, for the table"


def test_nbgraders_own_notebooks_are_all_there(corpus):
    import nbgrader

    files = list((Path(nbgrader.__file__).parent / "tests").glob("**/files/*.ipynb"))
    assert len(files) > 50
    assert len([case for case in corpus if case.name.startswith("nbgrader-")]) == len(files) + 2


def test_honest_teams_are_among_them(corpus):
    assert len([case for case in corpus if case.name.startswith("honnete-")]) >= 4
