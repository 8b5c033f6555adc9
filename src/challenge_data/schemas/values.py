"""Numbers that carry a key, codes that stand in a list, telephones: what a pattern cannot tell."""

import re

from challenge_data import communes
from challenge_data.schemas import hours

Wrong = tuple[str, str, str]  # rule, what is wrong (after the value), what to do


def siret(value: str) -> Wrong | None:
    """Fourteen digits, and Luhn's key (Insee; La Poste has its own): frformat decides."""
    from frformat import Siret

    if not re.fullmatch(r"\d{14}", value):
        if re.fullmatch(r"\d{13}", value) and Siret().is_valid("0" + value):
            return "SIRET", "a perdu son premier zéro", f"Écrivez « 0{value} » : lisez la colonne comme du texte, avec dtype=str."
        return "SIRET", f"n'a pas les quatorze chiffres d'un SIRET ({len(re.findall('[0-9]', value))})", "Retrouvez-le dans l'annuaire des entreprises."
    if not Siret().is_valid(value):
        return "SIRET", "a une clé de SIRET fausse", "Le dernier chiffre se calcule à partir des autres : un chiffre est faux. Retrouvez-le dans l'annuaire des entreprises."
    return None


def siren(value: str) -> Wrong | None:
    """Nine digits, and Luhn's key (Insee): frformat decides."""
    from frformat import Siren

    if not re.fullmatch(r"\d{9}", value):
        if re.fullmatch(r"\d{14}", value):
            return "SIREN", "est un SIRET", f"Gardez les neuf premiers chiffres : {value[:9]}."
        return "SIREN", f"n'a pas les neuf chiffres d'un SIREN ({len(re.findall('[0-9]', value))})", "Retrouvez-le dans l'annuaire des entreprises."
    if not Siren().is_valid(value):
        return "SIREN", "a une clé de SIREN fausse", "Le dernier chiffre se calcule à partir des autres : un chiffre est faux. Retrouvez-le dans l'annuaire des entreprises."
    return None


def pivot(value: str) -> Wrong | None:
    """A SIRET when it is fourteen digits, an association's RNA when it starts with W; a RIDET is not checked."""
    if re.fullmatch(r"\d{14}", value):
        return siret(value)
    if value[:1].upper() == "W" and not re.fullmatch(r"W[\dA-Z]\d{8}", value):
        return "RNA", "n'a pas la forme d'un numéro d'association", "Un RNA est un W suivi de neuf chiffres."
    return None


def commune(value: str) -> Wrong | None:
    """In the official list of 2026 (COG) or on the Île de Brumeval."""
    known = communes.by_code()
    if not known or value in known:
        return None
    if re.fullmatch(r"[1-9]\d{3}", value) and "0" + value in known:
        return "code commune", "a perdu son premier zéro", f"Écrivez « 0{value} » : lisez la colonne comme du texte, avec dtype=str."
    if re.fullmatch(r"\d{5}\.0", value):
        return "code commune", "est un code lu comme un nombre", "Lisez la colonne comme du texte, avec dtype=str."
    return "code commune", "n'est le code d'aucune commune de 2026", "Commune disparue dans une fusion, code postal, ou chiffre faux : cherchez la commune par son nom."


def postal(value: str) -> Wrong | None:
    if re.fullmatch(r"\d{5}", value):
        return None
    if re.fullmatch(r"[1-9]\d{3}", value):
        return "code postal", "a perdu son premier zéro", f"Écrivez « 0{value} » : lisez la colonne comme du texte, avec dtype=str."
    return "code postal", "n'est pas un code postal", "Un code postal a cinq chiffres."


def phone(value: str) -> Wrong | None:
    """French numbers, written « 01 … » or « +33 … »; short numbers; other countries by length (E.164)."""
    text = re.sub(r"[ \u00a0\u202f.()/-]", "", value)
    if re.fullmatch(r"0[1-9]\d{8}|\+33[1-9]\d{8}|3\d{3}|1\d{1,2}|11[2-9]\d{0,3}|0?8\d{8,9}", text):
        return None
    if re.fullmatch(r"\+(?!33)[1-9]\d{6,14}", text):
        return None
    if re.fullmatch(r"[1-9]\d{8}", text):
        return "téléphone", "a perdu son premier zéro", f"Écrivez « +33{text} », ou « 0{text} »."
    if re.fullmatch(r"\+330[1-9]\d{8}", text):
        return "téléphone", "garde un 0 après +33", f"Écrivez « +33{text[4:]} »."
    if len(re.findall(r"\d", text)) >= 18:
        return "téléphone", "contient plusieurs numéros", "Gardez-en un seul."
    return "téléphone", "n'est pas un numéro de téléphone", "Un numéro français a dix chiffres, ou +33 et neuf chiffres."


def opening_hours(value: str) -> Wrong | None:
    if said := hours.wrong(value):
        return "horaires", said[0], said[1]
    return None


BY_VALUE = {
    "french-siret-value": siret,
    "french-siren-value": siren,
    "french-pivot-value": pivot,
    "french-commune-value": commune,
    "french-postal-code-value": postal,
    "phone-number-value": phone,
    "opening-hours-value": opening_hours,
}
