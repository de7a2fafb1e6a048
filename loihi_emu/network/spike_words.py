"""The words in which spikes are refused: whatever was given, the ways to write them are named."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import prod

from loihi_emu.errors import ValidationError, invalid
from loihi_emu.network.shapes import Shape

STEPS = "Times are whole steps: np.round(times / dt).astype(int) makes them of seconds, with dt the seconds of a step."
FLAT = "[times] has the times of one neuron, (times, indices) those of any."
NO_LABEL = "Give the events alone, without their label."


def per_step(shape: Shape, before: str = "") -> str:
    """The shapes that an array of frames may have."""
    flat = f"({before}steps, {prod(shape)})"
    return flat if len(shape) == 1 else f"{flat}, ({before}steps, {', '.join(map(str, shape))})"


def ways(shape: Shape | None) -> str:
    """How spikes are written."""
    number = "each neuron" if shape is None else f"each of the {prod(shape)} neurons"
    frames = "(steps, neurons)" if shape is None else per_step(shape)
    return f"(times, indices), a list with the times of {number}, {{neuron: times}}, or an array of frames {frames}"


def refused(where: str, given: object, shape: Shape | None, advice: str = "") -> ValidationError:
    """The error for a form that is none, or could be two: it names those there are."""
    return invalid(where, "spikes", given, ways(shape), advice=advice)


def refusing(where: str, shape: Shape | None) -> Callable[..., ValidationError]:
    """:func:`refused` for what and, optionally, an advice."""
    return lambda given, advice="": refused(where, given, shape, advice)


@contextmanager
def naming_ways(shape: Shape | None) -> Iterator[None]:
    """Errors raised inside also say how spikes are written, if they do not yet."""
    try:
        yield
    except ValidationError as problem:
        if "{neuron: times}" in str(problem):
            raise
        text = f"{problem} Spikes are {ways(shape)}."
        raise ValidationError(text, where=problem.where, name=problem.name) from None
