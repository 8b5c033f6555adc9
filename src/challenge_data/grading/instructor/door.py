"""JupyterLab on the instructor's folder: formgrader's menu is there, and teams' code runs in the sandbox.

Formgrader's « Autograde » and a notebook opened by hand both ask for the kernel ``python3``, which is forked in the sandbox: that is the
default here. Only « Corriger », which is ours, names a kernelspec that asks for a normal one; « Autograde » never reads the kernel that a
team names.
"""

import os
import sys
from pathlib import Path

from challenge_data import install, opening
from challenge_data.course import HOME_VARIABLE
from challenge_data.grading import sandbox
from challenge_data.grading.instructor.folder import NOTEBOOK, CannotLayOut, lay_out

SETTINGS = Path(__file__).parent / "jupyter"
"""Laid over the learners' settings: labconfig/, jupyter_server_config.json, kernels/."""
_OWN = ".jupyter"
"""In the folder: what JupyterLab keeps for this person."""


class Closed(Exception):
    """The door does not open here; the French sentence says why and what to do."""


def enter(course: Path, folder: Path, port: int | None = None, browser: bool = True) -> int:
    """Lay the folder out where something is missing, then become JupyterLab; say both.

    Raises:
        Closed: teams' code cannot be put apart on this machine, the folder is in the course's, or no port is free.
        OSError: the disk.
    """
    course, folder = course.resolve(), folder.resolve()
    _check(course)
    try:
        print(lay_out(course, folder).as_text(), end="\n\n")
        command, environment = opening.jupyterlab(sys.executable, folder, f"/lab/tree/{NOTEBOOK}", folder / _OWN / "workspaces", port, browser)
    except (CannotLayOut, install.Stop) as problem:
        raise Closed(str(problem)) from problem
    os.chdir(folder)  # nbgrader reads the configuration of the folder where it is started
    return opening.become(command, environment | _settings(course, folder))


def _check(course: Path) -> None:
    try:
        sandbox.check(course)
    except sandbox.CannotIsolate as problem:
        raise Closed(
            "La correction exécute le code des équipes. Il doit tourner à l'écart de vos fichiers, et cette machine ne le permet pas : rien n'a été ouvert.\n"
            f"{problem}\nSous Debian, Ubuntu ou WSL, tapez « sudo apt install bubblewrap », puis relancez la commande. Les autres cas sont dans docs/grading.md, « The sandbox »."
        ) from problem


def _settings(course: Path, folder: Path) -> dict[str, str]:
    """Variables of the environment."""
    return {
        HOME_VARIABLE: str(course), "CHALLENGE_DATA_GRADING": str(folder), "JUPYTER_DEFAULT_PROVISIONER_NAME": "challenge-data-sandbox",
        "JUPYTERLAB_SETTINGS_DIR": str(folder / _OWN / "settings"),
        **{name: _before(SETTINGS, name) for name in ("JUPYTER_CONFIG_PATH", "JUPYTER_PATH")},
        # nbgrader calls alembic by its name.
        "PATH": _before(Path(sys.executable).parent, "PATH"),
    }


def _before(first: Path, name: str) -> str:
    return os.pathsep.join(filter(None, [str(first), os.environ.get(name, "")]))
