"""Ports and variables of processes that take their shape from what they are connected to."""

from __future__ import annotations

from typing import Any

from lava_api.magma.core.process.process import AbstractProcess, collect_members


def replace_member(process: AbstractProcess, name: str, member: Any) -> None:
    """Store a port or variable as an attribute of a finished process and make it a member."""
    setattr(process, name, member)
    collect_members(process)
