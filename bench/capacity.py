"""What one session takes, and how it feels when many start at once: JupyterLab as students have it, one server and one kernel each, as on Binder.

``make capacity``, or ``python bench/capacity.py --sessions 1 5 10``. Prints the tables of docs/capacity.md and writes build/capacity.json; fails where a
cell does. Run it on a quiet machine: it says how busy it was.

The clients run on the same machine, and are two. A light one, over HTTP and websocket, plays all sessions at once: it asks for what a browser asks for
(recorded from Chromium), opens the notebook, starts the kernel, runs the first cell. One real Chromium page then does the same in the first session, while
light clients play the others: its own work, drawing JupyterLab, is in its time.

Memory is PSS: what a process has alone, and its share of what it has with others (libraries, mostly). Summed over a session's processes.
"""

import argparse
import asyncio
import gzip
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

import capacity_tables
import psutil
from tornado.httpclient import AsyncHTTPClient, HTTPRequest
from tornado.websocket import websocket_connect

PROJECT = Path(__file__).resolve().parents[1]
RESULT = PROJECT / "build" / "capacity.json"
WELCOME = "notebooks/j0_depart/00_bienvenue.ipynb"
HEAVY = "notebooks/j5_valorisation/52_cartographier.ipynb"
SAYS = "Bonjour"
"""What the first cell prints."""
START_SECONDS, CELL_SECONDS = 600, 600
CONNECTIONS = 6
"""To one address at once, as browsers do."""
SETTLE_SECONDS = 3
FIRST_PORT = 18_000
TOKEN = uuid.uuid4().hex
"""Servers ask for one, as on Binder; scripts give it in a header."""


@dataclass
class Session:
    """One student's machine: a copy of the course, and the server that serves it."""

    course: Path
    port: int
    server: subprocess.Popen

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def processes(self) -> list[psutil.Process]:
        server = psutil.Process(self.server.pid)
        return [server, *server.children(recursive=True)]

    def megabytes(self) -> float:
        return sum(_pss(process.pid) for process in self.processes()) / 1e6

    def cpu(self) -> float:
        """Seconds of processor that the processes that live now have taken."""
        return sum(times.user + times.system for times in (process.cpu_times() for process in self.processes()))


@dataclass
class Measured:
    """So many sessions at once; a value for each session."""

    sessions: int
    busy_before: float
    """Cores that other work of the machine took, just before."""
    start: list[float] = field(default_factory=list)
    idle: list[float] = field(default_factory=list)
    first: list[float] = field(default_factory=list)
    first_cpu: list[float] = field(default_factory=list)
    first_memory: list[float] = field(default_factory=list)
    heavy: list[float] = field(default_factory=list)
    heavy_cpu: list[float] = field(default_factory=list)
    heavy_memory: list[float] = field(default_factory=list)
    heavy_peak: float = 0.0
    """Of the first session, twice a second."""
    chromium: float | None = None


@dataclass
class Page:
    """What Chromium asked for: addresses without host, bytes that came over the wire, and again with its cache."""

    addresses: list[str] = field(default_factory=list)
    bytes: int = 0
    bytes_again: int = 0
    bytes_packed: int = 0
    """The first time's, as gzip would send them: a server of one's own should."""


def _pss(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0  # it has just ended
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


def launch(place: Path, rank: int) -> Session:
    course, private = place / f"cours{rank}", place / f"jupyter{rank}"
    for name in ("notebooks", "exercises", "share/originals"):
        shutil.copytree(PROJECT / name, course / name)
    (course / "datasets").symlink_to(PROJECT / "datasets")
    for name in ("edition.toml", "requirements.lock"):
        shutil.copy(PROJECT / name, course / name)
    names = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR", "IPYTHONDIR")
    environment = os.environ | {name: str(private / name) for name in names} | {
        "JUPYTER_TOKEN": TOKEN, "CHALLENGE_DATA_HOME": str(course), "CHALLENGE_DATA_WORK": str(course / "travail"),
        "JUPYTER_PATH": str(PROJECT / "share/jupyter"), "JUPYTER_CONFIG_PATH": str(PROJECT / "share/etc/jupyter"),
    }
    port = FIRST_PORT + rank
    server = subprocess.Popen(
        [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--port={port}", "--ServerApp.port_retries=0",
         "--KernelManager.transport_encryption=auto", "--ServerApp.log_level=ERROR", f"--ServerApp.root_dir={course}"],
        cwd=course, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return Session(course, port, server)


async def get(url: str, **options) -> bytes:
    """What the server answers, whatever it is: a page may ask for what is not there."""
    request = HTTPRequest(url, request_timeout=START_SECONDS, connect_timeout=START_SECONDS, headers={"Authorization": f"token {TOKEN}"}, **options)
    return (await AsyncHTTPClient().fetch(request, raise_error=False)).body


async def up(session: Session) -> float:
    """Seconds until the server answers."""
    started = time.perf_counter()
    while time.perf_counter() - started < START_SECONDS:
        try:
            await get(f"{session.url}/api/status")
            return time.perf_counter() - started
        except OSError:
            await asyncio.sleep(0.1)
    raise SystemExit(f"The server on port {session.port} does not answer: is that port taken?")


async def load(session: Session, addresses: list[str]) -> None:
    """What a browser asks for before it shows the notebook."""
    waiting = list(addresses)

    async def one_after_another() -> None:
        while waiting:
            await get(f"{session.url}{waiting.pop(0)}")

    await get(f"{session.url}/lab/tree/{WELCOME}")
    await asyncio.gather(*(one_after_another() for _ in range(CONNECTIONS)))


async def run(session: Session, notebook: str, cells: int | None = None) -> str:
    """Open a notebook, start its kernel, run its first code cells (all, without ``cells``); gives what they printed. Stops at an error."""
    held = json.loads(await get(f"{session.url}/api/contents/{notebook}"))
    asked = {"path": notebook, "name": notebook, "type": "notebook", "kernel": {"name": "python3"}}
    kernel = json.loads(await get(f"{session.url}/api/sessions", method="POST", body=json.dumps(asked)))["kernel"]["id"]
    channel = await websocket_connect(f"ws://127.0.0.1:{session.port}/api/kernels/{kernel}/channels?token={TOKEN}", max_message_size=100_000_000)
    printed = ""
    for cell in [cell for cell in held["content"]["cells"] if cell["cell_type"] == "code"][:cells]:
        printed += await execute(channel, cell)
    channel.close()
    return printed


async def execute(channel, cell: dict) -> str:
    header = {"msg_id": uuid.uuid4().hex, "msg_type": "execute_request", "username": "", "session": uuid.uuid4().hex, "version": "5.3"}
    # As JupyterLab asks: a cell with this tag may fail, and the next ones run.
    content = {"code": cell["source"], "silent": False, "store_history": True, "allow_stdin": False, "stop_on_error": "raises-exception" not in cell["metadata"].get("tags", [])}
    await channel.write_message(json.dumps({"header": header, "parent_header": {}, "metadata": {}, "content": content, "channel": "shell", "buffers": []}))
    printed = ""
    while True:
        message = await asyncio.wait_for(channel.read_message(), CELL_SECONDS)
        if message is None:
            raise SystemExit(f"The kernel died on this cell:\n{cell['source']}")
        said = json.loads(message) if isinstance(message, str) else {"parent_header": {}, "msg_type": ""}
        if said["parent_header"].get("msg_id") != header["msg_id"]:
            continue
        if said["msg_type"] == "stream":
            printed += said["content"]["text"]
        elif said["msg_type"] == "error":
            raise SystemExit(f"{said['content']['ename']} in this cell:\n{cell['source']}")
        elif said["msg_type"] == "status" and said["content"]["execution_state"] == "idle":
            return printed


async def first_cell(session: Session, addresses: list[str]) -> None:
    await load(session, addresses)
    if SAYS not in (told := await run(session, WELCOME, 1)):
        raise SystemExit(f"The first cell printed no « {SAYS} »: {told}")


async def each(sessions: list[Session], work: Callable[[Session], Awaitable]) -> tuple[list[float], list[float]]:
    """All sessions at once: seconds, and seconds of processor, of each."""
    async def timed(session: Session) -> tuple[float, float]:
        started, before = time.perf_counter(), session.cpu()
        await work(session)
        return time.perf_counter() - started, session.cpu() - before

    times = await asyncio.gather(*map(timed, sessions))
    return [wall for wall, _ in times], [cpu for _, cpu in times]


async def peak(session: Session, into: list[float]) -> None:
    while True:
        into.append(session.megabytes())
        await asyncio.sleep(0.5)


async def measure(place: Path, count: int, page: Page, browser) -> Measured:
    found = Measured(count, busy())
    sessions = [launch(place, rank) for rank in range(count)]
    try:
        found.start, _ = await each(sessions, up)
        await asyncio.sleep(SETTLE_SECONDS)
        found.idle = [session.megabytes() for session in sessions]
        found.first, found.first_cpu = await each(sessions, lambda session: first_cell(session, page.addresses))
        await asyncio.sleep(SETTLE_SECONDS)
        found.first_memory = [session.megabytes() for session in sessions]
        seen: list[float] = []
        watching = asyncio.create_task(peak(sessions[0], seen))
        found.heavy, found.heavy_cpu = await each(sessions, lambda session: run(session, HEAVY))
        watching.cancel()
        await asyncio.sleep(SETTLE_SECONDS)
        found.heavy_memory, found.heavy_peak = [session.megabytes() for session in sessions], max(seen)
    finally:
        stop(sessions)
    if browser:
        found.chromium = await with_chromium(place, count, page, browser)
    return found


async def with_chromium(place: Path, count: int, page: Page, browser) -> float:
    """Seconds from the address to the first cell's result on the screen, in the first of so many fresh sessions."""
    for rank in range(count):
        shutil.rmtree(place / f"cours{rank}", ignore_errors=True)
    sessions = [launch(place, rank) for rank in range(count)]
    try:
        await each(sessions, up)
        seconds, _ = await asyncio.gather(see(sessions[0], browser), each(sessions[1:], lambda session: first_cell(session, page.addresses)))
        return seconds
    finally:
        stop(sessions)


async def see(session: Session, browser, page: Page | None = None) -> float:
    """A person opens Bienvenue and runs the first cell; with ``page``, what came over the wire is noted there."""
    context = await browser.new_context(viewport={"width": 1280, "height": 900}, locale="fr-FR")
    tab = await context.new_page()
    came: list[int] = []
    wire = await context.new_cdp_session(tab)
    await wire.send("Network.enable")
    wire.on("Network.loadingFinished", lambda event: came.append(int(event["encodedDataLength"])))
    if page is not None:
        tab.on("request", lambda request: page.addresses.append(request.url.removeprefix(session.url)) if request.method == "GET" and request.url.startswith(session.url) else None)
    started = time.perf_counter()
    await tab.goto(f"{session.url}/lab/tree/{WELCOME}?token={TOKEN}")
    cell = tab.locator(".jp-CodeCell").first
    await cell.wait_for(timeout=START_SECONDS * 1000)
    await tab.locator("#jp-main-statusbar").get_by_text("| Inactif").wait_for(timeout=START_SECONDS * 1000)
    await cell.locator(".cm-content").click()
    await tab.keyboard.press("Control+Enter")
    await cell.locator(".jp-Cell-outputArea").get_by_text(SAYS).wait_for(timeout=START_SECONDS * 1000)
    seconds = time.perf_counter() - started
    if page is not None:
        page.bytes, page.addresses = sum(came), [address for address in dict.fromkeys(page.addresses) if not address.startswith(("/api/kernels/", "/api/sessions"))]
        came.clear()
        await tab.reload()
        await tab.locator("#jp-main-statusbar").get_by_text("| Inactif").wait_for(timeout=START_SECONDS * 1000)
        page.bytes_again = sum(came)
    await context.close()
    return seconds


def stop(sessions: list[Session]) -> None:
    processes = [process for session in sessions if session.server.poll() is None for process in session.processes()]
    for session in sessions:
        session.server.terminate()
    for left in psutil.wait_procs(processes, timeout=20)[1]:
        left.kill()


def busy() -> float:
    return round(psutil.cpu_percent(interval=2) / 100 * psutil.cpu_count(), 2)


async def measure_all(counts: list[int]) -> None:
    from playwright.async_api import async_playwright

    sys.path.insert(0, str(PROJECT / "tests" / "browser"))
    from conftest import CHROMIUM

    page = Page()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"])
        with tempfile.TemporaryDirectory(prefix="capacity-") as folder:
            recorded = launch(Path(folder) / "page", 0)
            try:
                await up(recorded)
                await see(recorded, browser, page)
                page.bytes_packed = sum([len(gzip.compress(await get(f"{recorded.url}{address}"))) for address in page.addresses])
            finally:
                stop([recorded])
            measured = []
            for count in counts:
                measured.append(await measure(Path(folder) / str(count), count, page, browser))
                keep(measured, page)
        await browser.close()


def keep(measured: list[Measured], page: Page) -> None:
    """After each column: a run that is stopped leaves what it had."""
    RESULT.parent.mkdir(exist_ok=True)
    result = {"machine": capacity_tables.machine(), "day": time.strftime("%Y-%m-%d"), "page": asdict(page), "measured": [asdict(one) for one in measured]}
    RESULT.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(f"{measured[-1].sessions} at once: done", file=sys.stderr)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sessions", type=int, nargs="+", default=[1, 5, 10], help="how many at once; one column each, the first one for the sums")
    counts = parser.parse_args().sessions
    AsyncHTTPClient.configure(None, max_clients=1000)  # ten by default, for all sessions together
    asyncio.run(measure_all(counts))
    print(capacity_tables.whole(json.loads(RESULT.read_text(encoding="utf-8"))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
