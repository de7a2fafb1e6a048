"""Types of messages: what ports send, and what arrives where several are added up."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from lava_api.magma.compiler.process_graph import Link
from lava_api.magma.kernels.messages import HELD
from lava_api.magma.kernels.wanted import PythonFallback

if TYPE_CHECKING:
    from lava_api.magma.core.process.ports.ports import InPort, OutPort


def links_by_target(links: Iterable[Link]) -> dict[InPort, list[Link]]:
    """Return the links that end at each port."""
    found: dict[InPort, list[Link]] = {}
    for link in links:
        found.setdefault(link.target, []).append(link)
    return found


def sent_type(port: InPort | OutPort) -> np.dtype[Any]:
    """Return the type of what an OutPort sends, or of what comes through the external pipe of an InPort."""
    found: np.dtype[Any] = np.dtype(getattr(port.process.model_class, port.name).d_type)
    return found


def arriving(port: InPort, links: Iterable[Link]) -> np.dtype[Any]:
    """Return the type of the sum that an InPort receives, as NumPy promotes it.

    PythonFallback where kernels have no exact sum of that type.
    """
    types = [sent_type(link.source) for link in links]
    if port.external_pipe_flag:
        types.append(sent_type(port))
    if any(kind not in HELD for kind in types):
        raise PythonFallback(f"{port.name}: a message type that kernels do not hold")
    total = _promoted(np.dtype(getattr(port.process.model_class, port.name).d_type), *types)
    if total == np.bool_ and len(types) > 1:
        raise PythonFallback(f"{port.name}: a sum of truth values")
    return total


@lru_cache(maxsize=1024)
def _promoted(*types: np.dtype[Any]) -> np.dtype[Any]:
    """Return the type of a sum; a program asks for the same few again and again."""
    return np.result_type(*types)


def is_int16(port: InPort, d_type: np.dtype[Any], links: Iterable[Link]) -> bool:
    """Return whether an InPort receives integers of 16 bits, with which NumPy computes in 16 bits."""
    return d_type == np.int16 and (bool(list(links)) or port.external_pipe_flag)
