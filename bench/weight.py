"""What the learners' environment weighs, against its main tools installed alone; what importing the package costs.

``make bench``. Prints two ratios and the ten heaviest packages, writes build/bench.json, and fails above the limits.
Both environments are made anew in build/bench/, with the versions of requirements.lock.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from importlib.metadata import distributions
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
BUILD = PROJECT / "build"
FOLDER = BUILD / "bench"
LOCK = PROJECT / "requirements.lock"

ALONE = ["jupyterlab", "pandas", "matplotlib", "geopandas", "ipywidgets", "nbgrader", "papermill"]
MOST_WEIGHT = 1.55
"""Learners' environment over the tools alone; csv-detective's pyarrow is most of the difference."""
MOST_IMPORT = 2.0
"""`import challenge_data` over a Python that does nothing: a room is loaded when one of its names is asked for."""
RUNS = 15


def uv(*arguments: str) -> None:
    # The machine's certificates, as pip: some networks sign with their own.
    subprocess.run(["uv", "--quiet", "--system-certs", *arguments], check=True, cwd=PROJECT)


def python(name: str) -> Path:
    return FOLDER / name / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def make(name: str, *installs: list[str]) -> None:
    """A fresh environment; bytecode is compiled, as pip does."""
    uv("venv", "--python", sys.executable, str(FOLDER / name))
    for arguments in installs:
        uv("pip", "install", "--compile-bytecode", "--python", str(python(name)), *arguments)


def constraints() -> Path:
    """The lock's versions without its hashes: the tools alone are resolved from their names."""
    path = FOLDER / "constraints.txt"
    path.write_text("\n".join(re.findall(r"^\S+==[^\\\n]+", LOCK.read_text(encoding="utf-8"), re.MULTILINE)), encoding="utf-8")
    return path


def weight(folder: Path) -> int:
    """Bytes of all files, links not followed."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def heaviest(name: str) -> list[tuple[str, int]]:
    """Packages of an environment with their bytes, the heaviest first."""
    (site,) = (FOLDER / name).glob("Lib/site-packages") if os.name == "nt" else (FOLDER / name).glob("lib/*/site-packages")
    weights = {}
    for package in distributions(path=[str(site)]):
        files = {Path(str(file.locate())) for file in package.files or []}
        files |= {compiled for file in files if file.suffix == ".py" for compiled in file.parent.glob(f"__pycache__/{file.stem}.*.pyc")}
        weights[package.metadata["Name"]] = sum(file.stat().st_size for file in files if file.is_file())
    return sorted(weights.items(), key=lambda item: -item[1])


def import_ratios(name: str, *programs: str) -> list[float]:
    """How many times longer than an empty program each of these takes in a fresh Python."""
    def seconds(code: str) -> float:
        started = time.perf_counter()
        subprocess.run([python(name), "-c", code], check=True, cwd=FOLDER)
        return time.perf_counter() - started

    # Side by side, and the shortest of each: what else the machine does disturbs all alike.
    runs = [[seconds(code) for code in ("pass", *programs)] for _ in range(RUNS)]
    nothing, *others = map(min, zip(*runs, strict=True))
    return [round(other / nothing, 2) for other in others]


def main() -> int:
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    make("learners", ["--require-hashes", "-r", str(LOCK)], ["--no-deps", "--no-build-isolation", "--editable", str(PROJECT)])
    make("alone", [*ALONE, "--constraint", str(constraints())])

    learners, alone = weight(FOLDER / "learners"), weight(FOLDER / "alone")
    package, every_name = import_ratios("learners", "import challenge_data", "from challenge_data import *")
    top = heaviest("learners")[:10]
    result = {
        "weight_ratio": round(learners / alone, 3), "learners_megabytes": round(learners / 1e6), "alone_megabytes": round(alone / 1e6),
        "import_ratio": package, "import_every_name_ratio": every_name, "heaviest_megabytes": {name: round(size / 1e6, 1) for name, size in top},
    }
    (BUILD / "bench.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    shutil.rmtree(FOLDER)

    print(f"weight: {result['learners_megabytes']} MB over {result['alone_megabytes']} MB = {result['weight_ratio']} (at most {MOST_WEIGHT})")
    for name, size in result["heaviest_megabytes"].items():
        print(f"  {size:6.1f} MB  {name}")
    print(f"import challenge_data: {package} times a Python that does nothing (at most {MOST_IMPORT}); every name of it: {every_name} times")
    return int(result["weight_ratio"] > MOST_WEIGHT or package > MOST_IMPORT)


if __name__ == "__main__":
    sys.exit(main())
