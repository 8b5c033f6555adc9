"""How a widget comes on the page: with its style, and with words where nothing draws widgets."""

import html
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ipywidgets

# ipywidgets lets no attribute be set from Python, and two are needed. JupyterLab keeps the keys pressed on a list for itself: the down
# arrow leaves the list, « d » twice deletes the cell; the first attribute leaves them to the list. And a screen reader reads out what
# comes into a region only if the region stood there before: the second makes one of each place where sentences appear.
_ON_FOCUS = """if (!window.cdReady) {
  window.cdReady = true;
  document.addEventListener('focusin', function (event) {
    var box = event.target.closest ? event.target.closest('.cd-widget') : null;
    if (!box) { return; }
    event.target.setAttribute('data-lm-suppress-shortcuts', 'true');
    box.querySelectorAll('.cd-live').forEach(function (place) {
      place.setAttribute('role', 'status');
      place.setAttribute('aria-live', 'polite');
    });
  });
}"""

STYLE = f'<style onload="{_ON_FOCUS}">' + """
.cd-choice.jupyter-button {height: auto; min-height: 2.4em; width: auto; max-width: 46em; white-space: normal; text-align: left;
  line-height: 1.4; padding: .4em .9em; margin: 3px; border: 1px solid #6b6b6b; border-radius: 4px; background: #fff; color: #1a1a1a}
.cd-choice.jupyter-button:hover {background: #eef3fb}
.cd-choice.cd-chosen {border: 3px solid #1a1a1a; font-weight: 600}
.cd-widget button:focus-visible, .cd-widget input:focus-visible, .cd-widget select:focus-visible,
.cd-widget .lm-TabBar-tab:focus-visible, .cd-widget .jupyter-widget-Collapse-header:focus-visible
  {outline: 3px solid #0b57d0 !important; outline-offset: -3px !important; box-shadow: none}
.cd-said {color: #1a1a1a; background: #f4f4f4; border-left: 6px solid #6b6b6b; margin: 2px 3px 6px; padding: .4em .9em; max-width: 46em; line-height: 1.45}
.cd-said.cd-yes {background: #e6f3e8; border-color: #1b6e32}
.cd-said.cd-no {background: #fdf0e3; border-color: #8a4b00}
.cd-widget .widget-html-content {line-height: 1.45}
</style>"""
"""Text is near black on near white, over 12 to 1, whatever JupyterLab's theme; colours repeat what words say."""


def boxed(*children: "ipywidgets.Widget") -> "ipywidgets.VBox":
    """The children in a column, in the house's style."""
    import ipywidgets

    box = ipywidgets.VBox([ipywidgets.HTML(STYLE, layout=ipywidgets.Layout(display="none")), *children])
    box.add_class("cd-widget")
    return box


def show(box: "ipywidgets.Widget", plain: str, page: str | None = None) -> None:
    """Display a widget; ``plain`` (and ``page``, as HTML) stay where nothing draws widgets: a printed page, GitHub."""
    from IPython.display import display

    bundle = {"application/vnd.jupyter.widget-view+json": {"model_id": box.model_id, "version_major": 2, "version_minor": 0},
              "text/plain": plain}
    display(bundle | ({"text/html": page} if page else {}), raw=True)


def live() -> "ipywidgets.HTML":
    """A place for :func:`said`: screen readers read out what comes there, without interrupting."""
    import ipywidgets

    place = ipywidgets.HTML()
    place.add_class("cd-live")
    return place


def said(content: str, kind: str = "") -> str:
    """A sentence that answers a gesture, as HTML."""
    return f'<div class="cd-said {kind}">{content}</div>' if content else ""


def words(content: str) -> str:
    """HTML without its tags."""
    return html.unescape(re.sub(r"<[^>]+>", "", content))
