"""A cortical column in one simulator: ``python column.py {loihi_emu,nest,brian2} SCALE MS SEED THREADS`` prints JSON.

The microcircuit of Potjans and Diesmann (2014) with a constant drive: chip integers, NEST's iaf_psc_exp, or Brian2 with
Cython (which has one thread). Synapses, weights, delays and voltages at the start are drawn by each from the same
distributions. Printed are, for every population, the mean rate in Hz, the mean coefficient of variation of intervals,
and the mean correlation of spike counts in bins of 2 ms of 200 neurons; seconds for building, seconds a second of
biological time, and the most memory.
"""

import json
import sys
import time
from itertools import pairwise
from resource import RUSAGE_SELF, getrusage

import numpy as np

from loihi_emu.demo import column as circuit

SETTLING = 100.0  # ms
BIN, CHOSEN, INTERVALS = 2.0, 200, 4  # ms; neurons of correlations; fewest intervals of a neuron that counts


def loihi_emu(scale, ms, seed, threads):
    """Chip integers."""
    from loihi_emu import Emulator

    network = circuit.column_network(scale, seed)
    emulator = Emulator(network, threads=threads)
    emulator.run(round(SETTLING / circuit.STEP))
    emulator.forget()

    def run():
        recording = emulator.run(round(ms / circuit.STEP))
        found = [recording.spikes(name) for name in circuit.NAMES]
        return [(s.indices, (s.times - recording.start) * circuit.STEP) for s in found]

    return run


def nest(scale, ms, seed, threads):
    """NEST, in float64 with its own random numbers."""
    import nest

    if hasattr(nest, "VerbosityLevel"):  # from 3.10 on
        nest.verbosity = nest.VerbosityLevel.ERROR
    else:
        nest.set_verbosity("M_ERROR")
    nest.ResetKernel()
    nest.SetKernelStatus({"resolution": circuit.STEP, "local_num_threads": threads, "rng_seed": seed})
    numbers, rng = circuit.column(scale), np.random.default_rng(seed)
    cells, recorders = [], []
    for size, drive in zip(numbers.sizes, numbers.drive, strict=True):
        made = nest.Create("iaf_psc_exp", int(size), {
            "tau_m": circuit.TAU_M, "tau_syn_ex": circuit.TAU_SYN, "tau_syn_in": circuit.TAU_SYN,
            "C_m": circuit.CAPACITANCE, "t_ref": circuit.REFRACTORY, "E_L": 0.0, "V_reset": 0.0,
            "V_th": circuit.THRESHOLD, "I_e": float(drive),
        })  # fmt: skip
        made.V_m = np.minimum(rng.normal(*circuit.START, size), circuit.THRESHOLD - 0.01)
        cells.append(made)
        recorders.append(nest.Create("spike_recorder"))
        nest.Connect(made, recorders[-1])
    for k, post in enumerate(cells):
        for j, pre in enumerate(cells):
            count = int(numbers.synapses[k, j])
            if not count:
                continue
            mean = circuit.CURRENT / np.sqrt(scale) * numbers.strength[k, j]
            low, high = (0.01, 1e9) if mean > 0 else (-1e9, -0.01)
            middle, width = circuit.DELAYS[j % 2]
            weight = nest.math.redraw(nest.random.normal(mean, circuit.SPREAD * abs(mean)), min=low, max=high)
            delay = nest.math.redraw(nest.random.normal(middle, width), min=circuit.STEP, max=6.2)
            synapse = {"synapse_model": "static_synapse", "weight": weight, "delay": delay}
            nest.Connect(pre, post, {"rule": "fixed_total_number", "N": count}, synapse)
    nest.Prepare()
    nest.Run(SETTLING)
    first = [made[0].global_id for made in cells]

    def run():
        begin = nest.biological_time
        nest.Run(ms)
        found = []
        for recorder, base in zip(recorders, first, strict=True):
            events = recorder.events
            after = events["times"] > begin
            found.append((events["senders"][after].astype(np.int64) - base, events["times"][after] - begin))
        return found

    return run


def brian2(scale, ms, seed, threads):
    """Brian2, in float64, one thread."""
    from brian2 import Network, NeuronGroup, SpikeMonitor, Synapses, defaultclock, mV, pA, pF
    from brian2 import ms as millisecond

    defaultclock.dt = circuit.STEP * millisecond
    numbers, rng = circuit.column(scale), np.random.default_rng(seed)
    first = np.concatenate([[0], np.cumsum(numbers.sizes)])
    cells = NeuronGroup(
        first[-1],
        """dv/dt = (current + drive) / capacitance - v / tau_m : volt (unless refractory)
        dcurrent/dt = -current / tau_syn : amp
        drive : amp""",
        threshold="v > threshold", reset="v = 0*volt", method="exact", refractory=circuit.REFRACTORY * millisecond,
        namespace={
            "capacitance": circuit.CAPACITANCE * pF, "tau_m": circuit.TAU_M * millisecond,
            "tau_syn": circuit.TAU_SYN * millisecond, "threshold": circuit.THRESHOLD * mV,
        },
    )  # fmt: skip
    cells.drive = np.repeat(numbers.drive, numbers.sizes) * pA
    cells.v = np.minimum(rng.normal(*circuit.START, first[-1]), circuit.THRESHOLD) * mV
    lists = [[], [], [], []]
    for k in range(len(numbers.sizes)):
        for j in range(len(numbers.sizes)):
            count = int(numbers.synapses[k, j])
            mean = circuit.CURRENT / np.sqrt(scale) * numbers.strength[k, j]
            weight = rng.normal(mean, circuit.SPREAD * abs(mean), count)
            delay = np.clip(rng.normal(*circuit.DELAYS[j % 2], count), circuit.STEP, 6.2)
            pre, post = (first[x] + rng.integers(0, numbers.sizes[x], count) for x in (j, k))
            for kept, part in zip(lists, (pre, post, weight, delay), strict=True):
                kept.append(part)
    pre, post, weight, delay = (np.concatenate(kept) for kept in lists)
    synapses = Synapses(cells, cells, "w : amp", on_pre="current_post += w")
    synapses.connect(i=pre, j=post)
    synapses.w, synapses.delay = weight * pA, delay * millisecond
    monitor = SpikeMonitor(cells)
    network = Network(cells, synapses, monitor)
    network.run(SETTLING * millisecond)

    def run():
        begin = float(network.t / millisecond)
        network.run(ms * millisecond)
        times, neurons = np.asarray(monitor.t / millisecond) - begin, np.asarray(monitor.i)
        found = []
        for low, high in pairwise(first):
            mine = (times >= 0) & (neurons >= low) & (neurons < high)
            found.append((neurons[mine] - low, times[mine]))
        return found

    return run


def statistics(indices, times, size, ms):
    """Rate, variation of intervals and correlation of one population."""
    rate = len(times) / size / ms * 1000
    order = np.lexsort((times, indices))
    neurons, when = indices[order], times[order]
    same = neurons[1:] == neurons[:-1]
    gaps, owners = np.diff(when)[same], neurons[1:][same]
    count = np.bincount(owners, minlength=size)
    mean = np.bincount(owners, gaps, size) / np.maximum(count, 1)
    square = np.bincount(owners, gaps**2, size) / np.maximum(count, 1)
    enough = (count >= INTERVALS) & (mean > 0)
    variation = np.sqrt(np.maximum(square - mean**2, 0))[enough] / mean[enough]
    bins = np.zeros((size, int(ms / BIN)))
    np.add.at(bins, (indices, np.minimum((times / BIN).astype(int), bins.shape[1] - 1)), 1)
    active = np.flatnonzero(bins.sum(axis=1) >= 2)[:CHOSEN]
    matrix = np.corrcoef(bins[active]) if len(active) > 1 else np.full((2, 2), np.nan)
    pairs = matrix[np.triu_indices(len(matrix), 1)]
    return rate, float(np.mean(variation)) if len(variation) else float("nan"), float(np.mean(pairs))


def main():
    """Build, run, print."""
    name, scale, ms, seed, threads = sys.argv[1], *(float(x) for x in sys.argv[2:6])
    begin = time.perf_counter()
    run = {"loihi_emu": loihi_emu, "nest": nest, "brian2": brian2}[name](scale, ms, int(seed), int(threads))
    built = time.perf_counter() - begin
    begin = time.perf_counter()
    spikes = run()
    seconds = time.perf_counter() - begin
    sizes = circuit.column(scale).sizes
    found = [statistics(*part, int(n), ms) for part, n in zip(spikes, sizes, strict=True)]
    rates, variation, correlation = (list(row) for row in zip(*found, strict=True))
    print(json.dumps({
        "rates": rates, "variation": variation, "correlation": correlation, "built": built,
        "times_real_time": seconds / ms * 1000, "peak_gb": getrusage(RUSAGE_SELF).ru_maxrss / 1e6,
    }), flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
