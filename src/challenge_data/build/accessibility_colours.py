"""Colours used in the curriculum and in the package: contrast, no meaning by colour alone, pairs that all readers tell apart.

Literals are judged where they are written. What is computed, and what lies behind a transparent colour, is left to the eye:
each figure is looked at by its author.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from challenge_data.build import accessibility_vision as vision
from challenge_data.build import boxes
from challenge_data.build.accessibility import parsed
from challenge_data.build.course import Curriculum
from challenge_data.build.problems import Problem

WHITE = (1.0, 1.0, 1.0)
DARK = vision.read("#212121")
"""JupyterLab's own text on white (87 % black)."""

# JupyterLab 4.6, light theme: --jp-info-color3, --jp-success-color3, --jp-warn-color3, --jp-error-color3.
ALERT_GROUNDS = {"info": "#b2ebf2", "success": "#c8e6c9", "warning": "#ffe0b2", "danger": "#ffcdd2"}  # background: titles say the same

# Colour maps whose order or ends vanish for colour-blind readers, or that draw steps where data have none:
# Crameri, Shephard, Heron (2020), « The misuse of colour in science communication », Nature Communications 11.
UNSAFE_MAPS = {"jet", "rainbow", "gist_rainbow", "hsv", "nipy_spectral", "gist_ncar", "brg", "RdYlGn", "turbo", "Spectral", "Set1", "Paired"}

_TEXT_CALLS = {"text", "figtext", "annotate", "set_title", "suptitle", "set_xlabel", "set_ylabel", "bar_label", "set_xticks", "set_yticks",
               "set_xticklabels", "set_yticklabels", "title", "xlabel", "ylabel"}
_DRAWING = {"plot", "bar", "barh", "scatter", "step", "hist", "area", "line", "fill", "fill_between", "stackplot", "pie", "boxplot", "errorbar"}
_TELLS_APART = {"legend", "bar_label", "annotate", "text", "colorbar", "set_hatch", "clabel"}
_FILLS = {"color", "c", "colors", "facecolor", "facecolors", "fc"}
_EDGES = {"edgecolor", "edgecolors", "ec", "markeredgecolor", "ecolor"}
# « # fond de carte », « # background »: what lies behind the data may be faint.
_GROUND = re.compile(r"#.*\b(fond|background)\b", re.IGNORECASE)
_HEX = re.compile(r"^#(?:[0-9a-fA-F]{3}){1,2}$")
_RULE = re.compile(r"(?P<selector>[^{}]*)\{(?P<body>[^{}]*)\}")
_STYLE = re.compile(r"""style=\\?["'](?P<body>[^"']*)["']""")
_CONTROL = re.compile(r"\b(button|input|select|textarea)\b|:focus")

_Told = Iterator[tuple[int, str, str]]
"""Line, what is wrong, what to do."""


def problems(curriculum: Curriculum) -> list[Problem]:
    """Every colour problem of the curriculum's texts and of the package's own code and style sheets."""
    found = []
    for part in curriculum.parts:
        for cell in part.document.cells:
            if cell.kind == "markdown":
                told = [*css(cell.source)]
            elif cell.role == "tests" or "lu" in cell.tags or (tree := parsed(cell)) is None:
                continue
            else:
                told = [*_drawn(tree, cell.source), *alone(tree, cell.source), *_styles(tree)]
            found += [part.document.problem(cell.line + line - 1, message, remedy) for line, message, remedy in told]
    package = curriculum.root / "src" / "challenge_data"
    for path in sorted([*package.rglob("*.py"), *package.rglob("*.css")]):
        text = path.read_text(encoding="utf-8")
        told = css(text) if path.suffix == ".css" else python(text)
        found += [Problem(path.relative_to(curriculum.root), line, message, remedy) for line, message, remedy in told]
    if package.is_dir():
        found += [Problem(Path("src/challenge_data/build/boxes.py"), 1, message, remedy) for message, remedy in _alerts()]
    return found


def python(text: str) -> _Told:
    """What is wrong in a module: its drawing, function by function, its palettes, and the style sheets in its strings."""
    tree = ast.parse(text)
    yield from _drawn(tree, text)
    yield from _palettes(tree, text)
    yield from _styles(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from alone(node, text)


def _drawn(tree: ast.AST, source: str) -> _Told:
    """Contrast of each colour given to a drawing or writing call, on white; palettes given to one call; colour maps."""
    lines = source.splitlines()
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    fills = [colour for call in calls if _name(call) not in _TEXT_CALLS for key in call.keywords if key.arg in _FILLS for _, colour in _colours(key.value)]
    for call in calls:
        given = {key.arg: key.value for key in call.keywords if key.arg}
        if isinstance(given.get("cmap"), ast.Constant) and str(given["cmap"].value).removesuffix("_r") in UNSAFE_MAPS:
            yield given["cmap"].lineno, f"the colour map « {given['cmap'].value} » misleads colour-blind readers", "use cividis, viridis, Blues, PuOr"
        if _is_ground(call, lines):
            continue
        if _name(call) in _TEXT_CALLS:
            grounds = _ground(given) or [WHITE, *fills]
            for key in ("color", "c", "colors", "labelcolor"):
                for literal, colour in _colours(given.get(key)):
                    best = max(vision.contrast(colour, ground) for ground in grounds)
                    if best < vision.TEXT:
                        yield call.lineno, f"text in {literal}: {best:.1f} to 1 on what is behind it", f"{vision.TEXT} at least: a darker colour"
        elif "alpha" not in given and not any(key in given and not list(_colours(given[key])) for key in _EDGES):
            edges = [pair for key in _EDGES for pair in _colours(given.get(key))]
            outlined = any(vision.contrast(colour, WHITE) >= vision.GRAPHICS for _, colour in edges)
            inside = [pair for key in _FILLS for pair in _colours(given.get(key))]
            for literal, colour in inside or edges:
                if not outlined and vision.contrast(colour, WHITE) < vision.GRAPHICS:
                    yield (call.lineno, f"{literal} on white: {vision.contrast(colour, WHITE):.1f} to 1",
                           f"{vision.GRAPHICS} at least, or a dark edgecolor; « # fond de carte » on the line when it only lies behind the data")
        for key in _FILLS & given.keys():
            yield from _told_apart(call.lineno, [literal for literal, _ in _colours(given[key])])


def _palettes(tree: ast.Module, source: str) -> _Told:
    """Colours declared together at the top of a module mean different things: all readers tell them apart."""
    for node in tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None and not _is_ground(node, source.splitlines()):
            found = [literal.value for literal in ast.walk(node.value) if isinstance(literal, ast.Constant) and isinstance(literal.value, str) and _HEX.match(literal.value)]
            yield from _told_apart(node.lineno, found)


def _told_apart(line: int, palette: list[str]) -> _Told:
    for one, other, who, distance in vision.confused(palette):
        yield line, f"{one} and {other} look alike with {who} ({distance:.0f}, CIE 1976)", f"{vision.LEAST_DIFFERENCE:.0f} at least: a darker one and a lighter one"


def alone(tree: ast.AST, source: str) -> _Told:
    """Several colours in one figure, and nothing but colour to say which is which.

    Checkable: in the same cell or function stands a legend, labels on the marks, hatching, or different markers, sizes or lines.
    pandas adds its legend itself when it draws a table's columns.
    """
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    drawing = [call for call in calls if _name(call) in _DRAWING and not _is_ground(call, source.splitlines())]
    given = [{key.arg: key.value for key in call.keywords if key.arg} for call in drawing]
    series = {literal for one in given if "alpha" not in one for key in ("color", "c") for literal, _ in _colours(one.get(key))}
    mapped = [one for one in given if isinstance(one.get("column"), ast.Constant)]
    styles = [{ast.dump(one[key]) for one in given if key in one} for key in ("marker", "linestyle", "ls", "style", "hatch", "markersize", "s")]
    helped = any(_name(call) in _TELLS_APART for call in calls) or any(len(kinds) > 1 for kinds in styles) or any(
        isinstance(one.get("legend"), ast.Constant) and one["legend"].value is True for one in given) or any("hatch" in one for one in given)
    for call, one in zip(drawing, given, strict=True):
        several = len(list(_colours(one.get("color")))) > 1
        by_pandas = _by_pandas(call) and not (isinstance(one.get("legend"), ast.Constant) and one["legend"].value is False)
        if several and by_pandas:
            helped = True
    if (len(series) > 1 or mapped) and not helped:
        yield drawing[0].lineno, "colours alone say which is which", "add a legend, labels on the marks, hatching, or other markers"


def _by_pandas(call: ast.Call) -> bool:
    """``table.plot(…)``, ``table.plot.bar(…)``."""
    function = call.func
    return isinstance(function, ast.Attribute) and (
        (isinstance(function.value, ast.Attribute) and function.value.attr == "plot")
        or (function.attr == "plot" and not (isinstance(function.value, ast.Name) and function.value.id in ("ax", "axes", "plt", "pyplot"))))


def _styles(tree: ast.AST) -> _Told:
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            text = "".join(value.value if isinstance(value, ast.Constant) else "0" for value in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value
        else:
            continue
        if re.search(r"color|border|outline|background", text) and ("{" in text or "style=" in text):
            yield from ((node.lineno + line - 1, message, remedy) for line, message, remedy in css(text))


def css(text: str) -> _Told:
    """Contrast of text on its ground, and of the edges of what is clicked, in style sheets and style attributes."""
    variables = dict(re.findall(r"--([\w-]+):\s*(#[0-9a-fA-F]{3,6})", text))
    for match in [*_RULE.finditer(text), *_STYLE.finditer(text)]:
        body = re.sub(r"var\(--([\w-]+)\)", lambda name: variables.get(name[1], name[0]), match["body"])
        line = text[: match.start("body")].count("\n") + 1
        said = {name: value for name, value in re.findall(r"(?<![\w-])(color|background(?:-color)?|border(?:-color)?|outline)\s*:\s*([^;]+)", body)}
        colour = _css_colour(said.get("color"))
        ground = _css_colour(said.get("background") or said.get("background-color"))
        if colour or ground:
            ratio = vision.contrast(colour or DARK, ground or WHITE)
            if ratio < vision.TEXT:
                yield line, f"text {said.get('color', 'of JupyterLab')} on {said.get('background') or said.get('background-color') or 'white'}: {ratio:.1f} to 1", f"{vision.TEXT} at least"
        edge = _css_colour(said.get("outline") or said.get("border") or said.get("border-color"))
        if edge and _CONTROL.search(match.groupdict().get("selector") or "") and vision.contrast(edge, WHITE) < vision.GRAPHICS:
            yield line, f"the edge of a control, {vision.contrast(edge, WHITE):.1f} to 1 on white", f"{vision.GRAPHICS} at least"


def _css_colour(value: str | None) -> vision.Colour | None:
    words = (value or "").replace("!important", "").split()
    return next((colour for word in words if (colour := vision.read(word))), None)


def _alerts() -> Iterator[tuple[str, str]]:
    written = boxes.alert("objectifs", "x")
    colour = _css_colour((re.search(r"color:\s*([^;\"]+)", written) or [None, None])[1]) or DARK
    for name in sorted({colour for colour, _ in boxes.ALERTS.values()}):
        ground = vision.read(ALERT_GROUNDS.get(name, ""))
        if ground is None or vision.contrast(colour, ground) < vision.TEXT:
            yield f"text of an alert « {name} » cannot be read on its ground", f"{vision.TEXT} to 1 at least"


def _is_ground(node: ast.AST, lines: list[str]) -> bool:
    """A comment on one of its lines says that it lies behind the data."""
    return any(_GROUND.search(line) for line in lines[node.lineno - 1 : node.end_lineno])


def _ground(given: dict[str, ast.expr]) -> list[vision.Colour]:
    """Behind a text: its ``backgroundcolor``, or the ``facecolor`` of its ``bbox``."""
    box = given.get("bbox")
    inside = [key.value for key in box.keywords if key.arg in ("facecolor", "fc")] if isinstance(box, ast.Call) else []
    if isinstance(box, ast.Dict):
        inside = [value for key, value in zip(box.keys, box.values, strict=True) if isinstance(key, ast.Constant) and key.value in ("facecolor", "fc")]
    return [colour for node in [given.get("backgroundcolor"), *inside] for _, colour in _colours(node)]


def _colours(node: ast.AST | None) -> Iterator[tuple[str, vision.Colour]]:
    """Colour literals of a keyword: one, or those of a list, a tuple or a dictionary's values."""
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        members = node.elts
    elif isinstance(node, ast.Dict):
        members = node.values
    elif isinstance(node, ast.IfExp):
        members = [node.body, node.orelse]
    else:
        members = [node]
    for member in members:
        if isinstance(member, ast.Constant) and (colour := vision.read(member.value, short=True)):
            yield member.value, colour


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
