"""Connections that learn, by the chip's rule set: their memory, their delivery, and the leaf that changes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from loihi_emu.decay import nearest_decay
from loihi_emu.image.division import BlockRows
from loihi_emu.image.learner import Learner
from loihi_emu.image.projections import SourceView
from loihi_emu.image.recorders import BufferLevels, StateRecorder
from loihi_emu.image.state import State
from loihi_emu.image.target_rings import TargetRing, describe_projection
from loihi_emu.learning.grammar import TRACES
from loihi_emu.learning.rule import FRACTION_BITS, Trace
from loihi_emu.learning.table import table_of
from loihi_emu.models.memory import Arena, Array, Description, aligned
from loihi_emu.models.plasticity import learning_layout as to
from loihi_emu.models.plasticity.plastic import LIMIT
from loihi_emu.network.elements import Connection
from loihi_emu.network.network import Network
from loihi_emu.network.slices import Slice
from loihi_emu.rules.weights import dropped_bits
from loihi_emu.widths import DECAY_UNITY, TRACE_MAX

WORDS_BEFORE, NUMBERS_BEFORE = 3, 7
"""Random numbers of 32 and of 16 bits that may be drawn with a part's first one."""


class Plastic(Learner):
    """One connection that learns by the chip's rules, or its part onto some of the targets."""

    learning_leaf = "loihi_emu.models.plasticity.traces:step"
    second_leaf = "loihi_emu.models.plasticity.learning:step"
    learning_record = to.LEARNING
    by_synapse: ClassVar[tuple[str, ...]] = ("codes", "weights", "delays", "tags")
    by_target = ("y0", "y1", "y2", "y3")

    def __init__(
        self, c: Connection, number: int, source: SourceView, first: int, ring: TargetRing, target: int,
        network: Network, targets: slice | None = None,
    ) -> None:  # fmt: skip
        super().__init__(c, number, source, first, ring, target, network, targets)
        rule = self.rule
        self._sizes = {name: node.size for name, node in [*network.populations.items(), *network.inputs.items()]}
        (self.low, self.high), self.unit = self.weight_rule.ranges[c.sign_mode], int(c.sign_mode == "mixed")
        self.dropped = dropped_bits(c.sign_mode, c.weight_bits)
        self.learns_delays, self.has_tags = rule.dd is not None, rule.dt is not None or "t" in rule.used
        self.has_delays = self.learns_delays or c.varied or "d" in rule.used
        self.longest = network.max_delay if self.learns_delays else c.longest_delay
        self.traces = [name for name in TRACES if name in rule.traces or name in dict(c.learning.factors)]
        ring.need(self.longest)

    # ------------------------------------------------------------ values as users see them
    def codes(self, values: Array) -> Array:
        """Bytes of mantissas, low bits dropped toward zero as the chip drops them."""
        cut = np.sign(values) * (np.abs(values.astype(np.int64)) >> self.dropped << self.dropped)
        codes: Array = ((cut - self.low) >> self.unit).astype(np.uint8)
        return codes

    def start(self, values: Array) -> dict[str, Array]:
        return {"codes": self.codes(self.stored_order(values))}

    def weights(self, codes: Array) -> Array:
        """Mantissas of bytes by source, in the order of ``Connection.values``; leading axes of `codes` stay."""
        mantissas = (codes.astype(np.int64) << self.unit) + self.low
        return self.user_order(mantissas)

    def read(self, state: Mapping[str, Array], variable: str) -> Array:
        if variable == "weights":
            return np.ascontiguousarray(self.weights(state[f"{self.key}.codes"].reshape(-1)))
        stored = state[f"{self.key}.{variable}"].astype(np.int64)
        return np.ascontiguousarray(self.user_order(stored)) if variable in ("delays", "tags") else stored

    def recorder(self, arena: Arena, variable: str, every: int, levels: BufferLevels) -> StateRecorder:
        if variable == "weights":
            return self.decoded(arena[f"{self.key}.codes"], "codes", every, levels, self.weights)
        array = arena[f"{self.key}.{variable}"]
        if variable in ("delays", "tags"):
            return self.decoded(array, variable, every, levels, lambda rows: self.user_order(rows.astype(np.int64)))
        return StateRecorder(array, None, every, levels)

    # ------------------------------------------------------------ memory
    def reserve(self, arena: Arena) -> None:
        c, n_pre, n_post = self.connection, self.connection.pre.size, self.connection.post.size
        starts = self.start(c.values)
        if self.has_delays:
            steps = np.broadcast_to(c.delays, c.values.shape)
            starts["delays"] = self.stored_order(steps).astype(np.uint8)
        if self.has_tags:
            tags = c.tags if c.tags is not None else np.zeros(c.values.shape, np.int16)
            starts["tags"] = self.stored_order(tags).astype(np.int16)
        for name, values in starts.items():
            arena.reserve(f"{self.key}.{name}", max(values.size, 1), values.dtype, values if values.size else 0)
        for name in self.traces:
            n = n_pre if name[0] == "x" else n_post
            arena.reserve(f"{self.key}.{name}", n, np.int8)
            if self.rule.t_epoch > 1:
                arena.reserve(f"{self.key}.{name}.history", (self.rule.t_epoch, n), np.int8)
        arena.reserve(f"{self.key}.x0", n_pre, np.uint8)
        arena.reserve(f"{self.key}.y0", n_post, np.uint8)

    @property
    def weight_bytes(self) -> int:
        each = 1 + int(self.has_delays) + 2 * int(self.has_tags)
        return self.stored * (each + (12 if self.connection.kind == "sparse" else 0))

    def check_state(self, state: State) -> None:
        """Weights, delays and tags in their ranges, traces of 7 bits, and spikes of the unfinished epoch alone."""
        key, rule = self.key, self.rule
        codes = state[f"{key}.codes"].reshape(-1)
        values = (codes[: self.connection.synapses].astype(np.int64) << self.unit) + self.low
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
        passed = (state.clock - 1) % rule.t_epoch + 1 if state.clock else 0  # steps of the epoch
        for stamp in ("x0", "y0"):  # 1 + the step of the epoch in which a neuron spiked: a row of the history
            state.within(f"{key}.{stamp}", 0, passed)

    # ------------------------------------------------------------ delivery
    def leaf(self) -> str:
        return "loihi_emu.models.plasticity.plastic:step"

    def describe(self, arena: Arena) -> Description:
        c = self.connection
        d = describe_projection(
            to.PLASTIC, self.source.lists, self.ring, arena,
            offset=self.source.offset, graded=c.graded, events=self.events,
        )  # fmt: skip
        exponent = c.weight_exp
        fits = exponent < 0 or (max(-self.low, self.high) << exponent) <= LIMIT
        d.first, d.step, d.sources = self.first, c.pre.step, c.pre.size
        d.target, d.target_step, d.width, d.stride = self.target, c.post.step, self.width, self.stride
        d.codes, d.low, d.unit, d.exponent = self.part_values(arena[f"{self.key}.codes"]), self.low, self.unit, exponent
        if self.has_delays:
            d.delays = self.part_values(arena[f"{self.key}.delays"])
        else:
            d.delay = int(c.delays)
        d.plain = int(c.kind == "dense" and fits and not self.has_delays)
        d.sums = aligned(self.width, np.uint16)
        self._lay_out(d)
        return d

    def _lay_out(self, d: Description) -> BlockRows | None:
        """Write where the rows of a sparse connection lie; these."""
        rows = self.places
        if rows is not None:
            d.rows, d.ends, d.targets = rows.starts[:-1], rows.starts[1:], rows.targets
        return rows

    # ------------------------------------------------------------ learning
    def describe_learning(self, arena: Arena, lists: Mapping[str, tuple[SourceView, int]]) -> Description:
        c = self.connection
        assert c.learning is not None
        d = self.learning_description = self._described(arena, lists, slice(0, self.connection.pre.size))
        self._synapses(d, arena)
        self._table(d)
        self._scratch(d)
        d.updates = self.updates
        return d

    def describe_traces(self, arena: Arena, lists: Mapping[str, tuple[SourceView, int]]) -> Description:
        """Parts divide the traces of the sources among them."""
        if len(self.parts) == 1:
            return self.learning_description
        d = self._described(arena, lists, self.traced_sources)
        self._words(d)
        return d

    def _described(self, arena: Arena, lists: Mapping[str, tuple[SourceView, int]], sources: slice) -> Description:
        """A description with the traces of some sources and of this part's targets."""
        c = self.connection
        assert c.learning is not None
        d = Description(self.learning_record)
        self._side(d.pre, arena, c.pre, "x0", lists, sources)
        self._side(d.post, arena, c.post, "y0", lists, self.targets)
        for k, name in enumerate(TRACES):
            if name in self.traces:
                self._trace(d.traces[k], arena, name, sources if name[0] == "x" else self.targets)
        for k, name in enumerate(("y1", "y2", "y3")):
            node = dict(c.learning.factors).get(name)
            if node is not None:
                self._factor(d.factors[k], *lists[node], values=name not in self.rule.traces)
                d.factors[k].size = self._sizes[node]
        d.epoch, d.enabled = self.rule.t_epoch, int(c.learning.enabled)
        d.seed, d.stream, d.sample = self.seed, self.number, arena["sample"]
        return d

    def _side(
        self, d: Description, arena: Arena, nodes: Slice, stamp: str, lists: Mapping[str, tuple[SourceView, int]],
        some: slice,
    ) -> None:  # fmt: skip
        source, first = lists[nodes.target.name]
        d.count, d.index, d.stamp = source.lists.count, source.lists.index, arena[f"{self.key}.{stamp}"][some.start :]
        d.first, d.step, d.size = first + nodes.start + some.start * nodes.step, nodes.step, nodes.size
        d.low, d.n = some.start, some.stop - some.start

    def _trace(self, d: Description, arena: Arena, name: str, some: slice) -> None:
        trace = self.rule.traces.get(name, Trace(0, np.inf))
        scaled = int(trace.impulse * (1 << FRACTION_BITS))
        d.now = arena[f"{self.key}.{name}"][some.start :]
        d.keep = DECAY_UNITY - int(nearest_decay(np.float64(trace.tau)))
        d.whole, d.part = scaled >> FRACTION_BITS, scaled & ((1 << FRACTION_BITS) - 1)
        history = f"{self.key}.{name}.history" if self.rule.t_epoch > 1 else f"{self.key}.{name}"
        d.history = arena[history].reshape(-1)[some.start :]

    def _factor(self, d: Description, source: SourceView, first: int, *, values: bool) -> None:
        d.count, d.index, d.payload = source.lists.count, source.lists.index, source.lists.payload
        d.first, d.mode = first, to.VALUES if values else to.SPIKES

    def _synapses(self, d: Description, arena: Arena) -> None:
        d.codes = self.part_values(arena[f"{self.key}.codes"])
        d.low, d.unit, d.dropped = self.low, self.unit, self.dropped
        d.least, d.most, d.stride = -(-self.low >> self.dropped), self.high >> self.dropped, self.stride
        d.delays, d.longest = self.part_values(arena[f"{self.key}.delays"]) if self.has_delays else None, self.longest
        d.tags = self.part_values(arena[f"{self.key}.tags"]) if self.has_tags else None
        rows = self._lay_out(d)
        if rows is not None:
            to.list_columns(d, *rows)

    def _table(self, d: Description) -> None:
        """The rule's products, and room for the parts that depend on one side only."""
        n_pre, n_post, steps = self.connection.pre.size, self.width, self.rule.t_epoch
        d.products = table = table_of(self.rule)
        d.product_count = len(table)
        for product in table:
            product.pre = aligned(n_pre * (steps if product.gate == to.GATE_Y else 1), np.int32)
            product.post = aligned(n_post * (steps if product.gate == to.GATE_X else 1), np.int32)

    def _words(self, d: Description) -> None:
        d.words_32 = aligned(max(d.pre.n, d.post.n) + WORDS_BEFORE, np.uint32)

    def _scratch(self, d: Description) -> None:
        n_pre, n_post = self.connection.pre.size, self.width
        self._words(d)
        for random in d.random:
            random.pre = aligned(n_pre + 2, np.uint16)
            random.post = aligned(n_post + 2 + NUMBERS_BEFORE, np.uint16)[self.targets.start % (NUMBERS_BEFORE + 1) :]
        d.listed, d.listed_part = aligned(n_post, np.int32), aligned(n_post, np.int32)
        d.listed_random, d.saved = aligned(n_post, np.uint16), aligned(n_post, np.uint8)
        d.sources = aligned(n_pre, np.int32)
        d.moved, d.scratch = aligned(n_pre, np.uint8), aligned(to.SCRATCH_BYTES, np.uint8)
