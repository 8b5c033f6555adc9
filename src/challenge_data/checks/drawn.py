"""``check.figure``: a chart, judged on what its reader needs and on what it shows, never on its colours or its pixels."""

import math
import warnings
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any

from challenge_data.checks import compare, finding, placing, words
from challenge_data.checks import legend as legends
from challenge_data.checks.marks import surfaces
from challenge_data.checks.naming import keys
from challenge_data.checks.reading import Gap, Reading, labels_of, shows
from challenge_data.errors import CheckFailed

TOLERANCE = 1e-3


def figure(drawn: Any = None, *, values: Mapping | None = None, x: Iterable | None = None, y: Iterable | None = None,
           xlabel: str | Iterable[str] | None = None, ylabel: str | Iterable[str] | None = None, legend: bool | None = None,
           what: str = "votre figure", mistakes: Iterable[tuple[Mapping | Callable, str]] = (),
           tolerance: float = TOLERANCE, question: Hashable = None) -> None:
    """A figure that its reader understands: title, source, text alternative, and whatever else is asked.

    Args:
        drawn: axes, a figure, or what a plot call gave back. Anything else (None, a name that waits for its answer): the last
            figure drawn, unless another test cell judged it; closed figures are found too.
        values: name -> number that the marks show, in any order; or series -> {name -> number}. A column or a table does as well.
            None among the numbers: nothing to show.
        x, y: numbers, dates or names that lie on each axis, in any order; both together if they have the same length.
        xlabel, ylabel: words of which one must stand along that axis, units mostly. With ``values``, and for lying bars, ``ylabel``
            is the axis of values and ``xlabel`` the axis of names. A map without axes says them in its legend, scale or title.
        legend: True if a legend is due in any case, False if none is, None where several series need one.
        mistakes: pairs of (what a known mistake shows, the sentence for it): a mapping like ``values``, or a function that takes the
            :class:`challenge_data.checks.reading.Reading` of the figure and says whether it shows the mistake.
        tolerance: relative, on numbers.
        question: what the figure answers, the test cell by default; two cells that judge one figure give the same.

    Raises:
        NotAnswered: nothing was drawn, and the answer is not written yet.
        CheckFailed: no figure, or all that it lacks, together.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # nbgrader gives no point to a test that writes on stderr
        found = finding.find(drawn, what, question)
        reading = Reading(found)
        values = _mapping(values)
        sentences, said, lying = _shown(reading, values, x, y, list(mistakes), tolerance)
        lacks = _lacks(reading, xlabel, ylabel, lying)
        sentences = ([f"Il manque à {what} : {' ; '.join(lacks)}."] if lacks else []) + sentences
        if legend is not False and (fault := legends.fault(reading, legend)):
            sentences.append(fault)
    if sentences:
        raise CheckFailed(" ".join(sentences))
    print(f"{compare.subject(what)} se lit : titre, source et texte alternatif y sont{said}.")


def _shown(reading: Reading, values: Mapping | None, x: Iterable | None, y: Iterable | None, mistakes: list, tolerance: float) -> tuple[list[str], str, bool | None]:
    """(what is wrong with what is shown, what is right, whether values lie on the horizontal axis)."""
    bars = [one for one in reading.marks if one.kind == "bars"]
    lying = all(one.lying for one in bars) if bars and x is None and y is None else None
    fault, said = "", ""
    if values is not None:
        gap, fault = _series(reading, values, tolerance) if _by_series(values) else _names(reading, values, tolerance)
        lying = gap.shown.lying if gap.shown else lying or False
        count = sum(map(len, values.values())) if _by_series(values) else len(values)
        said = f", et {count} {compare.plural(count, 'valeur juste', 'valeurs justes')}"
    faults = [fault] if fault else []
    if (x is not None or y is not None) and (fault := placing.fault(reading, x, y, tolerance)):
        faults.append(fault)
    for mistake, message in mistakes:
        if (callable(mistake) or faults) and shows(mistake, reading, tolerance):
            return [message], said, lying
    return faults, said, lying


def _mapping(values: Any) -> Mapping | None:
    """A column, a table or a dictionary, as a dictionary."""
    if values is None or isinstance(values, Mapping):
        return values or None
    return {name: values[name].to_dict() for name in values} if hasattr(values, "columns") else values.to_dict()


def _by_series(values: Mapping) -> bool:
    return bool(values) and all(isinstance(one, Mapping) for one in values.values())


def _lacks(reading: Reading, xlabel: str | Iterable[str] | None, ylabel: str | Iterable[str] | None, lying: bool | None) -> list[str]:
    """Each text that the figure lacks, with what to write."""
    found = reading.figure
    lacks = [words.title_fault(found)]
    if not words.source(found):
        lacks.append("la source des données (source=\"…\" de finish, ou un texte « Source : … » sous la figure)")
    for asked, is_values in ((xlabel, False), (ylabel, True)):
        wanted = [asked] if isinstance(asked, str) else list(asked or [])
        if not wanted:
            continue
        if not any(ax.axison for ax in reading.panels):
            if not words.says_one([*words.key_words(found), *words.titles(found)], wanted):
                lacks.append(f"ce que disent les teintes, avec l'unité, dans la légende ou le titre ({_or(wanted)})")
            continue
        horizontal = is_values is bool(lying)
        scales = words.key_words(found) if words.colour_bars(found) and is_values else []
        if not words.says_one([*words.axis_words(found, horizontal), *scales], wanted):
            name = "xlabel" if horizontal else "ylabel"
            label = words.axis_label(found, horizontal)
            now = f", qui dit seulement « {label} »" if label else ""
            lacks.append(f"{_or(wanted)} sur l'axe {'horizontal' if horizontal else 'vertical'}{now} ({name}=\"…\" de finish)")
    lacks.append(words.alternative_fault(found))
    return [one for one in lacks if one]


def _names(reading: Reading, values: Mapping, tolerance: float) -> tuple[Gap, str]:
    gap = reading.nearest(values, tolerance)
    if not gap.size or (not gap.shown or gap.size >= len(values)) and reading.without_names(values, tolerance) is not False:
        return gap, ""
    if surfaces(reading.figure) and len(gap.missing) == len(values):
        return gap, "Les teintes de votre carte ne montrent pas les valeurs attendues : vérifiez la colonne que vous teintez (column=\"…\"), et ce qui la divise."
    return gap, _differs(gap, values, tolerance, "")


def _series(reading: Reading, values: Mapping[Any, Mapping], tolerance: float) -> tuple[Gap, str]:
    """Each series in the label that names it; found by its values where labels say something else."""
    of: dict[Any, list] = {name: [] for name in values}
    others: list = []
    for shown in (*reading.shown(), *reading.crossed):
        known = {key for label in labels_of(shown, reading.figure) for key in keys(label)}
        owner = next((name for name in values if known & set(keys(name))), None)
        (others if owner is None else of[owner]).append(shown)
    worst = Gap(None, {}, [], {})
    for name, expected in values.items():
        gap = reading.nearest(expected, tolerance, of[name])
        if of[name] and not gap.size:
            worst = gap if worst.shown is None else worst
            continue
        beside = reading.nearest(expected, tolerance, others)
        if beside.shown and not beside.size and not of[name]:
            worst = beside if worst.shown is None else worst
            continue
        for other in values:
            if other != name and of[other] and not (swapped := reading.nearest(expected, tolerance, of[other])).size and swapped.shown:
                return swapped, f"Ce que votre légende appelle « {other} » est en fait « {name} » : les noms des séries sont échangés."
        best = min((one for one in (gap, beside) if one.shown), key=lambda one: one.size, default=gap)
        return best, _differs(best, expected, tolerance, f" de la série « {name} »")
    return worst, ""


def _differs(gap: Gap, expected: Mapping, tolerance: float, of: str) -> str:
    """What differs, and what to look at."""
    if gap.shown is None or len(gap.missing) == len(expected):
        if gap.shown is None and not gap.extra:
            return f"On ne lit pas sur votre figure les valeurs{of} : une barre, un point ou une surface par nom. Tracez la colonne demandée, et gardez les noms le long d'un axe."
        return (f"On ne retrouve pas sur votre figure les noms attendus{of}, comme {compare.show(_said(next(iter(expected))))} : "
                "mettez-les en index avant de tracer (set_index), ou le long de l'axe.")
    wanted = {name: float(value) for name, value in expected.items() if not compare.is_missing(value)}
    met = {name: value for name, value in gap.wrong.items() if name in wanted}
    if len(met) > 1 and len(met) == len([name for name in wanted if wanted[name]]):
        for factor, sentence in _SCALES.items():
            if all(math.isclose(met[name], wanted[name] * factor, rel_tol=tolerance) for name in met):
                return sentence
    if len(met) > 1 and not gap.missing and all(
            any(math.isclose(value, wanted[name], rel_tol=tolerance, abs_tol=1e-9) for name in met) for value in met.values()):
        return (f"Les valeurs{of} y sont, mais pas en face des bons noms, par exemple pour {_some(met)} : "
                "triez le tableau avant de tracer, et laissez le tracé écrire les noms lui-même.")
    parts = []
    if gap.wrong:
        name, value = next(iter(gap.wrong.items()))
        many = f" pour {len(gap.wrong)} noms, par exemple" if len(gap.wrong) > 1 else ""
        parts.append(f"ce n'est pas la valeur attendue{of}{many} pour {compare.show(_said(name))}, où l'on lit {compare.show(value)}")
    if gap.missing:
        parts.append(f"il manque {len(gap.missing)} {compare.plural(len(gap.missing), 'nom')}{of}")
    if gap.extra:
        parts.append(f"elle montre aussi {_some(gap.extra)}, que la question ne demande pas")
    return f"Sur votre figure, {' ; '.join(parts)}. Affichez le tableau que vous tracez et comparez-le à la consigne."


_SCALES = {
    0.01: "Vos valeurs sont cent fois trop petites : ce sont des parts de 1, et on attend des pourcentages. Multipliez par 100 avant de tracer.",
    100: "Vos valeurs sont cent fois trop grandes : ce sont des pourcentages, et on attend des parts de 1. Divisez par 100, ou écrivez « % » sur l'axe.",
    0.001: "Vos valeurs sont mille fois trop petites : si ce sont des milliers, l'axe doit le dire.",
    1000: "Vos valeurs sont mille fois trop grandes : vérifiez l'unité de la colonne que vous tracez.",
}


def _said(name: Any) -> Any:
    return f"{name:%d/%m/%Y}" if hasattr(name, "strftime") else name if isinstance(name, str) else str(name)


def _some(names: Iterable) -> str:
    return compare.some([_said(name) for name in names])


def _or(wanted: list[str]) -> str:
    return " ou ".join(f"« {word} »" for word in wanted[:3])
