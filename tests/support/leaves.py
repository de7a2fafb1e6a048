"""Calling leaf kernels directly, compiled or not."""

from __future__ import annotations

import ctypes
from typing import Any

from loihi_emu.jit import COMPILED, Leaf

SIGNATURE = ctypes.CFUNCTYPE(None, ctypes.c_int64, ctypes.c_int64)


def call(leaf: Leaf, description: Any, step: int = 0) -> None:
    """Run a leaf once on a description (of loihi_emu.models.memory)."""
    if COMPILED:
        SIGNATURE(leaf.address)(description.address, step)
    else:
        leaf.function(description.address, step)
