"""Submissions in, what a person needs to grade them out. Never imported by learners' rooms."""

import sys

if "jsonschema" not in sys.modules:
    # With this package there, jsonschema builds a grammar of addresses in all alphabets when it is imported: nearly 2 s, in each process
    # that reads a notebook, and no notebook's schema asks for it.
    sys.modules["rfc3987_syntax"] = None
    import jsonschema  # noqa: F401

    del sys.modules["rfc3987_syntax"]

from challenge_data.grading.hints import OpenedHints, opened_hints

__all__ = ["OpenedHints", "opened_hints"]
