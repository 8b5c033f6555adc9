"""The list of teams: read however a spreadsheet saved it, refused with all its faults, never at the cost of a team that handed in. All people are invented."""

import itertools
import json
import random
import stat
import unicodedata
import zipfile

import openpyxl
import pytest

from challenge_data import cli
from challenge_data.grading.recording import Recorder
from challenge_data.grading.teams import importing, registering, roster, tables

CHALLENGES = ("aides-velo", "defibrillateurs", "qualite-air")
HEADS = ("équipe", "défi", "membre", "e-mail")
PEOPLE = [
    ("Les Sternes", "defibrillateurs", "Zoé O'Brien", "zoe.obrien@exemple.fr"), ("Les Sternes", "Défibrillateurs", "Jean-Noël Fictif", "JN.Fictif@exemple.fr"),
    ("Goélands", "aides-velo", "Inès d'Abbadie", "ines@exemple.fr"), ("Goélands", "aides vélo", "Lan Ng", "lan+ng@exemple.co.uk"), ("Équipe n° 1", "qualite-air", "Müjde Çelik-Øst", "m.c@exemple.fr"),
]  # fmt: skip


def written(path, rows, separator=";", end="\r\n", encoding="utf-8", quoted=False, before=""):
    quote = (lambda cell: '"' + cell.replace('"', '""') + '"') if quoted else str
    text = before + "".join(separator.join(map(quote, row)) + end for row in rows)
    path.write_bytes(text.encode(encoding))
    return path


def refused(path, rows, *words, heads=HEADS):
    """Every word is in a fault of the list; returns the faults."""
    with pytest.raises(importing.RosterError) as caught:
        importing.read(written(path, [heads, *rows]), CHALLENGES)
    for word in words:
        assert any(word in problem for problem in caught.value.problems), (word, caught.value.problems)
    return caught.value.problems


@pytest.fixture
def path(tmp_path):
    return tmp_path / "equipes.csv"


def expected():
    return {("Les-Sternes", "Les Sternes", "defibrillateurs", ("Zoé O'Brien", "Jean-Noël Fictif"), ("zoe.obrien@exemple.fr", "jn.fictif@exemple.fr")),
            ("Goelands", "Goélands", "aides-velo", ("Inès d'Abbadie", "Lan Ng"), ("ines@exemple.fr", "lan+ng@exemple.co.uk")),
            ("Equipe-n-1", "Équipe n° 1", "qualite-air", ("Müjde Çelik-Øst",), ("m.c@exemple.fr",))}  # fmt: skip


def found(listed):
    return {(team.name, team.title, team.challenge, tuple(one.name for one in team.members), tuple(one.email for one in team.members)) for team in listed.roster.teams}


ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "cp1252", "latin-1", "mac-roman")


def test_any_encoding_separator_and_line_end_gives_the_same_roster(path):
    tried = 0
    for encoding, separator, end, quoted in itertools.product(ENCODINGS, ";,\t|", ("\n", "\r\n", "\r"), (False, True)):
        rows = [HEADS, *PEOPLE, ("", "", "", ""), ("", "", "", "", "", "")]
        listed = importing.read(written(path, rows, separator, end, encoding, quoted), CHALLENGES)
        assert found(listed) == expected(), (encoding, separator, end, quoted, listed.how)
        assert listed.warnings == []
        tried += 1
    assert tried == 144


def test_the_order_of_columns_is_free_and_headings_are_those_that_people_write(path):
    for order in itertools.permutations(range(4)):
        rows = [[row[place] for place in order] for row in (HEADS, *PEOPLE)]
        assert found(importing.read(written(path, rows), CHALLENGES)) == expected()
    for heads in (("TEAM", "Challenge", "Member", "Email"), ("Nom de l’équipe", "DÉFI", "Nom complet", "Adresse e-mail"), ("groupe", "defi", "nom", "courriel"), ("Équipe ", "défi", "Nom et prénom", "mail")):
        assert found(importing.read(written(path, [heads, *PEOPLE]), CHALLENGES)) == expected(), heads
    split = [("Équipe", "Nom", "Prénom", "Défi", "Courriel"), *((team, name.split()[1], name.split()[0], challenge, email) for team, challenge, name, email in PEOPLE)]
    assert found(importing.read(written(path, split), CHALLENGES)) == expected()
    extra = [(*HEADS, "téléphone"), *((*row, "06") for row in PEOPLE)]
    assert "téléphone" in importing.read(written(path, extra), CHALLENGES).warnings[0]


def test_excels_first_line_that_says_the_separator(path):
    for separator in ";,|":
        assert found(importing.read(written(path, [HEADS, *PEOPLE], separator, before=f"sep={separator}\r\n"), CHALLENGES)) == expected()
    heads = ("équipe", "défi", "Nom, prénom", "e-mail")
    assert len(importing.read(written(path, [heads, *PEOPLE]), CHALLENGES).roster.teams) == 3


def sheet(path, rows, title="Feuille1"):
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def test_a_spreadsheet_of_excel_gives_the_same_and_no_formula_is_taken(tmp_path):
    path = sheet(tmp_path / "equipes.xlsx", [(None,), HEADS, *PEOPLE, (None, None)])
    assert found(importing.read(path, CHALLENGES)) == expected()
    numbered = sheet(tmp_path / "n.xlsx", [HEADS, (1, "aides-velo", "Lan Ng", "a@exemple.fr"), (2.0, "aides-velo", "Li Wu", "b@exemple.fr")])
    assert [team.title for team in importing.read(numbered, CHALLENGES).roster.teams] == ["1", "2"]
    for formula in ("=A1", '=HYPERLINK("http://exemple.fr","x")'):
        with pytest.raises(importing.RosterError, match="line 2: « membre » begins with '='"):
            importing.read(sheet(tmp_path / "f.xlsx", [HEADS, ("A", "aides-velo", formula, "a@exemple.fr")]), CHALLENGES)
    book = openpyxl.load_workbook(path)
    book.create_sheet("Autre").append(["x"])
    book.save(path)
    with pytest.raises(importing.RosterError, match="has 2 sheets that are filled in"):
        importing.read(path, CHALLENGES)


@pytest.mark.parametrize(("row", "word"), [
    (("Les Sternes", "velo", "A Zed", "a@exemple.fr"), "the nearest is aides-velo"), (("Les Sternes", "zzzz", "A Zed", "a@exemple.fr"), "there are aides-velo, defibrillateurs, qualite-air"),
    (("", "aides-velo", "A Zed", "a@exemple.fr"), "« équipe » is empty"), (("X", "aides-velo", "", "a@exemple.fr"), "« membre » is empty"), (("X", "aides-velo", "A Zed", ""), "« e-mail » is empty"),
    (("…", "aides-velo", "A Zed", "a@exemple.fr"), "no letter or digit"), (("日本", "aides-velo", "A Zed", "a@exemple.fr"), "no letter or digit"), (("X", "aides-velo", "12", "a@exemple.fr"), "is no name"),
    *((("X", "aides-velo", "A Zed", email), "is no e-mail address") for email in ("a", "a@b", "a b@exemple.fr", "a@@exemple.fr", "é@exemple.fr", "a@exemple..fr", ".a@exemple.fr", "a..b@exemple.fr", "A <a@exemple.fr>", "a@exemple.fr,b@exemple.fr", "mailto:a@exemple.fr", "a@-exemple.fr")),
    *((("X", "aides-velo", f"{sign}A1", "a@exemple.fr"), "begins with") for sign in "=+-@\t＝＋"), (("=X", "aides-velo", "A Zed", "a@exemple.fr"), "begins with '='"), (("X", "aides-velo", "A Zed", "=a@exemple.fr"), "begins with '='"), ((" =X", "aides-velo", "A Zed", "a@exemple.fr"), "begins with '='"),
    *((("X", "aides-velo", f"A{char}B", "a@exemple.fr"), "that one does not see") for char in "\u200b\u202e\u2066\u200d\x07\ufeff\u00ad\u2028"),
    (("X" * 81, "aides-velo", "A Zed", "a@exemple.fr"), "81 characters, 80 at most"), (("X", "aides-velo", "A" * 101, "a@exemple.fr"), "101 characters"), (("X", "aides-velo", "A", "a" * 250 + "@exemple.fr"), "254 at most"),
])  # fmt: skip
def test_a_fault_in_a_cell_is_told_with_its_line(path, row, word):
    good = ("Les Grèbes", "qualite-air", "Ola Nordmann", "ola@exemple.fr")
    problems = refused(path, [good, row], word)
    assert len(problems) == 1 and problems[0].startswith("line 3: "), problems


def test_a_line_end_in_a_cell_is_told_and_lines_are_still_those_of_the_file(path):
    path.write_text("équipe;défi;membre;e-mail\nX;aides-velo;\"A\nB\";a@exemple.fr\nX;aides-velo;C D;bad\n", encoding="utf-8")
    with pytest.raises(importing.RosterError) as caught:
        importing.read(path, CHALLENGES)
    assert [problem[:7] for problem in caught.value.problems] == ["line 2:", "line 4:"]


def test_faults_between_lines_are_all_told_at_once(path):
    rows = [("Les Sternes", "aides-velo", "Ana Un", "ana@exemple.fr"), ("Les Sternes", "qualite-air", "Bob Deux", "bob@exemple.fr"), ("les-sternes", "aides-velo", "Cy Trois", "cy@exemple.fr"),
            ("Grèbes", "aides-velo", "Dan Quatre", "ANA@exemple.fr"), ("Grèbes", "aides-velo", "Eve Cinq", "eve@exemple.fr"), ("Grèbes", "aides-velo", "Eve Cinq", "eve5@exemple.fr"), ("Grèbes", "aides-velo", "Eve Cinq", "eve@exemple.fr"),
            ("Grèbes", "aides-velo", "Fy", "fy@exemple.fr", "de trop"), ("", "zzz", "=1", "x")]  # fmt: skip
    problems = refused(path, rows, "is written in several ways", "has several challenges", "lines 2, 5: ana@exemple.fr is there 2 times, in the teams « Les Sternes », « Grèbes »",
                       "lines 6, 8: eve@exemple.fr is there 2 times, in the team « Grèbes »", "with several addresses in the team « Grèbes »", "line 9: has more cells")  # fmt: skip
    assert sum(problem.startswith("line 10: ") for problem in problems) == 4


def test_what_is_seldom_meant_is_a_warning(path):
    rows = [("Les Sternes", "aides-velo", f"Nom{chr(65 + n)} Inventé", f"n{n}@exemple.fr") for n in range(9)]
    rows += [("Les Sterne", "aides-velo", "Ola Un", "ola@exemple.fr"), ("Équipe 1", "aides-velo", "Pia Un", "pia@exemple.fr"), ("Équipe 2", "aides-velo", "Ola Un", "ola2@exemple.fr")]
    listed = importing.read(written(path, [HEADS, *rows]), CHALLENGES)
    assert len(listed.warnings) == 3, listed.warnings
    for word in ("has 9 members", "is one misspelt", "« Ola Un » is in several teams"):
        assert any(word in warning for warning in listed.warnings)


@pytest.mark.parametrize(("content", "word"), [
    (b"", "is empty"), (b"\xef\xbb\xbf\r\n", "is empty"), (b"%PDF-1.7", "is a PDF"), (b"\xd0\xcf\x11\xe0" + bytes(100), "before 2007"), (b"PK\x03\x04rien", "damaged archive"), (b"<!DOCTYPE html><p>", "is a web page"),
    (b"a;b\0c", "is no text"), ("équipe;défi\n".encode("utf-16-le"), "is no text"), (b"nom;prix\nx;1\n", "no column « équipe »"), (b"prix;ville\nx;1\n", "no heading that is known"),
    ("équipe;défi;membre;e-mail\n".encode(), "nobody below them"), ("équipe;défi;membre;e-mail\nX;aides-velo;\"A;a@exemple.fr\n".encode(), "left open"), ("équipe;équipe;défi;membre;e-mail\nX;Y;aides-velo;A;a@exemple.fr\n".encode(), "two columns are « team »"),
    (b"\xff\xfe" + b"abc", "says that it is UTF-16"), (b"\x1f\x8b\x08", "compressed"),
])  # fmt: skip
def test_another_file_is_said_to_be_one(path, content, word):
    path.write_bytes(content)
    with pytest.raises(importing.RosterError, match=word):
        importing.read(path, CHALLENGES)


def test_archives_folders_and_bombs_are_refused(tmp_path, path, monkeypatch):
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("equipes.csv", "x")
    for what, word in ((path, "is an archive"), (tmp_path, "is a folder"), (tmp_path / "rien.csv", "cannot be read")):
        with pytest.raises(importing.RosterError, match=word):
            importing.read(what, CHALLENGES)
    monkeypatch.setattr(tables, "MOST_UNPACKED", 100)
    with pytest.raises(importing.RosterError, match="once unpacked"):
        importing.read(sheet(tmp_path / "e.xlsx", [HEADS, *PEOPLE]), CHALLENGES)
    monkeypatch.setattr(tables, "MOST_BYTES", 10)
    with pytest.raises(importing.RosterError, match="takes more than"):
        importing.read(written(path, [HEADS, *PEOPLE]), CHALLENGES)


def test_whatever_the_file_holds_it_is_read_or_refused_in_words(tmp_path, path):
    drawn = random.Random(7)
    text = "\r\n".join(";".join(row) for row in (HEADS, *PEOPLE))
    seeds = [text.encode(encoding) for encoding in ENCODINGS] + [sheet(tmp_path / "e.xlsx", [HEADS, *PEOPLE]).read_bytes()]
    read = told = 0
    for _ in range(600):
        content = bytearray(drawn.choice(seeds))
        for _ in range(drawn.choice((1, 1, 2, 5, 30))):
            place = drawn.randrange(len(content))
            content[place:place + drawn.choice((0, 1, 4))] = drawn.choice((b"", b'"', b";", b"\0", b"\r", b"\n", b"=", b"\xe2\x80\xae", b"\xff", bytes([drawn.randrange(256)])))
        path.write_bytes(content)
        try:
            importing.read(path, CHALLENGES)
            read += 1
        except importing.RosterError as error:
            told += 1
            assert error.problems and not any(unicodedata.category(char) == "Cc" or char == "\u202e" for problem in error.problems for char in problem)
    assert read > 20 and told > 200


def tiny_rows(*rows):
    return [HEADS, *((team, "tiny", name, f"{name.split()[0].lower()}@exemple.fr") for team, name in rows)]


FIRST = tiny_rows(("Les Sternes", "Ana Un"), ("Les Sternes", "Bob Deux"), ("Grèbes", "Cy Trois"))


def test_an_import_keeps_names_from_others_and_tells_nbgrader_teams_alone(course, tmp_path, path, monkeypatch, capsys):
    monkeypatch.setenv("CHALLENGE_DATA_HOME", str(course))
    grading = tmp_path / "notation"
    ask = ["roster", str(written(path, FIRST)), "--grading", str(grading)]
    assert cli.main([*ask, "--check"]) == 0 and not grading.exists()
    assert cli.main(ask) == 0 and f"Kept in {grading / 'people' / 'roster.json'}." in capsys.readouterr().out
    kept = grading / "people" / "roster.json"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600 and stat.S_IMODE(kept.parent.stat().st_mode) == 0o700
    assert [team.title for team in roster.load(grading).of("tiny")] == ["Grèbes", "Les Sternes"]
    with Recorder(course, "tiny", grading) as recorder:
        assert recorder.teams() == ["Grebes", "Les-Sternes"]
    assert b"exemple.fr" not in (grading / "gradebook.db").read_bytes()
    before = kept.read_bytes()
    assert cli.main(["roster", str(written(path, [HEADS, ("X", "tiny", "=1", "bad")])), "--grading", str(grading)]) == 1
    assert "2 fault(s), nothing was written" in capsys.readouterr().err and kept.read_bytes() == before
    assert cli.main(["roster", str(written(path, FIRST)), "--grading", str(course / "notation")]) == 1
    assert "which is public" in capsys.readouterr().err and not (course / "notation").exists()


def test_importing_again_tells_what_changes_and_loses_no_team_that_handed_in(course, tmp_path, path):
    grading = tmp_path / "notation"
    registering.register(written(path, FIRST), course, grading)
    again = written(path, tiny_rows(("Les Sternes", "Ana Un"), ("Macareux", "Bob Deux"), ("Macareux", "Di Quatre")))
    told = registering.register(again, course, grading, check=True).changes
    assert told == ["new team « Macareux » (tiny), 2 member(s).", "no team « Grèbes » any more (1 member(s)).", "Bob Deux (bob@exemple.fr) goes from « Les Sternes » to « Macareux »."]
    (grading / "executed" / "Grebes").mkdir(parents=True)
    kept = (grading / "people" / "roster.json").read_bytes()
    with pytest.raises(importing.RosterError, match="« Grèbes » .* handed in and is not in the list any more.*challenge-data forget Grebes"):
        registering.register(again, course, grading)
    assert (grading / "people" / "roster.json").read_bytes() == kept
    (grading / "executed" / "Grebes").rmdir()
    registering.register(again, course, grading)
    assert [team["title"] for team in json.loads((grading / "people" / "roster.json").read_text())["teams"]] == ["Les Sternes", "Macareux"]
    assert registering.register(again, course, grading).changes == []
