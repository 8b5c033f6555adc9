"""The portal's quality score, computed again from a dataset's own card.

Nine yes-or-no questions, each worth one ninth; the rules are those of udata, the software of data.gouv.fr
(udata/core/dataset/models.py: ``compute_quality``, ``quality``, ``compute_quality_score``; closed formats in
udata/core/dataset/constants.py). They look at the metadata: the data themselves are never opened.

One rule cannot be followed to the letter: udata asks whether the dataset has a licence at all, and its API shows a
missing one as « notspecified »; so does a card where somebody chose that. Both count as no licence here.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from challenge_data.portal.terms import FREQUENCIES, NO_DATE_TO_MISS, NO_LICENCE, frequency_name
from challenge_data.portal.web import Answer

CLOSED_FORMATS = frozenset({"pdf", "doc", "docx", "word", "xls", "excel", "xlsx"})
LONG_ENOUGH = 100  # characters: QUALITY_DESCRIPTION_LENGTH of data.gouv.fr
MOST_LINKS = 20  # a check that follows hundreds of links would not be polite
TOLERANCE = timedelta(days=1)  # udata allows one day of delay

QUESTIONS = {
    "license": "Une licence est-elle choisie ?",
    "temporal_coverage": "La période couverte est-elle indiquée ?",
    "spatial": "Le territoire couvert est-il indiqué ?",
    "update_frequency": "La fréquence de mise à jour est-elle annoncée ?",
    "update_fulfilled_in_time": "La dernière mise à jour respecte-t-elle cette fréquence ?",
    "dataset_description_quality": "La description dépasse-t-elle 100 caractères ?",
    "has_open_format": "Au moins un fichier est-il dans un format ouvert ?",
    "all_resources_available": "Tous les liens vers les fichiers répondent-ils ?",
    "resources_documentation": "Un fichier, au moins, est-il décrit ou documenté ?",
}


def recompute(card: dict, today: datetime | None = None, probe: Callable[[str], Answer | None] | None = None):
    """The nine criteria of a dataset, computed again, beside what the portal announces.

    Args:
        card: the dataset as API v1 gives it.
        today: to judge whether updates are late; now by default.
        probe: tells what a link answers; None: the links are not followed, and that criterion stays unknown.

    Returns:
        DataFrame of nine rows, numbered from 1 as people count them: ``critere`` (udata's name), ``question``, ``recalcule`` and ``annonce`` (boolean, or
        missing), ``remarque``. ``attrs``: ``score_recalcule`` (true ones / 9; an unknown one counts for nothing) and
        ``score_annonce`` (None when the portal gives none).
    """
    import pandas as pd

    today = today or datetime.now(UTC)
    found: dict[str, tuple[bool | None, str]] = {
        "license": _license(card),
        "temporal_coverage": (bool(card.get("temporal_coverage")), ""),
        "spatial": (_somewhere(card.get("spatial")), ""),
        "update_frequency": ((card.get("frequency") or "unknown") != "unknown", f"fréquence {frequency_name(card.get('frequency'))}"),
        "update_fulfilled_in_time": _in_time(card, today),
        "dataset_description_quality": _described(card),
        "has_open_format": _open_format(card),
        "all_resources_available": _links(card, probe),
        "resources_documentation": _documented(card),
    }
    announced = card.get("quality") or {}
    table = pd.DataFrame({
        "critere": list(QUESTIONS),
        "question": list(QUESTIONS.values()),
        "recalcule": pd.array([found[key][0] for key in QUESTIONS], dtype="boolean"),
        "annonce": pd.array([announced.get(key) for key in QUESTIONS], dtype="boolean"),
        "remarque": [found[key][1] for key in QUESTIONS],
    }, index=range(1, len(QUESTIONS) + 1))
    score = announced.get("score")
    table.attrs["score_recalcule"] = round(int(table["recalcule"].sum()) / len(QUESTIONS), 2)
    table.attrs["score_annonce"] = None if score is None else round(float(score), 2)
    return table


def _license(card: dict) -> tuple[bool, str]:
    licence = card.get("license")
    if licence in (None, "", NO_LICENCE):
        return False, "sans licence, rien ne dit qu'on peut réutiliser"
    return True, licence


def _somewhere(spatial: dict | None) -> bool:
    return bool(spatial) and any(spatial.get(key) for key in ("zones", "geom", "granularity"))


def _in_time(card: dict, today: datetime) -> tuple[bool, str]:
    frequency = card.get("frequency") or "unknown"
    if frequency in NO_DATE_TO_MISS:
        return True, f"fréquence {frequency_name(frequency)} : aucune date à tenir"
    between = FREQUENCIES.get(frequency, ("", None))[1]
    if between is None:
        return False, f"fréquence {frequency_name(frequency)} : rien à vérifier"
    last = moment(card.get("last_update"))
    if last is None:
        return False, "date de mise à jour absente"
    late = today - (last + between)
    if late > TOLERANCE:
        return False, f"mise à jour attendue le {_day(last + between)}, en retard de {_delay(late.days)}"
    return True, f"prochaine mise à jour attendue le {_day(last + between)}"


def _described(card: dict) -> tuple[bool, str]:
    length = len(card.get("description") or "")
    return length > LONG_ENOUGH, f"{length} caractères"


def _open_format(card: dict) -> tuple[bool, str]:
    formats = [(one.get("format") or "").strip().lower() for one in card.get("resources") or []]
    if not formats:
        return False, "aucun fichier"
    return any(one and one not in CLOSED_FORMATS for one in formats), ", ".join(sorted({one or "non indiqué" for one in formats}))


def _links(card: dict, probe: Callable[[str], Answer | None] | None) -> tuple[bool | None, str]:
    resources = card.get("resources") or []
    if not resources:
        return False, "aucun fichier"
    if probe is None:
        return None, "non vérifié : il faut suivre les liens"
    answers = [probe(one["url"]) for one in resources[:MOST_LINKS]]
    dead = [_status(answer) for answer in answers if answer is None or answer.status >= 400]
    pages = sum(_is_page(one, answer) for one, answer in zip(resources, answers, strict=False))
    remarks = []
    if dead:
        remarks.append(f"{len(dead)} lien{'s' if len(dead) > 1 else ''} mort{'s' if len(dead) > 1 else ''} sur {len(answers)} ({', '.join(dead)})")
    else:
        remarks.append(f"{len(answers)} lien{'s' if len(answers) > 1 else ''} suivi{'s' if len(answers) > 1 else ''}")
    if pages:
        remarks.append(f"{pages} mène{'nt' if pages > 1 else ''} à une page web, pas à un fichier")
    if len(resources) > MOST_LINKS:
        remarks.append(f"les {MOST_LINKS} premiers seulement")
    return not dead, " ; ".join(remarks)


def _status(answer: Answer | None) -> str:
    return "pas de réponse" if answer is None else f"erreur {answer.status}"


def _is_page(resource: dict, answer: Answer | None) -> bool:
    wanted = (resource.get("format") or "").lower()
    return answer is not None and answer.status < 400 and answer.kind == "text/html" and wanted not in ("html", "htm", "url")


def _documented(card: dict) -> tuple[bool, str]:
    resources = card.get("resources") or []
    described = sum(bool((one.get("description") or "").strip()) for one in resources)
    notices = sum(one.get("type") == "documentation" for one in resources)
    return bool(described or notices), f"{described} fichier{'s' if described > 1 else ''} décrit{'s' if described > 1 else ''} sur {len(resources)}, {notices} documentation{'s' if notices > 1 else ''}"


def moment(text: str | None) -> datetime | None:
    """A date of the portal (ISO 8601), in UTC; None when there is none or it cannot be read."""
    try:
        when = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def _day(when: datetime) -> str:
    return when.strftime("%d/%m/%Y")


def _delay(days: int) -> str:
    if days < 60:
        return f"{days} jours"
    return f"{days // 30} mois" if days < 730 else f"{days // 365} ans"
