"""Every deck, opened from its file in a browser without network, on a projector of 1280 by 720."""

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from conftest import SCREENSHOTS
from playwright.sync_api import Page, expect

from challenge_data.build import slides
from challenge_data.build.course import read_curriculum

ROOT = Path(__file__).resolve().parents[2]
CURRICULUM = read_curriculum(ROOT)
CODES = [lesson.code for lesson in CURRICULUM.lessons]

# For each sheet, with everything shown, the first thing that goes over its edge, hides behind a scroll bar, or is written under 20 pixels.
MEASURE = """() => {
  const found = [];
  const pages = [...document.querySelectorAll('.page')];
  for (const [rank, page] of pages.entries()) {
    pages.forEach((other) => { other.hidden = other !== page; });
    page.querySelectorAll('.later').forEach((block) => block.classList.add('shown'));
    const body = page.querySelector('.body'), edge = body.getBoundingClientRect();
    let told = false;
    const tell = (what, element) => told || (told = found.push(`${rank + 1}: ${what}: ${element.tagName} ${element.textContent.trim().slice(0, 60)}`));
    if (!body.children.length) tell('empty', page);
    // A tall figure keeps its size and scrolls, alone on its sheet; no text does.
    if (body.querySelector('img.tall')) { if (body.children.length > 2) tell('a tall figure in company', body); continue; }
    if (body.scrollHeight > body.clientHeight + 1) tell('taller than the sheet', body);
    for (const element of body.querySelectorAll('*')) {
      const folded = element.closest('details:not([open])');
      if (folded && element !== folded && element.tagName !== 'SUMMARY') continue;
      const box = element.getBoundingClientRect();
      if (box.width && (box.right > edge.right + 1 || box.bottom > edge.bottom + 1)) tell('over the edge', element);
      if (element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).overflowX !== 'visible') tell('scrolls sideways', element);
      const speaks = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
      if (speaks && parseFloat(getComputedStyle(element).fontSize) < 20) tell('too small', element);
    }
  }
  return found;
}"""


@pytest.fixture(scope="session")
def deck(tmp_path_factory) -> Callable[[str], Path]:
    folder = tmp_path_factory.mktemp("slides")

    @cache
    def made(code: str) -> Path:
        path = folder / f"{code}.html"
        path.write_text(slides.deck(CURRICULUM.lesson(code), CURRICULUM), encoding="utf-8")
        return path

    return made


@pytest.fixture
def projector(browser, deck):
    """Opens a deck; at the end, nothing was asked of any network and no script failed."""
    context = browser.new_context(viewport={"width": 1280, "height": 720}, locale="fr-FR", offline=True)
    asked, errors = [], []
    context.on("request", lambda request: None if request.url.startswith(("file:", "data:", "about:")) else asked.append(request.url))

    def open_deck(code: str) -> Page:
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.goto(deck(code).as_uri())
        page.wait_for_function("document.documentElement.dataset.ready")
        return page

    yield open_deck
    context.close()
    assert not asked and not errors


def sheets(page: Page) -> int:
    return int(page.evaluate("document.documentElement.dataset.ready"))


@pytest.mark.parametrize("code", CODES)
def test_nothing_is_cut_or_too_small_and_figures_have_words(projector, code):
    page = projector(code)
    assert sheets(page) > 10
    assert page.evaluate(MEASURE) == []
    assert page.locator(".page img").count() == page.locator(".page img[alt]:not([alt=''])").count()


# Words of the file's parts, notes left out, that the sheets do not show as often. Long tables repeat their header: more is fine.
MISSING = """(written) => {
  const count = (elements) => {
    const words = new Map();
    for (const element of elements) {
      const walk = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
      // Node by node: two blocks side by side do not make one word of their last and first.
      while (walk.nextNode()) for (const word of walk.currentNode.data.split(/\\s+/)) if (word) words.set(word, (words.get(word) || 0) + 1);
    }
    return words;
  };
  const file = new DOMParser().parseFromString(written, 'text/html');
  file.querySelectorAll('aside.notes').forEach((notes) => notes.remove());
  const before = count(file.querySelectorAll('section.part')), after = count(document.querySelectorAll('.page .body'));
  return {read: before.size, missing: [...before].filter(([word, times]) => (after.get(word) || 0) < times).map(([word]) => word)};
}"""


@pytest.mark.parametrize("code", CODES)
def test_every_word_of_the_file_is_on_some_sheet(projector, deck, code):
    told = projector(code).evaluate(MISSING, deck(code).read_text(encoding="utf-8"))
    assert told["read"] > 300 and told["missing"] == []


def test_keys_alone_lead_through_and_the_answer_waits(projector):
    page = projector("02")
    last = sheets(page)
    expect(page.locator(".page:not([hidden])")).to_have_count(1)
    for _ in range(last):
        if page.locator(".page:not([hidden]) .answer").count():
            break
        page.keyboard.press("ArrowRight")
    answer = page.locator(".page:not([hidden]) .answer")
    expect(answer).to_be_hidden()
    page.keyboard.press("Space")
    expect(answer).to_be_visible()
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / "slide.png")
    at = page.url.split("#")[1]
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile(f"#{int(at) + 1}$"))  # the address follows a moment later
    page.keyboard.press("End")
    expect(page.locator(".page:not([hidden]) .running")).to_contain_text(f"{last} / {last}")
    page.keyboard.press("Home")
    expect(page.locator("h1")).to_be_visible()


def test_contents_and_buttons_have_names_and_work_by_keyboard(projector):
    page = projector("01")
    page.keyboard.press("s")
    expect(page.get_by_role("dialog", name="Sommaire")).to_be_visible()
    page.get_by_role("link", name=re.compile("L'ordre d'exécution")).focus()
    page.keyboard.press("Enter")
    expect(page.locator(".page:not([hidden]) h2")).to_contain_text("L'ordre d'exécution")
    page.get_by_role("button", name="Diapositive suivante").focus()
    before = page.url
    page.keyboard.press("Enter")
    assert page.url != before
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Touches")).to_be_visible()


def test_notes_open_in_a_window_that_follows(projector):
    page = projector("01")
    with page.expect_popup() as opened:
        page.keyboard.press("n")
    notes = opened.value
    expect(notes.locator("#where")).to_contain_text("1 / ")
    page.keyboard.press("s")
    page.get_by_role("link", name=re.compile("Lire une erreur sans peur")).click()
    expect(notes.locator("#where")).to_contain_text("Lire une erreur sans peur")
    expect(notes.locator("#notes")).to_contain_text("minutes")
    notes.keyboard.press("ArrowRight")
    expect(notes.locator("#where")).to_contain_text("Lire une erreur sans peur")
    assert notes.locator("#clock").inner_text().strip()
    notes.screenshot(path=SCREENSHOTS / "slide_notes.png")


def test_a_tall_figure_is_scrolled_by_the_keys_before_the_next_sheet(projector):
    page = projector("23")
    page.evaluate("show(pages.findIndex((page) => page.querySelector('img.tall')))")
    figure = page.locator(".page:not([hidden]) img.tall")
    at = page.url
    assert figure.bounding_box()["height"] > 600 and figure.bounding_box()["width"] > 1000
    presses = 0
    while page.url == at and presses < 20:
        bottom = figure.bounding_box()["y"] + figure.bounding_box()["height"]
        page.keyboard.press("ArrowDown")
        presses += 1
    assert 2 < presses < 20 and bottom <= 680


def test_a_small_screen_shows_the_whole_sheet(projector):
    page = projector("00")
    page.set_viewport_size({"width": 800, "height": 600})
    box = page.locator(".stage").bounding_box()
    assert box["x"] >= -1 and box["y"] >= -1 and box["x"] + box["width"] <= 801 and box["y"] + box["height"] <= 601
