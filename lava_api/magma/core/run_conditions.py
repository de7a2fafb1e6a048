"""How long a process runs."""

from __future__ import annotations

from abc import ABC
from numbers import Integral
from typing import Any

from loihi_emu.errors import ValidationError
from loihi_emu.keywords import known_keywords_of


class AbstractRunCondition(ABC):  # noqa: B024
    """Base of run conditions; ``run()`` of a `blocking` one returns only when the run has ended."""

    def __init__(self, blocking: bool) -> None:
        self.blocking = blocking


@known_keywords_of
class RunSteps(AbstractRunCondition):
    """Run a number of time steps.

    Parameters
    ----------
    num_steps : int
        Number of time steps, 0 or more.
    blocking : bool, default True
        If False, the steps run when something is asked for that needs them: ``wait()``, ``get()``, ``stop()``, ...
    """

    def __init__(self, num_steps: int, blocking: bool = True) -> None:
        super().__init__(blocking)
        self.num_steps = num_steps

    def __repr__(self) -> str:
        return f"RunSteps({self.num_steps}, blocking={self.blocking})"


@known_keywords_of
class RunContinuous(AbstractRunCondition):
    """Run until ``pause()`` or ``stop()``, or until a model asks for one of them.

    There is one thread of control: the steps run inside ``pause()``, ``stop()`` and ``wait()``, and while the caller
    waits for data. ``pause()`` and ``stop()`` run for as long as the caller let pass
    since ``run()``, one step at least.
    """

    def __init__(self) -> None:
        super().__init__(blocking=False)

    def __repr__(self) -> str:
        return "RunContinuous()"


def check_condition(condition: Any) -> None:
    """Raise a ValueError unless a run condition can be run."""
    if isinstance(condition, RunContinuous):
        return
    if not isinstance(condition, RunSteps):
        raise ValidationError(
            f"Wrong type of run_condition: got {condition!r}, allowed are RunSteps(num_steps=n) and RunContinuous()."
        )
    steps = condition.num_steps
    if isinstance(steps, bool) or not isinstance(steps, Integral) or steps < 0:
        raise ValidationError(f"RunSteps, num_steps: got {steps!r}, allowed is an integer from 0.")
