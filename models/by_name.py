"""Kernels that call another one with what its arguments name.

Numba has to see a call with all its arguments, so it is a line that is written here, once, when a module is imported.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from inspect import signature
from typing import Any

from loihi_emu.jit import kernel


def plain(function: Callable[..., Any]) -> Any:
    """A function as it stands in its file, also when it is a kernel."""
    return getattr(function, "py_func", function)


def call_by_name(
    function: Callable[..., Any], takes: str, known: Mapping[str, str], names: Mapping[str, Any]
) -> Callable[..., Any]:
    """A kernel that calls a function with each argument by its name.

    Parameters
    ----------
    function : kernel, or a function that becomes one
    takes : str
        Arguments of the new one.
    known : dict
        What the names of arguments stand for, in terms of these.
    names : dict
        What the terms refer to.

    Raises
    ------
    TypeError
        The function asks for something that is not known.
    """
    inner = plain(function)
    asked = list(signature(inner).parameters)
    if wrong := [name for name in asked if name not in known]:
        raise TypeError(
            f"{inner.__module__}.{inner.__name__}: no array {', '.join(wrong)}; there are {', '.join(known)}"
        )
    update = kernel(function) if inner is function else function
    line = f"lambda {takes}: update({', '.join(known[name] for name in asked)})"
    return kernel(eval(line, {"__name__": inner.__module__, "update": update, **names}))  # type: ignore[no-any-return]
