"""Submissions in, what a person needs to grade them out. Never imported by learners' rooms."""

from challenge_data.grading.hints import OpenedHints, opened_hints

__all__ = ["OpenedHints", "opened_hints"]
