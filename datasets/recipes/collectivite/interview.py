"""The round table: who said what, and which question of the questionnaire each sentence bears on.

Three questions (2.5, 4.4, 5.4) are spoken of by nobody, and several by two people who do not agree: lesson 12 lives on both.
"""

NOLWENN, BASTIEN, MAELLE = "Nolwenn Ardec", "Bastien Louvel", "Maëlle Kerouan"
GAEL, ODILE, AICHA, ROZENN = "Gaël Tressec", "Odile Franval", "Aïcha Bremond", "Rozenn Malherbe"

ROLES = {
    NOLWENN: "directrice générale des services",
    BASTIEN: "chargé de mission numérique",
    MAELLE: "service Sports et associations",
    GAEL: "services techniques",
    ODILE: "médiathèque",
    AICHA: "secrétaire de mairie de Lande-Haute",
    ROZENN: "vice-présidente, élue",
}

# (person, words, question)
SAID = [
    (NOLWENN, "La nuit du 14 janvier, j'ai appelé tous les services. Pour les salles, chacun croyait que la bonne liste était chez le voisin.", "2.2"),
    (MAELLE, "Les terrains de sport, c'est moi. Le catalogue, c'est Odile. Tout le monde le sait. Les salles des fêtes, c'est Gaël. Ou la mairie.", "2.2"),
    (GAEL, "La salle de la Criée est vendue depuis deux ans. Je l'ai signalé deux fois. Elle est toujours dans la liste, telle quelle.", "3.4"),
    (BASTIEN, "Cette nuit-là, j'étais sur le continent. Le registre de 2023 était sur mon ordinateur, éteint, dans un bureau fermé. Quand je pars, tout attend.", "1.5"),
    (ODILE, "À la médiathèque, une notice de quatre pages donne le sens de chaque colonne, la source et la date. On s'en sert sans m'appeler.", "2.3"),
    (MAELLE, "Dans mon tableau, le jaune veut dire que la clé est chez le gardien. Je crois. Il n'y a que moi qui m'y retrouve.", "2.3"),
    (BASTIEN, "Un inventaire des données ? Oui, je l'ai commencé. Un seul service y figure, la médiathèque. Il en reste six.", "2.1"),
    (AICHA, "Un inventaire ? À Lande-Haute, personne ne m'a rien demandé.", "2.1"),
    (ROZENN, "Depuis avril, un arrêté me charge des données, noir sur blanc. J'en ai rendu compte au conseil de juin, c'est au procès-verbal.", "1.1"),
    (AICHA, "Une élue chargée des données ? Je l'apprends.", "1.1"),
    (BASTIEN, "Je suis à mi-temps. Ma fiche de poste dit : réseau, téléphones, imprimantes. Les données, c'est le vendredi après-midi, si personne n'appelle.", "1.2"),
    (NOLWENN, "Au budget de 2026, aucune ligne ne parle de données. J'ai demandé ; on m'a répondu : l'an prochain.", "1.3"),
    (GAEL, "La salle des fêtes de Roc-en-Mer, chez moi, c'est « bât. 14 ». À la mairie, « Roc, fêtes ». Aucun numéro commun, nulle part.", "3.2"),
    (BASTIEN, "Oui, nous publions. J'ai mis trois jeux de données en ligne en 2023. Je n'ai pas eu le temps d'y revenir depuis.", "4.1"),
    (AICHA, "De chez nous, rien n'est en ligne. Pas même les heures d'ouverture de la mairie.", "4.1"),
    (BASTIEN, "La licence ? Il y avait une case. Je l'ai laissée vide, trois fois.", "4.2"),
    (ROZENN, "Pour les travaux du gymnase, le conseil a voté sur un rapport qui croisait le tableau de Maëlle et les factures de Gaël. C'est arrivé une fois ou deux.", "5.1"),
    (ODILE, "Le catalogue est à jour chaque soir avant la fermeture. C'est ma règle, personne ne me l'a demandée.", "3.1"),
    (MAELLE, "Mon tableau, je le reprends quand j'ai un moment. Souvent la veille de l'assemblée des associations.", "3.1"),
    (NOLWENN, "Rien ne part sur le site sans que je l'aie relu, ligne par ligne.", "4.3"),
    (GAEL, "Cet été, le planning des astreintes, qui dit qui l'on réveille la nuit, est resté trois jours sur le site, avec nos numéros. Nolwenn était en congé.", "4.3"),
    (NOLWENN, "Le registre des traitements existe. La déléguée à la protection des données l'a relu en 2025, service par service.", "2.4"),
    (GAEL, "Les portables des gardiens sont dans mon carnet de clés. Ce carnet-là, je ne l'ai déclaré à personne.", "2.4"),
    (ODILE, "Mon logiciel sort un fichier que n'importe qui peut ouvrir.", "3.3"),
    (MAELLE, "Le mien, il faut la même version du tableur que moi. Sinon, les couleurs sautent.", "3.3"),
    (AICHA, "Quand un horaire est faux, les gens m'appellent, et je les rappelle. Ailleurs, je ne sais pas qui décroche.", "5.3"),
    (BASTIEN, "Un plan ? J'ai une liste de chantiers, dans un fichier à moi, avec un ordre et des dates.", "1.4"),
    (NOLWENN, "Un plan de la collectivité, non, il n'y en a pas.", "1.4"),
    (BASTIEN, "Les sauvegardes, c'est le prestataire. Je suppose qu'elles marchent.", "3.5"),
    (NOLWENN, "En mars, trois services sur sept ont envoyé quelqu'un à la formation sur les tableaux.", "5.2"),
    (AICHA, "Tout est affiché à la porte de la mairie, en gros caractères. Les personnes âgées viennent lire.", "5.5"),
    (ODILE, "Nous, on imprime ce qu'on nous demande. L'accueil de Port-Brume, lui, répond d'aller voir sur le site.", "5.5"),
    (BASTIEN, "Le schéma national des équipements, j'en connais le nom. Aucun de nos trois fichiers publiés n'en suit un.", "4.5"),
]
