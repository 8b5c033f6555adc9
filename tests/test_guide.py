"""What a learner reads when a cell does not go through, in a real kernel."""

import subprocess
import sys

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from challenge_data.guide import assigned_names, is_unanswered


def run(*sources: str, may_stop: bool = False, first: str = "import challenge_data") -> list[list]:
    """Outputs of each cell, run in one kernel after ``first``; ``may_stop``: the cells are tagged ``raises-exception``."""
    cells = [nbformat.v4.new_code_cell(source) for source in (first, *sources)]
    for cell in cells[1:]:
        cell.metadata.tags = ["raises-exception"] if may_stop else []
    notebook = nbformat.v4.new_notebook(cells=cells)
    client = NotebookClient(notebook, kernel_name="python3")
    with client.setup_kernel():
        for number, cell in enumerate(notebook.cells):
            try:
                client.execute_cell(cell, number)
            except Exception:  # the outputs tell; the next case goes on
                assert not may_stop
    return [cell.outputs for cell in notebook.cells[1:]]


def words(outputs: list) -> str:
    return "\n".join("\n".join(output.get("traceback", [])) or output.get("text", "") for output in outputs)


@pytest.mark.parametrize("source", ["x = …", 'how="…"', "f('…')", "x = [\n    …\n]", "x = 3  # ok\ny = x + …", "a = b[…]"])
def test_ellipsis_to_replace_is_seen(source):
    assert is_unanswered(source)


@pytest.mark.parametrize("source", ['print("Voilà…")', "x = 3  # à compléter…", "x = ...", '"""…\nune note"""', "x = 'a…b'", ""])
def test_ellipsis_inside_a_sentence_or_a_comment_is_not(source):
    assert not is_unanswered(source)


@pytest.mark.parametrize(("source", "names"), [
    ("nuit = …", ["nuit"]), ("nuit = dae[…].sum()\nb = 3", ["nuit", "b"]), ("dae['a'] = …", []), ("x, y = …, 2", ["x", "y"]),
    ("nuit = dae.groupby(…", ["nuit"]), ("print(…)", []), ("avis['12'] = ['oui", []),
])
def test_names_a_stub_would_create(source, names):
    assert assigned_names(source) == names


def test_unanswered_cell_says_so_and_later_cells_say_what_they_wait_for():
    outputs = run("nuit = …", "nuit.head()", "nuit + 1", "len(nuit)", "fini = 1\nfini", may_stop=True)
    assert words(outputs[0]).startswith("À vous : remplacez les points de suspension")
    for waiting in outputs[1:4]:
        assert words(waiting).startswith("« nuit » attend votre réponse")
        assert waiting[0].output_type == "stream" and waiting[0].name == "stderr"
    assert outputs[4][0].data["text/plain"] == "1"


def test_an_unanswered_cell_stops_no_run_tagged_or_not():
    """« Run all » and papermill go by the kernel's reply: it must not be an error."""
    cells = [nbformat.v4.new_code_cell(source) for source in ("import challenge_data", "nuit = …", "nuit + 1", "3")]
    notebook = nbformat.v4.new_notebook(cells=cells)
    NotebookClient(notebook, kernel_name="python3", allow_errors=False).execute()
    assert notebook.cells[3].outputs[0].data["text/plain"] == "3"


def test_a_real_error_still_stops_a_run():
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in ("import challenge_data", "1 / 0", "3")])
    with pytest.raises(CellExecutionError, match="Vous divisez par zéro"):
        NotebookClient(notebook, kernel_name="python3").execute()
    assert notebook.cells[2].outputs == []


def test_an_earlier_answer_does_not_show_under_a_cell_that_did_not_run():
    outputs = run("x = 3", "x = …", "x + 1", "y = 5", "y = 1 / 0", "y + 1", may_stop=True)
    assert words(outputs[2]).startswith("« x » attend votre réponse")
    assert words(outputs[5]).startswith("« y » n'existe pas encore : la cellule qui devait le créer s'est arrêtée sur une erreur")


def test_error_announced_by_its_tag_is_told_without_stopping_a_run():
    (outputs,) = run("1 / 0", may_stop=True)
    assert [output.output_type for output in outputs] == ["stream"] and "Vous divisez par zéro" in words(outputs)


CASES = {
    "comunes = 1\ncommunes": ("ligne 2", "NameError", "Vouliez-vous dire « comunes »"),
    "prenom = Camille": ("mettez-le entre guillemets : \"Camille\"",),
    "x = Vrai": ("s'écrit True, sans guillemets",),
    "somme([1])": ("essayez sum",),
    "check('00.prenom')": ("première cellule grise", "Redémarrer le noyau"),
    "Int('3')": ("Vouliez-vous dire « int »",),
    "x = 'coucou": ("ligne 1", "SyntaxError", "guillemet"),
    "code = 01001": ("SyntaxError", "mettez-le entre guillemets"),
    "part = 120 000 / 3": ("un nombre s'écrit sans espace. Écrivez 120_000 ou 120000",),
    "part = 2,08 * 49": ("la virgule décimale s'écrit avec un point : 2.08",),
    "print(sep='', 'a')": ("une valeur seule n'a plus de place",),
    "import pandas\nt = pandas.DataFrame({'a': [1]})\nl = t['a'] < 46,65\nt.loc[l, ['a']] = 1": ("avec un point : 46.65",),
    "import pyproj\npyproj.CRS('Lambert-93')": ("EPSG:2154",),
    "set_crs(EPSG:2154)": ("par son nombre seul : 2154",),
    "t = {'longitude': 1}\nt[longitude]": ("entre guillemets : \"longitude\"",),
    "t = {'latitude': 1}\nt[['nom', latitude]]": ("entre guillemets : \"latitude\"",),
    "(1 < 2) et (2 < 3)": ("« et » s'écrit &",),
    "x = {}\nx['a' = 3]": ("deux : ==",),
    "x = « bonjour »": ("n'est pas un guillemet pour Python",),
    "'a' + 3": ("TypeError", "vous mêlez du texte et un nombre"),
    "3 + 'a'": ("TypeError", "vous mêlez du texte et un nombre"),
    "total = 3\ntotal([1])": ("« total » est un nombre, pas un verbe", "sum"),
    "import pandas\npandas.DataFrame({'population': [1]})['popultion']": ("ligne 2", "pas de colonne « popultion »", "« population »"),
    "import pandas\npandas.DataFrame({'population': [1]}).popultion": ("pas de colonne « popultion »", "« population »"),
    "import pandas\npandas.DataFrame({'horaires': [1]}).dropna(subset=['horaire'])": ("pas de colonne « horaire »", "Vouliez-vous dire « horaires »"),
    "import pandas\npandas.DataFrame({'nom': [1], 'places': [1]})[['nom', 'place']]": ("pas de colonne « place »", "Vouliez-vous dire « places »"),
    "import pandas\npandas.DataFrame({'nom': [1], 'places': [1]})[['nom, places']]": ("chaque nom de colonne a ses propres guillemets",),
    "import pandas\npandas.DataFrame({'nom': [1], 'places': [1]}).duplicated(['nom, places'])": ("chaque nom de colonne a ses propres guillemets",),
    "import pandas\npandas.DataFrame({'nom': [1]})[['a', 'b']]": ("pas de colonne « a » ni « b »", "Ses colonnes : nom."),
    "import pandas\nt = pandas.DataFrame({'a': ['x']})\nt[t['a'] != TOTAL]": ("elle va entre guillemets : \"TOTAL\"",),
    "import geopandas\ngeopandas.GeoSeries([]).longitude": ("essayez .x",),
    "import pandas\npandas.Series([1]).zorglub()": ("« .zorglub » n'existe pas. Reprenez le mot",),
    "manque = [objet]": ("mettez-le entre guillemets : \"objet\"",),
    "import pandas\nt = pandas.DataFrame({'groupe': ['oui']})\nt['groupe' == 'oui']": ("il manque le nom du tableau devant la colonne",),
    "import pandas\nt = pandas.DataFrame({'groupe': ['oui']})\nt[t['groupe']]": ("il manque la question",),
    "import pandas\npandas.DataFrame({'a': ['x' 'y'], 'b': ['x', 'y']})": ("une virgule oubliée entre deux textes",),
    "a, b, c = 'x', 'y'": ("il y a 3 noms à gauche du signe =, et 2 valeurs à droite",),
    "regles = [\n    \"un lieu \"couvert\", bâti\",\n    \"une salle\"\n]": ("un guillemet droit au milieu d'un texte",),
    "poids_voix =\nx = 3": ("il n'y a rien à droite du signe =", "« poids_voix »"),
    "lignes = [0 2]": ("Avez-vous oublié quelque chose entre `0` et `2`",),
    "import pandas\npandas.Series([1.5]).str.zfill(10)": ("contient des nombres", "dtype="),
    "import pandas\npandas.to_datetime(pandas.Series(['1/2/2026']), format='%D/%M/%Y')": ("« %D » ne veut rien dire", "%m"),
    "import io, pandas\npandas.read_csv(io.StringIO('a'), header=False)": ("header attend le numéro d'une ligne",),
    "import io, pandas\npandas.read_csv(io.StringIO('a'), header='None')": ("None sans guillemets",),
    "rien = [\"n/d\", à compléter, 999]": ("« à compléter » est sans doute du texte", "entre guillemets"),
    "message = \"La feuille \"Clés\" est vide\"": ("un guillemet droit au milieu d'un texte",),
    "message = \"Bonjour\nMerci\"": ("trois guillemets au début et trois à la fin",),
    "salles[salles['a'] > 1]": ("exécutez d'abord la cellule, plus haut", "Redémarrer le noyau"),
    "import pandas\npandas.DataFrame({'a': [1], 'b': [2]}).groupby('a')['b'].moyenne()": ("essayez .mean",),
    "import pandas\npandas.Series([1]).medain()": ("Vouliez-vous dire « .median »",),
    "import pandas\npandas.Series([1]) >= '10'": ("Retirez les guillemets autour du nombre",),
    "import pandas\npandas.Series([1], dtype='Int64') < 'quart'": ("Retirez les guillemets autour du nombre",),
    "import pandas\npandas.DataFrame({'a': [1]}).sort_values('a', ascending='False')": ("True et False s'écrivent sans guillemets",),
    "import pandas\nt = pandas.DataFrame({'nom': ['a', 'a']})\nt.merge(t, on='nom', validate='one_to_one')": ("se répète dans les deux tableaux", "on="),
    "import pandas\nt = pandas.DataFrame({'nom': ['a', 'a']})\nt.merge(t, on='nom', validate='many_to_one')": ("se répète dans le tableau de droite",),
    "import pandas\nt = pandas.DataFrame({'nom': ['a']})\nt.merge(t, on='nom', how='gauche')": ("how=\"gauche\" n'existe pas", "\"left\""),
    "import pandas\nt = pandas.DataFrame({'nom': ['a']})\nt.merge(t, on='nom', validate='un_pour_un')": ("validate=\"un_pour_un\" n'existe pas", "\"one_to_one\""),
    "import pandas\npandas.DataFrame({'a': [1]}).merge(pandas.DataFrame({'b': [1]}))": ("aucune colonne du même nom",),
    "import pandas\npandas.DataFrame({'code': [1]}).merge(pandas.DataFrame({'code': ['1']}), on='code')": ("un code est du texte",),
    "import pandas\npandas.Series(pandas.to_datetime(['2026-01-01'])).dt.tz_localize('Paris')": ("aucune horloge ne s'appelle « Paris »", "\"Europe/Paris\""),
    "import pandas\npandas.Series(pandas.to_datetime(['2026-01-01'])).dt.tz_localize('Brumeval')": ("\"America/Cayenne\"", "\"UTC\""),
    "import pandas\npandas.Series(pandas.to_datetime(['2026-10-25 02:00'])).dt.tz_localize('Europe/Paris', ambiguous='infer')": ("vécue deux fois", "a décalé les heures"),
    "import pandas\npandas.Series(pandas.to_datetime(['2026-10-25 02:00'])).dt.tz_localize('Europe/Paris')": ("Ajoutez ambiguous=\"infer\"",),
    "import pandas\npandas.Series(pandas.to_datetime(['2026-03-29 02:00'])).dt.tz_localize('Europe/Paris')": ("une heure est sautée",),
    "import pandas\npandas.Series(pandas.to_datetime(['2026-01-01'])).dt.tz_convert('UTC')": ("pas encore de lieu", "tz_localize"),
    "import pandas\npandas.Series(pandas.to_datetime(['2026-01-01'], utc=True)).dt.tz_localize('UTC')": ("tz_convert suffit",),
    "import pandas\npandas.Series([], dtype='float').idxmax()": ("le tableau est vide", "sans guillemets"),
    "if True:\nprint(1)": ("IndentationError", "bloc indenté"),
    "open('nulle_part.csv')": ("nulle_part.csv", "En français"),
    "import urllib.error\nraise urllib.error.URLError('x')": ("le réseau n'a pas répondu", "EN_LIGNE = False"),
    "import urllib.error as u\nraise u.HTTPError('x', 500, 'y', {}, None)": ("le réseau n'a pas répondu",),
    "raise OSError('disque étrange')": ("OSError: disque étrange", "mentor"),
}


@pytest.fixture(scope="module")
def explained():
    return dict(zip(CASES, run(*CASES), strict=True))


@pytest.mark.parametrize("source", CASES)
def test_pythons_error_is_explained_in_french(explained, source):
    (output,) = explained[source]
    assert output.output_type == "error"
    text = words([output])
    assert max(map(len, text.splitlines())) <= 110
    text = " ".join(text.split())
    for expected in CASES[source]:
        assert expected in text
    assert "site-packages" not in text and "github" not in text


def test_errors_are_french_before_the_first_cell():
    """After a restart, a middle cell run first is the most common accident: the environment's kernels are ready for it."""
    (outputs,) = run("check('00.prenom')", first="pass")
    assert "première cellule grise" in " ".join(words(outputs).split())


def test_our_own_error_shows_only_its_sentence():
    (outputs,) = run("from challenge_data.errors import LearnerError\nraise LearnerError('Le fichier est vide.')")
    assert outputs[0].output_type == "error" and words(outputs) == "Le fichier est vide."


def test_importing_the_package_outside_a_notebook_loads_no_heavy_library():
    code = "import challenge_data, sys; print([m for m in ('pandas', 'IPython', 'matplotlib', 'ipywidgets', 'nbgrader') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"


@pytest.mark.parametrize("first", ["import challenge_data", "import pandas\nimport challenge_data"])
def test_a_number_of_a_table_is_shown_as_a_number(first):
    outputs = run("import numpy\nnumpy.int64(461)", "numpy.float64(1972.5)", "numpy.bool_(True)", "0.5", first=first)
    assert [output[0].data["text/plain"] for output in outputs] == ["461", "1972.5", "True", "0.5"]


def test_a_test_cell_run_before_its_answer_says_what_to_run():
    [outputs] = run('check.question("x.1.1")\ncheck.that(nuit > 0, "Non.")', may_stop=True, first="from challenge_data import check")
    assert words(outputs) == "« nuit » n'existe pas encore : exécutez la cellule où « nuit » est demandé, puis celle-ci.\n"
