"""Kinds of messages of a Loihi chip."""

from enum import IntEnum


class SpikeType(IntEnum):
    """Kinds of messages, under Lava's names and numbers."""

    BINARY_SPIKE = 1
    LONG_SPIKE = 2
    GRADED8_SPIKE = 3
    GRADED16_SPIKE = 4
    GRADED24_SPIKE = 5
    POP16_SPIKE = 6
    POP32_SPIKE = 7
