"""Is this edition whole? Its files as published, its packages as locked, its notebooks as delivered.

``make check`` in the students' edition; ``python -m challenge_data.lab --check`` where there is no make.
"""

import re
import time
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from challenge_data.checkup import listing
from challenge_data.checkup.lines import MEND, NOTE, READY, Line, tell
from challenge_data.checkup.running import run_all
from challenge_data.french import plural

LOCK = "requirements.lock"
WORKED_IN = ("notebooks/", "exercises/")
"""Where a team writes: a file that changed there is its work, not a fault."""
SHOWN = 5
"""Names told of a long list."""


def check(root: Path) -> int:
    """Print one French line a thing about the edition in ``root``; give back how many are to mend."""
    print("Vérification de l'édition : comptez trois à cinq minutes.\n", flush=True)
    started = time.monotonic()
    faults = tell(files(root)) + tell(packages(root)) + tell(notebooks(root))
    minutes = f"{(time.monotonic() - started) / 60:.1f}".replace(".", ",")
    print(f"\nTout est prêt ({minutes} min)." if not faults else
          f"\n{plural(faults, 'ligne')} « {MEND} » : montrez-{'la' if faults == 1 else 'les'} à la personne qui anime l'atelier.")
    return faults


def files(root: Path) -> Iterator[Line]:
    """Every file of the list: there, and as it was written."""
    try:
        listed = listing.read(root)
    except ValueError as error:
        yield MEND, f"{listing.NAME}, ligne {error} : la liste des fichiers est abîmée. Téléchargez de nouveau l'édition"
        return
    if not listed:
        yield NOTE, f"aucune liste {listing.NAME} : ce dossier n'est pas une édition publiée, ses fichiers ne sont pas comparés"
        return
    missing = [path for path in listed if not (root / path).is_file()]
    changed = [path for path in listed if path not in missing and not _as_listed(root, path, listed)]
    worked = [path for path in changed if path.startswith(WORKED_IN)]
    altered = [path for path in changed if path not in worked]
    if missing:
        yield MEND, f"{_names(missing)} : absent. Téléchargez de nouveau l'édition dans un autre dossier, puis copiez-y « travail »"
    if altered:
        yield MEND, f"{_names(altered)} : différent de ce qui a été publié. Téléchargez de nouveau l'édition dans un autre dossier, puis copiez-y « travail »"
    if worked:
        yield NOTE, f"{_names(worked)} : vous y avez travaillé, rien à y reprendre"
    same = len(listed) - len(missing) - len(changed)
    yield READY, f"{plural(same, 'fichier')} sur {len(listed)}, tels qu'ils ont été publiés"


def packages(root: Path) -> Iterator[Line]:
    """Every package that the lock names for this machine: installed, at that version."""
    from packaging.requirements import Requirement

    lock = (root / LOCK).read_text(encoding="utf-8")
    asked = [Requirement(line) for line in re.findall(r"^(\S+==.*?) *\\?$", lock, re.MULTILINE)]
    asked = [one for one in asked if one.marker is None or one.marker.evaluate()]
    wrong = []
    for one in asked:
        try:
            installed = metadata.version(one.name)
        except metadata.PackageNotFoundError:
            wrong.append(f"{one.name} (absent)")
        else:
            if not one.specifier.contains(installed, prereleases=True):
                wrong.append(f"{one.name} {installed} (prévu : {str(one.specifier).removeprefix('==')})")
    if wrong:
        yield MEND, f"{_names(wrong)} : ce ne sont pas les paquets prévus. Supprimez le dossier « .venv », puis relancez « make lab »"
    else:
        yield READY, f"{plural(len(asked), 'paquet')}, aux versions prévues"


def notebooks(root: Path) -> Iterator[Line]:
    """Every notebook as delivered runs from top to bottom; those where a team worked are left alone."""
    listed = listing.read(root) if (root / listing.NAME).exists() else {}
    there = sorted(path for folder in WORKED_IN for path in (root / folder).rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts)
    names = [path.relative_to(root).as_posix() for path in there]
    delivered = [name for name in names if not listed or name in listed and _as_listed(root, name, listed)]
    for done in run_all(root, delivered):
        yield (MEND, f"{done.name} : {done.problem}") if done.problem else (READY, f"{done.name}, exécuté de haut en bas en {done.seconds:.0f} s")
    if not delivered:
        yield MEND, "aucun carnet tel qu'il a été publié : rien à exécuter"


def _as_listed(root: Path, path: str, listed: dict[str, set[str]]) -> bool:
    return listing.sha256((root / path).read_bytes()) in listed[path]


def _names(names: list[str]) -> str:
    more = f" et {len(names) - SHOWN} autres" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
