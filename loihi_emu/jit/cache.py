"""The cache of machine code: what a kernel was compiled to, found again by what it was made from."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Callable
from functools import cache
from typing import Any

import numba
from numba.core import caching, compiler, serialize
from numba.core.registry import cpu_target
from numba.core.runtime import rtsys

from loihi_emu.jit import store
from loihi_emu.jit.digest import digest

LEAF = "leaf"
_LOADS_BARE = (0, 59) <= tuple(numba.version_info[:2]) <= (0, 68)
"""Whether machine code is loaded without all that compiling needs, which takes Numba 0.15 s to gather: in versions in
which that was tried. When something is to be compiled, Numba gathers it then."""


@cache
def file_name(function: Any, signature: object) -> str:
    """Name of the file of a function compiled for types of arguments: readable, and a digest of all that made it.

    Examples
    --------
    >>> from loihi_emu.models.synapses import dense
    >>> file_name(dense.step.function, LEAF).startswith("dense.step-")
    True
    """
    signed = str(signature)
    for one in signature if isinstance(signature, tuple) else ():
        if isinstance(one, numba.types.BaseNamedTuple):
            signed += f" {one.fields}"  # which its text leaves out
    made_from = repr((digest(function), cpu_target.target_context.codegen().magic_tuple(), signed))
    name = f"{function.__module__.rpartition('.')[2]}.{function.__qualname__}"
    return f"{name}-{hashlib.sha256(made_from.encode()).hexdigest()[:32]}"


def load(function: Any, signature: object) -> Any:
    """What was kept; None when there is nothing, or nothing whole."""
    target = cpu_target.target_context
    if _LOADS_BARE:
        rtsys.initialize(target)
    else:
        target.refresh()
    contents = store.read(file_name(function, signature))
    return None if contents is None else pickle.loads(contents)  # verified, and from nobody else


def exists(function: Any, signature: object) -> bool:
    """Whether something was kept, whole or not."""
    return store.exists(file_name(function, signature))


def save(function: Any, signature: object, contents: Any) -> None:
    """Keep something for later processes, if that is possible, and clear away what is no longer used."""
    if store.write(file_name(function, signature), serialize.dumps(contents)):
        store.prune_once()


class EntryCache(caching._Cache):  # type: ignore[misc]
    """Numba's view of the cache, for functions that Python calls."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function

    @property
    def cache_path(self) -> str:
        """The folder."""
        return str(store.cache_folder())

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """What was compiled for a signature, ready to be called; None when that has to be done."""
        kept = load(self._function, sig)
        return None if kept is None else compiler.CompileResult._rebuild(target_context, *kept)

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep what was compiled for a signature."""
        save(self._function, sig, data._reduce())

    def enable(self) -> None:
        """Nothing to do: the cache is always there."""

    def disable(self) -> None:
        """Nothing to do: the cache is always there."""

    def flush(self) -> None:
        """Nothing to do: every process finds its own files by their digests."""
