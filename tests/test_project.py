"""The repository as a whole: what is built is fresh, pages lead somewhere, and nothing speaks of one machine."""

import re
import subprocess
from pathlib import Path

import pytest

from challenge_data import build

ROOT = Path(__file__).resolve().parents[1]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "datasets").rglob("*.md"))]
# Written in two parts, so that this file does not hold them. Addresses of packages belong to the user's own settings.
FOREIGN = [first + last for first, last in (
    ("pypi", ".org"), ("pythonhosted", ".org"), ("registry.npmjs", ".org"), ("deb.debian", ".org"), ("/work", "/main"), ("/root", "/"))]


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode != 0:
        pytest.skip("not a git checkout: nothing tells which files are the project's")
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_everything_built_is_fresh_and_nothing_leaks():
    problems = build.check(ROOT)
    assert not problems, "\n".join(map(str, problems))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_of_a_page_lead_somewhere_and_images_have_words(page):
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for bang, words, target in re.findall(r"(!?)\[([^\]]*)\]\(([^)\s]+)\)", text):
        assert words.strip(), f"{target} has no words"
        if not re.match(r"[a-z]+:|#", target):
            assert (page.parent / target.split("#")[0]).exists(), f"{'image' if bang else 'link'} {target} leads nowhere"


@pytest.mark.parametrize("word", FOREIGN)
def test_no_file_names_a_registry_or_one_machine(word):
    found = [path.relative_to(ROOT).as_posix() for path in tracked() if word.encode() in path.read_bytes()]
    assert not found


def test_commands_of_the_readme_are_in_the_makefile():
    verbs = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for page in ("README.md", "LISEZMOI.md", "CONTRIBUTING.md"):
        asked = set(re.findall(r"(?:`|^)make ([a-z]+)", (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE))
        assert asked and asked <= verbs, page
