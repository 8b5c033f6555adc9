"""What a notebook's file can be, as bytes: damaged, of another kind, endless, in other encodings; values and types that JSON allows."""

import json
from collections.abc import Callable
from pathlib import Path

from cases import Case, Stock, gathered, harmed
from course import ALL, IN_GATES, WALLS, Course
from nbformat.v4 import writes

CASES: list[Case] = []
case = gathered(CASES)


def text(course: Course) -> str:
    """The first notebook, all right."""
    return writes(course.answered(WALLS))


def spoiled(folder: Path, course: Course, content: bytes) -> None:
    """Hand in the second notebook right, and this in place of the first: the second's 24 points must not be lost."""
    course.right(folder)
    (folder / f"{WALLS}.ipynb").write_bytes(content)


def _spoiled(name: str, tries: str, content: Callable[[str], bytes], deserved: float = IN_GATES, stock: Callable[[Stock], str] | None = None, **more) -> None:
    @case(name, tries, stock or harmed(deserved), deserved, **more)
    def _(course: Course, folder: Path) -> None:
        spoiled(folder, course, content(text(course)))


_DAMAGED = {"says": ("damaged file",)}
_spoiled("tronque", "A notebook cut in the middle.", lambda right: right[: len(right) // 2].encode(), **_DAMAGED)
_spoiled("pas-json", "A notebook that is plain text.", lambda right: b"hauteur = 12\n", **_DAMAGED)
_spoiled("html", "A page of a web site saved under the notebook's name.", lambda right: b"<!DOCTYPE html><html><body><h1>Connexion</h1></body></html>", **_DAMAGED)
_spoiled("vide", "A notebook of no byte.", lambda right: b"", **_DAMAGED)
_spoiled("une-liste", "A notebook that is a list.", lambda right: b"[1, 2, 3]", **_DAMAGED)
_spoiled("imbrique", "100,000 brackets, one in the other.", lambda right: b"[" * 100_000 + b"]" * 100_000, **_DAMAGED)
_spoiled("imbrique-dans-une-cellule", "The same in a cell's metadata, the rest being right.",
         lambda right: right.replace('"metadata": {}', '"metadata": {"a": ' + "[" * 100_000 + "]" * 100_000 + "}", 1).encode(), **_DAMAGED)
_spoiled("bourre-de-nuls", "A right notebook followed by a block of zero bytes, as some shared disks leave it.", lambda right: right.encode() + bytes(4096), **_DAMAGED)
_spoiled("nombre-sans-fin", "An execution count of 10,000 digits.", lambda right: right.replace('"execution_count": null', f'"execution_count": {"9" * 10_000}', 1).encode(), ALL)
_spoiled("nombres-impossibles", "NaN, Infinity and 1e999 where numbers are expected.",
         lambda right: right.replace('"execution_count": null', '"execution_count": NaN', 1).replace('"nbformat_minor": 5', '"nbformat_minor": Infinity').replace('"nbformat": 4', '"nbformat": 1e999').encode(), ALL)
_spoiled("format-futur", "A notebook of format 9.", lambda right: right.replace('"nbformat": 4', '"nbformat": 9').encode(), ALL)
_spoiled("demi-caracteres", "Unpaired surrogates in an answer's comment: JSON allows them, no file does.", lambda right: right.replace("hauteur = max(murs)", "hauteur = max(murs)  # \\ud800\\udfff\\udc00").encode(), ALL)
_spoiled("utf16", "Saved as UTF-16, as some editors of Windows do.", lambda right: right.encode("utf-16"), ALL)
_spoiled("marque-utf8", "Saved as UTF-8 with its mark, as others do.", lambda right: right.encode("utf-8-sig"), ALL)
_spoiled("latin1", "Saved in the encoding of Western Europe.", lambda right: right.encode("cp1252", "replace"), ALL, says=("garbled text",))


def _values(name: str, tries: str, change: Callable[[dict], None], points: float, **more) -> None:
    def content(right: str) -> bytes:
        notebook = json.loads(right)
        change(notebook)
        return json.dumps(notebook).encode()

    _spoiled(name, tries, content, points, **more)


def _strange_cells(notebook: dict) -> None:
    notebook["cells"][:0] = [None, 3, "x", [], {}, True]


def _without_keys(notebook: dict) -> None:
    for key in ("metadata", "nbformat", "nbformat_minor"):
        del notebook[key]
    for cell in notebook["cells"]:
        for key in ("outputs", "execution_count"):
            cell.pop(key, None)


def _wrong_types(notebook: dict) -> None:
    notebook["metadata"], notebook["nbformat"], notebook["nbformat_minor"] = [], "quatre", None
    for cell in notebook["cells"]:
        cell["outputs"], cell["execution_count"], cell["attachments"] = {"a": 1}, [], "non"
        if cell["metadata"].get("nbgrader"):
            cell["metadata"]["nbgrader"] |= {"points": [], "locked": "peut-être", "grade": {}, "solution": None, "cell_type": 3, "checksum": {}}


def _marks_of_wrong_types(notebook: dict) -> None:
    for cell in notebook["cells"]:
        cell["metadata"] = {"nbgrader": [1], "tags": "oui"} if cell["cell_type"] == "code" else 7


def _sources_of_wrong_types(notebook: dict) -> None:
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") in ("hauteur", "tests-tours"):
            cell["source"] = {"texte": cell["source"]}


_values("cellules-etranges", "Cells that are nothing, a number, a text, a list, an empty object.", _strange_cells, ALL, says=("unreadable cells",))
_values("cles-absentes", "Neither metadata, nor format, nor outputs.", _without_keys, ALL)
_values("types-faux", "Metadata a list, format a text, outputs an object, points a list.", _wrong_types, ALL)
_values("marques-fausses", "nbgrader's metadata a list, a cell's metadata a number.", _marks_of_wrong_types, ALL)
_values("sources-fausses", "Sources that are objects, of an answer and of a test.", _sources_of_wrong_types, ALL - 1)


@case("geant", "A notebook of 1 GB, as it is.", lambda stock: f"{stock.most_megabytes:,.0f} MB of memory" if stock.most_megabytes > 1500 else harmed(IN_GATES)(stock), 0, says=("takes more than 500 MB",), seconds=30)
def _(course: Course, folder: Path) -> None:
    course.right(folder)
    head, tail = text(course).replace('"nbformat": 4', '"loin": "LOIN", "nbformat": 4').split("LOIN")
    with open(folder / f"{WALLS}.ipynb", "w", encoding="utf-8") as file:
        file.write(head)
        for _ in range(100):
            file.write("A" * 10_000_000)
        file.write(tail)


@case("deux-millions-de-listes", "A notebook of 12 MB made of four million empty lists: some GB once read.",
      lambda stock: f"{stock.most_megabytes:,.0f} MB of memory for 12 MB" if stock.most_megabytes > 450 else "", IN_GATES, says=("damaged file",), seconds=40)
def _(course: Course, folder: Path) -> None:
    content = text(course).replace('"nbformat": 4', '"listes": [' + "[]," * 4_000_000 + '[]], "nbformat": 4')
    spoiled(folder, course, content.encode())


@case("nul-dans-une-reponse", "A zero character in a right answer's cell, which Python refuses to read: that answer alone is lost.", harmed(ALL), ALL - 1)
def _(course: Course, folder: Path) -> None:
    course.right(folder, hauteur="hauteur = max(murs)\0", avis="La poterne\0, car personne ne la regarde.")
