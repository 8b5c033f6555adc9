"""The glossary and the aide-mémoire as one reads them: in JupyterLab, and on one sheet of paper a day."""

import re
from pathlib import Path

import pytest
from conftest import SCREENSHOTS
from playwright.sync_api import expect

from challenge_data.build import cribs
from challenge_data.build.course import read_curriculum

SHEETS = cribs.printed(read_curriculum(Path(__file__).resolve().parents[2]))


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.stem)
def test_a_day_is_one_sheet_and_loses_no_word(browser, tmp_path, path):
    (tmp_path / path.name).write_text(SHEETS[path], encoding="utf-8")
    page = browser.new_page()
    page.goto((tmp_path / path.name).as_uri())
    page.emulate_media(media="print")
    pdf = page.pdf(prefer_css_page_size=True)
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    (SCREENSHOTS / f"aide-memoire-{path.stem}.pdf").write_bytes(pdf)
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1
    cut = page.evaluate("() => [...document.querySelectorAll('td, th, dd, h2')].filter(one => one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).display !== 'inline').map(one => one.textContent)")
    page.close()
    assert not cut


def test_the_glossary_opens_as_a_page_and_leads_to_a_lesson(student):
    student.page.goto(f"{student.address}/lab/workspaces/glossaire/tree/notebooks/glossaire.md")
    rendered = student.page.locator(".jp-MarkdownViewer")
    expect(rendered.get_by_role("heading", name="Glossaire")).to_be_visible(timeout=60_000)
    expect(rendered.get_by_text("Le numéro à quatorze chiffres d'un établissement", exact=False)).to_be_visible()
    student.picture("glossaire")
    rendered.get_by_role("link", name=re.compile("^22 · Lire")).first.click()
    expect(student.page.locator(".jp-NotebookPanel .jp-MarkdownOutput h1").first).to_contain_text("Lire", timeout=60_000)
