"""Hours that a clock never showed, or showed twice, and places whose clock nobody knows: pandas says it in words of its own."""

import re
from zoneinfo import available_timezones


def explain_clock(error, words, _line, _trace, _names) -> str:
    """What tz_localize and tz_convert stop on."""
    if found := re.search(r"No time zone found with key ([^'\"]+)", words):
        near = sorted(zone for zone in available_timezones() if "/" in zone and zone.split("/")[-1].lower() == found[1].split("/")[-1].lower())
        advice = f"Vouliez-vous dire \"{near[0]}\" ?" if near else "Le temps universel s'écrit \"UTC\"."
        return f"aucune horloge ne s'appelle « {found[1]} ». Un lieu s'écrit à l'anglaise, continent et ville, comme \"America/Cayenne\". {advice}"
    if "Cannot infer dst time" in words:
        advice = " Ajoutez ambiguous=\"infer\"." if "try using" in words else (
            " Ici, ces deux heures n'y sont pas l'une après l'autre : le calcul d'avant a décalé les heures, ou des lignes manquent.")
        return f"le jour où l'on retarde les montres, une heure est vécue deux fois, et Python doit savoir laquelle est la première.{advice}"
    if "is a nonexistent time" in words:
        return "cette heure n'a jamais existé : le jour où l'on avance les montres, une heure est sautée. Le calcul d'avant a peut-être décalé les heures."
    if "Cannot convert tz-naive" in words:
        return "ces heures n'ont pas encore de lieu. tz_localize dit de quel lieu elles sont ; tz_convert les traduit ensuite."
    if "Already tz-aware" in words:
        return "ces heures ont déjà une horloge : pour en changer, tz_convert suffit."
    return ""
