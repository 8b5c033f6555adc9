"""Run the stand-in by hand: ``python -m challenge_data.portal.standin --port 8000``."""

import argparse
from pathlib import Path

from challenge_data.portal.standin.server import Standin


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m challenge_data.portal.standin", description=__doc__)
    parser.add_argument("--port", type=int, default=8000, help="0: any free port")
    parser.add_argument("--catalogue", type=Path, help="folder of catalogue.json and fichiers.zip")
    given = parser.parse_args()
    standin = Standin(given.catalogue, port=given.port)
    print(f"Portail d'exercice : {standin.address} ({len(standin.catalogue.datasets)} fiches inventées). Ctrl+C pour arrêter.", flush=True)
    try:
        standin.serve()
    except KeyboardInterrupt:
        print("Arrêté.")


if __name__ == "__main__":
    main()
