"""The conda and Binder doors: the same packages, and an image that holds no answer. The students' edition has its own, simpler."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from challenge_data import kit

PROJECT = Path(__file__).resolve().parents[1]
KEPT_OUT = ("solutions", "curriculum/challenges", "tests", "datasets/recipes", ".git")


def leaked(names) -> list[str]:
    """Those of some files that stand in a folder to keep out."""
    return sorted(name for name in names if name.startswith(tuple(f"{folder}/" for folder in (*KEPT_OUT, ".venv"))))


def packages(path: str) -> tuple[list[str], list[Path]]:
    """What an environment file installs by conda, and the lists it hands to pip."""
    file = PROJECT / path
    dependencies = yaml.safe_load(file.read_text(encoding="utf-8"))["dependencies"]
    (by_pip,) = [entry["pip"] for entry in dependencies if isinstance(entry, dict)]
    assert all(line.startswith("-r ") for line in by_pip), f"{path}: only locks, by -r"
    return [entry for entry in dependencies if isinstance(entry, str)], [(file.parent / line[3:]).resolve() for line in by_pip]


def test_conda_and_binder_install_the_same_packages():
    assert packages("environment.yml") == packages("binder/environment.yml")


def test_they_install_python_3_11_and_the_learners_lock_alone():
    assert packages("environment.yml") == (["python=3.11", "pip"], [PROJECT / "requirements.lock"])


@pytest.fixture(scope="module")
def dockerfile():
    """What repo2docker would build, without Docker."""
    done = subprocess.run([str(Path(sys.executable).parent / "jupyter-repo2docker"), "--no-build", "--debug", "."],
                          cwd=PROJECT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def test_repo2docker_reads_the_binder_folder(dockerfile):
    assert "Building conda environment for python=3.11" in dockerfile
    assert '--file "binder/environment.yml"' in dockerfile
    # A folder or a lock at the root must not make it choose another way.
    assert "requirements.txt" not in dockerfile and "Dockerfile buildpack" not in dockerfile


def test_repository_is_copied_before_the_lock_is_read_and_the_package_comes_last(dockerfile):
    copied, environment = dockerfile.index("COPY --chown=0:0 src/ ${REPO_DIR}/"), dockerfile.index('"binder/environment.yml"')
    assert copied < environment < dockerfile.index("RUN ./binder/postBuild")


def in_the_image(folder: Path, checkout: Path = PROJECT) -> set[str]:
    """Files that repo2docker puts in the image: its own function, on the lines of binder/.dockerignore as it reads them."""
    from docker.utils.build import exclude_paths

    lines = (line.strip() for line in (checkout / "binder/.dockerignore").read_text(encoding="utf-8").splitlines())
    return exclude_paths(str(folder), [line for line in lines if line and not line.startswith("#")])


def test_image_holds_no_answer_and_no_recipe(tmp_path):
    wanted = ["notebooks/j0_depart/00.ipynb", "exercises/defi/1.ipynb", "datasets/france/communes.csv", "src/challenge_data/build/tree.py",
              "binder/postBuild", "requirements.lock", "pyproject.toml", "share/jupyter/lab/settings/overrides.json", "curriculum/lessons/01.md"]
    for name in [*wanted, *(f"{folder}/dedans/fichier" for folder in KEPT_OUT)]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x", encoding="utf-8")
    kept = in_the_image(tmp_path)
    assert set(wanted) <= kept
    assert not leaked(kept)


def test_this_very_checkout_holds_no_answer_once_in_the_image():
    kept = in_the_image(PROJECT)
    assert not leaked(kept)
    needed = {"binder/postBuild", "pyproject.toml", "requirements.lock", "src/challenge_data/__init__.py"}
    assert needed <= kept


def test_repo2docker_still_reads_that_file():
    # Not documented everywhere: an older repo2docker ignores it, hence the second lock in postBuild.
    import inspect

    from repo2docker.buildpacks.base import BuildPack

    source = inspect.getsource(BuildPack.build)
    assert ".dockerignore" in source and "binder_path(ignore_file_name)" in source and "exclude_paths" in source


SETTINGS = "etc/jupyter/jupyter_server_config.d/challenge_data_students.json"


def post_build(script: Path, folder: Path) -> str:
    """Run it in a folder, with a prefix of its own and without pip; what it asked for."""
    assert script.stat().st_mode & 0o111, "postBuild is not executable"
    commands, prefix = folder / "commands", folder / "prefix"
    commands.mkdir()
    for name in ("pip", "python"):
        (commands / name).write_text(f'#!/bin/sh\necho {name} "$@" >> said\n', encoding="utf-8")
        (commands / name).chmod(0o755)
    shutil.copytree(PROJECT / "share", folder / "share")
    subprocess.run([str(script)], cwd=folder, env={"PATH": f"{commands}:/usr/bin:/bin", "NB_PYTHON_PREFIX": str(prefix)}, check=True)
    assert (prefix / SETTINGS).read_bytes() == (PROJECT / "share/students/jupyter_server_config.json").read_bytes()
    return (folder / "said").read_text(encoding="utf-8")


INSTALLS = "pip install --no-deps --no-build-isolation --no-cache-dir --editable ."


def test_post_build_removes_what_an_older_repo2docker_would_copy_and_installs_the_package(tmp_path):
    for folder in (*KEPT_OUT, "notebooks"):
        (tmp_path / folder).mkdir(parents=True)
    assert INSTALLS in post_build(PROJECT / "binder/postBuild", tmp_path)
    assert not [folder for folder in KEPT_OUT if (tmp_path / folder).exists()] and (tmp_path / "notebooks").exists()


def test_post_build_of_the_students_edition_has_nothing_to_remove(tmp_path):
    edition, run = tmp_path / "edition", tmp_path / "run"
    kit.write(kit.gather(PROJECT), edition, PROJECT)
    for folder in (run, run / "notebooks", run / "tests"):
        folder.mkdir()
    assert INSTALLS in post_build(edition / "binder/postBuild", run)
    assert (run / "notebooks").exists() and (run / "tests").exists()
    assert "rm " not in (edition / "binder/postBuild").read_text(encoding="utf-8")


def test_repo2docker_reads_the_students_edition_and_all_of_it_is_in_the_image(tmp_path):
    kit.write(kit.gather(PROJECT), tmp_path, PROJECT)
    done = subprocess.run([str(Path(sys.executable).parent / "jupyter-repo2docker"), "--no-build", "--debug", "."],
                          cwd=tmp_path, capture_output=True, text=True, timeout=120)
    said = done.stdout + done.stderr
    assert done.returncode == 0 and '--file "binder/environment.yml"' in said and "RUN ./binder/postBuild" in said, said
    files = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    (tmp_path / "travail").mkdir()
    (tmp_path / "travail/equipe.json").write_text("{}", encoding="utf-8")
    kept = in_the_image(tmp_path, tmp_path)
    assert files <= kept and "travail/equipe.json" not in kept
