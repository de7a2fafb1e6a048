"""Bytes per synapse and per neuron, from ``Emulator.memory()`` and from what the process grew by."""

from __future__ import annotations

import ctypes
import gc
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from benchmarks.rows import Row
from benchmarks.sizes import Size
from loihi_emu.network.network import Network
from loihi_emu.run.emulator import Emulator

SPARSE, SPARSE_DELAYED, DENSE, NEURON = 6.0, 8.0, 1.0, 64.0  # bytes
DELAYS = 8


def resident() -> int:
    """Bytes of this process in memory, without what is free; 0 where the system does not tell."""
    gc.collect()
    try:
        ctypes.CDLL(None).malloc_trim(0)  # glibc keeps freed memory otherwise
        lines = Path("/proc/self/status").read_text().splitlines()
    except (OSError, AttributeError, TypeError):
        return 0
    return next((1024 * int(line.split()[1]) for line in lines if line.startswith("VmRSS:")), 0)


def sparse_row(group: str, held: Mapping[str, int], what: str = "sparse synapse", limit: float = SPARSE) -> Row:
    """Bytes per sparse synapse: packed words, delays and row starts over the stored synapses."""
    note = 'memory()["synapses"] / memory()["stored synapses"]: words, delays and row starts'
    return Row(group, what, held["synapses"] / held["stored synapses"], "bytes", limit, note=note)


def dense_row(group: str, held: Mapping[str, int]) -> Row:
    """Bytes per dense synapse."""
    value = held["synapses"] / held["stored synapses"]
    note = 'memory()["synapses"] / memory()["stored synapses"], both layers'
    return Row(group, "dense synapse", value, "bytes", DENSE, note=note)


def neuron_row(group: str, what: str, held: Mapping[str, int]) -> Row:
    """Bytes per neuron: state twice (now and at reset), ring of arriving weights, parameters, spike lists."""
    value = (held["state"] + held["parameters and spike lists"]) / held["neurons"]
    note = 'memory(): ("state", twice for reset, + "parameters and spike lists") / "neurons"'
    return Row(group, what, value, "bytes", NEURON, note=note)


def resident_row(group: str, held: Mapping[str, int], grown: int) -> Row:
    """What the process grew by when the emulator was made, per synapse; everything else of it included."""
    value = grown / held["stored synapses"]
    limit = SPARSE if grown else None
    note = "VmRSS around Emulator(network), over the stored synapses"
    return Row(group, "sparse synapse, growth of the process", value, "bytes", limit, note=note)


def measure(size: Size) -> Iterator[Row]:
    """Bytes per sparse synapse with a delay each."""
    neurons, fan_out = size.recurrent
    rng = np.random.default_rng(4)
    pre, post = np.repeat(np.arange(neurons), fan_out), rng.integers(0, neurons, neurons * fan_out)
    net = Network("delays")
    cells = net.population("cells", neurons, vth=100)
    net.connect(cells, cells, (pre, post, 8), delays=rng.integers(0, DELAYS, pre.size))
    held = Emulator(net).memory()
    yield sparse_row("delays", held, f"sparse synapse with a delay of 0..{DELAYS - 1}", SPARSE_DELAYED)
    yield neuron_row("delays", f"neuron with a ring of {DELAYS} steps", held)
