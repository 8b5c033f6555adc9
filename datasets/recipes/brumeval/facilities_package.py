"""The package ``equipements``: the lists of public facilities as each service hands them over, and the truth behind them."""

from pathlib import Path

import facilities_1998 as old
import facilities_culture as culture
import facilities_halls as halls
import facilities_outdoor as outdoor
import facilities_register as register
import facilities_sports as sports
import facilities_townhalls as townhalls
from facilities import COUNTED, LISTS, Facility
from geography import Island, to_lambert
from packages import CC_BY_SA, messy, write_package
from shapely.geometry import Point
from territory import SOURCE

# Where two points of the register stand: north of the island, and on the mainland.
_OUTSIDE = {"mer": (-3.548, 46.721), "continent": (-1.87, 46.72)}

_FILES = (
    ("eq_sports", "eq_sports.csv", "L'export du service Sports",
     "Les équipements sportifs, sortis en mars 2026 du logiciel du service Sports et associations. Remis par Maëlle Kerouan."),
    ("eq_salles", "eq_salles.xlsx", "Le classeur des salles",
     "Les salles de l'île et leurs clés, en décembre 2025. Remis par Gaël Tressec, services techniques."),
    ("eq_culture", "eq_culture.json", "Le catalogue des lieux de culture",
     "Les lieux de culture, leurs horaires et leurs services, en septembre 2026. Remis par Odile Franval, médiathèque."),
    ("eq_pleinair", "eq_pleinair.geojson", "Les lieux de plein air",
     "Les lieux de plein air, relevés à pied pendant l'été 2026. Remis par Gaël Tressec, services techniques."),
    ("eq_mairies", "eq_mairies.csv", "Les réponses des huit mairies",
     "Ce que chaque mairie a répondu à la demande du printemps 2026, mis bout à bout. Remis par Bastien Louvel."),
    ("eq_1998", "eq_1998.txt", "Le registre de 1998",
     "Le registre des équipements de 1998, retrouvé aux archives communautaires."),
    ("eq_registre", "eq_registre.csv", "Le registre de 2023",
     "Les listes de tous les services, rassemblées à l'été 2023 par une personne en stage à la communauté de communes. Remis par Bastien Louvel."),
)


def build(folder: Path, known: list[Facility], island: Island) -> dict:
    """Write the files and the package's description.

    Returns:
        The truth: facilities, facts of the story, and for each file how it reads and every disorder in it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    assert not any(island.coast.contains(Point(to_lambert(*point))) for point in _OUTSIDE.values())
    of_sports, of_halls, of_outdoors, of_town_halls, of_old = (part.rows(known) for part in (sports, halls, outdoor, townhalls, old))
    of_register, of_keys, of_culture = register.rows(known, _OUTSIDE), halls.keys(known), culture.catalogue(known)
    sports.write(folder / "eq_sports.csv", of_sports)
    halls.write(folder / "eq_salles.xlsx", of_halls, of_keys)
    culture.write(folder / "eq_culture.json", of_culture)
    outdoor.write(folder / "eq_pleinair.geojson", of_outdoors)
    townhalls.write(folder / "eq_mairies.csv", of_town_halls)
    old.write(folder / "eq_1998.txt", of_old)
    register.write(folder / "eq_registre.csv", of_register)
    write_package(
        folder, title="Équipements publics de l'île de Brumeval (inventés)",
        description="Les listes d'équipements que les services, les mairies et la médiathèque remettent aux équipes, chacune telle qu'elle est tenue. "
                    "Lieux, personnes et numéros sont inventés : lire SOURCE.md.",
        sources=[SOURCE], licences=[CC_BY_SA], vintage="listes fictives, de 1998 à l'automne 2026", invented=True,
        resources=[messy(name, path, title=title, description=description) for name, path, title, description in _FILES],
    )
    files = {
        "eq_sports": sports.truth(of_sports), "eq_salles": halls.truth(of_halls, of_keys), "eq_culture": culture.truth(of_culture, known),
        "eq_pleinair": outdoor.truth(of_outdoors), "eq_mairies": townhalls.truth(of_town_halls), "eq_1998": old.truth(of_old), "eq_registre": register.truth(of_register),
    }
    counted = {one.id: {name: one.capacity(name) for name in one.lists if name in COUNTED} for one in known if one.line.capacity}
    return {"equipements": [one.record() for one in known], "capacites_par_liste": counted, "faits": _facts(known), "fichiers": files}


def _facts(known: list[Facility]) -> dict:
    """What the story says of the halls."""
    return {
        "vendu": [one.id for one in known if one.state == "vendu"],
        "fermes": [one.id for one in known if one.state == "fermé"],
        "en_travaux": [one.id for one in known if one.state == "en travaux"],
        "dans_une_seule_liste": {one.id: one.lists[0] for one in known if one.theme == "Vie associative" and one.state == "ouvert" and len(one.lists) == 1},
        "par_liste": {name: sum(name in one.lists for one in known) for name in LISTS.values()},
    }
