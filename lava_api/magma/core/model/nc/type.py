"""LavaNcType: how a neurocore process model implements a port or variable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lava_api.magma.core.model.nc.ports import NcInPort, NcOutPort
from lava_api.magma.core.model.nc.var import NcVar

__all__ = ["LavaNcType", "NcInPort", "NcOutPort", "NcVar"]


@dataclass
class LavaNcType:
    """Implementation of a port or variable of a process: NcInPort, NcOutPort or NcVar.

    Type and precision are kept, without effect: widths are those of the nodes.
    """

    cls: Any
    d_type: Any = None
    precision: int | None = None
