"""Notebooks compared by what a team sees in them: their cells."""

from challenge_data.teamwork import parsing


def read(content: bytes) -> list[dict] | None:
    """The cells of a notebook; None when it cannot be read as one."""
    try:
        cells = parsing.read(content).get("cells")
    except parsing.Damaged:
        return None
    return cells if isinstance(cells, list) and all(isinstance(cell, dict) for cell in cells) else None


def text(value: object) -> str:
    """A source or an output's text, which nbformat lets be one string or a list of lines."""
    return "".join(map(str, value)) if isinstance(value, list) else str(value or "")


def same(one: bytes, other: bytes) -> bool:
    """True if two notebooks hold the same cells: id, type, text and results.

    JupyterLab rewrites a notebook's metadata when it saves: that alone is nobody's work. Results are: a team wants to find
    them again, and a portal may answer otherwise tomorrow. How often a cell ran is not.
    """
    if one == other:
        return True
    first, second = read(one), read(other)
    return first is not None and second is not None and list(map(_seen, first)) == list(map(_seen, second))


def _seen(cell: dict) -> tuple:
    outputs = [{name: value for name, value in output.items() if name != "execution_count"} for output in cell.get("outputs") or [] if isinstance(output, dict)]
    return cell.get("id"), cell.get("cell_type"), text(cell.get("source")), cell.get("attachments") or {}, outputs


def frame(content: bytes) -> dict[str, str]:
    """What a graded notebook fixes: graded id -> text of each cell that nbgrader knows, "" for those that a team fills."""
    marked = {}
    for cell in read(content) or ():
        mark = (cell.get("metadata") or {}).get("nbgrader") or {}
        if "grade_id" in mark:
            marked[mark["grade_id"]] = "" if mark.get("solution") else text(cell.get("source"))
    return marked
