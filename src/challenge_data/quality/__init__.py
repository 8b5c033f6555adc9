"""Measure a file before trusting it: what it is, what its columns seem to hold, what in it is to be mended or checked."""

from challenge_data.quality.files import inspect_file
from challenge_data.quality.profiling import Profile, profile

__all__ = ["Profile", "inspect_file", "profile"]
