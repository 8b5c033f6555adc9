"""The portal's codes in plain French: licences, frequencies.

Licences: ids and titles as https://www.data.gouv.fr/api/1/datasets/licenses/ lists them; what each permits and obliges
is read from the licence's own text, at the address given. Frequencies: udata's, both generations (udata,
udata/core/dataset/constants.py: the older names, and those of the European vocabulary).
"""

from datetime import timedelta

NO_LICENCE = "notspecified"

_ALL = "copier, modifier, rediffuser, vendre"
_CITE = "citer la source"
LICENCES: dict[str, tuple[str, str, str, str]] = {
    # id: (name, permits, obliges, text)
    "lov2": ("Licence Ouverte 2.0", _ALL, f"{_CITE} et la date de mise à jour", "https://www.etalab.gouv.fr/licence-ouverte-open-licence"),
    "fr-lo": ("Licence Ouverte 1.0", _ALL, f"{_CITE} et la date de mise à jour", "https://www.etalab.gouv.fr/wp-content/uploads/2014/05/Licence_Ouverte.pdf"),
    "odc-odbl": ("ODbL 1.0 (Open Database License)", _ALL, f"{_CITE} ; publier sous la même licence toute base qui en est tirée, même mêlée à d'autres données", "https://opendatacommons.org/licenses/odbl/summary/"),
    "odc-by": ("ODC-By 1.0", _ALL, _CITE, "https://opendatacommons.org/licenses/by/summary/"),
    "odc-pddl": ("PDDL 1.0 (domaine public)", _ALL, "rien", "https://opendatacommons.org/licenses/pddl/summary/"),
    "cc-by": ("Creative Commons BY", _ALL, f"{_CITE}, dire ce qui a été modifié", "https://creativecommons.org/licenses/by/4.0/deed.fr"),
    "cc-by-sa": ("Creative Commons BY-SA", _ALL, f"{_CITE} ; publier sous la même licence ce qu'on en tire", "https://creativecommons.org/licenses/by-sa/4.0/deed.fr"),
    "cc-zero": ("Creative Commons CC0 (domaine public)", _ALL, "rien", "https://creativecommons.org/publicdomain/zero/1.0/deed.fr"),
    "other-at": ("Autre licence, avec attribution", "à lire dans la fiche", _CITE, ""),
    "other-open": ("Autre licence ouverte", "à lire dans la fiche", "à lire dans la fiche", ""),
    "other-pd": ("Autre, domaine public", _ALL, "rien", ""),
    NO_LICENCE: ("Aucune licence indiquée", "rien n'est dit", "écrire au producteur avant de réutiliser", ""),
}
SHARE_ALIKE = frozenset({"odc-odbl", "cc-by-sa"})


def licences():
    """What each licence of the portal permits and obliges.

    Returns:
        DataFrame, one row a licence: ``id``, ``nom``, ``permet``, ``oblige``, ``meme_licence`` (True: what is made
        of it must keep that licence), ``texte`` (address of the licence, empty when there is none).
    """
    import pandas as pd

    return pd.DataFrame([
        {"id": key, "nom": name, "permet": permits, "oblige": obliges, "meme_licence": key in SHARE_ALIKE, "texte": text}
        for key, (name, permits, obliges, text) in LICENCES.items()
    ])


def licence_name(key: str | None) -> str:
    return LICENCES.get(key or NO_LICENCE, (key,))[0]


_DAY = timedelta(days=1)
# id: (French, longest time between two updates; None when the frequency sets no date)
FREQUENCIES: dict[str, tuple[str, timedelta | None]] = {
    "unknown": ("inconnue", None),
    "punctual": ("ponctuelle", None), "as_needed": ("selon les besoins", None),
    "irregular": ("irrégulière", None), "irreg": ("irrégulière", None),
    "continuous": ("temps réel", None), "update_cont": ("temps réel", None),
    "other": ("autre", None), "never": ("jamais", None), "not_planned": ("non prévue", None),
    "hourly": ("toutes les heures", timedelta(hours=1)),
    "cont": ("plusieurs fois par jour", _DAY),
    "fourTimesADay": ("quatre fois par jour", _DAY), "threeTimesADay": ("trois fois par jour", _DAY),
    "semidaily": ("deux fois par jour", _DAY), "daily_2": ("deux fois par jour", _DAY), "daily": ("quotidienne", _DAY),
    "fourTimesAWeek": ("quatre fois par semaine", 7 * _DAY), "weekly_5": ("cinq fois par semaine", 7 * _DAY),
    "threeTimesAWeek": ("trois fois par semaine", 7 * _DAY), "weekly_3": ("trois fois par semaine", 7 * _DAY),
    "semiweekly": ("deux fois par semaine", 7 * _DAY), "weekly_2": ("deux fois par semaine", 7 * _DAY),
    "weekly": ("hebdomadaire", 7 * _DAY), "biweekly": ("toutes les deux semaines", 14 * _DAY),
    "threeTimesAMonth": ("trois fois par mois", 31 * _DAY), "monthly_3": ("trois fois par mois", 31 * _DAY),
    "semimonthly": ("deux fois par mois", 31 * _DAY), "monthly_2": ("deux fois par mois", 31 * _DAY),
    "monthly": ("mensuelle", 31 * _DAY), "bimonthly": ("tous les deux mois", 62 * _DAY),
    "quarterly": ("trimestrielle", 365 * _DAY / 4),
    "threeTimesAYear": ("trois fois par an", 365 * _DAY), "annual_3": ("trois fois par an", 365 * _DAY),
    "semiannual": ("semestrielle", 365 * _DAY), "annual_2": ("semestrielle", 365 * _DAY),
    "annual": ("annuelle", 365 * _DAY), "biennial": ("tous les deux ans", 730 * _DAY),
    "triennial": ("tous les trois ans", 1095 * _DAY), "quinquennial": ("tous les cinq ans", 1825 * _DAY),
    "decennial": ("tous les dix ans", 3650 * _DAY),
}
# udata holds these to be always fulfilled: no date can be missed.
NO_DATE_TO_MISS = frozenset({"punctual", "as_needed", "irregular", "irreg", "continuous", "update_cont"})


def frequency_name(key: str | None) -> str:
    return FREQUENCIES.get(key or "unknown", (key,))[0]
