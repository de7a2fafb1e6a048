"""Under rules="float" spikes may carry values of float64: recorded as such, kept in files, multiplied by weights."""

import numpy as np
import pytest
from messages import complains
from scipy.sparse import csr_matrix

from loihi_emu import Conv2D, Emulator, LoihiOverflowWarning, Network, Recording


def network():
    """Two events of an input, summed up and sent on by a population of each kind of synapse."""
    net = Network(rules="float")
    source = net.input("in", 2, spikes=([0, 2], [0, 1]))
    sums = net.population("sums", (2, 1, 1), model="sigma")
    net.connect(source, sums, [[0.3, 0.0], [0.0, -0.7]])
    shapes = {"dense": [[0.1, 0.2]], "sparse": ([0, 1], [0, 0], [0.1, 0.2]), "conv": Conv2D([[[[0.1]], [[0.2]]]])}
    for kind, weights in shapes.items():
        cells = net.population(kind, (1, 1, 1), model="delta", vth=0.0)
        net.connect(sums, cells, weights, graded=True)
        net.probe(cells, ["spikes", "act"])
    net.probe(sums, ["spikes", "sigma"])
    return net


def test_values_are_recorded_and_multiply_weights():
    recording = Emulator(network()).run(5)
    spikes = recording.spikes("sums")
    assert spikes.payloads.dtype == np.float64
    assert spikes.times.tolist() == [0, 1, 2, 2, 3, 3, 4, 4]
    assert spikes.payloads.tolist() == [0.3, 0.3, 0.3, -0.7, 0.3, -0.7, 0.3, -0.7]
    arrived = [0.0, 0.1 * 0.3, 0.1 * 0.3, 0.1 * 0.3 + 0.2 * -0.7, 0.1 * 0.3 + 0.2 * -0.7]
    for kind in ("dense", "sparse", "conv"):
        assert recording[f"{kind}.act"].ravel().tolist() == arrived, kind
        sent = recording.spikes(kind)
        assert sent.times.tolist() == [1, 3]
        assert sent.payloads.tolist() == [arrived[1], arrived[3] - arrived[1]]


def test_spikes_count_as_1_where_a_connection_is_not_graded():
    net = network()
    counts = net.population("counts", 1, model="sigma")
    net.connect("sums", counts, [[1.0, 1.0]])
    net.probe(counts, "sigma")
    assert Emulator(net).run(4)["counts.sigma"].ravel().tolist() == [0, 1, 2, 4]


@pytest.mark.parametrize("streamed", [False, True])
def test_files_keep_values(tmp_path, streamed):
    path = tmp_path / ("values.rec" if streamed else "values.npz")
    emulator = Emulator(network())
    recording = emulator.run(5, to=path) if streamed else emulator.run(5)
    if not streamed:
        recording.save(path)
    read = Recording.load(path)
    for name in ("sums", "dense"):
        assert read.spikes(name).payloads.dtype == np.float64
        assert read.spikes(name).payloads.tolist() == Emulator(network()).run(5).spikes(name).payloads.tolist()


def test_integers_of_sums_wrap_and_are_counted():
    net = Network(rules="lava")
    source = net.input("in", 1, spikes=([0, 1], [0, 0]), payloads=[1 << 24, 1 << 24])
    sums = net.population("sums", 1, model="sigma")
    net.connect(source, sums, [[127]], graded=True, sign_mode="excitatory")
    net.probe(sums, ["spikes", "sigma"])
    recording = Emulator(net).run(2)
    assert recording["sums.sigma"].ravel().tolist() == [127 << 24, (254 << 24) - (1 << 32)]
    assert recording.spikes("sums").payloads.dtype == np.int32
    assert recording.stats["overflow"]["sums"]["u"] == 1
    with pytest.warns(LoihiOverflowWarning, match=r'population "sums": sigma wrapped 1 times'):
        Emulator(net, overflow="warn").run(2)


# ------------------------------------------------------------ inputs
def driven(rules="float", **options):
    net = Network(rules=rules)
    source = net.input("in", 2, **options)
    cells = net.population("cells", 2, model="sigma")
    net.connect(source, cells, np.eye(2) if rules == "float" else np.eye(2, dtype=int), graded=True)
    net.probe(source, "spikes")
    net.probe(cells, "sigma")
    return net


FRACTIONS = {"spikes": ([0, 1], [0, 1]), "payloads": [0.25, -1.75]}
WHOLE = {"spikes": ([0, 1], [0, 1]), "payloads": [3, -4]}


def test_inputs_may_send_fractions():
    recording = Emulator(driven(**FRACTIONS)).run(2)
    assert recording["cells.sigma"].tolist() == [[0.25, 0.0], [0.25, -1.75]]
    assert recording.spikes("in").payloads.tolist() == [0.25, -1.75]


def test_whole_payloads_of_inputs_are_integers():
    payloads = Emulator(driven(spikes=([0, 1], [0, 1]), payloads=[2.0, 3.0])).run(2).spikes("in").payloads
    assert payloads.dtype == np.int32
    assert payloads.tolist() == [2, 3]


@pytest.mark.parametrize("form", [np.array, csr_matrix])
def test_frames_may_hold_fractions(form):
    recording = Emulator(driven(spikes=form([[0.25, 0.0], [0.0, -1.75], [1.0, 0.0]]))).run(3)
    assert recording["cells.sigma"].tolist() == [[0.25, 0.0], [0.25, -1.75], [1.25, -1.75]]


@pytest.mark.parametrize("rules", ["chip", "lava"])
def test_rules_of_integers_refuse_fractions(rules):
    net = Network(rules=rules)
    complains(lambda: net.input("in", 2, **FRACTIONS), ["payloads", "0.25"])
    complains(lambda: net.input("in", 2, spikes=np.full((3, 2), 0.25)), ["spikes", "0.25", "whole"])


def test_what_one_network_sends_may_go_into_another():
    sent = Emulator(network()).run(5).spikes("sums")
    recording = Emulator(driven(spikes=sent)).run(5)
    assert recording.spikes("in").payloads.tolist() == sent.payloads.tolist()
    complains(lambda: Network().input("in", 2, spikes=sent), ["payloads"])


@pytest.mark.parametrize("first", [{}, WHOLE, FRACTIONS])
@pytest.mark.parametrize("then", [WHOLE, FRACTIONS])
def test_inputs_that_are_set_keep_what_was_recorded(first, then):
    emulator = Emulator(driven(**first))
    before = emulator.run(2).spikes("in")
    emulator.set_input("in", spikes=([2, 3], [0, 1]), payloads=then["payloads"])
    emulator.run(2)
    recording = emulator.recording
    known = [] if before.payloads is None else before.payloads.tolist()
    assert recording.spikes("in").payloads.tolist() == known + then["payloads"]
    assert (
        recording["cells.sigma"][-1].tolist() == (np.array(first.get("payloads", [0, 0])) + then["payloads"]).tolist()
    )


def test_samples_may_have_fractions():
    emulator = Emulator(driven(**WHOLE))
    sent = Emulator(driven(**FRACTIONS)).run(2).spikes("in")
    recording = emulator.run_samples(2, {"in": [sent, ([1], [0])]})
    assert recording["cells.sigma"].tolist() == [[0.25, 0.0], [0.25, -1.75], [0.0, 0.0], [1.0, 0.0]]
    assert recording.spikes("in").payloads.tolist() == [0.25, -1.75, 1.0]


def test_files_of_networks_and_checkpoints_keep_fractions(tmp_path):
    expected = Emulator(driven(**FRACTIONS)).run(2)["cells.sigma"].tolist()
    read = Network.load(driven(**FRACTIONS).save(tmp_path / "net.npz"))
    assert Emulator(read).run(2)["cells.sigma"].tolist() == expected
    first = Emulator(driven(**FRACTIONS))
    first.run(1)
    path = first.save(tmp_path / "state.npz")
    other = Emulator(driven(**WHOLE))
    other.run(1)
    other.restore(path)
    assert other.run(1)["cells.sigma"].tolist() == expected[1:]
    assert other.recording.spikes("in").payloads.tolist() == [-1.75]
