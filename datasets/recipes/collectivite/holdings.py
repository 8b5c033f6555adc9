"""Who holds which data, as the round table and the telephone told: six sets hang on one half-time person, five on nobody known.

Three states are left empty on purpose: lesson 23 has them read in the round table (what was said in it is in ``interview.py``).
"""

COLUMNS = ["service", "personne", "donnees", "etat", "mise_a_jour"]

DIGITAL, SPORT, WORKS, LIBRARY, HEAD = "Mission numérique", "Sports et associations", "Services techniques", "Médiathèque", "Direction générale"
HALF_TIME = "chargé de mission, à mi-temps"
SPORT_HEAD, WORKS_HEAD, LIBRARIAN, DIRECTOR = "responsable des sports", "responsable technique", "directrice de la médiathèque", "directrice générale"
UP, DOUBT, OLD, UNKNOWN = "à jour", "à vérifier", "périmée", "inconnue"
TO_READ = NOBODY = None

HELD = [
    (DIGITAL, HALF_TIME, "registre de 2023", OLD, "jamais depuis le stage"),
    (DIGITAL, HALF_TIME, "réponses des huit mairies", DOUBT, "une fois, en 2026"),
    (DIGITAL, HALF_TIME, "trois jeux publiés en ligne", OLD, "jamais depuis 2023"),
    (DIGITAL, HALF_TIME, "inventaire des données", DOUBT, "commencé, un service sur sept"),
    (DIGITAL, HALF_TIME, "liste des chantiers", UP, "chaque mois"),
    (DIGITAL, HALF_TIME, "annuaire des téléphones", DOUBT, "à chaque panne"),
    (SPORT, SPORT_HEAD, "tableau des équipements sportifs", TO_READ, "la veille de l'assemblée des associations"),
    (SPORT, SPORT_HEAD, "planning des gymnases", UP, "chaque semaine"),
    (WORKS, WORKS_HEAD, "classeur des salles et des clés", DOUBT, "à chaque visite"),
    (WORKS, WORKS_HEAD, "carnet des portables des gardiens", DOUBT, "à chaque changement de gardien"),
    (WORKS, WORKS_HEAD, "relevé des lieux de plein air", DOUBT, "une fois, été 2026"),
    (WORKS, WORKS_HEAD, "factures des travaux", UP, "chaque mois"),
    (LIBRARY, LIBRARIAN, "catalogue", TO_READ, "chaque soir"),
    (LIBRARY, LIBRARIAN, "lieux de culture et horaires", UP, "chaque saison"),
    (HEAD, DIRECTOR, "registre des traitements", UP, "chaque année"),
    (HEAD, DIRECTOR, "planning des astreintes", UP, "chaque semaine"),
    ("Affaires foncières", NOBODY, "actes de vente des bâtiments", UNKNOWN, "à chaque vente"),
    ("Archives", NOBODY, "registre de 1998", OLD, "jamais"),
    ("Mairie de Lande-Haute", "secrétaire de mairie", "registres papier des salles", DOUBT, "à chaque réservation"),
    ("Les sept autres mairies", NOBODY, "cahiers de réservation", UNKNOWN, "personne ne l'a dit"),
    ("Les sept autres mairies", NOBODY, "contrats de location des salles", UNKNOWN, "personne ne l'a dit"),
    ("Prestataire informatique", NOBODY, "sauvegardes", TO_READ, "chaque nuit, paraît-il"),
]
