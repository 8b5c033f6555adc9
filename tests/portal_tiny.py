"""A catalogue of six records for the portal's tests, in the format of datasets/brumeval/portail, and addresses."""

import hashlib
import json
from pathlib import Path
from zipfile import ZipFile

LONG = "Ce tableau donne, commune par commune, les lieux que le public peut réserver, leur capacité et le service qui en tient la clé."
HALLS = "nom;commune;code_commune;capacite;surface;chauffee\n" + "".join(
    f"Salle {rank};{'Port-Brume' if rank % 3 else 'Roc-en-Mer'};{'99901' if rank % 3 else '99905'};{rank * 10};{rank},5;{'oui' if rank % 2 else 'non'}\n"
    for rank in range(1, 121)
)
FILES = {
    "salles.csv": HALLS.encode(), "biblio.csv": "nom,horaires\nMédiathèque du Port,10h-18h\n".encode(), "vide.csv": b"",
    "guide.pdf": b"%PDF-1.4\n% petit\n", "vieux.csv": "nom;lieu\nGymnase des Écluses;Port-Brume\n".encode("cp1252"),
}
AREA = {"id": "a" * 24, "name": "Communauté de communes de l'Île de Brumeval", "slug": "cc-brumeval", "acronym": "CCIB", "badges": [{"kind": "public-service"}], "description": "Inventée."}
CLUB = {"id": "b" * 24, "name": "Association des Cartes vives", "slug": "cartes-vives", "acronym": None, "badges": [], "description": "Inventée."}


def rid(rank: int) -> str:
    """The id of a resource."""
    return f"00000000-0000-4000-8000-{rank:012d}"


def resource(rank: int, format: str, content: dict, **more) -> dict:
    body = FILES.get(content.get("member", ""), b"")
    own = {
        "id": rid(rank), "title": f"Fichier {rank}", "description": "", "type": "main", "filetype": "file", "format": format,
        "url": f"{{base}}/fichiers/{rid(rank)}/fichier-{rank}.{format}", "latest": f"{{base}}/api/1/datasets/r/{rid(rank)}",
        "filesize": len(body) or None, "mime": "text/csv", "checksum": {"type": "sha256", "value": hashlib.sha256(body).hexdigest()} if body else None,
        "schema": None, "created_at": "2025-02-01T08:00:00+00:00", "last_modified": "2025-11-02T08:00:00+00:00", "extras": {}, "content": content,
    }
    return own | more


def dataset(rank: int, title: str, *resources: dict, **more) -> dict:
    own = {
        "id": f"{rank:024x}", "slug": f"jeu-{rank}", "title": title, "description": LONG, "organization": {key: AREA[key] for key in ("id", "name", "slug")},
        "owner": None, "license": "lov2", "frequency": "annual", "frequency_date": None, "temporal_coverage": {"start": "2025-01-01", "end": "2025-12-31"},
        "spatial": {"zones": ["fr:epci:249999999"], "granularity": "fr:commune"}, "tags": ["equipements"], "created_at": "2024-03-01T08:00:00+00:00",
        "last_modified": "2025-11-02T08:00:00+00:00", "last_update": "2025-11-02T08:00:00+00:00", "archived": None, "private": False,
        "quality": {"score": 1.0}, "metrics": {"views": rank * 10, "followers": 1, "reuses": 0, "resources_downloads": 5}, "badges": [], "extras": {},
        "resources": list(resources),
    }
    return own | more


CLOSED = {
    "license": True, "temporal_coverage": False, "spatial": False, "update_frequency": True, "update_fulfilled_in_time": True,
    "dataset_description_quality": False, "has_open_format": False, "all_resources_available": True, "resources_documentation": False, "score": 4 / 9,
}
CATALOGUE = {
    "invented": True, "note": "Inventé.", "organizations": [AREA, CLUB],
    "datasets": [
        dataset(1, "Salles communales ouvertes au public", resource(1, "csv", {"kind": "file", "member": "salles.csv"}, title="Les salles", description="Une ligne par salle."),
                resource(2, "pdf", {"kind": "file", "member": "guide.pdf"}, type="documentation", mime="application/pdf")),
        dataset(2, "Bibliothèques et médiathèques de l'île", resource(3, "csv", {"kind": "file", "member": "biblio.csv"}, checksum=None), tags=["lecture", "culture"]),
        dataset(3, "Répertoire des salles 2014", resource(4, "pdf", {"kind": "file", "member": "guide.pdf"}, title="Répertoire", extras={"check:available": True}),
                description="Liste.", temporal_coverage=None, spatial=None, last_update="2014-06-01T08:00:00+00:00", quality=CLOSED),
        dataset(4, "Carte contributive des équipements", resource(5, "csv", {"kind": "gone"}, filetype="remote", filesize=10), resource(6, "csv", {"kind": "page"}, filesize=None),
                organization=None, owner={"first_name": "", "last_name": "", "slug": "cartographe-du-port"}, license="odc-odbl", tags=["carte"]),
        dataset(5, "Équipements sportifs : gymnases", resource(7, "csv", {"kind": "file", "member": "vieux.csv"}, checksum={"type": "sha1", "value": "0" * 40}),
                resource(8, "csv", {"kind": "file", "member": "vide.csv"}, checksum=None), license="notspecified", frequency="unknown"),
        dataset(6, "Salle d'attente des navettes", resource(9, "csv", {"kind": "file", "member": "biblio.csv"}),
                organization={key: CLUB[key] for key in ("id", "name", "slug")}),
    ],
}


def write(folder: Path) -> Path:
    """Write the catalogue and its archive into a folder, which is returned."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "catalogue.json").write_text(json.dumps(CATALOGUE, ensure_ascii=False), encoding="utf-8")
    with ZipFile(folder / "fichiers.zip", "w") as archive:
        for name, content in FILES.items():
            archive.writestr(name, content)
    return folder


ADDRESSES = "numero,voie,code_postal,code_commune,commune,latitude,longitude\n" + "".join(
    f"{number},{street},{postcode},{code},{commune},{46.63 + number / 10_000:.5f},{-3.47 + shift:.5f}\n"
    for street, postcode, code, commune, shift in (
        ("rue du Port", "99100", "99901", "Port-Brume", 0), ("rue du Port", "99500", "99905", "Roc-en-Mer", 0.05), ("place des Filets", "99100", "99901", "Port-Brume", 0.01),
    )
    for number in (2, 12, 14)
)
