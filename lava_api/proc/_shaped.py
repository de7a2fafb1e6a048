"""Processes with a shape."""

from __future__ import annotations

from typing import Any

from lava_api.magma.core.process.process import AbstractProcess


class Shaped(AbstractProcess):
    """A process with a ``shape`` property."""

    @property
    def shape(self) -> Any:
        """Shape of the population."""
        return self.proc_params["shape"]
