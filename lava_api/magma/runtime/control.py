"""Requests to end a run, seen by the services that drive the models."""

from __future__ import annotations

import time
from typing import Any

from lava_api.magma.runtime.scheduler import Scheduler


class Control:
    """Scheduler of a program, and whether its run is to end."""

    def __init__(self) -> None:
        self.scheduler = Scheduler()
        self.services: list[Any] = []
        self.reset()

    def reset(self, *, endless: bool = False) -> None:
        """Forget all requests; a new run begins."""
        self.pause_asked = self.stop_asked = False  # from outside, by pause() and stop()
        self.model_asked = ""  # "pause" or "stop" when a model asked
        self.endless = endless
        self._deadline = float("inf")
        self._ask = ""
        self._cuts = endless
        self._last: int | None = None

    def request(self, *, stop: bool) -> None:
        """Note a model's request; stop goes before pause."""
        self.model_asked = "stop" if stop or self.model_asked == "stop" else "pause"

    def ask_at(self, moment: float, what: str, *, cuts: bool = True) -> None:
        """Ask to ``"pause"`` or ``"stop"`` from a moment of :func:`time.monotonic` on.

        Where it does not cut, a number of time steps is done in full; a run without end is cut in any case.
        """
        self._deadline = moment
        self._cuts = cuts or self.endless
        self._ask = what

    def overdue(self) -> bool:
        """Return whether a pause or stop is asked by now."""
        if self._ask and time.monotonic() >= self._deadline:
            self.pause_asked = self._ask == "pause"
            self.stop_asked = self._ask == "stop"
        return self.pause_asked or self.stop_asked

    def halts(self, done: int) -> bool:
        """Return whether no further time step is to begin in a domain that has begun `done`."""
        if self.model_asked or self.scheduler.failures:
            return True
        return bool(self._ask) and done >= self.last()

    def last(self) -> float:
        """Return the last time step to begin where a run is cut: after a pause all domains have done as many."""
        if not (self._cuts and self._ask and self.overdue()):
            return float("inf")
        if self.stop_asked:
            return 0
        if self._last is None:
            self._last = max((service.done for service in self.services), default=0)
        return self._last
