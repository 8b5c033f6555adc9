"""What notebook `2_manipuler` of the challenge is judged by: rows of a flat table, a code that died, inhabitants counted once."""

from collections import Counter, defaultdict

from shipped import KEPT, KEYS, LOST, aids, communes, french, population, rows

PRICE = 3_100
"""Euros: the electric bicycle of the question on two floors of conditions."""


def truth() -> dict:
    return _flat() | _prices() | _codes() | {"manipuler_couverture": _cover(), "manipuler_centre": _centre()}


def _flat() -> dict:
    bikes = [(aid, bike) for aid in french() for bike in aid["velos"]]
    everywhere = [bike for aid in aids() for bike in aid["velos"]]
    return {
        "manipuler_lignes": {
            "par_aide": len(french()),
            "par_velo": len(bikes),
            "par_velo_monde": len(everywhere),
            "par_etat": sum(len(bike["etats"]) for _, bike in bikes),
            "par_etat_monde": sum(len(bike["etats"]) for bike in everywhere),
            "deux_partout": 2 * len(bikes),
            "cles": sum(len(aid) for aid in french()),
            "lettres": sum(len(bike["type"]) for _, bike in bikes),
        },
    }  # fmt: skip


def _prices() -> dict:
    electric = [(aid, bike) for aid in french() for bike in aid["velos"] if bike["type"] == "électrique"]
    own = {aid["id"]: bike["conditions"]["prix_max"] for aid, bike in electric if "prix_max" in bike.get("conditions", {})}
    shared = {aid["id"]: aid["conditions"]["prix_max"] for aid, _ in electric if "prix_max" in aid["conditions"]}
    highest = shared | own
    return {
        "manipuler_electriques": len(electric),
        "manipuler_tous_electriques": sum("électrique" in bike["type"] for aid in french() for bike in aid["velos"]),
        "manipuler_prix_max": dict(sorted(highest.items())),
        "manipuler_prix_velo": sorted(own),
        "manipuler_prix_aide": sorted(shared),
        "manipuler_refusees": sorted(name for name, price in highest.items() if price < PRICE),
    }


def _codes() -> dict:
    known = {one["code_commune"]: one for one in communes()}
    payers = {one["id"]: one["organisme"]["code"] for one in french() if one["organisme"]["niveau"] == "commune"}
    return {
        "manipuler_aides_communes": len(payers),
        "manipuler_perdues": sorted(name for name, code in payers.items() if code not in known),
        "manipuler_regle": [LOST, KEPT],
        "manipuler_postaux": known[KEPT]["codes_postaux"].split("|"),
        "manipuler_codes_communes": {name: code for name, code in payers.items() if code in known},
    }


def _cover() -> dict:
    """The payer's whole territory for each aid, as the notebook's intern takes it; a payer whose code died reaches nobody."""
    members: dict[tuple[str, str], list[dict]] = defaultdict(list)
    for one in communes():
        for level, column in KEYS.items():
            if one[column]:
                members[level, one[column]].append(one)
    reached = [(aid["id"], one) for aid in french() for one in members[aid["organisme"]["niveau"], aid["organisme"]["code"]]]
    covered = {one["code_commune"]: one for _, one in reached}
    times = Counter(one["code_commune"] for _, one in reached)
    inhabitants, everybody = sum(map(population, covered.values())), sum(map(population, communes()))
    return {
        "liens": len(reached),
        "aides": len({name for name, _ in reached}),
        "communes": len(covered),
        "noms": len({one["nom"] for one in covered.values()}),
        "populations": len({one["population"] for one in covered.values()}),
        "epci": len({one["siren_epci"] for one in covered.values()}),
        "une_seule": sum(count == 1 for count in times.values()),
        "somme": sum(population(one) for _, one in reached),
        "habitants": inhabitants,
        "part": inhabitants / everybody * 100,
        "part_communes": len(covered) / len(communes()) * 100,
    }


def _centre() -> dict:
    told = next(one for one in french() if one["id"] == "region-centre")["territoire"]
    inside = [one for one in communes() if one["siren_epci"] in told["epci"] and one["code_commune"] not in told["sauf_communes"]]
    region = [one for one in communes() if one["code_region"] == "24"]
    return {
        "france": len(communes()),
        "communes": len(inside),
        "habitants": sum(map(population, inside)),
        "exclues": told["sauf_communes"],
        "hors_region": [one["code_commune"] for one in inside if one["code_region"] != "24"],
        "communes_region": len(region),
        "habitants_region": sum(map(population, region)),
        "communes_sauf_epci": sum(one["siren_epci"] in told["sauf_epci"] for one in communes()),
        "habitants_epci": sum(int(one["population_municipale"]) for one in rows("epci/epci.csv") if one["siren_epci"] in told["epci"]),
    }
