"""The tables of docs/capacity.md, from build/capacity.json: what was measured, and the sums for a hundred. Also by itself, to print them again."""

import json
import statistics
import sys
from pathlib import Path
from typing import Any

import psutil

PROJECT = Path(__file__).resolve().parents[1]
PEOPLE = 100
HEADROOM = 1.3
"""For what people try beside the lesson: The Littlest JupyterHub advises 20 to 40 %."""
OPENING_SECONDS = 60
"""In which a room of people clicks the same link."""
LESSON_MINUTES = 90
"""Of lesson 52."""
WORK_MEGABYTES = 10
"""What a team makes in a week, copies included: more than any of ours took."""
ROOM_MEGABITS = 100
"""A second, of a room's network."""


def whole(result: dict[str, Any]) -> str:
    """Both tables, as Markdown."""
    return f"{result['machine']}, {result['day']}.\n\n{measured(result)}\n\n{page(result)}\n\n{sums(result)}\n"


def measured(result: dict[str, Any]) -> str:
    """A column for each number of sessions at once; times with the slowest in brackets."""
    def times(values: list[float]) -> str:
        return f"{statistics.median(values):.1f} ({max(values):.1f})"

    def mean(values: list[float]) -> str:
        return f"{statistics.mean(values):.0f}"

    columns = result["measured"]
    rows = [
        ("cores taken by other work, just before", lambda one: f"{one['busy_before']:.1f}"),
        ("server ready, s: median (slowest)", lambda one: times(one["start"])),
        ("**page asked to first cell's result, s**, light client: median (slowest)", lambda one: times(one["first"])),
        ("the same, Chromium in the first session, s", lambda one: f"{one['chromium']:.1f}" if one["chromium"] else "–"),
        ("processor that it takes a session, s", lambda one: f"{statistics.median(one['first_cpu']):.1f}"),
        ("lesson 52 from top to bottom, s: median (slowest)", lambda one: times(one["heavy"])),
        ("processor that it takes a session, s", lambda one: f"{statistics.median(one['heavy_cpu']):.1f}"),
        ("**memory of a session, MB**: the server alone", lambda one: mean(one["idle"])),
        ("... with Bienvenue's first cell run", lambda one: mean(one["first_memory"])),
        ("... with lesson 52 run too, in a second kernel", lambda one: mean(one["heavy_memory"])),
        ("... at most meanwhile, first session", lambda one: f"{one['heavy_peak']:.0f}"),
    ]
    head = ["| sessions at once | " + " | ".join(str(one["sessions"]) for one in columns) + " |", "|:--|" + "--:|" * len(columns)]
    return "\n".join(head + [f"| {label} | " + " | ".join(value(one) for one in columns) + " |" for label, value in rows])


def page(result: dict[str, Any]) -> str:
    came = result["page"]
    return (f"The page in Chromium: {len(came['addresses'])} requests, {came['bytes'] / 1e6:.1f} MB the first time, {came['bytes_again'] / 1e6:.1f} MB again. "
            f"JupyterLab compresses nothing; gzip would make it {came['bytes_packed'] / 1e6:.1f} MB.")


def sums(result: dict[str, Any]) -> str:
    """For a hundred, each as the first column's session was."""
    one, came = result["measured"][0], result["page"]
    memory, opening, lesson = (statistics.mean(one[name]) for name in ("heavy_memory", "first_cpu", "heavy_cpu"))
    own = _megabytes("notebooks", "exercises", "share/originals") + WORK_MEGABYTES
    once = _megabytes("datasets", "src", "share")
    rows = [
        ("memory, two notebooks open each", f"{PEOPLE} × {memory:.0f} MB, and {HEADROOM - 1:.0%} for what people try", f"{PEOPLE * memory * HEADROOM / 1e3:.0f} GB"),
        ("cores, everybody opening within a minute", f"{PEOPLE} × {opening:.1f} s of processor / {OPENING_SECONDS} s", f"{PEOPLE * opening / OPENING_SECONDS:.1f}"),
        ("cores, everybody in lesson 52", f"{PEOPLE} × {lesson:.1f} s / {LESSON_MINUTES} min", f"{PEOPLE * lesson / LESSON_MINUTES / 60:.1f}"),
        ("... and if everybody runs all of it at once", f"{PEOPLE} × {lesson:.1f} s, on 8 cores", f"{PEOPLE * lesson / 8 / 60:.1f} min"),
        ("disk", f"{PEOPLE} × {own:.0f} MB (notebooks, and {WORK_MEGABYTES} MB of work), {once:.0f} MB of data and toolkit, 1 GB of environment", f"{(PEOPLE * own + once) / 1e3 + 1:.1f} GB"),
        ("network, first pages", f"{PEOPLE} × {came['bytes'] / 1e6:.1f} MB, at {ROOM_MEGABITS} Mbit/s", f"{_seconds(came['bytes']):.0f} s"),
        ("... compressed", f"{PEOPLE} × {came['bytes_packed'] / 1e6:.1f} MB", f"{_seconds(came['bytes_packed']):.0f} s"),
    ]
    return "\n".join([f"| for {PEOPLE} at once | how it is counted | |", "|:--|:--|--:|"] + [f"| {' | '.join(row)} |" for row in rows])


def _seconds(bytes_each: int) -> float:
    return PEOPLE * bytes_each * 8 / (ROOM_MEGABITS * 1e6)


def _megabytes(*folders: str) -> float:
    return sum(path.stat().st_size for folder in folders for path in (PROJECT / folder).rglob("*") if path.is_file() and "__pycache__" not in path.parts) / 1e6


def machine() -> str:
    model = next((line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")), "unknown processor")
    return f"{psutil.cpu_count()} cores ({model}), {psutil.virtual_memory().total / 1e9:.0f} GB of memory, Python {sys.version.split()[0]}"


if __name__ == "__main__":
    print(whole(json.loads((PROJECT / "build" / "capacity.json").read_text(encoding="utf-8"))))
