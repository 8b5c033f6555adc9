"""Pages to files: HTML that stands alone, and PDF by Typst. What a team wrote is data everywhere, never markup."""

import json
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from challenge_data.grading import questions
from challenge_data.grading.gradebook import Refused, private, put
from challenge_data.grading.keeping import records
from challenge_data.grading.placing import RECORDED
from challenge_data.grading.receiving import slug
from challenge_data.grading.reports import of_class, of_team, reading

TEAMS, OVERVIEW, REPORTS = "equipes", "vue-d-ensemble", "reports"
_TEMPLATES = Path(__file__).parent / "templates"
_DATED = datetime(2026, 1, 1, tzinfo=UTC)
"""In the PDFs' metadata: the same facts give the same bytes."""


class CannotReport(Exception):
    """No page was written. ``problems``: one sentence each, with the place and the remedy."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


def report(course: Path, grading: Path, challenges: Collection[str] = (), teams: Collection[str] = (), to: Path | None = None, pdf: bool = True,
           tell: Callable[[Path], None] = lambda path: None) -> list[Path]:  # fmt: skip
    """Write the pages of teams, and the overview of each challenge, in place of those of before.

    Args:
        challenges: names, as in ``solutions/``; by default all that something was received or recorded of.
        teams: only the pages of these, by name or title, and no overview.
        to: a folder; each challenge has its own one in it. By default ``reports/`` of the grading folder.
        pdf: write the PDFs too.
        tell: called with each file that has changed.

    Returns:
        all pages, changed or not.

    Raises:
        CannotReport: unknown challenge or team, nothing to tell of, or a place that is public; nothing was written.
        OSError: the disk.
    """
    course, grading = course.resolve(), grading.resolve()
    place = (to or grading / REPORTS).resolve()
    problems = [] if grading.is_dir() else [f"{grading}: no such folder. Say with --grading where people's work is."]
    if place.is_relative_to(course):
        problems.append(f"{place} is in the course's folder, which is public: pages about people go elsewhere, say where with --to.")
    known = sorted(folder.name for folder in (course / "solutions").glob("[!.]*/"))
    problems += [f"« {name} »: no such challenge. There are: {', '.join(known) or 'none'}." for name in challenges if name not in known]
    if problems:
        raise CannotReport(problems)
    begun = [name for name in known if name in challenges or (not challenges and _begun(grading, name))]
    if not begun:
        raise CannotReport([f"Nothing was received or recorded in {grading}: grade first (challenge-data grade), or name a challenge."])
    todo, found = [], set()
    wanted = {slug(name).casefold(): name for name in teams}
    for name in begun:
        chapters = questions.chapters(course, name)
        try:
            readings = reading.read(course, grading, name, chapters)
        except (ValueError, Refused) as faults:  # of people/rules.toml, all of them; no configuration
            raise CannotReport(str(faults).splitlines()) from faults
        chosen = [one for one in readings if not wanted or one.name.casefold() in wanted]
        found |= {one.name.casefold() for one in chosen}
        todo.append((name, questions.title(course, name), chapters, readings, chosen))
    if lost := [name for key, name in wanted.items() if key not in found]:
        there = sorted({one.title for *_, readings, _ in todo for one in readings})
        raise CannotReport([f"« {name} »: no such team in {', '.join(begun)}. There are: {', '.join(there)}." for name in lost])
    written = []
    for name, title, chapters, readings, chosen in todo:
        pages = [(Path(TEAMS) / one.name, "equipe", of_team.facts(title, chapters, one)) for one in chosen]
        if not wanted:
            pages.append((Path(OVERVIEW), "vue", of_class.facts(title, chapters, readings)))
        for path, kind, facts in pages:
            target = place / name / path
            files = {".html": _html(kind, facts)} | ({".pdf": _pdf(kind, facts)} if pdf else {})
            for ending, content in files.items():
                file = target.with_name(target.name + ending)
                if _write(file, content, place):
                    tell(file)
                written.append(file)
    return written


def _begun(grading: Path, challenge: str) -> bool:
    """Something of a team is there: an empty folder, or the masters' own record, says nothing of anybody."""
    return any(records(folder) for folder in (grading / "received" / challenge).glob("[!.]*/")) or any((grading / RECORDED / challenge).glob("*.json"))


@cache
def _environment():
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.globals["css"] = Markup((_TEMPLATES / "page.css").read_text(encoding="utf-8"))
    return environment


def _html(kind: str, facts: dict) -> bytes:
    return _environment().get_template(f"{kind}.html").render(facts).encode()


def _pdf(kind: str, facts: dict) -> bytes:
    """Tagged and PDF/UA-1, with Typst's own fonts; a name in letters that they lack takes the machine's fonts, tagged all the same."""
    import typst

    given = {"facts": json.dumps(facts, ensure_ascii=False)}
    try:
        return _compiled(kind, given, "ua-1")
    except typst.TypstError:
        return _compiled(kind, given, None)


def _compiled(kind: str, given: dict[str, str], standard: str | None) -> bytes:
    import typst

    standards = {"pdf_standards": standard} if standard else {}
    return typst.compile(str(_TEMPLATES / f"{kind}.typ"), root=str(_TEMPLATES), sys_inputs=given, format="pdf", ignore_system_fonts=bool(standard), timestamp=int(_DATED.timestamp()), **standards)


def _write(path: Path, content: bytes, place: Path) -> bool:
    """Whole or as before; nobody but its owner reads it. True if it changed."""
    for folder in (*reversed([one for one in path.parents if one.is_relative_to(place)]),):
        if not folder.is_dir():
            folder.mkdir(mode=0o700, parents=True)
    if path.is_file() and path.read_bytes() == content:
        return False
    with private():
        put(path, content)
    return True
