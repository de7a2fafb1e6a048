"""The reference workloads, each as a network made through the public API and as the C ceiling's arrays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.ceiling import Ceiling, Cell, Delayed, Layers, Recurrent
from loihi_emu.network.network import Network
from loihi_emu.widths import DECAY_UNITY

Array = NDArray[Any]

UNIT = 64  # weights and thresholds are mantissas in units of 64
EXCITATORY, INHIBITORY = 8, -90


@dataclass(frozen=True)
class Workload:
    """A workload.

    Attributes
    ----------
    name, text : str
    network : callable
        Makes the network; ``network(spread=True)`` with du, dv, vth and bias given per neuron (W3 only).
    ceiling : callable
        Makes the same in C.
    steps : int
        Steps of one round: some tens of milliseconds.
    neurons : int
    """

    name: str
    text: str
    network: Callable[..., Network]
    ceiling: Callable[[], Ceiling]
    steps: int
    neurons: int


@dataclass(frozen=True)
class Lif:
    """Parameters of a population as the public API takes them."""

    du: int
    dv: int
    vth: int
    bias: int = 0
    bias_exp: int = 0
    refractory: int = 1

    def parameters(self) -> dict[str, Any]:
        """Keyword arguments of ``Network.population``."""
        return {
            "du": self.du, "dv": self.dv, "vth": self.vth, "bias": self.bias, "bias_exp": self.bias_exp,
            "refractory": self.refractory,
        }  # fmt: skip

    def spread(self, neurons: int) -> dict[str, Any]:
        """The same, du, dv, vth and bias as arrays for `neurons` neurons and one that differs in all and never spikes.

        Without that one the arrays would be uniform, which the emulator notices.
        """
        odd = {"du": self.du + 1, "dv": self.dv + 1, "vth": self.vth + 1, "bias": 0}
        return self.parameters() | {k: np.append(np.full(neurons, getattr(self, k)), x) for k, x in odd.items()}

    def cell(self, step: int = 1) -> Cell:
        """The same for the C ceiling; its stored weights are in units of `step` mantissas."""
        shift = (UNIT * step).bit_length() - 1
        bias = self.bias << self.bias_exp
        return Cell(DECAY_UNITY - self.du, DECAY_UNITY - self.dv, bias, self.vth * UNIT, self.refractory, shift)


def probed(network: Network) -> Network:
    """The same network with a spike probe on every population."""
    other = network.copy()
    for population in other.populations.values():
        other.probe(population, "spikes")
    return other


# ---------------------------------------------------------------- W1, W1b
def recurrent(name: str, neurons: int, fan_out: int, cell: Lif, steps: int, seed: int = 1) -> Workload:
    """A balanced network: 80 % excitatory neurons; every neuron has `fan_out` targets, drawn with replacement."""
    rng = np.random.default_rng(seed)
    excitatory = neurons * 4 // 5
    targets = rng.integers(0, neurons, (neurons, fan_out), np.int32)
    targets.sort(axis=1)
    u, v = np.zeros(neurons, np.int64), rng.integers(0, cell.vth * UNIT, neurons)

    def network() -> Network:
        net = Network(name)
        cells = net.population("cells", neurons, **cell.parameters(), v=v)
        sources = np.repeat(np.arange(neurons, dtype=np.int32), fan_out)
        cut = excitatory * fan_out
        flat = targets.reshape(-1)
        net.connect(cells[:excitatory], cells, (sources[:cut], flat[:cut], EXCITATORY), name="excitatory")
        net.connect(cells[excitatory:], cells, (sources[cut:] - excitatory, flat[cut:], INHIBITORY), name="inhibitory")
        return net

    def ceiling() -> Ceiling:
        rows = np.arange(neurons + 1) * fan_out
        weights = np.full(targets.size, INHIBITORY, np.int16)
        weights[: excitatory * fan_out] = EXCITATORY
        return Recurrent(u, v, cell.cell(), rows, targets.reshape(-1), weights)

    text = f"recurrent, {neurons} LIF, {targets.size / 1e6:.3g}M sparse synapses"
    return Workload(name, text, network, ceiling, steps, neurons)


# ---------------------------------------------------------------- W5
def delayed(name: str, neurons: int, fan_out: int, cell: Lif, steps: int, longest: int) -> Workload:
    """A balanced network in which every synapse has a delay of 1 to `longest` steps, as in a cortical column."""
    rng = np.random.default_rng(5)
    excitatory = neurons * 4 // 5
    u, v = np.zeros(neurons, np.int64), rng.integers(0, cell.vth * UNIT, neurons)

    def synapses() -> tuple[Array, Array]:
        drawn = np.random.default_rng(6)
        targets = drawn.integers(0, neurons, (neurons, fan_out), np.int32)
        targets.sort(axis=1)
        return targets, drawn.integers(0, longest, targets.shape, np.uint8)

    def network() -> Network:
        net = Network(name)
        cells = net.population("cells", neurons, **cell.parameters(), v=v)
        targets, delays = synapses()
        halves = ("excitatory", 0, excitatory, EXCITATORY), ("inhibitory", excitatory, neurons, INHIBITORY)
        for which, first, stop, weight in halves:
            sources = np.repeat(np.arange(stop - first, dtype=np.int32), fan_out)
            lists = sources, targets[first:stop].reshape(-1), weight
            net.connect(cells[first:stop], cells, lists, name=which, delays=delays[first:stop].reshape(-1))
        return net

    def ceiling() -> Ceiling:
        targets, delays = synapses()
        weights = np.full(targets.shape, INHIBITORY, np.int16)
        weights[:excitatory] = EXCITATORY
        return Delayed(u, v, cell.cell(), targets, weights, delays)

    text = f"recurrent, {neurons} LIF, {neurons * fan_out / 1e6:.3g}M sparse synapses, delays of 1 to {longest} steps"
    return Workload(name, text, network, ceiling, steps, neurons)


# ---------------------------------------------------------------- W2
def layers(name: str, neurons: int, activity: float, cells: tuple[Lif, Lif], steps: int, most_steps: int) -> Workload:
    """An input and two layers, dense: `activity` of the inputs spike in each step."""
    rng = np.random.default_rng(2)
    counts = rng.binomial(neurons, activity, most_steps)
    starts = np.concatenate([[0], np.cumsum(counts)])
    events = np.empty(starts[-1], np.int32)
    for k in range(most_steps):
        events[starts[k] : starts[k + 1]] = np.sort(rng.choice(neurons, counts[k], replace=False))
    stored = [balanced(rng, neurons) for _ in range(2)]
    state = np.zeros(2 * neurons, np.int64)

    def network() -> Network:
        net = Network(name)
        times = np.repeat(np.arange(most_steps), counts)
        before: Any = net.input("inputs", neurons, spikes=(times, events))
        for layer, lif, weights in zip(("first", "second"), cells, stored, strict=True):
            after = net.population(layer, neurons, **lif.parameters())
            net.connect(before, after, 2 * weights.T.astype(np.int16), sign_mode="mixed")  # mixed signs: even mantissas
            before = after
        return net

    def ceiling() -> Ceiling:
        first, second = (lif.cell(2) for lif in cells)
        return Layers(state, state, (first, second), starts, events, stored[0], stored[1])

    text = f"{neurons} inputs -> {neurons} -> {neurons} LIF, dense, {activity:.0%} of the inputs a step"
    return Workload(name, text, network, ceiling, steps, 2 * neurons)


def balanced(rng: np.random.Generator, neurons: int, high: int = 64) -> Array:
    """Half mantissas of mixed sign, up to `high`, one row per source neuron; the weights of a target sum to about 0."""
    drawn = rng.integers(-high, high, (neurons, neurons))
    return np.asarray(drawn - np.rint(drawn.mean(axis=0)), np.int8)


# ---------------------------------------------------------------- W3
def plain(name: str, neurons: int, cell: Lif, steps: int) -> Workload:
    """Neurons with bias and without synapses, each from another initial state."""
    rng = np.random.default_rng(3)
    u, v = rng.integers(-5000, 5000, neurons), rng.integers(0, cell.vth * UNIT, neurons)

    def network(spread: bool = False) -> Network:
        net = Network(name)
        if spread:
            net.population("cells", neurons + 1, **cell.spread(neurons), u=np.append(u, 0), v=np.append(v, 0))
        else:
            net.population("cells", neurons, **cell.parameters(), u=u, v=v)
        return net

    return Workload(name, f"{neurons} LIF, no synapses", network, lambda: Ceiling(u, v, cell.cell()), steps, neurons)
