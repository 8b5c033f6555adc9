"""The words of a figure: title, source, text alternative, axes, legend."""

import re
import unicodedata
from typing import TYPE_CHECKING

from challenge_data.charts.describing import DRAFT_END
from challenge_data.checks.marks import panels
from challenge_data.checks.naming import plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LEAST_ALTERNATIVE = 30
"""Characters below which a text alternative cannot say what a figure shows."""

_SOURCE = re.compile(r"\bsources?\s*[:=]|^\W*sources?\b|\bd'apres\b|\bdonnees\s*:", re.IGNORECASE)
_COLON = re.compile(r"\bsources?\s*[:=]", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"^(mon|ma|votre|un|une|le|la|titre|title|source|texte|alternatif|description|de|du|figure|graphique|ici|a|completer|carte|xxx?|\s)*$")


def titles(figure: "Figure") -> list[str]:
    """All titles: of the figure and of its panels, wherever they stand; words at the top of the sheet are one, too."""
    found = [_text(one.get_suptitle()) for one in (figure, *figure.subfigs)]
    found += [_text(ax.get_title(loc)) for ax in panels(figure) for loc in ("left", "center", "right")]
    found += [_text(text.get_text()) for text in figure.texts if text.get_position()[1] >= 0.88 and not _COLON.search(text.get_text())]
    return [text for text in found if text]


def title(figure: "Figure") -> str:
    """The title that says the most."""
    return max(titles(figure), key=len, default="")


def title_fault(figure: "Figure") -> str:
    """Why no title says something; empty when one does."""
    found = titles(figure)
    if not found:
        return "un titre qui dit ce que l'on voit (title=\"…\" de finish, ou ax.set_title)"
    if any(_says(text, figure) for text in found):
        return ""
    if is_empty(found[0]):
        return "un titre à la place des points de suspension"
    return f"un titre qui dit ce que l'on voit, « {found[0]} » étant trop court pour cela"


def is_empty(text: str) -> bool:
    """True for nothing, ellipses, or the words that only say what should stand there."""
    return bool(_PLACEHOLDER.match(_bare(text).strip(" .…:?!\"'«»-")))


def _says(text: str, figure: "Figure") -> bool:
    """At least two words, which do not only repeat the name of a column."""
    words = re.findall(r"[^\W_]+", text)
    if is_empty(text) or len(words) < 2 or not any(len(word) > 2 for word in words) or re.fullmatch(r"\w+", text):
        return False
    labels = {plain(one) for ax in panels(figure) for one in (ax.get_xlabel(), ax.get_ylabel())}
    return len(words) > 2 or plain(text) not in labels


def source(figure: "Figure") -> str:
    """The text that names the source, wherever it stands; empty when there is none."""
    from matplotlib.text import Text

    heads = set(titles(figure)) | {_text(one) for ax in panels(figure) for one in (ax.get_xlabel(), ax.get_ylabel())}
    for artist in figure.findobj(Text):
        text = _text(artist.get_text())
        # In a title or along an axis, « source » may be a source of noise: there, it takes a colon.
        match = (_COLON if text in heads else _SOURCE).search(_bare(text)) if artist.get_visible() else None
        if match and len(re.findall(r"[^\W_]", text[match.end():])) >= 2 and not is_empty(_bare(text)[match.end():]):
            return text
    return ""


def alternative_fault(figure: "Figure") -> str:
    """Why the text alternative does not replace the figure; empty when it does."""
    text = _text(str(getattr(figure, "text_alternative", "") or ""))
    how = "alt=\"…\" de finish"
    if is_empty(text):
        return f"un texte alternatif, pour qui ne voit pas l'image ({how})"
    if DRAFT_END in text:
        return f"la fin de votre texte alternatif : remplacez « {DRAFT_END} » par ce qu'il faut retenir"
    if plain(text) in {plain(one) for one in titles(figure)}:
        return f"un texte alternatif qui dise autre chose que le titre : la forme, les extrêmes, deux ou trois valeurs ({how})"
    if len(text) < LEAST_ALTERNATIVE:
        return f"un texte alternatif plus long, d'au moins {LEAST_ALTERNATIVE} signes : la forme, les extrêmes, deux ou trois valeurs ({how})"
    return ""


def says_one(texts: list[str], words: list[str]) -> bool:
    """True if one of the words stands in one of the texts, however units are typed."""
    return any(_holds(unit(text), unit(word)) for text in texts for word in words)


def _holds(text: str, word: str) -> bool:
    # A short word is a unit, « m » or « dB »: it stands alone. A longer one may be in the plural.
    start = r"(?<![a-z])" if word[:1].isalpha() else r"(?<!\d)" if word[:1].isdigit() else ""
    end = "" if len(word) > 3 or not word[-1:].isalnum() else r"(?![a-z0-9])"
    return bool(word) and bool(re.search(start + re.escape(word) + end, text))


def unit(text: str) -> str:
    """Units as one types them: « µg/m³ », « μg / m3 », « $\\mu g\\,m^{-3}$ » and « ug.m-3 » are one."""
    text = re.sub(r"\\(mathrm|text|rm|mathregular)|[${}^_]|\\[,;: ]", "", text.replace("\\mu ", "u").replace("\\mu", "u").replace("\\%", "%"))
    text = "".join(letter for letter in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(letter))
    text = text.replace("\u03bc", "u").replace("\u2212", "-").replace("\u2019", "'").replace("\u2044", "/")
    text = re.sub(r"\bmicro\s?grammes?\b", "ug", text)
    text = re.sub(r"\bpour\s?cents?\b", "%", text)
    text = re.sub(r"\bdb\s*\(?a\)?(?![a-z])", "db", text)
    text = re.sub(r"(?<=[a-z])[\s.\u00b7*]*(m|km|l|h|s|ha)\s?-\s?([1-9])\b", lambda met: f"/{met[1]}{'' if met[2] == '1' else met[2]}", text)
    text = re.sub(r"\s*(/|\bpar (?=(m[23]?|km2?|l|h|ha)\b))\s*", "/", " ".join(text.split()))
    return re.sub(r"(?<=\d) (?=\d{3})", "", text)


def along(ax: "Axes", horizontal: bool) -> list[str]:
    """What stands along an axis: its label, and what its ticks say."""
    axis = ax.xaxis if horizontal else ax.yaxis
    return [axis.label.get_text(), *(label.get_text() for label in axis.get_ticklabels() if label.get_visible())]


def axis_words(figure: "Figure", horizontal: bool) -> list[str]:
    """What stands along this axis of any panel, the label that panels share included."""
    shared = [one.get_supxlabel() if horizontal else one.get_supylabel() for one in (figure, *figure.subfigs)]
    return shared + [text for ax in panels(figure) if ax.axison for text in along(ax, horizontal)]


def axis_label(figure: "Figure", horizontal: bool) -> str:
    """The first label written along this axis."""
    shared = [one.get_supxlabel() if horizontal else one.get_supylabel() for one in (figure, *figure.subfigs)]
    written = (ax.get_xlabel() if horizontal else ax.get_ylabel() for ax in panels(figure) if ax.axison)
    return next((_text(one) for one in (*shared, *written) if _text(one)), "")


def key_words(figure: "Figure") -> list[str]:
    """The words of legends and colour bars."""
    found = [text.get_text() for one in legends(figure) for text in (one.get_title(), *one.get_texts())]
    for bar in colour_bars(figure):
        found += [bar.get_title(), *along(bar, True), *along(bar, False)]
    return found


def legends(figure: "Figure") -> list:
    from matplotlib.legend import Legend

    return [one for one in figure.findobj(Legend) if one.get_visible()]


def entries(figure: "Figure") -> list[str]:
    """The names that legends give."""
    return [_text(text.get_text()) for one in legends(figure) for text in one.get_texts()]


def colour_bars(figure: "Figure") -> "list[Axes]":
    def below(ax):
        return [ax, *(one for child in ax.child_axes if hasattr(child, "get_title") for one in below(child))]

    return [ax for top in figure.axes for ax in below(top) if hasattr(ax, "_colorbar") or ax.get_label() == "<colorbar>"]


def _text(text: str) -> str:
    return " ".join(str(text or "").split())


def _bare(text: str) -> str:
    """In lower case, without accents, letter for letter."""
    return "".join(unicodedata.normalize("NFD", letter)[0] for letter in text.replace("\u2019", "'").casefold())
