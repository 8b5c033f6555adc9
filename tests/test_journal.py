"""A treatment is noted as it is written, replayed to the same bytes, and told in words; mistakes are answered."""

import hashlib
import itertools
import json
import linecache
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from nbclient import NotebookClient

from challenge_data import course, raw_file
from challenge_data.errors import LearnerError, NotAnswered
from challenge_data.journal import Journal
from challenge_data.journal.measure import compare

_RANK = itertools.count()
START = '''import pandas as pd
from challenge_data import hand_on, load, pick_up, raw_file
from challenge_data.journal import Journal
journal = Journal(raw_file("eq_registre"), "registre")
with journal.step("lire", why="tout en texte"):
    registre = pd.read_csv(raw_file("eq_registre"), sep=";", dtype="str")
'''
TOTAL = '''with journal.step("retirer le TOTAL", why="ce n'est pas un équipement", who="Bastien Louvel"):
    # la dernière ligne
    registre = registre[registre["ref"] != "TOTAL"]
'''
EMPTY = '''with journal.step("vider les capacités", why="999 veut dire inconnu"):
    registre.loc[registre["capacite"].isin(riens), "capacite"] = None
'''


@pytest.fixture(autouse=True)
def work(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("CHALLENGE_DATA_WORK", str(tmp_path))
    return tmp_path


@pytest.fixture
def cell():
    """Runs a text as a cell of one notebook: Python finds the text again as IPython lets it."""
    names: dict = {"__name__": "__main__", "riens": ["n/d", "à compléter", "999", "0"]}

    def run(text: str) -> dict:
        name = f"<cell {next(_RANK)}>"
        linecache.cache[name] = (len(text), None, text.splitlines(True), name)
        exec(compile(text, name, "exec"), names)
        return names

    run(START)
    return run


def steps(names: dict) -> list[tuple]:
    return [(row.quoi, row.lignes_avant, row.lignes_apres, row.cases_changees) for row in names["journal"].table().itertuples()]


def test_what_was_done_is_measured_and_replayed_to_the_same_bytes(cell, work, capsys):
    cell(TOTAL)
    names = cell(EMPTY)
    raw = pd.read_csv(raw_file("eq_registre"), sep=";", dtype="str")
    disguised = int(raw[raw["ref"] != "TOTAL"]["capacite"].isin(names["riens"]).sum())
    assert steps(names) == [("lire", 0, 144, 0), ("retirer le TOTAL", 144, 143, 0), ("vider les capacités", 143, 143, disguised)]
    assert disguised == 15
    path = names["journal"].save()
    assert "identique octet pour octet" in capsys.readouterr().out
    again = Journal.replay(path)
    assert again and str(again) == str(Journal.replay(path.name))
    saved = path.read_text()
    assert str(work) not in saved and str(raw_file("eq_registre").parent) not in saved
    assert json.loads(saved)["etapes"][1]["code"] == '# la dernière ligne\nregistre = registre[registre["ref"] != "TOTAL"]\n'
    report = (work / "bilan_registre.md").read_text()
    assert "| capacite | 3. vider les capacités | 0 | 15 | 0 | l'équipe |" in report and "Bastien Louvel" in report and "identique" in report
    assert "surface_m2" in report.split("telles quelles")[1] and "<td" in names["journal"].report()._repr_html_()


def test_a_cell_run_again_replaces_its_step_and_those_after_follow(cell, capsys):
    cell(TOTAL)
    cell('with journal.step("dix fois", why="essai"):\n    registre["surface_m2"] = pd.to_numeric(registre["surface_m2"], errors="coerce") * 10\n')
    names = cell(EMPTY)
    once = names["registre"].copy()
    cell('with journal.step("dix fois", why="essai"):\n    registre["surface_m2"] = pd.to_numeric(registre["surface_m2"], errors="coerce") * 10\n')
    assert names["registre"].equals(once) and len(names["journal"].steps) == 4
    cell(TOTAL.replace('!= "TOTAL"', '< "R005"'))  # an earlier step, edited
    assert [row[:3] for row in steps(names)][1:3] == [("retirer le TOTAL", 144, 4), ("dix fois", 4, 4)] and len(names["registre"]) == 4
    cell(START.split("\n", 4)[4])  # the reading, too
    assert len(names["journal"].steps) == 4 and names["journal"].replay()
    cell('registre = journal.forget("dix fois")')
    assert [row[0] for row in steps(names)] == ["lire", "retirer le TOTAL", "vider les capacités"] and names["registre"]["surface_m2"].dtype == "str"
    capsys.readouterr()
    cell(TOTAL.replace("registre[registre", 'registre.drop(columns="capacite")[registre'))
    assert "ne passent plus" in capsys.readouterr().out and len(names["journal"].steps) == 2


def test_a_step_renamed_in_its_cell_is_the_same_step(cell, monkeypatch):
    monkeypatch.setattr("challenge_data.journal.book._cell", lambda: "a1")
    cell(TOTAL)
    names = cell(TOTAL.replace("retirer le TOTAL", "retirer la dernière"))
    assert [row[0] for row in steps(names)] == ["lire", "retirer la dernière"]
    names = cell(EMPTY + TOTAL.replace("retirer le TOTAL", "retirer la dernière"))
    assert [row[0] for row in steps(names)] == ["lire", "retirer la dernière", "vider les capacités"]


@pytest.mark.parametrize(("text", "said"), [
    ('communes = load("ile_population")\nwith journal.step("joindre", why="x"):\n    registre = registre.merge(communes, on="code_commune")', "« communes », un tableau"),
    ('registre = registre.head(5)\nwith journal.step("trier", why="x"):\n    registre = registre.sort_values("nom")', r"hors du journal \(139 lignes retirées \(144 → 5\)\)"),
    ('with journal.step("nommer", why="x"):\n    registre = registre["nom"]', "n'est plus un tableau.*doubles crochets"),
    ('with journal.step("trier", why="x"):\n    registre = registre.reset_index(inplace=True)', "retirez « inplace=True »"),
    ('with journal.step("trier"):\n    pass', "Pourquoi « trier »"),
    ('with journal.step("", why="x"):\n    pass', "pas de nom"),
    ('with journal.step("a", why="x"):\n    with journal.step("b", why="x"):\n        pass', "ne se met pas dans une autre"),
    ('def f():\n    with journal.step("a", why="x"):\n        pass\nf()', "pas dans une fonction"),
    ('journal = Journal(registre, "registre")', "le chemin du fichier brut"),
    ('journal = Journal(raw_file("eq_registre"), "mon tableau")', "nom de votre tableau"),
    ('journal = Journal("ailleurs.csv", "registre")', "Aucun fichier"),
    ('journal.forget("lire")', "La première étape"),
    ('journal.forget("trier")', "Les étapes : « lire »"),
    ('journal = Journal(raw_file("eq_registre"), "registre")\nwith journal.step("x", why="y"):\n    registre = registre.head()', r"Ce journal est vide, et sa première étape lit.*rouvrir le carnet.*exécuter toutes les cellules"),
    ('Journal.replay("journal_x.json")', "Aucun journal « journal_x.json »"),
])
def test_mistakes_are_answered_and_the_table_stays(cell, text, said):
    names = cell("")
    before = names["registre"].copy()
    with pytest.raises(LearnerError, match=said):
        cell(text)
    if "head" not in text:
        assert names["registre"].equals(before) and len(names["journal"].steps) <= 1
    if isinstance(names["journal"], Journal) and names["journal"].steps:
        assert names["journal"].result().equals(before)


def test_a_step_without_with_is_told(cell, capsys):
    names = cell('journal.step("trier", why="x")\nkept = journal.step("trier", why="x")')
    said = "L'étape « trier » n'est pas ouverte : écrivez « with » devant"
    assert capsys.readouterr().out.count(said) == 1 and said in repr(names["kept"])
    cell(TOTAL)
    cell('with journal.step("rater", why="x"):\n    pass')
    assert said not in capsys.readouterr().out


def test_the_first_cell_run_again_says_what_is_lost_and_the_way_back(cell, capsys):
    names = cell(TOTAL)
    again = 'journal = Journal(raw_file("eq_registre"), "registre")'
    cell(again)
    assert "il remplace celui de « registre », qui avait 2 étapes. Pour les retrouver : menu Noyau" in capsys.readouterr().out
    with pytest.raises(LearnerError, match="aucune étape"):
        names["journal"].save()
    cell(again)  # an empty one is no loss
    assert "remplace" not in capsys.readouterr().out


def test_what_is_saved_is_what_the_steps_make(cell, work):
    cell('with journal.step("nommer", why="x"):\n    registre = registre.rename(columns={"nom": "lieu"})\n')
    cell('registre = registre.drop(columns="telephone")')
    with pytest.raises(LearnerError, match=r"hors du journal \(1 colonne retirée \(telephone\)\).*Rien n'est enregistré"):
        cell('journal.save()\nhand_on(registre, "registre_propre.csv")')
    assert not list(work.glob("*registre*"))
    cell('registre = journal.result()\nchemin = journal.save()\nhand_on(registre, "registre_propre.csv")')
    written = (work / "registre_propre.csv").read_bytes()
    last = json.loads((work / "journal_registre.json").read_text())["etapes"][-1]
    assert hashlib.sha256(written).hexdigest() == last["etat"]["sha256"]


def test_the_team_signs_by_its_name(cell):
    names = cell(TOTAL)
    course.team("Les Goélands")
    cell('with journal.step("trier", why="x"):\n    registre = registre.sort_values("nom")\n'
         'with journal.step("garder", why="x", who="l\'équipe (à confirmer par la mairie)"):\n    registre = registre.head(9)\n'
         'with journal.step("réduire", why="x", who="l\'équipe des Docks"):\n    registre = registre.head(8)\n')
    assert list(names["journal"].table()["decide_par"]) == [
        "l'équipe", "Bastien Louvel", "l'équipe « Les Goélands »", "l'équipe « Les Goélands » (à confirmer par la mairie)", "l'équipe des Docks"]


def test_a_later_step_whose_effect_changed_is_told(cell, capsys):
    cell(TOTAL)
    cell(EMPTY)
    cell('with journal.step("trier", why="x"):\n    registre = registre.sort_values("nom")\n')
    capsys.readouterr()
    cell(TOTAL.replace('!= "TOTAL"', '!= "R001"'))  # another row leaves: the later steps do what they did
    assert "Effet changé" not in capsys.readouterr().out
    cell(TOTAL.replace('registre["ref"] != "TOTAL"', '~registre["capacite"].isin(riens)'))
    said = capsys.readouterr().out
    assert "Effet changé, étape 3 (vider les capacités) : aucune ligne ni aucune case changée, au lieu de : 15 cases vidées (capacite)." in said
    assert said.count("Effet changé") == 1


def test_the_margin_counts_as_the_steps_do(cell):
    table = cell(TOTAL)["journal"].table()
    assert list(table.index) == list(table["etape"]) == [1, 2]


def test_a_table_that_an_unwritten_cell_left_waiting_is_taken_from_the_journal(cell):
    names = cell('from challenge_data.guide import Missing\nregistre = Missing("registre")')
    cell(TOTAL)
    assert len(names["registre"]) == 143


def test_each_column_has_its_own_count(cell, capsys):
    cell('with journal.step("vider", why="x"):\n    registre = registre.replace(["999", "n/d"], pd.NA)\n')
    assert "11 cases vidées (capacite 8, surface_m2 3)" in capsys.readouterr().out


def test_names_are_told_as_they_are_written(cell, capsys):
    cell('with journal.step("nommer", why="le schéma"):\n    registre = registre.rename(columns={"nom": "EQUIP_NOM"})\n')
    assert "Renommée : nom → EQUIP_NOM." in capsys.readouterr().out


def test_an_unwritten_reason_and_a_failing_line_note_nothing(cell, capsys):
    with pytest.raises(NotAnswered):
        cell(TOTAL.replace("ce n'est pas un équipement", "…"))
    with pytest.raises(KeyError):
        cell('with journal.step("trier", why="x"):\n    registre["capacite"] = 1\n    registre = registre.sort_values("absente")')
    names = cell("")
    assert "n'est pas notée" in capsys.readouterr().err
    assert len(names["journal"].steps) == 1 and set(names["registre"]["capacite"].dropna()) != {1}
    cell('with journal.step("remplacer", why="x"):\n    registre.replace("O", "oui")')
    assert "Rien n'a changé. Manque-t-il « registre = »" in capsys.readouterr().out


def test_the_raw_file_is_not_written_to(cell, work):
    (work / "brut.csv").write_text("a;b\n1;2\n3;4\n")
    with pytest.raises(LearnerError, match="brut.csv.*n'est plus celui"):
        cell('from challenge_data import work_dir\nchemin = work_dir() / "brut.csv"\njournal = Journal(chemin, "t")\n'
             'with journal.step("lire", why="x"):\n    t = pd.read_csv(chemin, sep=";")\n    t.to_csv(chemin)')


@pytest.mark.parametrize(("step", "said"), [
    ("registre = registre.sample(50)", "étape 2.*« sample » tire au hasard.*random_state"),
    ('registre["vu"] = str(pd.Timestamp.now())', "étape 2.*colonne « vu ».*l'heure"),
    ('registre["vu"] = [str(hash(nom)) for nom in registre["nom"]]', "étape 2.*colonne « vu ».*dépend de quelque chose"),
    ('import socket\n    try:\n        socket.create_connection(("127.0.0.1", 9), timeout=1)\n    except ConnectionRefusedError:\n        registre = registre.head(3)', "étape 2.*internet"),
    ("import os\n    registre = registre.head(3) if os.environ.pop('JOURNAL_ESSAI', '') else registre", "étape 2.*144 lignes au lieu de 3"),
])
def test_a_replay_that_differs_says_where_and_why(cell, step, said, monkeypatch):
    monkeypatch.setenv("JOURNAL_ESSAI", "1")
    names = cell(f'with journal.step("essai", why="x"):\n    {step}\n')
    names = cell('with journal.step("trier", why="x"):\n    registre = registre.sort_values("nom")\n')
    replayed = names["journal"].replay()
    assert not replayed and replayed.step == 2
    assert re.search(said, str(replayed)), replayed


def test_a_changed_or_missing_file_is_told_before_the_steps_run(cell, work):
    raw = work / "brut.csv"
    raw.write_text("a;b\n1;2\n3;4\n")
    names = cell('journal = Journal(pick_up("brut.csv"), "t")\nwith journal.step("lire", why="x"):\n    t = pd.read_csv(pick_up("brut.csv"), sep=";")\n')
    path = names["journal"].save()
    raw.write_text("a;b\n1;2\n3;5\n")
    assert "n'est plus le fichier" in str(Journal.replay(path))
    raw.unlink()
    assert "« brut.csv » manque" in str(Journal.replay(path))
    path.write_text("{")
    with pytest.raises(LearnerError, match="n'est pas un journal"):
        Journal.replay(path)
    with pytest.raises(LearnerError, match="manque|n'est plus celui"):
        cell('with journal.step("trier", why="x"):\n    t = t.sort_values("b")\n')


def test_a_table_from_nowhere_proves_nothing(cell):
    names = cell('journal = Journal(raw_file("eq_registre"), "t")\nwith journal.step("lire", why="x"):\n    t = pd.DataFrame({"a": [1]})\n')
    assert "rien ne prouve" in str(names["journal"].replay())


def test_an_earlier_journal_is_kept(cell, work):
    names = cell(TOTAL)
    first = names["journal"].save().read_bytes()
    names["journal"].save()
    assert not [one for one in (work / "copies").glob("*.json")]
    cell(EMPTY)["journal"].save()
    (kept,) = (work / "copies").glob("*.json")
    assert kept.read_bytes() == first


def test_the_script_gives_the_same_bytes_without_the_course(cell, work, capsys):
    cell(TOTAL)
    cell(EMPTY)
    names = cell('''chemin = raw_file("eq_sports")
def court(nom):
    return nom[:3]
with journal.step("ajouter les habitants", why="pour des taux"):
    habitants = load("ile_population").groupby("code_commune", as_index=False)["population"].sum()
    registre = registre.merge(habitants, on="code_commune", how="left")
    registre["sigle"] = [court(nom) for nom in registre["nom"]]
    registre["sports"] = len(chemin.read_bytes())
''')
    path = names["journal"].script()
    text = path.read_text()
    assert "garde les fichiers bruts tels quels : s'ils nomment des personnes, ce dossier ne sort pas" in capsys.readouterr().out
    assert f"Il faut pandas {pd.__version__} ; le résultat" in text
    assert "challenge_data" not in text and "# Pourquoi : 999 veut dire inconnu. Décidé par : l'équipe." in text
    assert sorted(one.name for one in (path.parent / "entrees").iterdir()) == ["eq_registre.csv", "eq_sports.csv", "ile_population.csv"]
    code = "import runpy, sys; sys.modules['challenge_data'] = None; runpy.run_path(sys.argv[1], run_name='__main__')"
    done = subprocess.run([sys.executable, "-P", "-c", code, str(path)], capture_output=True, text=True)
    assert "identique" in done.stdout, done.stderr
    assert (path.parent / "registre.csv").read_bytes() == names["registre"].to_csv(index=False, lineterminator="\n").encode()
    cell('import geopandas as gpd\nwith journal.step("carte", why="x"):\n    registre["n"] = len(gpd.read_file(raw_file("ile_communes")))\n')
    assert re.search(r"Il faut pandas \S+ et geopandas \d", names["journal"].script().read_text())
    with pytest.raises(LearnerError, match="load..ile_communes.*raw_file"):
        cell('with journal.step("carte", why="x"):\n    registre["n"] = len(load("ile_communes"))\n')["journal"].script()


TABLE = pd.DataFrame({"ref": ["A", "B", "C", "D"], "nom": ["Salle", "Gymnase", None, "Stade"], "places": ["12", "007", "n/d", "30"]})


@pytest.mark.parametrize(("after", "seen"), [
    (TABLE.copy(), {}),
    (TABLE[TABLE["ref"] != "B"].reset_index(drop=True), {"removed": 1}),
    (TABLE[TABLE["ref"] != "A"].reset_index(drop=True).assign(nom=["GYMNASE", None, "Stade"]), {"removed": 1, "mended": {"nom": 1}}),
    (TABLE.sort_values("nom").reset_index(drop=True), {"moved": True}),
    (TABLE.sort_values("nom"), {"moved": True}),
    (pd.concat([TABLE, TABLE.head(1).assign(ref="E")], ignore_index=True), {"added": 1}),
    (pd.concat([TABLE, TABLE.head(1)]), {"added": 1}),
    (TABLE.assign(nom=["Salle", None, "Halle", "Stade"]), {"emptied": {"nom": 1}, "filled": {"nom": 1}}),
    (TABLE.rename(columns={"nom": "EQUIP_NOM"}), {"renamed": {"nom": "EQUIP_NOM"}}),
    (TABLE.drop(columns="nom").assign(commune="x"), {"dropped": ["nom"], "new": ["commune"]}),
    (TABLE.assign(places=pd.to_numeric(TABLE["places"], errors="coerce")),
     {"mended": {"places": 1}, "emptied": {"places": 1}, "retyped": {"places": "texte → nombre"}}),
    (TABLE.merge(pd.DataFrame({"ref": ["D", "C", "B", "A"], "x": [1, 2, 3, 4]}), on="ref"), {"new": ["x"]}),
    (TABLE.head(0), {"removed": 4}),
])
def test_rows_and_cells_are_followed(after, seen):
    change = compare(TABLE, after).as_dict()
    empty = {"removed": 0, "added": 0, "mended": {}, "emptied": {}, "filled": {}, "new": [], "dropped": [], "renamed": {}, "retyped": {}, "moved": False}
    assert {name: change[name] for name in empty} == empty | seen and change["rows_after"] == len(after)


def test_a_real_notebook_writes_a_journal(work):
    cells = [START, TOTAL, 'riens = ["n/d", "à compléter", "999", "0"]\n' + EMPTY,
             'with journal.step("…", why="…"):\n    registre = registre', TOTAL, "journal.save()", "journal.report()"]
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in cells])
    NotebookClient(book, timeout=60, kernel_name="python3").execute()
    told = ["".join(out.get("text", "") for out in cell.outputs) for cell in book.cells]
    assert "À vous" in told[3] and "Étape 2 refaite" in told[4] and "identique octet pour octet" in told[5]
    assert "Bilan de mise en qualité" in book.cells[6].outputs[0]["data"]["text/html"]
