"""Neurons: kernels whose leaf is that of a neuron model of networks."""

from __future__ import annotations

from typing import Any

from lava_api.magma.kernels.leaf_calls import Calls
from lava_api.magma.kernels.messages import Message
from lava_api.magma.kernels.neuron_records import Parameters, neuron_description
from lava_api.magma.kernels.scheduled import Clearing
from lava_api.magma.kernels.vector import Vector
from lava_api.magma.kernels.wanted import Feeds
from loihi_emu.models import layout


class Neurons(Vector, Clearing):
    """A kernel of a leaf of :mod:`loihi_emu.models.neurons`, with one output.

    Of several inputs each has the address that the leaf reads by the name of the port.
    """

    listed = True  # the leaf lists what is not 0, for models whose messages are mostly 0
    list_can_lack = False  # the leaf does without the list where nobody reads it

    def outputs(self) -> dict[str, Message]:
        d_type = type(self.model).s_out.d_type
        self.messages = {"s_out": Message(self.process.s_out.shape, d_type, listed=self.listed)}
        return self.messages

    def clears(self, port: str, kind: int) -> bool:
        return len(self.inputs) == 1  # of several, one may be another's too

    def calls(self, feeds: Feeds) -> Calls:
        sent = self.messages["s_out"]
        states = {name: getattr(self.model, name) for name in self.states}
        out = sent.data if sent.wanted else None
        first = feeds[self.inputs[0]]
        lists = None if self.list_can_lack and not sent.list_wanted else sent.lists
        self.d = neuron_description(self.record, self.n, lists, states, first.data, out)
        self.d.flags = 0 if first.cleared else layout.MESSAGE
        for name in self.inputs if len(self.inputs) > 1 else ():
            self.d.point(name, feeds[name].data)
        self._writer = Parameters(self.d, self.n)
        self.describe(feeds)
        return [(self.leaf, self.d)]

    def put(self, name: str, values: Any) -> None:
        self._writer.put(name, values)
