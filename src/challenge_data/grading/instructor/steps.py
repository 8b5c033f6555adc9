"""What the cells of « Corriger » do, and say in French: the steps of a day for which formgrader has no button."""

import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterable
from pathlib import Path

import pandas as pd
from IPython.display import Markdown, display

from challenge_data import course
from challenge_data.errors import LearnerError
from challenge_data.french import number, plural
from challenge_data.grading import converting, feedback, receiving
from challenge_data.grading.engine import default_grading
from challenge_data.grading.gradebook import Refused, private
from challenge_data.grading.instructor import samples
from challenge_data.grading.instructor.folder import HAND_INS, inbound
from challenge_data.grading.privacy import forgetting
from challenge_data.grading.reports import writing
from challenge_data.grading.summary import GRADED, NOT_GRADED, TO_LOOK_AT
from challenge_data.grading.teams import giving, results, roster
from challenge_data.grading.teams.rules import RulesError
from challenge_data.teamwork import naming

NOTES, RETURNS = "notes", "retours"
_STATES = {GRADED: "notée", TO_LOOK_AT: "à regarder", NOT_GRADED: "pas notée"}


def grade() -> None:
    """Grade what is in ``rendus/<challenge>/``; a zip of the hand-in button that lies in ``rendus/`` itself goes to its challenge's folder first.

    Raises:
        LearnerError: nothing is there, or nothing could be graded; the sentence says why.
    """
    folder, challenges = _folder(), _challenges()
    _sort(folder / HAND_INS, challenges)
    with_hand_ins = [name for name in challenges if _entries(folder / HAND_INS / name)]
    if not with_hand_ins:
        raise LearnerError(f"Le dossier « {HAND_INS} » est vide. Dans l'explorateur de fichiers, à gauche, ouvrez {HAND_INS}, puis le dossier du défi, et glissez-y les fichiers reçus.")
    for name in with_hand_ins:
        _say(f"{name} : {plural(len(_entries(folder / HAND_INS / name)), 'fichier reçu', 'fichiers reçus')}. La correction demande quelques secondes par équipe…")
        _show_graded(name, _graded(folder, name))


def report() -> None:
    """Write the overview of each challenge and a page for each team; show where they are.

    Raises:
        LearnerError: nobody was graded yet, or a file of the folder has faults.
    """
    folder = _folder()
    pages = _in_french(lambda: writing.report(course.root(), folder, _with_teams(folder)), writing.CannotReport)
    overviews = [page for page in pages if page.stem == writing.OVERVIEW and page.suffix == ".html"]
    teams = [page for page in pages if page.parent.name == writing.TEAMS and page.suffix == ".html"]
    _say(f"Vue d'ensemble de {plural(len(overviews), 'défi')}, puis {plural(len(teams), 'page')} pour les équipes :")
    _links([*overviews, *teams], folder)


def marks() -> pd.DataFrame:
    """Write ``notes/notes.csv``, ``notes.xlsx`` and the files for Moodle; give what is in them, a line a team or a person.

    Raises:
        LearnerError: nobody was graded yet, or a file of the folder has faults.
    """
    folder = _folder()
    given = _in_french(lambda: giving.give(course.root(), folder, folder / NOTES, _with_teams(folder)), Refused, RulesError)
    waiting = sorted({one.team.name for teams in given.found.values() for one in teams if one.waiting})
    if waiting:
        _say(f"Ces équipes attendent encore des points de vous, dans formgrader : {', '.join(waiting)}. Leur note n'est pas définitive.")
    else:
        _say("Aucun point n'attend plus : toutes les notes sont définitives.")
    if given.kept:
        _say(f"Les fichiers d'avant sont gardés dans {NOTES}/{giving.FORMER}.")
    _links(sorted((folder / NOTES).glob("*.*")), folder)
    table = pd.read_csv(folder / NOTES / "notes.csv", sep=";", encoding="utf-8-sig", dtype=str, keep_default_na=False)
    return table.set_index("equipe")[[name for name in ("defi", "membre", "points", "sur", "en_attente", "note", "note_definitive") if table[name].any()]]


def give_back() -> None:
    """Make the teams' pages with today's points and comments, and a zip of them for each team, in ``retours/``.

    Raises:
        LearnerError: nobody was graded yet.
    """
    folder, made = _folder(), []
    challenges, returns = _with_teams(folder), folder / RETURNS
    _say("Les pages dont les points ou les commentaires ont changé sont refaites : quelques secondes par équipe…")
    with private():
        returns.mkdir(mode=0o700, exist_ok=True)
        for challenge in challenges:
            for one in results.results(course.root(), folder, challenge):
                if one.scores is not None:
                    feedback.write_feedback(course.root(), challenge, folder, one.team.name)
                    made.append(_zipped(returns / f"{one.team.name}_{challenge}.zip", sorted((folder / "feedback" / one.team.name / challenge).glob("*.html"))))
    _say(f"{plural(len(made), 'fichier à rendre', 'fichiers à rendre')}, un par équipe et par défi. Envoyez-les quand toutes les équipes ont rendu leur travail : les pages montrent les tests.")
    _links(made, folder)


def remove_samples() -> None:
    """Erase the invented teams everywhere in the folder, so that they are in no mark.

    Raises:
        LearnerError: another run writes in the folder.
    """
    folder = _folder()
    there = [team for team in samples.TEAMS if any(inbound(folder).glob(f"{team}+*")) or any(folder.glob(f"submitted/{team}")) or any(folder.glob(f"autograded/{team}"))]
    for team in there:
        for handed_in in inbound(folder).glob(f"{team}+*"):
            shutil.rmtree(handed_in)
        if any(folder.glob(f"submitted/{team}")) or any(folder.glob(f"autograded/{team}")):
            _in_french(lambda team=team: forgetting.forget(course.root(), folder, team), forgetting.CannotForget)
        for archive in (folder / RETURNS).glob(f"{team}_*.zip"):
            archive.unlink()
    if there:
        _say(f"Retirées : {', '.join(there)}. Exécutez de nouveau les parties 6 et 7 : elles n'y seront plus.")
    else:
        _say("Les équipes inventées ne sont plus là : rien à retirer.")


def _folder() -> Path:
    return default_grading(course.root())


def _challenges() -> list[str]:
    return sorted(folder.name for folder in (course.root() / "solutions").glob("[!.]*/"))


def _with_teams(folder: Path) -> list[str]:
    """The workshop's challenges of which somebody was graded or is expected; an assignment that was created here has no page.

    Raises:
        LearnerError: there is none.
    """
    found = [name for name in results.challenges(course.root(), folder) if name in _challenges()]
    if not found:
        raise LearnerError("Aucune équipe n'a encore été notée. Commencez par « Autograde » dans formgrader, ou par la partie 3 de « Corriger ».")
    return found


def _entries(place: Path) -> list[Path]:
    return sorted(path for path in place.glob("[!.]*") if not receiving.is_junk(path.name)) if place.is_dir() else []


def _sort(place: Path, challenges: list[str]) -> None:
    """Hand-ins that say their challenge go to its folder; the others are told. Nothing is overwritten."""
    for path in _entries(place):
        if path.name in challenges:
            continue
        named = naming.read(path.name)
        challenge = named.challenge if named else None
        target = place / str(challenge) / path.name
        if challenge not in challenges:
            _say(f"{HAND_INS}/{path.name} : on ne sait pas de quel défi c'est. Glissez-le dans le dossier de son défi : {', '.join(challenges)}.")
        elif target.exists():
            _say(f"{HAND_INS}/{path.name} : il y a déjà un fichier de ce nom dans {HAND_INS}/{challenge}. Renommez l'un des deux.")
        else:
            target.parent.mkdir(exist_ok=True)
            path.rename(target)
            _say(f"{path.name} est rangé dans {HAND_INS}/{challenge}.")


def _graded(folder: Path, challenge: str) -> dict:
    """The run's summary, as :meth:`Summary.as_json` has it. A process of its own: it starts others, which a notebook's kernel does badly.

    Raises:
        LearnerError: nothing could be graded.
    """
    # -P: nothing that lies in the folder is imported.
    command = [sys.executable, "-P", "-m", "challenge_data.cli", "grade", str(folder / HAND_INS / challenge), "--challenge", challenge, "--to", str(folder), "--json"]
    if not roster.load(folder).teams:
        command.append("--add-teams")
    run = subprocess.run(command, capture_output=True, text=True)
    try:
        return json.loads(run.stdout)
    except ValueError:
        raise LearnerError(f"Aucune équipe n'a été notée pour {challenge}. La commande « grade » dit pourquoi, en anglais :\n{run.stderr.strip()}") from None


def _show_graded(challenge: str, summary: dict) -> None:
    teams = summary["teams"]
    if summary["absent"]:
        _say(f"N'ont rien rendu : {', '.join(summary['absent'])}.")
    for warning in summary["warnings"]:
        _say(f"**À regarder** : {warning}")
    points = {"automatic": "points des tests", "total": "total", "maximum": "sur", "waiting": "à donner par vous"}
    columns = {title: [number(team[name]) for team in teams] for name, title in points.items()}
    display(pd.DataFrame(columns | {"état": [_STATES[team["state"]] for team in teams]}, index=pd.Index([team["team"] for team in teams], name="équipe")))
    said = [f"- **{team['team']}** : {sentence}" for team in teams for sentence in filter(None, [team["problem"], *team["remarks"], *team["notes"], *map(_flagged, team["flags"])])]
    if said:
        display(Markdown("\n".join(["À regarder (docs/grading.md, « The table », explique chaque ligne) :", "", *said])))


def _flagged(flag: dict) -> str:
    return f"`{flag['notebook']}`, cellule `{flag['cell']}` : {flag['what']}. Points retenus, à donner ou non dans formgrader."


def _zipped(path: Path, pages: Iterable[Path]) -> Path:
    draft = path.with_name(f".{path.name}.en-cours")
    with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as archive:
        for page in pages:
            archive.write(page, f"{path.stem}/{page.name}")
    draft.replace(path)
    return path


def _say(sentence: str) -> None:
    """As a text that wraps between words, as soon as it is said."""
    display(Markdown(sentence))


def _links(paths: Iterable[Path], folder: Path) -> None:
    display(Markdown("\n".join(f"- [{path.relative_to(folder)}](<{path.relative_to(folder).as_posix()}>)" for path in paths)))


def _in_french(work, *errors: type[Exception]):
    """What ``work`` gives; what it refuses, said without a traceback.

    Raises:
        LearnerError: in place of these errors.
    """
    try:
        with converting.quiet():
            return work()
    except errors as problem:
        raise LearnerError(f"Cela n'a pas pu être fait ; la raison est en anglais :\n{problem}") from None
