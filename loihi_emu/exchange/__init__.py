"""Networks from and to the files of other tools."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from loihi_emu.exchange.nir.comparison import Compared, compare_nir
    from loihi_emu.exchange.nir.imported import Imported, import_nir
    from loihi_emu.exchange.nir.report import Readout, Report, Row

__all__ = ["Compared", "Imported", "Readout", "Report", "Row", "compare_nir", "import_nir"]

_LATER = {
    "Compared": "comparison", "Imported": "imported", "Readout": "report", "Report": "report", "Row": "report",
    "compare_nir": "comparison", "import_nir": "imported",
}  # fmt: skip
"""Each name, and the module of ``nir`` that has it: imported when first asked for, as one reads files alone."""


def __getattr__(name: str) -> Any:
    """Import what is asked for."""
    if name in _LATER:
        return getattr(import_module(f"loihi_emu.exchange.nir.{_LATER[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
