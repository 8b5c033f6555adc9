"""« Vérifier »: what each question says once its notebook has run from top to bottom, and what never shows or changes."""

import json
import threading
from pathlib import Path

import nbformat
import pytest

from challenge_data import course as place
from challenge_data import hand_in, verify
from challenge_data.errors import LearnerError
from challenge_data.teamwork import running, sending, verifying

PATH = "exercises/tiny/1_trouver.ipynb"
LESSON = "notebooks/j0_depart/01_compter.ipynb"


@pytest.fixture
def team(machine, monkeypatch) -> Path:
    monkeypatch.setattr(verifying, "_last", {})
    place.team("Les Sternes", "Awa", "tiny")
    return machine


def write(here: Path, path: str = PATH, **sources: str) -> None:
    whole = json.loads((here / path).read_bytes())
    for cell in whole["cells"]:
        cell["source"] = sources.get(cell["id"].replace("-", "_"), cell["source"])
    (here / path).write_text(json.dumps(whole))


def lines(path: str = PATH) -> list[tuple[str, str]]:
    return [(line.verdict, line.said) for line in verifying.report(path).lines]


def test_nothing_written_yet(team):
    found = verifying.report(PATH)
    assert (found.title, found.notes) == ("Trouver", [])
    assert [(line.number, line.title, line.points, line.verdict, line.cell) for line in found.lines] == [("1.1", "Question 1", 60, "à faire", "grand"), ("1.2", "Question 2", 40, "à faire", "avis")]
    assert found.lines[0].said.startswith("À vous : remplacez les points de suspension")


def test_a_right_form_a_text_to_read_and_a_notebook_left_as_it_was(team):
    write(team, solution_grand="grand = max(valeurs)\nopen('trace.txt', 'w').close()", essay_avis="Neuf.")
    before, work = (team / PATH).read_bytes(), sorted((team / "travail").rglob("*"))
    [first, second] = lines()
    assert first[0] == "forme vérifiée" and first[1].startswith("La forme est vérifiée.")
    assert second == ("à lire par une personne", "Votre réponse est là.")
    assert (team / PATH).read_bytes() == before and sorted((team / "travail").rglob("*")) == work
    assert (team / "exercises/tiny/trace.txt").exists(), "the kernel stands where JupyterLab's does"


@pytest.mark.parametrize(("answer", "says"), [
    ("grand = 'neuf'", "Un nombre entier est attendu."),
    ("grand = valeur[1]", "Vouliez-vous dire « valeurs »"),
    ("grand = max(valeurs", "En français"),
    ("import warnings\nwarnings.warn('doucement')\ngrand = 2.5", "Un nombre entier est attendu."),
    ("autre = 3", "« grand » n'existe pas encore"),
])  # fmt: skip
def test_a_wrong_answer_reads_why_in_french_and_no_traceback(team, answer, says):
    write(team, solution_grand=answer)
    verdict, said = lines()[0]
    assert verdict == "pas encore" and says in said and "Traceback" not in said and "\x1b" not in said


def test_a_changed_test_is_put_back_for_the_verification_alone(team):
    write(team, solution_grand="grand = 'neuf'", tests_grand="print('juste')")
    before = (team / PATH).read_bytes()
    found = verifying.report(PATH)
    assert found.lines[0].verdict == "pas encore" and found.notes[0].startswith("Pour la vérification seulement : « Question 1 »")
    assert (team / PATH).read_bytes() == before


def test_a_dead_kernel_and_an_endless_loop_say_what_was_not_read(team, monkeypatch):
    write(team, solution_grand="import os\nos._exit(1)")
    found = verifying.report(PATH)
    assert "Le noyau s'est arrêté" in found.notes[0] and found.lines[0].verdict == "pas exécutée"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("a = 1"), nbformat.v4.new_code_cell("while True: pass"), nbformat.v4.new_code_cell("b = 1")])
    ran = running.run(notebook, team, cell_seconds=2)
    assert ran.stopped == "time" and ran.ran == [notebook.cells[0].id]
    notebook.cells = [nbformat.v4.new_code_cell("print('x' * 10**6)")]
    assert len(running.run(notebook, team).said[notebook.cells[0].id]) == running.MOST_SAID


def test_files_of_the_team_are_there_and_stay_as_they_were(team):
    (team / "travail/valeurs.txt").write_text("9")
    write(team, solution_grand="from challenge_data import work_dir\ngrand = int((work_dir() / 'valeurs.txt').read_text())\n(work_dir() / 'valeurs.txt').write_text('0')")
    assert lines()[0][0] == "forme vérifiée" and (team / "travail/valeurs.txt").read_text() == "9"


def test_what_has_not_changed_is_not_run_again_and_what_has_is(team, monkeypatch):
    first = verifying.report(PATH)
    with monkeypatch.context() as no_run:
        no_run.setattr(verifying, "_run", lambda *_: pytest.fail("run again"))
        assert verifying.report(PATH) is first
    (team / "travail/valeurs.txt").write_text("9")
    assert verifying.report(PATH) is not first


def test_a_lessons_exercises(team):
    assert lines(LESSON)[0][0] == "à faire"
    write(team, LESSON, exercise_total="total = 12\nprint('12, c\\'est juste.')")
    assert lines(LESSON) == [("juste", "12, c'est juste.")]
    write(team, LESSON, exercise_total="total = ligne")
    assert lines(LESSON)[0][0] == "pas encore"


@pytest.mark.parametrize("path", ["", "exercises/tiny/9_rien.ipynb", "../autre.ipynb", "edition.toml", "notebooks/glossaire.md", "travail/1_trouver.ipynb"])
def test_other_files_are_not_run(team, path):
    with pytest.raises(LearnerError, match="n'est pas un de ceux du cours"):
        verifying.report(path)


def test_a_missing_or_damaged_one_is_told(team):
    (team / PATH).write_bytes(b"{")
    with pytest.raises(LearnerError, match="abîmé"):
        verifying.report(PATH)
    (team / PATH).unlink()
    with pytest.raises(LearnerError, match="n'est pas dans son dossier"):
        verifying.report(PATH)


def test_a_renamed_one_is_verified_under_its_own_name(team):
    (team / PATH).rename(team / "exercises/tiny/1_trouver (1).ipynb")
    assert verifying.report("exercises/tiny/1_trouver (1).ipynb").lines[0].number == "1.1"


def test_one_at_a_time(team, monkeypatch):
    started, done = threading.Event(), threading.Event()

    def slow(*_):
        started.set()
        done.wait(20)
        return running.Ran()

    monkeypatch.setattr(verifying, "_run", slow)
    first = threading.Thread(target=verifying.report, args=(PATH,))
    first.start()
    started.wait(20)
    with pytest.raises(LearnerError, match="Un autre carnet"):
        verifying.report(PATH)
    done.set()
    first.join()


def ask_while_none_ends(monkeypatch, *paths: str) -> None:
    """Each answer is to be asked for again; then all may end."""
    go = threading.Event()
    monkeypatch.setattr(verifying, "_run", lambda *_: go.wait(20) and running.Ran())
    monkeypatch.setattr(verifying, "PATIENCE", 0.1)
    assert [verifying.verify({"path": path}) for path in paths] == [{"waiting": True}] * len(paths)
    go.set()
    monkeypatch.setattr(verifying, "PATIENCE", 20)


def test_a_second_one_that_is_asked_for_waits_its_turn(team, monkeypatch):
    ask_while_none_ends(monkeypatch, PATH, LESSON)
    assert verifying.verify({"path": LESSON})["path"] == LESSON
    assert verifying.verify({"path": PATH})["path"] == PATH


def test_who_asks_is_not_kept_waiting_and_gets_the_answer_later(team, monkeypatch):
    ask_while_none_ends(monkeypatch, PATH, PATH)
    assert verifying.verify({"path": PATH})["title"] == "Trouver"
    with pytest.raises(LearnerError, match="n'est pas un de ceux"):
        verifying.verify({"path": "x"})
    with pytest.raises(LearnerError, match="n'est pas un de ceux"):
        verifying.verify({"path": "x"})


@pytest.mark.parametrize("ended", [True, False])
def test_a_run_of_the_notebook_as_it_was_is_no_answer_for_what_it_is_now(team, monkeypatch, ended):
    """Neither one that ended since, when the page that asked was closed, nor one that still goes on."""
    go, run = threading.Event(), verifying._run
    monkeypatch.setattr(verifying, "_run", lambda *_: go.wait(20) and running.Ran())
    with monkeypatch.context() as hurried:
        hurried.setattr(verifying, "PATIENCE", 0.1)
        assert verifying.verify({"path": PATH, "anew": True}) == {"waiting": True}
    if ended:
        go.set()
        verifying._asked[PATH].result.result(20)
    monkeypatch.setattr(verifying, "_run", run)
    write(team, solution_grand="grand = 9")
    threading.Timer(0.5, go.set).start()
    found = verifying.verify({"path": PATH, "anew": True})
    while "waiting" in found:
        found = verifying.verify({"path": PATH})
    assert found["lines"][0]["verdict"] == "forme vérifiée"


def test_in_a_cell_it_prints_and_hands_in(team, capsys):
    write(team, solution_grand="grand = 'neuf'")
    verify()
    told = capsys.readouterr().out
    assert "1.1 · Question 1 (60 points) : pas encore" in told and "      Un nombre entier est attendu." in told
    with pytest.raises(LearnerError, match="1_trouver"):
        verify("7")
    hand_in(now=True)
    told = capsys.readouterr().out
    assert "1.2 · Question 2 : à faire" in told and "travail/rendus/les-sternes_tiny_" in told and "pas d'adresse de dépôt" in told
    assert len(list((team / "travail/rendus").glob("*.zip"))) == 1


def test_a_notebook_that_verifies_itself_does_not_start_another_run(team, monkeypatch, capsys):
    write(team, solution_grand="from challenge_data import verify, hand_in\nverify()\nhand_in()\ngrand = 9")
    assert lines()[0][0] == "forme vérifiée"
    monkeypatch.setenv(verifying.RUNNING, "1")
    verify()
    assert hand_in() is None and "déjà en cours" in capsys.readouterr().out
    with pytest.raises(LearnerError, match="déjà en cours"):
        verifying.report(PATH)


def test_without_a_team_it_says_where_to_register(team, capsys):
    (team / "travail/equipe.json").unlink()
    verify()
    assert "carnet Bienvenue" in capsys.readouterr().out


def test_buttons_prepare_hand_in_and_send_again(team, monkeypatch):
    boxes = []
    monkeypatch.setattr(verifying, "_run", lambda *_: running.Ran())
    monkeypatch.setattr("challenge_data.shown.show", lambda box, plain, page=None: boxes.append(box))
    answers = [sending.Answer(False, "Le dépôt est injoignable.", True), sending.Answer(True, "Votre rendu est déposé.")]
    asked = []
    monkeypatch.setattr(sending, "send", lambda name, content, code: asked.append((name, code)) or answers[len(asked) - 1])
    (team / "edition.toml").write_text('[hand_in]\naddress = "https://depot.exemple.fr"\ncode = true\n')
    hand_in()._ipython_display_()
    _, prepare, told, code, hand, again, place = boxes[0].children
    assert hand.layout.display == again.layout.display == "none"
    prepare.click()
    assert "1.1 · Question 1 : à faire" in told.value and hand.description == "Oui, rendre un travail inachevé"
    code.value = "cormoran"
    hand.click()
    assert "injoignable" in told.value and "travail/rendus/" in told.value and code.value == "" and again.layout.display == "" and "base64" in place.value
    code.value = "cormoran"
    again.click()
    assert "déposé" in told.value and again.layout.display == "none"
    [name] = [path.name for path in (team / "travail/rendus").glob("*.zip")]
    assert asked == [(name, "cormoran")] * 2, "the same file, not another one"
    (team / "travail/equipe.json").unlink()
    prepare.click()
    assert "carnet Bienvenue" in told.value and not prepare.disabled
