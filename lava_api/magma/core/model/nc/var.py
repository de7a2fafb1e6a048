"""NcVar: a variable of a process as its neurocore model sees it."""

from __future__ import annotations

from typing import Any

from lava_api.magma.core.process.variable import Var


class NcVar:
    """A variable, to be given to nodes (``u=self.u``) or read while they are allocated (``self.u.var.get()``)."""

    def __init__(self, var: Var) -> None:
        self.var = var

    def get(self) -> Any:
        """Return the initial value."""
        return self.var.init

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the variable."""
        return self.var.shape

    def __repr__(self) -> str:
        return f"NcVar({self.var.name})"
