"""Personal data suspected. A machine can only suspect: a function's phone is no one's, a person's is protected."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from challenge_data.quality import roles
from challenge_data.quality.columns import Column, plain, short
from challenge_data.quality.finding import TO_CHECK, Finding, Table

if TYPE_CHECKING:
    import numpy as np

_MOBILE = re.compile(r"(?<![\d.,])(?:0|(?:\+|00)33[ .-]?(?:\(0\)[ .-]?)?)[67](?:[ .-]?\d\d){4}(?!\d)")
_MOBILE_SHORT = re.compile(r"[67](?:[ .-]?\d\d){4}")  # its zero lost
_MAIL = re.compile(r"([\w.+-]+)@([\w-]+(?:\.[\w-]+)+)")
_PRIVATE_HOSTS = {
    "gmail",
    "orange",
    "wanadoo",
    "free",
    "hotmail",
    "outlook",
    "yahoo",
    "laposte",
    "sfr",
    "live",
    "icloud",
    "protonmail",
    "numericable",
    "bbox",
}
_OFFICES = {
    "mairie",
    "contact",
    "accueil",
    "info",
    "infos",
    "service",
    "services",
    "secretariat",
    "communication",
    "direction",
    "culture",
    "sport",
    "sports",
    "mediatheque",
    "bibliotheque",
    "ecole",
    "technique",
    "techniques",
    "urbanisme",
    "data",
    "opendata",
    "dpo",
    "presse",
    "commune",
    "ville",
    "association",
    "asso",
    "club",
    "port",
    "musee",
}
_TITLE = re.compile(r"\b(?:M\.|Mme|Mlle|MM\.|Monsieur|Madame|Dr|Me)\s+[A-ZÀ-Ý]")
_NAME = re.compile(r"[A-ZÀ-Ý][\w'’-]*\.?(?: (?:de |du |d'|le |la )?[A-ZÀ-Ý][\w'’-]*){1,2}")
_ROLES = _OFFICES | {
    "agent",
    "agence",
    "cabinet",
    "centre",
    "comite",
    "communaute",
    "conseil",
    "cooperative",
    "departement",
    "directeur",
    "directrice",
    "entreprise",
    "equipe",
    "etat",
    "federation",
    "foyer",
    "gardien",
    "gardienne",
    "groupe",
    "gymnase",
    "hotel",
    "maire",
    "maison",
    "metropole",
    "office",
    "pole",
    "prefecture",
    "president",
    "presidente",
    "region",
    "regie",
    "responsable",
    "salle",
    "sarl",
    "sas",
    "sa",
    "secretaire",
    "societe",
    "syndicat",
    "union",
    "amicale",
    "pompiers",
    "gendarmerie",
    "astreinte",
    "elu",
    "elue",
    "adjoint",
    "adjointe",
    "regisseur",
    "intendance",
}
_SECURITY_NUMBER = re.compile(r"[12] ?\d\d ?(?:0[1-9]|1[0-2]) ?(?:\d\d|2[AB]) ?\d{3} ?\d{3}(?: ?\d\d)?")


def find(table: Table) -> Iterator[Finding]:
    for column in table.columns:
        if column.is_shape or not column.filled:
            continue
        yield from _phones(column)
        if not column.is_number and not column.is_time:
            yield from _mails(column)
            yield from _names(table, column)
            yield from _security(column)
        if column.has("naissance", "ddn", "birthdate", "birth") and not column.has("lieu", "commune", "nombre", "nb"):
            yield _suspect(
                column,
                column.which(bool),
                "date de naissance",
                "Une date de naissance et une commune suffisent souvent à retrouver quelqu'un.",
            )


def _suspect(column: Column, mask: "np.ndarray", what: str, advice: str, examples: str | None = None) -> Finding:
    return Finding(
        column.name,
        f"donnée personnelle ? {what}",
        column.at(mask),
        column.told(mask) if examples is None else examples,
        TO_CHECK,
        advice,
    )


def _phones(column: Column) -> Iterator[Finding]:
    if column.is_number and not roles.is_phone(column):
        return
    lost = roles.is_phone(column)
    if not lost and not _MOBILE.search(column.blob):
        return
    mask = column.which(lambda text: _MOBILE.search(text) or (lost and _MOBILE_SHORT.fullmatch(text)))
    if mask.any():
        yield _suspect(
            column,
            mask,
            "numéro de mobile",
            "Un mobile (06, 07) est souvent celui d'une personne : remplacez-le par le numéro du service, ou demandez son accord écrit.",
        )


def _mails(column: Column) -> Iterator[Finding]:
    if "@" not in column.blob:
        return
    mask = column.which(lambda text: any(_of_a_person(*found) for found in _MAIL.findall(text)))
    if mask.any():
        yield _suspect(
            column,
            mask,
            "adresse électronique",
            "Cette adresse semble porter un nom, ou être privée : préférez celle du service.",
        )


def _of_a_person(local: str, host: str) -> bool:
    parts = [part for part in re.split(r"[._+-]", plain(local)) if part]
    if set(parts) & _OFFICES:
        return False
    return host.split(".")[0].casefold() in _PRIVATE_HOSTS or (
        len(parts) == 2 and all(part.isalpha() for part in parts) and len(parts[1]) >= 3
    )


def _names(table: Table, column: Column) -> Iterator[Finding]:
    import numpy as np

    if column.has("prenom", "prenoms"):
        yield _suspect(
            column,
            table.known(column),
            "prénom",
            "Seul, un prénom dit peu ; à côté d'un nom ou d'une adresse, il désigne quelqu'un.",
        )
        return
    if (
        column.has("patronyme")
        or (
            column.has("nom") and column.has("famille", "usage", "naissance", "agent", "eleve", "usager", "responsable")
        )
        or (column.words == ("nom",) and any(other.has("prenom", "prenoms") for other in table.columns))
    ):
        yield _suspect(
            column,
            table.known(column),
            "nom d'une personne",
            "Un nom ne se publie qu'avec une raison : une fonction (« gardienne du gymnase ») suffit souvent.",
        )
        return
    if not roles.is_person(column) and not _TITLE.search(column.blob):
        return
    mask = column.which(
        lambda text: _TITLE.search(text) or (roles.is_person(column) and _is_named(text))
    ) & table.known(column)
    if mask.any() and (roles.is_person(column) or column.counts[mask].sum() >= 2):
        shown = [short(column.texts[at]) for at in np.flatnonzero(mask)[:3]]
        yield _suspect(
            column,
            mask,
            "nom d'une personne",
            "Un nom ne se publie qu'avec une raison : une fonction (« gardienne du gymnase ») suffit souvent.",
            ", ".join(f"« {one} »" for one in shown) + (" …" if mask.sum() > 3 else ""),
        )


def _is_named(text: str) -> bool:
    """« Maud Trévignac », « TRÉVIGNAC Maud »: two or three words with capitals, none of which is an office or a role."""
    text = re.split(r"[,(;:/0-9]| [-–] ", text)[0].strip()
    return bool(_NAME.fullmatch(text)) and not set(re.findall(r"\w+", plain(text))) & _ROLES


def _security(column: Column) -> Iterator[Finding]:
    if roles.is_siret(column) or roles.is_siren(column):
        return
    mask = column.which(lambda text: len(text) >= 13 and _SECURITY_NUMBER.fullmatch(text))
    if mask.sum() >= 1 and (
        column.has("nir", "secu", "securite", "insee") or column.counts[mask].sum() >= 0.5 * column.filled
    ):
        yield _suspect(
            column,
            mask,
            "numéro de sécurité sociale",
            "Ce numéro ne se publie jamais : prévenez tout de suite la personne qui vous a remis le fichier.",
        )
