"""Two flat tables made from the shipped datasets: the bicycle aids that may still be asked for, and the communes they reach.

Given files of the challenge `aides-velo` (notebook 3). Nothing is fetched: they read datasets/france/ as it is
committed. Its notebook 2 works on all the aids of the file, ended ones too, so these tables hold none of its answers.
"""

import csv
import json
from collections import defaultdict
from pathlib import Path

import cog
from aides_velo import APACHE
from packages import LICENCE_OUVERTE, field, table, write_csv, write_package
from publicodes import BIKES
from registry import expect

FRANCE = Path(__file__).resolve().parents[2] / "france"
DAY = "2026-04-07"
"""The day of the order in the challenge: an aid that ended before, or is suspended, is left out."""
MERGED = {"69152": "69149"}
"""A commune that pays under the code it had before it merged -> the commune that holds its streets now."""
LAYERS = {"commune": "aides_commune", "epci": "aides_epci", "département": "aides_departement", "région": "aides_region"}
ELECTRIC = {"commune": "electrique_commune", "epci": "electrique_epci", "département": "electrique_departement", "région": "electrique_region"}
"""The same layers, for one bicycle only: helping some bicycle is not helping this one (the Somme helps adapted ones alone)."""
RESERVED = ("revenu_par_part_max", "statuts", "exige", "exige_une_de")
"""What leaves some adults out whatever they buy. An age or a price does not: one can wait, or choose another bicycle."""
CEILINGS = {"plafond_electrique": "électrique", "plafond_mecanique": "mécanique simple"}

ROWS_FIELDS = [
    field("id", "string", "Aide", "Identifiant de l'aide, celui du jeu « aides_velo ».", required=True),
    field("organisme", "string", "Qui paie", "Nom de la collectivité ou de l'établissement.", required=True),
    field("niveau", "string", "Niveau", "Niveau de l'organisme qui paie.", required=True, enum=list(LAYERS)),
    field(
        "code",
        "string",
        "Code",
        "Code Insee de la commune, du département ou de la région, SIREN de l'EPCI : du texte. Pierre-Bénite (69152) porte celui d'Oullins-Pierre-Bénite (69149), qui l'a réunie.",
        required=True,
    ),
    field("velo", "string", "Vélo aidé", "Le type de vélo de cette ligne.", required=True, enum=BIKES),
    field("neuf", "boolean", "Neuf", "Vrai si l'aide vaut pour un vélo neuf.", required=True),
    field("occasion", "boolean", "Occasion", "Vrai si l'aide vaut pour un vélo d'occasion.", required=True),
    field(
        "plafond",
        "number",
        "Plafond (€)",
        "Le plus haut montant possible, toutes conditions réunies. Vide si la source n'en fixe pas : vide n'est pas zéro.",
    ),
    field(
        "revenu_max_an",
        "number",
        "Revenu maximal (€ par an)",
        "Revenu fiscal de référence par part à ne pas dépasser, ramené à l'année (un montant par mois est multiplié par 12). Vide si la source ne dit rien.",
    ),
    field("age_min", "integer", "Âge minimal", "En années ; vide si la source ne dit rien."),
    field("age_max", "integer", "Âge maximal", "En années ; vide si la source ne dit rien."),
    field("prix_min", "number", "Prix minimal (€)", "Prix du vélo ; vide si la source ne dit rien."),
    field("prix_max", "number", "Prix maximal (€)", "Prix du vélo ; vide si la source ne dit rien."),
    field(
        "autres_conditions",
        "string",
        "Autres conditions",
        "Ce qui est exigé d'autre, séparé par « ; » : statuts, abonnement, autre aide, revenu selon le foyer, dispenses.",
    ),
    field("fin", "date", "Fin", "Dernier jour de l'aide, quand il est annoncé."),
    field("mise_a_jour", "string", "Mise à jour", "Date de relecture donnée par la source, telle quelle ; une d'elles est un 30 février."),
    field("lien", "string", "Page officielle", "Adresse de la page de l'organisme ; elle peut avoir disparu.", required=True),
]
COVER_FIELDS = [
    field("code_commune", "string", "Code commune", "Code Insee de la commune (COG 2026).", required=True, unique=True, pattern=cog.COMMUNE),
    field("nom", "string", "Nom", "Nom de la commune.", required=True),
    field("code_departement", "string", "Code du département", "Code Insee du département.", required=True),
    field("code_region", "string", "Code de la région", "Code Insee de la région.", required=True),
    field("siren_epci", "string", "SIREN de l'EPCI", "L'intercommunalité dont elle est membre ; vide si aucune."),
    field("population", "integer", "Population", "Habitants, population diffusée avec le COG 2026 ; vide pour six territoires.", minimum=0),
    *(
        field(name, "integer", f"Aides, niveau {level}", f"Nombre d'aides présumées ouvertes que verse ce niveau ({level}) et qui valent dans cette commune.", required=True, minimum=0)
        for level, name in LAYERS.items()
    ),
    *(
        field(name, "number", f"Plafond, vélo {bike} (€)", f"Le plus haut plafond, pour un vélo {bike}, parmi les aides qui valent ici. Ce n'est pas une somme. Vide si aucune ne dit de montant pour ce vélo.")
        for name, bike in CEILINGS.items()
    ),
    *(
        field(name, "integer", f"Vélo électrique, niveau {level}", f"Nombre d'aides présumées ouvertes de ce niveau ({level}) qui valent ici pour un vélo électrique.", required=True, minimum=0)
        for level, name in ELECTRIC.items()
    ),
    field("electrique_pour_tous", "integer", "Vélo électrique, pour tout adulte", "Parmi ces aides, tous niveaux ensemble, celles qui ne demandent ni revenu maximal, ni statut, ni abonnement, ni autre aide, ni handicap.", required=True, minimum=0),
]  # fmt: skip


def build(folder: Path) -> None:
    """datasets/france/aides_velo_ouvertes: one row an aid and a bicycle; one row a commune and who helps there."""
    communes = read_csv("communes/communes.csv")
    aids = [one for one in json.loads((FRANCE / "aides_velo/aides_velo.json").read_text(encoding="utf-8")) if _open(one) and "code" in one["organisme"]]
    rows = [_row(aid, bike) for aid in aids for bike in aid["velos"]]
    covered = _cover(aids, communes)
    _expect(aids, rows, covered)
    write_csv(folder / "aides_velo_lignes.csv", ROWS_FIELDS, rows)
    write_csv(folder / "aides_velo_couverture.csv", COVER_FIELDS, covered)
    write_package(
        folder,
        title="Aides au vélo présumées ouvertes au 7 avril 2026, et communes où elles valent",
        description="Deux tables plates tirées des jeux « aides_velo » et « communes » : une ligne par aide et par type de vélo ; une ligne par commune, avec le nombre d'aides de chaque niveau.",
        sources=[
            {"title": "Jeu « aides_velo » de l'atelier (paquet npm @betagouv/aides-velo, version 3.6.1)", "path": "https://github.com/betagouv/publicodes-aides-velo"},
            cog.sources(f"version {cog.VERSIONS[cog.LATEST]}")[0],
        ],
        licences=[APACHE, LICENCE_OUVERTE],
        vintage="fiches relues de février 2025 à février 2026, quand leur date est connue ; COG 2026",
        invented=False,
        resources=[
            table(
                "aides_velo_lignes",
                "aides_velo_lignes.csv",
                title="Aides par type de vélo",
                description="Une ligne par aide versée en France et par type de vélo. Ni les aides suspendues, ni celles dont la fin est passée au 7 avril 2026.",
                fields=ROWS_FIELDS,
                key=["id", "velo"],
            ),
            table(
                "aides_velo_couverture",
                "aides_velo_couverture.csv",
                title="Communes et aides qui y valent",
                description="Une ligne par commune du COG 2026 : combien d'aides de chaque niveau y valent, et le plus haut plafond.",
                fields=COVER_FIELDS,
                key="code_commune",
            ),
        ],
    )  # fmt: skip


def read_csv(path: str) -> list[dict]:
    with (FRANCE / path).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _open(aid: dict) -> bool:
    """Presumed open: an aid that announces no end may have ended all the same, and nobody told the source."""
    return "suspendue_depuis" not in aid and aid.get("fin", DAY) >= DAY


def _row(aid: dict, bike: dict) -> dict:
    payer, asked = aid["organisme"], aid["conditions"] | bike.get("conditions", {})
    income = asked.get("revenu_par_part_max", {})
    others = [
        *(f"statut : {one}" for one in asked.get("statuts", [])),
        *asked.get("exige", []),
        *([f"une au choix : {', '.join(asked['exige_une_de'])}"] if "exige_une_de" in asked else []),
        *([f"revenu selon : {income['selon']}"] if "selon" in income else []),
        *(f"dispensé du plafond de revenu : {one}" for one in income.get("sauf", [])),
    ]
    return {
        "id": aid["id"],
        "organisme": payer["nom"],
        "niveau": payer["niveau"],
        "code": MERGED.get(payer["code"], payer["code"]),
        "velo": bike["type"],
        "neuf": str("neuf" in bike["etats"]).lower(),
        "occasion": str("occasion" in bike["etats"]).lower(),
        "plafond": bike.get("plafond"),
        "revenu_max_an": income["montant"] * (12 if income["periode"] == "mois" else 1) if "montant" in income else None,
        **{name: asked.get(name) for name in ("age_min", "age_max", "prix_min", "prix_max")},
        "autres_conditions": " ; ".join(others) or None,
        "fin": aid.get("fin"),
        "mise_a_jour": aid.get("mise_a_jour"),
        "lien": aid["lien"],
    }  # fmt: skip


def _cover(aids: list[dict], communes: list[dict]) -> list[dict]:
    places: dict[tuple[str, str], set[str]] = defaultdict(set)
    for one in communes:
        for level, column in (("commune", "code_commune"), ("epci", "siren_epci"), ("département", "code_departement"), ("région", "code_region")):
            places[level, one[column]].add(one["code_commune"])
    helped: dict[str, list[dict]] = defaultdict(list)
    for aid in aids:
        for code in _reached(aid, places):
            helped[code].append(aid)
    found = []
    for one in communes:
        here = helped[one["code_commune"]]
        row = {name: one[name] or None for name in ("code_commune", "nom", "code_departement", "code_region", "siren_epci", "population")}
        row |= {name: sum(aid["organisme"]["niveau"] == level for aid in here) for level, name in LAYERS.items()}
        electric = [(aid, each) for aid in here for each in aid["velos"] if each["type"] == "électrique"]
        row |= {name: sum(aid["organisme"]["niveau"] == level for aid, _ in electric) for level, name in ELECTRIC.items()}
        row["electrique_pour_tous"] = sum(not any(key in aid["conditions"] | each.get("conditions", {}) for key in RESERVED) for aid, each in electric)
        for name, bike in CEILINGS.items():
            row[name] = max((each["plafond"] for aid in here for each in aid["velos"] if each["type"] == bike and "plafond" in each), default=None)
        found.append(row)
    return found  # fmt: skip


def _reached(aid: dict, places: dict) -> set[str]:
    """The communes where an aid holds: the payer's, unless the aid says another territory."""
    if "territoire" not in aid:
        payer = aid["organisme"]
        return places[payer["niveau"], MERGED.get(payer["code"], payer["code"])]
    told = {
        key: {code for one in codes for code in (places["epci", one] if key.endswith("epci") else [one])}
        for key, codes in aid["territoire"].items()
    }
    return (told.get("epci", set()) | told.get("communes", set())) - told.get("sauf_epci", set()) - told.get("sauf_communes", set())  # fmt: skip


def _expect(aids: list[dict], rows: list[dict], covered: list[dict]) -> None:
    expect(
        "The file of bicycle aids",
        {
            "aids": len(aids),
            "rows": len(rows),
            "without a ceiling": sum(row["plafond"] is None for row in rows),
            "communes": len(covered),
            "communes helped": sum(any(row[name] for name in LAYERS.values()) for row in covered),
            "inhabitants helped": sum(int(row["population"] or 0) for row in covered if any(row[name] for name in LAYERS.values())),
            "inhabitants helped for an electric bicycle": sum(int(row["population"] or 0) for row in covered if any(row[name] for name in ELECTRIC.values())),
            "inhabitants helped whoever they are": sum(int(row["population"] or 0) for row in covered if row["electrique_pour_tous"]),
        },
        {"aids": 282, "rows": 1319, "without a ceiling": 6, "communes": 34969, "communes helped": 12521, "inhabitants helped": 34312286, "inhabitants helped for an electric bicycle": 32122466, "inhabitants helped whoever they are": 21228096},
    )  # fmt: skip
