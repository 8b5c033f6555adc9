"""Local subsidies for buying a bicycle: the facts, in a nested JSON of our own.

The package holds a calculator: formulas and sentences. We keep neither; we ask each formula what it says
(who may get something, for which bicycle, how much at most) and write the answers down.
"""

import json
import re
import unicodedata
from collections import Counter
from datetime import date
from functools import cache
from math import inf
from pathlib import Path

import cog
from aides_velo_words import CONDITIONS, FIELDS, LEVELS
from packages import document, write_json, write_package
from publicodes import BIKES, TAXABLE_FROM, Rule, Situation
from registry import RecipeError, expect, read

PACKAGE, VERSION = "@betagouv/aides-velo", "3.6.1"
APACHE = {"name": "Apache-2.0", "title": "Licence Apache 2.0", "path": "https://www.apache.org/licenses/LICENSE-2.0"}
STATES = ("neuf", "occasion")
STATUSES = ("étudiant", "apprenti", "demandeur d'emploi", "salarié", "retraité", "reconversion", "autre")
_HANDICAP = "demandeur . en situation de handicap"
_LIMIT = re.compile(r"(<=|<|>=|>) (\d+(?:\.\d+)?) (€/mois|€/an|€|an)$")


def build(folder: Path) -> None:
    """datasets/france/aides_velo: a list of 341 aids, each an object; sorted by id."""
    aids = sorted((_aid(name, where) for name, where in _places().items()), key=lambda one: one["id"])
    _expect(aids)
    write_json(folder / "aides_velo.json", aids)
    write_package(
        folder,
        title="Aides locales à l'achat d'un vélo",
        description="341 aides de communes, d'intercommunalités, de départements, de régions et de deux États voisins : qui paie, pour quels vélos, jusqu'à combien, à quelles conditions.",
        sources=[
            {
                "title": f"Paquet npm {PACKAGE}, version {VERSION} : les faits seulement, réécrits dans une autre forme",
                "path": "https://github.com/betagouv/publicodes-aides-velo",
            }
        ],
        licences=[APACHE],
        vintage="fiches relues de février 2025 à février 2026, quand leur date est connue",
        invented=False,
        resources=[
            document(
                "aides_velo",
                "aides_velo.json",
                title="Aides à l'achat d'un vélo",
                encoding="utf-8",
                fields=FIELDS,
                description="Une liste ; chaque élément est une aide, avec des objets et des listes à l'intérieur. Ce qui n'est pas dit par la source est absent.",
            )
        ],
    )


@cache
def _model() -> dict:
    return json.loads(read(PACKAGE, VERSION, "publicodes-build/aides-velo.model.json"))


@cache
def _places() -> dict[str, dict]:
    """Name of the aid -> who pays, read in the package's bundled JavaScript (plain JSON values, named one by one)."""
    names = re.findall(
        r'^import \{[^}]*\baidesAvecLocalisation\b[^}]*\} from "\.\./\.\./(.+?)"',
        read(PACKAGE, VERSION, "dist/src/data/index.js").decode(),
        re.M,
    )
    bundle = read(PACKAGE, VERSION, f"dist/{names[0]}").decode()
    values = dict(re.findall(r"^var (\S+) = (\{.*?^\});$", bundle, re.M | re.S))
    table = re.findall(r'^\t"(aides \. .+)": (\S+?),?$', values["aides_collectivities_default"], re.M)
    return {name: json.loads(values[value]) for name, value in table}


@cache
def _epci_by_name() -> dict[str, str]:
    return {one["nom"]: one["code"] for one in cog.read_data("epci")}


def _aid(name: str, where: dict) -> dict:
    rule, body, place = Rule(name, _model()), _model()[name], where["collectivity"]
    level = LEVELS[place["kind"]]
    payer = {"nom": body["titre"].strip(), "niveau": level}
    if level != "pays":
        payer["code"] = place.get("code", place["value"])
    payer["pays"] = where["country"].capitalize()
    updated = next(
        (value for key, value in body.items() if key.endswith("jour")), None
    )  # the source spells this key in three ways
    bikes = _bikes(rule)
    # What every bicycle shares is said once, for the aid; the rest stays with its bicycle.
    common = (
        {
            key: value
            for key, value in bikes[0]["conditions"].items()
            if all(one["conditions"].get(key) == value for one in bikes)
        }
        if bikes
        else {}
    )
    for one in bikes:
        own = {key: value for key, value in one.pop("conditions").items() if key not in common}
        one |= {"conditions": own} if own else {}
    aid = {
        "id": _slug(name.removeprefix("aides . ")),
        "organisme": payer,
        "territoire": _territory(rule, place),
        "velos": bikes,
        "conditions": common,
        "montant_selon": _depends_on(rule),
        "suspendue_depuis": _suspended(body),
        "fin": _iso(body.get("date de fin")),
        "mise_a_jour": _iso(updated),
        "lien": body["lien"],
    }
    if not aid["velos"]:
        raise RecipeError(f"{PACKAGE} {VERSION}: « {name} » gives nothing to anybody, as we read it.")
    return {key: value for key, value in aid.items() if value is not None}


def _bikes(rule: Rule) -> list[dict]:
    bikes = []
    for kind in BIKES:
        most = {state: rule.most(Situation(bike=kind, state=state)) for state in STATES}
        paid = [state for state in STATES if most[state]]
        if paid:
            ceiling = max(most.values())
            bike = {"type": kind, "etats": paid} | ({} if ceiling == inf else {"plafond": _number(ceiling)})
            bikes.append(bike | {"conditions": _conditions(rule, kind)})
    return bikes


def _conditions(rule: Rule, kind: str) -> dict:
    """What anybody must meet for this bicycle: each is found by asking whether the aid can still be had without it."""

    def possible(**told) -> bool:
        return any(rule.most(Situation(bike=kind, state=state, **told)) for state in STATES)

    atoms = rule.atoms()
    questions = [one for one in atoms if one in CONDITIONS]
    no = dict.fromkeys(questions, False)
    found: dict = {}
    if not possible(income=inf):
        found["revenu_par_part_max"] = _income_limit(rule, atoms, possible)
    elif possible(answers=no) and not possible(income=inf, answers=no):
        found["revenu_par_part_max"] = _income_limit(
            rule, atoms, lambda income: possible(income=income, answers=no)
        ) | {"sauf": [CONDITIONS[one] for one in questions if possible(income=inf, answers=no | {one: True})]}
    ages = (
        {18}
        | {int(_LIMIT.search(one)[2]) for one in atoms if one.startswith("demandeur . âge ") and _LIMIT.search(one)}
        | {15, 25}
    )
    around = sorted({age + step for age in ages for step in (-1, 0, 1)})
    if not possible(age=0):
        found["age_min"] = min(age for age in around if possible(age=age))
    if not possible(age=150):
        found["age_max"] = max(age for age in around if possible(age=age))
    prices = sorted(float(_LIMIT.search(one)[2]) for one in atoms if one.startswith("vélo . prix "))
    if not possible(price=0):
        found["prix_min"] = _number(min(price for price in prices if possible(price=price + 0.01)))
    if not possible(price=inf):
        found["prix_max"] = _number(max(price for price in prices if possible(price=price - 0.01)))
    if not possible(status="autre"):
        found["statuts"] = [status for status in STATUSES if possible(status=status)]
    required = [one for one in questions if not possible(answers={one: False})]
    if required:
        found["exige"] = [CONDITIONS[one] for one in required]
    elif questions and not possible(answers=no):
        found["exige_une_de"] = [CONDITIONS[one] for one in questions]
    return {key: value for key, value in found.items() if value is not None}


def _income_limit(rule: Rule, atoms: list[str], possible) -> dict | None:
    limits = {}
    for one in atoms:
        if one.startswith("revenu fiscal de référence par part ") and (
            limit := rule.yearly_income(one.split(" ", 7)[-1])
        ):
            monthly = one.endswith("€/mois")
            limits[limit] = {
                "montant": _number(limit / 12 if monthly else limit),
                "periode": "mois" if monthly else "an",
            }
        elif one.startswith("foyer . imposable"):
            limits[TAXABLE_FROM] = {"montant": TAXABLE_FROM, "periode": "an"}
    reached = [limit for limit in limits if possible(income=limit - 0.01)]
    if reached:
        return limits[max(reached)]
    # No limit of its own: it comes from another aid, which « exige » names.
    return (
        {"selon": "composition du foyer"}
        if any(one.endswith(("plafond de ressources", "plafond ménage modeste")) for one in atoms)
        else None
    )


def _depends_on(rule: Rule) -> list[str] | None:
    """What changes the amount, apart from the kind of bicycle."""
    atoms = rule.atoms("variations", "plafond", "plaond", "somme", "produit", "valeur")
    kinds = {
        "revenu": ("revenu fiscal", "foyer . imposable"),
        "prix du vélo": ("vélo . prix",),
        "état du vélo": ("vélo . état",),
        "âge": ("demandeur . âge",),
        "statut": ("demandeur . statut",),
        "handicap": (_HANDICAP,),
    }
    found = [kind for kind, starts in kinds.items() if any(one.startswith(starts) for one in atoms)]
    if any(one in CONDITIONS and one != _HANDICAP for one in atoms):
        found.append("autre condition")
    return found or None


def _territory(rule: Rule, place: dict) -> dict | None:
    """Where the aid holds, if that is not exactly the payer's territory."""

    def listed(key: str) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {"epci": [], "communes": []}
        for one in rule.atoms(key) if key in rule.body else []:
            if at := re.match(r"^localisation \. (epci|code insee) = '(.+)'$", one):
                found["epci" if at[1] == "epci" else "communes"].append(
                    _epci_by_name()[at[2]] if at[1] == "epci" else at[2]
                )
        return found

    inside, outside = listed("applicable si"), listed("non applicable si")
    own = place.get("code", place["value"])
    if inside in ({"epci": [own], "communes": []}, {"epci": [], "communes": [own]}, {"epci": [], "communes": []}):
        return None
    both = inside | {f"sauf_{key}": value for key, value in outside.items()}
    return {key: sorted(set(value)) for key, value in both.items() if value}


def _suspended(body: dict) -> str | None:
    """The day since when the source says « temporairement suspendue »."""
    months = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()
    said = re.search(r"suspendue\W+depuis le (\d+)\w* (\w+) (\d{4})", body["description"])
    return date(int(said[3]), months.index(said[2]) + 1, int(said[1])).isoformat() if said else None


def _iso(text: str | None) -> str | None:
    """« 30/04/2025 » -> « 2025-04-30 », without asking whether that day exists: the source has a 30 February."""
    return "-".join(reversed(text.split("/"))) if text else None


def _number(value: float) -> int | float:
    return int(value) if value == int(value) else value


def _slug(name: str) -> str:
    plain = "".join(one for one in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(one))
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _expect(aids: list[dict]) -> None:
    unknown = {one for name in _places() for one in Rule(name, _model()).atoms()} - set(CONDITIONS)
    unread = sorted(
        one
        for one in unknown
        if not one.startswith(
            (
                "localisation . ",
                "vélo . ",
                "revenu fiscal de référence par part",
                "demandeur . âge",
                "demandeur . statut . ",
                "foyer . imposable",
            )
        )
    )
    communes = {one["code"] for one in cog.present_communes()}
    epci = {one["code"] for one in cog.read_data("epci")}
    siren = cog.epci_of_commune()
    codes = {
        level: [one["organisme"]["code"] for one in aids if one["organisme"]["niveau"] == level]
        for level in ("commune", "epci")
    }
    expect(
        f"{PACKAGE} {VERSION}",
        {
            "aids": len(aids),
            "levels": dict(Counter(one["organisme"]["niveau"] for one in aids)),
            "abroad": sorted(one["organisme"]["pays"] for one in aids if one["organisme"]["pays"] != "France"),
            "distinct ids": len({one["id"] for one in aids}),
            "distinct payers": len(
                {(one["organisme"]["niveau"], one["organisme"].get("code", one["organisme"]["nom"])) for one in aids}
            ),
            "codes of no commune": sorted(set(codes["commune"]) - communes),
            "codes of no EPCI": sorted(set(codes["epci"]) - epci),
            "communes inside an EPCI that pays too": sum(
                siren.get(code) in codes["epci"] for code in set(codes["commune"])
            ),
            "conditions that we cannot say": unread,
            "impossible dates": sorted(
                one["mise_a_jour"] for one in aids if "mise_a_jour" in one and not _is_date(one["mise_a_jour"])
            ),
            "without date": sum("mise_a_jour" not in one for one in aids),
            "own territory": sorted(one["id"] for one in aids if "territoire" in one),
            "without ceiling": sorted(one["id"] for one in aids if any("plafond" not in bike for bike in one["velos"])),
            "suspended": sorted(one["id"] for one in aids if "suspendue_depuis" in one),
        },
        TOLD,
    )


TOLD = {
    "aids": 341,
    "levels": {"commune": 146, "epci": 183, "région": 8, "département": 2, "pays": 2},
    "abroad": ["Luxembourg", "Monaco"],
    "distinct ids": 341,
    "distinct payers": 331,
    "codes of no commune": ["69152"],
    "codes of no EPCI": [],
    "communes inside an EPCI that pays too": 47,
    "conditions that we cannot say": [],
    "impossible dates": ["2025-02-30", "2025-02-30"],
    "without date": 140,
    "own territory": ["grand-calais", "grenoble", "region-centre", "st2b"],
    "without ceiling": ["denain"],
    "suspended": ["grenoble"],
}
