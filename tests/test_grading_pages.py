"""What a team wrote comes back in pages without what a browser would obey; what our notebooks show stays."""

import base64
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from nbconvert.exporters import HTMLExporter
from nbgrader.server_extensions.formgrader import handlers
from tiny import PROJECT
from traitlets.config.loader import PyFileConfigLoader

from challenge_data.grading.pages import clean

PICTURE = "data:image/png;base64," + base64.b64encode(b"\x89PNG").decode()


@pytest.mark.parametrize("text", [
    '<script>alert(1)</script>', '<SCRIPT src="http://example.org/a.js"></SCRIPT>', '<scr<script>ipt>alert(1)</script>', '<img src="x" onerror="alert(1)">', '<img src="http://example.org/vu.png">',
    f'<img src="{PICTURE}" onload="alert(1)">', '<a href="javascript:alert(1)">ici</a>', '<a href=" JaVaScRiPt:alert(1)">ici</a>', '<a href="data:text/html,<script>alert(1)</script>">ici</a>',
    '<iframe srcdoc="<script>alert(1)</script>"></iframe>', '<form action="http://example.org"><input></form>', '<svg onload="alert(1)"><script>alert(1)</script></svg>',
    '<div style="position: fixed; background-image: url(http://example.org/a)">x</div>', '<style>@import "http://example.org/a.css";</style>', '<base href="http://example.org/">', '<meta http-equiv="refresh" content="0">',
    '<object data="a"></object><embed src="a"><link rel="stylesheet" href="a">', '<details ontoggle="alert(1)" open>x</details>', '<style></style><img src=x onerror=alert(1)>',
])
def test_nothing_that_a_browser_obeys_is_left(text):
    found = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag, attributes):
            found.append((tag, dict(attributes)))

    Reader().feed(clean(text))
    for tag, attributes in found:
        assert tag in ("img", "a", "div", "details"), clean(text)
        assert not [name for name in attributes if name.startswith("on")], clean(text)
        assert ":" not in attributes.get("href", "").split("/")[0], clean(text)
        assert attributes.get("src", PICTURE) == PICTURE, clean(text)
        assert not [word for word in ("position", "url") if word in attributes.get("style", "")], clean(text)


@pytest.mark.parametrize("text", [
    '<div class="alert alert-info" style="color: #1a1a1a;">\n\n<p><strong>Trouver</strong></p>\n</div>', "<h2 id=\"suite\">Suite</h2>", f'<img alt="carte" src="{PICTURE}">',
    '<details><summary>Un indice</summary><p>Le voici.</p></details>', '<a href="https://www.data.gouv.fr/">data.gouv.fr</a>', "<ul>\n<li>un</li>\n</ul>",
])
def test_what_our_notebooks_show_stays_as_it_is(text):
    assert clean(text) == text


def test_a_table_stays_a_table():
    table = pd.DataFrame({"porte": ["nord"], "passages": [9]})._repr_html_()
    page = clean(table)
    assert "<th>porte</th>" in page and "<td>9</td>" in page and "style scoped" not in page


@pytest.mark.parametrize("template", ["formgrade", "feedback", "classic"])
def test_formgrader_and_feedback_are_told_to_use_it(template, monkeypatch, tmp_path):
    monkeypatch.setenv("CHALLENGE_DATA_GRADING", str(tmp_path))
    config = PyFileConfigLoader("nbgrader_config.py", path=str(PROJECT)).load_config()
    notebook = nbformat.v4.new_notebook(cells=[
        nbformat.v4.new_markdown_cell("# Titre\n\n<script>alert(1)</script> [ici](javascript:alert(2))"),
        nbformat.v4.new_code_cell("1", outputs=[nbformat.v4.new_output("display_data", {"text/html": "<b>gras</b><script>alert(3)</script>"}),
                                                nbformat.v4.new_output("display_data", {"application/javascript": "alert(4)"}),
                                                nbformat.v4.new_output("display_data", {"image/svg+xml": "<svg><script>alert(5)</script></svg>"}),
                                                nbformat.v4.new_output("display_data", {"image/png": '"><script>alert(6)</script>'}),
                                                nbformat.v4.new_output("display_data", {"text/markdown": "<script>alert(7)</script>"}),
                                                nbformat.v4.new_output("display_data", {"text/latex": "<script>alert(8)</script>"})]),
        nbformat.v4.new_raw_cell("<script>alert(9)</script>", metadata={"format": "text/html"})])
    marks = {"notebook": "a", "score": 1.0, "max_score": 1.0, "late_penalty": 0.0}
    styles = Path(handlers.static_path, "node_modules", "bootstrap", "dist", "css")
    exporter = HTMLExporter(config=config, template_name=template, extra_template_basedirs=[handlers.template_path], extra_template_paths=[str(styles)])
    page, _ = exporter.from_notebook_node(notebook, resources={"nbgrader": marks, "base_url": "", "index": 0, "total": 1})
    assert "<h1" in page and "<b>gras</b>" in page
    for number in range(1, 10):
        assert f"<script>alert({number})" not in page and f'href="javascript:alert({number})' not in page, number
    assert "alert(4)" not in page
