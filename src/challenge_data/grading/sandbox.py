"""The isolated place where teams' code runs, seen from outside: bubblewrap around a process that forks warm kernels.

What a kernel can reach is what is bound here, read-only: Python, its libraries, the course's datasets. Neither network, nor home, nor the
gradebook, nor the masters, nor another submission. See ``nursery.py`` for what happens inside.
"""

import atexit
import contextlib
import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import tempfile
import threading
from dataclasses import asdict, dataclass
from pathlib import Path

from challenge_data import course
from challenge_data.grading import nursery

READY_SECONDS = 60
END_SECONDS = 2
REMEDIES = ("What may forbid it: Ubuntu 24.04 and later (sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0), older Debian "
            "(sudo sysctl -w kernel.unprivileged_userns_clone=1), a machine where user.max_user_namespaces is 0 or used up, a container "
            "(start it with --cap-add SYS_ADMIN --security-opt seccomp=unconfined --security-opt apparmor=unconfined)")
"""bubblewrap says what failed, seldom why."""
_SCRATCH = "cdg-"
_FIRST_USER = 2**17
"""Where root grades, kernels are users without a name: a thousand numbers for each process that has a nursery, none of them the system's."""


@dataclass(frozen=True)
class Limits:
    """What one notebook's kernel may take."""

    memory: int = 3 * 1024**3
    """Bytes of address space of one process; our heaviest notebook asks for half of it."""
    together: int = 2 * 1024**3
    """Bytes of memory that a kernel and all it started hold; looked at every quarter of a second."""
    disk: int = 200 * 1024**2
    """Bytes written to its work folder, as many to /tmp and to /dev/shm; all three are memory."""
    processes: int = 200
    """Processes and threads, a kernel."""
    seconds: int = 300
    """Of processor time."""


class CannotIsolate(Exception):
    """This machine does not let a process be put apart: teams' code must not run here."""


class NurseryGone(RuntimeError):
    """The process that holds the kernels was ended, which is nobody's work's fault: run again."""


def check(home: Path) -> None:
    """See that bubblewrap closes the place here, without waiting for the libraries.

    Raises:
        CannotIsolate: as :class:`Nursery`.
    """
    program = _bubblewrap()
    with tempfile.TemporaryDirectory(prefix="cd-check-") as folder:
        tried = subprocess.run([program, *_walls(home, Path(folder), Limits()), sys.executable, "-I", "-S", "-c", "pass"], env={}, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if tried.returncode:
        raise _refused(tried.stderr[-500:].strip())


def _bubblewrap() -> str:
    program = shutil.which("bwrap")
    if program is None:
        raise CannotIsolate("bubblewrap is not installed: sudo apt install bubblewrap (Debian, Ubuntu), or run where it is")
    return program


def _refused(why: str) -> CannotIsolate:
    return CannotIsolate(f"bubblewrap could not close the place: {why or 'no reason given'}. {REMEDIES}")


class Nursery:
    """Warm kernels, each apart from all. One a worker process; used as a context.

    Raises:
        CannotIsolate: on entering, when bubblewrap is missing or refused; the sentence says what to install or allow.
    """

    def __init__(self, home: Path | None = None, limits: Limits = Limits()) -> None:
        self._home, self._limits = home or course.root(), limits
        self._lock, self._told = threading.Lock(), threading.Condition()
        self._ended: dict[str, tuple[int, str]] = {}
        self._count = 0

    def __enter__(self) -> "Nursery":
        program = _bubblewrap()
        self._folder, self._ours = scratch(_SCRATCH)
        self._outside, inside = socket.socketpair()
        self._said = tempfile.TemporaryFile("w+", prefix="cdg-")
        command = [program, *_walls(self._home, self._folder, self._limits), sys.executable, "-P", "-s", "-m", nursery.__name__, str(inside.fileno())]
        self._process = subprocess.Popen(command, env={}, pass_fds=[inside.fileno()], stdin=subprocess.DEVNULL,
                                         stdout=self._said, stderr=self._said, start_new_session=True)
        inside.close()
        self._outside.settimeout(READY_SECONDS)
        self._answers = self._outside.makefile("r", encoding="utf-8")
        try:
            line = self._answers.readline()
        except OSError:
            line = ""
        if not line:
            why = self._words()
            self.__exit__()
            raise _refused(why)
        self._outside.settimeout(None)
        threading.Thread(target=self._listen, daemon=True).start()
        return self

    def __exit__(self, *_error) -> None:
        # Asked first: of what is killed, nobody can count the processor time.
        with contextlib.suppress(OSError):
            self._outside.shutdown(socket.SHUT_RDWR)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(END_SECONDS)
        self._process.kill()
        self._process.wait()
        self._outside.close()
        self._said.close()
        shutil.rmtree(self._folder, ignore_errors=True)
        if self._ours is not None:
            os.close(self._ours)
            self._ours = None

    @property
    def pid(self) -> int:
        """Of the process that holds all kernels; when it ends, they all do."""
        return self._process.pid

    @property
    def gone(self) -> bool:
        """True once that process has ended, which no kernel can bring about: no memory left, or killed from outside."""
        return self._process.poll() is not None

    def start(self, connection: dict) -> tuple[str, dict]:
        """Fork a kernel.

        Args:
            connection: as jupyter_client writes it, keys and port numbers; transport and address are ours.

        Returns:
            The kernel's name here, and the connection by which the outside reaches it.

        Raises:
            NurseryGone: see :attr:`gone`.
        """
        with self._lock:
            self._count += 1
            name = f"k{self._count}"
            folder = self._folder / name
            folder.mkdir()
            os.chmod(folder, 0o777)  # nobody makes its sockets there; the folder above is ours alone
            self._send(start=name, connection=connection | {"transport": "ipc", "ip": str(nursery.OWN / "s")})
        return name, connection | {"transport": "ipc", "ip": str(folder / "s")}

    def signal(self, name: str, number: int) -> None:
        """Signal a kernel; SIGKILL ends it with all that it started."""
        with self._lock, contextlib.suppress(NurseryGone):  # its kernels went with it
            self._send(signal=number, to=name)

    def ended(self, name: str, timeout: float = 0.0) -> int | None:
        """The status with which a kernel ended; None while it runs, after waiting ``timeout`` seconds."""
        with self._told:
            self._told.wait_for(lambda: name in self._ended or self.gone, timeout)
            return self._ended[name][0] if name in self._ended else -signal.SIGKILL if self.gone else None

    def why(self, name: str) -> str:
        """Why the nursery itself ended a kernel: ``memory``, ``disk``; empty when it did not."""
        with self._told:
            return self._ended.get(name, (0, ""))[1]

    def forget(self, name: str) -> None:
        """Take away the sockets of a kernel that ended."""
        shutil.rmtree(self._folder / name, ignore_errors=True)

    def _send(self, **what) -> None:
        try:
            self._outside.sendall(json.dumps(what).encode() + b"\n")
        except OSError as error:
            raise NurseryGone from error

    def _listen(self) -> None:
        for line in self._answers:
            told = json.loads(line)
            if name := told.get("ended"):
                with self._told:
                    self._ended[name] = told["status"], told["why"]
                    self._told.notify_all()
        # It says nothing more: it is ending, and whoever waits for one of its kernels need not wait any longer.
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(END_SECONDS)
        with self._told:
            self._told.notify_all()

    def _words(self) -> str:
        self._said.seek(0)
        return self._said.read()[-500:].strip()


_here: dict[int, Nursery] = {}


def nursery_here() -> Nursery:
    """This process's nursery, started at the first call; it ends with the process.

    Raises:
        CannotIsolate: see :class:`Nursery`.
    """
    # A forked worker must not speak to its parent's.
    if (old := _here.get(os.getpid())) and old.gone:
        atexit.unregister(old.__exit__)
        _here.pop(os.getpid()).__exit__()
    if os.getpid() not in _here:
        _here[os.getpid()] = Nursery().__enter__()
        atexit.register(_here[os.getpid()].__exit__)
    return _here[os.getpid()]


def scratch(prefix: str) -> tuple[Path, int]:
    """A private temporary folder, and the open file that holds it for as long as this process lives; those of processes that were killed are taken away."""
    for left in Path(tempfile.gettempdir()).glob(f"{prefix}*"):
        with contextlib.suppress(OSError):  # another user's, or held
            handle = os.open(left, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(left, ignore_errors=True)
            finally:
                os.close(handle)
    while True:
        folder = Path(tempfile.mkdtemp(prefix=prefix))
        with contextlib.suppress(FileNotFoundError):
            handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            fcntl.flock(handle, fcntl.LOCK_EX)
            # Another process may have taken it away before it was held.
            if folder.exists():
                return folder, handle
            os.close(handle)


def _walls(home: Path, sockets: Path, limits: Limits) -> list[str]:
    """bubblewrap's options: what is there, and nothing else."""
    root = os.getuid() == 0
    options = ["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try",
               "--die-with-parent", "--new-session", "--clearenv", "--cap-add", "ALL"]
    if not root:  # root needs no user namespace, and becomes a real nobody; others look like one
        options += ["--unshare-user", "--uid", str(nursery.NOBODY), "--gid", str(nursery.NOBODY)]
    options += [*system_folders(), "--perms", "0755", "--dir", "/etc"]
    for name in ("fonts", "ld.so.cache", "ld.so.conf", "localtime", "passwd", "group", "alternatives"):
        options += ["--ro-bind-try", f"/etc/{name}", f"/etc/{name}"]
    # A disk in memory that is the nursery's own; each kernel lays another over it.
    options += ["--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp", *above(nursery.WORK), "--tmpfs", str(nursery.WORK)]
    code = python_and_package()
    for path in code:
        options += bound(path, path)
    options += ["--perms", "0755", "--dir", "/run", "--bind", str(sockets), str(nursery.KERNELS), "--perms", "0755", "--dir", str(nursery.OWN)]
    options += bound(home / "datasets", Path("/cours/datasets"))
    if (home / "datasets" / "recipes").is_dir():  # they know the truth
        options += ["--tmpfs", "/cours/datasets/recipes"]
    # What bubblewrap laid out is in memory that all kernels share: a normal user's could leave something there for the next.
    options += ["--remount-ro", "/", "--remount-ro", "/dev", "--remount-ro", "/tmp"]
    # A course that someone tries out under /tmp would be hidden by a kernel's own.
    own_tmp = not any(path.is_relative_to("/tmp") for path in code)
    environment = {"PATH": f"{sys.prefix}/bin:/usr/bin:/bin", "HOME": str(nursery.WORK), "LANG": "C.UTF-8", "PYTHONPATH": str(code[-1].parent), "PYTHONDONTWRITEBYTECODE": "1",
                   "MPLBACKEND": "module://matplotlib_inline.backend_inline", "CHALLENGE_DATA_HOME": "/cours", "MPLCONFIGDIR": str(nursery.WORK / "mpl"),
                   "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "CHALLENGE_DATA_LIMITS": json.dumps(asdict(limits) | {"user": _FIRST_USER + 1000 * os.getpid(), "own_tmp": own_tmp})}
    for name, value in environment.items():
        options += ["--setenv", name, value]
    return options


def system_folders() -> list[str]:
    """bubblewrap's options for the system's programs and libraries, read-only, as they are laid out here."""
    options = []
    for name in ("usr", "bin", "lib", "lib64", "sbin"):
        path = Path("/", name)
        if path.is_symlink():
            options += ["--symlink", os.readlink(path), str(path)]
        elif path.exists():
            options += ["--ro-bind", str(path), str(path)]
    return options


def python_and_package() -> list[Path]:
    """Python, its libraries and our package, last, which stand inside where they stand outside; what is under /usr is there already."""
    places = (sys.base_prefix, sys.prefix, sysconfig.get_path("purelib"), sysconfig.get_path("platlib"))
    libraries = dict.fromkeys(Path(place).resolve() for place in places)
    return [*(path for path in libraries if not path.is_relative_to("/usr")), Path(__file__).resolve().parents[1]]


def bound(outside: Path, inside: Path) -> list[str]:
    """A folder bound read-only; the folders above it are made so that nobody may pass through them."""
    return [*above(inside), "--ro-bind", str(outside), str(inside)]


def above(inside: Path) -> list[str]:
    """The folders above one, made."""
    return [option for folder in reversed(inside.parents[:-1]) for option in ("--perms", "0755", "--dir", str(folder))]
