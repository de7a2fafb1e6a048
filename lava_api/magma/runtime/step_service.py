"""StepService: what the services have in common that drive a domain through time steps."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable

from lava_api.magma.runtime.control import Control
from lava_api.magma.runtime.scheduler import Job


class StepService(ABC):
    """Counts time steps; a subclass says what comes next in :meth:`advance`."""

    def __init__(self, control: Control) -> None:
        self.control = control
        self.scheduler = control.scheduler
        self.pending = 0  # jobs of the present phase that have not returned
        self.done = 0  # time steps that were begun
        self.target: float = 0  # time steps to do in all
        self.idle = True  # whether no run is in progress

    def begin(self, num_steps: float) -> None:
        """Add time steps to do."""
        self.target = self.done + num_steps
        if self.idle:
            self.idle = False
            self.advance()

    @abstractmethod
    def advance(self) -> None:
        """Queue the jobs that come next."""

    def cut(self) -> None:
        """Give up the time steps that were not begun."""
        self.target = self.done

    def spawn(self, model: object, method: Callable[[], object]) -> None:
        """Add a job, a method that may wait, for a model to the phase that is running."""
        self.pending += 1
        self.scheduler.queue.append(Job(self, model, method))
