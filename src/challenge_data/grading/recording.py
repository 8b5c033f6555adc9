"""Executed notebooks into nbgrader's gradebook, by nbgrader's own converters, one team after the other, one writer at a time.

Each team has a small file under ``recorded/<challenge>/`` that says what was written for it. It says « writing » before the first
write and « done » after the last: a run that was killed is simply run again, and the team that it was at is written anew.
"""

import contextlib
import hashlib
import json
import shutil
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook, MissingEntry

from challenge_data.grading import converting, marks
from challenge_data.grading.gradebook import (
    Book,
    Busy,
    DiskFull,
    Lock,
    Refused,
    check_room,
    create,
    read_whole,
    url,
    write_whole,
)
from challenge_data.grading.marking import OUR_WORD, TIMESTAMP
from challenge_data.grading.marks import Mark, Scores
from challenge_data.grading.placing import RECORDED, NotRecorded, emptied, fit, folder_of, gradebook_of, hashes, room
from challenge_data.grading.watching import is_test

__all__ = ["Busy", "DiskFull", "Mark", "NotRecorded", "Recorder", "Refused", "Scores"]

SCRATCH = ".preparing"
_WRITING, _DONE = "writing", "done"


class Recorder:
    """The one writer of a challenge's marks. One thread at a time: nbgrader changes the current folder while it works."""

    def __init__(self, course: Path, challenge: str, grading: Path, *, wait: bool = True, say: Callable[[str], None] | None = None) -> None:
        """Nothing is opened before ``with``.

        Args:
            course: the folder that holds ``nbgrader_config.py`` and ``solutions/<challenge>/``.
            grading: where people's work is; made if it does not exist.
            wait: if another run is writing there, wait for its end rather than raise ``Busy``.
            say: gets a sentence for the instructor when there is something to wait for; by default it is written on stderr.

        Raises:
            Refused: nbgrader cannot work with such a path, or the course has no configuration.
        """
        self.course, self.challenge, self.grading = course.resolve(), challenge, grading.resolve()
        self._wait, self._say = wait, say or (lambda sentence: print(sentence, file=sys.stderr, flush=True))
        self._config = converting.load(self.course, self.grading)
        self._file = converting.gradebook_file(self._config)
        self._lock = Lock(self._file.parent)
        self._book: Book | None = None
        self._teams: set[str] = set()
        self._questions: dict[str, dict[str, tuple[bool, str, str]]] = {}
        """Notebook -> graded cell -> whether it is locked, its type, its source: read once."""

    def __enter__(self) -> "Recorder":
        with room(self.grading, "The grading folder could not be opened"):
            for folder in (self.grading, self._file.parent):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock.take(self._wait, self._say)
        try:
            if self._file.exists():
                self._book = Book(self._file)
        except BaseException:
            self._lock.free()
            raise
        return self

    def __exit__(self, *_) -> None:
        if self._book is not None:
            self._book.close()
            self._book = None
        self._lock.free()

    def prepare(self) -> bool:
        """The challenge's questions in the gradebook, as its masters have them; ``exercises/`` is left alone. True if they were written.

        Raises:
            Refused: there are no masters, or they have other graded cells than the work already recorded.
            DiskFull: no room; the gradebook is as before.
        """
        source, masters = self._source, self._masters()
        if not masters:
            there = ", ".join(sorted(path.name for path in source.parent.glob("*/"))) or "none"
            raise Refused(f"No notebook in {source}: is « {self.challenge} » the challenge's name? There are: {there}. Run `make build` if it is new.")
        what = "The gradebook could not be prepared"
        with room(self.grading, what), emptied(self.grading / SCRATCH) as scratch:
            check_room(self.grading, what)
            if self._book is None:
                with converting.quiet():
                    create(self._file, lambda address: Gradebook(address, self._config.CourseDirectory.course_id).close())
                self._book = Book(self._file)
            told = self._told
            known, submissions = self._known()
            if known == set(masters) and read_whole(told).get("masters") == masters:
                return False
            if submissions:
                # nbgrader writes notebook by notebook, and may refuse in the middle: tried first on a copy.
                self._book.copy_to(scratch / "trial.db")
                self._generate(scratch, url(scratch / "trial.db"), submissions)
            self._book.copy_once()
            told.unlink(missing_ok=True)
            self._generate(scratch, url(self._file), submissions)
            self._book.settle()
            write_whole(told, {"masters": masters})
        self._questions = {}
        return True

    def changed_masters(self) -> list[str]:
        """Notebooks whose masters are not those that recorded teams were marked with, sorted; empty while nobody is recorded."""
        told = read_whole(self._told).get("masters", {})
        if not told or self._book is None or not self._known()[1]:
            return []
        now = self._masters()
        return sorted(name for name in told.keys() | now.keys() if told.get(name) != now.get(name))

    def copy_to(self, path: Path) -> None:
        """The gradebook as it is, for a trial."""
        self._opened().copy_to(path)

    def give(self, points: Mapping[tuple[str, str, str], float]) -> None:
        """Points that people agreed on: (team, notebook, cell) -> points, in place of what a person gave before. All or none.

        Raises:
            Refused: a cell that nothing was recorded of.
            DiskFull: no room; the gradebook is as before.
        """
        with room(self.grading, "The points were not written"):
            self._opened().copy_once()
            with self._gradebook() as book:
                try:
                    for (team, notebook, cell), given in points.items():
                        grade = book.find_grade(cell, notebook, self.challenge, team)
                        grade.manual_score, grade.needs_manual_grade = given, False
                except MissingEntry as missing:
                    book.db.rollback()
                    raise Refused(f"No point was written: « {team} », {notebook}, {cell} is not in the gradebook ({missing}).") from missing
                book.db.commit()
            self._opened().settle()

    def teams(self) -> list[str]:
        """Names in the gradebook, sorted."""
        with self._gradebook() as book:
            return sorted(student.id for student in book.students)

    def add_teams(self, names: Iterable[str]) -> list[str]:
        """New names into the gradebook; returns those that were not there.

        Raises:
            Refused: a name that nbgrader, or a folder, cannot bear; no name is added then.
        """
        names = sorted(set(names))
        if bad := [name for name in names if not fit(name)]:
            raise Refused(f"No team can be named so: {', '.join(map(repr, bad))}. A name is not empty, does not start with a dot, neither "
                          "starts nor ends with a space, and holds none of / * ? [ ]. Rename its folder.")
        there = set(self.teams())
        new = [name for name in names if name not in there]
        if new:
            with room(self.grading, f"{len(new)} team(s) could not be added"):
                self._opened().copy_once()
                with self._gradebook() as book:
                    for name in new:
                        book.add_student(name)
                self._opened().settle()
        return new

    def record(self, team: str, executed: Path | None = None, withheld: Mapping[str, Collection[str]] | None = None, received: str = "") -> Scores:
        """One team's executed notebooks into ``autograded/`` and the gradebook, in place of what was there.

        Points and comments that a person gave stay. Points given in a notebook whose text has not changed since stay settled, those of
        an answer even if the text of tests has; else they wait for a new look, as nbgrader does.

        Args:
            executed: the team's folder, ``…/<team>/<challenge>``, by default that of ``executed/`` in the grading folder.
            withheld: notebook -> ``grade_id`` of tests whose points a person must give: they wait, as an essay does.
            received: sha256 of the hand-in, told by ``told`` afterwards.

        Raises:
            Refused: an unknown team, no notebook, or notebooks that were run with other tests than the gradebook's.
            NotRecorded: nbgrader failed on this team.
            DiskFull: no room; run again once there is.
        """
        executed = self._executed(team, executed)
        hashes = {path.stem: self._check(team, path) for path in self._notebooks(team, executed)}
        sources, answers = ({name: both[kind] for name, both in hashes.items()} for kind in (0, 1))
        journal, before = self._journal(team), self.told(team)
        what = f"The marks of « {team} » were not recorded"
        with room(self.grading, what):
            check_room(self.grading, what)
            self._opened().copy_once()
            # A killed run had noted them before its first write.
            settled = before.get("settled", []) if before.get("state") != _DONE else [
                [mark.notebook, mark.cell] for mark in self.scores(team).marks if mark.manual is not None and not mark.waiting]
            write_whole(journal, {**before, "state": _WRITING, "settled": settled})
            try:
                with converting.quiet():
                    converting.autograde(self._config, self.challenge, team, executed.parents[1])
            except converting.Failed as failure:
                raise NotRecorded(f"nbgrader could not record « {team} », the other teams are not concerned:\n{failure}") from failure
            self._tell_formgrader(team, executed)
            self._call_a_person(team, [(notebook, cell) for notebook, cells in (withheld or {}).items() if notebook in sources for cell in cells])
            self._leave_settled(team, [(notebook, cell) for notebook, cell in settled if _same(before, "sources", notebook, sources)
                                       or not self._questions.get(notebook, {}).get(cell, (True,))[0] and _same(before, "answers", notebook, answers)])
            self._opened().settle()
            scores = self.scores(team)
            write_whole(journal, {"state": _DONE, "sources": sources, "answers": answers, "received": received, **self._now(team, executed, scores)})
        return scores

    def is_recorded(self, team: str, executed: Path | None = None) -> bool:
        """True if the gradebook and ``autograded/`` hold just what ``record`` would write now."""
        told = self.told(team)
        now = self._now(team, self._executed(team, executed), self.scores(team))
        return told.get("state") == _DONE and "sources" in told and all(told.get(name) == value for name, value in now.items())

    def told(self, team: str) -> dict:
        """What was written of a team: ``received``, the hand-in's sha256; ``auto``, [notebook, cell, points that code gave]. Empty if nothing was."""
        return read_whole(self._journal(team))

    def scores(self, team: str) -> Scores:
        """Cell by cell, and totals; no mark for a team that nothing was recorded of."""
        with self._gradebook() as book:
            return marks.scores(book, self.challenge, team)

    @property
    def _source(self) -> Path:
        return self.course / self._config.CourseDirectory.source_directory / self.challenge

    def _masters(self) -> dict[str, str]:
        return {path.stem: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(self._source.glob("*.ipynb"))}

    @property
    def _told(self) -> Path:
        """What the challenge's questions were written from."""
        return self.grading / RECORDED / f"{self.challenge}.json"

    def _opened(self) -> Book:
        if self._book is None:
            raise Refused(f"There is no gradebook in {self._file.parent}, or it is closed: use `with Recorder(…)`, and prepare it first.")
        return self._book

    @contextlib.contextmanager
    def _gradebook(self) -> Iterator[Gradebook]:
        self._opened()
        with gradebook_of(self._config) as book:
            yield book

    def _known(self) -> tuple[set[str], int]:
        """The challenge's notebooks in the gradebook, and how many teams handed something in."""
        with self._gradebook() as book:
            try:
                assignment = book.find_assignment(self.challenge)
            except MissingEntry:
                return set(), 0
            return {notebook.name for notebook in assignment.notebooks}, len(assignment.submissions)

    def _generate(self, scratch: Path, address: str, submissions: int) -> None:
        try:
            with converting.quiet():
                converting.generate(self._config, self.challenge, address, scratch)
        except converting.Failed as failure:
            why = (f"Its masters have changed since {submissions} team(s) were recorded, and nbgrader refuses to add or remove a graded cell then{self._other_cells()}. "
                   "Put back the masters that the teams were given, or grade with the new ones in another grading folder.") if submissions else "Its masters must be mended."
            raise Refused(f"nbgrader does not take « {self.challenge} ». {why}\n{failure}") from failure

    def _other_cells(self) -> str:
        """Which graded cells the masters have and the gradebook does not, and the other way round."""
        with self._gradebook() as book:
            then = {f"{notebook.name}/{cell.name}" for notebook in book.find_assignment(self.challenge).notebooks for cell in notebook.grade_cells}
        now = {f"{path.stem}/{cell.metadata.nbgrader.grade_id}" for path in self._source.glob("*.ipynb")
               for cell in nbformat.read(path, 4).cells if cell.metadata.get("nbgrader", {}).get("grade")}
        told = [f"{word} {', '.join(sorted(cells))}" for word, cells in (("gone:", then - now), ("new:", now - then)) if cells]
        return f" ({'; '.join(told)})" if told else ""

    def _executed(self, team: str, executed: Path | None) -> Path:
        folder = executed or self.grading / "executed" / team / self.challenge
        if folder.parts[-2:] != (team, self.challenge):
            raise Refused(f"{folder} is not a folder <team>/<challenge> of « {team} » for « {self.challenge} »: nbgrader finds notebooks by these names.")
        return folder.absolute()

    def _journal(self, team: str) -> Path:
        return self.grading / RECORDED / self.challenge / f"{team}.json"

    def _now(self, team: str, executed: Path, scores: Scores) -> dict:
        return {"executed": hashes(executed), "autograded": hashes(folder_of(self._config.CourseDirectory.autograded_directory, team, self.challenge)),
                "auto": [[mark.notebook, mark.cell, mark.auto] for mark in scores.marks]}

    def _notebooks(self, team: str, executed: Path) -> list[Path]:
        if team not in self._teams:
            self._teams = set(self.teams())
        if not fit(team) or team not in self._teams:
            raise Refused(f"« {team} » is no team of the gradebook: is it misspelt? Its teams: {', '.join(sorted(self._teams)) or 'none'}.")
        if not self._questions:
            with self._gradebook() as book:
                try:
                    notebooks = book.find_assignment(self.challenge).notebooks
                except MissingEntry:
                    raise Refused(f"« {self.challenge} » is not in the gradebook: it must be prepared first.") from None
                for notebook in notebooks:
                    graded = {cell.name for cell in [*notebook.grade_cells, *notebook.task_cells, *notebook.solution_cells]}
                    self._questions[notebook.name] = {cell.name: (cell.locked, cell.cell_type, cell.source) for cell in notebook.source_cells if cell.name in graded}
        found = [path for path in sorted(executed.glob("*.ipynb")) if path.stem in self._questions]
        if not found:
            raise Refused(f"No notebook of « {self.challenge} » in {executed}.")
        return found

    def _check(self, team: str, path: Path) -> tuple[str, str]:
        """What the notebook says, without its outputs, as a hash; and the same without the tests and our word to the team, that no team writes.

        Raises:
            Refused: its graded cells are not the gradebook's: marks would be given to other questions than those that ran.
        """
        try:
            notebook = nbformat.read(path, 4)
        except (ValueError, KeyError, AttributeError, nbformat.ValidationError) as error:
            raise Refused(f"{path} cannot be read ({type(error).__name__}): run « {team} » again.") from error
        graded: dict[str, list] = {}
        for cell in notebook.cells:
            graded.setdefault(cell.metadata.get("nbgrader", {}).get("grade_id"), []).append(cell)
        for name, (locked, kind, source) in self._questions[path.stem].items():
            cells = graded.get(name, [])
            if len(cells) != 1 or (locked and (cells[0].cell_type != kind or cells[0].source != source)):
                raise Refused(f"{path}: its cell « {name} » is not the gradebook's. Run « {team} » again with the masters of today.")
            if is_test(cells[0]) and not locked:
                raise Refused(f"{path}: its test cell « {name} » could be changed by a team. Build the masters again.")
        return tuple(hashlib.sha256(json.dumps([[cell.cell_type, cell.source] for cell in cells]).encode()).hexdigest()
                     for cells in (notebook.cells, [cell for cell in notebook.cells if not is_test(cell) and cell.get("id") != OUR_WORD]))

    def _tell_formgrader(self, team: str, executed: Path) -> None:
        """It counts folders of ``submitted/``, and compares the time in them. No notebook is put there: its button « Autograde » would run it
        with the instructor's rights, and finds nothing."""
        if (timestamp := executed / TIMESTAMP).exists():
            folder = folder_of(self._config.CourseDirectory.submitted_directory, team, self.challenge)
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copy(timestamp, folder)

    def _call_a_person(self, team: str, cells: list[tuple[str, str]]) -> None:
        """nbgrader waits for no one where code gives the points."""
        self._set_waiting(team, cells, True)

    def _leave_settled(self, team: str, cells: list[tuple[str, str]]) -> None:
        """nbgrader asks for a new look at every mark that a person gave: not where nothing was written since."""
        self._set_waiting(team, cells, False)

    def _set_waiting(self, team: str, cells: list[tuple[str, str]], waiting: bool) -> None:
        if cells:
            with self._gradebook() as book:
                for notebook, cell in cells:
                    book.find_grade(cell, notebook, self.challenge, team).needs_manual_grade = waiting
                book.db.commit()



def _same(before: dict, kind: str, notebook: str, now: Mapping[str, str]) -> bool:
    return before.get(kind, {}).get(notebook, "") == now.get(notebook)
