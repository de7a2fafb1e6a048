"""Connections that learn as brian2-loihi's do: traces and weights of every synapse by itself."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from loihi_emu.image.learner import Learner, describe_words, rows
from loihi_emu.image.projections import SourceView
from loihi_emu.image.recorders import BufferLevels, StateRecorder
from loihi_emu.image.state import State
from loihi_emu.image.target_rings import TargetRing
from loihi_emu.learning.grammar import EPOCHS, TRACES, RuleProduct
from loihi_emu.learning.table import VARIABLE
from loihi_emu.models.memory import Arena, Array, Description, Table
from loihi_emu.models.plasticity import learning_layout as chip
from loihi_emu.network.elements import Connection
from loihi_emu.network.network import Network
from loihi_emu.rules.weights import EFFECTIVE_MAX, dropped_bits
from loihi_emu.validation.peers.brian2_loihi import learning_brian2 as to
from loihi_emu.validation.peers.brian2_loihi.learning_rules import unset_spikes


class PlasticBrian2(Learner):
    """One connection that learns under rules="brian2_loihi"."""

    learning_leaf = f"{to.__name__}:step"

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
        self.delay = c.longest_delay
        self.slots = self.delay + 2  # of spikes under way: one is read while another is written
        self.traces = list(self.rule.traces)
        self._starts, self._targets = rows(c)
        ring.need(0)

    # ------------------------------------------------------------ values as users see them
    def start(self, values: Array) -> dict[str, Array]:
        c = self.connection
        mantissas = values.astype(np.int64)
        made = self.weight_rule.effective(mantissas, c.sign_mode, c.weight_bits, c.weight_exp).values
        stored = {"w": mantissas, "active": made}
        return {k: np.ascontiguousarray(self.stored_order(v), np.int32).reshape(-1) for k, v in stored.items()}

    def read(self, state: Mapping[str, Array], variable: str) -> Array:
        """A copy of weights or of a trace of every synapse (as the peer's monitors see it)."""
        name = "w" if variable == "weights" else f"{variable}.seen"
        return np.ascontiguousarray(self.user_order(state[f"{self.key}.{name}"].astype(np.int64)))

    def size(self, variable: str) -> int:
        return self.connection.synapses

    def recorder(self, arena: Arena, variable: str, every: int, levels: BufferLevels) -> StateRecorder:
        name = "w" if variable == "weights" else f"{variable}.seen"
        array = arena[f"{self.key}.{name}"]
        return self.decoded(array, name, every, levels, lambda rows: self.user_order(rows.astype(np.int64)))

    # ------------------------------------------------------------ memory
    def reserve(self, arena: Arena) -> None:
        n = max(self.stored, 1)
        for name, values in self.start(self.connection.values).items():
            arena.reserve(f"{self.key}.{name}", n, np.int32, values if values.size else 0)
        for name in self.traces:
            arena.reserve(f"{self.key}.{name}", n, np.int32)
            arena.reserve(f"{self.key}.{name}.seen", n, np.int32)
        if self.delay:
            arena.reserve(f"{self.key}.pending", (self.slots, self.connection.pre.size), np.uint8)

    def check_state(self, state: State) -> None:
        """Weights in their range, traces of 7 bits, and effective weights that are of these mantissas."""
        key, c = self.key, self.connection
        state.within(f"{key}.w", *self.weight_rule.ranges[c.sign_mode])
        for name in self.traces:
            for part in (name, f"{name}.seen"):
                state.within(f"{key}.{part}", 0, to.MOST)
        stored = state[f"{key}.w"].astype(np.int64)
        exponent = c.weight_exp
        learned = np.clip(stored << exponent if exponent >= 0 else stored >> -exponent, -EFFECTIVE_MAX, EFFECTIVE_MAX)
        given = self.weight_rule.effective(stored, c.sign_mode, c.weight_bits, exponent).values
        active = state[f"{key}.active"]
        if self.stored and np.any((active != learned) & (active != given)):
            state.fail(f"{key}.active", "other weights than those that are stored", "the effective ones")

    @property
    def weight_bytes(self) -> int:
        return self.stored * (16 + 8 * len(self.traces))

    # ------------------------------------------------------------ descriptions
    def leaf(self) -> str:
        return f"{to.__name__}:postpone" if self.delay else "loihi_emu.models.plasticity.plastic_words:step"

    def describe(self, arena: Arena) -> Description:
        places, active = (self._starts, self._targets), arena[f"{self.key}.active"]
        if not self.delay:
            return describe_words(self, arena, active, places)
        d = describe_words(self, arena, active, places, to.POSTPONED)
        d.wait, d.pending_slots, d.pending = self.delay, self.slots, arena[f"{self.key}.pending"]
        return d

    def describe_learning(self, arena: Arena, lists: Mapping[str, tuple[SourceView, int]]) -> Description:
        c, n = self.connection, self.stored
        d = self.learning_description = Description(to.LEARNING)
        for side, part in ((d.pre, c.pre), (d.post, c.post)):
            source, first = lists[part.target.name]
            side.count, side.index, side.fired = source.lists.count, source.lists.index, np.zeros(part.size, np.uint8)
            side.first, side.step, side.n = first + part.start, part.step, part.size
        parameters = np.zeros((to.TRACES, 3))
        for k, (name, memory) in enumerate(zip(TRACES, d.traces, strict=True)):
            memory.flag = np.zeros(2 * n + 1, np.uint8)
            if name in self.traces:
                trace = self.rule.traces[name]
                keep = 1 - 1.0 / float(trace.tau)
                parameters[k] = keep, float(f"{keep:.15g}"), trace.impulse
                memory.now, memory.seen = arena[f"{self.key}.{name}"], arena[f"{self.key}.{name}.seen"]
        d.tau = parameters
        d.synapses, d.target = n, self._targets
        d.source = np.repeat(np.arange(c.pre.size, dtype=np.int32), np.diff(self._starts))
        d.weights, d.active = arena[f"{self.key}.w"], arena[f"{self.key}.active"]
        d.exponent, d.step = c.weight_exp, 1 << dropped_bits(c.sign_mode, c.weight_bits)
        (d.low, d.high), d.enabled = self.weight_rule.ranges[c.sign_mode], int(c.learning.enabled)
        d.seed, d.stream, d.sample = self.seed, self.number, arena["sample"]
        d.random = np.array([-1.0 if self.rule.random is None else float(self.rule.random)])
        if self.delay:
            d.pending, d.slots, d.events = arena[f"{self.key}.pending"], self.slots, self.events
            d.ring, d.ring_slots, d.ring_n = self.ring.array(arena), self.ring.slots, self.ring.n
            d.first_target, d.target_step = self.target, c.post.step
        d.draws = np.zeros(n + 1, np.uint32)
        products, unset = self.rule.products["dw"], unset_spikes(self.rule)
        d.products, d.product_count = Table(to.PRODUCT, len(products)), len(products)
        for memory, product in zip(d.products, products, strict=True):
            _describe(memory, product, unset)
        return d


def _scale(product: RuleProduct, unset: set[str]) -> float:
    """The constants of a product, with those beside spikes that are always 0."""
    scale = 0.0 if product.gate in unset else float(product.scale)
    for f in product.factors:
        if f.variable in unset:
            scale *= np.sign(f.constant) if f.sign else f.constant
    return scale


def _describe(d: Description, product: RuleProduct, unset: set[str]) -> None:
    """Write the record of one product."""
    factors = [f for f in product.factors if f.variable not in {*EPOCHS, *unset}]
    names = {product.gate, *(f.variable for f in product.factors)} & set(EPOCHS)
    d.gate = {"x0": chip.GATE_X, "y0": chip.GATE_Y}.get(product.gate, chip.GATE_U)
    d.epochs = sum(1 << int(name[1:]) for name in names)
    d.halves, d.count, d.scale = product.halves, len(factors), np.array([_scale(product, unset)])
    for term, factor in zip(d.factors, factors, strict=False):
        term.variable, term.constant, term.sign = VARIABLE[factor.variable], factor.constant, factor.sign
