"""Slips in the use of emulators and recordings: the error says where the thing is, or it works."""

import pickle

import numpy as np
import pytest
from messages import complains

from loihi_emu import Emulator, LoihiEmuError, Network, Recording


@pytest.fixture(scope="module")
def emulator():
    net = Network("n")
    source, cells = net.input("source", 2, spikes=([1], [0])), net.population("cells", 3, vth=1, bias=30)
    net.input("poisson", 2, rate=0.1)
    net.connect(source, cells, np.ones((3, 2), int), name="w")
    net.probe(cells, ["spikes", "v"])
    made = Emulator(net)
    made.run(10)
    return made


ATTRIBUTES = {
    "v": ['recording["cells.v"]'],
    "V": ['recording["cells.v"]'],
    "cells": ['recording.spikes("cells"), recording["cells.v"]'],
    "u": ["No u was recorded; recorded are cells.spikes, cells.v", "network.probe()"],
    "raster": ["plots.raster(recording)"],
    "keys": ["recording.names"],
    "spike_count": ["recording.spike_counts(name)"],
    "statz": ["Did you mean stats"],
    "nothing_like_it": ["It has info, "],
}


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_attributes_of_a_recording(emulator, name):
    complains(lambda: getattr(emulator.recording, name), ["Recording has", name, *ATTRIBUTES[name]], AttributeError)
    assert not hasattr(emulator.recording, name)


OF_EMULATORS = {
    "time": "emulator.step",
    "spikes": "emulator.recording",
    "weights": "emulator.get(name, variable)",
    "load": "restore(path)",
    "simulate": "emulator.run(steps)",
    "stop": "Ctrl-C",
    "populations": "emulator.network",
}


@pytest.mark.parametrize("name", OF_EMULATORS)
def test_attributes_of_an_emulator(emulator, name):
    complains(lambda: getattr(emulator, name), ["Emulator has no", OF_EMULATORS[name]], AttributeError)


def test_attributes_of_spikes(emulator):
    spikes = emulator.recording.spikes("cells")
    complains(lambda: spikes.t, [".times"], AttributeError)
    complains(lambda: spikes.indexes, ["Did you mean indices?"], AttributeError)


def test_spikes_unpack_into_times_and_indices(emulator, tmp_path):
    recording = emulator.recording
    spikes = recording.spikes("cells")
    times, indices = spikes
    assert times is spikes.times and indices is spikes.indices and len(spikes) == len(times) == 9
    again, _ = Recording.load(recording.save(tmp_path / "r")).spikes("cells")
    assert again.tolist() == times.tolist() == [1, 1, 1, 4, 4, 4, 7, 7, 7]


CALLED = {
    "the recording": (lambda e: e.recording(), ["without parentheses"]),
    "samples": (lambda e: e.recording.samples(), ["number of samples (1)", "recording.sample(k)"]),
}


@pytest.mark.parametrize(("call", "texts"), CALLED.values(), ids=CALLED)
def test_values_that_are_called(emulator, call, texts):
    complains(lambda: call(emulator), texts, TypeError)


def test_the_step_is_a_number_like_any_other(emulator):
    step = emulator.step
    assert step == 10 and isinstance(step, int) and step + 1 == 11 and repr(step) == f"{step}" == "10"
    assert np.arange(step).size == 10 and pickle.loads(pickle.dumps(step)) == 10 and {10: "x"}[step] == "x"


ARGUMENTS = {
    "duration": (lambda e: e.run(duration=10), ["Emulator.run", '"duration"', '"steps"', "everything counts steps"]),
    "n_steps": (lambda e: e.run(n_steps=10), ['"steps"']),
    "nothing like it": (lambda e: e.run(10, colour=3), ['"colour"', '"steps", "progress"']),
    "spike": (lambda e: e.set_input("source", spike=([1], [0])), ["Emulator.set_input", 'did you mean "spikes"']),
    "rates": (lambda e: e.set_input("poisson", rates=0.1), ['"rate"', "probability per step"]),
    "samples": (lambda e: e.run_samples(5, samples={}), ["Emulator.run_samples", '"inputs"']),
    "a variable": (lambda e: e.set("cells", v=3), ["Emulator.set", 'emulator.set("cells", "v", 3)']),
    "var": (lambda e: e.get("cells", var="v"), ['did you mean "variable"']),
    "population": (lambda e: e.recording.spikes(population="cells"), ["Recording.spikes", '"name"']),
    "index": (lambda e: e.recording.sample(index=0), ["Recording.sample", '"k"']),
    "seed": (lambda e: e.reset(seed=3), ["Emulator.reset", "Network(seed=...)"]),
    "seed of all": (lambda e: Emulator(e.network, seed=3), ["Emulator: unknown", "Network(seed=...)"]),
}


@pytest.mark.parametrize(("call", "texts"), ARGUMENTS.values(), ids=ARGUMENTS)
def test_unknown_arguments(emulator, call, texts):
    complains(lambda: call(emulator), texts, TypeError)
    assert emulator.step == 10


VALUES = {
    "a text": (lambda e: e.run(steps="10"), ["run, steps", "'10'"]),
    "seconds": (lambda e: e.run(0.5), ["got 0.5", "Time counts in whole steps"]),
    "spikes of now": (lambda e: e.get("cells", "spikes"), ["network.probe(population)", "recording.spikes"]),
}


@pytest.mark.parametrize(("call", "texts"), VALUES.values(), ids=VALUES)
def test_values(emulator, call, texts):
    complains(lambda: call(emulator), texts)


def test_whole_floats_are_steps():
    net = Network()
    net.population("p", 1, vth=1)
    assert Emulator(net).run(10.0).steps == 10


def test_errors_inside_a_property_are_seen(monkeypatch):
    def broken(self):
        raise AttributeError("an error inside")

    net = Network()
    net.population("p", 1, vth=1)
    recording = Emulator(net).run(1)
    monkeypatch.setattr(Recording, "_looked", broken)
    with pytest.raises(AttributeError, match="an error inside") as caught:
        recording.stats  # noqa: B018
    assert not isinstance(caught.value, LoihiEmuError)
