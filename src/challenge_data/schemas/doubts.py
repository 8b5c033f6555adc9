"""When the standard, not the data, is perhaps wrong: questions, never verdicts."""

import re
from typing import TYPE_CHECKING

from challenge_data import communes
from challenge_data.errors import LearnerError
from challenge_data.french import plural
from challenge_data.schemas.cells import refused_characters
from challenge_data.schemas.words import listed, plain, shown

if TYPE_CHECKING:
    import pandas as pd

    from challenge_data.schemas.validation import Validation

_TYPOGRAPHY = set("'’œŒæÆŸ.,()/&°«»-– ") | set("0123456789")
_LATITUDE, _LONGITUDE = re.compile(r"(^|[_\W])y?lat|latitude", re.IGNORECASE), re.compile(r"(^|[_\W])x?lon|longitude", re.IGNORECASE)
_MANY = 3  # distinct values that one rule refuses, before the rule itself is asked about
_COLUMNS = ["colonne", "regle", "cases", "exemples", "question"]


def suspect_schema(report: "Validation") -> "pd.DataFrame":
    """Where the schema may be wrong, from the errors of a report and from the schema's own rules.

    Returns:
        One row a doubt: colonne, regle, cases (errors it may explain; 0 when the schema lets through what it
        should not), exemples, question (French). Empty when nothing gives doubt. A question is for the team to
        answer: ask whoever keeps the standard, and do not bend true data to a wrong rule in silence.
    """
    if not hasattr(report, "errors") or not hasattr(report, "_schema"):
        raise LearnerError("suspect_schema lit un rapport de validation : donnez-lui ce que validate(tableau, schéma) a rendu.")
    import pandas as pd

    rows = []
    for name in report._present:
        field = report._schema.field(name)
        wrong = report.errors[(report.errors["colonne"] == name) & (report.errors["valeur"] != "")]
        rows += [one for one in (*_patterns(field, wrong), *_lists(field, wrong)) if one]
        rows += [one for one in (_bounds(field), _empty(report, name)) if one]
    rows += _personal(report)
    return pd.DataFrame(rows, columns=_COLUMNS)


def _patterns(field: dict, wrong: "pd.DataFrame"):
    pattern = field.get("constraints", {}).get("pattern")
    found = wrong[wrong["regle"] == "motif"]
    if not pattern or not len(found):
        return
    name, refused = field["name"], list(dict.fromkeys(found["valeur"]))
    odd = {one: set(refused_characters(pattern, one)) for one in refused}
    ordinary = [one for one in refused if odd[one] and odd[one] <= _TYPOGRAPHY and plain(one)]
    official = [one for one in ordinary if one in communes.names()]
    if official or len(ordinary) >= _MANY:
        signs = listed(sorted(set().union(*(odd[one] for one in ordinary))), last="et")
        proof = ""
        if official:
            proof = f" {listed(official, 3, last='et')} : {'ce sont pourtant des noms officiels' if len(official) > 1 else 'c’est pourtant le nom officiel'}."
        yield (name, "motif", int(found["valeur"].isin(ordinary).sum()), _some(ordinary),
               f"Le motif de {name} refuse {signs}, que de vrais noms contiennent.{proof} Les noms ont-ils tort, ou la norme a-t-elle oublié ce signe ?")
    postal = [one for one in refused if re.fullmatch(r"\d{5}", one)]
    if postal and "postal" in plain(name):
        yield (name, "motif", int(found["valeur"].isin(postal).sum()), _some(postal),
               f"Le motif de {name} refuse des codes postaux de cinq chiffres. N'est-ce pas le motif des codes commune, qui ne commencent jamais par 20 ?")
    rest = [one for one in refused if one not in ordinary and one not in postal]
    shapes = {re.sub(r"\d", "0", re.sub(r"[^\W\d_]", "a", one)) for one in rest}
    if len(rest) >= _MANY and len(shapes) == 1:
        yield (name, "motif", int(found["valeur"].isin(rest).sum()), _some(rest),
               f"Toutes les valeurs refusées de {name} ont la même forme, comme {shown(rest[0])}. Votre habitude d'écriture est-elle différente, ou le motif trop étroit ?")


def _lists(field: dict, wrong: "pd.DataFrame"):
    allowed = field.get("constraints", {}).get("enum")
    found = wrong[wrong["regle"] == "liste de valeurs"]
    known = {plain(one) for one in allowed or []}
    new = [one for one in dict.fromkeys(found["valeur"]) if plain(one) not in known]
    if allowed and len(new) >= _MANY:
        yield (field["name"], "liste de valeurs", int(found["valeur"].isin(new).sum()), _some(new),
               f"{plural(len(new), 'valeur différente', 'valeurs différentes')} de {field['name']} n'ont pas de place dans la liste. Faut-il les ramener à la liste, ou la liste oublie-t-elle un cas ?")


def _bounds(field: dict):
    if field.get("type") != "number":
        return None
    name, asked = field["name"], field.get("constraints", {})
    limit = 90 if _LATITUDE.search(name) else 180 if _LONGITUDE.search(name) else None
    if limit is None:
        return None
    said = "latitude" if limit == 90 else "longitude"
    if "maximum" not in asked or "minimum" not in asked:
        return (name, "bornes", 0, "", f"Le schéma ne borne pas {name} : une {said} de 300 passerait. Une {said} va de -{limit} à {limit} : qui vérifie ?")
    if float(asked["maximum"]) > limit or float(asked["minimum"]) < -limit:
        return (name, "bornes", 0, "", f"Le schéma laisse {name} aller de {asked['minimum']} à {asked['maximum']}, alors qu'une {said} va de -{limit} à {limit}. Deux coordonnées échangées passeraient : est-ce voulu ?")
    return None


def _empty(report: "Validation", name: str):
    if not report._schema.is_required(name):
        return None
    empty = sum(one == "" for one in report._text.column(name))
    if report.rows >= 5 and empty > report.rows / 2:
        return (name, "obligatoire", empty, "", f"{name} est obligatoire, et {empty} lignes sur {report.rows} ne l'ont pas. L'information manque-t-elle chez vous, ou la norme demande-t-elle plus que l'on ne sait ?")
    return None


def _personal(report: "Validation") -> list[tuple]:
    asked = [
        name for name in report._present
        if report._schema.is_required(name) and re.search(r"(^|_)(tel|telephone|email|mail|courriel)", name.casefold())
    ]  # fmt: skip
    if not asked:
        return []
    return [(", ".join(asked), "obligatoire", 0, "",
             f"Le schéma rend {listed(asked, last='et')} obligatoire{'s' if len(asked) > 1 else ''}. Est-ce le numéro ou l'adresse d'un service, ou d'une personne ? Une donnée personnelle ne se publie pas parce qu'un schéma la demande.")]


def _some(examples: list[str]) -> str:
    return ", ".join(examples[:4]) + (" …" if len(examples) > 4 else "")
