# mypy: allow-untyped-defs, allow-incomplete-defs
"""Traces of Lava's learning through an epoch, in any arithmetic: what replaces them, their courses, where they end."""

from collections.abc import Callable
from typing import Any

import numpy as np

from loihi_emu.jit import Leaf, int32s, kernel, leaf, whole
from loihi_emu.models.lava import learning_layout as at

i64 = np.int64


@kernel
def neuron_of(side, event):
    """The neuron of a side that an event is of, -1 if it is of none."""
    away = i64(side.index[event]) - side.first
    step = side.step
    return away // step if 0 <= away < side.n * step and away % step == 0 else i64(-1)


@kernel
def is_driven(trace):
    """Whether something replaces a trace in every step."""
    return trace.received != 0 or trace.factor.size != 0


@kernel
def whole_value(factor, event):
    """The payload of a third factor's event, in integers."""
    return i64(int32s(factor.payload + 4 * event, 1)[0]) if factor.payload else i64(1)


@kernel
def targets_of_event(factor, event, own, n):
    """Which of n neurons, from the side's own-th on, a third factor's event reaches: first and end.

    It is one, or all from a node of one neuron.
    """
    which = i64(factor.index[event]) - factor.first
    if which < 0 or which >= factor.size:
        return i64(0), i64(0)
    if factor.size == 1:
        return i64(0), n
    return max(which - own, 0), min(which - own + 1, n)


@kernel
def forget_spikes(side):
    """Forget who spiked in an epoch that has ended."""
    whole(side.spiked_at, side.n)[:] = 0
    whole(side.spiked, side.n)[:] = 0


@leaf
def forget(address, time):
    """Let the next epoch of divided traces begin, when an epoch has ended and all have changed their synapses."""
    d = at.LEARNING(address)
    if (time - d.start + 1) % d.epoch == 0:
        forget_spikes(d.pre)


def tracer(module: str, values: Any, messages: Any, note: Any, value: Any, side_courses: Any, keep_last: Any) -> Leaf:
    """Make the leaf ``step`` of a module.

    Parameters
    ----------
    module : str
    values, messages
        Views of traces, and of messages that replace them.
    note : kernel
        ``(d, now, time)``: take in the spikes of step `now` of the epoch.
    value : kernel
        ``(factor, event)``: the payload of a third factor's event.
    side_courses, keep_last : kernel
        Of :func:`courses`.
    """

    @kernel
    def take_over(factor, y, own):
        """Replace a trace by the payloads of its third factor, 0 where there is none in this step."""
        y[:] = 0
        for k in range(factor.count[0]):
            low, high = targets_of_event(factor, k, own, y.shape[0])
            for i in range(low, high):
                y[i] += value(factor, k)

    def step(address, time):
        """Take in this step's spikes, and third factors; follow divided traces where an epoch ends."""
        d = at.LEARNING(address)
        note(d, (time - d.start) % d.epoch + 1, time)
        n = d.post.n
        for m in range(3):
            trace = d.post.traces[m]
            if trace.received:
                y, received = values(trace.now, n), messages(trace.received, n)
                for i in range(n):
                    y[i] = received[i]
            elif trace.factor.size:
                take_over(trace.factor, values(trace.now, n), d.post.low)
        if d.divided and (time - d.start + 1) % d.epoch == 0:
            for side in range(2):
                side_courses(d.pre if side == 0 else d.post, 2 + side, d.epoch)
                keep_last(d.pre if side == 0 else d.post, 2 + side, d.epoch)

    return named_leaf(module, step)


def courses(values: Any, kept: Any, size: int, follow: Any) -> tuple[Any, Any]:
    """Make two kernels, ``(side, traces, steps)``: the courses of a side's traces in an epoch, and where they end.

    Parameters
    ----------
    values, kept
        Views of traces, and of their courses.
    size : int
        Bytes of an element of a course.
    follow : kernel
        ``(side, m, before, course, step)``: trace m in one step of the epoch, from what it was in the step before.
    """

    @kernel
    def side_courses(side, traces, steps):
        n, row = side.n, size * side.size
        for m in range(traces):
            if side.traces[m].now:
                course, start = kept(side.course + row * m, n), values(side.traces[m].now, n)
                for i in range(n):
                    course[i] = start[i]
                for step in range(1, steps + 1):
                    before, course = course, kept(side.course + row * (step * traces + m), n)
                    follow(side, m, before, course, step)

    @kernel
    def keep_last(side, traces, steps):
        n, row = side.n, size * side.size
        for m in range(traces):
            if side.traces[m].now and not is_driven(side.traces[m]):
                now, last = values(side.traces[m].now, n), kept(side.course + row * (traces * steps + m), n)
                for i in range(n):
                    now[i] = last[i]

    return side_courses, keep_last


def named_leaf(module: str, function: Callable[[int, int], None]) -> Leaf:
    """A leaf, found in a module by the name of its function."""
    function.__module__, function.__qualname__ = module, function.__name__
    return leaf(function)
