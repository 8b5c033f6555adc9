"""What the students' edition holds. The lists of this file are the whole rule: what they do not name does not go."""

import json
import re
from pathlib import Path, PurePosixPath

ROOMS = (
    "__init__", "errors", "explanations", "french", "caught", "course", "guide", "install", "air", "communes", "edition", "figures", "shown",
    "datasets", "relay", "charts", "quality", "checkup", "maps", "portal", "schemas", "journal", "privacy", "publication",
    "checks", "teamwork", "widgets", "desk", "opening", "lab",
)
"""The learners' part of the toolkit: rooms of src/challenge_data."""

COPIED = (
    "notebooks/**/*.ipynb", "notebooks/*.md", "notebooks/*/images/*", "exercises/*/*.ipynb",
    "share/**/*", "challenge_data.py", "requirements.lock", "environment.yml", "binder/environment.yml",
    "LICENSE", ".gitattributes", "docs/images/lecon.png", "edition.toml",
)
"""Files that go as they are. Datasets go too, by what each datapackage.json lists."""

WRITTEN = {
    "README.md": "README.md", "LISEZMOI.md": "LISEZMOI.md", "Makefile": "Makefile", "gitignore": ".gitignore",
    "binder/dockerignore": "binder/.dockerignore", "binder/postBuild": "binder/postBuild",
}
"""The edition's own texts: name in kit/edition/ -> place. Without the dot there, so that git does not obey them here."""

TABLES = ("build-system", "project", "tool.hatch.build.targets.wheel", "tool.hatch.build.targets.wheel.shared-data")
"""Of pyproject.toml: neither the developers' packages, nor commands whose rooms stay here, nor the tools' settings."""

PLACEHOLDER = "PROPRIETAIRE/DEPOT"
REPOSITORY = re.compile(r"[A-Za-z0-9][\w.-]*/[\w.-]+")
_TEMPLATES = Path(__file__).parent / "edition"


def gather(root: Path, repository: str = "") -> dict[str, bytes]:
    """Every file of the edition: relative path with slashes -> bytes. The same course gives the same bytes.

    Args:
        root: the course folder.
        repository: ``owner/name`` of the students' repository on GitHub, for the Binder badge; a placeholder when empty.

    Raises:
        ValueError: ``repository`` is not of that form.
    """
    if repository and not REPOSITORY.fullmatch(repository):
        raise ValueError(f"« {repository} » is not the name of a repository: write it OWNER/NAME, as GitHub does")
    paths = [*_named(root, COPIED), *_named(root, _toolkit()), *_datasets(root)]
    files = {path.relative_to(root).as_posix(): path.read_bytes() for path in paths}
    files["pyproject.toml"] = _project((root / "pyproject.toml").read_text(encoding="utf-8")).encode()
    for template, place in WRITTEN.items():
        files[place] = (_TEMPLATES / template).read_text(encoding="utf-8").replace(PLACEHOLDER, repository or PLACEHOLDER).encode()
    return dict(sorted(files.items()))


def _toolkit() -> list[str]:
    package = "src/challenge_data"
    return [f"{package}/{room}{end}" for room in ROOMS for end in (".py", "/**/*.py", "/**/*.json")]


def _named(root: Path, patterns: list[str] | tuple[str, ...]) -> list[Path]:
    found = (path for pattern in patterns for path in root.glob(pattern) if path.is_file())
    return [path for path in found if not _left_behind(path.relative_to(root))]


def _left_behind(path: Path) -> bool:
    """What Jupyter, Python or a file manager puts beside files."""
    return any(part in ("__pycache__", ".ipynb_checkpoints", ".DS_Store") for part in path.parts)


def _datasets(root: Path) -> list[Path]:
    """Each package, its page and the files that it lists: recipes and their truth have no package."""
    packages = sorted(path for depth in ("*", "*/*") for path in root.glob(f"datasets/{depth}/datapackage.json"))
    listed = [(package, json.loads(package.read_text(encoding="utf-8"))["resources"]) for package in packages]
    return [path for package, resources in listed
            for path in (package, package.with_name("SOURCE.md"), *(package.parent / PurePosixPath(one["path"]) for one in resources))]


def _project(text: str) -> str:
    """The tables of pyproject.toml that the edition needs, each with the comment just above it."""
    parts = re.split(r"^((?:#.*\n)*\[+[^\]\n]+\]+ *)$", text, flags=re.MULTILINE)
    tables = [(heading, body) for heading, body in zip(parts[1::2], parts[2::2], strict=True)
              if re.search(r"^\[([^\]]+)\]", heading, re.MULTILINE)[1] in TABLES]
    return "\n\n".join((heading + body).strip() for heading, body in tables) + "\n"
