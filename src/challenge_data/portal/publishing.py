"""Publishing in two steps: a draft that only its makers see, then a public record that everybody may copy.

The calls are those of data.gouv.fr's API (guides.data.gouv.fr, « Gérer un jeu de données par l'API »; udata,
udata/core/dataset/api.py). Two of its habits decide how this is written: a write that does not say ``private: true``
makes the record public, so every write says it; and a deleted record leaves its files at their addresses until the
evening, so what is withdrawn loses its files first.
"""

import re
from collections.abc import Callable
from datetime import date
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from challenge_data.errors import LearnerError
from challenge_data.french import plural
from challenge_data.portal.dataset import Dataset
from challenge_data.portal.quality import LONG_ENOUGH
from challenge_data.portal.terms import FREQUENCIES, LICENCES, NO_LICENCE, frequency_name

if TYPE_CHECKING:
    from challenge_data.portal.client import Portal

SCDL_NAME = re.compile(r"(\d{4})(\d{2})(\d{2})_\d{9}_[a-z0-9-]+\.[a-z]+")
_MIMES = {"csv": "text/csv", "json": "application/json", "geojson": "application/geo+json", "pdf": "application/pdf", "zip": "application/zip"}
_SENT = ("title", "description", "organization", "license", "frequency", "tags", "temporal_coverage", "spatial")


class Publication:
    """A record of one's own on a portal, draft or public: what it looks like, and what it still lacks.

    Made by :meth:`challenge_data.portal.client.Portal.publish`. Readable as text, and as a table in a notebook.
    """

    def __init__(self, portal: "Portal", card: dict, doubts: list[str] | None):
        self._portal, self._card, self._doubts = portal, card, doubts
        self._withdrawn: tuple[str | None, str | None] = (None, None)  # what was said of the file that withdraw took away

    id = property(lambda self: self._card["id"])
    titre = property(lambda self: self._card["title"])
    adresse = property(lambda self: self._card.get("page") or "")
    publique = property(lambda self: not self._card.get("private") and not self._card.get("deleted"))
    fiche = property(lambda self: Dataset(self._card, lambda: self._portal.today, self._portal.web.probe))
    ressources = property(lambda self: self.fiche.ressources)

    @property
    def empreinte(self) -> str:
        """The checksum that the portal announces for the file; empty when there is no file."""
        main = [one for one in self._card["resources"] if one.get("type") == "main"]
        return ((main[0].get("checksum") or {}).get("value") or "") if main else ""

    def quality(self, check_links: bool = True):
        """The nine criteria as they are now: see :func:`challenge_data.portal.quality.recompute`."""
        return self.fiche.quality(check_links)

    @property
    def raisons(self) -> list[str]:
        """Why it cannot be made public yet, one sentence each; whether somebody read it again is asked by :meth:`make_public`."""
        reasons = []
        if (self._card.get("license") or NO_LICENCE) == NO_LICENCE:
            reasons.append("Aucune licence : personne ne saura s'il peut se servir du fichier.")
        length = len(self._card.get("description") or "")
        if length <= LONG_ENOUGH:
            reasons.append(f"La description compte {plural(length, 'caractère')} : il en faut plus de {LONG_ENOUGH} pour dire quoi, pour qui, et de quand.")
        if not self._card["resources"]:
            reasons.append("Aucun fichier.")
        return reasons + list(self._doubts or [])

    @property
    def remarques(self) -> list[str]:
        """What a reader would miss, and does not forbid anything."""
        card, notes = self._card, []
        if card.get("frequency") in (None, "unknown"):
            notes.append("La fréquence de mise à jour n'est pas dite.")
        if not card.get("tags"):
            notes.append("Aucun mot-clé : on ne la trouvera que par les mots du titre et de la description.")
        if not card.get("temporal_coverage"):
            notes.append("La période couverte n'est pas dite.")
        if not card.get("spatial"):
            notes.append("Le territoire couvert n'est pas dit.")
        for one in card["resources"]:
            if not (one.get("description") or "").strip():
                notes.append(f"Le fichier « {one['title']} » n'est pas décrit.")
            if not is_scdl_name(one["title"]):
                notes.append(f"« {one['title']} » n'est pas un nom AAAAMMJJ_SIREN_nom.csv.")
        if self._doubts is None:
            notes.append("Personne n'a cherché de données personnelles dans le fichier.")
        return notes

    def make_public(self, read_by: str = "", judged: str = "") -> None:
        """Show it to everybody, or refuse with every reason at once.

        Args:
            read_by: who read the draft again. It is told here, never sent to the portal.
            judged: why what a machine suspects in the file may be published; without it, a doubt is a reason to refuse.

        Raises:
            LearnerError: reasons are left, or nobody else read it.
            PortalError: the portal refuses.
        """
        self._refresh()
        if self.publique:
            print(f"« {self.titre} » est déjà publique : rien n'a changé.")
            return
        doubts = list(self._doubts or [])
        excused = doubts if len(str(judged).split()) >= 3 else []
        reasons = [one for one in self.raisons if one not in excused]
        if not str(read_by).strip():
            reasons.append("Personne d'autre ne l'a relue. Quand ce sera fait : make_public(read_by=\"prénom et nom\").")
        if reasons:
            told = "\n".join(f"  {number}. {reason}" for number, reason in enumerate(reasons, 1))
            raise LearnerError(f"« {self.titre} » reste un brouillon. {plural(len(reasons), 'raison')} :\n{told}")
        for one in excused:
            print(f"Doute levé (« {judged} ») : {one}")
        self._card = self._portal._signed("PUT", self._path, body=_whole(self._card) | {"private": False})
        print(f"Publique : « {self.titre} », relue par {str(read_by).strip()}. Tout le monde peut maintenant la lire, et copier son fichier.")

    def withdraw(self, forever: bool = False) -> None:
        """Take the file away and hide the record again; copies that others made stay where they are.

        Args:
            forever: delete the record too: its address will never answer again.
        """
        self._refresh()
        was_public = self.publique
        taken = (self._card.get("metrics") or {}).get("resources_downloads") or 0
        # Hidden before anything else: each second counts, and a file without its record is hard to find.
        self._card = self._portal._signed("PUT", self._path, body=_whole(self._card) | {"private": True})
        for one in list(self._card["resources"]):
            if one.get("type") == "main":
                self._withdrawn = (one.get("description"), (one.get("schema") or {}).get("name"))
            self._portal._signed("DELETE", f"{self._path}resources/{one['id']}/", missing="Ce fichier est déjà parti.")
        if forever:
            self._portal._signed("DELETE", self._path)
            self._card |= {"deleted": self._portal.today.isoformat(), "resources": []}
        else:
            self._refresh()
        self._doubts = None
        print(f"Retirée : « {self.titre} » ne se trouve plus, son fichier n'est plus sur le portail.")
        if was_public:
            told = f"Le portail a compté {plural(taken, 'téléchargement')}." if taken else "Le portail n'a compté aucun téléchargement."
            print(f"{told} Les copies déjà faites existent toujours, et rien ne peut les reprendre.")

    def correct(self, path=None, *, doubts: Callable | None = None, **changes) -> None:
        """Change a record, its file or its words, and leave it as visible as it was: public for mistakes that hurt nobody, or
        withdrawn, to make it ready again; a new file is then described as the one that was taken away.

        Args:
            path: a new file, in place of the old one.
            doubts, changes: as for :meth:`~challenge_data.portal.client.Portal.publish`.

        Raises:
            LearnerError: what it would become may not be public; nothing was changed.
        """
        self._refresh()
        sent = _whole(self._card) | _checked(changes)
        file, found = _read(path, doubts) if path is not None else (None, self._doubts)
        after = Publication(self._portal, self._card | {"description": sent["description"], "license": sent["license"]}, found)
        if self.publique and after.raisons:
            told = "\n".join(f"  {number}. {reason}" for number, reason in enumerate(after.raisons, 1))
            raise LearnerError(f"Rien n'a été changé : ainsi corrigée, la fiche n'aurait pas le droit d'être publique.\n{told}")
        self._card = self._portal._signed("PUT", self._path, body=sent | {"private": not self.publique})
        self._doubts = found
        if file is not None:
            _deposit(self, file, *self._withdrawn)
        print(f"Corrigée : « {self.titre} ».")

    @property
    def _path(self) -> str:
        return f"/api/1/datasets/{self.id}/"

    def _refresh(self) -> None:
        if self._card.get("deleted"):
            raise LearnerError("Cette fiche a été supprimée : publiez de nouveau avec portail.publish(…).")
        self._card = self._portal._signed("GET", self._path, missing="Cette fiche n'est plus sur le portail : publiez de nouveau avec portail.publish(…).")

    @property
    def _state(self) -> str:
        if self._card.get("deleted"):
            return "SUPPRIMÉE"
        return "PUBLIQUE : tout le monde la voit" if self.publique else "BROUILLON : elle n'apparaît dans aucune recherche"

    def _facts(self) -> dict[str, str]:
        facts = {key: value for key, value in self.fiche.facts.items() if not key.startswith(("Score", "Vues", "Créé", "Mis"))}
        facts["Fichier"] = ", ".join(one["title"] for one in self._card["resources"]) or "aucun"
        return {"État": self._state, **facts}

    def _criteria(self) -> list[tuple[str, str]]:
        table = self.quality()
        return [(row.question, "oui" if row.recalcule else "non") for row in table.itertuples()]

    def __str__(self) -> str:
        lines = [self.titre, *(f"  {key} : {value}" for key, value in self._facts().items()), "", self._card.get("description") or "(sans description)", ""]
        lines += [f"  {says} · {question}" for question, says in self._criteria()]
        if not self.publique and self.raisons:
            lines += ["", "Ce qui empêche de la rendre publique :", *(f"  - {reason}" for reason in self.raisons)]
        if self.remarques:
            lines += ["", "À compléter, sans que rien n'y oblige :", *(f"  - {note}" for note in self.remarques)]
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        left = ' style="text-align:left"'

        def rows(pairs) -> str:
            return "".join(f'<tr><th scope="row"{left}>{escape(key)}</th><td{left}>{escape(value)}</td></tr>' for key, value in pairs)

        def listed(title: str, sentences: list[str]) -> str:
            return f"<p><strong>{title}</strong></p><ul>{''.join(f'<li>{escape(one)}</li>' for one in sentences)}</ul>" if sentences else ""

        blocked = [] if self.publique else self.raisons
        return (
            f"<p><strong>{escape(self.titre)}</strong></p><p>{escape(self._card.get('description') or '(sans description)')}</p><table>{rows(self._facts().items())}</table>"
            f"<table>{rows(self._criteria())}</table>"
            + listed("Ce qui empêche de la rendre publique", blocked) + listed("À compléter, sans que rien n'y oblige", self.remarques)
        )


def publish(portal: "Portal", path, doubts: Callable | None, file_description: str, schema: str, organization: str, changes: dict) -> Publication:
    """See :meth:`challenge_data.portal.client.Portal.publish`."""
    sent = _checked(changes) | {"organization": organization}
    file, found = _read(path, doubts) if path is not None else (None, [])
    earlier = _same_title(portal, organization, sent["title"])
    if earlier and not earlier["private"]:
        raise LearnerError(
            f"Votre organisation a déjà une fiche publique de ce titre : « {earlier['title']} ». Rien n'a été changé. Pour la reprendre : "
            f'portail.publication("{earlier["id"]}"), puis .correct(…) ou .withdraw(). Pour une autre fiche, un autre titre.'
            + ("" if portal.online else " Au portail d'exercice, pour tout rejouer : relancez à partir de portail.sign_in().")
        )
    address = "/api/1/datasets/" + (f"{earlier['id']}/" if earlier else "")
    card = portal._signed("PUT" if earlier else "POST", address, body=sent | {"private": True})
    publication = Publication(portal, card, found)
    if file is not None:
        _deposit(publication, file, file_description, schema)
    print(f"{'Brouillon repris' if earlier else 'Brouillon créé'} : « {publication.titre} ». Il n'apparaît dans aucune recherche.")
    return publication


def _deposit(publication: Publication, file: tuple[str, bytes, str], description: str | None, schema: str | None) -> None:
    """Put the file in place of the record's main one, or beside none; then give it back its whole name."""
    portal, path = publication._portal, publication._path
    mains = [one for one in publication._card["resources"] if one.get("type") == "main" and one.get("filetype") == "file"]
    where = f"{path}resources/{mains[0]['id']}/upload/" if mains else f"{path}upload/"
    one = portal._signed("POST", where, file=file)
    about: dict[str, Any] = {"title": file[0], "type": "main", "format": file[0].rpartition(".")[2].lower()}
    if description:
        about["description"] = description
    elif mains and mains[0].get("description"):
        about["description"] = mains[0]["description"]
    if schema:
        about["schema"] = {"name": schema}
    portal._signed("PUT", f"{path}resources/{one['id']}/", body=about)
    publication._refresh()


def _same_title(portal: "Portal", organization: str, title: str) -> dict | None:
    """A record of the organisation under the same title, draft or public: nothing is published twice."""
    page: int | None = 1
    while page:
        found = portal._signed(
            "GET", f"/api/1/organizations/{organization}/datasets/", params={"page": page, "page_size": 100},
            headers={"X-Fields": "data{id,title,private,deleted},next_page"}, missing="Cette organisation n'est plus sur le portail.",
        )
        for one in found["data"]:
            if one["title"].strip().casefold() == title.strip().casefold() and not one.get("deleted"):
                return one | {"private": bool(one.get("private"))}
        page = page + 1 if found.get("next_page") else None
    return None


def _whole(card: dict) -> dict:
    """A record's own words, to be sent again with a change: what a write leaves out, the portal may empty."""
    kept = {name: card.get(name) for name in _SENT}
    kept["organization"] = (card.get("organization") or {}).get("id")
    spatial = card.get("spatial") or {}
    kept["spatial"] = {name: spatial[name] for name in ("zones", "granularity") if spatial.get(name)} or None
    return kept


def _checked(given: dict) -> dict:
    """What a learner gives, in the portal's own names and codes.

    Raises:
        LearnerError: something cannot be understood; every problem at once.
    """
    sent: dict[str, Any] = {}
    wrong: list[str] = []
    for name in ("title", "description"):
        if name in given:
            text = given[name] if isinstance(given[name], str) else ""
            sent[name] = text.strip() if name == "description" else " ".join(text.split())  # a description keeps its paragraphs
            if not sent[name]:
                wrong.append(f"{name} : un texte entre guillemets.")
    if "licence" in given:
        sent["license"] = given["licence"] or NO_LICENCE
        if sent["license"] not in LICENCES:
            wrong.append(f"licence : « {given['licence']} » n'est pas un identifiant du portail. Il y a : {', '.join(LICENCES)}.")
    if "frequency" in given:
        asked = given["frequency"] or "unknown"
        named = {french: key for key, (french, _) in reversed(FREQUENCIES.items())}
        sent["frequency"] = asked if asked in FREQUENCIES else named.get(str(asked).strip().lower())
        if sent["frequency"] is None:
            wrong.append(f"frequency : « {asked} » n'est pas connue. Par exemple : {', '.join(f'{key} ({frequency_name(key)})' for key in ('monthly', 'quarterly', 'semiannual', 'annual', 'irregular'))}.")
    if "keywords" in given:
        words = given["keywords"].split(",") if isinstance(given["keywords"], str) else list(given["keywords"] or [])
        sent["tags"] = [str(word).strip() for word in words if str(word).strip()]
        if short := [word for word in sent["tags"] if len(word) < 3]:
            wrong.append(f"keywords : trop court, {', '.join(short)} (trois lettres au moins).")
    if given.get("period"):
        try:
            start, end = (date.fromisoformat(str(one)) for one in given["period"])
            sent["temporal_coverage"] = {"start": start.isoformat(), "end": end.isoformat()}
            if start > end:
                wrong.append("period : la fin vient avant le début.")
        except (TypeError, ValueError):
            wrong.append('period : deux dates AAAA-MM-JJ, ("2026-03-01", "2026-10-12").')
    if given.get("territory"):
        zones = [given["territory"]] if isinstance(given["territory"], str) else list(given["territory"])
        sent["spatial"] = {"zones": zones, "granularity": "poi"}
    if wrong:
        raise LearnerError("La fiche n'est pas partie. " + " ".join(wrong))
    return sent


def _read(path, doubts: Callable | None) -> tuple[tuple[str, bytes, str], list[str] | None]:
    """The file to send (name, bytes, media type), and what ``doubts`` finds in it; None when nobody looked.

    Raises:
        LearnerError: it is no file, or is empty.
    """
    if hasattr(path, "to_csv"):
        raise LearnerError("publish attend le chemin d'un fichier, pas un tableau : enregistrez-le d'abord, tableau.to_csv(chemin, index=False).")
    file = Path(path)
    try:
        content = file.read_bytes()
    except OSError:
        raise LearnerError(f"« {file.name} » : ce fichier n'est pas là, ou ne s'ouvre pas. Vérifiez le chemin donné à publish.") from None
    if not content:
        raise LearnerError(f"« {file.name} » est vide : il n'y a rien à publier.")
    sending = (file.name, content, _MIMES.get(file.suffix[1:].lower(), "application/octet-stream"))
    if doubts is None or file.suffix.lower() != ".csv":
        return sending, None
    import pandas as pd

    table = pd.read_csv(file, sep=None, engine="python", dtype="str", encoding="utf-8-sig")
    return sending, _told(doubts(table))


def _told(found) -> list[str]:
    """The doubts as sentences: a table in the shape of find_people's, or sentences already."""
    if not hasattr(found, "itertuples"):
        return [str(one) for one in found or []]
    return [
        f"Dans le fichier, colonne « {row.colonne} » : {row.quoi}, {plural(row.cases, 'case')} ({row.exemples})." for row in found.itertuples()
    ]


def is_scdl_name(name: str) -> bool:
    """Whether a file's name is AAAAMMJJ_SIREN_nom.csv, with a date that exists."""
    if not (parts := SCDL_NAME.fullmatch(name)):
        return False
    try:
        date(*map(int, parts.groups()))
    except ValueError:
        return False
    return True
