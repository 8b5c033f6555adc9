"""What the law asks of who publishes, in words that one keeps. Not legal advice: the data protection officer answers."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

# Texts: regulation (EU) 2016/679; code des relations entre le public et l'administration; opinion 05/2014 (WP 216) of the
# Article 29 working party, which the CNIL's pages on anonymisation follow; Insee, « Secret statistique » and the CNIS
# recommendation of 2009 on gridded data. Said here in our own words.
_LAW = (
    ("RGPD, article 4 (1)", "Une donnée personnelle se rapporte à une personne que l'on peut identifier, directement ou en croisant.",
     "Un âge, une commune et une activité peuvent suffire : retirer le nom ne suffit pas."),
    ("RGPD, article 4 (5)", "Pseudonymiser, c'est remplacer l'identité par un signe ; avec une information gardée à part, on la retrouve.",
     "Des données pseudonymisées restent personnelles : tout le règlement s'y applique."),
    ("RGPD, article 5 (1)", "Un but précis, pas plus de données qu'il n'en faut, pas plus longtemps qu'il ne faut, exactes et gardées en sûreté.",
     "Devant chaque colonne : à quoi sert-elle ? Sans réponse, elle ne se publie pas."),
    ("RGPD, article 5 (2)", "Qui traite les données doit pouvoir montrer qu'il respecte ces règles.",
     "Gardez une trace de ce qui a été retiré, et pourquoi : le journal en est une."),
    ("RGPD, article 9 (1)", "Santé, opinions, religion, syndicat, origine, vie sexuelle, génétique, biométrie : traiter ces données est interdit, sauf exceptions énumérées.",
     "Un sport prescrit par un médecin dit une maladie : la colonne ne sort pas du service."),
    ("RGPD, article 25", "La protection se prévoit dès la conception, et par défaut rien n'est ouvert à un nombre indéterminé de gens.",
     "Protégez avant de publier ; une donnée publiée ne se reprend pas."),
    ("RGPD, article 33", "Une fuite se notifie à la CNIL dans les 72 heures, sauf si un risque pour les personnes est improbable.",
     "Prévenez tout de suite la personne déléguée à la protection des données, même si le fichier n'est plus en ligne."),
    ("RGPD, articles 37 à 39", "Toute administration désigne une personne déléguée à la protection des données : associée tôt, elle conseille et contrôle.",
     "Demandez-lui avant de publier. La collectivité décide, et en répond."),
    ("RGPD, considérant 26", "Des données vraiment anonymes ne relèvent plus du règlement ; on juge d'après tous les moyens raisonnables de retrouver quelqu'un.",
     "À la demande de la collectivité, cherchez vous-mêmes à retrouver quelqu'un, comme le ferait un voisin."),
    ("CRPA, article L. 312-1-2", "Un document qui contient des données personnelles ne se publie qu'après avoir rendu impossible l'identification, "
     "sauf loi contraire, accord des personnes ou liste fixée par décret (article D. 312-1-3 : organigrammes, annuaires des administrations…).",
     "Le nom d'une agente dans l'annuaire : oui. Son mobile personnel, ou une liste d'usagers : non."),
    ("CNIL, d'après l'avis 05/2014 du G29", "Trois questions : peut-on isoler quelqu'un ? relier deux fichiers à son sujet ? déduire une information sur lui ?",
     "Un seul oui, et les données ne sont pas anonymes sans une étude approfondie."),
    ("Insee, données carroyées", "Dans les carreaux tirés des sources fiscales, aucun revenu propre à moins de 11 ménages n'est montré.",
     "Le seuil dépend de la source et du sujet. Choisissez le vôtre, et écrivez-le."),
)


def law() -> "pd.DataFrame":
    """The texts that one meets when publishing: texte, ce_qu_il_dit, donc."""
    import pandas as pd

    return pd.DataFrame(_LAW, columns=["texte", "ce_qu_il_dit", "donc"])
