"""Simulators take a step in different ways; here is an option for each, beside the way written in NumPy."""

import nir
import numpy as np
import pytest

from loihi_emu import Emulator
from loihi_emu.exchange import import_nir

STEPS, DT, TAU, VTH = 1000, 1e-4, 0.0025, 0.1
LEFT = np.exp(-DT / TAU)
WAYS = {
    # name: options, what is left of v after a step, what an input of 1 adds, what a spike does
    "Norse, snnTorch": ({}, 1 - DT / TAU, DT / TAU, "zero"),
    "Nengo": ({"method": "exponential"}, LEFT, 1 - LEFT, "zero"),
    "sinabs, Rockpool": ({"method": "exponential_decay", "reset": "subtract"}, LEFT, DT / TAU, "subtract"),
    "Lava": ({"single": True}, float(np.float32(1 - np.float32(DT / TAU))), float(np.float32(DT / TAU)), "zero"),
}


def neuron(r=1.0, w=1.0):
    one = np.ones(1)
    cell = nir.LIF(tau=TAU * one, r=r * one, v_leak=0 * one, v_threshold=VTH * one)
    return nir.NIRGraph.from_list(nir.Affine(np.full((1, 1), w), 0 * one), cell)


def given():
    return (np.random.default_rng(3).random(STEPS) < 0.1).astype(float)


def played(graph, **options):
    network = import_nir(graph, dt=DT, **options).network
    network.probe("lif", ["spikes", "v"])
    emulator = Emulator(network)
    emulator.set_input("input", spikes=given().astype(int)[:, None])
    recording = emulator.run(STEPS)
    return recording["lif.v"][:, 0], recording.spikes("lif").times


def by_hand(left, gain, reset):
    v, voltages, spikes = 0.0, [], []
    for t, x in enumerate(given()):
        v = left * v + gain * x
        if v > VTH:
            spikes.append(t)
            v = v - VTH if reset == "subtract" else 0.0
        voltages.append(v)
    return np.array(voltages), spikes


@pytest.mark.parametrize("name", WAYS)
def test_each_way_is_that_of_its_simulators(name):
    options, *way = WAYS[name]
    v, spikes = played(neuron(), **options)
    wanted, times = by_hand(*way)
    assert spikes.tolist() == times and len(times) > 5
    assert np.abs(v - wanted).max() < 1e-12


def test_decays_of_32_bits_are_exact():
    """Not to a rounding: v keeps every bit."""
    options, *way = WAYS["Lava"]
    assert np.array_equal(played(neuron(), **options)[0], by_hand(*way)[0])
    assert not np.array_equal(played(neuron())[0], by_hand(*way)[0])


def test_the_ways_are_told_apart():
    for name, (options, *_) in WAYS.items():
        v, _ = played(neuron(), **options)
        for other, (_, *way) in WAYS.items():
            apart = np.abs(v - by_hand(*way)[0]).max()
            assert other == name or apart > (1e-9 if {name, other} == {"Lava", "Norse, snnTorch"} else 1e-4)


def test_a_gain_that_was_written_after_the_decay_is_read_as_written():
    """Rockpool writes r = tau / dt * exp(-dt / tau), the gain of a state that is read after its decay, and the
    threshold of the state before it. So its file has 4 % less input than what it ran; r * exp(dt / tau) has it.
    """
    options = WAYS["sinabs, Rockpool"][0]
    v, spikes = played(neuron(r=TAU / DT * LEFT, w=DT / TAU), **options)
    assert np.allclose(v, by_hand(LEFT, DT / TAU * LEFT, "subtract")[0], atol=1e-12)
    _, ran = by_hand(LEFT, DT / TAU, "subtract")
    assert spikes.tolist() != ran
    assert played(neuron(r=TAU / DT, w=DT / TAU), **options)[1].tolist() == ran
