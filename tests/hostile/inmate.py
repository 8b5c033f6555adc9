"""Runs inside the jail, where it plays the instructor without protection: places what was handed in, calls nbgrader, says what is left.

One argument, JSON: see ``jail.py``. Writes ``/machine/said.json``.
"""

import http.server
import json
import os
import resource
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

MACHINE = Path("/machine")
GRADING = MACHINE / "grading"
MOST_LOG = 100_000


def main(order: dict) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    for name, most in {"NPROC": 300, "FSIZE": 1200 * 1024**2, "AS": 4 * 1024**3, "CORE": 0, "CPU": 120}.items():
        _, hard = resource.getrlimit(number := getattr(resource, f"RLIMIT_{name}"))
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(number, (most, most))
    _another_service()
    watch = _Watch()
    until = time.monotonic() + order["seconds"]
    commands = [["place"]] if order["entry"] else []
    if order["by"] != "unpack":
        commands.append([sys.executable, "-m", "nbgrader", "autograde", "citadelle", f"--ExecutePreprocessor.timeout={order['cell_seconds']}"])
    if order["by"] == "feedback":
        commands.append([sys.executable, "-m", "nbgrader", "generate_feedback", "citadelle"])
    if order["by"] == "export":
        commands.append([sys.executable, "-m", "nbgrader", "export", "--to", str(MACHINE / "grades.csv")])
    started, code = time.monotonic(), 0
    with open(MACHINE / "log", "wb") as log:
        for command in commands:
            if command == ["place"]:
                command = _placing(order)
            code = _called(command, log, until)
            if code is None or (code and command[0] == sys.executable and "unpack_archive" in command[-1]):
                break
    seconds = time.monotonic() - started
    left = _left()
    said = {"code": code, "seconds": seconds, "left": left, "most_processes": watch.processes, "most_megabytes": watch.megabytes, "marks": _marks()}
    draft = MACHINE / "said.draft"
    draft.write_text(json.dumps(said))
    draft.rename(MACHINE / "said.json")
    os.kill(-1, signal.SIGKILL)


def _placing(order: dict) -> list[str]:
    """As an instructor places an entry under nbgrader's folders: an archive unpacked, a folder copied, a notebook put under its name."""
    entry = MACHINE / "received" / order["entry"]
    target = GRADING / "submitted" / order["team"] / "citadelle"
    target.parent.mkdir(parents=True, exist_ok=True)
    if entry.name.endswith((".zip", ".tar.gz", ".tar", ".tgz", ".7z", ".rar")) and entry.is_file():
        target.mkdir()
        return [sys.executable, "-c", f"import shutil; shutil.unpack_archive({str(entry)!r}, {str(target)!r})"]
    if entry.is_dir():
        return ["cp", "-a", "--", str(entry), str(target)]
    target.mkdir()
    return ["cp", "-a", "--", str(entry), str(target / order["as"])]


def _called(command: list[str], log, until: float) -> int | None:
    process = subprocess.Popen(command, cwd=MACHINE / "course", stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        return process.wait(max(1, until - time.monotonic()))
    except subprocess.TimeoutExpired:
        process.kill()
        return None


def _processes() -> dict[int, tuple[str, int]]:
    """Process -> (command line, resident bytes), this one and the jail's first left aside."""
    found = {}
    for place in Path("/proc").glob("[0-9]*"):
        pid = int(place.name)
        if pid in (1, os.getpid()):
            continue
        try:
            words = (place / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace").strip()
            pages = int((place / "statm").read_text().split()[1])
            if (place / "stat").read_text().rsplit(")", 1)[1].split()[0] != "Z":
                found[pid] = words, pages * resource.getpagesize()
        except (OSError, IndexError, ValueError):
            continue
    return found


def _left() -> list[str]:
    """What is still there after a kernel that lost its parent has had the time to see it."""
    for _ in range(20):
        found = _processes()
        if not found:
            break
        time.sleep(0.1)
    return [words[:200] for words, _ in found.values()]


class _Watch(threading.Thread):
    processes = 0
    megabytes = 0.0

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.start()

    def run(self) -> None:
        while True:
            found = _processes()
            self.processes = max(self.processes, len(found))
            self.megabytes = max(self.megabytes, sum(size for _, size in found.values()) / 1e6)
            time.sleep(0.1)


def _another_service() -> None:
    """What an instructor's machine has listening for itself alone: http://127.0.0.1:8765."""
    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"SERVICE-SECRET")

        def log_message(self, *_) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 8765), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()


def _marks() -> dict[str, dict[str, float]]:
    query = """select submitted_assignment.student_id, base_cell.name, grade.auto_score, grade.manual_score
        from grade join base_cell on base_cell.id = grade.cell_id
        join submitted_notebook on submitted_notebook.id = grade.notebook_id
        join submitted_assignment on submitted_assignment.id = submitted_notebook.assignment_id"""
    found: dict[str, dict[str, float]] = {}
    try:
        book = sqlite3.connect(GRADING / "gradebook.db", timeout=1)
        for team, cell, auto, manual in book.execute(query):
            if auto is None and manual is None:
                continue
            found.setdefault(team, {})[cell] = float(manual if manual is not None else auto)
    except (sqlite3.Error, TypeError, ValueError) as error:
        return {"": {f"the gradebook cannot be read: {error}": 0.0}}
    return found


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
