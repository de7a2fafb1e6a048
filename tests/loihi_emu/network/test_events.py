"""Spikes as users give them: lists, arrays, payloads, rates; and one clear error for each mistake."""

import numpy as np
import pytest
from messages import complains

from loihi_emu import LOIHI1, LOIHI2, Emulator, LoihiInputWarning, Network, ValidationError


def source(**given):
    return Network("n").input("i", 3, **given)


def test_unsorted_events_are_sorted_and_listed_twice_count_twice():
    i = source(spikes=([5, 1, 5, 1], [0, 2, 0, 1]), payloads=[7, 8, 9, 0])
    assert i.times.tolist() == [1, 5, 5] and i.indices.tolist() == [2, 0, 0]
    assert i.payloads.tolist() == [8, 7, 9]
    twice = source(spikes=([1, 1], [0, 0]))
    assert len(twice.times) == 2 and twice.payloads is None


@pytest.mark.parametrize("dtype", [bool, int, np.uint8, float])
def test_dense_arrays(dtype):
    i = source(spikes=np.array([[0, 0, 1], [1, 1, 0]], dtype))
    assert (i.times.tolist(), i.indices.tolist(), i.payloads) == ([0, 1, 1], [2, 0, 1], None)
    image = Network().input("image", (1, 3), spikes=np.array([[[0, 0, 1]], [[1, 1, 0]]], dtype))
    assert image.times.tolist() == [0, 1, 1]


def test_entries_of_a_dense_array_are_payloads():
    assert source(spikes=np.array([[0, -3, 1], [2, 0, 0]])).payloads.tolist() == [-3, 1, 2]


def test_no_events_are_fine():
    assert len(source().times) == len(source(spikes=([], [])).times) == 0


@pytest.mark.parametrize(
    ("given", "texts"),
    [
        ({"spikes": ([0], [3])}, ["spike indices", "got 3 at index 0", "0..2", "3 neurons"]),
        ({"spikes": ([0], [-1])}, ["spike indices", "got -1", "0..2"]),
        ({"spikes": ([-1], [0])}, ["spike times", "got -1", "0 or more", "The first step is 0."]),
        ({"spikes": ([1, 2], [0])}, ["2 times and 1 indices", "one index per time"]),
        ({"spikes": ([1.5], [0])}, ["spike times", "got 1.5", "whole"]),
        ({"spikes": ([np.nan], [0])}, ["spike times", "got nan", "finite"]),
        ({"spikes": ([[1]], [[0]])}, ["times of shape (1, 1)", "flat lists"]),
        ({"spikes": (1, 2)}, ["times of shape ()", "flat lists"]),
        ({"spikes": ([1], [2], [1])}, ["a tuple of three", "(times, indices)", "Payloads are an argument"]),
        ({"spikes": [[1, 0, 0], [0, 1, 0]]}, ["a list of two", "(times, indices) for events", "np.array(spikes)"]),
        ({"spikes": np.zeros((4, 2), int)}, ["shape (4, 2)", "(steps, 3)", "(array[:, 0], array[:, 1])"]),
        ({"spikes": np.zeros((3, 5), int)}, ["shape (3, 5)", "(steps, 3)", "transpose", ".T"]),
        ({"spikes": [1, 0, 1]}, ["a flat list", "[times] has", "(steps, 3)"]),
        ({"spikes": np.full((4, 3), np.nan)}, ["got nan at index (0, 0)", "finite"]),
        ({"spikes": np.full((4, 3), 0.5)}, ["got 0.5", "whole numbers"]),
        ({"spikes": "abc"}, ["got abc", "{neuron: times}"]),
        ({"payloads": [1]}, ["payloads", "1 for 0 events", "one per event"]),
        ({"spikes": ([0], [1]), "payloads": [1, 2]}, ["payloads", "2 for 1 events", "one per event"]),
        ({"spikes": ([0], [1]), "payloads": [1 << 31]}, ["payloads", "got 2147483648", "-2147483648..2147483647"]),
        ({"spikes": ([0], [1]), "payloads": [0.5]}, ["payloads", "got 0.5", "whole"]),
        ({"spikes": np.eye(3, dtype=int), "payloads": [1]}, ["payloads", "payloads in the array itself"]),
        ({"rate": 20}, ["rate", "got 20.0", "0.0..1.0", "divide a rate in Hz by 1000"]),
        ({"rate": -0.1}, ["rate", "got -0.1", "0.0..1.0"]),
        ({"rate": np.nan}, ["rate", "got nan", "finite"]),
        ({"rate": [0.1, 1.1, 0.2]}, ["rate", "got 1.1 at index 1"]),
        ({"rate": [0.1, 0.2]}, ["rate", "shape (2,)", "a scalar or 3 values"]),
        ({"rate": "fast"}, ["rate", "'fast'"]),
        ({"rate": 0.1, "spikes": ([0], [0])}, ["rate", "together with spikes", "one of them"]),
    ],
)
def test_bad_events(given, texts):
    complains(lambda: source(**given), ['input "i"', *texts])


def test_events_that_are_over_are_told():
    net = Network()
    listed = net.input("listed", 3)
    cells = net.population("cells", 3, vth=1)
    net.connect(listed, cells, 9 * np.eye(3, dtype=int))
    net.probe(cells)
    emulator = Emulator(net)
    emulator.run(5)
    with pytest.warns(LoihiInputWarning, match='input "listed": all 2 events come before step 5') as caught:
        emulator.set_input(listed, spikes=([0, 4], [0, 1]))
    assert caught[0].filename == __file__
    emulator.set_input(listed, spikes=([0, 5], [0, 1]))  # some are still to come
    assert emulator.run(3).spike_counts(cells).tolist() == [0, 1, 0]
    emulator.reset()
    assert emulator.run(8).spike_counts(cells).tolist() == [1, 1, 0]


def test_events_are_laid_out_as_the_neurons_are():
    events = np.arange(24).reshape(4, 6) % 3 == 0
    net = Network()
    for k, given in enumerate((events, events.reshape(4, 2, 3), events.reshape(4, 1, 2, 3))):
        made = net.input(f"i{k}", (2, 3), spikes=given)
        assert np.array_equal(made.indices, net.inputs["i0"].indices) and len(made.indices) == 8
    texts = ["shape (4, 3, 2)", "(steps, 6), (steps, 2, 3)"]
    complains(lambda: net.input("i", (2, 3), spikes=events.reshape(4, 3, 2)), texts)
    complains(lambda: net.input("i", (2, 3), rate=np.full((3, 2), 0.1)), ["rate", "shape (3, 2)", "flat or as (2, 3)"])
    texts = ["shape (1, 4, 3, 2)", "(samples, steps, 6), (samples, steps, 2, 3)"]
    complains(lambda: Emulator(net).run_samples(4, {"i0": events.reshape(1, 4, 3, 2).astype(int)}), texts)


@pytest.mark.parametrize(
    ("name", "given", "texts"),
    [
        ("listed", {"spikes": ([0], [5])}, ["spike indices", "got 5", "0..2"]),
        ("listed", {"rate": 0.5}, ["got rate", "spikes for inputs of listed events"]),
        ("listed", {}, ["spikes", "got nothing", "(times, indices)", "(steps, 3)"]),
        ("poisson", {"spikes": ([0], [1])}, ["got spikes", "rate for Poisson inputs"]),
        ("poisson", {"rate": 1.5}, ["rate", "got 1.5", "0.0..1.0"]),
        ("poisson", {"rate": 0.5, "spikes": ([0], [1])}, ["got spikes", "rate for Poisson inputs"]),
        ("poisson", {}, ["rate", "got None"]),
        ("cells", {"rate": 0.5}, ['unknown input "cells"', '"listed", "poisson"']),
        ("lister", {"spikes": ([0], [1])}, ['unknown input "lister"', 'did you mean "listed"']),
    ],
)
def test_bad_events_set_later(name, given, texts):
    net = Network()
    net.input("listed", 3, spikes=([0, 4], [1, 1]))
    net.input("poisson", 2, rate=0.1)
    net.population("cells", 1, vth=1)
    net.probe("listed")
    emulator = Emulator(net)
    complains(lambda: emulator.set_input(name, **given), [f'input "{name}"', *texts])
    assert emulator.run(5).spikes("listed").times.tolist() == [0, 4]


def test_inputs_can_be_named_or_given():
    net = Network()
    made = net.input("listed", 3)
    net.probe(made)
    emulator = Emulator(net)
    emulator.set_input(made, spikes=([2, 0], [1, 0]))
    found = emulator.run(3).spikes(made)
    assert (found.times.tolist(), found.indices.tolist(), found.payloads) == ([0, 2], [0, 1], None)


@pytest.mark.parametrize("chip", [LOIHI1, LOIHI2])
def test_payloads_have_the_width_of_the_chips_fact(chip):
    most = (1 << (LOIHI2.payload_bits - 1)) - 1
    net = Network(chip=chip)
    for k, payload in enumerate((most, -most - 1)):
        assert net.input(f"i{k}", 1, spikes=([0], [0]), payloads=[payload]).payloads.tolist() == [payload]
    for payload in (most + 1, -most - 2):
        with pytest.raises(ValidationError, match=f"allowed is {-most - 1}..{most}.*LOIHI2.payload_bits"):
            net.input("j", 1, spikes=([0], [0]), payloads=[payload])
