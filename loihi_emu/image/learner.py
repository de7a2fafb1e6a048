"""What a connection that learns is to an image: its memory, its delivery, and the leaf that changes it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from functools import cached_property

import numpy as np

from loihi_emu.image.projections import Origin
from loihi_emu.image.recorders import Fills, StateRecorder
from loihi_emu.image.sinks import Sink, describe_projection
from loihi_emu.image.state import State
from loihi_emu.models.memory import Arena, Array, Description, counter
from loihi_emu.models.plasticity.plastic_words import WORDS
from loihi_emu.models.records import Record
from loihi_emu.network.elements import Connection, rows_of
from loihi_emu.network.network import Network
from loihi_emu.rules import WeightRule


class Learner(ABC):
    """One connection that learns, or the part of it onto targets that one share has.

    Delivers like a projection; :meth:`describe_traces` and :meth:`describe_learning` are what changes it. The memory is
    that of the whole connection, in all its parts.

    Parameters
    ----------
    c : Connection
    number : int
        Its number in order of creation: selects the stream of random numbers.
    origin, first
        Source of spikes, and the source population's first neuron there.
    sink, target
        Where weights add up, and the target population's first accumulator there.
    network : Network
    targets : slice, optional
        The targets of this part, among those of the connection; all if not given.

    Attributes
    ----------
    learning_leaf, second_leaf : str
        Names of the leaf that learns, or advances traces, and of one that runs behind the first of all learners.
    parts : list of Learner
        All parts of the connection, in ascending order of their targets.
    longest : int
        Longest delay that its synapses can get.
    events, updates : int64 arrays (1,)
        Counters of synaptic events and of changes.
    """

    kind = "plastic"
    learning_leaf: str
    second_leaf = ""
    longest = 0
    has_delays = False
    has_tags = False
    learning_description: Description

    def __init__(
        self, c: Connection, number: int, origin: Origin, first: int, sink: Sink, target: int, network: Network,
        targets: slice | None = None,
    ) -> None:  # fmt: skip
        assert c.learning is not None
        self.connection, self.number, self.origin, self.sink = c, number, origin, sink
        self.targets = slice(0, c.post.size) if targets is None else targets
        self.parts: list[Learner] = [self]
        self.first, self.target = first + c.pre.start, target + c.post.start + self.targets.start * c.post.step
        self.seed, self.rule = network.seed, c.learning.rule
        self.weight_rule: WeightRule = network.rule_set.weights
        self.key = f"learn.{c.name}"
        self.events: Array = counter()
        self.updates: Array = counter()

    @cached_property
    def places(self) -> tuple[Array | None, Array | None]:
        """Row starts and targets of a sparse connection, as all its parts share them."""
        if self is not self.parts[0]:
            return self.parts[0].places
        return rows_of(self.connection) if self.connection.kind == "sparse" else (None, None)

    @property
    def stored(self) -> int:
        """Synapses."""
        return self.connection.synapses

    # ------------------------------------------------------------ values as users see them
    @abstractmethod
    def start(self, values: Array) -> dict[str, Array]:
        """What memory holds of weights when they are set."""

    @abstractmethod
    def read(self, arena: Arena, variable: str) -> Array:
        """A copy of weights, delays, tags or a trace."""

    @abstractmethod
    def recorder(self, arena: Arena, variable: str, every: int, fills: Fills) -> StateRecorder:
        """A recorder of weights, delays, tags or a trace."""

    def stored_order(self, values: Array) -> Array:
        """Values like ``Connection.values`` in the order of memory: by source neuron."""
        return values.T if self.connection.kind == "dense" else values

    def user_order(self, values: Array) -> Array:
        """Values in the order of memory (any leading axes), in that of dense values or of the synapses given."""
        c = self.connection
        values = values[..., : c.synapses]
        if c.kind != "dense":
            return c.as_given(values)
        return np.swapaxes(values.reshape(*values.shape[:-1], c.pre.size, c.post.size), -1, -2)

    def whole(self, name: str, values: Array) -> Array:
        """State of this name as it would be if the connection were one part."""
        return values

    def divided(self, name: str, values: Array) -> Array:
        """The inverse."""
        return values

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
    def describe_learning(self, arena: Arena, lists: Mapping[str, tuple[Origin, int]]) -> Description:
        """The description of the leaf that learns; `lists` has the origin and first neuron of every node."""

    def describe_traces(self, arena: Arena, lists: Mapping[str, tuple[Origin, int]]) -> Description:
        """The description of the first leaf, after :meth:`describe_learning`: another one where there are parts."""
        return self.learning_description

    def enable(self, on: bool) -> None:
        """Switch learning on or off, in all parts; traces go on."""
        for part in self.parts:
            part.learning_description.enabled = int(on)


def describe_words(
    learner: Learner, arena: Arena, weights: Array, places: tuple[Array | None, Array | None], record: Record = WORDS
) -> Description:
    """The description of a delivery of weights that are words of 32 bits, or float64, row by row.

    `places` are the rows' starts and targets, None and None where each source reaches all; `record` may be a longer one
    than ``WORDS``.
    """
    c = learner.connection
    d = describe_projection(
        record, learner.origin.lists, learner.sink, arena,
        offset=learner.origin.offset, graded=c.graded, events=learner.events,
    )  # fmt: skip
    d.first, d.step, d.sources = learner.first, c.pre.step, c.pre.size
    d.target, d.target_step, d.width = learner.target, c.post.step, c.post.size
    d.weights, (d.rows, d.targets) = weights, places
    return d


def rows(c: Connection) -> tuple[Array, Array]:
    """Where the row of each source neuron starts in memory, int64, and the targets, int32."""
    if c.kind == "dense":
        starts = np.arange(c.pre.size + 1, dtype=np.int64) * c.post.size
        return starts, np.tile(np.arange(c.post.size, dtype=np.int32), c.pre.size)
    return rows_of(c)
