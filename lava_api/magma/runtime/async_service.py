"""AsyncService: starts the models of a domain that run on their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from lava_api.magma.core.model.py.base import ask_at, take_request
from lava_api.magma.runtime.isolation import entered
from lava_api.magma.runtime.scheduler import Job

if TYPE_CHECKING:
    from lava_api.magma.runtime.control import Control

ENDLESS = 2**63 - 1
"""`num_steps` of a run without end, as in Lava (``sys.maxsize``)."""


class AsyncService:
    """Runs ``run_async()`` of its models, which are in order of their processes' creation, once per run.

    `managed` is what other services do in management phases; here there are none.
    """

    def __init__(self, models: list[Any], managed: list[Any], control: Control) -> None:
        self.models = models
        self.control = control
        self.pending = 0
        self.done = 0
        self.idle = True
        for model in models:
            ask_at(self, model)

    def begin(self, num_steps: float) -> None:
        """Start the models, unless they are at work still."""
        if not self.idle:
            return
        self.idle = False
        self.pending = len(self.models)
        for model in self.models:
            model.num_steps = ENDLESS if num_steps == float("inf") else int(num_steps)
            self.control.scheduler.queue.append(Job(self, model, entered(model, self._job(model))))

    def _job(self, model: Any) -> Callable[[], None]:

        def job() -> None:
            model.run_async()
            while request := take_request(model):
                self.control.request(stop=request == "stop")

        return job

    def cut(self) -> None:
        """Do nothing: the models decide when they end."""

    def advance(self) -> None:
        """Note that all models have returned."""
        self.idle = True

    def asked_to_stop(self) -> bool:
        """Let others go on, and return whether the program is to be stopped."""
        return self._asked("stop_asked")

    def asked_to_pause(self) -> bool:
        """Let others go on, and return whether the program is to be paused."""
        return self._asked("pause_asked")

    def _asked(self, request: str) -> bool:
        """Return whether something is asked; a failure elsewhere, or a model's request, asks for both."""
        control = self.control
        control.scheduler.give_way()
        control.overdue()
        return bool(getattr(control, request) or control.model_asked or control.scheduler.failures)
