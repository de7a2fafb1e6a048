"""Under rules="float" spikes may carry values of float64: recorded as such, kept in files, multiplied by weights."""

import numpy as np
import pytest

from loihi_emu import Conv2D, Emulator, Network, Recording


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
