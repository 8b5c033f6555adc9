"""EPCI (intermunicipal bodies with their own taxation) and their member communes."""

from collections import Counter
from pathlib import Path

import cog
from packages import LICENCE_OUVERTE, field, table, write_csv, write_package
from registry import expect

EPCI_FIELDS = [
    field(
        "siren_epci",
        "string",
        "SIREN de l'EPCI",
        "Numéro SIREN de l'intercommunalité (9 chiffres) : c'est lui qui relie « epci », « epci_communes » et « communes ».",
        required=True,
        unique=True,
        pattern=cog.SIREN,
    ),
    field(
        "nom",
        "string",
        "Nom",
        "Nom de l'intercommunalité, précédé de sa nature abrégée. Deux portent le même : « CC des Quatre Rivières ».",
        required=True,
    ),
    field(
        "type",
        "string",
        "Type",
        "« CC » : communauté de communes ; « CA » : communauté d'agglomération ; « CU » : communauté urbaine ; « METRO » : métropole ; « MET69 » : métropole de Lyon.",
        required=True,
        enum=["CC", "CA", "CU", "METRO", "MET69"],
    ),
    field(
        "mode_financement",
        "string",
        "Mode de financement",
        "« FPU » : fiscalité professionnelle unique ; « FA » : fiscalité additionnelle.",
        required=True,
        enum=["FPU", "FA"],
    ),
    field(
        "nombre_communes",
        "integer",
        "Nombre de communes membres",
        "Compté dans la liste des membres (ressource « epci_communes »).",
        required=True,
        minimum=1,
    ),
    field(
        "population_municipale",
        "integer",
        "Population municipale",
        "Somme des populations municipales des membres, en habitants, selon la liste des EPCI. Elle est plus ancienne que la colonne « population » des communes : ne pas mêler les deux.",
        required=True,
        minimum=0,
    ),
    field(
        "population_totale",
        "integer",
        "Population totale",
        "Population municipale plus population comptée à part (étudiants logés ailleurs, par exemple). Ne pas additionner des populations totales : des personnes y seraient comptées deux fois.",
        required=True,
        minimum=0,
    ),
]
MEMBERS_FIELDS = [
    field(
        "code_commune",
        "string",
        "Code commune",
        "Code Insee de la commune membre. Chaque commune est membre d'une seule intercommunalité à fiscalité propre.",
        required=True,
        unique=True,
        pattern=cog.COMMUNE,
    ),
    field(
        "siren_epci",
        "string",
        "SIREN de l'EPCI",
        "Numéro SIREN de l'intercommunalité dont elle est membre.",
        required=True,
        pattern=cog.SIREN,
    ),
]


def build(folder: Path) -> None:
    """datasets/france/epci: one row an EPCI, and which commune is a member of which."""
    epci = sorted(cog.read_data("epci"), key=lambda one: one["code"])
    rows = [
        {
            "siren_epci": one["code"],
            "nom": one["nom"],
            "type": one["type"],
            "mode_financement": one["modeFinancement"],
            "nombre_communes": len(one["membres"]),
            "population_municipale": one["populationMunicipale"],
            "population_totale": one["populationTotale"],
        }
        for one in epci
    ]
    members = [{"code_commune": code, "siren_epci": siren} for code, siren in sorted(cog.epci_of_commune().items())]
    _expect(rows, members)
    write_csv(folder / "epci.csv", EPCI_FIELDS, rows)
    write_csv(folder / "epci_communes.csv", MEMBERS_FIELDS, members)
    write_package(
        folder,
        title="Intercommunalités à fiscalité propre (EPCI) et leurs communes membres",
        description="Les 1 255 établissements publics de coopération intercommunale à fiscalité propre, et l'appartenance des communes.",
        sources=[cog.sources(f"version {cog.VERSIONS[cog.LATEST]}")[i] for i in (0, 2)],
        licences=[LICENCE_OUVERTE],
        vintage="COG 2026 (liste des EPCI identique à celle diffusée avec le COG 2025)",
        invented=False,
        resources=[
            table(
                "epci",
                "epci.csv",
                title="Intercommunalités",
                description="Une ligne par EPCI.",
                fields=EPCI_FIELDS,
                key="siren_epci",
            ),
            table(
                "epci_communes",
                "epci_communes.csv",
                title="Communes membres",
                description="Une ligne par commune membre d'un EPCI.",
                fields=MEMBERS_FIELDS,
                key="code_commune",
                foreign_keys=[{"fields": "siren_epci", "reference": {"resource": "epci", "fields": "siren_epci"}}],
            ),
        ],
    )


def _expect(rows: list[dict], members: list[dict]) -> None:
    kinds = Counter(row["type"] for row in rows)
    population = {one["code"]: one.get("population") for one in cog.present_communes()}
    in_2024 = {one["code"]: one.get("population") for one in cog.present_communes(2024)}
    listed = [member for one in cog.read_data("epci") for member in one["membres"]]
    names = Counter(row["nom"] for row in rows)
    expect(
        f"{cog.PACKAGE} {cog.VERSIONS[cog.LATEST]}",
        {
            "EPCI": len(rows),
            "kinds": dict(sorted(kinds.items())),
            "members": len(members),
            "members listed": len(listed),
            "members that are no commune": sum(one["code"] not in population for one in listed),
            "members whose population differs": sum(
                one["populationMunicipale"] != population[one["code"]] for one in listed
            ),
            "members whose population is that of 2024": sum(
                one["populationMunicipale"] == in_2024.get(one["code"]) for one in listed
            ),
            "sums that differ": sum(
                one["populationMunicipale"] != sum(m["populationMunicipale"] for m in one["membres"])
                or one["populationTotale"] != sum(m["populationTotale"] for m in one["membres"])
                for one in cog.read_data("epci")
            ),
            "shared names": sorted(name for name in names if names[name] > 1),
            "same list as in 2025": cog.read_data("epci", 2025) == cog.read_data("epci"),
            "population": sum(row["population_municipale"] for row in rows),
        },
        {
            "EPCI": 1255,
            "kinds": {"CA": 230, "CC": 989, "CU": 14, "MET69": 1, "METRO": 21},
            "members": 34871,
            "members listed": 34871,
            "members that are no commune": 0,
            "members whose population differs": 32246,
            "members whose population is that of 2024": 34816,
            "sums that differ": 0,
            "shared names": ["CC des Quatre Rivières"],
            "same list as in 2025": True,
            "population": 68010643,
        },
    )
