"""Makes ``.venv`` from the hashed locks, once, and knows when it is still good.

Same restrictions as ``lab.py``: standard library only, syntax readable by Python 3.6.

What was installed is written in ``.venv/challenge-data.json``. Nothing is done while it agrees with the locks,
``pyproject.toml``, ``share/``, the folder and the Python; an installation that was cut short is made again.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
STATE = VENV / "challenge-data.json"
LOG = VENV / "installation.log"

OLDEST, NEWEST = (3, 11), (3, 14)
LOCKS = {"lab": "requirements.lock", "dev": "requirements-dev.lock"}
# Gigabytes on disk: the environment, and the archives while pip unpacks them.
ROOM = {"lab": 1.6, "dev": 2.2}


class Stop(Exception):
    """The command cannot go on. The message is one French sentence: what to install or do."""


def prepare(profile):
    """Make the environment if needed; give back the path of its Python.

    Args:
        profile: ``"lab"`` for learners, ``"dev"`` for learners' packages and the developers' tools.

    Raises:
        Stop: something is missing; the message says what to do.
    """
    if not (ROOT / LOCKS[profile]).is_file():
        raise Stop("Il manque le fichier {} : téléchargez de nouveau le dossier du cours. L'édition des équipes n'a pas d'outils de "
                   "développement : --dev n'y sert pas.".format(ROOT / LOCKS[profile]))
    state = _read_state()
    if not _is_sound(state):
        _make_venv(profile)
        state = _read_state()
    wanted = _digest(ROOT / LOCKS[profile])
    if state.get(profile) != wanted:
        _install_lock(profile)
        # The developers' lock holds the learners' one; the learners' one says nothing of the other.
        covered = ("lab", "dev") if profile == "dev" else ("lab",)
        state = {name: _digest(ROOT / LOCKS[name]) for name in covered}
        _write_state(state)
    package = _digest(ROOT / "pyproject.toml", *sorted(path for path in (ROOT / "share").rglob("*") if path.is_file()))
    if state.get("package") != package:
        _install_package()
        _write_state(dict(state, package=package))
    return str(venv_python())


def venv_python():
    """The environment's Python, whether it exists or not."""
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def is_recent(version):
    """True for a ``sys.version_info`` that the workshop runs on."""
    return tuple(version[:2]) >= OLDEST


def choose_python():
    """Path of a Python that can make the environment: this one, or else another one of this machine.

    Raises:
        Stop: none is recent enough, or none can make environments.
    """
    # Seen from inside an environment (perhaps the one about to be remade), the Python it was made from.
    here = getattr(sys, "_base_executable", None) or sys.executable
    if is_recent(sys.version_info) and _can_make_venv(here):
        return here
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        found = shutil.which("python3.%d" % minor)
        if found and _can_make_venv(found):
            return found
    if is_recent(sys.version_info):
        raise Stop(
            "Il manque à Python {0}.{1} de quoi créer un environnement (le module venv) : sous Debian ou Ubuntu, "
            "tapez « sudo apt install python3-venv » (ou python{0}.{1}-venv), puis relancez la commande ; ailleurs, "
            "réinstallez Python depuis python.org.".format(*sys.version_info[:2])
        )
    raise Stop(
        "Python 3.11 ou plus récent est nécessaire, et celui-ci est un Python {}.{} : installez-en un plus récent "
        "(python.org, ou « sudo apt install python3 python3-venv » sous Debian et Ubuntu), puis relancez la "
        "commande.".format(*sys.version_info[:2])
    )


def _can_make_venv(python):
    # Run, not looked up: a version manager may announce a Python that does not answer.
    probe = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))"
    try:
        return subprocess.call([python, "-c", probe], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


def _is_sound(state):
    """True if ``.venv`` can be used or completed as it is."""
    python = venv_python()
    if not python.exists() or state.get("whole") is False:
        return False
    if "root" in state:
        # An environment does not survive a folder that was renamed, nor a Python that was replaced.
        return state["root"] == str(ROOT) and state["base"] == _base()
    # Made by hand: kept, if it can serve.
    probe = "import sys, pip; sys.exit(sys.version_info < (3, 11))"
    return subprocess.call([str(python), "-c", probe], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0


def _base():
    """Which Python the environment was made from; an empty text if that one is gone."""
    try:
        settings = dict(
            (part.strip() for part in line.split("=", 1))
            for line in (VENV / "pyvenv.cfg").read_text(encoding="utf-8").splitlines() if "=" in line
        )
    except OSError:
        return ""
    home = settings.get("home", "")
    return "{} {}".format(os.path.realpath(str(venv_python())), home) if os.path.isdir(home) else ""


def _make_venv(profile):
    if os.pathsep in str(ROOT):
        raise Stop("Le chemin {} contient « {} », ce que Python n'accepte pas ici : renommez le dossier, puis relancez la commande.".format(ROOT, os.pathsep))
    python = choose_python()
    free = shutil.disk_usage(str(ROOT)).free / 1e9
    if free < ROOM[profile]:
        raise Stop(
            "Il ne reste que {} Go sur le disque qui contient {}, et l'installation en demande {} : "
            "libérez de la place, puis relancez la commande.".format(_french(free), ROOT, _french(ROOM[profile]))
        )
    print("Première installation : comptez deux à cinq minutes et 300 Mo à télécharger. Les fois suivantes seront immédiates.", flush=True)
    if VENV.exists():
        shutil.rmtree(str(VENV))
    VENV.mkdir()
    _write_state({"whole": False})
    _call([python, "-m", "venv", str(VENV)])


def _install_lock(profile):
    lock = ROOT / LOCKS[profile]
    # One package comes as source only. It is built with the locked setuptools, not with that of the day.
    first = VENV / "setuptools.lock"
    first.write_text(_locked(lock, "setuptools"), encoding="utf-8")
    _pip(["--require-hashes", "--no-deps", "-r", str(first)])
    _pip(["--require-hashes", "--no-build-isolation", "-r", str(lock)], total=len(re.findall(r"^\S+==", lock.read_text(encoding="utf-8"), re.M)))


def _install_package():
    # A second step: pip refuses an editable beside hashes. Everything it needs is there, the network is not asked.
    _pip(["--no-deps", "--no-build-isolation", "--no-index", "--editable", str(ROOT)])
    if not _imports():
        # Python before 3.13 reads .pth files in the system's encoding, and pip writes UTF-8: on Windows that
        # loses folders with an accent.
        import locale

        for path in VENV.rglob("*challenge_data.pth"):
            path.write_text(path.read_text(encoding="utf-8"), encoding=locale.getpreferredencoding(False))
        if not _imports():
            raise Stop(
                "Python ne retrouve pas le dossier du cours ({}) : donnez-lui un nom sans accent ni caractère "
                "particulier, puis relancez la commande.".format(ROOT)
            )


def _imports():
    return subprocess.call([str(venv_python()), "-I", "-c", "import challenge_data"], stderr=subprocess.DEVNULL) == 0


def _locked(lock, name):
    """The lines of one package in a lock, with its hashes."""
    block = re.search(r"^{}==.*\n(?:    .*\n)*".format(re.escape(name)), lock.read_text(encoding="utf-8"), re.M)
    return block.group(0)


def _pip(arguments, total=0):
    command = [str(venv_python()), "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--progress-bar=off"]
    # Without a retry pip would not tell a network that is not there from a package that does not exist.
    command.append("--retries=3")
    _call(command + arguments, total)


def _call(command, total=0):
    """Run an installing command: its words go to the log, its progress to the screen, its failure into a sentence."""
    # Archives are unpacked beside the environment: /tmp is often small.
    scratch = VENV / "tmp"
    scratch.mkdir(exist_ok=True)
    environment = dict(os.environ, TMPDIR=str(scratch), PYTHONUNBUFFERED="1", PYTHONIOENCODING="utf-8")
    environment.pop("PYTHONHOME", None)
    live = sys.stdout.isatty()
    said, seen = [], 0
    with open(str(LOG), "a", encoding="utf-8") as log:
        process = subprocess.Popen(
            command, env=environment, cwd=str(ROOT), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL, universal_newlines=True, encoding="utf-8", errors="replace",
        )
        try:
            for line in process.stdout:
                log.write(line)
                said.append(line)
                if line.startswith(("Collecting ", "Processing ", "Ignoring ", "Requirement already satisfied")) and total:
                    seen += 1
                    if live:
                        print("\r  {} paquets sur {}".format(seen, total), end="", flush=True)
                elif line.startswith("Installing collected packages"):
                    # From here on the environment is neither the old one nor the new one.
                    _write_state({"whole": False})
                    if total:
                        print("\r  Mise en place des paquets…" + " " * 10, flush=True)
            failed = process.wait() != 0
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
    shutil.rmtree(str(scratch), ignore_errors=True)
    if failed:
        raise Stop(explain("".join(said)))


# What an installer says, and what to do about it. The first line that fits is used.
_CAUSES = [
    (r"No space left on device|Errno 28\b|Disk quota exceeded|WinError 112|not enough space",
     "Le disque est plein : libérez environ 2 Go là où se trouve {root} (et dans votre dossier personnel), puis relancez la commande."),
    (r"Windows Long Path",
     "Le chemin {root} est trop long pour Windows : placez le dossier du cours plus haut, par exemple C:\\cours, puis relancez la commande."),
    (r"CERTIFICATE_VERIFY_FAILED|SSLCertVerificationError",
     "Le réseau intercepte les connexions sécurisées, et Python les refuse : changez de réseau, ou demandez à votre service "
     "informatique le certificat à indiquer dans la variable PIP_CERT, puis relancez la commande."),
    (r"DO NOT MATCH THE HASHES",
     "Un paquet reçu n'est pas celui qui est attendu, il n'a donc pas été installé : relancez la commande, si possible depuis un autre réseau ; "
     "si cela recommence, prévenez la personne qui anime l'atelier."),
    (r"Failed to establish a new connection|[Nn]ame resolution|NameResolutionError|Network is unreachable|Connection ?Error|ConnectTimeout|"
     r"Read ?Timeout|ReadTimeoutError|timed out|ProxyError|Cannot connect to proxy|RemoteDisconnected|Connection (?:refused|reset|broken|aborted)|getaddrinfo failed",
     "Le réseau ne répond pas, et il en faut un pour installer les paquets : vérifiez la connexion (ou le proxy de votre établissement), "
     "puis relancez la commande."),
    (r"ensurepip is not available|No module named '?ensurepip",
     "Il manque à Python de quoi créer un environnement : sous Debian ou Ubuntu, tapez « sudo apt install python3-venv », puis relancez la commande."),
    (r"Permission denied|Access is denied|Accès refusé|Errno 13\b|Errno 1\b|Read-only file system|WinError (?:5|32)\b|being used by another process",
     "Un fichier de {root} est verrouillé ou protégé en écriture : fermez JupyterLab et les fenêtres ouvertes sur ce dossier, vérifiez qu'il vous "
     "appartient, puis relancez la commande."),
    (r"Failed building wheel|Failed to build|subprocess-exited-with-error|Could not find a version|No matching distribution",
     "Un paquet n'existe pas pour ce Python ou pour cet ordinateur : installez un Python entre 3.11 et 3.14 en version 64 bits, "
     "supprimez le dossier {venv}, puis relancez la commande."),
]


def explain(said):
    """One French sentence for what an installer printed before it failed."""
    for pattern, sentence in _CAUSES:
        if re.search(pattern, said):
            return sentence.format(root=ROOT, venv=VENV)
    errors = [line for line in said.splitlines() if "rror" in line] or said.splitlines() or ["aucun message"]
    return "L'installation s'est arrêtée ({}) : relancez la commande ; si cela recommence, montrez le fichier {} à la personne qui anime l'atelier.".format(
        errors[-1].strip(), LOG)


def _digest(*paths):
    total = hashlib.sha256()
    for path in paths:
        total.update(path.read_bytes())
    return total.hexdigest()


def _read_state():
    try:
        return json.loads(STATE.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError:
        return {"whole": False}


def _write_state(state):
    draft = STATE.with_suffix(".tmp")
    draft.write_text(json.dumps(dict(state, root=str(ROOT), base=_base())), encoding="utf-8")
    # Replaced in one go: a power cut leaves the old state or the new one.
    draft.replace(STATE)


def _french(number):
    return "{:.1f}".format(number).replace(".", ",")
