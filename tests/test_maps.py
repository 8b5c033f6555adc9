"""Maps: classes that say what they hold, counts told, missing shown, each part of France in its own metres."""

import json
import subprocess
import sys

import geopandas
import matplotlib
import nbformat
import numpy as np
import pandas as pd
import pytest
import shapely
from matplotlib import colormaps, pyplot
from nbclient import NotebookClient

from challenge_data import finish, load, maps
from challenge_data.build import accessibility_vision
from challenge_data.charts import describe_figure
from challenge_data.errors import LearnerError
from challenge_data.maps import areas, classing

matplotlib.use("agg")


@pytest.fixture(autouse=True)
def closed():
    yield
    pyplot.close("all")


@pytest.fixture(scope="module")
def france():
    """The departments with real populations, number of communes and density."""
    counted = load("communes").groupby("code_departement").agg(population=("population", "sum"), communes=("code_commune", "size"))
    layer = load("departements").merge(counted, on="code_departement", how="left")
    return layer.assign(rate=layer["communes"] / layer["population"] * 10_000)


def grid(values, **columns):
    """Squares of 1 km side by side, on the island, with a value each."""
    squares = [shapely.box(200_000 + 1000 * rank, 6_600_000, 201_000 + 1000 * rank, 6_601_000) for rank in range(len(values))]
    return geopandas.GeoDataFrame({"v": values, "nom": [f"c{rank}" for rank in range(len(values))], **columns}, geometry=squares, crs=2154)


def legend(ax) -> list[str]:
    return [text.get_text().replace("\u00a0", " ") for text in ax.get_legend().get_texts()]


def places(xs, ys, **columns):
    return geopandas.GeoDataFrame(columns, geometry=geopandas.points_from_xy(xs, ys), crs=4326)


# classes

def test_quantiles_share_out_and_steps_are_equal():
    values = np.random.default_rng(3).lognormal(5, 1, 1000)
    bounds = maps.classes(values, "quantiles", 4)
    assert np.allclose(bounds[1:-1], np.quantile(values, [0.25, 0.5, 0.75]), rtol=0.03)
    held = np.bincount(classing.ranks(values, bounds))
    assert len(held) == 4 and held.sum() == 1000 and held.min() > 230
    assert maps.classes(range(0, 101), "equal", 5) == [0, 20, 40, 60, 80, 100]


@pytest.mark.parametrize("values", [[0.1, 0.2, 0.3], [-5, 0, 5e6], [1e-7, 3e-7, 8e-7], [0.30000000000000004, 1 / 3, 2 / 3], range(12)])
@pytest.mark.parametrize("method", ["quantiles", "equal"])
def test_bounds_rise_and_hold_every_value(values, method):
    bounds = maps.classes(values, method, 3)
    assert bounds == sorted(set(bounds)) and bounds[0] <= min(values) and bounds[-1] >= max(values)
    held = classing.ranks(np.array(values, dtype=float), bounds)
    assert all(bounds[rank] <= value and (value < bounds[rank + 1] or rank == len(bounds) - 2) for value, rank in zip(values, held, strict=True))


def test_missing_and_infinite_values_are_in_no_class():
    values = pd.Series([1, 2, None, 4], dtype="Int64")
    assert maps.classes(values, "equal", 3) == [1, 2, 3, 4] == maps.classes([1, 2, np.inf, np.nan, 4], "equal", 3)
    assert list(classing.ranks(np.array([1, np.nan, 4]), [1, 2, 3, 4])) == [0, -1, 2]


@pytest.mark.parametrize("method, k, words", [
    ("jenks", 5, "Aucune méthode ne s'appelle « jenks »"), ("equal", 12, "de 2 à 7"), ([0, 5, 5, 9], 5, "montent toujours"),
    ([0, 5, 8], 5, "1 valeur est hors de vos bornes"), ([0, 9], 5, "de 3 à 8 bornes"), (["a", "b", "c"], 5, "sont des nombres")])
def test_classes_that_cannot_be_are_told(method, k, words):
    with pytest.raises(LearnerError, match=words):
        maps.classes([1, 5, 9], method, k)


# surfaces

def test_the_legend_counts_what_the_map_shades(france):
    layer = france.assign(rate=france["rate"].where(france["code_departement"] != "19"))
    ax = maps.choropleth(layer, "rate", k=4, unit="communes pour 10 000 habitants")
    texts = legend(ax)
    bounds = maps.classes(layer["rate"], "quantiles", 4)
    held = [int(((layer["rate"] >= low) & (layer["rate"] < high)).sum()) for low, high in zip(bounds, [*bounds[1:-1], np.inf], strict=False)]
    assert [int(text.rsplit("(")[-1].rstrip(")")) for text in texts] == [*held, 1] and sum(held) == 100
    assert texts[-1] == "donnée absente (1)" and ax.get_legend().get_title().get_text() == "communes pour 10 000 habitants"
    hatched = [one for one in ax.collections if one.get_hatch()]
    assert len(hatched) == 1 and len(hatched[0].get_paths()) == 1
    finish(ax, "Titre", source="s", alt="a")  # a map needs no axis label


def test_every_department_is_drawn_in_its_frame_and_in_metres(france):
    ax = maps.choropleth(france, "rate")
    frames = {frame.get_title(): frame for frame in ax.child_axes}
    assert set(frames) == {"Guadeloupe", "Martinique", "Guyane", "La Réunion", "Mayotte", "Paris et alentours"}
    drawn = {name: sum(len(one.get_paths()) for one in frame.collections) for name, frame in frames.items()}
    assert all(drawn[name] >= 1 for name in frames)
    guyane = frames["Guyane"].get_xlim()
    assert 300_000 < guyane[1] - guyane[0] < 600_000, "metres: Guyane is some 400 km across"
    assert 900_000 < ax.get_xlim()[1] - ax.get_xlim()[0] < 1_700_000


def test_shades_darken_step_by_step_even_in_grey():
    for number in range(2, classing.MOST + 1):
        shades = [colormaps[areas._SHADES](0.12 + 0.88 * rank / (number - 1))[:3] for rank in range(number)]
        grey = [116 * accessibility_vision.luminance(shade) ** (1 / 3) - 16 for shade in shades]
        assert all(before - after >= 7 for before, after in zip(grey, grey[1:], strict=False)), (number, grey)


@pytest.mark.parametrize("values, population, is_count", [
    ([8940, 3100, 980, 410, 2200], [9000, 3000, 1000, 400, 2000], True),
    ([0.4, 1.2, 3.1, 2.2, 0.9], [9000, 3000, 1000, 400, 2000], False),
    ([2, 9, 4, 11, 3], [9000, 3000, 1000, 400, 2000], False)])
def test_counts_are_told_and_rates_are_not(values, population, is_count, capsys):
    maps.choropleth(grid(values, population=population), "v", k=2)
    assert ("a l'air d'un compte" in capsys.readouterr().out) == is_count


def test_a_count_divided_is_a_rate_and_nobody_is_not_infinity(capsys):
    layer = grid([10, 20, 3, 4, 7], population=[1000, 4000, 100, 200, 0])
    ax = maps.choropleth(layer, "v", by="population", per=1000, classes=[0, 8, 15, 40])
    assert legend(ax) == ["de 0 à moins de 8 (1)", "de 8 à moins de 15 (1)", "de 15 à 40 (2)", "donnée absente (1)"]
    assert capsys.readouterr().out == ""
    assert "Donnée absente pour 1." in describe_figure(ax) and "30 (c2)" in describe_figure(ax)


def test_equal_values_make_fewer_classes_and_it_is_said(capsys):
    ax = maps.choropleth(grid([0.5, 0.5, 0.5, 0.5, 0.5, 2.5]), "v", k=5)
    assert "1 classe et non 5" in capsys.readouterr().out and len(legend(ax)) == 1
    assert legend(maps.choropleth(grid([0.5, 0.5]), "v")) == ["0,5 (2)"]


def test_side_by_side_shows_the_same_values_under_several_classings():
    layer = grid([1.0, 1.5, 2.5, 3.0, 100.5, 4.5])
    ax = maps.compare_classes(layer, "v", ["quantiles", "equal", [0, 2, 4, 200]], k=3, unit="€")
    held = [[int(text.rsplit("(")[-1].rstrip(")")) for text in legend(one)] for one in ax.figure.axes]
    assert held == [[2, 2, 2], [5, 0, 1], [2, 2, 2]]
    with pytest.raises(LearnerError, match="deux ou trois"):
        maps.compare_classes(layer, "v", "quantiles")


@pytest.mark.parametrize("layer, column, words", [
    (pd.DataFrame({"v": [1]}), "v", "joignez le vôtre"), (grid([1, 2]), "w", "Aucune colonne"), (grid([1, 2]), "nom", "ne contient pas des nombres"),
    (grid([1, 2]).iloc[:0], "v", "aucune ligne"), (grid([1, 2]).set_crs(None, allow_override=True), "v", "set_crs"), (grid([None, None]).astype({"v": float}), "v", "vide")])
def test_what_cannot_be_mapped_is_told(layer, column, words):
    with pytest.raises(LearnerError, match=words):
        maps.choropleth(layer, column)


def test_metres_of_each_territory(france):
    reunion = maps.to_metres(france[france["code_departement"] == "974"])
    assert reunion.crs.to_epsg() == 2975 and 2300 < reunion.area.sum() / 1e6 < 2700  # 2,504 km² by the IGN; the outline is generalised
    assert maps.to_metres(load("ile_communes")).crs.to_epsg() == 2154
    with pytest.raises(LearnerError, match="Métropole, Guadeloupe"):
        maps.to_metres(france)


# points

def test_points_by_category_with_names_that_do_not_overlap(capsys):
    island = places([-3.5, -3.5, -3.5, -3.49, -3.45], [46.65] * 5, nom=["Salle de la Criée"] * 4 + ["Gymnase"], etat=["ouverte", "fermée", "ouverte", None, "ouverte"])
    ax = maps.points(island, by="etat", labels="nom")
    assert legend(ax) == ["ouverte (3)", "fermée (1)", "non renseigné (1)"]
    clouds = [one for one in ax.collections if type(one).__name__ == "PathCollection"]
    assert len({one.get_paths()[0].vertices.shape for one in clouds}) >= 2, "shapes differ, not only colours"
    boxes = [text.get_window_extent() for text in ax.texts if text.get_text() in ("Salle de la Criée", "Gymnase")]
    assert len(boxes) >= 2 and not any(one.overlaps(other) for rank, one in enumerate(boxes) for other in boxes[:rank])
    drawn = len(boxes)
    told = capsys.readouterr().out
    assert (drawn == 5) or f"{5 - drawn} nom" in told
    assert "2 km" in [text.get_text() for text in ax.texts]


def test_stray_points_are_counted_and_the_others_drawn(capsys):
    ax = maps.points(places([-3.5, 46.65, -3.45, 205_243], [46.65, -3.5, 46.64, 6_600_000], nom=list("abcd")))
    assert "2 formes tombent hors de France" in capsys.readouterr().out
    assert describe_figure(ax).startswith("Carte de 2 points.")
    with pytest.raises(LearnerError, match="longitude, puis latitude"):
        maps.points(places([46.65], [-3.5], nom=["a"]))


def test_points_refuse_surfaces_and_too_many_categories():
    with pytest.raises(LearnerError, match="prenez choropleth"):
        maps.points(grid([1, 2]))
    with pytest.raises(LearnerError, match="Regroupez"):
        maps.points(places([-3.5] * 7, [46.65] * 7, etat=list("abcdefg")), by="etat")


# what is clicked (in a browser: tests/browser/test_maps.py)

def executed(code: str):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    NotebookClient(notebook, kernel_name="python3").execute()
    return notebook


PLACES = """import geopandas
from challenge_data import maps
lieux = geopandas.GeoDataFrame({"nom": ["Criée", "Criée", None], "places": [120.0, None, 40.5], "telephone": ["01 99 00 12 34"] * 3},
    geometry=geopandas.points_from_xy([-3.475, -3.535, -3.5], [46.635, 46.66, 46.648]), crs=4326)
maps.clickable(lieux, name="nom", popup=["places"], title="Trois <b>lieux</b>", source="Brumeval, données inventées")"""


def test_the_table_stays_where_nothing_draws_widgets():
    (output,) = executed(PLACES).cells[0].outputs
    assert {"text/plain", "text/html", "application/vnd.jupyter.widget-view+json"} == set(output.data)
    plain, page = output.data["text/plain"], output.data["text/html"]
    assert plain.splitlines() == ["Trois <b>lieux</b> : 3 lieux.", "- Criée ; places : 120", "- Criée (2) ; places : non renseigné",
                                  "- (sans nom) ; places : 40,5", "Source : Brumeval, données inventées"]
    assert page.count("<tr>") == 4 and "<td>40,5</td>" in page and "<b>lieux" not in page


def test_only_named_columns_leave_the_table_and_no_tile_is_asked():
    notebook = executed(PLACES + "\nimport json\nfrom ipywidgets.widgets.widget import _instances\n"
                        "json.dumps([one.get_state() for one in _instances.values()], default=str)")
    state = json.dumps([output for output in notebook.cells[0].outputs])
    assert "LeafletGeoJSONModel" in state and "rang" in state
    assert "01 99 00" not in state and "LeafletTileLayerModel" not in state


def test_too_many_places_are_told():
    with pytest.raises(LearnerError, match="au-delà de 1000"):
        maps.clickable(places([-3.5] * 1001, [46.65] * 1001, nom=["a"] * 1001), name="nom")


# speed and memory

def test_the_map_of_france_is_light():
    """Alone in a process: under 5 seconds of processor time and 400 MB, on machines with less than a core."""
    code = ("import matplotlib; matplotlib.use('agg')\nimport time\nfrom challenge_data import load, maps, finish\n"
            "layer = load('departements')\nlayer['v'] = layer.geometry.to_crs(3035).area / 1e6 + 0.5\nstart = time.process_time()\n"
            "ax = maps.choropleth(layer, 'v', unit='km²')\nfinish(ax, 't', source='s', alt='a')\nax.figure.savefig('/dev/null', format='png', bbox_inches='tight')\n"
            # Not ru_maxrss: that of a process which was started by a bigger one begins with the bigger one's.
            "print(time.process_time() - start, next(int(line.split()[1]) for line in open('/proc/self/status') if line.startswith('VmHWM')) / 1024)")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    seconds, megabytes = map(float, done.stdout.split()[-2:])
    assert seconds < 5 and megabytes < 400, (seconds, megabytes)
