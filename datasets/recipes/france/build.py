"""Rebuild datasets/france/ from the public packages it comes from.

    python datasets/recipes/france/build.py                    everything
    python datasets/recipes/france/build.py communes epci      a part
    python datasets/recipes/france/build.py --into /tmp/france elsewhere, to compare

The same bytes every time. SOURCE.md files are written by people; a figure of theirs that the source no
longer says stops the recipe.
"""

import argparse
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]  # this folder's modules, and packages.py: scripts, not a package

import aides_velo  # noqa: E402
import aides_velo_ouvertes  # noqa: E402
import cog  # noqa: E402
import departements  # noqa: E402
import epci  # noqa: E402
from registry import RecipeError  # noqa: E402

DATASETS = {
    "communes": cog.build_communes,
    "populations": cog.build_populations,
    "epci": epci.build,
    "departements": departements.build,
    "aides_velo": aides_velo.build,
    "aides_velo_ouvertes": aides_velo_ouvertes.build,  # reads the others as they are committed
}


def main(arguments: list[str] | None = None) -> int:
    """Build what is asked; 0 if all went well, 1 with one sentence if not."""
    parser = argparse.ArgumentParser(description="Rebuild datasets/france/.")
    parser.add_argument("names", nargs="*", metavar="dataset", help=f"among {', '.join(DATASETS)}; all by default")
    parser.add_argument("--into", type=Path, default=HERE.parents[1] / "france", help="folder to write into")
    asked = parser.parse_args(arguments)
    if unknown := set(asked.names) - set(DATASETS):
        parser.error(f"no dataset is called {', '.join(sorted(unknown))}; there are {', '.join(DATASETS)}")
    try:
        for name in asked.names or DATASETS:
            DATASETS[name](asked.into / name)
            print(f"{name}: written in {asked.into / name}")
    except RecipeError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
