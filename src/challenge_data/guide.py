"""What a learner reads when a cell does not go through.

Installed in every kernel of the environment, and by ``import challenge_data``. Two things happen then:

- a cell that still holds the author's ellipsis is not run: it says « À vous », and the names it was to
  create become :class:`Missing`, so that later cells say what they wait for instead of crashing;
- an error is shown as the line that stopped, Python's own words, and their explanation in French
  (``explanations.py``). Our own errors show only their sentence.
"""

import ast
import re
import sys

from challenge_data import caught
from challenge_data.errors import CheckFailed, NotAnswered

ELLIPSIS = "…"
_TESTS = re.compile(r"^check\.question\(", re.MULTILINE)
"""How the test cell of a question begins."""
_TO_COMPLETE = "À vous : remplacez les points de suspension (…), puis exécutez de nouveau la cellule."
# Strings first, so that an ellipsis inside a sentence does not count; then comments.
_STRINGS_AND_COMMENTS = re.compile(
    r"""(?P<string>\"\"\".*?\"\"\"|'''.*?'''|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')|(?P<comment>\#[^\n]*)""",
    re.DOTALL,
)


def is_unanswered(source: str) -> bool:
    """True if the code still holds a bare « … », or a text that is nothing but « … »."""
    found = False

    def blank(match: re.Match) -> str:
        nonlocal found
        found = found or (match["string"] or "").strip("\"'") == ELLIPSIS
        return '""' if match["string"] else ""

    return ELLIPSIS in _STRINGS_AND_COMMENTS.sub(blank, source) or found


def assigned_names(source: str) -> list[str]:
    """Names that the code would create at its top level, in order; what cannot be parsed is searched line by line."""
    try:
        tree = ast.parse(re.sub(ELLIPSIS, "None", source))
    except SyntaxError:
        # « avis["12"] = … » adds to what exists: that must not be lost for a quotation mark.
        return list(dict.fromkeys(re.findall(r"^([A-Za-z_]\w*)\s*=(?!=)", source, re.MULTILINE)))
    stored = (node.id for statement in tree.body if isinstance(statement, ast.Assign | ast.AnnAssign)
              for node in ast.walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store))
    return list(dict.fromkeys(stored))


class Missing:
    """Stands for an answer that is not there: whatever is asked of it, it says why.

    Args:
        name: the name that was to be created.
        stopped: an answer was written, and its cell stopped on an error; else nothing is written yet.

    Raises:
        NotAnswered: on any use.
    """

    def __init__(self, name: str, stopped: bool = False) -> None:
        object.__setattr__(self, "_name", name)
        object.__setattr__(self, "_stopped", stopped)

    def _say(self, *_args, **_kwargs):
        name = object.__getattribute__(self, "_name")
        if object.__getattribute__(self, "_stopped"):
            raise NotAnswered(
                f"« {name} » n'existe pas encore : la cellule qui devait le créer s'est arrêtée sur une erreur. "
                "Lisez l'explication sous cette cellule, corrigez, exécutez-la, puis revenez ici."
            )
        raise NotAnswered(
            f"« {name} » attend votre réponse : complétez la cellule où « {name} » est demandé, exécutez-la, "
            "puis revenez ici."
        )

    def __getattribute__(self, attribute: str):
        # hasattr(answer, "__len__") is how a test asks for a list: an answer that is missing must not pass for one.
        if attribute != "_say" and vars(Missing).get(attribute) is Missing._say:
            self._say()
        return object.__getattribute__(self, attribute)

    def __getattr__(self, attribute: str):
        # IPython and copy probe objects for private names; only a real use is worth the sentence.
        if attribute.startswith("_"):
            raise AttributeError(attribute)
        self._say()

    def __repr__(self) -> str:
        name = object.__getattribute__(self, "_name")
        return f"(« {name} » n'existe pas encore : sa cellule s'est arrêtée)" if object.__getattribute__(self, "_stopped") else f"(« {name} » attend votre réponse)"

    __getitem__ = __setitem__ = __setattr__ = __iter__ = __len__ = __bool__ = __contains__ = __call__ = _say
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = _say
    __round__ = __abs__ = __neg__ = __invert__ = __and__ = __rand__ = __or__ = __ror__ = _say
    __lt__ = __le__ = __gt__ = __ge__ = __eq__ = __ne__ = __float__ = __int__ = __str__ = __format__ = _say
    __hash__ = object.__hash__


def not_answered(names: list[str]) -> None:
    """What runs in place of a cell that is still to be completed.

    Raises:
        NotAnswered: always.
    """
    _forget(names)
    caught.unanswered()
    raise NotAnswered(_TO_COMPLETE)


def _forget(names: list[str], stopped: bool = False) -> None:
    """An earlier answer must not go on showing under a cell that did not run to its end: what was to be created is missing again."""
    shell().user_ns.update({name: Missing(name, stopped) for name in names})


def require(value: object) -> None:
    """Raise the « not answered yet » sentence if the value is a :class:`Missing`."""
    if isinstance(value, Missing):
        value._say()


def install() -> None:
    """Make the running kernel speak to learners. Does nothing outside IPython; twice is once."""
    running = shell()
    if running is None or getattr(running, "challenge_data_guide", False):
        return
    running.challenge_data_guide = True
    running.challenge_data_told = None
    running.input_transformers_cleanup.append(_guard)
    running.set_custom_exc((Exception,), _show)
    running.events.register("post_run_cell", _all_said)
    caught.watch(running)
    plain = running.display_formatter.formatters["text/plain"]
    for name in ("int64", "int32", "float64", "float32", "bool_", "bool", "str_"):
        # « 461.0 », not « np.float64(461.0) »: the type is not what a beginner asked for. By name: numpy may not be there.
        plain.for_type_by_name("numpy", name, lambda value, printer, _cycle: printer.text(repr(value.item())))
    # Where numpy was there first, IPython has a printer of its own for its floats, with this format.
    plain.float_format = "%s"


def load_ipython_extension(_ipython) -> None:
    """Every kernel of the environment loads this (``share/etc/ipython``): errors are French before the first import."""
    install()


def shell():
    """The running kernel's IPython shell, or None outside a notebook."""
    # Never import IPython for this: outside a notebook the package stays light.
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython else None


def _guard(lines: list[str]) -> list[str]:
    source = "".join(lines)
    if not is_unanswered(source):
        return lines
    return [f"__import__('challenge_data.guide').guide.not_answered({assigned_names(source)!r})\n"]


def _show(running, kind, error, trace, tb_offset=None) -> None:
    if hasattr(error, "_render_traceback_"):
        lines = error._render_traceback_()
    elif isinstance(error, NameError) and error.name and _TESTS.search(running.history_manager.input_hist_raw[-1]):
        # In a test cell, a name that is not there is an answer that was not run: no advice on quotation marks.
        lines = [f"« {error.name} » n'existe pas encore : exécutez la cellule où « {error.name} » est demandé, puis celle-ci."]
    else:
        from challenge_data.explanations import explain

        try:
            lines = explain(kind, error, trace, running.user_ns)
        except Exception:  # better a report in English than none
            lines = running.InteractiveTB.structured_traceback(kind, error, trace)
    if isinstance(error, NotAnswered | CheckFailed) or _may_stop(running):
        # Written, not sent as an error: « Run all » and papermill go on to the next cell, and nbgrader
        # gives no point to a cell that writes on stderr.
        sys.stdout.flush()
        print("\n".join(lines), file=sys.stderr, flush=True)
        running.challenge_data_told = error
        if not isinstance(error, NotAnswered | CheckFailed):
            _forget(assigned_names(running.history_manager.input_hist_raw[-1]), stopped=True)
    else:
        running._showtraceback(kind, error, lines)


def _all_said(result) -> None:
    """The cell said what it had to say: Jupyter need not add that it failed (nbgrader would, in English)."""
    running = shell()
    if running.challenge_data_told is not None and running.challenge_data_told in (result.error_in_exec, result.error_before_exec):
        result.error_in_exec = result.error_before_exec = None
    running.challenge_data_told = None  # an error holds its frames, and with them a learner's tables


def _may_stop(running) -> bool:
    """True in a cell tagged ``raises-exception``: JupyterLab and nbclient then ask the kernel not to stop on errors."""
    try:
        return running.kernel.get_parent("shell")["content"].get("stop_on_error") is False
    except (AttributeError, KeyError, TypeError):
        return False
