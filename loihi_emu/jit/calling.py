"""A leaf called once, from Python."""

from __future__ import annotations

import ctypes

from loihi_emu.jit.intrinsics import COMPILED, call_leaf
from loihi_emu.jit.leaves import Leaf
from loihi_emu.jit.together import addresses

_FORM = ctypes.CFUNCTYPE(None, ctypes.c_int64, ctypes.c_int64)


def call(leaf: Leaf, description: int, step: int = 0) -> None:
    """Call a leaf with the address of its description; nothing happens while leaves are only named.

    Other threads run meanwhile.
    """
    (address,) = addresses([leaf])
    if not address:
        return
    if COMPILED:
        _FORM(address)(description, step)
    else:
        call_leaf(address, description, step)
