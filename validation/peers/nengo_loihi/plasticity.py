"""Connections that learn as nengo-loihi's do: PES, with one generator for the whole network."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from loihi_emu.image.learner import Learner, describe_words, rows
from loihi_emu.image.projections import SourceView
from loihi_emu.image.recorders import BufferLevels, StateRecorder
from loihi_emu.image.state import State
from loihi_emu.image.target_rings import TargetRing
from loihi_emu.learning.constants import checked
from loihi_emu.models.memory import Arena, Array, Description
from loihi_emu.network.elements import Connection
from loihi_emu.network.network import Network
from loihi_emu.rules.weights import MANTISSA_BITS, dropped_bits
from loihi_emu.validation.peers.nengo_loihi import learning_nengo as to
from loihi_emu.validation.peers.nengo_loihi.generator import KEY
from loihi_emu.validation.peers.nengo_loihi.rule_set import UNIT

LOST = 2
"""Bits that a product of two factors loses to the accumulator's width in that peer."""


class PlasticNengo(Learner):
    """One connection that learns under rules="nengo_loihi"."""

    learning_leaf = f"{to.__name__}:traces"
    second_leaf = f"{to.__name__}:weights"

    def __init__(
        self,
        c: Connection,
        number: int,
        source: SourceView,
        first: int,
        ring: TargetRing,
        target: int,
        network: Network,
    ) -> None:
        super().__init__(c, number, source, first, ring, target, network)
        self.error = dict(c.learning.factors)["y1"]
        self.error_size = (network.populations.get(self.error) or network.inputs[self.error]).size
        self.unit = UNIT + c.weight_exp
        self._starts, self._targets = rows(c)
        ring.need(0)

    # ------------------------------------------------------------ values as users see them
    def start(self, values: Array) -> dict[str, Array]:
        c = self.connection
        kept = self.weight_rule.effective(values.astype(np.int64), c.sign_mode, c.weight_bits, 0).values
        return {"active": np.ascontiguousarray(self.stored_order(kept << self.unit), np.int32).reshape(-1)}

    def mantissas(self, active: Array) -> Array:
        """Mantissas of effective weights (any leading axes), in the order of ``Connection.values``."""
        return self.user_order(active.astype(np.int64) >> self.unit)

    def read(self, state: Mapping[str, Array], variable: str) -> Array:
        """A copy of weights, of the trace, or of the errors of the last update."""
        if variable == "weights":
            return np.ascontiguousarray(self.mantissas(state[f"{self.key}.active"]))
        return state[f"{self.key}.{variable}"].astype(np.int64)

    def recorder(self, arena: Arena, variable: str, every: int, levels: BufferLevels) -> StateRecorder:
        if variable == "weights":
            return self.decoded(arena[f"{self.key}.active"], "active", every, levels, self.mantissas)
        return StateRecorder(arena[f"{self.key}.{variable}"], None, every, levels)

    # ------------------------------------------------------------ memory
    def reserve(self, arena: Arena) -> None:
        active = self.start(self.connection.values)["active"]
        arena.reserve(f"{self.key}.active", max(self.stored, 1), np.int32, active if active.size else 0)
        arena.reserve(f"{self.key}.x1", self.connection.pre.size, np.int32)
        arena.reserve(f"{self.key}.y1", self.connection.post.size, np.int32)
        arena.reserve(f"{self.key}.x0", self.connection.pre.size, np.uint8)

    def check_state(self, state: State) -> None:
        """Weights in their range and at their precision, traces of 7 bits, and spikes of the unfinished epoch alone."""
        key, most = self.key, 1 << (MANTISSA_BITS + self.unit)
        state.within(f"{key}.active", -most, most)
        if self.stored and np.any(state[f"{key}.active"] & ((1 << self.unit) - 1)):
            state.fail(f"{key}.active", "weights that are none", f"multiples of {1 << self.unit}")
        state.within(f"{key}.x1", 0, to.MOST)
        state.within(f"{key}.x0", 0, min(state.clock % to.EPOCH, 1))

    @property
    def weight_bytes(self) -> int:
        return self.stored * 8

    # ------------------------------------------------------------ descriptions
    def leaf(self) -> str:
        return "loihi_emu.models.plasticity.plastic_words:step"

    def describe(self, arena: Arena) -> Description:
        return describe_words(self, arena, arena[f"{self.key}.active"], (self._starts, self._targets))

    def describe_learning(self, arena: Arena, lists: Mapping[str, tuple[SourceView, int]]) -> Description:
        """The description that both leaves of learning share."""
        c = self.connection
        assert c.learning is not None
        d = self.learning_description = Description(to.LEARNING)
        error, first_error = lists[self.error]
        source, first = lists[c.pre.target.name]
        d.pre.count, d.pre.index = source.lists.count, source.lists.index
        d.error.count, d.error.index, d.error.payload = error.lists.count, error.lists.index, error.lists.payload
        mantissa, exponent = checked(self.rule.products["dw"][0], "dw", self.rule.dw or "")
        trace = self.rule.traces["x1"]
        d.pre.first, d.pre.step, d.pre.n = first + c.pre.start, c.pre.step, c.pre.size
        d.error.first, d.error.n, d.post_n = first_error, self.error_size, c.post.size
        d.unit, d.dropped = self.unit, dropped_bits(c.sign_mode, c.weight_bits)
        d.factor, d.shift, d.enabled = mantissa, to.FRACTION + exponent - LOST, int(c.learning.enabled)
        d.rows, d.targets, d.active = self._starts, self._targets, arena[f"{self.key}.active"]
        d.trace, d.fired, d.errors = arena[f"{self.key}.x1"], arena[f"{self.key}.x0"], arena[f"{self.key}.y1"]
        d.keep = np.array([np.exp(-to.EPOCH / float(trace.tau)), float(trace.impulse)])
        d.state, d.updates = arena[KEY], self.updates
        return d
