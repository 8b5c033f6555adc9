"""Write the truth of the challenge `aides-velo`: what its hidden tests compare answers with.

    python datasets/recipes/velo/build.py                 datasets/recipes/truth/aides_velo.json
    python datasets/recipes/velo/build.py --into /tmp/v   elsewhere, to compare

The data are real: there is no state before the disorder to start from. So the truth is counted here in plain Python
over the shipped files, another way than the notebooks' pandas. One module a notebook, each with `truth()`, whose keys
begin with its own word: `trouver_…` (trouver.py), `manipuler_…` (manipuler.py), `visualiser_…` (visualiser.py).
"""

import argparse
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]  # this folder's modules, and packages.py: scripts, not a package

import manipuler  # noqa: E402
import trouver  # noqa: E402
import visualiser  # noqa: E402
from packages import write_json  # noqa: E402


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Write the truth of the challenge aides-velo.")
    parser.add_argument("--into", type=Path, default=HERE.parent / "truth", help="folder to write into")
    into = parser.parse_args(arguments).into
    write_json(into / "aides_velo.json", trouver.truth() | manipuler.truth() | visualiser.truth())
    print(f"aides_velo.json: written in {into}")


if __name__ == "__main__":
    main()
