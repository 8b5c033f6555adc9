"""What a case of the hostile corpus is; those of all rooms together."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from course import Course


@dataclass(frozen=True)
class Stock:
    """An instructor's machine after the case and one honest sibling were graded there without any protection. See ``jail.py``."""

    team: str
    """The case's, as stock knows it: the entry's name without its ending."""
    code: int | None
    """Exit code of the last command that was run; None when it had to be ended."""
    log: str
    """What the commands printed: at most the first and the last 100 kB."""
    marks: dict[str, dict[str, float]]
    """Team -> test cell -> points that code gave, in the gradebook; a team that was not graded is not there."""
    machine: Path
    """The machine's disk afterwards: ``course``, ``grading``, ``home`` (with ``secret.txt``), ``tmp``, ``received``."""
    left: tuple[str, ...]
    """Command lines of processes that outlive the commands."""
    most_processes: int
    """At one moment; the machine allows 300."""
    most_megabytes: float
    """Resident, all processes together, at one moment."""
    seconds: float

    @property
    def points(self) -> float | None:
        """Of the case; None when it was not graded."""
        return sum(self.marks[self.team].values()) if self.team in self.marks else None

    @property
    def sibling(self) -> float | None:
        """Of the honest sibling, which handed in the first notebook, all right: 7; None when it was not graded."""
        return sum(self.marks[SIBLING].values()) if SIBLING in self.marks else None

    @property
    def submitted(self) -> Path:
        """The case's folder as placed."""
        return self.machine / "grading" / "submitted" / self.team / "citadelle"

    def feedback(self, notebook: str) -> str:
        """The page that the team would get, with ``by="feedback"``; empty when there is none."""
        return _text(self.machine / "grading" / "feedback" / self.team / "citadelle" / f"{notebook}.html")

    def autograded(self, notebook: str) -> str:
        """The notebook as stock ran it, JSON; empty when there is none."""
        return _text(self.machine / "grading" / "autograded" / self.team / "citadelle" / f"{notebook}.ipynb")


SIBLING = "zz-soeur"


@dataclass(frozen=True)
class Ours:
    """The case in the one batch that ``challenge-data grade`` did."""

    row: dict
    """Of the summary: see ``grading/summary.py``."""
    grading: Path
    received: Path
    outside: Path
    """A folder beside these two, which holds ``secret.txt``; nothing else may be there afterwards."""

    @property
    def said(self) -> str:
        """Everything that the summary says of the team."""
        flags = [f"{flag['kind']} {flag['what']} {flag['evidence']}" for flag in self.row["flags"]]
        return "\n".join([self.row["problem"], *self.row["notes"], *self.row["remarks"], *flags])

    def feedback(self, notebook: str) -> str:
        """The page that the team gets; empty when there is none."""
        return _text(self.grading / "feedback" / self.row["team"] / "citadelle" / f"{notebook}.html")

    def executed(self, notebook: str) -> str:
        """The notebook as we ran it, JSON."""
        return _text(self.grading / "executed" / self.row["team"] / "citadelle" / f"{notebook}.ipynb")


@dataclass(frozen=True)
class Case:
    """One submission, what it tries, and what must happen."""

    name: str
    """Unique. Also the entry's name in the received folder, less its ending, unless ``team`` says otherwise."""
    tries: str
    """One English sentence."""
    make: Callable[[Course, Path], None]
    """Writes the entry (folder, .zip, .tar.gz, .ipynb) into the received folder."""
    stock: Callable[[Stock], str] | None
    """Evidence, one short sentence, that it succeeds without our protection; "" if it does not. None: nothing to show (honest work,
    nbgrader's own files)."""
    points: float
    """Automatic points that it must get with ours, exactly."""
    says: tuple[str, ...] = ()
    """Words that the summary's row must hold."""
    flagged: bool = False
    """A person is called; no flag where False."""
    or_ended: str = ""
    """Which limit is met first is the machine's affair: where these words are said instead of ``says``' first, no points come by themselves."""
    also: Callable[[Ours], str] | None = None
    """Anything more that must hold; says what is wrong, "" when all is right."""
    must: str = ""
    """What ``also`` looks at, in words for the table."""
    by: str = "autograde"
    """What the instructor of stock does: ``autograde``, ``feedback`` (then the pages too), ``export`` (then the marks as grades.csv),
    ``unpack`` (places the entry alone: an archive by shutil.unpack_archive)."""
    team: str = ""
    """The team as our summary names it, where it is not ``name``."""
    withstands: str = ""
    """Stock withstands it: why it is kept all the same."""
    seconds: float = 60
    """After which the stock run is ended."""

    @property
    def row(self) -> str:
        return self.team or self.name

    @property
    def expected(self) -> str:
        """What must happen, in words."""
        words = [f"{self.points:g} points", "a person is called" if self.flagged else "no flag"]
        words += [f"« {word} » is said" for word in self.says]
        words += [f"or no points by themselves and « {self.or_ended} »"] if self.or_ended else []
        return ", ".join([*words, self.must] if self.must else words)


def gathered(cases: list[Case]) -> Callable:
    """A decorator for ``make(course, folder)``, which hands in the folder (or writes beside it) of that name: adds the case to the list."""
    def case(name: str, tries: str, stock: Callable[[Stock], str] | None, points: float, **more) -> Callable:
        def add(make: Callable[[Course, Path], None]) -> Callable:
            cases.append(Case(name, tries, lambda course, received: make(course, received / name), stock, points, **more))
            return make

        return add

    return case


def harmed(deserved: float) -> Callable[[Stock], str]:
    """Evidence that stock gives an honest team, or its sibling, less than they deserve."""
    def look(stock: Stock) -> str:
        if stock.sibling is None:
            return f"exit code {stock.code}: nobody is graded, the sibling neither"
        if stock.points is None:
            return f"exit code {stock.code}: that team is not graded"
        return f"{stock.points:g} points instead of {deserved:g}" if stock.points < deserved else ""

    return look


def won(deserved: float) -> Callable[[Stock], str]:
    """Evidence that stock gives points that were not earned."""
    return lambda stock: f"{stock.points:g} points instead of {deserved:g}" if stock.points is not None and stock.points > deserved else ""


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def all_cases() -> list[Case]:
    """Of every room, in the order of the table."""
    import archives
    import files
    import honest
    import inside
    import names
    import nbgraders
    import outside
    import structure

    return [case for room in (honest, structure, files, names, archives, inside, outside, nbgraders) for case in room.CASES]
