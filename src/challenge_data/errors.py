"""Errors that speak to a learner: one French sentence, no traceback."""


class LearnerError(Exception):
    """Something a learner can mend. The message is a French sentence: what, where, what to do.

    IPython shows only that sentence (it asks an exception for ``_render_traceback_``),
    so JupyterLab, papermill, nbgrader's Validate and its feedback all show the same kind words.
    """

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


class NotAnswered(LearnerError):
    """The cell still holds the ellipses that the learner is to replace."""


class CheckFailed(LearnerError):
    """A check read the learner's answer and says what to look at next."""
