"""``make hostile``: every case by stock, each in its own disposable machine; then all of them by ours, in one batch. Prints the table.

Exits with 0 if every case succeeded against stock and did what it must with ours, 1 if any did not.
"""

import argparse
import ctypes
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import jail
from cases import Case, Ours, all_cases
from course import CHALLENGE, PROJECT, Course

SECRET = jail.SECRET
_SUBREAPER = 36  # linux/prctl.h: what the batch leaves behind becomes our child


@dataclass
class Line:
    """One row of the table."""

    case: Case
    stock: str = "—"
    proved: bool = False
    """Stock was seen to be harmed."""
    happened: str = ""
    miss: str = ""


def main() -> int:
    parser = argparse.ArgumentParser(description="Grades the hostile corpus by stock and by ours.")
    parser.add_argument("names", nargs="*", help="only cases whose name holds one of these words")
    parser.add_argument("--no-stock", action="store_true", help="leave stock out")
    parser.add_argument("--no-ours", action="store_true", help="leave ours out")
    parser.add_argument("--keep", type=Path, help="work in this folder, which must not exist, and leave it there to be looked at")
    given = parser.parse_args()
    if shutil.which("bwrap") is None:
        print("bubblewrap is needed: sudo apt install bubblewrap (Debian, Ubuntu)", file=sys.stderr)
        return 1
    cases = [case for case in all_cases() if not given.names or any(word in case.name for word in given.names)]
    lines = {case.name: Line(case) for case in cases}
    folder = given.keep.resolve() if given.keep else Path(tempfile.mkdtemp(prefix="hostile-"))
    folder.mkdir(parents=True, exist_ok=not given.keep)
    os.chmod(folder, 0o755)
    started = time.monotonic()
    try:
        course = Course.write(folder / "cours")
        if not given.no_stock:
            _stock(lines, course, folder, bool(given.keep))
        between = time.monotonic()
        if not given.no_ours:
            _ours(lines, course, folder)
    finally:
        if not given.keep:
            jail.clear(folder)
    for line in lines.values():
        print(_shown(line), flush=True)
    missed = [line.case.name for line in lines.values() if line.miss]
    proofs = sum(line.proved for line in lines.values())
    print(f"\n{len(cases)} cases, {proofs} of them proved against stock; stock took {between - started:.0f} s, ours {time.monotonic() - between:.0f} s.")
    print(f"{len(missed)} miss(es){': ' if missed else ''}{', '.join(missed)}.")
    return 1 if missed else 0


def _stock(lines: dict[str, Line], course: Course, folder: Path, keep: bool) -> None:
    shown = [line for line in lines.values() if line.case.stock]
    teams = set()
    for line in shown:
        entry = jail.entry_of(line.case, course, folder / "noms" / line.case.name)
        teams.add(jail.team_of(entry) if entry else "")
        jail.clear(folder / "noms")
    template = jail.prepare(course, sorted(teams - {""}), folder / "modele")
    if trouble := jail.unsound(template, folder / "temoin"):
        for line in shown:
            line.miss = "stock: the disposable machine itself does not work"
        print(f"STOCK: an honest team alone is not graded in the disposable machine, nothing can be shown there:\n{trouble}", file=sys.stderr)
        return

    def one(number: int, line: Line) -> None:
        place = folder / "stock" / line.case.name
        try:
            line.stock = line.case.stock(jail.by_stock(line.case, template, place, number))
        except Exception as error:  # a case whose own test fails is a miss, not the end of the table
            line.stock = ""
            line.miss = f"stock: {type(error).__name__}: {error}"
        if not line.stock and not line.case.withstands:
            line.miss = line.miss or "stock withstands it: it proves nothing"
        if line.stock and line.case.withstands:
            line.miss = "stock does not withstand it, and the case says so"
        line.proved = bool(line.stock) and not line.miss
        line.stock = line.stock or f"WITHSTANDS ({line.case.withstands})"
        if not keep:
            jail.clear(place)
        print(".", end="", flush=True, file=sys.stderr)

    with ThreadPoolExecutor(len(os.sched_getaffinity(0)) + 1) as pool:
        list(pool.map(one, range(len(shown)), shown))


def _ours(lines: dict[str, Line], course: Course, folder: Path) -> None:
    received, grading, outside = folder / "recu", folder / "notation", folder / "dehors"
    # A folder of its own for what is temporary: other runs on this machine are not concerned, and what is left in it is seen.
    for place in (received, outside, scratch := folder / "t"):
        place.mkdir()
    (outside / "secret.txt").write_text(SECRET)
    for line in lines.values():
        line.case.make(course, received)
    ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)
    before = _world(folder)
    command = [sys.executable, str(Path(__file__).with_name("ours.py")), str(received), "--challenge", CHALLENGE, "--to", str(grading), "--add-teams", "--json"]
    environment = os.environ | {"TMPDIR": str(scratch), "CHALLENGE_DATA_HOME": str(course.root), "PYTHONPATH": os.pathsep.join([str(PROJECT / "src"), os.environ.get("PYTHONPATH", "")])}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=1200, stdin=subprocess.DEVNULL)
    (folder / "resume.json").write_text(done.stdout)
    time.sleep(0.5)
    problems = [f"a process is left: {words}" for words in _descendants()]
    problems += [f"{name} was {what}" for name, what in _changes(before, _world(folder))]
    try:
        rows = {row["team"]: row for row in json.loads(done.stdout)["teams"]}
    except (ValueError, KeyError):
        rows, problems = {}, [*problems, f"exit code {done.returncode}: {done.stderr[-3000:]}"]
    for problem in problems:
        print(f"BATCH: {problem}", file=sys.stderr)
    for line in lines.values():
        row = rows.get(line.case.row)
        miss = f"no row « {line.case.row} » in the summary" if row is None else _judged(line, Ours(row, grading, received, outside))
        line.miss = "; ".join(filter(None, [line.miss, miss, *problems[:1]]))


def _judged(line: Line, ours: Ours) -> str:
    """What is wrong with a case's row; notes in the line what happened."""
    case, row = line.case, ours.row
    flags = sorted({flag["kind"] for flag in row["flags"]})
    line.happened = f"{row['automatic']:g} points" + (f", flagged ({', '.join(flags)})" if flags else "") + (f"; {ours.said}" if ours.said else "")
    wrong, expected, says = [], case.points, case.says
    if case.or_ended and case.or_ended in ours.said:
        expected, says = 0.0, says[1:]
    if row["automatic"] != expected:
        wrong.append(f"{row['automatic']:g} points instead of {expected:g}")
    if bool(flags) != case.flagged:
        wrong.append("flagged" if flags else "not flagged")
    wrong += [f"« {word} » is not said" for word in says if word not in ours.said]
    try:
        wrong.append(case.also(ours) if case.also else "")
    except Exception as error:
        wrong.append(f"{type(error).__name__}: {error}")
    return "; ".join(filter(None, wrong))


def _world(folder: Path) -> dict[str, tuple[int, int]]:
    """Everything beside the grading folder: path -> (size, date)."""
    found = {}
    for place, folders, names in os.walk(folder):
        if Path(place) == folder:
            folders[:] = [name for name in folders if name not in ("notation", "stock")]
            names.remove("resume.json") if "resume.json" in names else None
        for name in names:
            status = os.lstat(os.path.join(place, name))
            found[os.path.relpath(os.path.join(place, name), folder)] = status.st_size, status.st_mtime_ns
    return found


def _changes(before: dict, after: dict) -> list[tuple[str, str]]:
    return [(name, "written" if name not in before else "taken away" if name not in after else "changed")
            for name in sorted(before.keys() | after.keys()) if before.get(name) != after.get(name)]


def _descendants() -> list[str]:
    children: dict[int, list[int]] = {}
    words = {}
    for place in Path("/proc").glob("[0-9]*"):
        try:
            state, parent = (place / "stat").read_text().rsplit(")", 1)[1].split()[:2]
            if state != "Z":
                children.setdefault(int(parent), []).append(int(place.name))
                words[int(place.name)] = (place / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")[:200]
        except (OSError, IndexError):
            continue
    found, left = [], [os.getpid()]
    while left:
        below = children.get(left.pop(), [])
        found += below
        left += below
    return [words[pid] for pid in found]


def _shown(line: Line) -> str:
    def short(text: str, most: int = 300) -> str:
        text = "".join(char if char.isprintable() else " " for char in text.replace("\n", " / "))
        return text if len(text) <= most else text[:most] + "…"

    words = [f"{'MISS' if line.miss else 'ok  '} {line.case.name}: {line.case.tries}", f"     stock:    {short(line.stock)}", f"     must:     {short(line.case.expected)}"]
    words += [f"     happened: {short(line.happened)}"] if line.happened else []
    return "\n".join([*words, *([f"     MISS:     {short(line.miss, 2000)}"] if line.miss else [])])


if __name__ == "__main__":
    sys.exit(main())
