"""What every reader needs, checked on the texts: headings, links, alternatives, tables; and on what a run shows.

Colours are judged in ``accessibility_colours.py``. References: WCAG 2.1, level AA, and the RGAA that French services follow.
"""

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser

import nbformat

from challenge_data.build.course import Curriculum, Lesson, Notebook
from challenge_data.build.problems import Problem
from challenge_data.build.source import Cell

LEAST_ALTERNATIVE = 30
"""Characters: what is shorter names the picture, and does not say what it shows."""
LEAST_FIGURE = 60
"""Characters of a figure's alternative: it holds a comparison, with numbers."""

_HEADING = re.compile(r"^(?P<marks>#{1,6})(?: +(?P<text>.*?))?\s*$")
_HTML_HEADING = re.compile(r"<h([1-6])\b[^>]*>(.*?)</h\1>", re.IGNORECASE | re.DOTALL)
_IMAGE = re.compile(r"!\[(?P<alt>[^\]]*)\]\([^)\s]+[^)]*\)")
_HTML_IMAGE = re.compile(r"<img\b(?P<attributes>[^>]*)>", re.IGNORECASE)
_LINK = re.compile(r"(?<!!)\[(?P<text>[^\]]*)\]\((?P<target>[^)\s]+)[^)]*\)")
_HTML_LINK = re.compile(r"<a\b[^>]*href=[\"'](?P<target>[^\"']+)[\"'][^>]*>(?P<text>.*?)</a>", re.IGNORECASE | re.DOTALL)
_ADDRESS = re.compile(r"https?://[^\s<>()\"'`]+|\bwww\.[^\s<>()\"'`]+")
_RULE = re.compile(r"^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$")
_VAGUE = re.compile(r"^(ici|là|lien|(ce|le) (lien|site)|cette page|voir|suite|page|site|(en )?savoir plus|en lire plus|(lire|voir) (la suite|ici|plus)"
                    r"|cliqu(ez|er)( ici)?|plus d['’]infos?(rmations?)?|télécharger|source)[\s.…!]*$", re.IGNORECASE)


def headings(part: Lesson | Notebook, curriculum: Curriculum) -> Iterator[Problem]:
    """Levels in order with those written in HTML too; none empty. (Markdown's own order: ``rules.headings``.)"""
    level = 0
    for line, text in prose(part):
        written = [(len(match["marks"]), match["text"] or "", False)] if (match := _HEADING.match(text)) else []
        written += [(int(match[1]), re.sub(r"<[^>]+>", "", match[2]), True) for match in _HTML_HEADING.finditer(text)]
        for depth, words, is_html in written:
            if not words.strip(" #"):
                yield part.document.problem(line, "a heading without words", "say what the part is about, or delete it")
            if is_html and depth > level + 1:
                yield part.document.problem(line, f"heading level {depth} after level {level}", f"use <h{level + 1}>, or {'#' * (level + 1)}")
            if is_html and depth == 1:
                yield part.document.problem(line, "a second H1", "one title a notebook: use ## here")
            level = depth


def links(part: Lesson | Notebook, curriculum: Curriculum) -> Iterator[Problem]:
    """Each link says where it leads, out of its context too, and its words lead to one place."""
    places: dict[str, str] = {}
    for line, text in prose(part):
        found = [*_LINK.finditer(text), *_HTML_LINK.finditer(text)]
        for match in found:
            words, target = re.sub(r"<[^>]+>|[*`]", "", match["text"]).strip(), match["target"]
            if not words:
                yield part.document.problem(line, f"a link without words: {target}", "name the page it opens")
            elif _VAGUE.match(words):
                yield part.document.problem(line, f"the link « {words} » does not say where it leads", "name the page it opens")
            elif _ADDRESS.match(words):
                yield part.document.problem(line, f"the link « {words} » is read letter by letter", "name the page, not its address")
            elif places.setdefault(words.lower(), target) != target:
                yield part.document.problem(line, f"« {words} » leads to {target} here, to {places[words.lower()]} before", "other words for another page")
        rest = re.sub(r"`[^`]*`|<[a-z][^>]*>", "", _HTML_LINK.sub("", _LINK.sub("", _IMAGE.sub("", text))))
        if match := _ADDRESS.search(rest) or re.search(r"<(https?://[^>]+)>", text):
            yield part.document.problem(line, f"a bare address: {match[0]}", "[the page's name](address), or `address` when it is to be typed")


def alternatives(part: Lesson | Notebook, curriculum: Curriculum) -> Iterator[Problem]:
    """A picture's alternative says what it shows; a figure's is not its title again."""
    for line, text in prose(part):
        alts = [match["alt"] for match in _IMAGE.finditer(text)]
        for match in _HTML_IMAGE.finditer(text):
            alt = re.search(r"""\balt=["']([^"']*)["']""", match["attributes"])
            alts.append(alt[1] if alt else "")
        for alt in alts:
            if 0 < len(alt.strip()) < LEAST_ALTERNATIVE:
                yield part.document.problem(line, f"« {alt.strip()} » does not say what the image shows", f"{LEAST_ALTERNATIVE} characters or more: what one would tell on the telephone")
    texts: dict[str, str] = {}
    for cell in part.document.cells:
        tree = parsed(cell)
        if tree is None:
            continue
        texts |= {node.targets[0].id: text for node in ast.walk(tree)
                  if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and (text := _literal(node.value, texts))}
        if cell.role == "tests" or "lu" in cell.tags:
            continue
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "finish":
                yield from _figure(part, cell, call, texts)


def _figure(part: Lesson | Notebook, cell: Cell, call: ast.Call, texts: dict[str, str]) -> Iterator[Problem]:
    given = {keyword.arg: _literal(keyword.value, texts) for keyword in call.keywords}
    title = given.get("title") or (_literal(call.args[1], texts) if len(call.args) > 1 else "")
    alt, line = given.get("alt", ""), cell.line + call.lineno - 1
    if not alt:
        return
    if title and _plain(alt) == _plain(title):
        yield part.document.problem(line, "the figure's alternative is its title again", "say what one sees: the compared values, the trend")
    elif len(alt.strip()) < LEAST_ALTERNATIVE:
        yield part.document.problem(line, f"« {alt.strip()} » does not say what the figure shows", f"{LEAST_ALTERNATIVE} characters or more: the compared values, the trend")


def tables(part: Lesson | Notebook, curriculum: Curriculum) -> Iterator[Problem]:
    """Every table names its columns; in a Markdown table, only the corner above the rows' names may stay empty."""
    lines = list(prose(part))
    for (_, above), (line, rule), below in zip(lines, lines[1:], [*lines[2:], (0, "")], strict=False):
        if "|" not in above or not _RULE.match(rule) or "-" not in rule:
            continue
        names = [cell.strip(" *_") for cell in above.strip().strip("|").split("|")]
        row = [cell.strip() for cell in below[1].strip().strip("|").split("|")]
        corner = not names[0] and row[0].startswith("**")
        if not all(names[1:]) or not (names[0] or corner or (len(names) > 1 and row[0])):
            yield part.document.problem(line - 1, "a table whose columns have no name", "write a header for each column")
    for cell in part.document.cells:
        for match in re.finditer(r"<table\b.*?</table>", cell.source, re.DOTALL | re.IGNORECASE) if cell.kind == "markdown" else ():
            if not re.search(r"<th\b", match[0], re.IGNORECASE):
                yield part.document.problem(cell.line + cell.source[: match.start()].count("\n"), "a table without header cells", "use <th scope=\"col\"> for its first row")


def details(part: Lesson | Notebook, curriculum: Curriculum) -> Iterator[Problem]:
    """What unfolds says what it hides."""
    for cell in part.document.cells:
        for match in re.finditer(r"<details\b[^>]*>(.*?)(?=<details\b|</details>|\Z)", cell.source, re.DOTALL | re.IGNORECASE) if cell.kind == "markdown" else ():
            summary = re.search(r"<summary\b[^>]*>(.*?)</summary>", match[1], re.DOTALL | re.IGNORECASE)
            if not summary or not re.sub(r"<[^>]+>", "", summary[1]).strip():
                yield part.document.problem(cell.line + cell.source[: match.start()].count("\n"), "<details> without a summary", "<summary>say what it hides</summary>")


RULES = (headings, links, alternatives, tables, details)


def figures_without_words(notebook: nbformat.NotebookNode) -> list[str]:
    """What a run shows and those who do not see will miss, one sentence each; for executed notebooks."""
    found = []
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            markup = data.get("text/html", "")
            images = _Images(markup).alts
            if any(kind.startswith("image/") for kind in data) and not images:
                found.append(f"cell {cell.get('id', '?')} shows an image without words: end it with finish(…)")
            for alt in images:
                if len((alt or "").strip()) < LEAST_FIGURE:
                    found.append(f"cell {cell.get('id', '?')}: « {alt or ''} » is too short for a figure: {LEAST_FIGURE} characters or more")
    return found


class _Images(HTMLParser):
    def __init__(self, markup: str) -> None:
        super().__init__()
        self.alts: list[str | None] = []
        self.feed(markup if isinstance(markup, str) else "".join(markup))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "img":
            self.alts.append(dict(attrs).get("alt"))


def prose(part: Lesson | Notebook) -> Iterator[tuple[int, str]]:
    """(line in the file, text) of the Markdown lines that are not inside a code fence."""
    for cell in part.document.cells:
        fenced = False
        for number, text in enumerate(cell.source.splitlines() if cell.kind == "markdown" else ()):
            if text.lstrip().startswith("```"):
                fenced = not fenced
            elif not fenced:
                yield cell.line + number, text


def parsed(cell: Cell) -> ast.Module | None:
    """A code cell's syntax, also of one that holds IPython's marks or a stub; None where there is none."""
    try:
        return ast.parse(cell.source) if cell.kind == "code" else None
    except SyntaxError:
        return None


def _literal(node: ast.AST, texts: dict[str, str]) -> str:
    """The words that a reader of the code can tell; what is computed inside an f-string counts for three letters."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(value.value if isinstance(value, ast.Constant) else "000" for value in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = _literal(node.left, texts), _literal(node.right, texts)
        return left + right if left and right else ""
    if isinstance(node, ast.Name):
        return texts.get(node.id, "")
    return ""


def _plain(text: str) -> str:
    return re.sub(r"\W+", " ", text).strip().casefold()
