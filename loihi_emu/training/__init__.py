"""Networks trained in the chip's integers, with PyTorch: ``pip install "loihi_emu[torch]"``."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from loihi_emu.errors import extra

if TYPE_CHECKING:
    from loihi_emu.training.surrogates import arctan, fast_sigmoid, triangle
    from loihi_emu.training.twin import Twin

__all__ = ["Twin", "arctan", "fast_sigmoid", "triangle"]

_LATER = {"Twin": "twin", "arctan": "surrogates", "fast_sigmoid": "surrogates", "triangle": "surrogates"}
"""Each name, and the module that has it: all of them import PyTorch."""


def __getattr__(name: str) -> Any:
    """Import what is asked for; without PyTorch an ImportError says what to install."""
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        module = import_module(f"{__name__}.{_LATER[name]}")
    except ModuleNotFoundError as missing:
        if missing.name != "torch":
            raise
        raise extra("torch", "torch") from missing
    return getattr(module, name)
