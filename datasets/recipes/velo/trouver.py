"""What notebook `1_trouver` of the challenge is judged by: what the file says, what it does not, on 7 April 2026."""

from shipped import DAY, aids, french, presumed_open

INCOME = 18_000
"""Euros a year: the person of the question on monthly and yearly incomes."""


def truth() -> dict:
    closed = [one["id"] for one in aids() if not presumed_open(one)]
    silent = [one for one in aids() if not one["conditions"]]
    limits = {one["id"]: limit for one in aids() if "montant" in (limit := one["conditions"].get("revenu_par_part_max", {}))}
    yearly = {name: limit["montant"] * {"an": 1, "mois": 12}[limit["periode"]] for name, limit in limits.items()}
    bikes = {bike["type"]: bike for bike in _aid("grenoble")["velos"]}
    return {
        "trouver_grenoble": _told(bikes["cargo électrique"]) | {"revenu_max": _aid("grenoble")["conditions"]["revenu_par_part_max"]["montant"]},
        "trouver_grenoble_autres": [
            {"type": kind} | _told(bike) for kind, bike in bikes.items() if kind != "cargo électrique" and "prix_max" in bike["conditions"]
        ],
        "trouver_aides": len(aids()),
        "trouver_aides_france": len(french()),
        "trouver_organismes_france": len({one["organisme"]["code"] for one in french()}),
        "trouver_noms_france": len({one["organisme"]["nom"] for one in french()}),
        "trouver_niveaux_france": len({one["organisme"]["niveau"] for one in french()}),
        "trouver_fermees": closed,
        "trouver_suspendues": [one["id"] for one in aids() if "suspendue_depuis" in one],
        "trouver_a_finir": [one["id"] for one in aids() if one.get("fin", "") >= DAY],
        "trouver_jamais": [one["id"] for one in aids() if "mise_a_jour" not in one],
        "trouver_relues": [one["id"] for one in aids() if presumed_open(one) and one.get("mise_a_jour", "").startswith("2026")],
        "trouver_muettes": [one["id"] for one in silent if all("conditions" not in bike for bike in one["velos"])],
        "trouver_propres": [one["id"] for one in silent if any("conditions" in bike for bike in one["velos"])],
        "trouver_permises": _permitted(silent),
        "trouver_fermees_18000": [name for name, amount in yearly.items() if amount < INCOME],
        "trouver_naives_18000": [name for name, limit in limits.items() if limit["montant"] < INCOME],
        "trouver_mensuels": {name: limit["montant"] for name, limit in limits.items() if limit["periode"] == "mois"},
        "trouver_annuel_repere": {"id": "occitanie", "par_an": yearly["occitanie"]},
    }  # fmt: skip


def _permitted(silent: list[dict]) -> list[str]:
    """Of the seven sentences of the question, those that speak of the cards and of nothing else, and that the cards bear out."""
    mute = [one for one in silent if all("conditions" not in bike for bike in one["velos"])]
    said = {
        "B": len(mute) == 116,
        "C": sum("revenu" in one.get("montant_selon", []) for one in aids()) == 68,
        "F": all("plafond" not in bike for bike in _aid("denain")["velos"]),
    }
    return [letter for letter, holds in said.items() if holds]


def _aid(name: str) -> dict:
    return next(one for one in aids() if one["id"] == name)


def _told(bike: dict) -> dict:
    return {"plafond": bike["plafond"], "prix_min": bike["conditions"]["prix_min"], "prix_max": bike["conditions"]["prix_max"]}
