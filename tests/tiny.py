"""A course in miniature: one lesson, one challenge of one notebook, written to a folder."""

import shutil
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]

LESSON = '''---
kernelspec: {name: python3, display_name: Python 3}
lesson: {code: "01", minutes: 5, track: tronc commun, needs: [], takeaway: un total}
---
# Compter

:::objectifs
- **Compter** des lignes.
:::

```{code-cell}
from challenge_data import check, hint, quiz
lignes = [3, 4, 5]
```

```{code-cell}
:tags: [lu]
assert sum(lignes) == 12
```

+++ {"animation": true}
*Pour l'intervenant·e.* Deux minutes.

+++
## À vous

```{code-cell}
:exercise: total
:stub: total = …
### BEGIN SOLUTION
total = sum(lignes)
### END SOLUTION
### BEGIN CHECK
check.number(total, 12, mistakes={3: "Vous avez compté les lignes ; additionnez-les."})
### END CHECK
```

:::indice
1. Additionner se dit `sum`.
2. `sum(lignes)`
:::

:::quiz
Une liste de trois nombres a combien de lignes ?
- [ ] La somme des trois nombres.
  On compte les lignes, pas leur contenu.
- [x] Trois.
  Une par nombre : `len(lignes)`.
:::
'''

NOTEBOOK = '''---
kernelspec: {name: python3, display_name: Python 3}
---
# Trouver

:::objectifs
- **Trouver** le plus grand.
:::

```{code-cell}
:tags: [parameters]
EN_LIGNE = False
```

```{code-cell}
from challenge_data import check, hint
valeurs = [2, 9, 4]
```

## Question 1

```{code-cell}
:solution: grand
:stub: grand = …
### BEGIN SOLUTION
grand = max(valeurs)
### END SOLUTION
```

:::indice
1. Le plus grand se dit `max`.
:::

```{code-cell}
:tests: grand
:points: 60
check.that(isinstance(grand, int), "Un nombre entier est attendu.")
### BEGIN HIDDEN TESTS
check.number(grand, truth["grand"])
### END HIDDEN TESTS
```

## Question 2

:::bareme
- **40 points** : un avis, et sa raison.
- **25 points** : un avis, avec une raison qui ne tient pas.
- **10 points** : un avis sans raison.
- **0 point** : rien.
:::

+++ {"essay": "avis", "points": 40}
### BEGIN SOLUTION
Neuf est grand.
### END SOLUTION
'''

CHALLENGE = '''code: tiny
title: Le plus grand
truth: truth.json
notebooks:
  - {file: 1_trouver, minutes: 10, points: 100}
'''


def write_course(root: Path, lesson: str = LESSON, notebook: str = NOTEBOOK, challenge: str = CHALLENGE) -> Path:
    """The miniature course in ``root``, not yet built."""
    files = {
        "curriculum/lessons/j0_depart/01_compter.md": lesson,
        "curriculum/challenges/tiny/1_trouver.md": notebook,
        "curriculum/challenges/tiny/challenge.yml": challenge,
        "truth.json": '{"grand": 9}',
    }
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (root / "datasets").mkdir(exist_ok=True)
    shutil.copy(PROJECT / "nbgrader_config.py", root)
    return root


MATURITY = '''echelle:
  - {valeur: 0, texte: Rien}
  - {valeur: 1, texte: Un début}
  - {valeur: 2, texte: Souvent}
  - {valeur: 3, texte: Toujours}
  - {valeur: null, texte: Je ne sais pas}
axes:
  - code: A
    nom: Connaître
    question: Sait-on ce que l'on a ?
    items:
      - {id: a1, texte: Une liste existe., aide: Demandez à la voir.}
      - {id: a2, texte: Elle est à jour.}
  - code: B
    nom: Ouvrir
    question: Que publie-t-on ?
    items:
      - {id: b1, texte: Un jeu de données est publié.}
      - {id: b2, texte: Une personne en répond.}
paliers:
  - {de: 0, a: 49, nom: Au départ, texte: Tout reste à faire.}
  - {de: 50, a: 100, nom: En route, texte: Une habitude existe.}
'''
"""A questionnaire of four questions, on twelve points."""
