# mypy: allow-untyped-defs, allow-incomplete-defs
"""Leaves of neurons, made from what they do to one block: all that is the same for every model stands here.

A model's function is called for each block of a group, or of a process of a Lava program, as

    step(d, time, b, first, start, m, mask)          spiking(record): the mask says who spikes
    step(d, time, b, first, start, m, mask, out)     graded(record): and `out` what each one sends

with its record, the number of the block, its first neuron, the place of its accumulators in the ring (of the first
port; those of the next are a port's width further), how many neurons it has, and what to write. It returns the OR of
the mask where that says what overflowed, else 0. The leaf clears what arrived, counts, lists who spiked and writes the
message.
"""

from collections.abc import Callable
from typing import Any

from loihi_emu.jit import Leaf, float64s, int32s, kernel, leaf, part, uint8s, whole
from loihi_emu.models import layout as at
from loihi_emu.models.records import Record
from loihi_emu.models.spikes import blocks, count_flags, count_spikes, emit, emit_values, ring_start, write_spikes


@kernel
def clear(d, start, m, ports):
    """Clear what arrived at each port, unless it is a message that others may read."""
    if d.slots and d.flags & at.MESSAGE == 0:
        for port in range(ports):
            part(d.ring, start + port * (d.width // ports), m)[:] = 0


def spiking(record: Record, ports: int = 1, message: str = "int32") -> Callable[[Callable[..., Any]], Leaf]:
    """Make a leaf of neurons that send spikes; as a message to other processes they are numbers of a type."""
    values, size, one = (float64s, 8, 1.0) if message == "float64" else (int32s, 4, 1)

    def made(function: Callable[..., Any]) -> Leaf:
        update = kernel(function)

        def step(address, time):
            group, d = at.GROUP(address), record(address)
            count = 0
            for b in range(blocks(d.n)):
                first = b * at.BLOCK
                m = min(at.BLOCK, d.n - first)
                start, mask = ring_start(group, time, first), uint8s(d.mask, m)
                if update(d, time, b, first, start, m, mask) > at.SPIKED:
                    count_flags(group, mask, first)
                clear(d, start, m, ports)
                if d.index:
                    count = emit(mask, d.mask, first, whole(d.index, d.n), count)
                if d.message:
                    write_spikes(values(d.message + size * first, m), mask, one)
            count_spikes(group, count)

        return _named(step, function)

    return made


def graded(record: Record, ports: int = 1, message: str = "int32") -> Callable[[Callable[..., Any]], Leaf]:
    """Make a leaf of neurons that send values, which are numbers of a type."""
    values, size = (float64s, 8) if message == "float64" else (int32s, 4)

    def made(function: Callable[..., Any]) -> Leaf:
        update = kernel(function)

        def step(address, time):
            group, d = at.GROUP(address), record(address)
            count = 0
            for b in range(blocks(d.n)):
                first = b * at.BLOCK
                m = min(at.BLOCK, d.n - first)
                start, mask = ring_start(group, time, first), uint8s(d.mask, m)
                out = values(d.message + size * first if d.message else d.mask + at.BLOCK, m)
                if update(d, time, b, first, start, m, mask, out) > at.SPIKED:
                    count_flags(group, mask, first)
                clear(d, start, m, ports)
                count = emit_values(d, mask, out, first, count)
            count_spikes(group, count)

        return _named(step, function)

    return made


def _named(step: Callable[[int, int], None], function: Callable[..., Any]) -> Leaf:
    """The leaf, found where the model's function stands."""
    step.__module__, step.__doc__ = function.__module__, function.__doc__
    step.__name__ = step.__qualname__ = function.__name__
    return leaf(step)
