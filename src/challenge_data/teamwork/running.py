"""Runs one notebook from top to bottom in a fresh kernel, in a process of its own: what it takes in memory goes away with it.

``python -m challenge_data.teamwork.running NOTEBOOK FOLDER RESULT``; the result is JSON, see :class:`Ran`.
"""

import json
import re
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

CELL_SECONDS, NOTEBOOK_SECONDS = 60, 240
"""The graders' own limits: what runs here in time runs there."""
MOST_SAID = 4_000
"""Characters kept of what a cell says: an endless print must not fill a page."""
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


@dataclass
class Ran:
    """What a notebook said."""

    said: dict[str, str] = field(default_factory=dict)
    """Cell's id -> what it printed."""
    refused: dict[str, str] = field(default_factory=dict)
    """Cell's id -> what it wrote on stderr, or its error: for a test, why it gives no point."""
    ran: list[str] = field(default_factory=list)
    """Ids of the code cells that were run."""
    stopped: str = ""
    """``time``, ``kernel``; empty when it ran to its end."""


def run(notebook, folder: Path, *, cell_seconds: float = CELL_SECONDS, notebook_seconds: float = NOTEBOOK_SECONDS) -> Ran:
    """Run a notebook; its cells are changed in place.

    Args:
        notebook: nbformat's, 4.5.
        folder: where its kernel stands, as in JupyterLab: the notebook's own.
    """
    from nbclient import NotebookClient
    from nbclient.exceptions import CellTimeoutError, DeadKernelError

    result, end = Ran(), time.monotonic() + notebook_seconds
    # As a cell tagged raises-exception: no error stops the run, and ours write their sentence.
    client = NotebookClient(notebook, kernel_name="python3", allow_errors=True, startup_timeout=notebook_seconds, store_widget_state=False, resources={"metadata": {"path": str(folder)}})
    try:
        with client.setup_kernel():
            for rank, cell in enumerate(notebook.cells):
                if cell.cell_type != "code" or not cell.source.strip():
                    continue
                client.timeout = max(1, min(cell_seconds, end - time.monotonic()))
                client.execute_cell(cell, rank)
                _note(result, cell)
    except CellTimeoutError:
        result.stopped = "time"
    except (DeadKernelError, RuntimeError):
        result.stopped = "kernel"
    return result


def _note(result: Ran, cell) -> None:
    result.ran.append(cell.id)
    texts = {name: "".join(output.text for output in cell.outputs if output.output_type == "stream" and output.name == name) for name in ("stdout", "stderr")}
    errors = [f"{output.ename} : {output.evalue}" for output in cell.outputs if output.output_type == "error"]
    for into, text in ((result.said, texts["stdout"]), (result.refused, "\n".join([texts["stderr"].strip(), *errors]))):
        if text := _COLOURS.sub("", text).strip():
            into[cell.id] = text[:MOST_SAID]


def main(arguments: list[str]) -> int:
    import nbformat

    source, folder, result = map(Path, arguments)
    ran = run(nbformat.read(source, as_version=4), folder)
    result.write_text(json.dumps(asdict(ran), ensure_ascii=False), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
