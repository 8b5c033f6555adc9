"""The words of the bicycle aids: how the model's conditions are said, and what each field of ours means."""

from packages import field
from publicodes import BIKES

LEVELS = {"code insee": "commune", "epci": "epci", "département": "département", "région": "région", "pays": "pays"}
# Yes-or-no questions of the model, said as a condition.
CONDITIONS = {
    "demandeur . en situation de handicap": "être en situation de handicap",
    "demandeur . bénéficiaire du RSA": "percevoir le RSA",
    "demandeur . bénéficiaire de l'AAH": "percevoir l'AAH",
    "demandeur . bénéficiaire de minima sociaux": "percevoir des minima sociaux",
    "perçoit le forfait mobilités durables": "recevoir de son employeur le forfait mobilités durables",
    "titulaire d'un contrat d'alternance ou de stage": "avoir un contrat d'alternance ou de stage",
    "acheté dans un commerce du territoire": "acheter dans un commerce du territoire",
    "acheté dans un commerce local": "acheter dans un commerce du territoire",
    "vélo acheté localement": "acheter dans un commerce du territoire",
    "achat local": "acheter dans un commerce du territoire",
    "est professionnel": "exercer une activité professionnelle sur le territoire",
    "salarié d'une entreprise partenaire": "travailler dans une entreprise partenaire",
    "salarié d'une structure membre du PDIE": "travailler dans une structure membre du plan de déplacements interentreprises",
    "est sociétaire de la COOPEC": "être sociétaire de la COOPEC",
    "distance domicile-travail inférieur à 15 km": "travailler à moins de 15 km de chez soi",
    "travailler à moins de 20km": "travailler à moins de 20 km de chez soi",
    "abonné TER": "être abonné au TER",
    "abonnement Izilo Mobilités": "avoir un abonnement IziLo",
    "souscrit VELYSOO": "avoir souscrit au service VELYSOO",
    "possède une carte famille": "avoir la carte famille de la ville",
    "assemblé en France": "choisir un vélo assemblé en France",
    "vélo . fabriqué en france": "choisir un vélo fabriqué en France",
    "abonné Rémi": "avoir un abonnement Rémi Zen",
    "a souscrit au service LOVELO": "avoir loué un vélo au service LOVELO",
    "ancien abonné vélibleu": "avoir été abonné à Vélibleu",
    "occitanie bonus forfait mobilité durable": "ne pas avoir le bonus forfait mobilités durables de la région",
    "aides . villefranche beaujolais saône > 0 €": "avoir obtenu l'aide de l'agglomération",
    "aides . bordeaux > 0 €": "avoir obtenu l'aide de Bordeaux Métropole",
    "aides . commune > 0 €": "avoir obtenu l'aide de sa commune",
    "aides . porte du hainaut": "avoir obtenu l'aide de La Porte du Hainaut",
    "aides . ile de france": "avoir obtenu l'aide de la région",
    "aides . ile de france < (50 % * vélo . prix)": "avoir reçu de la région moins de la moitié du prix",
}

FIELDS = [
    field("id", "string", "Identifiant", "Nom court de l'aide, unique dans ce fichier.", required=True, unique=True),
    field(
        "organisme.nom", "string", "Qui paie", "Nom de la collectivité ou de l'établissement, tel qu'il se présente."
    ),
    field(
        "organisme.niveau",
        "string",
        "Niveau",
        "« commune », « epci », « département », « région » ou « pays » (Monaco et Luxembourg).",
        enum=list(LEVELS.values()),
    ),
    field(
        "organisme.code",
        "string",
        "Code",
        "Code Insee de la commune, du département ou de la région, SIREN de l'EPCI : du texte. Absent pour les deux pays.",
    ),
    field("organisme.pays", "string", "Pays", "« France », « Monaco » ou « Luxembourg »."),
    field(
        "territoire",
        "object",
        "Territoire particulier",
        "Présent quand l'aide ne couvre pas exactement le territoire de l'organisme : listes « epci », « communes », et « sauf_epci », « sauf_communes ».",
    ),
    field("velos", "array", "Vélos aidés", "Une liste : pour chaque type de vélo aidé, un objet."),
    field(
        "velos[].type",
        "string",
        "Type de vélo",
        "Mécanique simple, électrique, pliant, cargo (électriques ou non), adapté (handicap), ou « motorisation » (kit électrique).",
        enum=BIKES,
    ),
    field("velos[].etats", "array", "États", "« neuf », « occasion », ou les deux."),
    field(
        "velos[].plafond",
        "number",
        "Plafond (€)",
        "Le plus haut montant possible pour ce vélo, dans le cas le plus favorable, en euros. Absent si aucun montant n'est fixé.",
    ),
    field(
        "velos[].conditions",
        "object",
        "Conditions propres à ce vélo",
        "Mêmes clés que « conditions » ; présent si ce vélo a des conditions que les autres n'ont pas.",
    ),
    field(
        "conditions",
        "object",
        "Conditions",
        "Ce qui est exigé de toute personne, quel que soit le vélo ; vide si la source n'en écrit rien.",
    ),
    field(
        "conditions.revenu_par_part_max",
        "object",
        "Plafond de ressources",
        "Revenu fiscal de référence par part à ne pas dépasser : « montant » en euros, « periode » « an » OU « mois » ; ou « selon » : « composition du foyer ». « sauf » : qui en est dispensé.",
    ),
    field("conditions.age_min", "integer", "Âge minimal", "En années."),
    field("conditions.age_max", "integer", "Âge maximal", "En années."),
    field("conditions.prix_min", "number", "Prix minimal", "Prix du vélo, en euros."),
    field("conditions.prix_max", "number", "Prix maximal", "Prix du vélo, en euros."),
    field("conditions.statuts", "array", "Statuts admis", "Par exemple « étudiant », « apprenti »."),
    field("conditions.exige", "array", "Autres exigences", "Toutes sont demandées."),
    field("conditions.exige_une_de", "array", "Exigences au choix", "Une seule suffit."),
    field(
        "montant_selon",
        "array",
        "Le montant varie selon",
        "Par exemple « revenu », « prix du vélo » ; absent si le montant ne dépend que du type de vélo.",
    ),
    field("suspendue_depuis", "date", "Suspendue depuis", "Présent si l'aide est suspendue."),
    field("fin", "date", "Fin", "Dernier jour de l'aide, quand il est annoncé."),
    field(
        "mise_a_jour",
        "string",
        "Mise à jour de la fiche",
        "Date à laquelle la source a relu cette aide (année-mois-jour), telle qu'elle la donne : une de ces dates n'existe pas.",
    ),
    field("lien", "string", "Page officielle", "Adresse de la page de l'organisme ; elle peut avoir disparu."),
]
