"""A file goes from lesson to lesson: nobody's work is overwritten, and a team that has none gets a ready one."""

import errno
from pathlib import Path

import pandas as pd
import pytest

from challenge_data import hand_on, pick_up
from challenge_data.errors import LearnerError

WISHES = pd.DataFrame({"souhait": ["un répertoire", "une carte"], "voix": [7, 3]})


@pytest.fixture(autouse=True)
def work(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("CHALLENGE_DATA_WORK", str(tmp_path))
    return tmp_path


def test_what_is_handed_on_is_picked_up(work, capsys):
    hand_on(WISHES, "souhaits.csv")
    assert "2 lignes" in capsys.readouterr().out
    assert pd.read_csv(pick_up("souhaits.csv")).equals(WISHES)
    assert "de votre équipe" in capsys.readouterr().out


def test_another_file_of_that_name_is_kept(work, capsys):
    (work / "souhaits.csv").write_text("le travail d'une nuit\n")
    hand_on(WISHES, "souhaits.csv")
    hand_on(WISHES, "souhaits.csv")  # the same again: nothing to keep
    (kept,) = (work / "copies").iterdir()
    assert kept.read_text() == "le travail d'une nuit\n" and kept.name in capsys.readouterr().out


def test_a_full_disk_leaves_the_earlier_file_readable(work, monkeypatch):
    hand_on(WISHES, "souhaits.csv")

    write = Path.write_bytes

    def full(self, content):
        write(self, content[:5])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(LearnerError, match="le disque est plein.*n'a pas changé"):
        hand_on(WISHES.head(1), "souhaits.csv")
    assert pd.read_csv(work / "souhaits.csv").equals(WISHES)
    assert [path for path in work.rglob("*") if path.is_file()] == [work / "souhaits.csv"]


@pytest.mark.parametrize(("table", "name", "said"), [
    (WISHES.head(0), "souhaits.csv", "aucune ligne"),
    (["un répertoire"], "souhaits.csv", "d'abord un tableau"),
    (WISHES, "souhaits.xlsx", "finit par .csv"),
    (WISHES, "../souhaits.csv", "sans dossier"),
    ("  \n", "fiche.md", "texte est vide"),
    ("# Fiche", "fiche.csv", "finit par .md"),
])
def test_what_cannot_be_handed_on_is_told(work, table, name, said):
    with pytest.raises(LearnerError, match=said):
        hand_on(table, name)
    assert not list(work.iterdir())


def test_a_team_without_the_file_gets_the_ready_one_and_is_told(capsys):
    assert pick_up("communes_par_taille.csv").is_file()
    assert "équipe imaginaire" in capsys.readouterr().out


def test_a_file_that_no_lesson_gives_is_told_with_those_that_exist():
    with pytest.raises(LearnerError, match="souhait.csv.*communes_par_taille.csv"):
        pick_up("souhait.csv")


def test_a_text_is_handed_on_too(work, capsys):
    hand_on("# Fiche\n\nUne phrase.", "fiche.md")
    assert (work / "fiche.md").read_text() == "# Fiche\n\nUne phrase.\n"
    hand_on("# Autre", "fiche.md")
    assert [path.suffix for path in (work / "copies").iterdir()] == [".md"] and "copies" in capsys.readouterr().out
