"""What the lessons' authors promise: sections that add up to the stated minutes, and checks that speak to real mistakes.

The answers below are what beginners type. Each is played in a kernel, where the lesson's own cells ran before it,
and must get the sentence that was written for it (or Python's error, explained).
"""

import json
import os
import re
from pathlib import Path

import nbclient
import nbformat
import pytest

from challenge_data.build import assemble, boxes
from challenge_data.build.course import Lesson, read_curriculum

ROOT = Path(__file__).parents[1]
CURRICULUM = read_curriculum(ROOT)
LESSONS = {lesson.code: lesson for lesson in CURRICULUM.lessons}
RIGHT = "c'est juste"

ANSWERS = {
    "00.prenom": [
        ("prenom = Awa", "mettez-le entre guillemets"),
        ('prenom = ""', "rien entre les guillemets"),
        ('prenom = "Awa…"', "reste des points"),
        ("prenom = 3", "entre guillemets"),
        ("prenom = 'Lucas'", "Bonjour Lucas"),
    ],
    "00.equipe": [
        ('equipe = team("Les Sternes")', "Il manque les prénoms"),
        ('equipe = team("Les Sternes", members="Awa Lucas")', "« Awa Lucas » contient un espace"),
        ('equipe = team("Les Sternes", members="Awa, Lucas")', "Il manque le défi"),
        ('equipe = team("Les Sternes", members="Awa, Lucas", challenge="Défibrillateurs")', "Aucun défi ne s'appelle"),
        ('equipe = team("Les Sternes", members=["Awa", "Lucas"], challenge="defibrillateurs")', "Équipe « Les Sternes » (Awa, Lucas)"),
    ],
    "01.part_premillieu": [
        ("part_premillieu = euros_par_habitant * bourg", "la part de Bourg-en-Bresse"),
        ("part_premillieu = euros_par_habitant * abergement", "la part de L'Abergement-Clémenciat"),
        ("part_premillieu = euros_par_habitant * habitants", "retrouvé l'enveloppe entière"),
        ("part_premillieu = euros_par_habitant * premillieu / habitants", "sans diviser de nouveau"),
        ("part_premillieu = enveloppe / 3", "une commune vaut une commune"),
        ("part_premillieu = euros_par_habitant * prémillieu", "Vouliez-vous dire « premillieu »"),
        ("part_premillieu = 120_000 / habitants * premillieu", "vous avez déjà exécuté la partie 3"),
        ("part_premillieu = euros_par_habitant * 49", RIGHT),
        ("part_premillieu = round(euros_par_habitant * premillieu, 2)", RIGHT),
    ],
    "01.nouvelle_part": [
        ("nouvelle_part = part_egale", "d'avant la rallonge"),
        ("nouvelle_part = part_egale / 3", "divisé deux fois"),
        ("nouvelle_part = enveloppe", "l'enveloppe entière"),
        ("nouvelle_part = habitants / 3", "partagé les habitants"),
        ("nouvelle_part = 120_000 / 3", RIGHT),
    ],
    "01.total": [
        ("total = lu_abergement + int(lu_premillieu)", "vous mêlez du texte et un nombre"),
        ("total = lu_abergement + lu_premillieu", "collés"),
        ("total = int(lu_abergement + lu_premillieu)", "collés"),
        ("total = int(lu_premillieu) + int(lu_premillieu)", "deux fois"),
        ("total = 860 + int(lu_premillieu)", RIGHT),
    ],
    "01.code_bourg": [
        ("code_bourg = 1053", "a perdu son zéro"),
        ("code_bourg = 01053", "SyntaxError"),
        ('code_bourg = "1053"', "manque encore le premier caractère"),
        ('code_bourg = "01001"', "le code de L'Abergement-Clémenciat"),
        ('code_bourg = "01000"', "le code postal"),
        ('code_bourg = "Bourg-en-Bresse"', "On demande son code"),
        ('code_bourg = "0" + "1053"', RIGHT),
    ],
    "01.reparer": [
        ("part = envelope / 3", "Vouliez-vous dire « enveloppe »"),
        ("part = enveloppe", "l'enveloppe entière"),
        ('part = "enveloppe / 3"', "Retirez les guillemets"),
        ("part = 120_000 / 3", "vaut encore 120 000"),
        ("part = enveloppe/3", RIGHT),
    ],
    "01.moyenne": [
        ("moyenne = len(ile) / sum(ile)", "à l'envers"),
        ("moyenne = max(ile) / len(ile)", "la plus grande"),
        ("moyenne = sum(ile) / max(ile)", "divisé par la plus grande"),
        ("moyenne = sum(ile) / sum(ile)", "deux différents"),
        ("moyenne = sum(ile) / 8", RIGHT),
    ],
    "02.mediane": [
        ('mediane = communes["population"].mean()', "c'est la moyenne"),
        ('mediane = communes["population"].sum()', "la population entière"),
        ('mediane = communes["population"].max()', "au bout de la file"),
        ('mediane = communes["population"].count()', "count compte"),
        ('mediane = communes["population"].médiane()', "AttributeError"),
        ('mediane = communes["population"].median', "sans ses parenthèses"),
    ],
    "02.grandes": [
        ('grandes = communes[communes["population"] > 1_000]', "exactement 1 000 habitants"),
        ('grandes = communes[communes["population"] < 1_000]', "moins de 1 000"),
        ('grandes = communes[communes["population"] <= 1_000]', "1 000 habitants ou moins"),
        ('grandes = communes[communes["population"] >= 100]', "manque un zéro"),
        ('grandes = communes[communes["population"] >= 10000]', "un zéro de trop"),
        ('grandes = communes[communes["population"] => 1_000]', "SyntaxError"),
        ('grandes = communes[communes["population"] >= 1 000]', "Écrivez 1_000 ou 1000"),
        ('grandes = communes[communes["population"] >= "1000"]', "Retirez les guillemets"),
        ('grandes = communes[communes["population"] > 999]', RIGHT),
    ],
    "02.ain": [
        ('ain = communes[communes["code_departement"] == 1]', "Aucune ligne"),
        ('ain = communes[communes["code_departement"] == "1"]', "Aucune ligne"),
        ('ain = communes[communes["code_departement"] == "Ain"]', "Aucune ligne"),
        ('ain = communes[communes["code_departement"] == 01]', "SyntaxError"),
        ('ain = communes[communes["code_departement"] == "02"]', "l'Aisne"),
        ('ain = communes[communes["code_departement"] = "01"]', "SyntaxError"),
        ('ain = communes[communes["nom_departement"] == "Ain"]', RIGHT),
    ],
    "02.reunion": [
        ('premieres = reunion.sort_values("population", ascending=True).head(3)', "moins peuplées"),
        ('premieres = reunion.sort_values("population", ascending=False).head(5)', "n’y ont pas leur place"),
        ('premieres = reunion.sort_values("population", ascending=False).head(1)', "il en manque 2"),
        ('premieres = reunion.sort_values("population", ascending=false).head(3)', "s'écrit False, sans guillemets"),
        ('premieres = reunion.sort_values("population").tail(3)', RIGHT),
    ],
    "02.taille_moyenne": [
        ('taille_moyenne = communes.groupby("nom_departement")["population"].sum()', "fait la somme"),
        ('taille_moyenne = communes.groupby("nom_departement")["population"].count()', "compté les communes"),
        ('taille_moyenne = communes.groupby("nom_region")["population"].mean()', "par région"),
        ('taille_moyenne = communes.groupby("nom")["population"].mean()', "par nom de commune"),
        ('taille_moyenne = communes.groupby("code_commune")["population"].mean()', "qu'une commune"),
        ('taille_moyenne = communes.groupby("zone")["population"].mean()', "n'est pas parmi vos groupes"),
        ('taille_moyenne = communes.groupby("departement")["population"].mean()', "pas de colonne « departement »"),
        ('taille_moyenne = communes.groupby("code_departement")["population"].mean()', RIGHT),
    ],
    "02.quart": [
        ('nombre_pour_un_quart = len(classement[classement["cumul"] < moitie]) + 1', "c'est pour la moitié"),
        ('quart = communes["population"].sum() / 4\nnombre_pour_un_quart = len(classement[classement["cumul"] < 4]) + 1', "Paris n'est pas le quart"),
        ('quart = len(communes) / 4\nnombre_pour_un_quart = len(classement[classement["cumul"] < quart]) + 1', "Paris n'est pas le quart"),
        ('quart = communes["population"].sum() * 0.25\nnombre_pour_un_quart = len(classement[classement["cumul"] < quart]) + 1', RIGHT),
    ],
}


def _given(lesson: Lesson, home: Path, work: Path) -> list[tuple[str, str]]:
    """(exercise played, source) of each cell: the lesson's own as answered, and after each exercise what learners type."""
    kept = work / "exercises.json"
    kept.write_text(json.dumps(assemble.exercises(CURRICULUM)), encoding="utf-8")
    # The checks as the curriculum says them now, whether or not the package's copy was built since.
    cells = [("", f"import json\nfrom pathlib import Path\nfrom challenge_data.checks import exercises\n"
                  f"kept = json.loads(Path({str(kept)!r}).read_text(encoding='utf-8'))\nexercises._kept = lambda: kept")]
    ours = assemble.lesson_notebook(lesson, CURRICULUM, answered=True)
    for cell in ours.cells:
        if cell.cell_type != "code" or cell.source.startswith("hint("):
            continue
        name = f"{lesson.code}.{cell.id.removeprefix('exercise-')}" if cell.id.startswith("exercise-") else ""
        # Wrong answers first: some exercises keep what was given before.
        cells += [(name, f'{typed}\ncheck("{name}")') for typed, _ in ANSWERS.get(name, ())]
        cells.append(("", cell.source))
    return cells


def _heard(outputs: list) -> str:
    return "\n".join(output.get("text", "") or "\n".join(output.get("traceback", [])) for output in outputs)


@pytest.mark.parametrize("code", sorted({name.split(".")[0] for name in ANSWERS}))
def test_what_learners_type_gets_its_sentence(code, tmp_path, monkeypatch):
    home = tmp_path / "cours"
    (home / "exercises" / "defibrillateurs").mkdir(parents=True)
    (home / "exercises" / "defibrillateurs" / "1_trouver.ipynb").write_text("{}")
    os.symlink(ROOT / "datasets", home / "datasets")
    monkeypatch.setenv("CHALLENGE_DATA_HOME", str(home))
    monkeypatch.setenv("CHALLENGE_DATA_WORK", str(tmp_path / "travail"))
    given = _given(LESSONS[code], home, tmp_path)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for _, source in given])
    nbclient.NotebookClient(notebook, timeout=60, allow_errors=True, resources={"metadata": {"path": str(tmp_path)}}).execute()

    heard: dict[str, list[str]] = {}
    for (name, _), cell in zip(given, notebook.cells, strict=True):
        if name:
            heard.setdefault(name, []).append(_heard(cell.outputs))
    wanted = {name: answers for name, answers in ANSWERS.items() if name.startswith(f"{code}.")}
    wrong = [f"{name}\n  {typed}\n  heard: {text.strip()}\n  wanted: {part}"
             for name, answers in wanted.items()
             for (typed, part), text in zip(answers, heard[name], strict=True) if part not in text]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("code", sorted(LESSONS))
def test_the_sections_minutes_sum_to_the_lessons(code):
    text = "\n".join(cell.source for cell in LESSONS[code].document.cells if cell.kind == "markdown")
    sections = re.findall(r"^## .*$", text, re.MULTILINE)
    minutes = [re.search(r"\((\d+) min\)$", section) for section in sections]
    assert all(minutes), [section for section, found in zip(sections, minutes, strict=True) if not found]
    assert sum(int(found[1]) for found in minutes) == LESSONS[code].header["minutes"]


@pytest.mark.parametrize("code", sorted(LESSONS))
def test_every_exercise_has_its_hints_and_played_answers(code):
    kept = {name: entry for name, entry in assemble.exercises(CURRICULUM).items() if name.startswith(f"{code}.")}
    assert kept and all(len(entry.get("hints", [])) >= 2 for entry in kept.values()), kept.keys()
    if any(name.startswith(f"{code}.") for name in ANSWERS):
        assert {name for name in ANSWERS if name.startswith(f"{code}.")} == {name for name, entry in kept.items() if "check" in entry}


@pytest.mark.parametrize("code", sorted(LESSONS))
def test_the_form_of_a_lesson(code):
    named = [box.name for cell in LESSONS[code].document.cells if cell.kind == "markdown"
             for box in boxes.split(cell.source) if isinstance(box, boxes.Box)]
    assert named[0] == "objectifs" and named[-1] == "aide-memoire"
    assert 2 <= named.count("quiz") <= 4 and {"resume", "aller-plus-loin"} <= set(named)
    assert any(cell.metadata.get("animation") for cell in LESSONS[code].document.cells)
