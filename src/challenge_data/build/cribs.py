"""The aide-mémoire: what the lessons of a day leave to keep beside the keyboard, on one printed page a day.

Made from the ``:::aide-memoire`` box of each lesson and from the terms it explains. Learners have the same in
``notebooks/aide_memoire.md``, with links.
"""

import html
from pathlib import Path

from markdown_it import MarkdownIt

from challenge_data.build import boxes, glossary, pages, programme
from challenge_data.build.course import Curriculum, Lesson

PAGE = Path("notebooks/aide_memoire.md")
FOLDER = Path("build/aide-memoire")

_MARKDOWN = MarkdownIt("commonmark").enable("table")

_STYLE = """body {font: 14px/1.35 system-ui, sans-serif; color: #1a1a1a; background: #ffffff; max-width: 64em; margin: 1.5em auto; padding: 0 1em}
h1 {font-size: 1.35em; margin: 0 0 .5em}
h2 {font-size: 1.05em; margin: .5em 0 .25em; break-after: avoid}
.lignes, .mots {columns: 2; column-gap: 1.2em}
table {border-collapse: collapse; width: 100%}
th, td {border-bottom: 1px solid #8a8a8a; padding: .1em .4em .1em 0; text-align: left; vertical-align: top}
tr {break-inside: avoid}
td:first-child {width: 56%}
code {font: .92em ui-monospace, monospace; overflow-wrap: anywhere}
dl {margin: 0}
dt {font-weight: 600; display: inline}
dd {display: inline; margin: 0}
dd::after {content: ""; display: block; margin-bottom: .15em}
@media print {body {font-size: 7.4pt; line-height: 1.22; margin: 0; padding: 0; max-width: none} h1 {font-size: 1.5em} @page {size: A4; margin: 9mm}}
"""


def days(curriculum: Curriculum) -> list[tuple[programme.Day, list[Lesson]]]:
    """Each day of the programme that has lessons, with those that are written, in order."""
    found = []
    for day in programme.read(curriculum.root):
        lessons = [lesson for given in day.lessons if (lesson := curriculum.lesson(given.code))]
        if lessons:
            found.append((day, lessons))
    return found


def crib(lesson: Lesson) -> str:
    """The body of the lesson's box, as Markdown; empty when it has none."""
    for cell in lesson.document.cells:
        for box in boxes.split(cell.source) if cell.kind == "markdown" else ():
            if isinstance(box, boxes.Box) and box.name == "aide-memoire":
                return boxes.strip_terms(box.body)
    return ""


def page(curriculum: Curriculum) -> str:
    """Every day's cribs as one Markdown page."""
    text = ["# Aide-mémoire de la semaine", "", "Les lignes que chaque leçon vous a données. Les mots sont dans le [glossaire](glossaire.md).", ""]
    for day, lessons in days(curriculum):
        text += [f"## Jour {day.number} : {day.title}", ""]
        for lesson in lessons:
            text += [f"### [{lesson.code} · {lesson.title}]({lesson.built.relative_to(PAGE.parent).as_posix()})", "", crib(lesson), ""]
    return "\n".join(text)


def printed(curriculum: Curriculum) -> dict[Path, str]:
    """One HTML page a day, made to be printed on one A4 sheet: the day's lines, then its words."""
    known = glossary.definitions(curriculum.root)
    return {FOLDER / f"jour_{day.number}.html": _sheet(day, lessons, known) for day, lessons in days(curriculum)}


def _sheet(day: programme.Day, lessons: list[Lesson], known: dict[str, str]) -> str:
    parts = [f"<section><h2>{html.escape(lesson.code)} · {html.escape(lesson.title)}</h2>{_table(crib(lesson))}</section>" for lesson in lessons]
    terms = sorted({mark.term for mark in glossary.marks(*lessons)}, key=glossary.sorting)
    words = "".join(f"<dt>{html.escape(term)}</dt> <dd>{html.escape(known.get(term, ''))}</dd> " for term in terms)
    title = f"Aide-mémoire du jour {day.number} : {day.title}"
    return pages.page(title, _STYLE, f"""<h1>{html.escape(title)}</h1>
<div class="lignes">
{chr(10).join(parts)}
</div>
<h2>Les mots du jour</h2>
<dl class="mots">{words}</dl>
""")


def _table(markdown: str) -> str:
    """The box as HTML; header cells say what they head."""
    return _MARKDOWN.render(markdown).replace("<th", '<th scope="col"').replace(' style="text-align:left"', "")
