"""Results for research, without names: a line a team and question, and no team that stands out by what others can know of it.

What others can know: the challenge, the size of the team, whether it was late. They are made coarser until at least k teams share each
combination (k-anonymity: Samarati and Sweeney, 1998). That hides who a line is of from a reader who was not there. It does not hide
points: where all of a group have the same, belonging to it is enough to know; and a team, or whoever holds the gradebook, may recognise
a row of points. Points are therefore rounded to a quarter of the question's maximum, hints are classes, and the number of teams whose
row is still the only one of its kind is told.
"""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from challenge_data.grading import questions
from challenge_data.grading.gradebook import Refused
from challenge_data.grading.hints import read as read_hints
from challenge_data.grading.privacy.removing import write
from challenge_data.grading.receiving import files_of
from challenge_data.grading.teams.results import TeamResult, challenges, exact, results

if TYPE_CHECKING:
    import pandas as pd

QUASI = ("defi", "taille", "retard")
COLUMNS = ("equipe", *QUASI, "carnet", "question", "maximum", "points", "en_attente", "indices")
ANY = "*"
"""A class that was given up."""
LEAST_K = 2
README = ".LISEZMOI.md"
_MEANING = {"retard": "le retard", "taille": "la taille de l’équipe"}


class CannotExport(Exception):
    """Nothing was written; the sentences say why and what to do, one a line."""


@dataclass(frozen=True)
class Exported:
    """What was written, and what had to go for it."""

    path: Path
    readme: Path
    asked: int
    k: int
    """Reached: the smallest number of teams that share a combination."""
    teams: int
    lines: int
    dropped: tuple[str, ...]
    """Classes given up, of :data:`QUASI`."""
    left_out: tuple[str, ...]
    """Challenges with fewer than the k asked for."""
    alike: int
    """Teams in a group that all have the same points: who knows the group knows them."""
    unique: int
    """Teams whose row of points no other team has."""

    def as_text(self) -> str:
        """For the operator."""
        lines = [f"{self.path}: {self.teams} team(s), {self.lines} line(s), k = {self.k} ({self.asked} asked for).",
                 f"Given up: {', '.join(self.dropped) or 'no class'}. Left out, fewer than {self.asked} graded teams: {', '.join(self.left_out) or 'no challenge'}.",
                 f"k is not all: {self.alike} team(s) are in a group that all have the same points, and {self.unique} have a row of points that no other has; who holds the gradebook can recognise these.",
                 f"{self.readme} says so to whoever gets the file: give both together, to people you know, and do not publish them."]  # fmt: skip
        return "\n".join(lines)


def export(course: Path, grading: Path, to: Path, k: int = 5) -> Exported:
    """Write the table, and beside it what it is.

    Graded teams only. Identifiers of teams are drawn anew each time and kept nowhere: two exports cannot be joined by them.

    Raises:
        CannotExport: ``k`` is too small, too few teams, the file is there already, or a place that is public.
        OSError: the disk.
    """
    to = to.resolve()
    readme = to.with_name(to.stem + README)
    faults = []
    if k < LEAST_K:
        faults.append(f"--k {k}: with fewer than {LEAST_K}, a team stands alone. 5 is usual.")
    if to.suffix.lower() != ".csv":
        faults.append(f"{to}: give the name of a .csv file.")
    if to.is_relative_to(course.resolve()):
        faults.append(f"{to} is in the course's folder, which is public: say another place with --to.")
    faults += [f"{path} is there already: give another name, or move it away." for path in (to, readme) if path.exists()]
    if not to.parent.is_dir():
        faults.append(f"{to.parent}: no such folder.")
    if not grading.is_dir():
        faults.append(f"{grading}: no such folder. Say with --grading where people's work is.")
    if faults:
        raise CannotExport("\n".join(faults))
    try:
        graded = {name: [one for one in results(course, grading, name) if one.scores and not one.interrupted] for name in challenges(course, grading)}
    except (Refused, ValueError) as problem:  # ValueError: faults of people/rules.toml, all of them
        raise CannotExport(str(problem)) from problem
    small = tuple(sorted(name for name, teams in graded.items() if 0 < len(teams) < k))
    kept = [(name, team) for name, teams in graded.items() if len(teams) >= k for team in teams]
    if not kept:
        raise CannotExport(f"No challenge has {k} graded teams: nothing can be given without showing who they are. Nothing was written.")
    table = _table(course, kept)
    table, dropped = coarser(table, k)
    told = _told(to, readme, k, table, dropped, small)
    write(readme, _french(told).encode())
    write(to, table.to_csv(index=False).encode())
    return told


def coarser(table: "pd.DataFrame", k: int) -> tuple["pd.DataFrame", tuple[str, ...]]:
    """The same table, with lateness, then size too, given up where a combination has fewer than ``k`` teams; and what was given up."""
    dropped: list[str] = []
    for column in reversed(QUASI[1:]):
        if smallest(table) >= k:
            break
        table = table.assign(**{column: ANY})
        dropped.append(column)
    return table, tuple(dropped)


def smallest(table: "pd.DataFrame") -> int:
    """Teams of the smallest group."""
    from challenge_data.privacy import k_anonymity

    return k_anonymity(table.drop_duplicates("equipe"), QUASI).k


def _table(course: Path, teams: list[tuple[str, TeamResult]]) -> "pd.DataFrame":
    import pandas as pd

    names = set()
    while len(names) < len(teams):
        names.add(secrets.token_hex(6))
    asked = {challenge: {(one.notebook, one.cell): one.hints for chapter in questions.chapters(course, challenge) for one in chapter.questions if one.kind == questions.TEST} for challenge in {challenge for challenge, _ in teams}}
    rows = [row for name, (challenge, team) in zip(names, teams, strict=True) for row in _rows(name, challenge, team, asked[challenge])]
    return pd.DataFrame(rows, columns=COLUMNS).sort_values(["equipe", "carnet", "question"], ignore_index=True)


def _rows(name: str, challenge: str, team: TeamResult, asked: dict[tuple[str, str], str]) -> Iterator[tuple]:
    opened: dict[str, int] = {}
    for found in read_hints(files_of(team.record.folder).files) if team.record else ():
        opened |= {question: max(opened.get(question, 0), count) for question, (count, _) in found.items()}
    size, late = _size(len(team.members)), _late(team)
    for mark in team.scores.marks:
        hint = asked.get((mark.notebook, mark.cell))
        yield (name, challenge, size, late, mark.notebook, mark.cell, exact(mark.maximum), "" if mark.waiting else _quarter(mark.points, mark.maximum),
               int(mark.waiting), _few(opened.get(hint, 0)) if hint else "")  # fmt: skip


def _quarter(points: float, maximum: float) -> Decimal:
    """To the nearest quarter of the maximum, half up."""
    whole = exact(maximum)
    return exact(float((exact(points) * 4 / whole).quantize(Decimal(1), ROUND_HALF_UP) * whole / 4)) if whole else Decimal(0)


def _size(members: int) -> str:
    return "inconnue" if not members else "1 ou 2" if members < 3 else "3 ou 4" if members < 5 else "5 ou plus"


def _late(team: TeamResult) -> str:
    if team.lateness.deadline is None or team.lateness.when is None:
        return "inconnu"
    return "aucun" if team.lateness.on_time else "un jour au plus" if team.lateness.days == 1 else "plus d’un jour"


def _few(opened: int) -> str:
    return str(opened) if opened < 2 else "2 ou plus"


def _told(to: Path, readme: Path, k: int, table: "pd.DataFrame", dropped: tuple[str, ...], small: tuple[str, ...]) -> Exported:
    from challenge_data.privacy import k_anonymity

    answers = table.assign(row=table["carnet"] + "/" + table["question"] + "=" + table["points"].astype(str) + "+" + table["indices"])
    teams = answers.groupby(["equipe", *QUASI], sort=False)["row"].agg(" ".join).reset_index()
    seen = k_anonymity(teams, QUASI, sensitive="row")
    unique = int((teams.groupby(["defi", "row"])["equipe"].transform("size") == 1).sum())
    return Exported(to, readme, k, seen.k, len(teams), len(table), dropped, small, seen.revealed or 0, unique)


def _french(told: Exported) -> str:
    gone = " et ".join(_MEANING[name] for name in told.dropped) or "rien"
    return f"""# {told.path.name} : ce que c’est, et ce qu’il ne faut pas en faire

Une ligne par équipe et par question, tirée de l’atelier Challenge Data par `challenge-data research`. Aucun nom, aucune adresse, aucun texte d’équipe, aucune heure.

- **k = {told.k}** : chaque combinaison de `defi`, `taille` et `retard` est celle d’au moins {told.k} équipes ({told.asked} demandées).
- Effacé pour y arriver (`{ANY}` dans le fichier) : {gone}.
- Défis retirés, car ils comptent moins de {told.asked} équipes notées : {", ".join(told.left_out) or "aucun"}.
- `equipe` : un identifiant tiré au hasard pour ce fichier, conservé nulle part. Une équipe inscrite à deux défis en a deux.
- `points` : arrondis au quart du maximum de la question ; vides quand `en_attente` vaut 1, c’est-à-dire quand une personne doit encore les donner.
- `indices` : indices ouverts par l’équipe (0, 1, « 2 ou plus ») ; vide quand la question n’en a pas.
- `taille` : membres inscrits. `retard` : par rapport à l’échéance de l’équipe.

## Les limites

- k ne suffit pas. Équipes dans un groupe où toutes ont les mêmes résultats : {told.alike}. Pour celles-là, savoir le groupe suffit pour savoir les résultats.
- Équipes dont la suite de résultats ne ressemble à aucune autre du même défi : {told.unique} sur {told.teams}. L’équipe elle-même, ou toute personne qui a accès aux notes, peut la reconnaître. Tant que quelqu’un conserve les notes, traitez donc ce fichier comme une **donnée personnelle pseudonyme**, pas comme une donnée anonyme.
- Deux exports faits à des dates différentes en disent plus que chacun : n’en donnez qu’un.

## À ne pas faire

- Ne cherchez pas à reconnaître une équipe. Ne croisez pas ce fichier avec une liste de notes, de groupes ou de présence.
- Ne le publiez pas. Ne le transmettez qu’avec ce texte, aux personnes du projet de recherche.
- N’en tirez aucune décision sur une personne.
"""
