"""Communes and their populations by vintage, from the package @etalab/decoupage-administratif."""

import json
from collections import Counter
from functools import cache
from pathlib import Path

from packages import LICENCE_OUVERTE, field, table, write_csv, write_package
from registry import expect, read

PACKAGE = "@etalab/decoupage-administratif"
# Vintage of the Code officiel géographique -> version of the package (its README gives this table).
VERSIONS = {2021: "1.1.1", 2022: "2.3.1", 2023: "3.1.1", 2024: "4.1.0", 2025: "5.3.0", 2026: "6.0.0"}
LATEST = max(VERSIONS)

COMMUNE = r"^(\d{5}|2[AB]\d{3})$"
DEPARTEMENT = r"^(\d{2}|2[AB]|97\d|98\d)$"
REGION = r"^(\d{2}|97\d|98\d)$"
SIREN = r"^\d{9}$"


def sources(versions: str) -> list[dict]:
    return [
        {"title": f"Paquet npm {PACKAGE}, {versions}", "path": "https://github.com/datagouv/decoupage-administratif"},
        {"title": "Insee, Code officiel géographique", "path": "https://www.insee.fr/fr/information/2560452"},
        {
            "title": "DGCL, liste et composition des EPCI à fiscalité propre",
            "path": "https://www.collectivites-locales.gouv.fr/etudes-et-statistiques",
        },
        {
            "title": "La Poste, base officielle des codes postaux",
            "path": "https://www.data.gouv.fr/datasets/base-officielle-des-codes-postaux",
        },
    ]


@cache
def read_data(name: str, year: int = LATEST) -> list[dict]:
    return json.loads(read(PACKAGE, VERSIONS[year], f"data/{name}.json"))


@cache
def present_communes(year: int = LATEST) -> list[dict]:
    """Present communes only: the package also lists delegated, associated communes and arrondissements."""
    return sorted(
        (one for one in read_data("communes", year) if one["type"] == "commune-actuelle"), key=lambda one: one["code"]
    )


@cache
def epci_of_commune() -> dict[str, str]:
    return {member["code"]: epci["code"] for epci in read_data("epci") for member in epci["membres"]}


COMMUNES_FIELDS = [
    field(
        "code_commune",
        "string",
        "Code commune",
        "Code Insee de la commune, cinq caractères : du texte, jamais un nombre (« 01001 », « 2A004 »). Ce n'est pas le code postal.",
        required=True,
        unique=True,
        pattern=COMMUNE,
    ),
    field(
        "nom",
        "string",
        "Nom",
        "Nom officiel, avec son article. Il ne suffit pas à reconnaître une commune : 3 675 communes ont au moins une homonyme.",
        required=True,
    ),
    field(
        "zone",
        "string",
        "Zone",
        "« metro » : France métropolitaine ; « drom » : département ou région d'outre-mer ; « com » : autre collectivité d'outre-mer.",
        required=True,
        enum=["metro", "drom", "com"],
    ),
    field(
        "code_departement",
        "string",
        "Code du département",
        "Code Insee du département (« 01 », « 2A », « 974 »), ou de la collectivité d'outre-mer (« 987 »).",
        required=True,
        pattern=DEPARTEMENT,
    ),
    field(
        "nom_departement",
        "string",
        "Nom du département",
        "Nom du département, ou de la collectivité d'outre-mer.",
        required=True,
    ),
    field(
        "code_region",
        "string",
        "Code de la région",
        "Code Insee de la région (« 53 » pour la Bretagne, à ne pas confondre avec le département 53). Une collectivité d'outre-mer n'a pas de région : son propre code est répété.",
        required=True,
        pattern=REGION,
    ),
    field(
        "nom_region",
        "string",
        "Nom de la région",
        "Nom de la région ; pour une collectivité d'outre-mer, son propre nom.",
        required=True,
    ),
    field(
        "siren",
        "string",
        "SIREN de la commune",
        "Numéro SIREN de la commune (9 chiffres). Absent dans les collectivités d'outre-mer.",
        pattern=SIREN,
    ),
    field(
        "siren_epci",
        "string",
        "SIREN de l'EPCI",
        "Numéro SIREN de l'intercommunalité à fiscalité propre dont la commune est membre (jeu « epci »). Absent pour 98 communes : les 94 des collectivités d'outre-mer et quatre îles.",
        pattern=SIREN,
    ),
    field(
        "codes_postaux",
        "string",
        "Codes postaux",
        "Codes postaux de la commune, séparés par « | » : une commune peut en avoir plusieurs, et plusieurs communes partagent le même.",
        pattern=r"^\d{5}(\|\d{5})*$",
    ),
    field(
        "population",
        "integer",
        "Population",
        "Population légale diffusée avec le COG 2026, en habitants. Le fichier ne dit pas l'année de recensement. Absente pour 6 territoires sans habitants permanents.",
        minimum=0,
    ),
]


def build_communes(folder: Path) -> None:
    """datasets/france/communes: one row a commune of the COG 2026."""
    departements = {one["code"]: one["nom"] for one in read_data("departements")}
    regions = {one["code"]: one["nom"] for one in read_data("regions")}
    siren = epci_of_commune()
    rows = [
        {
            "code_commune": one["code"],
            "nom": one["nom"],
            "zone": one["zone"],
            "code_departement": one["departement"],
            "nom_departement": departements[one["departement"]],
            "code_region": one["region"],
            "nom_region": regions[one["region"]],
            "siren": one.get("siren"),
            "siren_epci": siren.get(one["code"]),
            "codes_postaux": "|".join(one.get("codesPostaux", [])),
            "population": one.get("population"),
        }
        for one in present_communes()
    ]
    _expect_communes(rows)
    write_csv(folder / "communes.csv", COMMUNES_FIELDS, rows)
    write_package(
        folder,
        title="Communes de France (COG 2026)",
        description="Les 34 969 communes et territoires assimilés du Code officiel géographique 2026 : code, nom, département, région, intercommunalité, codes postaux, population.",
        sources=sources(f"version {VERSIONS[LATEST]}"),
        licences=[LICENCE_OUVERTE],
        vintage="COG 2026",
        invented=False,
        resources=[
            table(
                "communes",
                "communes.csv",
                title="Communes",
                description="Une ligne par commune.",
                fields=COMMUNES_FIELDS,
                key="code_commune",
            )
        ],
    )


def _expect_communes(rows: list[dict]) -> None:
    zones = Counter(row["zone"] for row in rows)
    names = Counter(row["nom"] for row in rows)
    shared = [count for count in names.values() if count > 1]
    expect(
        f"{PACKAGE} {VERSIONS[LATEST]}",
        {
            "communes": len(rows),
            "metro": zones["metro"],
            "drom": zones["drom"],
            "com": zones["com"],
            "outside the collectivities": zones["metro"] + zones["drom"],
            "without population": sum(row["population"] is None for row in rows),
            "population zero": sum(row["population"] == 0 for row in rows),
            "without EPCI": sum(row["siren_epci"] is None for row in rows),
            "without EPCI, outside the collectivities": sorted(
                row["nom"] for row in rows if row["siren_epci"] is None and row["zone"] != "com"
            ),
            "without postcode": sum(not row["codes_postaux"] for row in rows),
            "without SIREN": sum(row["siren"] is None for row in rows),
            "shared names": len(shared),
            "communes that share a name": sum(shared),
            "Sainte-Colombe": names["Sainte-Colombe"],
            "Saint-Denis": sorted(row["population"] for row in rows if row["nom"] == "Saint-Denis"),
        },
        {
            "communes": 34969,
            "metro": 34746,
            "drom": 129,
            "com": 94,
            "outside the collectivities": 34875,
            "without population": 6,
            "population zero": 6,
            "without EPCI": 98,
            "without EPCI, outside the collectivities": ["L'Île-d'Yeu", "Ouessant", "Île-de-Bréhat", "Île-de-Sein"],
            "without postcode": 5,
            "without SIREN": 94,
            "shared names": 1441,
            "communes that share a name": 3675,
            "Sainte-Colombe": 12,
            "Saint-Denis": [296, 523, 149077, 155634],
        },
    )


POPULATIONS_FIELDS = [
    field(
        "code_commune",
        "string",
        "Code commune",
        "Code Insee de la commune dans ce millésime : du texte, jamais un nombre. Un code peut disparaître (fusion) ou revenir (scission) d'un millésime à l'autre.",
        required=True,
        pattern=COMMUNE,
    ),
    field(
        "millesime",
        "integer",
        "Millésime du COG",
        "Année du Code officiel géographique avec lequel cette population est diffusée. Ce n'est PAS l'année du recensement, que le fichier ne donne pas.",
        required=True,
        minimum=2021,
        maximum=2026,
    ),
    field(
        "population",
        "integer",
        "Population",
        "Population légale diffusée avec ce millésime, en habitants. Absente pour 6 territoires sans habitants permanents.",
        minimum=0,
    ),
]


def build_populations(folder: Path) -> None:
    """datasets/france/populations: one row a commune and a vintage, COG 2021 to 2026."""
    rows = [
        {"code_commune": one["code"], "millesime": year, "population": one.get("population")}
        for year in VERSIONS
        for one in present_communes(year)
    ]
    _expect_populations(rows)
    write_csv(folder / "populations.csv", POPULATIONS_FIELDS, rows)
    write_package(
        folder,
        title="Populations des communes, par millésime du COG (2021 à 2026)",
        description="La population de chaque commune telle que diffusée avec six millésimes du Code officiel géographique. Des communes fusionnent, et certains millésimes se répètent : lire SOURCE.md avant de calculer une évolution.",
        sources=sources(f"versions {', '.join(VERSIONS.values())}")[:2],
        licences=[LICENCE_OUVERTE],
        vintage="COG 2021 à 2026",
        invented=False,
        resources=[
            table(
                "populations",
                "populations.csv",
                title="Populations",
                description="Une ligne par commune et par millésime.",
                fields=POPULATIONS_FIELDS,
                key=["code_commune", "millesime"],
            )
        ],
    )


def _expect_populations(rows: list[dict]) -> None:
    by_year = {year: {} for year in VERSIONS}
    for row in rows:
        by_year[row["millesime"]][row["code_commune"]] = row["population"]

    def changes(before: int, after: int) -> tuple[int, int, int]:
        """Codes gone, codes new, populations that differ among the codes of both vintages."""
        old, new = by_year[before], by_year[after]
        both = old.keys() & new.keys()
        return len(old.keys() - new.keys()), len(new.keys() - old.keys()), sum(old[code] != new[code] for code in both)

    mayotte = {sum(count for code, count in by_year[year].items() if code.startswith("976")) for year in VERSIONS}
    expect(
        PACKAGE,
        {
            "rows": len(rows),
            "communes by vintage": [len(by_year[year]) for year in VERSIONS],
            "without population by vintage": [
                sum(count is None for count in by_year[year].values()) for year in VERSIONS
            ],
            "2021 to 2022": changes(2021, 2022),
            "2022 to 2023": changes(2022, 2023),
            "2023 to 2024": changes(2023, 2024),
            "2024 to 2025": changes(2024, 2025),
            "2025 to 2026": changes(2025, 2026),
            "Saint-Denis": [by_year[year]["93066"] for year in VERSIONS],
            "Pierrefitte-sur-Seine": [by_year[year].get("93059") for year in VERSIONS],
            "Mayotte": sorted(mayotte),
            "zones in 2021": sum("zone" in one for one in present_communes(2021)),
            "without department in 2021": sum("departement" not in one for one in present_communes(2021)),
        },
        {
            "rows": 210114,
            "communes by vintage": [35059, 35049, 35039, 35029, 34969, 34969],
            "without population by vintage": [6, 6, 6, 6, 6, 6],
            "2021 to 2022": (10, 0, 31904),
            "2022 to 2023": (11, 1, 0),
            "2023 to 2024": (13, 3, 33513),
            "2024 to 2025": (68, 8, 32333),
            "2025 to 2026": (0, 0, 0),
            "Saint-Denis": [112852, 113116, 113116, 115237, 149077, 149077],
            "Pierrefitte-sur-Seine": [30861, 31344, 31344, 33670, None, None],
            "Mayotte": [256518],
            "zones in 2021": 0,
            "without department in 2021": 94,
        },
    )
