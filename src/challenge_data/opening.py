"""Starts JupyterLab on a folder and says where it is, in French: what the learners' and the instructors' doors share.

Same restrictions as ``lab.py``: standard library only, syntax readable by Python 3.6.
"""

import os
import secrets
import socket
import subprocess
import sys

from challenge_data import install

FIRST_PORT = 8888


def jupyterlab(python, folder, page, workspaces, port=None, browser=True):
    """Print the address of a JupyterLab; give back the command that starts it, and its environment.

    Args:
        python: path of the environment's Python.
        folder: what JupyterLab shows.
        page: the address's path, as ``/lab/tree/carnet.ipynb``.
        workspaces: where it keeps which tabs were open: of this folder, not of another one that this person opened elsewhere.
        port: by default the first free one.
        browser: open one, where there is a screen.

    Raises:
        install.Stop: no port is free.
    """
    browser = browser and has_screen()
    port = port or free_port()
    # Given by us rather than drawn by the server, so that the address can be said in French.
    token = os.environ.get("JUPYTER_TOKEN") or secrets.token_hex(24)
    command = [
        python, "-m", "jupyterlab",
        "--ServerApp.root_dir=" + str(folder),
        "--LabApp.default_url=" + page,
        "--LabApp.workspaces_dir=" + str(workspaces),
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
    return command, dict(os.environ, JUPYTER_TOKEN=token)


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


def become(command, environment):
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
