"""Runs one notebook, cell by cell, in a kernel of its own; whatever happens there, what was run before is kept.

What comes back from a kernel is data from a stranger: messages are bounded in size and number before they are read.
"""

import asyncio
import contextlib
import time
from dataclasses import dataclass, field
from queue import Empty

import nbformat
import zmq.asyncio
from jupyter_client import AsyncKernelClient, AsyncKernelManager
from jupyter_client.provisioning import KernelProvisionerFactory
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError

from challenge_data.grading import watching
from challenge_data.grading.sandbox import NurseryGone

PROVISIONER = "challenge-data-sandbox"
SIGNAL_SECONDS = 0.5
READY_SECONDS = 10
"""After an interrupt: a cell that filled the memory takes some to give it back."""


@dataclass(frozen=True)
class RunLimits:
    """How long and how loud one notebook may be."""

    cell_seconds: float = 60
    """As ``ExecutePreprocessor.timeout`` in nbgrader_config.py."""
    notebook_seconds: float = 240
    start_seconds: float = 30
    message_bytes: int = 8 * 1024**2
    """Our largest output, a map drawn as a picture, weighs 0.4 MB."""
    notebook_bytes: int = 40 * 1024**2


USUAL = RunLimits()


@dataclass
class Ran:
    """A notebook after its run."""

    notebook: nbformat.NotebookNode
    seconds: float
    stopped: str | None = None
    """Why it did not run to its end: ``dead kernel``, ``time``, ``output``, ``memory``, ``disk``; None when it did."""
    ran: list[str] = field(default_factory=list)
    """Ids of code cells that ran to their end."""
    late: list[str] = field(default_factory=list)
    """Ids of cells that took too long and were interrupted."""
    unproven: list[str] = field(default_factory=list)
    """Ids of test cells before which a canary was not refused: what they say proves nothing."""


class _Client(AsyncKernelClient):
    """Ready as soon as the kernel answers on both channels: the stock one idles 0.2 s each time."""

    async def _async_wait_for_ready(self, timeout: float | None = None) -> None:
        until = time.monotonic() + (timeout or 60)
        told = heard = False
        while not (told and heard):
            if time.monotonic() > until or not await self._async_is_alive():
                raise DeadKernelError("The kernel did not start")
            self.kernel_info()
            pause = time.monotonic() + 0.1
            while time.monotonic() < pause and not (told and heard):
                told |= await _message(self.shell_channel, 0.02)
                heard |= await _message(self.iopub_channel, 0.02)
        while await _message(self.shell_channel, 0) or await _message(self.iopub_channel, 0):
            pass

    wait_for_ready = _async_wait_for_ready


async def _message(channel, timeout: float) -> bool:
    try:
        await channel.get_msg(timeout=timeout)
    except Empty:
        return False
    return True


class _Runner(NotebookClient):
    """nbclient, counting what the kernel says: one that says too much is ended."""

    said = 0
    most = 0
    too_loud = False
    reading: asyncio.Task | None = None
    """Takes in what the cell that runs says; nbclient leaves it at that when a cell is late."""

    async def _async_poll_output_msg(self, *arguments) -> None:
        self.reading = asyncio.current_task()
        await super()._async_poll_output_msg(*arguments)

    def process_message(self, msg, cell, cell_index):
        self.said += len(str(msg["content"]))
        if self.said > self.most:
            if not self.too_loud:
                self.too_loud = True
                self.ending = asyncio.ensure_future(self.km.provisioner.kill())
            return None
        return super().process_message(msg, cell, cell_index)


def run(notebook: nbformat.NotebookNode, limits: RunLimits = USUAL, provisioner: str = PROVISIONER) -> Ran:
    """Run every code cell in order. Never raises for what the notebook does.

    Args:
        notebook: changed in place, as nbclient does.
        provisioner: where kernels come from, by its entry point's name; ``local-provisioner`` isolates nothing.

    Raises:
        CannotIsolate: there is no sandbox on this machine.
        NurseryGone: the sandbox was ended from outside meanwhile; what ran says nothing.
    """
    return asyncio.run(_run(notebook, limits, provisioner))


@contextlib.contextmanager
def by_default(provisioner: str):
    """Kernels started meanwhile come from there, papermill's and nbclient's too."""
    factory = KernelProvisionerFactory.instance()
    before = factory.default_provisioner_name
    factory.default_provisioner_name = provisioner
    try:
        yield
    finally:
        factory.default_provisioner_name = before


async def _run(notebook: nbformat.NotebookNode, limits: RunLimits, provisioner: str) -> Ran:
    started = time.monotonic()
    manager = AsyncKernelManager(kernel_name="python3", client_class=f"{__name__}._Client")
    context = zmq.asyncio.Context()
    # Default options of the sockets to come: a message that is too long ends the connection, before it is in memory.
    context.setsockopt(zmq.MAXMSGSIZE, limits.message_bytes)
    context.setsockopt(zmq.RCVHWM, 200)
    context.setsockopt(zmq.LINGER, 0)
    manager.context = context
    runner = _Runner(notebook, km=manager, timeout=limits.cell_seconds, interrupt_on_timeout=False, allow_errors=True,
                     startup_timeout=limits.start_seconds, store_widget_state=False, shutdown_kernel="immediate", iopub_timeout=5, raise_on_iopub_timeout=True)
    runner.most = limits.notebook_bytes
    ran = Ran(notebook, 0.0)
    try:
        with by_default(provisioner):
            await manager.start_kernel()
        await runner.async_start_new_kernel_client()
        for rank, cell in enumerate(notebook.cells):
            if time.monotonic() - started > limits.notebook_seconds:
                ran.stopped = "time"
                break
            try:
                # One that was fooled is enough: whatever fooled it is still there.
                if watching.is_test(cell) and (ran.unproven or not await _judging(runner, rank)):
                    ran.unproven.append(cell.id)
                await runner.async_execute_cell(cell, rank)
                ran.ran.append(cell.id)
            except CellTimeoutError as error:
                # Ended, but its outputs did not all come: not late, and nothing to rest a mark on.
                if "IOPub" not in str(error):
                    ran.late.append(cell.id)
                if watching.is_test(cell):
                    ran.unproven.append(cell.id)
                if not await _interrupted(runner, manager):
                    ran.stopped = "time"
                    break
    except DeadKernelError:
        ran.stopped = "output" if runner.too_loud else getattr(manager.provisioner, "why", "") or "dead kernel"
    finally:
        if runner.kc is not None:
            runner.kc.stop_channels()
        if manager.has_kernel:
            await manager.provisioner.kill()
            await manager.provisioner.cleanup()
        manager.cleanup_connection_file()
        context.destroy(linger=0)
    if getattr(manager.provisioner, "nursery_gone", False):
        raise NurseryGone
    ran.seconds = time.monotonic() - started
    return ran


async def _judging(runner: _Runner, rank: int) -> bool:
    """True if wrong answers are still refused at this moment; a canary takes the cell's place in the notebook only while it runs."""
    cell = runner.nb.cells[rank]
    source, words = watching.canary(cell.source)
    canary = nbformat.v4.new_code_cell(source)
    try:
        await runner.async_execute_cell(canary, rank)
    finally:
        runner.nb.cells[rank] = cell
    return watching.refused(canary, words)


async def _interrupted(runner: _Runner, manager: AsyncKernelManager) -> bool:
    """Interrupt the cell that runs; true if the kernel is ready for the next one."""
    if runner.reading is not None:
        runner.reading.cancel()  # it would take what the next cell says
    await manager.interrupt_kernel()
    # The signal travels by another way than the messages: one that came late would stop the next cell, a test or a canary.
    await asyncio.sleep(SIGNAL_SECONDS)
    try:
        await asyncio.wait_for(runner.kc._async_wait_for_ready(timeout=READY_SECONDS), READY_SECONDS + 1)
    except (DeadKernelError, TimeoutError):
        return False
    return True
