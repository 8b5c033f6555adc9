"""The grader is graded: every other right answer gets its points, every wrong one loses them with the sentence that speaks to it."""

import answering
import pytest


@pytest.mark.parametrize(("challenge", "notebook"), answering.notebooks())
def test_answers_are_judged_fairly(challenge, notebook):
    """One test a notebook: its cells run once for all its variants."""
    [played] = answering.play_all([(challenge, notebook)], workers=1)
    assert played.questions and played.tried
    assert played.faults == []


def _played(**outcomes: list[tuple[str, str]]) -> answering.Played:
    """A notebook of one question; kind -> (outcome, message) of each variant, which should say « mètres »."""
    tried = [(answering.Variant("q", kind, rank, "", "", "mètres"), answering.Verdict(*verdict))
             for kind, verdicts in outcomes.items() for rank, verdict in enumerate(verdicts)]
    return answering.Played("essai", "1_trouver", ["q"], tried)


FAIR = {"master": [("paid", "")], "untouched": [("refused", "attend")], "right": [("paid", "")],
        "wrong": [("refused", "en mètres"), ("refused", "pas de mètres"), ("refused", "mètres, non degrés")]}


def test_a_fair_question_has_no_fault():
    assert _played(**FAIR).faults == []


@pytest.mark.parametrize(("kind", "verdict", "fault"), [
    ("wrong", ("paid", ""), "wrongly_accepted"),
    ("untouched", ("paid", ""), "wrongly_accepted"),
    ("right", ("refused", "non"), "wrongly_refused"),
    ("right", ("broken", "NameError"), "wrongly_refused"),
    ("master", ("refused", "non"), "wrongly_refused"),
    ("wrong", ("refused", "Relisez."), "unclear"),
    ("wrong", ("crashed", "KeyError : mètres"), "unclear"),
    ("wrong", ("broken", "mètres"), "unclear"),
])
def test_each_unfairness_is_told(kind, verdict, fault):
    played = _played(**FAIR | {kind: [*FAIR[kind], verdict]})
    assert len(getattr(played, fault)) == len(played.faults) == 1


def test_wrong_answers_with_one_sentence_count_once():
    assert _played(**FAIR | {"wrong": [("refused", "en mètres : 3"), ("refused", "en mètres : 1 204,5"), ("refused", "autres mètres")]}).thin
    assert _played(**FAIR | {"right": []}).thin


def test_a_variant_leaves_nothing_behind(tmp_path, monkeypatch):
    """What one variant does to the state of the notebook is not there for the next."""
    import nbformat

    shown = nbformat.v4.new_code_cell("releve = [1, 2]")
    answer = nbformat.v4.new_code_cell("reponse = sum(releve)", metadata={"nbgrader": {"grade_id": "q"}, "challenge_data": {"stub": "reponse = …"}})
    tests = nbformat.v4.new_code_cell("assert reponse == 3", metadata={"nbgrader": {"grade_id": "tests-q"}, "tags": ["raises-exception"]})
    (tmp_path / "solutions/essai").mkdir(parents=True)
    nbformat.write(nbformat.v4.new_notebook(cells=[shown, answer, tests]), tmp_path / "solutions/essai/1_essai.ipynb")
    (tmp_path / "answers/essai").mkdir(parents=True)
    (tmp_path / "answers/essai/1_essai.yml").write_text(
        "q:\n  right:\n    - {why: by hand, code: 'reponse = 3'}\n    - {why: again, code: 'reponse = 1 + sum(releve[1:])'}\n"
        "  wrong:\n    - {mistake: the list spoilt, says: x, code: 'releve.clear(); reponse = 0'}\n")
    monkeypatch.setattr(answering, "MASTERS", tmp_path / "solutions")
    monkeypatch.setattr(answering, "ANSWERS", tmp_path / "answers")
    [played] = answering.play_all([("essai", "1_essai")], workers=1)
    assert [verdict.outcome for _, verdict in played.of("right")] == ["paid", "paid"]
    assert [verdict.outcome for _, verdict in played.of("master")] == ["paid"]
    # An assert of Python is not a sentence: it counts as a crash of the tests.
    assert [verdict.outcome for _, verdict in played.of("wrong")] == ["crashed"]
    assert not played.wrongly_accepted and not played.wrongly_refused and played.unclear and played.thin
