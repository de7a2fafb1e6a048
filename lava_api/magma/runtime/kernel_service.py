"""KernelService: drives a domain in which every model is a kernel, many time steps at a time."""

from __future__ import annotations

import time
from typing import Any

from lava_api.magma.runtime.scheduler import Job, ModelError

CHUNK_SECONDS = 0.03
"""Time between two looks at Python, about: Ctrl-C and requests are heard within 0.2 s."""
FIRST_STEPS = 8
GROWTH = 4
"""A chunk is at most so many times as long as the one before."""


class KernelService:
    """Time steps of a domain without Python models.

    Parameters
    ----------
    region : Region
        All its kernels.
    control : Control
        Scheduler and requests of the program.
    """

    def __init__(self, region: Any, control: Any) -> None:
        self.region = region
        self.control = control
        self.pending = 0
        self.done = 0
        self.target: float = 0
        self.idle = True
        self._chunk = FIRST_STEPS
        self._queued = Job(self, region, self._work)

    def begin(self, num_steps: float) -> None:
        """Add time steps to do."""
        self.target = self.done + num_steps
        if self.idle:
            self.idle = False
            self.advance()

    def cut(self) -> None:
        """Give up the time steps that were not begun."""
        self.target = self.done

    def advance(self) -> None:
        """Queue the next chunk of steps, if there are any left."""
        if self.control.scheduler.failures:
            return
        if self.done < self.target and not self.control.halts():
            self.pending = 1
            self.control.scheduler.queue.append(self._queued)
        else:
            self.idle = True
            self.region.sync()

    def interrupted(self) -> None:
        """End the run after the last step that was done: Ctrl-C comes between two chunks."""
        self.done = int(self.region.clock[0])
        self.cut()
        self.pending = 0
        self.idle = True
        self.region.sync()

    def _work(self) -> None:
        """Do a chunk of steps."""
        begin = time.perf_counter()
        try:
            ran = self.region.steps(int(min(self._chunk, self.target - self.done)))
        except ModelError:  # before the next step, or after the steps that were done
            self.done = max(self.done + 1, int(self.region.clock[0]))
            raise
        self.done = int(self.region.clock[0])
        pace = max(time.perf_counter() - begin, 1e-9) / ran
        self._chunk = max(1, min(int(CHUNK_SECONDS / pace), GROWTH * self._chunk))
