"""A treatment that can be replayed: what was done to a raw file, why, with what effect, and the same bytes again."""

from challenge_data.journal.book import Journal
from challenge_data.journal.replaying import Replay

__all__ = ["Journal", "Replay"]
