"""Ports and variables of processes: several of one shape, and those whose shape is known when they are connected."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lava_api.magma.core.process.process import AbstractProcess, collect_members
from lava_api.magma.core.process.variable import Var


def variables(shape: tuple[int, ...], *inits: Any) -> Iterator[Var]:
    """Make variables of one shape, a variable for each initial value."""
    return (Var(shape=shape, init=init) for init in inits)


def replace_member(process: AbstractProcess, name: str, member: Any) -> None:
    """Store a port or variable as an attribute of a finished process and make it a member."""
    setattr(process, name, member)
    collect_members(process)
