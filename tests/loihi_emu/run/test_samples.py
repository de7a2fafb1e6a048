"""Many samples through one network: what they mean, and one clear error for each wrong shape."""

import numpy as np
import pytest
from messages import complains

from loihi_emu import Emulator, LoihiInputWarning, Network, SimulationError, UnknownNameError

STEPS = 6


def network():
    net = Network("n", seed=1)
    listed = net.input("listed", 3)
    poisson = net.input("poisson", 2, rate=0.5)
    graded = net.input("graded", 3, spikes=([0], [0]), payloads=[2])
    cells = net.population("cells", 4, vth=8, dv=100)
    net.connect(listed, cells, np.full((4, 3), 50), delays=2)
    net.connect(poisson, cells, [[9, 0], [0, 9], [9, 9], [0, 0]])
    net.connect(graded, cells, np.eye(4, 3, dtype=int) * 4, graded=True)
    net.probe(cells, ["spikes", "v"])
    return net


@pytest.fixture
def emulator():
    return Emulator(network())


A = (np.arange(5 * STEPS * 3).reshape(5, STEPS, 3) % 4 == 0).astype(np.uint8)
LISTS = [(t, i) for t, i in (np.nonzero(sample) for sample in A)]


def test_a_sample_is_what_reset_set_input_and_run_give(emulator):
    whole = emulator.run_samples(STEPS, {"listed": A, "poisson": np.zeros((5, 2))})
    assert whole.samples == 5 and whole.steps == 5 * STEPS
    assert whole.spike_counts("cells").shape == (5, 4)
    other = Emulator(network())
    other.set_input("poisson", rate=0)
    for k, sample in enumerate(A):
        other.reset()
        other.set_input("listed", spikes=sample)
        one = other.run(STEPS)
        assert np.array_equal(one["cells.v"], whole["cells.v"][k * STEPS : (k + 1) * STEPS])
        assert np.array_equal(one.spike_counts("cells"), whole.spike_counts("cells")[k])
    assert whole.times("cells.v").tolist() == list(range(5 * STEPS))


@pytest.mark.parametrize(
    "samples",
    [A, A.astype(bool), A.astype(float), list(A), LISTS, [(t[::-1], i[::-1]) for t, i in LISTS], [*A[:2], *LISTS[2:]]],
)
def test_all_forms_mean_the_same(emulator, samples):
    want = Emulator(network()).run_samples(STEPS, {"listed": A})
    found = emulator.run_samples(STEPS, {emulator.network["listed"]: samples})
    assert np.array_equal(found["cells.v"], want["cells.v"])


def test_afterwards_everything_is_as_before(emulator):
    want = Emulator(network()).run(STEPS)
    emulator.run_samples(STEPS, {"listed": A, "poisson": np.full((5, 2), 0.9), "graded": A * 3})
    assert emulator.step == 0
    again = emulator.run(STEPS)
    assert np.array_equal(again["cells.v"], want["cells.v"])
    assert len(again["cells.v"]) == STEPS


def test_an_input_without_payloads_takes_graded_samples():
    def made():
        net = Network()
        plain = net.input("plain", (3, 1))
        cells = net.population("cells", 2, vth=10000)
        net.connect(plain, cells, [[4, 0, 2], [0, 6, 0]], graded=True)
        net.probe(cells, "v")
        return Emulator(net)

    samples = np.random.default_rng(0).integers(-5, 6, (4, STEPS, 3))
    whole = made().run_samples(STEPS, {"plain": samples.reshape(4, STEPS, 3, 1)})
    assert len(np.unique(whole["cells.v"])) > 10
    for k, sample in enumerate(samples):
        one = made()
        one.set_input("plain", spikes=sample)
        assert np.array_equal(one.run(STEPS)["cells.v"], whole["cells.v"][k * STEPS : (k + 1) * STEPS])


def test_events_that_no_sample_reaches_are_told(emulator):
    for samples in (A, LISTS):
        with pytest.warns(LoihiInputWarning, match='input "listed": .* come in step 4 or later') as caught:
            found = emulator.run_samples(4, {"listed": samples})
        assert len(caught) == 1 and caught[0].filename == __file__
        assert f": {np.count_nonzero(A[:, 4:])} events" in str(caught[0].message)
        assert np.array_equal(found["cells.v"], Emulator(network()).run_samples(4, {"listed": A[:, :4]})["cells.v"])


SAMPLES = "an array or a list, one entry per sample"
BAD = {
    "no input": ({}, ["inputs", "got none", 'such as {"pixels": samples}']),
    "no dict": (A, ["inputs", "a ndarray", 'such as {"pixels": samples}']),
    "nothing": (None, ["inputs", "NoneType"]),
    "unknown": ({"list": A}, ['unknown input "list"', 'did you mean "listed"']),
    "a population": ({"cells": A}, ['unknown input "cells"', '"listed"']),
    "too few neurons": ({"listed": A[:, :, :2]}, ["shape (5, 6, 2)", "(samples, steps, 3)"]),
    "one sample": ({"listed": A[0]}, ["sample 0", "shape (3,)", "(steps, 3)"]),
    "no samples": ({"listed": A[:0]}, ["{'listed': 0}", "at least one"]),
    "an empty list": ({"listed": []}, ["{'listed': 0}", "at least one"]),
    "numbers differ": ({"listed": A, "poisson": np.ones((4, 2))}, ["{'listed': 5, 'poisson': 4}", "the same number"]),
    "nan": ({"listed": A * np.nan}, ["sample 0", "got nan"]),
    "fractions": ({"listed": A * 0.5}, ["sample 0", "got 0.5", "whole"]),
    "a number": ({"listed": 5}, ["got 5", SAMPLES]),
    "none": ({"listed": None}, ["NoneType", SAMPLES]),
    "a dict": ({"listed": {0: A[0]}}, ["a dict", SAMPLES]),
    "an array of one number": ({"listed": np.array(3)}, ["a ndarray", SAMPLES]),
    "a text": ({"listed": "abc"}, ["'abc'", SAMPLES]),
    "a generator": ({"listed": (a for a in A)}, ["a generator", SAMPLES]),
    "index": ({"listed": [*LISTS, ([0, 1], [0, 3])]}, ["sample 5", "spike indices", "got 3 at index 1", "0..2"]),
    "time": ({"listed": [*LISTS, ([-1], [0])]}, ["sample 5", "spike times", "got -1", "0 or more"]),
    "lengths": ({"listed": [*LISTS, ([0, 1], [0])]}, ["sample 5", "2 times and 1 indices", "one index per time"]),
    "fraction": ({"listed": [*LISTS, ([0.5], [0])]}, ["spike times", "got 0.5", "whole"]),
    "lists of two": ({"listed": [[[0], [1]]]}, ["sample 0", "a list of two", "(times, indices) for events"]),
    "three": ({"listed": [([0], [1], [2])]}, ["sample 0", "a tuple of three"]),
    "large payloads": ({"graded": A.astype(int) << 32}, ["got 4294967296", "32 bits"]),
    "rates": ({"poisson": np.full((5, 2), 1.5)}, ["sample 0", "rate", "got 1.5", "0.0..1.0", "Hz"]),
    "too many rates": ({"poisson": np.ones((5, 3))}, ["sample 0", "rate", "shape (3,)", "a scalar or 2"]),
    "one rate": ({"poisson": 0.5}, ["got 0.5", SAMPLES]),
    "too often": ({"listed": [([0] * 9, [0] * 9)]}, ["9 events in one step", "at most 3", "List each event once"]),
}


@pytest.mark.parametrize(("inputs", "texts"), BAD.values(), ids=BAD)
def test_bad_samples_change_nothing(emulator, inputs, texts):
    emulator.run(2)
    complains(lambda: emulator.run_samples(STEPS, inputs), texts)
    assert emulator.step == 2
    assert np.array_equal(emulator.run(4)["cells.v"], Emulator(network()).run(6)["cells.v"][2:])


@pytest.mark.parametrize("steps", [0, -1, 1.5, None, [1]])
def test_bad_steps(emulator, steps):
    complains(lambda: emulator.run_samples(steps, {"listed": A}), ["run_samples, steps"])


def test_names_are_unknown_names(emulator):
    complains(lambda: emulator.run_samples(1, {"x": A}), ['"x"'], UnknownNameError)


def test_an_error_on_the_way_restores_the_inputs():
    net = Network()
    source = net.input("source", 1, spikes=([3], [0]))
    cell = net.population("cell", 1, vth=(1 << 17) - 1, du=0, u=(1 << 23) - 10)
    net.connect(source, cell, 1)
    net.probe(source)
    emulator = Emulator(net, overflow="raise")
    complains(lambda: emulator.run_samples(5, {source: [([], []), ([2], [0])]}), ['population "cell"'], SimulationError)
    emulator.reset()
    assert emulator.run(3).spikes("source").times.tolist() == []
