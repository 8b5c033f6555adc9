"""What a figure gets for its reader, and what it refuses."""

from itertools import combinations

import matplotlib
import nbformat
import pandas as pd
import pytest
from matplotlib import pyplot
from nbclient import NotebookClient

from challenge_data import finish
from challenge_data.build import accessibility_vision
from challenge_data.charts import PALETTE, describe_figure
from challenge_data.errors import LearnerError

matplotlib.use("agg")

NBSP = "\u00a0"


@pytest.fixture
def ax():
    figure, axes = pyplot.subplots()
    axes.bar(["Port-Brume", "Pointe-Grise"], [8940, 980])
    yield axes
    pyplot.close(figure)


def test_figure_gets_title_axes_source_and_alternative(ax):
    finish(ax, "Une grande commune", source="Brumeval, données inventées", alt="Deux barres.", xlabel="commune", ylabel="habitants")
    assert (ax.get_title(loc="left"), ax.get_xlabel(), ax.get_ylabel()) == ("Une grande commune", "commune", "habitants")
    assert [text.get_text() for text in ax.figure.texts] == ["Source : Brumeval, données inventées"]
    assert ax.figure.text_alternative == "Deux barres."


def test_source_stays_clear_of_names_that_hang_low(ax):
    ax.tick_params(axis="x", labelrotation=60, labelsize=20)
    finish(ax, "Titre", source="s", alt="a", ylabel="habitants")
    lowest = min(label.get_window_extent().y0 for label in ax.get_xticklabels())
    assert ax.figure.texts[0].get_window_extent().y1 < lowest


@pytest.mark.parametrize("height", [1.6, 2.4, 9])
def test_the_source_stands_under_the_axis_label(height):
    figure, ax = pyplot.subplots(figsize=(8, height))
    ax.plot([0, 310], [0, 0])
    finish(ax, "Une phrase", source="s", alt="Un trait.", xlabel="places debout")
    source, label = (text.get_window_extent() for text in (figure.texts[0], ax.xaxis.label))
    assert source.y1 <= label.y0 and label.y0 - source.y1 < 12  # pixels: below, and not far


def test_axis_labels_already_there_stay(ax):
    ax.set_ylabel("habitants")
    finish(ax, "Titre", source="s", alt="a")
    assert ax.get_ylabel() == "habitants"


def test_all_missing_texts_are_told_together(ax):
    with pytest.raises(LearnerError, match="title, source, alt, xlabel ou ylabel"):
        finish(ax, " ", source="", alt=None)


def test_what_is_not_a_figure_is_told():
    with pytest.raises(LearnerError, match="attend la figure"):
        finish("barres", "Titre", source="s", alt="a")


def test_notebook_shows_one_image_with_its_alternative():
    code = ("import challenge_data, matplotlib.pyplot as plt\nax = plt.subplots()[1]\nax.bar([1], [2])\n"
            "challenge_data.finish(ax, 'Titre', ylabel='habitants', source='s', alt='Une barre, « haute » de 2.')")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    NotebookClient(notebook, kernel_name="python3").execute()
    (shown,) = [output for output in notebook.cells[0].outputs if "image" in str(output.get("data", {}))]
    assert 'alt="Une barre, « haute » de 2."' in shown.data["text/html"] and "image/png" not in shown.data


def test_nothing_drawn_is_refused():
    figure, axes = pyplot.subplots()
    with pytest.raises(LearnerError, match="Rien n'est dessiné"):
        finish(axes, "Titre", source="s", alt="a", ylabel="m")
    pyplot.close(figure)


NAMES = ["Port-Brume", "Lande-Haute", "Roc-en-Mer"]
MONTHS = ["janv.", "févr.", "mars"]
FRAME = pd.DataFrame({"nuit": [1.0, 2.0, 3.0], "jour": [3.0, 2.0, 4.0]}, index=NAMES)


def bars_from(low, high, **how):
    return lambda ax: (ax.bar(NAMES, [8, 5, 3], **how), ax.set_ylim(low, high))


MISLEADING = {
    "bars cut at their foot": (bars_from(2, 9), "commence à 2"),
    "lying bars cut": (lambda ax: (ax.barh(NAMES, [8, 5, 3]), ax.set_xlim(2.5, 9)), "set_xlim(left=0)"),
    "bars below zero, cut": (lambda ax: (ax.bar(NAMES, [-8, -5, -6]), ax.set_ylim(-9, -4)), "s'arrête à -4"),
    "bars on a logarithm": (lambda ax: (ax.bar(NAMES, [8, 5, 3]), ax.set_yscale("log")), "logarithmique"),
    "line between names": (lambda ax: ax.plot(NAMES, [8, 5, 3]), "Une ligne relie « Port-Brume »"),
    "the same, by pandas": (lambda ax: FRAME["nuit"].plot(ax=ax), "Une ligne relie « Port-Brume »"),
    "two lines, no name": (lambda ax: (ax.plot([1, 2, 3], [1, 2, 3]), ax.plot([1, 2, 3], [3, 2, 3])), "label="),
    "pandas told not to": (lambda ax: FRAME.plot.bar(ax=ax, legend=False), "Pour les nommer, écrivez ax.legend()"),
    "two scales": (lambda ax: (ax.plot([1, 2, 3], [1, 2, 3]), ax.twinx().plot([1, 2, 3], [30, 20, 10])), "deux axes verticaux"),
    "two clouds": (lambda ax: (ax.scatter([1], [2], color="k"), ax.scatter([2], [2], color="b")), "2 séries"),
}
SOUND = {
    "whole bars": bars_from(0, 9),
    "bars between two dates": lambda ax: (ax.barh(NAMES, [2, 3, 4], left=[2014, 2016, 2020]), ax.set_xlim(2013, 2027)),
    "stacked bars": lambda ax: FRAME.plot.bar(ax=ax, stacked=True),
    "line through months": lambda ax: pd.Series([1.0, 3.0, 2.0], index=MONTHS).plot(ax=ax),
    "line through years as text": lambda ax: ax.plot(["2023", "2024", "2025"], [1, 2, 3]),
    "line through dates": lambda ax: pd.Series(range(9), pd.date_range("2026-01-01", periods=9)).plot(ax=ax),
    "line through numbers": lambda ax: ax.plot([1, 2, 3], [4, 5, 6]),
    "segments between two values": lambda ax: [ax.plot([1, 3], [name, name], color=colour) for name, colour in zip(NAMES, "rgb", strict=True)],
    "names beside the lines": lambda ax: (ax.plot([1, 2, 3], [1, 2, 3]), ax.plot([1, 2, 3], [3, 2, 3]), ax.text(3, 3, "nuit"), ax.text(3, 2, "jour")),
    "a threshold above bars": lambda ax: (ax.bar(NAMES, [8, 5, 3]), ax.axhline(4)),
    "one scale on both sides": lambda ax: (ax.plot([1, 2, 3], [4, 5, 6]), ax.secondary_yaxis("right", functions=(lambda y: 2 * y, lambda y: y / 2))),
    "a map of two clouds": lambda ax: (ax.scatter([1], [2], color="k"), ax.scatter([2], [2], color="b"), ax.set_axis_off()),
}


@pytest.mark.parametrize("name", MISLEADING)
def test_what_misleads_is_told_and_the_figure_still_shown(name, capsys):
    draw, words = MISLEADING[name]
    figure, axes = pyplot.subplots()
    draw(axes)
    finish(axes, "Titre", source="s", alt="Trois barres.", ylabel="m")
    said = capsys.readouterr().out.strip().splitlines()
    assert len(said) == 1 and words in said[0], said
    assert axes.get_title(loc="left") == "Titre"
    pyplot.close(figure)


@pytest.mark.parametrize("name", SOUND)
def test_what_is_sound_stays_without_remark(name, capsys):
    figure, axes = pyplot.subplots()
    SOUND[name](axes)
    finish(axes, "Titre", source="s", alt="Trois barres.", ylabel="m")
    assert capsys.readouterr().out == ""
    pyplot.close(figure)


def test_an_alternative_that_says_nothing_more_is_told(ax, capsys):
    finish(ax, "Une grande commune", source="s", alt="une grande commune.", ylabel="habitants")
    assert "répète le titre" in capsys.readouterr().out
    finish(ax, "Titre", source="s", alt=describe_figure(ax), ylabel="habitants")
    assert "encore l'ébauche" in capsys.readouterr().out


DRAFTS = [
    (lambda ax: FRAME["nuit"].plot.bar(ax=ax, ylabel="salles"), "3 barres (salles) : Port-Brume 1, Lande-Haute 2, Roc-en-Mer 3."),
    (lambda ax: pd.Series(range(1000, 1020), [f"c{i}" for i in range(20)]).plot.barh(ax=ax), f"20 barres : de 1{NBSP}000 (c0) à 1{NBSP}019 (c19)."),
    (lambda ax: pd.Series([1.5, 9, 4], pd.to_datetime(["2026-01-14", "2026-01-15", "2026-03-01"])).plot(ax=ax),
     "de 1,5 (14/01/2026) à 4 (01/03/2026) ; au plus haut 9 (15/01/2026), au plus bas 1,5 (14/01/2026)."),
    (lambda ax: ax.plot([2021, 2022, 2023], [1, 5, 3], label="nuit"), "Ligne « nuit » : de 1 (2021) à 3 (2023) ; au plus haut 5 (2022)"),
    (lambda ax: ax.hist([1, 1, 2, 9], bins=4), "Histogramme : 4 classes de 1 à 9. La plus haute, de 1 à 3, vaut 3."),
    (lambda ax: (ax.plot([8, 3, 5], NAMES, "o", label="au moins"), ax.set_xlabel("places")),
     "3 points « au moins » (places) : Port-Brume 8, Lande-Haute 3, Roc-en-Mer 5."),
    (lambda ax: (ax.plot([8, 3, 12, 5], [NAMES[0], NAMES[1], NAMES[0], NAMES[2]], "o"), ax.set_xlabel("places")),
     "Nuage de 4 points (places) : Port-Brume 8 à 12 (2 points), Lande-Haute 3, Roc-en-Mer 5."),
    (lambda ax: (ax.scatter([1, 2], [3, 4.5]), ax.set_xlabel("âge")), "Nuage de 2 points : âge, de 1 à 2 ; en hauteur, de 3 à 4,5."),
]


@pytest.mark.parametrize("draw, words", DRAFTS)
def test_a_draft_says_what_is_drawn(draw, words):
    figure, axes = pyplot.subplots()
    draw(axes)
    assert words in describe_figure(axes)
    pyplot.close(figure)


def test_palette_is_told_apart_by_all_readers():
    """Contrast by WCAG 2.1; colour vision by Machado, Oliveira, Fernandes (2009)."""
    colours = {name: accessibility_vision.read(colour) for name, colour in PALETTE.items()}
    pale = {name for name, colour in colours.items() if accessibility_vision.contrast(colour, (1, 1, 1)) < 3}
    assert not pale
    near = {(one, other, vision) for one, other in combinations(colours, 2) for vision in (None, "protanopia", "deuteranopia")
            if accessibility_vision.distance(colours[one], colours[other], vision) < 20}
    assert not near
    # The measure can fail: matplotlib's own second and third colours are one to a deuteranope.
    green, red = (accessibility_vision.read(name, short=True) for name in ("C2", "C3"))
    assert accessibility_vision.distance(green, red, "deuteranopia") < 20
