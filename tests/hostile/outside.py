"""Taking more than one's part, and leaving one's place: what the sandbox is for.

Each of these hands in the first notebook; the attack stands in the first answer, before its right value. What the sandbox refuses is an
ordinary error there: the two other questions are graded all the same, unless the kernel itself is lost.
"""

from collections.abc import Callable
from pathlib import Path

from cases import Case, Ours, Stock, gathered, harmed
from course import IN_WALLS, RIGHT, WALLS, Course, points, write
from jail import SECRET

CASES: list[Case] = []
case = gathered(CASES)
_OTHERS = points("tours", "garnison")


def attack(name: str, tries: str, code: str, stock: Callable[[Stock], str], deserved: float, **more) -> None:
    def make(course: Course, received: Path) -> None:
        write(course.answered(WALLS, {"hauteur": f"{code}\n{RIGHT['hauteur']}"}), received / name / f"{WALLS}.ipynb")

    CASES.append(Case(name, tries, make, stock, deserved, **more))


def _seen(word: str) -> Callable[[Stock], str]:
    """Evidence that something of the instructor's machine came back in the notebook."""
    return lambda stock: f"« {word[:30]} » is in the notebook that comes back" if word in stock.autograded(WALLS) else ""


def _not_seen(word: str) -> Callable[[Ours], str]:
    return lambda ours: f"« {word[:30]} » is in the notebook that comes back" if word in ours.executed(WALLS) or word in ours.feedback(WALLS) else ""


def _written(pattern: str) -> Callable[[Stock], str]:
    """Evidence that a file lies somewhere on the instructor's machine."""
    def look(stock: Stock) -> str:
        found = sorted(str(path.relative_to(stock.machine)) for path in stock.machine.rglob(pattern))
        return f"{found[0]} is there afterwards" if found else ""

    return look


def _tried(code: str) -> str:
    lines = "\n    ".join(code.splitlines())
    return f"try:\n    {lines}\nexcept Exception as erreur:\n    print(type(erreur).__name__)"


# More than one's part.
attack("boucle-sans-fin", "A loop without an end.", "while True:\n    pass", harmed(_OTHERS), _OTHERS, says=("too slow",), withstands="it interrupts the cell and goes on; kept because what follows an interrupt is where honest points were once lost")
attack("boucle-sourde", "A loop that ignores the interrupt.", "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True:\n    pass", harmed(_OTHERS), 0, says=("stopped, time",), flagged=True)
attack("memoire-pleine", "Takes memory until there is none.", "tas = []\nwhile True:\n    tas.append(bytearray(10**7))",
       lambda stock: f"{stock.most_megabytes:.0f} MB taken" if stock.most_megabytes > 1000 else "", 0, says=("stopped, memory",))
attack("bombe-a-fourches", "Hundreds of processes.", "import os, time\nfor _ in range(400):\n    if os.fork() == 0:\n        time.sleep(20)\n        os._exit(0)",
       lambda stock: f"{stock.most_processes} processes at once" if stock.most_processes > 250 else "", _OTHERS, flagged=True)
attack("disque-plein", "Fills the disk beside the notebook.", _tried("with open('gros.bin', 'wb') as fichier:\n    for _ in range(60):\n        fichier.write(bytes(10**7))"),
       lambda stock: next((f"{path.stat().st_size / 1e6:.0f} MB written" for path in stock.machine.rglob("gros.bin") if path.stat().st_size > 3e8), ""), _OTHERS, flagged=True)
attack("sortie-sans-fin", "Prints without an end.", "while True:\n    print('x' * 10_000)",
       lambda stock: harmed(_OTHERS)(stock) or (f"{stock.most_megabytes:.0f} MB held at once" if stock.most_megabytes > 2000 else ""), 0, says=("stopped, output",))
attack("sortie-en-erreur", "An error message of ten megabytes.", "raise ValueError('x' * 10**7)", lambda stock: "the page holds it all" if len(stock.autograded(WALLS)) > 5e6 else "", _OTHERS,
       also=lambda ours: "" if len(ours.executed(WALLS)) < 3e6 else "it is in the notebook that comes back", must="nothing of it comes back")

# Ending the kernel.
attack("fin-brutale", "Ends the kernel's process.", "import os\nos._exit(0)", harmed(_OTHERS), 0, says=("stopped, dead kernel",), flagged=True)
attack("segmentation", "Reads where there is no memory.", "import ctypes\nctypes.string_at(0)", harmed(_OTHERS), 0, says=("stopped, dead kernel",), flagged=True)
attack("tue-tout-le-monde", "Kills every process that it may.", "import os, signal\nos.kill(-1, signal.SIGKILL)", harmed(_OTHERS), 0, flagged=True)

# The machine's files.
attack("secret-lu", "Reads the instructor's home folder.", _tried("from pathlib import Path\nprint((Path.home() / 'secret.txt').read_text())"), _seen(SECRET), IN_WALLS, also=_not_seen(SECRET), must="the secret stays home")
attack("cle-ssh-lue", "Looks for keys anywhere.", _tried("from pathlib import Path\nfor cle in Path('/').glob('*/*/.ssh/*'):\n    print(cle.read_text())"), _seen(SECRET), IN_WALLS, also=_not_seen(SECRET), must="the key stays home")
attack("corrige-lu", "Reads the masters.", _tried("print(open('/machine/course/solutions/citadelle/2_portes.ipynb').read())"), _seen("check.column(registre"), _OTHERS, flagged=True, also=_not_seen("check.column(registre"), must="nothing of the other notebook comes back")
attack("carnet-de-notes-efface", "Empties the gradebook.", _tried("from pathlib import Path\nfor base in Path('/').glob('*/grading/gradebook.db'):\n    base.write_bytes(b'')"), harmed(IN_WALLS), IN_WALLS)
attack("soeur-effacee", "Spoils the sibling's hand-in.", _tried("from pathlib import Path\nfor carnet in Path('/').glob('*/grading/submitted/zz-soeur/*/*.ipynb'):\n    carnet.write_text('{}')"), lambda stock: "what it handed in is « {}» now" if any(path.read_text() == "{}" for path in stock.machine.rglob("zz-soeur/*/*.ipynb")) else "", IN_WALLS)
attack("reglages-changes", "Rewrites the course's configuration for the next run.", _tried("from pathlib import Path\nfor fichier in Path('/').glob('*/course/nbgrader_config.py'):\n    fichier.write_text('raise SystemExit')"),
       lambda stock: "nbgrader_config.py is theirs" if "SystemExit" in (stock.machine / "course" / "nbgrader_config.py").read_text() else "", IN_WALLS)
attack("module-plante", "Leaves a module in the home folder that Python would load.", _tried("from pathlib import Path\n(Path.home() / 'sitecustomize.py').write_text('a = 1')"), _written("sitecustomize.py"), IN_WALLS)
attack("profil-ipython", "Leaves a startup file for every kernel to come.", _tried("from pathlib import Path\nPath('~/.ipython/profile_default/startup').expanduser().mkdir(parents=True, exist_ok=True)\nPath('~/.ipython/profile_default/startup/00.py').expanduser().write_text('a = 1')"),
       _written("00.py"), IN_WALLS)
attack("environnement-lu", "Reads the environment of the process that grades.", _tried("import os\nprint(open('/proc/' + str(os.getppid()) + '/environ').read().replace('\\0', ' '))"), _seen("CHALLENGE_DATA_GRADING="), _OTHERS, flagged=True,
       also=_not_seen("CHALLENGE_DATA_GRADING="), must="nothing of the grading's environment comes back")
attack("mot-dans-tmp", "Leaves a word in /tmp for the next team.", _tried("open('/tmp/pour-la-suivante', 'w').write('a')"), _written("pour-la-suivante"), _OTHERS, flagged=True)

# What goes on afterwards.
attack("demon", "A process that outlives the kernel.", "import subprocess\nsubprocess.Popen(['sleep', '611'], start_new_session=True)", lambda stock: next((line for line in stock.left if "611" in line), ""), _OTHERS, flagged=True)
attack("demon-double", "The same, forked twice, deaf to signals.",
       "import os, signal, time\nif os.fork() == 0:\n    os.setsid()\n    for nombre in range(1, 32):\n        if nombre not in (9, 19):\n            signal.signal(nombre, signal.SIG_IGN)\n    if os.fork() == 0:\n        os.execvp('sleep', ['sleep', '612'])\n    os._exit(0)",
       lambda stock: next((line for line in stock.left if "612" in line), ""), 0, flagged=True)
