"""One team, from what it handed in to notebooks that were run: the part of grading that many processes do at once.

Takes paths and gives plain data, so that any ``concurrent.futures.Executor`` may carry it. What it writes is whole or not there.
"""

import copy
import hashlib
import html
import json
import re
import shutil
from dataclasses import asdict, dataclass
from functools import cache, lru_cache
from pathlib import Path

import nbformat

from challenge_data.grading import watching
from challenge_data.grading.keeping import read_record
from challenge_data.grading.receiving import files_of
from challenge_data.grading.restoring import Note, restore
from challenge_data.grading.running import PROVISIONER, Ran, RunLimits, run
from challenge_data.grading.sandbox import NurseryGone, nursery_here
from challenge_data.grading.watching import Flag

RESULT = "result.json"
TIMESTAMP = "timestamp.txt"
"""nbgrader's: when a hand-in came, in UTC."""
OUR_WORD = "avant-la-correction"
"""Id of the cell on top of a notebook that was put right."""
UNSAFE_PROVISIONER = "local-provisioner"

_WHY = {
    "dead kernel": "Le programme s'est arrêté net avant cette cellule (par une commande qui ferme tout, peut-être) : elle n'a pas pu être vérifiée, une personne lit votre réponse.",
    "memory": "Le carnet a pris trop de mémoire avant cette cellule : elle n'a pas pu être vérifiée, une personne lit votre réponse.",
    "disk": "Le carnet a écrit des fichiers hors de son dossier avant cette cellule : elle n'a pas pu être vérifiée, une personne lit votre réponse.",
    "time": "Le carnet a dépassé le temps permis avant cette cellule : elle n'a pas pu être vérifiée, une personne lit votre réponse.",
    "late": "Cette cellule a dépassé le temps permis : elle a été arrêtée.",
    "output": "Le carnet a écrit beaucoup trop de texte avant cette cellule : elle n'a pas pu être vérifiée, une personne lit votre réponse.",
    "unproven": "La correction automatique n'était plus fiable à cet endroit du carnet : une personne regardera cette réponse.",
    "flag": "Cette réponse contient une commande inhabituelle ici : une personne la regardera avant de donner les points.",
}
"""What a team reads in its feedback where the points wait."""


@dataclass(frozen=True)
class Job:
    """What to grade, and where."""

    team: str
    received: str
    """Folder of the hand-in, as received."""
    challenge: str
    course: str
    grading: str
    stamp: str
    """Tells this work from any other: what was handed in, the masters, the toolkit."""
    unsafe: bool = False
    limits: RunLimits = RunLimits()
    reuse: str = ""
    """Another grading folder, whose result of this very work is taken rather than run again."""


def ready() -> None:
    """Warm kernels at hand in this process before its first team's turn; they take seconds to come.

    Raises:
        CannotIsolate: this machine cannot put the code apart.
    """
    nursery_here()


def stamp(received_sha256: str, masters: dict[str, bytes], limits: RunLimits) -> str:
    """What a result depends on, as one word."""
    digest = hashlib.sha256(received_sha256.encode())
    for name in sorted(masters):
        digest.update(name.encode() + b"\0" + masters[name])
    digest.update(repr(limits).encode())
    digest.update(toolkit())
    return digest.hexdigest()


@cache
def toolkit() -> bytes:
    """Our own code: a check that changed judges anew."""
    return hashlib.sha256(b"".join(path.read_bytes() for path in sorted(Path(__file__).parents[1].rglob("*.py")))).digest()


def result_of(grading: Path, team: str, challenge: str) -> dict | None:
    """What :func:`mark` wrote for a team; None when there is nothing whole."""
    try:
        return json.loads((grading / "executed" / team / challenge / RESULT).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def marked(job: Job) -> dict:
    """What an earlier run left, if it is of the same work; else :func:`mark`."""
    return earlier(job) or mark(job)


def earlier(job: Job) -> dict | None:
    """What an earlier run left of the same work; half a work is taken away."""
    for left in executed(job).parent.glob(f".{job.challenge}.*"):  # of a run that was killed
        shutil.rmtree(left, ignore_errors=True)
    grading = Path(job.grading)
    if (result := result_of(grading, job.team, job.challenge)) and result.get("stamp") == job.stamp:
        return result
    if job.reuse and (result := result_of(Path(job.reuse), job.team, job.challenge)) and result.get("stamp") == job.stamp:
        place = draft(job)
        shutil.copytree(Path(job.reuse) / "executed" / job.team / job.challenge, place, dirs_exist_ok=True)
        put(place, executed(job))
        return result
    return None


def executed(job: Job) -> Path:
    """Where a team's notebooks are once they were run."""
    return Path(job.grading) / "executed" / job.team / job.challenge


def mark(job: Job) -> dict:
    """Restore, run and watch a team's notebooks; write them to ``executed/`` and the result beside them. Returns the result.

    Raises:
        CannotIsolate: this machine cannot put the code apart, and ``unsafe`` was not said.
    """
    course = Path(job.course)
    masters, releases = (_notebooks(*((path, path.stat().st_mtime_ns) for path in sorted((course / kind / job.challenge).glob("*.ipynb")))) for kind in ("solutions", "exercises"))
    files = files_of(Path(job.received))
    restored = restore(masters, files.files, releases)
    place = draft(job)
    told = {"team": job.team, "stamp": job.stamp, "refused": list(files.refused), "notebooks": {}}
    for name, one in restored.items():
        flags = _written(name, one.notebook)
        ran = _ran(one.notebook, job)
        flags += [Flag(name, cell, "canary", "a wrong answer was not refused just before this test") for cell in ran.unproven[:1]]
        withheld = withhold(ran, flags)
        if one.notes:
            ran.notebook.cells.insert(0, _word_to_the_team(one.notes))
        nbformat.write(ran.notebook, place / f"{name}.ipynb")
        told["notebooks"][name] = {
            "found": one.found, "notes": [asdict(note) for note in one.notes], "seconds": round(ran.seconds, 2), "stopped": ran.stopped,
            "late": ran.late, "flags": [asdict(flag) for flag in flags], "withheld": withheld}
    if record := read_record(Path(job.received)):
        (place / TIMESTAMP).write_text(record["at"], encoding="utf-8")
    (place / RESULT).write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")
    put(place, executed(job))
    return told


@lru_cache(maxsize=2)
def _notebooks(*dated: tuple[Path, int]) -> dict[str, nbformat.NotebookNode]:
    """Read once for all teams: restoring works on copies."""
    return {path.stem: nbformat.read(path, 4) for path, _ in dated}


def _ran(notebook: nbformat.NotebookNode, job: Job) -> Ran:
    where = UNSAFE_PROVISIONER if job.unsafe else PROVISIONER
    try:
        return run(copy.deepcopy(notebook), job.limits, where)
    except NurseryGone:  # once may be another's doing
        return run(copy.deepcopy(notebook), job.limits, where)


def _word_to_the_team(notes: list[Note]) -> nbformat.NotebookNode:
    """What was put right before the run, on top of the notebook that comes back to them."""
    # File names are theirs: no markup of theirs becomes ours.
    sentences = [re.sub(r"([\\`*_\[\]#|~])", r"\\\1", html.escape(note.text, quote=False)) for note in notes]
    return nbformat.v4.new_markdown_cell("\n".join(["**Avant la correction de ce carnet :**", "", *(f"- {sentence}" for sentence in sentences)]), id=OUR_WORD)


def _written(name: str, notebook: nbformat.NotebookNode) -> list[Flag]:
    return [flag for cell in notebook.cells if cell.cell_type == "code" and not cell.metadata.get("nbgrader", {}).get("locked")
            for flag in watching.written(name, cell.id, cell.source)]


def withhold(ran: Ran, flags: list[Flag]) -> dict[str, str]:
    """Take from test cells the points that they must not give by themselves, and all that is no text; changes the notebook that was run.

    Returns:
        ``grade_id`` of a test -> reason (a key of the sentences that teams read).
    """
    cells = ran.notebook.cells
    place = {cell.id: rank for rank, cell in enumerate(cells)}
    tests = [cell for cell in cells if watching.is_test(cell)]
    reasons: dict[str, str] = {}
    for flag in flags:
        owner = cells[place[flag.cell]].metadata.get("nbgrader", {}).get("grade_id", "")
        later = [test for test in tests if place[test.id] >= place[flag.cell]]
        own = [test for test in tests if test.metadata.nbgrader.grade_id == f"tests-{owner}"] or later[:1]
        for test in later if flag.kind == watching.TAMPERING else own if flag.kind == watching.ODD else []:
            reasons.setdefault(test.id, "flag")
    for cell in cells:
        if cell.id in ran.late:
            cell.outputs.append(_said("late"))
    for test in tests:
        if test.id not in ran.ran and test.id not in ran.late:
            reasons[test.id] = ran.stopped or "unproven"
        elif test.id in ran.unproven:
            reasons[test.id] = "unproven"
        # A last value that is a number would be read as points.
        test.outputs = [output for output in test.outputs if output.output_type in ("stream", "error")]
        if test.id in reasons:
            test.outputs.append(_said(reasons[test.id]))
    return {test.metadata.nbgrader.grade_id: reasons[test.id] for test in tests if test.id in reasons}


def _said(reason: str) -> nbformat.NotebookNode:
    return nbformat.v4.new_output("stream", name="stderr", text=f"{_WHY[reason]}\n")


def draft(job: Job) -> Path:
    """An empty folder beside :func:`executed`, for :func:`put`."""
    folder = executed(job).with_name(f".{job.challenge}.draft")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def put(draft: Path, target: Path) -> None:
    """The draft in the target's place; a crash leaves the old one, or none, never a half."""
    old = target.with_name(f".{target.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if target.exists():
        target.rename(old)
    draft.rename(target)
    shutil.rmtree(old, ignore_errors=True)
