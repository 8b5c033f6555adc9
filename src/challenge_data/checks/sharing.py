"""Who did what: the coefficients that a team agrees on, and what they must hold to.

The same rule twice: the team hears it at once in its notebook, the grader when the marks are made (then with the team's roster).
"""

from collections import Counter
from collections.abc import Collection
from decimal import Decimal
from typing import Any

from challenge_data.errors import CheckFailed

TAG = "repartition"
"""Of the cell where a team writes it: nobody grades it, and it is read as it was handed in."""
LEAST, MOST = Decimal("0.80"), Decimal("1.20")
"""Our choice: on 20 and for a team's mark of 12, between 9.6 and 14.4. Wide enough to say something, too narrow to sink anybody."""
MEAN_WITHIN = Decimal("0.005")
"""How far from 1 the mean may be: 1.07, 1.07 and 0.86 pass, as do thirds rounded to two decimals."""
_MOST_TOLD = 6


def share(coefficients: Any, signatures: Any) -> None:
    """Say what a team's sharing lacks, or what it does.

    Args:
        coefficients: e-mail -> coefficient, for each member.
        signatures: the e-mails of those who agree, each typed by its owner.

    Raises:
        CheckFailed: with all that is to mend, one sentence a line.
    """
    if not coefficients and not signatures and isinstance(coefficients, dict):
        print("Rien d'écrit : tout le monde aura la note de l'équipe. Cela vous convient ? Il n'y a rien à faire.")
        return
    if found := faults(coefficients, signatures):
        raise CheckFailed("\n".join(["En l'état, tout le monde aura la note de l'équipe.", *found]))
    print(f"Répartition complète : {len(coefficients)} personnes, {len(signatures)} signatures, moyenne 1. Elle comptera si toute l'équipe y est.")


def faults(coefficients: Any, signatures: Any, members: Collection[str] | None = None, *, least: Decimal = LEAST, most: Decimal = MOST) -> list[str]:
    """Why these coefficients do not count; nothing when they do.

    Args:
        coefficients: e-mail -> coefficient.
        signatures: e-mails.
        members: the e-mails of the whole team; without it, the team is whoever has a coefficient.
        least, most: bounds of a coefficient, both allowed.

    Returns:
        French sentences, for the team as for its grader.
    """
    if not isinstance(coefficients, dict) or not all(isinstance(email, str) for email in coefficients):
        return ["« repartition » doit relier chaque adresse à un coefficient : {\"prenom.nom@exemple.fr\": 1.05, …}."]
    if not isinstance(signatures, list | tuple | set) or not all(isinstance(email, str) for email in signatures):
        return ["« signatures » doit être une liste d'adresses : [\"prenom.nom@exemple.fr\", …]."]
    written = Counter(map(same, coefficients))
    team = {same(email) for email in members} if members is not None else set(written)
    values = {email: exact(value) for email, value in coefficients.items()}
    signed = {same(email) for email in signatures}
    told = [
        ("Adresse écrite deux fois : {}.", [email for email, times in written.items() if times > 1]),
        ("Coefficient illisible, il faut un nombre avec un point, comme 1.05 : {}.", [email for email, value in values.items() if value is None]),
        (f"Coefficient hors des bornes, de {fr(least)} à {fr(most)} : {{}}.", [email for email, value in values.items() if value is not None and not least <= value <= most]),
        ("Personne sans coefficient : {}.", team - set(written)),
        ("Adresse qui n'est pas de l'équipe : {}.", (set(written) | signed) - team),
        ("Signature attendue : {}.", team - signed),
    ]
    found = [sentence.format(_listed(emails)) for sentence, emails in told if emails]
    numbers = [value for value in values.values() if value is not None]
    if numbers and len(numbers) == len(values):
        mean = sum(numbers, Decimal(0)) / len(numbers)
        if abs(mean - 1) > MEAN_WITHIN:
            off = sum(numbers, Decimal(0)) - len(numbers)
            found.append(f"La moyenne doit faire 1, elle fait {fr(round(mean, 3))} : {'retirez' if off > 0 else 'ajoutez'} {fr(abs(off))} en tout.")
    return found


def same(email: str) -> str:
    """An e-mail as it is compared: case and blanks around are no difference."""
    return email.strip().lower()


def exact(value: Any) -> Decimal | None:
    """A number as it is written: 1.05 is 1.05. None for anything else, booleans, infinities and « nan » included."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    number = Decimal(str(value))
    return number if number.is_finite() else None


def fr(number: Decimal) -> str:
    """A decimal as French writes it, with the digits that it has: « 0,80 »."""
    return f"{number:f}".replace(".", ",")


def _listed(emails: Collection[str]) -> str:
    """In their order, the first few: a team is small, and a cell may hold anything."""
    shown = sorted(email[:80] for email in emails)
    return ", ".join(shown[:_MOST_TOLD]) + (f" et {len(shown) - _MOST_TOLD} autres" if len(shown) > _MOST_TOLD else "")
