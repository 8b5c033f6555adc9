"""The workshop's door: prepares the environment, then opens JupyterLab on the welcome notebook.

``make lab`` and, where there is no make, ``python -m challenge_data.lab``. It runs on whatever Python the
machine has, before anything is installed: standard library only, and syntax that Python 3.6 can read far
enough to say which Python to install (so no ``str | None`` in annotations here, nor in ``install.py``).
"""

import argparse
import os
import secrets
import shutil
import socket
import subprocess
import sys

from challenge_data import install

WELCOME = "notebooks/j0_depart/00_bienvenue.ipynb"
FIRST_PORT = 8888


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
            return _become([python, "-m", "challenge_data.lab"] + argv, dict(os.environ))
        options, extra = _parse(argv)
        python = install.prepare("dev" if options.dev else "lab")
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
    group.add_argument("--port", type=int, help="port de JupyterLab (à défaut : le premier libre à partir de %d)" % FIRST_PORT)
    group.add_argument("--no-browser", action="store_true", help="affiche l'adresse sans ouvrir de navigateur")
    group.add_argument("--dev", action="store_true", help="installe aussi les outils des développeurs")
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
    return _become([program] + command[1:], environment)


def _open(python, options, extra):
    """Open JupyterLab in the course folder; print its address, and open a browser where there is a screen."""
    browser = has_screen() and not options.no_browser
    port = options.port or free_port()
    page = "/lab/tree/" + WELCOME if (install.ROOT / WELCOME).is_file() else "/lab"
    # Given by us rather than drawn by the server, so that the address can be said in French.
    token = os.environ.get("JUPYTER_TOKEN") or secrets.token_hex(24)
    command = [
        python, "-m", "jupyterlab",
        "--ServerApp.root_dir=" + str(install.ROOT),
        "--LabApp.default_url=" + page,
        # Which tabs were open: of this course, not of another one that this person opened elsewhere.
        "--LabApp.workspaces_dir=" + str(install.VENV / "share" / "workspaces"),
        "--ServerApp.port=%d" % port,
        "--ServerApp.port_retries=0",
        "--ServerApp.log_level=ERROR",
        "--LabApp.log_level=ERROR",
        # Kernels talk over encrypted sockets; without this each one warns, in English, that it does not.
        "--KernelManager.transport_encryption=auto",
        # Its question « Shut down this Jupyter server? » comes in English.
        "--ServerApp.answer_yes=True",
        # The redirect file is out of reach for browsers that Ubuntu installs as snaps.
        "--ServerApp.use_redirect_file=False",
    ]
    if not browser:
        command.append("--no-browser")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    if browser:
        print("JupyterLab s'ouvre dans votre navigateur. S'il ne s'ouvre pas, copiez-y cette adresse :")
    else:
        print("JupyterLab démarre. Ouvrez cette adresse dans un navigateur :")
    print("\n    http://localhost:%d%s?token=%s\n" % (port, page, token))
    print("Laissez cette fenêtre ouverte. Pour tout arrêter : enregistrez vos carnets, puis Ctrl+C ici.", flush=True)
    return _become(command + extra, dict(os.environ, JUPYTER_TOKEN=token))


def has_screen():
    """True if a browser that we open would be seen by the person who typed the command."""
    if os.environ.get("CI"):
        return False
    if sys.platform in ("win32", "cygwin"):
        return True
    if sys.platform == "darwin":
        return "SSH_CONNECTION" not in os.environ
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def free_port():
    """The first port from 8888 on that nothing uses: another course may be open already.

    Raises:
        install.Stop: fifty ports in a row are taken.
    """
    for port in range(FIRST_PORT, FIRST_PORT + 50):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise install.Stop("Aucun port libre entre {} et {} : fermez les JupyterLab déjà ouverts, ou choisissez un port avec --port.".format(FIRST_PORT, FIRST_PORT + 49))


def _become(command, environment):
    """Hand over to a command: Ctrl+C and the exit code are then its own."""
    if os.name == "posix":
        sys.stdout.flush()
        os.execve(command[0], command, environment)
    process = subprocess.Popen(command, env=environment)
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue  # the console sent Ctrl+C to the command too: wait for it to close


if __name__ == "__main__":
    sys.exit(main())
