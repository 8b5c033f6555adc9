"""Words as a French search engine sees them: no accents, no capitals, no plural, no little words."""

import re
import unicodedata
from functools import lru_cache

# Elided articles (l', d', qu') fall away too: single letters are no words.
_LITTLE = frozenset("a au aux ce ces dans de des du en et la le les leur ou par pour qu que qui sa se ses son sur un une".split())


def plain(text: str) -> str:
    """Without accents nor capitals; anything that is no letter nor digit becomes one blank."""
    text = text.casefold().replace("œ", "oe").replace("æ", "ae")
    letters = "".join(one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one))
    return " ".join(re.findall(r"[a-z0-9]+", letters))


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """A plain word without its plural: « salles » → « salle », « communaux » → « communal », « eaux » → « eau »."""
    if word.isdigit() or len(word) < 4:
        return word
    if word.endswith("eaux"):
        return word[:-1]
    if word.endswith("aux"):
        return f"{word[:-3]}al"
    return word[:-1] if word[-1] in "sx" and word[-2] != "s" else word


def stems(text: str) -> list[str]:
    """The words of a text that count, in order."""
    return [stem(word) for word in plain(text).split() if len(word) > 1 and word not in _LITTLE]
