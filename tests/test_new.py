"""A new challenge is sound from its first minute, and the page that teaches how to write one is followed to the letter."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import harness
import nbformat
import pytest
import yaml
from tiny import CHALLENGE, NOTEBOOK, PROJECT, write_course

from challenge_data import build, cli
from challenge_data.build import new, programme
from challenge_data.build.course import MARK, read_curriculum

PAGE = PROJECT / "docs/adding-a-challenge.md"
TITLE = "Où dort-on « la fenêtre ouverte » : ici, ou \"là\"\u202f?"
NAME = "nuits-calmes"


def empty_course(folder: Path) -> Path:
    """A course folder with the island, the toolkit and the player of answers, and nothing written yet."""
    for part in ("datasets/brumeval/territoire", "src"):
        shutil.copytree(PROJECT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    for part in ("datasets/recipes/packages.py", "nbgrader_config.py", "tests/answering.py"):
        (folder / part).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(PROJECT / part, folder / part)
    return folder


def ran(root: Path, *command: str | Path) -> str:
    """What a command prints there, with that course's own toolkit; it must succeed."""
    env = os.environ | {"PYTHONPATH": str(root / "src"), "CHALLENGE_DATA_HOME": str(root), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, cwd=root, env=env, capture_output=True, text=True)
    assert done.returncode == 0, f"{shlex.join(map(str, command))}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def files(root: Path) -> dict[Path, bytes]:
    return {path.relative_to(root): path.read_bytes() for path in root.rglob("*") if path.is_file() and "__pycache__" not in path.parts}


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Path:
    """With one new challenge, built."""
    root = empty_course(tmp_path_factory.mktemp("cours"))
    new.new_challenge(root, NAME, TITLE)
    build.build(root)
    return root


# --- what is laid out


def test_a_new_challenge_has_no_problem_and_its_title_is_kept_to_the_letter(course):
    assert build.check(course) == []
    [challenge] = read_curriculum(course).challenges
    assert challenge.name == NAME and challenge.settings["title"] == TITLE
    assert [notebook.title for notebook in challenge.notebooks] == [f"{TITLE} · {rank}" for rank in ("1 · Trouver", "2 · Manipuler", "3 · Visualiser")]
    assert not [path for path, content in files(course).items() if path.parts[0] in ("curriculum", "datasets", "tests") and re.search(rb"@\w+@", content)]


def test_its_points_are_shared_as_the_course_asks(course):
    by_code = {}
    for path in sorted((course / "solutions" / NAME).glob("*.ipynb")):
        graded = [cell.metadata.nbgrader for cell in nbformat.read(path, 4).cells if cell.metadata.get("nbgrader", {}).get("grade")]
        by_code[path.stem] = [meta.points for meta in graded if not meta.solution]
        assert by_code[path.stem] and any(meta.solution for meta in graded), "a question for code, one for a person"
    points = sum(map(sum, by_code.values()))
    # test_nbgrader answers every other question, and must get neither nothing nor everything.
    assert 60 <= points <= 72 and 0 < sum(sum(each[::2]) for each in by_code.values()) < points


def test_its_answers_are_judged_fairly(course):
    table = ran(course, sys.executable, "tests/answering.py", NAME)
    assert re.search(r"^all +4 +6 +19 +0 +0 +0 ", table, re.MULTILINE), table


def test_its_notebooks_run_as_delivered_and_answered(course, tmp_path):
    place = harness.Course(tmp_path, course)
    place.env["PYTHONPATH"] = str(course / "src")
    found = []
    for path, notebook in build.answered(course).items():
        found += harness.faults(place.run(notebook, path, tmp_path / "repondu" / path.stem), answered=True)
        released = Path("exercises", *path.parts[1:])
        run = place.run(nbformat.read(course / released, 4), released, tmp_path / "livre" / path.stem)
        found += harness.faults(run, answered=False)
    assert not found, "\n".join(found)


def test_its_recipe_gives_the_same_bytes_again(course, tmp_path):
    ran(course, sys.executable, f"datasets/recipes/{NAME}/build.py", "--into", tmp_path)
    assert files(tmp_path) == {Path(path.name): content for path, content in files(course).items()
                               if path.parts[:3] == ("datasets", "brumeval", NAME) and path.name != "SOURCE.md" or path.name == "nuits_calmes.json"}


def test_the_command_says_what_was_written_and_what_comes_next(tmp_path, monkeypatch, capsys):
    root = empty_course(tmp_path)
    monkeypatch.setenv("CHALLENGE_DATA_HOME", str(root))
    before = set(files(root))
    assert cli.main(["new", "tri"]) == 0
    said = capsys.readouterr().out.splitlines()
    written = {path.as_posix() for path in set(files(root)) - before}
    assert set(said[: len(written)]) == written and said[len(written)] == f"{len(written)} file(s) written."
    assert [line.split(".")[0] for line in said[len(written) + 1 :]] == [str(number) for number in range(1, len(new.next_steps("tri")) + 1)]
    assert all(path in written for path in (f"tests/answers/tri/{notebook}.yml" for notebook in ("1_trouver", "2_manipuler", "3_visualiser")))
    # Without a title it builds all the same, and the title is one of the things to write.
    build.build(root)
    assert f"# {MARK} : le titre · 1 · Trouver" in (root / "exercises/tri/1_trouver.ipynb").read_text(encoding="utf-8")


# --- a draft is not taken for a finished challenge


def test_a_draft_is_counted_says_so_in_its_notebooks_and_is_no_problem(tmp_path):
    draft = write_course(tmp_path / "draft", notebook=NOTEBOOK.replace("# Trouver\n", f"# Trouver\n\n{MARK} : la commande.\n"))
    done = write_course(tmp_path / "done")
    for root in (draft, done):
        build.build(root)
        assert build.check(root) == []
    told = {root.name: "Défi en préparation" in (root / "exercises/tiny/1_trouver.ipynb").read_text(encoding="utf-8") for root in (draft, done)}
    assert told == {"draft": True, "done": False}
    line = (draft / "curriculum/challenges/tiny/1_trouver.md").read_text(encoding="utf-8").splitlines().index(f"{MARK} : la commande.") + 1
    assert build.drafts(draft) == {"tiny": [(Path("curriculum/challenges/tiny/1_trouver.md"), line)]}
    assert build.drafts(done) == {}


def test_the_week_does_not_offer_a_draft(course):
    shutil.copy(PROJECT / programme.FILE, course / programme.FILE)
    try:
        curriculum = read_curriculum(course)
        [challenge] = curriculum.challenges
        assert NAME not in programme.week_table(curriculum, challenge.notebooks[0])
        challenge.to_write = []
        assert "1_trouver.ipynb" in programme.week_table(curriculum, challenge.notebooks[0])
    finally:
        (course / programme.FILE).unlink()


# --- what is refused


def refused(root: Path, name: str, title: str = "") -> list[str]:
    """The faults told; nothing may have changed."""
    before = files(root)
    with pytest.raises(build.BuildError) as error:
        new.new_challenge(root, name, title)
    assert files(root) == before
    assert all(problem.remedy for problem in error.value.problems)
    return [f"{problem.file.as_posix()}: {problem.message}" for problem in error.value.problems]


@pytest.mark.parametrize("name", ["", "Tri", "défi", "tri au jardin", "tri_jardin", "../tri", "-tri", "tri-", "tri--jardin", "2-tris", "tri.", "tri\n"])
def test_a_name_that_folders_or_hints_could_not_carry_is_told(name, tmp_path):
    assert refused(tmp_path, name) == [f"curriculum/challenges: « {name} » cannot name a challenge"]


def test_all_faults_are_told_together(tmp_path):
    assert len(refused(tmp_path, "Tri" * 14, "une ligne\nune autre")) == 3


def test_nothing_is_overwritten(course):
    there = refused(course, NAME)
    assert {line.split(":")[0] for line in there} == {
        f"curriculum/challenges/{NAME}", f"datasets/recipes/{NAME}", f"datasets/brumeval/{NAME}", f"tests/answers/{NAME}",
        "datasets/recipes/truth/nuits_calmes.json", f"solutions/{NAME}", f"exercises/{NAME}"}
    # Not a challenge, but a folder of that name is there.
    assert refused(course, "territoire") == ["datasets/brumeval/territoire: is there already: nothing is overwritten"]
    assert refused(course, "truth") == ["datasets/recipes/truth: is there already: nothing is overwritten"]


def test_what_fails_midway_leaves_nothing(course, tmp_path, monkeypatch):
    assert "the recipe stops: ModuleNotFoundError: No module named 'packages'" in refused(tmp_path, "tri")[0]
    # A title is text for the notebooks too, and held to their rules.
    assert "« ici » does not say where it leads" in refused(course, "tri", "Tout est [ici](https://example.org)")[0]

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(new, "_run_recipe", interrupted)
    before = files(course)
    with pytest.raises(KeyboardInterrupt):
        new.new_challenge(course, "tri")
    assert files(course) == before


def test_a_dataset_that_the_recipe_no_longer_writes_is_told(tmp_path):
    root = write_course(tmp_path, challenge=CHALLENGE + "datasets: [tiny_brut, tiny_propre]\n")
    package = root / "datasets/brumeval/tiny/datapackage.json"
    package.parent.mkdir(parents=True)
    package.write_text('{"resources": [{"name": "tiny_propre"}]}')
    told = [problem.message for problem in build.check(root) if "dataset" in problem.message]
    assert told == ["no dataset is called « tiny_brut »"]


# --- the page


def steps() -> list[tuple[str, str, str]]:
    """(language, file that the line above names or "", text) of each fenced block of the page, in order."""
    pattern = re.compile(r"(?:^`([^`\n]+)`[^\n]*:\n\n)?^(`{3,4})(\w+)\n(.*?)\n\2$", re.MULTILINE | re.DOTALL)
    return [(match[3], match[1] or "", match[4] + "\n") for match in pattern.finditer(PAGE.read_text(encoding="utf-8"))]


def command(line: str) -> list[str]:
    """A line of the page as the Makefile would run it, in this environment."""
    words = shlex.split(line)
    if words[0] == "make":
        recipe = re.search(rf"^{words[1]}: ; @\$\(DEV\) (.+) \$\(ARGS\)$", (PROJECT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
        words = [*shlex.split(recipe[1]), *(word for given in words[2:] for word in shlex.split(given.removeprefix("ARGS=")))]
    return {"python": [sys.executable], "challenge-data": [sys.executable, "-m", "challenge_data.cli"]}[words[0]] + words[1:]


def test_the_page_is_followed_word_for_word(tmp_path):
    root, printed, begun = empty_course(tmp_path), "", set()
    for language, file, text in steps():
        if file:
            assert (root / file).is_file(), f"the page writes {file}, which is not laid out"
            with (root / file).open("a" if file in begun else "w", encoding="utf-8") as written:
                written.write(("\n" if file in begun else "") + text)
            begun.add(file)
        elif language == "bash":
            printed = "".join(ran(root, *command(line)) for line in text.splitlines())
        else:
            expected = r"\n(?:.*\n)*?".join(re.escape(line).replace("…", ".*") for line in text.splitlines() if line != "…")
            assert re.search(f"^{expected}$", printed, re.MULTILINE), f"the page says\n{text}\nthe commands say\n{printed}"
    assert len(begun) == 3 and build.check(root) == []
    truth = yaml.safe_load((root / "datasets/recipes/truth/toilettes.json").read_text(encoding="utf-8"))
    assert len(truth["dimanche"]) == 8 and "propre_pour_mille" in truth
