"""Requests to end a run, seen by the services that drive the models."""

from __future__ import annotations

import time

from lava_api.magma.runtime.scheduler import Scheduler


class Control:
    """Scheduler of a program, and whether its run is to end.

    Attributes
    ----------
    pause_asked, stop_asked : bool
        Asked from outside, by ``pause()`` and ``stop()``.
    model_asked : str
        ``"pause"`` or ``"stop"`` when a model asked, else empty.
    endless : bool
        Whether the run has no number of time steps.
    """

    def __init__(self) -> None:
        self.scheduler = Scheduler()
        self.reset()

    def reset(self, *, endless: bool = False) -> None:
        """Forget all requests; a new run begins."""
        self.pause_asked = False
        self.stop_asked = False
        self.model_asked = ""
        self.endless = endless
        self._deadline = float("inf")
        self._ask = ""

    def request(self, *, stop: bool) -> None:
        """Note a model's request; stop goes before pause."""
        self.model_asked = "stop" if stop or self.model_asked == "stop" else "pause"

    def ask_at(self, moment: float, what: str) -> None:
        """Ask to pause or stop from a moment of :func:`time.monotonic` on."""
        self._deadline = moment
        self._ask = what

    def overdue(self) -> bool:
        """Return whether a pause or stop is asked by now."""
        if self._ask and time.monotonic() >= self._deadline:
            self.pause_asked = self._ask == "pause"
            self.stop_asked = self._ask == "stop"
        return self.pause_asked or self.stop_asked

    def halts(self) -> bool:
        """Return whether no further time step is to begin; a number of steps is done in full."""
        return bool(self.model_asked or self.scheduler.failures) or (self.endless and self.overdue())
