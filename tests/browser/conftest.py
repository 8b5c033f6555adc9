"""JupyterLab as a student gets it, driven in the system's Chromium. Screenshots go to build/screenshots/."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import pytest
from playwright.sync_api import Error, Locator, Page, expect, sync_playwright

PROJECT = Path(__file__).resolve().parents[2]
SCREENSHOTS = PROJECT / "build" / "screenshots"
CHROMIUM = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), "")
START_SECONDS = 120
PATIENCE = 30_000
"""Milliseconds that something on a page may take to be as it should: only a page that is wrong waits that long, or a busy machine."""
expect.set_options(timeout=PATIENCE)


def copy_of_the_course(folder: Path) -> Path:
    """What a student's machine holds, in a folder of its own, so that the checkout stays as built."""
    for name in ("notebooks", "exercises", "share/originals"):
        shutil.copytree(PROJECT / name, folder / name)
    (folder / "datasets").symlink_to(PROJECT / "datasets")
    for name in ("edition.toml", "requirements.lock"):
        shutil.copy(PROJECT / name, folder / name)
    return folder


def environment_of(course: Path, private: Path, work: Path | None = None) -> dict[str, str]:
    """The variables of a student's JupyterLab: this checkout's own settings and buttons, and a private place for the rest.

    Args:
        private: JupyterLab's own files; not shared between servers.
        work: the work folder; by default ``travail/`` of the course.
    """
    mine = {name: str(private / name) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR")}
    return os.environ | mine | ({"CHALLENGE_DATA_WORK": str(work)} if work else {}) | {
        "CHALLENGE_DATA_HOME": str(course), "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "JUPYTER_PATH": str(PROJECT / "share/jupyter"), "JUPYTER_CONFIG_PATH": str(PROJECT / "share/etc/jupyter"),
    }


@pytest.fixture(scope="session")
def course(tmp_path_factory) -> Path:
    return copy_of_the_course(tmp_path_factory.mktemp("cours"))


@pytest.fixture(scope="session")
def work(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("travail")


@pytest.fixture(scope="session")
def address(course, work, tmp_path_factory) -> Iterator[str]:
    yield from serve(course, environment_of(course, tmp_path_factory.mktemp("jupyter"), work))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(url: str, server: subprocess.Popen, said: IO[str], seconds: int = START_SECONDS) -> None:
    """Until the server answers; fails with what it ``said`` if it stops, or is still silent after so many seconds."""
    for _ in range(seconds * 4):
        try:
            urllib.request.urlopen(url, timeout=1)
            return
        except OSError:
            assert server.poll() is None, said.read()
            time.sleep(0.25)
    pytest.fail(f"JupyterLab does not answer after {seconds} seconds")


def stop(server: subprocess.Popen) -> None:
    """JupyterLab closes its kernels first; now and then one that has just started never answers, as on a machine that is taken away."""
    server.terminate()
    try:
        server.wait(timeout=20)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def serve(course: Path, environment: dict[str, str], *options: str, port: int | None = None) -> Iterator[str]:
    """JupyterLab started in a course folder, until the test is done with it; gives its address.

    Args:
        port: a browser keeps by address: the same port is the same place to it, whatever machine answers.
    """
    port = port or free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root", f"--port={port}", "--ServerApp.port_retries=0",
         "--IdentityProvider.token=", f"--ServerApp.root_dir={course}",
         # This checkout's overrides.json: it is looked for in the environment alone, not on the paths above.
         f"--LabApp.app_settings_dir={PROJECT / 'share/jupyter/lab/settings'}", *options],
        cwd=course, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{url}/api/status", server, server.stderr)
        yield url
    finally:
        stop(server)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """With a failure goes what the screen showed: a picture of each page, and its tabs in the report, for who only has the report."""
    report = yield
    if report.failed and (chromium := item.funcargs.get("browser")):
        for number, page in enumerate(page for context in chromium.contexts for page in context.pages):
            try:
                page.screenshot(path=SCREENSHOTS / f"echec-{item.name}-{number}.png")
                tabs = page.locator("#jp-main-dock-panel .lm-TabBar-tab").evaluate_all("tabs => tabs.map(tab => tab.innerText + (tab.matches('.lm-mod-current') ? ' (in front)' : ''))")
                dialogs = page.locator(".jp-Dialog").all_inner_texts()
                report.sections.append((f"page {number} of the browser", f"{page.url}\ntabs: {tabs}\ndialogs: {dialogs}"))
            except Error as problem:
                report.sections.append((f"page {number} of the browser", str(problem)))
    return report


@pytest.fixture(scope="session")
def browser():
    if not Path(CHROMIUM).is_file():
        pytest.fail("no Chromium found: install Debian's chromium, or name its path in the variable CHROMIUM")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"])
        yield chromium
        chromium.close()


def until(page: Page, so: Callable[[], object]) -> None:
    """Look again and again, as long as :data:`PATIENCE`."""
    for _ in range(PATIENCE // 50):
        if so():
            return
        page.wait_for_timeout(50)
    pytest.fail("it never came")


class Student:
    """Somebody at the keyboard: opens notebooks, runs cells, types, clicks, and reads what is on the screen."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.address = page, address

    def open(self, notebook: str) -> None:
        # A workspace of its own: tabs of an earlier test do not come back.
        self.page.goto(f"{self.address}/lab/workspaces/{re.sub(r'[^a-z0-9]', '', notebook)}{time.time_ns()}/tree/{notebook}")
        expect(self.page.locator(".jp-Notebook .jp-Cell").first).to_be_visible(timeout=60_000)
        self.turned_to(notebook.rpartition("/")[2])

    def turned_to(self, name: str) -> None:
        """Until the notebook of this name is the one on the screen, and its kernel answers."""
        bar = self.page.locator("#jp-main-statusbar")
        expect(bar.get_by_text(name, exact=True)).to_be_visible(timeout=60_000)
        expect(bar.get_by_text("| Inactif")).to_be_visible(timeout=60_000)

    def cell(self, code: str, nth: int = 0) -> Locator:
        """The code cell that holds this text."""
        cell = self.page.locator(".jp-CodeCell", has=self.page.locator(".cm-content", has_text=code)).nth(nth)
        cell.scroll_into_view_if_needed(timeout=30_000)
        return cell

    def run(self, cell: Locator) -> Locator:
        """Maj+Entrée on the cell, until it has run."""
        cell.locator(".cm-content").click()
        self.page.keyboard.press("Control+Enter")
        expect(cell.locator(".jp-InputPrompt")).to_have_text(re.compile(r"\[\d+\]"), timeout=60_000)
        return cell.locator(".jp-Cell-outputArea")

    def write(self, cell: Locator, code: str) -> None:
        """Replace what the cell holds, as by selecting all and typing."""
        cell.locator(".cm-content").click()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(code)
        self.page.keyboard.press("Escape")

    def picture(self, name: str) -> None:
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SCREENSHOTS / f"{name}.png")


@pytest.fixture
def student(browser, address) -> Iterator[Student]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="fr-FR")
    yield Student(context.new_page(), address)
    context.close()
