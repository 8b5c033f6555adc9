"""Results for research: k counted again by pandas, no word that names anybody, and what was given up is said."""

import json
import math
import stat
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd
import pytest
from killing import CHALLENGE, give_by_hand, hand_in
from test_reports import run
from tiny import write_course

from challenge_data import build, cli
from challenge_data.grading import marking
from challenge_data.grading.engine import grade
from challenge_data.grading.privacy import research
from challenge_data.grading.privacy.research import ANY, CannotExport, coarser, export
from challenge_data.grading.teams import roster, rules, times
from challenge_data.grading.teams.results import results
from challenge_data.grading.teams.roster import Member, Roster, Team

BIRDS = ("goelands", "sternes", "huitriers", "grebes", "barges", "pluviers")
MEMBERS = dict(zip(BIRDS, (2, 2, 2, 4, 4, 4), strict=True))


@pytest.fixture(scope="module")
def edition(tmp_path_factory) -> Path:
    """Six teams of one challenge: three of two members, three of four; one of these late."""
    place = tmp_path_factory.mktemp("edition")
    course, grading = write_course(place / "cours"), place / "g"
    build.build(course)
    handed = hand_in(course, place / "recus", {bird: "grand = 2" if bird == "sternes" else "grand = 9" for bird in BIRDS})
    (handed / "sternes").mkdir()
    (handed / "sternes.ipynb").rename(handed / "sternes" / "sternes.ipynb")
    (handed / "sternes" / "indices.json").write_text(json.dumps({"tiny.1.1": {"ouverts": 3, "sur": 3}}))
    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(2) as executor:
        patch.setattr(marking, "run", run)
        assert grade(handed, CHALLENGE, course=course, grading=grading, add_teams=True, executor=executor, feedback=False).code == 0
    give_by_hand(grading, {"goelands": (25, "Bravo Zoé !"), "huitriers": (40, "Bien.")})
    roster.keep(grading, Roster(tuple(Team(bird, bird, CHALLENGE, tuple(Member(f"Personne{rank} Inventée", f"p{rank}@{bird}.invalid") for rank in range(MEMBERS[bird]))) for bird in BIRDS)))
    (grading / "people" / rules.RULES).write_text(f"[deadlines]\n{CHALLENGE} = 2026-03-06T18:00:00\n")
    (grading / "people" / times.TIMES).write_text("équipe;heure\n" + "".join(f"{bird};06/03/2026 {'19:00' if bird == 'pluviers' else '17:00'}\n" for bird in BIRDS), encoding="utf-8")
    return place


def read(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def k_of(table: pd.DataFrame) -> int:
    return int(table.groupby(["defi", "taille", "retard"])["equipe"].nunique().min())


@pytest.mark.parametrize(("k", "dropped"), [(2, ("retard",)), (3, ("retard",)), (4, ("retard", "taille")), (6, ("retard", "taille"))])
def test_each_combination_has_k_teams_and_no_more_is_given_up_than_needed(edition, tmp_path, k, dropped):
    told = export(edition / "cours", edition / "g", tmp_path / "atelier.csv", k)
    table = read(tmp_path / "atelier.csv")
    assert k_of(table) == told.k >= k and told.dropped == dropped
    assert {column: set(table[column]) == {ANY} for column in ("retard", "taille")} == {column: column in dropped for column in ("retard", "taille")}
    assert table["equipe"].nunique() == told.teams == 6 and len(table) == told.lines == 12
    assert f"**k = {told.k}**" in told.readme.read_text(encoding="utf-8")


def test_no_word_names_anybody_and_the_points_are_those_of_the_gradebook_to_a_quarter(edition, tmp_path):
    told = export(edition / "cours", edition / "g", tmp_path / "atelier.csv", 3)
    for path in (told.path, told.readme):
        text = path.read_bytes().decode().casefold()
        assert not [word for word in (*BIRDS, "personne0", "inventée", ".invalid", "zoé", "bravo", "2026-03", "17:0", "18:0") if word in text], path
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    table = read(told.path)
    assert list(table.columns) == list(research.COLUMNS)
    given = Counter()
    for one in results(edition / "cours", edition / "g", CHALLENGE):
        for mark in one.scores.marks:
            given[mark.cell, "" if mark.waiting else f"{math.floor(mark.points / mark.maximum * 4 + 0.5) / 4 * mark.maximum:g}"] += 1
    assert Counter(zip(table["question"], table["points"], strict=True)) == given
    assert ("avis", "30") in given and ("avis", "") in given, "25 of 40 is told as 30"
    hints = table.set_index("question")["indices"]
    asked = hints[hints != ""]
    assert sorted(asked) == ["0"] * 5 + ["2 ou plus"] and set(asked.index) == {"tests-grand"}


def test_two_exports_have_no_identifier_in_common(edition, tmp_path):
    one, two = (read(export(edition / "cours", edition / "g", tmp_path / name, 3).path) for name in ("a.csv", "b.csv"))
    assert not set(one["equipe"]) & set(two["equipe"])
    assert list(one["equipe"]) == sorted(one["equipe"]), "the order of lines says nothing of the teams'"


def test_what_k_does_not_hide_is_counted(edition, tmp_path):
    told = export(edition / "cours", edition / "g", tmp_path / "atelier.csv", 3)
    table = read(told.path)
    rows = table.groupby("equipe")[["question", "points", "indices"]].apply(lambda part: str(part.to_numpy().tolist()))
    assert told.unique == int((rows.map(rows.value_counts()) == 1).sum()) == 3
    groups = table.groupby("equipe")["taille"].first()
    alike = sum(len(those) for _, those in rows.groupby(groups) if those.nunique() == 1)
    assert told.alike == alike == 3, "the three teams of four have the same points"


def test_a_small_challenge_is_left_out_and_a_class_falls_only_where_it_must():
    table = pd.DataFrame([(f"e{rank}", "x", "3 ou 4", "aucun" if rank < 3 else "un jour au plus") for rank in range(6)], columns=["equipe", "defi", "taille", "retard"])
    assert coarser(table, 3)[1] == () and coarser(table, 4)[1] == ("retard",)


def test_a_challenge_with_too_few_teams_is_left_out(edition, tmp_path, monkeypatch):
    ours = results(edition / "cours", edition / "g", CHALLENGE)
    monkeypatch.setattr(research, "challenges", lambda course, grading: [CHALLENGE, "petit"])
    monkeypatch.setattr(research, "results", lambda course, grading, name: ours if name == CHALLENGE else ours[:2])
    told = export(edition / "cours", edition / "g", tmp_path / "atelier.csv", 3)
    assert told.left_out == ("petit",) and set(read(told.path)["defi"]) == {CHALLENGE} and "petit" in told.readme.read_text(encoding="utf-8")


def test_what_cannot_be_given_is_refused_and_nothing_is_written(edition, tmp_path, monkeypatch, capsys):
    course, grading = edition / "cours", edition / "g"
    for to, k, said in ((tmp_path / "a.csv", 1, "stands alone"), (tmp_path / "a.csv", 7, "No challenge has 7 graded teams"), (course / "a.csv", 3, "which is public"),
                        (tmp_path / "a.xlsx", 3, ".csv file"), (tmp_path / "non" / "a.csv", 3, "no such folder")):  # fmt: skip
        with pytest.raises(CannotExport, match=said):
            export(course, grading, to, k)
    assert not list(tmp_path.iterdir()) and not (course / "a.csv").exists()
    monkeypatch.setenv("CHALLENGE_DATA_HOME", str(course))
    assert cli.main(["research", "--to", str(tmp_path / "a.csv"), "--grading", str(grading)]) == 0 and "k = 6 (5 asked for)" in capsys.readouterr().out
    before = (tmp_path / "a.csv").read_bytes()
    assert cli.main(["research", "--to", str(tmp_path / "a.csv"), "--grading", str(grading)]) == 2 and "is there already" in capsys.readouterr().err
    assert (tmp_path / "a.csv").read_bytes() == before
