"""Numbers of steps that are to run, and of samples, which are read without parentheses."""

from __future__ import annotations

from typing import Any, NoReturn

import numpy as np

from loihi_emu.errors import NotAFunctionError, invalid
from loihi_emu.numeric import MAX_STEPS, integer, no_number

RUN_STEPS = "Time counts in whole steps, round(seconds / dt): what a step stands for is chosen with the decays."


def steps_of(where: str, steps: object, least: int) -> int:
    """How many steps are to run: a whole number, `least` or more.

    Examples
    --------
    >>> steps_of("run", 10.0, 0)
    10
    """
    if steps is None or isinstance(steps, (str, bytes, bool, np.bool_)):
        raise invalid(where, "steps", repr(steps), f"a whole number, {least} or more", advice=no_number(steps))
    return integer(where, "steps", steps, least, MAX_STEPS, RUN_STEPS)


class SampleCount(int):
    """A number of samples, ``Recording.samples``."""

    def __call__(self, *arguments: Any, **keywords: Any) -> NoReturn:
        """Raise an error that names what was meant."""
        raise NotAFunctionError(
            f"Recording.samples is the number of samples ({int(self)}), without parentheses. "
            "The recording of one sample: recording.sample(k)."
        )
