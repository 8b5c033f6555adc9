"""What stands around a notebook: the machine, before the first lesson; the edition's own files, packages and notebooks."""

from challenge_data.checkup.machine import environment

__all__ = ["environment"]
