"""Matrices of messages beside a count one by one, and beside the sums of Placement.traffic."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from profiles import at_most

from loihi_emu import Network
from loihi_emu.mapping.traffic import matrix


@st.composite
def cases(draw):
    """A placement on random cores of two chips and rates."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    net = Network()
    source = net.input("in", 5, rate=0.1)
    for k in range(3):
        net.population(f"p{k}", int(rng.integers(1, 20)), vth=100)
    for _ in range(4):
        pre = source if rng.random() < 0.3 else net[f"p{rng.integers(3)}"]
        post, n = net[f"p{rng.integers(3)}"], int(rng.integers(0, 40))
        net.connect(pre, post, (rng.integers(0, pre.size, n), rng.integers(0, post.size, n), 3))
    cores = {name: rng.choice([0, 1, 3, 127, 128, 130], p.size) for name, p in net.populations.items()}
    rates = {name: rng.random(net[name].size) for name in ["in", *net.populations]}
    return net.place(strategy=cores), rates


def counted(placement, rates):
    """Messages from core to core and from node to population, neuron by neuron."""
    net = placement.network
    n = placement.assignment.count
    cores, names = np.zeros((n, n)), [*net.inputs, *net.populations]
    populations = np.zeros((len(names), len(net.populations)))
    for c in net.connections.values():
        pre, post = c.pre.target.name, c.post.target.name
        for i in range(c.pre.size):
            for core in {int(placement.core_of(post)[t]) for t in c.indices[c.indptr[i] : c.indptr[i + 1]]}:
                populations[names.index(pre), list(net.populations).index(post)] += rates[pre][i]
                if pre in net.populations:
                    cores[placement.core_of(pre)[i], core] += rates[pre][i]
    return cores, populations


@at_most(40)
@given(cases())
def test_matrices_are_those_of_a_count_one_by_one(case):
    placement, rates = case
    cores, populations = counted(placement, rates)
    found = placement.traffic_matrix(rates)
    np.testing.assert_allclose(found, cores)
    np.testing.assert_allclose(placement.traffic_matrix(rates, by="population"), populations)
    chip = placement.layout.chip
    chips = np.zeros((placement.layout.chips,) * 2)
    np.add.at(chips, (chip[:, None], chip[None, :]), cores)
    np.testing.assert_allclose(placement.traffic_matrix(rates, by="chip"), chips)
    traffic = placement.traffic(rates)
    assert np.trace(found) == pytest.approx(traffic.within_cores)
    assert found.sum() - np.trace(found) == pytest.approx(traffic.between_cores)
    np.testing.assert_allclose(found.sum(axis=1) - np.diag(found), traffic.sent)
    expected = [sum(rates[name][placement.core_of(name) == k].sum() for name in placement.network.populations)
                for k in range(placement.assignment.count)]  # fmt: skip
    np.testing.assert_allclose(placement.spikes(rates), expected)


@at_most(10)
@given(cases())
def test_large_matrices_are_sparse_with_the_same_numbers(case):
    placement, rates = case
    dense = placement.traffic_matrix(rates)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(matrix, "DENSE", 0)
        sparse = placement.traffic_matrix(rates)
    assert sparse.format == "csr"
    np.testing.assert_allclose(sparse.toarray(), dense)
