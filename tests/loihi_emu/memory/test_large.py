"""Large populations against whole arrays in NumPy: several blocks, groups of their own, chunks of 65536 targets."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from messages import UNHEEDED
from recipes import assert_equals_oracle, events
from reference import Reference
from strategies import recipes

from loihi_emu import Emulator, Network
from loihi_emu.image.groups import ALONE
from loihi_emu.models import layout

pytestmark = [UNHEEDED, pytest.mark.slow]


def assert_equals_reference(network, recording):
    reference = Reference(network)
    reference.run(recording.steps)
    for name in network.populations:
        assert [(t, i) for t, i, _ in events(recording, name)] == reference.spikes[name], name
        for variable in ("u", "v"):
            assert np.array_equal(recording[f"{name}.{variable}"], reference.rows[name][variable]), (name, variable)
    assert recording.stats["synaptic_events"] == reference.events
    return recording.stats["spikes"]


def drive(rng, steps, size, density=0.05):
    return (rng.random((steps, size)) < density).astype(np.int8)


@given(recipes(rules=st.just("chip"), model="lif", plain=True))
def test_the_reference_itself(recipe):
    assert_equals_reference(recipe.network(), recipe.run())


@pytest.mark.parametrize("size", [1023, 1024, 1025, 2049, 5000, ALONE - 1, ALONE, ALONE + 1])
def test_sizes_about_a_block_and_a_group(size):
    rng = np.random.default_rng(size)
    net = Network(seed=1)
    source = net.input("in", 500, spikes=drive(rng, 25, 500))
    small = net.population("small", 700, dv=300, vth=40, bias=rng.integers(0, 300, 700))
    cells = net.population("cells", size, dv=64, du=1000, vth=rng.integers(1, 60, size), refractory=1 + size % 3)
    calm = net.population("calm", size, dv=64, vth=60, bias=rng.integers(-9, 99, size), u=(1 << 20) + 1)
    k = 20000
    net.connect(source, cells, (rng.integers(0, 500, k), rng.integers(0, size, k), rng.integers(-90, 120, k) * 2))
    for pre, post in ((cells, small), (small, cells), (cells, cells), (cells, calm)):
        triples = rng.integers(0, pre.size, k), rng.integers(0, post.size, k), rng.integers(0, 50, k)
        delays = 0 if post is calm else rng.integers(0, 5, k)  # large ones share a group where delays come to them
        net.connect(pre, post, triples, delays=delays, weight_exp=3)
    net.probe(small, ["spikes", "u", "v"])
    net.probe(cells, ["spikes", "u", "v"])
    net.probe(calm, ["spikes", "u", "v"])
    emulator = Emulator(net)
    assert (len(emulator.image.group("calm").populations) == 1) == (size >= ALONE)
    assert min(assert_equals_reference(net, emulator.run(25)).values()) > 0


def test_targets_beyond_one_chunk():
    size = 2 * layout.CHUNK + 4321
    rng = np.random.default_rng(5)
    net = Network()
    source = net.input("in", 300, spikes=drive(rng, 8, 300))
    cells = net.population("cells", size, dv=500, vth=12)
    k = 300000
    edges = [0, size - 1, *(layout.CHUNK * c + d for c in (1, 2) for d in (-1, 0))]
    targets = np.concatenate([rng.integers(0, size, k - len(edges)), edges])
    mixed, delays = rng.integers(-99, 99, k), rng.integers(0, 4, k)
    net.connect(source, cells, (rng.integers(0, 300, k), targets, rng.integers(0, 255, k)))
    net.connect(source, cells, (rng.integers(0, 300, k), targets, mixed), delays=delays)
    net.connect(source, cells[::2], (rng.integers(0, 300, k), targets // 2, 3), delays=2, graded=True)
    net.connect(cells, cells, (targets, rng.permutation(targets), 9))
    net.probe(cells, ["spikes", "u", "v"])
    assert min(assert_equals_reference(net, Emulator(net).run(8)).values()) > 0


def test_dense_matrices_beyond_a_tile_and_a_flush():
    """More than 248 rows at a time, more than 2048 targets; offsets and shifts; scalar and per-synapse delays."""
    rng = np.random.default_rng(6)
    net = Network()
    source = net.input("in", 700, spikes=drive(rng, 6, 700, density=0.7))
    graded = net.input("graded", 40, spikes=rng.integers(-99, 99, (6, 40)))
    cells = net.population("cells", 4500, dv=500, vth=3000)
    positive = rng.integers(0, 255, (4500, 700), endpoint=True)
    positive[:99], positive[99:200], positive[4400:] = 255, 0, 255  # the largest sums there are, and the smallest
    net.connect(source, cells, positive)
    net.connect(source, cells, rng.integers(-255, 0, (4500, 700), endpoint=True), weight_exp=2, delays=1)
    part = (4300, 395)
    net.connect(source[5:400], cells[100:4400], rng.integers(-256, 254, part), delays=rng.integers(0, 3, part))
    net.connect(graded, cells, rng.integers(-256, 254, (4500, 40)), graded=True, weight_exp=-2)
    net.connect(cells, cells[:7], rng.integers(1, 9, (7, 4500)))
    net.probe(cells, ["spikes", "u", "v"])
    assert min(assert_equals_reference(net, Emulator(net).run(6)).values()) > 0


@pytest.mark.parametrize("rows", [8, 255, 256, 257, 264, 300, 512, 520])
def test_sums_of_many_dense_rows(rows):
    """Under Lava's rules, which do not wrap the sum: at the chip's 21 bits a lost 65536 would not show in u."""
    net = Network(rules="lava")
    source = net.input("in", rows, spikes=np.ones((1, rows), int))
    cells = net.population("cells", 5, du=4095, vth=1 << 24)
    weights = np.full((5, rows), 255)
    weights[2] = 0  # bytes stand for what is above the smallest weight
    net.connect(source, cells, weights, kind="dense")
    net.probe(cells, "u")
    expected = (rows * 255 * 64 + (1 << 23) - 1) % (1 << 24) - (1 << 23) + 1
    assert Emulator(net).run(1)["cells.u"].tolist() == [[expected, expected, 0, expected, expected]]


def test_an_oracle_of_several_blocks():
    """A population of two blocks with few events, in the oracle itself."""
    rng = np.random.default_rng(7)
    net = Network(seed=3)
    bias, u = rng.integers(-100, 400, 1500), rng.integers(-(1 << 23), 1 << 23, 1500)
    cells = net.population("cells", 1500, vth=30, du=9, dv=100, bias=bias, u=u)
    net.connect(cells, cells, (rng.integers(0, 1500, 3000), rng.integers(0, 1500, 3000), rng.integers(-200, 200, 3000)))
    net.probe(cells, ["spikes", "u", "v"])
    recording = Emulator(net).run(12)
    assert_equals_oracle(net, recording)
    assert recording.stats["overflow"]["cells"]["v"] > 0
