"""JupyterLab as a student gets it, driven in the system's Chromium. Screenshots go to build/screenshots/."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect, sync_playwright

PROJECT = Path(__file__).resolve().parents[2]
SCREENSHOTS = PROJECT / "build" / "screenshots"
CHROMIUM = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), "")
START_SECONDS = 60


@pytest.fixture(scope="session")
def course(tmp_path_factory) -> Path:
    """A copy of what a student sees, so that the checkout stays as built."""
    folder = tmp_path_factory.mktemp("cours")
    for name in ("notebooks", "exercises"):
        shutil.copytree(PROJECT / name, folder / name)
    return folder


@pytest.fixture(scope="session")
def work(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("travail")


@pytest.fixture(scope="session")
def address(course, work) -> Iterator[str]:
    environment = os.environ | {
        "CHALLENGE_DATA_WORK": str(work), "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "JUPYTER_CONFIG_DIR": str(work / ".config"), "JUPYTERLAB_SETTINGS_DIR": str(work / ".settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(work / ".workspaces"),
    }
    yield from serve(course, environment)


def serve(course: Path, environment: dict[str, str], *options: str) -> Iterator[str]:
    """JupyterLab started in a course folder, until the test is done with it; gives its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root", f"--port={port}", "--ServerApp.port_retries=0",
         "--IdentityProvider.token=", f"--ServerApp.root_dir={course}", *options],
        cwd=course, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    url = f"http://127.0.0.1:{port}"
    for _ in range(START_SECONDS * 4):
        try:
            urllib.request.urlopen(f"{url}/api/status", timeout=1)
            break
        except OSError:
            assert server.poll() is None, server.stderr.read()
            time.sleep(0.25)
    yield url
    server.terminate()
    server.wait(timeout=20)


@pytest.fixture(scope="session")
def browser():
    if not Path(CHROMIUM).is_file():
        pytest.fail("no Chromium found: install Debian's chromium, or name its path in the variable CHROMIUM")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"])
        yield chromium
        chromium.close()


class Student:
    """Somebody at the keyboard: opens notebooks, runs cells, types, clicks, and reads what is on the screen."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.address = page, address

    def open(self, notebook: str) -> None:
        # A workspace of its own: tabs of an earlier test do not come back.
        self.page.goto(f"{self.address}/lab/workspaces/{re.sub(r'[^a-z0-9]', '', notebook)}{time.time_ns()}/tree/{notebook}")
        expect(self.page.locator(".jp-Notebook .jp-Cell").first).to_be_visible(timeout=60_000)
        # A new cell is of no use before the kernel answers.
        expect(self.page.locator("[data-status='idle']").first).to_be_attached(timeout=60_000)
        # On a busy machine a page looks idle before its kernel is there, and the first Ctrl+Entrée is lost.
        expect(self.page.locator("#jp-main-statusbar").get_by_text("| Inactif")).to_be_visible(timeout=60_000)

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
