"""Lists of synapses come back in the order in which they were given: get, set, probes, files, checkpoints."""

import numpy as np
import pytest
import scipy.sparse

from loihi_emu import Emulator, LearningRule, Network, Trace

PRE = np.array([2, 0, 1, 0, 2, 2, 1])
POST = np.array([0, 1, 1, 1, 1, 0, 0])  # two pairs are connected twice
VALUES = np.array([10, 20, 30, 40, 50, 60, 70])
DELAYS = np.array([3, 1, 4, 1, 5, 9, 2])
CHANGES = LearningRule(dw="u0*1", dt="u0*t", t_epoch=2)


def network(*weights, rules="chip", **options):
    net = Network("n", rules=rules, seed=3)
    pre = net.input("pre", 3, spikes=([0, 3, 5], [0, 1, 2]))
    post = net.population("post", 2, vth=10_000)
    made = net.connect(pre, post, weights, name="c", sign_mode="excitatory", **options)
    if made.learning is not None:
        net.probe(made, ["weights", "tags"] if rules == "chip" else "weights")
    net.probe(post, "v")
    return net


def test_a_list_comes_back_as_it_was_given():
    net = network(PRE, POST, VALUES, delays=DELAYS)
    made, emulator = net.connections["c"], Emulator(net)
    assert emulator.get("c", "weights").tolist() == VALUES.tolist() == emulator.get("c", "given").tolist()
    assert emulator.get("c", "delays").tolist() == DELAYS.tolist()
    assert made.pre_indices.tolist() == PRE.tolist() and made.post_indices.tolist() == POST.tolist()
    assert np.all(np.diff(np.repeat(np.arange(3), np.diff(made.indptr))) >= 0)


def test_what_get_gives_can_be_set():
    want = Emulator(network(PRE, POST, VALUES, delays=DELAYS)).run(20)["post.v"]
    emulator = Emulator(network(PRE, POST, VALUES[::-1].copy(), delays=DELAYS))
    assert not np.array_equal(emulator.run(20)["post.v"], want)
    emulator.reset()
    emulator.set("c", "weights", VALUES)
    emulator.set("c", "weights", emulator.get("c", "weights"))
    assert np.array_equal(emulator.run(20)["post.v"], want)
    assert emulator.get("c", "weights").tolist() == VALUES.tolist()


def test_order_changes_no_result():
    order = np.lexsort((POST, PRE))
    one = Emulator(network(PRE, POST, VALUES, delays=DELAYS)).run(20)["post.v"]
    other = network(PRE[order], POST[order], VALUES[order], delays=DELAYS[order])
    assert other.connections["c"].order is None
    assert np.array_equal(Emulator(other).run(20)["post.v"], one)


def test_a_whole_matrix_can_be_set_on_a_list():
    emulator = Emulator(network([2, 0, 1], [0, 1, 1], [1, 2, 3]))
    emulator.set("c", "weights", np.array([[0, 0, 10], [20, 30, 0]]))
    assert emulator.get("c", "weights").tolist() == [10, 20, 30]


@pytest.mark.parametrize("kind", [scipy.sparse.coo_matrix, scipy.sparse.csr_matrix, scipy.sparse.csc_array])
def test_sparse_matrices_keep_the_order_of_their_data(kind):
    matrix = kind(np.array([[0, 5, 7, 0], [1, 0, 0, 3], [2, 4, 0, 6]]))
    delays = np.arange(12).reshape(3, 4)
    net = Network()
    made = net.connect(net.input("i", 4), net.population("p", 3, vth=1), matrix, name="c", delays=delays)
    emulator = Emulator(net)
    assert emulator.get(made, "weights").tolist() == matrix.data.tolist()
    entries = matrix.tocoo()
    assert emulator.get(made, "delays").tolist() == delays[entries.row, entries.col].tolist()
    assert made.post_indices.tolist() == entries.row.tolist()
    emulator.set(made, "weights", matrix.data[::-1].copy())
    assert emulator.get(made, "weights").tolist() == matrix.data[::-1].tolist()
    emulator.set(made, "weights", matrix)
    assert emulator.get(made, "weights").tolist() == matrix.data.tolist()


def test_explicit_zeros_of_sparse_matrices_and_lists_are_synapses():
    matrix = scipy.sparse.csr_matrix((np.array([0, 5, 0]), np.array([1, 0, 1]), np.array([0, 1, 3])), shape=(2, 2))
    net = Network()
    made = net.connect(net.input("i", 2), net.population("p", 2, vth=1), matrix, name="c")
    emulator = Emulator(net)
    assert emulator.get(made, "weights").tolist() == [0, 5, 0]
    emulator.set(made, "weights", [7, 5, 9])
    assert emulator.get(made, "weights").tolist() == [7, 5, 9]


@pytest.mark.parametrize("rules", ["chip", "brian2_loihi"])
def test_what_learns_keeps_the_order(rules, tmp_path):
    rule = CHANGES if rules == "chip" else LearningRule(dw="u0*1", x1=Trace(1, 5))
    delays = DELAYS if rules == "chip" else 0
    net = network(PRE, POST, VALUES, rules=rules, learning=rule, delays=delays)
    emulator = Emulator(net)
    assert emulator.get("c", "weights").tolist() == VALUES.tolist()
    if rules == "chip":
        assert emulator.get("c", "delays").tolist() == DELAYS.tolist()
        emulator.set("c", "tags", np.arange(7))
        assert emulator.get("c", "tags").tolist() == list(range(7))
    row = emulator.run(1)["c.weights"][0]
    assert (row - VALUES).tolist() == [row[0] - VALUES[0]] * 7
    emulator.save(tmp_path / "point.npz")
    other = Emulator(net)
    other.restore(tmp_path / "point.npz")
    assert np.array_equal(other.get("c", "weights"), emulator.get("c", "weights"))
    if rules == "chip":
        assert other.get("c", "tags").tolist() == emulator.get("c", "tags").tolist()
    emulator.set("c", "weights", VALUES[::-1].copy())
    assert emulator.get("c", "weights").tolist() == VALUES[::-1].tolist()


def test_one_delay_for_all_stays_one():
    net = network(PRE, POST, VALUES, delays=2)
    assert Emulator(net).get("c", "delays") == 2
    learns = network(PRE, POST, VALUES, delays=2, learning=CHANGES)
    assert Emulator(learns).get("c", "delays") == 2


def test_files_keep_the_order(tmp_path):
    net = network(PRE, POST, VALUES, delays=DELAYS, learning=CHANGES)
    emulator = Emulator(net)
    emulator.set("c", "tags", np.arange(7))
    again = Network.load(emulator.network.save(tmp_path / "net.npz"))
    made, found = again.connections["c"], Emulator(again)
    assert made.pre_indices.tolist() == PRE.tolist() and made.post_indices.tolist() == POST.tolist()
    for name, want in (("weights", VALUES), ("delays", DELAYS), ("tags", np.arange(7))):
        assert found.get("c", name).tolist() == want.tolist()
    one, other = Emulator(emulator.network).run(20), found.run(20)
    assert np.array_equal(one["post.v"], other["post.v"]) and np.array_equal(one["c.weights"], other["c.weights"])


def test_dense_connections_have_no_list():
    net = Network()
    made = net.connect(net.input("i", 2), net.population("p", 2, vth=1), [[1, 2], [3, 4]])
    with pytest.raises(ValueError, match="pre_indices: got a dense connection, allowed is a sparse one"):
        _ = made.pre_indices
