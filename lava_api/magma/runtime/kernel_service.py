"""KernelService: drives a domain in which every model is a kernel, many time steps at a time."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from lava_api.magma.runtime.scheduler import Job, ModelError
from lava_api.magma.runtime.step_service import StepService

if TYPE_CHECKING:
    from lava_api.magma.kernels.subgraph import Subgraph
    from lava_api.magma.runtime.control import Control

CHUNK_SECONDS = 0.03
"""Time between two looks at Python, about: Ctrl-C and requests are heard within 0.2 s."""
FIRST_STEPS = 8
GROWTH = 4
"""A chunk is at most so many times as long as the one before."""


class KernelService(StepService):
    """Time steps of a domain without Python models: one subgraph.

    A step in which a kernel has to wait for the program around is done phase by phase, so that the others go on as far
    as they can. While the program around has the run go on for what it waits for, steps are done one by one.
    """

    is_eager = True

    def __init__(self, subgraph: Subgraph, control: Control) -> None:
        super().__init__(control)
        self.subgraph = subgraph
        self.midway = False  # whether a step has begun that is not done
        self._chunk = FIRST_STEPS
        waits = bool(subgraph.exchanging or subgraph.hooked)
        self._queued = Job(self, subgraph, self._work, waits)
        self._rest = Job(self, subgraph, self._finish)
        self._next = self._queued

    def advance(self) -> None:
        """Queue the next chunk of steps, if there are any left, or the rest of a step."""
        if self.scheduler.failures:
            return
        if self._next is self._rest or (self.done < self.target and not self.control.halts(self.done)):
            self.pending = 1
            self.scheduler.queue.append(self._next)
        else:
            self.idle = True
            self.midway = False
            self.subgraph.sync()

    def interrupted(self) -> None:
        """End the run after the last step that was done: Ctrl-C comes between two chunks."""
        self.done = int(self.subgraph.clock[0])
        self.cut()
        self.pending = 0
        self.idle = True
        self.subgraph.settle()
        self.subgraph.sync()

    def _work(self) -> None:
        begin = time.perf_counter()
        self.midway = False
        most = int(min(self._chunk, self.target - self.done, max(self.control.last() - self.done, 1)))
        if self.scheduler.is_driven and self.subgraph.exchanging:
            most = 1  # the host waits for what one of them brings
        try:
            ran = self.subgraph.steps(most)
        except ModelError:  # before the next step, or after the steps that were done
            self.done = max(self.done + 1, int(self.subgraph.clock[0]))
            raise
        if not ran:  # something is missing: phase by phase, kernels that do not depend on it go on
            self._step()
            return
        self.done = int(self.subgraph.clock[0])
        pace = max(time.perf_counter() - begin, 1e-9) / ran
        self._chunk = max(1, min(int(CHUNK_SECONDS / pace), GROWTH * self._chunk))

    def _step(self) -> None:
        """Do the spiking phase of a step in which something has to wait."""
        self.midway = True
        self.done += 1
        self._next = self._rest
        self.subgraph.step(self)

    def _finish(self) -> None:
        """Do the other phases of that step."""
        self._next = self._queued
        self.subgraph.finish(self)
