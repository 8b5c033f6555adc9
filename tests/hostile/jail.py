"""The instructor's machine, disposable: a case and one honest sibling are graded on it by stock, and it is looked at afterwards.

bubblewrap around copies of the course and of a grading folder that nbgrader's own commands prepared: no network but its own loopback,
limits on processes, memory, file sizes and time (``inmate.py``), so that a bomb goes off there. What is on it besides: a secret in the
home folder, a service on the loopback, the gradebook, the masters, the sibling's work.
"""

import json
import os
import shutil
import stat
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from cases import SIBLING, Case, Stock
from course import CHALLENGE, IN_WALLS, PROJECT, WALLS, Course, write

from challenge_data.grading import sandbox

SECRET = "SECRET-7f3a"
CELL_SECONDS = 6
_HERE = Path(__file__).resolve().parent
_FIRST_USER = 61000


@dataclass(frozen=True)
class Template:
    """What every machine starts from."""

    course: Course
    grading: Path


def prepare(course: Course, teams: list[str], folder: Path) -> Template:
    """The grading folder as nbgrader's own commands leave it before the first hand-in, with the sibling's."""
    grading = folder / "notation"
    grading.mkdir(parents=True)
    roster = grading / "equipes.csv"
    roster.write_text("\n".join(["id", *(f'"{team}"'.replace("\n", " ") for team in [*teams, SIBLING])]), encoding="utf-8")
    for words in (["generate_assignment", CHALLENGE, "--force"], ["db", "student", "import", str(roster)]):
        done = subprocess.run([sys.executable, "-m", "nbgrader", *words], cwd=course.root, env=_environment(course.root, grading), capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"nbgrader {words[0]}: {done.stderr[-2000:]}")
    write(course.answered(WALLS), grading / "submitted" / SIBLING / CHALLENGE / f"{WALLS}.ipynb")
    return Template(course, grading)


def entry_of(case: Case, course: Course, folder: Path) -> str | None:
    """Make the case in a folder of its own; the entry's name, None where it made none."""
    folder.mkdir(parents=True)
    case.make(course, folder)
    return next(iter(sorted(os.listdir(folder))), None)


def team_of(entry: str) -> str:
    """As an instructor reads it."""
    for ending in (".tar.gz", ".tgz", ".tar", ".zip", ".ipynb", ".7z", ".rar"):
        if entry.endswith(ending):
            return entry[: -len(ending)]
    return entry


def by_stock(case: Case, template: Template, folder: Path, number: int) -> Stock:
    """Grade one case in a machine of its own, made in ``folder``.

    Args:
        number: tells this machine's user from those of others that run at the same time: limits on processes are a user's.
    """
    machine = folder / "machine"
    for name in ("home/.ssh", "tmp"):
        (machine / name).mkdir(parents=True)
    (machine / "home" / "secret.txt").write_text(SECRET)
    (machine / "home" / ".ssh" / "id_rsa").write_text(SECRET)
    shutil.copytree(template.course.root, machine / "course")
    settings = machine / "course" / "nbgrader_config.py"
    # The one setting of ours that cleans what teams wrote: stock is without it.
    with settings.open("a", encoding="utf-8") as file:
        file.write('\nc.pop("HTMLExporter", None)\n')
    shutil.copytree(template.grading, machine / "grading")
    entry = entry_of(case, template.course, machine / "received")
    team = team_of(entry) if entry else ""
    order = {"by": case.by, "entry": entry, "team": team, "as": f"{WALLS}.ipynb", "seconds": case.seconds, "cell_seconds": CELL_SECONDS}
    if os.getuid() == 0:
        _give(machine, _FIRST_USER + number)
    command = [*_walls(machine, number), sys.executable, "-I", str(_HERE / "inmate.py"), json.dumps(order)]
    try:
        subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=(folder / "stderr").open("wb"), timeout=case.seconds + 20, check=False)
    except subprocess.TimeoutExpired:
        pass
    log = _ends(machine / "log")
    try:
        said = json.loads((machine / "said.json").read_text())
    except (OSError, ValueError):
        said = {"code": None, "marks": {}, "left": [], "most_processes": 0, "most_megabytes": 0, "seconds": case.seconds}
        log += "\nTHE MACHINE ENDED BEFORE IT COULD SAY ANYTHING\n" + (folder / "stderr").read_text(errors="replace")[-2000:]
    return Stock(team, said["code"], log, said["marks"], machine, tuple(said["left"]), said["most_processes"], said["most_megabytes"], said["seconds"])


def unsound(template: Template, folder: Path) -> str:
    """Why a machine with the honest sibling alone does not give it its points: without them, « nobody is graded » proves nothing. Empty when it does."""
    alone = Case("temoin", "Nothing.", lambda course, received: None, None, 0)
    seen = by_stock(alone, template, folder, 0)
    clear(folder)
    return "" if seen.sibling == IN_WALLS else f"{seen.sibling} points instead of {IN_WALLS:g}, exit code {seen.code}\n{seen.log[-3000:]}"


def clear(folder: Path) -> None:
    """Take a machine away, whatever its folders' rights."""
    def allowed(function, path, _) -> None:
        os.chmod(Path(path).parent, stat.S_IRWXU)
        function(path)

    shutil.rmtree(folder, onerror=allowed)


def _environment(course: Path, grading: Path) -> dict[str, str]:
    own = str(Path(sys.executable).parent)
    return {"PATH": f"{own}:/usr/bin:/bin", "CHALLENGE_DATA_GRADING": str(grading), "CHALLENGE_DATA_HOME": str(course), "PYTHONPATH": str(PROJECT / "src"),
            "PYTHONDONTWRITEBYTECODE": "1", "LANG": "C.UTF-8", "HOME": str(grading), "CHALLENGE_DATA_WORK": str(grading.parent / "travail")}


def _give(folder: Path, user: int) -> None:
    os.chown(folder, user, user)
    for place, folders, names in os.walk(folder):
        for name in folders + names:
            os.chown(os.path.join(place, name), user, user, follow_symlinks=False)


def _walls(machine: Path, number: int) -> list[str]:
    options = ["bwrap", "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--die-with-parent", "--new-session", "--clearenv"]
    root = os.getuid() == 0
    options += ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"] if root else ["--unshare-user"]
    # The machine's own /tmp before the code: a checkout may stand there.
    options += [*sandbox.system_folders(), "--ro-bind", "/etc", "/etc", "--dev", "/dev", "--proc", "/proc",
                "--bind", str(machine), "/machine", "--bind", str(machine / "tmp"), "/tmp"]
    for path in [*sandbox.python_and_package(), PROJECT / "share", _HERE]:
        options += sandbox.bound(path, path)
    options += ["--chdir", "/machine"]
    for name, value in (_environment(Path("/machine/course"), Path("/machine/grading")) | {"HOME": "/machine/home", "CHALLENGE_DATA_WORK": "/machine/home/travail"}).items():
        options += ["--setenv", name, value]
    if root:
        user = str(_FIRST_USER + number)
        options += ["setpriv", "--reuid", user, "--regid", user, "--clear-groups", "--inh-caps", "-all", "--no-new-privs"]
    return options


def _ends(path: Path) -> str:
    try:
        with open(path, "rb") as file:
            size = os.fstat(file.fileno()).st_size
            first = file.read(100_000)
            file.seek(max(len(first), size - 100_000))
            return (first + file.read(100_000)).decode("utf-8", "replace")
    except OSError:
        return ""
