"""Placements beside what nengo-loihi's allocators do with the same networks."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from loihi_emu import LOIHI1
from loihi_emu.mapping.lists.formats import list_bits
from loihi_emu.mapping.model.layout import Layout
from loihi_emu.mapping.partition.chips import chips_of
from loihi_emu.mapping.partition.graph import core_graph
from loihi_emu.mapping.traffic.messages import traffic_of
from loihi_emu.validation.golden_allocators import (
    allocator_case,
    allocator_cases,
    bits_of_lists,
    recorded_digest,
)

pytestmark = pytest.mark.slow

CASES = allocator_cases()
DRAWN = [name for name in CASES if not name.startswith("conv_")]
LONG = {"grid_1024"}
UNINDEXED = {"chain_1000": 13, "sparse_4096": 15, "recurrent_4000": 8}
"""Networks whose cores are full of sparse lists, which nengo-loihi counts as if they had no indices; and the cores that
they take at most with indices."""
TWICE = {"random_256"}
"""Networks in which pairs of populations are connected twice: it counts such a spike once, here it is two messages."""

case_of = cache(allocator_case)


def chip_for(name, **more):
    """Loihi 1; where it decides, with lists that are counted as in nengo-loihi."""
    return replace(LOIHI1, index_bits_min=0 if name in UNINDEXED else LOIHI1.index_bits_min, **more)


@cache
def blocks_as_cores(name):
    """The network with each block on a core, whatever it needs."""
    case = case_of(name)
    endless = {"axons_in": 1 << 30, "axons_out": 1 << 30, "synaptic_memory": 1 << 40, "usable_cores": 1 << 16}
    return case.network.place(chip=replace(LOIHI1, **endless), strategy=case.block, rates=case.rates)


def between_chips(placement, chip, core, rates):
    layout = Layout(chip.astype(np.int32), core.astype(np.int32))
    found = {name: np.zeros(p.size) for name, p in placement.problem.inputs.items()} | rates
    return traffic_of(placement.problem, placement.assignment, layout, found).between_chips


def compared(case):
    """Allocations on several chips, none of them empty."""
    return [a for a in case.allocations if len(a.cores_per_chip) > 1 and not a.degenerate]


# ------------------------------------------------------------ the recordings
@pytest.mark.parametrize("name", DRAWN)
def test_networks_are_those_that_were_recorded(name):
    case = case_of(name)
    assert case.digest == recorded_digest(name)
    sizes = np.concatenate([np.bincount(block, minlength=len(case.blocks))[None] for block in case.block.values()])
    assert sizes.sum(axis=0).tolist() == [block["compartments"] for block in case.blocks]


@pytest.mark.parametrize("name", [name for name in DRAWN if name not in TWICE])
def test_messages_are_counted_as_they_were_recorded(name):
    case, placement = case_of(name), blocks_as_cores(name)
    for a in compared(case):
        assert between_chips(placement, a.chip, a.core, case.rates) == pytest.approx(a.to_other_chips, rel=1e-9)


# ------------------------------------------------------------ memory
def test_lists_take_as_many_bits_as_in_nengo_loihi():
    per_weight, bits = bits_of_lists()
    assert len(per_weight) > 20
    for width, row in zip(per_weight.tolist(), bits.tolist(), strict=True):
        assert [list_bits(n, width, LOIHI1) for n in range(0, 1101, 11)] == row[::11]


@pytest.mark.parametrize("name", [name for name in DRAWN if name not in TWICE])
def test_blocks_take_as_much_memory_as_in_nengo_loihi_if_indices_take_none(name):
    case = case_of(name)
    endless = {"axons_in": 1 << 30, "axons_out": 1 << 30, "synaptic_memory": 1 << 40, "usable_cores": 1 << 16}
    placement = case.network.place(chip=replace(LOIHI1, index_bits_min=0, **endless), strategy=case.block)
    assert placement.budgets["synaptic_bits"].tolist() == [block["synapses"] for block in case.blocks]
    assert placement.budgets["axons_in"].max() <= max(block["in-axons"] for block in case.blocks)


# ------------------------------------------------------------ cores
@pytest.mark.parametrize("name", [name for name in CASES if name != "dense_1024"])
def test_greedy_takes_no_more_cores(name):
    case = case_of(name)
    placement = case.network.place(chip=chip_for(name))
    assert placement.cores <= len(case.blocks)
    if name in {"many_small", "communities", "random_256", "grid_1024", "hub"}:
        assert placement.cores * 5 < len(case.blocks)


@pytest.mark.parametrize("name", UNINDEXED)
def test_indices_take_memory(name):
    assert len(case_of(name).blocks) < case_of(name).network.place().cores <= UNINDEXED[name]


def test_a_network_that_nengo_loihi_refuses_is_placed():
    case = case_of("dense_1024")
    assert "Output axons (9216) exceeded max (4096)" in case.refused
    placement = case.network.place()
    assert placement.budgets["axons_out"].max() <= 4096
    assert placement.cores <= 11


# ------------------------------------------------------------ messages between chips
@pytest.mark.parametrize("name", DRAWN)
def test_blocks_on_chips_send_no_more_than_by_any_allocator(name):
    """The same cores, chips and cores per chip: only what goes on which chip differs."""
    case, placement = case_of(name), blocks_as_cores(name)
    graph = core_graph(placement.problem, placement.assignment, case.rates)
    for capacity in sorted({max(a.cores_per_chip) for a in compared(case)}):
        chip = chips_of(graph, capacity)
        assert np.bincount(chip).max() <= capacity
        ours = between_chips(placement, chip, chip, case.rates)
        for a in compared(case):
            if max(a.cores_per_chip) == capacity:
                assert chip.max() + 1 <= len(a.cores_per_chip)
                assert ours <= between_chips(placement, a.chip, a.core, case.rates) * (1 + 1e-9), a.allocator


def test_blocks_on_chips_send_less_where_there_is_a_choice():
    less = every = 0
    for name in ("many_small", "random_256", "grid_1024", "hub"):
        case, placement = case_of(name), blocks_as_cores(name)
        graph = core_graph(placement.problem, placement.assignment, case.rates)
        chips = {capacity: chips_of(graph, capacity) for capacity in {max(a.cores_per_chip) for a in compared(case)}}
        for a in compared(case):
            ours = between_chips(placement, chips[max(a.cores_per_chip)], a.core, case.rates)
            every += 1
            less += ours < 0.98 * between_chips(placement, a.chip, a.core, case.rates)
    assert every > 40
    assert less == every


@pytest.mark.parametrize("name", [name for name in DRAWN if name not in LONG | {"dense_1024"}])
def test_traffic_sends_no_more_between_chips_than_any_allocator(name):
    """Neurons are free to go to any core; chips have as many cores as the allocator took of one."""
    case, placement = case_of(name), blocks_as_cores(name)
    for capacity in sorted({max(a.cores_per_chip) for a in compared(case)}):
        chip = chip_for(name, usable_cores=capacity)
        found = case.network.place(chip=chip, strategy="traffic", rates=case.rates)
        for a in compared(case):
            if max(a.cores_per_chip) == capacity:
                assert found.chips <= len(a.cores_per_chip)
                theirs = between_chips(placement, a.chip, a.core, case.rates)
                assert found.traffic().between_chips <= theirs * (1 + 1e-9), a.allocator
