"""Long kernels that Ctrl-C ends at once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

PIECE = 10_000_000
"""Synapses that a kernel goes through without looking whether it is to end: some hundredths of a second."""


def stoppable(kernel: Callable[..., Any], *arguments: Any, long: bool = True) -> Any:
    """Call a kernel whose last argument is a flag (uint8 array of one) that it ends at, and give it one.

    It runs in a thread of its own, so that this one can be interrupted meanwhile, and then sets the flag; a call that
    is not long runs here.

    Examples
    --------
    >>> int(stoppable(lambda n, stop: n + stop[0], 4))
    4
    """
    stop = np.zeros(1, np.uint8)
    if not long:
        return kernel(*arguments, stop)
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(kernel, *arguments, stop)
        try:
            return running.result()
        except BaseException:
            stop[0] = 1
            raise
