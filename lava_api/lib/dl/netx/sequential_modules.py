"""Steps between a program and its network, one call after the other, with work that goes on between calls."""

from __future__ import annotations

import atexit
from collections import deque
from threading import Thread
from typing import Any

import numpy as np

from loihi_emu.errors import invalid

WORD = 32


class AbstractSeqModule:
    """A module with ``forward``, which a call runs, and perhaps ``post_forward``, which a thread runs after it.

    ``time_step`` counts the calls. The next call waits for the thread of the one before.
    """

    def __init__(self) -> None:
        self.time_step = 0
        self.has_post_fx = hasattr(self, "post_forward")
        self.post_fx_thread: Thread | None = None
        if self.has_post_fx:
            atexit.register(self._wait)

    def _wait(self) -> None:
        if self.post_fx_thread is not None:
            self.post_fx_thread.join()

    def __call__(self, *args: Any, **kwds: Any) -> Any:
        self.time_step += 1
        self._wait()
        result = self.forward(*args, **kwds)  # type: ignore[attr-defined]
        if self.has_post_fx:
            self.post_fx_thread = Thread(target=self.post_forward)  # type: ignore[attr-defined]
            self.post_fx_thread.start()
        return result


class Quantize(AbstractSeqModule):
    """Fractions as integers: ``round(x * 2**exp)``.

    Parameters
    ----------
    exp : int
        Bits of fraction.
    """

    def __init__(self, exp: int = 0) -> None:
        super().__init__()
        self.exp = exp

    def forward(self, x: Any) -> Any:
        """The integers of an array, or of a tensor of torch."""
        values = x.cpu().detach().numpy() if hasattr(x, "detach") else np.asarray(x)
        return np.round(values * (1 << self.exp)).astype(int)


class Dequantize(AbstractSeqModule):
    """Integers of few bits as fractions: what is beyond those bits wraps, then it is divided by ``2**exp``.

    Parameters
    ----------
    exp : int
        Bits of fraction.
    num_raw_bits : int
        Bits of the integers, at most 32.
    """

    def __init__(self, exp: int = 0, num_raw_bits: int = 24) -> None:
        super().__init__()
        if num_raw_bits > WORD:
            raise invalid("Dequantize", "num_raw_bits", num_raw_bits, f"at most {WORD}")
        self.exp, self.shift = exp, WORD - num_raw_bits

    def forward(self, x: Any) -> Any:
        """The fractions."""
        word = np.asarray(x).astype(np.int64).astype(np.int32)
        return ((word << self.shift) >> self.shift) / (1 << self.exp)


class FIFO(AbstractSeqModule):
    """What was put in some calls before; None in the first calls.

    Parameters
    ----------
    depth : int
        How many calls before, at least 1.
    """

    def __init__(self, depth: int = 1) -> None:
        super().__init__()
        if depth < 1:
            raise invalid("FIFO", "depth", depth, "at least 1")
        self.buffer: deque[Any] = deque([None] * depth)

    def forward(self, x: Any) -> Any:
        """Put one in, take one out."""
        self.buffer.append(x)
        return self.buffer.popleft()
