"""What a team is about to hand in: what is there, what is answered, and what is not. It tells; it stops nobody."""

from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath

from challenge_data import course, edition, guide
from challenge_data.checks import sharing
from challenge_data.errors import LearnerError
from challenge_data.teamwork import files, placing, shares
from challenge_data.teamwork.frame import Framed, framed
from challenge_data.teamwork.matching import canonical
from challenge_data.teamwork.parsing import Damaged
from challenge_data.teamwork.questions import TEST, chapter

NO_TEAM = "Votre équipe n'est pas encore inscrite : faites-le dans le carnet Bienvenue, partie « Votre équipe », puis revenez ici."
NO_CHALLENGE = "Votre équipe n'a pas encore choisi son défi : faites-le dans le carnet Bienvenue, partie « Votre équipe », puis revenez ici."
_COPY_PLACES = ("exercises", "notebooks", "")
"""Folders where a second download or a drop may land; the last is the course's own."""


@dataclass(frozen=True)
class Waiting:
    """A question without an answer."""

    number: str
    title: str
    cell: str
    """``grade_id`` of the answer."""


@dataclass(frozen=True)
class Inspected:
    """One notebook of the challenge."""

    path: str
    title: str
    there: bool
    answered: int = 0
    asked: int = 0
    waiting: list[Waiting] = field(default_factory=list)


@dataclass(frozen=True)
class Inventory:
    """What is there."""

    team: course.Team
    notebooks: list[Inspected]
    remarks: list[str]
    """What is missing or odd, French sentences that say what to do."""
    share: str
    """One sentence about « Qui a fait quoi »."""

    @property
    def finished(self) -> bool:
        return not self.remarks and not any(notebook.waiting for notebook in self.notebooks)


def inventory(given: dict) -> dict:
    """What is there: ``team``, ``notebooks`` (path, title, there, answered, asked, waiting), ``remarks``, ``share``, ``finished``; and ``address``, ``code`` of the edition.

    Raises:
        LearnerError: team or challenge are not chosen.
    """
    found = inspect()
    place = edition.known()
    return asdict(found) | {"finished": found.finished, "address": place.address, "code": place.code}


def team_here() -> course.Team:
    """The team of this course folder.

    Raises:
        LearnerError: it, or its challenge, is not chosen.
    """
    team = course.known_team()
    if team is None:
        raise LearnerError(NO_TEAM)
    if not team.challenge:
        raise LearnerError(NO_CHALLENGE)
    return team


def inspect() -> Inventory:
    """What the team has of its challenge.

    Raises:
        LearnerError: team or challenge are not chosen.
    """
    team = team_here()
    remarks = [] if team.members else ["Aucun prénom n'est noté : complétez la cellule « Votre équipe » du carnet Bienvenue."]
    own = files.of_challenge(team.challenge)
    if not own:
        remarks.append(f"Les carnets du défi « {team.challenge} » ne sont pas sur cette machine : rouvrez le cours, puis reprenez votre travail.")
    notebooks, contents = [], {}
    for rank, (path, original) in enumerate(own.items(), 1):
        inspected, remark = _inspected(path, original, rank)
        notebooks.append(inspected)
        if inspected.there:
            contents[path] = files.path_of(path).read_bytes()
        remarks += [*([remark] if remark else []), *_others(path, inspected.there, own)]
    share, problem = _share(contents)
    return Inventory(team, notebooks, remarks + problem, share)


def _inspected(path: str, original: bytes, rank: int) -> tuple[Inspected, str]:
    """(the notebook, what is wrong with it)."""
    name = PurePosixPath(path).name
    blank = framed(path, original, original)
    asked = chapter(PurePosixPath(path).stem, blank.frame.master.cells, rank)
    try:
        content = files.path_of(path).read_bytes()
    except OSError:
        return Inspected(path, asked.title, False, asked=len(asked.questions)), f"Le carnet « {name} » n'est pas dans son dossier « {PurePosixPath(path).parent} »."
    try:
        mine = framed(path, original, content)
    except Damaged as why:
        return Inspected(path, asked.title, True, asked=len(asked.questions)), f"Le carnet « {name} » {why}. Il est joint tel quel ; une personne le regardera."
    waiting = [Waiting(question.number, question.title, answer) for question in asked.questions
               if not is_written(mine, answer := question.cell.removeprefix("tests-") if question.kind == TEST else question.cell)]
    return Inspected(path, asked.title, True, len(asked.questions) - len(waiting), len(asked.questions), waiting), ""


def is_written(notebook: Framed, answer: str) -> bool:
    """Whether the answer of that ``grade_id`` says something, without points of suspension left in its code."""
    place = notebook.frame.by_grade[answer]
    if not notebook.is_answered(place):
        return False
    return notebook.frame.master.cells[place].cell_type != "code" or not guide.is_unanswered(notebook.matched.chosen[place].source)


def _others(path: str, there: bool, own: dict[str, bytes]) -> list[str]:
    """Files that bear the notebook's name, but for a browser's « (1) » or a « copie », or hold its cells where it is missing; and how to mend.

    Args:
        own: path -> bytes of each notebook of the challenge, as it was delivered.
    """
    name = PurePosixPath(path).name
    told = []
    for folder in dict.fromkeys([PurePosixPath(path).parent.as_posix(), *_COPY_PLACES]):
        for file in sorted((course.root() / folder).glob("*.ipynb*")):
            found = Path(folder, file.name).as_posix()
            if found == path or not file.is_file():
                continue
            if canonical(file.name) != PurePosixPath(path).stem and (there or found in own or placing.by_cells(file.read_bytes(), own) != path):
                continue
            where = f"« {file.name} »" + ("" if folder == PurePosixPath(path).parent.as_posix() else f", dans {f'« {folder} »' if folder else 'le premier dossier'},")
            told.append(f"{where} n'est pas rendu : seul « {name} » l'est. Si vos réponses sont dans cet autre fichier, comparez les deux, et recopiez-les." if there else
                        f"{where} porte un autre nom que celui attendu : clic droit sur ce fichier, Renommer, « {name} », dans « {PurePosixPath(path).parent} ».")
    return told


def _share(contents: dict[str, bytes]) -> tuple[str, list[str]]:
    """(one sentence about the team's shares, what is to mend in them)."""
    for _, source in shares.cells(contents):
        try:
            written = shares.read(source)
        except shares.Unreadable as why:
            return "", [f"« Qui a fait quoi » ne se lit pas : {why} En l'état, tout le monde aura la note de l'équipe."]
        if written and (written.coefficients or written.signatures):
            if found := sharing.faults(written.coefficients, written.signatures):
                return "", ["« Qui a fait quoi » : en l'état, tout le monde aura la note de l'équipe. " + " ".join(found)]
            return f"« Qui a fait quoi » : {len(written.coefficients)} coefficients, {len(written.signatures)} signatures.", []
    return "« Qui a fait quoi » est vide : tout le monde aura la note de l'équipe.", []
