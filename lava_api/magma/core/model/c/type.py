"""LavaCType: how a process model in C declares a port or variable."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

from lava_api.magma.core.model.c.ports import CInPort, COutPort, CRefPort

__all__ = ["CInPort", "COutPort", "CRefPort", "LavaCDataType", "LavaCType"]


class LavaCDataType(Enum):
    """Types of C."""

    INT8 = "int8_t"
    INT16 = "int16_t"
    INT32 = "int32_t"
    UINT8 = "uint8_t"
    UINT16 = "uint16_t"
    UINT32 = "uint32_t"


@dataclass
class LavaCType:
    """Declaration of a port (of :mod:`.ports`) or of a variable (``int``): type of the elements, and their bits."""

    cls: Any
    d_type: LavaCDataType
    precision: int | None = None
