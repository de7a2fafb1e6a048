"""calibrate: what fits loses nothing, what does not loses little, the report is of what runs, errors say where."""

import warnings

import nir
import numpy as np
import pytest
from drawn_networks import drawn
from float_networks import grid_network, grid_samples, layers, spikes
from hypothesis import given
from hypothesis import strategies as st
from nir_graphs import DT, chain, cuba, readout, recurrent
from profiles import at_most

from loihi_emu import (
    LOIHI2,
    Emulator,
    LearningRule,
    LoihiEmuError,
    Network,
    Trace,
    UnsupportedError,
    ValidationError,
    calibrate,
)  # fmt: skip
from loihi_emu.demo.digits import load_digits
from loihi_emu.demo.encode import encode_dense
from loihi_emu.demo.network import digits_network
from loihi_emu.exchange import compare_nir, import_nir


def test_what_is_on_the_grid_loses_nothing():
    """Convolutions, matrices, lists, parts of populations, delays, payloads, both resets, a readout: every value."""
    net, samples = grid_network(), grid_samples(np.random.default_rng(1))
    found = calibrate(net, samples, answer="last v")
    agreement = found.report.agreement
    assert all(row.differing == 0 and row.floats > 20 for row in agreement.rows.values()), str(found)
    assert all(row.differing == 0 for row in found.report.rows.values())
    assert all(row.weight_error == 0 and row.voltage_error < 1e-12 for row in found.report.rows.values())
    assert agreement.same_answers == 1 and agreement.parts_in is None
    recordings = []
    for made in (net.copy(), found.network.copy()):
        made.probe("out", "v")
        recordings.append(Emulator(made).run_samples(30, samples)["out.v"])
    assert np.array_equal(found.voltage("out", recordings[1]), recordings[0]) and recordings[0].any()


@pytest.mark.slow
def test_the_digits_keep_their_accuracy():
    digits = load_digits()
    net = digits_network(rules="float")
    found = calibrate(net, encode_dense(digits.train_images[:150], 24), digits.train_labels[:150])
    assert found.report.agreement.accuracy == found.report.agreement.float_accuracy == 1.0
    held_out = found.compare(encode_dense(digits.test_images, 24), digits.test_labels)
    assert held_out.float_accuracy > 0.99
    assert held_out.accuracy >= held_out.float_accuracy - 0.005
    hidden = found.report.rows["hidden"]
    assert hidden.differing < 0.1 * hidden.spikes and hidden.room >= 2
    one = calibrate(net, encode_dense(digits.train_images[:150], 24), lists=1).report.rows["hidden"]
    assert hidden.differing < 0.3 * one.differing


@pytest.mark.slow
def test_a_recurrent_graph_keeps_more_spikes_than_by_its_weights_alone():
    graph = recurrent(np.random.default_rng(6))
    x = spikes(2, 6, 100, 4, 0.3)
    found = calibrate(graph, x, dt=DT).report.agreement
    assert found.same_answers == 1.0
    by_weights = [compare_nir(graph, one.astype(int), 100, dt=DT).spikes["lif.1"] for one in x]
    row = found.rows["lif.1"]
    assert row.floats >= sum(one.floats for one in by_weights) > 1000  # samples are a step longer: the output is late
    assert row.differing < 0.4 * sum(one.floats + one.integers - 2 * one.same for one in by_weights)


@pytest.mark.parametrize("seed", range(3))
def test_the_report_is_of_what_runs(seed):
    """Spikes, parting and overflow that the report has are those of runs of one's own."""
    net, x = layers(seed), spikes(seed, 5, 60, 12)
    found = calibrate(net, x, lists=2)
    frames = []
    for made in (net.copy(), found.network.copy()):
        made.probe("hidden", "spikes")
        recording = Emulator(made).run_samples(60, {"source": x})
        one = recording.spikes("hidden")
        frames.append(np.zeros((5, 60, 20), bool))
        frames[-1].reshape(300, 20)[one.times, one.indices] = True
    row = found.report.agreement.rows["hidden"]
    assert (row.floats, row.integers) == (frames[0].sum(), frames[1].sum())
    assert row.same == (frames[0] & frames[1]).sum()
    apart = (frames[0] != frames[1]).any(axis=2)
    assert row.first == min(((k, t) for k, t in np.argwhere(apart)), key=lambda at: (at[1], at[0]), default=None)
    assert sum(row.overflow.values()) == 0 and row.floats > 200


def test_a_layer_alone_is_the_network_where_there_is_one():
    net = Network("one", rules="float")
    source, cells = net.input("source", 12), net.population("cells", 8, du=0.3, dv=0.07, vth=1.0)
    net.connect(source, cells, np.random.default_rng(2).normal(0.1, 0.3, (8, 12)))
    found = calibrate(net, spikes(1, 5, 80, 12), lists=1)
    row = found.report.agreement.rows["cells"]
    assert row.differing == found.report.rows["cells"].differing > 0
    assert found.report.rows["cells"].spikes == row.floats


def test_headroom_keeps_sums_from_wrapping():
    """Activity of twenty times the samples' still fits where so much headroom was asked for."""
    net = Network("loud", rules="float")
    source, cells = net.input("source", 64), net.population("cells", 4, du=0.05, dv=1.0, vth=80.0)
    net.connect(source, cells, np.random.default_rng(1).uniform(0.5, 1, (4, 64)))
    quiet, loud = spikes(1, 2, 100, 64, 0.05), np.ones((1, 100, 64), bool)
    small = calibrate(net, quiet, headroom=1.0)
    assert sum(small.report.agreement.rows["cells"].overflow.values()) == 0
    assert 1.0 <= small.report.rows["cells"].room < 12.0
    assert small.compare(loud).rows["cells"].overflow["u"] > 0
    wide = calibrate(net, quiet, headroom=32.0)
    assert sum(wide.compare(loud).rows["cells"].overflow.values()) == 0
    assert wide.report.rows["cells"].room >= 32.0


@pytest.mark.slow
def test_readouts_answer_by_their_voltage():
    net, x = layers(3, model="li"), spikes(4, 30, 50, 12)
    for answer in ("last v", "mean v", "max v"):
        found = calibrate(net, x, answer=answer, labels=np.zeros(30, int))
        made = net.copy()
        made.probe("out", "v")
        v = Emulator(made).run_samples(50, {"source": x})["out.v"].reshape(30, 50, 3)
        wanted = {"last v": v[:, -1], "mean v": v.mean(1), "max v": v.max(1)}[answer].argmax(1)
        assert found.report.agreement.float_answers.tolist() == wanted.tolist()
        assert found.report.agreement.same_answers >= 0.9
        assert found.report.agreement.float_accuracy == (wanted == 0).mean()
    assert "out" not in found.report.agreement.rows


def test_an_answer_of_ones_own():
    net, x = layers(1), spikes(4, 8, 50, 12)
    found = calibrate(net, x, np.arange(8), answer=lambda recording: np.arange(recording.samples))
    assert found.report.agreement.accuracy == 1.0
    with pytest.raises(ValidationError, match=r"what answer= returns: got shape \(3,\), allowed is \(8,\)"):
        calibrate(net, x, answer=lambda recording: np.zeros(3))


def test_a_graph_is_late_and_its_samples_are_whole():
    """The last spikes of the input still reach the output, which is two populations late."""
    graph = chain(
        nir.Linear(np.full((1, 1), 2.0)), *(cuba(1, vth=0.001),), nir.Linear(np.full((1, 1), 2.0)), cuba(1, vth=0.001)
    )
    x = np.zeros((1, 20, 1))
    x[0, 19] = 1
    found = calibrate(graph, x, dt=DT)
    assert [row.floats for row in found.report.agreement.rows.values()] == [2, 1]
    assert list(found.network.populations) == ["cubalif", "cubalif_1"]
    assert "tried alone on 1 of 1 samples, of 21 steps" in str(found)


def test_poisson_inputs_send_the_same_events():
    net = layers(2)
    noisy = Network("noisy", rules="float", seed=5)
    source = noisy.input("source", 12, rate=0.2)
    given = noisy.input("given", 12)
    cells = noisy.population("cells", 9, du=0.3, dv=0.07, vth=1.0)
    w = np.random.default_rng(0).integers(-10, 30, (9, 12)) * 2 / 64
    noisy.connect(source, cells, w)
    noisy.connect(given, cells, w)
    found = calibrate(noisy, spikes(3, 4, 60, 12))
    assert found.report.agreement.rows["cells"].floats > 100
    assert found.report.agreement.rows["cells"].differing < 0.1 * found.report.agreement.rows["cells"].floats
    assert list(found.network.inputs) == ["source", "given"] and net.inputs


@pytest.mark.slow
def test_bits_by_population():
    net, x = layers(1), spikes(4, 8, 50, 12)
    found = calibrate(net, x, weight_bits={"hidden": 3})
    assert {name: row.bits for name, row in found.report.rows.items()} == {"hidden": 3, "out": 8}
    bits = {c.post.target.name: c.weight_bits for c in found.network.connections.values()}
    assert bits == {"hidden": 3, "out": 8}
    assert found.report.rows["hidden"].weight_error > 5 * calibrate(net, x).report.rows["hidden"].weight_error


@at_most(20)
@given(st.integers(0, 1 << 30))
def test_networks_drawn_at_random_are_calibrated_without_overflow(seed):
    """Decays and thresholds of each neuron, delays, loops: nothing wraps, and there is no warning of a lost weight."""
    net = drawn(seed, "float")
    x = np.random.default_rng(seed).random((4, 30, 4)) < 0.4
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = calibrate(net, x, output=list(net.populations)[-1])
    assert all(sum(row.overflow.values()) == 0 for row in found.report.agreement.rows.values())
    assert all(row.room >= 1.9 for row in found.report.rows.values())
    assert [p.shape for p in found.network.populations.values()] == [p.shape for p in net.populations.values()]


def test_what_was_imported_is_its_graph():
    graph, x = recurrent(np.random.default_rng(5)), spikes(2, 3, 50, 4, 0.3)
    by_graph = calibrate(graph, x, dt=DT, method="exponential")
    imported = import_nir(graph, dt=DT, method="exponential")
    found = calibrate(imported, x)
    assert str(found) == str(by_graph) and found.report.agreement.rows["lif2"].floats > 10
    with pytest.raises(LoihiEmuError, match="got dt=, which is about graphs of NIR, with a Imported"):
        calibrate(imported, x, dt=DT)
    with pytest.raises(ValidationError, match='rules "chip"'):
        calibrate(import_nir(graph, dt=DT, rules="chip"), x)


# ---------------------------------------------------------------- what says little
def test_a_silent_network_is_silent():
    net = layers(1)
    found = calibrate(net, np.zeros((3, 40, 12)))
    rows = found.report.agreement.rows
    assert all(row.floats == row.integers == 0 and row.first is None for row in rows.values())
    assert found.report.agreement.parts_in is None
    assert found.compare(spikes(1, 3, 40, 12)).rows["hidden"].floats > 0


def test_weights_of_zero_make_no_connection():
    net = Network("zero", rules="float")
    source, cells = net.input("source", 3), net.population("cells", 2, du=1.0, dv=0.1, vth=1.0, bias=0.3)
    net.connect(source, cells, np.zeros((2, 3)))
    found = calibrate(net, spikes(1, 2, 40, 3))
    assert not found.network.connections
    assert found.report.agreement.rows["cells"].floats == found.report.agreement.rows["cells"].same > 0


def test_all_labels_of_one_class():
    net, x = layers(1), spikes(4, 8, 50, 12)
    found = calibrate(net, x, np.ones(8, int)).report.agreement
    assert found.float_accuracy == (found.float_answers == 1).mean()
    assert "right are" in str(found)


def population_of(**options):
    net = Network("n", rules="float")
    source = net.input("source", 4)
    model = options.pop("model", "lif")
    cells = net.population("cells", 3, model=model, **options)
    net.connect(source, cells, np.ones((3, 4)))
    return net


def chip_network():
    net = Network("n")
    net.connect(net.input("source", 4), net.population("cells", 3, vth=10), np.ones((3, 4), int))
    return net


def sent_on():
    net = Network("n", rules="float")
    middle = net.population("middle", 3, model="li")
    net.connect(net.input("source", 4), middle, np.ones((3, 4)))
    net.connect(middle, net.population("cells", 2, vth=1.0), np.ones((2, 3)), graded=True)
    return net


def two_ends():
    net = Network("n", rules="float")
    source = net.input("source", 4)
    for name in ("left", "right"):
        net.connect(source, net.population(name, 2, vth=1.0), np.ones((2, 4)))
    return net


def plain():
    return population_of(vth=1.0)


X = np.zeros((2, 10, 4))
X[:, ::3] = 1
BAD = {
    "no network": (lambda: 3, X, {}, ["calibrate, network", "a int", 'rules="float"']),
    "a network of integers": (chip_network, X, {}, ['rules "chip"', 'rules "float"', "integers already"]),
    "an empty network": (lambda: Network("n", rules="float"), X, {}, ["0 populations", "at least one"]),
    "another model": (
        lambda: population_of(model="lif_reset", vth=1.0, reset_interval=5), X, {},
        ['population "cells"', "lif_reset", "lif_subtract"],
    ),
    "voltages that are sent on": (sent_on, X, {}, ['connection "middle->cells"', 'voltage of "middle"']),
    "two ends": (two_ends, X, {}, ["output", '"left", "right"', "the population that answers"]),
    "no sample": (plain, np.zeros((0, 10, 4)), {}, ["samples", '0 of "source"', "at least one"]),
    "no step": (plain, np.zeros((2, 0, 4)), {}, ["steps"]),
    "one sample without its axis": (plain, X[0], {}, ['samples of "source"', "(10, 4)", "(samples, steps, 4)"]),
    "samples of another size": (plain, np.zeros((2, 10, 5)), {}, ["(2, 10, 5)", "(samples, steps, 4)"]),
    "samples that are no numbers": (plain, np.full((2, 10, 4), np.nan), {}, ['samples of "source"', "nan"]),
    "values that are no whole numbers": (
        lambda: plain_graded(), X * 0.3, {}, ['samples of "source"', "0.3", "whole numbers", "scale"],
    ),
    "an unknown input": (plain, {"sorce": X}, {}, ["sorce", 'did you mean "source"']),
    "lists without steps": (plain, [([1], [0])], {}, ["steps", "Give steps="]),
    "labels of another number": (plain, X, {"labels": [1]}, ["labels", "(1,)", "2 samples"]),
    "labels that are no classes": (plain, X, {"labels": [0.5, 1]}, ["labels", "0.5"]),
    "a label of no neuron": (plain, X, {"labels": [0, 9]}, ["labels", "9 at index 1", "0..", "numbers of neurons"]),
    "an unknown output": (plain, X, {"output": "cell"}, ["cell", 'did you mean "cells"']),
    "an unknown answer": (plain, X, {"answer": "rate"}, ["answer", "rate", "spikes"]),
    "spikes of a readout": (lambda: population_of(model="li"), X, {"answer": "spikes"}, ["answer", "mean v"]),
    "three lists": (plain, X, {"lists": 3}, ["lists", "3", "two or four for each sign"]),
    "no headroom": (plain, X, {"headroom": 0.5}, ["headroom", "0.5", "1..1024"]),
    "nine bits": (plain, X, {"weight_bits": 9}, ["weight_bits", "9", "1..8"]),
    "bits of nobody": (plain, X, {"weight_bits": {"cell": 8}}, ["cell", 'did you mean "cells"']),
    "dt of a network": (plain, X, {"dt": 1e-3}, ["dt", "graphs of NIR"]),
    "a reset of a network": (plain, X, {"reset": "subtract"}, ["reset", "graphs of NIR", "Network"]),
    "no dt of a graph": (lambda: readout(np.random.default_rng(0)), X, {}, ["dt", "None", "1e-4"]),
    "a threshold beside which weights vanish": (lambda: population_of(vth=1e7), X, {}, ['"cells"', "weights up to 1"]),
    "an unknown chip": (plain, X, {"chip": "loihi2"}, ["chip", "LOIHI2"]),
}  # fmt: skip


def plain_graded():
    net = Network("n", rules="float")
    net.connect(net.input("source", 4), net.population("cells", 3, vth=1.0), np.ones((3, 4)), graded=True)
    return net


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_one_error_that_says_where(case):
    make, samples, options, texts = BAD[case]
    with pytest.raises(LoihiEmuError) as caught:
        calibrate(make(), samples, **options)
    assert all(text in str(caught.value) for text in texts), str(caught.value)


def test_learning_is_refused():
    net = Network("n", rules="float", chip=LOIHI2)
    source, cells = net.input("source", 4), net.population("cells", 3, vth=1.0)
    learned = LearningRule(dw="2^-2*x1*y0", x1=Trace(16, tau=10))
    net.connect(source, cells, np.ones((3, 4)), learning=learned)
    with pytest.raises(UnsupportedError, match=r'connection "source->cells": got a rule of learning'):
        calibrate(net, X)
