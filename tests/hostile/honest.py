"""Honest teams, graded in the same batch: they get exactly their score, whatever the others do."""

from cases import Case
from course import ALL, GATES, WALLS, WRONG, Course, points


def _all_right(course: Course, received) -> None:
    course.right(received / "honnete-tout")


def _half(course: Course, received) -> None:
    course.right(received / "honnete-moitie", tours=WRONG["tours"], registre=WRONG["registre"])


def _nothing(course: Course, received) -> None:
    from course import write

    for name in (WALLS, GATES):
        write(course.released(name), received / "honnete-rien" / f"{name}.ipynb")


def _error(course: Course, received) -> None:
    course.right(received / "honnete-erreur", tours="tours = nom_inconnu", veille="veille = 1 / 0")


CASES = [
    Case("honnete-tout", "Everything right.", _all_right, None, ALL),
    Case("honnete-moitie", "Two wrong answers.", _half, None, points("hauteur", "garnison", "veille")),
    Case("honnete-rien", "The released notebooks, untouched.", _nothing, None, 0),
    Case("honnete-erreur", "Two answers that raise ordinary errors.", _error, None, points("hauteur", "garnison", "registre")),
]
