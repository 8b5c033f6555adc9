"""A fresh copy of one notebook; the one that was begun stays."""

from challenge_data import course, edition
from challenge_data.errors import LearnerError
from challenge_data.teamwork import copies, files, seen


def begin_again(given: dict) -> dict:
    """Put the notebook ``path`` back as it was delivered.

    Returns:
        ``kept``: where the earlier one is, for a person; "" when it held nothing of the team's.

    Raises:
        LearnerError: the notebook did not come with the course, or the disk does not take it.
    """
    path = given["path"]
    original = edition.originals().get(path)
    if original is None:
        raise LearnerError(f"« {path} » n'est pas un carnet du cours : il n'en existe pas de copie neuve.")
    here = files.path_of(path)
    kept = copies.keep(here) if here.is_file() and not seen.same(here.read_bytes(), original) else ""
    course.write(here, original)
    return {"kept": kept}
