"""What a figure gets for its reader, and what it refuses."""

import matplotlib
import nbformat
import pytest
from matplotlib import pyplot
from nbclient import NotebookClient

from challenge_data import finish
from challenge_data.errors import LearnerError

matplotlib.use("agg")


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
