"""Copies of what a process hands to its model, as deep as a process of its own would have them.

Other than with :func:`copy.deepcopy` a function takes its enclosing variables along, a method the object it belongs to,
and what cannot be copied (a lock, an open file, a generator that is under way) is shared without keeping the rest from
being copied. What connects processes in Lava, too, stays shared: memory that processes share, and `multiprocessing`.
"""

from __future__ import annotations

import copyreg
import functools
import logging
import mmap
import random
import types
from typing import Any

import numpy as np

from lava_api.magma.core.process.ports.abstract import AbstractPort
from lava_api.magma.runtime.channel import HostChannel

UNCHANGING = frozenset({bool, int, float, complex, str, bytes, range, type(None), type(Ellipsis)})
"""Types whose values nothing can change."""

SHARED = (type, types.ModuleType, logging.Logger, logging.Handler, np.generic, np.dtype, HostChannel, AbstractPort)
"""What is one for all, and the ways between a model and the script."""

SHARING = frozenset({"asyncio", "concurrent", "multiprocessing", "subprocess"})
"""Packages whose objects connect threads and processes."""


class Copier:
    """Makes copies that refer to each other as the originals do."""

    def __init__(self) -> None:
        common: list[Any] = [np.random.mtrand._rand, vars(random)["_inst"]]
        self._alive = common  # the global generators stay what they are: their state is each model's own
        self._memo: dict[int, Any] = {id(generator): generator for generator in common}

    def copy(self, value: Any) -> Any:
        """Return a copy; the value itself where nothing can change it, or it cannot be copied."""
        kind = type(value)
        if kind in UNCHANGING or isinstance(value, SHARED) or kind.__module__.partition(".")[0] in SHARING:
            return value
        if id(value) not in self._memo:
            self._alive.append(value)
            self._memo[id(value)] = _MAKERS.get(kind, Copier._object)(self, value)
        return self._memo[id(value)]

    def _list(self, value: list[Any]) -> Any:
        made = self._memo[id(value)] = []  # before its elements, which may refer to it
        made.extend(map(self.copy, value))
        return made

    def _dict(self, value: dict[Any, Any]) -> Any:
        made = self._memo[id(value)] = {}
        made.update((self.copy(key), self.copy(entry)) for key, entry in value.items())
        return made

    def _tuple(self, value: tuple[Any, ...]) -> Any:
        made = tuple(map(self.copy, value))
        return value if all(new is old for new, old in zip(made, value, strict=True)) else made

    def _array(self, value: Any) -> Any:
        if _is_memory_of_many(value):
            return value
        made = value.copy(order="K")
        if value.dtype.hasobject:
            self._memo[id(value)] = made
            for place in np.ndindex(value.shape):
                made[place] = self.copy(value[place])
        made.flags.writeable = value.flags.writeable
        return made

    def _function(self, value: Any) -> Any:
        if not (value.__closure__ or value.__defaults__ or value.__kwdefaults__ or value.__dict__):
            return value
        cells = tuple(map(self.copy, value.__closure__ or ()))
        made = types.FunctionType(value.__code__, value.__globals__, value.__name__, None, cells)
        self._memo[id(value)] = made
        made.__defaults__, made.__kwdefaults__ = self.copy(value.__defaults__), self.copy(value.__kwdefaults__)
        made.__dict__.update(self.copy(value.__dict__))
        functools.update_wrapper(made, value, updated=())
        for given, own in zip(value.__closure__ or (), cells, strict=True):
            self._fill(given, own)
        return made

    def _cell(self, value: Any) -> Any:
        return types.CellType()  # filled by the function, which its contents may refer to

    def _fill(self, given: Any, own: Any) -> None:
        try:
            content = given.cell_contents
        except ValueError:  # a variable that has no value yet
            return
        own.cell_contents = self.copy(content)

    def _method(self, value: Any) -> Any:
        return types.MethodType(value.__func__, self.copy(value.__self__))

    def _builtin_method(self, value: Any) -> Any:
        owner = value.__self__
        own = self.copy(owner)
        return value if own is owner else getattr(own, value.__name__)

    def _object(self, value: Any) -> Any:
        """Copy as the class says, or by its attributes and elements."""
        if _is_memory_of_many(value):
            return value
        try:
            if hasattr(value, "__deepcopy__"):
                return value.__deepcopy__(self._memo)
            reduce = copyreg.dispatch_table.get(type(value))
            parts = value.__reduce_ex__(4) if reduce is None else reduce(value)
            return value if isinstance(parts, str) else self._rebuilt(value, *parts)
        except MemoryError:
            raise
        except Exception:  # whatever a class raises: it cannot be copied
            return value

    def _rebuilt(
        self, value: Any, build: Any, arguments: Any, state: Any = None, elements: Any = None, entries: Any = None
    ) -> Any:
        """Build an object from what its class says it consists of (see :mod:`pickle`)."""
        made = self._memo[id(value)] = build(*map(self.copy, arguments))
        if state is not None:
            self._alive.append(state)
            state = self.copy(state)
            if hasattr(made, "__setstate__"):
                made.__setstate__(state)
            else:
                attributes, slots = state if isinstance(state, tuple) else (state, {})
                if attributes:
                    vars(made).update(attributes)
                for name, own in (slots or {}).items():
                    object.__setattr__(made, name, own)
        for element in elements or ():
            made.append(self.copy(element))
        for key, entry in entries or ():
            made[self.copy(key)] = self.copy(entry)
        return made


_MAKERS: dict[type, Any] = {
    list: Copier._list,
    dict: Copier._dict,
    tuple: Copier._tuple,
    np.ndarray: Copier._array,
    types.FunctionType: Copier._function,
    types.CellType: Copier._cell,
    types.MethodType: Copier._method,
    types.BuiltinMethodType: Copier._builtin_method,
}


def _is_memory_of_many(value: Any) -> bool:
    """Return whether processes share the memory of an array: that of a file, or of `multiprocessing`."""
    while isinstance(value, np.ndarray | memoryview):
        value = value.base if isinstance(value, np.ndarray) else value.obj
    return isinstance(value, mmap.mmap) or type(getattr(value, "_wrapper", None)).__module__ == "multiprocessing.heap"
