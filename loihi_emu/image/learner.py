"""What a connection that learns is to an image: its memory, its delivery, and the leaf that changes it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from functools import cached_property, partial
from typing import ClassVar

import numpy as np

from loihi_emu.image.division import BlockRows, Division
from loihi_emu.image.projections import SourceView
from loihi_emu.image.recorders import BufferLevels, DecodedRecorder, StateRecorder
from loihi_emu.image.state import State
from loihi_emu.image.target_rings import TargetRing, describe_projection
from loihi_emu.models.memory import Arena, Array, Description, counter
from loihi_emu.models.plasticity.plastic_words import WORDS
from loihi_emu.models.records import Record
from loihi_emu.network.elements import Connection, rows_of
from loihi_emu.network.network import Network
from loihi_emu.rules import WeightRule

APART = 128
"""Bytes of two lines of the cache, which processors fetch together: what two parts write lies so far apart."""


class Learner(ABC):
    """One connection that learns, or the part of it onto targets that one share has.

    Delivers like a projection; :meth:`describe_traces` and :meth:`describe_learning` are what changes it. All parts
    share one memory, which has their synapses, the traces of all sources, and room for those of all targets.

    Parameters
    ----------
    c : Connection
    number : int
        Its number in order of creation: selects the stream of random numbers.
    source, first
        Source of spikes, and the source population's first neuron there.
    ring, target
        Where weights add up, and the target population's first accumulator there.
    network : Network
    targets : slice, optional
        The targets of this part, among those of the connection; all if not given.

    Attributes
    ----------
    learning_leaf, second_leaf : str
        Names of the leaf that learns, or advances traces, and of one that runs behind the first of all learners.
    shared_leaf, last_leaf : str
        Of several parts: names of one that runs when the second of all parts has run, with the description of that;
        and of one with the description of the traces when nobody reads these any more.
    parts : list of Learner
        Those of this process, in ascending order of their targets.
    division : Division
        How the targets are divided among all parts, and where their synapses lie in memory.
    whole_here : bool
        Whether memory has the synapses of other ranks' parts too, because a probe records them.
    longest : int
        Longest delay that its synapses can get.
    events, updates : int64 arrays (1,)
        Counters of synaptic events and of changes.
    """

    kind = "plastic"
    learning_leaf: str
    second_leaf = shared_leaf = last_leaf = ""
    by_synapse: ClassVar[tuple[str, ...]] = ()
    """State and variables with a value a synapse, which lie in memory as ``division`` says."""
    by_target: ClassVar[tuple[str, ...]] = ()
    """Those with a value a target, or a row of them."""
    whole_here = False
    longest = 0
    has_delays = False
    has_tags = False
    learning_description: Description

    def __init__(
        self, c: Connection, number: int, source: SourceView, first: int, ring: TargetRing, target: int,
        network: Network, targets: slice | None = None,
    ) -> None:  # fmt: skip
        assert c.learning is not None
        self.connection, self.number, self.source, self.ring = c, number, source, ring
        self.targets = slice(0, c.post.size) if targets is None else targets
        self.parts: list[Learner] = [self]
        self.division, self.block = Division(c), 0
        self.first, self.target = first + c.pre.start, target + c.post.start + self.targets.start * c.post.step
        self.seed, self.rule = network.seed, c.learning.rule
        self.weight_rule: WeightRule = network.rule_set.weights
        self.key = f"learn.{c.name}"
        self.events: Array = counter()
        self.updates: Array = counter()

    def is_part_of(self, parts: list[Learner], division: Division, block: int, *, whole_here: bool) -> None:
        """Take part in learning as this block of a division."""
        self.parts, self.division, self.block, self.whole_here = parts, division, block, whole_here

    @property
    def blocks(self) -> range:
        """The blocks of synapses that memory has."""
        return self.division.all if self.whole_here else self.division.here

    @property
    def width(self) -> int:
        """Targets of this part."""
        return int(self.targets.stop - self.targets.start)

    @property
    def stored(self) -> int:
        """Synapses of this part."""
        return self.division.synapses(range(self.block, self.block + 1))

    @property
    def held_values(self) -> int:
        """Values that memory has for each variable of synapses."""
        return self.division.places(self.blocks)

    @property
    def stride(self) -> int:
        """Values from row to row of a dense connection."""
        return self.division.stride(self.block)

    def part_values(self, values: Array) -> Array:
        """What memory has of synapses, from those of this part on."""
        return values[self.division.places(range(self.blocks.start, self.block)) :]

    @property
    def traced_sources(self) -> slice:
        """The sources whose traces this part advances: all parts divide them, at some distance in memory."""
        return part_of(self.connection.pre.size, self.parts.index(self), len(self.parts))

    @cached_property
    def places(self) -> BlockRows | None:
        """Row starts and targets of this part of a sparse connection, both counted from its first one."""
        return self.division.rows(self.block) if self.connection.kind == "sparse" else None

    # ------------------------------------------------------------ values as users see them
    @abstractmethod
    def start(self, values: Array) -> dict[str, Array]:
        """What memory holds of weights when they are set."""

    @abstractmethod
    def read(self, state: Mapping[str, Array], variable: str) -> Array:
        """A copy of weights, delays, tags or a trace, from arrays of the state as :meth:`whole` gives them."""

    def size(self, variable: str) -> int:
        """Values of weights, delays, tags or a trace."""
        c = self.connection
        return c.pre.size if variable[0] == "x" else c.post.size if variable[0] == "y" else c.synapses

    @abstractmethod
    def recorder(self, arena: Arena, variable: str, every: int, levels: BufferLevels) -> StateRecorder:
        """A recorder of weights, delays, tags or a trace."""

    def decoded(
        self, values: Array, variable: str, every: int, levels: BufferLevels, shown: Callable[[Array], Array]
    ) -> DecodedRecorder:
        """A recorder of a variable in memory, of which `shown` makes what is read when it is not divided."""
        joined, divided = partial(self.whole, variable), partial(self.divided_rows, variable)
        return DecodedRecorder(values, every, levels, joined, divided, shown)

    def by_source(self, values: Array) -> Array:
        """Values like ``Connection.values`` by source neuron, and of each source by target."""
        return values.T if self.connection.kind == "dense" else values

    def stored_order(self, values: Array) -> Array:
        """Values like ``Connection.values`` as they lie in memory."""
        return self.division.divided(self.by_source(values), self.blocks)

    def user_order(self, values: Array) -> Array:
        """Values by source (any leading axes), in the order of dense values or of the synapses given."""
        c = self.connection
        values = values[..., : c.synapses]
        if c.kind != "dense":
            return c.as_given(values)
        return np.swapaxes(values.reshape(*values.shape[:-1], c.pre.size, c.post.size), -1, -2)

    # ------------------------------------------------------------ state of all parts
    def spans(self, variable: str, size: int, ranks: int) -> list[tuple[int, int]]:
        """First value and end of what each of so many ranks has of a variable, or of a row of it, of all parts."""
        if variable in self.by_synapse:
            return self.division.spans(ranks, of_synapses=True)
        if variable.partition(".")[0] in self.by_target:
            return self.division.spans(ranks, of_synapses=False)
        spans = [(0, 0)] * ranks
        spans[self.division.ranks[0]] = (0, size)
        return spans

    def shape(self, variable: str, shape: tuple[int, ...]) -> tuple[int, ...]:
        """The shape of the state of all parts, where memory has it in another one."""
        return (max(self.connection.synapses, 1),) if variable in self.by_synapse else shape

    def spread(self, variable: str, values: Array) -> Array:
        """State as the memory of all parts would have it, zero where it is of others."""
        if variable not in self.by_synapse or self.blocks == self.division.all:
            return values
        memory = np.zeros(max(self.division.places(self.division.all), 1), values.dtype)
        first = self.division.places(range(self.blocks.start))
        memory[first : first + self.held_values] = values[: self.held_values]
        return memory

    def whole(self, variable: str, values: Array) -> Array:
        """The memory of all parts as it would be if there were one: what checkpoints have."""
        return self.division.joined(values) if variable in self.by_synapse and self.connection.synapses else values

    def divided_rows(self, variable: str, rows: Array) -> Array:
        """Rows of such memory as they lie in that of all parts."""
        if variable not in self.by_synapse or len(self.division) == 1 or not self.connection.synapses:
            return rows
        stored = np.empty((len(rows), self.held_values), rows.dtype)
        for one, row in zip(stored, rows, strict=True):
            one[:] = self.division.divided(row, self.blocks)
        return stored

    def take(self, variable: str, values: Array, memory: Array) -> None:
        """Write such state into memory."""
        if variable in self.by_synapse and self.connection.synapses:
            memory[: self.held_values] = self.division.divided(values, self.blocks)
        else:
            memory[...] = values

    def told(self) -> Array | None:
        """What all parts tell each other at the end of an epoch before any goes on, a row a part; None: nothing."""
        return None

    def agree(self, arena: Arena) -> None:  # noqa: B027 - most have nothing of the kind
        """Let all parts have what each of them has of its own, after the state was taken over."""

    # ------------------------------------------------------------ memory
    @abstractmethod
    def reserve(self, arena: Arena) -> None:
        """Ask for weights, traces and whatever else a run changes."""

    @property
    @abstractmethod
    def weight_bytes(self) -> int:
        """Bytes of the synapses."""

    @abstractmethod
    def check_state(self, state: State) -> None:
        """Raise where state read from a file cannot be that of this learner."""

    # ------------------------------------------------------------ leaves
    @abstractmethod
    def leaf(self) -> str:
        """Name of the kernel that delivers spikes."""

    @abstractmethod
    def describe(self, arena: Arena) -> Description:
        """The description of the delivery."""

    @abstractmethod
    def describe_learning(self, arena: Arena, lists: Mapping[str, tuple[SourceView, int]]) -> Description:
        """The description of the leaf that learns; `lists` has the source and first neuron of every node."""

    def describe_traces(self, arena: Arena, lists: Mapping[str, tuple[SourceView, int]]) -> Description:
        """The description of the first leaf, after :meth:`describe_learning`: another one where there are parts."""
        return self.learning_description

    def enable(self, on: bool) -> None:
        """Switch learning on or off, in all parts; traces go on."""
        for part in self.parts if self.division.here else ():
            part.learning_description.enabled = int(on)


def describe_words(
    learner: Learner,
    arena: Arena,
    weights: Array,
    places: BlockRows | tuple[Array, Array] | None,
    record: Record = WORDS,
) -> Description:
    """The description of a delivery of weights that are words of 32 bits, or float64, row by row.

    `places` are the rows' starts and targets, None where each source reaches all; `record` may be a longer one than
    ``WORDS``.
    """
    c = learner.connection
    d = describe_projection(
        record, learner.source.lists, learner.ring, arena,
        offset=learner.source.offset, graded=c.graded, events=learner.events,
    )  # fmt: skip
    d.first, d.step, d.sources = learner.first, c.pre.step, c.pre.size
    d.target, d.target_step, d.width = learner.target, c.post.step, learner.width
    d.stride = learner.stride
    d.weights, (d.rows, d.targets) = weights, places or (None, None)
    return d


def rows(c: Connection) -> tuple[Array, Array]:
    """Where the row of each source neuron starts in memory, int64, and the targets, int32."""
    if c.kind == "dense":
        starts = np.arange(c.pre.size + 1, dtype=np.int64) * c.post.size
        return starts, np.tile(np.arange(c.post.size, dtype=np.int32), c.pre.size)
    return rows_of(c)


def part_of(n: int, k: int, count: int) -> slice:
    """Which of n values the k-th of so many parts writes, at some distance in memory from those of others."""
    low, high = (min(-(-n * edge // (count * APART)) * APART, n) for edge in (k, k + 1))
    return slice(low, high)
