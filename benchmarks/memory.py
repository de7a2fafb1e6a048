"""Bytes per synapse and per neuron, from ``Emulator.memory()`` and from what the process grew by."""

from __future__ import annotations

import ctypes
import gc
import time
import tracemalloc
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.rows import Row
from benchmarks.sizes import Size
from loihi_emu.image.stores import DUE, RING, chosen
from loihi_emu.network.network import Network
from loihi_emu.run.emulator import Emulator

SPARSE, SPARSE_DELAYED, DENSE, NEURON = 6.0, 8.0, 1.0, 64.0  # bytes
DELAYS = 8
CONNECT_NS, CONNECT_PEAK, HELD = 60.0, 16.0, 6.0
"""Nanoseconds and bytes a synapse that connecting lists takes, and bytes that are kept of it."""
LISTED_DELAYS, MANY = 40, 1 << 20


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
    yield from lists(size, rng)


def lists(size: Size, rng: np.random.Generator) -> Iterator[Row]:
    """What lists take: connected, as a network, and with an emulator of it beside."""
    neurons, fan_out = size.listed
    n = neurons * fan_out
    pre, post = (rng.integers(0, neurons, n, dtype=np.int32) for _ in range(2))
    given = pre, post, rng.integers(0, 100, n, dtype=np.int16), rng.integers(0, LISTED_DELAYS, n, dtype=np.uint8)
    some = tuple(one[: MANY + 1] for one in given)
    Emulator(_listed(neurons, some))  # machine code is loaded by now
    limits = (CONNECT_NS, CONNECT_PEAK, HELD, HELD, HELD) if n >= MANY else (None,) * 5
    taken = []
    for _ in range(size.repeats):
        begin = time.process_time()
        _listed(neurons, given)
        taken.append(1e9 * (time.process_time() - begin) / n)
    note = "int32 sources and targets in any order, int16 weights, uint8 delays"
    yield Row("lists", "connect", min(taken), "ns", limits[0], min(taken), max(taken), note=f"a synapse; {note}")
    for number, store in enumerate((RING, DUE)):
        gc.collect()
        tracemalloc.start()
        net = _listed(neurons, given)
        held, peak = tracemalloc.get_traced_memory()
        if not number:
            yield Row(
                "lists", "connect, at the peak", peak / n, "bytes", limits[1], note="a synapse, beside the arrays"
            )
            yield Row("lists", "synapse in the network", held / n, "bytes", limits[2], note="of all that was allocated")
        with chosen(store):
            emulator = Emulator(net)
        gc.collect()
        other = sum(emulator.memory()[what] for what in ("state", "parameters and spike lists"))
        both = (tracemalloc.get_traced_memory()[0] - other) / n
        tracemalloc.stop()
        note = "of all that was allocated, without neurons"
        yield Row("lists", f"synapse in network and emulator, {store}", both, "bytes", limits[3 + number], note=note)


def _listed(neurons: int, given: tuple[Any, ...]) -> Network:
    net = Network("lists")
    cells = net.population("cells", neurons, vth=100)
    net.connect(cells, cells, given[:3], delays=given[3])
    return net
