"""Measure a file before trusting it: what it is, and what its columns seem to hold."""

from challenge_data.quality.files import inspect_file

__all__ = ["inspect_file"]
