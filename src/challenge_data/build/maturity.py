"""The maturity questionnaire: ``curriculum/maturite.yml``, checked, as the file that the package keeps."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import yaml

from challenge_data.build.problems import Problem

SOURCE = Path("curriculum/maturite.yml")


def questionnaire(root: Path) -> dict | None:
    """What the YAML file says; None when there is no such file."""
    path = root / SOURCE
    return yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else None


def problems(root: Path) -> list[Problem]:
    """Everything that keeps the questionnaire from being filled, scored and read."""
    try:
        asked = questionnaire(root)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        return [Problem(SOURCE, mark.line + 1 if mark else 1, f"unreadable: {getattr(error, 'problem', error)}", "write it as YAML")]
    if asked is None:
        return []
    lines = (root / SOURCE).read_text(encoding="utf-8").splitlines()
    try:
        found = list(_faults(asked))
    except (TypeError, KeyError, AttributeError, ValueError) as error:
        found = [("", f"not of the expected form ({type(error).__name__}: {error})", "echelle, axes and paliers, as CONTRIBUTING.md shows")]
    return [Problem(SOURCE, _line(lines, where), message, remedy) for where, message, remedy in found]


def _faults(asked: dict) -> Iterator[tuple[str, str, str]]:
    """(text to look for in the file, message, remedy)"""
    values = [level["valeur"] for level in asked["echelle"]]
    known = [value for value in values if value is not None]
    if values.count(None) != 1 or known != list(range(len(known))) or len(known) < 2:
        yield "echelle", f"a scale of {values}", "0, 1, 2, … in this order, and one valeur: null for « Je ne sais pas »"
    texts = Counter(level["texte"] for level in asked["echelle"])
    yield from (("echelle", f"two levels say « {text} »", "one text a level") for text, count in texts.items() if count > 1)
    names = Counter([axis["code"] for axis in asked["axes"]] + [item["id"] for axis in asked["axes"] for item in axis["items"]])
    yield from ((str(name), f"the id « {name} » is given twice", "one id an axis, one an item") for name, count in names.items() if count > 1)
    yield from ((str(name), f"the id {name} is a number to YAML", "quote it") for name in names if not isinstance(name, str))
    for axis in asked["axes"]:
        for key in ("nom", "question"):
            if not str(axis.get(key) or "").strip():
                yield str(axis["code"]), f"the axis {axis['code']} has no {key}", f"add {key}:"
        if not axis["items"]:
            yield str(axis["code"]), f"the axis {axis['code']} asks nothing", "add items:"
        for item in axis["items"]:
            if not str(item.get("texte") or "").strip():
                yield str(item["id"]), f"the item {item['id']} has no texte", "add texte:"
    bounds = [(level["de"], level["a"]) for level in asked["paliers"]]
    steps = [later - earlier for (_, earlier), (later, _) in zip(bounds, bounds[1:], strict=False)]
    if not bounds or bounds[0][0] != 0 or bounds[-1][1] != 100 or any(step != 1 for step in steps):
        yield "paliers", f"paliers that do not cover 0 to 100 once: {bounds}", "the first from 0, the last to 100, each from one above the one before"
    for level in asked["paliers"]:
        if not (str(level.get("nom") or "").strip() and str(level.get("texte") or "").strip()):
            yield "paliers", f"the palier from {level['de']} lacks its nom or its texte", "say both"


def _line(lines: list[str], text: str) -> int:
    return next((number for number, line in enumerate(lines, 1) if text and text in line), 1)
