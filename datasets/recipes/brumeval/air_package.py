"""The package ``air``: the files of the three notebooks of « qualite-air », and the truth behind them."""

from pathlib import Path

import air
import air_files_1
import air_files_2
import air_files_3
from packages import CC_BY_SA, write_package
from territory import SOURCE


def build(folder: Path) -> dict:
    """Write the files and the package's description.

    Returns:
        The truth: the keys that each notebook's files give, one prefix a notebook (``n1_``, ``n2_``, ``n3_``).
    """
    folder.mkdir(parents=True, exist_ok=True)
    year, resources, truth = air.year(), [], {}
    for part in (air_files_1, air_files_2, air_files_3):
        of_part, known = part.build(folder, year)
        assert not truth.keys() & known.keys()
        resources, truth = [*resources, *of_part], truth | known
    write_package(
        folder, title="Qualité de l'air sur l'île de Brumeval en 2026 (inventée)",
        description="Une année d'une station de référence et de douze capteurs d'habitantes et d'habitants. Mesures, lieux et personnes sont inventés : lire SOURCE.md.",
        sources=[SOURCE], licences=[CC_BY_SA], vintage="année fictive 2026, remise en janvier 2027", invented=True, resources=resources,
    )
    return truth
