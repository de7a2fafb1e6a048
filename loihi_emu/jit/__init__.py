"""How kernels are compiled, and where their machine code is kept.

Two decorators make compiled code:

- :func:`kernel`: a function of arrays and integers that other kernels call (inlined by LLVM).
- :func:`leaf`: a kernel of the one signature ``leaf(description, step)``, called by its address from the time loop.

No fast-math; integer division by zero does not raise; the GIL is released (:mod:`loihi_emu.jit.compiling`). Machine
code is cached on disk, in files named after a digest of the code and the constants that it was made from
(:mod:`loihi_emu.jit.digest`), so that a changed rule never runs as old machine code. ``LOIHI_EMU_CACHE_DIR`` moves the
folder (:mod:`loihi_emu.jit.store`).

With ``NUMBA_DISABLE_JIT=1`` the same functions run as plain Python on the same memory: slow, for debugging.
"""

from loihi_emu.jit.calling import call
from loihi_emu.jit.intrinsics import (
    COMPILED,
    add_at,
    call_function,
    call_leaf,
    claim,
    float32s,
    float64s,
    fused,
    fused_exact,
    int8s,
    int16s,
    int32s,
    int64s,
    look_at,
    prefetch,
    put_at,
    relax,
    room,
    shift_left,
    shift_right,
    trailing_zeros,
    uint8s,
    uint16s,
    uint32s,
    uint64s,
    wide_vectors,
)
from loihi_emu.jit.leaves import Leaf, directly, disjoint, entry, inlined, kernel, leaf
from loihi_emu.jit.records import address_of, block, part, varies, whole
from loihi_emu.jit.store import cache_folder
from loihi_emu.jit.together import addresses, beforehand, named

__all__ = [
    "COMPILED",
    "Leaf",
    "add_at",
    "address_of",
    "addresses",
    "beforehand",
    "block",
    "cache_folder",
    "call",
    "call_function",
    "call_leaf",
    "claim",
    "directly",
    "disjoint",
    "entry",
    "float32s",
    "float64s",
    "fused",
    "fused_exact",
    "inlined",
    "int8s",
    "int16s",
    "int32s",
    "int64s",
    "kernel",
    "leaf",
    "look_at",
    "named",
    "part",
    "prefetch",
    "put_at",
    "relax",
    "room",
    "shift_left",
    "shift_right",
    "trailing_zeros",
    "uint8s",
    "uint16s",
    "uint32s",
    "uint64s",
    "varies",
    "whole",
    "wide_vectors",
]
