"""The package ``defibrillateurs``: what each of its files is, for those who ask ``describe(name)``."""

from pathlib import Path

import schema_dae
from packages import CC_BY_SA, document, field, messy, table, write_json, write_package
from territory import COMMUNE, SOURCE

CHECKED_IN_APRIL = ["nom", "lat_coor1", "long_coor1", "acc", "disp_h", "tel1", "etat_fonct"]
_SEEN = "Jour où l'appareil a été vu en place pour la dernière fois."


def write(folder: Path) -> None:
    """Write the schema and the package's description beside the files of the three deliveries."""
    write_json(folder / "schema_dae.json", schema_dae.subset(CHECKED_IN_APRIL))
    write_package(
        folder, title="Défibrillateurs de l'île de Brumeval (inventés)",
        description="Les fichiers que la communauté de communes de Brumeval remet aux équipes, en trois livraisons. Appareils, personnes et numéros sont inventés : lire SOURCE.md.",
        sources=[SOURCE], licences=[CC_BY_SA], vintage="livraisons fictives de mars 2026, avril 2026 et janvier 2027", invented=True,
        resources=[*_march(), *_april(), *_january()],
    )


def _march() -> list[dict]:
    return [
        messy("dae_mairies", "dae_mairies.xlsx", title="Mars · le classeur des mairies", description="Un classeur tenu à la main par les huit mairies."),
        messy("dae_pompiers", "dae_pompiers.csv", title="Mars · l'export des pompiers", description="Les appareils que les pompiers ont relevés lors de leurs visites."),
        messy("dae_citoyens", "dae_citoyens.geojson", title="Mars · la carte des habitants", description="Les appareils signalés par des habitantes et des habitants, sous pseudonyme. WGS 84."),
        messy("dae_extrait", "dae_extrait.csv", title="Mars · l'extrait au format DAE",
              description="Douze fiches de chaque source, que la communauté de communes a recopiées dans les 17 colonnes obligatoires du schéma national."),
    ]


def _april() -> list[dict]:
    position = [field("latitude", "number", "Latitude", "Telle que saisie, en degrés."), field("longitude", "number", "Longitude", "Telle que saisie, en degrés.")]
    seen = field("vu_le", "date", "Vu le", _SEEN, required=True)
    return [
        table("dae_est_mairies", "dae_est_mairies.csv", title="Avril, est de l'île · les mairies", description="Réponse des quatre mairies de l'est.", key="id", fields=[
            field("id", "string", "Identifiant", "Numéro de la ligne.", required=True), field("nom", "string", "Nom du site", "Nom du lieu.", required=True),
            field("commune", "string", "Commune", "Nom de la commune, écrit par chaque mairie à sa façon.", required=True), *position,
            field("horaires", "string", "Horaires", "Horaires d'accès, en toutes lettres."), seen]),
        table("dae_est_pompiers", "dae_est_pompiers.csv", title="Avril, est de l'île · les pompiers", description="Réponse des centres de secours de l'est.", key="numero", fields=[
            field("numero", "string", "Numéro", "Numéro de la ligne.", required=True), field("nom_site", "string", "Nom du site", "Nom du lieu, en capitales.", required=True), *position,
            field("etat", "string", "État", "État de l'appareil le jour de la visite."), field("date_visite", "date", "Date de visite", _SEEN, required=True)]),
        table("dae_est_citoyens", "dae_est_citoyens.csv", title="Avril, est de l'île · les habitants", description="Signalements de l'est, sans pseudonyme.", key="ref", fields=[
            field("ref", "string", "Référence", "Numéro de la ligne.", required=True), field("lieu", "string", "Lieu", "Nom du lieu, dans les mots de qui l'a vu.", required=True),
            field("lat", "number", "Latitude", "Latitude en degrés, WGS 84."), field("lon", "number", "Longitude", "Longitude en degrés, WGS 84."), seen]),
        table("dae_est_lieux", "dae_est_lieux.csv", title="Avril, est de l'île · qui parle du même lieu", description="Les lignes de l'est, avec le lieu auquel l'équipe voisine a rattaché chacune.", key="id", fields=[
            field("id", "string", "Identifiant", "Numéro de la ligne.", required=True), field("source", "string", "Source", "mairies, pompiers ou citoyens.", required=True),
            field("nom", "string", "Nom", "Nom du lieu selon la source.", required=True), field("lieu", "string", "Lieu", "Le même pour toutes les lignes qui parlent du même appareil.", required=True),
            field("etat_fonct", "string", "État", "État de l'appareil selon la source.", required=True), seen]),
        table("dae_ouest", "dae_ouest.csv", title="Avril, ouest de l'île · les trois sources empilées", description="L'ouest, que l'équipe voisine a déjà remis droit et empilé.", key="id", fields=[
            field("id", "string", "Identifiant", "Numéro de la ligne.", required=True), field("source", "string", "Source", "mairies, pompiers ou citoyens.", required=True),
            field("nom", "string", "Nom", "Nom du lieu selon la source.", required=True),
            field("latitude", "number", "Latitude", "En degrés, WGS 84.", required=True), field("longitude", "number", "Longitude", "En degrés, WGS 84.", required=True),
            field("com_insee", "string", "Code commune", "Commune de l'appareil.", required=True, pattern=COMMUNE),
            field("disp_h", "string", "Heures d'accès", "Au vocabulaire du schéma DAE.", required=True), field("etat_fonct", "string", "État", "Au vocabulaire du schéma DAE.", required=True),
            field("contact", "string", "Contact", "Qui appeler, tel que les mairies l'ont écrit. Personnes et numéros inventés."),
            field("observations", "string", "Observations", "Remarques libres."), seen]),
        table("dae_bacs", "dae_bacs.csv", title="Avril · les bacs et pontons", description="Douze appareils de la compagnie des bacs, dont le fichier se dit conforme au schéma.", key="id", fields=[
            field("id", "string", "Identifiant", "Numéro de la ligne.", required=True),
            *({key: value for key, value in one.items() if key != "constraints"} for one in schema_dae.FIELDS if one["name"] in CHECKED_IN_APRIL)]),
        document("schema_dae", "schema_dae.json", title="Schéma des défibrillateurs (extrait)",
                 description="Sept champs obligatoires du schéma national des défibrillateurs (atlasante/schema-dae 1.0.7), au format Table Schema : mêmes noms, types et motifs, descriptions de l'atelier."),
    ]


def _january() -> list[dict]:
    number = field("gid", "string", "Numéro", "Numéro de l'appareil dans la base de janvier.", required=True, unique=True)
    metres = "Distance à vol d'oiseau entre le centre du carreau et l'appareil en service le plus proche, en mètres,"
    return [
        table("dae_janvier", "dae_janvier.csv", title="Janvier · la base des défibrillateurs", description="La base que la communauté de communes publie en janvier 2027. Un appareil par ligne.",
              fields=[number, *schema_dae.FIELDS], key="gid"),
        table("dae_distances", "dae_distances.csv", title="Janvier · distances, de jour et de nuit", description="Pour chaque carreau habité, la distance à l'appareil en service le plus proche, de jour et de nuit.", key="id_carreau", fields=[
            field("id_carreau", "string", "Identifiant du carreau", "Le même que dans « ile_population ».", required=True),
            field("distance_jour_m", "number", "Distance de jour", f"{metres} parmi ceux accessibles de jour.", required=True, minimum=0),
            field("distance_nuit_m", "number", "Distance de nuit", f"{metres} parmi ceux accessibles de nuit.", required=True, minimum=0)]),
    ]
