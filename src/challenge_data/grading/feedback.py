"""nbgrader's pages of one team, made again only when something in them has changed."""

import hashlib
import json
from dataclasses import asdict
from pathlib import Path

from challenge_data.grading import converting, marks
from challenge_data.grading.gradebook import Refused, check_room, read_whole, write_whole
from challenge_data.grading.placing import RECORDED, NotRecorded, fit, folder_of, gradebook_of, hashes, room


def write_feedback(course: Path, challenge: str, grading: Path, team: str, *, force: bool = False) -> bool:
    """nbgrader's feedback of one recorded team, into ``feedback/``. Needs no lock: several teams' may be made at once, by several processes.

    Args:
        force: even if neither work, marks nor comments have changed since its pages were made.

    Returns:
        True if pages were written.

    Raises:
        Refused: nothing is recorded of this team.
        NotRecorded: nbgrader failed on it.
        DiskFull: no room.
    """
    grading = grading.resolve()
    config = converting.load(course.resolve(), grading)
    autograded = hashes(folder_of(config.CourseDirectory.autograded_directory, team, challenge)) if fit(team) else {}
    if not autograded:
        raise Refused(f"Nothing of « {team} » is recorded for « {challenge} »: there is no feedback to give.")
    with gradebook_of(config) as book:
        state = [autograded, asdict(marks.scores(book, challenge, team)), marks.comments(book, challenge, team)]
    now = hashlib.sha256(json.dumps(state, sort_keys=True).encode()).hexdigest()
    told = grading / RECORDED / f"{challenge}.feedback" / f"{team}.json"
    pages = {path.stem for path in folder_of(config.CourseDirectory.feedback_directory, team, challenge).glob("*.html")}
    if not force and read_whole(told).get("state") == now and pages >= {Path(name).stem for name in autograded}:
        return False
    what = f"The feedback of « {team} » was not written"
    with room(grading, what):
        check_room(grading, what)
        told.unlink(missing_ok=True)
        try:
            with converting.quiet():
                converting.feedback(config, challenge, team)
        except converting.Failed as failure:
            raise NotRecorded(f"nbgrader could not write the feedback of « {team} »:\n{failure}") from failure
        write_whole(told, {"state": now})
    return True
