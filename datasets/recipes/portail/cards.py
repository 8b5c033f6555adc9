"""A record of the sources, written by hand, becomes a card in the shape of the portal's API v1.

A record says: title, org (a key of organisations.yml, or « @pseudonym » for a person), text, and optionally tags, licence, every
(frequency), covers [first, last], zone, level (granularity), created, updated, touched (the card edited after the data),
views, announce (marks the portal shows although they are stale), faults, near (words that find it although it is about
something else), story (its part in the lessons), and files. A file says: title, as (format), text, and what is in it:
columns (see tables.py), lines (a text as it is), gone, page or dataset; optionally says (the format its card announces),
name, kind: documentation, checksum: wrong, schema, size (announced), sep, encoding, decimal, above, copy (a file
of another record, by its key).
"""

import hashlib
import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

import formats
import marks
from lands import ZONES, seeded
from tables import rows

_RECORD = {
    "title", "slug", "org", "text", "tags", "licence", "every", "covers", "zone", "level", "created", "updated", "touched", "views",
    "announce", "faults", "near", "story", "files", "badges", "twin",
}
CHECKSUMS_SINCE = 2020
_FILE = {
    "title", "as", "text", "columns", "rows", "lines", "gone", "page", "dataset", "says", "name", "kind", "checksum", "schema", "size",
    "sep", "encoding", "decimal", "above", "facilities", "land", "remote", "updated", "key", "copy",
}


@dataclass
class Made:
    """Cards, the files behind them, and what the lessons may know of each."""

    cards: list[dict] = field(default_factory=list)
    members: list[tuple[str, bytes]] = field(default_factory=list)
    records: dict[str, dict] = field(default_factory=dict)  # by slug, as the sources say them
    kept: dict[str, dict] = field(default_factory=dict)  # a file's content, by the key that another record copies


def slug_of(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.lower().replace("œ", "oe").replace("'", "-").replace("’", "-"))
    plain = "".join(one for one in letters if not unicodedata.combining(one))
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def key_of(kind: str, text: str) -> str:
    """24 hexadecimal digits, as the portal's identifiers."""
    return hashlib.sha256(f"{kind}:{text}".encode()).hexdigest()[:24]


def uuid_of(text: str) -> str:
    digits = hashlib.sha256(f"resource:{text}".encode()).hexdigest()
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:32]}"


def organisation(key: str, one: dict) -> dict:
    slug = slug_of(one["name"])
    return {
        "id": key_of("organization", key), "name": one["name"], "slug": slug, "acronym": one.get("acronym"),
        "badges": [{"kind": kind} for kind in one.get("badges", ["public-service", "certified"])], "description": one["text"],
    }


def add(made: Made, record: dict, organisations: dict[str, dict], today: datetime, datasets: Path) -> None:
    """Make one card and its files.

    Raises:
        ValueError: a record says something that is not known, or a slug twice.
    """
    if unknown := set(record) - _RECORD:
        raise ValueError(f"{record['title']}: unknown {sorted(unknown)}")
    slug = record.get("slug") or slug_of(record["title"])
    if slug in made.records:
        raise ValueError(f"{slug}: twice; give one of them a slug")
    made.records[slug] = record
    draw = seeded(slug)
    created, updated = (min(_moment(record.get(key, record["created"]), draw), today) for key in ("created", "updated"))
    updated = max(created, updated)  # the same day, the draw of the hours may say otherwise
    touched = _moment(record["touched"], draw) if "touched" in record else updated
    person = record["org"].startswith("@")
    owner = organisations.get(record["org"])
    land = "ile" if person else owner["land"]
    zone = record.get("zone", None if person else owner.get("zone", land))
    resources, reachable = [], True
    for rank, one in enumerate(record["files"], 1):
        resource = _resource(made, one, f"{slug}/{rank}", slug, land, updated, created, draw, datasets)
        alive = resource["content"]["kind"] != "gone"
        reachable = reachable and alive
        if resource["filetype"] == "remote":
            said = record.get("announce", {}).get("all_resources_available", alive)
            resource["extras"] = {"check:available": said, "check:status": 200 if said else 404, "check:date": _stamp(touched)}
        resources.append(resource)
    covers = record.get("covers")
    frequency = record.get("every", "unknown")
    views = record.get("views") or int(10 ** draw.uniform(1.2, 3.4))
    card = {
        "id": key_of("dataset", slug), "slug": slug, "title": record["title"], "description": (record.get("text") or "").strip(),
        "organization": None if person else {"id": key_of("organization", record["org"]), "name": owner["name"], "slug": slug_of(owner["name"])},
        "owner": {"first_name": "", "last_name": "", "slug": record["org"][1:]} if person else None,
        "license": record.get("licence", "lov2"), "frequency": frequency, "frequency_date": None,
        "temporal_coverage": {"start": f"{covers[0]}T00:00:00+00:00", "end": f"{covers[1]}T00:00:00+00:00"} if covers else None,
        "spatial": {"zones": [ZONES[zone]], "granularity": record.get("level", "fr:commune")} if zone else None,
        "tags": sorted(slug_of(tag) for tag in record.get("tags", [])),
        "created_at": _stamp(created), "last_modified": _stamp(touched), "last_update": _stamp(updated), "archived": None, "private": False,
        "quality": {}, "metrics": {
            "views": views, "followers": views // draw.randrange(60, 200), "reuses": views // draw.randrange(300, 900),
            "resources_downloads": int(views * draw.uniform(0.1, 0.5)),
        },
        "badges": [{"kind": kind} for kind in record.get("badges", [])], "extras": {}, "resources": resources,
    }
    if expected := marks.due(frequency, card["last_update"]):
        card["frequency_date"] = _stamp(expected)
    computed = marks.quality(card, today, reachable)
    del computed["score"]
    card["quality"] = marks.score(computed | record.get("announce", {}))
    made.cards.append(card)


def _resource(made: Made, one: dict, key: str, slug: str, land: str, updated: datetime, created: datetime, draw, datasets: Path) -> dict:
    if unknown := set(one) - _FILE:
        raise ValueError(f"{key}: unknown {sorted(unknown)}")
    identity, kind = uuid_of(key), one.get("as", "csv")
    suffix = {"shp": "zip"}.get(kind, kind)
    content = _content(made, one, key, slug, land, datasets)
    data = content.pop("bytes")
    gone = content["kind"] in ("gone", "page")
    name = one.get("name") or f"{slug_of(one['title'])[:60]}.{suffix}"
    checksum = None
    # The portal has computed checksums for some years only: what was put there before announces none.
    if data is not None and updated.year >= CHECKSUMS_SINCE:
        value = hashlib.sha256(data if one.get("checksum") != "wrong" else data + b"\n").hexdigest()
        checksum = {"type": "sha256", "value": value}
    announced = one.get("says", kind)
    return {
        "id": identity, "title": one["title"], "description": (one.get("text") or "").strip() or None, "type": one.get("kind", "main"),
        "filetype": "remote" if gone or one.get("remote") else "file", "format": announced,
        "url": f"{{base}}/fichiers/{identity}/{name}", "latest": f"{{base}}/api/1/datasets/r/{identity}",
        "filesize": one.get("size") if data is None else one.get("size", len(data)), "mime": formats.MIMES.get(announced, "application/octet-stream"),
        "checksum": checksum, "schema": one.get("schema"), "created_at": _stamp(created),
        "last_modified": _stamp(_moment(one["updated"], draw) if "updated" in one else updated), "extras": {}, "content": content,
    }


def _content(made: Made, one: dict, key: str, slug: str, land: str, datasets: Path) -> dict:
    if "gone" in one or "page" in one:
        return {"kind": "gone" if "gone" in one else "page", "bytes": None}
    if "dataset" in one:
        return {"kind": "dataset", "path": one["dataset"], "bytes": (datasets / one["dataset"]).read_bytes()}
    if "copy" in one:
        return dict(made.kept[one["copy"]])
    kind = one.get("as", "csv")
    data = _bytes(one, kind, key, slug, land)
    suffix = {"shp": "zip"}.get(kind, kind)
    member = f"{slug[:60].strip('-')}-{key.rsplit('/', 1)[1]}.{suffix}"
    made.members.append((member, data))
    found = {"kind": "file", "member": member, "bytes": data}
    if "key" in one:
        made.kept[one["key"]] = dict(found)
    return found


def _bytes(one: dict, kind: str, key: str, slug: str, land: str) -> bytes:
    if "lines" in one:
        text = str(one["lines"])
        if kind == "pdf":
            return formats.as_pdf(text.rstrip("\n").split("\n"))
        return text.encode(one.get("encoding", "utf-8"))
    columns = list(one["columns"])
    if kind == "pdf":
        table = [" - ".join(str(value) for value in row.values() if value is not None) for row in rows(one, key, land)]
        return formats.as_pdf([one["title"], "", *table])
    found = rows(one, key, land)
    if kind == "json":
        return formats.as_json(found)
    if kind == "geojson":
        return formats.as_geojson(found)
    if kind == "xlsx":
        return formats.as_xlsx(columns, found, one["title"])
    if kind == "shp":
        return formats.as_shapefile(found, slug.replace("-", "_")[:24])
    style = {name: one[name] for name in ("sep", "encoding", "decimal", "above") if name in one}
    return formats.as_csv(columns, found, **style)


def _moment(day: date, draw) -> datetime:
    return datetime.fromisoformat(f"{day}T00:00:00+00:00") + timedelta(seconds=draw.randrange(7 * 3600, 18 * 3600))


def _stamp(when: datetime) -> str:
    return when.isoformat()
