"""All parts of a population measured at once as part by part; as many neurons taken as fit, and not one less."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from messages import UNHEEDED
from profiles import at_most

from loihi_emu import LOIHI1, LearningRule, Network, Trace
from loihi_emu.mapping.lists.core_lists import format_codes
from loihi_emu.mapping.lists.records import TOTALS
from loihi_emu.mapping.model.assignment import assigned, equal_parts
from loihi_emu.mapping.model.problem import Problem
from loihi_emu.mapping.usage import all_cores as all_cores
from loihi_emu.mapping.usage.cores import core_usage

pytestmark = UNHEEDED


def network_of(rng, connections, size=None):
    """Two populations and an input, and connections of many kinds onto the second."""
    net = Network()
    size = size or int(rng.integers(1, 150))
    target = net.population("target", size, vth=100)
    sources = [net.population("other", int(rng.integers(1, 60)), vth=100), target, net.input("x", 20)]
    for _ in range(connections):
        a = sources[int(rng.integers(3))]
        pre, post = (s[int(rng.integers(s.size)) :: int(rng.integers(1, 4))] for s in (a, target))
        n = int(rng.integers(1, 6 * post.size))
        if rng.integers(2):
            weights = rng.integers(-9, 9, (post.size, pre.size)) * (rng.random((post.size, pre.size)) < rng.random())
        else:
            weights = (rng.integers(0, pre.size, n), rng.integers(0, post.size, n), rng.integers(1, 9, n))
        learned = {"learning": LearningRule(dw="x1*y0", x1=Trace(10, 2))} if not rng.integers(4) else {}
        net.connect(pre, post, weights, weight_bits=int(rng.integers(1, 9)), delays=int(rng.integers(0, 3)), **learned)
    return net


def equal(one, other):
    for a, b in zip(one, other, strict=True):
        np.testing.assert_array_equal(a, b)


@at_most(80)
@given(st.integers(0, 10**6))
def test_all_parts_at_once_need_what_each_needs(seed):
    rng = np.random.default_rng(seed)
    net = network_of(rng, int(rng.integers(1, 5)))
    incoming = Problem(net, LOIHI1).incoming["target"]
    cores = rng.integers(0, rng.integers(1, 6), net["target"].size).astype(np.int32)
    places = {"target": rng.permutation(len(cores))} if rng.integers(2) else None
    parts = assigned({"target": cores}, places=places).parts_of("target")
    for given_parts in (parts, equal_parts(len(cores), int(rng.integers(1, len(cores) + 1)))):
        found, out = all_cores.measure_all(incoming, given_parts)
        taken = np.zeros_like(out)
        pieces = (np.split(array, given_parts.bounds[1:-1]) for array in (given_parts.order, given_parts.slots))
        for p, (neurons, slots) in enumerate(zip(*pieces, strict=True)):
            totals, lists = incoming.measure(neurons, slots)
            here = found.core == given_parts.cores[p]
            np.testing.assert_array_equal(found.number[here], np.flatnonzero(totals["found"]))
            np.testing.assert_array_equal(found.totals[here], totals[totals["found"] > 0])
            taken[lists] += np.repeat(totals["slots_out"], totals["found"])
        np.testing.assert_array_equal(out, taken)


@pytest.mark.parametrize("rows", [1, 4, 1 << 16])
def test_what_is_held_at_a_time_changes_nothing(rows, monkeypatch):
    incoming = Problem(network_of(np.random.default_rng(3), 5, 140), LOIHI1).incoming["target"]
    parts = equal_parts(140, 7)
    before = all_cores.measure_all(incoming, parts)
    monkeypatch.setattr(all_cores, "ROWS", rows)
    after = all_cores.measure_all(incoming, parts)
    assert len(before[0].core) > 7
    equal(before[0], after[0])
    np.testing.assert_array_equal(before[1], after[1])


@at_most(40)
@given(st.integers(0, 10**6))
def test_axons_alone_are_counted_alike(seed):
    rng = np.random.default_rng(seed)
    net = Network()
    cells = net.population("cells", int(rng.integers(2, 90)), vth=100)
    for _ in range(2):
        n = int(rng.integers(1, 300))
        net.connect(cells, cells, (*rng.integers(0, cells.size, (2, n)), 5))
    incoming, parts = Problem(net, LOIHI1).incoming["cells"], equal_parts(cells.size, int(rng.integers(1, cells.size)))
    needs, out = all_cores.measure_all(incoming, parts)
    axons, taken = incoming.count_axons(parts.order, parts.bounds)
    np.testing.assert_array_equal(taken, out)
    np.testing.assert_array_equal(axons, np.bincount(needs.core, needs.totals["axons"], len(axons)))


@at_most(60)
@given(st.integers(0, 10**6))
def test_as_many_neurons_fit_as_counting_one_by_one_says(seed):
    rng = np.random.default_rng(seed)
    net = network_of(rng, int(rng.integers(1, 4)))
    incoming, size = Problem(net, LOIHI1).incoming["target"], net["target"].size
    neurons = np.sort(rng.permutation(size)[: rng.integers(1, size + 1)]).astype(np.int32)
    slots = np.arange(len(neurons), dtype=np.int32) + int(rng.integers(0, 100))
    needs = [(0, 0)] + [incoming.need(neurons[:n], slots[:n]) for n in range(1, len(neurons) + 1)]
    left = [int(rng.integers(0, max(1, most * 3 // 2) + 1)) for most in needs[-1]]
    expected = max(n for n, need in enumerate(needs) if need[0] <= left[0] and need[1] <= left[1])
    guess = int(rng.integers(1, len(neurons) + 1))
    assert incoming.longest(neurons, slots, guess, *left) == (expected, *needs[expected])


@at_most(40)
@given(st.integers(0, 10**6))
def test_formats_are_told_apart_as_the_lists_tell(seed):
    rng = np.random.default_rng(seed)
    net = network_of(rng, int(rng.integers(1, 6)))
    problem = Problem(net, LOIHI1)
    cores = {name: rng.integers(0, 3, p.size) for name, p in net.populations.items()}
    use = core_usage(problem, assigned(cores))
    for core, count in enumerate(use.budgets["synapse_formats"]):
        assert count == len({kind for row in use.lists if row.core == core for kind in kinds(problem, row)})


def kinds(problem, row):
    """The formats in which lists are stored, with widths of index and of skip."""
    for kind in row.formats:
        widths = (row.index_bits if kind != "dense" else 0, row.skip_bits if kind == "run-length" else 0)
        yield kind, *widths, problem.kinds[row.connection]["synapse_formats"]


def test_codes_of_formats_have_their_kinds_and_widths():
    totals = np.zeros(2, TOTALS)
    totals["lists"], totals["index"], totals["choice"] = 3, 7, 2
    totals["dense_lists"][0, 2], totals["run_lists"][0, 2] = 1, 1
    found = [(rows.tolist(), codes.tolist()) for rows, codes in format_codes(totals, np.array([False, False]))]
    dense, index, skip = 3, 7 << 3, 4 << 9
    assert found == [([0], [dense]), ([0, 1], [dense + 1 | index] * 2), ([0], [dense + 2 | index | skip])]
