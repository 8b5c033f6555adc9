"""A team's work taken back into a fresh machine, whole; what was here and differs is kept first."""

from challenge_data import course, edition
from challenge_data.errors import LearnerError
from challenge_data.french import plural
from challenge_data.teamwork import archive, copies, files, placing, seen
from challenge_data.teamwork.archive import Archive

TAKEN, AWAY, ASIDE, SAME, LOST = "repris", f"rangé dans « {files.WORK} »", "posé à côté", "déjà là, identique", "PAS REPRIS"
"""What became of a file, in the words that are shown."""


def take_back(given: dict) -> dict:
    """Put each file of an archive where it belongs.

    Args:
        given: ``content`` (the zip's bytes) and, once its questions were answered by yes, ``agreed``.

    Returns:
        ``asks``, sentences to agree to before anything is written (then nothing was), ``title`` and ``told``, sentences about the whole,
        ``files``: for each its ``path``, and ``what`` became of it, as a French phrase; ``lost``: how many files the disk did
        not take, or are none of a team's.

    Raises:
        LearnerError: it is no archive, or nothing in it is a team's.
    """
    found = archive.read(given["content"])
    delivered = edition.originals()
    placed = placing.place(found, delivered)
    if not placed:
        raise LearnerError("Dans ce fichier, rien ne ressemble au travail d'une équipe : ni carnet du cours, ni fichier du dossier « travail ».")
    if not given.get("agreed") and (asks := _asks(found)):
        return {"asks": asks, "title": "", "told": [], "files": [], "lost": 0}
    version = edition.version(delivered)
    origins = _origins(found, version)
    done = [_put(path, content, delivered, origins, AWAY if placing.is_put_away(found, path) else TAKEN) for path, content in placed.items()]
    return {"asks": [], "title": _title(done), "told": _told(found, done, version) + found.notes, "files": done, "lost": len(_became(done, LOST)) + len(found.files) - len(placed)}


def _asks(found: Archive) -> list[str]:
    asks = []
    team = course.known_team()
    if found.kind == "rendu":
        asks.append("Ce fichier est un rendu : il ne contient que les carnets d'un défi. Le reste de votre travail n'y est pas.")
    if team and found.team and found.team != team.name:
        asks.append(f"Ce travail est celui de l'équipe « {found.team} ». Ici, l'équipe est « {team.name} ».")
    if found.manifest and _edition(found)["name"] != edition.known().name:
        asks.append(f"Ce travail vient d'une autre édition, « {_edition(found)['name']} ». Ici, c'est « {edition.known().name} ».")
    return asks


def _edition(found: Archive) -> dict[str, str]:
    said = (found.manifest or {}).get("edition")
    said = said if isinstance(said, dict) else {}
    return {"name": str(said.get("name", "?")), "version": str(said.get("version", "?"))}


def _origins(found: Archive, version: str) -> dict[str, str] | None:
    """Path -> digest of the delivered notebook that each came from; None when it is this very version."""
    if found.manifest and _edition(found)["version"] == version:
        return None
    return {str(entry["path"]): str(entry["original"]) for entry in (found.manifest or {}).get("files", []) if "original" in entry}


def _fits(path: str, content: bytes, original: bytes | None, origins: dict[str, str] | None) -> bool:
    """False for a notebook that was delivered otherwise: in this one's place, it would bring the old questions back."""
    if origins is None or original is None or not path.endswith(".ipynb"):
        return True
    return origins[path] == archive.digest(original) if path in origins else seen.frame(content).keys() == seen.frame(original).keys()


def _put(path: str, content: bytes, delivered: dict[str, bytes], origins: dict[str, str] | None, word: str) -> dict[str, str]:
    fits = _fits(path, content, delivered.get(path), origins)
    name = path if fits else placing.beside(path)
    what = word if fits else f"{ASIDE}, sous le nom « {files.path_of(name).name} » : le carnet du cours a changé"
    try:
        here = files.path_of(name)
        here.parent.mkdir(parents=True, exist_ok=True)
        if here.is_file() and (earlier := here.read_bytes()) != content:
            original = delivered.get(name)
            if original is None or not seen.same(earlier, original):
                what += f" ; ce qui était ici est gardé : {copies.keep(here)}"
        elif here.is_file():
            return {"path": name, "what": SAME}
        course.write(here, content)
    except (OSError, LearnerError) as error:
        what = f"{LOST} : {error}"
    return {"path": name, "what": what}


def _became(done: list[dict[str, str]], *words: str) -> list[dict[str, str]]:
    return [file for file in done if file["what"].startswith(words)]


def _title(done: list[dict[str, str]]) -> str:
    if _became(done, TAKEN, ASIDE):
        return "Votre travail est repris"
    if _became(done, LOST):
        return "Rien n'a été repris"
    return "C'est rangé" if _became(done, AWAY) else "Tout était déjà là"


def _counted(done: list[dict[str, str]]) -> str:
    """« 3 fichiers repris, 2 déjà là, 1 non : voyez pourquoi dans la liste. »"""
    taken, away, same, lost = (len(_became(done, *words)) for words in ((TAKEN, ASIDE), (AWAY,), (SAME,), (LOST,)))
    parts = [plural(taken, "fichier repris", "fichiers repris")] if taken or lost else []
    parts += [f"{plural(away, 'fichier rangé', 'fichiers rangés')} dans « {files.WORK} »"] if away else []
    parts += [f"{same} déjà là" if parts else plural(same, "fichier était déjà là", "fichiers étaient déjà là") + ", rien n'a changé"] if same else []
    return ", ".join(parts) + (f", {lost} non : voyez pourquoi dans la liste." if lost else ".")


def _told(found: Archive, done: list[dict[str, str]], version: str) -> list[str]:
    aside = _became(done, ASIDE)
    told = [_counted(done)]
    if any(file["path"].endswith(".ipynb") for file in _became(done, TAKEN)):
        told.append("Rien n'a été exécuté : relancez chaque carnet depuis le début.")
    # A browser that kept a text without its machine knows of no version.
    if found.manifest and _edition(found)["version"] not in ("", version):
        told.append(f"Ce travail a été fait sur une autre version des carnets ({_edition(found)['version']} ; ici {version}).")
        if not aside:
            told.append("Les vôtres n'ont pas changé entre les deux : tout est à sa place.")
    if aside:
        told.append("Les carnets qui ont changé depuis restent neufs, et le vôtre est posé à côté : recopiez-y vos réponses, ou reprenez-les une à une par « Réunir ».")
    return told
