"""A question to a mentor, nearly written: the four lines that « Bienvenue » teaches, filled with what the notebook knows."""

import re

from challenge_data import course, edition
from challenge_data.errors import LearnerError
from challenge_data.teamwork import archive, files, seen

CODE_LINES, SHOWN_LINES, LINE = 40, 25, 200
"""What a forum still reads: lines of code, lines of an answer, characters of a line."""
_COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_NUMBER = re.compile(r"""\b(?:check|hint|check\.question)\(["']([\w-]+(?:\.[\w-]+)+)["']""")
_TAGS = re.compile(r"<!--.*?-->|</?[a-z][a-z0-9]*(\s[^<>]*)?/?>", re.IGNORECASE | re.DOTALL)
"""HTML in a passage; an address between < and > is none."""
_HEADING = re.compile(r"^#{1,4} +(.+)$", re.MULTILINE)


def question(given: dict) -> dict:
    """The text for a forum about one cell of a saved notebook.

    Args:
        given: ``path`` of the notebook, ``cell``, the id of the cell.

    Returns:
        ``text`` (Markdown), ``names``, the first names of the team that stand in it, and ``forum``, the edition's address or "".

    Raises:
        LearnerError: the notebook or the cell is not there any more.
    """
    path = files.path_of(given["path"])
    notebook = seen.read(path.read_bytes()) if path.is_file() else None
    rank = next((rank for rank, cell in enumerate(notebook or ()) if cell.get("id") == given["cell"]), None)
    if notebook is None or rank is None:
        raise LearnerError("Cette cellule n'est pas encore enregistrée : faites Ctrl + S, puis posez de nouveau la question.")
    team = course.known_team()
    text = "\n\n".join([
        "**Je voulais** … (complétez en une phrase : votre but)",
        *_written(notebook[rank], _place(path.stem, notebook, rank)),
        "**J'attendais** … (un nombre, un tableau, une carte ?)",
        *_shown(notebook[rank]),
        _signed(team),
    ])  # fmt: skip
    names = [name for name in (team.members if team else []) if re.search(rf"\b{re.escape(name)}\b", text)]
    return {"text": text + "\n", "names": names, "forum": edition.known().forum}


def _place(notebook: str, all_cells: list[dict], rank: int) -> str:
    """« carnet 02_premiers_tableaux, question 02.mediane, sous « À vous : la commune du milieu » »."""
    said = [f"carnet `{notebook}`"]
    for later in all_cells[rank:]:
        source = seen.text(later.get("source"))
        if number := _NUMBER.search(source):
            said.append(f"question `{number[1]}`")
        if number or _is_titled(later) and later is not all_cells[rank]:
            break
    titles = [title for cell in all_cells[:rank + 1] if _is_titled(cell) for title in _HEADING.findall(seen.text(cell.get("source")))]
    return ", ".join(said + ([f"sous le titre « {titles[-1].strip()} »"] if titles else []))


def _is_titled(cell: dict) -> bool:
    return cell.get("cell_type") == "markdown" and bool(_HEADING.search(seen.text(cell.get("source"))))


def _written(cell: dict, place: str) -> list[str]:
    source = seen.text(cell.get("source"))
    if cell.get("cell_type") == "code":
        return [f"**J'ai écrit** ({place}) :", block(_short(source, CODE_LINES, last=False), "python")]
    passage = _short(re.sub(r"\n\s*\n", "\n\n", _TAGS.sub("", source)).strip(), CODE_LINES, last=False)
    return [f"**J'ai lu ce passage** ({place}) :", "\n".join(f"> {line}".rstrip() for line in passage.splitlines())]


def _shown(cell: dict) -> list[str]:
    if cell.get("cell_type") != "code":
        return []
    said = "\n".join(filter(None, map(_said, cell.get("outputs", []))))
    if not said.strip():
        return ["**J'ai lu** : rien, la cellule n'a rien affiché." if cell.get("execution_count") else "**J'ai lu** : rien, la cellule n'est pas encore exécutée."]
    # The end of a long message says what went wrong.
    return ["**J'ai lu** :", block(_short(said, SHOWN_LINES, last=True), "text")]


def _said(output: dict) -> str:
    """An output as plain text: what a person would copy from the screen."""
    if output.get("output_type") == "error":
        return _COLOURS.sub("", "\n".join(map(str, output.get("traceback", [])))) or f"{output.get('ename')}: {output.get('evalue')}"
    if "text" in output:
        return _COLOURS.sub("", seen.text(output["text"])).rstrip()
    data = output.get("data") or {}
    if any(kind.startswith("image/") for kind in data):
        return "[une image]"
    if "application/vnd.jupyter.widget-view+json" in data:
        return "[des boutons]"
    return seen.text(data.get("text/plain")).rstrip()


def _short(text: str, most: int, last: bool) -> str:
    lines = [line if len(line) <= LINE else f"{line[:LINE]} […]" for line in text.strip("\n").splitlines()]
    if len(lines) <= most:
        return "\n".join(lines)
    cut = f"[… {len(lines) - most} lignes de plus]"
    return "\n".join([cut, *lines[-most:]] if last else [*lines[:most], cut])


def block(text: str, language: str) -> str:
    """A fenced block of Markdown, whatever backticks the text holds."""
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}{language}\n{text}\n{fence}"


def _signed(team: course.Team | None) -> str:
    machine = archive.environment()
    parts = [f"Équipe « {team.name} »", f"défi {team.challenge}" if team.challenge else ""] if team else []
    parts += [f"{edition.known().name}, version {edition.version()}", "Binder" if files.is_lent() else machine["system"],
              f"Python {machine['python']}", *(f"{name} {version}" for name, version in machine["packages"].items() if name in ("pandas", "geopandas", "jupyterlab"))]
    return f"*{' · '.join(filter(None, parts))}*"
