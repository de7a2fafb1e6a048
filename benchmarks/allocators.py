"""Placements beside nengo-loihi's allocators and Mt-KaHyPar, on the networks that were recorded from the former."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from benchmarks.rows import Row
from benchmarks.sizes import Size
from loihi_emu.chips.chip import LOIHI1
from loihi_emu.mapping import Placement
from loihi_emu.mapping.model import Layout, assigned, in_order
from loihi_emu.mapping.partition import chips_of, core_graph, hypergraph_of, kahypar, size_of_neurons
from loihi_emu.mapping.strategies import LowTraffic
from loihi_emu.mapping.traffic import Rates, rates_of, traffic_of
from loihi_emu.mapping.usage import core_usage, within_limits
from loihi_emu.network.network import Network
from loihi_emu.run.emulator import Emulator
from loihi_emu.validation.golden_allocators import Allocation, AllocatorCase, allocator_case

CASES = ("many_small", "random_256", "grid_1024", "communities_shuffled", "hub")
"""Networks on several chips between whose places there is a choice, and whose memory is counted alike."""
SPARSE = ("chain_1000", "sparse_4096", "recurrent_4000")
"""Networks whose cores are full of sparse lists, which it counts as if they had no indices."""
FEW = ("hub",)
UNIT, DIGITS = "of theirs", 9
"""The unit; equal sums of spikes may differ in their last digits."""
OWN = 1.15
"""Messages of strategy "traffic" without Mt-KaHyPar, in those with it, at most."""
RENUMBERED = (1, 2)
"""Orders at random in which the neurons of README's network are numbered too."""
ENDLESS = replace(LOIHI1, axons_in=1 << 30, axons_out=1 << 30, synaptic_memory=1 << 40, usable_cores=1 << 16)


def measure(size: Size) -> Iterator[Row]:
    """Cores, and messages between chips, as parts of what its allocators need.

    Of networks with full cores of sparse lists, cores are compared with lists that are counted as it counts them.

    Messages are compared twice: with its blocks on cores as they are, so that only the choice of chips differs, and
    with populations placed freely on as many chips at most, with as many cores each.

    Last, what strategy "traffic" sends without Mt-KaHyPar, as a part of what it sends with it.
    """
    for name in CASES if size.cold else FEW:
        case = allocator_case(name)
        ours = case.network.place().cores
        theirs = len(case.blocks)
        yield Row("allocators", f"{name}, cores", ours / theirs, UNIT, 1.0, note=f"{ours}, nengo-loihi {theirs}")
        yield from _messages(case)
    for name in SPARSE if size.cold else ():
        case = allocator_case(name)
        ours = case.network.place(chip=replace(LOIHI1, index_bits_min=0)).cores
        theirs = len(case.blocks)
        note = f"{ours}, nengo-loihi {theirs}; with indices, which lists need, {case.network.place().cores}"
        yield Row("allocators", f"{name}, cores", ours / theirs, UNIT, 1.0, note=note)
    for name in (*CASES, *SPARSE) if size.cold else FEW:
        case = allocator_case(name)
        yield from _partitioned(name, case.network, case.rates)
    if size.cold:
        for seed in (None, *RENUMBERED):
            net = sheet(seed)
            name = net.name if seed is None else f"{net.name}, renumbered {seed}"
            yield from _partitioned(name, net, Emulator(net).run(200))


def sheet(seed: int | None = None) -> Network:
    """README's network: neurons in a row that reach those near them, numbered in order or at random."""
    rng = np.random.default_rng(0)
    net = Network("sheet", seed=2)
    touch = net.input("touch", 200, rate=0.01)
    cells = net.population("sheet", 30_000, du=500, dv=200, vth=450)
    out = net.population("out", 100, du=500, dv=200, vth=1000)
    pre = rng.integers(0, 30_000, 600_000)
    near = (pre + rng.integers(-300, 300, 600_000)) % 30_000
    number = np.arange(30_000) if seed is None else np.random.default_rng(seed).permutation(30_000)
    net.connect(touch, cells, (rng.integers(0, 200, 60_000), number[rng.integers(0, 30_000, 60_000)], 100))
    net.connect(cells, cells, (number[pre], number[near], rng.integers(-9, 8, 600_000) * 2), delays=4)
    net.connect(cells, out, (number[np.arange(30_000)], np.arange(30_000) // 300, 40))
    for node in (touch, cells, out):
        net.probe(node)
    return net


def _partitioned(name: str, network: Network, rates: Any) -> Iterator[Row]:
    """Messages of strategy "traffic" by itself; where Mt-KaHyPar is installed, as a part of those with it.

    And those with it as a part of what Mt-KaHyPar alone finds for as many cores.
    """
    own = network.place(strategy=LowTraffic(partitioner=False), rates=rates)
    where = "chips" if own.chips > 1 and own.traffic().between_chips else "cores"
    found = getattr(own.traffic(), f"between_{where}")
    note = f"{found:.4g} messages a step between {where}, on {own.cores} cores"
    if not kahypar.installed():
        yield Row("allocators", f"{name}, traffic", found, "messages", note=f"{note}; Mt-KaHyPar is not installed")
        return
    other = network.place(strategy="traffic", rates=rates)
    least = getattr(other.traffic(), f"between_{where}")
    note += f"; with Mt-KaHyPar {least:.4g} on {other.cores}"
    yield Row("allocators", f"{name}, traffic", round(found / least, DIGITS), "of with it", OWN, note=note)
    with_it, name = other.traffic().between_cores, f"{name}, with Mt-KaHyPar"
    note = f"{with_it:.4g} messages a step between {other.cores} cores, Mt-KaHyPar alone"
    partition = _alone(other, rates_of(other.problem, rates))
    if partition is None:
        yield Row("allocators", name, with_it, "messages", note=f"{note} finds none")
        return
    alone, kept = partition
    note += f" {alone:.4g}"
    note += "" if kept else " beyond the limits of cores"
    gate = 1.0 if kept else None
    yield Row("allocators", name, round(with_it / alone, DIGITS), "of it", gate, note=note)


def _alone(placement: Placement, rates: Rates) -> tuple[float, bool] | None:
    """Messages between cores if Mt-KaHyPar's blocks are cores, as many as a placement has, and whether they may be.

    None if it finds none that hold the neurons, or not in its time, which a warning tells then.
    """
    problem, count = placement.problem, placement.cores
    nets = hypergraph_of(problem, rates, int(placement.budgets["compartments"].max()))
    size = size_of_neurons(problem, nets, core_usage(problem, placement.assignment))
    core = kahypar.partitioned(nets, size, count, kahypar.LONGEST)
    if core is None:
        return None
    assignment = assigned(problem.by_population(core), count)
    usage = core_usage(problem, assignment)
    messages = traffic_of(problem, assignment, in_order(count, problem.chip), rates).between_cores
    return messages, within_limits(problem, assignment, usage)


def _messages(case: AllocatorCase) -> Iterator[Row]:
    blocks = case.network.place(chip=ENDLESS, strategy=case.block, rates=case.rates)
    graph = core_graph(blocks.problem, blocks.assignment, case.rates)
    assert graph is not None  # a thousand cores are few

    def between(chip: Any) -> float:
        layout = Layout(chip.astype(np.int32), np.arange(len(chip), dtype=np.int32))
        return traffic_of(blocks.problem, blocks.assignment, layout, case.rates).between_chips

    for chips, allocations in _by_chips(case).items():
        capacity = max(allocations[0].cores_per_chip)
        least, allocator = min((between(a.chip), a.allocator) for a in allocations)
        same = between(chips_of(graph, capacity))
        chip = replace(LOIHI1, usable_cores=capacity)
        free = case.network.place(chip=chip, strategy="traffic", rates=case.rates)
        for what, found, on in (("blocks", same, chips), ("free", free.traffic().between_chips, free.chips)):
            note = f"{found:.4g} messages a step between {on} chips of {capacity} cores, {allocator} {least:.4g}"
            share = round(found / least, DIGITS)
            yield Row("allocators", f"{case.name}, {chips} chips, {what}", share, UNIT, 1.0, note=note)


def _by_chips(case: AllocatorCase) -> dict[int, list[Allocation]]:
    """Its allocations on several chips, none of them empty, by their number."""
    found: dict[int, list[Allocation]] = {}
    for a in case.allocations:
        if len(a.cores_per_chip) > 1 and not a.degenerate and a.to_other_chips > 0:
            found.setdefault(len(a.cores_per_chip), []).append(a)
    return found
