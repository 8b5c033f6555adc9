"""The stand-in's answers have the shapes of the real services."""

import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import portal_tiny
import pytest
from portal_tiny import rid

from challenge_data.portal.client import _MASK
from challenge_data.portal.standin import masks
from challenge_data.portal.standin.places import lambert93
from challenge_data.portal.standin.tables import Table
from challenge_data.portal.standin.words import stems

# What data.gouv.fr gives (udata's api_fields; the official client's recorded answers), by service.
DATASET = {
    "acronym", "archived", "badges", "contact_points", "created_at", "deleted", "description", "extras", "featured", "frequency", "frequency_date", "harvest",
    "id", "internal", "last_modified", "last_update", "license", "metrics", "organization", "owner", "page", "private", "quality", "resources", "slug", "spatial",
    "tags", "temporal_coverage", "title", "uri",
}
RESOURCE = {
    "checksum", "created_at", "description", "extras", "filesize", "filetype", "format", "harvest", "id", "internal", "last_modified", "latest", "metrics", "mime",
    "preview_url", "schema", "title", "type", "url",
}
PAGE = {"data", "page", "page_size", "total", "next_page", "previous_page"}


@pytest.fixture
def get(standin):
    """Ask without our own client: status, parsed body, headers."""
    def ask(path: str, **headers: str):
        request = urllib.request.Request(standin.address + path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=5) as response:
                status, body, head = response.status, response.read(), response.headers
        except urllib.error.HTTPError as error:
            status, body, head = error.code, error.read(), error.headers
        return status, json.loads(body) if "json" in head["Content-Type"] else body, head

    return ask


def test_a_dataset_and_its_files_have_the_portals_fields(get, standin):
    _, card, _ = get("/www/api/1/datasets/jeu-1/")
    assert set(card) >= DATASET and set(card["resources"][0]) >= RESOURCE and "content" not in card["resources"][0]
    assert card["resources"][0]["url"].startswith(f"{standin.address}/www/fichiers/")
    assert card["organization"]["class"] == "Organization" and card["organization"]["acronym"] == "CCIB"
    _, light, _ = get("/www/api/2/datasets/jeu-1/")
    assert set(light) >= DATASET and light["resources"]["total"] == 2
    _, files, _ = get(light["resources"]["href"].removeprefix(standin.address))
    assert set(files) == PAGE and [one["id"] for one in files["data"]] == [rid(1), rid(2)]
    assert get(f"/www/api/2/datasets/resources/{rid(1)}/")[1]["dataset_id"] == card["id"]


def test_a_list_is_paged_by_its_own_links(get, standin):
    path, seen = "/www/api/1/datasets/?q=salle&page_size=1", []
    while path:
        _, page, _ = get(path)
        assert set(page) == PAGE and page["total"] == 3
        seen += [one["slug"] for one in page["data"]]
        path = page["next_page"] and page["next_page"].removeprefix(standin.address)
    assert sorted(seen) == ["jeu-1", "jeu-3", "jeu-6"]


def test_facets_count_what_was_found(get):
    _, page, _ = get("/www/api/2/datasets/search/?q=salle")
    assert {one["value"]: one["count"] for one in page["facets"]["format"]} == {"pdf": 2, "csv": 2}
    assert page["facets"]["organization"][0] | {"value": ""} == {"value": "", "name": portal_tiny.AREA["name"], "count": 2}


def test_the_lasting_address_of_a_file_leads_to_it(get, standin):
    _, body, _ = get(f"/www/api/1/datasets/r/{rid(1)}")
    assert body == portal_tiny.FILES["salles.csv"]


@pytest.mark.parametrize("path", [
    "/www/api/1/datasets/rien/", f"/www/api/1/datasets/r/{rid(99)}", "/www/api/1/ailleurs/", f"/tabular/api/resources/{rid(2)}/data/", "/www/api/1/datasets/?page=40",
    f"/www/fichiers/{rid(5)}/fichier-5.csv", f"/tabular/api/resources/{rid(8)}/profile/", "/geo/communes/00000",
])
def test_what_is_not_there_is_404(get, path):
    assert get(path)[0] == 404


def test_the_tabular_api_answers_in_its_shape(get, standin):
    base = f"/tabular/api/resources/{rid(1)}/"
    _, page, _ = get(f"{base}data/?page=2&page_size=50&commune__exact=Port-Brume")
    assert page["meta"] == {"page": 2, "page_size": 50, "total": 80} and len(page["data"]) == 30
    assert page["links"]["next"] is None and page["links"]["prev"] == f"{standin.address}{base}data/?commune__exact=Port-Brume&page=1&page_size=50"
    assert page["data"][0]["__id"] == 76 and page["data"][0]["capacite"] == 760 and page["data"][0]["surface"] == 76.5
    assert get(f"{base}profile/")[1]["profile"]["columns"]["capacite"]["python_type"] == "int"
    status, error, _ = get(f"{base}data/?page_size=51")
    assert status == 400 and error["errors"][0]["detail"] == "Page size exceeds allowed maximum: 50"
    status, error, _ = get(f"{base}data/?limit=1")
    assert status == 400 and error["errors"][0]["detail"] == "Malformed query: argument 'limit=1' could not be parsed"


def test_geocoder_and_communes_answer_in_their_shape(get):
    _, found, _ = get("/geocodage/search?q=Lande-Haute&limit=1")
    (place,) = found["features"]
    assert found["type"] == "FeatureCollection" and place["geometry"]["type"] == "Point"
    assert {"label", "score", "type", "name", "city", "citycode", "postcode", "context", "importance", "x", "y"} <= set(place["properties"])
    assert get("/geocodage/search?q=a")[0] == 400
    _, communes, _ = get("/geo/communes?codeDepartement=99&fields=nom,centre&limit=3")
    assert [set(one) for one in communes] == [{"nom", "code", "centre"}] * 3
    _, layer, _ = get("/geo/communes?codeDepartement=99&fields=nom,centre&format=geojson")
    assert layer["features"][0]["geometry"]["type"] == "Point" and len(layer["features"]) == 8


@pytest.mark.parametrize(("kind", "status"), [("404", 404), ("410", 410), ("429", 429), ("500", 500), ("html", 200)])
def test_a_header_shows_a_fault_by_hand(get, kind, status):
    assert get("/www/api/1/datasets/", X_Panne=kind)[0] == status


def test_every_answer_carries_the_storys_date(get):
    assert get("/www/api/1/datasets/licenses/")[2]["Date"] == "Mon, 12 Oct 2026 08:30:00 GMT"


@pytest.mark.parametrize(("key", "status"), [(None, 401), ("inventee", 401)])
def test_nothing_can_be_written_without_a_key(standin, key, status):
    request = urllib.request.Request(f"{standin.address}/www/api/1/datasets/", data=b"{}", method="POST", headers={"X-API-KEY": key} if key else {})
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=5)
    assert caught.value.code == status


def test_a_mask_keeps_its_fields_and_no_other(get):
    _, page, _ = get("/www/api/1/datasets/?q=salle", X_Fields=_MASK)
    assert set(page) == PAGE and set(page["data"][0]["resources"][0]) == {"format"} and "description" not in page["data"][0]
    assert masks.apply("a,b{c}", {"a": 1, "b": [{"c": 2, "d": 3}], "e": 4}) == {"a": 1, "b": [{"c": 2}]}
    for broken in ("data{id", "data{id}}", "{{id}"):
        with pytest.raises(ValueError):
            masks.apply(broken, {})
    assert get("/www/api/1/datasets/", X_Fields="data{id")[0] == 400


@pytest.mark.parametrize(("text", "words"), [
    ("Salles d'activités", ["salle", "activite"]), ("les équipements communaux", ["equipement", "communal"]), ("Eaux et bateaux", ["eau", "bateau"]),
    ("CHŒURS, vœu n° 7 de l'Île", ["choeur", "voeu", "ile"]), ("accès gros repas", ["acce", "gro", "repa"]), ("gaz 2026", ["gaz", "2026"]),
])
def test_words(text, words):
    assert stems(text) == words


def test_a_table_is_read_as_the_portal_reads_it():
    table = Table("code;oui ;n\n01001;oui;1,5\n99901;non;\n".encode("cp1252"))
    assert table.types == {"code": "string", "oui": "bool", "n": "float"}
    assert table.rows == [{"__id": 1, "code": "01001", "oui": True, "n": 1.5}, {"__id": 2, "code": "99901", "oui": False, "n": None}]
    for content in (b"", b"%PDF-1.4", b"<html>", b'[{"a": 1}]', b"une seule colonne\nx\n", b"PK\x03\x04 pas un classeur"):
        with pytest.raises(ValueError):
            Table(content)


@pytest.mark.parametrize(("longitude", "latitude"), [(-3.47, 46.64), (2.35, 48.85), (7.75, 48.58), (9.1, 42.0)])
def test_lambert_is_that_of_pyproj(longitude, latitude):
    from pyproj import Transformer

    expected = Transformer.from_crs("EPSG:4326", "EPSG:2154", always_xy=True).transform(longitude, latitude)
    assert lambert93(longitude, latitude) == pytest.approx(expected, abs=0.02)


def test_it_runs_by_hand(tmp_path):
    command = [sys.executable, "-m", "challenge_data.portal.standin", "--port", "0", "--catalogue", str(portal_tiny.write(tmp_path))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={"PYTHONUTF8": "1"}) as process:
        try:
            said = process.stdout.readline()
            address = said.split(" : ")[1].split()[0]
            with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(f"{address}/www/api/1/datasets/?q=salle", timeout=5) as answer:
                assert json.load(answer)["total"] == 3
        finally:
            process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0 and "6 fiches inventées" in said


@pytest.mark.skipif("DATAGOUV_CLIENT_PYTHON" not in os.environ, reason="DATAGOUV_CLIENT_PYTHON names no Python that has datagouv-client")
def test_the_official_client_understands_the_stand_in(standin):
    """It has an environment of its own (urllib3-future takes urllib3's place wherever it is installed)."""
    witness = Path(__file__).with_name("portal_witness.py")
    done = subprocess.run(
        [os.environ["DATAGOUV_CLIENT_PYTHON"], str(witness), standin.address, f"{1:024x}", rid(1), portal_tiny.AREA["id"], standin.shelf.new_key()["apikey"]],
        capture_output=True, text=True, env={"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}, timeout=60,
    )
    assert done.returncode == 0, done.stderr
    expected = [f"{rank:024x}" for rank in (1, 3, 6)]
    assert json.loads(done.stdout) == {
        "title": "Salles communales ouvertes au public", "organization": portal_tiny.AREA["name"], "resources": [rid(1), rid(2)], "licence": "lov2",
        "found": expected, "light": dict(zip(expected, (2, 1, 1), strict=True)), "of_resource": expected[0], "content": "nom",
        "columns": ["nom", "commune", "code_commune", "capacite", "surface", "chauffee"], "rows": 120, "filtered": 14,
        "of_organization": [f"{rank:024x}" for rank in (1, 2, 3, 5)], "more_recent": False,
        "made": ["Essai du témoin", True, "lov2"], "file": ["20261012_249900010_essai.csv", "csv", "file", "scdl/equipements"], "remote": "remote",
        "replaced": "a,b\n3,4\n", "public": False, "files": 1, "deleted": 410, "refused": ["Ce champ est requis.", "Choix invalide."],
    }
