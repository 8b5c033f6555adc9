"""The two locks: every line hashed, one version of each package for both, and everything pyproject.toml asks for."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = Path(__file__).resolve().parents[1]
LEARNERS, DEVELOPERS = "requirements.lock", "requirements-dev.lock"
SYSTEMS = [
    {"sys_platform": system, "platform_system": name, "os_name": kind, "platform_machine": machine,
     "python_version": version, "python_full_version": f"{version}.1", "implementation_name": "cpython",
     "platform_python_implementation": "CPython"}
    for system, name, kind, machine in [
        ("linux", "Linux", "posix", "x86_64"), ("linux", "Linux", "posix", "aarch64"),
        ("darwin", "Darwin", "posix", "arm64"), ("win32", "Windows", "nt", "AMD64"),
    ]
    for version in ("3.11", "3.12", "3.13", "3.14")
]


def blocks(lock: str) -> list[tuple[Requirement, list[str]]]:
    """Each pinned line of a lock, with its hashes."""
    text = re.sub(r"\\\n", " ", (PROJECT / lock).read_text(encoding="utf-8"))
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    return [(Requirement(line.partition("--hash=")[0].strip()), re.findall(r"--hash=sha256:([0-9a-f]{64})", line)) for line in lines]


def versions(lock: str, system: dict) -> dict[str, str]:
    """What a lock installs on one system."""
    chosen: dict[str, str] = {}
    for requirement, _ in blocks(lock):
        if requirement.marker is None or requirement.marker.evaluate(system):
            name = canonicalize_name(requirement.name)
            assert name not in chosen, f"{name} twice on {system}"
            chosen[name] = str(requirement.specifier).removeprefix("==")
    return chosen


@pytest.mark.parametrize("lock", [LEARNERS, DEVELOPERS])
def test_every_line_is_one_version_with_hashes(lock):
    assert len(blocks(lock)) > 100
    for requirement, hashes in blocks(lock):
        assert re.fullmatch(r"==[^,*]+", str(requirement.specifier)), requirement
        assert hashes, f"{requirement} has no hash"


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda system: f"{system['sys_platform']}-{system['platform_machine']}-{system['python_version']}")
def test_locks_hold_what_pyproject_asks_for_on_every_system(system):
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    learners, developers = versions(LEARNERS, system), versions(DEVELOPERS, system)
    for asked, installed in ((project["dependencies"], learners), (project["optional-dependencies"]["dev"], developers)):
        for line in asked:
            requirement = Requirement(line)
            version = installed.get(canonicalize_name(requirement.name))
            assert version and requirement.specifier.contains(version), f"{line}: {version} is locked. Run « make lock »."
    assert learners.items() <= developers.items(), "the two locks differ. Run « make lock »."


def test_learners_do_without_the_heavy_and_the_developers_packages():
    for system in SYSTEMS:
        assert not versions(LEARNERS, system).keys() & {"scipy", "scikit-learn", "mapclassify", "jupytext", "pytest", "playwright"}


def test_locks_say_how_they_are_made_and_name_no_other_place():
    for lock in (LEARNERS, DEVELOPERS):
        text = (PROJECT / lock).read_text(encoding="utf-8")
        assert "make lock" in text[:300], f"{lock} was not written by « make lock »"
        assert not re.search(r"https?://|file:|--index-url|--find-links|^-e", text, re.MULTILINE)


def test_what_builds_the_package_is_locked_too():
    # The package is installed without build isolation; one package comes as source and needs setuptools.
    for lock in (LEARNERS, DEVELOPERS):
        names = {canonicalize_name(requirement.name) for requirement, _ in blocks(lock)}
        assert {"hatchling", "editables", "setuptools"} <= names
