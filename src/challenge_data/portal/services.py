"""The portal's sister services: rows of a file without the file, communes, addresses."""

import re
from difflib import get_close_matches
from typing import Any
from unicodedata import combining, normalize
from urllib.parse import urlsplit

from challenge_data.errors import LearnerError
from challenge_data.portal.web import PortalError, Web

MIN_SCORE = 0.7
"""Below this score, a geocoder's answer is refused (the service itself always proposes something)."""

PAGE_SIZE = 50  # the tabular API's own maximum
MOST_ROWS = 10_000  # past that, the file itself is quicker to fetch
OPERATORS = ("exact", "differs", "contains", "notcontains", "in", "notin", "less", "greater", "strictly_less", "strictly_greater", "isnull", "isnotnull")


def tabular(web: Web, base: str, resource_id: str, where: dict | None, columns: list[str] | None, sort: str | None, limit: int):
    """Rows of a resource through the tabular API (https://tabular-api.data.gouv.fr/api/doc), page after page.

    Raises:
        PortalError: the resource is unknown, or is no table that this API reads.
        LearnerError: an operator or a limit that does not exist.
    """
    import pandas as pd

    if not isinstance(limit, int) or not 1 <= limit <= MOST_ROWS:
        raise LearnerError(f"limit est un nombre de lignes, de 1 à {MOST_ROWS} ; au-delà, prenez le fichier entier avec fetch(…).")
    address: str | None = f"{base}/api/resources/{resource_id}/data/"
    missing = (
        f"L'API tabulaire n'a pas de tableau pour « {resource_id} » : l'identifiant est celui d'une ressource (colonne id de "
        "jeu.ressources), et la ressource un CSV ou un classeur lisible. Sinon, prenez le fichier avec fetch(…)."
    )
    params: dict[str, Any] | None = _query(where, columns, sort) | {"page_size": min(PAGE_SIZE, limit)}
    rows: list[dict] = []
    total = 0
    while address and len(rows) < limit:
        try:
            page = web.json(address, params, missing=missing)
        except PortalError as error:
            if error.status != 400:
                raise
            raise PortalError(_misunderstood(web, base, resource_id, where, columns, sort), 400) from None
        rows += page["data"]
        total = page["meta"]["total"]
        address, params = _same_host(page["links"].get("next"), base), None  # the next link holds the parameters
    # Asked-for columns first, in the order asked: an empty answer has columns too.
    table = pd.DataFrame(rows[:limit], columns=columns if columns and not rows else None).drop(columns="__id", errors="ignore")
    table = table[columns] if columns and len(table) else table
    table.attrs |= {"total": total, "demande": _query(where, None, None)}
    if total > len(table):
        print(f"{len(table)} lignes lues sur {total} : limit={limit}.")
    return table


def _query(where: dict | None, columns: list[str] | None, sort: str | None) -> dict[str, Any]:
    query: dict[str, Any] = {}
    for key, value in (where or {}).items():
        column, _, operator = str(key).rpartition("__")
        if not column:
            column, operator = str(key), "exact"
        if operator not in OPERATORS:
            raise LearnerError(f"« {operator} » n'est pas une comparaison de l'API tabulaire. Il y a : {', '.join(OPERATORS)}.")
        if isinstance(value, (list, tuple, set)):
            operator, value = ("in" if operator == "exact" else operator), ",".join(map(str, value))
        if isinstance(value, bool):
            value = str(value).lower()
        query[f"{column}__{operator}"] = value
    if columns:
        query["columns"] = ",".join(columns)
    if sort:
        query[f"{sort.lstrip('-')}__sort"] = "desc" if sort.startswith("-") else "asc"
    return query


def _misunderstood(web: Web, base: str, resource_id: str, where: dict | None, columns: list[str] | None, sort: str | None) -> str:
    """What was wrong in a refused request: the table is asked its columns, to name the near one."""
    asked = [*(key.rpartition("__")[0] or key for key in map(str, where or {})), *(columns or []), *([sort.lstrip("-")] if sort else [])]
    try:
        known = [name for name in web.json(f"{base}/api/resources/{resource_id}/data/", {"page_size": 1})["data"][0] if name != "__id"]
    except (PortalError, LookupError):
        known = []
    strange = [name for name in asked if name not in known]
    if known and not strange:
        return (f"Les colonnes existent, mais une des valeurs demandées ({', '.join(asked)}) n'est pas du bon genre : un nombre se "
                "compare à un nombre, du texte à du texte.")
    named = strange[0] if strange else ""
    if (parts := re.fullmatch(rf"(.+?)_({'|'.join(OPERATORS)})", named)) and parts[1] in known:
        return f"« {named} » : il faut deux traits bas entre la colonne et la comparaison, « {parts[1]}__{parts[2]} »."
    plain = {_plain(name): name for name in known}
    near = get_close_matches(_plain(named), plain, n=1)
    return (
        f"Ce fichier n'a pas de colonne « {named} »." + (f" Vouliez-vous dire « {plain[near[0]]} » ?" if near else "")
        + (f" Ses colonnes : {', '.join(known)}." if known else " Demandez les premières lignes sans condition, et recopiez les noms de colonnes.")
    )


def _plain(name: str) -> str:
    """Without accents nor capitals: what people most often miss in a column's name."""
    return "".join(one for one in normalize("NFD", name.casefold()) if not combining(one))


def _same_host(link: str | None, base: str) -> str | None:
    """A next link, on our own service's scheme and host: answers behind a relay sometimes name another one."""
    if not link:
        return None
    mine, theirs = urlsplit(base), urlsplit(link)
    return theirs._replace(scheme=mine.scheme, netloc=mine.netloc).geturl()


def communes(web: Web, base: str, nom: str | None, code_postal: str | None, departement: str | None, limit: int):
    """Communes by geo.api.gouv.fr.

    Raises:
        LearnerError: nothing is asked for.
    """
    import pandas as pd

    asked = {"nom": nom, "codePostal": code_postal, "codeDepartement": departement}
    asked = {key: str(value).strip() for key, value in asked.items() if value not in (None, "")}
    if not asked:
        raise LearnerError('Dites quelle commune chercher : communes(nom="Saint-Denis"), ou code_postal="…", ou departement="…".')
    fields = "nom,code,codesPostaux,codeDepartement,codeEpci,population,centre"
    found = web.json(f"{base}/communes", asked | {"fields": fields, "limit": limit})
    rows = []
    for one in found:
        longitude, latitude = (one.get("centre") or {}).get("coordinates") or (None, None)
        rows.append({
            "code_commune": one["code"], "nom": one["nom"], "codes_postaux": ", ".join(one.get("codesPostaux") or []),
            "departement": one.get("codeDepartement"), "epci": one.get("codeEpci"), "population": one.get("population"),
            "longitude": longitude, "latitude": latitude,
        })
    table = pd.DataFrame(rows, columns=["code_commune", "nom", "codes_postaux", "departement", "epci", "population", "longitude", "latitude"])
    table["population"] = table["population"].astype("Int64")
    return table.astype({"longitude": "float64", "latitude": "float64"})


GEOCODED = ["demande", "adresse", "score", "type", "commune", "code_commune", "code_postal", "longitude", "latitude", "accepte"]


def geocode(web: Web, base: str, address: str, citycode: str | None, limit: int):
    """Places that an address may be, best first, by the Géoplateforme's geocoder.

    Raises:
        LearnerError: the address is shorter than 3 characters (the service refuses it) or longer than 200.
    """
    import pandas as pd

    text = " ".join(str(address).split())
    if not 3 <= len(text) <= 200:
        raise LearnerError(f"Une adresse à géocoder compte de 3 à 200 caractères ; reçu : « {text[:40]} » ({len(text)}).")
    asked = {"q": text, "limit": limit, "index": "address"} | ({"citycode": citycode} if citycode else {})
    found = web.json(f"{base}/search", asked)
    rows = []
    for place in found["features"]:
        about, (longitude, latitude) = place["properties"], place["geometry"]["coordinates"]
        right_place = not citycode or about.get("citycode") == citycode
        rows.append((
            text, about["label"], round(about["score"], 2), about["type"], about.get("city"), about.get("citycode"), about.get("postcode"),
            longitude, latitude, about["score"] >= MIN_SCORE and right_place,
        ))
    return pd.DataFrame(rows, columns=GEOCODED, index=range(len(rows))).astype({"score": "float64", "longitude": "float64", "latitude": "float64", "accepte": "bool"})

