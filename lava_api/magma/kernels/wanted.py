"""What a kernel wants of its inputs, and what it says where it cannot have it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np

from lava_api.magma.kernels.messages import STORED, Feed

DATA, EVENTS, BOTH = "data", "events", "both"
"""What a kernel wants of an input."""

Feeds = dict[str, Feed]
"""What a kernel finds at its inputs, by their names."""


class PythonFallback(Exception):
    """The kernel does not cover these values; the Python model runs, with the same result."""


def held(port: str, d_type: np.dtype[Any], types: Collection[str] = STORED) -> int:
    """Return the kind of elements that holds what arrives at an input; leave types that are not named to Python."""
    if d_type.name not in types:
        raise PythonFallback(f"{port}: {d_type}")
    return STORED.get(d_type.name, STORED["int32"])
