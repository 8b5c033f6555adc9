"""What a learner reads when a cell does not go through.

Installed in the running kernel by ``import challenge_data``. Two things happen then:

- a cell that still holds the author's ellipsis is not run: it says « À vous », and the names it was to
  create become :class:`Missing`, so that later cells say what they wait for instead of crashing;
- an error is shown as the line that stopped, Python's own words, and their explanation in French
  (friendly-traceback). Our own errors show only their sentence.
"""

import ast
import difflib
import linecache
import re
import sys
import textwrap
import traceback

from challenge_data.errors import CheckFailed, NotAnswered

ELLIPSIS = "…"
LINE_WIDTH = 96
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
        return list(dict.fromkeys(re.findall(r"^([A-Za-z_]\w*)\s*(?:\[.*\])?\s*=(?!=)", source, re.MULTILINE)))
    stored = (node.id for statement in tree.body if isinstance(statement, ast.Assign | ast.AnnAssign)
              for node in ast.walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store))
    return list(dict.fromkeys(stored))


class Missing:
    """Stands for an answer that is not written yet: whatever is asked of it, it says so.

    Raises:
        NotAnswered: on any use.
    """

    def __init__(self, name: str) -> None:
        object.__setattr__(self, "_name", name)

    def _say(self, *_args, **_kwargs):
        name = object.__getattribute__(self, "_name")
        raise NotAnswered(
            f"« {name} » attend votre réponse : complétez la cellule où « {name} » est demandé, exécutez-la, "
            "puis revenez ici."
        )

    def __getattr__(self, attribute: str):
        # IPython and copy probe objects for private names; only a real use is worth the sentence.
        if attribute.startswith("_"):
            raise AttributeError(attribute)
        self._say()

    def __repr__(self) -> str:
        return f"(« {object.__getattribute__(self, '_name')} » attend votre réponse)"

    __getitem__ = __setitem__ = __setattr__ = __iter__ = __len__ = __bool__ = __contains__ = __call__ = _say
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = _say
    __lt__ = __le__ = __gt__ = __ge__ = __eq__ = __ne__ = __float__ = __int__ = __str__ = __format__ = _say
    __hash__ = object.__hash__


def not_answered(names: list[str]) -> None:
    """What runs in place of a cell that is still to be completed.

    Raises:
        NotAnswered: always.
    """
    namespace = _shell().user_ns
    for name in names:
        # An earlier good answer, or a given variable that the stub only modifies, stays.
        namespace.setdefault(name, Missing(name))
    raise NotAnswered(_TO_COMPLETE)


def require(value: object) -> None:
    """Raise the « not answered yet » sentence if the value is a :class:`Missing`."""
    if isinstance(value, Missing):
        value._say()


def install() -> None:
    """Make the running kernel speak to learners. Does nothing outside IPython; twice is once."""
    shell = _shell()
    if shell is None or getattr(shell, "challenge_data_guide", False):
        return
    shell.challenge_data_guide = True
    shell.input_transformers_cleanup.append(_guard)
    shell.set_custom_exc((Exception,), _show)
    plain = shell.display_formatter.formatters["text/plain"]
    for name in ("int64", "int32", "float64", "float32", "bool_", "bool", "str_"):
        # « 461.0 », not « np.float64(461.0) »: the type is not what a beginner asked for. By name: numpy may not be there.
        plain.for_type_by_name("numpy", name, lambda value, printer, _cycle: printer.text(repr(value.item())))
    # Where numpy was there first, IPython has a printer of its own for its floats, with this format.
    plain.float_format = "%s"


def _shell():
    # Never import IPython for this: outside a notebook the package stays light.
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython else None


def _guard(lines: list[str]) -> list[str]:
    source = "".join(lines)
    if not is_unanswered(source):
        return lines
    return [f"__import__('challenge_data.guide').guide.not_answered({assigned_names(source)!r})\n"]


def _show(shell, kind, error, trace, tb_offset=None) -> None:
    if hasattr(error, "_render_traceback_"):
        lines = error._render_traceback_()
    else:
        lines = _explain(shell, kind, error, trace)
    if isinstance(error, NotAnswered | CheckFailed) or _may_stop(shell):
        # Written, not sent as an error: « Run all » and papermill go on to the next cell, and nbgrader
        # gives no point to a cell that writes on stderr.
        sys.stdout.flush()
        print("\n".join(lines), file=sys.stderr, flush=True)
    else:
        shell._showtraceback(kind, error, lines)


def _may_stop(shell) -> bool:
    """True in a cell tagged ``raises-exception``: JupyterLab and nbclient then ask the kernel not to stop on errors."""
    try:
        return shell.kernel.get_parent("shell")["content"].get("stop_on_error") is False
    except (AttributeError, KeyError, TypeError):
        return False


def _explain(shell, kind, error, trace) -> list[str]:
    """The line that stopped, Python's words, their meaning in French; IPython's own report if that fails."""
    try:
        where = _where(error, trace)
        meaning = _leading_zero(error) or _missing_column(error, trace) or _friendly(kind, error, trace)
    except Exception:
        return shell.InteractiveTB.structured_traceback(kind, error, trace)
    words = str(error) if not isinstance(error, SyntaxError) else error.msg
    # JupyterLab breaks a long line anywhere, words included.
    meaning = "\n".join(textwrap.fill(line, LINE_WIDTH) for line in meaning.splitlines())
    return [part for part in (where, f"{kind.__name__}: {words}", meaning) if part]


def _where(error: Exception, trace) -> str:
    """The learner's own line, not the library's: the deepest frame that belongs to a cell."""
    if isinstance(error, SyntaxError) and error.lineno:
        number, text = error.lineno, (error.text or "").rstrip("\n")
        pointer = " " * (error.offset - 1) + "^" if error.offset and error.offset > 0 else ""
        return f"Python n'a pas compris la ligne {number} :\n    {text}\n    {pointer}".rstrip() + "\n"
    cells = [(frame.f_code.co_filename, number) for frame, number in traceback.walk_tb(trace)
             if "ipykernel_" in frame.f_code.co_filename or frame.f_code.co_filename.startswith("<ipython-input")]
    if not cells:
        return ""
    filename, number = cells[-1]
    return f"Python s'est arrêté à la ligne {number} :\n    {linecache.getline(filename, number).strip()}\n"


def _leading_zero(error: Exception) -> str:
    """friendly-traceback proposes an octal number: wrong advice where numbers that begin with zero are codes."""
    if not isinstance(error, SyntaxError) or "leading zeros" not in error.msg:
        return ""
    return ("En français : un nombre ne commence pas par zéro. Si c'est un code (commune, département, téléphone), "
            "c'est du texte : mettez-le entre guillemets, \"01001\".")


def _missing_column(error: Exception, trace) -> str:
    """pandas says only the name of a column that is not there: say which names are."""
    if isinstance(error, KeyError) and error.args:
        name, tables = error.args[0], [frame.f_locals.get("self") for frame, _ in traceback.walk_tb(trace)]
    elif isinstance(error, AttributeError):
        name, tables = error.name, [error.obj]
    else:
        return ""
    for columns in (getattr(table, "columns", None) for table in tables):
        if columns is not None and name not in columns:
            names = [str(column) for column in columns]
            near = difflib.get_close_matches(str(name), names, n=1)
            advice = f"Vouliez-vous dire « {near[0]} » ? " if near else ""
            return (f"En français : ce tableau n'a pas de colonne « {name} ». {advice}"
                    f"Ses colonnes : {', '.join(names[:20])}{' …' if len(names) > 20 else ''}.")
    return ""


def _friendly(kind, error: Exception, trace) -> str:
    """friendly-traceback's cause and suggestion; a sentence of ours where it knows none."""
    # Only for an error, and it takes 0.2 s: not at import.
    import friendly_traceback
    from friendly_traceback.core import FriendlyTraceback

    friendly_traceback.set_lang("fr")
    report = FriendlyTraceback(kind, error, trace)
    report.assign_cause()
    cause, suggestion = (report.info.get(part, "").strip() for part in ("cause", "suggest"))
    # Without a cause it asks to report the case on its own site: of no use to a learner.
    if kind.__name__ in ("URLError", "HTTPError") or not cause or "friendly-traceback" in cause.lower() or "friendly-traceback" in suggestion.lower():
        cause, suggestion = _KNOWN.get(kind.__name__, _UNKNOWN), ""
    # It repeats the line and its pointer (« 1: print('a' ») inside some causes: the reader has just seen them.
    cause = " ".join(line.strip() for line in cause.splitlines() if not re.match(r"\s*(\d+:|\^)", line))
    cause = re.sub(r"Je n.ai pas d.informations? supplémentaires? pour vous\.", "", cause).strip()
    if kind is NameError:
        cause += " S'il vient d'une cellule plus haut, exécutez-la d'abord."
    return f"En français : {cause}" + (f"\n{suggestion}" if suggestion and suggestion not in cause else "")


_NO_NETWORK = (
    "le réseau n'a pas répondu. Vérifiez la connexion et réessayez, ou remettez EN_LIGNE = False : la suite du carnet n'en a pas besoin."
)
_KNOWN = {
    "KeyError": "ce nom n'existe pas dans l'objet où vous le cherchez. Vérifiez l'orthographe, les majuscules et les accents.",
    "ValueError": "la valeur donnée a le bon genre, mais pas un contenu que cette commande accepte. Relisez ce qui est entre parenthèses.",
    "TypeError": "deux choses de genres différents se rencontrent (du texte et un nombre, par exemple). Regardez ce que contient chaque variable.",
    "FileNotFoundError": "ce fichier n'existe pas à cet endroit. Vérifiez son nom, et le dossier.",
    "UnicodeDecodeError": "ce fichier n'est pas écrit dans l'encodage supposé. Essayez encoding=\"latin-1\" ou encoding=\"utf-8\".",
    "URLError": _NO_NETWORK,
    "HTTPError": _NO_NETWORK,
    "ConnectionError": _NO_NETWORK,
    "TimeoutError": _NO_NETWORK,
    "MemoryError": "l'ordinateur n'a plus de mémoire libre. Redémarrez le noyau et travaillez sur moins de lignes.",
}
_UNKNOWN = (
    "ce carnet ne connaît pas cette erreur. Relisez la ligne indiquée ; si elle vous résiste, copiez-la avec le message "
    "et montrez les deux à votre mentor."
)
