"""One cell against one field: frictionless decides, and what it says becomes French.

Frictionless reads the cells (``Field.create_cell_reader``): types, formats and constraints are its own. Each
distinct value of a column is read once, so that ten thousand rows take a second.
"""

import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass

from challenge_data.schemas import values
from challenge_data.schemas.words import KINDS, listed, means_nothing, plain, shown

_BLANKS = re.compile("[ \u00a0\u202f]")  # ordinary, unbreakable, and narrow


@dataclass(frozen=True)
class Broken:
    """One rule that a value breaks."""

    rule: str  # short French name
    reason: str
    advice: str


def broken(field: dict, value: str, read: Callable) -> list[Broken]:
    """What a value breaks in its field; empty when it conforms.

    Args:
        read: :func:`challenge_data.schemas.standard.reader` of that field.
    """
    try:
        _, notes = read(value)
    except (ArithmeticError, ValueError, TypeError):
        notes = {"type": ""}  # such as « NaN » compared with a bound
    if not notes:
        return []
    if "type" in notes or "required" in notes:
        # The other rules fail only because there is no value to hold against them.
        notes = {name: note for name, note in notes.items() if name in ("type", "required")}
    found = [_SAID[name](field, value) for name in notes]
    if means_nothing(value):
        return [Broken(found[0].rule, f"{shown(value)} tient lieu de vide.", nothing_advice(field))]
    return found


def nothing_advice(field: dict) -> str:
    if field.get("constraints", {}).get("required"):
        return "La colonne est obligatoire : cherchez la vraie valeur."
    return "Laissez la case vide : un mot y est pris pour une valeur."


def _required(field: dict, value: str) -> Broken:
    return Broken("obligatoire", "La case est vide, et cette colonne est obligatoire.", _with_example("Remplissez-la, ou dites pourquoi elle ne peut pas l'être.", field))


def _type(field: dict, value: str) -> Broken:
    kind = field.get("type", "string")
    if kind == "string":
        return _format(field, value)
    said, advice = _TYPES.get(kind, _any_type)(field, value)
    return Broken("type", f"{shown(value)} {said}.", advice)


def _number(field: dict, value: str) -> tuple[str, str]:
    text = value.strip()
    if re.fullmatch(r"[+-]?\d+,\d+", text):
        return "a une virgule décimale", f"Écrivez un point : {text.replace(',', '.')}."
    if re.fullmatch(r"[+-]?\d{1,3}([ \u00a0\u202f]\d{3})+([.,]\d+)?", text):
        return "a des blancs entre les milliers", f"Retirez-les : {_BLANKS.sub('', text).replace(',', '.')}."
    if re.fullmatch(r"\d+([.,]\d+)?\s*(à|-|–)\s*\d+([.,]\d+)?", text):
        return "est un intervalle, pas un nombre", "Gardez une seule valeur, ou deux colonnes."
    if re.match(r"[+-]?\d+([.,]\d+)?\s*[a-zA-Z€%°²³/]+$", text):
        return "mêle un nombre et une unité", "Gardez le nombre seul ; l'unité se dit dans la description de la colonne."
    return "n'est pas un nombre", "Écrivez un nombre, ou laissez la case vide."


def _integer(field: dict, value: str) -> tuple[str, str]:
    if re.fullmatch(r"[+-]?\d+\.0+", value.strip()):
        return "n'est pas un nombre entier", f'Écrivez {value.strip().split(".")[0]} : tableau["{field["name"]}"].astype("Int64") garde des entiers, même avec des cases vides.'
    said, advice = _number(field, value)
    return ("n'est pas un nombre entier" if said == "n'est pas un nombre" else said), advice.replace("un nombre,", "un nombre entier,")


def _date(field: dict, value: str) -> tuple[str, str]:
    text = value.strip()
    if found := re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", text):
        day, month, year = (int(one) for one in found.groups())
        if _is_day(year, month, day):
            return "est une date à la française", f"Écrivez {year}-{month:02d}-{day:02d}, si {day:02d} est bien le jour et {month:02d} le mois."
        return "est une date impossible", "Retrouvez la vraie date à la source, puis écrivez AAAA-MM-JJ."
    if found := re.match(r"(\d{4})-(\d{2})-(\d{2})", text):
        if not _is_day(*(int(one) for one in found.groups())):
            return "est une date impossible", "Ce jour n'est pas dans le calendrier : retrouvez la vraie date à la source."
        if len(text) > 10:
            return "porte aussi une heure", f"Gardez le jour seul : {text[:10]}."
    if re.fullmatch(r"\d{4}(-\d{2})?", text):
        return "est une date incomplète", "La colonne demande le jour : AAAA-MM-JJ."
    return "n'est pas une date AAAA-MM-JJ", "Écrivez l'année, le mois, le jour, comme 2026-03-12, ou laissez la case vide."


def _is_day(year: int, month: int, day: int) -> bool:
    import datetime

    try:
        datetime.date(year, month, day)
    except ValueError:
        return False
    return True


def _datetime(field: dict, value: str) -> tuple[str, str]:
    text = value.strip()
    if re.match(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}", text):
        return "a un blanc entre le jour et l'heure", f'Mettez un T, et Z ou le décalage à la fin : {text[:10]}T{text[11:16]}:00Z. Avec pandas : .dt.strftime("%Y-%m-%dT%H:%M:%SZ").'
    if re.match(r"\d{4}-\d{2}-\d{2}T2[4-9]", text):
        return "a une heure qui n'existe pas", "Les heures vont de 00 à 23 : minuit s'écrit 00:00, le jour suivant."
    return "n'est pas une date avec une heure", "Écrivez AAAA-MM-JJThh:mm:ssZ, comme 2026-03-12T08:00:00Z."


def _boolean(field: dict, value: str) -> tuple[str, str]:
    yes = field.get("trueValues") or ["true", "True", "TRUE", "1"]
    no = field.get("falseValues") or ["false", "False", "FALSE", "0"]
    return "n'est pas une réponse prévue", f"Écrivez {shown(yes[0])} ou {shown(no[0])}, exactement."


def _year(field: dict, value: str) -> tuple[str, str]:
    return "n'est pas une année", "Écrivez quatre chiffres, comme 2026."


def _any_type(field: dict, value: str) -> tuple[str, str]:
    return f"n'est pas du type demandé ({KINDS.get(field.get('type', ''), field.get('type', ''))})", _with_example("Regardez ce que le schéma attend.", field)


_TYPES = {"number": _number, "integer": _integer, "date": _date, "datetime": _datetime, "boolean": _boolean, "year": _year}


def _format(field: dict, value: str) -> Broken:
    kind = field.get("format", "")
    if kind == "email":
        many = value.count("@") > 1
        reason = "contient plusieurs adresses électroniques" if many else "n'est pas une adresse électronique"
        return Broken("adresse électronique", f"{shown(value)} {reason}.", "Gardez-en une seule." if many else _with_example("Une adresse a un @, puis un domaine.", field))
    if kind == "uri":
        bare = re.match(r"(www\.|[\w-]+\.[a-z]{2,})", value) and "://" not in value
        return Broken("adresse web", f"{shown(value)} n'est pas une adresse web complète.", f"Écrivez https://{value.strip()}." if bare else "Une adresse web commence par https:// et n'a pas de blanc.")
    return Broken("format", f"{shown(value)} n'a pas la forme demandée ({kind or 'texte'}).", _with_example("Regardez ce que le schéma attend.", field))


def _enum(field: dict, value: str) -> Broken:
    allowed = [str(one) for one in field["constraints"]["enum"]]
    same = [one for one in allowed if plain(one) == plain(value)]
    near = same or difflib.get_close_matches(value, allowed, n=1, cutoff=0.75)
    if same:
        advice = f"Écrivez {shown(same[0])}, exactement : les majuscules, les accents et les blancs comptent."
    elif near:
        advice = f"Vouliez-vous écrire {shown(near[0])} ?"
    else:
        advice = f"Choisissez {listed(allowed)}."
    return Broken("liste de valeurs", f"{shown(value)} n'est pas dans la liste des valeurs permises.", advice)


def _pattern(field: dict, value: str) -> Broken:
    pattern = field["constraints"]["pattern"]
    if value != value.strip():
        return Broken("motif", f"{shown(value)} a un blanc au début ou à la fin.", "Retirez-le : .str.strip() le fait pour toute la colonne.")
    refused = refused_characters(pattern, value)
    if refused:
        signs = listed(refused, last="et")
        return Broken("motif", f"{shown(value)} contient {signs}, que le motif n'accepte pas.", _with_example("Corrigez la valeur, si c'est elle qui a tort.", field))
    if re.fullmatch(r"\d[.,]\d+[eE]\+\d+", value):
        return Broken("motif", f"{shown(value)} est un code qu'un tableur a arrondi.", "Ses derniers chiffres sont perdus : redemandez-le à la source.")
    if value.isdigit() and _follows(pattern, "0" + value) and _is_likely("0" + value):
        return Broken("motif", f"{shown(value)} a sans doute perdu son premier zéro.", f"Écrivez {shown('0' + value)} : lisez la colonne comme du texte, avec dtype=str.")
    tight = _BLANKS.sub("", value).replace(".", "")
    if tight != value and _follows(pattern, tight):
        return Broken("motif", f"{shown(value)} a des blancs ou des points entre ses chiffres.", f"Écrivez {shown(tight)}.")
    if re.fullmatch(r"\d+\.0", value) and _follows(pattern, value[:-2]):
        return Broken("motif", f"{shown(value)} est un code lu comme un nombre.", "Lisez la colonne comme du texte, avec dtype=str.")
    if re.fullmatch(r"0\d{9}", tight) and _follows(pattern, "+33" + tight[1:]):
        return Broken("motif", f"{shown(value)} n'est pas au format international.", f"Écrivez {shown('+33' + tight[1:])}.")
    return Broken("motif", f"{shown(value)} ne suit pas le motif de la colonne : {pattern if len(pattern) < 60 else pattern[:57] + '…'}", _with_example("Comparez avec le motif.", field))


def _is_likely(code: str) -> bool:
    """A code given back its zero: nine and fourteen digits must then have the key of a SIREN or SIRET."""
    check = {9: values.siren, 14: values.siret}.get(len(code))
    return check is None or check(code) is None


def _follows(pattern: str, value: str) -> bool:
    """As frictionless holds a text against a pattern: from its first to its last character."""
    return re.match(f"^{pattern}$", value) is not None


def refused_characters(pattern: str, value: str) -> list[str]:
    """Characters of a value that a pattern of the form ``^[…]+$`` does not take; empty for other patterns."""
    found = re.fullmatch(r"\^?(\[(?:[^\]\\]|\\.)+\])[+*]\$?", pattern)
    if not found:
        return []
    return sorted({one for one in value if not re.fullmatch(found[1], one)})


def _bound(name: str, said: str, advice: str) -> Callable[[dict, str], Broken]:
    def tell(field: dict, value: str) -> Broken:
        limit = field["constraints"][name]
        return Broken(_RULES[name], f"{shown(value)} {said.format(limit)}.", advice.format(limit))

    return tell


_RULES = {"minimum": "minimum", "maximum": "maximum", "exclusiveMinimum": "minimum", "exclusiveMaximum": "maximum"}


def _longer(field: dict, value: str) -> Broken:
    most = field["constraints"]["maxLength"]
    tight = _BLANKS.sub("", value)
    if len(tight) <= most and re.fullmatch(r"\+?\d+", tight):
        return Broken("longueur", f"{shown(value)} a {len(value)} caractères : {most} au plus.", f"Retirez les blancs : {tight}.")
    return Broken("longueur", f"{shown(value)} a {len(value)} caractères : {most} au plus.", _with_example("Raccourcissez, ou vérifiez que la valeur est dans la bonne colonne.", field))


def _shorter(field: dict, value: str) -> Broken:
    least = field["constraints"]["minLength"]
    return Broken("longueur", f"{shown(value)} a {len(value)} caractères : {least} au moins.", _with_example("Il manque sans doute une partie de la valeur.", field))


def _with_example(sentence: str, field: dict) -> str:
    example = field.get("example")
    return f"{sentence} Exemple : {shown(example)}." if example not in (None, "") else sentence


_SAID: dict[str, Callable[[dict, str], Broken]] = {
    "required": _required,
    "type": _type,
    "enum": _enum,
    "pattern": _pattern,
    "minimum": _bound("minimum", "est plus petit que {}", "La plus petite valeur permise est {} : vérifiez l'unité, le signe, et que deux colonnes ne sont pas échangées."),
    "maximum": _bound("maximum", "est plus grand que {}", "La plus grande valeur permise est {} : vérifiez l'unité, la virgule, et que deux colonnes ne sont pas échangées."),
    "exclusiveMinimum": _bound("exclusiveMinimum", "n'est pas plus grand que {}", "La valeur doit dépasser {}."),
    "exclusiveMaximum": _bound("exclusiveMaximum", "n'est pas plus petit que {}", "La valeur doit rester sous {}."),
    "minLength": _shorter,
    "maxLength": _longer,
}
