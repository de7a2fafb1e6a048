"""How kernels are compiled: every Numba flag and every intrinsic of the project.

Two decorators make compiled code:

- :func:`kernel`: a function of arrays and integers that other kernels call (inlined by LLVM).
- :func:`leaf`: a kernel of the one signature ``leaf(description, step)``, called by its address from the time loop.

No fast-math; integer division by zero does not raise; the GIL is released. Machine code is cached on disk, in a folder
named after a digest of all kernel sources, so that a changed rule never runs as old machine code
(Numba's own cache only looks at the file of the outermost function). ``LOIHI_EMU_CACHE_DIR`` moves the folder.

With ``NUMBA_DISABLE_JIT=1`` the same functions run as plain Python on the same memory: slow, for debugging.
"""

from __future__ import annotations

import atexit
import ctypes
import hashlib
import math
import os
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.core import caching
from numba.core.runtime import rtsys
from numba.extending import intrinsic

COMPILED: bool = not numba.config.DISABLE_JIT
"""False when NUMBA_DISABLE_JIT is set: kernels then run as plain Python."""

_OPTIONS: dict[str, Any] = {"error_model": "numpy", "nogil": True}
_LEAF_SIGNATURE = types.void(types.int64, types.int64)
_PACKAGE = Path(__file__).resolve().parent
_LOADS_BARE = (0, 59) <= tuple(numba.version_info[:2]) <= (0, 68)
"""Whether machine code is loaded without all that compiling needs, which takes Numba 0.15 s to gather: in versions in
which that was tried. When something is to be compiled, Numba gathers it then."""


# ---------------------------------------------------------------- the cache
@lru_cache(maxsize=1)
def source_digest() -> str:
    """Digest of every file whose code ends up in kernels, and of Numba's version."""
    from loihi_emu import models

    folder = Path(models.__file__).resolve().parent
    names = ("jit.py", "arithmetic.py", "philox.py")
    mapping = sorted((_PACKAGE / "mapping").glob("*kernels.py"))
    files = [_PACKAGE / name for name in names] + mapping + sorted(folder.rglob("*.py"))
    digest = hashlib.sha256(f"{numba.__version__} {sys.version}".encode())
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


@lru_cache(maxsize=1)
def cache_folder() -> Path:
    """The folder of cached machine code: LOIHI_EMU_CACHE_DIR, else the user's cache folder, else a private one."""
    try:
        home = os.environ.get("LOIHI_EMU_CACHE_DIR")
        base = Path(home) if home else Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "loihi_emu"
        folder = base / source_digest()
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
        return folder
    except (OSError, RuntimeError):  # not writable, or no home folder
        made = tempfile.TemporaryDirectory(prefix="loihi_emu-")
        atexit.register(made.cleanup)  # private to this process: machine code of others is never loaded
        return Path(made.name)


class _Locator(caching._CacheLocator):  # type: ignore[misc]
    """Where Numba keeps one function's machine code: beside that of all other kernels of the same sources."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._py_file = function.__code__.co_filename
        self._line = function.__code__.co_firstlineno

    @classmethod
    def from_function(cls, function: Callable[..., Any], file: str) -> _Locator:
        return cls(function)

    def get_cache_path(self) -> str:
        return str(cache_folder())

    def get_source_stamp(self) -> str:
        return source_digest()

    def get_disambiguator(self) -> str:
        return str(self._line)


class _Results(caching.CompileResultCacheImpl):  # type: ignore[misc]
    _locator_classes = [_Locator]  # noqa: RUF012 (Numba reads a list)


class _Cache(caching.FunctionCache):  # type: ignore[misc]
    """A cache that is only ever a help: a damaged file is thrown away, a full disk means no cache."""

    _impl_class = _Results

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        try:
            if not _LOADS_BARE:
                return super().load_overload(sig, target_context)
            rtsys.initialize(target_context)
            with self._guard_against_spurious_io_errors():
                return self._load_overload(sig, target_context)
        except Exception:  # reading a damaged file can raise anything
            with suppress(OSError):
                self.flush()
            return None

    def save_overload(self, sig: Any, data: Any) -> None:
        with suppress(OSError):
            super().save_overload(sig, data)


# ---------------------------------------------------------------- decorators
def kernel(function: Callable[..., Any]) -> Any:
    """Compile a function that kernels call. Compiled with its caller, cached as a part of it."""
    return numba.njit(**_OPTIONS)(function)


def disjoint(function: Callable[..., Any]) -> Any:
    """Compile a kernel whose array arguments never overlap where one is written: its loops need no run-time checks.

    LLVM's "noalias" for all arguments. Numba has the flag and sets it in its own parallel loops, but has no option for
    it; where a version of Numba has no such hook, the loops are compiled with checks.
    """
    dispatcher = numba.njit(**_OPTIONS)(function)
    compiler: Any = getattr(dispatcher, "_compiler", None)
    if hasattr(compiler, "_customize_flags"):

        def customized(flags: Any) -> Any:
            flags.noalias = True
            return flags

        compiler._customize_flags = customized
    return dispatcher


def entry(function: Callable[..., Any]) -> Any:
    """Compile a function that Python calls (the time loop), cached on disk."""
    dispatcher = numba.njit(**_OPTIONS)(function)
    if COMPILED:
        dispatcher._cache = _Cache(function)
    return dispatcher


class Leaf:
    """A kernel of signature ``(address of the description, step)``; compiled when its address is first asked for."""

    def __init__(self, function: Callable[[int, int], None]) -> None:
        self.function = function
        self.__doc__ = function.__doc__
        self.name = f"{function.__module__.rpartition('.')[2]}.{function.__name__}"
        self._address = 0
        self._compiled: Any = None

    @property
    def address(self) -> int:
        """Address of the machine code (of a table entry when nothing is compiled)."""
        if not self._address:
            if COMPILED:
                from numba.core.ccallback import CFunc
                from numba.core.sigutils import normalize_signature

                args, returns = normalize_signature(_LEAF_SIGNATURE)
                function: Any = CFunc(self.function, (args, returns), locals={}, options={"error_model": "numpy"})
                function._cache = _Cache(self.function)
                function.compile()
                self._compiled, self._address = function, int(function.address)
            else:
                self._address = len(_PYTHON_LEAVES) + 1
                _PYTHON_LEAVES[self._address] = self.function
        return self._address

    def __repr__(self) -> str:
        return f"<Leaf {self.name}>"


def leaf(function: Callable[[int, int], None]) -> Leaf:
    """Mark a function as a leaf kernel."""
    return Leaf(function)


_PYTHON_LEAVES: dict[int, Callable[[int, int], None]] = {}


# ---------------------------------------------------------------- intrinsics
@intrinsic  # type: ignore[untyped-decorator]
def _pointer(typingctx: Any, address: Any) -> Any:
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.inttoptr(args[0], ir.IntType(8).as_pointer())

    return types.voidptr(types.int64), codegen


@intrinsic  # type: ignore[untyped-decorator]
def _call(typingctx: Any, address: Any, description: Any, step: Any) -> Any:
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        word = ir.IntType(64)
        target = builder.inttoptr(args[0], ir.FunctionType(ir.VoidType(), [word, word]).as_pointer())
        builder.call(target, [args[1], args[2]])
        return context.get_dummy_value()

    return types.void(types.int64, types.int64, types.int64), codegen


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


@intrinsic  # type: ignore[untyped-decorator]
def _prefetch(typingctx: Any, address: Any) -> Any:
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        pointer, word = ir.IntType(8).as_pointer(), ir.IntType(32)
        function = builder.module.declare_intrinsic(
            "llvm.prefetch", [pointer], fnty=ir.FunctionType(ir.VoidType(), [pointer, word, word, word])
        )
        read, keep, data = (ir.Constant(word, number) for number in (0, 3, 1))
        builder.call(function, [builder.inttoptr(args[0], pointer), read, keep, data])
        return context.get_dummy_value()

    return types.void(types.int64), codegen


@intrinsic  # type: ignore[untyped-decorator]
def _fused(typingctx: Any, x: Any, y: Any, z: Any) -> Any:
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.fma(*args)

    return types.float64(types.float64, types.float64, types.float64), codegen


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


def _view(kind: Any, c_type: Any) -> Callable[[int, int], Any]:
    """Make ``view(address, length) -> array`` for one element type."""
    if COMPILED:

        @kernel
        def view(address: int, length: int) -> Any:
            return numba.carray(_pointer(address), length, dtype=kind)

    else:

        def view(address: int, length: int) -> Any:
            memory = (c_type * int(length)).from_address(int(address))
            return np.frombuffer(memory, dtype=kind) if length else np.zeros(0, kind)

    return view


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
else:
    fused = fused_exact

    def call_leaf(address: int, description: int, step: int) -> None:
        """Call a leaf: a function in the table of plain-Python leaves. As compiled, integers wrap and 1 / 0 is inf."""
        with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
            _PYTHON_LEAVES[int(address)](int(description), int(step))

    def trailing_zeros(word: Any) -> Any:
        """Count the zero bits below the lowest set bit of a non-zero 64-bit word."""
        value = int(word)
        return np.uint64((value & -value).bit_length() - 1)

    def wide_vectors() -> None:
        """Ask for the widest vectors: nothing to do in plain Python."""

    def prefetch(address: int) -> None:
        """Ask for memory early: nothing to do in plain Python."""
