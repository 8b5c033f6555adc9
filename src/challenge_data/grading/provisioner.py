"""Warm, isolated kernels for anything that asks jupyter_client for one: nbclient, papermill, the engine.

Chosen by a kernelspec's ``metadata.kernel_provisioner``, or by ``JUPYTER_DEFAULT_PROVISIONER_NAME=challenge-data-sandbox``.
"""

import asyncio
import signal
from pathlib import Path
from typing import Any

from jupyter_client.provisioning import KernelProvisionerBase

from challenge_data.grading.sandbox import Nursery, nursery_here

_POLL_SECONDS = 0.02


class SandboxProvisioner(KernelProvisionerBase):
    """A kernel forked in this process's nursery."""

    _nursery: Nursery | None = None
    _name: str | None = None

    @property
    def has_process(self) -> bool:
        return self._name is not None

    @property
    def nursery_gone(self) -> bool:
        """True if the kernel went because all did."""
        return self._nursery is not None and self._nursery.gone

    @property
    def why(self) -> str:
        """Why the nursery ended the kernel; empty when it did not."""
        return self._nursery.why(self._name) if self._nursery and self._name else ""

    async def poll(self) -> int | None:
        return self._nursery.ended(self._name) if self._name else 0

    async def wait(self) -> int | None:
        while (status := await self.poll()) is None:
            await asyncio.sleep(_POLL_SECONDS)
        await self.cleanup()  # jupyter_client asks for it too late: the name is gone then
        self._name = None
        return status

    async def send_signal(self, signum: int) -> None:
        if self._name:
            self._nursery.signal(self._name, signum)

    async def kill(self, restart: bool = False) -> None:
        await self.send_signal(signal.SIGKILL)

    async def terminate(self, restart: bool = False) -> None:
        await self.kill(restart)

    async def pre_launch(self, **arguments: Any) -> dict[str, Any]:
        arguments.pop("extra_arguments", None)
        return await super().pre_launch(cmd=[], **arguments)

    async def launch_kernel(self, cmd: list[str], **arguments: Any) -> dict[str, Any]:
        session = self.parent.session
        ports = dict(zip(("shell_port", "iopub_port", "stdin_port", "hb_port", "control_port"), range(1, 6), strict=True))
        self._nursery = nursery_here()
        self._name, reached = self._nursery.start(
            {**ports, "key": session.key.decode(), "signature_scheme": session.signature_scheme, "kernel_name": self.kernel_spec.display_name})
        if not self.parent.connection_file:
            # Written anyway by jupyter_client: where it goes with the nursery, whatever ends it, and no kernel sees it.
            self.parent.connection_file = str(Path(reached["ip"]).parent.with_suffix(".json"))
        self.connection_info = reached | {"key": session.key}
        return self.connection_info

    async def cleanup(self, restart: bool = False) -> None:
        if self._nursery and self._name:
            self._nursery.forget(self._name)
