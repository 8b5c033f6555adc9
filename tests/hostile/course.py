"""A small course of our own for the hostile corpus: one challenge, « citadelle », of two notebooks.

Each question is worth a power of two: a score says which questions gave it.
"""

import shutil
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from challenge_data import build

PROJECT = Path(__file__).resolve().parents[2]
CHALLENGE = "citadelle"
WALLS, GATES = "1_murs", "2_portes"
NOTEBOOKS = (WALLS, GATES)
POINTS = {"hauteur": 1.0, "tours": 2.0, "garnison": 4.0, "registre": 8.0, "veille": 16.0}
"""Question -> points that code gives. The essay « avis » takes what is left of 100, by hand."""
QUESTIONS = {WALLS: ("hauteur", "tours", "garnison"), GATES: ("registre", "veille")}
RIGHT = {
    "hauteur": "hauteur = max(murs)",
    "tours": 'tours = [nom for nom in noms if nom.startswith("tour")]',
    "garnison": "garnison = sum(presents.values())",
    "registre": 'registre = portes.groupby("porte", as_index=False)["passages"].sum()',
    "veille": 'veille = int(portes["passages"].max())',
}
WRONG = {"hauteur": "hauteur = 7", "tours": 'tours = ["donjon"]', "garnison": "garnison = 3", "registre": 'registre = portes.head(2)', "veille": "veille = 2"}
ESSAY = "La poterne : on y passe peu, et personne ne la regarde."


def points(*questions: str) -> float:
    """What these questions are worth together."""
    return sum(POINTS[question] for question in questions)


ALL = sum(POINTS.values())
IN_WALLS = points(*QUESTIONS[WALLS])
IN_GATES = points(*QUESTIONS[GATES])

_HEAD = "---\nkernelspec: {name: python3, display_name: Python 3}\n---\n"
_GIVEN = '''
```{code-cell}
:tags: [parameters]
EN_LIGNE = False
```
'''
_WALLS = _HEAD + '''# Citadelle 1 · Les murs

:::objectifs
- **Compter** ce qui défend.
:::
''' + _GIVEN + '''
```{code-cell}
from challenge_data import check
murs = [4, 12, 7]
noms = ["tour nord", "donjon", "tour sud"]
presents = {"nord": 3, "sud": 5}
```

## Question 1

Le plus haut des murs.

```{code-cell}
:solution: hauteur
:stub: hauteur = …
### BEGIN SOLUTION
hauteur = max(murs)
### END SOLUTION
```

```{code-cell}
:tests: hauteur
:points: 1
check.that(not isinstance(hauteur, str), "Un nombre est attendu, sans guillemets.")
### BEGIN HIDDEN TESTS
check.number(hauteur, truth["hauteur"], mistakes={7: "C'est le dernier mur de la liste."})
### END HIDDEN TESTS
```

## Question 2

Les noms des tours.

```{code-cell}
:solution: tours
:stub: tours = …
### BEGIN SOLUTION
tours = [nom for nom in noms if nom.startswith("tour")]
### END SOLUTION
```

```{code-cell}
:tests: tours
:points: 2
check.that(len(tours) > 0, "La liste est vide.")
### BEGIN HIDDEN TESTS
check.same_set(tours, truth["tours"])
### END HIDDEN TESTS
```

## Question 3

Combien de personnes en tout ?

```{code-cell}
:solution: garnison
:stub: garnison = …
### BEGIN SOLUTION
garnison = sum(presents.values())
### END SOLUTION
```

```{code-cell}
:tests: garnison
:points: 4
check.that(garnison is not None, "Il manque une valeur.")
### BEGIN HIDDEN TESTS
check.that(garnison == truth["garnison"], "Additionnez les deux nombres.")
### END HIDDEN TESTS
```
'''
_GATES = _HEAD + '''# Citadelle 2 · Les portes

:::objectifs
- **Résumer** un registre.
:::
''' + _GIVEN + '''
```{code-cell}
import pandas as pd

from challenge_data import check
portes = pd.DataFrame({"porte": ["nord", "sud", "nord", "poterne"], "passages": [5, 9, 4, 1]})
```

## Question 1

Les passages de chaque porte.

```{code-cell}
:solution: registre
:stub: registre = …
### BEGIN SOLUTION
registre = portes.groupby("porte", as_index=False)["passages"].sum()
### END SOLUTION
```

```{code-cell}
:tests: registre
:points: 8
check.has_columns(registre, ["porte", "passages"])
### BEGIN HIDDEN TESTS
check.column(registre, "porte", "passages", truth["registre"])
### END HIDDEN TESTS
```

## Question 2

Le plus grand passage d'une ligne du registre.

```{code-cell}
:solution: veille
:stub: veille = …
### BEGIN SOLUTION
veille = int(portes["passages"].max())
### END SOLUTION
```

```{code-cell}
:tests: veille
:points: 16
check.that(not isinstance(veille, str), "Un nombre est attendu, sans guillemets.")
### BEGIN HIDDEN TESTS
check.number(veille, truth["veille"])
### END HIDDEN TESTS
```

## Question 3

:::bareme
- **69 points** : une porte, et une raison.
- **30 points** : une porte, et une raison qui ne tient pas.
- **10 points** : une porte sans raison.
- **0 point** : rien.
:::

+++ {"essay": "avis", "points": 69}
### BEGIN SOLUTION
La poterne, car personne ne la regarde.
### END SOLUTION
'''
_CHALLENGE = f'''code: citadelle
title: La citadelle
truth: truth.json
notebooks:
  - {{file: {WALLS}, minutes: 10, points: {IN_WALLS:g}}}
  - {{file: {GATES}, minutes: 10, points: {100 - IN_WALLS:g}}}
'''
_LESSON = '''---
kernelspec: {name: python3, display_name: Python 3}
lesson: {code: "01", minutes: 5, track: tronc commun, needs: [], takeaway: un total}
---
# Compter

:::objectifs
- **Compter** des lignes.
:::

```{code-cell}
lignes = [3, 4, 5]
```

+++ {"animation": true}
*Pour l'intervenant·e.* Deux minutes.
'''
_TRUTH = '{"hauteur": 12, "tours": ["tour nord", "tour sud"], "garnison": 8, "registre": {"nord": 9, "sud": 9, "poterne": 1}, "veille": 9}'


@dataclass(frozen=True)
class Course:
    """The course, built."""

    root: Path

    @classmethod
    def write(cls, root: Path) -> "Course":
        """Write and build it in ``root``."""
        curriculum = root / "curriculum"
        for path, text in {
            curriculum / "lessons/j0_depart/01_compter.md": _LESSON,
            curriculum / f"challenges/{CHALLENGE}/{WALLS}.md": _WALLS,
            curriculum / f"challenges/{CHALLENGE}/{GATES}.md": _GATES,
            curriculum / f"challenges/{CHALLENGE}/challenge.yml": _CHALLENGE,
            root / "truth.json": _TRUTH,
        }.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        (root / "datasets").mkdir(exist_ok=True)
        shutil.copy(PROJECT / "nbgrader_config.py", root)
        build.build(root)
        return cls(root)

    @cached_property
    def _released(self) -> dict[str, NotebookNode]:
        return {name: nbformat.read(self.root / "exercises" / CHALLENGE / f"{name}.ipynb", 4) for name in NOTEBOOKS}

    @cached_property
    def _masters(self) -> dict[str, NotebookNode]:
        return {name: nbformat.read(self.root / "solutions" / CHALLENGE / f"{name}.ipynb", 4) for name in NOTEBOOKS}

    def released(self, name: str) -> NotebookNode:
        """What teams are given: a copy to change at will."""
        return nbformat.from_dict(nbformat.reads(nbformat.writes(self._released[name]), 4))

    def master(self, name: str) -> NotebookNode:
        """With answers and hidden tests: a copy."""
        return nbformat.from_dict(nbformat.reads(nbformat.writes(self._masters[name]), 4))

    def answered(self, name: str, answers: dict[str, str] | None = None) -> NotebookNode:
        """The released notebook with right answers, and those given here instead: question -> source."""
        notebook = self.released(name)
        for cell in notebook.cells:
            question = cell.metadata.get("nbgrader", {}).get("grade_id")
            source = {**RIGHT, "avis": ESSAY, **(answers or {})}.get(question)
            if source is not None:
                cell.source = source
        return notebook

    def right(self, folder: Path, **answers: str) -> dict[str, NotebookNode]:
        """Both notebooks, all right but for ``answers``, written to a new folder; returned to be changed and written again."""
        return {name: write(self.answered(name, answers), folder / f"{name}.ipynb") for name in NOTEBOOKS}


def write(notebook: NotebookNode, path: Path) -> NotebookNode:
    """As JupyterLab would, without asking nbformat whether it is sound."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(nbformat.v4.writes(notebook), encoding="utf-8")
    return notebook


def cell_of(notebook: NotebookNode, grade_id: str) -> NotebookNode:
    """The cell with that name: a question, or ``tests-`` and a question."""
    return next(cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == grade_id)
