"""What several tests do at the desk: sit at a lent machine, find a place of the panel, answer, open a teammate's file."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from conftest import Student, copy_of_the_course, environment_of, free_port, serve
from playwright.sync_api import Locator, Page, expect

FORUM = "https://forum.exemple.test/"
LENT = {"BINDER_LAUNCH_HOST": "https://binder.exemple.test/", "BINDER_PERSISTENT_REQUEST": "v2/gh/atelier/edition/0123abc"}
"""What BinderHub says of itself in a machine's environment."""
SOON = 30_000
"""Milliseconds: a busy machine takes its time to save and to compare."""


class Lent:
    """Lent machines, one after another at one address, each with a fresh copy of the course."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port, self.count = folder, free_port(), 0

    @contextmanager
    def machine(self, change=lambda course: None) -> Iterator[str]:
        self.count += 1
        course = copy_of_the_course(self.folder / f"cours-{self.count}")
        edition = course / "edition.toml"
        edition.write_text(edition.read_text(encoding="utf-8").replace('forum = ""', f'forum = "{FORUM}"'), encoding="utf-8")
        change(course)
        self.course = course
        yield from serve(course, environment_of(course, self.folder / f"jupyter-{self.count}") | LENT, port=self.port)


def panel(page: Page):
    desk = page.locator("#challenge-data-desk")
    if not desk.is_visible():
        page.locator(".lm-TabBar-tab", has_text="Équipe").click()
    expect(desk).to_be_visible()
    return desk


def hurry(page: Page, **times: int) -> None:
    """Wait seconds where people wait minutes: the page's own settings, in its own module."""
    page.evaluate("times => import(`${location.origin}/lab/extensions/challenge-data/static/times.js`).then((module) => { Object.assign(module.times, times); })", times)


def section(page: Page, title: str):
    return page.locator(".cd-desk section", has=page.get_by_role("heading", name=title, exact=True, level=3))


def answer(student: Student, code: str, written: str) -> None:
    student.write(student.cell(code), written)
    # Found anew: it is known by what it holds.
    student.run(student.cell(written.splitlines()[0]))


def open_file(student: Student, path: Path) -> Locator:
    """« Réunir » of the panel, then the file; gives the page of choices."""
    tab = student.page.get_by_role("tab", name="Équipe")
    if not student.page.get_by_role("button", name="Ouvrir son fichier").is_visible():
        tab.click()
    with student.page.expect_file_chooser() as chooser:
        student.page.get_by_role("button", name="Ouvrir son fichier").click()
    chooser.value.set_files(path)
    choosing = student.page.locator(".cd-joining")
    expect(choosing).to_be_visible(timeout=SOON)
    return choosing
