"""Networks from and to the files of other tools."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from loihi_emu.exchange.net.imported import ImportedNet, import_net
    from loihi_emu.exchange.net.layers import Layer
    from loihi_emu.exchange.net.reading import read_net
    from loihi_emu.exchange.net.report import LayerRow, NetReport
    from loihi_emu.exchange.net.writing import write_net
    from loihi_emu.exchange.nir.comparison import Compared, compare_nir
    from loihi_emu.exchange.nir.imported import Imported, import_nir
    from loihi_emu.exchange.nir.report import Readout, Report, Row
    from loihi_emu.exchange.trainers.imported import import_torch

__all__ = [
    "Compared", "Imported", "ImportedNet", "Layer", "LayerRow", "NetReport", "Readout", "Report", "Row", "compare_nir",
    "import_net", "import_nir", "import_torch", "read_net", "write_net",
]  # fmt: skip

_LATER = {
    "Compared": "nir.comparison", "Imported": "nir.imported", "ImportedNet": "net.imported", "Layer": "net.layers",
    "LayerRow": "net.report", "NetReport": "net.report", "Readout": "nir.report", "Report": "nir.report",
    "Row": "nir.report", "compare_nir": "nir.comparison", "import_net": "net.imported", "import_nir": "nir.imported",
    "import_torch": "trainers.imported", "read_net": "net.reading", "write_net": "net.writing",
}  # fmt: skip
"""Each name, and the module that has it: imported when first asked for, as reading files needs little."""


def __getattr__(name: str) -> Any:
    """Import what is asked for."""
    if name in _LATER:
        return getattr(import_module(f"loihi_emu.exchange.{_LATER[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
