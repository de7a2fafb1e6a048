# mypy: allow-untyped-defs, allow-incomplete-defs
"""Leaves of neurons, made from what they do to one block: all that is the same for every model stands here.

A model's function is called for each block of a group, or of a process of a Lava program, with arrays of the block's
neurons, each by the name that it has in the model's record:

    spiking(record): step(u, v, a_in, keep_u, keep_v, vth, mask)         the mask says who spikes
    graded(record):  step(u, v, a_in, keep_u, keep_v, vth, mask, out)    and `out` what each one sends

State is written in place; a parameter has one value a neuron; a port (``a_in``, or those of the model) has what
arrived at it. Further names that can be asked for are ``time``, the step, and ``d``, the record. The function returns
the OR of the mask where that says what overflowed, else 0. The leaf clears what arrived, counts, lists who spiked and
writes the message.
"""

from collections.abc import Callable
from typing import Any

from loihi_emu.jit import Leaf, block, float64s, int32s, kernel, part, uint8s, whole
from loihi_emu.models import layout as at
from loihi_emu.models.by_name import call_by_name, plain
from loihi_emu.models.spikes import blocks, count_flags, count_spikes, emit, emit_values, ring_start, write_spikes


class NeuronLeaf(Leaf):
    """A leaf that knows the record it reads, and whether it sends values."""

    def __init__(self, function: Callable[[int, int], None], record: at.NeuronRecord, *, graded: bool) -> None:
        super().__init__(function)
        self.record, self.graded = record, graded


Made = Callable[[Callable[..., Any]], NeuronLeaf]
ARRAYS = {"array": "part(d.{0}, first, m)", "blocks": "block(d.{0}, b, m)"}
"""A block of an array of the record, by its form."""
ALWAYS = ("d", "time", "mask")
"""What every function can ask for beside arrays of its record."""


@kernel
def clear(d, start, m, ports):
    """Clear what arrived at each port, unless it is a message that others may read."""
    if d.slots and d.flags & at.MESSAGE == 0:
        for port in range(ports):
            part(d.ring, start + port * (d.width // ports), m)[:] = 0


def spiking(record: at.NeuronRecord, message: str = "int32") -> Made:
    """Make a leaf of neurons that send spikes; as a message to other processes they are numbers of a type."""
    values, size, one = (float64s, 8, 1.0) if message == "float64" else (int32s, 4, 1)

    @kernel
    def send(d, mask, first, m, count):
        if d.index:
            count = emit(mask, d.mask, first, whole(d.index, d.n), count)
        if d.message:
            write_spikes(values(d.message + size * first, m), mask, one)
        return count

    return lambda function: _leaf(function, record, {}, send)


def graded(record: at.NeuronRecord, message: str = "int32") -> Made:
    """Make a leaf of neurons that send values, which are numbers of a type."""
    values, size = (float64s, 8) if message == "float64" else (int32s, 4)

    @kernel
    def sent(d, first, m):
        return values(d.message + size * first if d.message else d.mask + at.BLOCK, m)

    @kernel
    def send(d, mask, first, m, count):
        return emit_values(d, mask, sent(d, first, m), first, count)

    return lambda function: _leaf(function, record, {"out": sent}, send)


def _leaf(function: Callable[..., Any], record: at.NeuronRecord, more: dict[str, Any], send: Any) -> NeuronLeaf:
    """The leaf of a model's function, found where that stands."""
    update, count_of_ports = _by_name(function, record, more), len(record.ports)

    def step(address, time):
        group, d = at.GROUP(address), record(address)
        count = 0
        for b in range(blocks(d.n)):
            first = b * at.BLOCK
            m = min(at.BLOCK, d.n - first)
            start, mask = ring_start(group, time, first), uint8s(d.mask, m)
            if update(d, time, b, first, start, m, mask) > at.SPIKED:
                count_flags(group, mask, first)
            clear(d, start, m, count_of_ports)
            count = send(d, mask, first, m, count)
        count_spikes(group, count)

    model = plain(function)
    step.__module__, step.__doc__ = model.__module__, model.__doc__
    step.__name__ = step.__qualname__ = model.__name__
    return NeuronLeaf(step, record, graded=bool(more))


def _by_name(function: Callable[..., Any], record: at.NeuronRecord, more: dict[str, Any]) -> Any:
    """A kernel that calls a model's function for one block, each argument by its name."""
    known = {name: ARRAYS[f.form].format(name) for name, f in record.fields.items() if name not in at.GROUP.fields}
    known |= {port: f"part(d.{port if len(record.ports) > 1 else 'ring'}, start, m)" for port in record.ports}
    known |= {name: f"{name}(d, first, m)" for name in more} | {name: name for name in ALWAYS}
    takes = "d, time, b, first, start, m, mask"
    return call_by_name(function, takes, known, {"part": part, "block": block, **more})
