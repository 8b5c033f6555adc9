"""The workshop's door: prepares the environment, then opens JupyterLab on the welcome notebook.

``make lab`` and, where there is no make, ``python -m challenge_data.lab``; with ``--check``, an edition checks itself. It runs on whatever Python the
machine has, before anything is installed: standard library only, and syntax that Python 3.6 can read far
enough to say which Python to install (so no ``str | None`` in annotations here, nor in ``install.py`` and ``opening.py``).
"""

import argparse
import os
import shutil
import sys

from challenge_data import install, opening
from challenge_data.opening import become

WELCOME = "notebooks/j0_depart/00_bienvenue.ipynb"
STUDENTS = install.ROOT / "share" / "students"
"""Settings of a student's server: its file browser shows lessons, challenges and the team's own work."""


def main(argv=None):
    """Run the command; give back its exit code. Whatever goes wrong ends in one French sentence."""
    for stream in (sys.stdout, sys.stderr):
        # A Windows console may lack some of our characters: a question mark there is better than a crash.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    argv = list(sys.argv[1:] if argv is None else argv)
    try:
        os.chdir(install.ROOT)
        if not install.is_recent(sys.version_info):
            python = install.choose_python()
            return become([python, "-m", "challenge_data.lab"] + argv, dict(os.environ))
        options, extra = _parse(argv)
        python = install.prepare("dev" if options.dev else "lab")
        if options.check:
            return _run(python, ["python", "-m", "challenge_data.checkup"])
        if options.run:
            return _run(python, options.run)
        return _open(python, options, extra)
    except install.Stop as stop:
        print(stop, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrompu. Relancez la commande : elle reprendra.", file=sys.stderr)
        return 130
    except OSError as error:
        print(install.explain(str(error)), file=sys.stderr)
        return 1


def _parse(argv):
    parser = argparse.ArgumentParser(
        prog="python -m challenge_data.lab",
        usage="%(prog)s [options] [options de jupyter lab]",
        description="Prépare l'atelier Challenge Data et l'ouvre dans JupyterLab.",
        add_help=False,
    )
    group = parser.add_argument_group("options")
    group.add_argument("-h", "--help", action="help", help="affiche cette aide")
    group.add_argument("--port", type=int, help="port de JupyterLab (à défaut : le premier libre à partir de %d)" % opening.FIRST_PORT)
    group.add_argument("--no-browser", action="store_true", help="affiche l'adresse sans ouvrir de navigateur")
    group.add_argument("--notebook", metavar="CARNET", default=WELCOME, help="carnet à ouvrir (à défaut : %(default)s)")
    group.add_argument("--check", action="store_true", help="au lieu de JupyterLab, vérifie les fichiers, les paquets et tous les carnets")
    group.add_argument("--dev", action="store_true", help="installe aussi les outils des développeurs, et montre tous les dossiers")
    group.add_argument("--run", nargs=argparse.REMAINDER, metavar="COMMANDE", help="au lieu de JupyterLab, exécute cette commande dans l'environnement")
    return parser.parse_known_args(argv)


def _run(python, command):
    """Run a command of the environment, as if the environment were activated."""
    environment = dict(os.environ, VIRTUAL_ENV=str(install.VENV))
    environment["PATH"] = os.path.dirname(python) + os.pathsep + environment.get("PATH", os.defpath)
    environment.pop("PYTHONHOME", None)
    program = shutil.which(command[0], path=environment["PATH"])
    if program is None:
        raise install.Stop("La commande « {} » n'existe pas dans l'environnement {}.".format(command[0], install.VENV))
    return become([program] + command[1:], environment)


def _open(python, options, extra):
    """Open JupyterLab in the course folder; print its address, and open a browser where there is a screen."""
    page = "/lab/tree/" + options.notebook if (install.ROOT / options.notebook).is_file() else "/lab"
    workspaces = install.VENV / "share" / "workspaces"
    command, environment = opening.jupyterlab(python, install.ROOT, page, workspaces, options.port, not options.no_browser)
    if not options.dev:
        environment["JUPYTER_CONFIG_PATH"] = os.pathsep.join(filter(None, [str(STUDENTS), os.environ.get("JUPYTER_CONFIG_PATH")]))
    return become(command + extra, environment)


if __name__ == "__main__":
    sys.exit(main())
