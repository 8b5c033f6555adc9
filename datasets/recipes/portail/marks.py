"""The portal's nine quality marks, as udata computes them from a card (udata/core/dataset/models.py).

Written apart from the client's own computation, ``challenge_data.portal.quality``: the tests hold one to the other.
"""

from datetime import datetime, timedelta

CLOSED = {"pdf", "doc", "docx", "word", "xls", "excel", "xlsx"}
LONG_ENOUGH = 100
# Days between two updates. No date to keep for the others, but « unknown », which keeps none.
EVERY = {
    "daily": 1, "weekly": 7, "monthly": 31, "bimonthly": 62, "quarterly": 91, "semiannual": 365, "annual": 365, "biennial": 730,
    "triennial": 1095, "quinquennial": 1825,
}
FREE = {"punctual", "irregular", "continuous"}


def due(frequency: str, last_update: str) -> datetime | None:
    """When the next update is expected; None when no date was promised."""
    return datetime.fromisoformat(last_update) + timedelta(days=EVERY[frequency]) if frequency in EVERY else None


def quality(card: dict, today: datetime, reachable: bool) -> dict:
    """The nine marks and the score (true ones / 9).

    Args:
        reachable: whether every link answers.
    """
    resources, frequency = card["resources"], card["frequency"]
    expected = due(frequency, card["last_update"])
    marks = {
        "license": card["license"] not in (None, "notspecified"),
        "temporal_coverage": bool(card["temporal_coverage"]),
        "spatial": bool(card["spatial"] and (card["spatial"]["zones"] or card["spatial"]["granularity"])),
        "update_frequency": frequency != "unknown",
        "update_fulfilled_in_time": frequency in FREE or (expected is not None and today <= expected + timedelta(days=1)),
        "dataset_description_quality": len(card["description"]) > LONG_ENOUGH,
        "has_open_format": any(one["format"] and one["format"].lower() not in CLOSED for one in resources),
        "all_resources_available": bool(resources) and reachable,
        "resources_documentation": any(one["description"] or one["type"] == "documentation" for one in resources),
    }
    return score(marks)


def score(marks: dict) -> dict:
    return marks | {"score": sum(marks.values()) / len(marks)}
