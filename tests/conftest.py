"""Gathers what each notebook took, prints it and keeps it in build/notebooks.json."""

import functools
import json
import os
import shutil
from pathlib import Path

import pytest

AIMED_MINUTES = 4
"""Told, not asserted: the machine decides too."""
CORES = 2
_REPORT = Path(__file__).resolve().parents[1] / "build" / "notebooks.json"
_measured: list[dict] = []


@pytest.fixture(scope="session", autouse=True)
def alembic_is_asked_once():
    """For each new gradebook nbgrader starts a process, a second long, to learn a version that stays the same."""
    from nbgrader import api

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(api, "get_alembic_version", functools.cache(api.get_alembic_version))
        yield


@pytest.fixture(scope="module")
def standin(tmp_path_factory):
    """The stand-in portal with a tiny catalogue, shared by a module's tests."""
    import portal_tiny

    from challenge_data.portal.standin.server import Standin

    server = Standin(portal_tiny.write(tmp_path_factory.mktemp("catalogue"))).start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Path:
    """The course in miniature, built; a module with another course says so itself."""
    from tiny import write_course

    from challenge_data import build

    root = write_course(tmp_path_factory.mktemp("cours"))
    build.build(root)
    return root


def pytest_make_parametrize_id(config, val, argname):
    # Bytes made while tests are collected differ from one worker to the next (a zip carries the time it was written), and pytest-xdist then
    # refuses the whole run: such a case is named by its rank.
    return argname if isinstance(val, bytes) and not val.isascii() else None


def pytest_xdist_auto_num_workers() -> int:
    # One more than there are cores: a worker that waits for its kernel, or for a delay to pass, leaves its core to another.
    return len(os.sched_getaffinity(0)) + 1


def pytest_runtest_logreport(report):
    # Under pytest-xdist the reports of all workers come to the first process, with their properties.
    if report.when == "call" and not os.environ.get("PYTEST_XDIST_WORKER"):
        _measured.extend(value for name, value in report.user_properties if name == "notebook")


def _minutes() -> float:
    """Minutes that the notebooks take together on two cores."""
    return sum(each["seconds"] for each in _measured) / CORES / 60


def pytest_sessionfinish():
    if not _measured:
        return
    _REPORT.parent.mkdir(exist_ok=True)
    _REPORT.write_text(json.dumps({"minutes_on_two_cores": round(_minutes(), 2), "notebooks": sorted(_measured, key=lambda each: each["name"])}, indent=2) + "\n")


def pytest_terminal_summary(terminalreporter):
    if not _measured:
        return
    terminalreporter.section("notebooks: seconds and megabytes")
    for each in sorted(_measured, key=lambda each: -each["seconds"]):
        terminalreporter.write_line(f"{each['seconds']:6.1f} s {each['megabytes']:5.0f} MB  {each['name']}")
    terminalreporter.write_line(f"{_minutes():.1f} minutes on {CORES} cores, aimed at {AIMED_MINUTES} on a quiet machine: {_REPORT.relative_to(_REPORT.parents[1])}")


@pytest.fixture
def machine(course, tmp_path, monkeypatch) -> Path:
    """A team's machine, with the course in miniature and nothing done yet; gives its course folder."""
    here = tmp_path / "cours"
    for name in ("notebooks", "exercises", "share/originals", "datasets"):
        shutil.copytree(course / name, here / name)
    monkeypatch.setenv("CHALLENGE_DATA_HOME", str(here))
    monkeypatch.delenv("CHALLENGE_DATA_WORK", raising=False)
    return here
