"""A team taken out of second markings. Its copies go, by their numbers; what a marker typed for the others stays.

The key of a marker, which says whose each copy is, goes last: until then a second run knows which copies are left to take out.
"""

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from challenge_data.grading.gradebook import read_whole
from challenge_data.grading.privacy import removing
from challenge_data.grading.privacy.steps import Step, erase

# The names that moderation gives: the packages of this floor do not know each other.
_FOLDER, _KEY, _SETTLED = "moderation", ".cle.json", "settled.json"
_SHEET, _PAGE, _DIFFERENCES, _AGREEMENT = "deuxieme-lecture", "copies.html", "ecarts", "accord"


def steps_of(grading: Path, team: str, faults: list[str]) -> Iterator[Step]:
    """All challenges; ``faults`` gets a sentence for each key that cannot be read: nobody can tell whose its copies are."""
    for place in sorted((grading / _FOLDER).glob("[!.]*/")):
        yield from _of_challenge(place, team, faults)


def _of_challenge(place: Path, team: str, faults: list[str]) -> Iterator[Step]:
    keys = {path: read_whole(path) for path in sorted(place.glob(f"[!.]*{_KEY}"))}
    if damaged := [path for path, told in keys.items() if "copies" not in told]:
        faults += [f"{path} is damaged: nobody can tell whose its copies are. Put it back, or delete it with the folder {path.name.removesuffix(_KEY)}." for path in damaged]
        return
    gone = {path: sorted(copy for copy, one in told["copies"].items() if one["team"] == team) for path, told in keys.items()}
    pairs = {(path.name.removesuffix(_KEY), copy) for path, copies in gone.items() for copy in copies}
    if pairs:
        for path in sorted(place.glob(f"{_AGREEMENT}.*")):
            yield Step(path, "the comparison, which counts it: compare again", partial(erase, path))
        yield from _of_sheets(place, _DIFFERENCES, pairs, ("lecture", "copie"), "its lines", faults)
    for key, copies in gone.items():
        if copies:
            folder = place / key.name.removesuffix(_KEY)
            said = f"its {len(copies)} copy(ies): {', '.join(copies)}"
            yield from _of_sheets(folder, _SHEET, {(copy,) for copy in copies}, ("copie",), said, faults)
            if (page := folder / _PAGE).exists():
                yield Step(page, said, partial(_from_page, page, copies))
            yield Step(key, said, partial(_from_key, key, team))
    if any(name.partition("/")[0] == team for name in read_whole(place / _SETTLED)):
        yield Step(place / _SETTLED, "its first marks", partial(_from_settled, place / _SETTLED, team))


def _of_sheets(folder: Path, name: str, gone: set[tuple[str, ...]], columns: tuple[str, ...], said: str, faults: list[str]) -> Iterator[Step]:
    for path in (path for kind in (".xlsx", ".csv") if (path := folder / f"{name}{kind}").exists()):
        try:
            content = removing.from_sheet(path, gone, columns)
        except removing.CannotEdit as fault:
            faults.append(str(fault))
        else:
            yield Step(path, said, partial(removing.write, path, content))


def _from_page(path: Path, copies: list[str]) -> None:
    from bs4 import BeautifulSoup

    page = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
    for copy in copies:
        for article in page.find_all("article", attrs={"aria-labelledby": f"c{copy}"}):
            article.decompose()
    removing.write(path, str(page).encode())


def _from_key(path: Path, team: str) -> None:
    told = read_whole(path)
    _rewrite(path, told | {"copies": {copy: one for copy, one in told["copies"].items() if one["team"] != team}})


def _from_settled(path: Path, team: str) -> None:
    _rewrite(path, {name: points for name, points in read_whole(path).items() if name.partition("/")[0] != team})


def _rewrite(path: Path, content: dict) -> None:
    removing.write(path, json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True).encode())
