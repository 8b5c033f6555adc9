"""A dataset's card, made readable."""

from collections.abc import Callable
from functools import cached_property
from html import escape
from textwrap import fill

from challenge_data.portal.quality import moment, recompute
from challenge_data.portal.terms import frequency_name, licence_name

RESOURCE_COLUMNS = ["id", "titre", "format", "type", "taille", "description", "adresse", "somme", "schema", "mis_a_jour"]


class Dataset:
    """What a portal says of a dataset. ``raw`` is the JSON as it came; the rest reads it.

    Readable as text, and as a table in a notebook.
    """

    def __init__(self, raw: dict, today: Callable, probe: Callable):
        self.raw = raw
        self._today, self._probe = today, probe

    id = property(lambda self: self.raw["id"])
    slug = property(lambda self: self.raw.get("slug") or "")
    titre = property(lambda self: self.raw.get("title") or "")
    description = property(lambda self: self.raw.get("description") or "")
    organisation = property(lambda self: publisher(self.raw))
    licence = property(lambda self: self.raw.get("license") or "notspecified")
    frequence = property(lambda self: frequency_name(self.raw.get("frequency")))
    mots_cles = property(lambda self: list(self.raw.get("tags") or []))
    cree_le = property(lambda self: moment(self.raw.get("created_at")))
    mis_a_jour = property(lambda self: moment(self.raw.get("last_update")))
    lien = property(lambda self: self.raw.get("page") or "")

    @property
    def couverture(self) -> str:
        """The period that the data are about, as two dates; empty when the card does not say."""
        period = self.raw.get("temporal_coverage") or {}
        return " → ".join(_day(period.get(key)) or "?" for key in ("start", "end")) if period else ""

    @property
    def territoire(self) -> str:
        """The places that the data are about, as the portal codes them; empty when the card does not say."""
        spatial = self.raw.get("spatial") or {}
        zones = [zone if isinstance(zone, str) else zone.get("name") or zone.get("id", "") for zone in spatial.get("zones") or []]
        return ", ".join(zones) or (spatial.get("granularity") or "")

    @cached_property
    def ressources(self):
        """Its files: a DataFrame, one row a resource.

        Columns: ``id``, ``titre``, ``format``, ``type`` (main, documentation…), ``taille`` (bytes; missing when not
        told), ``description``, ``adresse``, ``somme`` (algorithm of the announced checksum, or empty), ``schema``,
        ``mis_a_jour`` (UTC).
        """
        import pandas as pd

        rows = [
            {
                "id": one["id"], "titre": one.get("title") or "", "format": (one.get("format") or "").lower(),
                "type": one.get("type") or "main", "taille": one.get("filesize"),
                "description": one.get("description") or "", "adresse": one.get("url") or "",
                "somme": (one.get("checksum") or {}).get("type") or "", "schema": (one.get("schema") or {}).get("name") or "",
                "mis_a_jour": moment(one.get("last_modified")),
            }
            for one in self.raw.get("resources") or []
        ]
        table = pd.DataFrame(rows, columns=RESOURCE_COLUMNS)
        table["taille"] = table["taille"].astype("Int64")
        table["mis_a_jour"] = pd.to_datetime(table["mis_a_jour"], utc=True)
        return table

    def quality(self, check_links: bool = True):
        """The nine criteria of the portal's score, computed again: see :func:`challenge_data.portal.quality.recompute`.

        Args:
            check_links: follow each link (at most 20) to know whether it answers; else that criterion stays unknown.
        """
        return recompute(self.raw, self._today(), self._probe if check_links else None)

    @property
    def facts(self) -> dict[str, str]:
        score = (self.raw.get("quality") or {}).get("score")
        metrics = self.raw.get("metrics") or {}
        facts = {
            "Publié par": self.organisation,
            "Licence": f"{licence_name(self.licence)} ({self.licence})",
            "Mots-clés": ", ".join(self.mots_cles),
            "Période couverte": self.couverture or "non indiquée",
            "Territoire couvert": self.territoire or "non indiqué",
            "Fréquence": self.frequence,
            "Créé le": _day(self.raw.get("created_at")),
            "Mis à jour le": _day(self.raw.get("last_update")),
            "Score de qualité annoncé": "" if score is None else f"{score:.2f}".replace(".", ",") + f" ({round(score * 9)} oui sur 9)",
            "Vues, réutilisations": f"{metrics.get('views', 0)}, {metrics.get('reuses', 0)}" if metrics else "",
            "Identifiant": self.id,
        }
        return {key: value for key, value in facts.items() if value}

    def __str__(self) -> str:
        lines = [self.titre, *(f"  {key} : {value}" for key, value in self.facts.items()), ""]
        lines += [fill(part, 100) for part in (self.description or "(sans description)").splitlines()]
        lines += ["", f"{len(self.ressources)} ressource{'s' if len(self.ressources) > 1 else ''} :"]
        lines += [f"  {row.format or '?'} · {row.titre} · {size(row.taille)} · {row.id}" for row in self.ressources.itertuples()]
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        left = ' style="text-align:left"'
        facts = "".join(f'<tr><th scope="row"{left}>{escape(key)}</th><td{left}>{escape(value)}</td></tr>' for key, value in self.facts.items())
        text = "<br>".join(escape(part) for part in (self.description or "(sans description)").splitlines())
        head = "".join(f'<th scope="col"{left}>{name}</th>' for name in ("Ressource", "Format", "Taille", "Identifiant"))
        rows = "".join(
            f'<tr><th scope="row"{left}>{escape(row.titre)}</th><td{left}>{escape(row.format or "non indiqué")}</td>'
            f"<td{left}>{size(row.taille)}</td><td{left}><code>{escape(row.id)}</code></td></tr>"
            for row in self.ressources.itertuples()
        )
        return (f"<p><strong>{escape(self.titre)}</strong></p><p>{text}</p><table>{facts}</table>"
                f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>")


def publisher(card: dict) -> str:
    """Who publishes a dataset: the organisation's name, else the person's, else their short name on the portal."""
    if organization := card.get("organization"):
        return organization.get("name") or ""
    owner = card.get("owner") or {}
    return " ".join(filter(None, (owner.get("first_name"), owner.get("last_name")))) or owner.get("slug") or "non indiqué"


def size(number) -> str:
    """Bytes as people say them."""
    import pandas as pd

    if number is None or pd.isna(number):
        return "taille non indiquée"
    if number < 1000:
        return f"{number} octets"
    return f"{number / 1000:.0f} ko" if number < 1e6 else f"{number / 1e6:.1f} Mo".replace(".", ",")


def _day(text: str | None) -> str:
    when = moment(text)
    return when.strftime("%d/%m/%Y") if when else ""
