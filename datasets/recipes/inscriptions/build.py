"""Rebuild datasets/brumeval/inscriptions/: registrations without names, and what the island knows of twelve people.

    python datasets/recipes/inscriptions/build.py                  in place
    python datasets/recipes/inscriptions/build.py --into /tmp/i    elsewhere, to compare

A seeded generator: the same bytes every time. Nobody in it exists. SOURCE.md is written by people.
"""

import argparse
import random
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent)]  # packages.py: scripts, not a package

from packages import CC_BY_SA, field, table, write_csv, write_package  # noqa: E402

YEAR = 2026
PEOPLE = 480
# Communes with their inhabitants and their share of people over 64, as in ile_population.
COMMUNES = {
    "Port-Brume": (8940, 0.24), "Sainte-Colombe": (4120, 0.28), "L'Anse-aux-Sternes": (2610, 0.40), "Les Trois-Phares": (2280, 0.32),
    "Roc-en-Mer": (1690, 0.31), "Lande-Haute": (1510, 0.19), "Saint-Elme-des-Grèves": (1870, 0.35), "Pointe-Grise": (980, 0.42),
}
# Activities with the ages that they are for, and how often they are chosen.
ACTIVITIES = {
    "école de voile": (7, 17, 9), "judo": (5, 20, 7), "gymnastique": (4, 70, 7), "natation": (6, 85, 9), "tennis": (8, 70, 6), "handball": (8, 40, 6),
    "marche nordique": (35, 88, 8), "gym douce": (55, 95, 8), "sport sur ordonnance": (25, 92, 5),
}
SENSITIVE = "sport sur ordonnance"
NAMES = {
    "F": ("Ninon Vaudrelle", "Solveig Tarhouan", "Anaëlle Brisoual", "Maryvonne Pelhastre", "Inès Roudavel", "Clarisse Mornouet", "Fanny Ligourec",
          "Odette Quélastre", "Jade Sternevoix"),
    "H": ("Armel Quistrec", "Titouan Kerzinec", "Octave Salvaret", "Émilien Landravec", "Gaspard Hourtelet", "Marius Dunemarre",
          "Lucien Ravoual", "Elouan Brumandier", "Noé Grévardec"),
}
SAYINGS = {
    "child": "photo de classe dans le bulletin communal de juin 2026", "adult": "portrait dans le bulletin communal de mars 2026",
    "old": "anniversaire annoncé dans le bulletin communal de mai 2026",
}

REGISTERED = [
    field("numero", "string", "Numéro", "Numéro tiré au hasard qui remplace le nom. Le service garde à part la liste qui dit à qui il est.",
          required=True, unique=True, pattern="^U[0-9]{4}$"),
    field("commune", "string", "Commune", "Commune où la personne habite.", required=True, enum=list(COMMUNES)),
    field("sexe", "string", "Sexe", "F ou H, comme sur le formulaire.", required=True, enum=["F", "H"]),
    field("annee_naissance", "integer", "Année de naissance", "Année de naissance, sur quatre chiffres.", required=True, minimum=1926, maximum=2022),
    field("activite", "string", "Activité", "Activité choisie. Le sport sur ordonnance est prescrit par un médecin, à une personne malade.",
          required=True, enum=list(ACTIVITIES)),
    field("tarif", "string", "Tarif", "Plein, ou réduit d'après le revenu du foyer.", required=True, enum=["plein", "réduit"]),
]
KNOWN = [
    field("personne", "string", "Personne", "Prénom et nom, inventés.", required=True, unique=True),
    field("commune", "string", "Commune", "Commune où elle habite.", required=True, enum=list(COMMUNES)),
    field("sexe", "string", "Sexe", "F ou H.", required=True, enum=["F", "H"]),
    field("annee_naissance", "integer", "Année de naissance", "Vide quand le bulletin ne la dit pas."),
    field("source", "string", "D'où on le sait", "Un bulletin que toute l'île reçoit. Il est inventé aussi.", required=True),
]


def registered(chance: random.Random) -> list[dict]:
    """One person a row, by number."""
    names, weights = list(COMMUNES), [people for people, _ in COMMUNES.values()]
    numbers = chance.sample(range(1000, 10000), PEOPLE)
    rows = []
    for number in sorted(numbers):
        commune = chance.choices(names, weights)[0]
        old = chance.random() < COMMUNES[commune][1] * 0.8
        age = chance.randint(65, 92) if old else chance.choice([chance.randint(5, 17), chance.randint(18, 64)])
        open_to = {name: weight for name, (low, high, weight) in ACTIVITIES.items() if low <= age <= high}
        rows.append({
            "numero": f"U{number}", "commune": commune, "sexe": "F" if chance.random() < 0.56 else "H", "annee_naissance": YEAR - age,
            "activite": chance.choices(list(open_to), list(open_to.values()))[0], "tarif": "réduit" if chance.random() < 0.3 else "plein",
        })
    return rows


def known(rows: list[dict], chance: random.Random) -> list[dict]:
    """Twelve people of whom anybody knows a little: nine are registered, one of them alone with a secret; three are not."""
    def alike(row: dict) -> int:
        return sum(all(row[name] == other[name] for name in ("commune", "sexe", "annee_naissance")) for other in rows)

    alone = [row for row in rows if alike(row) == 1]
    ill = [row for row in alone if row["activite"] == SENSITIVE]
    shared = [row for row in rows if alike(row) > 1]
    chosen = chance.sample(ill, 2) + chance.sample([row for row in alone if row not in ill], 4) + chance.sample(shared, 3)
    free = {sex: list(names) for sex, names in NAMES.items()}
    people = [_said(row, free, hide_year=at == 8) for at, row in enumerate(chosen)]
    taken = {(row["commune"], row["sexe"], row["annee_naissance"]) for row in rows}
    while len(people) < 12:
        sex = "FH"[len(people) % 2]
        while (who := (chance.choice(list(COMMUNES)), sex, chance.randint(1940, 2015))) in taken:
            pass
        people.append(_one(free[sex].pop(0), *who))
    chance.shuffle(people)
    return people


def _said(row: dict, free: dict[str, list[str]], hide_year: bool) -> dict:
    one = _one(free[row["sexe"]].pop(0), row["commune"], row["sexe"], row["annee_naissance"])
    return one | ({"annee_naissance": None} if hide_year else {})


def _one(name: str, commune: str, sex: str, year: int) -> dict:
    age = YEAR - year
    return {"personne": name, "commune": commune, "sexe": sex, "annee_naissance": year,
            "source": SAYINGS["child" if age < 18 else "adult" if age < 65 else "old"]}


def build(into: Path) -> None:
    """Write the package into the folder, made when absent."""
    chance = random.Random("brumeval registrations 2026")
    rows = registered(chance)
    write_csv(into / "in_inscriptions.csv", REGISTERED, rows)
    write_csv(into / "in_connus.csv", KNOWN, known(rows, chance))
    write_package(
        into, name="inscriptions", title="Les inscriptions sportives de Brumeval, sans les noms",
        description="480 inscriptions où un numéro remplace le nom, et ce que tout le monde sait de douze personnes. L'île et toutes ces personnes sont inventées.",
        sources=[{"title": "Générateur de l'atelier Challenge Data"}], licences=[CC_BY_SA],
        vintage="état fictif de l'automne 2026", invented=True,
        resources=[
            table("in_inscriptions", "in_inscriptions.csv", title="Inscriptions aux activités sportives, saison 2026-2027",
                  description="Une personne par ligne. Les noms ont été remplacés par un numéro : le fichier est pseudonymisé, il n'est pas anonyme.",
                  fields=REGISTERED, key="numero"),
            table("in_connus", "in_connus.csv", title="Ce que tout le monde sait de douze personnes",
                  description="Douze personnes inventées, telles que les bulletins communaux les citent. Toutes ne sont pas inscrites.",
                  fields=KNOWN, key="personne"),
        ])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Rebuild datasets/brumeval/inscriptions/.")
    parser.add_argument("--into", type=Path, default=HERE.parents[1] / "brumeval" / "inscriptions")
    build(parser.parse_args().into)
