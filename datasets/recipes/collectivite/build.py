"""Rebuild datasets/brumeval/collectivite/: what the island's services said, and what was wished for.

    python datasets/recipes/collectivite/build.py                  in place
    python datasets/recipes/collectivite/build.py --into /tmp/c    elsewhere, to compare

Written by hand in this folder's modules (nothing is drawn at random): the same bytes every time. SOURCE.md is written by people.
"""

import argparse
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]  # this folder's modules, and packages.py: scripts, not a package

import holdings  # noqa: E402
from interview import ROLES, SAID  # noqa: E402
from packages import CC_BY_SA, field, table, write_csv, write_package  # noqa: E402
from readings import AXES, READ, UNKNOWN  # noqa: E402
from wishes import COLUMNS, WISHED  # noqa: E402

LEVELS = ["0", "1", "2", "3", UNKNOWN]

INTERVIEW_FIELDS = [
    field("numero", "integer", "Numéro du propos", "Rang dans la table ronde, de 1 à 33.", required=True, unique=True),
    field("personne", "string", "Personne", "Qui parle. Toutes ces personnes sont inventées.", required=True),
    field("fonction", "string", "Fonction", "Ce que fait cette personne.", required=True),
    field("propos", "string", "Propos", "Ce qu'elle a dit, mot à mot.", required=True),
    field("axe", "integer", "Axe", "Numéro de l'axe du questionnaire dont il est question, de 1 à 5.", required=True, minimum=1, maximum=5),
]
ANSWER_FIELDS = [
    field("item", "string", "Question", "Code de la question dans le questionnaire de maturité, de 1.1 à 5.5.", required=True, unique=True),
    field("axe", "string", "Axe", "L'un des cinq axes du questionnaire.", required=True, enum=list(AXES.values())),
    field("sujet", "string", "Sujet", "La question en quelques mots.", required=True),
    field("lecture_1", "string", "Première lecture", "Le niveau choisi par la première lectrice, seule.", required=True, enum=LEVELS),
    field("lecture_2", "string", "Seconde lecture", "Le niveau choisi par le second lecteur, seul.", required=True, enum=LEVELS),
    field("retenue", "string", "Réponse retenue", "Le niveau retenu après discussion.", required=True, enum=LEVELS),
    field("preuves", "string", "Preuves", "Numéros des propos sur lesquels la réponse s'appuie ; vide quand personne n'a parlé du sujet."),
]
WISH_FIELDS = [
    field("numero", "integer", "Numéro du souhait", "De 1 à 16, dans l'ordre où ils sont arrivés.", required=True, unique=True),
    field("souhait", "string", "Souhait", "Ce qui est demandé.", required=True),
    field("qui", "string", "Qui le porte", "La personne qui l'a demandé. Toutes sont inventées.", required=True),
    field("origine", "string", "Origine", "D'où vient la demande.", required=True, enum=["service", "élus", "habitants"]),
    field("recueilli", "string", "Recueilli", "À l'atelier du 29 septembre 2026, par téléphone ou par courrier.", required=True,
          enum=["atelier", "téléphone", "courrier"]),
    field("personnes_concernees", "integer", "Personnes concernées", "Estimation de la mission numérique, faite un après-midi ; 24 000 est toute l'île.",
          required=True, minimum=1, maximum=24000),
    field("jours_de_travail", "integer", "Jours de travail", "Estimation du travail à fournir, par la même personne, le même après-midi.", required=True, minimum=1),
    field("donnees_existent", "string", "Les données existent", "Quelqu'un les a-t-il déjà ?", required=True, enum=["oui", "en partie", "non"]),
    field("voix", "integer", "Voix", "Gommettes reçues à l'atelier : 45 personnes, trois gommettes chacune.", required=True, minimum=0),
    field("frein", "string", "Frein", "Ce qui bloque d'abord, d'après la personne qui porte le souhait.", required=True,
          enum=["accord entre services", "argent", "droit", "habitudes", "outil", "temps"]),
]
HOLDING_FIELDS = [
    field("service", "string", "Service", "Le service, la mairie ou le prestataire qui tient les données.", required=True),
    field("personne", "string", "Personne", "La fonction de la personne qui les tient ; vide quand personne n'a su la nommer."),
    field("donnees", "string", "Données", "Ce qui est tenu : un fichier, un cahier, un classeur.", required=True, unique=True),
    field("etat", "string", "État", "Ce que l'on sait de la fraîcheur ; vide quand il reste à le lire dans la table ronde.",
          enum=[holdings.UP, holdings.DOUBT, holdings.OLD, holdings.UNKNOWN]),
    field("mise_a_jour", "string", "Mise à jour", "Quand ces données sont reprises, d'après la personne interrogée.", required=True),
]


def build(into: Path) -> None:
    """Write the package into the folder, made when absent."""
    write_csv(into / "co_entretien.csv", INTERVIEW_FIELDS, (
        {"numero": rank, "personne": person, "fonction": ROLES[person], "propos": words, "axe": int(about[0])}
        for rank, (person, words, about) in enumerate(SAID, 1)))
    proofs = {item: " ".join(str(rank) for rank, (_, _, about) in enumerate(SAID, 1) if about == item) for item in READ}
    write_csv(into / "co_reponses.csv", ANSWER_FIELDS, (
        {"item": item, "axe": AXES[item[0]], "sujet": subject, "lecture_1": first, "lecture_2": second, "retenue": kept, "preuves": proofs[item]}
        for item, (subject, first, second, kept) in READ.items()))
    write_csv(into / "co_souhaits.csv", WISH_FIELDS, (
        {"numero": rank} | dict(zip(COLUMNS, wish, strict=True)) for rank, wish in enumerate(WISHED, 1)))
    write_csv(into / "co_donnees.csv", HOLDING_FIELDS, (dict(zip(holdings.COLUMNS, held, strict=True)) for held in holdings.HELD))
    write_package(
        into, name="collectivite", title="La communauté de communes de Brumeval se regarde",
        description="Une table ronde, deux lectures de cette table ronde, seize souhaits et la liste de qui tient quoi. L'île et toutes ces personnes sont inventées.",
        sources=[{"title": "Textes écrits pour l'atelier Challenge Data"}], licences=[CC_BY_SA],
        vintage="état fictif d'octobre 2026", invented=True,
        resources=[
            table("co_entretien", "co_entretien.csv", title="La table ronde du 6 octobre 2026",
                  description="33 propos de sept personnes de la collectivité, dans l'ordre où ils ont été tenus.",
                  fields=INTERVIEW_FIELDS, key="numero"),
            table("co_reponses", "co_reponses.csv", title="Le questionnaire de maturité rempli par une équipe imaginaire",
                  description="Une lectrice et un lecteur ont rempli le questionnaire chacun de son côté, d'après la table ronde, puis se sont mis d'accord. "
                              "Votre équipe a le droit de lire autrement.",
                  fields=ANSWER_FIELDS, key="item"),
            table("co_souhaits", "co_souhaits.csv", title="Seize souhaits pour les données de l'île",
                  description="Souhaits des services, des élus et des habitants, avec les voix de l'atelier du 29 septembre 2026.",
                  fields=WISH_FIELDS, key="numero"),
            table("co_donnees", "co_donnees.csv", title="Qui tient quelles données",
                  description="22 jeux de données de la collectivité : le service, la personne, l'état et le rythme. Trois états restent à lire dans la table ronde.",
                  fields=HOLDING_FIELDS, key="donnees"),
        ])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Rebuild datasets/brumeval/collectivite/.")
    parser.add_argument("--into", type=Path, default=HERE.parents[1] / "brumeval" / "collectivite")
    build(parser.parse_args().into)
