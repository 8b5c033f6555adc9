"""Rebuild datasets/brumeval/@nom@/ and the truth behind it.

    python datasets/recipes/@nom@/build.py                  in place
    python datasets/recipes/@nom@/build.py --into /tmp/x    elsewhere, to compare

One module a notebook: each writes its files, and gives their resources and the truth. The same bytes every time.
SOURCE.md is written by people.
"""

import argparse
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]  # this folder's modules, and packages.py: scripts, not a package

import manipuler  # noqa: E402
import trouver  # noqa: E402
import visualiser  # noqa: E402
from packages import CC_BY_SA, write_json, write_package  # noqa: E402


def build(into: Path, truth_into: Path) -> None:
    """Write the package into one folder, and the truth, which nothing of the package may show, into another."""
    into.mkdir(parents=True, exist_ok=True)
    parts = [module.write(into) for module in (trouver, manipuler, visualiser)]
    write_package(
        into, name="@nom@",
        # À ÉCRIRE : le titre et la description du jeu de données, pour qui demande describe(…).
        title="Les boîtes à livres de Brumeval", description="Trois fichiers d'exemple. L'île et ses boîtes à livres sont inventées.",
        sources=[{"title": "Générateur de l'atelier Challenge Data"}], licences=[CC_BY_SA], vintage="état fictif de 2026", invented=True,
        resources=(resources := [resource for written, _ in parts for resource in written]))
    for stray in sorted({path.name for path in into.glob("*.*")} - {resource["path"] for resource in resources} - {"datapackage.json", "SOURCE.md", "@id@.json"}):
        print(f"{into / stray}: the recipe no longer writes this file, delete it.")
    # A key given twice would be lost without a word.
    names = [name for _, truth in parts for name in truth]
    assert len(names) == len(set(names)), f"two notebooks give the truth the same name: {sorted(names)}"
    write_json(truth_into / "@id@.json", {name: value for _, truth in parts for name, value in truth.items()})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Rebuild datasets/brumeval/@nom@/ and its truth.")
    parser.add_argument("--into", type=Path, help="folder to write both into; the course's own by default")
    asked = parser.parse_args()
    build(asked.into or HERE.parents[1] / "brumeval" / "@nom@", asked.into or HERE.parent / "truth")
