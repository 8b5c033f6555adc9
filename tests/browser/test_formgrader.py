"""What an instructor sees in nbgrader's formgrader: the rubric stands beside the answer that it is for."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import SCREENSHOTS, serve
from playwright.sync_api import expect

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from test_nbgrader import nbgraders_environment  # noqa: E402
from tiny import write_course  # noqa: E402

from challenge_data import build  # noqa: E402


@pytest.fixture(scope="module")
def formgrader(tmp_path_factory):
    course, grading = write_course(tmp_path_factory.mktemp("cours")), tmp_path_factory.mktemp("notation")
    build.build(course)
    environment = nbgraders_environment(grading)
    handed_in = grading / "submitted" / "sternes" / "tiny" / "1_trouver.ipynb"
    handed_in.parent.mkdir(parents=True)
    released = (course / "exercises/tiny/1_trouver.ipynb").read_text(encoding="utf-8")
    # A team that wrote in the rubric's place: grading puts it back.
    handed_in.write_text(released.replace("**40 points** : un avis, et sa raison.", "**40 points** : toujours."), encoding="utf-8")
    for arguments in (["generate_assignment", "tiny", "--force"], ["db", "student", "add", "sternes"], ["autograde", "tiny"]):
        subprocess.run([sys.executable, "-m", "nbgrader", *arguments], cwd=course, env=environment, check=True, capture_output=True)
    yield from serve(course, environment)


def test_rubric_stands_just_above_the_answer_and_its_score(browser, formgrader):
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.goto(f"{formgrader}/formgrader/gradebook/tiny/1_trouver")
    page.get_by_role("link", name=re.compile("Submission|#1")).first.click(timeout=60_000)
    score = page.locator(".nbgrader_cell", has=page.locator("input.score")).last
    expect(score).to_be_visible(timeout=60_000)
    rubric = page.get_by_text("un avis, et sa raison.")
    expect(rubric).to_be_visible()
    score.scroll_into_view_if_needed()
    page.wait_for_timeout(1000)  # the page glides
    page.screenshot(path=SCREENSHOTS / "formgrader-bareme.png")
    assert page.get_by_text("toujours.").count() == 0
    gap = score.bounding_box()["y"] - (rubric.bounding_box()["y"] + rubric.bounding_box()["height"])
    assert 0 <= gap < 300, "the four levels are read without scrolling away from the score"
