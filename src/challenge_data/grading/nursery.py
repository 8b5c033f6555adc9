"""Inside the isolated place: libraries imported once, then a fork for each kernel, more isolated still.

Run by ``sandbox.py`` under bubblewrap, without network or the host's files. Each kernel is a fork of this process, put after the
fork in namespaces of its own: it sees one process, an empty disk, its own socket. It becomes nobody and loses every capability before
the first line of a team's code. Nothing here is trusted once a kernel has started: what it says is data.

Commands and answers are JSON lines over one socket: ``{"start": name, "connection": {…}}`` -> ``{"started": name}``;
``{"signal": number, "to": name}``; ``{"ended": name, "status": n, "why": word}`` whenever a kernel ends.
"""

import contextlib
import ctypes
import fcntl
import gc
import json
import os
import resource
import select
import signal
import socket
import struct
import sys
import time
from pathlib import Path

from challenge_data.grading import weighing

KERNELS = Path("/run/kernels")
"""One folder a kernel, shared with the outside: its sockets."""
OWN = Path("/run/own")
"""Where a kernel sees its own folder, and no other's."""
WORK = Path("/home/equipe")
"""The only place where a kernel writes, in memory, besides /tmp."""
NOBODY = 65534
WATCH_SECONDS = 0.25
"""Between two looks at what kernels take: a program fills memory at some GB a second."""
MEMORY, DISK = "memory", "disk"
"""Why a kernel was ended from here."""

_LIBC = ctypes.CDLL(None, use_errno=True)
# linux/sched.h, sys/mount.h, linux/prctl.h
_NEWNS, _NEWUTS, _NEWIPC, _NEWUSER, _NEWPID, _NEWNET = 0x00020000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000
_RDONLY, _NOSUID, _NODEV, _NOEXEC, _BIND, _REC, _PRIVATE = 1, 2, 4, 8, 4096, 16384, 1 << 18
_SET_PDEATHSIG, _SET_NO_NEW_PRIVS, _CAPBSET_DROP = 1, 38, 24
_LAST_CAPABILITY = 40
_SIOCSIFFLAGS, _UP_AND_RUNNING = 0x8914, 0x1 | 0x40  # linux/sockios.h, linux/if.h


def main(control: int) -> None:
    """Serve until the other end of the socket goes away."""
    limits = json.loads(os.environ.pop("CHALLENGE_DATA_LIMITS"))
    # What kernels and notebooks ask for, at their start or later: seen by comparing sys.modules before and after.
    import geopandas  # noqa: F401
    import ipykernel.debugger  # noqa: F401
    import ipykernel.kernelapp  # noqa: F401
    import ipykernel.zmqshell  # noqa: F401
    import IPython.core.completerlib  # noqa: F401
    import IPython.core.debugger  # noqa: F401
    import IPython.core.historyapp  # noqa: F401
    import IPython.core.oinspect  # noqa: F401
    import IPython.extensions.storemagic  # noqa: F401
    import ipywidgets  # noqa: F401
    import matplotlib.font_manager  # noqa: F401
    import matplotlib.pyplot  # noqa: F401
    import matplotlib_inline.backend_inline  # noqa: F401
    import openpyxl  # noqa: F401
    import pandas.plotting._matplotlib  # noqa: F401
    import PIL.Image
    import pyarrow.pandas_compat  # noqa: F401
    import pyogrio  # noqa: F401
    import tornado.platform.asyncio  # noqa: F401

    import challenge_data  # noqa: F401
    import challenge_data.checks  # noqa: F401
    import challenge_data.datasets  # noqa: F401
    import challenge_data.explanations  # noqa: F401

    PIL.Image.preinit()
    gc.collect()
    gc.freeze()  # shared pages stay shared
    outside = socket.socket(fileno=control)
    waker, wakened = socket.socketpair()
    waker.setblocking(False)
    signal.set_wakeup_fd(waker.fileno(), warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    _say(outside, ready=True)
    running: dict[int, str] = {}
    why: dict[int, str] = {}
    pending, next_look = b"", 0.0
    while True:
        readable, _, _ = select.select([outside, wakened], [], [], WATCH_SECONDS if running else None)
        if wakened in readable:
            wakened.recv(4096)
        for pid, status in _ended():
            _say(outside, ended=running.pop(pid, ""), status=status, why=why.pop(pid, ""))
        if time.monotonic() >= next_look:
            next_look = time.monotonic() + WATCH_SECONDS
            for pid, reason in _too_much(running, limits["together"]):
                why.setdefault(pid, reason)
                _signal(pid, signal.SIGKILL)
        if outside in readable:
            received = outside.recv(65536)
            if not received:
                os._exit(0)  # at once: there is nothing to put in order
            *lines, pending = (pending + received).split(b"\n")
            for line in lines:
                command = json.loads(line)
                if name := command.get("start"):
                    pid = os.fork()
                    if pid == 0:
                        limits["user"] += int(name[1:]) % 1000
                        signal.set_wakeup_fd(-1)
                        for each in (outside, waker, wakened):
                            each.close()
                        _become_a_kernel(name, command["connection"], limits)
                    running[pid] = name
                    _say(outside, started=name)
                for pid in [pid for pid, name in running.items() if name == command.get("to")]:
                    _signal(pid, command["signal"])


def _say(outside: socket.socket, **what) -> None:
    outside.sendall(json.dumps(what).encode() + b"\n")


def _too_much(running: dict[int, str], together: int) -> list[tuple[int, str]]:
    """(waiting process, reason) of each kernel that takes more than its part."""
    found = []
    for pid, family in weighing.families(running).items():
        with contextlib.suppress(OSError):  # it ended meanwhile
            if weighing.memory(family, together) > together:
                found.append((pid, MEMORY))
            elif weighing.strays(KERNELS / running[pid]):
                found.append((pid, DISK))
    return found


def _signal(waiting: int, number: int) -> None:
    """To the kernel, the only child of the process that waits for it: as the first of its world it takes all others along."""
    try:
        children = Path(f"/proc/{waiting}/task/{waiting}/children").read_text().split()
    except OSError:
        return
    for pid in children or [waiting] * (number == signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(pid), number)


def _ended() -> list[tuple[int, int]]:
    found = []
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return found
        if pid == 0:
            return found
        found.append((pid, status))


def _become_a_kernel(name: str, connection: dict, limits: dict) -> None:
    """In the fork: a second fork is the first process of its own world, this one only waits for it."""
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        _call("unshare", _NEWNS | _NEWPID | _NEWNET | _NEWIPC | _NEWUTS)
        inner = os.fork()
        if inner:
            _, status = os.waitpid(inner, 0)
            os._exit(os.waitstatus_to_exitcode(status) & 0xFF)
        _close_the_world(name, limits)
        _serve(connection, "/tmp" if limits["own_tmp"] else str(WORK))
    except BaseException as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
        os._exit(70)
    os._exit(0)


def _close_the_world(name: str, limits: dict) -> None:
    _mount("none", "/", None, _REC | _PRIVATE)
    _mount(str(KERNELS / name), str(OWN), None, _BIND)
    _mount("none", str(KERNELS), "tmpfs", _RDONLY | _NOSUID | _NODEV, "size=4k")
    _mount("proc", "/proc", "proc", _NOSUID | _NODEV | _NOEXEC)
    own = [WORK, Path("/dev/shm")] + [Path("/tmp")] * limits["own_tmp"]
    for place in own:
        if place.exists():
            _mount("none", str(place), "tmpfs", _NOSUID | _NODEV, f"size={limits['disk']},nr_inodes=10000,mode=0700,uid={limits['user'] if os.getuid() == 0 else NOBODY},gid={NOBODY}")
    socket.sethostname("notation")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:  # a notebook may speak to itself
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sh", b"lo", _UP_AND_RUNNING).ljust(40, b"\0"))
    # Memory that belongs to no process is in no count.
    for name in ("shmall", "shmmax", "msgmni"):
        with contextlib.suppress(OSError):
            Path("/proc/sys/kernel", name).write_text("0")
    Path("/proc/self/oom_score_adj").write_text("1000")
    os.chdir(WORK)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits["disk"], limits["disk"]))
    resource.setrlimit(resource.RLIMIT_AS, (limits["memory"], limits["memory"]))
    resource.setrlimit(resource.RLIMIT_CPU, (limits["seconds"], limits["seconds"] + 5))
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256))
    if os.getuid() == 0:
        _bound_to_nothing()
        # A number that no other kernel has: processes are counted by user.
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(*[limits["user"]] * 3)
    else:
        # Of one's own numbers there is one: a namespace for each kernel counts apart.
        _call("unshare", _NEWUSER)
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{NOBODY} {NOBODY} 1")
        Path("/proc/self/gid_map").write_text(f"{NOBODY} {NOBODY} 1")
        Path("/proc/sys/user/max_user_namespaces").write_text("0")
        _bound_to_nothing()
    # For one who is not root outside, becoming nobody took nothing away: capabilities are given up in words.
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    _call("capset", header, (ctypes.c_uint32 * 6)())
    _call("prctl", _SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    _call("prctl", _SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    resource.setrlimit(resource.RLIMIT_NPROC, (limits["processes"], limits["processes"]))


def _bound_to_nothing() -> None:
    for capability in range(_LAST_CAPABILITY + 1):
        _LIBC.prctl(_CAPBSET_DROP, capability, 0, 0, 0)


def _serve(connection: dict, temporary: str) -> None:
    import numpy as np
    from ipykernel.kernelapp import IPKernelApp

    np.random.seed()  # or all kernels would draw the same
    # What it writes there without asking IPython would grow a file of the machine.
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nowhere, standard)
    os.close(nowhere)
    file = WORK / ".connection.json"
    file.write_text(json.dumps(connection))
    os.environ |= {"HOME": str(WORK), "TMPDIR": temporary, "CHALLENGE_DATA_WORK": str(WORK / "travail"), "IPYTHONDIR": str(WORK / ".ipython"), "USER": "equipe"}
    kernel = IPKernelApp.instance()
    # No history kept on disk: nobody will read it.
    kernel.initialize(["-f", str(file), "--HistoryManager.enabled=False"])
    kernel.start()


def _mount(source: str, target: str, kind: str | None, flags: int, options: str | None = None) -> None:
    _call("mount", source.encode(), target.encode(), kind and kind.encode(), ctypes.c_ulong(flags), options and options.encode())


def _call(name: str, *arguments) -> None:
    """A call to the system.

    Raises:
        OSError: it is refused.
    """
    if getattr(_LIBC, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


if __name__ == "__main__":
    main(int(sys.argv[1]))
