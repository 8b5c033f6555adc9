"""Widgets without a browser: what they keep, what they take back, what they answer to those who type."""

import json
from pathlib import Path

import ipywidgets
import pytest
import yaml
from tiny import MATURITY, write_course

from challenge_data import ask_licence, build, explore, maturity, organigramme, quiz, shown
from challenge_data.errors import LearnerError
from challenge_data.widgets import drawing, questionnaire, quizzes

QUIZ = {"01.1": {"question": "<p>Quoi ?</p>", "choices": [
    {"right": False, "text": "Deux, par <code>len(x) &lt; 3</code>.", "explanation": "Compté <em>sans</em> le premier."},
    {"right": True, "text": "Trois.", "explanation": "Un par nombre."}]}}


@pytest.fixture(autouse=True)
def work(tmp_path, monkeypatch):
    """A work folder of its own, and the texts above instead of the course's."""
    monkeypatch.setenv("CHALLENGE_DATA_WORK", str(tmp_path / "travail"))
    monkeypatch.setattr(quizzes, "_all", lambda: QUIZ)
    monkeypatch.setattr(questionnaire, "questions", lambda: yaml.safe_load(MATURITY))
    (tmp_path / "travail").mkdir()
    return tmp_path / "travail"


@pytest.fixture
def drawn(monkeypatch):
    """The widgets that a cell displays."""
    boxes = []
    monkeypatch.setattr(shown, "show", lambda box, *words: boxes.append(box))
    return boxes


def every(box, kind: type) -> list:
    """The widgets of one kind inside a box, in order."""
    found = [box] if isinstance(box, kind) else []
    return found + [one for child in getattr(box, "children", ()) for one in every(child, kind)]


# quiz

def test_quiz_typed_prints_the_choice_and_why_but_not_the_right_answer(capsys):
    quiz("01.1", "a")
    said = capsys.readouterr().out
    assert said == "A. Deux, par len(x) < 3.\nNon. Compté sans le premier.\n"


def test_quiz_keeps_the_first_and_the_last_choice(work, capsys):
    for letter in "AAB":
        quiz("01.1", letter)
    entry = json.loads((work / "quiz.json").read_text())["01.1"]
    assert (entry["premiere"], entry["derniere"]) == ("A", "B") and entry["le"]


def test_quiz_of_an_unknown_name_or_choice_is_told(work):
    with pytest.raises(LearnerError, match="Vouliez-vous dire « 01.1 »"):
        quiz("1.1")
    with pytest.raises(LearnerError, match="parmi A, B"):
        quiz("01.1", "C")
    assert not (work / "quiz.json").exists()


def test_quiz_buttons_answer_and_come_back(drawn, work):
    quiz("01.1")._ipython_display_()
    first, second = every(drawn[0], ipywidgets.Button)
    assert [first.description, second.description] == ["A. Deux, par len(x) < 3.", "B. Trois."]
    first.click()
    answers = [html.value for html in every(drawn[0], ipywidgets.HTML)]
    assert sum("Compté <em>sans</em>" in value for value in answers) == 1 and not any("Un par nombre" in value for value in answers)
    second.click()
    assert first.description == "A. Deux, par len(x) < 3." and "oui" in second.description
    quiz("01.1")._ipython_display_()
    assert any("Un par nombre" in html.value for html in every(drawn[1], ipywidgets.HTML))


@pytest.mark.parametrize("damaged", ["[1", "[]", '{"01.1": "A"}', '{"01.1": {"premiere": 3}}'])
def test_damaged_choices_are_put_aside_and_the_quiz_goes_on(work, damaged, capsys):
    (work / "quiz.json").write_text(damaged)
    quiz("01.1", "B")
    assert (work / "quiz.abime.json").read_text() == damaged
    assert json.loads((work / "quiz.json").read_text())["01.1"]["premiere"] == "B"


def test_widgets_leave_words_where_nothing_draws_them():
    assert repr(quiz("01.1")) == 'Quiz 01.1 : A ou B ? Sans bouton : quiz("01.1", "A")'
    assert 'maturity(answers={"a1"' in repr(maturity())


# maturity

def test_maturity_counts_points_and_says_what_is_not_known():
    made = maturity(answers={"a1": 3, "a2": None, "b1": 1, "b2": 1})
    assert made.table().to_dict("records") == [
        {"axe": "Connaître", "points": 3, "maximum": 6, "ne_sait_pas": 1},
        {"axe": "Ouvrir", "points": 2, "maximum": 6, "ne_sait_pas": 0}]
    assert (made.score, made.interval, made.palier) == (41.7, (41.7, 66.7), "Au départ")
    assert "41,7 sur 100, jusqu'à 66,7" in str(made) and "pourrait être : En route" in str(made)


def test_maturity_of_questions_left_open_says_how_far_it_could_rise():
    assert maturity(answers={"a1": 3}).interval == (25.0, 100.0)
    assert maturity(answers={}).interval == (0.0, 100.0)


@pytest.mark.parametrize("answers, told", [({}, "0 réponse sur 4"), ({"a1": 3}, "Il reste 3 questions"), ({"a1": 3, "a2": None, "b1": 1}, "Il reste 1 question sans")])
def test_maturity_not_filled_says_neither_score_nor_palier(answers, told):
    said = str(maturity(answers=answers))
    assert told in said and "Score" not in said and "Au départ" not in said
    assert ("Axe rempli : Connaître, 3 points sur 6." in said) == ("a2" in answers)


def test_maturity_questions_are_read_before_the_form():
    assert list(maturity.questions()["item"]) == ["a1", "a2", "b1", "b2"]
    assert maturity.questions(2)["phrase"].tolist() == ["Un jeu de données est publié.", "Une personne en répond."]
    for wrong in (0, 3, "1", True):
        with pytest.raises(LearnerError, match="de 1 à 2"):
            maturity.questions(wrong)


def test_palier_is_reached_only_by_a_whole_score(monkeypatch):
    asked = yaml.safe_load(MATURITY.replace("a: 49", "a: 41").replace("de: 50", "de: 42"))
    monkeypatch.setattr(questionnaire, "questions", lambda: asked)
    assert maturity(answers={"a1": 3, "a2": 0, "b1": 1, "b2": 1}).palier == "Au départ"  # 41.7
    assert maturity(answers={"a1": 3, "a2": 3, "b1": 0, "b2": 0}).palier == "En route"


def test_answers_come_from_a_table_as_tables_write_them():
    import pandas as pd

    table = pd.DataFrame({"item": ["a1", "a2", "b1", "b2"], "valeur": [2.0, None, 0, 3]})
    series = table.set_index("item")["valeur"]
    assert maturity(answers=series).answers == {"a1": 2, "a2": None, "b1": 0, "b2": 3}
    assert maturity(answers={"a1": "2", "a2": "je ne sais pas", "b1": "Toujours"}).answers == {"a1": 2, "a2": None, "b1": 3}


def test_faults_in_answers_are_gathered_in_one_sentence():
    with pytest.raises(LearnerError) as error:
        maturity(answers={"a1": 4, "z9": 1, "b1": "beaucoup", "b2": True, "a2": 1.5})
    for told in ("« z9 »", "« a1 » : 4", "« b1 » : beaucoup", "« b2 » : True", "« a2 » : 1.5"):
        assert told in str(error.value)
    assert str(error.value).startswith("Le questionnaire n'a pas de question")


def test_maturity_form_keeps_each_answer_and_takes_them_back(drawn, work):
    form = maturity()
    form._ipython_display_()
    chooser, *items = every(drawn[0], ipywidgets.Dropdown)
    assert [one.description for one in items] == ["1.1 Une liste existe.", "1.2 Elle est à jour."]
    items[0].value, items[1].value = 3, "?"
    assert form.answers == {"a1": 3, "a2": None}, "what is asked of the form follows the clicks"
    assert json.loads((work / "maturite.json").read_text())["reponses"] == {"a1": 3, "a2": None}
    assert any("<strong>2 sur 4</strong> · dont 1" in html.value and "Ouvrir (2)" in html.value for html in every(drawn[0], ipywidgets.HTML))
    chooser.value = 1
    assert [one.description for one in every(drawn[0], ipywidgets.Dropdown)[1:]] == ["2.1 Un jeu de données est publié.", "2.2 Une personne en répond."]
    maturity()._ipython_display_()
    chooser, *items = every(drawn[1], ipywidgets.Dropdown)
    assert chooser.value == 1, "it opens where something is left"
    assert maturity.read().answers == {"a1": 3, "a2": None}


def test_answer_taken_back_is_no_longer_kept(drawn, work):
    form = maturity()
    form._ipython_display_()
    item = every(drawn[0], ipywidgets.Dropdown)[1]
    item.value = 2
    item.value = item.options[0][1]
    assert form.answers == {} and json.loads((work / "maturite.json").read_text())["reponses"] == {}


def test_typed_answers_do_not_replace_the_teams(work):
    (work / "maturite.json").write_text('{"reponses": {"a1": 3}}')
    maturity(answers={"a1": 0})
    assert maturity().answers == {"a1": 3}


def test_reading_answers_that_are_not_there_is_told(work):
    with pytest.raises(LearnerError, match="Remplissez le questionnaire"):
        maturity.read()
    (work / "autre.json").write_text("oui")
    with pytest.raises(LearnerError, match="autre.json"):
        maturity.read(work / "autre.json")


@pytest.mark.parametrize("damaged", ["{", '{"a1": 3}', '{"reponses": {"a1": 9}}', '{"reponses": 3}'])
def test_damaged_answers_are_put_aside(work, damaged):
    (work / "maturite.json").write_text(damaged)
    assert maturity().answers == {}
    assert (work / "maturite.abime.json").read_text() == damaged


def test_radar_says_in_words_what_it_draws(figures):
    maturity(answers={"a1": 3, "a2": None, "b1": 1, "b2": 1}).radar()
    ax, alt = figures[0]
    assert ax.get_title(loc="left") == "Le profil de maturité, axe par axe"
    assert alt == "Radar de 2 axes, en part des points possibles : Connaître 50 % (jusqu'à 100 %) ; Ouvrir 33 %."
    highest, known = ([round(share) for share in line.get_ydata()] for line in ax.lines)
    assert known == [50, 33, 50] and highest == [100, 33, 100]


# organigramme

HELD = [("Sports", "Assistante", "Salles", "à jour"), ("Sports", "Assistante", "Clés", "périmée"),
        ("Travaux", "Chef", "Clés", "périmée"), ("Travaux", None, "Clés", "à vérifier"), ("Mairie", "", "Registre", None)]


def held(rows: list[tuple]):
    import pandas as pd

    return pd.DataFrame(rows, columns=["service", "personne", "donnees", "etat"])


@pytest.fixture
def figures(monkeypatch):
    """(axes, text alternative) of the figures that a cell shows."""
    from matplotlib import pyplot

    from challenge_data import charts

    made, finish = [], charts.finish

    def noted(ax, *words, alt, **more):
        finish(ax, *words, alt=alt, **more)
        made.append((ax, alt))

    monkeypatch.setattr(charts, "finish", noted)
    monkeypatch.setattr(drawing, "finish", noted)
    yield made
    pyplot.close("all")


def boxes_of(ax) -> list:
    """The drawn boxes, as (left, top, bottom)."""
    from matplotlib.patches import FancyBboxPatch

    found = [patch for patch in ax.patches if isinstance(patch, FancyBboxPatch)]
    return sorted((round(box.get_x(), 3), box.get_y(), box.get_y() + box.get_height()) for box in found)


def test_organigramme_draws_each_service_person_and_dataset_once(figures):
    organigramme(held(HELD))
    ax, alt = figures[0]
    columns = [left for left, _, _ in boxes_of(ax)]
    # Two people not found, in two services, are two; « Clés » in two states are two sets.
    assert [columns.count(left) for left in sorted(set(columns))] == [3, 4, 4, 4]
    assert ax.get_title(loc="left") == "Qui tient quoi : 4 jeux de données, 4 personnes, 3 services"
    texts = [text.get_text() for text in ax.texts]
    assert "Assistante\n(2 jeux de données)" in texts and "Chef" in texts
    assert any(text.endswith("à jour : 1 · périmée : 1 · à vérifier : 1 · inconnu : 1") for text in texts)


def test_organigramme_says_in_words_who_holds_what(figures):
    organigramme(held(HELD), title="Qui a la clé ?")
    assert figures[0][1] == (
        "Qui a la clé ? Sports : Assistante tient « Salles » (à jour), « Clés » (périmée). Travaux : Chef tient « Clés » (périmée) ; "
        "personne non trouvée tient « Clés » (à vérifier). Mairie : personne non trouvée tient « Registre » (inconnu).")


def test_states_differ_by_shape_as_well_as_colour(figures):
    organigramme(held([("S", "P", str(rank), state) for rank, state in enumerate(["À jour", "à vérifier", "Périmée", "chez la voisine"])]))
    marks = figures[0][0].collections
    assert len({mark.get_paths()[0].vertices.tobytes() for mark in marks}) == 4 and len({mark.get_hatch() for mark in marks}) == 4


@pytest.mark.parametrize("seed", range(12))
def test_boxes_never_overlap_nor_do_words_leave_them(figures, seed):
    import random

    chance = random.Random(seed)
    rows = [(f"Direction {chance.randrange(5)} des équipements sportifs et culturels", f"Responsable {chance.randrange(9)} {'à mi-temps ' * chance.randrange(4)}",
             "registre des salles " * chance.randrange(1, 6) + str(chance.randrange(30)), chance.choice(["à jour", "périmée depuis la tempête de janvier", None]))
            for _ in range(chance.choice([1, 5, 30]))]
    organigramme(held(rows))
    ax = figures[0][0]
    found = boxes_of(ax)
    for (left, _, bottom), (next_left, top, _) in zip(found, found[1:], strict=False):
        assert left != next_left or bottom <= top + 1e-9
    ax.figure.canvas.draw()
    frames = [patch.get_window_extent() for patch in ax.patches if hasattr(patch, "get_boxstyle")]
    for text in ax.texts[4:-1]:
        words = text.get_window_extent()
        assert any(frame.x0 <= words.x0 and words.x1 <= frame.x1 and frame.y0 <= words.y0 + 1 and words.y1 <= frame.y1 + 1 for frame in frames), text.get_text()


def test_table_that_cannot_be_drawn_is_told():
    with pytest.raises(LearnerError, match="la colonne « etat »"):
        organigramme(held(HELD).rename(columns={"etat": "État"}))
    with pytest.raises(LearnerError, match="sans guillemets"):
        organigramme("tableau")
    with pytest.raises(LearnerError, match="aucune ligne"):
        organigramme(held([]))
    with pytest.raises(LearnerError, match="61 lignes"):
        organigramme(held([("S", "P", str(rank), "à jour") for rank in range(61)]))


# explore

def towns():
    import pandas as pd

    return pd.DataFrame({
        "nom": ["Port-Brume", "Sainte-Colombe", "L'Anse (ouest)", "Roc \"en\" Mer", None],
        "type": ["ville", "village", "village", "village", "village"],
        "population": [8940, 4120, 2610, None, 980], "ouverte": [True, True, False, True, False],
        "jour": pd.to_datetime(["2026-01-14", "2026-01-15", "2026-02-01", None, "2026-03-01"]),
        "latitude": [46.63, 46.64, 46.65, None, 46.66], "longitude": [-3.46, -3.53, -3.5, -3.55, -3.56],
        "horaires": [[8, 12], [], None, [9], [9]],
    }).rename(columns={"type": "type d'\"espace\""})


KIND = 'type d\'"espace"'
ASKED = [
    (dict(filter={"nom": "sainte"}), ["Sainte-Colombe"]),
    (dict(filter={"nom": "(ouest"}), ["L'Anse (ouest)"]),
    (dict(filter={"nom": 'c "'}), ['Roc "en" Mer']),
    (dict(filter={"population": (2610, 4120)}), ["Sainte-Colombe", "L'Anse (ouest)"]),
    (dict(filter={"population": (None, 2610)}, sort="population"), [None, "L'Anse (ouest)"]),
    (dict(filter={"population": 8940}), ["Port-Brume"]),
    (dict(filter={"jour": ("2026-01-15", None)}), ["Sainte-Colombe", "L'Anse (ouest)", None]),
    (dict(filter={KIND: ["ville"]}), ["Port-Brume"]),
    (dict(filter={"ouverte": True, "population": (None, 5000)}), ["Sainte-Colombe"]),
    (dict(sort="-population"), ["Port-Brume", "Sainte-Colombe", "L'Anse (ouest)", None, 'Roc "en" Mer']),
]


@pytest.mark.parametrize("call, names", ASKED)
def test_explorer_keeps_the_rows_asked_and_its_lines_do_the_same(call, names, capsys):
    import pandas as pd

    table = towns()
    kept = explore(table, **call)
    assert [None if pd.isna(name) else name for name in kept["nom"]] == names
    said, lines = capsys.readouterr().out.split("En pandas :\n")
    assert f"{len(names)} ligne{'s' if len(names) > 1 else ''} sur 5" in said
    *before, last = lines.strip().splitlines()
    learners = {"tableau": table}
    exec("\n".join(before), learners)
    pd.testing.assert_frame_equal(eval(last, learners), kept)
    pd.testing.assert_frame_equal(table, towns())


def test_explorer_counts_and_chooses_columns(capsys):
    assert explore(towns(), count=KIND, filter={"population": (1000, None)}).to_dict() == {"village": 2, "ville": 1}
    assert "3 lignes sur 5" in capsys.readouterr().out
    assert list(explore(towns(), columns="nom").columns) == ["nom"]


def test_what_explore_cannot_do_is_told_together():
    with pytest.raises(LearnerError) as error:
        explore(towns(), columns=["nom", "popultion"], filter={"nom": (1, 2), "population": "mille", "horaires": "8", "jour": ("hier", None)}, sort="-taille")
    for told in ("vouliez-vous dire « population »", "« nom » contient des textes", "« population » contient des nombres", "« horaires » ne contient",
                 "une date comme 2026-01-14, et non « hier »", "colonne « taille »"):
        assert told in str(error.value)
    with pytest.raises(LearnerError, match="sans guillemets"):
        explore("tableau")
    with pytest.raises(LearnerError, match="au moins une borne"):
        explore(towns(), filter={"population": (None, None)})
    with pytest.raises(LearnerError, match="latitude"):
        explore(towns().drop(columns="latitude"), map=True)


def test_explorer_clicks_filter_and_come_back(drawn, work):
    explore(towns())._ipython_display_()
    named = {one.description: one for one in every(drawn[0], ipywidgets.Widget) if getattr(one, "description", "")}
    named["Filtrer sur"].value = "population"
    fields = {one.description: one for one in every(drawn[0], ipywidgets.Text)}
    fields["« population » au moins"].value = "2 000,5"
    named["Trier par"].value = "population"
    named["Filtrer sur"].value = "ouverte"
    every(drawn[0], ipywidgets.SelectMultiple)[1].value = [True]
    told = [html.value for html in every(drawn[0], ipywidgets.HTML)]
    assert any("2 lignes sur 5, où « population » est d&#x27;au moins 2\u202f000,5 et « ouverte » vaut « True »" in value for value in told)
    assert any('choix = tableau[tableau[&quot;population&quot;] &gt;= 2000.5]' in value for value in told)
    kept = json.loads((work / "explorations.json").read_text())["tableau"]
    assert kept["filters"] == {"population": {"entre": [2000.5, None]}, "ouverte": {"parmi": [True]}} and kept["sort"] == "population"
    again = explore(towns())
    assert again.choices.kept() == kept
    again._ipython_display_()
    next(one for one in every(drawn[1], ipywidgets.Button)).click()
    assert explore(towns()).choices.filters == {}


def test_typing_what_is_no_number_is_told_and_changes_nothing(drawn):
    shown_table = explore(towns())
    shown_table._ipython_display_()
    next(one for one in every(drawn[0], ipywidgets.Dropdown) if one.description == "Filtrer sur").value = "population"
    every(drawn[0], ipywidgets.Text)[0].value = "beaucoup"
    assert any("attend un nombre, et non « beaucoup »" in html.value for html in every(drawn[0], ipywidgets.HTML))
    assert shown_table.choices.filters == {}


def test_choices_of_another_table_of_this_name_are_left(work):
    (work / "explorations.json").write_text('{"tableau": {"sort": "surface", "filters": {"nom": {"entre": [1, 2]}}}, "autre": {}}')
    assert explore(towns()).choices.filters == {}
    assert (work / "explorations.json").exists(), "a sound file stays where it is"
    (work / "explorations.json").write_text('["tableau"]')
    explore(towns())
    assert (work / "explorations.abime.json").exists()


def test_map_says_how_many_rows_it_shows(figures):
    explore(towns(), filter={KIND: ["village"]}, map=True)
    ax, alt = figures[0]
    assert alt.startswith("Carte de 3 lignes, en bleu, parmi les autres en gris ; 1 sans position. 4 lignes sur 5")
    assert len(ax.collections[-1].get_offsets().compressed()) // 2 == 3


def test_values_never_become_markup(drawn):
    import pandas as pd

    explore(pd.DataFrame({"<b>x</b>": ["<img src=x onerror=alert(1)>"]}))._ipython_display_()
    assert not any("<img" in html.value or "<b>" in html.value for html in every(drawn[0], ipywidgets.HTML))


def test_a_large_table_is_looked_at_quickly(drawn):
    import time

    import pandas as pd

    table = pd.DataFrame({"nom": [f"commune {rank}" for rank in range(35_000)], "population": range(35_000)})
    explore(table)._ipython_display_()
    sort = next(one for one in every(drawn[0], ipywidgets.Dropdown) if one.description == "Trier par")
    before = time.process_time()
    sort.value = "nom"
    assert time.process_time() - before < 1
    view = max((html.value for html in every(drawn[0], ipywidgets.HTML)), key=len)
    assert view.count("<tr>") == 21


# the licence's dialogue

def test_licence_dialogue_answers_and_comes_back(drawn, work):
    ask_licence()._ipython_display_()
    boxes, lists = every(drawn[0], ipywidgets.Checkbox), every(drawn[0], ipywidgets.Dropdown)
    told = every(drawn[0], ipywidgets.HTML)[-1]
    assert "Licence Ouverte 2.0" in told.value and 'choose_licence(sources=[], administration=True' in told.value
    boxes[0].value = boxes[1].value = True
    assert "ODbL 1.0" in told.value and "second fichier" in told.value and "cd-yes" in told.value
    boxes[3].value = True
    assert "aucune licence possible" in told.value and "cd-no" in told.value
    lists[0].value = False
    assert json.loads((work / "licence.json").read_text()) == {"sources": ["lov2", "odc-odbl", "cc-by-sa"], "administration": False, "share_back": False}
    ask_licence()._ipython_display_()
    assert [box.value for box in every(drawn[1], ipywidgets.Checkbox)] == [True, True, False, True, False]


def test_licence_dialogue_leaves_words_where_nothing_draws_it():
    assert repr(ask_licence()).startswith("Licence : Licence Ouverte 2.0 (lov2)") and "Sans formulaire : choose_licence(" in repr(ask_licence())


@pytest.mark.parametrize("damaged", ["{", '{"sources": ["libre"]}', '{"sources": [], "administration": 1, "share_back": false}'])
def test_damaged_licence_answers_are_put_aside(work, damaged):
    (work / "licence.json").write_text(damaged)
    assert ask_licence().answers["sources"] == [] and (work / "licence.abime.json").read_text() == damaged


# the questionnaire's text

def test_questionnaire_is_built_from_its_text(tmp_path):
    root = write_course(tmp_path / "cours")
    (root / "curriculum/maturite.yml").write_text(MATURITY)
    build.build(root)
    kept = json.loads((root / "src/challenge_data/widgets/maturity.json").read_text())
    assert kept == yaml.safe_load(MATURITY) and build.check(root) == []


@pytest.mark.parametrize("old, new, told", [
    ("valeur: 2", "valeur: 4", "a scale of [0, 1, 4, 3, None]"),
    ("valeur: null", "valeur: 4", "a scale of"),
    ("id: b1", "id: a1", "the id « a1 » is given twice"),
    ("id: b1", "id: 2.1", "the id 2.1 is a number"),
    ("texte: Elle est à jour.", "texte: ''", "the item a2 has no texte"),
    ("de: 50", "de: 51", "paliers that do not cover 0 to 100"),
    ("texte: Toujours", "texte: Rien", "two levels say « Rien »"),
    ("axes:", "axe:", "not of the expected form"),
    ("echelle:", "echelle: [", "unreadable"),
])
def test_fault_in_the_questionnaire_is_told(tmp_path, old, new, told):
    assert old in MATURITY
    root = write_course(tmp_path / "cours")
    (root / "curriculum/maturite.yml").write_text(MATURITY.replace(old, new, 1))
    problems = [problem for problem in build.check(root) if told in problem.message]
    assert problems and problems[0].file.as_posix() == "curriculum/maturite.yml" and problems[0].remedy


def test_the_courses_own_questionnaire_has_25_questions_in_5_axes():
    asked = json.loads((Path(questionnaire.__file__).parent / "maturity.json").read_text())
    assert [len(axis["items"]) for axis in asked["axes"]] == [5] * 5
    assert len({item["texte"] for axis in asked["axes"] for item in axis["items"]}) == 25
