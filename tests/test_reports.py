"""Pages for teams and the overview: their numbers are the gradebook's, what teams write stays words, and nobody reads of another team."""

import json
import shutil
import sqlite3
import stat
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from bs4 import BeautifulSoup
from killing import CHALLENGE, NOTEBOOK, give_by_hand, hand_in
from nbformat.v4 import new_output
from pypdf import PdfReader

from challenge_data import cli
from challenge_data.errors import NotAnswered
from challenge_data.grading import marking, questions, running, watching
from challenge_data.grading.engine import grade
from challenge_data.grading.keeping import Kept, alone
from challenge_data.grading.keeping import keep as keep_files
from challenge_data.grading.marks import Mark
from challenge_data.grading.reports import of_class, reading, standing, wording, writing
from challenge_data.grading.reports.reading import ABSENT, EMPTY, NOT_YET, PARTLY, REACHED, WAITING
from challenge_data.grading.reports.standing import Standing
from challenge_data.grading.reports.wording import points, typeset
from challenge_data.grading.teams.late import lateness
from challenge_data.grading.teams.roster import Member, Roster, Team, keep
from challenge_data.grading.teams.rules import PARIS, Rules
from challenge_data.guide import Missing

HOSTILE = "<script>alert(1)</script> #panic() $x$ {{ 7919 * 7907 }} <b>l'œuf</b>"
WRONG = 'Ce nombre n\'est pas le plus grand : cherchez <i>encore</i> #pagebreak(). Indice 1 sur 3 : hint("tiny.1.1", 1).'
EMPTY_SAID = "« grand » attend votre réponse : complétez la cellule où « grand » est demandé, exécutez-la, puis revenez ici."
ANSWERS = {"goelands": "grand = 9", "sternes": "grand = 2", "huitriers": "grand = 2", "grebes": "grand = …", "barges": "grand = 9"}


def run(notebook, limits, provisioner):
    """Cells run here rather than in a kernel, as far as these tests need it."""
    ran, space = running.Ran(notebook, 0.0), {}
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.execution_count, cell.outputs = len(ran.ran) + 1, []
            if cell.source.startswith("grand ="):
                exec(cell.source.replace("…", "..."), space)
            if watching.is_test(cell) and space.get("grand") != 9:
                cell.outputs = [new_output("stream", name="stdout", text="La forme est vérifiée.\n"),
                                new_output("stream", name="stderr", text=EMPTY_SAID if space.get("grand") is ... else WRONG)]
            ran.ran.append(cell.id)
    return ran


@pytest.fixture(scope="module")
def graded(course, tmp_path_factory) -> Path:
    """A grading folder: five teams that handed in, one that did not, marks and words given by hand to some."""
    base = tmp_path_factory.mktemp("notation")
    handed = hand_in(course, base / "recus", ANSWERS)
    grebes = nbformat.read(handed / "grebes.ipynb", 4)
    release = nbformat.read(course / "exercises" / CHALLENGE / f"{NOTEBOOK}.ipynb", 4)
    for cell, given in zip(grebes.cells, release.cells, strict=True):
        cell.source = given.source
    nbformat.write(grebes, handed / "grebes.ipynb")
    (handed / "sternes").mkdir()
    shutil.move(handed / "sternes.ipynb", handed / "sternes")
    (handed / "sternes" / "indices.json").write_text(json.dumps({"tiny.1.1": {"ouverts": 2, "sur": 3}, "x": {"ouverts": 1, "sur": 1}}))
    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(2) as executor:
        patch.setattr(marking, "run", run)
        summary = grade(handed, CHALLENGE, course=course, grading=base / "g", add_teams=True, executor=executor, feedback=False)
    assert summary.code == 0, summary.as_table()
    give_by_hand(base / "g", {"goelands": (25, f"Bien vu.\n{HOSTILE}"), "huitriers": (0, "Relisez la consigne.")})
    keep(base / "g", Roster((
        Team("absents", "Les absents", CHALLENGE, (Member("Paul Inventé", "paul@exemple.invalid"),)),
        Team("goelands", HOSTILE, CHALLENGE, (Member("Zoé Œuvrard-Inventée", "zoe@exemple.invalid"), Member(HOSTILE, "x@exemple.invalid"))),
        Team("sternes", "Les Sternes", CHALLENGE, (Member("Inès Inventée", "ines@exemple.invalid"),)))))  # fmt: skip
    return base / "g"


@pytest.fixture(scope="module")
def pages(course, graded, tmp_path_factory) -> Path:
    place = tmp_path_factory.mktemp("pages")
    writing.report(course, graded, to=place)
    return place / CHALLENGE


@pytest.fixture(scope="module")
def readings(course, graded) -> dict[str, reading.TeamReading]:
    return {team.name: team for team in reading.read(course, graded, CHALLENGE, questions.chapters(course, CHALLENGE))}


def soup(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def words(text: str) -> str:
    return " ".join(text.replace("\u202f", " ").replace("\u00ad", "").split())


def printed(path: Path) -> str:
    return words("\n".join(page.extract_text() for page in PdfReader(path).pages))


def from_the_database(grading: Path) -> dict[str, tuple[float, float]]:
    """Team -> (points, points that wait), by SQL alone."""
    query = ("select submitted_assignment.student_id, sum(coalesce(grade.manual_score, grade.auto_score, 0) + coalesce(grade.extra_credit, 0)), sum(grade.needs_manual_grade * base.points) from grade "
             "join (select id, max_score as points from grade_cells union select id, max_score from task_cells) base on base.id = grade.cell_id "
             "join submitted_notebook on submitted_notebook.id = grade.notebook_id join submitted_assignment on submitted_assignment.id = submitted_notebook.assignment_id group by 1")
    with closing(sqlite3.connect(grading / "gradebook.db")) as book:
        return {team: (given, waiting) for team, given, waiting in book.execute(query)}


def test_questions_are_read_from_the_masters(course):
    [chapter] = questions.chapters(course, CHALLENGE)
    assert chapter.title == "Trouver" and chapter.maximum == 100
    test, essay = chapter.questions
    assert (test.number, test.kind, test.maximum, test.levels) == ("1.1", questions.TEST, 60, ())
    assert (essay.number, essay.kind, [level.points for level in essay.levels]) == ("1.2", questions.ESSAY, [40, 25, 10, 0])
    assert essay.level(30).text.startswith("un avis, avec une raison qui ne tient pas") and essay.level(40) is essay.levels[0]
    assert questions.title(course, CHALLENGE) == "Le plus grand" and questions.title(course, "autre") == "autre"


@pytest.mark.parametrize("challenge", ["aides-velo", "defibrillateurs", "qualite-air"])
def test_every_question_of_our_challenges_has_a_number_a_title_and_its_rubric(challenge):
    chapters = questions.chapters(Path(__file__).parents[1], challenge)
    asked = [question for chapter in chapters for question in chapter.questions]
    assert len(chapters) == 3 and sum(question.maximum for question in asked) == 100
    assert len({question.number for question in asked}) == len(asked)
    for question in asked:
        assert len(question.title) > 5 and not set("`*#") & set(question.title), question
        assert question.kind == questions.TEST or (len(question.levels) == 4 and question.levels[0].points == question.maximum and question.levels[-1].points == 0), question
        assert question.kind != questions.TEST or question.hints.startswith(f"{challenge}.{question.number[0]}."), question


def test_states_say_what_became_of_each_question(readings):
    states = {name: [answer.state for answer in team.answers] for name, team in readings.items()}
    assert states == {"goelands": [REACHED, PARTLY], "sternes": [NOT_YET, WAITING], "huitriers": [NOT_YET, NOT_YET], "grebes": [EMPTY, EMPTY],
                      "barges": [REACHED, WAITING], "absents": [ABSENT, ABSENT]}  # fmt: skip
    wrong = readings["sternes"].answers[0]
    assert wrong.why == WRONG.partition(" Indice")[0] and (wrong.opened, wrong.of) == (2, 3)
    assert readings["goelands"].answers[1].level.points == 25 and readings["goelands"].members == ("Zoé Œuvrard-Inventée", HOSTILE)
    assert readings["absents"].received is None and not readings["absents"].graded


def test_numbers_are_those_of_the_database(graded, pages, readings):
    truth = from_the_database(graded)
    assert truth == {"goelands": (85, 0), "sternes": (0, 40), "huitriers": (0, 0), "grebes": (0, 0), "barges": (60, 40)}
    for team, (given, waiting) in truth.items():
        page = soup(pages / "equipes" / f"{team}.html")
        assert words(page.select_one(".big").text) == f"{given:g} sur 100 points"
        text, paper = words(page.select_one("main").text), printed(pages / "equipes" / f"{team}.pdf")
        for where in (text, paper):
            assert f"{given:g} sur 100" in where
            assert ("le total n’est pas définitif" in where) == (waiting > 0)
            assert (f"{waiting:g} points dépendent encore de la lecture de vos réponses par une personne" in where) == (waiting > 0)
    rows = {words(row.th.text): [words(cell.b.text) for cell in row.select("td") if cell.b] + [words(cell.contents[0].text) for cell in row.select("td.total")] for row in soup(pages / "vue-d-ensemble.html").select("tbody tr")}
    assert rows == {words(HOSTILE): ["60", "25", "85", "0"], "barges": ["60", "…", "60", "40"], "Les Sternes": ["0", "…", "0", "40"], "huitriers": ["0", "0", "0", "0"], "grebes": ["·", "·", "0", "0"]}


def test_a_team_reads_first_what_it_reached_then_why_not_and_what_to_try(pages):
    page = soup(pages / "equipes" / "goelands.html")
    heads = [words(head.text) for head in page.select("h2")]
    assert heads == ["Où vous en êtes", "Ce que vous avez réussi", "Ce qui reste à reprendre, et comment", "Comment ce total est fait"]
    essay = words(page.select_one(".card.todo").text)
    assert "en partie, 25 sur 40 points" in essay and "Niveau atteint : un avis, avec une raison qui ne tient pas" in essay
    assert "Une réponse complète (40 points) : un avis, et sa raison." in essay and "Bien vu." in essay
    text = words(soup(pages / "equipes" / "huitriers.html").text)
    assert "Ouvrez l’indice 1 sur 3 ; il ne coûte aucun point." in text and "pas encore, 0 sur 60 points" in text and "Relisez la consigne." in text
    assert "Ouvrez l’indice 3 sur 3" in words(soup(pages / "equipes" / "sternes.html").text)
    assert "aucune réponse pour le moment" in words(soup(pages / "equipes" / "grebes.html").text)
    assert "Aucun rendu n’est arrivé" in words(soup(pages / "equipes" / "absents.html").text)


def test_what_people_wrote_stays_words(pages):
    files = sorted(pages.rglob("*.html"))
    assert len(files) == 7
    for file in files:
        page = soup(file)
        assert not page.select("script, iframe, link, img, object, form, i") and not page.select("[onload], [onclick]"), file
        assert "62615533" not in page.text and "http" not in file.read_text(encoding="utf-8"), file
        assert not page.select("b:not(td b)"), file
    assert words(soup(pages / "equipes" / "goelands.html").h1.text) == HOSTILE
    assert "<i>encore</i> #pagebreak()" in soup(pages / "equipes" / "sternes.html").text
    paper = printed(pages / "equipes" / "goelands.pdf")
    assert "#panic()" in paper and "{{ 7919 * 7907 }}" in paper and "<script>alert(1)</script>" in paper
    assert "#pagebreak()" in printed(pages / "equipes" / "sternes.pdf")


def test_nobody_reads_of_another_team(pages, readings):
    for name, team in readings.items():
        text = words(soup(pages / "equipes" / f"{name}.html").text) + printed(pages / "equipes" / f"{name}.pdf")
        for other in readings.values():
            told = {other.title, other.name, *other.members} - {team.title, team.name, *team.members}
            assert other.name == name or not [one for one in told if words(one) in text], (name, other.name)


def test_pdfs_have_a_title_a_language_and_tags(pages):
    for file in pages.rglob("*.pdf"):
        pdf = PdfReader(file)
        assert pdf.trailer["/Root"]["/Lang"].startswith("fr") and "/StructTreeRoot" in pdf.trailer["/Root"] and pdf.trailer["/Root"]["/MarkInfo"]["/Marked"]
        assert "Le plus grand" in pdf.metadata.title and b"pdfuaid" in pdf.trailer["/Root"]["/Metadata"].get_object().get_data(), file
    assert "l’œuf" in printed(pages / "equipes" / "goelands.pdf").replace("l'œuf", "l’œuf") and "Zoé Œuvrard-Inventée" in printed(pages / "equipes" / "goelands.pdf")


def test_letters_that_the_fonts_lack_make_a_tagged_pdf_all_the_same(course, readings):
    facts = writing.of_team.facts("Défi", questions.chapters(course, CHALLENGE), readings["sternes"]) | {"team": "日本 🐦"}
    pdf = writing._pdf("equipe", facts)
    assert pdf.startswith(b"%PDF") and b"/StructTreeRoot" in pdf


def test_helpers_read_where_to_go_and_why(pages):
    page = soup(pages / "vue-d-ensemble.html")
    look = {words(one.h3.text): [words(reason.text) for reason in one.select("li")] for one in page.select(".look > li")}
    assert list(look)[0] == "Les absents" and look == {"Les absents": ["Rien n’a été reçu d’elle, ou un dossier vide : demandez où elle en est."], "grebes": ["Sans réponse : carnet 1."]}
    assert words(page.select_one("header").text).find("5 équipes sur 6 ont rendu quelque chose") > 0
    [mistake] = page.select(".mistake")
    assert "2 équipes" in words(mistake.text) and "Les Sternes" in mistake.text and "huitriers" in mistake.text and "grebes" not in mistake.text
    first, second = page.select(".q")
    assert "2 réussites, 2 pas encore, 1 sans réponse · 2 indices ouverts par 1 équipe" in words(first.text) and len(first.select(".dots svg")) == 5
    assert "2 réponses, jusqu’à 80 points" in words(page.select_one("[aria-labelledby=lire]").text)


def test_reasons_to_go_and_see_a_team(course, readings):
    chapters = questions.chapters(course, CHALLENGE)
    team = readings["barges"]

    def reasons(**changed):
        return [text for _, text in of_class._reasons(chapters, replace(team, **changed))]

    assert reasons() == []
    assert "arrêté net" in reasons(stopped={NOTEBOOK: "dead kernel"})[0] and "carnet 1" in reasons(stopped={NOTEBOOK: "dead kernel"})[0]
    assert "2 lignes de code inhabituelles" in reasons(flags=2)[0]
    assert "lancez la correction" in reasons(graded=False)[0]
    wrong = readings["huitriers"].answers[0]
    assert reasons(answers=(wrong,) * (of_class.LEAST_ANSWERS - 1)) == [] and reasons(answers=(wrong,) * of_class.LEAST_ANSWERS)[0].startswith("0 sur 240")
    assert reasons(answers=(wrong, team.answers[0]) * 2) == [], "half is not under half"


def test_same_facts_same_bytes_closed_to_others(course, graded, pages, tmp_path):
    told = []
    again = writing.report(course, graded, to=pages.parent, tell=told.append)
    assert told == [] and len(again) == 14 and all(path.is_file() for path in again)
    writing.report(course, graded, to=tmp_path)
    for path in again:
        assert (tmp_path / path.relative_to(pages.parent)).read_bytes() == path.read_bytes()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600 and stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert not [path for path in pages.rglob(".*")]


def test_the_command_says_what_is_wrong_all_at_once_and_writes_nothing(course, graded, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("CHALLENGE_DATA_HOME", str(course))
    assert cli.main(["report", "--grading", str(graded), "--to", str(course / "ici"), "--challenge", "nulle"]) == 2
    said = capsys.readouterr().err
    assert "which is public" in said and "« nulle »: no such challenge. There are: tiny." in said and not (course / "ici").exists()
    assert cli.main(["report", "--grading", str(graded), "--to", str(tmp_path / "p"), "--team", "sterne", "--team", "Les Sternes"]) == 2
    assert "« sterne »: no such team in tiny" in capsys.readouterr().err and not (tmp_path / "p").exists()
    assert cli.main(["report", "--grading", str(tmp_path), "--to", str(tmp_path / "p")]) == 2 and "grade first" in capsys.readouterr().err
    assert cli.main(["report", "--grading", str(graded), "--to", str(tmp_path / "p"), "--team", "sternes", "--no-pdf"]) == 0
    assert [path.name for path in (tmp_path / "p").rglob("*.*")] == ["sternes.html"] and "1 page(s) up to date" in capsys.readouterr().out


def test_points_of_work_that_changed_since_it_was_read_wait_and_are_not_drawn_twice(course, readings):
    chapters, team = questions.chapters(course, CHALLENGE), readings["goelands"]
    again = reading.Scores(team.name, tuple(replace(mark, waiting=mark.manual is not None) for mark in team.scores.marks))
    test, essay = team.answers
    facts = writing.of_team.facts("Défi", chapters, replace(team, scores=again, answers=(test, replace(essay, state=WAITING, points=25))))
    [part] = facts["chapters"]
    assert (part["given"], part["waiting"], part["maximum"]) == (60, 40, 100)
    assert facts["total"]["points"] == "85" and facts["total"]["waits"].startswith("40\u00a0points dépendent encore")


def test_a_deadline_and_a_mark_are_told_when_the_edition_has_rules(course, readings):
    stand = Standing(None, "", "", "5 points de retard à déduire", "Note de l'équipe : 16,00 sur 20", ("Calcul : (85 − 5) / 100 × 20 = 16,00",))
    facts = writing.of_team.facts("Défi", questions.chapters(course, CHALLENGE), replace(readings["goelands"], standing=stand))
    total = facts["total"]
    assert "(85 − 5) / 100 × 20 = 16,00" in total["how"][0] and words(total["mark"]) == "Note de l’équipe : 16,00 sur 20"
    page = BeautifulSoup(writing._html("equipe", facts), "html.parser")
    assert words(page.select_one(".score .lost").text) == "5 points de retard à déduire" and words(page.select_one(".mark").text) == words(total["mark"])


@pytest.mark.parametrize(("hours", "own", "said"), [
    (-1, False, ""), (-1, True, "dans le délai accordé à votre équipe (6 mars, 18 h 00)"),
    (17, False, "17 heures après la date limite (6 mars, 18 h 00) ; tout jour commencé compte"),
    (45, True, "1 jour et 21 heures après le délai accordé à votre équipe (6 mars, 18 h 00) ; tout jour commencé compte"),
    (1 / 6, False, "10 minutes après la date limite (6 mars, 18 h 00), dans la marge permise : rien n'est retiré"),
])  # fmt: skip
def test_a_delay_is_told_as_it_is(hours, own, said):
    deadline = datetime(2026, 3, 6, 18, tzinfo=PARIS)
    rules = Rules(extensions={"sternes": deadline} if own else {}, deadlines={CHALLENGE: deadline}, grace=timedelta(minutes=15), percent_per_day=5)
    assert words(standing._late(lateness(rules, CHALLENGE, "sternes", deadline + timedelta(hours=hours)), own)) == said


def test_a_notebook_that_stopped_says_once_what_to_do_and_where(course, readings):
    chapters, team = questions.chapters(course, CHALLENGE), readings["barges"]
    test, essay = team.answers
    waits = reading._answer(test.question, Mark(NOTEBOOK, test.question.cell, None, None, None, 60, True), True, "Le programme s'est arrêté net.", "", (0, 3), "dead kernel")
    by_hand = reading._answer(test.question, Mark(NOTEBOOK, test.question.cell, None, 20, None, 60, False), True, "Le programme s'est arrêté net.", "", (0, 3), "dead kernel")
    assert (waits.state, waits.why, by_hand.state, by_hand.why) == (WAITING, "", PARTLY, "")
    for answer in (waits, by_hand):
        facts = writing.of_team.facts("Défi", chapters, replace(team, answers=(answer, essay), stopped={NOTEBOOK: "dead kernel"}))
        [told] = facts["stopped"]
        assert words(told["text"]).startswith("Il s’est arrêté à la question 1.1 ou juste avant : le programme s’est arrêté net. Supprimez la commande qui arrête le programme, relancez tout le carnet")
        assert not any(one["next"] for one in facts["redo"]), "no hint helps there"
        assert "Un carnet s’est arrêté avant la fin" in BeautifulSoup(writing._html("equipe", facts), "html.parser").text and writing._pdf("equipe", facts).startswith(b"%PDF")
    flagged = reading._answer(test.question, Mark(NOTEBOOK, test.question.cell, None, None, None, 60, True), True, "Commande inhabituelle.", "", (0, 3), "flag")
    assert flagged.why == "Commande inhabituelle."
    assert set(wording.REMEDIES) == set(wording.STOPPED)


@pytest.mark.parametrize(("stopped", "state"), [(False, EMPTY), (True, NOT_YET)])
def test_an_answer_that_stopped_on_an_error_is_no_missing_answer(course, readings, stopped, state):
    test, _essay = readings["barges"].answers
    with pytest.raises(NotAnswered) as waited:
        Missing("grand", stopped).head()
    answer = reading._answer(test.question, Mark(NOTEBOOK, test.question.cell, 0, None, None, 60, False), True, str(waited.value), "", (0, 3))
    assert answer.state == state and bool(answer.why) == stopped


@pytest.mark.parametrize(("hours", "content", "said"), [
    (45, NOTEBOOK, "Un autre rendu, du 8 mars 2026 à 15 h 00, est arrivé après la date limite : c'est celui du 6 mars 2026 à 17 h 00 qui est compté."),
    (45, "", "Un autre rendu, du 8 mars 2026 à 15 h 00, est arrivé, mais aucun carnet ne peut y être lu : c'est celui du 6 mars 2026 à 17 h 00 qui est compté."),
    (-0.5, NOTEBOOK, "Un autre rendu, du 6 mars 2026 à 17 h 30, est arrivé ensuite : c'est celui du 6 mars 2026 à 17 h 00 qui est compté sur cette page."),
    (-3, NOTEBOOK, ""),
])  # fmt: skip
def test_another_hand_in_is_told(course, readings, tmp_path, hours, content, said):
    deadline = datetime(2026, 3, 6, 18, tzinfo=PARIS)
    released = (course / "exercises" / CHALLENGE / f"{NOTEBOOK}.ipynb").read_bytes()
    name = f"{NOTEBOOK}.ipynb"
    (tmp_path / name).write_bytes(released if content else released[:50])
    with alone(tmp_path / "recus"):
        other = keep_files(tmp_path, {name: name}, tmp_path / "recus", "barges", name, [])
    counted = Kept(tmp_path / "un", {"at": "2026-03-06T20:00:00+00:00"})
    handed = ((counted, deadline - timedelta(hours=1)), (other, deadline + timedelta(hours=hours)))
    one = SimpleNamespace(record=counted, team=Team("barges", "Les Barges", CHALLENGE, ()), hours=handed)
    found = standing._other(one, Rules(deadlines={CHALLENGE: deadline}))
    assert words(found) == said
    facts = writing.of_team.facts("Défi", questions.chapters(course, CHALLENGE), replace(readings["barges"], standing=Standing(deadline, other=found)))
    assert words(typeset(said)) in words(BeautifulSoup(writing._html("equipe", facts), "html.parser").header.text)
    assert [text for _, text in of_class._reasons(questions.chapters(course, CHALLENGE), replace(readings["barges"], standing=Standing(deadline, other=found)))] == ([found] if said else [])


def test_a_hand_in_among_another_challenge_is_no_team_of_it(course, graded, readings, tmp_path):
    chapters, place = questions.chapters(course, CHALLENGE), tmp_path / "g"
    shutil.copytree(graded, place)
    for name in ("received", "executed"):
        if (place / name / CHALLENGE / "absents").exists():
            shutil.rmtree(place / name / CHALLENGE / "absents")
    shutil.copytree(graded / "received" / CHALLENGE / "barges", place / "received" / CHALLENGE / "harles")
    shutil.copytree(graded / "received" / CHALLENGE / "barges", place / "received" / "autre" / "absents")
    keep(place, Roster((Team("absents", "Les absents", CHALLENGE, ()), Team("harles", "Les Harles", "autre", ()))))
    found = {team.name: team for team in reading.read(course, place, CHALLENGE, chapters)}
    assert found["harles"].registered == "autre" and found["absents"].strayed == "autre" and not found["barges"].registered
    facts = of_class.facts("Défi", chapters, list(found.values()))
    assert (facts["teams"], facts["handed"]) == (6, 5) and "à corriger" not in facts["intro"] and "Les Harles" not in facts["rest"]
    look = {one["team"]: words(one["reasons"][0]) for one in facts["look"]}
    assert look["Les Harles"].startswith("A remis dans le mauvais dossier : son défi est « autre ».") and look["Les absents"].startswith("A remis dans le mauvais dossier, celui de « autre » : ")
    for name, said in (("harles", "votre équipe est inscrite à « autre »"), ("absents", "dans le dossier du défi « autre »")):
        told = writing.of_team.facts("Défi", chapters, found[name])
        assert said in words(BeautifulSoup(writing._html("equipe", told), "html.parser").main.text) and writing._pdf("equipe", told).startswith(b"%PDF")


def test_the_last_hand_in_is_dated_by_its_own_hour(course, readings):
    early = datetime(2026, 3, 6, 17, 55, tzinfo=PARIS)
    intro = of_class.facts("Défi", questions.chapters(course, CHALLENGE), [replace(readings["barges"], standing=Standing(early))])["intro"]
    assert "dernière remise le 6 mars 2026 à 17 h 55." in words(intro)
    intro = of_class.facts("Défi", questions.chapters(course, CHALLENGE), [replace(readings["barges"], standing=Standing(early, last=early + timedelta(days=2)))])["intro"]
    assert "dernière remise le 8 mars 2026 à 17 h 55." in words(intro), "one that does not count was handed in all the same"


def test_a_flag_is_told_as_long_as_points_wait_because_of_it(readings):
    scores = readings["barges"].scores  # its essay waits, its test does not
    test, essay = (answer.question.cell for answer in readings["barges"].answers)
    for withheld, flags in (({essay: "flag"}, 1), ({test: "flag"}, 0), ({}, 1)):
        assert reading._flags({NOTEBOOK: {"flags": ["ligne"], "withheld": withheld}}, scores) == flags
    assert reading._flags({NOTEBOOK: {"flags": ["ligne"], "withheld": {}}}, readings["goelands"].scores) == 0


def test_without_a_name_only_what_something_is_of_is_reported(graded, tmp_path):
    (tmp_path / "received" / CHALLENGE).mkdir(parents=True)
    (tmp_path / "recorded").mkdir()
    (tmp_path / "recorded" / f"{CHALLENGE}.json").write_text("{}")
    assert not writing._begun(tmp_path, CHALLENGE) and writing._begun(graded, CHALLENGE)


def test_one_reason_for_many_questions_is_said_once():
    told = [{"why": why} for why in ("arrêt", "arrêt", "", "arrêt", "lent", "arrêt")]
    assert [one["why"] for one in writing.of_team._once(told)] == ["arrêt", "Même raison.", "", "Même raison.", "lent", "arrêt"]


def test_french_as_it_is_written():
    assert typeset("« l'eau » : oui ; non ? 5 %") == "«\u00a0l’eau\u00a0»\u00a0: oui\u202f; non\u202f? 5\u00a0%"
    assert [points(value) for value in (0, 1, 1.5, 2, 2.5)] == ["0\u00a0point", "1\u00a0point", "1,5\u00a0point", "2\u00a0points", "2,5\u00a0points"]
