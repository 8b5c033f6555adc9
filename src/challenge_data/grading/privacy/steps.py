"""One thing that goes: told first, done later."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Step:
    """A file or a folder, and what of it goes."""

    path: Path
    what: str
    do: Callable[[], None]

    def __str__(self) -> str:
        return f"{self.path}: {self.what}"


def erase(path: Path) -> None:
    """A file, or a folder with all that is in it; no link is followed. Nothing to do when it is gone."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
