"""Events that are sent for a step: every form that is taken, and what is refused."""

import numpy as np
import pytest
from closed_loops import SIZE, network, refused

from loihi_emu import Emulator, Network
from loihi_emu.errors import ValidationError

MANY = 100


@pytest.mark.parametrize("count", [0, 1, 24, 25, MANY])
def test_many_events(count):
    net = Network()
    net.probe(net.input("source", MANY))
    emulator = Emulator(net)
    chosen = np.sort(np.random.default_rng(count).permutation(MANY)[:count])
    assert emulator.step({"source": chosen})["source"].tolist() == chosen.tolist()
    assert emulator.step({"source": chosen[::-1].copy()})["source"].tolist() == chosen.tolist()
    assert emulator.step({"source": (chosen, np.arange(count) + 1)})["source"].tolist() == chosen.tolist()


BAD = {
    "no dict": ([1], ["a list", 'a dict such as {"input": [0, 3]}']),
    "a number of steps": (5, ["an int", "emulator.run(5)"]),
    "unknown": ({"sauce": [1]}, ['unknown input "sauce"', '"source"']),
    "a population": ({"cells": [1]}, ['unknown input "cells"']),
    "no name": ({3: [1]}, ["unknown input 3"]),
    "Poisson": ({"noise": [1]}, ["Poisson", 'set_input("noise", rate=...)']),
    "too large": ({"source": [1, SIZE]}, ["6 at index 1", "0..5"]),
    "negative": ({"source": [-1, 2]}, ["-1 at index 0", "0..5"]),
    "more than there are": ({"source": np.arange(SIZE + 1)}, ["6 at index 6", "0..5"]),
    "one that 32 bits take for another": ({"source": np.array([0, (1 << 32) + 1])}, ["4294967297 at index 1", "0..5"]),
    "one that 64 bits do not hold": ({"source": [0, (1 << 64) + 1]}, ["dtype object"]),
    "an unsigned one": ({"source": np.array([(1 << 63) + 1], np.uint64)}, ["9223372036854775809"]),
    "twice": ({"source": [1, 0, 1]}, ["neuron 1 twice", "booleans"]),
    "twice in order": ({"source": np.array([1, 1])}, ["neuron 1 twice", "booleans"]),
    "one value each": ({"source": [0, 1, 0, 1, 1, 1]}, ["twice", "booleans"]),
    "fractions": ({"source": [0.5]}, ["0.5"]),
    "booleans": ({"source": [True, False]}, ["booleans of shape (2,)", "(6,)"]),
    "nothing": ({"source": None}, ["got nothing", "[] for none"]),
    "a text": ({"source": "1"}, ["a str"]),
    "a dict": ({"source": {1: 2}}, ["a dict", "(indices, payloads)"]),
    "two axes": ({"source": [[1, 2]]}, ["shape (1, 2)"]),
    "ragged": ({"source": [[1], [1, 2]]}, ["allowed is indices"]),
    "three parts": ({"source": ([0], [1], [2])}, ["a tuple of 3"]),
    "payloads": ({"source": ([0, 1], [1])}, ["shape (1,) for 2 events"]),
    "large payloads": ({"source": ([0], [1 << 40])}, ["payloads", "signed integers of"]),
    "unsigned payloads": (
        {"source": ([0], np.array([1 << 63], np.uint64))},
        ["payloads", "9223372036854775808 at index 0"],
    ),
    "fractions of payloads": ({"source": ([0], [1.5])}, ["1.5"]),
    "payloads as text": ({"source": ([0], ["x"])}, ["payloads"]),
}


@pytest.mark.parametrize(("events", "texts"), BAD.values(), ids=BAD)
def test_events_that_are_none(events, texts):
    refused(events, *texts)


@pytest.mark.parametrize("events", [events for events, _ in BAD.values()], ids=BAD)
def test_events_that_are_none_where_values_were_sent_before(events):
    """There is room for values then, and they are taken as they are if they need no care."""
    emulator = Emulator(network(graded=True))
    emulator.step({"source": ([1, 3], [5, -7])})
    with pytest.raises(ValidationError):
        emulator.step(events)
    assert emulator.step == 1 and emulator.step()["source"].tolist() == []


FORMS_OF_ARRAYS = {
    "int8": lambda a: a.astype(np.int8),
    "uint64": lambda a: a.astype(np.uint64),
    "the other byte order": lambda a: a.astype(">i4"),
    "every second one": lambda a: np.repeat(a, 2)[::2],
    "read only": lambda a: np.broadcast_to(a, (1, len(a)))[0],
    "a matrix row of booleans": lambda a: np.isin(np.arange(SIZE), a)[None].repeat(2, 0).T[:, 0],
}


@pytest.mark.parametrize("form", FORMS_OF_ARRAYS.values(), ids=FORMS_OF_ARRAYS)
def test_events_in_arrays_of_all_kinds(form):
    emulator = Emulator(network(graded=True))
    for chosen in ([0, 2, 5], [], [4]):
        assert emulator.step({"source": form(np.array(chosen, np.int64))})["source"].tolist() == chosen
    values = np.array([3, -1, 1 << 20])
    seen = emulator.step({"source": (form(np.array([0, 2, 5])), np.repeat(values, 2)[::2])})
    assert seen["source"].tolist() == [0, 2, 5] and seen.payloads["source"].tolist() == values.tolist()


def test_what_is_sent_and_what_is_seen_belong_to_the_caller():
    emulator, given = Emulator(network(graded=True)), np.array([1, 3])
    values = np.array([7, 9])
    seen = [emulator.step({"source": (given, values)})]
    given[:], values[:] = 5, 8
    seen.append(emulator.step({"source": [2]}))
    for one in seen:
        for array in (*one.values(), *one.payloads.values()):
            array[...] = 4
    assert emulator.step({"source": []})["source"].tolist() == []
    spikes = emulator.recording.spikes("source")
    assert (spikes.indices.tolist(), spikes.payloads.tolist()) == ([1, 3, 2], [7, 9, 1])


def test_an_error_in_one_of_several_inputs_sends_nothing():
    net = network(spikes=([0, 1], [4, 4]))
    net.input("other", 3)
    net.probe("other")
    emulator = Emulator(net)
    refused({"source": [1], "other": [3]}, "3 at index 0", "0..2", emulator=emulator)
    seen = emulator.step()
    assert (seen["source"].tolist(), seen["other"].tolist()) == ([4], [])
    seen = emulator.step({"source": [1], "other": [0, 2]})
    assert (seen["source"].tolist(), seen["other"].tolist()) == ([1], [0, 2])
