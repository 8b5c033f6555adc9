"""The instructor's folder laid out: what is missing is put there, what is there stays as it is."""

import os
import shutil
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import jupytext
import nbformat

from challenge_data.grading.gradebook import private, put
from challenge_data.grading.instructor import samples

NOTEBOOK = "Corriger.ipynb"
HAND_INS, EXCHANGE, MASTERS = "rendus", "echange", "solutions"
CONFIG = "nbgrader_config.py"
GRADEBOOK = "gradebook.db"
_INBOUND = Path("challenge-data", "inbound")
"""The course as nbgrader_config.py names it, and where « Submit » puts hand-ins."""
_HERE = Path(__file__).parent


class CannotLayOut(Exception):
    """Nothing was written; the French sentence says why and what to do."""


@dataclass
class LaidOut:
    """What a run did."""

    folder: Path
    new: list[Path] = field(default_factory=list)
    """Files written, relative to the folder."""
    kept: list[Path] = field(default_factory=list)
    """Masters that are not the course's: changed here, or in the course since; left as they are."""
    invented: bool = False
    """Whether the invented teams' hand-ins were put there."""

    def as_text(self) -> str:
        """For who opens the folder: French sentences."""
        lines = [f"Votre dossier de correction : {self.folder}"]
        if self.invented:
            lines.append(f"Il est prêt, avec les rendus de {len(samples.TEAMS)} équipes inventées pour essayer.")
        elif self.new:
            lines.append(f"Ce qui y manquait a été ajouté ({len(self.new)} fichier(s)) ; le reste n'a pas été touché.")
        else:
            lines.append("Rien n'y a été changé : vous reprenez où vous en étiez.")
        lines += [f"{path} n'est pas le corrigé du cours d'aujourd'hui : il est gardé tel quel. Pour prendre celui du cours, renommez ce fichier et relancez la commande." for path in self.kept]
        return "\n".join(lines)


def lay_out(course: Path, folder: Path) -> LaidOut:
    """Put in the folder what is not there yet. The invented hand-ins come only with a folder in which nobody was graded.

    Raises:
        CannotLayOut: the folder is in the course's, which is public, or is a file.
        OSError: the disk.
    """
    course, folder = course.resolve(), folder.resolve()
    if folder.is_relative_to(course):
        raise CannotLayOut(f"Le dossier {folder} est dans celui du cours, qui est public : le travail des équipes va ailleurs. Donnez un autre dossier avec --folder.")
    if folder.exists() and not folder.is_dir():
        raise CannotLayOut(f"{folder} est un fichier, pas un dossier. Donnez un autre dossier avec --folder.")
    done = LaidOut(folder)
    fresh = not (folder / GRADEBOOK).exists() and not (folder / EXCHANGE).exists()
    with private():
        for place in (folder, folder / HAND_INS):
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(done, Path(CONFIG), (_HERE / CONFIG).read_bytes())
        _write(done, Path(NOTEBOOK), _notebook())
        for master in sorted((course / "solutions").glob("*/*.ipynb")):
            _master(done, master.relative_to(course / "solutions"), master.read_bytes())
        for challenge in sorted((course / "solutions").glob("[!.]*/")):
            (folder / HAND_INS / challenge.name).mkdir(mode=0o700, exist_ok=True)
        if fresh:
            done.invented = _exchange(course, folder)
    return done


def inbound(folder: Path) -> Path:
    """Where formgrader's « Collect » looks."""
    return folder / EXCHANGE / _INBOUND


def _write(done: LaidOut, path: Path, content: bytes) -> None:
    target = done.folder / path
    if not target.exists():
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        put(target, content)
        done.new.append(path)


def _master(done: LaidOut, path: Path, content: bytes) -> None:
    target = Path(MASTERS) / path
    _write(done, target, content)
    if (done.folder / target).read_bytes() != content:
        done.kept.append(target)


def _notebook() -> bytes:
    notebook = jupytext.reads((_HERE / "Corriger.md").read_text(encoding="utf-8"), fmt="md:myst")
    notebook.metadata.pop("jupytext", None)  # it is no longer the text's twin
    return nbformat.writes(notebook).encode()


def _exchange(course: Path, folder: Path) -> bool:
    """The invented teams' hand-ins, as nbgrader's « Submit » would leave them: whole or not at all. False where their challenge was taken out of the course."""
    now = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S.%f} UTC"
    draft = folder / f".{EXCHANGE}.en-cours"
    shutil.rmtree(draft, ignore_errors=True)  # of a run that was killed
    (draft / _INBOUND).mkdir(parents=True)
    found = {team: notebooks for team, notebooks in samples.hand_ins(course).items() if notebooks}
    for team, notebooks in found.items():
        handed_in = draft / _INBOUND / f"{team}+{samples.CHALLENGE}+{now}+exemple"
        handed_in.mkdir()
        for name, notebook in notebooks.items():
            nbformat.write(notebook, handed_in / name)
        (handed_in / "timestamp.txt").write_text(now, encoding="utf-8")
    draft.chmod(0o777)  # as nbgrader wants it, or says that it is invalid; the folder above is closed to others
    os.replace(draft, folder / EXCHANGE)
    return bool(found)
