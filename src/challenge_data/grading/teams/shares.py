"""The coefficients that a team wrote and signed in its last notebook, « Qui a fait quoi ». Read as text: nothing of it is run."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from challenge_data.checks.sharing import LEAST, MOST, exact, faults, same
from challenge_data.grading.receiving import files_of
from challenge_data.grading.unpacking import shown
from challenge_data.teamwork import shares as reading


@dataclass(frozen=True)
class Shares:
    """What a team agreed on."""

    coefficients: Mapping[str, Decimal] | None = None
    """E-mail in lower case -> coefficient, for every member; None when all have 1."""
    problem: str = ""
    """Why what is written does not count, in French, for the team and its grader; empty when it does, or nothing is written."""

    def of(self, email: str) -> Decimal:
        """A member's coefficient."""
        return Decimal(1) if self.coefficients is None else self.coefficients[same(email)]


def of_record(folder: Path, members: Collection[str], *, least: Decimal = LEAST, most: Decimal = MOST) -> Shares:
    """The shares in a hand-in, as received.

    Args:
        folder: its record, see :mod:`~challenge_data.grading.keeping`.
        members: e-mails of the team's roster.
    """
    return of_files(files_of(folder).files, members, least=least, most=most)


def of_files(files: Mapping[str, bytes], members: Collection[str], *, least: Decimal = LEAST, most: Decimal = MOST) -> Shares:
    """The shares in a team's notebooks.

    Of several sharings in several files, the one that counts is the one that everybody signed. Two of them that differ: neither does.

    Args:
        files: name -> bytes; what is no notebook is passed over.
    """
    agreed: dict[str, Mapping[str, Decimal]] = {}
    problems: list[str] = []
    for name, source in reading.cells(files):
        try:
            written = reading.read(source)
        except reading.Unreadable as why:
            problems.append(f"Répartition illisible dans « {shown(name)} » : {why}")
            continue
        if written is None or not (written.coefficients or written.signatures):
            continue
        if not members:
            problems.append("Répartition écrite, mais la liste des équipes ne dit pas qui est dans celle-ci.")
        elif found := faults(written.coefficients, written.signatures, members, least=least, most=most):
            problems.append(" ".join(found))
        else:
            agreed[name] = {same(email): exact(value) for email, value in written.coefficients.items()}
    kept = list(agreed.values())
    if kept and all(one == kept[0] for one in kept):
        return Shares(kept[0])
    if kept:
        return Shares(None, f"Plusieurs répartitions signées se contredisent : {', '.join(shown(name) for name in agreed)}.")
    return Shares(None, " ".join(dict.fromkeys(problems)))
