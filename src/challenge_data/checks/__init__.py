"""The friendly checks that notebooks call, and the hints.

``check("02.filtrer")`` runs a lesson's own check; ``check.number(…)``, ``check.column(…)`` and the other
verbs are what authors build checks and tests from. A verb that refuses names the hint to open next.
"""

from functools import wraps

from challenge_data.checks import drawn, exercises, hints, sharing, verbs
from challenge_data.checks.hints import hint
from challenge_data.errors import CheckFailed

__all__ = ["check", "hint"]


def _helped(verb):
    """The verb, whose refusal ends with the next hint of the question that is judged."""

    @wraps(verb)
    def told(*args, **kwargs):
        try:
            return verb(*args, **kwargs)
        except CheckFailed as refusal:
            raise CheckFailed(f"{refusal}{hints.advice()}") from None

    return staticmethod(told)


class _Check:
    """Both a call and a set of verbs: one name for a learner to know."""

    question = staticmethod(hints.asking)
    that = _helped(verbs.that)
    number = _helped(verbs.number)
    text = _helped(verbs.text)
    row_count = _helped(verbs.row_count)
    has_columns = _helped(verbs.has_columns)
    rows_kept = _helped(verbs.rows_kept)
    one_row_each = _helped(verbs.one_row_each)
    same_set = _helped(verbs.same_set)
    column = _helped(verbs.column)
    figure = _helped(drawn.figure)
    form = staticmethod(verbs.form)
    share = staticmethod(sharing.share)

    def __call__(self, name: str) -> None:
        exercises.check(name)


check = _Check()
