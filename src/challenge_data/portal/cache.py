"""Files fetched from a portal, kept once read whole and checked.

In ``portail-cache`` of the team's folder, each file under its resource's id, with a small JSON card beside it that
says what was fetched. A file is written beside its place and put there only when it is complete; what somebody changed
by hand since is moved aside, never overwritten.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from challenge_data import course
from challenge_data.errors import LearnerError
from challenge_data.french import thousands
from challenge_data.portal.web import PortalError, Web, looks_like_html

FOLDER = "portail-cache"
_ALGORITHMS = {"sha1": "sha1", "sha256": "sha256", "sha2": "sha256", "md5": "md5"}
_PAGES = ("html", "htm", "url", "www", "web page")


@dataclass(frozen=True)
class _Card:
    """What was fetched: enough to know whether the portal's resource, or our file, changed since."""

    titre: str
    last_modified: str | None
    checksum: str | None
    sha256: str
    octets: int
    conforme: bool  # False: taken with verify=False although its checksum differs


def fetch(web: Web, resource: dict, *, verify: bool, most_mb: float) -> Path:
    """Path of a resource's file, fetched unless an unchanged copy is there.

    Raises:
        PortalError: it cannot be fetched, is a web page instead of a file, is too big, or is not what its checksum says.
        LearnerError: the disk does not take it.
    """
    path = course.work_dir() / FOLDER / f"{resource['id']}{_suffix(resource)}"
    card_path = path.with_name(f"{path.name}.json")
    title, card = resource.get("title") or path.name, _read_card(card_path)
    _, wanted = _announced(resource)
    if card and path.is_file():
        same = (card.last_modified, card.checksum) == (resource.get("last_modified"), wanted)
        if same and (card.conforme or not verify) and hashlib.sha256(path.read_bytes()).hexdigest() == card.sha256:
            print(f"« {title} » : déjà là, rien à télécharger ({course.work_dir().name}/{FOLDER}/{path.name}).")
            return path

    try:
        path.parent.mkdir(exist_ok=True)
        content = _download(web, resource, title, most_mb)
    except OSError as error:
        raise LearnerError(
            f"« {title} » n'a pas pu être enregistré dans {path.parent} ({error.strerror}) : le disque est peut-être plein, ou le dossier "
            "protégé. Supprimez des fichiers dont vous n'avez plus besoin, puis exécutez de nouveau la cellule."
        ) from None
    conforms, checked = _verify(content, resource)
    if verify and not conforms:
        raise PortalError(
            f"« {title} » n'est pas le fichier que la fiche annonce : {checked}. Il a été remplacé sans que la fiche soit corrigée, "
            "ou abîmé en route. Rien n'a été gardé. Réessayez ; si cela recommence, écrivez au producteur. "
            "Pour le lire quand même, en le sachant : fetch(…, verify=False).", 200
        )
    sha256, count = hashlib.sha256(content).hexdigest(), thousands(len(content))
    _set_aside(path, card, sha256)
    course.write(path, content)
    course.keep(f"{FOLDER}/{card_path.name}", asdict(_Card(title, resource.get("last_modified"), wanted, sha256, len(content), conforms)))
    print(f"« {title} » : {count} octets, {checked}. Enregistré : {course.work_dir().name}/{FOLDER}/{path.name}")
    if not content:
        print("Attention : ce fichier est vide. Le lien répond, et il n'y a rien dedans.")
    return path


def _download(web: Web, resource: dict, title: str, most_mb: float) -> bytes:
    import tempfile

    missing = (
        f"Le lien de « {title} » est mort (erreur 404) : la fiche existe, le fichier n'y est plus. "
        "Écrivez au producteur, dont le nom est sur la fiche, et cherchez une autre publication."
    )
    # In memory while small, then on the disk: half a file never stands where a whole one is expected.
    with tempfile.SpooledTemporaryFile(max_size=20_000_000) as draft:
        answer = web.download(resource["url"], draft, int(most_mb * 1e6), missing=missing)
        draft.seek(0)
        content = draft.read()
    expected = (resource.get("format") or "").strip().lower()
    if expected not in _PAGES and (answer.kind == "text/html" or looks_like_html(content)):
        raise PortalError(
            f"Le lien de « {title} » mène à une page web, pas à un fichier {expected or 'de données'} : {resource['url']}. "
            "Ouvrez-la dans un navigateur : le fichier a peut-être changé de place, ou demande un compte.", 200
        )
    return content


def _verify(content: bytes, resource: dict) -> tuple[bool, str]:
    """Whether a file is what its card's checksum says, as far as can be known; and that in words."""
    algorithm, wanted = _announced(resource)
    if not wanted:
        return True, "aucune somme de contrôle annoncée"
    if algorithm not in _ALGORITHMS:
        return True, f"somme de contrôle {algorithm} non vérifiée"
    if hashlib.new(_ALGORITHMS[algorithm], content, usedforsecurity=False).hexdigest() == wanted.strip().lower():
        return True, f"somme de contrôle {algorithm} vérifiée"
    return False, f"sa somme de contrôle {algorithm} diffère"


def _announced(resource: dict) -> tuple[str, str | None]:
    checksum = resource.get("checksum") or {}
    return (checksum.get("type") or "").lower(), checksum.get("value") or None


def earlier(key: str) -> Path | None:
    """The copy of a resource fetched before, when the portal cannot be asked; says that it may be old."""
    folder = course.work_dir() / FOLDER
    for card_path in sorted(folder.glob(f"{key}.*.json")):
        path, card = card_path.with_suffix(""), _read_card(card_path)
        if card and path.is_file():
            print(f"Le portail ne répond pas. Voici la copie de « {card.titre} » prise auparavant : {folder.parent.name}/{FOLDER}/{path.name}")
            return path
    return None


def _set_aside(path: Path, card: _Card | None, new: str) -> None:
    """Move what stands there when it is neither what we fetched before nor what we just fetched: it is somebody's work."""
    if not path.is_file():
        return
    there = hashlib.sha256(path.read_bytes()).hexdigest()
    if there in (new, card.sha256 if card else None):
        return
    kept = path.with_name(f"{path.stem}-modifie-{datetime.now():%Y%m%d-%H%M%S-%f}{path.suffix}")
    path.replace(kept)
    print(f"Votre copie modifiée est gardée sous le nom {kept.name}.")


def _read_card(path: Path) -> _Card | None:
    try:
        return _Card(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _suffix(resource: dict) -> str:
    """The file's ending, from its address, else from the format that its card tells; letters and digits only."""
    for text in (PurePosixPath(unquote(urlsplit(resource.get("url") or "").path)).suffix[1:], resource.get("format") or ""):
        if text.isalnum() and len(text) <= 8:
            return f".{text.lower()}"
    return ".bin"
