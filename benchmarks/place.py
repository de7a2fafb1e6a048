"""How long the mapper takes: typical networks, and one of a million neurons."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from benchmarks.rows import Row
from benchmarks.sizes import Size
from loihi_emu.network.conv2d import Conv2D
from loihi_emu.network.network import Network

TYPICAL_MS, LARGE_S = 100.0, 30.0
REACH = 500
"""Neurons of the large network reach this far in each direction."""


def measure(size: Size) -> Iterator[Row]:
    """Place typical networks, the best of some repetitions, and large ones once by each strategy."""
    for name, make in TYPICAL.items():
        net = make()
        placement = net.place()
        taken = []
        for _ in range(size.repeats):
            begin = time.process_time()
            net.place()
            taken.append(1e3 * (time.process_time() - begin))
        what = f"{name}, {placement.problem.neurons} neurons"
        note = f"{placement.problem.synapses} synapses, {placement.cores} cores; best of {size.repeats}"
        yield Row("placing", what, min(taken), "ms", TYPICAL_MS, min(taken), max(taken), note=note)
        del net, placement
    neurons, fanout = size.place
    for name, draw in (("local", _local), ("random", _random)):
        net = _large(neurons, fanout, draw)
        for strategy in ("greedy", "traffic") if size.cold else ("greedy",):
            begin = time.process_time()
            placement = net.place(strategy=strategy)
            took = time.process_time() - begin
            note = f"{neurons * fanout} synapses, {placement.cores} cores on {placement.chips} chips; one run"
            yield Row("placing", f"{name}, {neurons} neurons, {strategy}", took, "s", LARGE_S, note=note)
            del placement


def _layers(inputs: int, layers: int, weights: Callable[[np.random.Generator, int], Any]) -> Network:
    """Layers of 1000 neurons, each reached by the one before."""
    rng = np.random.default_rng(0)
    net = Network("layers")
    before: Any = net.input("input", inputs)
    for k in range(layers):
        layer = net.population(f"layer{k}", 1000, vth=100)
        net.connect(before, layer, weights(rng, before.size))
        before = layer
    return net


def _tenth(rng: np.random.Generator, sources: int) -> Any:
    """Each source reaches a tenth of the next 1000."""
    n = sources * 100
    return np.repeat(np.arange(sources), 100), rng.integers(0, 1000, n), 1 + n % 200


def _all(rng: np.random.Generator, sources: int) -> Any:
    """Each source reaches all."""
    return 2 * rng.integers(-127, 128, (1000, sources))


def _recurrent(excitatory: int, inhibitory: int, density: float) -> Network:
    """Excitatory and inhibitory neurons, connected at random."""
    rng = np.random.default_rng(1)
    net = Network("recurrent")
    kinds = [net.population("excitatory", excitatory, vth=100), net.population("inhibitory", inhibitory, vth=100)]
    for a in kinds:
        for b in kinds:
            n = round(density * a.size * b.size)
            weight = 8 if a is kinds[0] else -90
            net.connect(a, b, (rng.integers(0, a.size, n), rng.integers(0, b.size, n), weight))
    return net


def _convolutions() -> Network:
    """Two convolutions of an image with 32 x 32 pixels, and a dense layer."""
    rng = np.random.default_rng(2)
    net = Network("convolutions")
    image = net.input("image", (32, 32, 3))
    first, second = net.population("first", (32, 32, 16), vth=100), net.population("second", (16, 16, 32), vth=100)
    net.connect(image, first, Conv2D(rng.integers(1, 99, (16, 3, 3, 3)), padding=1))
    net.connect(first, second, Conv2D(rng.integers(1, 99, (32, 3, 3, 16)), stride=2, padding=1))
    classes = net.population("classes", 10, vth=100)
    net.connect(second[:4000], classes, rng.integers(1, 99, (10, 4000)))
    return net


def _areas() -> Network:
    """100 populations of 100 neurons, each connected to ten of them with a tenth of all pairs."""
    rng = np.random.default_rng(6)
    net = Network("areas")
    areas = [net.population(f"area{k}", 100, vth=100) for k in range(100)]
    for k, a in enumerate(areas):
        for j in range(10):
            weights = rng.integers(1, 256, 1000)
            net.connect(a, areas[(k + j * j) % 100], (*rng.integers(0, 100, (2, 1000)), weights))
    return net


TYPICAL: dict[str, Callable[[], Network]] = {
    "layers": partial(_layers, 784, 10, _tenth),
    "dense layers": partial(_layers, 1000, 9, _all),
    "recurrent, 80 each": partial(_recurrent, 3200, 800, 0.02),
    "recurrent, 100 each": partial(_recurrent, 8000, 2000, 0.01),
    "100 populations": _areas,
    "convolutions": _convolutions,
}


def _local(rng: np.random.Generator, pre: Any, n: int) -> Any:
    return (pre + rng.integers(-REACH, REACH, len(pre), dtype=np.int32)) % n


def _random(rng: np.random.Generator, pre: Any, n: int) -> Any:
    return rng.integers(0, n, len(pre), dtype=np.int32)


def _large(n: int, fanout: int, draw: Callable[[np.random.Generator, Any, int], Any]) -> Network:
    rng = np.random.default_rng(3)
    net = Network("large")
    cells = net.population("cells", n, vth=100)
    pre = np.repeat(np.arange(n, dtype=np.int32), fanout)
    net.connect(cells, cells, (pre, draw(rng, pre, n), rng.integers(1, 200, n * fanout, dtype=np.int16)))
    return net
