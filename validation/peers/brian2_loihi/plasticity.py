"""Connections that learn as brian2-loihi's do: traces and weights of every synapse by itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from loihi_emu.image.learner import Learner, rows
from loihi_emu.image.memory import Arena, Array, Description
from loihi_emu.image.projections import Origin
from loihi_emu.image.recorders import DecodedRecorder, Fills, StateRecorder
from loihi_emu.image.sinks import Sink, describe_projection
from loihi_emu.image.state import State
from loihi_emu.learning.grammar import EPOCHS, TRACES, Product
from loihi_emu.learning.table import VARIABLE
from loihi_emu.models import layout as at
from loihi_emu.models import learning_layout as chip
from loihi_emu.network.elements import Connection
from loihi_emu.network.network import Network
from loihi_emu.rules.weights import EFFECTIVE_MAX, dropped_bits
from loihi_emu.validation.peers import delivery
from loihi_emu.validation.peers.brian2_loihi import learning_brian2 as to
from loihi_emu.validation.peers.brian2_loihi.learning_rules import unset_spikes


class PlasticBrian2(Learner):
    """One connection that learns under rules="brian2_loihi"."""

    learning_leaf = f"{to.__name__}:step"
    enabled_word = to.ENABLED

    def __init__(
        self, c: Connection, number: int, origin: Origin, first: int, sink: Sink, target: int, network: Network
    ) -> None:
        super().__init__(c, number, origin, first, sink, target, network)
        self.delay = int(c.delays.max()) if c.delays.size else 0
        self.slots = self.delay + 2  # of spikes under way: one is read while another is written
        self.traces = list(self.rule.traces)
        self._starts, self._targets = rows(c)
        sink.need(0)

    # ------------------------------------------------------------ values as users see them
    def start(self, values: Array) -> dict[str, Array]:
        """What memory holds of weights when they are set."""
        c = self.connection
        mantissas = values.astype(np.int64)
        made = self.weight_rule.effective(mantissas, c.sign_mode, c.weight_bits, c.weight_exp).values
        stored = {"w": mantissas, "active": made}
        return {k: np.ascontiguousarray(self.stored_order(v), np.int32).reshape(-1) for k, v in stored.items()}

    def read(self, arena: Arena, variable: str) -> Array:
        """A copy of weights or of a trace of every synapse (as the peer's monitors see it)."""
        name = "w" if variable == "weights" else f"{variable}.seen"
        return np.ascontiguousarray(self.user_order(arena[f"{self.key}.{name}"].astype(np.int64)))

    def recorder(self, arena: Arena, variable: str, every: int, fills: Fills) -> StateRecorder:
        """A recorder of weights or a trace."""
        name = "w" if variable == "weights" else f"{variable}.seen"
        return DecodedRecorder(
            arena[f"{self.key}.{name}"], every, fills, lambda rows: self.user_order(rows.astype(np.int64))
        )

    # ------------------------------------------------------------ memory
    def reserve(self, arena: Arena) -> None:
        """Ask for weights and traces."""
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
        """Bytes of the synapses."""
        return self.stored * (16 + 8 * len(self.traces))

    # ------------------------------------------------------------ descriptions
    def leaf(self) -> str:
        """Name of the kernel that delivers spikes."""
        return f"{delivery.__name__}:{'postpone' if self.delay else 'deliver'}"

    def describe(self, arena: Arena) -> Description:
        """The description of the delivery."""
        c = self.connection
        d = describe_projection(
            delivery.DELIVER_WORDS, self.origin.lists, self.sink, arena,
            offset=self.origin.offset, graded=c.graded, events=self.events,
        )  # fmt: skip
        d.point(delivery.V_ROWS, self._starts)
        d.point(delivery.V_TARGETS, self._targets)
        d.point(delivery.V_ACTIVE, arena[f"{self.key}.active"])
        numbers = {
            delivery.V_FIRST: self.first, delivery.V_STEP: c.pre.step, delivery.V_N: c.pre.size,
            delivery.V_TARGET: self.target, delivery.V_TARGET_STEP: c.post.step, delivery.V_WAIT: self.delay,
            delivery.V_PENDING_SLOTS: self.slots,
        }  # fmt: skip
        d.point(delivery.V_PENDING, arena[f"{self.key}.pending"] if self.delay else None)
        for word, value in numbers.items():
            d.words[word] = value
        return d

    def describe_learning(self, arena: Arena, lists: Mapping[str, tuple[Origin, int]]) -> Description:
        """The description of the leaf that learns."""
        c, n = self.connection, self.stored
        d = self.learning_description = Description(to.BRIAN2_WORDS)
        for side, part, fired in ((to.PRE_COUNT, c.pre, to.PRE_FIRED), (to.POST_COUNT, c.post, to.POST_FIRED)):
            origin, first = lists[part.target.name]
            for word in (at.S_COUNT, at.S_INDEX):
                d.point(side + word, origin.lists._kept[word])
            d.words[side + 2], d.words[side + 3], d.words[side + 4] = first + part.start, part.step, part.size
            d.point(fired, np.zeros(part.size, np.uint8))
        parameters = np.zeros((to.TRACES, 3))
        for k, name in enumerate(TRACES):
            d.point(to.FLAG + k, np.zeros(2 * n + 1, np.uint8))
            if name in self.traces:
                trace = self.rule.traces[name]
                keep = 1 - 1.0 / float(trace.tau)
                parameters[k] = keep, float(f"{keep:.15g}"), trace.impulse
                d.point(to.NOW + k, arena[f"{self.key}.{name}"])
                d.point(to.SEEN + k, arena[f"{self.key}.{name}.seen"])
        d.point(to.TAU, parameters)
        d.point(to.SOURCE, np.repeat(np.arange(c.pre.size, dtype=np.int32), np.diff(self._starts)))
        d.point(to.TARGET, self._targets)
        d.point(to.WEIGHTS, arena[f"{self.key}.w"])
        d.point(to.ACTIVE, arena[f"{self.key}.active"])
        low, high = self.weight_rule.ranges[c.sign_mode]
        numbers: dict[int, Any] = {
            to.SYNAPSES: n, to.EXPONENT: c.weight_exp, to.STEP: 1 << dropped_bits(c.sign_mode, c.weight_bits),
            to.LOW: low, to.HIGH: high, to.ENABLED: int(c.learning.enabled),
            to.SEED: self.seed, to.STREAM: self.number,
        }  # fmt: skip
        for word, value in numbers.items():
            d.words[word] = value
        d.point(to.RANDOM, np.array([-1.0 if self.rule.random is None else float(self.rule.random)]))
        d.point(to.SAMPLE, arena["sample"])
        if self.delay:
            d.point(to.PENDING, arena[f"{self.key}.pending"])
            d.point(to.RING, self.sink.array(arena))
            d.point(to.EVENTS, self.events)
            d.words[to.SLOTS], d.words[to.RING_SLOTS], d.words[to.RING_N] = self.slots, self.sink.slots, self.sink.n
            d.words[to.FIRST_TARGET], d.words[to.TARGET_STEP] = self.target, c.post.step
        d.point(to.DRAWS, np.zeros(n + 1, np.uint32))
        products, unset = self.rule.products["dw"], unset_spikes(self.rule)
        d.words[to.PRODUCTS] = len(products)
        d.point(to.TABLE, np.array([_row(p, unset) for p in products], np.int64))
        d.point(to.SCALES, np.array([_scale(p, unset) for p in products]))
        return d


def _scale(product: Product, unset: set[str]) -> float:
    """The constants of a product, with those beside spikes that are always 0."""
    scale = 0.0 if product.gate in unset else float(product.scale)
    for f in product.factors:
        if f.variable in unset:
            scale *= np.sign(f.constant) if f.sign else f.constant
    return scale


def _row(product: Product, unset: set[str]) -> Array:
    """The words of one product; its scale stands apart."""
    words = np.zeros(to.PRODUCT_WORDS, np.int64)
    factors = [f for f in product.factors if f.variable not in {*EPOCHS, *unset}]
    names = {product.gate, *(f.variable for f in product.factors)} & set(EPOCHS)
    words[to.Q_GATE] = {"x0": chip.GATE_X, "y0": chip.GATE_Y}.get(product.gate, chip.GATE_U)
    words[to.Q_EPOCHS] = sum(1 << int(name[1:]) for name in names)
    words[to.Q_HALVES], words[to.Q_COUNT] = product.halves, len(factors)
    for k, factor in enumerate(factors):
        place = to.Q_FIRST + 3 * k
        words[place : place + 3] = VARIABLE[factor.variable], factor.constant, factor.sign
    return words
