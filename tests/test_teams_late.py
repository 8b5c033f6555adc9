"""When a team handed in, what being late costs, and which of its hand-ins counts."""

import json
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from killing import CHALLENGE, hand_in
from test_grading_engine import played  # noqa: F401

from challenge_data.grading import marking
from challenge_data.grading.engine import CannotGrade
from challenge_data.grading.keeping import records
from challenge_data.grading.receiving import Chosen, receive, received_before
from challenge_data.grading.teams import counting, late, results, roster, rules, times
from challenge_data.grading.teams.roster import Member, Roster, Team
from challenge_data.grading.teams.rules import PARIS, Rules, RulesError

DEADLINE = datetime(2026, 3, 6, 18, 0, tzinfo=PARIS)
RULES = """
[deadlines]
tiny = 2026-03-06T18:00:00
[extensions]
macareux = 2026-03-08T18:00:00+01:00
[late]
grace_minutes = 15
percent_lost_per_day = 5
most_percent = 25
"""


@pytest.fixture
def grading(tmp_path):
    return tmp_path / "notation"


def say(grading, text, name="rules.toml"):
    (roster.people(grading) / name).write_text(text, encoding="utf-8")
    return grading


def faults(read, grading):
    with pytest.raises(RulesError) as caught:
        read(grading)
    return caught.value.problems


def team(name, challenge="tiny"):
    return Team(name, name.title(), challenge, (Member(f"{name} inventé", f"{name}@exemple.fr"),))


def test_without_a_file_nothing_is_late(grading):
    usual = rules.load(grading)
    assert usual == Rules() and (usual.out_of, usual.decimals) == (20, 2)
    assert late.lateness(usual, "tiny", "sternes", DEADLINE) == late.Lateness(None, DEADLINE, timedelta(0), 0.0)


def test_the_rules_as_written(grading, course):
    read = rules.load(say(grading, RULES + "[mark]\nout_of = 100\ndecimals = 1\n[counts]\nmacareux = \"20260306T170212Z-1a2b3c4d\"\n"), course)
    assert read.deadlines == {"tiny": DEADLINE} and read.extensions["macareux"] == DEADLINE + timedelta(days=2)
    assert (read.grace, read.percent_per_day, read.most_percent, read.out_of, read.decimals) == (timedelta(minutes=15), 5, 25, 100, 1)
    assert read.counts == {"macareux": "20260306T170212Z-1a2b3c4d"}
    assert (read.deadline("tiny", "sternes"), read.deadline("tiny", "Macareux"), read.deadline("velo", "sternes")) == (DEADLINE, DEADLINE + timedelta(days=2), None)


def test_every_fault_of_the_rules_is_told_at_once(grading, course):
    roster.keep(grading, Roster((team("macareux"), team("sternes"))))
    said = faults(lambda where: rules.load(where, course), say(grading, """
late = 5
truc = 1
[deadlines]
tinyy = 2026-03-06T18:00:00
tiny = 2026-03-06
[extensions]
macareu = 2026-03-06T18:00:00
sternes = "demain"
[counts]
sternes = "../x"
[mark]
out_off = 20
decimals = 2.5
"""))
    for word in ("late: is a value", "truc: no such table", "tinyy: no such challenge; the nearest is tiny", "tiny: a date needs an hour", "macareu: no such team of the roster; the nearest is macareux",
                 "sternes: is no date", "sternes: is no name of a hand-in's folder", "out_off: no such key; is it out_of?", "decimals: 2.5 is no whole number"):
        assert any(word in problem for problem in said), (word, said)
    assert len(said) == 9
    for line in ("grace_minutes = true", "grace_minutes = -1", "percent_lost_per_day = 101", "most_percent = nan", "most_percent = '25'"):
        assert len(faults(rules.load, say(grading, f"[late]\n{line}\n"))) == 1, line
    assert "is no TOML" in faults(rules.load, say(grading, "[late"))[0]
    assert "before the deadline" in faults(rules.load, say(grading, "[deadlines]\ntiny = 2026-03-06T18:00:00\n[extensions]\n\"Les sternes\" = 2026-03-01T18:00:00\nsternes = 2026-03-01T18:00:00"))[-1]


@pytest.mark.parametrize(("line", "remedy"), [
    ("tiny = 2026-03-06T18:00", "write 2026-03-06T18:00:00"), ("tiny = 2026-03-06 18:00+01:00  # soir", "write 2026-03-06T18:00:00+01:00"), ("tiny = 2026-03-06 18h00", "write 2026-03-06T18:00:00"),
    ("tiny = 06/03/2026 18:00", "is written 2026-03-06T18:00:00"), ("Les Sternes = 2026-03-06T18:00:00", "put quotes around a name with spaces or accents: \"Les Sternes\" ="),
    ("Grèbes = 2026-03-06T18:00", "write 2026-03-06T18:00:00"), ("Grèbes = 2026-03-06T18:00", "\"Grèbes\" ="), ("truc = 5,5", "write 5.5"), ("tiny", "is no TOML")])  # fmt: skip
def test_a_line_that_is_no_toml_is_told_with_what_to_write(grading, line, remedy):
    [said] = faults(rules.load, say(grading, f"[deadlines]\n# tiny = 5,5\n{line}\n"))
    assert said.startswith(f"line 3, « {line} »") and remedy in said


def test_all_lines_that_are_no_toml_are_told_together(grading):
    said = faults(rules.load, say(grading, "[deadlines]\ntiny = 2026-03-06T18:00\n[late]\npercent_lost_per_day = 5,5\nmost_percent = 25\n"))
    assert [one[:6] for one in said] == ["line 2", "line 4"]


def test_hours_without_a_zone_are_those_of_paris():
    assert rules.local(datetime(2026, 7, 6, 18)).astimezone(UTC).hour == 16
    assert rules.local(datetime(2026, 10, 25, 2, 30)).astimezone(UTC) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "the later one"
    with pytest.raises(ValueError, match="does not exist"):
        rules.local(datetime(2026, 3, 29, 2, 30))


@pytest.mark.parametrize(("after", "days", "percent"), [
    (timedelta(minutes=-1), 0, 0), (timedelta(0), 0, 0), (timedelta(minutes=15), 0, 0), (timedelta(minutes=15, seconds=1), 1, 5), (timedelta(days=1), 1, 5),
    (timedelta(days=1, seconds=1), 2, 10), (timedelta(days=4, hours=1), 5, 25), (timedelta(days=40), 40, 25)])  # fmt: skip
def test_what_each_delay_costs(grading, after, days, percent):
    told = late.lateness(rules.load(say(grading, RULES)), "tiny", "sternes", DEADLINE.astimezone(UTC) + after)
    assert (told.days, told.percent, told.on_time) == (days, percent, days == 0)
    assert told.late == max(after, timedelta(0)) and told.deadline == DEADLINE


def test_a_day_is_24_hours_when_clocks_change():
    spring = Rules(deadlines={"tiny": datetime(2026, 3, 28, 18, tzinfo=PARIS)}, percent_per_day=5)
    assert late.lateness(spring, "tiny", "x", datetime(2026, 3, 29, 19, tzinfo=PARIS)).days == 1
    assert late.lateness(spring, "tiny", "x", datetime(2026, 3, 29, 19, 0, 1, tzinfo=PARIS)).days == 2


def test_the_hour_of_a_hand_in(grading):
    record = {"at": "2026-03-06T20:00:00.000000Z", "changed": "2026-03-06T16:00:00.000000Z"}
    changed, received = (datetime.fromisoformat(record[key]) for key in ("changed", "at"))
    assert late.hand_in(record) == changed and late.hand_in({"at": record["at"], "changed": "hier"}) == received and late.hand_in({}) is None
    first, second = changed + timedelta(hours=1), received + timedelta(hours=5)
    assert late.hand_in(record, [first, second]) == first, "nobody hands in after it was received"
    assert late.hand_in(record, [first], after=first + timedelta(minutes=1)) == changed, "that hour is of the hand-in before"


@pytest.mark.parametrize("written", ["2026-03-06 17:55", "2026-03-06T17:55:00+01:00", "2026-03-06T16:55:00Z", "06/03/2026 17:55", "6/3/2026 17h55", "06.03.2026 17:55:00", "vendredi 6 mars 2026, 17:55", "vendredi, 6 mars 2026, 17:55",
                                     "Friday, 6 March 2026, 5:55 PM", "6 mars 2026 à 17:55"])  # fmt: skip
def test_hours_as_they_are_written(written):
    assert times.moment(written) == datetime(2026, 3, 6, 17, 55, tzinfo=PARIS)


def test_a_file_of_hours(grading):
    assert times.load(grading) == {}
    say(grading, "Équipe;Heure;Entrée\nSternes;06/03/2026 17:55;\nsternes;2026-03-08 10:00;sternes.zip\nGrèbes;-;\n", "times.csv")
    assert {name: [(one.when, one.entry) for one in told] for name, told in times.load(grading).items()} == {
        "Sternes": [(DEADLINE - timedelta(minutes=5), "")], "sternes": [(datetime(2026, 3, 8, 10, tzinfo=PARIS), "sternes.zip")]}
    roster.keep(grading, Roster((team("sternes"),)))
    assert len(times.load(grading)["sternes"]) == 2
    said = faults(times.load, say(grading, "team,time\nmouettes,06/03/2026 17:55\nsternes,hier\nsternes,32/13/2026 17:55\n", "times.csv"))
    assert [problem[:7] for problem in said] == ["line 2:", "line 3:", "line 4:"]
    [near] = faults(times.load, say(grading, "team,time\nStèrne,06/03/2026 17:55\n", "times.csv"))
    assert near == "line 2: no team « Stèrne » in the roster; the nearest is sternes."
    assert "no column « time »" in faults(times.load, say(grading, "team,x\n", "times.csv"))[0]


def notebook(content=b""):
    return b'{"cells": [' + content + b"]}"


def put(source, name, content, when):
    path = source / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (when.timestamp(), when.timestamp()))


@pytest.fixture
def source(tmp_path):
    (tmp_path / "recus").mkdir()
    return tmp_path / "recus"


def people(grading, **more):
    return counting.People("tiny", roster.load(grading), rules.load(grading), times.load(grading), **more)


def content(one):
    [name] = one.folder.joinpath("files").iterdir()
    return name.read_bytes()


HOUR = timedelta(hours=1)
OLD, NEW, LAST = notebook(), notebook(b"{}"), notebook(b"{},{}")


@pytest.mark.parametrize(("hours", "counts"), [
    ((-3, -2, -1), LAST), ((-3, -2, 5), NEW), ((-3, 5, 6), OLD), ((5, 6, 7), LAST), ((-3, -1, 0.25), LAST), ((-3, -1, 0.26), NEW)])
def test_the_last_one_in_time_counts_else_the_last(grading, source, hours, counts):
    say(grading, RULES)
    for hour, what in zip(hours, (OLD, NEW, LAST), strict=True):
        put(source, "sternes.ipynb", what, DEADLINE + hour * HOUR)
        [one] = receive(source, "tiny", grading, None, people(grading).choose)
    assert content(one) == counts and not one.problem and len(records(one.folder.parent)) == 3
    assert sum("counts" in note for note in one.notes) == 1 and ("of the maximum is lost" in one.notes[-1]) == all(hour > 0.25 for hour in hours)
    [again] = received_before("tiny", grading, None, people(grading).choose)
    assert again.folder == one.folder
    say(grading, "")
    [today] = receive(source, "tiny", grading, None, people(grading).choose)
    assert content(today) == LAST, "without a deadline, what the folder holds now"


def test_an_extension_is_a_teams_own_and_a_folder_can_be_forced(grading, source):
    say(grading, RULES)
    for name in ("macareux", "sternes"):
        put(source, f"{name}.ipynb", OLD, DEADLINE - HOUR)
    receive(source, "tiny", grading)
    for name in ("macareux", "sternes"):
        put(source, f"{name}.ipynb", NEW, DEADLINE + 20 * HOUR)
    found = {one.team: one for one in receive(source, "tiny", grading, None, people(grading).choose)}
    assert content(found["macareux"]) == NEW and content(found["sternes"]) == OLD
    second = next(kept.folder for kept in records(found["sternes"].folder.parent) if kept.folder != found["sternes"].folder)
    say(grading, RULES + f"[counts]\nsternes = \"{second.name}\"\nmacareux = \"rien\"\n")
    found = {one.team: one for one in received_before("tiny", grading, None, people(grading).choose)}
    assert found["sternes"].folder == second and "20 h after its deadline (2026-03-06 18:00): 5 % of the maximum is lost" in found["sternes"].notes[-1]
    assert "no hand-in of this team. There are: 2" in found["macareux"].problem


def test_the_instructors_hour_wins_over_the_files(grading, source):
    say(grading, RULES)
    put(source, "sternes.ipynb", OLD, DEADLINE - HOUR)
    receive(source, "tiny", grading)
    put(source, "sternes.ipynb", NEW, DEADLINE - HOUR / 2)
    [one] = receive(source, "tiny", grading, None, people(grading).choose)
    assert content(one) == NEW
    second = records(one.folder.parent)[1].record["at"]
    say(grading, f"équipe;heure\nsternes;{second}\n", "times.csv")
    [one] = receive(source, "tiny", grading, None, people(grading).choose)
    assert content(one) == OLD, "the second was handed in today, long after; its files' dates were set by hand"


@pytest.mark.parametrize("bad", [b"", b"PK\x03\x04", b"{"])
@pytest.mark.parametrize("text", ["", RULES])
def test_an_empty_or_broken_hand_in_takes_no_others_place(grading, source, bad, text):
    say(grading, text)
    put(source, "sternes.ipynb", OLD, DEADLINE - 2 * HOUR)
    put(source, "sternes.zip", bad, DEADLINE - HOUR)
    (source / "sternes").mkdir()
    [one] = receive(source, "tiny", grading, None, people(grading).choose)
    assert content(one) == OLD and not one.problem and len(records(one.folder.parent)) == 2
    assert any("holds no file" in note for note in one.notes) and any("sternes.zip is kept" in note or "has no notebook that can be read" in note for note in one.notes)
    (source / "sternes.ipynb").unlink()
    [before] = received_before("tiny", grading, None, people(grading).choose)
    assert before.folder == one.folder


def test_a_team_asked_to_send_a_damaged_file_again_is_given_time(grading, source):
    say(grading, RULES)
    put(source, "sternes.zip", b"PK\x03\x04", DEADLINE - HOUR)
    put(source, "goelands.ipynb", OLD, DEADLINE - HOUR)
    put(source, "petrels.zip", b"PK\x03\x04", DEADLINE + HOUR)
    told = lambda: {one.team: " ".join(one.notes) for one in receive(source, "tiny", grading, None, people(grading).choose)}  # noqa: E731
    first = told()
    assert "if you ask the team to send it again, give it an extension in people/rules.toml, or its delay costs." in first["sternes"]
    assert "extension" not in first["goelands"] + first["petrels"], "sound, or late already"
    (source / "sternes.zip").unlink()
    put(source, "sternes.ipynb", NEW, DEADLINE + HOUR)
    second = told()["sternes"]
    assert "5 % of the maximum is lost" in second and "if that is why the team sent another, give it an extension" in second
    say(grading, RULES.replace("[late]", "sternes = 2026-03-08T18:00:00\n[late]"))
    assert "extension" not in told()["sternes"] and "is lost" not in told()["sternes"]


def test_only_an_empty_hand_in_is_told(grading, source):
    (source / "sternes").mkdir()
    [one] = receive(source, "tiny", grading, None, lambda team, kept: Chosen())
    assert one.problem == "sternes holds no file." and one.folder is None


@pytest.fixture
def threads():
    with ThreadPoolExecutor(2) as executor:
        yield executor


def test_grading_with_a_roster_and_rules(course, tmp_path, grading, played, threads):  # noqa: F811
    roster.keep(grading, Roster((team("goelands"), team("huitriers", "velo"), team("macareux"), team("sternes"))))
    handed = hand_in(course, tmp_path / "recus", {"goelands": "grand = 9", "sternes": "grand = 9", "huitriers": "grand = 9", "inconnus": "grand = 9"})
    say(grading, RULES)
    for path in handed.iterdir():
        os.utime(path, (DEADLINE.timestamp() - 60,) * 2)
    grade = lambda where, **more: counting.grade(where, CHALLENGE, course=course, grading=grading, executor=threads, feedback=False, **more)  # noqa: E731
    first = grade(handed)
    rows = {row.team: row for row in first.rows}
    assert {name: row.automatic for name, row in rows.items() if not row.problem} == {"goelands": 60, "sternes": 60} and first.code == 1
    assert "registered for velo, not for tiny" in rows["huitriers"].problem and "is no team of the gradebook" in rows["inconnus"].problem
    assert first.absent == ["macareux"] and json.loads(first.as_json())["absent"] == ["macareux"] and first.as_table().endswith("nothing from: macareux")
    # What is no more in the folder was received all the same.
    kept = handed / "goelands.ipynb"
    moved = kept.rename(tmp_path / "goelands.ipynb")
    again = grade(handed)
    assert "goelands" not in {row.team for row in again.rows} and again.absent == ["macareux"]
    moved.rename(kept)
    # A late one is kept, and the marks stay those of the one in time.
    hand_in(course, handed, {"sternes": "grand = 2"})
    os.utime(handed / "sternes.ipynb", (DEADLINE.timestamp() + 3 * 86400,) * 2)
    second = grade(handed)
    [row] = [row for row in second.rows if row.team == "sternes"]
    assert row.automatic == 60 and any("the last in time" in word for word in row.remarks)
    now = lambda: {one.team.name: one for one in results.results(course, grading, CHALLENGE)}  # noqa: E731
    told = now()["sternes"].lateness
    assert told.on_time and told.when == DEADLINE - timedelta(minutes=1)
    # The instructor decides otherwise.
    say(grading, RULES + "[counts]\nsternes = \"" + records(grading / "received/tiny/sternes")[1].folder.name + "\"\n")
    assert now()["sternes"].superseded and not now()["sternes"].final and "un autre rendu" in " ".join(now()["sternes"].remarks) and not now()["goelands"].superseded
    say(grading, "", "Rules.toml.txt")
    told = grade(None)
    assert not now()["sternes"].superseded
    assert told.warnings == [f"{grading / 'people' / 'Rules.toml.txt'} is not read: the file must be named rules.toml."] and told.warnings[0] in told.as_table()
    [row] = [row for row in told.rows if row.team == "sternes"]
    assert row.automatic == 0 and now()["sternes"].lateness.percent == 15
    # Faults of the rules stop all, before anything.
    say(grading, "[deadline]\n")
    with pytest.raises(CannotGrade, match="is it deadlines"):
        grade(None)


@pytest.mark.parametrize("name", ["tiny", "Tiny.zip"])
def test_a_challenge_is_never_taken_as_a_team(course, source, grading, name):
    inside = source / name
    inside.mkdir() if inside.suffix == "" else inside.write_bytes(b"PK")
    put(source, "sternes.ipynb", OLD, DEADLINE)
    with pytest.raises(CannotGrade, match="tiny is a challenge's name") as refused:
        counting.grade(source, CHALLENGE, course=course, grading=grading, unsafe=True, add_teams=True)
    assert str(inside) in str(refused.value) and not grading.exists()
    with pytest.raises(CannotGrade, match="for « autre » alone"):
        counting.grade(source, "autre", course=course, grading=grading, unsafe=True)


def test_names_that_the_list_does_not_have_are_told_even_when_teams_are_added(course, tmp_path, grading, played, threads, monkeypatch):  # noqa: F811
    roster.keep(grading, Roster((team("goelands"),)))
    handed = hand_in(course, tmp_path / "recus", {"sternes": "grand = 9"})
    [row] = counting.grade(handed, CHALLENGE, course=course, grading=grading, executor=threads, feedback=False, add_teams=True).rows
    assert not row.problem and "is not in the list of teams." in row.remarks
    monkeypatch.setattr(marking, "mark", lambda job: pytest.fail("run again"))
    [row] = counting.grade(None, CHALLENGE, course=course, grading=grading, executor=threads, feedback=False).rows
    assert "is not in the list of teams: rename its entry, or add it to the list" in row.problem
    shutil.rmtree(grading)
