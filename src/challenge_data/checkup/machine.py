"""Is this machine ready? One line a thing, before the first lesson needs it."""

import os
import shutil
import sys
from importlib import metadata

from challenge_data import course
from challenge_data.checkup.lines import MEND, READY, tell

PACKAGES = {
    "jupyterlab": "l'atelier où s'ouvrent les carnets",
    "pandas": "les tableaux",
    "matplotlib": "les graphiques",
    "geopandas": "les cartes",
    "ipywidgets": "les boutons",
    "nbgrader": "la vérification des réponses",
}
FREE_DISK = 200e6
"""Bytes a team needs for a week of notebooks and files, with room to spare."""


def environment() -> None:
    """Print one French line a thing: what is there, what is missing and what to do about it."""
    faults = tell((READY if ready else MEND, line) for ready, line in _lines())
    print("Tout est prêt." if not faults else
          "Montrez les lignes « À REVOIR » à votre mentor ; vous pouvez commencer à lire en attendant.")


def _lines():
    version = ".".join(map(str, sys.version_info[:3]))
    yield sys.version_info >= (3, 11), f"Python {version}, le langage des carnets"
    for name, purpose in PACKAGES.items():
        try:
            yield True, f"{name} {metadata.version(name)}, {purpose}"
        except metadata.PackageNotFoundError:
            yield False, f"{name}, {purpose} : absent. Relancez l'installation (« make lab »), ou rouvrez Binder."
    datasets = sorted(course.datasets_dir().glob("*/*/datapackage.json"))
    yield bool(datasets), f"{len(datasets)} jeux de données, lisibles sans internet"
    challenges = course.challenges()
    yield bool(challenges), f"défis ouverts : {', '.join(challenges) or 'aucun, leur dossier « exercises » manque'}"
    work = course.work_dir()
    kept = work.is_relative_to(course.root()) or bool(os.environ.get(course.WORK_VARIABLE))
    yield kept, (f"dossier de travail : {work.name}" if kept else
                 "dossier de travail : impossible d'écrire ici, votre travail serait perdu à la fermeture")
    free = shutil.disk_usage(work).free
    yield free > FREE_DISK, f"{free / 1e9:.1f} Go libres sur le disque".replace(".", ",")
