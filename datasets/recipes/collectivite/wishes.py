"""Sixteen wishes: which one comes first depends on the rule.

By votes the application wins, by people concerned per day of work the timetables do, under most mixtures the register; the
playgrounds win under a rule made for them. Those collected by telephone or by post had nobody in the room to speak for them.
"""

COLUMNS = ["souhait", "qui", "origine", "recueilli", "personnes_concernees", "jours_de_travail", "donnees_existent", "voix", "frein"]

ACCORD, MONEY, LAW, HABIT, TOOL, TIME = "accord entre services", "argent", "droit", "habitudes", "outil", "temps"

WISHED = [
    ("Un répertoire unique des équipements publics, avec qui a la clé", "Gaël Tressec", "service", "atelier", 24000, 20, "en partie", 20, ACCORD),
    ("Une application pour signaler un trou dans la chaussée", "un habitant de Port-Brume", "habitants", "atelier", 9000, 60, "non", 22, MONEY),
    ("Les horaires des bateaux et des navettes dans un seul fichier", "une saisonnière de L'Anse-aux-Sternes", "habitants", "téléphone",
     24000, 15, "en partie", 3, LAW),
    ("La carte des aires de jeux et des jardins", "Rozenn Malherbe", "élus", "atelier", 5000, 10, "oui", 14, TIME),
    ("Le catalogue de la médiathèque en données ouvertes", "Odile Franval", "service", "atelier", 6000, 5, "oui", 8, TOOL),
    ("Les menus de la cantine, avec les allergènes", "une mère d'élève de Sainte-Colombe", "habitants", "atelier", 1900, 8, "oui", 11, HABIT),
    ("Le planning de réservation des gymnases", "Maëlle Kerouan", "service", "atelier", 4200, 12, "oui", 13, ACCORD),
    ("Les subventions versées aux associations", "Nolwenn Ardec", "service", "atelier", 8000, 16, "en partie", 9, LAW),
    ("Les routes coupées, la nuit aussi", "une habitante de Pointe-Grise", "habitants", "téléphone", 2670, 25, "non", 2, ACCORD),
    ("Les délibérations en texte, plus en image", "une étudiante de Port-Brume", "habitants", "atelier", 3000, 6, "en partie", 6, HABIT),
    ("Le budget de la communauté, expliqué", "un habitant de Sainte-Colombe", "habitants", "atelier", 12000, 20, "oui", 7, TIME),
    ("Les lieux où l'on entre en fauteuil roulant", "un habitant de Saint-Elme-des-Grèves", "habitants", "courrier", 1400, 14, "non", 1, TIME),
    ("Les logements vides du bourg", "le conseil municipal de Roc-en-Mer", "élus", "atelier", 1690, 22, "en partie", 10, LAW),
    ("La consommation d'eau et d'électricité de chaque bâtiment", "Gaël Tressec", "service", "atelier", 700, 9, "en partie", 6, ACCORD),
    ("Les registres papier de Lande-Haute, saisis", "Aïcha Bremond", "service", "courrier", 1510, 30, "non", 1, TIME),
    ("Le numéro à appeler la nuit, commune par commune", "un habitant de Roc-en-Mer", "habitants", "téléphone", 2670, 3, "oui", 2, ACCORD),
]
