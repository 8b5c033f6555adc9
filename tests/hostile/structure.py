"""What a notebook file can be, besides what was released: cells doubled, lost, turned; metadata and JSON of all kinds."""

import copy

from cases import Case, Stock
from course import ALL, WALLS, Course, cell_of, write


def nobody(stock: Stock) -> str:
    """Evidence that the whole batch stopped."""
    return "" if stock.sibling is not None else f"exit code {stock.code}: the sibling is not graded"


def _duplicate(course: Course, received) -> None:
    folder = received / "double"
    notebook = course.right(folder)[WALLS]
    place = notebook.cells.index(cell_of(notebook, "hauteur"))
    notebook.cells.insert(place + 1, copy.deepcopy(notebook.cells[place]))
    write(notebook, folder / f"{WALLS}.ipynb")


CASES = [
    Case("double", "A graded cell copied and pasted.", _duplicate, nobody, ALL, says=("duplicate cell",)),
]
