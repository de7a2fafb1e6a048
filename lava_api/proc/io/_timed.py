"""Processes and models that do something at regular times."""

from __future__ import annotations

from typing import Any

from lava_api.magma.core.model.py.declare import PyLoihiProcessModel, array
from lava_api.proc._checks import checked_interval
from lava_api.proc._process import AbstractProcess, Var


class Regular(AbstractProcess):
    """A process that acts at the steps t (the first is 1) with ``(t - 1) % interval == offset % interval``."""

    def __init__(self, *, interval: int, offset: int, **kwargs: Any) -> None:
        checked_interval(self, "interval", interval)
        super().__init__(interval=interval, offset=offset, **kwargs)
        self.interval = Var((1,), init=interval)
        self.offset = Var((1,), init=offset % interval)


class Timed(PyLoihiProcessModel):
    """A model with a management phase every `interval` steps, `offset` steps after the first."""

    interval = offset = array(int)

    def post_guard(self) -> bool:
        return bool((self.time_step - 1) % self.interval.item() == self.offset.item())
