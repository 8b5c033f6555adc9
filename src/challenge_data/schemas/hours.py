"""Opening hours as OpenStreetMap writes them: what is wrong, and what this reader does not know.

The full grammar (https://wiki.openstreetmap.org/wiki/Key:opening_hours/specification) is large: Easter, school
holidays, sunset, weeks of the year … This reads what towns write: days, months and days of the year, hours, public
and school holidays, « off », comments. Of the rest it says « not known », which is no error.
"""

import re

_DAYS = "Mo|Tu|We|Th|Fr|Sa|Su"
_MONTHS = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
_DAY = rf"(?:{_DAYS})(?:\[-?\d(?:[,-]-?\d)*\])?"
_DAY_RANGE = rf"(?:(?:{_DAY})(?:-(?:{_DAYS}))?|PH|SH)"
_DAY_LIST = rf"{_DAY_RANGE}(?:,\s?{_DAY_RANGE})*"
_DATE = rf"(?:\d{{4}} )?(?:{_MONTHS})(?: \d{{1,2}})?"
_DATE_RANGE = rf"{_DATE}(?:-(?:{_DATE}|\d{{1,2}}))?"
_DATE_LIST = rf"{_DATE_RANGE}(?:,\s?{_DATE_RANGE})*"
_RULE = re.compile(rf'(?:(?P<dates>{_DATE_LIST}):? ?)?(?P<days>{_DAY_LIST})? ?(?P<rest>[^"]*?)(?: ?"[^"]*")?$')
_SPAN = re.compile(r"(\d{1,2}):(\d{2})(?:-(\d{1,2}):(\d{2}))?\+?$")
_UNKNOWN = re.compile(r"sunrise|sunset|dawn|dusk|week|easter|\|\||\d{4}-\d{4}", re.IGNORECASE)
_FRENCH = {  # « mar » is left out: it is March
    "lundi": "Mo", "lun": "Mo", "mardi": "Tu", "mercredi": "We", "mer": "We", "jeudi": "Th", "jeu": "Th",
    "vendredi": "Fr", "ven": "Fr", "samedi": "Sa", "sam": "Sa", "dimanche": "Su", "dim": "Su",
}  # fmt: skip


def wrong(value: str) -> tuple[str, str] | None:
    """(what is wrong with opening hours, what to write); None when they are well written or not known."""
    text = value.strip()
    if not text or text in ("24/7", "off", "closed", "open"):
        return None
    if found := re.search(r"\b(" + "|".join(_FRENCH) + r")\b\.?", text.casefold()):
        word = found[1]
        return f"dit « {word} » en français", f"Les jours s'écrivent en anglais, sur deux lettres : {_FRENCH[word]}."
    if found := re.search(r"\b(\d{1,2}) ?[hH] ?(\d{2})?\b", text):
        return f"écrit « {found[0].strip()} »", f"Les heures s'écrivent avec deux points : {int(found[1]):02d}:{found[2] or '00'}."
    if re.search(r"\d{1,2}:\d{2} ?(à|a|/|–|—) ?\d{1,2}:\d{2}", text):
        return "sépare mal deux heures", "Mettez un trait d'union entre l'ouverture et la fermeture : 08:30-12:00."
    if re.fullmatch(r"24 ?[hH]? ?/ ?24.*|7 ?j? ?/ ?7.*", text):
        return "n'est pas dans l'écriture demandée", "Ouvert tout le temps s'écrit 24/7."
    for rule in _rules(text):
        if said := _wrong_rule(rule):
            return said
    return None


def not_known(value: str) -> str:
    """The part of opening hours that this reader does not know; empty when it knows all of them."""
    text = value.strip()
    if wrong(text) or text in ("", "24/7", "off", "closed", "open"):
        return ""
    return next((rule for rule in _rules(text) if not _reads(rule)), "")


def _rules(text: str) -> list[str]:
    """Rules are separated by semicolons, outside comments."""
    return [part.strip() for part in re.split(r';(?=(?:[^"]*"[^"]*")*[^"]*$)', text) if part.strip()]


def _reads(rule: str) -> bool:
    found = _RULE.match(rule)
    if _UNKNOWN.search(rule) or not found:
        return False
    rest = found["rest"].strip()
    if rest in ("off", "closed", "24/7", "open", ""):
        return bool(found["dates"] or found["days"])
    return all(_SPAN.match(one.strip()) for one in rest.split(","))


def _wrong_rule(rule: str) -> tuple[str, str] | None:
    if _UNKNOWN.search(rule):
        return None
    for hour, minute in re.findall(r"(?<![\d:])(\d{1,2}):(\d{2})(?![\d:])", rule):
        if int(minute) > 59 or int(hour) > 26:
            return f"contient « {hour}:{minute} », qui n'est pas une heure", "Les heures vont de 00:00 à 24:00 ; une fermeture après minuit peut s'écrire jusqu'à 26:00."
        if len(hour) == 1:
            return f"contient « {hour}:{minute} »", f"Les heures ont deux chiffres : 0{hour}:{minute}."
    if not re.search(r"\d{1,2}:\d{2}|off|closed|24/7|open", rule) and re.fullmatch(_DAY_LIST, rule):
        return f"dit « {rule} », sans heure", "Ajoutez les heures, comme Mo-Fr 09:00-17:00 ; tout le jour s'écrit 00:00-24:00."
    words = re.findall(r"[A-Za-zÀ-ÿ]{2,}", re.sub(r'"[^"]*"', "", rule))
    known = set(f"{_DAYS}|{_MONTHS}|PH|SH|off|closed|open".split("|"))
    for word in words:
        if word not in known:
            cased = next((one for one in known if one.casefold() == word.casefold()), "")
            if cased:
                return f"écrit « {word} »", f"Les majuscules comptent : {cased}."
            return f"contient le mot « {word} », qui n'est pas de cette écriture", "Exemple : Mo-Fr 08:30-12:00,13:30-17:30; Sa 08:30-12:00. Une remarque se met entre guillemets droits."
    return None
