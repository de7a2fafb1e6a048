"""Rows of packed synapses of every length, added one by one or in lists of blocks, beside sums by NumPy."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from loihi_emu import Emulator, Network
from loihi_emu.models.synapses import sparse

LENGTHS = {
    "short": [0, 1, 7, 8, 9, 15, 16, 63, 64, 65, 127, 128, 135, 0, 3] + [5, 0, 30, 8] * 60,
    "long": [0, 1, 300, 64, 65, 128, 1000, 17, 136, 129],
}


def network(lengths: list[int], size: int) -> tuple[Network, NDArray[np.int64]]:
    """A network of inputs with rows of such lengths; the weights (sources, neurons) in all."""
    rng = np.random.default_rng(5)
    pre = np.repeat(np.arange(len(lengths)), lengths)
    post, weights = rng.integers(0, size, pre.size), 2 * rng.integers(-50, 51, pre.size)
    net = Network("rows", seed=1)
    times = np.concatenate([np.zeros(len(lengths), int), np.ones(len(lengths) // 2, int)])
    who = np.concatenate([np.arange(len(lengths)), np.arange(1, len(lengths), 2)[: len(lengths) // 2]])
    source = net.input("source", len(lengths), spikes=(times, who))
    cells = net.population("cells", size, vth=131071, du=4096, dv=0)
    net.connect(source, cells, (pre, post, weights), sign_mode="mixed")
    table = np.zeros((len(lengths), size), np.int64)
    np.add.at(table, (pre, post), weights)
    return net, table


@pytest.mark.parametrize("kind", LENGTHS)
@pytest.mark.parametrize("size", [40, 1500])
def test_rows_of_every_length(kind: str, size: int) -> None:
    lengths = LENGTHS[kind]
    assert bool(np.mean(lengths) < sparse._SHORT) is (kind == "short")
    net, table = network(lengths, size)
    emulator = Emulator(net)
    for spiking in (np.arange(len(lengths)), np.arange(1, len(lengths), 2)):
        emulator.run(1, progress=False)
        assert np.array_equal(emulator.get("cells", "u"), 64 * table[spiking].sum(axis=0))
