"""A file of a run and a checkpoint go on with a network of the same structure alone; what can be set may be other."""

import numpy as np
import pytest
from messages import complains

from loihi_emu import Conv2D, Emulator, Network


def network(*, weights=5, vth=20, order=(0, 1, 2), delay=0, seed=1, rate=0.5, kind="spikes"):
    net = Network("n", seed=seed)
    source, cells = net.input("source", 3, rate=rate), net.population("cells", 3, vth=vth)
    pre, post = (np.array(neurons)[list(order)] for neurons in ([0, 1, 2], [2, 0, 1]))
    net.connect(source, cells, (pre, post, weights), delays=delay)
    net.probe(cells, kind)
    return net


def moved(padding):
    """Two convolutions of equal shapes everywhere: the kernel moves by 2, or by 3 over a padded image."""
    net = Network("n")
    image, maps = net.input("image", (4, 4, 1), rate=0.5), net.population("maps", (2, 2, 1), vth=9)
    net.connect(image, maps, Conv2D(np.ones((1, 1, 1, 1), int), stride=3 if padding else 2, padding=padding))
    return net


OTHERS = {
    "seed": (network(), network(seed=2)),
    "delay": (network(), network(delay=1)),
    "order of a list": (network(), network(order=(2, 0, 1))),
    "how a kernel moves": (moved(0), moved(1)),
    "probes": (network(), network(kind="v")),
}


@pytest.mark.parametrize("what", OTHERS)
def test_files_of_other_networks_are_left_as_they_are(tmp_path, what):
    one, other = (Emulator(net) for net in OTHERS[what])
    one.run(5, to=tmp_path / "run.rec")
    other.run(5)
    before = (tmp_path / "run.rec").read_bytes()
    complains(lambda: other.run(5, to=tmp_path / "run.rec"), ["run.rec", "another network or of other probes"])
    assert (tmp_path / "run.rec").read_bytes() == before
    one.save(tmp_path / "c.npz")
    if what != "probes":
        complains(lambda: other.restore(tmp_path / "c.npz"), ["c.npz", "another network"])


def test_what_can_be_set_may_be_other(tmp_path):
    one, other = Emulator(network()), Emulator(network(weights=9, vth=30, rate=0.25))
    one.run(5, to=tmp_path / "run.rec")
    other.run(5)
    assert other.run(5, to=tmp_path / "run.rec").steps == 5
    one.save(tmp_path / "c.npz")
    other.restore(tmp_path / "c.npz")
    assert other.get("cells", "vth") == 20 and other.step == 5
