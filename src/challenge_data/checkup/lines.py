"""One line a thing, and the word that opens it."""

from collections.abc import Iterable

READY, MEND, NOTE = "prêt", "À REVOIR", "à savoir"
Line = tuple[str, str]
"""One of the three words, and a French sentence without its full stop."""


def tell(lines: Iterable[Line]) -> int:
    """Print the lines as they come; give back how many are to mend."""
    faults = 0
    for word, sentence in lines:
        print(f"{word:8}  {sentence}", flush=True)
        faults += word == MEND
    return faults
