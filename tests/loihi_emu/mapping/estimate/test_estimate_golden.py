"""The board's figures beside SANA-FE, which counted and priced the same network (validation/golden/README.md)."""

import json

import numpy as np
import pytest

from loihi_emu import Conv2D, Emulator, Network
from loihi_emu.validation.golden import GOLDEN

CASE = json.loads((GOLDEN / "sanafe" / "four_layers.json").read_text(encoding="utf-8"))
SHAPES = {"A": (4, 4, 3), "D": (4, 4, 2)}


@pytest.fixture(scope="module")
def run():
    net = Network("four layers")
    for name, p in CASE["populations"].items():
        shape, dv = SHAPES.get(name, p["size"]), round(4096 * (1 - p["keep"]))
        net.population(name, shape, du=4096, dv=dv, vth=p["threshold"], bias=64 * p["bias"])
    for c in CASE["connections"]:
        if c["kind"] == "conv":
            weights = Conv2D(np.array(c["kernel"]), padding=1)
        else:
            weights = np.array(c["weights"]) if c["kind"] == "dense" else tuple(np.array(c["synapses"]).T)
        net.connect(c["pre"], c["post"], weights, kind=c["kind"])
    for name in CASE["populations"]:
        net.probe(name, ["spikes", "u", "v"])
    placement = net.place(strategy={name: p["cores"] for name, p in CASE["populations"].items()})
    return placement, Emulator(net).run(CASE["steps"])


def test_all_spikes_are_the_same(run):
    _, recording = run
    for name in CASE["populations"]:
        spikes = recording.spikes(name)
        mine = [spikes.indices[spikes.times == step].tolist() for step in range(CASE["steps"])]
        assert mine == [row.get(name, []) for row in CASE["spike_trace"]], name
        assert any(mine)


def test_counts_are_the_same(run):
    placement, recording = run
    counts = placement.estimate(recording, figures="board").counts
    for name in ("spikes", "active_updates", "synaptic_events", "messages"):
        assert counts[name] == CASE["counts"][name], name
    assert counts["hops_x"] + counts["hops_y"] == CASE["counts"]["hops"]
    assert all(counts[f"synaptic_events_{unit}"] > 0 for unit in ("dense", "sparse", "conv"))


def test_energy_by_category_and_time_are_the_same(run):
    placement, recording = run
    estimate = placement.estimate(recording, figures="board")
    for kind, energy in estimate.energy.items():
        assert energy * 1e-12 == pytest.approx(CASE["energy_J"][kind], rel=1e-9), kind
    assert estimate.total_energy * 1e-12 == pytest.approx(CASE["energy_J"]["total"], rel=1e-9)
    assert estimate.total_time * 1e-9 == pytest.approx(CASE["time_s"]["simple"], rel=1e-9)
    assert estimate.bounds == {}


def test_every_step_is_the_same(run):
    placement, recording = run
    estimate = placement.estimate(recording, figures="board")
    assert estimate.step_energy * 1e-12 == pytest.approx(CASE["steps_energy_J"]["total"], rel=1e-9)
    assert estimate.step_time * 1e-9 == pytest.approx(CASE["steps_time_s"], rel=1e-9)


def test_the_simple_time_is_the_shortest_of_three(run):
    assert CASE["time_s"]["simple"] < min(CASE["time_s"]["detailed"], CASE["time_s"]["cycle"])


def test_the_other_set_says_something_else(run):
    """The numbers that the README of the golden recordings tells."""
    placement, recording = run
    board, davies = (placement.estimate(recording, figures=name) for name in ("board", "davies2018"))
    assert davies.counts == board.counts
    assert davies.energy["synapse"] == pytest.approx(74_940 * 23.6)
    assert davies.energy["neuron"] == pytest.approx(8770 * 81 + 350 * 52)
    assert davies.energy["spike"] + davies.energy["hop"] == pytest.approx(6344 * 1.7 + 11_392 * 3.0 + 5440 * 4.0)
    assert board.total_energy / davies.total_energy == pytest.approx(1.60, abs=0.005)
    assert board.total_time / davies.total_time == pytest.approx(1.82, abs=0.005)
