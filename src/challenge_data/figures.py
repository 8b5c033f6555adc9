"""A figure on the page, with its text alternative: shared by all rooms that draw."""

import base64
import html
import io
from typing import TYPE_CHECKING

from challenge_data.guide import shell

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def show(figure: "Figure", alt: str) -> None:
    """Show a figure in the running notebook, as an image with its alternative and the same words to unfold.

    Does nothing outside a notebook.

    Args:
        alt: what the figure shows, in words.
    """
    if shell() is None:
        return
    from IPython.display import HTML, display
    from matplotlib import pyplot

    content = io.BytesIO()
    figure.savefig(content, format="png", bbox_inches="tight", dpi=110)
    image = base64.b64encode(content.getvalue()).decode()
    words = html.escape(alt)
    display(HTML(
        f'<figure><img src="data:image/png;base64,{image}" alt="{words}" style="max-width: 100%">'
        f"<details><summary>Description de la figure</summary><p>{words}</p></details></figure>"
    ))
    # Shown here with its text alternative; closed, so that the notebook does not draw it a second time without.
    pyplot.close(figure)
