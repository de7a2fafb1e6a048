"""A digest of what machine code is made from: the code of a function, of all kernels it calls, and the constants in it.

Numba looks up what a function's names stand for when it compiles it, and puts that into the machine code: so does this.
Bytecode is read, not source text: comments, docstrings, annotations and line numbers do not count.
"""

from __future__ import annotations

import hashlib
import os
import platform
import sys
from collections.abc import Iterator
from functools import cache
from types import BuiltinFunctionType, CodeType, FunctionType, ModuleType
from typing import Any

import llvmlite
import numba
import numpy as np

_PLAIN = (int, float, complex, str, bytes, bool, type(None), type(...), range, np.generic, np.dtype)

_GIVEN = {*sys.stdlib_module_names, "numpy", "numba", "llvmlite"}
"""Modules that are told by versions alone."""


def digest(function: FunctionType) -> str:
    """Digest of a function and of everything that becomes a part of its machine code.

    Examples
    --------
    >>> from loihi_emu.models import probes
    >>> from loihi_emu.models.synapses import dense
    >>> digest(dense.step.function) == digest(dense.step.function) != digest(probes.state.function)
    True
    """
    made = hashlib.sha256(surroundings())
    for one in _reached(function):
        made.update(f"{one.__module__}:".encode())  # machine code that is loaded imports the modules it is from
        made.update(_look(one)[0])
    return made.hexdigest()


def size(function: FunctionType) -> int:
    """Bytes of bytecode of a function and all that become a part of its machine code: to guess how long it compiles."""
    return sum(len(one.__code__.co_code) for one in _reached(function))


def _reached(function: FunctionType) -> list[FunctionType]:
    """A function and all that it calls, directly or not, each once and always in the same order."""
    reached: dict[int, FunctionType] = {}
    waiting = [function]
    while waiting:
        one = waiting.pop()
        if id(one) not in reached:
            reached[id(one)] = one
            waiting += reversed(_look(one)[1])
    return list(reached.values())


@cache
def surroundings() -> bytes:
    """What machine code depends on beside its sources: versions, the processor, and Numba's settings."""
    from loihi_emu.jit import call_types, compiling, extremes, records

    settings = numba.config
    names = ("OPT", "LOOP_VECTORIZE", "SLP_VECTORIZE", "BOUNDSCHECK", "DEBUGINFO_DEFAULT", "CPU_NAME", "CPU_FEATURES")
    chosen = [f"{name}={getattr(settings, name, None)!s}" for name in names]
    versions = (sys.implementation.cache_tag, sys.version, numba.__version__, llvmlite.__version__, np.__version__)
    place = (platform.machine(), sys.platform, os.name)
    words = hashlib.sha256(repr((versions, place, chosen)).encode())
    words.update(repr(sorted(compiling.OPTIONS.items())).encode())
    for module in (call_types, compiling, extremes, records):  # how it is compiled: flags, passes, fields of records
        for _, value in sorted(vars(module).items()):
            for part in vars(value).values() if isinstance(value, type) else [value]:
                if isinstance(part, FunctionType) and part.__module__ == module.__name__:
                    words.update(_code(part.__code__, part.__doc__))
    return words.digest()


@cache
def _look(function: FunctionType) -> tuple[bytes, tuple[FunctionType, ...]]:
    """The words of one function and the functions among what its names stand for."""
    called: list[FunctionType] = []
    words = hashlib.sha256(_code(function.__code__, function.__doc__))
    cells = [cell.cell_contents for cell in function.__closure__ or ()]
    for name, value in [*_named(function), *zip(function.__code__.co_freevars, cells, strict=True)]:
        words.update(f"{name}={_value(value, called)};".encode())
    words.update(_value(function.__defaults__, called).encode())
    return words.digest(), tuple(called)


def _code(code: CodeType, doc: str | None = None) -> bytes:
    """The bytecode of a function with its constants, and of functions within it; without its docstring."""
    constants = list(code.co_consts)
    if doc is not None and constants and constants[0] == doc:
        constants[0] = None
    parts = [code.co_code, repr((code.co_argcount, code.co_names, getattr(code, "co_exceptiontable", b""))).encode()]
    parts += [_code(c) if isinstance(c, CodeType) else _constant(c).encode() for c in constants]
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).digest()


def _constant(value: Any) -> str:
    if isinstance(value, frozenset):
        return f"frozenset({sorted(map(repr, value))})"
    return f"{type(value).__name__} {value!r}"


def _named(function: FunctionType) -> Iterator[tuple[str, Any]]:
    """What the names in a function stand for: those of its module, and those of the modules among them."""
    names = sorted(_names(function.__code__))
    for name in names:
        if name in function.__globals__:
            value = function.__globals__[name]
            yield name, value
            if isinstance(value, ModuleType) and value.__name__.partition(".")[0] not in _GIVEN:
                for other in names:
                    if hasattr(value, other):
                        yield f"{name}.{other}", getattr(value, other)


def _names(code: CodeType) -> set[str]:
    within = [_names(c) for c in code.co_consts if isinstance(c, CodeType)]
    return set(code.co_names).union(*within)


def _value(value: Any, called: list[FunctionType]) -> str:
    """A constant, or what stands for a function, which is put into a list."""
    if isinstance(value, _PLAIN):
        return _constant(value)
    if isinstance(value, (tuple, list)):
        return f"({','.join(_value(part, called) for part in value)})"
    if isinstance(value, np.ndarray):
        return f"{value.dtype.str}{value.shape}{hashlib.sha256(np.ascontiguousarray(value).tobytes()).hexdigest()}"
    if isinstance(value, (type, ModuleType, BuiltinFunctionType)):
        return f"{getattr(value, '__module__', '')}.{value.__name__}"
    declared = getattr(value, "declaration", None)  # of a record
    if isinstance(declared, tuple):
        return _value(declared, called)
    inner = getattr(value, "py_func", None) or getattr(value, "_defn", None) or value
    if isinstance(inner, FunctionType):
        called.append(inner)
        return f"{getattr(value, 'compiled_as', '')} {inner.__qualname__}"
    return type(value).__qualname__  # of no kind that Numba puts into machine code
