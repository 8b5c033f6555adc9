"""What notebook `3_visualiser` of the challenge is judged by.

Counted from the aids as the source nests them and from the list of communes, in plain Python: the table given to teams
(`aides_velo_couverture`) is not read here, so that a fault in it would show.
"""

from collections import defaultdict
from functools import cache

from shipped import KEPT, KEYS, LOST, communes, french, population, presumed_open

BIKE = "électrique"
ALONE_IN_THEIR_OUTLINE = ("975", "977", "978", "984", "986", "987", "988", "989")
"""Overseas collectivities: no outline is shipped for them, and the notebook leaves them out, saying so."""
RESERVED = {"revenu_par_part_max", "statuts", "exige", "exige_une_de"}
SIZES = {
    "moins de 500": (0, 500),
    "500 à 1 999": (500, 2_000),
    "2 000 à 9 999": (2_000, 10_000),
    "10 000 à 49 999": (10_000, 50_000),
    "50 000 et plus": (50_000, 10**9),
}
VILLAGE = 500
VILLAGERS_MANY = 25
"""Percent: above it, the notebook calls a department one of villages."""
LOW, HIGH = (2, 100), (8, 200)
"""The commissioner's two hypotheses: requests a year for 1,000 inhabitants, and euros paid for one request."""
PROJECTS = {"partout": 10**9, "communes de moins de 2 000 habitants": 2_000, "communes de moins de 500 habitants": 500}


def truth() -> dict:
    people, covered, for_all = _people(), _reached(lambda aid, bike: True), _reached(lambda aid, bike: not RESERVED & _asked(aid, bike))
    total, helped = sum(people.values()), _count(people, covered)
    departments = _departments(people, covered)
    return {
        "visualiser_nombres": {
            "part_aides": 100 * sum(_electric(aid) is not None for aid in _open()) / len(_open()),
            "part_communes": 100 * len(covered) / len(people),
            "part_habitants": 100 * helped / total,
        },
        "visualiser_ouverts": {"sous_condition": helped - _count(people, for_all)},
        "visualiser_departements": {code: round(100 * part, 6) for code, part in _departments(people, for_all).items()},
        "visualiser_ecarts": {"entre_departements": _between_departments(people, departments), "entre_habitants": _between_people(people, covered)},
        "visualiser_tailles": {name: 100 * _share({code: n for code, n in people.items() if low <= n < high}, covered) for name, (low, high) in SIZES.items()},
        "visualiser_couts": {
            name: [sum(n for code, n in people.items() if code not in covered and n < limit) * asked / 1000 * paid for asked, paid in (LOW, HIGH)]
            for name, limit in PROJECTS.items()
        },
    }  # fmt: skip


@cache
def _communes() -> list[dict[str, str]]:
    return [one for one in communes() if one["code_departement"] not in ALONE_IN_THEIR_OUTLINE]


def _people() -> dict[str, int]:
    return {one["code_commune"]: population(one) for one in _communes()}


@cache
def _open() -> list[dict]:
    return [aid for aid in french() if presumed_open(aid)]


def _electric(aid: dict) -> dict | None:
    return next((bike for bike in aid["velos"] if bike["type"] == BIKE), None)


def _asked(aid: dict, bike: dict) -> set[str]:
    return set(aid["conditions"]) | set(bike.get("conditions", {}))


def _reached(keep) -> set[str]:
    """Communes where an open aid for an electric bicycle holds, among the aids that `keep(aid, bike)` keeps."""
    return set().union(*(codes for aid, bike, codes in _held() if keep(aid, bike)))


@cache
def _held() -> list[tuple[dict, dict, set[str]]]:
    """Each open aid for an electric bicycle, what it says of that bicycle, and the communes where it holds."""
    return [
        (aid, bike, {one["code_commune"] for one in _communes() if _holds(aid, one)})
        for aid in _open() if (bike := _electric(aid))
    ]  # fmt: skip


def _holds(aid: dict, commune: dict) -> bool:
    land = aid.get("territoire")
    if land is None:
        payer = aid["organisme"]
        return commune[KEYS[payer["niveau"]]] == (KEPT if payer["code"] == LOST else payer["code"])
    inside = commune["siren_epci"] in land.get("epci", ()) or commune["code_commune"] in land.get("communes", ())
    return inside and commune["siren_epci"] not in land.get("sauf_epci", ()) and commune["code_commune"] not in land.get("sauf_communes", ())


def _count(people: dict[str, int], codes: set[str]) -> int:
    return sum(n for code, n in people.items() if code in codes)


def _share(people: dict[str, int], codes: set[str]) -> float:
    return _count(people, codes) / sum(people.values())


def _departments(people: dict[str, int], codes: set[str]) -> dict[str, float]:
    return {name: _share(inside, codes) for name, inside in _by_department(people).items()}


def _by_department(people: dict[str, int]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for one in _communes():
        found[one["code_departement"]][one["code_commune"]] = people[one["code_commune"]]
    return found


def _between_departments(people: dict[str, int], parts: dict[str, float]) -> float:
    """Mean share of the departments of villages, less that of the others; in points."""
    of_villages = {name for name, inside in _by_department(people).items() if 100 * sum(n for n in inside.values() if n < VILLAGE) > VILLAGERS_MANY * sum(inside.values())}
    here, elsewhere = ([part for name, part in parts.items() if (name in of_villages) is side] for side in (True, False))
    return 100 * (sum(here) / len(here) - sum(elsewhere) / len(elsewhere))


def _between_people(people: dict[str, int], covered: set[str]) -> float:
    """Share of the people of villages, less that of the others; in points."""
    villages, towns = ({code: n for code, n in people.items() if (n < VILLAGE) is side} for side in (True, False))
    return 100 * (_share(villages, covered) - _share(towns, covered))
