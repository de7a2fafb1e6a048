"""The size of a program, from its processes alone: known before any model is built."""

from __future__ import annotations

from collections.abc import Iterable
from math import prod
from typing import Any

import numpy as np

from loihi_emu.memory.room import room_for

INDEX_BYTES = 8
"""Bytes a value that following the connections of a port takes."""
NUMBER_BYTES = 8
"""Of a value whose type a model does not tell."""
ADVICE = "Make the processes smaller, connect them sparsely, or monitor fewer steps."


def check_room(leaves: Iterable[Any]) -> None:
    """Raise an OutOfMemoryError if variables and ports of the processes that run do not fit into the free memory."""
    parts: dict[str, int] = {}
    for leaf in leaves:
        process, model = leaf.process, leaf.model_class
        for var in process.vars:
            if not hasattr(var.init, "nnz"):  # a sparse matrix stays one
                _add(parts, f'process "{process.name}": variable {var.name}', prod(var.shape) * _width(model, var.name))
        for port in process.out_ports:
            _add(parts, f'process "{process.name}": port {port.name}', prod(port.shape) * INDEX_BYTES)
    room_for("program", parts, ADVICE)


def _add(parts: dict[str, int], name: str, size: int) -> None:
    parts[name] = parts.get(name, 0) + int(size)


def _width(model: Any, name: str) -> int:
    """Bytes of a value as the model has it."""
    try:
        return int(np.dtype(getattr(model, name).d_type).itemsize)
    except (AttributeError, TypeError):
        return NUMBER_BYTES
