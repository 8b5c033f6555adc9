"""Runs a command with no way out of the machine, and tells every attempt to leave.

The command and all it starts live in a network namespace of their own, where only the loopback interface
exists. An attempt to reach anything else fails at once (« Network is unreachable »), and the Linux kernel counts
it (``OutNoRoutes`` in ``/proc/net/snmp`` and ``snmp6``: RFC 4293, ipSystemStatsOutNoRoutes), whatever the language
and whether or not the program caught the error. Name look-ups count too: inside, the only resolver is an address
reserved for documentation (RFC 5737). Python programs also say which line tried: see ``witness/sitecustomize.py``.

By hand: ``python tests/offline.py COMMAND …``
"""

import ctypes
import fcntl
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

WITNESS = Path(__file__).resolve().parent / "witness"
WITNESS_FILE = "CHALLENGE_DATA_WITNESS"

_RESOLVER = "nameserver 192.0.2.53\noptions timeout:1 attempts:1\n"
_NAME_SERVICE = "hosts: files dns\n"  # no local daemon: it would look names up from outside the namespace
_REFUSED = 125

# From <sched.h>, <sys/mount.h> and <linux/sockios.h>: Python 3.11 does not name them.
_NEWUSER, _NEWNET, _NEWNS = 0x10000000, 0x40000000, 0x00020000
_MS_BIND, _MS_REC, _MS_PRIVATE = 0x1000, 0x4000, 0x40000
_SIOCSIFFLAGS, _IFF_UP, _IFF_RUNNING = 0x8914, 0x1, 0x40


class CannotCutNetwork(Exception):
    """This machine does not allow network namespaces; the message says what to allow."""


@dataclass
class Outcome:
    """What became of a command."""

    returncode: int
    output: str
    attempts: int
    """How many packets tried to leave, as the kernel counted them."""
    callers: list[str] = field(default_factory=list)
    """Which lines of Python tried, and where to."""
    timed_out: bool = False


def run(command: list[str], *, cwd: Path, env: dict[str, str], timeout: float) -> Outcome:
    """Run a command offline and count what tried to leave.

    Args:
        env: the whole environment of the command. Proxies are taken out: one on this machine would hide attempts.
        timeout: seconds, after which the command is killed.

    Raises:
        CannotCutNetwork: never skipped in silence, since nothing would then be proved.
    """
    with tempfile.TemporaryDirectory(prefix="offline-") as folder:
        report, witnessed = Path(folder, "report.json"), Path(folder, "witness.txt")
        inside = {name: value for name, value in env.items() if not name.lower().endswith("_proxy")}
        inside[WITNESS_FILE] = str(witnessed)
        inside["PYTHONPATH"] = os.pathsep.join(filter(None, [str(WITNESS), inside.get("PYTHONPATH")]))
        process = subprocess.Popen(
            [sys.executable, str(Path(__file__).resolve()), "--report", str(report), *command],
            cwd=cwd, env=inside, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
        )
        try:
            output, timed_out = process.communicate(timeout=timeout)[0], False
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            output, timed_out = process.communicate()[0], True
        if process.returncode == _REFUSED and not report.exists():
            raise CannotCutNetwork(output.strip())
        attempts = json.loads(report.read_text())["attempts"] if report.exists() else 0
        callers = list(dict.fromkeys(witnessed.read_text().splitlines())) if witnessed.exists() else []
        return Outcome(process.returncode, output, attempts, callers, timed_out)


def enter() -> None:
    """Move this process, and all it will start, into a network namespace with nothing but loopback.

    Raises:
        CannotCutNetwork: the system refuses.
    """
    if not sys.platform.startswith("linux"):
        raise CannotCutNetwork("The network can only be cut on Linux: run these tests there, or in a Linux container.")
    user, group = os.getuid(), os.getgid()
    try:
        _unshare(_NEWNET | _NEWNS | (_NEWUSER if user else 0))
        if user:
            Path("/proc/self/setgroups").write_text("deny")
            Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
            Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
        with socket.socket() as any_socket:
            request = struct.pack("16sh", b"lo", _IFF_UP | _IFF_RUNNING).ljust(40, b"\0")
            fcntl.ioctl(any_socket, _SIOCSIFFLAGS, request)
        _mount("none", "/", _MS_REC | _MS_PRIVATE)
        with tempfile.TemporaryDirectory(prefix="offline-etc-") as folder:
            for file, text in (("/etc/resolv.conf", _RESOLVER), ("/etc/nsswitch.conf", _NAME_SERVICE)):
                ours = Path(folder, Path(file).name)
                ours.write_text(text)
                ours.chmod(0o644)
                _mount(str(ours), os.path.realpath(file), _MS_BIND)
    except OSError as error:
        raise CannotCutNetwork(
            f"This machine does not let the tests cut the network ({error}). Run them as root, or allow user namespaces: "
            "« sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0 » (Ubuntu), "
            "« sudo sysctl -w kernel.unprivileged_userns_clone=1 » (older Debian); in a container, start it with "
            "--cap-add SYS_ADMIN --security-opt seccomp=unconfined --security-opt apparmor=unconfined."
        ) from None


def attempts() -> int:
    """Packets that this namespace could send nowhere since it exists, IPv4 and IPv6."""
    names, values = (line.split() for line in Path("/proc/self/net/snmp").read_text().splitlines() if line.startswith("Ip:"))
    total = int(values[names.index("OutNoRoutes")])
    six = Path("/proc/self/net/snmp6")
    if six.exists():  # absent where the machine has no IPv6: nothing can leave by it
        total += int(dict(line.split() for line in six.read_text().splitlines())["Ip6OutNoRoutes"])
    return total


_libc = ctypes.CDLL(None, use_errno=True)


def _unshare(flags: int) -> None:
    if _libc.unshare(flags):
        raise OSError(ctypes.get_errno(), f"unshare: {os.strerror(ctypes.get_errno())}")


def _mount(source: str, target: str, flags: int) -> None:
    if _libc.mount(source.encode(), target.encode(), None, flags, None):
        raise OSError(ctypes.get_errno(), f"mount on {target}: {os.strerror(ctypes.get_errno())}")


def _main(arguments: list[str]) -> int:
    report = None
    if arguments[:1] == ["--report"]:
        report, arguments = Path(arguments[1]), arguments[2:]
    try:
        enter()
    except CannotCutNetwork as error:
        print(error, file=sys.stderr)
        return _REFUSED
    code = subprocess.call(arguments)
    if report:
        report.write_text(json.dumps({"attempts": attempts()}))
    else:
        print(f"{attempts()} attempt(s) to leave the machine.", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1:]))
