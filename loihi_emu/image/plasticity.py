"""Connections that learn, by the chip's rule set: their memory, their delivery, and the leaf that changes them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from loihi_emu.decay import nearest_decay
from loihi_emu.image.learner import Learner
from loihi_emu.image.projections import Origin
from loihi_emu.image.recorders import DecodedRecorder, Fills, StateRecorder
from loihi_emu.image.sinks import Sink, describe_projection
from loihi_emu.image.state import State
from loihi_emu.learning.grammar import TRACES
from loihi_emu.learning.rule import FRACTION_BITS, Trace
from loihi_emu.learning.table import table_of
from loihi_emu.models.memory import Arena, Array, Description, aligned
from loihi_emu.models.plasticity import learning_layout as to
from loihi_emu.models.plasticity.plastic import LIMIT
from loihi_emu.network.elements import Connection
from loihi_emu.network.network import Network
from loihi_emu.rules.weights import dropped_bits
from loihi_emu.widths import DECAY_UNITY

TRACE_MAX = 127


class Plastic(Learner):
    """One connection that learns by the chip's rules."""

    learning_leaf = "loihi_emu.models.plasticity.learning:step"
    learning_record = to.LEARNING

    def __init__(
        self, c: Connection, number: int, origin: Origin, first: int, sink: Sink, target: int, network: Network
    ) -> None:
        super().__init__(c, number, origin, first, sink, target, network)
        rule = self.rule
        self._sizes = {name: node.size for name, node in [*network.populations.items(), *network.inputs.items()]}
        (self.low, self.high), self.unit = self.weight_rule.ranges[c.sign_mode], int(c.sign_mode == "mixed")
        self.dropped = dropped_bits(c.sign_mode, c.weight_bits)
        self.learns_delays, self.has_tags = rule.dd is not None, rule.dt is not None or "t" in rule.used
        self.has_delays = self.learns_delays or c.varied or "d" in rule.used
        self.longest = network.max_delay if self.learns_delays else c.longest_delay
        self.traces = [name for name in TRACES if name in rule.traces or name in dict(c.learning.factors)]
        sink.need(self.longest)

    # ------------------------------------------------------------ values as users see them
    def codes(self, values: Array) -> Array:
        """Bytes of mantissas, low bits dropped toward zero as the chip drops them."""
        kept = np.sign(values) * (np.abs(values.astype(np.int64)) >> self.dropped << self.dropped)
        return np.ascontiguousarray((self.stored_order(kept) - self.low) >> self.unit, np.uint8)

    def start(self, values: Array) -> dict[str, Array]:
        return {"codes": self.codes(values).reshape(-1)}

    def weights(self, codes: Array) -> Array:
        """Mantissas of bytes, in the order of ``Connection.values``; leading axes of `codes` stay."""
        found = (codes.astype(np.int64) << self.unit) + self.low
        return self.user_order(found)

    def read(self, arena: Arena, variable: str) -> Array:
        if variable == "weights":
            return np.ascontiguousarray(self.weights(arena[f"{self.key}.codes"].reshape(-1)))
        if variable in ("delays", "tags"):
            stored = arena[f"{self.key}.{variable}"].reshape(-1).astype(np.int64)
            return np.ascontiguousarray(self.user_order(stored))
        return arena[f"{self.key}.{variable}"].astype(np.int64)

    def recorder(self, arena: Arena, variable: str, every: int, fills: Fills) -> StateRecorder:
        if variable == "weights":
            return DecodedRecorder(arena[f"{self.key}.codes"], every, fills, self.weights)
        array = arena[f"{self.key}.{variable}"]
        if variable in ("delays", "tags"):
            return DecodedRecorder(array, every, fills, lambda rows: self.user_order(rows.astype(np.int64)))
        return StateRecorder(array, None, every, fills)

    # ------------------------------------------------------------ memory
    def reserve(self, arena: Arena) -> None:
        c, n_pre, n_post = self.connection, self.connection.pre.size, self.connection.post.size
        arena.reserve(f"{self.key}.codes", max(c.synapses, 1), np.uint8, self._filled(self.codes(c.values)))
        if self.has_delays:
            steps = np.broadcast_to(c.delays, c.values.shape)
            steps = np.ascontiguousarray(self.stored_order(steps), np.uint8)
            arena.reserve(f"{self.key}.delays", max(c.synapses, 1), np.uint8, self._filled(steps))
        if self.has_tags:
            tags = c.tags if c.tags is not None else np.zeros(c.values.shape, np.int16)
            tags = np.ascontiguousarray(self.stored_order(tags), np.int16)
            arena.reserve(f"{self.key}.tags", max(c.synapses, 1), np.int16, self._filled(tags))
        for name in self.traces:
            n = n_pre if name[0] == "x" else n_post
            arena.reserve(f"{self.key}.{name}", n, np.int8)
            if self.rule.t_epoch > 1:
                arena.reserve(f"{self.key}.{name}.history", (self.rule.t_epoch, n), np.int8)
        arena.reserve(f"{self.key}.x0", n_pre, np.uint8)
        arena.reserve(f"{self.key}.y0", n_post, np.uint8)

    def _filled(self, values: Array) -> Array:
        return values.reshape(-1) if values.size else np.zeros(1, values.dtype)

    @property
    def weight_bytes(self) -> int:
        each = 1 + int(self.has_delays) + 2 * int(self.has_tags)
        return self.stored * (each + (12 if self.connection.kind == "sparse" else 0))

    def check_state(self, state: State) -> None:
        """Weights, delays and tags in their ranges, traces of 7 bits, and spikes of the unfinished epoch alone."""
        key, rule = self.key, self.rule
        codes = state[f"{key}.codes"].reshape(-1)
        values = (codes[: self.stored].astype(np.int64) << self.unit) + self.low
        step = 1 << self.dropped
        if np.any(values % step) or np.any(values < -(-self.low // step * step)) or np.any(values > self.high):
            state.fail(f"{key}.codes", "weights that are none", f"multiples of {step} in the range of the sign mode")
        if self.has_delays:
            state.within(f"{key}.delays", 0, self.longest)
        if self.has_tags:
            state.within(f"{key}.tags", *to.TAG)
        driven = dict(self.connection.learning.factors)
        for name in self.traces:
            low = -TRACE_MAX - 1 if name in driven and name not in rule.traces else 0
            for part in (name, *([f"{name}.history"] if rule.t_epoch > 1 else [])):
                state.within(f"{key}.{part}", low, TRACE_MAX)
        for stamp in ("x0", "y0"):  # 1 + the step of the epoch in which a neuron spiked: a row of the history
            state.within(f"{key}.{stamp}", 0, state.clock % rule.t_epoch)

    # ------------------------------------------------------------ delivery
    def leaf(self) -> str:
        return "loihi_emu.models.plasticity.plastic:step"

    def describe(self, arena: Arena) -> Description:
        c = self.connection
        d = describe_projection(
            to.PLASTIC, self.origin.lists, self.sink, arena,
            offset=self.origin.offset, graded=c.graded, events=self.events,
        )  # fmt: skip
        exponent = c.weight_exp
        fits = exponent < 0 or (max(-self.low, self.high) << exponent) <= LIMIT
        d.first, d.step, d.sources = self.first, c.pre.step, c.pre.size
        d.target, d.target_step, d.width = self.target, c.post.step, c.post.size
        d.codes, d.low, d.unit, d.exponent = arena[f"{self.key}.codes"], self.low, self.unit, exponent
        if self.has_delays:
            d.delays = arena[f"{self.key}.delays"]
        else:
            d.delay = int(c.delays)
        d.plain = int(c.kind == "dense" and fits and not self.has_delays)
        d.sums = aligned(c.post.size, np.uint16)
        if c.kind == "sparse":
            d.rows, d.targets = self.places
        return d

    # ------------------------------------------------------------ learning
    def describe_learning(self, arena: Arena, lists: Mapping[str, tuple[Origin, int]]) -> Description:
        c = self.connection
        assert c.learning is not None
        d = self.learning_description = Description(self.learning_record)
        self._sides(d, arena, lists)
        for k, name in enumerate(TRACES):
            if name in self.traces:
                self._trace(d.traces[k], arena, name)
        for k, name in enumerate(("y1", "y2", "y3")):
            node = dict(c.learning.factors).get(name)
            if node is not None:
                self._factor(d.factors[k], *lists[node], values=name not in self.rule.traces)
                d.factors[k].size = self._sizes[node]
        d.epoch, d.enabled = self.rule.t_epoch, int(c.learning.enabled)
        d.seed, d.stream, d.sample = self.seed, self.number, arena["sample"]
        self._synapses(d, arena)
        self._table(d)
        self._scratch(d)
        d.updates = self.updates
        return d

    def _sides(self, d: Description, arena: Arena, lists: Mapping[str, tuple[Origin, int]]) -> None:
        for side, part, stamp in ((d.pre, self.connection.pre, "x0"), (d.post, self.connection.post, "y0")):
            origin, first = lists[part.target.name]
            side.count, side.index, side.stamp = origin.lists.count, origin.lists.index, arena[f"{self.key}.{stamp}"]
            side.first, side.step, side.n = first + part.start, part.step, part.size

    def _trace(self, d: Description, arena: Arena, name: str) -> None:
        trace = self.rule.traces.get(name, Trace(0, np.inf))
        scaled = int(trace.impulse * (1 << FRACTION_BITS))
        d.now, d.keep = arena[f"{self.key}.{name}"], DECAY_UNITY - int(nearest_decay(np.float64(trace.tau)))
        d.whole, d.part = scaled >> FRACTION_BITS, scaled & ((1 << FRACTION_BITS) - 1)
        history = f"{self.key}.{name}.history" if self.rule.t_epoch > 1 else f"{self.key}.{name}"
        d.history = arena[history]

    def _factor(self, d: Description, origin: Origin, first: int, *, values: bool) -> None:
        d.count, d.index, d.payload = origin.lists.count, origin.lists.index, origin.lists.payload
        d.first, d.mode = first, to.VALUES if values else to.SPIKES

    def _synapses(self, d: Description, arena: Arena) -> None:
        c = self.connection
        d.codes, d.low, d.unit, d.dropped = arena[f"{self.key}.codes"], self.low, self.unit, self.dropped
        d.least, d.most = -(-self.low >> self.dropped), self.high >> self.dropped
        d.delays, d.longest = arena[f"{self.key}.delays"] if self.has_delays else None, self.longest
        d.tags = arena[f"{self.key}.tags"] if self.has_tags else None
        if c.kind == "sparse":
            d.rows, d.targets = rows, targets = self.places
            assert rows is not None and targets is not None
            to.list_columns(d, rows, targets)

    def _table(self, d: Description) -> None:
        """The rule's products, and room for the parts that depend on one side only."""
        n_pre, n_post, steps = self.connection.pre.size, self.connection.post.size, self.rule.t_epoch
        d.products = table = table_of(self.rule)
        d.product_count = len(table)
        for product in table:
            product.pre = aligned(n_pre * (steps if product.gate == to.GATE_Y else 1), np.int32)
            product.post = aligned(n_post * (steps if product.gate == to.GATE_X else 1), np.int32)

    def _scratch(self, d: Description) -> None:
        n_pre, n_post = self.connection.pre.size, self.connection.post.size
        d.words_32 = aligned(max(n_pre, n_post), np.uint32)
        for random in d.random:
            random.pre, random.post = aligned(n_pre + 2, np.uint16), aligned(n_post + 2, np.uint16)
        d.listed, d.listed_part = aligned(n_post, np.int32), aligned(n_post, np.int32)
        d.listed_random, d.saved = aligned(n_post, np.uint16), aligned(n_post, np.uint8)
        d.moved, d.scratch = aligned(n_pre, np.uint8), aligned(to.SCRATCH_BYTES, np.uint8)
