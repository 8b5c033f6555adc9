"""How far two people agree who marked the same answers by the same rubric."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

LEAST_PAIRS = 10
"""Below, a kappa is not given: one answer marked otherwise moves it by a tenth or more. A convention of ours, not a published threshold."""

LANDIS_KOCH = ((0.8, "almost perfect"), (0.6, "substantial"), (0.4, "moderate"), (0.2, "fair"), (0.0, "slight"))
"""Above -> word; poor below 0. Landis and Koch, *The measurement of observer agreement for categorical data*, Biometrics 33 (1977),
p. 165: « although these divisions are clearly arbitrary », their own words. A convention, no verdict."""


class NotComputable(ValueError):
    """A kappa would mean nothing here; the message says why."""


@dataclass(frozen=True)
class Agreement:
    """What two people's points on one question say."""

    pairs: int
    exact: float
    """Share, 0 to 1, of answers that got the same points twice."""
    same_level: float | None
    """Share of answers that reached the same level of the rubric twice; None without a rubric."""
    mean_difference: float
    """Second less first, in points: above 0 when the second person gives more."""
    kappa: float | None
    weighted: float | None
    """Quadratic weights."""
    why_not: str = ""
    """Why there is no kappa; empty when there is."""


def level(points: float, levels: Sequence[float]) -> int:
    """Rank, 0 for the lowest, of the highest level that these points reach; points between two levels reach the lower one.

    Args:
        levels: points of each level of the rubric, in any order; the lowest counts as reached by all.
    """
    return max(sum(points >= each for each in levels) - 1, 0)


def kappa(first: Sequence[int], second: Sequence[int], count: int, *, quadratic: bool = False) -> float:
    """Cohen's kappa of two people's levels: the agreement that is beyond chance, as a share of what chance leaves.

    1: always the same level; 0: as two people who draw levels at random, each as often as in fact; below 0: less than that.
    kappa = 1 - Σ v·observed / Σ v·expected, where expected is the product of the margins, and v the weight of a disagreement: 1 for
    any two different levels (J. Cohen, *A coefficient of agreement for nominal scales*, Educational and Psychological Measurement 20,
    1960), or the square of the distance in ranks (J. Cohen, *Weighted kappa*, Psychological Bulletin 70, 1968).

    Args:
        first, second: ranks from 0 to ``count`` - 1, in the same order of answers.

    Raises:
        NotComputable: no pair, or one level only: chance would leave nothing.
    """
    if not len(first):
        raise NotComputable("no pair")
    table = np.zeros((count, count))
    np.add.at(table, (np.asarray(first), np.asarray(second)), 1)
    ranks = np.arange(count)
    apart = np.subtract.outer(ranks, ranks) ** 2
    weights = apart if quadratic else apart > 0
    expected = (weights * np.outer(table.sum(axis=1), table.sum(axis=0))).sum() / table.sum()
    if expected == 0:
        raise NotComputable("both used one and the same level only")
    return float(1 - (weights * table).sum() / expected)


def agreement(first: Sequence[float], second: Sequence[float], levels: Sequence[float]) -> Agreement:
    """Of points given twice to the same answers, in the same order; at least one pair.

    Args:
        levels: points of each level of the rubric; fewer than two: no rubric, thus no kappa.
    """
    if len(levels) < 2:
        return _agreement(first, second, None, 0, "no rubric with levels")
    return _agreement(first, second, ([level(each, levels) for each in first], [level(each, levels) for each in second]), len(levels), "")


def pooled(questions: Sequence[tuple[Sequence[float], Sequence[float], Sequence[float]]]) -> Agreement:
    """Of several questions together, each (first, second, levels): ranks stand together where all rubrics have as many levels."""
    first, second = ([points for question in questions for points in question[side]] for side in (0, 1))
    counts = {len(levels) for _, _, levels in questions}
    if len(counts) != 1 or counts <= {0, 1}:
        return _agreement(first, second, None, 0, "rubrics with different numbers of levels" if len(counts) > 1 else "no rubric with levels")
    ranks = tuple([level(points, question[2]) for question in questions for points in question[side]] for side in (0, 1))
    return _agreement(first, second, ranks, counts.pop(), "")


def word(value: float) -> str:
    """Landis and Koch's."""
    return next((said for above, said in LANDIS_KOCH if value > above), "slight" if value == 0 else "poor")


def _agreement(first, second, ranks, count: int, why_not: str) -> Agreement:
    given = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    simple = weighted = None
    if ranks and len(first) < LEAST_PAIRS:
        why_not = f"too few pairs: {len(first)}, fewer than {LEAST_PAIRS}"
    elif ranks and 1 in (len(set(each)) for each in ranks):
        why_not = "one level only in a reading"  # chance then explains all: kappa is 0 or does not exist, however many agree
    elif ranks:
        simple, weighted = (kappa(*ranks, count, quadratic=quadratic) for quadratic in (False, True))
    return Agreement(len(first), float(np.mean(given[0] == given[1])), float(np.mean(np.equal(*ranks))) if ranks else None,
                     float(np.mean(given[1] - given[0])), simple, weighted, why_not)
