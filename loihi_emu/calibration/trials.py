"""A layer alone, in integers, on the spikes that it receives in floats: how far it is from its floats."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loihi_emu.calibration.activity import Activity, SampleSpikes
from loihi_emu.calibration.integers import Lowered
from loihi_emu.chips.chip import Chip
from loihi_emu.network.elements import Input
from loihi_emu.network.network import Network
from loihi_emu.recording.spikes import Spikes
from loihi_emu.run.emulator import Emulator
from loihi_emu.widths import WEIGHT_UNIT

Floats = NDArray[np.float64]
ALONE = "from "
"""Before the names of what a layer receives from."""


@dataclass(frozen=True)
class Trial:
    """What a layer alone did.

    Attributes
    ----------
    differing, spikes : int
        Spikes that one of floats and integers has and the other has not; spikes of the floats.
    error : float
        Root mean square difference of v, in floats, where both spiked or neither did.
    mean : array
        Mean difference of v of each neuron.
    slope : array
        v of each neuron over that of the floats, by least squares.
    overflow : dict
        How often q, u, x wrapped and v saturated.
    """

    differing: int
    spikes: int
    error: float
    mean: Floats
    slope: Floats
    overflow: dict[str, int]

    @property
    def rank(self) -> tuple[int, int, float]:
        """Less is better: wraps, spikes that differ, voltages that differ."""
        return sum(self.overflow[k] for k in "qux"), self.differing, self.error


def tried(made: Lowered, activity: Activity, chip: Chip) -> Trial:
    """Run a layer alone on the samples of which there are voltages."""
    layer, count, steps = made.layer, activity.kept, activity.steps
    network = Network("trial", chip=chip)
    sources = {w.connection.pre.target.name: w.connection.pre.target for w in layer.wires}
    for name, node in sources.items():
        network.input(ALONE + name, node.shape)
    if not sources:
        network.input(ALONE, 1)
    made.add(network)
    graded = frozenset(name for name in sources if activity.events[name].payloads is not None)
    made.connect(network, graded, ALONE)
    network.probe(layer.name, ["spikes", "v"] if layer.spikes else ["v"])
    samples: dict[str, list[Any]] = {}
    for name, node in sources.items():
        late = 0 if isinstance(node, Input) else 1  # what populations send arrives in the next step
        samples[ALONE + name] = _listed(activity.events[name].part(count), late, count, steps)
    if not samples:
        samples = {ALONE: [([], [])] * count}
    recording = Emulator(network).run_samples(steps, samples, progress=False)
    n = layer.population.size
    v = recording[f"{layer.name}.v"].reshape(count, steps, n) / (made.choice.scale * WEIGHT_UNIT)
    wanted_v = activity.voltages[layer.name].astype(np.float64)
    difference = v - wanted_v
    differing = spikes = 0
    if layer.spikes:
        wanted = activity.events[layer.name].part(count)
        found = recording.spikes(layer.name)
        both = [np.zeros((count * steps, n), bool) for _ in range(2)]
        both[0][wanted.samples * steps + wanted.steps, wanted.indices] = True
        both[1][found.times, found.indices] = True
        apart = (both[0] != both[1]).reshape(count, steps, n)
        differing, spikes = int(apart.sum()), len(wanted.steps)
        difference[apart] = 0.0
    overflow = recording.stats["overflow"][layer.name]
    squares = (wanted_v**2).sum(axis=(0, 1))
    slope = 1.0 + (wanted_v * difference).sum(axis=(0, 1)) / np.where(squares > 0, squares, 1.0)
    error, mean = float(np.sqrt(np.mean(difference**2))), difference.mean(axis=(0, 1))
    return Trial(differing, spikes, error, mean, slope, overflow)


def _listed(events: SampleSpikes, late: int, count: int, steps: int) -> list[Any]:
    """Spikes of each sample."""
    times = events.steps + late
    inside = times < steps
    bounds = np.searchsorted(events.samples[inside], np.arange(count + 1))
    spans = [slice(first, end) for first, end in pairwise(bounds)]
    times, indices = times[inside], events.indices[inside]
    if events.payloads is None:
        return [(times[span], indices[span]) for span in spans]
    payloads = events.payloads[inside].astype(np.int32)
    return [Spikes(times[span], indices[span], payloads[span], events.size) for span in spans]
