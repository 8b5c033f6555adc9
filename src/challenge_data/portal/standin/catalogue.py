"""The catalogue of the stand-in: its records, their files, and how they are found."""

import json
import math
from collections import Counter
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from challenge_data import course
from challenge_data.errors import LearnerError
from challenge_data.portal.standin.words import stems

FOLDER = Path("brumeval", "portail")
DATE = "2026-10-12T08:30:00+00:00"  # when the story's team comes; a catalogue may say another « date »
# How much a word counts by where it stands. The files' own titles are not searched: a good file under a vague
# card stays hard to find, as on a real portal.
_WEIGHTS = {"title": 8, "acronym": 6, "organization": 4, "tags": 3, "description": 1}
TABULAR_FORMATS = ("csv", "xlsx", "tsv")


class Catalogue:
    """Records in the shape of API v1, with ``{base}`` where the server's address goes.

    Raises:
        LearnerError: ``catalogue.json`` is missing or damaged.
    """

    def __init__(self, folder: Path | None = None):
        self.folder = folder or course.datasets_dir() / FOLDER
        try:
            content = json.loads((self.folder / "catalogue.json").read_text(encoding="utf-8"))
            self.date: str = content.get("date") or DATE
            self.organizations: list[dict] = content["organizations"]
            self.datasets: list[dict] = content["datasets"]
            self._contents: dict[str, dict] = {}
            for dataset in self.datasets:
                for resource in dataset["resources"]:
                    self._contents[resource["id"]] = resource.pop("content", {"kind": "gone"})
        except FileNotFoundError:
            raise LearnerError(
                "Le portail d'exercice n'a pas son catalogue (datasets/brumeval/portail/catalogue.json) : reprenez l'archive du cours."
            ) from None
        except (ValueError, KeyError, TypeError):
            raise LearnerError(
                "Le catalogue du portail d'exercice est abîmé (datasets/brumeval/portail/catalogue.json) : reprenez l'archive du cours."
            ) from None
        self._by_key = {key: one for one in self.datasets for key in (one["id"], one["slug"])}
        self._owner_of = {resource["id"]: one for one in self.datasets for resource in one["resources"]}
        counts = Counter((one.get("organization") or {}).get("id") for one in self.datasets)
        for one in self.organizations:
            one["metrics"] = {"datasets": counts[one["id"]]} | one.get("metrics", {})

    def put(self, dataset: dict, contents: dict[str, bytes]) -> None:
        """Add a record that somebody writes, or take its new state in: ``contents`` are the files of its resources."""
        self.remove(dataset)
        self.datasets = [*self.datasets, dataset]
        self._by_key |= {dataset["id"]: dataset, dataset["slug"]: dataset}
        self._owner_of |= {one["id"]: dataset for one in dataset["resources"]}
        self._contents |= {key: {"kind": "bytes", "bytes": content} for key, content in contents.items()}
        self._index[dataset["id"]] = _words(dataset)

    def remove(self, dataset: dict) -> None:
        """Forget a record that somebody wrote, and its files."""
        gone = [key for key, owner in self._owner_of.items() if owner is dataset]
        self.datasets = [one for one in self.datasets if one is not dataset]
        self._by_key = {key: one for key, one in self._by_key.items() if one is not dataset}
        for key in gone:
            del self._owner_of[key]
            self._contents.pop(key, None)

    def dataset(self, key: str) -> dict | None:
        return self._by_key.get(key)

    def resource(self, key: str) -> tuple[dict, dict] | None:
        """A resource and its dataset."""
        dataset = self._owner_of.get(key)
        return None if dataset is None else (next(one for one in dataset["resources"] if one["id"] == key), dataset)

    def organization(self, key: str) -> dict | None:
        return next((one for one in self.organizations if key in (one["id"], one["slug"])), None)

    def content(self, key: str) -> tuple[str, bytes] | None:
        """What a resource's address gives: (kind, bytes), kind being file or page; None when nothing is there any more."""
        what = self._contents.get(key, {"kind": "gone"})
        if what["kind"] == "page":
            return "page", b""
        if what["kind"] == "bytes":
            return "file", what["bytes"]
        if what["kind"] == "dataset":
            return "file", (course.datasets_dir() / what["path"]).read_bytes()
        if what["kind"] == "file":
            try:
                with ZipFile(self.folder / "fichiers.zip") as archive:
                    return "file", archive.read(what["member"])
            except (OSError, BadZipFile, KeyError):
                return None
        return None

    @cached_property
    def _index(self) -> dict[str, dict[str, Counter]]:
        """Of each dataset, the stems of each part of its card."""
        return {one["id"]: _words(one) for one in self.datasets}

    def search(self, asked: dict[str, list[str]], seen: Callable[[dict], bool] | None = None) -> list[dict]:
        """Records that answer a query string of the portal, all pages, in order.

        Without ``sort``: by relevance, then views. ``seen`` tells whether a record shows; by default, when it is public.
        """
        seen = seen or (lambda one: not (one.get("private") or one.get("deleted")))
        words = list(dict.fromkeys(stems(" ".join(asked.get("q", [])))))
        found = []
        for one in self.datasets:
            if not seen(one) or one.get("archived") or not self._fits(one, asked):
                continue
            parts = self._index[one["id"]]
            scores = [sum(weight * min(parts[part][word], 3) for part, weight in _WEIGHTS.items()) for word in words]
            if all(scores):
                views = (one.get("metrics") or {}).get("views", 0)
                found.append((-sum(scores) * (1 + math.log10(1 + views) / 10), -views, one["title"], one))
        found.sort(key=lambda each: each[:3])
        return self._sorted([each[3] for each in found], (asked.get("sort") or [""])[0])

    @staticmethod
    def _fits(one: dict, asked: dict[str, list[str]]) -> bool:
        organization = one.get("organization") or {}
        formats = {(resource.get("format") or "").lower() for resource in one["resources"]}
        return (
            all(wanted in (organization.get("id"), organization.get("slug")) for wanted in asked.get("organization", []))
            and all(wanted == (one.get("license") or "notspecified") for wanted in asked.get("license", []))
            and all(wanted.lower() in formats for wanted in asked.get("format", []))
            and all(wanted in (one.get("tags") or []) for wanted in asked.get("tag", []))
        )

    @staticmethod
    def _sorted(found: list[dict], sort: str) -> list[dict]:
        key = sort.lstrip("-")
        if key in ("created", "last_update"):
            found.sort(key=lambda one: one["created_at" if key == "created" else key] or "", reverse=sort.startswith("-"))
        elif key in ("views", "followers", "reuses"):
            found.sort(key=lambda one: (one.get("metrics") or {}).get(key, 0), reverse=sort.startswith("-"))
        return found

    def facets(self, found: list[dict]) -> dict[str, list[dict]]:
        """How many of the found records have each organisation, licence, format and keyword, most first."""
        values = {
            "organization": [(one["organization"]["id"], one["organization"]["name"]) for one in found if one.get("organization")],
            "license": [(one.get("license") or "notspecified",) * 2 for one in found],
            "format": [(name, name) for one in found for name in {(each.get("format") or "").lower() for each in one["resources"]} - {""}],
            "tag": [(tag, tag) for one in found for tag in one.get("tags") or []],
        }
        return {
            facet: [{"value": value, "name": name, "count": count} for (value, name), count in sorted(Counter(each).items(), key=lambda item: (-item[1], item[0]))]
            for facet, each in values.items()
        }


def _words(one: dict) -> dict[str, Counter]:
    return {
        "title": Counter(stems(one["title"])), "acronym": Counter(stems(one.get("acronym") or "")),
        "organization": Counter(stems((one.get("organization") or {}).get("name", ""))),
        "tags": Counter(stems(" ".join(one.get("tags") or []))), "description": Counter(stems(one.get("description") or "")),
    }
