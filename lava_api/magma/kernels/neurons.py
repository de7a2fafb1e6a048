"""Neurons: kernels whose leaf is that of a neuron model of networks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lava_api.magma.kernels.base import Parameters, neuron_description
from lava_api.magma.kernels.messages import Feed, Message
from lava_api.magma.kernels.vector import Vector
from loihi_emu.models import layout
from loihi_emu.models.memory import Description


class Neurons(Vector):
    """A kernel of a leaf of :mod:`loihi_emu.models.neurons`, with one input and one output.

    Attributes
    ----------
    listed : bool
        Whether the leaf lists what is not 0, for models whose messages are mostly 0.
    """

    listed = True

    def outputs(self) -> dict[str, Message]:
        """What is sent."""
        d_type = type(self.model).s_out.d_type
        self.messages = {"s_out": Message(self.process.s_out.shape, d_type, listed=self.listed)}
        return self.messages

    def clears(self, port: str, kind: int) -> bool:
        return True

    def calls(self, feeds: dict[str, Feed]) -> Iterable[tuple[str, Description]]:
        sent = self.messages["s_out"]
        states = {name: getattr(self.model, name) for name in self.states}
        out = sent.data if sent.wanted else None
        self.d, _ = neuron_description(self.record, self.n, sent.lists, states, feeds["a_in"].data, out)
        self.d.flags = 0 if feeds["a_in"].cleared else layout.MESSAGE
        self.parameters = Parameters(self.d, self.n)
        return [(self.leaf, self.d)]

    def put(self, name: str, values: Any) -> None:
        """Write a parameter, one value or one per element."""
        self.parameters.put(name, values)
