"""Objects by the names of their modules, imported when they are first needed."""

from __future__ import annotations

from importlib import import_module
from typing import Any


def imported(name: str) -> Any:
    """The object of a name ``"module:object"``.

    Examples
    --------
    >>> imported("math:pi")
    3.141592653589793
    """
    module, _, name = name.partition(":")
    return getattr(import_module(module), name)
