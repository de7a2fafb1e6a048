"""Connections that learn as Lava's process models do, in integers or in float64: their memory and their leaves."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from loihi_emu.image.learner import Learner, describe_words
from loihi_emu.image.projections import SourceView, is_valued
from loihi_emu.image.recorders import BufferLevels, StateRecorder
from loihi_emu.image.state import State
from loihi_emu.image.target_rings import TargetRing
from loihi_emu.learning.grammar import TRACES
from loihi_emu.learning.lava_table import TARGETS, decay_factors, split_impulses, tables_of
from loihi_emu.learning.rule import Trace
from loihi_emu.models.lava import learning_layout as to
from loihi_emu.models.memory import Arena, Array, Description, aligned
from loihi_emu.models.plasticity import plastic_words
from loihi_emu.network.elements import Connection
from loihi_emu.network.network import Network
from loihi_emu.widths import TRACE_MAX

SIDES = {"x": ("x1", "x2"), "y": ("y1", "y2", "y3")}
SIGNS = {"mixed": to.MIXED, "excitatory": to.EXCITATORY, "inhibitory": to.INHIBITORY}
TAGS = (-257, 255)
"""Range of tags [lava]."""
DRIVEN_TAU = (1 << 16) - 1
"""Time constant within an epoch of a trace that a third factor replaces in every step [lava]."""
SEEDS = (0, 1, 2, 3)
"""Added to the seed: decay and impulses of x, then of y; the numbers that round synapses have the seed 2 [lava]."""
ROUNDING_SEED = 2


class PlasticLava(Learner):
    """One connection that learns by Lava's integer rules."""

    learning_leaf = "loihi_emu.models.lava.traces:step"
    second_leaf = "loihi_emu.models.lava.learning:learn"
    last_leaf = "loihi_emu.models.lava.epoch:forget"
    value_type: ClassVar[Any] = np.int32
    trace_type: ClassVar[Any] = np.int64
    course_type: ClassVar[Any] = np.int32
    by_synapse = ("weights", "tags")
    by_target = ("y0", "y1", "y2", "y3")
    _increments: list[Array]
    _post_course: Array

    def __init__(
        self, c: Connection, number: int, source: SourceView, first: int, ring: TargetRing, target: int,
        network: Network, targets: slice | None = None,
    ) -> None:  # fmt: skip
        super().__init__(c, number, source, first, ring, target, network, targets)
        self._sizes = {name: node.size for name, node in network.nodes.items()}
        self.driven = dict(c.learning.factors)
        self.has_tags = self.rule.dt is not None or "t" in self.rule.used
        self.traces = [name for name in TRACES if name in self.rule.traces or name in self.driven]
        ring.need(0)

    # ------------------------------------------------------------ values as users see them
    def start(self, values: Array) -> dict[str, Array]:
        """What memory holds of weights when they are set: clipped, and without low bits."""
        c = self.connection
        effective = self.weight_rule.effective(values.astype(np.int64), c.sign_mode, c.weight_bits, 0).values
        return {"weights": self.stored_order(effective).astype(self.value_type)}

    def shown(self, values: Array) -> Array:
        """Values of synapses by source (any leading axes), in the order of ``Connection.values``."""
        return self.user_order(values.astype(np.int64))

    def read(self, state: Mapping[str, Array], variable: str) -> Array:
        """A copy of weights, tags or a trace."""
        array = state[f"{self.key}.{variable}"]
        if variable in ("weights", "tags"):
            return np.ascontiguousarray(self.shown(array))
        return np.array(array)

    def recorder(self, arena: Arena, variable: str, every: int, levels: BufferLevels) -> StateRecorder:
        """A recorder of weights, tags or a trace."""
        array = arena[f"{self.key}.{variable}"]
        if variable in ("weights", "tags"):
            return self.decoded(array, variable, every, levels, self.shown)
        return StateRecorder(array, None, every, levels)

    # ------------------------------------------------------------ memory
    def reserve(self, arena: Arena) -> None:
        """Ask for weights, tags, traces, steps of spikes in this epoch, and the generators' states."""
        c = self.connection
        sizes = {"x": c.pre.size, "y": c.post.size}
        starts = self.start(c.values)
        if self.has_tags:
            tags = np.zeros(c.values.shape) if c.tags is None else c.tags
            starts["tags"] = self.stored_order(tags).astype(self.value_type)
        for name, values in starts.items():
            arena.reserve(f"{self.key}.{name}", max(values.size, 1), self.value_type, values if values.size else 0)
        for name in self.traces:
            arena.reserve(f"{self.key}.{name}", sizes[name[0]], self.trace_type)
        for side, n in sizes.items():
            arena.reserve(f"{self.key}.{side}0", n, np.int64)
        self._reserve_generators(arena)

    def _reserve_generators(self, arena: Arena) -> None:
        """Ask for the states of the generators, which each part has of its own: all draw the same numbers."""
        seeds = [*(self.seed + more for more in SEEDS), ROUNDING_SEED]
        states = [np.random.default_rng(seed).bit_generator.state["state"] for seed in seeds]
        start = np.stack([to.words(s["state"]) for s in states])
        for k in range(len(self.parts)):
            arena.reserve(self._generator(k), start.shape, np.uint32, start, saved=k == 0)
        self._increments = [to.words(s["inc"]) for s in states]

    def _generator(self, k: int) -> str:
        """The name of the states of a part's generators."""
        return f"{self.key}.random{k or ''}"

    def agree(self, arena: Arena) -> None:
        """Let all parts draw on from the same state."""
        for k in range(1, len(self.parts)):
            arena[self._generator(k)][...] = arena[self._generator(0)]

    @property
    def weight_bytes(self) -> int:
        """Bytes of the synapses."""
        each = np.dtype(self.value_type).itemsize * (1 + int(self.has_tags))
        return int(self.stored * (each + (4 if self.connection.kind == "sparse" else 0)))

    def check_state(self, state: State) -> None:
        """Weights, tags and traces in their ranges, and spikes of the unfinished epoch alone."""
        state.within(f"{self.key}.weights", *self.weight_rule.ranges[self.connection.sign_mode])
        if self.has_tags:
            state.within(f"{self.key}.tags", *TAGS)
        for name in self.traces:
            if name not in self.driven:
                state.within(f"{self.key}.{name}", 0, TRACE_MAX)
        self._check_spikes(state)

    def _check_spikes(self, state: State) -> None:
        """Steps of spikes, which are rows of the traces' courses."""
        for stamp in ("x0", "y0"):
            state.within(f"{self.key}.{stamp}", 0, max(state.clock - 1, 0) % self.rule.t_epoch)

    # ------------------------------------------------------------ delivery
    def leaf(self) -> str:
        """Name of the kernel that delivers spikes."""
        return "loihi_emu.models.plasticity.plastic_words:step"

    def describe(self, arena: Arena) -> Description:
        """The description of the delivery."""
        c = self.connection
        record = plastic_words.VALUED if is_valued(self.source) else plastic_words.WORDS
        d = describe_words(self, arena, self.part_values(arena[f"{self.key}.weights"]), self.places, record)
        d.shift = max(c.weight_exp, 0)
        return d

    # ------------------------------------------------------------ learning
    def describe_learning(self, arena: Arena, lists: Mapping[str, tuple[SourceView, int]]) -> Description:
        """The description that both leaves of learning share; `lists` has the source and first neuron of every node."""
        c = self.connection
        assert c.learning is not None
        self._post_course = self._course_of(self.width, len(SIDES["y"]))
        d = self.learning_description = self._described(arena, lists, slice(0, c.pre.size))
        d.enabled, d.sign = int(c.learning.enabled), SIGNS[c.sign_mode]
        d.variables[0].values = self.part_values(arena[f"{self.key}.weights"])
        d.variables[TARGETS["dt"]].values = self.part_values(arena[f"{self.key}.tags"]) if self.has_tags else None
        to.lay_out(d, *(self.places or (None, None)))
        d.stride = self.stride
        d.every = np.zeros(1, np.int64)
        self._rule(d)
        return d

    def describe_traces(self, arena: Arena, lists: Mapping[str, tuple[SourceView, int]]) -> Description:
        """Parts divide the traces of the sources among them."""
        if len(self.parts) == 1:
            return self.learning_description
        return self._described(arena, lists, self.traced_sources)

    def _described(self, arena: Arena, lists: Mapping[str, tuple[SourceView, int]], sources: slice) -> Description:
        """A description with the traces of some sources and of this part's targets."""
        c, d = self.connection, Description(to.LEARNING)
        for side, letter, nodes, some in ((d.pre, "x", c.pre, sources), (d.post, "y", c.post, self.targets)):
            source, first = lists[nodes.target.name]
            side.count, side.index, side.n = source.lists.count, source.lists.index, some.stop - some.start
            side.first, side.step = first + nodes.start + some.start * nodes.step, nodes.step
            side.low, side.size = some.start, c.pre.size if letter == "x" else self.width
            side.spiked_at, side.spiked = arena[f"{self.key}.{letter}0"][some], np.zeros(side.n, np.uint8)
            self._traces(side, arena, letter, some, lists)
        d.pre.course, d.post.course = self._lead._pre_course[sources.start :], self._post_course
        d.start, d.epoch, d.divided = 1, self.rule.t_epoch, int(len(self.parts) > 1)
        self._generators(d, arena)
        return d

    @property
    def _lead(self) -> PlasticLava:
        """The first part, which has what all share."""
        lead = self.parts[0]
        assert isinstance(lead, PlasticLava)
        return lead

    @cached_property
    def _pre_course(self) -> Array:
        """Room for the courses of the traces of all sources."""
        return self._course_of(self.connection.pre.size, len(SIDES["x"]))

    def _course_of(self, n: int, traces: int) -> Array:
        """Room for the courses of so many traces of n neurons through an epoch."""
        return aligned((self.rule.t_epoch + 1) * traces * n, self.course_type)

    def _traces(
        self, side: Description, arena: Arena, letter: str, some: slice, lists: Mapping[str, tuple[SourceView, int]]
    ) -> None:
        """Traces of some neurons of a side; one that a third factor drives has no impulse, and hardly decays."""
        made = [self.rule.traces.get(name, Trace(0, DRIVEN_TAU)) for name in SIDES[letter]]
        side.factor = decay_factors([float(trace.tau) for trace in made])
        self._impulses(side, np.array([float(trace.impulse) for trace in made]))
        for memory, name in zip(side.traces, SIDES[letter], strict=False):
            if name in self.traces:
                memory.now = arena[f"{self.key}.{name}"][some]
            if name in self.driven:
                source, memory.factor.first = lists[self.driven[name]]
                memory.factor.count, memory.factor.index = source.lists.count, source.lists.index
                memory.factor.payload, memory.factor.valued = source.lists.payload, int(is_valued(source))
                memory.factor.size = self._sizes[self.driven[name]]

    def _impulses(self, side: Description, impulses: Array) -> None:
        """Impulses, and what is behind their point in units of 2^-8."""
        side.whole, side.fraction = split_impulses(impulses)

    def _rule(self, d: Description) -> None:
        """The rule's products and factors."""
        tables = tables_of(self.rule, floats=self.weight_rule.floats)
        d.products, d.product_count, d.terms = tables.products, len(tables.products), tables.terms
        d.scales, d.consts, d.changed, d.decimate = tables.scales, tables.consts, tables.changed, tables.decimate

    def _generators(self, d: Description, arena: Arena) -> None:
        """The states of all generators, and where a step's numbers stand."""
        states = arena[self._generator(self.parts.index(self))]
        records = (d.pre.decays, d.pre.impulses, d.post.decays, d.post.impulses, d.roundings)
        for record, state, increment in zip(records, states, self._lead._increments, strict=True):
            record.state, record.increment = state, increment
        d.pre.drawn, d.post.drawn = np.zeros(2), np.zeros(2)


class PlasticFloat(PlasticLava):
    """One connection that learns by Lava's rules in float64: nothing is rounded, limited or drawn."""

    learning_leaf = "loihi_emu.models.lava.learning_float:step"
    second_leaf = "loihi_emu.models.lava.learning_float:learn"
    value_type = trace_type = course_type = np.float64

    def start(self, values: Array) -> dict[str, Array]:
        """The weights themselves."""
        return {"weights": self.stored_order(values).astype(self.value_type)}

    def shown(self, values: Array) -> Array:
        """Values of synapses by source (any leading axes), in the order of ``Connection.values``."""
        return self.user_order(values)

    def check_state(self, state: State) -> None:
        """Spikes of the unfinished epoch alone; numbers may be any."""
        self._check_spikes(state)

    def leaf(self) -> str:
        """Name of the kernel that delivers spikes."""
        return f"loihi_emu.models.plasticity.plastic_words:step_{'valued' if is_valued(self.source) else 'float'}"

    def _reserve_generators(self, arena: Arena) -> None:
        """None."""

    def agree(self, arena: Arena) -> None:
        """All do: nothing is drawn."""

    def _impulses(self, side: Description, impulses: Array) -> None:
        """Impulses as they are."""
        side.whole = impulses

    def _generators(self, d: Description, arena: Arena) -> None:
        """None."""
