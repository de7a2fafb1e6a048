"""A closed loop: one step at a time, with events that come just before it, and what the probes saw in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from time import perf_counter
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loihi_emu.errors import unknown
from loihi_emu.image.blocks import Blocks
from loihi_emu.image.build import Image
from loihi_emu.image.sources import InputSource
from loihi_emu.models.inputs import NO_STEP
from loihi_emu.network.elements import name_of
from loihi_emu.read_only import read_only
from loihi_emu.recording.recording import PROBE_FIRST
from loihi_emu.run.control import Pacer
from loihi_emu.run.guard import STEP
from loihi_emu.run.running import Running
from loihi_emu.run.sent_events import read_events, with_room

Array = NDArray[Any]
_STEP = (STEP, "step()")
_NONE: NDArray[np.int32] = np.zeros(0, np.int32)


class Step(int):
    """The number of the step that runs next; called, it runs that step (``Emulator.step``)."""

    emulator: Running

    def __call__(self, events: Mapping[Any, Any] | None = None) -> Seen:
        """Run one step, as ``Emulator.step`` says."""
        emulator = self.emulator
        return emulator._guard.hold(_STEP, advance, emulator, events)

    def __reduce__(self) -> tuple[Any, ...]:
        return int, (int(self),)


@read_only()
class Seen(dict[str, Array]):
    """What probes saw in one step, by name: ``seen["cells"]`` are the neurons that spiked, rising.

    ``seen["cells.v"]`` is a row of state, in steps in which it is recorded. A population serves as its name.

    Attributes
    ----------
    payloads : dict
        By name, where spikes have values: the values of the neurons in ``seen[name]``.

    Examples
    --------
    >>> from loihi_emu import Network, Emulator
    >>> net = Network()
    >>> probe = net.probe(net.population("cells", 3, vth=1, bias=[80, 10, 80]), ["spikes", "v"])
    >>> seen = Emulator(net).step()
    >>> seen["cells"].tolist(), seen["cells.v"].tolist()
    ([0, 2], [0, 10, 0])
    """

    payloads: Mapping[str, Array] = MappingProxyType({})

    def __missing__(self, name: Any) -> Array:
        key = name_of(name)
        if key is not name and key in self:
            return self[key]
        raise unknown("name of what was seen", key, self, advice=f"Probes see spikes and states. {PROBE_FIRST}")


class ClosedLoop:
    """Steps of an image one by one, and what its recorders took in them."""

    def __init__(self, image: Image, pacer: Pacer) -> None:
        self._pacer, self._filled = pacer, image.levels.filled
        self.inputs, self.floats = image.inputs, image.network.rule_set.floats
        self._lists: list[tuple[str, Blocks, int]] = []
        self._values: list[tuple[str, Blocks, int]] = []
        self._rows: list[tuple[str, Blocks, int, Callable[[Array], Array] | None]] = []
        for recorded in image.recorded:
            buffers, decode = recorded.recorder.buffers, recorded.recorder.decode
            if recorded.variable == "spikes":
                self._lists.append((recorded.node, *buffers["index"][:2]))
                if "payload" in buffers:
                    self._values.append((recorded.node, *buffers["payload"][:2]))
            else:
                self._rows.append((recorded.name, *buffers["rows"][:2], decode))

    def run(self, sent: Sequence[InputSource]) -> Seen:
        """Run one step in which these inputs send what they were given."""
        pacer, before = self._pacer, self._filled.tolist()
        try:
            if sent:
                step = pacer.clock[0]
                for source in sent:
                    source.sent.at(step)
            pacer.one()
        except BaseException:  # else the step has taken it
            for source in sent:
                source.sent.at(NO_STEP)
            raise
        return self._seen(before, self._filled.tolist())

    def _seen(self, before: list[int], after: list[int]) -> Seen:
        """What lies between, copied: the block that a step writes to is one that had room for it."""
        seen = Seen()
        for name, blocks, limit in self._lists:
            first, end = before[limit], after[limit]
            seen[name] = blocks.copied(first, end) if first < end else _NONE.copy()
        for name, blocks, limit, decode in self._rows:
            if after[limit] > before[limit]:
                row = blocks.copied(before[limit], after[limit])
                seen[name] = (row if decode is None else np.ascontiguousarray(decode(row)))[0]
        if self._values:
            payloads = {name: blocks.copied(before[limit], after[limit]) for name, blocks, limit in self._values}
            vars(seen)["payloads"] = payloads
        return seen


def advance(emulator: Running, events: Mapping[Any, Any] | None) -> Seen:
    """What a step does, held by the guard."""
    own = vars(emulator)  # quicker than the attributes of what users only read
    loop: ClosedLoop = own["_loop"]
    sent: Sequence[InputSource] = ()
    if events is not None:
        sent, valued = read_events(events, loop.inputs, loop.floats)
        if valued and (grown := with_room(valued, emulator.network)):
            emulator._rebuild(grown)
            loop = own["_loop"]
            sent, valued = read_events(events, loop.inputs, loop.floats)
            for source, _, values in valued:
                if values is not None:
                    source.sent.know(values)
    if own["_sample_steps"] is not None:  # recordings of samples do not go on in those of a run
        emulator._forget()
    before = emulator._counters.snapshot() if own["overflow"] != "chip" else None
    begin = perf_counter()
    try:
        seen = loop.run(sent)
    finally:
        own["_wall"] += perf_counter() - begin
    if before is not None:
        emulator._check_overflow(before)
        emulator._warn_overflow(before)
    return seen
