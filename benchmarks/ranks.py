"""What ranks cost, measured here, and how a network of Hala Point's size would be laid out at these costs.

``mpiexec -n 2 python -m benchmarks.ranks``
"""

from __future__ import annotations

import argparse
import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loihi_emu import Emulator, LearningRule, Network, Trace, fixed_in_degree
from loihi_emu.memory.room import size_text

CHIPS, NEURONS, SYNAPSES = 1152, 1.15e9, 128e9
"""Hala Point as Intel announced it in 2024: 1152 Loihi 2 chips, up to 1.15 billion neurons, 128 billion synapses."""
STATE = 9
"""Bytes of a neuron's state: u, v, steps of rest."""
LISTED = 8
"""Bytes of a source in lists of spikes: that of its part, and that which gathers all."""
ROW = 8
"""Bytes of where a row begins: one for each source and each 65536 neurons of a rank that it reaches."""
CHUNK = 1 << 16


DELAYS = (0, 1, 5, 15)
"""With a delay of d steps ranks exchange spikes after every d + 1 steps."""


def recurrent(size: int, degree: int, silent: bool, delay: int = 0) -> Network:
    """Neurons that fire every 513 steps, each at its own time, or never, with random synapses of no effect."""
    net = Network(seed=1)
    start = np.arange(size) * 7919 % 513
    cells = net.population("cells", size, dv=0, du=4096, vth=8, bias=0 if silent else 1, v=start)
    net.connect(cells, cells, weights=0, synapses=fixed_in_degree(degree), delays=delay)
    return net


def learning(rules: str) -> Network:
    """Pair STDP on 2000 x 4000 synapses."""
    net = Network(rules=rules, seed=1)
    sources, cells = net.input("sources", 2000, rate=0.02), net.population("cells", 4000, vth=200)
    net.connect(sources, cells, np.full((4000, 2000), 30), learning=LearningRule("2^-3*x1*y0", x1=Trace(16, 10)))
    return net


def per_step(net: Network, steps: int, comm: Any) -> tuple[float, dict[str, int], int]:
    """Seconds of a step, the memory of this rank, and synaptic events of a step."""
    emulator = Emulator(net, comm=comm)
    emulator.run(steps // 10)
    begin, events = time.perf_counter(), emulator.recording.stats["synaptic_events"]
    emulator.run(steps)
    took = (time.perf_counter() - begin) / steps
    return took, emulator.memory(), (emulator.recording.stats["synaptic_events"] - events) // steps


def gathering(comm: Any, words: int) -> float:
    """Seconds in which all ranks get so many words of each."""
    mine: NDArray[np.int32] = np.zeros(words, np.int32)
    everybody: NDArray[np.int32] = np.zeros(words * comm.size, np.int32)
    best = np.inf
    for _ in range(20):
        comm.Barrier()
        begin = time.perf_counter()
        comm.Allgather(mine, everybody)
        best = min(best, time.perf_counter() - begin)
    return best


def main() -> None:
    """Measure and print."""
    from mpi4py import MPI

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=float, default=0.002, help="part of the neurons that fire in a step")
    rate = parser.parse_args().rate
    comm = MPI.COMM_WORLD
    steps = {delay: per_step(recurrent(2048, 1, silent=True, delay=delay), 20_000, comm)[0] for delay in DELAYS}
    alone, _, _ = per_step(recurrent(2048, 1, silent=True), 20_000, None)
    idle, memory, _ = per_step(recurrent(200_000, 100, silent=True), 200, comm)
    busy, _, events = per_step(recurrent(200_000, 100, silent=False), 200, comm)
    learned = {rules: comm.gather(Emulator(learning(rules), comm=comm).memory()["state"]) for rules in ("chip", "lava")}
    words = 1 << 18
    wide = gathering(comm, words)
    if comm.rank:
        return
    synapse = memory["synapses"] / max(memory["stored synapses"], 1)
    neuron, event = idle / (200_000 / comm.size), (busy - idle) / max(events / comm.size, 1)
    bandwidth = 4 * words * comm.size / wide
    print(f"Ranks on one machine: {comm.size}; {MPI.Get_library_version().splitlines()[0]}")
    print(f"  a step of 2048 silent neurons, in one process: {alone * 1e6:.2f} us")
    for delay, step in steps.items():
        print(f"  the same on these ranks, delays of {delay}, an exchange every {delay + 1} steps: {step * 1e6:.2f} us")
    print(f"  a step of 200 000 neurons with 100 synapses each, {events:,} events: {busy * 1e3:.2f} ms")
    print(f"  a neuron of a rank: {neuron * 1e9:.2f} ns; a synaptic event of a rank: {event * 1e9:.2f} ns")
    print(f"  a synapse in memory, with the rows of all sources: {synapse:.1f} bytes")
    print(f"  spikes that all ranks get: {bandwidth / 1e9:.1f} GB/s")
    for rules, sizes in learned.items():
        each = ", ".join(f"{size / 1e6:.1f}" for size in sizes)
        print(f"  state of 2000 x 4000 synapses that learn ({rules}), with its start, on each rank: {each} MB")
    print(f"\nHala Point: {NEURONS:.3g} neurons, {SYNAPSES:.3g} synapses, {rate:.1%} of the neurons fire in a step")
    spikes = rate * NEURONS
    for ranks in (CHIPS // 16, CHIPS, 16 * CHIPS):
        neurons, synapses = NEURONS / ranks, SYNAPSES / ranks
        chunks = max(int(np.ceil(neurons / CHUNK)), 1)
        rows_far, rows_near = ROW * chunks * NEURONS, ROW * chunks * min(8 * neurons, NEURONS)
        computing = neurons * neuron + rate * synapses * event
        traffic = 4 * spikes / bandwidth
        print(f"{ranks} ranks: {neurons:,.0f} neurons and {synapses:,.0f} synapses each")
        print(
            f"  memory of a rank: synapses {size_text(4 * synapses)}, state {size_text(2 * STATE * NEURONS)}, "
            f"lists {size_text(LISTED * NEURONS)},\n    rows {size_text(rows_far)} if all sources reach it, "
            f"{size_text(rows_near)} if those of 8 ranks do"
        )
        print(
            f"  a step: {computing * 1e3:.3g} ms computing, {traffic * 1e3:.3g} ms for {size_text(4 * spikes)} of "
            f"spikes that every rank gets: {1 / (computing + traffic):.3g} steps a second"
        )


if __name__ == "__main__":
    main()
