"""What a network consists of: frozen descriptions of populations, inputs, connections and probes.

They are made and checked by :class:`loihi_emu.Network` and hold plain arrays; nothing here runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import prod
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from loihi_emu.errors import is_known, unknown
from loihi_emu.keywords import known_keywords_of, missing_attribute
from loihi_emu.models.layout import ONE_PORT
from loihi_emu.network.conv2d import Conv2D
from loihi_emu.network.shapes import Shape
from loihi_emu.network.slices import Slice, part_of
from loihi_emu.network.synapse_order import DRAWN, HELD, SynapseOrder, unpacked
from loihi_emu.numeric import integer, ranged, whole
from loihi_emu.read_only import FrozenArrays, frozen, read_only, writable


@known_keywords_of
@read_only()
@dataclass(frozen=True)
class Noise:
    """Pseudo-random noise on u or v, in every step and neuron.

    Adds ``(U + 64 * offset) * 2**(exp - 7)``, truncated toward zero, with U uniform in -127..127 (seeded: the
    network's seed, the population and the step decide it). Source: nengo-loihi's emulator; the chip's own generator is
    not public, and Sandia's Fugu measured -128..127 on one.

    Parameters
    ----------
    target : {"u", "v"}
        "u": added to the arriving current before it wraps at 21 bits; "v": added with the bias.
    exp : int
        Effective exponent, 0..23 (a value of 7 leaves U as it is). In nengo-loihi a register below 7 acts as one more.
    offset : int
        Mean in units of 64, -128..127.
    enabled : bool or array of bool
        Which neurons get noise.

    Examples
    --------
    >>> Noise("v", exp=10).amplitude
    1016
    """

    target: str
    exp: int
    offset: int = 0
    enabled: Any = True
    shape: Shape = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not is_known(self.target, ("u", "v")):
            raise unknown("noise target", self.target, ("u", "v"))
        object.__setattr__(self, "exp", integer("Noise", "exp", self.exp, 0, 23))
        object.__setattr__(self, "offset", integer("Noise", "offset", self.offset, -128, 127))
        given = whole("Noise", "enabled", self.enabled, "True where there is noise.")
        object.__setattr__(self, "shape", given.shape)
        chosen = given.reshape(-1)
        ranged("Noise", "enabled", chosen, 0, 1, "True where there is noise.")
        enabled = tuple(bool(k) for k in chosen)
        object.__setattr__(self, "enabled", enabled if len(enabled) != 1 else enabled[0])

    @property
    def amplitude(self) -> int:
        """Largest magnitude that is added."""
        return int((127 + 64 * abs(self.offset)) * 2 ** (self.exp - 7))


@dataclass(frozen=True, eq=False)
class _Node(FrozenArrays):
    name: str
    shape: Shape
    stream: int

    @property
    def size(self) -> int:
        """Number of neurons."""
        return prod(self.shape)

    if not TYPE_CHECKING:  # type checkers know the attributes

        def __getattr__(self, name: str) -> Any:
            raise missing_attribute(self, name)

    def __len__(self) -> int:
        return self.size

    def __getitem__(self, key: Any) -> Slice:
        """Some of the neurons, to connect from or to: an integer, a slice, a list of neurons, or a boolean for each."""
        return part_of(self, key)


@known_keywords_of
@read_only()
@dataclass(frozen=True, eq=False)
class Population(_Node):
    """Neurons of one model. Made by :meth:`loihi_emu.Network.population`.

    Attributes
    ----------
    name, shape, size
    model : str
        Name of the neuron model under the network's rules.
    parameters : dict
        Every parameter of the model: int64 or float64 arrays of shape () or (size,).
    noise : Noise or None
    stream : int
        Number in order of creation; selects the stream of random numbers.
    """

    model: str = "lif"
    parameters: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    noise: Noise | None = None

    def __post_init__(self) -> None:
        kept = MappingProxyType({name: frozen(value) for name, value in self.parameters.items()})
        object.__setattr__(self, "parameters", kept)

    def __repr__(self) -> str:
        return f'<Population "{self.name}": {_extent(self)} x {self.model}>'

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"parameters": dict(self.parameters)}  # a read-only view cannot be pickled

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        self.__post_init__()


@known_keywords_of
@read_only()
@dataclass(frozen=True, eq=False)
class Input(_Node):
    """Spikes from outside. Made by :meth:`loihi_emu.Network.input`.

    Attributes
    ----------
    name, shape, size, stream
    times, indices : int64 arrays
        Events in order of (time, index).
    payloads : int64 or float64 array or None
        Integer values of the events; None when all are 1.
    rate : float64 array or None
        Probability of an event per step, shape () or (size,), for Poisson inputs.
    zeros : int64 array of shape (2, n), or None
        Times and indices where a value ends, which matter to third factors alone (:mod:`loihi_emu.network.payloads`).
    """

    times: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    indices: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    payloads: NDArray[np.int64] | None = None
    rate: NDArray[np.float64] | None = None
    zeros: NDArray[np.int64] | None = None

    def __repr__(self) -> str:
        what = "Poisson" if self.rate is not None else f"{len(self.times)} events"
        return f'<Input "{self.name}": {_extent(self)}, {what}>'


Source: TypeAlias = "Population | Input"


def _extent(node: _Node) -> str:
    """Number of neurons, with the shape when there is more than one axis."""
    return str(node.size) if len(node.shape) == 1 else f"{node.size} {node.shape}"


def _nothing() -> Any:
    """None, as a default that is no attribute of the class: a recipe's lists are missing until they are drawn."""


@known_keywords_of
@read_only()
@dataclass(frozen=True, eq=False)
class Connection(SynapseOrder):
    """Synapses from one slice of neurons to another. Made by :meth:`loihi_emu.Network.connect`.

    Attributes
    ----------
    name : str
    pre, post : Slice
    kind : {"dense", "sparse", "conv"}
    values : array
        Weight mantissas as given: (n_post, n_pre) if dense, one per synapse if sparse (by source, as `indices`, in 8
        bits where they fit), the kernel if convolutional.
    delays : int64 array of shape (), or uint8 array like `values`
        Steps.
    indptr, indices : int64 array, and uint16 (targets below 65536) or int32 array, or None
        Sparse: synapses ``indptr[i]:indptr[i + 1]`` leave neuron i of `pre` for neurons `indices` of `post`.
    order : int32 array or None
        Sparse: which synapse of the list that was given each of these is; None if the list was in this order.
    ordered : bool
        Whether synapses can be named in the order given; not of long lists whose order was not kept.
    recipe : Recipe or None
        What a builder's synapses are drawn from (:mod:`loihi_emu.network.recipe`). `values`, `delays`, `indptr` and
        `indices` are then drawn, and kept, when they are first asked for. Likewise of a long list that an emulator was
        made of: its rows hold the synapses, until these are asked for.
    longest_delay, varied, synapses : int, bool, int
        Longest delay, whether synapses have delays of their own, and number of stored weights.
    pre_indices, post_indices : int32 arrays
        Sparse: neurons of `pre` and `post` of each synapse in the order given, that of ``Emulator.get`` and probes.
    conv : Conv2D or None
    port : str
        Where the synapses arrive in neurons of a model with several ports; "a_in" in all others.
    sign_mode : {"mixed", "excitatory", "inhibitory"}
    weight_bits, weight_exp : int
    graded : bool
        Payloads multiply the weights.
    scaled : bool
        `values` are effective weights: bits, exponent and sign mode do not apply.
    learning : loihi_emu.learning.rule.Learning or None
        Rule, third factors and whether it is switched on.
    tags : int16 or float64 array, or None
        Tags at the start, like `values`; None for 0.
    """

    name: str
    pre: Slice
    post: Slice
    kind: str
    values: NDArray[Any]
    delays: NDArray[Any]
    indptr: NDArray[np.int64] | None = field(default_factory=_nothing)
    indices: NDArray[Any] | None = field(default_factory=_nothing)
    conv: Conv2D | None = None
    sign_mode: str = "mixed"
    weight_bits: int = 8
    weight_exp: int = 0
    graded: bool = False
    scaled: bool = False
    learning: Any = None
    tags: NDArray[Any] | None = None
    order: NDArray[np.int32] | None = None
    port: str = ONE_PORT[0]
    ordered: bool = True
    recipe: Any = None

    if not TYPE_CHECKING:  # type checkers know the attributes

        def __getattr__(self, name: str) -> Any:
            if name in DRAWN and (vars(self).get("recipe") is not None or HELD in vars(self)):
                return self._draw(name)
            raise missing_attribute(self, name)

    def again(self) -> Connection:
        """The connection as its recipe draws it, whatever weights were set since."""
        nothing: Any = None
        return replace(self, values=nothing, delays=nothing, indptr=None, indices=None)

    def outcomes(self) -> Connection:
        """One of the same settings, whose weights are all that a recipe can draw."""
        return Connection(
            self.name, self.pre, self.post, "sparse", self.recipe.weights.outcomes, np.zeros((), np.int64),
            sign_mode=self.sign_mode, weight_bits=self.weight_bits, weight_exp=self.weight_exp, scaled=self.scaled,
        )  # fmt: skip

    @property
    def has_choice_of_ports(self) -> bool:
        """Whether the neurons that it goes to have several ports."""
        return self.port not in ONE_PORT

    def __repr__(self) -> str:
        port = f" ({self.port})" if self.has_choice_of_ports else ""
        return (
            f'<Connection "{self.name}": {self.pre.name} -> {self.post.name}{port}, {self.kind}, '
            f"{self.synapses} weights, "
            f"{self.sign_mode}, exponent {self.weight_exp}{', learns' if self.learning is not None else ''}>"
        )


@known_keywords_of
@read_only()
@dataclass(frozen=True, eq=False)
class Probe(FrozenArrays):
    """What to record. Made by :meth:`loihi_emu.Network.probe`.

    Attributes
    ----------
    target : Population, Input or Connection
    variables : tuple of str
        "spikes" or names of state; of a connection that learns "weights", "delays", "tags" and traces.
    every : int
        State is recorded in steps 0, every, 2 * every, ...; spikes in every step.
    neurons : int64 array or None
        Recorded neurons; None for all.
    view : str
        "state", or "chip": v as a chip's probe reads it.
    """

    target: Source | Connection
    variables: tuple[str, ...]
    every: int = 1
    neurons: NDArray[np.int64] | None = None
    view: str = "state"

    if not TYPE_CHECKING:  # type checkers know the attributes

        def __getattr__(self, name: str) -> Any:
            raise missing_attribute(self, name)

    def __repr__(self) -> str:
        part = "" if self.neurons is None else f" of {len(self.neurons)} neurons"
        often = "" if self.every == 1 else f", state every {self.every} steps"
        seen = "" if self.view == "state" else f", v as read on a {self.view}"
        return f'<Probe on "{self.target.name}": {", ".join(self.variables)}{part}{often}{seen}>'


def rows_of(c: Connection) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """``indptr`` and ``indices`` of a sparse connection as kernels take them, which do not change them.

    Kernels are compiled for targets of 32 bits: narrower ones are copied, so ask once.
    """
    c = unpacked(c)
    assert c.indptr is not None and c.indices is not None
    return writable(c.indptr), writable(c.indices) if c.indices.dtype == np.int32 else c.indices.astype(np.int32)


def name_of(target: Any) -> Any:
    """The name of a population, an input or a connection; anything else (a name, normally) as it is."""
    return target.name if isinstance(target, (_Node, Connection)) else target
