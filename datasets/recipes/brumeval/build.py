"""Rebuild datasets/brumeval/ and the truth behind it.

    python datasets/recipes/brumeval/build.py                              in place
    python datasets/recipes/brumeval/build.py --into /tmp/b                elsewhere, to compare
    python datasets/recipes/brumeval/build.py --into /tmp/b --scale 1000   for load tests: no truth, nothing for learners

The same bytes every time. SOURCE.md files are written by people.
"""

import argparse
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]  # this folder's modules, and packages.py: scripts, not a package

import air_package  # noqa: E402
import april  # noqa: E402
import delivered  # noqa: E402
import devices  # noqa: E402
import facilities  # noqa: E402
import facilities_package  # noqa: E402
import geography  # noqa: E402
import january  # noqa: E402
import march  # noqa: E402
import population  # noqa: E402
import territory  # noqa: E402
from packages import write_json  # noqa: E402

TRUTH_FILE, FACILITIES_TRUTH_FILE, AIR_TRUTH_FILE = "defibrillateurs.json", "equipements.json", "qualite_air.json"


def build(into: Path, truth_into: Path | None, scale: int = 1) -> None:
    """Write the packages and, at scale 1, the truth behind their files.

    Args:
        into: folder that gets ``territoire/``, ``defibrillateurs/``, ``equipements/`` and, at scale 1 only, ``air/``:
            a year has the hours it has.
        truth_into: folder of the truth files, or None for none.
        scale: about that many times more rows in every file.
    """
    island = geography.draw()
    cells = population.settle(island, scale)
    known_facilities = facilities.facilities(island, scale)
    territory.build(into / "territoire", island, cells, facilities.addresses(known_facilities, island))
    facilities_truth = facilities_package.build(into / "equipements", known_facilities, island)
    folder = into / "defibrillateurs"
    folder.mkdir(parents=True, exist_ok=True)
    known = {when: devices.devices(island, when, scale) for when in (devices.MARCH, devices.APRIL, devices.JANUARY)}
    of_march = march.records(known[devices.MARCH], island)
    march.write(folder, *of_march)
    east, west = (april.rows(known[devices.APRIL], known[devices.MARCH], west=side) for side in (False, True))
    table, (right_boats, given_boats) = april.west_table(west), april.boats(island)
    april.write(folder, east, table, given_boats)
    base = january.base(known[devices.JANUARY])
    january.write(folder, known[devices.JANUARY], base, cells)
    delivered.write(folder)
    if truth_into is not None:
        write_json(truth_into / TRUTH_FILE, march.truth(*of_march, island) | april.truth(east, west, table, right_boats)
                   | january.truth(known[devices.JANUARY], base, cells))
        write_json(truth_into / FACILITIES_TRUTH_FILE, facilities_truth)
        write_json(truth_into / AIR_TRUTH_FILE, air_package.build(into / "air"))


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Rebuild datasets/brumeval/.")
    parser.add_argument("--into", type=Path, help="folder to write into; datasets/brumeval and its truth by default")
    parser.add_argument("--scale", type=int, default=1, help="about that many times more rows (needs --into)")
    asked = parser.parse_args(arguments)
    if asked.scale < 1 or (asked.scale > 1 and asked.into is None):
        parser.error("--scale is 1 or more, and above 1 it needs --into: the course's own files stay small")
    if asked.into is None:
        build(HERE.parents[1] / "brumeval", HERE.parent / "truth")
    else:
        build(asked.into, asked.into if asked.scale == 1 else None, asked.scale)
    return 0


if __name__ == "__main__":
    sys.exit(main())
