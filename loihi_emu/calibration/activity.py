"""What a network of floats does on samples: who spikes when, how often, and how large its sums become."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loihi_emu.calibration.samples import Samples
from loihi_emu.network.network import Network
from loihi_emu.run.emulator import Emulator

Floats = NDArray[np.float64]
AT_ONCE = 1 << 23
"""So many values of v are recorded at once."""
KEPT = 1 << 20
"""So many are kept for trials of single layers."""
SILENT = "li"
"""The model of floats that never spikes."""


@dataclass(frozen=True)
class SampleSpikes:
    """Spikes of one population or input over all samples: sample, step, neuron, payload (or None)."""

    samples: NDArray[np.int64]
    steps: NDArray[np.int64]
    indices: NDArray[np.int32]
    payloads: Any
    size: int

    def part(self, count: int) -> SampleSpikes:
        """Those of the first samples."""
        end = int(np.searchsorted(self.samples, count))
        payloads = None if self.payloads is None else self.payloads[:end]
        return SampleSpikes(self.samples[:end], self.steps[:end], self.indices[:end], payloads, self.size)


@dataclass(frozen=True)
class Peaks:
    """Largest magnitudes in a population: what arrives in a step, u, u with the bias, v before its reset."""

    q: float
    u: float
    x: float
    v: float


@dataclass(frozen=True)
class Activity:
    """What was seen.

    Attributes
    ----------
    events : dict of SampleSpikes
        Of inputs, and of populations that spike.
    rates : dict of array
        How often each neuron of an input or population spikes in a step (mean square of its payloads).
    peaks : dict of Peaks
        By population.
    voltages : dict of float32 array (samples, steps, neurons)
        v after the step, by population, of the first samples.
    count, kept, steps : int
        Samples, of how many of them there are voltages, and steps of each.
    """

    events: dict[str, SampleSpikes]
    rates: dict[str, Floats]
    peaks: dict[str, Peaks]
    voltages: dict[str, NDArray[np.float32]]
    count: int
    kept: int
    steps: int


def spiking(network: Network) -> list[str]:
    """Populations that spike."""
    return [name for name, p in network.populations.items() if p.model != SILENT]


def activity_of(network: Network, samples: Samples) -> Activity:
    """Run a network of floats on all samples."""
    probed = network.copy()
    sources = [*network.inputs, *spiking(network)]
    for name in sources:
        probed.probe(name, "spikes")
    for name in network.populations:
        probed.probe(name, ["u", "v"])
    emulator = Emulator(probed)
    each = samples.steps * sum(p.size for p in network.populations.values())
    at_once, kept = (min(max(1, k // each), samples.count) for k in (AT_ONCE, KEPT))
    events: dict[str, list[SampleSpikes]] = {name: [] for name in sources}
    highest = {name: np.zeros(4) for name in network.populations}
    voltages: dict[str, Any] = {}
    for first in range(0, samples.count, at_once):
        end = min(first + at_once, samples.count)
        recording = emulator.run_samples(samples.steps, samples.part(first, end), progress=False)
        for name in sources:
            found = recording.spikes(name)
            sample, step = np.divmod(found.times, samples.steps)
            events[name].append(SampleSpikes(sample + first, step, found.indices, found.payloads, found.size))
        for name, p in network.populations.items():
            u, v = (recording[f"{name}.{k}"].reshape(end - first, samples.steps, p.size) for k in "uv")
            highest[name] = np.maximum(highest[name], _highest(p.parameters, u, v))
            if not first:
                voltages[name] = v[:kept].astype(np.float32)
    joined = {name: _joined(parts) for name, parts in events.items()}
    steps = samples.count * samples.steps
    rates = {name: _rates(found, steps) for name, found in joined.items()}
    peaks = {name: Peaks(*map(float, found)) for name, found in highest.items()}
    return Activity(joined, rates, peaks, voltages, samples.count, kept, samples.steps)


def _highest(parameters: Any, u: Floats, v: Floats) -> Floats:
    """The four peaks of a population in some samples."""
    du, dv, bias = (parameters[name] for name in ("du", "dv", "bias"))
    before = [_before(parameters[name], x) for name, x in (("u", u), ("v", v))]
    pushed = u + bias
    each = (u - before[0] * (1 - du), u, pushed, before[1] * (1 - dv) + pushed)
    return np.array([np.abs(k).max() for k in each])


def _before(start: Any, x: Floats) -> Floats:
    """The state before each step: that at the start, and after the steps but the last."""
    return np.concatenate([np.broadcast_to(start, x[:, :1].shape), x[:, :-1]], axis=1)


def _joined(parts: list[SampleSpikes]) -> SampleSpikes:
    graded = any(part.payloads is not None for part in parts)
    payloads = None
    if graded:
        payloads = np.concatenate([np.ones(len(k.steps)) if k.payloads is None else k.payloads for k in parts])
    samples, steps, indices = (
        np.concatenate([getattr(k, name) for k in parts]) for name in ("samples", "steps", "indices")
    )
    return SampleSpikes(samples, steps, indices, payloads, parts[0].size)


def _rates(events: SampleSpikes, steps: int) -> Floats:
    """Never 0: what is silent here may speak elsewhere."""
    squares = None if events.payloads is None else np.asarray(events.payloads, np.float64) ** 2
    return np.asarray((np.bincount(events.indices, squares, events.size) + 0.1) / (steps + 0.1), np.float64)
