"""A run of grading killed and run again loses nothing: a few moments here, fifty by ``python tests/killing.py``."""

import random
import shutil
import sys

import killing
import pytest

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux") or shutil.which("bwrap") is None, reason="grading needs Linux and bubblewrap")


@pytest.fixture(scope="module")
def ground(tmp_path_factory):
    ground = killing.prepare(tmp_path_factory.mktemp("mises-a-mort"))
    yield ground
    shutil.rmtree(ground.short)


@pytest.fixture(scope="module")
def executor(ground):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CHALLENGE_DATA_HOME", str(ground.course))
        with killing.warm(ground) as pool:
            yield pool


def test_the_witness_is_what_it_should_be(ground):
    """What later runs are compared with: marks that are right, and nothing left over."""
    witness = ground.witnesses["again"]
    assert {team: auto for team, cell, auto, *_ in witness["grades"] if cell == "tests-grand"} == {
        "fous-de-bassan": 60, "goelands": 60, "grebes": 0, "huitriers": 60, "macareux": 0, "sternes": 60}
    assert {team for team, *_ in killing.by_hand(ground.root / "witness-again")} == set(killing.BY_HAND)
    assert [team for team, _ in witness["received"]].count(killing.CHANGED) == 2 and len(witness["received"]) == len(killing.ANSWERS) + 1
    assert witness["submissions"] == [(team, 1) for team in sorted(killing.ANSWERS)]
    for start in ground.starts:
        assert killing.left_over(ground.root / f"witness-{start}", ground.short) == []


@pytest.mark.parametrize(("start", "victim", "seed"), [("first", killing.MAIN, 1), ("again", killing.MAIN, 2), ("first", killing.SANDBOX, 3), ("again", killing.WORKER, 4)])
def test_killed_anywhere(ground, executor, start, victim, seed):
    told = killing.kill(ground, start, victim, killing.drawn(random.Random(seed)), f"anywhere-{seed}", None if seed == 1 else executor)
    assert not told.lost, told


def test_killed_while_the_gradebook_is_written(ground, executor):
    chance = random.Random(5)
    for rank in range(5):
        told = killing.kill(ground, "again", killing.MAIN, killing.while_writing(chance), f"writing-{rank}", executor)
        assert not told.lost, told
        if told.writing:
            return
    pytest.fail("no kill fell into a write")


def test_a_loss_is_seen(ground):
    """The comparison is no good if it cannot fail."""
    place = shutil.copytree(ground.root / "witness-again", ground.root / "tampered")
    killing.give_by_hand(place, {"goelands": (24, "Une raison, mais laquelle ?")})
    (place / "executed" / ".tiny.draft").mkdir()
    now = killing.everything(place)
    assert [what for what in now if now[what] != ground.witnesses["again"][what]] == ["grades"]
    sockets = [path.name for path in ground.short.glob("cdg-*")]  # of the workers that these tests keep warm
    assert sorted(killing.left_over(place, ground.short)) == sorted(["executed/.tiny.draft", *sockets])
