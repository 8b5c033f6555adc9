"""The package ``territoire``: coast, communes, quarters and inhabitants of the island."""

import json
from pathlib import Path

from facilities import POSTCODES, Address
from geography import COMMUNES, QUARTERS, Island, geojson
from packages import CC_BY_SA, document, field, table, write_csv, write_package
from population import AGES, Cell

SOURCE = {"title": "Données inventées pour l'atelier Challenge Data"}
VINTAGE = "territoire inventé, état fictif de 2026"
COMMUNE = r"^9990[1-8]$"

_NAMES = {one.code: one.name for one in COMMUNES}
_CODE = field("code_commune", "string", "Code commune", "Code inventé de la commune : 99901 à 99908. Aucune vraie commune ne le porte.", required=True, pattern=COMMUNE)
_COMMUNE_FIELDS = [
    _CODE,
    field("nom", "string", "Nom", "Nom de la commune. « Sainte-Colombe » est aussi le nom de douze vraies communes."),
    field("siren", "string", "SIREN", "Numéro SIREN inventé : 21, puis 99 (aucun département), puis quatre chiffres et la clé de contrôle."),
    field("population", "integer", "Population", "Nombre d'habitants : la somme des carreaux de la commune."),
]
_QUARTER_FIELDS = [
    field("code_quartier", "string", "Code quartier", "Code de la commune suivi de deux chiffres."),
    field("nom", "string", "Nom", "Nom du quartier."), _CODE,
    field("population", "integer", "Population", "Nombre d'habitants : la somme des carreaux du quartier."),
]
_AGE_WORDS = ("de 0 à 14 ans", "de 15 à 29 ans", "de 30 à 64 ans", "de 65 ans et plus")
POPULATION_FIELDS = [
    field("id_carreau", "string", "Identifiant du carreau", "Nom du carré, à la manière de l'Insee : projection (EPSG:2154), côté en mètres, coin sud-ouest (N puis E).", required=True, unique=True),
    _CODE,
    field("code_quartier", "string", "Code quartier", "Quartier où tombe le centre du carreau.", required=True),
    field("longitude", "number", "Longitude", "Longitude du centre du carreau, en degrés (WGS 84, EPSG:4326).", required=True),
    field("latitude", "number", "Latitude", "Latitude du centre du carreau, en degrés (WGS 84, EPSG:4326).", required=True),
    field("x_l93", "number", "X Lambert-93", "Abscisse du centre du carreau, en mètres (Lambert-93, EPSG:2154).", required=True),
    field("y_l93", "number", "Y Lambert-93", "Ordonnée du centre du carreau, en mètres (Lambert-93, EPSG:2154).", required=True),
    field("population", "integer", "Population", "Nombre d'habitants du carreau. Les carreaux où personne n'habite ne sont pas dans le fichier.", required=True, minimum=1),
    *(field(name, "integer", f"Habitants {words}", f"Nombre d'habitants {words}.", required=True, minimum=0) for name, words in zip(AGES, _AGE_WORDS, strict=True)),
]
ADDRESS_FIELDS = [
    field("numero", "integer", "Numéro", "Numéro dans la voie.", required=True, minimum=1),
    field("voie", "string", "Voie", "Nom de la voie. Le même nom existe dans plusieurs communes : « rue du Port » est dans trois.", required=True),
    field("code_postal", "string", "Code postal", "Code postal inventé. Plusieurs communes ont le même.", required=True, pattern=r"^991[1-4]0$"),
    _CODE,
    field("commune", "string", "Commune", "Nom de la commune.", required=True),
    field("longitude", "number", "Longitude", "Longitude de l'entrée, en degrés (WGS 84, EPSG:4326).", required=True),
    field("latitude", "number", "Latitude", "Latitude de l'entrée, en degrés (WGS 84, EPSG:4326).", required=True),
]


def build(folder: Path, island: Island, cells: list[Cell], addresses: list[Address]) -> None:
    """Write the package's files and its description."""
    folder.mkdir(parents=True, exist_ok=True)
    _write_layer(folder / "ile_cote.geojson", [({"nom": "Île de Brumeval"}, island.coast)])
    _write_layer(folder / "ile_communes.geojson", [
        ({"code_commune": one.code, "nom": one.name, "siren": one.siren, "population": _people(cells, "commune", one.code)}, island.communes[one.code])
        for one in COMMUNES])
    _write_layer(folder / "ile_quartiers.geojson", [
        ({"code_quartier": one.code, "nom": one.name, "code_commune": one.commune, "population": _people(cells, "quarter", one.code)}, island.quarters[one.code])
        for one in QUARTERS])
    write_csv(folder / "ile_population.csv", POPULATION_FIELDS, [{
        "id_carreau": cell.name, "code_commune": cell.commune, "code_quartier": cell.quarter, "longitude": cell.longitude, "latitude": cell.latitude,
        "x_l93": round(cell.x, 3), "y_l93": round(cell.y, 3), "population": cell.population, **dict(zip(AGES, cell.ages, strict=True)),
    } for cell in cells])
    write_csv(folder / "ile_adresses.csv", ADDRESS_FIELDS, [{
        "numero": one.number, "voie": one.street, "code_postal": POSTCODES[one.commune], "code_commune": one.commune, "commune": _NAMES[one.commune],
        "longitude": one.longitude, "latitude": one.latitude,
    } for one in addresses])
    write_package(
        folder, title="Île de Brumeval : le territoire (inventé)",
        description="Côte, communes, quartiers et habitants d'une île qui n'existe pas, posée en pleine mer à l'ouest de l'île d'Yeu. Tout est inventé : lire SOURCE.md.",
        sources=[SOURCE], licences=[CC_BY_SA], vintage=VINTAGE, invented=True,
        resources=[
            document("ile_cote", "ile_cote.geojson", title="Côte de l'île de Brumeval", description="Le contour de l'île et de son îlot : un seul objet, deux morceaux. WGS 84.",
                     fields=[field("nom", "string", "Nom", "Nom de l'île.")]),
            document("ile_communes", "ile_communes.geojson", title="Communes de l'île de Brumeval", description="Les huit communes et leurs limites. WGS 84.", fields=_COMMUNE_FIELDS),
            document("ile_quartiers", "ile_quartiers.geojson", title="Quartiers de l'île de Brumeval", description=f"Les {len(QUARTERS)} quartiers et leurs limites. WGS 84.", fields=_QUARTER_FIELDS),
            table("ile_population", "ile_population.csv", title="Habitants de l'île de Brumeval, par carreau de 200 m",
                  description="Un carreau de 200 m de côté par ligne, avec ses habitants par âge. Seuls les carreaux habités y sont.", fields=POPULATION_FIELDS, key="id_carreau"),
            table("ile_adresses", "ile_adresses.csv", title="Adresses de l'île de Brumeval",
                  description="Une partie des adresses de l'île, une par ligne, avec leur position. Toutes inventées.", fields=ADDRESS_FIELDS, key=["code_commune", "voie", "numero"]),
        ],
    )


def _people(cells: list[Cell], level: str, code: str) -> int:
    return sum(cell.population for cell in cells if getattr(cell, level) == code)


def _write_layer(path: Path, shapes: list[tuple[dict, object]]) -> None:
    """One feature a line: a difference between two versions is then readable."""
    features = ",\n".join(json.dumps({"type": "Feature", "properties": facts, "geometry": geojson(shape)}, ensure_ascii=False) for facts, shape in shapes)
    path.write_text(f'{{"type": "FeatureCollection", "features": [\n{features}\n]}}\n', encoding="utf-8")
