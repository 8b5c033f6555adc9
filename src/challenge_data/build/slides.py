"""One deck of slides a lesson: a single HTML file that opens from a USB stick, without network.

The answered lesson is run once, so that slides show real results; the page itself (``slides.js``) lays the blocks
out on sheets by measuring them in the browser. A new part starts at each ``+++ {"slide": true}``; notes of the
expert go to a window of their own. See ``docs/teaching.md`` for what was tried before this.
"""

import base64
import html
import mimetypes
import os
import re
import string
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path

import nbformat
from markdown_it import MarkdownIt
from nbclient import NotebookClient
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from challenge_data.build import assemble, boxes, expert, pages
from challenge_data.build.course import Curriculum, Lesson
from challenge_data.build.problems import BuildError, Problem
from challenge_data.build.source import Cell

FOLDER = Path("build/slides")
CORES = 2
CELL_SECONDS = 120

LEFT_OUT = {"indice", *expert.ASIDES}
"""Boxes that stay in the notebook: hints would answer for the room, and nobody reads a crib on a wall."""

# Tables and figures made for a wall: fewer rows and columns, which pandas itself says it left out, and larger letters.
_FOR_A_WALL = """
import matplotlib, pandas
pandas.set_option("display.max_rows", 10, "display.min_rows", 6, "display.max_columns", 7, "display.max_colwidth", 36, "display.width", 90)
matplotlib.rcParams["font.size"] = 12
"""

_MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_LOCAL_LINK = re.compile(r'<a href="(?![a-z]+:)[^"]*">(.*?)</a>', re.DOTALL)
_LOCAL_IMAGE = re.compile(r'src="(?![a-z]+:)([^"]+)"')


@dataclass
class Part:
    """What stands between two slide marks: blocks of HTML, and the expert's notes."""

    title: str
    blocks: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    hints: list[str] = field(default_factory=list)
    """Of its exercises: what to say to who is stuck. Shown under the notes."""


def decks(curriculum: Curriculum) -> dict[Path, str]:
    """Path under :data:`FOLDER` -> page of HTML, of every lesson. Runs each lesson.

    Raises:
        BuildError: a cell of an answered lesson stops; all are told.
    """
    with ThreadPoolExecutor(CORES) as pool:
        made = list(pool.map(lambda lesson: _attempt(lesson, curriculum), curriculum.lessons))
    if found := [problem for outcome in made if isinstance(outcome, BuildError) for problem in outcome.problems]:
        raise BuildError(found)
    places = (Path(*lesson.built.parts[1:]).with_suffix(".html") for lesson in curriculum.lessons)
    return dict(zip(places, made, strict=True))


def _attempt(lesson: Lesson, curriculum: Curriculum) -> str | BuildError:
    try:
        return deck(lesson, curriculum)
    except BuildError as error:
        return error


def deck(lesson: Lesson, curriculum: Curriculum) -> str:
    """The lesson's slides as one page."""
    outputs = run(lesson, curriculum)
    parts = [Part(lesson.title)]
    for cell in lesson.document.cells:
        if "lu" in cell.tags:
            continue
        if cell.metadata.get("animation"):
            parts[-1].notes.append(_MARKDOWN.render(expert.notes(cell.source)))
            continue
        if cell.metadata.get("slide"):
            parts.append(Part(_heading(cell.source) or parts[-1].title))
        if cell.kind == "code":
            parts[-1].blocks += _code_blocks(cell, outputs.get(id(cell), []))
        else:
            parts[-1].blocks += _markdown_blocks(cell, lesson, curriculum)
            parts[-1].hints += _hints(cell)
    return _page(lesson.title, [part for part in parts if part.blocks])


def run(lesson: Lesson, curriculum: Curriculum) -> dict[int, list]:
    """``id(cell)`` -> outputs of each code cell of the answered lesson, run in a work folder that is thrown away.

    Raises:
        BuildError: a cell stops that is not tagged for it, or an answer does not pass its own check.
    """
    written = [cell for cell in lesson.document.cells if cell.kind == "code" and "lu" not in cell.tags]
    cells = [nbformat.v4.new_code_cell(_FOR_A_WALL)]
    for cell in written:
        source, extra = expert.parts(cell, lesson, curriculum)[0]
        cells.append(nbformat.v4.new_code_cell(source, metadata={"tags": extra.get("tags", [])}))
    notebook = nbformat.v4.new_notebook(cells=cells)
    with tempfile.TemporaryDirectory(prefix="challenge-data-slides-") as work:
        client = NotebookClient(notebook, timeout=CELL_SECONDS, allow_errors=True, kernel_name="python3", extra_arguments=["--IPKernelApp.log_level=40"],
                                resources={"metadata": {"path": str(curriculum.root)}})
        # Named as a team's own: results say where they wrote.
        client.execute(env=os.environ | {"CHALLENGE_DATA_WORK": str(Path(work, "travail")), "CHALLENGE_DATA_HOME": str(curriculum.root)})
    found = [problem for cell, ran in zip(written, cells[1:], strict=True) if (problem := _stopped(cell, ran, lesson))]
    if found:
        raise BuildError(found)
    return {id(cell): ran.outputs for cell, ran in zip(written, cells[1:], strict=True)}


def _stopped(cell: Cell, ran: nbformat.NotebookNode, lesson: Lesson) -> Problem | None:
    errors = [output.evalue for output in ran.outputs if output.output_type == "error"]
    # Our checks and explained errors speak on stderr: from an answer, that is a failure.
    errors += [output.text for output in ran.outputs if output.output_type == "stream" and output.name == "stderr" and cell.role == "exercise"]
    if errors and (cell.role == "exercise" or assemble.MAY_STOP not in cell.tags):
        return lesson.document.problem(cell.line, f"the answered cell stops: {' '.join(errors[0].split())[:200]}", "mend it: slides show its result")
    return None


def _heading(source: str) -> str:
    match = re.search(r"^#{1,3} +(.+?)\s*$", source, re.MULTILINE)
    return re.sub(r"[*`_]", "", match[1]) if match else ""


def _code_blocks(cell: Cell, outputs: list) -> Iterator[str]:
    if cell.role == "exercise":
        yield _code(str(cell.metadata.get("stub", "")), 'data-keep=""')
        answer = _code(cell.inside("SOLUTION")) + "".join(_shown(outputs))
        yield f'<div class="answer later"><p><strong>Une réponse</strong></p>{answer}</div>'
        return
    results = list(_shown(outputs))
    yield _code(cell.source, 'data-keep=""' if results else "")
    for rank, result in enumerate(results):
        yield result if rank == len(results) - 1 else result.replace(" class=", ' data-keep="" class=', 1)


def _code(source: str, attributes: str = "") -> str:
    inner = highlight(source.rstrip("\n"), PythonLexer(), HtmlFormatter(nowrap=True)).rstrip("\n")
    return f"<pre {attributes}><code>{inner}</code></pre>"


def _shown(outputs: list) -> Iterator[str]:
    for output in outputs:
        if output.output_type == "stream":
            yield _text(output.text)
        elif output.output_type == "error":
            yield _text(f"{output.ename}: {output.evalue}")
        elif "application/vnd.jupyter.widget-view+json" in output.data:
            yield '<p class="output">Ici, le carnet affiche un formulaire.</p>'
        elif "text/html" in output.data:
            yield f'<div class="output">{_inert(output.data["text/html"])}</div>'
        elif "image/png" in output.data:
            # A figure that was not shown by finish: check tells its author; here it still has no words.
            yield f'<div class="output"><img src="data:image/png;base64,{output.data["image/png"].strip()}" alt=""></div>'
        elif "text/plain" in output.data:
            yield _text(output.data["text/plain"])


def _text(text: str) -> str:
    return f'<pre class="output">{html.escape(_ANSI.sub("", text).rstrip())}</pre>' if text.strip() else ""


def _inert(markup: str) -> str:
    """HTML of a result without its scripts and style sheets: those of a notebook would change the whole deck."""
    return re.sub(r"<(script|style)\b.*?</\1>", "", markup, flags=re.DOTALL | re.IGNORECASE).replace('border="1" ', "")


def _markdown_blocks(cell: Cell, lesson: Lesson, curriculum: Curriculum) -> Iterator[str]:
    for piece in boxes.split(cell.source):
        if isinstance(piece, str):
            yield from _blocks(piece, lesson, curriculum)
        elif piece.name == "quiz":
            yield from _quiz_blocks(piece)
        elif piece.name not in LEFT_OUT:
            rendered = assemble.rendered(piece, lesson, curriculum)
            if piece.name in boxes.ALERTS:
                # One block whatever it holds: the frame goes with its text.
                yield _local(_MARKDOWN.render(boxes.strip_terms(rendered)), lesson, curriculum)
            else:
                yield from _blocks(rendered, lesson, curriculum)


def _blocks(markdown: str, lesson: Lesson, curriculum: Curriculum) -> Iterator[str]:
    """Each top-level element of a Markdown text, as HTML."""
    tokens = _MARKDOWN.parse(boxes.strip_terms(markdown))
    start = depth = 0
    for rank, token in enumerate(tokens):
        depth += token.nesting
        if depth == 0:
            block = _MARKDOWN.renderer.render(tokens[start : rank + 1], _MARKDOWN.options, {}).strip()
            start = rank + 1
            if block.startswith("<h3"):
                block = block.replace("<h3", '<h3 data-break="before"', 1)
            yield _local(block, lesson, curriculum)


def _local(block: str, lesson: Lesson, curriculum: Curriculum) -> str:
    """Links to other notebooks as plain words, images inside the page: the file travels alone."""
    block = _LOCAL_LINK.sub(r"\1", block)
    folder = curriculum.root / lesson.document.path.parent

    def embedded(match: re.Match) -> str:
        path = folder / match[1]
        if not path.is_file():
            return match[0]
        kind = mimetypes.guess_type(path.name)[0] or "image/png"
        return f'src="data:{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"'

    return _LOCAL_IMAGE.sub(embedded, block)


def _quiz_blocks(box: boxes.Box) -> Iterator[str]:
    question, choices = boxes.read_quiz(boxes.strip_terms(box.body))
    lettered = list(zip(string.ascii_uppercase, choices, strict=False))
    asked = "".join(f"<li><strong>{letter}.</strong> {_MARKDOWN.renderInline(choice.text)}</li>" for letter, choice in lettered)
    told = "".join(f"<li><strong>{letter}. {'Oui.' if choice.right else 'Non.'}</strong> {_MARKDOWN.renderInline(choice.explanation)}</li>"
                   for letter, choice in lettered)
    yield (f'<div class="alert alert-warning" data-break="before" data-keep="" data-whole=""><p><strong>{box.title or "Quiz"}</strong></p>'
           f'{_MARKDOWN.render(question)}<ul class="choices">{asked}</ul></div>')
    yield f'<div class="alert alert-success later" data-whole=""><ul class="choices">{told}</ul></div>'


def _hints(cell: Cell) -> list[str]:
    return [f"<p><strong>Indices de l'exercice.</strong></p>{_MARKDOWN.render(box.body)}"
            for box in boxes.split(cell.source) if isinstance(box, boxes.Box) and box.name == "indice"]


def _page(title: str, parts: list[Part]) -> str:
    folder = resources.files("challenge_data.build")
    style, script = (folder.joinpath(name).read_text(encoding="utf-8") for name in ("slides.css", "slides.js"))
    body = "\n".join(
        f'<section class="part" data-title="{html.escape(part.title)}">\n' + "\n".join(part.blocks)
        + (f'\n<aside class="notes">{"".join([*part.notes, *part.hints])}</aside>' if part.notes or part.hints else "") + "\n</section>"
        for part in parts)
    return pages.page(title, style, f"""<main class="stage">
{body}
<div class="tools"><button id="to-contents" type="button">Sommaire</button><button id="to-notes" type="button">Notes</button>
<button id="previous" type="button" aria-label="Diapositive précédente">←</button><button id="next" type="button" aria-label="Diapositive suivante">→</button></div>
</main>
<p class="only-read" aria-live="polite"></p>
<dialog id="contents" aria-labelledby="contents-title"><h2 id="contents-title">Sommaire</h2><ol class="contents"></ol><form method="dialog"><button>Fermer</button></form></dialog>
<dialog id="help" aria-labelledby="help-title"><h2 id="help-title">Touches</h2><ul>
<li><strong>→</strong>, <strong>Espace</strong>, <strong>Page suivante</strong> : avancer, ou montrer ce qui attend</li>
<li><strong>←</strong>, <strong>Page précédente</strong> : reculer</li><li><strong>N</strong> : fenêtre des notes, avec l'heure</li>
<li><strong>S</strong> : sommaire</li><li><strong>F</strong> : plein écran</li><li><strong>Ctrl + P</strong> : imprimer, une diapositive par page</li></ul>
<form method="dialog"><button>Fermer</button></form></dialog>
<script>
{script}</script>
""")
