"""Rebuild datasets/brumeval/relais/: the file that each lesson hands on, as an imaginary team made it.

    python datasets/recipes/relay/build.py                  in place
    python datasets/recipes/relay/build.py --into /tmp/r    elsewhere, to compare

Lessons are run with their answers, in order, each in the work folder of those before it; what a lesson's header says
it produces is kept. A test runs every lesson anyway, and compares what it makes with the file that stands here.
"""

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path

import nbclient

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parents[2]
sys.path.insert(0, str(HERE.parent))  # packages.py: recipes are scripts, not a package

from packages import CC_BY_SA, messy, write_package  # noqa: E402

from challenge_data import build  # noqa: E402
from challenge_data.build.course import read_curriculum  # noqa: E402


def make(into: Path) -> None:
    """Run the lessons and write the package.

    Args:
        into: the folder that gets the files; made when absent.
    """
    into.mkdir(parents=True, exist_ok=True)
    curriculum = read_curriculum(PROJECT)
    answered = build.answered(PROJECT)
    resources = []
    with tempfile.TemporaryDirectory() as folder:
        os.environ["CHALLENGE_DATA_HOME"], os.environ["CHALLENGE_DATA_WORK"] = str(PROJECT), folder
        for lesson in curriculum.lessons:
            if not lesson.produces:
                continue
            nbclient.NotebookClient(answered[lesson.built], timeout=120, resources={"metadata": {"path": folder}}).execute()
            for name in lesson.produces:
                shutil.copy(Path(folder, name), into / name)
                # Not for load(): pick_up(name) gives the path, as it would give the team's own file.
                resources.append(messy(f"relais_{Path(name).stem}", name, title=f"{name}, d'une équipe imaginaire",
                                       description=f"Ce que la leçon {lesson.code} · {lesson.title} transmet aux suivantes."))
    write_package(
        into, name="relais", title="Les fichiers transmis de leçon en leçon, par une équipe imaginaire",
        description="Pour l'équipe qui a sauté une leçon : pick_up(nom) les donne quand le sien manque. Sur l'île de Brumeval, tout est inventé.",
        sources=[{"title": "Les leçons de l'atelier Challenge Data, exécutées avec leurs réponses"}], licences=[CC_BY_SA],
        vintage="réponses d'une équipe imaginaire, octobre 2026", resources=resources, invented=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Rebuild datasets/brumeval/relais/.")
    parser.add_argument("--into", type=Path, default=PROJECT / "datasets/brumeval/relais")
    make(parser.parse_args().into)
