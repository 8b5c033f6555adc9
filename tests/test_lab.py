"""The door: prepares the environment from the locks, knows when it is still good, and says in French what is missing.

Most of it runs for real, without network, on a course in miniature whose lock holds two packages made here.
"""

import ast
import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from challenge_data import install, lab, opening

PROJECT = Path(__file__).resolve().parents[1]
DOOR = ["challenge_data.py", "src/challenge_data/__init__.py", "src/challenge_data/lab.py", "src/challenge_data/install.py", "src/challenge_data/opening.py"]

# Builds an editable wheel with the standard library alone, as hatchling does in the real project.
BACKEND = '''
import zipfile
from pathlib import Path

def build_editable(folder, config_settings=None, metadata_directory=None):
    name = "challenge_data-0-py3-none-any.whl"
    with zipfile.ZipFile(Path(folder, name), "w") as wheel:
        wheel.writestr("challenge_data.pth", str(Path("src").resolve()))
        wheel.writestr("challenge_data-0.dist-info/METADATA", "Metadata-Version: 2.1\\nName: challenge-data\\nVersion: 0\\n")
        wheel.writestr("challenge_data-0.dist-info/WHEEL", "Wheel-Version: 1.0\\nGenerator: x\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr("challenge_data-0.dist-info/RECORD", "")
    return name
'''


def make_wheel(folder: Path, name: str, version: str) -> str:
    """A package of one module that knows its version, as a wheel; gives back its line of a lock."""
    path = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr(f"{name}.py", f"version = {version!r}\n")
        wheel.writestr(f"{name}-{version}.dist-info/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        wheel.writestr(f"{name}-{version}.dist-info/WHEEL", "Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{name}-{version}.dist-info/RECORD", "")
    return f"{name}=={version} \\\n    --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"


class Course:
    """A course in miniature, its lock, and the wheels that stand for the package index."""

    def __init__(self, folder: Path) -> None:
        self.root, self.wheels = folder / "Cours d'été à l'école", folder / "wheels"
        self.wheels.mkdir()
        for name in DOOR:
            (self.root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(PROJECT / name, self.root / name)
        (self.root / "datasets").mkdir()
        (self.root / "share").mkdir()
        (self.root / "backend.py").write_text(BACKEND, encoding="utf-8")
        (self.root / "pyproject.toml").write_text('[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n', encoding="utf-8")
        self.lock("1.0")

    def lock(self, version: str) -> None:
        first = make_wheel(self.wheels, "setuptools", "99.0") + make_wheel(self.wheels, "paquet", version)
        (self.root / "requirements.lock").write_text(first, encoding="utf-8")
        (self.root / "requirements-dev.lock").write_text(first + make_wheel(self.wheels, "outil", "1.0"), encoding="utf-8")

    def command(self, *arguments: str) -> list[str]:
        return [getattr(sys, "_base_executable", sys.executable), "-m", "challenge_data.lab", *arguments]

    def env(self, **more: str) -> dict[str, str]:
        return {"PATH": os.defpath, "HOME": str(self.root.parent), "LANG": "C.UTF-8", "PIP_NO_INDEX": "1",
                "PIP_FIND_LINKS": self.wheels.as_uri(), "PIP_CONFIG_FILE": os.devnull, **more}

    def run(self, *arguments: str, **more: str) -> subprocess.CompletedProcess:
        return subprocess.run(self.command(*arguments), cwd=self.root, env=self.env(**more), capture_output=True, text=True, timeout=120)

    def version(self, module: str = "paquet", *options: str) -> subprocess.CompletedProcess:
        return self.run(*options, "--run", "python", "-c", f"import {module}; print({module}.version)")


@pytest.fixture
def course(tmp_path):
    return Course(tmp_path)


def sentence(done: subprocess.CompletedProcess) -> str:
    """The one sentence of a command that stopped."""
    assert done.returncode != 0, done.stdout
    (said,) = done.stderr.strip().splitlines()
    assert "Traceback" not in said and said.endswith((".", ")"))
    return said


def test_life_of_an_environment(course):
    done = course.version()
    assert done.returncode == 0 and done.stdout.splitlines()[-1] == "1.0", done.stderr
    assert "Première installation" in done.stdout

    started = time.monotonic()
    assert course.version().stdout == "1.0\n", "nothing is installed, nothing is said, the second time"
    assert time.monotonic() - started < 2

    # The learners' environment becomes the developers', and the door of the learners stays open.
    assert course.version("outil", "--dev").stdout.splitlines()[-1] == "1.0"
    assert course.version().stdout == "1.0\n"

    # A new lock is followed.
    course.lock("2.0")
    assert course.version().stdout.splitlines()[-1] == "2.0"

    # A folder that was renamed: its environment is made again.
    course.root = course.root.rename(course.root.with_name("ailleurs"))
    done = course.version()
    assert "Première installation" in done.stdout and done.stdout.splitlines()[-1] == "2.0", done.stderr


def test_installation_cut_short_is_made_again(course):
    process = subprocess.Popen(course.command("--run", "python", "-c", "pass"), cwd=course.root, env=course.env(),
                               stdout=subprocess.DEVNULL, start_new_session=True)
    state = course.root / ".venv/challenge-data.json"
    while not state.exists():
        assert process.poll() is None
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    (course.root / ".venv/ruine").write_text("x", encoding="utf-8")
    done = course.version()
    assert done.stdout.splitlines()[-1] == "1.0" and not (course.root / ".venv/ruine").exists(), done.stderr


@pytest.fixture(scope="module")
def ready(tmp_path_factory):
    """A course whose environment is there."""
    course = Course(tmp_path_factory.mktemp("ready"))
    assert course.version().returncode == 0
    return course


@pytest.fixture
def newer(ready):
    """That course, with a new lock to follow; its environment is as it was when the test ends."""
    ready.lock("3.0")
    yield ready
    ready.lock("1.0")
    assert ready.version().stdout == "1.0\n", "an update that failed before it began must leave the environment alone"


def test_package_that_was_altered_on_the_way_is_refused(newer):
    with open(newer.wheels / "paquet-3.0-py3-none-any.whl", "ab") as wheel:
        wheel.write(b"autre chose")
    assert "n'est pas celui qui est attendu" in sentence(newer.version())


def test_package_that_does_not_exist_for_this_machine_is_said(newer):
    (newer.wheels / "paquet-3.0-py3-none-any.whl").unlink()
    assert "installez un Python entre" in sentence(newer.version())


def test_no_network_is_said(newer):
    # A port of this machine that nobody listens to: the answer of a network that is not there.
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{closed.getsockname()[1]}/simple"
        env = {"PIP_NO_INDEX": "0", "PIP_INDEX_URL": address, "PIP_FIND_LINKS": ""}
        assert "Le réseau ne répond pas" in sentence(newer.run("--run", "true", **env))


def test_unknown_command_is_said(ready):
    assert "inexistante" in sentence(ready.run("--run", "inexistante"))


def test_python_without_venv_module_says_what_to_install(course, tmp_path):
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "ensurepip.py").write_text("raise ImportError", encoding="utf-8")
    said = sentence(course.run("--run", "true", PYTHONPATH=str(broken), PATH=str(broken)))
    assert "apt install python3-venv" in said


def test_too_little_room_is_said_before_anything_is_written(monkeypatch):
    monkeypatch.setattr(install.shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(1, 1, 300_000_000))
    monkeypatch.setattr(install.shutil, "rmtree", lambda path: pytest.fail("touched the environment"))
    with pytest.raises(install.Stop, match="Il ne reste que 0,3 Go"):
        install._make_venv("lab")


def test_folder_without_a_lock_says_which_one(monkeypatch, tmp_path):
    monkeypatch.setattr(install, "ROOT", tmp_path)
    with pytest.raises(install.Stop, match="requirements-dev.lock.*L'édition des équipes n'a pas d'outils"):
        install.prepare("dev")


def test_check_runs_in_the_environment_that_was_prepared(monkeypatch):
    ran = []
    monkeypatch.setattr(lab.install, "prepare", lambda profile: f"/{profile}/python")
    monkeypatch.setattr(lab, "_run", lambda python, command: ran.append((python, command)) or 0)
    monkeypatch.chdir(PROJECT)
    assert lab.main(["--check"]) == 0
    assert ran == [("/lab/python", ["python", "-m", "challenge_data.checkup"])]


OLD = (3, 8, 10)


def test_old_python_says_which_one_is_needed(monkeypatch, capsys):
    monkeypatch.setattr(lab.sys, "version_info", OLD)
    monkeypatch.setenv("PATH", "/nonexistent")
    monkeypatch.chdir(PROJECT)
    assert lab.main([]) == 1
    said = capsys.readouterr().err
    assert said.startswith("Python 3.11 ou plus récent est nécessaire") and "Python 3.8" in said and said.count("\n") == 1


def test_old_python_hands_over_to_a_newer_one_of_the_machine(monkeypatch, tmp_path):
    newer = tmp_path / "python3.12"
    newer.symlink_to(sys.executable)
    monkeypatch.setattr(lab.sys, "version_info", OLD)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.chdir(PROJECT)
    became = []
    monkeypatch.setattr(lab, "become", lambda command, environment: became.append(command))
    lab.main(["--port", "9000"])
    assert became == [[str(newer), "-m", "challenge_data.lab", "--port", "9000"]]


@pytest.mark.parametrize("name", DOOR)
def test_door_can_be_read_by_an_old_python(name):
    ast.parse((PROJECT / name).read_text(encoding="utf-8"), feature_version=(3, 6))


@pytest.mark.parametrize("version", ["3.6", "3.7", "3.8", "3.9", "3.10"])
def test_old_pythons_of_this_machine_say_so_themselves(version):
    known = [shutil.which(f"python{version}"), *Path.home().glob(f".pyenv/versions/{version}.*/bin/python")]
    # A version manager's shim is a script that needs PATH: ask it for the Python behind, which may not be there.
    answers = (subprocess.run([one, "-c", "import sys; print(sys.executable)"], capture_output=True, text=True) for one in known if one)
    found = next((answer.stdout.strip() for answer in answers if answer.returncode == 0), None)
    if found is None:
        pytest.skip(f"no Python {version} here")
    done = subprocess.run([found, "-m", "challenge_data.lab"], cwd=PROJECT, env={"PATH": "/nonexistent", "LANG": "C.UTF-8"},
                          capture_output=True, timeout=60)
    said = done.stderr.decode()
    assert done.returncode == 1 and said.startswith("Python 3.11 ou plus récent est nécessaire"), said


def test_door_needs_nothing_but_the_standard_library():
    code = "import sys; sys.path.insert(0, 'src'); import challenge_data.lab; print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-I", "-S", "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert not loaded - sys.stdlib_module_names - {"challenge_data", "__main__", "sitecustomize"}


def test_file_at_the_root_gives_way_to_the_real_package():
    code = "import challenge_data, challenge_data.errors, sys; print(challenge_data.__file__, challenge_data is sys.modules['challenge_data'])"
    done = subprocess.run([sys.executable, "-I", "-S", "-c", "import sys; sys.path.insert(0, '.'); " + code], cwd=PROJECT,
                          capture_output=True, text=True, check=True)
    assert done.stdout.split() == [str(PROJECT / "src/challenge_data/__init__.py"), "True"]


@pytest.mark.parametrize(("said", "advice"), [
    ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "Le disque est plein"),
    ("OSError: [Errno 122] Disk quota exceeded", "Le disque est plein"),
    ("WARNING: Retrying after connection broken by 'NewConnectionError(<...>: Failed to establish a new connection: [Errno -3] "
     "Temporary failure in name resolution')\nERROR: Could not find a version that satisfies the requirement jupyterlab", "Le réseau ne répond pas"),
    ("pip._vendor.urllib3.exceptions.ReadTimeoutError: HTTPSConnectionPool: Read timed out.", "Le réseau ne répond pas"),
    ("SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] self-signed certificate'))", "PIP_CERT"),
    ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.", "n'est pas celui qui est attendu"),
    ("[WinError 32] The process cannot access the file because it is being used by another process: 'C:\\cours'", "fermez JupyterLab"),
    ("PermissionError: [Errno 13] Permission denied: '/srv/cours/.venv'", "vous appartient"),
    ("HINT: This error might have occurred since this system does not have Windows Long Path support enabled.", "trop long pour Windows"),
    ("  error: subprocess-exited-with-error\n  ERROR: Failed building wheel for pandas", "entre 3.11 et 3.14"),
    ("Error: something nobody foresaw", "something nobody foresaw"),
    ("", "aucun message"),
])
def test_what_pip_says_becomes_one_french_sentence(said, advice):
    told = install.explain(said)
    assert advice in told and "\n" not in told and told.endswith(".")


@pytest.fixture
def opened(monkeypatch):
    """The command that would start JupyterLab."""
    became = []
    monkeypatch.setattr(lab.install, "prepare", lambda profile: "/python")
    monkeypatch.setattr(lab, "become", lambda command, environment: became.append(command) or 0)
    monkeypatch.chdir(PROJECT)
    for name in ("CI", "DISPLAY", "WAYLAND_DISPLAY", "JUPYTER_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    return became


def test_without_a_screen_the_address_is_printed_and_no_browser_opens(opened, capsys, monkeypatch):
    monkeypatch.setattr(lab.sys, "platform", "linux")
    lab.main(["--port", "9321"])
    assert "--no-browser" in opened[0] and "http://localhost:9321/lab" in capsys.readouterr().out
    monkeypatch.setenv("DISPLAY", ":0")
    lab.main(["--port", "9321"])
    assert "--no-browser" not in opened[1]
    monkeypatch.setenv("CI", "true")
    lab.main(["--port", "9321"])
    assert "--no-browser" in opened[2]


def test_jupyterlab_opens_the_course_folder_on_the_welcome_notebook(opened, monkeypatch, tmp_path):
    monkeypatch.setattr(lab.install, "ROOT", tmp_path)
    (tmp_path / lab.WELCOME).parent.mkdir(parents=True)
    (tmp_path / lab.WELCOME).write_text("{}", encoding="utf-8")
    other = tmp_path / "build/expert/02.ipynb"
    other.parent.mkdir(parents=True)
    other.write_text("{}", encoding="utf-8")
    lab.main(["--ServerApp.ip=0.0.0.0"])
    assert f"--ServerApp.root_dir={tmp_path}" in opened[0]
    assert f"--LabApp.default_url=/lab/tree/{lab.WELCOME}" in opened[0]
    assert opened[0][-1] == "--ServerApp.ip=0.0.0.0", "what it does not know goes to JupyterLab"
    lab.main(["--notebook", "build/expert/02.ipynb"])
    assert "--LabApp.default_url=/lab/tree/build/expert/02.ipynb" in opened[1]


def test_root_may_open_jupyterlab(opened, monkeypatch):
    for user, allowed in ((0, True), (1000, False)):
        monkeypatch.setattr(lab.os, "geteuid", lambda user=user: user)
        lab.main([])
        assert ("--allow-root" in opened[-1]) is allowed


def test_a_port_in_use_is_left_to_whom_it_belongs():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", opening.free_port()))
        taken.listen()
        assert opening.free_port() != taken.getsockname()[1]


def test_settings_are_in_the_environment_french_without_news():
    """The editable install put them beside JupyterLab."""
    def installed(path):
        return json.loads((Path(sys.prefix) / path).read_text(encoding="utf-8"))

    settings = installed("share/jupyter/lab/settings/overrides.json")
    assert settings["@jupyterlab/translation-extension:plugin"]["locale"] == "fr_FR"
    assert settings["@jupyterlab/apputils-extension:notification"] == {"fetchNews": "false", "checkForUpdates": False}
    disabled = installed("etc/jupyter/labconfig/page_config.d/challenge_data.json")["disabledExtensions"]
    assert disabled["@jupyter/nbgrader:formgrader"] and "@jupyter/nbgrader:validate-assignment" not in disabled


def test_settings_name_what_this_jupyterlab_knows():
    """A key that a later JupyterLab renames would be ignored without a word."""
    schemas = Path(sys.prefix) / "share/jupyter/lab/schemas"
    settings = json.loads((PROJECT / "share/jupyter/lab/settings/overrides.json").read_text(encoding="utf-8"))
    for plugin, values in settings.items():
        package, name = plugin.split(":")
        known = json.loads((schemas / package / f"{name}.json").read_text(encoding="utf-8"))["properties"]
        assert not values.keys() - known.keys(), plugin
    disabled = json.loads((PROJECT / "share/etc/jupyter/labconfig/page_config.d/challenge_data.json").read_text(encoding="utf-8"))["disabledExtensions"]
    for plugin in disabled.keys() - {"offlinenotebook:offlineNotebookButtons"}:  # repo2docker brings that one, not the lock
        package = plugin.partition(":")[0]
        if package.startswith("@jupyterlab/"):
            assert (schemas / package).is_dir(), plugin
            continue
        scripts = (Path(sys.prefix) / "share/jupyter/labextensions" / package / "static").glob("*.js")
        assert any(plugin in script.read_text(encoding="utf-8") for script in scripts), plugin


def test_an_instructor_can_have_the_menus_back(tmp_path):
    # The command of the documentation, into a folder of ours.
    jupyter = Path(sys.executable).parent / "jupyter"
    env = {**os.environ, "HOME": str(tmp_path), "JUPYTER_CONFIG_DIR": str(tmp_path), "JUPYTER_PREFER_ENV_PATH": "0"}
    subprocess.run([str(jupyter), "labextension", "enable", "--level=user", "@jupyter/nbgrader:formgrader"], env=env, check=True, capture_output=True)
    code = "from jupyterlab_server.config import get_page_config; print(*get_page_config([])['disabledExtensions'])"
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    disabled = done.stdout.split()
    assert "@jupyter/nbgrader:formgrader" not in disabled and "@jupyter/nbgrader:course-list" in disabled
