"""The floors of the house: import-linter's contracts of pyproject.toml hold, and can fail."""

import shutil
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]


def lint(folder: Path) -> subprocess.CompletedProcess:
    """Run import-linter on a checkout, with its own sources."""
    code = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports('../pyproject.toml', no_cache=True))"
    # From src/: at the root, challenge_data.py would stand before the package.
    return subprocess.run([sys.executable, "-c", code], cwd=folder / "src", env={"PYTHONPATH": "."}, capture_output=True, text=True)


def test_a_room_imports_only_the_rooms_below_it():
    done = lint(PROJECT)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_room_that_climbs_is_told(tmp_path):
    shutil.copy(PROJECT / "pyproject.toml", tmp_path)
    shutil.copytree(PROJECT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    with open(tmp_path / "src/challenge_data/course.py", "a", encoding="utf-8") as room:
        room.write("\n\ndef climb():\n    from challenge_data import checks\n\n    return checks\n")
    done = lint(tmp_path)
    assert done.returncode == 1 and "challenge_data.course" in done.stdout, done.stdout + done.stderr
