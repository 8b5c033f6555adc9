"""The friendly checks that notebooks call, and the hints.

``check("02.filtrer")`` runs a lesson's own check; ``check.number(…)``, ``check.column(…)`` and the other
verbs are what authors build checks and tests from.
"""

from challenge_data.checks import drawn, exercises, verbs
from challenge_data.checks.hints import hint

__all__ = ["check", "hint"]


class _Check:
    """Both a call and a set of verbs: one name for a learner to know."""

    that = staticmethod(verbs.that)
    number = staticmethod(verbs.number)
    text = staticmethod(verbs.text)
    row_count = staticmethod(verbs.row_count)
    has_columns = staticmethod(verbs.has_columns)
    rows_kept = staticmethod(verbs.rows_kept)
    one_row_each = staticmethod(verbs.one_row_each)
    same_set = staticmethod(verbs.same_set)
    column = staticmethod(verbs.column)
    figure = staticmethod(drawn.figure)
    form = staticmethod(verbs.form)

    def __call__(self, name: str) -> None:
        exercises.check(name)


check = _Check()
