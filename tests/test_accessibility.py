"""Accessibility rules of ``make check``: each planted fault is told at its line, and sound texts are left alone."""

import nbformat
import pytest
from tiny import LESSON, write_course

from challenge_data.build import accessibility, accessibility_colours, rules
from challenge_data.build import accessibility_vision as vision
from challenge_data.build.course import read_curriculum

AT = "## À vous\n"
LONG = "Trois barres : l'Ain 391, la Drôme 363, Paris 1."


def told(tmp_path, planted: str) -> list[str]:
    curriculum = read_curriculum(write_course(tmp_path, lesson=LESSON.replace(AT, f"{AT}\n{planted}\n", 1)))
    lines = (tmp_path / "curriculum/lessons/j0_depart/01_compter.md").read_text().splitlines()
    return [f"{problem.message} @ {lines[problem.line - 1]}" for problem in rules.problems(curriculum)]


FINISH = f'finish(ax, "Les communes", source="COG", alt="{LONG}", xlabel="nombre")'


def code(source: str) -> str:
    return f"```{{code-cell}}\n{source}\n```"


FAULTS = {
    "HTML heading after a jump": ("<h4>Encore</h4>", "heading level 4 after level 2 @ <h4>"),
    "heading without words": ("###", "a heading without words @ ###"),
    "HTML title": ("<h1>Compter</h1>", "a second H1 @ <h1>"),
    "vague link": ("Les statuts se lisent [ici](https://example.org/statuts).", "« ici » does not say where it leads @ Les statuts"),
    "vague link in HTML": ('<a href="https://example.org">En savoir plus…</a>', "does not say where it leads @ <a"),
    "link without words": ("Voyez [](https://example.org).", "a link without words: https://example.org @ Voyez"),
    "address as words": ("[https://example.org](https://example.org)", "is read letter by letter @ [https"),
    "bare address": ("Tout est sur https://example.org/salles aujourd'hui.", "a bare address: https://example.org/salles @ Tout"),
    "address in angles": ("Tout est là : <https://example.org>.", "a bare address"),
    "same words, two places": ("[le schéma](https://example.org/a) puis [Le schéma](https://example.org/b)", "leads to https://example.org/b here"),
    "short alternative": ('<img src="data:image/png;base64,AAAA" alt="Une carte">', "« Une carte » does not say what the image shows @ <img"),
    "figure described in a word": (code('finish(ax, "Les communes", source="COG", alt="un graphique", xlabel="nombre")'), "« un graphique » does not say what the figure shows @ finish"),
    "figure described by its title": (code(f'titre = "{LONG}"\nfinish(ax, titre, source="COG", alt="{LONG.lower()}", xlabel="nombre")'), "alternative is its title again @ finish"),
    "table without header": ("| | |\n|:--|:--|\n| Ain | 391 |", "a table whose columns have no name @ | | |"),
    "HTML table without header": ("<table><tr><td>Ain</td></tr></table>", "a table without header cells @ <table>"),
    "details without summary": ("<details>\n\nLa suite.\n\n</details>", "<details> without a summary @ <details>"),
    "second details without summary": ("<details><summary>Un</summary>a</details>\n<details>b</details>", "<details> without a summary @ <details>b"),
    "pale text in the page": ('<p style="color: #999">Note</p>', "text #999 on white: 2.8 to 1 @ <p style"),
    "pale text on colour": ('<p style="background: #ffe0b2; color: #e65100">Note</p>', "text #e65100 on #ffe0b2: 3.0 to 1"),
    "dark ground under dark text": ('<p style="background: #333">Note</p>', "text of JupyterLab on #333"),
    "pale bars": (code(f'ax = t.plot.bar(color="#b9c9de")\nfinish(ax, "T", source="s", alt="{LONG}", xlabel="x")'), "#b9c9de on white: 1.7 to 1 @ ax ="),
    "named pale colour": (code(f'ax = t.plot.bar(color="gold")\nfinish(ax, "T", source="s", alt="{LONG}", xlabel="x")'), "gold on white: 1.4 to 1"),
    "pale words in a figure": (code('ax.text(1, 2, "Paris", color="orange")'), "text in orange: 2.0 to 1"),
    "pale words on a pale ground": (code('ax.text(1, 2, "Paris", color="white", bbox={"facecolor": "#bbbbbb"})'), "text in white: 1.9 to 1"),
    "colours alone, two calls": (code('ax.plot(a, color="#1f3a5f")\nax.plot(b, color="#b3541e")'), "colours alone say which is which @ ax.plot(a"),
    "colours alone, one call": (code('ax.bar(noms, valeurs, color=["#1f3a5f", "#b3541e"])'), "colours alone say which is which"),
    "colours alone, legend off": (code(f'ax = t.plot.bar(color=["#1f3a5f", "#b3541e"], legend=False)\nfinish(ax, "T", source="s", alt="{LONG}", xlabel="x")'), "colours alone"),
    "colours alone, map": (code(f'ax = communes.plot(column="palier")\nfinish(ax, "T", source="s", alt="{LONG}")'), "colours alone"),
    "green and red": (code('ax.bar(noms, valeurs, color=["tab:green", "tab:red"])\nax.legend()'), "tab:green and tab:red look alike with deuteranopia"),
    "rainbow": (code(f'ax = communes.plot(column="palier", cmap="jet", legend=True)\nfinish(ax, "T", source="s", alt="{LONG}")'), "« jet » misleads"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_planted_fault_is_told_at_its_line(name, tmp_path):
    planted, message = FAULTS[name]
    found = told(tmp_path, planted)
    assert any(message in line for line in found), found


SOUND = {
    "links": "Le [code officiel géographique](https://example.org/cog), puis `https://example.org` à taper, et [la carte](https://example.org/c).",
    "tables": "| commune | habitants |\n|:--|--:|\n| Port-Brume | 8 940 |\n\n| | assis | debout |\n|---|---|---|\n| **salle** | 120 | 200 |",
    "folded": "<details><summary>La réponse</summary>\n\nTrois.\n\n</details>",
    "pale with an edge": code(f'ax = t.plot.bar(color=["#b9c9de", "#1f3a5f"], edgecolor="#1f3a5f")\nfinish(ax, "T", source="s", alt="{LONG}", xlabel="x")'),
    "white on a dark bar": code('ax.bar(noms, valeurs, color="#1f3a5f")\nax.bar_label(ax.containers[0], color="white")\n' + FINISH),
    "two lines, two strokes": code('ax.plot(a, color="#1f3a5f", linestyle="-")\nax.plot(b, color="#b3541e", linestyle="--")\n' + FINISH),
    "two series and a legend": code('ax.plot(a, color="#1f3a5f", label="jour")\nax.plot(b, color="#b3541e", label="nuit")\nax.legend()\n' + FINISH),
    "ground of a map": code('ax.fill(x, y, color="#dddddd")  # fond de carte\nax.scatter(a, b, color="#1f3a5f")\n' + FINISH),
    "description in a variable": code(f'texte = "{LONG}"\nfinish(ax, "Les communes", source="COG", alt=texte, xlabel="nombre")'),
    "dark alert": '<div style="background: #ffe0b2; color: #1a1a1a">\n\nNote\n\n</div>',
}


@pytest.mark.parametrize("name", SOUND)
def test_sound_text_is_left_alone(name, tmp_path):
    assert told(tmp_path, SOUND[name]) == []


def test_the_miniature_course_is_sound(tmp_path):
    assert told(tmp_path, "") == []


@pytest.mark.parametrize(("source", "message"), [
    ('STATES = {"tenue": "#2ca02c", "perdue": "#d62728"}', "#2ca02c and #d62728 look alike with deuteranopia"),
    ('SHEET = ".x {color: #aaa; background: #fff}"', "text #aaa on #fff: 2.3 to 1"),
    ('def style(size):\n    return f".x {{font-size: {size}; color: #aaaaaa}}"', "text #aaaaaa on white"),
    ('SHEET = "button {border: 1px solid #ddd}"', "the edge of a control, 1.4 to 1"),
    ('def draw(ax):\n    ax.plot(a, color="#1f3a5f")\n    ax.plot(b, color="#b3541e")', "colours alone"),
])
def test_fault_in_the_package_is_told(source, message):
    found = [text for _, text, _ in accessibility_colours.python(source)]
    assert any(message in text for text in found), found


def test_style_sheet_variables_are_followed():
    assert [line for line, _, _ in accessibility_colours.css(":root {--pale: #bbbbbb}\np {color: var(--pale)}")] == [2]


def test_contrast_is_that_of_wcag():
    black, white, grey = (0.0, 0.0, 0.0), (1.0, 1.0, 1.0), vision.read("#767676")
    assert vision.contrast(black, white) == pytest.approx(21)
    # The grey that WCAG's own techniques give as the first to pass on white.
    assert vision.contrast(grey, white) == pytest.approx(4.54, abs=0.005)


def test_simulated_vision_keeps_greys_and_loses_red_from_green():
    for grey in ("#000000", "#808080", "#ffffff"):
        for kind in ("protanopia", "deuteranopia"):
            # Each row of the published matrices sums to 1.
            assert vision.distance(vision.read(grey), vision.read(grey)) == 0
            assert vision._lab(vision.read(grey), kind) == pytest.approx(vision._lab(vision.read(grey), None), abs=0.1)
    red, green = vision.read("tab:red"), vision.read("tab:green")
    assert vision.distance(red, green) > 100 > vision.LEAST_DIFFERENCE > vision.distance(red, green, "deuteranopia")
    assert vision.confused(["#0072B2", "#E69F00", "#1a1a1a"]) == []


def executed(*outputs: dict) -> nbformat.NotebookNode:
    made = [nbformat.v4.new_output("display_data", data) for data in outputs]
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("x", outputs=made)])


def test_a_run_tells_its_figures_without_words():
    good = {"text/html": f'<figure><img src="data:," alt="{LONG} Au total, 755 communes."></figure>'}
    assert accessibility.figures_without_words(executed(good, {"text/html": "<table></table>"}, {"text/plain": "3"})) == []
    assert "without words" in accessibility.figures_without_words(executed({"image/png": "AAAA", "text/plain": "<Figure>"}))[0]
    assert "too short" in accessibility.figures_without_words(executed({"text/html": '<img src="data:," alt="Une carte">'}))[0]
    assert "too short" in accessibility.figures_without_words(executed({"text/html": '<img src="data:,">'}))[0]
