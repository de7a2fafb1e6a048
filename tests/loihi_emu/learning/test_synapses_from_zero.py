"""A connection that learns keeps every synapse that it was given, zeros too, however it is stored."""

import numpy as np
import pytest
import scipy.sparse

from loihi_emu import Conv2D, Emulator, LearningRule, Network, Trace
from loihi_emu.learning import pair_stdp, pes

GROWS = LearningRule(dw="u0*2")


def network(weights, rules="chip", learning=GROWS, factors=None, pre=4, post=3, **options):
    net = Network("n", rules=rules, seed=1)
    source = net.input("pre", pre, spikes=([1, 2, 3], [0, 0, 0]))
    cells = net.population("post", post, vth=10_000)
    if factors:
        factors = {name: net.input("error", cells.size, spikes=([0], [0]), payloads=[-9]) for name in factors}
    made = net.connect(
        source, cells, weights, name="c", sign_mode="excitatory", learning=learning, factors=factors, **options
    )
    net.probe(made, "weights")
    return net


@pytest.mark.parametrize("kind", ["auto", "dense", "sparse"])
@pytest.mark.parametrize("filled", [0, 1, 2, 12])
def test_every_entry_of_an_array_learns(kind, filled):
    weights = np.zeros(12, int)
    weights[:filled] = 6
    weights = weights.reshape(3, 4)
    net = network(weights, kind=kind)
    made, emulator = net.connections["c"], Emulator(net)
    assert made.synapses == 12 and made.kind == ("sparse" if kind == "sparse" else "dense")
    last = emulator.run(5)["c.weights"][-1]
    got = emulator.get("c", "weights")
    assert np.all(got > 0) and np.array_equal(np.reshape(last, got.shape), got)
    found = np.zeros((3, 4), int)
    if kind == "sparse":
        found[made.post_indices, made.pre_indices] = got
    else:
        found[:] = got
    assert np.array_equal(found, weights + 10)


def test_slices_with_steps_keep_zeros_too():
    net = Network("n", seed=1)
    source, cells = net.input("pre", 8), net.population("post", 6, vth=1000)
    made = net.connect(source[::2], cells[1::2], np.zeros((3, 4), int), learning=GROWS, sign_mode="excitatory")
    emulator = Emulator(net)
    emulator.run(5)
    assert made.kind == "sparse" and emulator.get(made, "weights").tolist() == [10] * 12


@pytest.mark.parametrize("rules", ["chip", "brian2_loihi"])
def test_under_every_rule_set(rules):
    rule = GROWS if rules == "chip" else LearningRule(dw="u0*2", x1=Trace(1, 5))
    emulator = Emulator(network(np.zeros((3, 4), int), rules=rules, learning=rule))
    emulator.run(5)
    assert emulator.get("c", "weights").shape == (3, 4) and np.all(emulator.get("c", "weights") > 0)


def test_under_the_rules_of_nengo_loihi():
    net = Network("n", rules="nengo_loihi", seed=1)
    source, cells = net.input("pre", 4), net.population("post", 3, vth=1000)
    error = net.input("error", 3)
    made = net.connect(source, cells, np.zeros((3, 4), int), sign_mode="mixed", learning=pes(), factors={"y1": error})
    assert made.synapses == 12 and Emulator(net).get(made, "weights").shape == (3, 4)


def test_lists_and_sparse_matrices_have_the_synapses_they_name():
    listed = network(([3, 0, 1], [0, 1, 2], [0, 4, 0]))
    matrix = scipy.sparse.coo_matrix(([0, 4, 0], ([0, 1, 2], [3, 0, 1])), shape=(3, 4))
    for net in (listed, network(matrix), network(matrix.tocsr()), network(matrix.tocsc())):
        emulator = Emulator(net)
        assert sorted(emulator.get("c", "weights").tolist()) == [0, 0, 4]
        emulator.run(5)
        assert sorted(emulator.get("c", "weights").tolist()) == [10, 10, 14]


def test_a_kernel_of_zeros_learns():
    net = Network("n", seed=1)
    image, cells = net.input("image", (3, 3, 1)), net.population("cells", (2, 2, 1), vth=1000)
    made = net.connect(image, cells, Conv2D(np.zeros((1, 2, 2, 1), int)), learning=GROWS, sign_mode="excitatory")
    emulator = Emulator(net)
    emulator.run(3)
    assert np.all(emulator.get(made, "weights") > 0)


def test_zeros_that_learn_grow_by_stdp_as_others_do():
    spikes = (np.repeat(np.arange(5, 400, 20), 4), np.tile(np.arange(4), 20))
    grown = {}
    for kind in ("auto", "sparse", "dense"):
        net = Network("n", seed=1)
        source, teacher = net.input("pre", 4, spikes=spikes), net.input("teacher", 3, rate=0.3)
        cells = net.population("post", 3, du=4096, dv=4096, vth=20)
        net.connect(teacher, cells, 200 * np.eye(3, dtype=int))
        net.connect(
            source, cells, np.zeros((3, 4), int), name="c", sign_mode="excitatory", learning=pair_stdp(), kind=kind
        )
        emulator = Emulator(net)
        emulator.run(400)
        grown[kind] = np.sort(emulator.get("c", "weights").ravel()).tolist()
    assert grown["auto"] == grown["dense"] == grown["sparse"] and grown["auto"][0] > 0


def test_placements_files_and_checkpoints_count_the_same_synapses(tmp_path):
    net = network(np.zeros((3, 4), int))
    full = network(np.full((3, 4), 6))
    assert net.place().report() == full.place().report()
    again = Network.load(net.save(tmp_path / "net.npz"))
    assert again.connections["c"].synapses == 12
    one, other = Emulator(net), Emulator(again)
    one.run(4)
    one.save(tmp_path / "point.npz")
    other.restore(tmp_path / "point.npz")
    one.run(4), other.run(4)
    assert np.array_equal(one.get("c", "weights"), other.get("c", "weights"))


def test_without_learning_an_array_is_stored_without_its_zeros():
    weights = np.zeros((3, 4), int)
    weights[1, 2] = 5
    net = Network()
    made = net.connect(net.input("i", 4), net.population("p", 3, vth=1), weights)
    assert made.kind == "sparse" and made.synapses == 1
