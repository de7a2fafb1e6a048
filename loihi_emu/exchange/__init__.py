"""Networks from and to the files of other tools."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from loihi_emu.exchange.nir.imported import Imported, import_nir
from loihi_emu.exchange.nir.report import Readout, Report, Row

if TYPE_CHECKING:
    from loihi_emu.exchange.nir.comparison import Compared, compare_nir

__all__ = ["Compared", "Imported", "Readout", "Report", "Row", "compare_nir", "import_nir"]

_LATER = dict.fromkeys(("Compared", "compare_nir"), "loihi_emu.exchange.nir.comparison")
"""What runs networks, and where it is."""


def __getattr__(name: str) -> Any:
    """Import what needs the emulator when it is first asked for."""
    if name in _LATER:
        return getattr(import_module(_LATER[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
