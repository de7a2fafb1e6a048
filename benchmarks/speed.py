"""The reference workloads beside C, and what they hold in memory."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks import ceiling
from benchmarks.memory import dense_row, neuron_row, resident, resident_row, sparse_row
from benchmarks.race import Contestant, Emulated, race
from benchmarks.rows import Row, ratio
from benchmarks.sizes import TINY, Size, workloads
from benchmarks.workloads import Workload, probed
from loihi_emu.errors import SimulationError
from loihi_emu.run.emulator import Emulator

C, BARE, PROBED, SPREAD = "C", "counters on, no probe", "spike probe on all", "parameters per neuron"
LIMITS = {BARE: 1.20, PROBED: 1.40, SPREAD: 1.60}


def measure(name: str, size: Size) -> Iterator[Row]:
    """Race the workloads of that name: W1, W1b, W2, W3 or W5.

    Without a C compiler the emulator runs alone: times, but no ratios and no gates.
    """
    for workload in workloads(name, size):
        yield from _measure(workload, name, size)


def _measure(workload: Workload, name: str, size: Size) -> Iterator[Row]:
    for tiny in workloads(name, TINY):
        Emulator(tiny.network()).run(1)  # machine code is loaded by now, and is not what a synapse costs
    network = workload.network()
    before = resident()
    bare = Emulated(Emulator(network))
    grown = resident() - before
    emulated = {BARE: bare, PROBED: Emulated(Emulator(probed(network)))}
    if name == "W3":
        emulated[SPREAD] = Emulated(Emulator(workload.network(spread=True)), workload.neurons)
    del network
    contestants: dict[str, Contestant] = {}
    if ceiling.compiler() is not None:
        contestants[C] = workload.ceiling()
    contestants.update(emulated)
    laps = race(contestants, workload.steps, size.rounds)
    if any(one.overflows for one in emulated.values()):
        raise SimulationError(f"{workload.name} left an integer's field: it is no longer what the C ceiling computes.")
    rate = bare.spikes / (workload.neurons * workload.steps * (size.rounds + 1))
    note = f"{workload.text}; {rate:.2%} of the neurons spike a step"
    for what in emulated:
        if C in laps:
            yield ratio(workload.name, what, laps[what], laps[C], LIMITS[what], note)
        else:
            yield Row(workload.name, what, laps[what].us, "us/step", us=laps[what].us, note=note)
    yield from _memory(workload, name, emulated, grown)


def _memory(workload: Workload, name: str, emulated: dict[str, Emulated], grown: int) -> Iterator[Row]:
    bare = emulated[BARE].emulator.memory()
    if name in ("W1", "W1b", "W5"):
        yield sparse_row(workload.name, bare)
    if name == "W1b":
        yield resident_row(workload.name, bare, grown)
    if name == "W2":
        yield dense_row(workload.name, bare)
    yield neuron_row(workload.name, "neuron", bare)
    if SPREAD in emulated:
        yield neuron_row(workload.name, "neuron, parameters per neuron", emulated[SPREAD].emulator.memory())
