"""Second marks beside first ones: how far they agree, and the differences, the largest first, with a column for what people agree on."""

from collections import defaultdict
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment

from challenge_data.grading.gradebook import check_room, private, read_whole
from challenge_data.grading.moderation import sheets
from challenge_data.grading.moderation.agreement import Agreement, agreement, pooled, word
from challenge_data.grading.moderation.answers import Answer, CannotModerate, answers, home
from challenge_data.grading.moderation.drawing import COLUMNS, SHEET, markers

DIFFERENCES, AGREEMENT, SETTLED = "ecarts", "accord", "settled.json"
TO_SETTLE = ("lecture", "copie", "question", "maximum", "première", "deuxième", "écart", "commentaire", "retenu")
_FRENCH = {"poor": "mauvais", "slight": "très faible", "fair": "faible", "moderate": "modéré", "substantial": "fort", "almost perfect": "presque parfait"}
_WHY_FRENCH = {"too few pairs": "trop peu de copies", "one level": "un seul niveau dans une lecture", "no rubric": "pas de barème à niveaux", "rubrics with": "barèmes de tailles différentes"}


@dataclass(frozen=True)
class Pair:
    """One answer marked twice."""

    marker: str
    copy: str
    answer: Answer
    first: float
    second: float
    comment: str

    @property
    def difference(self) -> float:
        """Second less first, in points."""
        return self.second - self.first


@dataclass(frozen=True)
class Comparison:
    """All second readings of a challenge together."""

    challenge: str
    pairs: tuple[Pair, ...]
    """The largest difference first, as a share of the question's maximum."""
    questions: dict[str, Agreement]
    together: Agreement
    notes: tuple[str, ...]
    """Copies that are left out, and why."""
    folder: Path

    def as_text(self) -> str:
        """A line a question, the differences, what was left out."""
        wide = max(len(name) for name in [*self.questions, "all questions"])
        lines = [f"{'question':<{wide}}  {'n':>4}  {'same points':>11}  {'same level':>10}  {'mean diff.':>10}  {'kappa':>6}  {'weighted':>8}"]
        for name, one in [*self.questions.items(), ("all questions", self.together)]:
            kappas = f"{one.kappa:>6.2f}  {one.weighted:>8.2f}  {word(one.weighted)}" if one.kappa is not None else f"not computable: {one.why_not}"
            lines.append(f"{name:<{wide}}  {one.pairs:>4}  {one.exact:>11.0%}  {'-' if one.same_level is None else format(one.same_level, '.0%'):>10}  {one.mean_difference:>+10.2f}  {kappas}")
        lines.append("kappa: 1 is full agreement on the rubric's levels, 0 what chance alone gives. The word, for the weighted one, is a convention (Landis & Koch 1977).")
        lines += [f"{pair.marker} {pair.copy}: {pair.answer.question.name}: {pair.first:g} then {pair.second:g} of {pair.answer.question.maximum:g} ({pair.difference:+g})"
                  for pair in self.pairs if pair.difference]
        return "\n".join([*lines, *self.notes])


def compare(challenge: str, *, course: Path, grading: Path) -> Comparison:
    """Read all filled sheets back, compare, and write ``ecarts`` (.xlsx, .csv), ``accord.csv`` and ``accord.html`` beside them.

    What people already typed under « retenu » stays.

    Raises:
        CannotModerate: no sample, or faults in the sheets: all of them, one a line; nothing is written then.
    """
    place = home(grading, challenge)
    found = {(one.team, one.question.notebook, one.question.cell): one for one in answers(course, challenge, grading)}
    drawn = markers(place)
    if not drawn:
        raise CannotModerate(f"No sample of « {challenge} » in {place}: first `challenge-data moderate draw --challenge {challenge} --marker …`.")
    faults, notes, pairs = [], [], []
    agreed, before = _agreed(place, faults), read_whole(place / SETTLED)
    for marker, key in drawn.items():
        for copy, points, comment in _second(place, marker, key["copies"], faults, notes):
            one = key["copies"][copy]
            answer = found.get((one["team"], one["notebook"], one["cell"]))
            first = before.get(name := f"{one['team']}/{one['notebook']}/{one['cell']}", answer.mark.manual if answer else None)
            if answer is None or answer.digest != one["digest"]:
                notes.append(f"{marker} {copy}: left out, the team's answer is no longer the one that was drawn.")
            elif first is None or (answer.mark.waiting and name not in before):
                notes.append(f"{marker} {copy}: left out, it has no settled first mark yet ({answer.question.name}, grade it in formgrader).")
            else:
                pairs.append(Pair(marker, copy, answer, first, points, comment))
    if faults:
        raise CannotModerate("\n".join([*faults, f"{len(faults)} fault(s); nothing was written. Mend the sheets, then run the same command again."]))
    if not pairs:
        raise CannotModerate("\n".join([*notes, "No answer has both marks: there is nothing to compare."]))
    by = defaultdict(list)
    for pair in sorted(pairs, key=lambda pair: (pair.answer.question.name, pair.marker, pair.copy)):
        by[pair.answer.question].append(pair)
    given = {question: ([pair.first for pair in those], [pair.second for pair in those], [points for points, _ in question.levels]) for question, those in by.items()}
    pairs.sort(key=lambda pair: (-abs(pair.difference) / pair.answer.question.maximum, pair.marker, pair.copy))
    comparison = Comparison(challenge, tuple(pairs), {question.name: agreement(*each) for question, each in given.items()}, pooled(list(given.values())), tuple(notes), place)
    check_room(grading, "The comparison was not written")
    with private():
        _write(comparison, agreed)
    return comparison


def _second(place: Path, marker: str, copies: dict[str, dict], faults: list[str], notes: list[str]) -> list[tuple[str, float, str]]:
    """(copy, points, comment) of one sheet; every fault is added. One that nobody has begun to fill is left out, with a note."""
    try:
        lines = sheets.read(place / marker, SHEET, COLUMNS, "points")
    except sheets.Unreadable as problem:
        faults.append(str(problem))
        return []
    if not any(line.cells["points"] for line in lines):
        notes.append(f"{marker}: left out, no points in the sheet yet.")
        return []
    good, seen = [], set()
    for line in lines:
        where, copy = f"{marker}/{line.where}", line.cells["copie"].zfill(3)  # spreadsheets drop zeros
        one = copies.get(copy)
        if one is None or copy in seen:
            faults.append(f"{where}: copy « {line.cells['copie']} » {'is there twice' if one else 'was not drawn'}.")
            continue
        seen.add(copy)
        if line.cells["question"] != (name := f"{one['notebook']}/{one['cell']}"):
            faults.append(f"{where}: copy {copy} is of {name}, the line says « {line.cells['question']} »: were columns sorted apart?")
        elif not line.cells["points"]:
            faults.append(f"{where}: copy {copy} has no points.")
        else:
            try:
                good.append((copy, sheets.number(line.cells["points"], one["maximum"]), line.cells["commentaire"]))
            except ValueError as problem:
                faults.append(f"{where}: copy {copy}: {problem}.")
    faults += [f"{marker}/{SHEET}: copy {copy} has no line any more." for copy in copies if copy not in seen]
    return good


def _agreed(place: Path, faults: list[str]) -> dict[tuple[str, str], str]:
    """What was typed under « retenu » of an earlier comparison: never lost by a new one."""
    if not any((place / f"{DIFFERENCES}{kind}").exists() for kind in sheets.KINDS):
        return {}
    try:
        return {(line.cells["lecture"], line.cells["copie"].zfill(3)): line.cells["retenu"] for line in sheets.read(place, DIFFERENCES, TO_SETTLE, "retenu") if line.cells["retenu"]}
    except sheets.Unreadable as problem:
        faults.append(str(problem))
        return {}


def _write(comparison: Comparison, agreed: dict[tuple[str, str], str]) -> None:
    rows = [(pair.marker, pair.copy, pair.answer.question.name, pair.answer.question.maximum, pair.first, pair.second, pair.difference, pair.comment, agreed.get((pair.marker, pair.copy), ""))
            for pair in comparison.pairs if pair.difference or (pair.marker, pair.copy) in agreed]
    sheets.write(comparison.folder, DIFFERENCES, TO_SETTLE, rows)
    table = [(name, one.pairs, *(_share(each) for each in (one.exact, one.same_level)), _signed(one.mean_difference), *(_kappa(each) for each in (one.kappa, one.weighted)), _french(one))
             for name, one in [*comparison.questions.items(), ("toutes", comparison.together)]]
    columns = ("question", "copies", "mêmes points", "même niveau", "écart moyen", "kappa", "kappa pondéré", "lecture")
    sheets.write(comparison.folder, AGREEMENT, columns, table)
    template = Environment(autoescape=True).from_string(files(__package__).joinpath("accord.html.j2").read_text(encoding="utf-8"))
    (comparison.folder / f"{AGREEMENT}.html").write_text(template.render(challenge=comparison.challenge, columns=columns, table=table, head=TO_SETTLE[:-1], rows=[row[:-1] for row in rows],
                                                                         left=len(comparison.notes)), encoding="utf-8")


def _french(one: Agreement) -> str:
    if one.weighted is not None:
        return f"accord {_FRENCH[word(one.weighted)]}"
    return "non calculable : " + next((french for english, french in _WHY_FRENCH.items() if one.why_not.startswith(english)), one.why_not)


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.0%}".replace("%", " %")


def _signed(value: float) -> str:
    return f"{value:+.2f}".replace(".", ",").replace("-", "−")


def _kappa(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}".replace(".", ",").replace("-", "−")
