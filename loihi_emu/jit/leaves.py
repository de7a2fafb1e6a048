"""The decorators of compiled code: kernels, entries from Python, and leaves."""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType
from typing import Any, cast

import numba

from loihi_emu.jit import cache, notice
from loihi_emu.jit.compiling import OPTIONS, KernelFunction, compile_leaf, load_leaf, uncollected
from loihi_emu.jit.digest import size
from loihi_emu.jit.intrinsics import COMPILED, PYTHON_LEAVES


def kernel(function: Callable[..., Any]) -> Any:
    """Compile a function that kernels call. Compiled with its caller, cached as a part of it."""
    return KernelFunction(function) if COMPILED else function


def inlined(function: Callable[..., Any]) -> Any:
    """Compile a kernel that LLVM puts in place of each call, however large it is: loops around it are vectorised."""
    return KernelFunction(function, inlined=True) if COMPILED else function


def disjoint(function: Callable[..., Any]) -> Any:
    """Compile a kernel whose array arguments never overlap where one is written: its loops need no run-time checks.

    LLVM's "noalias" for all arguments. Numba has the flag and sets it in its own parallel loops, but has no option for
    it; where a version of Numba has no such hook, the loops are compiled with checks.
    """
    return KernelFunction(function, noalias=True) if COMPILED else function


def entry(function: Callable[..., Any]) -> Any:
    """Compile a function that Python calls (the time loop), cached on disk."""
    dispatcher = numba.njit(**OPTIONS)(function)
    if COMPILED:
        dispatcher._cache = cache.EntryCache(function)
        compile_one = dispatcher.compile

        def compile_entry(sig: Any) -> Any:
            with notice.compiling(lambda: function.__name__), uncollected():
                return compile_one(sig)

        dispatcher.compile = compile_entry
    return dispatcher


TWO_NUMBERS = (numba.types.int64, numba.types.int64)


def directly(function: Any) -> Callable[[int, int], Any]:
    """Compile an entry for two integers (an address, a number), and return what does not look at their types again.

    That is 0.1 us of the 0.3 that a call takes.
    """
    found: Callable[[int, int], Any] = function.compile(TWO_NUMBERS) if COMPILED else function
    return found


class Leaf:
    """A kernel of signature ``(address of the description, step)``; compiled when its address is first asked for."""

    def __init__(self, function: Callable[[int, int], None]) -> None:
        self.function = function
        self.__doc__ = function.__doc__
        self.name = f"{function.__module__.rpartition('.')[2]}.{function.__name__}"
        self._address = 0
        self._library: Any = None  # keeps the machine code

    @property
    def full_name(self) -> str:
        """Where it is found: ``"module:leaf"``."""
        return f"{self.function.__module__}:{self.function.__name__}"

    @property
    def size(self) -> int:
        """Bytes of bytecode that it is made from."""
        return size(cast(FunctionType, self.function))

    @property
    def address(self) -> int:
        """Address of the machine code (of a table entry when nothing is compiled)."""
        if not COMPILED and not self._address:
            self._address = len(PYTHON_LEAVES) + 1
            PYTHON_LEAVES[self._address] = self.function
        if not self.ready():
            with notice.compiling(lambda: self.name):
                self.compile()
        return self._address

    def ready(self) -> bool:
        """Whether there is an address, or machine code that an earlier process kept."""
        if not self._address:
            kept = cache.load(self.function, cache.LEAF)
            if kept is not None:
                self._address, self._library = load_leaf(*kept)
        return bool(self._address)

    def there(self) -> bool:
        """Whether there is machine code, loaded or not."""
        return bool(self._address) or cache.exists(self.function, cache.LEAF)

    def compile(self) -> None:
        """Compile it, and keep the machine code for later processes."""
        name, code, self._address, self._library = compile_leaf(self.function)
        cache.save(self.function, cache.LEAF, (name, code))

    def __repr__(self) -> str:
        return f"<Leaf {self.name}>"


def leaf(function: Callable[[int, int], None]) -> Leaf:
    """Mark a function as a leaf kernel."""
    return Leaf(function)
