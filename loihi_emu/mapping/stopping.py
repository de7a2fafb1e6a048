"""Long kernels that Ctrl-C ends at once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import numpy as np

from loihi_emu.network.elements import Connection

PIECE = 10_000_000
"""Synapses that a kernel goes through at a time: some hundredths of a second."""


def stoppable(kernel: Callable[..., Any], *arguments: Any) -> Any:
    """Call a kernel whose last argument is a flag (uint8 array of one) that it ends at, and give it one.

    It runs in a thread of its own, so that this one can be interrupted meanwhile, and then sets the flag.

    Examples
    --------
    >>> int(stoppable(lambda n, stop: n + stop[0], 4))
    4
    """
    stop = np.zeros(1, np.uint8)
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(kernel, *arguments, stop)
        try:
            return running.result()
        except BaseException:
            stop[0] = 1
            raise


def pieces(c: Connection) -> list[tuple[int, int]]:
    """Sources of a sparse connection, from the first to the one behind the last, in pieces of about `PIECE` synapses.

    Examples
    --------
    >>> from loihi_emu import Network
    >>> net = Network()
    >>> cells = net.population("cells", 5, vth=1)
    >>> pieces(net.connect(cells, cells, ([0, 1, 4], [1, 2, 3], 4)))
    [(0, 5)]
    """
    assert c.indptr is not None
    if c.indptr[-1] <= PIECE:
        return [(0, c.pre.size)]
    ends = np.searchsorted(c.indptr, np.arange(PIECE, int(c.indptr[-1]), PIECE), "right") - 1
    bounds = np.unique([0, *ends.tolist(), c.pre.size]).tolist()
    return list(pairwise(bounds))
