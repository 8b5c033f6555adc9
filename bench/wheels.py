"""Every locked package can be had ready-made for the computers learners bring: no one compiles on the first morning.

Called by ``make lock``; asks the package index, installs nothing.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
COMPUTERS = ["x86_64-pc-windows-msvc", "aarch64-apple-darwin", "x86_64-apple-darwin", "x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu"]
PYTHONS = ["3.11", "3.12", "3.13", "3.14"]
OLDEST_MACOS = "14.0"
FROM_SOURCE = "odfpy"
"""Pure Python, published as source only."""


def missing(lock: str, computer: str, python: str) -> str:
    """Why a lock cannot be installed there from ready-made packages; empty when it can."""
    with tempfile.TemporaryDirectory() as nowhere:
        done = subprocess.run(
            ["uv", "pip", "install", "--system-certs", "--dry-run", "--require-hashes", "-r", lock, "--target", nowhere,
             "--python-platform", computer, "--python-version", python, "--only-binary", ":all:", "--no-binary", FROM_SOURCE],
            cwd=PROJECT, env={**os.environ, "MACOSX_DEPLOYMENT_TARGET": OLDEST_MACOS}, capture_output=True, text=True, check=False,
        )
    return done.stderr.strip() if done.returncode else ""


def main() -> int:
    wrong = 0
    for lock in ("requirements.lock", "requirements-dev.lock"):
        for computer in COMPUTERS:
            for python in PYTHONS:
                if why := missing(lock, computer, python):
                    wrong += 1
                    print(f"{lock}, {computer}, Python {python}: {why}\n", file=sys.stderr)
    print(f"{wrong} combination(s) without ready-made packages: cap the package in pyproject.toml, with the reason beside."
          if wrong else f"Ready-made packages for {len(COMPUTERS)} kinds of computers and Python {', '.join(PYTHONS)}.")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
