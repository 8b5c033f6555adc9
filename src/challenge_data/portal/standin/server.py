"""The stand-in's HTTP server: routes a path to an answer in the shape of the real service."""

import json
import time
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qs, quote, unquote, urlsplit

from challenge_data.portal.standin import faults, masks
from challenge_data.portal.standin.catalogue import TABULAR_FORMATS, Catalogue
from challenge_data.portal.standin.places import Places
from challenge_data.portal.standin.shelf import Refusal, Shelf
from challenge_data.portal.standin.tables import Malformed, Table
from challenge_data.portal.standin.writes import Writes
from challenge_data.portal.terms import LICENCES

PAGE = (
    "<!DOCTYPE html><html lang='fr'><head><meta charset='utf-8'><title>Portail d'exercice</title></head><body><h1>{title}</h1>"
    "<p>{text}</p><p>Portail d'exercice de l'atelier : tout y est inventé.</p></body></html>"
)


class Standin:
    """A server over a catalogue; :meth:`start` runs it in a thread, :meth:`serve` here and now.

    Args:
        folder: of ``catalogue.json`` and ``fichiers.zip``; that of the course by default.
        port: 0 for any free one.
        datasets: folder of communes and addresses; that of the course by default.
    """

    def __init__(self, folder: Path | None = None, *, port: int = 0, datasets: Path | None = None):
        self.catalogue, self.places, self.faults = Catalogue(folder), Places(datasets), faults.Faults()
        self.shelf = Shelf(self.catalogue)
        self.table = lru_cache(maxsize=8)(self._table)
        self._server = _Server(("127.0.0.1", port), _Handler)
        self._server.standin = self
        self.address = f"http://127.0.0.1:{self._server.server_port}"

    def start(self) -> "Standin":
        Thread(target=self._server.serve_forever, args=(0.05,), name="portail d'exercice", daemon=True).start()
        return self

    def serve(self) -> None:
        self._server.serve_forever()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _table(self, key: str) -> Table | None:
        """The rows of a resource that the tabular API reads; None for others."""
        known, content = self.catalogue.resource(key), self.catalogue.content(key)
        if known is None or content is None or content[0] != "file" or (known[0].get("format") or "").lower() not in TABULAR_FORMATS:
            return None
        try:
            return Table(content[1])
        except ValueError:
            return None


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    standin: Standin

    def handle_error(self, request, client_address) -> None:
        """A client that hangs up is no event; anything else is a fault of ours, to be seen."""
        import sys

        if not isinstance(sys.exc_info()[1], (ConnectionError, TimeoutError)):
            super().handle_error(request, client_address)


class _Handler(Writes, BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "portail-d-exercice", ""
    disable_nagle_algorithm = True  # else each answer waits 40 ms for an acknowledgement
    server: _Server

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        self.query = parse_qs(parts.query)
        path = unquote(parts.path)
        # The body is read first, whatever the answer: what is left of it would be taken for the next request.
        body = self._body()
        if fault := self.server.standin.faults.take(parts.path, self.headers.get(faults.HEADER)):
            if self._fail(fault, path):
                return
        try:
            self.signed = self.server.standin.shelf.known(self.headers.get("X-API-KEY"))
            if self.command in ("GET", "HEAD"):
                self._route(path, parts.query)
            else:
                self._write(path, body)
        except Refusal as refusal:
            self._json(refusal.body, refusal.status)

    do_HEAD = do_POST = do_PUT = do_DELETE = do_GET

    def log_message(self, *_) -> None:
        """Silence: a notebook is no place for a server's journal."""

    def date_time_string(self, timestamp=None) -> str:
        """The Date of every answer: that of the story."""
        return format_datetime(datetime.fromisoformat(self.server.standin.catalogue.date).astimezone(UTC), usegmt=True)

    @property
    def base(self) -> str:
        return f"{self.server.standin.address}/www"

    # --- routes -----------------------------------------------------------------------------------------------

    def _route(self, path: str, raw_query: str) -> None:
        steps = [step for step in path.split("/") if step]
        match steps:
            case ["www", "api", "1", "datasets"]:
                self._datasets(facets=False)
            case ["www", "api", "2", "datasets"] | ["www", "api", "2", "datasets", "search"]:
                self._datasets(facets=steps[-1] == "search", light=True)
            case ["www", "api", "1", "datasets", "licenses"]:
                self._json([
                    {"id": key, "title": name, "url": text or None, "maintainer": None, "flags": [], "alternate_titles": [], "alternate_urls": []}
                    for key, (name, _, _, text) in LICENCES.items()
                ])
            case ["www", "api", "1", "datasets", "r", key] | ["www", "fr", "datasets", "r", key]:
                self._redirect(key)
            case ["www", "api", "2", "datasets", "resources", key]:
                known = self.server.standin.catalogue.resource(key)
                known = known and self._card(known[1]["id"]) and known
                self._json(known and {"resource": self._resource(known[0]), "dataset_id": known[1]["id"]})
            case ["www", "api", "1", "datasets", key, "resources", resource]:
                known = self.server.standin.catalogue.resource(resource)
                known = known and self._card(known[1]["id"]) and known
                self._json(self._resource(known[0]) if known and key in (known[1]["id"], known[1]["slug"]) else None)
            case ["www", "api", "2", "datasets", key, "resources"]:
                card = self._card(key)
                self._json(card and self._page([self._resource(one) for one in card["resources"]], f"/api/2/datasets/{key}/resources/", 50))
            case ["www", "api", version, "datasets", key] if version in "12":
                card = self._card(key)
                self._json(card and self._dataset(card, light=version == "2"))
            case ["www", "api", "1", "organizations"]:
                self._organizations()
            case ["www", "api", "1", "organizations", key]:
                one = self.server.standin.catalogue.organization(key)
                self._json(one and self._organization(one))
            case ["www", "api", "1", "organizations", key, "datasets"]:
                found = self.server.standin.catalogue.search(self.query | {"organization": [key]}, self._shows)
                self._json(self._page(found, f"/api/1/organizations/{key}/datasets/", 20, self._dataset))
            case ["www", "fichiers", key, *_]:
                self._file(key)
            case ["tabular", "api", "resources", key, *rest]:
                self._tabular(key, rest, raw_query)
            case ["geo", "communes", *rest]:
                self._communes(rest)
            case ["geocodage", "search"]:
                self._geocode()
            case []:
                self._send(200, "text/html; charset=utf-8", PAGE.format(
                    title="Portail d'exercice", text=f"{len(self.server.standin.catalogue.datasets)} fiches. Commencez par /www/api/1/datasets/?q=salle"
                ).encode())
            case _:
                self._json(None)

    def _card(self, key: str) -> dict | None:
        """A record that shows to whoever asks.

        Raises:
            Refusal: it was deleted.
        """
        card = self.server.standin.catalogue.dataset(key)
        if card is None or self.server.standin.shelf.shows(card, self.signed):
            return card
        if card.get("deleted") and not card.get("private"):
            raise Refusal(410, "Dataset has been deleted")
        return None

    def _shows(self, card: dict) -> bool:
        return self.server.standin.shelf.shows(card, self.signed)

    def _datasets(self, *, facets: bool, light: bool = False) -> None:
        catalogue = self.server.standin.catalogue
        found = catalogue.search(self.query, self._shows)
        path = "/" + "/".join(urlsplit(self.path).path.strip("/").split("/")[1:]) + "/"
        page = self._page(found, path, 20, lambda one: self._dataset(one, light=light))
        if page is not None and facets:
            page["facets"] = catalogue.facets(found)
        self._json(page)

    def _organizations(self) -> None:
        from challenge_data.portal.standin.words import stems

        words = stems(" ".join(self.query.get("q", [])))
        found = [
            one for one in self.server.standin.catalogue.organizations
            if set(words) <= set(stems(f"{one['name']} {one.get('acronym') or ''} {one['slug']} {one.get('description', '')}"))
        ]
        found.sort(key=lambda one: one["name"])
        self._json(self._page(found, "/api/1/organizations/", 20, self._organization))

    def _redirect(self, key: str) -> None:
        known = self.server.standin.catalogue.resource(key)
        if known is None:
            return self._json(None)
        self._send(302, "text/plain", b"", {"Location": self._resource(known[0])["url"]})

    def _file(self, key: str) -> None:
        content, known = self.server.standin.catalogue.content(key), self.server.standin.catalogue.resource(key)
        if content is None or known is None:
            self._send(404, "text/html; charset=utf-8", PAGE.format(title="Page introuvable", text="Ce fichier n'est plus ici.").encode())
        elif content[0] == "page":
            text = "Cette page a été déplacée. Identifiez-vous pour continuer."
            self._send(200, "text/html; charset=utf-8", PAGE.format(title="Connexion", text=text).encode())
        else:
            if self.command == "GET" and not self.signed:
                self.server.standin.shelf.downloaded(key)
            self._send(200, known[0].get("mime") or "application/octet-stream", content[1])

    def _tabular(self, key: str, rest: list[str], raw_query: str) -> None:
        known = self.server.standin.catalogue.resource(key)
        table = self.server.standin.table(key) if known and self._card(known[1]["id"]) else None
        base = f"{self.server.standin.address}/tabular/api/resources/{key}/"
        if table is None:
            return self._json({"errors": [{"code": None, "title": "Not found", "detail": f"Resource not found: {key}"}]}, 404)
        if not rest:
            known = self.server.standin.catalogue.resource(key)[0]
            links = [{"href": f"{base}{name}/", "type": "GET", "rel": name} for name in ("profile", "data", "swagger")]
            return self._json({"created_at": known.get("created_at"), "url": self._resource(known)["url"], "links": links})
        if rest == ["profile"]:
            return self._json({"profile": table.profile(), "indexes": None})
        if rest != ["data"]:
            return self._json(None)
        try:
            self._json(table.answer(raw_query, base))
        except Malformed as error:
            detail = str(error) if str(error).startswith("Page") else f"Malformed query: {error}"
            self._json({"errors": [{"code": None, "title": "Invalid query string", "detail": detail}]}, 400)

    def _communes(self, rest: list[str]) -> None:
        fields = [one for one in self._first("fields", "nom,code,codesPostaux,codeDepartement,population").split(",") if one]
        fields = list(dict.fromkeys(["nom", "code", *fields]))
        places = self.server.standin.places
        if rest:
            one = next((one for one in places.communes if one["code"] == rest[0]), None)
            return self._json(one and {key: one[key] for key in fields if key in one})
        limit = self._first("limit", "")
        found = places.find_communes(
            self._first("nom"), self._first("codePostal"), self._first("codeDepartement"), fields, int(limit) if limit.isdigit() else None
        )
        if self._first("format") == "geojson":
            features = [
                {"type": "Feature", "properties": {key: value for key, value in one.items() if key != "centre"}, "geometry": one.get("centre")}
                for one in found
            ]
            return self._json({"type": "FeatureCollection", "features": features})
        self._json(found)

    def _geocode(self) -> None:
        asked, limit = self._first("q", ""), self._first("limit", "10")
        if not 3 <= len(asked.strip()) <= 200 or not (limit.isdigit() and 1 <= int(limit) <= 50):
            return self._json({"code": 400, "message": "Parsing query parameters failed", "detail": ["q: 3 to 200 characters", "limit: 1 to 50"]}, 400)
        features = self.server.standin.places.geocode(asked, self._first("citycode"), self._first("postcode"), self._first("type"), int(limit))
        self._json({"type": "FeatureCollection", "features": features, "query": asked})

    # --- shapes -----------------------------------------------------------------------------------------------

    def _dataset(self, card: dict, light: bool = False) -> dict:
        own = {
            "acronym": None, "deleted": None, "featured": False, "harvest": None, "contact_points": [], "community_resources": [],
            "internal": {"created_at_internal": card["created_at"], "last_modified_internal": card["last_modified"]},
        }
        link = f"{self.base}/api/2/datasets/{card['id']}/resources/?page=1&page_size=50"
        organization = card.get("organization") and self.server.standin.catalogue.organization(card["organization"]["id"])
        return own | card | {
            "uri": f"{self.base}/api/1/datasets/{card['id']}/", "page": f"{self.base}/datasets/{card['slug']}/",
            "organization": self._organization(organization or card["organization"], short=True) if card.get("organization") else None,
            "owner": card.get("owner"),
            "resources": {"rel": "subsection", "href": link, "type": "GET", "total": len(card["resources"])}
            if light else [self._resource(one) for one in card["resources"]],
        }

    def _resource(self, one: dict) -> dict:
        kept = json.loads(json.dumps(one).replace("{base}", self.base))
        tabular = (one.get("format") or "").lower() in TABULAR_FORMATS
        return {"harvest": None, "metrics": {}, "extras": {}} | kept | {
            "preview_url": f"{self.base}/explore/resources/{one['id']}" if tabular else None,
            "internal": {"created_at_internal": one.get("created_at"), "last_modified_internal": one.get("last_modified")},
        }

    def _organization(self, one: dict, short: bool = False) -> dict:
        reference = {
            "class": "Organization", "id": one["id"], "name": one["name"], "slug": one["slug"], "acronym": one.get("acronym"),
            "badges": one.get("badges", []), "logo": None, "logo_thumbnail": None,
            "uri": f"{self.base}/api/1/organizations/{one['slug']}/", "page": f"{self.base}/organizations/{one['slug']}/",
        }
        return reference if short else {"description": "", "members": [], "extras": {}, "deleted": None} | one | reference

    def _page(self, items: list, path: str, default: int, shape=lambda one: one) -> dict | None:
        """One page of a list, in the portal's envelope; past the last one there is nothing (404)."""
        given = [self._first("page", "1"), self._first("page_size", str(default))]
        page, page_size = (int(one) if one.isdigit() and int(one) else fallback for one, fallback in zip(given, (1, default), strict=True))
        start = (page - 1) * page_size
        if page > 1 and start >= len(items):
            return None
        others = "".join(f"&{key}={quote(value)}" for key, values in self.query.items() for value in values if key not in ("page", "page_size"))

        def link(number: int) -> str:
            return f"{self.base}{path}?page={number}&page_size={page_size}{others}"

        return {
            "data": [shape(one) for one in items[start : start + page_size]], "page": page, "page_size": page_size, "total": len(items),
            "next_page": link(page + 1) if start + page_size < len(items) else None, "previous_page": link(page - 1) if page > 1 else None,
        }

    def _first(self, name: str, default: str | None = None):
        return self.query.get(name, [default])[0]

    # --- answers ----------------------------------------------------------------------------------------------

    def _json(self, value, status: int = 200) -> None:
        if value is None:
            status, value = 404, {"message": "The requested URL was not found on the server."}
        if status == 200 and (mask := self.headers.get("X-Fields")):
            try:
                value = masks.apply(mask, value)
            except ValueError:
                status, value = 400, {"message": f"Mask is invalid: {mask}"}
        self._send(status, "application/json", json.dumps(value, ensure_ascii=False).encode())

    def _send(self, status: int, kind: str, content: bytes, headers: dict[str, str] | None = None, promised: int | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content) if promised is None else promised))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def _fail(self, fault: faults.Fault, path: str) -> bool:
        """Show a fault; False when the true answer follows, late."""
        if fault.kind in faults.STATUSES:
            headers = {"Retry-After": fault.retry_after} if fault.retry_after else {}
            self._send(faults.STATUSES[fault.kind], "application/json", b'{"message": "fault on demand"}', headers)
        elif fault.kind == "cut":
            self.close_connection = True
            self._send(200, "application/json", b'{"data": [' + b" " * 200_000, promised=400_000)
        elif fault.kind == "slow":
            time.sleep(fault.seconds)
            return False
        elif fault.kind == "html":
            self._send(200, "text/html; charset=utf-8", PAGE.format(title="Bienvenue sur le wifi", text="Identifiez-vous.").encode())
        elif fault.kind == "garbled":
            self._send(200, "application/json", b'{"data": [1, 2')
        elif fault.kind == "altered":
            content = self.server.standin.catalogue.content(path.strip("/").split("/")[2])
            self._send(200, "text/csv", (content[1] if content else b"")[:-1] + b"?")
        elif fault.kind == "huge":
            self._endless()
        return True

    def _endless(self) -> None:
        """An answer that never says its length and never ends, until the client hangs up."""
        self.close_connection = True
        self.send_response(200)
        self.send_header("Content-Type", "text/csv")
        self.end_headers()
        while self.command != "HEAD":
            self.wfile.write(b"a;b\n" * 16_384)
