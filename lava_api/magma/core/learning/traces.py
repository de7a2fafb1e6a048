"""Arithmetic of traces within an epoch.

Traces of one side are a matrix, traces by neurons; impulses and decay factors are one per trace. A course has the
traces at the steps 0..T of an epoch, of which step 0 is the end of the epoch before.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from lava_api.magma.core.learning.utils import stochastic_round
from loihi_emu.models.memory import Array
from loihi_emu.widths import TRACE_MAX


def add_impulse(traces: Array, random: float, whole: Array, fraction: Array) -> Array:
    """Add an impulse to integer traces, rounding up where `random` is below its fraction; they saturate at 127.

    `random` is 0..127, or 0 to round up always when there is a fraction; the impulse is from ``split_impulses``.
    """
    return np.clip(stochastic_round(traces + whole, random, fraction), 0, TRACE_MAX)


def decay(traces: Array, factors: Array, random: float) -> Array:
    """Multiply integer traces with factors, rounding up where `random` in [0, 1) is below what is behind the point."""
    exact = factors * traces
    return stochastic_round(np.floor(exact), random, exact % 1)


def integer_course(
    traces: Array, times: Array, steps: int, factors: Array, impulses: tuple[Array, Array], randoms: tuple[float, float]
) -> Array:
    """Return the course of integer traces within an epoch, of shape (T + 1, traces, neurons).

    Parameters
    ----------
    traces : ndarray of int, shape (traces, neurons)
        At its beginning.
    times : ndarray of int, shape (neurons,)
        Step 1..T in which the neuron spiked last, 0 for none.
    steps : int
        Length T of the epoch.
    factors, impulses
        From ``decay_factors``, shape (traces,), and ``split_impulses`` (:mod:`loihi_emu.learning.lava_table`).
    randoms : tuple
        Random numbers for decay and for impulses.
    """
    course = np.empty((steps + 1, *traces.shape), np.int64)
    course[0] = traces
    whole, fraction = (part[:, None] for part in impulses)
    for step in range(1, steps + 1):
        decayed = decay(course[step - 1], factors[:, None], randoms[0])
        course[step] = np.where(times == step, add_impulse(decayed, randoms[1], whole, fraction), decayed)
    return course


def float_course(traces: Array, times: Array, steps: int, factors: Array, impulses: Array) -> Array:
    """Return the course of floating-point traces within an epoch; parameters as in :func:`integer_course`."""
    course = np.empty((steps + 1, *traces.shape))
    course[0] = traces
    for step in range(1, steps + 1):
        decayed = factors[:, None] * course[step - 1]
        course[step] = np.where(times == step, decayed + impulses[:, None], decayed)
    return course


def at_dependencies(
    names: Iterable[str], courses: tuple[Array, Array], times: tuple[Array, Array], rows: Array, columns: Array
) -> dict[str, Array]:
    """Return, by name, traces at the steps in which rules read them, for synapses from `columns` to `rows`.

    A product that depends on x0 reads traces when the source spiked, one on y0 when the target did, one on u at the end
    of the epoch.

    Parameters
    ----------
    names : iterable of str
        ``"<trace>_<dependency>"``, such as ``"y1_x0"``.
    courses : tuple of ndarray
        Of the traces x1, x2 of the sources, and y1, y2, y3 of the targets.
    times : tuple of ndarray of int
        Steps of the last spikes, of the sources and of the targets.
    rows, columns : ndarray of int
        Targets and sources, of shapes that broadcast.
    """
    found = {}
    for name in names:
        trace, dependency = name.split("_")
        course, neurons = (courses[0], columns) if trace[0] == "x" else (courses[1], rows)
        step: Any = {"x0": times[0][columns], "y0": times[1][rows], "u": -1}[dependency]
        found[name] = course[step, int(trace[1]) - 1, neurons]
    return found
