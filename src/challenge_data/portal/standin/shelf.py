"""What people publish on the stand-in: udata's writing routes, in memory only, with ids that a second run finds again.

Rules read in udata (udata/core/dataset/api.py, forms.py, tasks.py; udata/api/__init__.py) and in the portal's own guide
(guides.data.gouv.fr, « Prise en main », « Gérer un jeu de données par l'API »): a write that does not say
``private: true`` makes the record public; a private record is 404 for others, a deleted one 410; a file is at its
address for whoever knows it, draft or not; taking a resource away takes its file away at once, a deleted record's
files wait for the evening's purge.
"""

import hashlib
import re
import secrets
from copy import deepcopy
from datetime import datetime
from email import message_from_bytes
from email.policy import HTTP
from threading import RLock
from uuid import UUID, uuid5

from challenge_data.portal.standin.catalogue import Catalogue
from challenge_data.portal.standin.words import plain
from challenge_data.portal.terms import FREQUENCIES, LICENCES

MOST_UPLOAD = 20_000_000  # bytes: it all stays in memory
EXTENSIONS = frozenset("csv tsv txt json geojson gpkg kml xml pdf ods odt xls xlsx doc docx zip gz 7z parquet ics png jpg".split())
CLOSED = frozenset({"pdf", "doc", "docx", "word", "xls", "excel", "xlsx"})
_SPACE = UUID("6f2c1f2e-6b0e-5d0b-9d60-2f6f5f1f9a44")
_REQUIRED = "Ce champ est requis."


class Refusal(Exception):
    """An error as udata answers it: a status and a JSON body."""

    def __init__(self, status: int, message: str = "", errors: dict | None = None):
        super().__init__(status)
        self.status, self.body = status, {"message": message or "Input payload validation failed"} | ({"errors": errors} if errors else {})


class Shelf:
    """The records that keys have written. A new practice key empties it: a lesson run again starts from nothing."""

    def __init__(self, catalogue: Catalogue):
        self.catalogue, self.lock = catalogue, RLock()
        self._keys: set[str] = set()
        self._records: dict[str, dict] = {}
        self._files: dict[str, bytes] = {}
        self._counts: dict[str, int] = {}

    # --- keys -------------------------------------------------------------------------------------------------

    def new_key(self) -> dict:
        with self.lock:
            for card in list(self._records.values()):
                self.catalogue.remove(card)
            self._records, self._files, self._counts = {}, {}, {}
            self._keys = {secrets.token_hex(24)}
            return {"apikey": next(iter(self._keys)), "organization": self.organization["id"]}

    @property
    def organization(self) -> dict:
        """The one organisation that a practice key belongs to: the catalogue's first."""
        return self.catalogue.organizations[0]

    def known(self, key: str | None) -> bool:
        """Whether a key opens this shelf.

        Raises:
            Refusal: a key is given, and nobody has it.
        """
        if not key:
            return False
        if key not in self._keys:
            raise Refusal(401, "Invalid API Key")
        return True

    # --- reading ----------------------------------------------------------------------------------------------

    def shows(self, card: dict, signed: bool) -> bool:
        """Whether a record shows to whoever asks: a member of its organisation sees its drafts too."""
        return not card.get("deleted") and (not card.get("private") or (signed and card["id"] in self._records))

    def downloaded(self, key: str) -> None:
        """Somebody without a key took a file."""
        with self.lock:
            known = self.catalogue.resource(key)
            if known and known[1]["id"] in self._records:
                known[1]["metrics"]["resources_downloads"] += 1

    # --- writing ----------------------------------------------------------------------------------------------

    def create(self, given: dict) -> dict:
        title = given.get("title")
        slug = self._free_slug(str(title or ""))
        now = self.catalogue.date
        card = {
            "id": hashlib.sha256(slug.encode()).hexdigest()[:24], "slug": slug, "title": "", "acronym": None, "description": "", "organization": None, "owner": None,
            "license": "notspecified", "frequency": "unknown", "frequency_date": None, "temporal_coverage": None, "spatial": None, "tags": [], "private": False,
            "created_at": now, "last_modified": now, "last_update": now, "archived": None, "deleted": None, "badges": [], "extras": {}, "resources": [],
            "metrics": {"views": 0, "followers": 0, "reuses": 0, "resources_downloads": 0}, "featured": False,
        }
        filled = self._filled(card, given, {"title", "description"})
        with self.lock:
            return self._keep(filled)

    def update(self, key: str, given: dict) -> dict:
        with self.lock:
            card = self._mine(key, restoring="deleted" in given and given["deleted"] is None)
            filled = self._filled(card, given, set())
            filled["deleted"] = None
            return self._keep(filled)

    def delete(self, key: str) -> None:
        with self.lock:
            card = deepcopy(self._mine(key))
            card["deleted"] = self.catalogue.date
            self._keep(card)

    def upload(self, key: str, resource: str | None, kind: str, body: bytes) -> dict:
        with self.lock:
            card = deepcopy(self._mine(key))
            one = self._resource(card, resource) if resource else None
            name, content = _uploaded(kind, body)
            extension = name.rpartition(".")[2].lower()
            if extension not in EXTENSIONS:
                raise Refusal(400, "This file type is not allowed.")
            if content.lstrip()[:15].lower().startswith((b"<!doctype html", b"<html")):
                raise Refusal(415, "Incorrect file content type: HTML")
            if one is None:
                self._counts[card["id"]] = self._counts.get(card["id"], 0) + 1
                one = {"id": str(uuid5(_SPACE, f"{card['id']}/{self._counts[card['id']]}")), "created_at": self.catalogue.date, "description": None, "type": "main", "schema": None}
                card["resources"].append(one)
            stored = f"{plain(name.rpartition('.')[0]).replace(' ', '-')}.{extension}"  # udata stores files under a plain name
            one |= {
                "title": stored, "filetype": "file", "format": extension, "mime": "text/csv" if extension == "csv" else "application/octet-stream",
                "url": f"{{base}}/fichiers/{one['id']}/{stored}", "latest": f"{{base}}/api/1/datasets/r/{one['id']}", "filesize": len(content),
                "checksum": {"type": "sha256", "value": hashlib.sha256(content).hexdigest()}, "last_modified": self.catalogue.date, "extras": {},
            }
            self._files[one["id"]] = content
            card["last_update"] = self.catalogue.date
            self._keep(card)
            return one

    def add_remote(self, key: str, given: dict) -> dict:
        with self.lock:
            card = deepcopy(self._mine(key))
            if given.get("filetype") != "remote":
                raise Refusal(400, "This endpoint only supports remote resources")
            wrong = {name: [_REQUIRED] for name in ("title", "url") if not given.get(name)}
            if wrong:
                raise Refusal(400, errors=wrong)
            self._counts[card["id"]] = self._counts.get(card["id"], 0) + 1
            identity = str(uuid5(_SPACE, f"{card['id']}/{self._counts[card['id']]}"))
            one = {
                "id": identity, "title": given["title"], "description": given.get("description"), "type": given.get("type", "main"), "filetype": "remote",
                "format": str(given.get("format") or "").lower(), "url": given["url"], "latest": f"{{base}}/api/1/datasets/r/{identity}", "filesize": given.get("filesize"),
                "mime": given.get("mime"), "checksum": None, "schema": given.get("schema"), "created_at": self.catalogue.date, "last_modified": self.catalogue.date, "extras": {},
            }
            card["resources"].append(one)
            self._keep(card)
            return one

    def update_resource(self, key: str, resource: str, given: dict) -> dict:
        with self.lock:
            card = deepcopy(self._mine(key))
            one = self._resource(card, resource)
            if given.get("filetype") not in (None, one["filetype"]):
                raise Refusal(400, "Cannot modify filetype after creation")
            if "title" in given and not given["title"]:
                raise Refusal(400, errors={"title": [_REQUIRED]})
            taken = {"title", "description", "type", "format", "schema", "extras"} | ({"url"} if one["filetype"] == "remote" else set())
            one |= {name: value for name, value in given.items() if name in taken}
            self._keep(card)
            return one

    def delete_resource(self, key: str, resource: str) -> None:
        with self.lock:
            card = deepcopy(self._mine(key))
            self._resource(card, resource)
            card["resources"] = [one for one in card["resources"] if one["id"] != resource]
            self._files.pop(resource, None)
            self._keep(card)

    # --- inside -----------------------------------------------------------------------------------------------

    def _mine(self, key: str, restoring: bool = False) -> dict:
        card = self.catalogue.dataset(key)
        if card is None:
            raise Refusal(404, "Dataset not found")
        if card["id"] not in self._records:
            raise Refusal(403, "You do not have the permission to modify that object.")
        if card["deleted"] and not restoring:
            raise Refusal(410, "Dataset has been deleted")
        return card

    @staticmethod
    def _resource(card: dict, key: str) -> dict:
        found = next((one for one in card["resources"] if one["id"] == key), None)
        if found is None:
            raise Refusal(404, "Resource does not exist")
        return found

    def _keep(self, card: dict) -> dict:
        """Put a record's new state in place of the old one: readers see one or the other, never a half."""
        if earlier := self._records.get(card["id"]):
            self.catalogue.remove(earlier)
        card["last_modified"] = self.catalogue.date
        card["quality"] = _quality(card, datetime.fromisoformat(self.catalogue.date))
        self._records[card["id"]] = card
        self.catalogue.put(card, {one["id"]: self._files[one["id"]] for one in card["resources"] if one["id"] in self._files})
        return card

    def _free_slug(self, title: str) -> str:
        slug, number = plain(title).replace(" ", "-")[:200] or "sans-titre", 0
        while self.catalogue.dataset(f"{slug}-{number}" if number else slug):
            number += 1
        return f"{slug}-{number}" if number else slug

    def _filled(self, card: dict, given: dict, required: set[str]) -> dict:
        """A record with what a write says, or every error at once, field by field."""
        if not isinstance(given, dict):
            raise Refusal(400, "Did not attempt to load JSON data because the request Content-Type was not 'application/json'.")
        filled, wrong = deepcopy(card), {}
        for name in ("title", "description"):
            if name in given or name in required:
                filled[name] = given.get(name) or ""
                if not isinstance(filled[name], str) or not filled[name].strip():
                    wrong[name] = [_REQUIRED]
        if "license" in given:
            filled["license"] = given["license"] or "notspecified"
            if filled["license"] not in LICENCES:
                wrong["license"] = ["Choix invalide."]
        if "frequency" in given:
            filled["frequency"] = given["frequency"] or "unknown"
            if filled["frequency"] not in FREQUENCIES:
                wrong["frequency"] = ["Choix invalide."]
        if "tags" in given:
            filled["tags"] = sorted({plain(str(tag)).replace(" ", "-") for tag in given["tags"] or []})
            if any(not 3 <= len(tag) <= 96 for tag in filled["tags"]):
                wrong["tags"] = ["Un mot-clé compte de 3 à 96 caractères."]
        if "temporal_coverage" in given:
            filled["temporal_coverage"] = given["temporal_coverage"]
            if not _is_period(given["temporal_coverage"]):
                wrong["temporal_coverage"] = ["Période invalide."]
        if "spatial" in given:
            filled["spatial"] = given["spatial"] and {"zones": None, "granularity": None, "geom": None} | given["spatial"]
        if "organization" in given and given["organization"]:
            asked = given["organization"]["id"] if isinstance(given["organization"], dict) else given["organization"]
            if asked != self.organization["id"]:
                wrong["organization"] = ["Permission denied for this organization"]
            filled["organization"] = {name: self.organization[name] for name in ("id", "name", "slug")}
        if wrong:
            raise Refusal(400, errors=wrong)
        filled["private"] = bool(given.get("private"))  # not said is public: the trap of the real API
        filled["extras"] = given.get("extras", filled["extras"])
        return filled


def _is_period(value) -> bool:
    if value is None:
        return True
    try:
        dates = [datetime.fromisoformat(value[name]).replace(tzinfo=None) for name in ("start", "end")]
    except (TypeError, KeyError, ValueError):
        return False
    return dates[0] <= dates[1]


def _uploaded(kind: str, body: bytes) -> tuple[str, bytes]:
    """The name and the bytes of the « file » of a multipart form."""
    form = message_from_bytes(b"Content-Type: " + kind.encode("latin-1") + b"\r\n\r\n" + body, policy=HTTP)
    for part in form.iter_parts() if form.is_multipart() else ():
        if part.get_param("name", header="content-disposition") == "file" and (name := part.get_filename()):
            return re.split(r"[/\\]", name)[-1], part.get_payload(decode=True)
    raise Refusal(400, "Missing file parameter")


def _quality(card: dict, today: datetime) -> dict:
    """The nine criteria by udata's rules, and the score."""
    files = card["resources"]
    wait = FREQUENCIES[card["frequency"]][1]
    quality = {
        "license": card["license"] != "notspecified", "temporal_coverage": bool(card["temporal_coverage"]),
        "spatial": any((card["spatial"] or {}).values()), "update_frequency": card["frequency"] != "unknown",
        "update_fulfilled_in_time": card["frequency"] in ("punctual", "as_needed", "irregular", "irreg", "continuous", "update_cont")
        or (wait is not None and (today - datetime.fromisoformat(card["last_update"]) - wait).total_seconds() <= 86_400),
        "dataset_description_quality": len(card["description"]) > 100,
        "has_open_format": any((one.get("format") or "").lower() not in CLOSED | {""} for one in files),
        "all_resources_available": bool(files), "resources_documentation": any((one.get("description") or "").strip() or one.get("type") == "documentation" for one in files),
    }
    return quality | {"score": sum(quality.values()) / len(quality)}
