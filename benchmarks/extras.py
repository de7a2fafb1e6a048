"""What a sample costs beside its steps, and how long a raster of a million spikes takes."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from benchmarks.rows import Row
from benchmarks.sizes import Size
from loihi_emu.network.network import Network
from loihi_emu.run.emulator import Emulator

SAMPLE_US, RASTER_S = 50.0, 2.0
_CELLS = 10


def samples(size: Size) -> Iterator[Row]:
    """Samples of one step through a tiny network: nearly all of it is what a sample costs by itself."""
    net = Network("tiny")
    source = net.input("source", _CELLS)
    cells = net.population("cells", _CELLS, vth=10)
    net.connect(source, cells, np.full((_CELLS, _CELLS), 2))
    net.probe(cells)
    emulator = Emulator(net)
    array = (np.random.default_rng(6).random((size.samples, 1, _CELLS)) < 0.5).astype(np.int64)
    lists = [(np.zeros(int(one.sum()), np.int64), np.flatnonzero(one)) for one in array[:, 0]]
    given: tuple[tuple[str, Any], ...] = (("inputs as one array", array), ("inputs as event lists", lists))
    for what, inputs in given:

        def run(inputs: Any = inputs) -> None:
            emulator.run_samples(1, {"source": inputs}, progress=False)

        taken = [1e6 * t / size.samples for t in _times(run, size.repeats)]
        note = f"run_samples, {size.samples} samples of 1 step, checks included; best of {size.repeats}"
        yield Row("a sample", what, min(taken), "us", SAMPLE_US, min(taken), max(taken), note=note)


def raster(size: Size) -> Iterator[Row]:
    """A raster plot as PNG, matplotlib imported beforehand."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    from loihi_emu import plots

    rng = np.random.default_rng(7)
    times = np.sort(rng.integers(0, 10_000, size.spikes))
    neurons = rng.integers(0, 4000, size.spikes)

    def draw() -> None:
        figure = Figure(figsize=(8, 5))
        canvas = FigureCanvasAgg(figure)
        plots.raster((times, neurons, 4000), ax=figure.subplots())
        canvas.print_png(io.BytesIO())

    taken = _times(draw, size.repeats)
    note = f"plots.raster to PNG, {size.spikes} spikes of 4000 neurons, best of {size.repeats}"
    yield Row("plot", "raster", min(taken), "s", RASTER_S, min(taken), max(taken), note=note)


def _times(action: Callable[[], object], repeats: int) -> list[float]:
    """CPU seconds of each repetition, after one that does not count."""
    action()
    taken = []
    for _ in range(repeats):
        begin = time.process_time()
        action()
        taken.append(time.process_time() - begin)
    return taken
