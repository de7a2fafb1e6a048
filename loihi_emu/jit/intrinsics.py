"""What kernels can do beside Python: look at memory by address, call by address, and single instructions.

Each is a few lines of LLVM's language, put in place by Numba, and a function for plain Python.
"""

from __future__ import annotations

import ctypes
import math
import platform
from collections.abc import Callable
from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

COMPILED: bool = not numba.config.DISABLE_JIT
"""False when NUMBA_DISABLE_JIT is set: kernels then run as plain Python."""

PYTHON_LEAVES: dict[int, Callable[[int, int], None]] = {}
"""Leaves by number, when nothing is compiled."""


@intrinsic  # type: ignore[untyped-decorator]
def _call(typingctx: Any, address: Any, description: Any, step: Any) -> Any:
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        word = ir.IntType(64)
        target = builder.inttoptr(args[0], ir.FunctionType(ir.VoidType(), [word, word]).as_pointer())
        builder.call(target, [args[1], args[2]])
        return context.get_dummy_value()

    return types.void(types.int64, types.int64, types.int64), codegen


@intrinsic  # type: ignore[untyped-decorator]
def _call_function(typingctx: Any, address: Any, words: Any) -> Any:
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        word = ir.IntType(64)
        target = builder.inttoptr(args[0], ir.FunctionType(ir.IntType(32), [word] * len(words)).as_pointer())
        made = builder.call(target, [builder.extract_value(args[1], k) for k in range(len(words))])
        return builder.sext(made, word)

    return types.int64(types.int64, types.UniTuple(types.int64, len(words))), codegen


@intrinsic  # type: ignore[untyped-decorator]
def _trailing_zeros(typingctx: Any, word: Any) -> Any:
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.cttz(args[0], ir.Constant(ir.IntType(1), 1))

    return types.uint64(types.uint64), codegen


@intrinsic  # type: ignore[untyped-decorator]
def _wide_vectors(typingctx: Any) -> Any:
    # LLVM prefers 256-bit vectors on most processors that have 512-bit ones. Measured on a Sapphire Rapids core, the
    # loops that ask for wide vectors run 1.2 to 1.3 times as fast with them; elsewhere the attribute has no effect.
    # Attributes of this form are not in llvmlite's list, hence set.add.
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        set.add(builder.function.attributes, '"prefer-vector-width"="512"')
        return context.get_dummy_value()

    return types.void(), codegen


def _prefetching(write: int) -> Any:
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        pointer, word = ir.IntType(8).as_pointer(), ir.IntType(32)
        function = builder.module.declare_intrinsic(
            "llvm.prefetch", [pointer], fnty=ir.FunctionType(ir.VoidType(), [pointer, word, word, word])
        )
        how, keep, data = (ir.Constant(word, number) for number in (write, 3, 1))
        builder.call(function, [builder.inttoptr(args[0], pointer), how, keep, data])
        return context.get_dummy_value()

    return types.void(types.int64), codegen


@intrinsic  # type: ignore[untyped-decorator]
def _prefetch(typingctx: Any, address: Any) -> Any:
    return _prefetching(0)


@intrinsic  # type: ignore[untyped-decorator]
def _claim(typingctx: Any, address: Any) -> Any:
    return _prefetching(1)


@intrinsic  # type: ignore[untyped-decorator]
def _add_at(typingctx: Any, address: Any, number: Any) -> Any:
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        place = builder.inttoptr(args[0], ir.IntType(64).as_pointer())
        return builder.atomic_rmw("add", place, args[1], "seq_cst")

    return types.int64(types.int64, types.int64), codegen


@intrinsic  # type: ignore[untyped-decorator]
def _put_at(typingctx: Any, address: Any, number: Any) -> Any:
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        builder.store_atomic(args[1], builder.inttoptr(args[0], ir.IntType(64).as_pointer()), "release", 8)
        return context.get_dummy_value()

    return types.void(types.int64, types.int64), codegen


@intrinsic  # type: ignore[untyped-decorator]
def _look_at(typingctx: Any, address: Any) -> Any:
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.load_atomic(builder.inttoptr(args[0], ir.IntType(64).as_pointer()), "acquire", 8)

    return types.int64(types.int64), codegen


@intrinsic  # type: ignore[untyped-decorator]
def _relax(typingctx: Any) -> Any:
    # The processor's hint that this is a loop that waits: the other half of a core gets more, and it takes less power.
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        if platform.machine().lower() in ("x86_64", "amd64"):
            pause = builder.module.declare_intrinsic("llvm.x86.sse2.pause", (), ir.FunctionType(ir.VoidType(), []))
            builder.call(pause, [])
        return context.get_dummy_value()

    return types.void(), codegen


@intrinsic  # type: ignore[untyped-decorator]
def _fused(typingctx: Any, x: Any, y: Any, z: Any) -> Any:
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.fma(*args)

    return types.float64(types.float64, types.float64, types.float64), codegen


@intrinsic  # type: ignore[untyped-decorator]
def _shift_left(typingctx: Any, x: Any, bits: Any) -> Any:
    # Numba shifts in 64 bits; LLVM narrows that again only where it knows how far, so vectors would hold half as many.
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.shl(*args)

    return types.int32(types.int32, types.int32), codegen


@intrinsic  # type: ignore[untyped-decorator]
def _shift_right(typingctx: Any, x: Any, bits: Any) -> Any:
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.ashr(*args)

    return types.int32(types.int32, types.int32), codegen


def fused_exact(x: float, y: float, z: float) -> float:
    """Return ``x * y + z``, rounded once to float64."""
    from fractions import Fraction

    if not (math.isfinite(x) and math.isfinite(y) and math.isfinite(z)):
        return x * y + z
    exact = Fraction(x) * Fraction(y) + Fraction(z)
    try:
        return float(exact) if exact else x * y + z
    except OverflowError:
        return math.inf if exact > 0 else -math.inf


def put(context: Any, builder: Any, array: Any, data: Any, length: Any) -> Any:
    """An array over memory that is there."""
    from numba.np.arrayobj import populate_array

    made = context.make_array(array)(context, builder)
    item = context.get_constant(types.intp, context.get_abi_sizeof(context.get_data_type(array.dtype)))
    populate_array(made, data=data, shape=[length], strides=[item], itemsize=item, meminfo=None)
    return made._getvalue()


def _view(kind: Any, c_type: Any) -> Callable[[int, int], Any]:
    """Make ``view(address, length) -> array`` for one element type."""
    if COMPILED:
        array = types.Array(numba.from_dtype(np.dtype(kind)), 1, "C")

        @intrinsic  # type: ignore[untyped-decorator]
        def view(typingctx: Any, address: Any, length: Any) -> Any:
            def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
                data = builder.inttoptr(args[0], context.get_data_type(array.dtype).as_pointer())
                return put(context, builder, array, data, args[1])

            return array(types.int64, types.int64), codegen

    else:

        def view(address: int, length: int) -> Any:
            memory = (c_type * int(length)).from_address(int(address))
            return np.frombuffer(memory, dtype=kind) if length else np.zeros(0, kind)

    return view


def room(kind: Any, length: int) -> Callable[[], Any]:
    """Make ``room() -> array``: so many numbers, with whatever lies there, until the kernel that asks returns."""
    if COMPILED:
        array = types.Array(numba.from_dtype(np.dtype(kind)), 1, "C")

        @intrinsic  # type: ignore[untyped-decorator]
        def make(typingctx: Any) -> Any:
            def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
                size = context.get_constant(types.intp, length)
                with builder.goto_entry_block():  # once, not once a turn of a loop
                    data = builder.alloca(context.get_data_type(array.dtype), size=size)
                    data.align = 64
                return put(context, builder, array, data, size)

            return array(), codegen

    else:

        def make() -> Any:
            return np.empty(length, kind)

    return make


int8s = _view(np.int8, ctypes.c_int8)
uint8s = _view(np.uint8, ctypes.c_uint8)
int16s = _view(np.int16, ctypes.c_int16)
int32s = _view(np.int32, ctypes.c_int32)
uint16s = _view(np.uint16, ctypes.c_uint16)
uint32s = _view(np.uint32, ctypes.c_uint32)
int64s = _view(np.int64, ctypes.c_int64)
uint64s = _view(np.uint64, ctypes.c_uint64)
float32s = _view(np.float32, ctypes.c_float)
float64s = _view(np.float64, ctypes.c_double)

if COMPILED:
    call_leaf, trailing_zeros, prefetch = _call, _trailing_zeros, _prefetch
    wide_vectors, fused = _wide_vectors, _fused
    add_at, look_at, put_at, relax, claim = _add_at, _look_at, _put_at, _relax, _claim
    call_function = _call_function
    shift_left, shift_right = _shift_left, _shift_right
else:
    fused = fused_exact

    def call_leaf(address: int, description: int, step: int) -> None:
        """Call a leaf: a function in the table of plain-Python leaves. As compiled, integers wrap and 1 / 0 is inf."""
        with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
            PYTHON_LEAVES[int(address)](int(description), int(step))

    def call_function(address: int, words: tuple[int, ...]) -> int:
        """Call a function of C by its address: of so many integers or addresses, of which it reads what it takes."""
        return int(ctypes.CFUNCTYPE(ctypes.c_int, *[ctypes.c_int64] * len(words))(int(address))(*map(int, words)))

    def trailing_zeros(word: Any) -> Any:
        """Count the zero bits below the lowest set bit of a non-zero 64-bit word."""
        value = int(word)
        return np.uint64((value & -value).bit_length() - 1)

    def wide_vectors() -> None:
        """Ask for the widest vectors: nothing to do in plain Python."""

    def prefetch(address: int) -> None:
        """Ask for memory early: nothing to do in plain Python."""

    def shift_left(x: Any, bits: Any) -> Any:
        """Shift a 32-bit integer left by 0 to 31 bits."""
        return np.int32(np.int32(x) << np.int32(bits))

    def shift_right(x: Any, bits: Any) -> Any:
        """Shift a 32-bit integer right by 0 to 31 bits, keeping its sign."""
        return np.int32(np.int32(x) >> np.int32(bits))

    def add_at(address: int, number: int) -> int:
        """Add to a 64-bit integer that other threads see; what it was before."""
        word = ctypes.c_int64.from_address(int(address))
        before, word.value = word.value, word.value + int(number)
        return before

    def look_at(address: int) -> int:
        """A 64-bit integer that other threads change, with all that they wrote before they changed it."""
        return ctypes.c_int64.from_address(int(address)).value

    def put_at(address: int, number: int) -> None:
        """Set a 64-bit integer that other threads look at, after all else that this one has read and written."""
        ctypes.c_int64.from_address(int(address)).value = int(number)

    def claim(address: int) -> None:
        """Ask for memory that is to be written, which another processor may have: nothing to do in plain Python."""

    def relax() -> None:
        """Tell the processor that a loop waits: nothing to do in plain Python."""
