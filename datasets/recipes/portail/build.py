"""Rebuild datasets/brumeval/portail/ (the catalogue of the stand-in portal) and the truth behind it.

    python datasets/recipes/portail/build.py                  in place
    python datasets/recipes/portail/build.py --into /tmp/p    elsewhere, to compare (the truth too)

After brumeval/build.py: some files tell of the island's facilities. Everything is written in sources/*.yml; here is only
what turns it into cards. Needs PyYAML. The same bytes every time. SOURCE.md is written by people.
"""

import argparse
import sys
from datetime import datetime
from pathlib import Path

import yaml

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]  # this folder's modules, and packages.py: scripts, not a package

import cards  # noqa: E402
import formats  # noqa: E402
from packages import CC_BY_SA, document, messy, write_json, write_package  # noqa: E402

DATASETS = HERE.parents[1]
TODAY = "2026-10-12T08:30:00+00:00"
NOTE = (
    "Catalogue d'exercice : les organisations, les personnes, les fiches et les fichiers sont inventés. "
    "Il imite la forme du portail national data.gouv.fr, défauts compris."
)


def build(into: Path, truth_into: Path) -> None:
    """Write the catalogue, its files, its package and the truth."""
    organisations = yaml.safe_load((HERE / "sources/organisations.yml").read_text(encoding="utf-8"))
    made = cards.Made()
    for source in sorted((HERE / "sources").glob("[0-9]*.yml")):
        for record in yaml.safe_load(source.read_text(encoding="utf-8")):
            cards.add(made, record, organisations, datetime.fromisoformat(TODAY), DATASETS)
    into.mkdir(parents=True, exist_ok=True)
    (into / "fichiers.zip").write_bytes(formats.archive(made.members))
    used = {card["organization"]["id"] for card in made.cards if card["organization"]}
    known = [cards.organisation(key, one) for key, one in organisations.items()]
    write_json(into / "catalogue.json", {
        "invented": True, "note": NOTE, "date": TODAY, "organizations": [one for one in known if one["id"] in used],
        # By title's fingerprint: the order of the sources would tell what goes with what.
        "datasets": sorted(made.cards, key=lambda card: card["id"]),
    }, compact=True)
    write_package(
        into, name="portail", title="Portail d'exercice (inventé)",
        description="Le catalogue et les fichiers du portail de données qui sert aux leçons quand il n'y a pas de réseau. Tout y est inventé.",
        sources=[{"title": "Atelier Challenge Data : fiches écrites à la main"}], licences=[CC_BY_SA], vintage="état fictif d'octobre 2026", invented=True,
        resources=[
            document("portail_catalogue", "catalogue.json", title="Les fiches du portail d'exercice",
                     description="Organisations et jeux de données inventés, dans la forme de l'API de data.gouv.fr. Pour chercher dedans : portal.connect()."),
            messy("portail_fichiers", "fichiers.zip", title="Les fichiers du portail d'exercice",
                  description="Les fichiers que les fiches annoncent, dans une archive. Pour en lire un : portail.fetch(…)."),
        ],
    )
    write_json(truth_into / "portail.json", truth(made))


def truth(made: cards.Made) -> dict:
    """What is wrong with which record, and which ones the lessons speak of."""
    known = yaml.safe_load((HERE / "sources/faults.yml").read_text(encoding="utf-8"))
    identity = {slug: cards.key_of("dataset", slug) for slug in made.records}
    faults: dict[str, dict] = {name: {"explication": text, "fiches": []} for name, text in known.items()}
    near: dict[str, list[str]] = {}
    # The only fault that nobody plants by hand: too many records have it, as on a real portal.
    faults["ressources_non_documentees"]["fiches"] += [card["id"] for card in made.cards if not card["quality"]["resources_documentation"]]
    for slug, record in made.records.items():
        for fault in record.get("faults", []):
            faults[fault]["fiches"].append(identity[slug])
        for word in record.get("near", []):
            near.setdefault(word, []).append(identity[slug])
    return {
        "defauts": faults,
        "doublons": sorted([identity[slug], identity[record["twin"]]] for slug, record in made.records.items() if "twin" in record),
        "histoire": {record["story"]: identity[slug] for slug, record in made.records.items() if "story" in record},
        "faux_amis": dict(sorted(near.items())),
        "fiches": {identity[slug]: slug for slug in sorted(identity)},
    }


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Rebuild datasets/brumeval/portail/.")
    parser.add_argument("--into", type=Path, help="folder to write into; datasets/brumeval/portail and its truth by default")
    asked = parser.parse_args(arguments)
    if asked.into is None:
        build(DATASETS / "brumeval" / "portail", HERE.parent / "truth")
    else:
        build(asked.into, asked.into)
    return 0


if __name__ == "__main__":
    sys.exit(main())
