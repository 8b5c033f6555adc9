"""Pages made of a team's notebook with the course's configuration: its words and pictures, nothing that runs. And the limits that docs/grading.md tells."""

import importlib
import re

import nbformat
import pytest
from nbconvert.exporters import HTMLExporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from tiny import PROJECT

from challenge_data.grading import converting
from challenge_data.grading.showing import MOST_TAGS, clean


@pytest.fixture(scope="module")
def exporter(tmp_path_factory) -> HTMLExporter:
    return HTMLExporter(config=converting.load(PROJECT, tmp_path_factory.mktemp("notation")), template_name="classic")


def page(exporter: HTMLExporter, *cells: nbformat.NotebookNode) -> str:
    """The notebook's part of a page: its frame has scripts of its own."""
    return exporter.from_notebook_node(new_notebook(cells=list(cells)))[0].split("</head>")[1]


def result(data: dict, metadata: dict | None = None) -> nbformat.NotebookNode:
    return new_code_cell("1", outputs=[new_output("display_data", data, metadata=metadata or {})])


@pytest.mark.parametrize("cell", [
    new_markdown_cell("<script>alert(1)</script>"),
    new_markdown_cell('<img src="x" onerror="alert(1)">'),
    new_markdown_cell("[ici](javascript:alert(1))"),
    new_markdown_cell("<a href=' java\nscript:alert(1)'>ici</a>"),
    new_markdown_cell("<svg><style><img src=x onerror=alert(1)></style></svg>"),
    result({"text/html": "<iframe srcdoc='<script>alert(1)</script>'></iframe>"}),
    result({"text/html": "<b>"}, {"text/html": {"isolated": True}}),
    result({"text/markdown": "<img src=x onerror=alert(1)>"}),
    result({"application/javascript": "alert(1)", "text/plain": "objet"}),
    result({"image/png": "AAAA"}, {"image/png": {"width": "1 onerror=alert(1)"}}),
])  # fmt: skip
def test_nothing_runs(exporter, cell):
    made = page(exporter, cell)
    tags = re.findall(r"<[a-zA-Z][^>]*>", made)
    assert not [tag for tag in tags if re.match(r"<(script|svg|iframe|style|form|input)\b|.*\s(on\w+|srcdoc)=|.*javascript:", tag, re.IGNORECASE | re.DOTALL)]
    assert "alert(1)" not in "".join(tags)


def test_what_is_read_stays(exporter):
    picture = '<figure><img src="data:image/png;base64,AAAA" alt="Deux barres" style="max-width: 100%"><details><summary>Description</summary></details></figure>'
    table = '<style scoped>.dataframe td {color: red}</style><table border="1" class="dataframe"><tr style="text-align: right;"><td>12</td></tr></table>'
    box = '<div class="alert alert-info">\n\n**À retenir** : `pd.read_csv`\n\n</div>'
    made = page(exporter, new_markdown_cell(box), new_markdown_cell("> citation\n\n| a | b |\n|---|---:|\n| 1 | 2 |"), result({"text/html": picture}), result({"text/html": table}))
    for kept in ('class="alert alert-info"', "<strong>À retenir</strong>", "<code>pd.read_csv</code>", "<blockquote>", 'style="text-align: right', 'alt="Deux barres"', "data:image/png;base64,AAAA",
                 "<summary>Description</summary>", 'class="dataframe"', "<td>12</td>"):
        assert kept in made, kept
    assert "color: red" not in made


def test_a_heading_takes_no_name_from_the_page(exporter):
    assert 'id="message"' not in page(exporter, new_markdown_cell("# message"), new_markdown_cell('<b id="message" class="score nbgrader_cell">'))


def test_tags_that_would_take_minutes_are_shown_as_text():
    """100 s for the first one in bleach; what is asked here is that it is not read."""
    for markup in ("".join(f"<b class=a{rank}><p>" for rank in range(2400)), "<b></p>" * 4000, "<td>" * (MOST_TAGS + 1), "x" * 2_000_001):
        assert clean(markup).startswith("<pre>")
    assert clean("<table>" + "<tr><td>1</td></tr>" * 2400 + "</table>").count("<td>") == 2400


def test_the_limits_that_the_page_tells_are_those_of_the_code():
    rows = re.findall(r"^\| [^|]+ \| (\d+) (s|MiB|GiB|MB|)? ?\| `((?:\.\./)?[\w/]+)\.py` `([\w.]+)` \|$", (PROJECT / "docs/grading.md").read_text(encoding="utf-8"), re.MULTILINE)
    unit = {"": 1, "s": 1, "MB": 10**6, "MiB": 2**20, "GiB": 2**30}
    for value, of, room, name in rows:
        found = importlib.import_module("." + room.replace("../", ".").replace("/", "."), "challenge_data.grading")
        for part in name.split("."):
            found = getattr(found, part)
        assert int(value) * unit[of] == found, name
    assert len(rows) == 13
