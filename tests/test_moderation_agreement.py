"""Agreement of two markers: kappa against published values, R and a count by hand; what cannot be computed is said."""

import itertools
import random

import pytest

from challenge_data.grading.moderation.agreement import NotComputable, agreement, kappa, level, pooled, word

# The second and third columns of « anxiety », the example of R's package irr: 20 people, levels 1 to 6.
ANXIETY = ([3, 6, 4, 6, 2, 4, 2, 4, 3, 3, 2, 3, 3, 3, 2, 2, 1, 3, 3, 4], [2, 1, 4, 4, 3, 2, 1, 6, 1, 1, 1, 2, 3, 3, 1, 1, 3, 3, 2, 2])


def pairs(table: list[list[int]]) -> tuple[list[int], list[int]]:
    """A table of counts as two lists of levels."""
    both = [(row, column) for row, line in enumerate(table) for column, times in enumerate(line) for _ in range(times)]
    return [row for row, _ in both], [column for _, column in both]


@pytest.mark.parametrize(("table", "value"), [
    ([[20, 20], [10, 50]], 0.348),  # Artstein and Poesio, Inter-Coder Agreement for Computational Linguistics (2008), table 1
    ([[46, 0, 0], [6, 32, 6], [0, 0, 10]], 0.8013),  # the same, table 4
    ([[0, 4, 1], [0, 8, 0], [0, 1, 5]], 0.4842),  # SAS, as statsmodels' tests quote it
])  # fmt: skip
def test_kappa_is_that_of_published_tables(table, value):
    first, second = pairs(table)
    assert kappa(first, second, len(table)) == pytest.approx(value, abs=5e-4 if value == 0.348 else 5e-5)
    assert kappa(second, first, len(table)) == pytest.approx(kappa(first, second, len(table)))


def test_both_kappas_are_those_of_r_and_of_scikit_learn():
    # irr: kappa2(anxiety[,2:3]) and "squared"; R ranks the levels that were used: 5 was not.
    used = sorted({*ANXIETY[0], *ANXIETY[1]})
    first, second = ([used.index(each) for each in column] for column in ANXIETY)
    assert kappa(first, second, len(used)) == pytest.approx(-0.006289308, abs=1e-8)
    assert kappa(first, second, len(used), quadratic=True) == pytest.approx(0.2520325, abs=1e-7)
    # scikit-learn's own test of its weights.
    first, second = [0] * 46 + [1] * 44 + [2] * 10, [0] * 50 + [1] * 40 + [2] * 10
    assert kappa(first, second, 3) == pytest.approx(0.9315, abs=5e-5)
    assert kappa(first, second, 3, quadratic=True) == pytest.approx(0.9541, abs=5e-5)


@pytest.mark.parametrize("seed", range(20))
def test_kappa_is_what_counting_all_pairs_of_answers_gives(seed):
    chance, count = random.Random(seed), 4
    first, second = ([chance.randrange(count) for _ in range(30)] for _ in range(2))
    for quadratic, apart in ((False, lambda a, b: a != b), (True, lambda a, b: (a - b) ** 2)):
        seen = sum(apart(a, b) for a, b in zip(first, second, strict=True)) / 30
        by_chance = sum(apart(a, b) for a, b in itertools.product(first, second)) / 900
        assert kappa(first, second, count, quadratic=quadratic) == pytest.approx(1 - seen / by_chance)


def test_points_reach_a_level_of_the_rubric():
    levels = [6, 4, 2, 0]
    assert [level(points, levels) for points in (0, 1.5, 2, 3.75, 4, 5.5, 6, 7)] == [0, 0, 1, 1, 2, 2, 3, 3]
    assert level(0.5, [3, 1]) == 0, "below the lowest is the lowest"


def test_an_agreement_says_points_levels_and_which_way_they_differ():
    told = agreement([6, 4, 4, 2, 0, 0, 6, 4, 2, 2], [6, 4.5, 4, 4, 0, 1, 6, 2, 2, 2], [6, 4, 2, 0])
    assert (told.pairs, told.exact, told.same_level, told.why_not) == (10, 0.6, 0.8, "")
    assert told.mean_difference == pytest.approx(0.15)
    assert told.kappa == pytest.approx(kappa([3, 2, 2, 1, 0, 0, 3, 2, 1, 1], [3, 2, 2, 2, 0, 0, 3, 1, 1, 1], 4)) and told.weighted > told.kappa


def test_what_cannot_be_computed_is_said_and_never_a_number():
    few = agreement([4] * 9, [4] * 8 + [2], [4, 2, 0])
    assert few.kappa is few.weighted is None and few.why_not == "too few pairs: 9, fewer than 10" and few.same_level == pytest.approx(8 / 9)
    same = agreement([4] * 12, [4.5] * 12, [6, 4, 2, 0])
    assert same.kappa is None and same.why_not == "one level only in a reading" and (same.exact, same.same_level) == (0, 1)
    assert agreement([4] * 12, [4, 2] * 6, [6, 4, 2, 0]).why_not == same.why_not
    bare = agreement([4] * 12, [3] * 12, [])
    assert bare.kappa is bare.same_level is None and bare.why_not == "no rubric with levels" and bare.mean_difference == -1
    with pytest.raises(NotComputable, match="no pair"):
        kappa([], [], 3)
    with pytest.raises(NotComputable, match="one and the same level only"):
        kappa([1, 1], [1, 1], 3)
    # One used one level, the other several: chance explains all there is.
    assert kappa([1] * 12, [0, 1, 2] * 4, 3) == 0


def test_questions_stand_together_by_the_ranks_of_their_levels():
    easy, hard = ([6, 4, 2, 0, 6], [6, 4, 0, 0, 6], [6, 4, 2, 0]), ([40, 25, 10, 0, 0], [40, 40, 10, 0, 0], [40, 25, 10, 0])
    told = pooled([easy, hard])
    assert told.pairs == 10 and told.kappa == pytest.approx(kappa([3, 2, 1, 0, 3, 3, 2, 1, 0, 0], [3, 2, 0, 0, 3, 3, 3, 1, 0, 0], 4))
    assert pooled([easy, (*hard[:2], [40, 0])]).why_not == "rubrics with different numbers of levels"


def test_the_words_are_landis_and_kochs():
    assert [word(value) for value in (-0.1, 0, 0.2, 0.21, 0.5, 0.8, 0.81, 1)] == ["poor", "slight", "slight", "fair", "moderate", "substantial", "almost perfect", "almost perfect"]
