"""The checks: every right form is accepted, and each wrong answer gets a sentence that speaks to it."""

import json

import numpy
import pandas
import pytest

from challenge_data import course
from challenge_data.checks import check, exercises, hints, of_package
from challenge_data.errors import CheckFailed, LearnerError, NotAnswered
from challenge_data.guide import Missing

NAN = float("nan")


def refusal(verb, *arguments, **options) -> str:
    with pytest.raises(CheckFailed) as error:
        verb(*arguments, **options)
    return str(error.value)


@pytest.mark.parametrize("value", [12, 12.0, numpy.int64(12), numpy.float32(12), pandas.Series([12]), [12], pandas.DataFrame({"n": [12]}),
                                   12.0000000001, numpy.array(12), pandas.Series([12], dtype="Int64")])
def test_number_accepts_every_form_of_it(value, capsys):
    check.number(value, 12)
    assert capsys.readouterr().out == "12, c'est juste.\n"


@pytest.mark.parametrize(("value", "expected"), [
    ("12", "Retirez les guillemets"), ((2, 8), "la virgule décimale est un point"), (True, "comparaison"), ([1, 2], "une liste"), (None, "rien (None)"),
    (len, "sans ses parenthèses"), (pandas.DataFrame({"a": [1, 2]}), "un tableau de 2 lignes et 1 colonnes"), (13, "vaut 13"), (NAN, "manquant"),
])
def test_number_says_what_it_got(value, expected):
    if value is len:
        value = "abc".upper
    assert expected in refusal(check.number, value, 12)


def test_known_mistake_gets_its_own_sentence():
    assert refusal(check.number, 3.0, 12, mistakes={3: "Vous avez compté."}) == "Vous avez compté."


@pytest.mark.parametrize("value", ["Latin-1", " latin-1 ", ["latin-1"], pandas.Series(["LATIN-1"])])
def test_text_forgives_case_and_blanks(value):
    check.text(value, ["latin-1", "cp1252"])


@pytest.mark.parametrize(("value", "expected"), [("utf-8", "« utf-8 »"), (3, "doit être du texte")])
def test_text_refuses(value, expected):
    assert expected in refusal(check.text, value, "latin-1")


def test_that_takes_numpys_truth_and_refuses_a_whole_column():
    check.that(numpy.bool_(True), "non")
    assert refusal(check.that, pandas.Series([True, True]), "Une seule valeur est attendue.") == "Une seule valeur est attendue."


@pytest.fixture
def communes():
    return pandas.DataFrame({"code_commune": ["99901", "99902", "99903"], "population": [10, 20, 30]})


@pytest.mark.parametrize("shape", [
    lambda t: t, lambda t: t.iloc[::-1], lambda t: t.set_index("code_commune"), lambda t: t[["population", "code_commune"]],
    lambda t: t.astype({"population": float}), lambda t: t.assign(autre=1), lambda t: t.set_index("code_commune")["population"],
    lambda t: t.astype({"population": "Int64"}), lambda t: t.assign(code_commune=t["code_commune"].astype(object)),
])
def test_column_accepts_order_index_and_dtype(communes, shape):
    check.column(shape(communes), "code_commune", "population", {"99901": 10, "99902": 20, "99903": 30.0000000001})


def test_column_accepts_declared_forms_of_nothing(communes):
    communes["dae"] = [1.0, NAN, float("inf")]
    check.column(communes, "code_commune", "dae", {"99901": 1, "99902": None, "99903": None}, missing_as=[float("inf")])
    assert "« 99903 »" in refusal(check.column, communes, "code_commune", "dae", {"99901": 1, "99902": None, "99903": None})


def test_column_names_the_first_difference_and_known_mistakes(communes):
    truth = {"99901": 10, "99902": 21, "99903": 30}
    assert "« 99902 »" in refusal(check.column, communes, "code_commune", "population", truth)
    assert "vous avez 20" in refusal(check.column, communes, "code_commune", "population", truth)
    said = refusal(check.column, communes, "code_commune", "population", truth, mistakes=[({"99902": 20}, "L'ancien chiffre.")])
    assert said == "L'ancien chiffre."
    said = refusal(check.column, communes, "code_commune", "population", truth, mistakes=[(lambda found: sum(found.values()) == 60, "Somme.")])
    assert said == "Somme."
    assert "Il manque 1 ligne" in refusal(check.column, communes.head(2), "code_commune", "population", {"99901": 10, "99902": 20, "99903": 30})
    assert "faute de frappe" in refusal(check.column, communes, "code_commune", "populaton", truth)


def test_row_count_says_too_many_or_too_few(communes):
    check.row_count(communes, 3)
    assert "trop" in refusal(check.row_count, communes, 2)
    assert "pas assez" in refusal(check.row_count, communes, 4)
    assert refusal(check.row_count, communes, 2, mistakes={3: "Rien n'a été filtré."}) == "Rien n'a été filtré."
    assert "doit être un tableau" in refusal(check.row_count, [1, 2, 3], 3)


def test_has_columns_counts_index_levels_and_finds_typos(communes):
    check.has_columns(communes.set_index("code_commune"), ["code_commune", "population"])
    said = refusal(check.has_columns, communes.rename(columns={"population": "populaton"}), ["population", "nom"])
    assert "« population », « nom »" in said and "« populaton » au lieu de « population »" in said


def test_rows_kept_says_how_many_vanished(communes):
    check.rows_kept(communes, communes.sample(3, random_state=1))
    assert "1 a disparu" in refusal(check.rows_kept, communes, communes.head(2)).replace(" ", " ")


def test_one_row_each(communes):
    check.one_row_each(communes.sample(3, random_state=1).set_index("code_commune"), communes)
    assert "« 99903 »" in refusal(check.one_row_each, communes.head(2), communes)
    assert "plusieurs lignes" in refusal(check.one_row_each, pandas.concat([communes, communes.head(1)]), communes)
    assert "pas attendues" in refusal(check.one_row_each, communes, ["99901", "99902"])


@pytest.mark.parametrize("values", [["b", "a"], ("a", "b", "a"), {"a", "b"}, pandas.Series(["a", "b"]), pandas.Index(["b", "a"]), numpy.array(["a", "b"]),
                                    pandas.DataFrame({"x": ["a", "b"]})])
def test_same_set_accepts_any_container(values):
    check.same_set(values, ["a", "b"])


def test_same_set_takes_numbers_of_any_type():
    check.same_set([numpy.int64(3), 4.0], {3, 4})


def test_same_set_counts_the_missing_without_naming_them():
    said = refusal(check.same_set, ["a", "c"], ["a", "b"])
    assert "il en manque 1" in said and "« c »" in said and "« b »" not in said
    assert refusal(check.same_set, ["c"], ["a"], mistakes=[(["c"], "C'est l'autre.")]) == "C'est l'autre."
    assert "liste de valeurs" in refusal(check.same_set, "ab", ["a", "b"])


@pytest.mark.parametrize("verb", [
    lambda x: check.number(x, 1), lambda x: check.text(x, "a"), lambda x: check.row_count(x, 1), lambda x: check.has_columns(x, ["a"]),
    lambda x: check.same_set(x, [1]), lambda x: check.column(x, "a", "b", {}), lambda x: check.that(x, "non"), lambda x: check.one_row_each(x, [1]),
])
def test_answer_not_written_yet_is_said_so(verb):
    with pytest.raises(NotAnswered, match="« nuit » attend votre réponse"):
        verb(Missing("nuit"))


@pytest.mark.parametrize("use", [round, abs, lambda x: round(x, 1), lambda x: -x, lambda x: ~x, lambda x: x & True, lambda x: True | x, lambda x: f"{x:.1f}", list, len, set, lambda x: 1 in x])
def test_a_shown_answer_that_is_not_written_yet_says_so(use):
    with pytest.raises(NotAnswered, match="« part » attend votre réponse"):
        use(Missing("part"))


@pytest.mark.parametrize("name", ["__len__", "__iter__", "__getitem__", "keys", "columns"])
def test_an_answer_that_is_not_written_yet_passes_for_nothing(name):
    with pytest.raises(NotAnswered, match="« muettes » attend votre réponse"):
        hasattr(Missing("muettes"), name)


@pytest.fixture
def kept(monkeypatch, tmp_path):
    monkeypatch.setenv("CHALLENGE_DATA_WORK", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(of_package, "_kept", lambda: {
        "01.total": {"check": "check.number(total, 12)", "hints": ["Additionner.", "Avec `sum`."]}, "01.etrange": {"check": "total.colonne.x"},
        "velos.1.pays": {"number": "1.2", "hints": ["Lisez « pays »."]}, "air.1.heures": {"number": "1.2", "hints": ["Comptez.", "24."]}})
    yield tmp_path
    check.question(None)


def test_lessons_check_runs_on_the_learners_names(kept, monkeypatch, capsys):
    monkeypatch.setattr(exercises, "_learners_names", lambda: {"total": 12})
    check("01.total")
    assert "c'est juste" in capsys.readouterr().out


@pytest.mark.parametrize(("names", "name", "expected"), [
    ({"total": 3}, "01.total", "vaut 3"), ({}, "01.total", "La variable « total » n'existe pas encore"),
    ({"total": 12}, "01.etrange", "n'a pas la forme attendue"),
])
def test_lessons_check_always_answers_with_a_sentence(kept, monkeypatch, names, name, expected):
    monkeypatch.setattr(exercises, "_learners_names", lambda: names)
    assert expected in refusal(check, name)


def test_unknown_exercise_is_named_with_the_nearest(kept):
    with pytest.raises(LearnerError, match="« 01.total »"):
        check("01.totla")


def test_opening_a_hint_is_kept_and_offering_it_is_not(kept, capsys):
    assert "2 indices" in repr(hints.hint("01.total"))
    assert hints.opened() == {}
    hints.hint("01.total", 1)
    assert capsys.readouterr().out == "Indice 1 sur 2. Additionner.\n"
    hints.hint("01.total", 2)
    hints.hint("01.total", 1)
    assert hints.opened() == {"01.total": 2}
    assert json.loads((kept / "indices.json").read_text())["01.total"]["sur"] == 2


def test_damaged_file_of_hints_is_put_aside(kept):
    (kept / "indices.json").write_text("{abîmé")
    hints.hint("01.total", 1)
    assert (kept / "indices.abime.json").read_text() == "{abîmé" and hints.opened() == {"01.total": 1}


def test_refusal_names_the_next_hint_to_open(kept, monkeypatch):
    monkeypatch.setattr(exercises, "_learners_names", lambda: {"total": 3})
    assert refusal(check, "01.total").endswith(' Indice 1 sur 2 : hint("01.total", 1).')
    hints.hint("01.total", 1)
    assert refusal(check, "01.total").endswith(' Indice 2 sur 2 : hint("01.total", 2).')
    hints.hint("01.total", 2)
    assert refusal(check, "01.total").endswith("Vos indices sont tous ouverts : montrez ce message à votre mentor.")
    assert "hint" not in refusal(check.number, 3, 12), "nothing is being judged any more"


def test_refusal_of_a_challenge_names_the_hint_by_the_least_to_type(kept, monkeypatch):
    check.question("air.1.2")
    assert refusal(check.number, 3, 12).endswith('hint("air.1.2", 1).')
    (kept / "air").mkdir()
    monkeypatch.chdir(kept / "air")
    assert refusal(check.number, 3, 12).endswith('hint("1.2", 1).')
    check.question("velos.1.2")
    assert refusal(check.number, 3, 12).endswith('hint("velos.1.2", 1).')
    check.question("unknown.9.9")
    assert "hint" not in refusal(check.number, 3, 12), "an unknown question costs no point"


def test_question_is_found_by_its_number_here(kept, monkeypatch, capsys):
    with pytest.raises(LearnerError, match="« velos.1.2 » ou « air.1.2 »"):
        hints.hint("1.2", 1)
    monkeypatch.setattr(course, "challenges", lambda: ["air", "velos"])
    course.team("Les Sternes", challenge="air")
    hints.hint("1.2", 1)
    (kept / "velos").mkdir()
    monkeypatch.chdir(kept / "velos")
    hints.hint("1.2", 1)
    assert capsys.readouterr().out == "Indice 1 sur 2. Comptez.\nIndice 1 sur 1. Lisez « pays ».\n"
    assert hints.opened() == {"air.1.heures": 1, "velos.1.pays": 1}
    with pytest.raises(LearnerError, match="Aucun exercice"):
        hints.hint("1.9")
