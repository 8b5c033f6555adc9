"""What a browser is given of a team's notebook, on a feedback page and in formgrader: its words, tables and pictures; nothing that runs.

formgrader is served by the instructor's own JupyterLab, so a script in a team's answer would hold its kernels, its files and the gradebook.
nbconvert cleans neither Markdown nor results unless asked, and nbgrader's pages leave out the asking for Markdown: ``nbgrader_config.py``
names the parts below, which nbconvert then uses wherever it makes a page.
"""

import html
import re
from collections import Counter
from typing import Any

import bleach
from bleach.css_sanitizer import CSSSanitizer
from jinja2 import pass_context
from nbconvert.exporters import HTMLExporter
from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode

SHOWN = ("text/plain", "text/html", "text/markdown", "text/latex", "image/png", "image/jpeg", "image/svg+xml")
"""Kinds of result; pictures are shown as pictures, in which nothing runs."""
MOST_CHARACTERS, MOST_TAGS, MOST_OPEN = 2_000_000, 10_000, 100
"""Of one text or table; tags that wait for their end, at any place. Our largest: 0.4 MB with a picture in it, 2,600 tags, 10 open.
A browser's way of reading tags that were never closed takes a time that grows as their square: 100 s for 2,400 of them."""

_TAGS = frozenset("a abbr b blockquote br caption code col colgroup dd del details div dl dt em figcaption figure h1 h2 h3 h4 h5 h6 hr i img ins kbd li "
                  "mark ol p pre s small span strong sub summary sup table tbody td tfoot th thead tr u ul".split())
_ATTRIBUTES = {"a": ("href", "title"), "img": ("src", "alt", "title", "width", "height"), "td": ("colspan", "rowspan"), "th": ("colspan", "rowspan", "scope"),
               "ol": ("start",), "table": ("border",), "abbr": ("title",)}
_STYLES = ("text-align", "color", "background-color", "font-weight", "font-style", "max-width", "white-space", "vertical-align")
_CLASSES = re.compile(r"alert(-\w+)?|dataframe|highlight|hl-\w+|cd-[\w-]+|[a-z][a-z0-9]?")
"""Our boxes, pandas' tables, Pygments' colours: formgrader finds its own fields by other names."""
_PICTURE = re.compile(r"data:image/(png|jpeg|gif|svg\+xml);base64,[A-Za-z0-9+/=\s]*")
_TAG, _ALONE = re.compile(r"<(/?)([a-zA-Z][\w-]*)"), frozenset(("br", "hr", "img", "col"))
_STYLE_SHEET = re.compile(r"<style\b[^>]*>[^<]*</style\s*>", re.IGNORECASE)


def clean(markup: Any) -> str:
    """HTML without anything that runs, asks another machine, or passes for a part of the page: such tags are shown as the text that they are."""
    text = markup.decode(errors="replace") if isinstance(markup, bytes) else str(markup)
    if not _bearable(text):
        return f"<pre>{html.escape(text[:MOST_TAGS])}…</pre>"
    # pandas puts one before each table.
    text = _STYLE_SHEET.sub("", text)
    return bleach.clean(text, tags=_TAGS, attributes=_allowed, protocols={"http", "https", "mailto", "data"}, css_sanitizer=CSSSanitizer(allowed_css_properties=_STYLES))


def _bearable(text: str) -> bool:
    if len(text) > MOST_CHARACTERS or text.count("<") > MOST_TAGS:
        return False
    waiting: Counter[str] = Counter()
    for end, name in _TAG.findall(text):
        if name.lower() not in _ALONE:
            waiting[name.lower()] = max(0, waiting[name.lower()] + (-1 if end else 1))
            if not end and waiting.total() > MOST_OPEN:
                return False
    return True


def _allowed(tag: str, name: str, value: str) -> bool:
    if name == "class":
        return all(_CLASSES.fullmatch(each) for each in value.split())
    if name == "src":
        return tag == "img" and bool(_PICTURE.fullmatch(value))
    if name == "href":
        return tag == "a" and value.startswith(("http://", "https://", "mailto:", "#"))
    return name == "style" or name in _ATTRIBUTES.get(tag, ())


@pass_context
def markdown2html(context: Any, source: str) -> str:
    """nbconvert's filter of that name, cleaned."""
    return clean(_EXPORTER.markdown2html(context, source))


_EXPORTER = HTMLExporter(exclude_anchor_links=True)


class Inert(Preprocessor):
    """Results of the kinds that are shown, without metadata: a picture's width would be written into the page as it is."""

    def preprocess_cell(self, cell: NotebookNode, resources: dict, index: int) -> tuple[NotebookNode, dict]:
        for output in cell.get("outputs", []):
            if output.output_type in ("display_data", "execute_result"):
                output.metadata = NotebookNode()
                output.data = NotebookNode({kind: value for kind, value in output.data.items() if kind in SHOWN and isinstance(value, str)})
        return cell, resources
