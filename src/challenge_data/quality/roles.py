"""What a column is for, as its name says: « COLL_SIRET », « com_insee », « EQUIP_LAT » … A rule checks the cells after."""

from challenge_data.quality.columns import Column

_CODE = {"code", "cod", "codes", "num", "numero", "no", "id"}


def is_siren(column: Column) -> bool:
    return column.has("siren")


def is_siret(column: Column) -> bool:
    return column.has("siret")


def is_commune_code(column: Column) -> bool:
    if column.has("codgeo", "depcom", "codecommune", "codeinsee", "citycode", "insee"):
        return True
    return column.has(*_CODE) and column.has("commune", "com")


def is_postal(column: Column) -> bool:
    return column.has("cp", "postal", "postaux", "codepostal", "postcode", "codespostaux")


def is_phone(column: Column) -> bool:
    return column.has("tel", "telephone", "mobile", "portable", "phone", "gsm", "telephones", "fax")


def is_code(column: Column) -> bool:
    """One does not calculate with it."""
    return (
        is_siren(column)
        or is_siret(column)
        or is_commune_code(column)
        or is_postal(column)
        or is_phone(column)
        or column.has("code", "codes")
    )


def is_identifier(column: Column) -> bool:
    return column.has("id", "uid", "uuid", "identifiant", "guid", "ident", "ref", "reference")


def is_latitude(column: Column) -> bool:
    return column.has("lat", "latitude", "latitud", "coordlat") or any(
        word.startswith("latitu") for word in column.words
    )


def is_longitude(column: Column) -> bool:
    return column.has("lon", "long", "lng", "longitude", "coordlon") or any(
        word.startswith("longitu") for word in column.words
    )


def is_place(column: Column) -> bool:
    return is_latitude(column) or is_longitude(column) or column.has("x", "y", "coordonnees", "geo", "wgs")


def is_year(column: Column) -> bool:
    return column.has("an", "annee", "annees", "year", "millesime", "date") and not column.has("taux", "nombre", "nb")


def is_name(column: Column) -> bool:
    """The name of a thing or of a place, not of a territory nor of a person."""
    named = column.has(
        "nom",
        "name",
        "libelle",
        "lib",
        "intitule",
        "denomination",
        "appellation",
        "designation",
        "equipement",
        "lieu",
        "etablissement",
        "site",
    )
    other = column.has(
        "commune",
        "epci",
        "region",
        "departement",
        "prenom",
        "voie",
        "rue",
        "code",
        "type",
        "theme",
        "coll",
        "siret",
        "fichier",
        "famille",
        "id",
        "uid",
    )
    return named and not other and not is_person(column)


def is_commune_name(column: Column) -> bool:
    return column.has("commune", "ville", "municipalite", "localite", "city") and not column.has(
        *_CODE, "insee", "siren", "siret"
    )


def is_person(column: Column) -> bool:
    return (
        column.has(
            "responsable",
            "referent",
            "referente",
            "contact",
            "contacts",
            "agent",
            "president",
            "presidente",
            "directeur",
            "directrice",
            "gardien",
            "gardienne",
            "proprietaire",
            "usager",
            "usagere",
            "beneficiaire",
            "eleve",
            "parent",
            "maire",
            "elu",
            "elue",
            "secretaire",
            "benevole",
            "animateur",
            "animatrice",
            "correspondant",
            "interlocuteur",
            "interlocutrice",
            "signataire",
            "declarant",
            "patronyme",
            "personne",
            "detenteur",
        )
        and not is_phone(column)
        and not is_email(column)
    )


def is_email(column: Column) -> bool:
    return column.has("mail", "email", "courriel", "mel", "mails", "emails", "courriels")


def is_quantity(column: Column) -> bool:
    """Numbers that one may compare and add."""
    return column.share("integer", "point", "comma", "grouped", "scientific") >= 0.8 and not (
        is_code(column)
        or is_place(column)
        or is_year(column)
        or is_identifier(column)
        or column.has("indice", "rang", "matricule", "photo")
    )
