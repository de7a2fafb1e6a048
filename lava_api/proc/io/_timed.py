"""Models that do something at regular times."""

from __future__ import annotations

from lava_api.magma.core.model.py.declare import PyLoihiProcessModel, array


class Timed(PyLoihiProcessModel):
    """A model with a management phase every `interval` steps, `offset` steps after the first."""

    interval = offset = array(int)

    def post_guard(self) -> bool:
        return bool((self.time_step - 1) % self.interval.item() == self.offset.item())
