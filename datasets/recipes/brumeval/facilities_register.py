"""``eq_registre``: the lists of 2023 stacked by a trainee. The file itself reads at once; what it says does not hold."""

import random
from pathlib import Path

import spelling
from devices import commune_name, moved
from facilities import HALLS, OUTDOORS, POSTCODES, Facility
from facilities_disorder import Row, some, told
from geography import to_wgs84
from packages import write_csv

COLUMNS = ["ref", "nom", "type", "commune", "code_commune", "adresse", "code_postal", "latitude", "longitude", "capacite", "surface_m2", "chauffage",
           "groupe_electrogene", "acces_pmr", "horaires", "responsable", "telephone", "date_maj", "territoire", "observations"]

YES, NO = ("oui", "oui", "Oui", "O", "1"), ("non", "non", "Non", "N", "0")
_HOURS = {
    "office": ("8h30-12h / 13h30-17h", "lundi au vendredi 8h30 à 17h", "heures de bureau"), "library": ("mar. mer. ven. 14h-18h, sam. 10h-12h", "14h-18h sauf lundi et jeudi"),
    "museum": ("14h-18h du mercredi au dimanche", "l'après-midi, sauf lundi et mardi"), "school": ("temps scolaire", "8h30-16h30"),
    "sport": ("8h-22h, samedi 9h-20h", "selon planning des clubs", "8h-22h"), "pool": ("voir affichage", "12h-20h, week-end 10h-18h"), "evening": ("16h30-20h30 en semaine",),
    "market": ("mardi, jeudi, samedi matin",), "dump": ("9h-12h et 14h-18h sauf dimanche", "lundi-samedi 9h-12h 14h-18h"), "day": ("du lever au coucher du soleil", "en journée"),
    "summer": ("juillet-août 11h-19h", "l'été"), "always": ("24h/24", "libre", "accès libre"), "booked": ("sur réservation", "sur demande en mairie", "selon réservations"),
}
# The trainee went from service to service: halls after sports, culture after halls.
_BLOCKS = (("Sport",), ("Vie associative",), ("Culture",), ("Administration", "Enseignement", "Environnement"), ("Espaces publics et littoral",))
_AGAIN = {
    "Gymnase des Docks": "GYMNASE DES DOCKS", "Salle omnisports": "Salle omnisport", "Médiathèque des Embruns": "Mediathèque Les Embruns",
    "Salle des fêtes de la Corderie": "Salle des fetes La Corderie", "Bibliothèque de la Grève": "Bibliothèque municipale de la Grève",
    "Piscine du Grand-Large": "Piscine Grand Large", "Stade des Hauts": "Stade municipal des Hauts", "Salle polyvalente du Levant": "SALLE POLYVALENTE DU LEVANT",
    "École du Roc": "Ecole du Roc",
}
# Invented people: their numbers are those that the regulator keeps for fiction.
_PEOPLE = ("Mme Corvenne", "M. Tarandel", "Mme Ouvrelle", "M. Lorquemin", "Mme Vaudrine", "M. Estrabel", "Mme Saligny-Morte", "M. Pélardeau", "Mme Crestaline", "M. Ferrandoux")
_FUNCTIONS = ("secrétariat de mairie", "services techniques", "accueil", "gardien")

EXPLAINED = {
    "manquant_deguise": "Une valeur manquante écrite avec un mot ou un nombre convenu.",
    "valeur_aberrante": "Un nombre impossible pour ce lieu : des zéros en trop, ou une valeur perdue.",
    "types_melanges": "Un nombre écrit avec des mots, une unité ou une espace.",
    "code_commune_inconnu": "Un code que ne porte aucune commune, ni en France ni sur l'île.",
    "code_commune_ailleurs": "Le code d'une autre commune, sur le continent ou sur une île voisine.",
    "coordonnees_inversees": "La latitude dans la colonne de la longitude, et l'inverse.",
    "coordonnees_nulles": "Zéro et zéro : un point au large de l'Afrique.",
    "coordonnees_arrondies": "Une seule décimale : le point est juste à plusieurs kilomètres près.",
    "hors_ile": "Un point qui tombe en mer ou sur le continent.",
    "coordonnees_absentes": "Aucune position.",
    "blancs": "Une espace invisible à la fin.",
    "commune_autrement": "Le nom de la commune écrit d'une autre façon.",
    "oui_non": "Oui et non écrits de plusieurs façons dans la colonne.",
    "donnee_personnelle": "Le nom d'une personne et son téléphone portable.",
    "doublon_approche": "Le même lieu, déjà présent sous une autre écriture.",
    "doublon_exact": "La copie exacte d'une ligne déjà présente.",
    "ligne_total": "Une ligne de total parmi les équipements.",
    "vendu": "Un bâtiment vendu depuis : rien dans le fichier ne le dit.",
}


def rows(known: list[Facility], outside: dict[str, tuple[float, float]]) -> list[Row]:
    """The register's rows, in their order.

    Args:
        outside: a point at sea and a point on the mainland, WGS 84 longitude and latitude.
    """
    chance = random.Random("brumeval register")
    held = [one for block in _BLOCKS for one in known if one.theme in block and "eq_registre" in one.lists]
    found = [_row(rank, one, chance) for rank, one in enumerate(held)]
    _spoil(found, outside, chance)
    _again(found, chance)
    _copies(found, chance)
    for row in found:
        for column in ("chauffage", "groupe_electrogene", "acces_pmr"):
            if row.cells[column] not in ("", "oui", "non"):
                row.wrong.append(("oui_non", column))
    seats = sum(int(row.cells["capacite"]) for row in found if row.cells["capacite"].isdigit())
    total = Row(None, dict.fromkeys(COLUMNS, "") | {"ref": "TOTAL", "nom": f"{len(found)} équipements", "capacite": str(seats), "territoire": "Île de Brumeval"})
    total.wrong.append(("ligne_total", ""))
    return [*found, total]


def write(path: Path, found: list[Row]) -> None:
    write_csv(path, COLUMNS, [row.cells for row in found], delimiter=";")


def truth(found: list[Row]) -> dict:
    columns = [
        {"desordre": "colonne_constante", "colonne": "territoire", "lignes": [], "explication": "La même valeur partout : la colonne n'apprend rien."},
        {"desordre": "colonne_vide", "colonne": "observations", "lignes": [], "explication": "Aucune cellule remplie."},
        {"desordre": "texte_libre", "colonne": "horaires", "lignes": [], "explication": "Les horaires sont des phrases : aucun calcul n'est possible."},
    ]
    reading = {"encodage": "utf-8", "separateur": ";", "decimale": ".", "fin_de_ligne": "\n", "lignes_avant_entete": 0, "lignes_apres_entete": 0}
    return told(found, reading, EXPLAINED, columns)


def _row(rank: int, one: Facility, chance: random.Random) -> Row:
    line, capacity = one.line, one.capacity("eq_registre")
    built = one.kind not in OUTDOORS
    person = spelling.pick(_FUNCTIONS, chance)
    return Row(one, {
        "ref": f"R{rank + 1:03d}", "nom": one.name, "type": one.kind, "commune": commune_name(one.commune), "code_commune": one.commune, "adresse": one.address,
        "code_postal": POSTCODES[one.commune], "latitude": str(one.latitude), "longitude": str(one.longitude), "capacite": "" if capacity is None else str(capacity),
        "surface_m2": "" if line.surface is None else str(line.surface), "chauffage": _yes(line.heated, chance) if built else "",
        "groupe_electrogene": _yes(line.generator, chance) if one.kind in HALLS else "", "acces_pmr": _yes(line.wheelchairs, chance) if chance.random() < 0.85 else "",
        "horaires": spelling.pick(_HOURS[line.hours], chance), "responsable": person if chance.random() < 0.8 else "", "telephone": one.phone if chance.random() < 0.85 else "",
        "date_maj": f"{2018 + int(5.4 * chance.random())}-{1 + int(5 * chance.random()):02d}-{1 + int(28 * chance.random()):02d}",
        "territoire": "Île de Brumeval", "observations": "",
    }, [("vendu", "")] if line.sold else [])


def _yes(value: bool, chance: random.Random) -> str:
    return spelling.pick(YES if value else NO, chance)


def _spoil(found: list[Row], outside: dict, chance: random.Random) -> None:
    def called(name: str, commune: str) -> Row:
        return next(row for row in found if row.cells["nom"] == name and row.cells["code_commune"] == commune)

    called("Salle des fêtes", "99908").spoil("valeur_aberrante", "capacite", "12000")
    called("Salle des fêtes", "99904").spoil("valeur_aberrante", "surface_m2", "3")
    # Rows that stand for another lesson stay as they are: what is there twice, and the biggest hall, which is right.
    free = [row for row in found if row.facility.line.name not in _AGAIN and not row.wrong]

    def spoil(count, disorder, column, value, fits=lambda row: True) -> None:
        for row in some(free, count, chance, lambda row: fits(row) and row.cells[column] != ""):
            row.spoil(disorder, column, value(row.cells[column]) if callable(value) else value)

    for word, count in (("n/d", 4), ("0", 4), ("999", 4), ("à compléter", 3)):
        spoil(count, "manquant_deguise", "capacite", word)
    spoil(2, "types_melanges", "capacite", lambda said: f"{said} pers.")
    spoil(2, "types_melanges", "capacite", lambda said: f"env. {said}")
    spoil(3, "types_melanges", "surface_m2", lambda said: f"{int(said):,}".replace(",", " "), lambda row: len(row.cells["surface_m2"]) == 4)
    spoil(2, "types_melanges", "surface_m2", lambda said: f"{said} m²")
    spoil(3, "manquant_deguise", "surface_m2", "n/d")
    spoil(5, "manquant_deguise", "date_maj", "1900-01-01")
    spoil(3, "manquant_deguise", "horaires", "?")
    spoil(4, "manquant_deguise", "horaires", "à compléter")
    spoil(4, "manquant_deguise", "telephone", "-")
    spoil(2, "code_commune_inconnu", "code_commune", "99909")
    spoil(1, "code_commune_ailleurs", "code_commune", "85113")
    spoil(3, "blancs", "nom", lambda said: f"{said} ")
    spoil(3, "blancs", "commune", lambda said: f"{said}  ")
    for row in some(free, 6, chance):
        row.spoil("commune_autrement", "commune", spelling.pick(spelling.COMMUNES[row.facility.commune][1:], chance))
    for row in some(free, 3, chance):
        _put(row, "coordonnees_inversees", row.cells["longitude"], row.cells["latitude"])
    _put(some(free, 1, chance)[0], "coordonnees_nulles", "0", "0")
    row = some(free, 1, chance)[0]
    _put(row, "coordonnees_arrondies", f"{row.facility.latitude:.1f}", f"{row.facility.longitude:.1f}")
    for row, (longitude, latitude) in zip(some(free, len(outside), chance), outside.values(), strict=True):
        _put(row, "hors_ile", str(latitude), str(longitude))
    for row in some(free, 6, chance):
        _put(row, "coordonnees_absentes", "", "")
    for row, who in zip(some(free, len(_PEOPLE), chance, clean=False), _PEOPLE, strict=True):
        row.spoil("donnee_personnelle", "responsable", f"{who} {spelling.mobile(chance)}")


def _put(row: Row, disorder: str, latitude: str, longitude: str) -> None:
    row.spoil(disorder, "latitude", latitude)
    row.cells["longitude"] = longitude


def _again(found: list[Row], chance: random.Random) -> None:
    """The same place from another service, at the end of the block after its own: another name, a few metres and some years away."""
    for name, other in _AGAIN.items():
        first = next(row for row in found if row.cells["nom"] == name)
        one = first.facility
        x, y = moved(one.x, one.y, 18, chance)
        longitude, latitude = to_wgs84(x, y, digits=5)
        cells = first.cells | {
            "ref": f"R{len(found) + 1:03d}", "nom": other, "latitude": str(latitude), "longitude": str(longitude), "horaires": spelling.pick(_HOURS[one.line.hours], chance),
            "date_maj": f"20{16 + int(4 * chance.random())}-{6 + int(6 * chance.random()):02d}-{1 + int(28 * chance.random()):02d}", "responsable": spelling.pick(_FUNCTIONS, chance),
        }
        if one.line.capacity and chance.random() < 0.6:
            cells["capacite"] = str(10 * round(one.line.capacity * 0.085))
        again = Row(one, cells, [("doublon_approche", "nom")], twin=first)
        found.insert(min(len(found), found.index(first) + 20 + int(30 * chance.random())), again)


def _copies(found: list[Row], chance: random.Random) -> None:
    """Rows pasted twice, some lines further."""
    for first in some(found, 4, chance, lambda row: row.twin is None and row.facility.line.name not in _AGAIN and not row.facility.line.sold):
        again = Row(first.facility, dict(first.cells), [("doublon_exact", "")], twin=first)
        found.insert(min(len(found), found.index(first) + 1 + int(12 * chance.random())), again)
