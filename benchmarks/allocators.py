"""Placements beside nengo-loihi's allocators on the networks that were recorded from them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from benchmarks.rows import Row
from benchmarks.sizes import Size
from loihi_emu.chips.chip import LOIHI1
from loihi_emu.mapping.model import Layout
from loihi_emu.mapping.partition import chips_of, core_graph
from loihi_emu.mapping.traffic import traffic_of
from loihi_emu.validation.golden_allocators import Allocation, AllocatorCase, allocator_case

CASES = ("many_small", "random_256", "grid_1024", "communities_shuffled", "hub")
"""Networks on several chips between whose places there is a choice, and whose memory is counted alike."""
SPARSE = ("chain_1000", "sparse_4096", "recurrent_4000")
"""Networks whose cores are full of sparse lists, which it counts as if they had no indices."""
FEW = ("hub",)
UNIT, DIGITS = "of theirs", 9
"""The unit; equal sums of spikes may differ in their last digits."""
ENDLESS = replace(LOIHI1, axons_in=1 << 30, axons_out=1 << 30, synaptic_memory=1 << 40, usable_cores=1 << 16)


def measure(size: Size) -> Iterator[Row]:
    """Cores, and messages between chips, as parts of what its allocators need.

    Of networks with full cores of sparse lists, cores are compared with lists that are counted as it counts them.

    Messages are compared twice: with its blocks on cores as they are, so that only the choice of chips differs, and
    with populations placed freely on as many chips at most, with as many cores each.
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
