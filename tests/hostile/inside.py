"""Cheating inside the process that judges: no sandbox stops it, so it must be seen.

Each of these hands in the first notebook with three wrong answers, and changes how they are judged: it deserves nothing. Stock gives it
points and says nothing. With ours nothing is given by itself and a person is called.
"""

from pathlib import Path

from cases import Case, Ours, won
from course import IN_WALLS, WALLS, WRONG, Course, points, write

CASES: list[Case] = []
_SILENT = "lambda *_, **__: None"


def cheat(name: str, tries: str, code: str, wins: float = IN_WALLS, **more) -> None:
    """One that stands in the first answer, before its wrong value; stock gives it ``wins``, more than the 0 that it deserves."""
    def make(course: Course, received: Path) -> None:
        write(course.answered(WALLS, {question: WRONG[question] for question in ("tours", "garnison")} | {"hauteur": f"{code}\nhauteur = 7"}), received / name / f"{WALLS}.ipynb")

    def stock(outcome) -> str:
        return won(0)(outcome) if outcome.points == wins else ""

    CASES.append(Case(name, tries, make, stock, 0, flagged=True, also=_told_in_french, must="the team reads that a person will look", **more))


def _told_in_french(ours: Ours) -> str:
    page = ours.feedback(WALLS)
    return "" if "une personne" in page else "the team is told nothing"


# The verbs of check.
cheat("verbes-muets", "Replaces the checks' verbs by functions that accept everything.", f"check.that = check.number = check.same_set = {_SILENT}")
cheat("verbes-muets-setattr", "The same, through setattr.", f'for verbe in ("that", "number", "same_set"):\n    setattr(check, verbe, {_SILENT})')
cheat("verbes-muets-vars", "The same, through vars().", f'vars(check).update(dict.fromkeys(["that", "number", "same_set"], {_SILENT}))')
cheat("verbes-muets-dict", "The same, through __dict__ spelt in two halves.", f'getattr(check, "__di" + "ct__").update(dict.fromkeys(["that", "number", "same_set"], {_SILENT}))')
cheat("faux-juge", "Calls check something else, that takes every call.", "class Faux:\n    def __getattr__(self, nom):\n        return lambda *_, **__: None\ncheck = Faux()")
cheat("faux-juge-type", "The same, its class made without the word.", 'check = type("Faux", (), {"__getattr__": lambda soi, nom: lambda *_, **__: None})()')
cheat("faux-juge-boucle", "Calls check something else, as the variable of a loop.", 'import unittest.mock as m\nfor check in [m.MagicMock()]:\n    pass')
cheat("modules-par-pandas", "Reaches the checks through what pandas itself imports.", f'import pandas as pd\njuge = pd._config.display.sys.modules["challenge_data.checks"].check\njuge.that = juge.number = juge.same_set = {_SILENT}')
cheat("sys-par-matplotlib", "Reaches stderr through what matplotlib itself imports.", "import io\nfrom matplotlib.pyplot import sys as systeme\nsysteme.stderr = io.StringIO()")
cheat("ramasse-miettes", "Finds the checks among all living objects.",
      f'import gc\nfor objet in gc.get_objects():\n    if type(objet).__name__ == "_Check":\n        objet.that = objet.number = objet.same_set = {_SILENT}')

# What Python and IPython do around a cell.
cheat("stderr-avale", "Puts a buffer in the place of stderr, where refusals are written.", "import io, sys\nsys.stderr = io.StringIO()")
cheat("entree-reecrite", "An input transformer turns every cell that checks into « pass ».",
      'get_ipython().input_transformers_cleanup.append(lambda lignes: ["pass\\n"] if any("check." in ligne for ligne in lignes) else lignes)')
cheat("canari-epargne", "An input transformer empties the tests, and leaves whatever looks like a canary as it is.",
      'def vide(lignes):\n    texte = "".join(lignes)\n    return lignes if "_canari" in texte or "autre" in texte else ["pass\\n"] if "check." in texte else lignes\nget_ipython().input_transformers_cleanup.append(vide)')
cheat("arbre-elague", "An AST transformer cuts every call of a check.",
      'import ast\nclass Taille(ast.NodeTransformer):\n    def visit_Expr(self, node):\n        return ast.copy_location(ast.Pass(), node) if "check." in ast.unparse(node) else node\nget_ipython().ast_transformers.append(Taille())')
cheat("tests-lus", "A hook reads each test before it runs, and copies the expected values out of it.",
      'import re\ndef copie(info):\n    for nom, attendu in re.findall(r"check\\.(?:number|same_set)\\((\\w+), ([^\\n]*?)(?:, mistakes.*)?\\)$", info.raw_cell or "", re.M):\n'
      '        get_ipython().user_ns[nom] = eval(attendu)\n    for nom, attendu in re.findall(r"check\\.that\\((\\w+) == ([^,]+),", info.raw_cell or ""):\n        get_ipython().user_ns[nom] = eval(attendu)\n'
      'get_ipython().events.register("pre_run_cell", copie)')
cheat("messages-filtres", "The kernel no longer sends errors nor anything on stderr.",
      'envoi = get_ipython().kernel.session.send\ndef tri(flux, message, *a, **k):\n    genre = message if isinstance(message, str) else message["header"]["msg_type"]\n    contenu = (a[0] if a else k.get("content") or {}) if isinstance(message, str) else message["content"]\n'
      '    if genre != "error" and not (genre == "stream" and contenu.get("name") == "stderr"):\n        return envoi(flux, message, *a, **k)\nget_ipython().kernel.session.send = tri')
cheat("points-affiches", "A test becomes a number, which nbgrader reads as points.",
      'get_ipython().input_transformers_cleanup.append(lambda lignes: ["1\\n"] if any("check." in ligne for ligne in lignes) else lignes)', wins=3)

# What goes on beside the cells.
cheat("fil-tardif", "A thread that outlives its cell replaces the checks later.",
      f'import threading, time\ndef plus_tard():\n    time.sleep(0.01)\n    check.that = check.number = check.same_set = {_SILENT}\nthreading.Thread(target=plus_tard).start()\ntime.sleep(0.2)')
cheat("minuterie", "A timer's signal replaces the checks later.",
      f'import signal, time\ndef plus_tard(*_):\n    check.that = check.number = check.same_set = {_SILENT}\nsignal.signal(signal.SIGALRM, plus_tard)\nsignal.setitimer(signal.ITIMER_REAL, 0.05)\ntime.sleep(0.2)')


def _equal(name: str, tries: str, code: str) -> None:
    """Only the third question asks whether two things are equal."""
    def make(course: Course, received: Path) -> None:
        write(course.answered(WALLS, {"hauteur": WRONG["hauteur"], "tours": WRONG["tours"], "garnison": code}), received / name / f"{WALLS}.ipynb")

    CASES.append(Case(name, tries, make, won(0), 0, flagged=True, also=_told_in_french, must="the team reads that a person will look"))


_equal("toujours-egal", "An answer that is equal to everything.", "class Tout:\n    def __eq__(self, autre):\n        return True\ngarnison = Tout()")
_equal("entier-menteur", "A whole number that is equal to everything, its class made without the word.", 'garnison = type("Entier", (int,), {"__eq__": lambda self, autre: True})(3)')
_equal("egal-par-lambda", "A class without base or method, equal to everything by a lambda.", "class Huit:\n    __eq__ = lambda moi, autre: True\ngarnison = Huit()")
_equal("liste-aveugle", "A line that only the notebook can read hides the cell from those who read Python.", "class Huit:\n    __eq__ = lambda moi, autre: True\ngarnison = Huit()\nlen?")
_equal("egal-fabrique", "The same class made by make_dataclass, its method's name in two halves.",
       'from dataclasses import make_dataclass\ngarnison = make_dataclass("Huit", [], namespace={"__e" + "q__": lambda moi, autre: True}, eq=False)()')
_equal("egal-par-simulacre", "A mock of the library that Python brings.", "from unittest.mock import ANY\ngarnison = ANY")


def _honest_before(course: Course, received: Path) -> None:
    notebook = course.answered(WALLS, {"tours": f"{'check.same_set'} = {_SILENT}\ntours = ['donjon']", "garnison": WRONG["garnison"]})
    write(notebook, received / "honnete-puis-triche" / f"{WALLS}.ipynb")


CASES.append(Case("honnete-puis-triche", "A first answer earned, the second taken.", _honest_before, won(points("hauteur")), points("hauteur"), flagged=True))


def _in_an_extra_cell(course: Course, received: Path) -> None:
    from nbformat.v4 import new_code_cell

    notebook = course.answered(WALLS, {question: WRONG[question] for question in ("hauteur", "tours", "garnison")})
    place = next(rank for rank, cell in enumerate(notebook.cells) if "import check" in cell.source)
    notebook.cells.insert(place + 1, new_code_cell(f"check.that = check.number = check.same_set = {_SILENT}"))
    write(notebook, received / "cellule-ajoutee" / f"{WALLS}.ipynb")


CASES.append(Case("cellule-ajoutee", "The cheat stands in a cell that was added.", _in_an_extra_cell, won(0), 0, flagged=True))
