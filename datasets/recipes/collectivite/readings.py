"""What an imaginary team read in the round table: two people apart, then together.

The readings differ on eight questions of 25, of the three sorts that people really have: swayed by the one who did not
know (1.1), taking good will for a practice (4.1, 3.5), taking silence for a no (4.4). Their totals are nearly the same all the
same (24 and 23 points of 75), which is the point of counting agreement question by question.
"""

UNKNOWN = "je ne sais pas"

AXES = {
    "1": "Pilotage et moyens",
    "2": "Connaître ses données",
    "3": "Qualité et outils",
    "4": "Ouverture et droit",
    "5": "Usages et habitants",
}

# item: (subject, first reading, second reading, kept after talking)
READ = {
    "1.1": ("une élue qui en répond", "3", "2", "3"),
    "1.2": ("du temps réservé", "1", "1", "1"),
    "1.3": ("une ligne au budget", "0", "0", "0"),
    "1.4": ("un plan écrit", "0", "1", "1"),
    "1.5": ("la continuité en cas d'absence", "0", "0", "0"),
    "2.1": ("une liste unique des données", "1", "1", "1"),
    "2.2": ("un responsable connu par fichier", "2", "2", "2"),
    "2.3": ("une notice par fichier", "1", "1", "1"),
    "2.4": ("le registre des traitements", "3", "2", "2"),
    "2.5": ("les données des prestataires", UNKNOWN, UNKNOWN, UNKNOWN),
    "3.1": ("un rythme de mise à jour", "1", "2", "1"),
    "3.2": ("un même identifiant partout", "0", "0", "0"),
    "3.3": ("des fichiers qui s'ouvrent", "1", "1", "1"),
    "3.4": ("les erreurs corrigées à la source", "0", "0", "0"),
    "3.5": ("des sauvegardes éprouvées", "1", UNKNOWN, UNKNOWN),
    "4.1": ("des données publiées, à jour", "2", "1", "1"),
    "4.2": ("une licence sur chaque fichier publié", "0", "0", "0"),
    "4.3": ("une relecture avant publication", "1", "2", "1"),
    "4.4": ("une réponse dans le mois", "0", UNKNOWN, UNKNOWN),
    "4.5": ("les schémas nationaux", "0", "0", "0"),
    "5.1": ("des décisions appuyées sur les données", "2", "2", "2"),
    "5.2": ("des agentes et agents formés", "2", "2", "2"),
    "5.3": ("signaler une erreur", "1", "1", "1"),
    "5.4": ("savoir qui s'en sert", UNKNOWN, UNKNOWN, UNKNOWN),
    "5.5": ("informer sans Internet", "2", "2", "2"),
}
