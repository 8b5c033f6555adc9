"""What in a team's code deserves a person's eye, and whether the tests still judge.

No sandbox stops a program from lying about itself: a team's code runs in the very process that judges it. Two things are watched. What is
written: constructs that no question of ours asks for, found in the code's tree, with their line. What happens: before each test cell a
canary is run, a check that must refuse with words drawn for the occasion; when it does not, the tests that follow prove nothing.

A flag takes no point away for good: it withholds them until a person has looked.
"""

import ast
import builtins
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

import nbformat
from IPython.core.inputtransformer2 import TransformerManager

TAMPERING, ODD = "tampering", "odd"
"""It could change how answers are judged, from there to the end of the notebook; it has no place in an answer, and touches it alone."""

_JUDGES = {"check", "hint", "quiz", "load", "raw_file", "work_dir", "truth"}
_LIBRARIES = {"pd", "np", "gpd", "plt", "pandas", "numpy", "geopandas", "matplotlib", "challenge_data", "builtins", "sys"}
_TAMPERING_MODULES = {"sys", "builtins", "gc", "inspect", "importlib", "ctypes", "types", "unittest", "IPython", "ipykernel", "jupyter_client", "traitlets", "zmq", "atexit", "signal",
                      "threading", "_thread", "asyncio", "concurrent", "ast", "codeop", "code", "traceback", "faulthandler", "nbformat", "nbgrader"}
_ODD_MODULES = {"os", "subprocess", "multiprocessing", "socket", "shutil", "pickle", "marshal", "resource", "pty", "fcntl", "mmap", "http", "ftplib", "smtplib", "tempfile"}
_MAKERS = {"make_dataclass", "attrgetter", "methodcaller"}
"""Functions of honest modules that make a class, or reach an attribute, out of any text."""
_OUR_ROOMS = {"checks", "guide", "errors", "explanations", "caught", "grading", "build", "course"}
_TAMPERING_NAMES = {"get_ipython", "__builtins__", "__import__", "__loader__", "__spec__", "exec", "eval", "compile", "globals", "locals", "vars", "setattr", "delattr", "_ih", "_oh", "In", "Out", "exit", "quit", "breakpoint"}
_TAMPERING_ATTRIBUTES = re.compile(r"^(__(?!init__$|name__$|doc__$|version__$|file__$|len__$|str__$|repr__$)\w+__|f_(back|globals|locals|builtins)|gi_frame|tb_frame|mro|modules|user_ns|"
                                   r"_ipython_display_|_repr_\w+_|_render_traceback_|_showtraceback|showtraceback)$")
_DUNDERS_ALLOWED = {"__init__", "__repr__", "__str__", "__len__"}
_HIDDEN_ROOMS = (_TAMPERING_MODULES | _ODD_MODULES) - {"types", "code"}
"""Modules of Python that a library's own modules hold, thus lead to: pd.io.common.os. Not pd.api.types."""
_BUILTINS = set(dir(builtins))
_SETTINGS = ("pd.options.", "pandas.options.")
_DISGUISED = re.compile(r"__\w+__")
_COMMANDS = ("run_line_magic", "run_cell_magic", "system", "getoutput")
"""What IPython makes of « %name », « %%name », « !name » and « name? »."""
_MAGICS = {"matplotlib", "precision", "whos", "who", "pinfo", "pinfo2", "psearch"}
_TIMERS = {"time", "timeit"}
"""What follows them is code."""
_OPTIONS = re.compile(r"(-\w+\s*\d*\s+)*")
MOST_REWRITTEN = 200_000
"""Characters times lines that may be a command: IPython reads a cell again for each, 3 s for a million."""

@dataclass(frozen=True)
class Flag:
    """Something for a person to look at."""

    notebook: str
    cell: str
    kind: str
    """``tampering``, ``odd`` or ``canary``."""
    what: str
    """In English, for the instructor."""
    line: int = 0
    """1-based, in the cell; 0 for what happened rather than what was written."""
    evidence: str = ""


def written(notebook: str, cell: str, source: str) -> list[Flag]:
    """What one cell of code that a team wrote holds for a person to look at; empty for honest work and for what cannot be parsed."""
    lines = source.splitlines()
    return [Flag(notebook, cell, kind, what, line, lines[line - 1].strip()[:200] if 0 < line <= len(lines) else "")
            for line, kind, what in sorted(_found(source))]


def _found(source: str) -> set[tuple[int, str, str]]:
    """(line, kind, what); nothing where not even IPython could run it."""
    if (tree := _tree(source)) is not None:
        return {(getattr(node, "lineno", 0), *each) for node in ast.walk(tree) for each in _of(node)}
    if len(source) * sum(any(sign in line for sign in "%!?") for line in source.splitlines()) > MOST_REWRITTEN:
        return {(1, TAMPERING, "more commands of the notebook than can be read")}
    try:
        # Indented cells, prompts, « len? »: much that is no Python runs all the same.
        tree = _tree(TransformerManager().transform_cell(source))
    except Exception:  # as the kernel would
        tree = None
    if tree is None:
        return set()
    commands = [node for node in ast.walk(tree) if _is_command(node)]
    told = {id(node) for command in commands for node in ast.walk(command.func)}
    found = {(getattr(node, "lineno", 0), *each) for node in ast.walk(tree) if id(node) not in told for each in _of(node)}
    return found.union(*map(_commanded, commands))


def _tree(source: str) -> ast.Module | None:
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _is_command(node: ast.AST) -> bool:
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Call(func=ast.Name(id="get_ipython")), attr=name)):
            return name in _COMMANDS
        case _:
            return False


def _commanded(command: ast.Call) -> set[tuple[int, str, str]]:
    line, (name, *more) = command.lineno, [each.value if isinstance(each, ast.Constant) else None for each in command.args] or [None]
    if command.func.attr in ("system", "getoutput"):
        return {(line, ODD, "a command of the machine")}
    if name in _MAGICS:
        return set()
    code = more[-1] if more else None
    if name in _TIMERS and isinstance(code, str) and not set("{$") & set(code):  # IPython puts values in their place
        code = code[_OPTIONS.match(code).end():]
        if _tree(code) is not None:
            return {(line + inner - (len(more) == 1), kind, what) for inner, kind, what in _found(code)}
    return {(line, TAMPERING, "a command of the notebook")}


def _of(node: ast.AST) -> Iterable[tuple[str, str]]:
    match node:
        case ast.Import(names=names):
            for alias in names:
                yield from _imported(alias.name)
                yield from _named(alias)
        case ast.ImportFrom(module=module, names=names):
            yield from _imported(module or ".")
            for alias in names:
                if module == "challenge_data":
                    yield from _imported(f"challenge_data.{alias.name}")
                elif (module or "").partition(".")[0] in _LIBRARIES:  # a library's own « sys » is Python's
                    yield from _imported(alias.name)
                if alias.name in _MAKERS:
                    yield TAMPERING, f"« {alias.name} » imported"
                if module != "challenge_data" or alias.asname:
                    yield from _named(alias)
        case ast.Name(id=name, ctx=ast.Load()) if name in _TAMPERING_NAMES:
            yield TAMPERING, f"« {name} »"
        case ast.Attribute(attr=name) if _TAMPERING_ATTRIBUTES.match(name) or name in _MAKERS:
            yield TAMPERING, f"« .{name} »"
        case ast.ClassDef(name=name, body=body):
            special = [each for each in _bound(body) if each.startswith("__") and each not in _DUNDERS_ALLOWED]
            if special or node.bases or node.keywords or name in _JUDGES | _BUILTINS:
                yield TAMPERING, f"a class, « {name} », that answers for itself"
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) if name in _JUDGES | _BUILTINS:
            yield TAMPERING, f"« {name} » defined anew"
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Lambda()) if name in _BUILTINS:
            yield TAMPERING, f"« {name} » defined anew"
        case ast.Name(id=name, ctx=ast.Store() | ast.Del()) if name in _JUDGES:
            yield TAMPERING, f"« {name} » replaced"
        case ast.ExceptHandler(name=name) | ast.MatchAs(name=name) | ast.MatchStar(name=name) | ast.MatchMapping(rest=name) if name in _JUDGES:
            yield TAMPERING, f"« {name} » replaced"
        case ast.Global(names=names) if _JUDGES & set(names):
            yield TAMPERING, f"« {', '.join(_JUDGES & set(names))} » replaced"
        case ast.Attribute(ctx=ast.Store() | ast.Del()) if _root(node) in _JUDGES | _LIBRARIES and not ast.unparse(node).startswith(_SETTINGS):
            yield TAMPERING, f"« {ast.unparse(node)} » replaced"
        case ast.Attribute(attr=name) if name in _HIDDEN_ROOMS and _root(node) in _LIBRARIES:
            yield TAMPERING, f"« {ast.unparse(node)} »"
        case ast.Constant(value=str(text)) if _DISGUISED.search(text):
            yield TAMPERING, "a name of Python's own machinery, written as text"
        case ast.Call(func=ast.Name(id="type"), args=[_, _, _]):
            yield TAMPERING, "a class made without the word"
        case ast.Call(func=ast.Name(id="getattr"), args=[_, name, *_]) if not isinstance(name, ast.Constant):
            yield TAMPERING, "an attribute whose name is put together"
        case ast.Call(func=ast.Name(id="open"), args=args, keywords=keywords):
            mode = next((word.value for word in keywords if word.arg == "mode"), args[1] if len(args) > 1 else None)
            path = args[0].value if args and isinstance(args[0], ast.Constant) else ""
            if isinstance(path, str) and path.startswith("/"):
                yield ODD, "a file of the machine opened"
            elif mode is not None and not (isinstance(mode, ast.Constant) and str(mode.value) in ("r", "rt", "rb")):
                yield ODD, "a file opened to be written"
        case ast.Constant(value=str(text)) if re.match(r"^/(proc|etc|root|home|run|tmp|var|sys|dev|cours)\b", text):
            yield ODD, "a place of the machine"
        case _:
            pass


def _named(alias: ast.alias) -> Iterable[tuple[str, str]]:
    if (alias.asname or alias.name) in _JUDGES:
        yield TAMPERING, f"« {alias.asname or alias.name} » replaced"


def _imported(module: str) -> Iterable[tuple[str, str]]:
    head, _, rest = module.partition(".")
    if module == "IPython.display":  # shows, and judges nothing
        return
    if head in _TAMPERING_MODULES or (head == "challenge_data" and rest.split(".")[0] in _OUR_ROOMS):
        yield TAMPERING, f"« {module} » imported"
    elif head in _ODD_MODULES:
        yield ODD, f"« {module} » imported"


def _bound(body: list[ast.stmt]) -> Iterable[str]:
    """Names that a class gives, by a method or by an assignment."""
    for statement in body:
        for node in ast.walk(statement):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node.name
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                yield node.id


def _root(node: ast.Attribute) -> str:
    """The name at the start of ``a.b.c``."""
    root = node.value
    while isinstance(root, ast.Attribute):
        root = root.value
    return root.id if isinstance(root, ast.Name) else ""


def is_test(cell: nbformat.NotebookNode) -> bool:
    """True for the cells that give points by themselves."""
    marks = cell.metadata.get("nbgrader", {})
    return cell.cell_type == "code" and bool(marks.get("grade")) and not marks.get("solution")


_TABLE = '__import__("pandas").DataFrame({"cle": ["a", "b"], "valeur": [1, 2]})'
_CANARIES = {
    "that": 'check.that({"a"} == {"b"} or len([1, 2]) == 3 or 1.0 == 2.0, WORD)',
    "number": "check.number(3, 4, mistakes={3: WORD})",
    "text": "check.text(WORD, 'autre')",
    "same_set": "check.same_set([1, 2], [1, 3], mistakes=[([1, 2], WORD)])",
    "row_count": f"check.row_count({_TABLE}, 3, mistakes={{2: WORD}})",
    "has_columns": f"check.has_columns({_TABLE}, ['absente'], what='tableau ' + WORD)",
    "one_row_each": f"check.one_row_each({_TABLE}, ['a', 'b', WORD], key='cle')",
    "column": f"check.column({_TABLE}, 'cle', 'valeur', {{'a': 1, 'b': 3}}, mistakes=[({{'b': 2}}, WORD)])",
    "figure": "check.figure(__import__('matplotlib.figure').figure.Figure().add_subplot().plot([1, 2]), what='figure ' + WORD, question=WORD)",
    "": "assert 1 == 2, WORD",
}
"""Verb of ``check`` -> a call that must refuse with the word; the empty one is Python's own."""
_CAUGHT = 'try: {}\nexcept Exception as _canari: __import__("sys").stderr.write(str(_canari) + "\\n")'
"""A refusal that lets the next one be heard. No name that a team may have used is touched."""


def canary(test: str) -> tuple[str, list[str]]:
    """What must be refused just before a test cell: a wrong answer for each verb that the test uses, in one cell.

    One of them, drawn too, goes the whole way of a refusal and ends the cell; those before it say theirs by themselves: a round trip to
    the kernel costs as much as ten of them.

    Returns:
        Source, and the words that its refusals must hold. They are drawn each time: a team's code cannot have written them beforehand.
    """
    verbs = [verb for verb in _CANARIES if verb and f"check.{verb}(" in test] or [""]
    secrets.SystemRandom().shuffle(verbs)
    words = [secrets.token_hex(6) for _ in verbs]
    *caught, last = (_CANARIES[verb].replace("WORD", f'"{word}"') for verb, word in zip(verbs, words, strict=True))
    return "\n".join([*(_CAUGHT.format(call) for call in caught), last]), words


def refused(cell: nbformat.NotebookNode, words: list[str]) -> bool:
    """True if a canary did what it must: all its words, on the channel where refusals are written."""
    said = "".join(output.get("text", "") for output in cell.outputs if output.output_type == "stream" and output.name == "stderr")
    said += "".join(str(output.get("evalue", "")) for output in cell.outputs if output.output_type == "error")
    return all(word in said for word in words)

