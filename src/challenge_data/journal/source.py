"""The text of a step, as it stands in the cell, and what that text needs from elsewhere.

A step is a ``with`` block: the learner's own lines, run by Python as any others. Its text is read back from the
cell, so that what is replayed is what was written, and what it borrows from other cells is written down with it.
"""

import ast
import builtins
import inspect
import linecache
import textwrap
from dataclasses import dataclass
from pathlib import Path
from types import FrameType, FunctionType, ModuleType

from challenge_data.errors import LearnerError
from challenge_data.guide import Missing

# Written out with the step when borrowed from another cell; larger or other things are to be read inside a step.
_PLAIN = (str, int, float, bool, type(None))
_MOST = 20_000  # characters of a borrowed value

_RANDOM = {"sample", "shuffle", "permutation", "choice", "choices", "randint", "rand", "randn", "random", "uniform", "normal"}
_NOW = {"now", "today", "utcnow", "time"}


@dataclass(frozen=True)
class Written:
    """A step's text: its lines without their indentation, its rank among the steps of its cell, and the cell's text."""

    code: str
    rank: int
    cell: str


def written(frame: FrameType) -> Written:
    """The block of the ``with`` statement that this frame is entering.

    Raises:
        LearnerError: the text cannot be found, or the step stands in a function.
    """
    if frame.f_code.co_name != "<module>":
        raise LearnerError("Une étape s'écrit directement dans une cellule, pas dans une fonction : sortez « with journal.step(…) » de la fonction.")
    text = "".join(linecache.getlines(frame.f_code.co_filename, frame.f_globals))
    try:
        tree = ast.parse(text)
    except SyntaxError:
        tree = ast.Module([], [])
    blocks = [node for node in ast.walk(tree) if isinstance(node, ast.With) and any(_is_step(item.context_expr) for item in node.items)]
    blocks.sort(key=lambda node: node.lineno)
    here = [(rank, node) for rank, node in enumerate(blocks) if node.lineno <= frame.f_lineno <= node.body[0].lineno]
    if not here:
        raise LearnerError("Le journal ne retrouve pas le texte de cette étape. Écrivez « with journal.step(\"…\", why=\"…\"): » dans une cellule, "
                           "puis les lignes de l'étape en retrait, et exécutez la cellule.")
    rank, node = here[-1]
    lines, head = text.splitlines(), max(item.context_expr.end_lineno for item in node.items)
    # Under the header, comments included; on the header's own line when the block is written there.
    first = node.body[0]
    if first.lineno > head:
        code = textwrap.dedent("\n".join(lines[head:node.end_lineno]))
    else:
        code = "\n".join(ast.get_source_segment(text, one) for one in node.body)
    return Written(code.strip("\n") + "\n", rank, text)


def _is_step(call: ast.expr) -> bool:
    return isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "step"


def needed(code: str) -> list[str]:
    """Names that the code reads before it has created them, in order; Python's own apart."""
    found: list[str] = []
    made: set[str] = set()
    for statement in ast.parse(code).body:
        inside = _names(statement)
        found += [name for name in inside if name not in made and not hasattr(builtins, name)]
        made |= {node.id for node in ast.walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
        made |= {(alias.asname or alias.name).split(".")[0] for node in ast.walk(statement)
                 if isinstance(node, ast.Import | ast.ImportFrom) for alias in node.names}
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            made.add(statement.name)
    return list(dict.fromkeys(found))


def made(code: str) -> set[str]:
    """Names that the code creates at its top level."""
    names = set()
    for statement in ast.parse(code).body:
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            names.add(statement.name)
        else:
            names |= {node.id for node in ast.walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
            names |= {(alias.asname or alias.name).split(".")[0] for node in ast.walk(statement)
                      if isinstance(node, ast.Import | ast.ImportFrom) for alias in node.names}
    return names


def _names(statement: ast.stmt) -> list[str]:
    loads = [node.id for node in ast.walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)]
    if isinstance(statement, ast.AugAssign) and isinstance(statement.target, ast.Name):
        loads.append(statement.target.id)
    # What a comprehension, a lambda, a function or a loop names for itself is nobody else's.
    own = {node.arg for node in ast.walk(statement) if isinstance(node, ast.arg)}
    for node in ast.walk(statement):
        targets = [node.target] if isinstance(node, ast.comprehension | ast.For | ast.NamedExpr) else []
        if isinstance(node, ast.With):
            targets = [item.optional_vars for item in node.items if item.optional_vars]
        own |= {one.id for target in targets for one in ast.walk(target) if isinstance(one, ast.Name)}
    if isinstance(statement, ast.FunctionDef):
        own |= {node.id for node in ast.walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    return [name for name in loads if name not in own]


def borrowed(name: str, value: object, files: dict[Path, str]) -> str:
    """One line (or a function's text) that makes this name again in a fresh program.

    Args:
        files: the journal's files; a path among them becomes ``FICHIERS["its label"]``.

    Raises:
        LearnerError: a table, or another thing that a line of text cannot hold; says to write its line in the step.
    """
    if isinstance(value, Missing):
        value._say()
    if isinstance(value, ModuleType):
        return f"import {value.__name__} as {name}" if value.__name__ != name else f"import {name}"
    if isinstance(value, Path) and value.resolve() in files:
        return f"{name} = FICHIERS[{files[value.resolve()]!r}]"
    if isinstance(value, FunctionType) and value.__module__ == "__main__":
        try:
            return textwrap.dedent(inspect.getsource(value)).strip()
        except (OSError, TypeError):
            raise LearnerError(f"Le journal ne retrouve pas le texte de la fonction « {name} » : écrivez-la dans l'étape.") from None
    module, known = getattr(value, "__module__", None), getattr(value, "__name__", None)
    if callable(value) and module and known and module != "__main__":
        module = "challenge_data" if module.split(".")[0] == "challenge_data" else module
        return f"from {module} import {known}" + (f" as {name}" if known != name else "")
    if _is_plain(value):
        text = repr(value)
        if len(text) <= _MOST:
            return f"{name} = {text}"
    kind = "un tableau préparé" if hasattr(value, "columns") or hasattr(value, "to_frame") else "quelque chose qui est préparé"
    raise LearnerError(f"Cette étape se sert de « {name} », {kind} dans une autre cellule. Le rejeu ne l'aurait pas : "
                       f"écrivez la ligne « {name} = … » au début de l'étape, en retrait.")


def _is_plain(value: object) -> bool:
    if isinstance(value, dict):
        return all(_is_plain(one) for pair in value.items() for one in pair)
    if isinstance(value, list | tuple):
        return all(_is_plain(one) for one in value)
    if isinstance(value, set):
        return all(isinstance(one, _PLAIN) for one in value)
    return isinstance(value, _PLAIN)


def chances(code: str) -> str:
    """Why two runs of this code may differ, as the end of a French sentence; empty when nothing shows."""
    for node in ast.walk(ast.parse(code)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute | ast.Name):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
        if name in _RANDOM and not any(word.arg in ("random_state", "seed") for word in node.keywords):
            return f"« {name} » tire au hasard, sans graine. Ajoutez random_state=1 (n'importe quel nombre, toujours le même)"
        if name in _NOW:
            return f"« {name} » lit l'heure qu'il est : écrivez la date en toutes lettres"
    return ""
