"""Convolutions that learn: as the oracle however runs are cut, and as a dense matrix where there is one position."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from messages import UNHEEDED
from plastic_convolutions import convolutions
from plastic_networks import assert_learns_as_the_oracle

from loihi_emu import Conv2D, Emulator, LearningRule, Network, Trace

pytestmark = UNHEEDED

TRACES = {"x1": Trace(16, 10), "y1": Trace(16, 10)}
STDP = "2^-2*x1*y0 - 2^-2*y1*x0"


@given(convolutions(), st.integers(1, 30))
def test_random_convolutions(net, steps):
    assert_learns_as_the_oracle(net, steps)


def state(emulator, recordings):
    """All that was recorded, pieces joined, and the weights now."""
    names = [f"{p.target.name}.{v}" for p in emulator.network.probes for v in p.variables if v != "spikes"]
    return [np.concatenate([r[name] for r in recordings]).tolist() for name in names] + [
        emulator.get("learns", "weights").tolist()
    ]


@given(convolutions(), st.lists(st.integers(0, 9), min_size=1, max_size=4))
def test_pieces_make_the_whole(net, pieces):
    whole, cut = Emulator(net), Emulator(net)
    expected = state(whole, [whole.run(sum(pieces))])
    assert state(cut, [cut.run(n) for n in pieces]) == expected
    cut.reset()
    assert state(cut, [cut.run(sum(pieces))]) == expected


@given(convolutions(), st.integers(0, 13), st.integers(0, 4))
def test_checkpoints(tmp_path_factory, net, before, after):
    emulator, fresh = Emulator(net), Emulator(net)
    emulator.run(before)
    path = emulator.save(tmp_path_factory.mktemp("shared") / "state")
    expected = state(emulator, [emulator.run(15)])
    fresh.run(after)
    fresh.restore(path)
    assert state(fresh, [fresh.run(15)]) == expected


def network(kind, text, mode="mixed", groups=1):
    """Four by three by two inputs onto three neurons, through a matrix or a kernel as large as the input."""
    rng = np.random.default_rng(3)
    low, high = {"mixed": (-90, 90), "excitatory": (0, 200), "inhibitory": (-200, 0)}[mode]
    net = Network("n", seed=9)
    source = net.input("source", (4, 3, 2), rate=0.05)
    cells = net.population("cells", (1, 1, 3), vth=120, dv=4096)
    teacher = net.input("teacher", 3, rate=0.3)
    net.connect(teacher, cells, np.diag([255] * 3))
    kernel = rng.integers(low, high, (3, 4, 3, 2), endpoint=True) // 2 * 2
    weights = Conv2D(kernel) if kind == "conv" else kernel.reshape(3, 24)
    made = net.connect(
        source, cells, weights, name="learns", kind=kind, sign_mode=mode, learning=LearningRule(dw=text, **TRACES)
    )
    net.probe(cells, ["v"])
    net.probe(made, ["weights", "x1", "y1"])
    return net


@pytest.mark.parametrize("mode", ["mixed", "excitatory", "inhibitory"])
@pytest.mark.parametrize("text", ["-2*y1*x0 + 2*x1*y0", "-2*x0 + 4*sgn(x1)*y0", "-2*x0*sgn(w - 10)*y1"])
def test_one_position_is_a_dense_matrix(mode, text):
    """Changes are whole multiples of the weights' precision, so that nothing is rounded; what grows comes last, since
    an accumulator that saturates (at 255 and 127/128) is no whole number any more.
    """
    one, two = (Emulator(network(kind, text, mode)).run(80) for kind in ("conv", "dense"))
    assert one["learns.weights"].reshape(80, 3, 24).tolist() == two["learns.weights"].tolist()
    for name in ("learns.x1", "learns.y1", "cells.v"):
        assert one[name].tolist() == two[name].tolist()
    assert len(np.unique(two["learns.weights"].reshape(80, -1), axis=0)) > 5


def test_positions_add_up_and_are_rounded_once():
    """Sixteen positions that each add 1/16 make 1 exactly; one alone adds 1/16 of the time."""
    net = Network(seed=1)
    source, cells = net.input("source", (4, 4, 1)), net.population("cells", (4, 4, 50), vth=1)
    rule = LearningRule(dw="2^-4*u0")
    net.connect(source, cells, Conv2D(np.full((50, 1, 1, 1), 10)), name="learns", sign_mode="excitatory", learning=rule)
    emulator = Emulator(net)
    emulator.run(7)
    assert (emulator.get("learns", "weights") == 17).all()
    net = Network(seed=1)
    source, cells = net.input("source", (1, 1, 1)), net.population("cells", (1, 1, 50), vth=1)
    net.connect(source, cells, Conv2D(np.full((50, 1, 1, 1), 10)), name="learns", sign_mode="excitatory", learning=rule)
    emulator = Emulator(net)
    emulator.run(160)
    means = emulator.get("learns", "weights") - 10
    assert 9 < means.mean() < 11 and len(np.unique(means)) > 3


def test_setting_weights_and_switching_off():
    emulator = Emulator(network("conv", STDP))
    emulator.run(30)
    learned = emulator.get("learns", "weights")
    emulator.set("learns", "learning", False)
    emulator.run(30)
    assert emulator.get("learns", "weights").tolist() == learned.tolist()
    emulator.set("learns", "learning", True)
    emulator.run(30)
    assert emulator.get("learns", "weights").tolist() != learned.tolist()
    new = np.arange(72).reshape(3, 4, 3, 2) // 2 * 2
    emulator.set("learns", "weights", new)
    assert emulator.get("learns", "weights").tolist() == new.tolist()
    emulator.run(5)
    emulator.reset()
    assert emulator.get("learns", "weights").tolist() == new.tolist()
    net = network("conv", STDP)
    again = Emulator(net)
    again.set("learns", "weights", new)
    one, two = emulator.run(50)["learns.weights"], again.run(50)["learns.weights"]
    assert one.tolist() == two.tolist() and one[-1].tolist() != new.tolist()
    for name, value in {"dw": "2^-1*x0", "tau_x1": 3}.items():
        again.set("learns", name, value)
    assert again.get("learns", "weights").tolist() == two[-1].tolist()


def test_samples_start_from_the_same_weights():
    emulator = Emulator(network("conv", STDP))
    recording = emulator.run_samples(30, {"source": [np.full(24, 0.3)] * 2, "teacher": [np.full(3, 0.3)] * 2})
    first, second = recording.sample(0)["learns.weights"], recording.sample(1)["learns.weights"]
    start = emulator.get("learns", "weights")
    assert start.tolist() == Emulator(network("conv", STDP)).get("learns", "weights").tolist()
    assert first[-1].tolist() != second[-1].tolist() and first[-1].tolist() != start.tolist()


def test_only_the_convolution_that_learns_has_the_leaf():
    names = []
    for rule in (None, LearningRule(dw="x0")):
        net = Network()
        source, cells = net.input("source", (3, 3, 1), rate=0.1), net.population("cells", (2, 2, 1), vth=1)
        net.connect(source, cells, Conv2D(np.ones((1, 2, 2, 1))), learning=rule)
        names.append([leaf.name for leaf, _ in Emulator(net).image.program.calls])
    assert names == [
        ["inputs.poisson", "conv.step", "lif_chip.step"],
        ["inputs.poisson", "conv.step", "traces.step", "shared.step", "lif_chip.step"],
    ]
