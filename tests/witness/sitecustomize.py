"""Says which line of Python tried to leave the machine. Python imports this by itself when it starts.

Only for the message: what decides is the kernel's count (see ``offline.py``), which no program escapes.
"""

import os
import sys

_FILE = os.environ.get("CHALLENGE_DATA_WITNESS")
_PLACES = {"socket.connect": 1, "socket.sendto": 1, "socket.getaddrinfo": 0, "socket.gethostbyname": 0}
_LIBRARIES = (f"{os.sep}site-packages{os.sep}", os.path.dirname(os.__file__) + os.sep, "<frozen")


def _stays_here(host: object) -> bool:
    if isinstance(host, bytes):
        host = host.decode(errors="replace")
    return host in (None, "", "localhost", "0.0.0.0", "::", "::1") or str(host).startswith("127.")


def _caller() -> str:
    frame = here = sys._getframe(2)
    while frame and any(part in frame.f_code.co_filename for part in _LIBRARIES):
        frame = frame.f_back
    frame = frame or here
    return f"{frame.f_code.co_filename}:{frame.f_lineno}"


def _hear(event: str, arguments: tuple) -> None:
    if event not in _PLACES:
        return
    place = arguments[_PLACES[event]]
    host = place[0] if isinstance(place, tuple) else place
    # A text address of a Unix socket stays on the machine.
    if (event in ("socket.connect", "socket.sendto") and not isinstance(place, tuple)) or _stays_here(host):
        return
    with open(_FILE, "a", encoding="utf-8") as file:
        file.write(f"{event.removeprefix('socket.')} {place!r} from {_caller()}\n")


if _FILE:
    sys.addaudithook(_hear)
