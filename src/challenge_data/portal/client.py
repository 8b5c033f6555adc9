"""The client that lessons use: the same lines ask the real services and the stand-in."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from challenge_data.errors import LearnerError
from challenge_data.portal import cache, publishing, secret, services
from challenge_data.portal.dataset import Dataset, publisher
from challenge_data.portal.quality import moment
from challenge_data.portal.terms import LICENCES, frequency_name, licences
from challenge_data.portal.web import PortalError, Web

FOUND = ["id", "titre", "organisation", "licence", "score_qualite", "formats", "ressources", "mis_a_jour", "frequence", "mots_cles", "vues"]
SORTS = ("created", "last_update", "views", "followers", "reuses")
MOST_PAGE = 100
A_DATASET, A_RESOURCE = "du jeu de données", "de la ressource"
# Only what a list shows: descriptions and files of twenty datasets would weigh a hundred times more.
_MASK = (
    "data{id,title,organization{id,name,slug},owner{first_name,last_name,slug},license,quality,resources{format},last_update,"
    "frequency,tags,metrics},total,page,page_size,next_page,previous_page"
)


@dataclass(frozen=True)
class Addresses:
    """Where the services are."""

    www: str = "https://www.data.gouv.fr"
    tabular: str = "https://tabular-api.data.gouv.fr"
    geo: str = "https://geo.api.gouv.fr"
    geocoding: str = "https://data.geopf.fr/geocodage"

    @classmethod
    def of_standin(cls, base: str) -> "Addresses":
        return cls(f"{base}/www", f"{base}/tabular", f"{base}/geo", f"{base}/geocodage")

    def names(self, local: bool) -> dict[str, str]:
        if local:
            return dict.fromkeys((self.www, self.tabular, self.geo, self.geocoding), "Le portail d'exercice")
        return {
            self.www: "data.gouv.fr", self.tabular: "L'API tabulaire de data.gouv.fr", self.geo: "geo.api.gouv.fr",
            self.geocoding: "Le géocodeur de la Géoplateforme",
        }


WRITING = {"demo": "https://demo.data.gouv.fr", "data.gouv.fr": "https://www.data.gouv.fr"}


def connect(
    online: bool = False, *, writing: str | None = None, base: str | None = None, wait: Callable[[float], None] = time.sleep, timeout: float = 15.0,
) -> "Portal":
    """A portal to search, and to publish on: the real one, or our stand-in on this machine.

    Args:
        online: True: data.gouv.fr and its sister services. False: the stand-in, started once a kernel, without network.
        writing: online, where one may publish. Nothing is written to a real portal unless it is named here: ``"demo"`` is
            demo.data.gouv.fr, the training instance of the national portal (searches go there too); ``"data.gouv.fr"`` is
            the national portal itself. The stand-in always takes drafts.
        base: address of a stand-in that already runs elsewhere, such as ``http://127.0.0.1:8000``.
        wait, timeout: see :class:`challenge_data.portal.web.Web`.

    Raises:
        LearnerError: the stand-in's catalogue is missing or damaged.
    """
    if writing is not None and (not online or writing not in WRITING):
        raise LearnerError(
            'writing dit où publier pour de vrai, et ne va qu\'avec online=True : "demo" (l\'instance d\'essai de data.gouv.fr) ou "data.gouv.fr". '
            "Le portail d'exercice n'en a pas besoin."
        )
    if online:
        addresses = Addresses(www=WRITING["demo"], tabular="https://tabular-api.preprod.data.gouv.fr") if writing == "demo" else Addresses()
        return Portal(addresses, local=False, wait=wait, timeout=timeout, writable=writing is not None)
    if base is None:
        from challenge_data.portal import standin

        base = standin.running()
    return Portal(Addresses.of_standin(base.rstrip("/")), local=True, wait=wait, timeout=timeout)


class Portal:
    """A connection to a portal and its sister services: see :func:`connect`."""

    def __init__(
        self, addresses: Addresses, *, local: bool, wait: Callable[[float], None] = time.sleep, timeout: float = 15.0, writable: bool = False,
    ):
        self.addresses, self.online, self._writable, self._key = addresses, not local, writable or local, None
        self.web = Web(addresses.names(local), local=local, wait=wait, timeout=timeout)

    def __repr__(self) -> str:
        if self.online:
            writes = "on peut y publier" if self._writable else "lecture seule"
            return f"Portail {urlsplit(self.addresses.www).hostname.removeprefix('www.')} : en ligne, données réelles, {writes}."
        return "Portail d'exercice : sans réseau. Ses fiches et ses organisations sont inventées, ses réponses ont la forme de celles de data.gouv.fr."

    @property
    def today(self) -> datetime:
        """The date at the portal: in the stand-in, that of the story, which its first answer tells."""
        if not self.online and self.web.today is None:
            self.web.json(f"{self.addresses.www}/api/1/datasets/licenses/")
        return self.web.today or datetime.now(UTC)

    def search(
        self, words: str = "", *others: str, organization: str | None = None, license: str | None = None, format: str | None = None,
        tag: str | None = None, sort: str | None = None, page: int = 1, page_size: int = 20,
    ):
        """Datasets whose card has all the words.

        Args:
            organization: name, short name (slug) or id of who publishes.
            license: id of a licence, such as ``lov2``: see :func:`licences`.
            format: of at least one file, such as ``csv``.
            tag: a keyword, exactly.
            sort: one of created, last_update, views, followers, reuses; a leading ``-`` puts the greatest first.
                Default: the portal's own order, by relevance.
            page, page_size: from 1; at most 100 a page.

        Returns:
            DataFrame, one row a dataset: ``id``, ``titre``, ``organisation``, ``licence`` (id), ``score_qualite`` (0 to 1,
            as announced), ``formats``, ``ressources`` (how many files), ``mis_a_jour``, ``frequence``, ``mots_cles``,
            ``vues``. ``attrs``: ``total`` (all pages), ``adresse`` (what was asked), ``adresse_publique`` (the same on data.gouv.fr).

        Raises:
            LearnerError: a filter that cannot be understood.
            PortalError: the portal does not answer, or badly.
        """
        import pandas as pd

        if others:
            together = " ".join(map(str, (words, *others)))
            raise LearnerError(
                "search prend un seul texte, entre une seule paire de guillemets. Pour les fiches qui ont tous ces mots : "
                f'search("{together}"). Pour l\'un ou l\'autre, faites une recherche par mot.'
            )
        if not isinstance(words, str):
            raise LearnerError(f'Les mots cherchés s\'écrivent entre guillemets : search("bibliothèque") ; reçu : {type(words).__name__}.')
        if not isinstance(page_size, int) or not 1 <= page_size <= MOST_PAGE:
            raise LearnerError(f"page_size est un nombre de fiches par page, de 1 à {MOST_PAGE} ; reçu : {page_size!r}.")
        if not isinstance(page, int) or page < 1:
            raise LearnerError(f"page est un numéro de page, à partir de 1 ; reçu : {page!r}.")
        if sort is not None and sort.lstrip("-") not in SORTS:
            raise LearnerError(f"On ne peut pas trier par « {sort} ». Il y a : {', '.join(SORTS)} (un tiret devant pour commencer par le plus grand).")
        params = {
            "q": " ".join(words.split()), "organization": self._organization(organization) if organization else None, "license": license,
            "format": format.lower().lstrip(".") if format else None, "tag": tag, "sort": sort, "page": page, "page_size": page_size,
        }
        params = {key: value for key, value in params.items() if value not in (None, "")}
        address = f"{self.addresses.www}/api/1/datasets/"
        try:
            answer = self.web.json(address, params, headers={"X-Fields": _MASK}, missing=f"La recherche n'a pas de page {page}." if page > 1 else None)
        except PortalError as error:
            if license and license not in LICENCES and error.status in (400, 404):
                raise LearnerError(_unknown_licence(license)) from None
            raise
        if license and license not in LICENCES and not answer["total"]:
            raise LearnerError(_unknown_licence(license))
        rows = [_row(card) for card in answer["data"]]
        table = pd.DataFrame(rows, columns=FOUND).astype({"score_qualite": "float64", "ressources": "int64", "vues": "Int64"})
        table["mis_a_jour"] = pd.to_datetime(table["mis_a_jour"], utc=True).dt.tz_localize(None).dt.normalize()
        if words.strip() and not answer["total"]:
            print(f"Aucune fiche n'a {'tous ces mots' if len(words.split()) > 1 else 'ce mot'} : « {words.strip()} ».")
        query = urlencode(params)
        table.attrs |= {
            "total": answer["total"], "adresse": f"{address}?{query}", "adresse_publique": f"{Addresses.www}/api/1/datasets/?{query}",
        }
        return table

    def dataset(self, which) -> Dataset:
        """A dataset's card.

        Args:
            which: its id, its short name (slug), the address of its page, or its row in a table of :meth:`search`.

        Raises:
            PortalError: there is no such dataset, or the portal does not answer.
        """
        key = _key(which, A_DATASET)
        missing = f"Le portail ne connaît aucun jeu de données « {key} ». Recopiez son identifiant dans la colonne id de votre recherche."
        card = self.web.json(f"{self.addresses.www}/api/1/datasets/{key}/", missing=missing)
        return Dataset(card, lambda: self.today, self.web.probe)

    def organizations(self, words: str = "", page_size: int = 20):
        """Who publishes: DataFrame ``id``, ``nom``, ``slug``, ``sigle``, ``jeux`` (how many datasets)."""
        import pandas as pd

        found = self.web.json(f"{self.addresses.www}/api/1/organizations/", {"q": words, "page_size": page_size} if words else {"page_size": page_size})
        rows = [
            (one["id"], one["name"], one["slug"], one.get("acronym") or "", (one.get("metrics") or {}).get("datasets"))
            for one in found["data"]
        ]
        return pd.DataFrame(rows, columns=["id", "nom", "slug", "sigle", "jeux"]).astype({"jeux": "Int64"})

    def licences(self):
        """See :func:`challenge_data.portal.licences`."""
        return licences()

    def resource(self, which) -> dict:
        """What the portal says of one file (JSON of its API).

        Args:
            which: its id, or its row in ``jeu.ressources``.

        Raises:
            PortalError: there is no such resource, or the portal does not answer.
        """
        key = _key(which, A_RESOURCE)
        missing = f"Le portail ne connaît aucune ressource « {key} ». Recopiez son identifiant dans la colonne id de jeu.ressources."
        return self.web.json(f"{self.addresses.www}/api/2/datasets/resources/{key}/", missing=missing)["resource"]

    def fetch(self, which, *, verify: bool = True, most_mb: float = 100) -> Path:
        """The path of a file, fetched once and kept in ``portail-cache`` of the team's folder.

        Args:
            which: a resource's id, its row in ``jeu.ressources``, or a dataset that has a single main file.
            verify: refuse a file that is not what its announced checksum says.
            most_mb: biggest file to accept, in megabytes (10⁶ bytes).

        Raises:
            PortalError: dead link, web page instead of a file, wrong checksum, too big, no answer.
        """
        which = self._main_file(which) if isinstance(which, Dataset) else _key(which, A_RESOURCE)
        try:
            resource = self.resource(which)
        except PortalError as error:
            # No answer at all: a room's wifi, often. What was fetched before still serves.
            if error.status is None and (copy := cache.earlier(which)):
                return copy
            raise
        return cache.fetch(self.web, resource, verify=verify, most_mb=most_mb)

    def tabular(self, which, where: dict | None = None, columns: list[str] | None = None, sort: str | None = None, limit: int = 100):
        """Rows of a file, without the file.

        Args:
            which: a resource's id, or its row in ``jeu.ressources``.
            where: conditions, all to hold: ``{"commune": "Port-Brume", "capacite__greater": 100}``. After two underscores:
                exact (default), differs, contains, notcontains, in, notin, less, greater, strictly_less,
                strictly_greater, isnull, isnotnull.
            columns: those to give; all by default.
            sort: a column; a leading ``-`` puts the greatest first.
            limit: most rows to read, 50 a page.

        Returns:
            DataFrame; ``attrs["total"]`` is how many rows answer the conditions, ``attrs["demande"]`` the conditions as asked.
        """
        return services.tabular(self.web, self.addresses.tabular, _key(which, A_RESOURCE), where, columns, sort, limit)

    def communes(self, nom: str | None = None, *, code_postal: str | None = None, departement: str | None = None, limit: int = 50):
        """Communes by name, postcode or department: DataFrame ``code_commune``, ``nom``, ``codes_postaux``, ``departement``,
        ``epci``, ``population``, ``longitude``, ``latitude`` (centre, WGS 84)."""
        return services.communes(self.web, self.addresses.geo, nom, code_postal, departement, limit)

    def geocode(self, address: str, *, citycode: str | None = None, limit: int = 5):
        """Where an address may be, best first.

        Returns:
            DataFrame: ``demande``, ``adresse``, ``score`` (0 to 1), ``type`` (housenumber, street, locality, municipality),
            ``commune``, ``code_commune``, ``code_postal``, ``longitude``, ``latitude``, ``accepte`` (the score is at least
            :data:`MIN_SCORE`, and the commune is the one asked for when ``citycode`` is given).
        """
        return services.geocode(self.web, self.addresses.geocoding, address, citycode, limit)

    def sign_in(self, key: "secret.Key | None" = None) -> None:
        """Take a key, to publish: a practice one from the stand-in, else one's own, which is never shown.

        On the stand-in, what was published with an earlier practice key is forgotten: a lesson can be run again.

        Args:
            key: online, a key made by :func:`challenge_data.portal.key`; asked for by default.

        Raises:
            LearnerError: this portal is open for reading only; no key was given; the key is for another portal.
        """
        self._may_write()
        if not self.online:
            if key is not None:
                raise LearnerError("Le portail d'exercice donne sa propre clé : portail.sign_in(). Gardez la vôtre pour le vrai portail.")
            given = self.web.start_practice(f"{self.addresses.www}/exercice/cle/")
            parts = urlsplit(self.addresses.www)
            self._key = secret.Key(given["apikey"], f"{parts.scheme}://{parts.netloc}")
            print("Clé d'exercice reçue, gardée sans être affichée. Ce qu'une clé d'exercice précédente avait publié est effacé.")
            return
        key = key or secret.key(self.addresses.www)
        if not key.fits(self.addresses.www):
            raise LearnerError(f"Cette clé est celle de {key.site}, pas de {self.addresses.www} : elle n'a pas été envoyée.")
        self._key = key
        print(f"Clé de {urlsplit(key.site).hostname} reçue, gardée sans être affichée.")

    def publish(
        self, path, *, title: str, description: str, organisation: str, licence: str | None = None, frequency: str = "unknown", keywords=(),
        period: tuple[str, str] | None = None, territory: str | None = None, schema: str = "", file_description: str = "", doubts: Callable | None = None,
    ) -> publishing.Publication:
        """Make a draft: a record and its file that no search shows. The same title again takes the same draft up, never a second one.

        Args:
            path: of the file; None for a record without a file yet.
            organisation: in whose name: its name, short name (slug), acronym or id; the key must belong to it.
            licence: id of a licence, such as ``lov2``: see :func:`licences`.
            frequency: id, such as ``annual``, or its French name.
            keywords: list of words of three letters at least, or one text with commas.
            period: first and last day that the data are about, ``("2026-03-01", "2026-10-12")``.
            territory: code of a zone, such as ``fr:epci:249900010``.
            schema: name of the national schema that the file follows, such as ``scdl/equipements``.
            file_description: one sentence on the file.
            doubts: looks for personal data in the file's table, such as :func:`challenge_data.find_people`; what it finds must be
                mended, or judged, before the record is made public.

        Returns:
            Publication: what it looks like, what it lacks, ``make_public()``, ``withdraw()``.

        Raises:
            LearnerError: no key yet, a portal open for reading only, something that cannot be understood, or a public record of
                that title. Nothing was written.
            PortalError: the portal refuses.
        """
        self._may_write()
        given = {
            "title": title, "description": description, "licence": licence, "frequency": frequency, "keywords": keywords, "period": period, "territory": territory,
        }
        return publishing.publish(self, path, doubts, file_description, schema, self._organization(organisation), given)

    def publication(self, which) -> publishing.Publication:
        """One's own record, draft or public, by its id: to make it public, correct it or withdraw it.

        Raises:
            PortalError: there is no such record, or the key does not open it.
        """
        missing = "Le portail ne connaît aucune fiche de ce numéro. Recopiez celui que votre brouillon affiche."
        return publishing.Publication(self, self._signed("GET", f"/api/1/datasets/{_key(which, A_DATASET)}/", missing=missing), None)

    def _may_write(self) -> None:
        if not self._writable:
            raise LearnerError(
                f"{urlsplit(self.addresses.www).hostname} est ouvert en lecture seule : rien n'a été écrit. Pour vous exercer sans risque : portal.connect() "
                'ou portal.connect(online=True, writing="demo"). Pour publier vraiment, nommez le portail : writing="data.gouv.fr".'
            )

    def _signed(self, method: str, path: str, **details) -> Any:
        """Ask with the key, from a path of the API."""
        self._may_write()
        if self._key is None:
            raise LearnerError("Pour publier, il faut une clé : portail.sign_in().")
        return self.web.send(method, self.addresses.www + path, self._key, **details)

    def read(self, address: str, **params) -> Any:
        """What one of the services answers at an address, as Python lists and dicts: to change parameters by hand.

        Args:
            address: whole (``attrs["adresse"]`` of a search; one of data.gouv.fr is asked to the stand-in when offline), or from
                its first slash, on the portal.

        Raises:
            LearnerError: the address belongs to another site.
        """
        address = str(address).strip()
        for real, ours in zip(Addresses().__dict__.values(), self.addresses.__dict__.values(), strict=True):
            if address.startswith(f"{real}/"):
                address = ours + address.removeprefix(real)
        if address.startswith("/"):
            address = self.addresses.www + address
        if not any(address.startswith(f"{base}/") for base in self.addresses.__dict__.values()):
            raise LearnerError(f"« {urlsplit(address).hostname or address} » n'est pas un des services de ce portail : read() ne lit que ceux-là.")
        parts = urlsplit(address)
        query = dict(parse_qsl(parts.query, keep_blank_values=True)) | {key: value for key, value in params.items() if value is not None}
        return self.web.json(parts._replace(query="").geturl(), query or None)

    @staticmethod
    def _main_file(dataset: Dataset) -> str:
        main = dataset.ressources.loc[dataset.ressources["type"] == "main", "id"]
        if len(main) != 1:
            raise LearnerError(f"« {dataset.titre} » a {len(main)} fichiers principaux : dites lequel, par son identifiant dans jeu.ressources.")
        return main.iloc[0]

    def _organization(self, named: str) -> str:
        text = str(named).strip()
        if len(text) == 24 and all(one in "0123456789abcdef" for one in text):
            return text
        found = self.organizations(text)
        for column in ("slug", "nom", "sigle"):
            same = found.loc[found[column].str.casefold() == text.casefold(), "id"]
            if len(same):
                return same.iloc[0]
        near = " ; ".join(found["nom"].head(5))
        raise LearnerError(
            f"Aucune organisation ne s'appelle exactement « {text} ». "
            + (f"Vouliez-vous dire : {near} ?" if near else 'Cherchez-la par un mot de son nom : portail.organizations("île").')
        )


def _row(card: dict) -> dict:
    formats = dict.fromkeys((one.get("format") or "?").lower() for one in card.get("resources") or [])
    score = (card.get("quality") or {}).get("score")
    return {
        "id": card["id"], "titre": card["title"], "organisation": publisher(card), "licence": card.get("license") or "notspecified",
        "score_qualite": None if score is None else round(score, 2), "formats": ", ".join(formats), "ressources": len(card.get("resources") or []),
        "mis_a_jour": moment(card.get("last_update")), "frequence": frequency_name(card.get("frequency")),
        "mots_cles": ", ".join(card.get("tags") or []), "vues": (card.get("metrics") or {}).get("views"),
    }


def _key(which, what: str) -> str:
    """The id in whatever a learner gives: text, address of a page, a row of a table."""
    if hasattr(which, "columns") or (hasattr(which, "iloc") and "id" not in which.index):
        raise LearnerError(f'Ceci est un tableau ou une colonne de {len(which)} lignes : choisissez-en une, par exemple tableau["id"].iloc[0].')
    if hasattr(which, "get"):
        which = which.get("id")
    if not isinstance(which, str) or not which.strip():
        raise LearnerError(f"Il manque l'identifiant {what} : écrivez-le entre guillemets, tel qu'il est dans la colonne id.")
    text = which.strip()
    if what == A_RESOURCE and (found := re.findall(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", text)):
        return found[-1]
    key = re.split(r"[?#]", text)[0].rstrip("/").rpartition("/")[2]
    if not re.fullmatch(r"[\w.-]+", key):
        raise LearnerError(f"« {text} » n'est pas un identifiant : il n'a ni espace ni ponctuation. Recopiez celui de la colonne id.")
    return key


def _unknown_licence(named: str) -> str:
    return f"« {named} » n'est pas l'identifiant d'une licence du portail. Il y a : {', '.join(LICENCES)}."
