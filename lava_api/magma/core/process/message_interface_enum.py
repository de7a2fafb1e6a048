"""Kind of actors that run process models."""

from enum import IntEnum


class ActorType(IntEnum):
    """Lava's one kind. Here every process model runs in the calling process whichever is given."""

    MultiProcessing = 0
