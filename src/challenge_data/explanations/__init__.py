"""Python's errors in a beginner's French: the line that stopped, Python's own words, what they mean here.

Our own sentences come first, for what beginners of this course really do (a French number, a code typed as
a number, a word without quotes, a French verb); friendly-traceback explains the rest.
"""

import difflib
import keyword
import linecache
import re
import textwrap
import traceback
from collections.abc import Callable, Iterator, Mapping

from challenge_data.explanations.clocks import explain_clock
from challenge_data.explanations.files import explain_file

LINE_WIDTH = 96

VERBS = {
    "somme": "sum", "total": "sum", "moyenne": "mean", "average": "mean", "avg": "mean", "mediane": "median", "médiane": "median",
    "maximum": "max", "minimum": "min", "compter": "count", "compte": "count", "nombre": "count", "longueur": "len", "taille": "len",
    "trier": "sort_values", "tri": "sort_values", "sort": "sort_values", "grouper": "groupby", "group_by": "groupby",
    "longitude": "x", "latitude": "y", "arrondir": "round", "arrondi": "round", "afficher": "print", "liste": "list", "entier": "int", "texte": "str",
}
"""What French speakers type -> the verb that Python and pandas know."""

WORDS = {"vrai": "True", "faux": "False", "true": "True", "false": "False", "rien": "None", "none": "None", "null": "None", "et": "and", "ou": "or"}

PYTHONS = ("print", "len", "sum", "max", "min", "round", "int", "float", "str", "list", "range", "sorted", "open", "type", "abs", "set", "dict")
"""Python's own names that these lessons use: a misspelt one is worth suggesting, « object » for « objet » is not."""

FIRST_CELL = {
    "check", "hint", "quiz", "load", "describe", "raw_file", "inspect_file", "profile", "hand_on", "pick_up", "work_dir", "finish", "team", "environment",
    "maturity", "explore", "organigramme", "portal", "pd", "gpd", "plt", "json",
}
"""Names that a notebook's first cell imports."""


def explain(kind: type, error: Exception, trace, names: Mapping[str, object]) -> list[str]:
    """What to show for an error raised by a cell.

    Args:
        names: the learner's variables.
    """
    words = error.msg if isinstance(error, SyntaxError) else str(error)
    line = _line(error, trace)
    meaning = next(filter(None, (rule(error, words, line, trace, names) for rule in _RULES)), "") or _friendly(kind, error, trace)
    # JupyterLab breaks a long line anywhere, words included.
    told = f"{kind.__name__}: {words}\nEn français : {meaning}"
    return [part for part in (_where(error, trace), *(textwrap.fill(line, LINE_WIDTH) for line in told.splitlines())) if part]


def _cell_frames(trace) -> list[tuple[str, int]]:
    return [(frame.f_code.co_filename, number) for frame, number in traceback.walk_tb(trace)
            if "ipykernel_" in frame.f_code.co_filename or frame.f_code.co_filename.startswith("<ipython-input")]


def _line(error: Exception, trace) -> str:
    """The learner's own line, not the library's: the deepest frame that belongs to a cell."""
    if isinstance(error, SyntaxError):
        return error.text or ""
    cells = _cell_frames(trace)
    return linecache.getline(*cells[-1]) if cells else ""


def _where(error: Exception, trace) -> str:
    if isinstance(error, SyntaxError) and error.lineno:
        pointer = " " * (error.offset - 1) + "^" if error.offset and error.offset > 0 else ""
        return f"Python n'a pas compris la ligne {error.lineno} :\n    {(error.text or '').rstrip()}\n    {pointer}".rstrip() + "\n"
    cells = _cell_frames(trace)
    return f"Python s'est arrêté à la ligne {cells[-1][1]} :\n    {_line(error, trace).strip()}\n" if cells else ""


def _number(error, words, line, _trace, _names) -> str:
    code = re.sub(r"\"[^\"]*\"|'[^']*'", "", line)
    if isinstance(error, SyntaxError) and (found := re.search(r"\b\d{1,3}(?:[ \u00a0\u202f]\d{3})+\b", code)):
        digits = re.sub(r"\D", "", found[0])
        return f"un nombre s'écrit sans espace. Écrivez {int(digits):_} ou {digits}."
    if isinstance(error, SyntaxError) and (found := re.search(r"\b\d+,\d+\b", code)) and "leading zeros" in words:
        return f"la virgule décimale s'écrit avec un point : {found[0].replace(',', '.')}."
    if isinstance(error, SyntaxError) and "leading zeros" in words:
        return ("un nombre ne commence pas par zéro. Si c'est un code (commune, département, téléphone), "
                "c'est du texte : mettez-le entre guillemets, \"01001\".")
    return ""


def _decimal_comma(error, _words, _line, trace, _names) -> str:
    """« population < 46,65 » runs as two values, and fails somewhere else: looked for in the whole cell."""
    if isinstance(error, SyntaxError) or not (cells := _cell_frames(trace)):
        return ""
    source = "".join(linecache.getlines(cells[-1][0]))
    if found := re.search(r"[<>]=?\s*-?(\d+),(\d+)\s*$", source, re.MULTILINE):
        return f"la virgule décimale s'écrit avec un point : {found[1]}.{found[2]}."
    return ""


def _nothing_given(error, _words, line, _trace, _names) -> str:
    if isinstance(error, SyntaxError) and (found := re.fullmatch(r"\s*(\w+)\s*=\s*", line)):
        return f"il n'y a rien à droite du signe = : quelle valeur donnez-vous à « {found[1]} » ?"
    return ""


def _reference_system(error, words, line, _trace, _names) -> str:
    if isinstance(error, SyntaxError) and (found := re.search(r"(?<![\"'])\bEPSG\s*:\s*(\d+)", line, re.IGNORECASE)):
        return f"un code EPSG se donne par son nombre seul : {found[1]} ; ou en texte, entre guillemets : \"EPSG:{found[1]}\"."
    if "already has a CRS" in words:
        return ("cette couche porte déjà une étiquette, et set_crs ne la remplace pas sans votre accord. Si l'étiquette ment, ajoutez "
                "allow_override=True. Si elle dit vrai et que vous voulez d'autres nombres, traduisez avec to_crs.")
    if type(error).__name__ == "CRSError" or "Must pass either crs or epsg" in words:
        return 'un système de coordonnées se désigne par son code EPSG : 2154 pour Lambert-93 (des mètres), 4326 pour WGS 84 (des degrés). En texte : "EPSG:2154".'
    return ""


def _one_equal_sign(error, words, line, _trace, _names) -> str:
    if not isinstance(error, SyntaxError):
        return ""
    if found := re.search(r"[\])]\s*(et|ou)\s*[\[(]", line):
        return f"entre deux conditions, « {found[1]} » s'écrit {'&' if found[1] == 'et' else '|'}."
    if "==" in words or ("cannot assign" in words and "[" in line):
        return "un seul signe = range une valeur sous un nom. Pour comparer, il en faut deux : ==."
    if "positional argument follows keyword" in words:
        return ("après un argument nommé, comme members=…, une valeur seule n'a plus de place. Si plusieurs valeurs vont ensemble, "
                "mettez-les dans une seule paire de guillemets, séparées par des virgules.")
    return ""


def _quotation_marks(error, words, line, _trace, _names) -> str:
    if not isinstance(error, SyntaxError):
        return ""
    if (found := re.search("[«»“”‘’]", re.sub(r"\"[^\"]*\"", "", line))) and "invalid character" in words:
        return f"le signe {found[0]} n'est pas un guillemet pour Python. Effacez-le, et tapez le guillemet droit : \"."
    # The fault is often lines above the place where Python gives up.
    inner = re.compile(r"\"[^\"]*[^\s\"\[(,=+:]\s*\"[^\W\d]\w*[^\"]*\"[^\"]*\"")
    if any(inner.search(one) for one in (linecache.getlines(error.filename or "") or [line])):
        return "un guillemet droit au milieu d'un texte le termine. À l'intérieur, écrivez « … » ; ou ouvrez et fermez le texte par trois guillemets."
    if "unterminated string" in words:
        return ("un texte s'ouvre par un guillemet et se ferme par le même, sur la même ligne. "
                "Pour un texte de plusieurs lignes, trois guillemets au début et trois à la fin.")
    code = re.sub(r"\"[^\"]*\"|'[^']*'", "\"\"", line)
    if found := re.search(r"[\[(=,]\s*([^\W\d]\w*)\s+([^\W\d]\w*)\s*[\]),]", code):
        if not {found[1], found[2]} & {*keyword.kwlist, "et", "ou"}:
            return f"« {found[1]} {found[2]} » est sans doute du texte : il va entre guillemets, \"{found[1]} {found[2]}\"."
    return ""


def _name(error, _words, line, _trace, names) -> str:
    if not isinstance(error, NameError) or isinstance(error, UnboundLocalError) or not error.name:
        return ""
    name = error.name
    if name in FIRST_CELL:
        return (f"« {name} » vient de la première cellule grise du carnet : exécutez-la d'abord. Quand on rouvre un carnet, la mémoire est vide : "
                "menu Noyau, « Redémarrer le noyau et exécuter toutes les cellules ».")
    if re.search(rf"[=!<>]=\s*{re.escape(name)}\s*(?:\]|$)", line) and name.lower() not in WORDS:
        return f"le nom « {name} » n'existe pas. Si c'est une valeur du tableau, elle va entre guillemets : \"{name}\"."
    if word := WORDS.get(name.lower()):
        return f"« {name} » s'écrit {word}, sans guillemets."
    if re.search(rf"\w\[\[?[^\]]*\b{re.escape(name)}\b\s*[\],]", re.sub(r"\"[^\"]*\"|'[^']*'", "", line)) and name.lower() in VERBS:
        return f"le nom « {name} » n'existe pas. Si c'est une colonne du tableau, elle va entre guillemets : \"{name}\"."
    if verb := VERBS.get(name.lower()):
        return f"le nom « {name} » n'existe pas. Les verbes de Python sont en anglais : essayez {verb}."
    own = {one.lower(): one for one in sorted(names) if not one.startswith("_") and one not in ("In", "Out", "exit", "quit", "get_ipython")}
    pythons = {one: one for one in PYTHONS}
    # Stricter for Python's own names: « Camille » is not « compile ».
    for known, cutoff in ((own, 0.7), (pythons, 0.8)):
        if near := difflib.get_close_matches(name.lower(), known, n=1, cutoff=cutoff):
            return f"le nom « {name} » n'existe pas. Vouliez-vous dire « {known[near[0]]} » ?"
    if re.search(rf"\b{re.escape(name)}\s*[.\[]", line):
        return (f"« {name} » n'existe pas encore : exécutez d'abord la cellule, plus haut, qui la crée. Si vous venez de rouvrir le carnet : "
                "menu Noyau, « Redémarrer le noyau et exécuter toutes les cellules ».")
    return (f"le nom « {name} » n'existe pas. Si c'est du texte, mettez-le entre guillemets : \"{name}\". "
            "Si c'est le nom d'une variable, exécutez d'abord la cellule qui la crée.")


def _column(error, words, line, trace, _names) -> str:
    """pandas says only the name of a column that is not there: say which names are."""
    if isinstance(error, KeyError) and error.args and isinstance(error.args[0], bool):
        return "il manque le nom du tableau devant la colonne : la question s'écrit tableau[\"colonne\"] == \"valeur\", entre les crochets du tableau."
    if isinstance(error, KeyError) and (found := re.search(r"\b(\w+)\[\1\[([\"'][^\"']+[\"'])\]\]", line)) and "None of" in words:
        return f"il manque la question : {found[1]}[{found[1]}[{found[2]}] == \"…\"]. Sans elle, Python cherche des colonnes qui portent le nom des valeurs."
    if isinstance(error, KeyError) and error.args:
        asked, tables = _asked_names(error.args[0], words), [frame.f_locals.get("self") for frame, _ in traceback.walk_tb(trace)]
    elif isinstance(error, AttributeError) and error.name not in VERBS:
        asked, tables = [error.name], [error.obj]
    else:
        return ""
    for columns in (getattr(table, "columns", None) for table in tables):
        absent = [name for name in asked if columns is not None and name not in columns]
        if absent:
            names = [str(column) for column in columns]
            if len(absent) == 1 and len(together := [one for one in re.split(r"[,;]\s*", str(absent[0])) if one in names]) > 1:
                quoted = ", ".join(f'"{one}"' for one in together)
                return f"chaque nom de colonne a ses propres guillemets : {quoted}."
            near = [match[0] for name in absent if (match := difflib.get_close_matches(str(name), names, n=1))]
            advice = f"Vouliez-vous dire {' et '.join(f'« {one} »' for one in near)} ? " if near else ""
            return (f"ce tableau n'a pas de colonne {' ni '.join(f'« {name} »' for name in absent)}. {advice}"
                    f"Ses colonnes : {', '.join(names[:20])}{' …' if len(names) > 20 else ''}.")
    return ""


def _asked_names(asked, words: str) -> list:
    """The columns that were asked for: pandas gives one name, a list, or a list inside a sentence of its own."""
    if isinstance(asked, list | tuple) or hasattr(asked, "tolist"):  # duplicated() and drop_duplicates() give an Index
        return list(asked)
    if re.search(r"\] not in index|None of \[Index\(", words):
        return re.findall(r"'([^']*)'", words.split("], dtype")[0])
    return [asked]


def _verb(error, words, _line, _trace, _names) -> str:
    if not isinstance(error, AttributeError):
        return ""
    name = error.name or next(iter(re.findall(r"attribute '(\w+)'", words)), "")
    if verb := VERBS.get(name.lower()):
        return f"« .{name} » n'existe pas. Les verbes de pandas sont en anglais : essayez .{verb}."
    known = [one for one in dir(error.obj) if not one.startswith("_")] if error.obj is not None else []
    if name and (near := difflib.get_close_matches(name, known, n=1, cutoff=0.7)):
        return f"« .{name} » n'existe pas. Vouliez-vous dire « .{near[0]} » ?"
    if ".str accessor with string values" not in words and type(error.obj).__module__.startswith(("pandas", "geopandas", "shapely")):
        return f"« .{name} » n'existe pas. Reprenez le mot de la leçon, ou regardez la ligne d'un exemple qui marche."
    return ""


def _text_and_number(error, words, line, _trace, _names) -> str:
    if not isinstance(error, TypeError | ValueError):
        return ""
    if re.search(r"did not contain a loop|Invalid comparison|not supported between instances of .*str|Cannot compare|can't compare", words):
        return "vous comparez des nombres à du texte. Retirez les guillemets autour du nombre, ou transformez le texte en nombre."
    if re.search(r"can only concatenate str|unsupported operand type\(s\) for \+: '(int|float)' and 'str'|must be str, not", words):
        return ("vous mêlez du texte et un nombre. Pour additionner, il faut deux nombres : int(\"860\") fait d'un texte un nombre. "
                "Pour coller, il faut deux textes.")
    if re.search(r"expected type bool, received type str", words):
        return "True et False s'écrivent sans guillemets, avec une majuscule."
    if found := re.search(r"'(\w+)' object is not callable", words):
        called = next(iter(re.findall(r"(\w+)\s*\(", line)), "")
        verb = f" Le verbe anglais est {VERBS[called.lower()]}." if called.lower() in VERBS else ""
        what = {"int": "un nombre", "float": "un nombre", "str": "du texte", "list": "une liste"}.get(found[1], f"un objet « {found[1]} »")
        return f"les parenthèses demandent une action, et « {called} » est {what}, pas un verbe.{verb}"
    return ""


def _joining(error, words, _line, _trace, _names) -> str:
    """merge stops with sentences of its own, in English, on what beginners do when they first join two tables."""
    if type(error).__name__ == "MergeError" and (found := re.search(r"not unique in (either left or right|left|right) dataset", words)):
        where = {"left": "dans le tableau de gauche", "right": "dans le tableau de droite"}.get(found[1], "dans les deux tableaux")
        return f"la clé se répète {where}, et validate= l'interdit : des lignes seraient multipliées. Ajoutez à on= une colonne qui départage, ou changez de clé."
    if type(error).__name__ == "MergeError" and "No common columns" in words:
        return "ces deux tableaux n'ont aucune colonne du même nom : renommez celle qui sert de clé, puis dites laquelle avec on=."
    if not isinstance(error, ValueError):
        return ""
    if found := re.search(r"'(.*)' is not a valid Merge type", words):
        return f"how=\"{found[1]}\" n'existe pas. Les mots sont anglais : \"left\" garde tout le tableau de gauche, \"right\" celui de droite, \"inner\" l'intersection, \"outer\" tout."
    if found := re.search(r"\"(.*)\" is not a valid argument\. Valid arguments are:\s*- \"1:1\"", words):
        return f"validate=\"{found[1]}\" n'existe pas. Essayez \"one_to_one\" (une ligne pour une ligne) ou \"many_to_one\" (plusieurs lignes pour une)."
    if re.search(r"You are trying to merge on .* columns for key", words):
        return "la clé est du texte d'un côté, un nombre de l'autre. Relisez le fichier avec dtype=\"str\" : un code est du texte."
    return ""


def _network(error, _words, _line, _trace, _names) -> str:
    if type(error).__name__ in ("URLError", "HTTPError") or isinstance(error, ConnectionError | TimeoutError):
        return ("le réseau n'a pas répondu. Vérifiez la connexion et réessayez, ou remettez EN_LIGNE = False : "
                "la suite du carnet n'en a pas besoin.")
    return ""


def _content(error, words, _line, _trace, _names) -> str:
    """A cell of a table that does not become a number or a date; an option that a reading command does not have."""
    if isinstance(error, ValueError):
        if found := re.search(r"(?:could not convert string to float: |Unable to parse string |invalid literal for int\(\) with base 10: )'([^']*)'", words):
            text = found[1]
            if re.fullmatch(r"-?[\d \u00a0\u202f]*,\d+", text):
                return f"« {text} » a une virgule : Python attend un point. À la lecture : decimal=\",\" ; après : .str.replace(\",\", \".\")."
            if re.fullmatch(r"-?\d{1,3}(?:[ \u00a0\u202f]\d{3})+", text):
                return f"« {text} » a des blancs entre les milliers : retirez-les avec .str.replace(\" \", \"\"), ou lisez le fichier avec thousands=\" \"."
            if re.search(r"\d", text):
                return (f"« {text} » n'est pas un nombre, mais en contient un. Retirez d'abord ce qui l'entoure : .str.replace(\"…\", \"\"). "
                        "errors=\"coerce\" viderait la case, nombre compris.")
            return f"« {text} » n'est pas un nombre. Pour laisser vides les cases qui n'en sont pas : pd.to_numeric(colonne, errors=\"coerce\"), puis comptez-les."
        if found := re.search(r"time data \"([^\"]*)\" doesn't match format \"([^\"]*)\"", words):
            return (f"« {found[1]} » n'est pas écrit comme le format {found[2]} l'annonce. Jour en premier : dayfirst=True. Plusieurs formes dans la colonne : "
                    "format=\"mixed\". Cases à laisser vides : errors=\"coerce\".")
        if re.search(r"(day|month) (is out of range|must be in)", words):
            return "une date n'existe pas au calendrier, comme le 31 février. errors=\"coerce\" la laisse vide : regardez ensuite lesquelles."
        if found := re.search(r"Worksheet named '([^']*)' not found", words):
            return f"ce classeur n'a pas de feuille « {found[1]} ». pd.ExcelFile(chemin).sheet_names donne le nom de toutes."
        if found := re.search(r"columns expected but not found: \[(.*)\]", words):
            return f"le fichier n'a pas de colonne {found[1]}. Lisez-le sans usecols, et regardez le nom des colonnes."
        if re.search(r"arg(max|min) of an empty sequence", words):
            return "il n'y a rien où chercher : le tableau est vide. Une condition, plus haut, n'a gardé aucune ligne. Un nombre s'y écrit sans guillemets."
        if "All arrays must be of the same length" in words:
            return "les colonnes n'ont pas le même nombre de valeurs. Comptez-les : une virgule oubliée entre deux textes les colle en un seul."
        if found := re.search(r"(?:not enough|too many) values to unpack \(expected (\d+)(?:, got (\d+))?\)", words):
            right = f", et {found[2]} valeur{'s' if found[2] != '1' else ''} à droite" if found[2] else ", et un autre nombre de valeurs à droite"
            return f"il y a {found[1]} noms à gauche du signe ={right} : il en faut autant, séparées par des virgules."
        if found := re.search(r"'(.)' is a bad directive in format", words):
            return f"« %{found[1]} » ne veut rien dire dans un format de date. Le jour est %d, le mois %m, l'année sur quatre chiffres %Y."
        if "header must be integer" in words:
            return "header attend le numéro d'une ligne (0 pour la première), ou None sans guillemets quand le fichier n'a pas de noms de colonnes."
    if "Passing a bool to header" in words:
        return "header attend le numéro d'une ligne (0 pour la première), ou None quand le fichier n'a pas de noms de colonnes."
    if ".str accessor with string values" in words:
        return "cette colonne contient des nombres, et .str ne s'applique qu'à du texte. Relisez-la comme du texte : dtype={\"la colonne\": \"str\"}."
    if isinstance(error, LookupError) and (found := re.search(r"unknown encoding: (\S+)", words)):
        return f"aucun encodage ne s'appelle « {found[1]} ». Les plus courants : \"utf-8\", \"latin-1\", \"cp1252\"."
    if isinstance(error, TypeError) and (found := re.search(r"(\w+)\(\) got an unexpected keyword argument '(\w+)'", words)):
        near = difflib.get_close_matches(found[2], ("sep", "encoding", "decimal", "dtype", "skiprows", "header", "names", "thousands", "na_values", "ascending", "how", "on"), n=1, cutoff=0.5)
        known = {"separator": "sep", "seperator": "sep", "separateur": "sep", "delimiteur": "sep", "encodage": "encoding", "decimale": "decimal"}.get(found[2].lower()) or (near[0] if near else "")
        return f"« {found[1]} » n'a pas d'option « {found[2]} »." + (f" Vouliez-vous dire {known}= ?" if known else " Vérifiez son orthographe.")
    return ""


_RULES: tuple[Callable[..., str], ...] = (
    _nothing_given, _number, _decimal_comma, _reference_system, _one_equal_sign, _quotation_marks, _name, explain_clock, _column, _verb, _joining, _text_and_number, _network, explain_file, _content,
)


def _friendly(kind, error: Exception, trace) -> str:
    """friendly-traceback's cause and suggestion; a sentence of ours where it knows none."""
    # Only for an error, and it takes 0.2 s: not at import.
    import friendly_traceback
    from friendly_traceback.core import FriendlyTraceback

    friendly_traceback.set_lang("fr")
    report = FriendlyTraceback(kind, error, trace)
    report.assign_cause()
    cause, suggestion = (report.info.get(part, "").strip() for part in ("cause", "suggest"))
    # Without a cause it asks to report the case on its own site, or shows a library's help in English: of no use here.
    if not cause or re.search(r"friendly-traceback|docstring|Je devine que le problème", f"{cause} {suggestion}", re.IGNORECASE):
        return _KNOWN.get(kind.__name__, _UNKNOWN)
    # It goes on with the same line written in several ways: longer than the cell, and rarely what was meant.
    cause = " ".join(_sentences(re.split(r"Les lignes de code suivantes ne causeraient pas", cause)[0])).strip() or _KNOWN.get(kind.__name__, _UNKNOWN)
    return cause + (f"\n{suggestion}" if suggestion and suggestion not in cause else "")


def _sentences(cause: str) -> Iterator[str]:
    """Without the line and its pointer (« 1: print('a' »), which the reader has just seen, and what says nothing."""
    for line in cause.splitlines():
        if not re.match(r"\s*(\d+:|\^)", line):
            yield re.sub(r"Je n.ai pas d.informations? supplémentaires? pour vous\.|Si cela est incorrect, veuillez signaler ce cas\.", "", line).strip()


_KNOWN = {
    "KeyError": "ce nom n'existe pas dans l'objet où vous le cherchez. Vérifiez l'orthographe, les majuscules et les accents.",
    "ValueError": "la valeur donnée a le bon genre, mais pas un contenu que cette commande accepte. Relisez ce qui est entre parenthèses.",
    "TypeError": "deux choses de genres différents se rencontrent (du texte et un nombre, par exemple). Regardez ce que contient chaque variable.",
    "FileNotFoundError": "ce fichier n'existe pas à cet endroit. Vérifiez son nom, et le dossier.",
    "SyntaxError": "Python n'a pas compris cette ligne. Regardez à l'endroit montré par ^, et juste avant : une virgule, un guillemet, une parenthèse ?",
    "MemoryError": "l'ordinateur n'a plus de mémoire libre. Redémarrez le noyau et travaillez sur moins de lignes.",
}
_UNKNOWN = (
    "ce carnet ne connaît pas cette erreur. Relisez la ligne indiquée ; si elle vous résiste, copiez-la avec le message "
    "et montrez les deux à votre mentor."
)
