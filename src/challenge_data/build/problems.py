"""A build problem: where it stands, what is wrong, what to do. Problems are gathered, then shown together."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, order=True)
class Problem:
    """One thing to mend, in a file written by people or in a built one."""

    file: Path
    line: int
    message: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.file.as_posix()}:{self.line}: {self.message}\n    -> {self.remedy}"


class BuildError(Exception):
    """The build cannot go on. Carries every problem found so far."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems
