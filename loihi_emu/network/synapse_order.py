"""The synapses of a connection in two orders: that of its rows, by source, and that in which a list was given."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, TypeVar
from weakref import ref

import numpy as np
from numpy.typing import NDArray

from loihi_emu.errors import invalid
from loihi_emu.keywords import known_keywords
from loihi_emu.read_only import FrozenArrays, frozen

DRAWN = ("values", "delays", "indptr", "indices")
"""Lists that may be missing: a recipe's synapses are drawn, those in an image's rows unpacked, when somebody asks."""
ALL_DRAWN = frozenset(DRAWN)
HELD, PACKED, UNPACKED = "_held", "_packed", "_unpacked"
"""Attributes of a connection whose synapses are in the rows of images; a copy and a pickle have lists again."""

NOT_KEPT = (
    'connect(..., order="given") keeps the order of a long list, for 4 bytes a synapse; with order="sorted" its '
    "synapses are named by source, then target, as Connection.indptr and indices have them."
)


class HeldSynapses(Protocol):
    """Synapses of a connection in the rows of an image, which nobody writes to; from these come the lists again.

    Attributes
    ----------
    names : sequence of str
        Those of the lists of :data:`DRAWN` that it can give.
    synapses, longest, shortest : int
        Number of synapses, and their longest and shortest delay.
    varied : bool
        Whether synapses have delays of their own.
    different : float
        How many delays they have, if all were equally frequent.
    acting, lost : object
        Effective weights without their values, and what the weights lose.
    """

    names: Sequence[str]
    synapses: int
    longest: int
    shortest: int
    varied: bool
    different: float
    acting: Any
    lost: Any

    def arrays(self, names: Sequence[str]) -> dict[str, NDArray[Any]]:
        """Some of the lists, as they were."""


class SynapseOrder(FrozenArrays):
    """Base of connections: what is read of their synapses, whatever their kind."""

    if TYPE_CHECKING:
        name: str
        pre: Any
        post: Any
        kind: str
        values: NDArray[Any]
        delays: NDArray[Any]
        indptr: NDArray[np.int64] | None
        indices: NDArray[Any] | None
        order: NDArray[Any] | None
        ordered: bool
        recipe: Any

    def __post_init__(self) -> None:
        super().__post_init__()
        drawn = self.recipe is not None and self.values is None
        object.__setattr__(self, "_drawn", drawn)
        for name in DRAWN if drawn else ():  # to be found missing, and drawn then
            del vars(self)[name]

    def _draw(self, name: str) -> NDArray[Any]:
        """Draw or unpack all synapses, and keep them as lists from now on."""
        arrays = self._missing(vars(self))
        vars(self).update(arrays)
        found: NDArray[Any] = arrays[name] if name in arrays else vars(self)[name]
        return found

    def _missing(self, state: dict[str, Any]) -> dict[str, NDArray[Any]]:
        """The lists that are not among some attributes."""
        names = [name for name in DRAWN if name not in state]
        held = held_of(self)
        if held is not None:
            arrays = held.arrays(names)
        else:
            arrays = self.recipe.arrays(f'connection "{self.name}"') if names else {}
        return {name: frozen(array) for name, array in arrays.items() if name in names}

    def __getstate__(self) -> dict[str, Any]:
        state = dict(vars(self))
        if held_of(self) is not None:
            state.update(self._missing(state))
        return {name: value for name, value in state.items() if name not in (HELD, PACKED, UNPACKED)}

    @property
    def drawn(self) -> bool:
        """Whether its synapses are those that the recipe draws."""
        return bool(vars(self)["_drawn"])

    @partial(known_keywords, name="Connection.by_source")
    def by_source(self, values: NDArray[Any]) -> NDArray[Any]:
        """Values of synapses in the order given (or one for all), brought into the order of `indices`."""
        if not values.ndim or not self._reordered():
            return values
        return values[self.order]

    @partial(known_keywords, name="Connection.as_given")
    def as_given(self, values: NDArray[Any]) -> NDArray[Any]:
        """Values (any leading axes; or one for all) in the order of `indices`, brought into that given."""
        if not values.ndim or not self._reordered():
            return values
        found = np.empty_like(values)
        found[..., self.order] = values
        return found

    def _reordered(self) -> bool:
        """Whether the order given is another than that of the rows; an error where it was not kept."""
        if not self.ordered:
            given = f"a list of {self.values.size:,} synapses whose order was not kept"
            raise invalid(f'connection "{self.name}"', "order", given, "one whose order was", advice=NOT_KEPT)
        return self.order is not None

    @property
    def pre_indices(self) -> NDArray[np.int32]:
        """Neuron of `pre` of each synapse in the order given; an error where synapses are not sparse."""
        return self.as_given(np.repeat(np.arange(self.pre.size, dtype=np.int32), np.diff(self._sparse("pre_indices"))))

    @property
    def post_indices(self) -> NDArray[np.int32]:
        """Neuron of `post` of each synapse in the order given; an error where synapses are not sparse."""
        self._sparse("post_indices")
        assert self.indices is not None
        return self.as_given(self.indices.astype(np.int32))

    def _sparse(self, name: str) -> NDArray[np.int64]:
        if self.indptr is None:
            where, advice = f'connection "{self.name}"', f"The weights of this one are an array {self.values.shape}."
            raise invalid(where, name, f"a {self.kind} connection", "a sparse one", advice=advice)
        return self.indptr

    @property
    def varied(self) -> bool:
        """Whether synapses have delays of their own."""
        held = held_of(self)
        if held is not None:
            return held.varied
        return not self.recipe.delays.constant if self.drawn else self.delays.ndim > 0

    @property
    def longest_delay(self) -> int:
        """Of its synapses, in steps; 0 where there are none."""
        held = held_of(self)
        if held is not None:
            return held.longest
        if self.drawn:
            return int(self.recipe.delays.high)
        if not self.delays.ndim:
            return int(self.delays)
        return int(self.delays.max()) if self.delays.size else 0

    @property
    def shortest_delay(self) -> int:
        """Of its synapses, in steps; 0 where there are none."""
        held = held_of(self)
        if held is not None:
            return held.shortest
        if self.drawn:
            return int(self.recipe.delays.low)
        return int(self.delays.min()) if self.delays.size else 0

    @property
    def synapses(self) -> int:
        """Number of stored weights (a shared kernel counts once)."""
        held = held_of(self)
        if held is not None:
            return held.synapses
        return int(self.recipe.synapses if self.drawn else self.values.size)


C = TypeVar("C", bound=SynapseOrder)


def held_of(c: SynapseOrder) -> HeldSynapses | None:
    """Where a connection's synapses are, if they are in the rows of an image."""
    found: HeldSynapses | None = vars(c).get(HELD)
    return found


def hold(c: SynapseOrder, held: HeldSynapses) -> None:
    """Let a connection's lists go: from now on they are unpacked when somebody asks for them."""
    own = vars(c)
    own[HELD] = held
    for name in held.names:
        own.pop(name, None)


def unpacked(c: C) -> C:
    """The same connection with all its lists, which go when what is returned goes: for who reads them once."""
    if vars(c).keys() >= ALL_DRAWN:
        return c
    state = dict(vars(c))
    made: C | None = state[UNPACKED]() if UNPACKED in state else None
    if made is None:
        made = object.__new__(type(c))
        vars(made).update({**state, **c._missing(state)})
        vars(c)[UNPACKED] = ref(made)
    return made
