"""What a team wrote, as a page may show it: in formgrader, in the instructor's own browser, and in the feedback.

``nbgrader_config.py`` puts these two in the place of nbconvert's filters of the same work: its own ``clean_html`` takes headings, paragraphs
and pictures away too, and nbgrader's templates do not call it on texts.
"""

import re

from bleach import clean as _bleached
from bleach.css_sanitizer import CSSSanitizer
from nbconvert.filters import strip_files_prefix

_TAGS = frozenset("""a abbr b blockquote br caption cite code col colgroup dd del details div dl dt em figcaption figure h1 h2 h3 h4 h5 h6 hr i img ins kbd li
mark ol p pre q s samp small span strong sub summary sup table tbody td tfoot th thead tr u ul var""".split())
_EVERYWHERE = {"class", "id", "title", "lang", "dir", "style", "align", "role", "aria-label", "aria-hidden"}
_ATTRIBUTES = {"a": {"href", "name"}, "img": {"alt", "width", "height"}, "table": {"border"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan", "scope"},
               "details": {"open"}, "ol": {"start", "type"}, "col": {"span"}, "colgroup": {"span"}}
# Neither position nor z-index: a text must not cover what formgrader shows beside it. No url(): nothing is fetched.
_STYLES = CSSSanitizer(allowed_css_properties=["color", "background-color", "text-align", "vertical-align", "font-weight", "font-style", "font-size", "font-family",
                                               "text-decoration", "white-space", "width", "max-width", "height", "border", "border-collapse", "border-left", "padding", "margin"])
_PICTURE = re.compile(r"data:image/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]*\Z")
_STYLESHEET = re.compile(r"<style\b[^>]*>.*?</style\s*>", re.DOTALL | re.IGNORECASE)


def clean(text: str | bytes) -> str:
    """HTML without scripts, frames, forms, stylesheets, addresses fetched by themselves; what is not allowed is shown as it was written."""
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    # pandas puts one before each table: shown as it is written, it would hide the table.
    return _bleached(_STYLESHEET.sub("", str(text)), tags=_TAGS, attributes=_allowed, protocols={"http", "https", "mailto", "data"}, css_sanitizer=_STYLES)


def clean_text(text: str) -> str:
    """The same for a text made HTML: every template ends that with nbconvert's ``strip_files_prefix``."""
    return clean(strip_files_prefix(text))


def _allowed(tag: str, name: str, value: str) -> bool:
    if name == "href":
        return tag == "a" and not value.strip().lower().startswith("data:")
    if name == "src":
        return tag == "img" and bool(_PICTURE.match(value))
    return name in _EVERYWHERE or name in _ATTRIBUTES.get(tag, ())
