"""The phases of a time step."""

from __future__ import annotations

from enum import IntEnum


class Phase(IntEnum):
    """Phases in their order; HOST only after the last step of a run."""

    SPK = 1
    PRE_MGMT = 2
    LRN = 3
    POST_MGMT = 4
    HOST = 5
