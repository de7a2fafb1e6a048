"""Order in which embedded processors are given out on hardware; without effect in the emulator."""

from enum import IntEnum


class EMBEDDED_ALLOCATION_ORDER(IntEnum):
    """From the first or from the last processor on."""

    NORMAL = 1
    REVERSED = -1
