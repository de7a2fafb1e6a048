"""Types of calls, found once: three of four that Numba looks for while it compiles kernels it has found before.

Numba looks through all that a function's name can stand for, each time. What it finds for numbers, arrays and
records depends on their types alone.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from numba import types

from loihi_emu.jit.records import BlocksType, PointerType, RecordType

_PLAIN = (types.Number, types.Boolean, types.Array, RecordType, PointerType, BlocksType)


@cache
def remembering(context: Any) -> Any:
    """Numba's typing context itself, but for a memory of what was found; it shares everything else."""
    kind = type(context)
    found: dict[Any, Any] = {}

    def resolve_function_type(self: Any, func: Any, args: Any, kws: Any) -> Any:
        if kws or not isinstance(func, types.Function) or not all(isinstance(one, _PLAIN) for one in args):
            return kind.resolve_function_type(self, func, args, kws)
        asked = (func, tuple(args))
        if found.get(asked) is None:
            found[asked] = kind.resolve_function_type(self, func, args, kws)
        return found[asked]

    made: Any
    try:
        made = object.__new__(type(kind.__name__, (kind,), {"resolve_function_type": resolve_function_type}))
        made.__dict__ = context.__dict__
    except (AttributeError, TypeError):  # of another make
        return context
    return made
