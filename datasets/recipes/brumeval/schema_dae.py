"""The Table Schema that the challenge validates against: fields, types and patterns of the national DAE schema, in our words.

National schema: atlasante/schema-dae 1.0.7 on schema.data.gouv.fr. Kept here: its 17 required fields and six optional ones.
"""

from packages import field

_DAY = "7j/7|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|jours fériés|événements"
_HOURS = "heures ouvrables|heures de nuit|24h/24"
PHONE = r"^\+33 ?[1-9]( ?\d{2}){4}$"
ACC = ["Intérieur", "Extérieur"]
ETAT_FONCT = ["En fonctionnement", "Hors service", "Supprimé définitivement", "Absent momentanément", "Inconnu"]

FIELDS = [
    field("nom", "string", "Nom du site", "Nom du lieu où se trouve le défibrillateur.", required=True),
    field("lat_coor1", "number", "Latitude", "Latitude en degrés, WGS 84.", required=True, minimum=-90, maximum=90),
    field("long_coor1", "number", "Longitude", "Longitude en degrés, WGS 84.", required=True, minimum=-180, maximum=180),
    field("com_insee", "string", "Code commune", "Code Insee de la commune. Facultatif dans le schéma national."),
    field("com_nom", "string", "Commune", "Nom de la commune. Facultatif dans le schéma national."),
    field("adr_voie", "string", "Adresse", "Numéro et voie. Facultatif dans le schéma national (qui sépare les deux)."),
    field("acc", "string", "Emplacement", "À l'intérieur ou à l'extérieur d'un bâtiment.", required=True, enum=ACC),
    field("acc_lib", "boolean", "Accès libre", "Vrai si toute personne peut l'atteindre sans demander.", required=True),
    field("disp_j", "string", "Jours d'accès", "Jours où l'appareil est accessible, séparés par « | », ou « non renseigné ».", required=True,
          pattern=rf"^(({_DAY})(\|({_DAY}))*|non renseigné)$"),
    field("disp_h", "string", "Heures d'accès", "Moments où l'appareil est accessible, séparés par « | », ou « non renseigné ».", required=True,
          pattern=rf"^(({_HOURS})(\|({_HOURS}))*|non renseigné)$"),
    field("tel1", "string", "Téléphone du site", "Numéro au format international, comme +33 1 99 00 12 34.", required=True, pattern=PHONE),
    field("etat_fonct", "string", "État de fonctionnement", "L'un des cinq états prévus.", required=True, enum=ETAT_FONCT),
    field("fab_rais", "string", "Fabricant", "Nom du fabricant. Ceux de l'île sont inventés.", required=True),
    field("modele", "string", "Modèle", "Modèle de l'appareil.", required=True),
    field("num_serie", "string", "Numéro de série", "Numéro propre à chaque appareil.", required=True, unique=True),
    field("dermnt", "date", "Dernière maintenance", "Date de la dernière maintenance.", required=True),
    field("expt_siren", "string", "SIREN de l'exploitant", "Qui répond de l'appareil.", required=True, pattern=r"^\d{9}$"),
    field("expt_rais", "string", "Exploitant", "Nom de l'organisme qui répond de l'appareil.", required=True),
    field("expt_tel1", "string", "Téléphone de l'exploitant", "Numéro d'un service, pas d'une personne. Obligatoire dans le schéma national.", required=True, pattern=PHONE),
    field("expt_email", "string", "Courriel de l'exploitant", "Adresse d'un service, pas d'une personne. Obligatoire dans le schéma national.", required=True, format="email"),
]


def subset(names: list[str]) -> dict:
    """A Table Schema of some of the fields, as a JSON document."""
    return {"fields": [one for one in FIELDS if one["name"] in names], "missingValues": [""]}
