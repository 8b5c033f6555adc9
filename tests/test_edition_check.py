"""What `make check` says of an edition: its files, its packages, its notebooks, one French line each."""

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from challenge_data import kit
from challenge_data.checkup import edition, listing
from challenge_data.checkup.lines import MEND, NOTE, READY

PROJECT = Path(__file__).resolve().parents[1]


def notebook(*cells: str) -> bytes:
    made = new_notebook(cells=[new_code_cell(cell, id=f"c{rank}") for rank, cell in enumerate(cells)],
                        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})
    return nbformat.writes(made).encode()


@pytest.fixture
def root(tmp_path) -> Path:
    """An edition of two notebooks, one of which does not run."""
    sound = notebook("from challenge_data import work_dir", "print((work_dir() / 'fait.txt').write_text('x'))")
    files = {"notebooks/j0/un.ipynb": sound, "exercises/defi/deux.ipynb": notebook("x = 1", "# La suite\nx / 0"), "Makefile": b"lab:\n",
             "src/outil.py": b"", "datasets/a.csv": b"a\n", "requirements.lock": b"pandas==3.0.0 ; python_version > '3' \\\n    --hash=sha256:00\n"}
    folder = tmp_path / "edition"
    kit.write(files, folder, PROJECT)
    return folder


def test_edition_as_published_is_ready(root):
    assert list(edition.files(root)) == [(READY, "6 fichiers sur 6, tels qu'ils ont été publiés")]


def test_files_missing_altered_or_worked_in_are_told_apart(root):
    (root / "Makefile").unlink()
    (root / "datasets/a.csv").write_text("b", encoding="utf-8")
    (root / "notebooks/j0/un.ipynb").write_bytes(notebook("ma_reponse = 1"))
    lines = list(edition.files(root))
    assert [word for word, _ in lines] == [MEND, MEND, NOTE, READY]
    for (_, sentence), said in zip(lines, ("Makefile : absent", "datasets/a.csv : différent", "notebooks/j0/un.ipynb : vous y avez travaillé", "3 fichiers sur 6"), strict=True):
        assert sentence.startswith(said)


def test_list_that_is_damaged_or_not_there_is_said(root):
    (root / listing.NAME).write_text("abîmé\n", encoding="utf-8")
    assert [word for word, _ in edition.files(root)] == [MEND]
    (root / listing.NAME).unlink()
    ((word, sentence),) = edition.files(root)
    assert word == NOTE and "n'est pas une édition" in sentence


def test_versions_of_this_environment_are_those_of_the_lock():
    ((word, sentence),) = edition.packages(PROJECT)
    assert word == READY and int(sentence.split()[0]) > 100


def test_package_at_another_version_or_absent_is_told(root):
    lock = root / edition.LOCK
    lock.write_text("pandas==0.1 \\\n    --hash=sha256:00\nn-existe-pas==1.0 \\\nailleurs==1.0 ; sys_platform == 'nulle-part' \\\n", encoding="utf-8")
    ((word, sentence),) = edition.packages(root)
    assert word == MEND and "(prévu : 0.1)" in sentence and "n-existe-pas (absent)" in sentence and "ailleurs" not in sentence


def test_notebooks_run_from_top_to_bottom_and_leave_nothing(root):
    before = sorted(path for path in root.rglob("*"))
    (first, said), (second, done) = edition.notebooks(root)
    assert first == MEND and said == "exercises/defi/deux.ipynb : la cellule « # La suite » s'arrête : ZeroDivisionError, division by zero"
    assert second == READY and done.startswith("notebooks/j0/un.ipynb, exécuté de haut en bas")
    assert sorted(path for path in root.rglob("*")) == before


def test_notebooks_that_a_team_worked_in_are_not_run(root):
    (root / "exercises/defi/deux.ipynb").write_bytes(notebook("ma_reponse = 1 / 0"))
    ((word, sentence),) = edition.notebooks(root)
    assert word == READY and sentence.startswith("notebooks/j0/un.ipynb")


def test_last_line_says_whether_something_is_to_mend(root, capsys, monkeypatch):
    monkeypatch.setattr(edition, "packages", lambda root: iter([(READY, "1 paquet")]))
    assert edition.check(root) == 1
    said = capsys.readouterr().out
    assert f"\n{MEND}  exercises/defi/deux.ipynb" in said and "1 ligne « À REVOIR » : montrez-la" in said
    monkeypatch.setattr(edition, "notebooks", lambda root: iter([]))
    assert edition.check(root) == 0 and "Tout est prêt" in capsys.readouterr().out
