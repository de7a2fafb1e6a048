"""What nengo-loihi 1.1.0 does with networks on chips: bits of lists, splits, and the chips of its allocators.

The networks are drawn anew with NumPy's ``RandomState``, whose numbers never change, in the order in which they were
drawn when nengo-loihi was asked; a digest that was taken then tells that they are the same. What is recorded is in
``golden/nengo_loihi_allocators``.
"""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from loihi_emu import Conv2D, Network
from loihi_emu.validation.golden import GOLDEN

FOLDER = GOLDEN / "nengo_loihi_allocators"

Numbers = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Allocation:
    """Where an allocator put the blocks of a network.

    Attributes
    ----------
    allocator : str
    cores_per_chip : list of int
    chip, core : int64 arrays
        Of each block: one block is one core.
    to_other_chips : float
        Messages per step to cores on other chips, one for each spike and core.
    degenerate : bool
        Whether a chip was left empty or all went on one.
    """

    allocator: str
    cores_per_chip: list[int]
    chip: Index
    core: Index
    to_other_chips: float

    @property
    def degenerate(self) -> bool:
        """Whether a chip was left empty."""
        return min(self.cores_per_chip) == 0


@dataclass(frozen=True)
class AllocatorCase:
    """A network, its rates, and what was recorded of it.

    Attributes
    ----------
    name : str
    network : Network
    rates : dict
        Population name to spikes per step of each neuron.
    digest : str
        Of rates and synapses.
    block : dict
        Population name to the block of each neuron.
    blocks : list of dict
        Use of each block: "compartments", "in-axons", "out-axons", "synapses" (bits of synaptic memory).
    refused : str or None
        Why nengo-loihi cannot place the network.
    allocations : list of Allocation
    """

    name: str
    network: Network
    rates: dict[str, Numbers]
    digest: str
    block: dict[str, Index]
    blocks: list[dict[str, int]]
    refused: str | None
    allocations: list[Allocation]


def allocator_cases() -> list[str]:
    """Names of the cases.

    Examples
    --------
    >>> allocator_cases()[:3]
    ['chain_1000', 'communities', 'communities_ordered']
    """
    return sorted(f.stem for f in FOLDER.glob("*.json") if f.stem != "bits")


def allocator_case(name: str) -> AllocatorCase:
    """Draw the network of a case, and read what was recorded.

    Examples
    --------
    >>> case = allocator_case("three_pops")
    >>> case.network
    <Network "three_pops": Loihi 1, rules "chip", 3 populations (230 neurons), 0 inputs, 3 connections (12640 weights)>
    >>> case.allocations[0].allocator, case.allocations[0].cores_per_chip
    ('Greedy(128)', [3])
    """
    drawn = _Drawn(name)
    DRAWINGS[name](drawn)
    document = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    arrays = np.load(FOLDER / f"{name}.npz")
    owner, first = arrays["population"].astype(np.int64), arrays["first"].astype(np.int64)
    block = {}
    for number, population in enumerate(drawn.network.populations.values()):
        starts = first[owner == number]
        ids = np.flatnonzero(owner == number)
        block[population.name] = ids[np.searchsorted(starts, np.arange(population.size), "right") - 1]
    columns = ("compartments", "in-axons", "out-axons", "synapses")
    blocks = [dict(zip(columns, map(int, row), strict=True)) for row in arrays["use"]]
    allocations = [
        Allocation(
            a["allocator"], a["cores_per_chip"], arrays[f"chip{k}"].astype(np.int64),
            arrays[f"core{k}"].astype(np.int64), a["to_other_chips"],
        )
        for k, a in enumerate(document["allocations"])
    ]  # fmt: skip
    return AllocatorCase(
        name, drawn.network, drawn.rates, drawn.digest, block, blocks, document["refused"], allocations
    )  # fmt: skip


def recorded_digest(name: str) -> str:
    """The digest of the network that nengo-loihi was given."""
    return str(json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))["digest"])


def bits_of_lists() -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """Bits per weight of formats with 64 weights in a block, and the bits of their lists of 0, 1, 2, ... weights."""
    table = np.load(FOLDER / "bits.npz")
    return table["per_weight"], table["bits"]


# ---------------------------------------------------------------- networks
@dataclass
class _Drawn:
    """A network as it is drawn."""

    name: str
    rng: np.random.RandomState = field(default_factory=np.random.RandomState)
    rates: dict[str, Numbers] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.network = Network(self.name)
        self._digest = hashlib.sha256()

    @property
    def digest(self) -> str:
        return self._digest.hexdigest()[:32]

    def seed(self, seed: int) -> None:
        self.rng = np.random.RandomState(seed)

    def cells(self, name: str, size: int, rate: Any) -> Any:
        rates = np.broadcast_to(np.asarray(rate, float), size).copy()
        self.rates[name] = rates
        self._digest.update(rates.tobytes())
        return self.network.population(name, size, vth=100)

    def rate(self, size: int, mean: float) -> Numbers:
        return np.asarray(np.round(self.rng.uniform(0.2, 1.8, size=size) * mean, 6))

    def sparse(self, pre: Any, post: Any, targets: int) -> None:
        """So many different targets for each neuron."""
        place = np.argsort(self.rng.rand(pre.size, post.size), axis=1)[:, :targets]
        place = np.sort(place, axis=1)
        self.rng.uniform(0.05, 1, size=place.shape)  # the weights' sizes and signs, which do not matter here
        self.rng.choice([-1, 1], size=place.shape)
        self._digest.update(place.astype(np.int16).tobytes())
        self.network.connect(pre, post, (np.repeat(np.arange(pre.size), targets), place.reshape(-1), 5))

    def dense(self, pre: Any, post: Any) -> None:
        self.rng.uniform(-1, 1, size=(pre.size, post.size))
        self.network.connect(pre, post, np.full((post.size, pre.size), 5))


def _three_pops(d: _Drawn) -> None:
    d.seed(1)
    a = d.cells("a", 100, d.rate(100, 0.05))
    b = d.cells("b", 80, d.rate(80, 0.02))
    c = d.cells("c", 50, 0.1)
    d.dense(a, b)
    d.dense(b, c)
    d.sparse(b, b, 8)


def _many_small(d: _Drawn) -> None:
    d.seed(2)
    cells = [d.cells(f"e{i}", 20, d.rate(20, d.rng.uniform(0.01, 0.2))) for i in range(200)]
    for i in range(200):
        for j in d.rng.choice([k for k in range(200) if k != i], 3, replace=False):
            d.dense(cells[i], cells[j])


def _chain_1000(d: _Drawn) -> None:
    d.seed(3)
    cells = [d.cells(f"l{i}", 1000, d.rate(1000, 0.02)) for i in range(12)]
    for pre, post in itertools.pairwise(cells):
        d.sparse(pre, post, 64)


def _dense_1024(d: _Drawn) -> None:
    d.seed(4)
    d.dense(d.cells("a", 1024, d.rate(1024, 0.05)), d.cells("b", 1024, 0.05))


def _dense_512_1024(d: _Drawn) -> None:
    d.seed(15)
    d.dense(d.cells("a", 512, d.rate(512, 0.05)), d.cells("b", 1024, 0.05))


def _sparse_4096(d: _Drawn) -> None:
    d.seed(5)
    a = d.cells("a", 4096, d.rate(4096, 0.03))
    d.sparse(a, d.cells("b", 4096, 0.01), 82)


def _recurrent_4000(d: _Drawn) -> None:
    d.seed(6)
    a = d.cells("a", 4000, d.rate(4000, 0.02))
    d.sparse(a, a, 100)


def _communities(order: str) -> Callable[[_Drawn], None]:
    count, each, size = 8, 8, 64

    def draw(d: _Drawn) -> None:
        d.seed(8)
        pairs = [(c, k) for c in range(count) for k in range(each)]
        if order == "interleaved":
            pairs.sort(key=lambda pair: pair[1])
        if order == "shuffled":
            pairs = [pairs[i] for i in np.random.RandomState(80).permutation(len(pairs))]
        cells = {pair: d.cells(f"c{pair[0]}_{pair[1]}", size, np.linspace(0.02, 0.2, size)) for pair in pairs}
        for c in range(count):
            for a in range(each):
                for b in range(each):
                    if a != b:
                        d.sparse(cells[c, a], cells[c, b], 16)
        for c in range(count):
            d.sparse(cells[c, 0][:4], cells[(c + 1) % count, 1], 8)

    return draw


def _random_256(d: _Drawn) -> None:
    d.seed(9)
    sizes = d.rng.randint(64, 256, size=256)
    cells = []
    for i, size in enumerate(sizes):
        mean = d.rng.uniform(0.001, 0.1)
        cells.append(d.cells(f"e{i}", int(size), mean * d.rng.uniform(0.9, 1, size=size)))
    for i, j in d.rng.randint(0, 256, size=(512, 2)):
        d.sparse(cells[i], cells[j], 16)


def _grid_1024(d: _Drawn) -> None:
    d.seed(10)
    side = range(32)
    cells = {(y, x): d.cells(f"g{y}_{x}", 128, d.rng.uniform(0.005, 0.05)) for y in side for x in side}
    for (y, x), pre in cells.items():
        for place in ((y, x + 1), (y + 1, x), (y, x - 1), (y - 1, x)):
            if place in cells:
                d.sparse(pre, cells[place], 8)


def _hub(d: _Drawn) -> None:
    d.seed(11)
    hub = d.cells("hub", 256, 0.05)
    spokes = [d.cells(f"s{i}", 100, 0.01 * (1 + i % 7)) for i in range(40)]
    for spoke in spokes:
        d.sparse(hub, spoke, 10)
        d.sparse(spoke, hub, 10)


def _convolutions(d: _Drawn) -> None:
    """12 x 12 x 2, then 3 x 3 kernels of 8 and of 16 channels, the second ones with stride 2; no rates."""
    image, first, second = (
        d.network.population(name, shape, vth=100)
        for name, shape in (("in", (12, 12, 2)), ("conv0", (10, 10, 8)), ("conv1", (4, 4, 16)))
    )
    d.network.connect(image, first, Conv2D(np.full((8, 3, 3, 2), 5)))
    d.network.connect(first, second, Conv2D(np.full((16, 3, 3, 8), 5), stride=2))


DRAWINGS: dict[str, Callable[[_Drawn], None]] = {
    "three_pops": _three_pops,
    "many_small": _many_small,
    "chain_1000": _chain_1000,
    "dense_1024": _dense_1024,
    "dense_512_1024": _dense_512_1024,
    "sparse_4096": _sparse_4096,
    "recurrent_4000": _recurrent_4000,
    "communities": _communities("interleaved"),
    "communities_ordered": _communities("ordered"),
    "communities_shuffled": _communities("shuffled"),
    "random_256": _random_256,
    "grid_1024": _grid_1024,
    "hub": _hub,
    "conv_auto": _convolutions,
    "conv_split": _convolutions,
    "conv_pop16": _convolutions,
}
