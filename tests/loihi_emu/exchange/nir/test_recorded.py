"""One neuron as six simulators recorded it: each takes steps in its own way, and here is an option for each."""

from pathlib import Path

import nir
import numpy as np
import pytest

from loihi_emu import Emulator
from loihi_emu.exchange import import_nir

STEPS = 1000
FILE = Path(__file__).parent / "recorded" / "lif.npz"
SINABS = {"method": "exponential_decay", "reset": "subtract"}
WAYS = {
    # name: options, the threshold that it scales to, its lag, the largest difference
    "nengo": ({"method": "exponential"}, 1.0, 0, 1e-8),
    "lava_cpu_float": ({"single": True}, 0.1, 1, 0.0),
    "norse": ({}, 0.1, 0, 5e-8),  # its state has 32 bits
    "snntorch": ({}, 2.5, 0, 1e-6),  # the same
    "rockpool": (SINABS, 0.1, 0, 2e-8),  # the same
    "sinabs": (SINABS, 0.1, 0, 2e-8),  # the same
}


def neuron(r=1.0, w=1.0):
    one = np.ones(1, np.float32)
    cell = nir.LIF(
        tau=np.float32(0.0025) * one, r=np.float32(r) * one, v_leak=0 * one, v_threshold=np.float32(0.1) * one
    )
    return nir.NIRGraph.from_list(nir.Affine(np.full((1, 1), w, np.float32), 0 * one), cell)


def played(graph, times, **options):
    network = import_nir(graph, dt=1e-4, **options).network
    network.probe("lif", ["spikes", "v"])
    emulator = Emulator(network)
    emulator.set_input("input", spikes=(times, 0 * times))
    recording = emulator.run(STEPS)
    return recording["lif.v"][:, 0], recording.spikes("lif").times


@pytest.mark.parametrize("name", WAYS)
def test_each_recording_has_its_way_of_a_step(name):
    options, threshold, lag, error = WAYS[name]
    with np.load(FILE) as recorded:
        v, spikes = played(neuron(), recorded["input"], **options)
        assert np.array_equal(spikes, recorded[f"{name}_spikes"] - lag)
        assert np.abs(v[: STEPS - lag] - recorded[name][lag:] / (threshold / 0.1)).max() <= error


def test_other_ways_of_a_step_are_other_neurons():
    """The ways are told apart: the wrong one is off by more than a hundred times the error allowed above."""
    with np.load(FILE) as recorded:
        for name, wrong in (("nengo", {}), ("rockpool", {"method": "exponential"}), ("norse", SINABS)):
            _, threshold, _, error = WAYS[name]
            v, _ = played(neuron(), recorded["input"], **wrong)
            assert np.abs(v - recorded[name] / (threshold / 0.1)).max() > 100 * error


def test_a_gain_that_was_written_after_the_decay_is_read_as_written():
    """Rockpool writes r = tau / dt * exp(-dt / tau), the gain of a state that is read after its decay, and the
    threshold of the state before it. So its file has 4 % less input than its recording; r * exp(dt / tau) has it.
    """
    kept = np.exp(-1e-4 / 0.0025)
    with np.load(FILE) as recorded:
        times = recorded["input"]
        _, as_written = played(neuron(r=25 * kept, w=0.04), times, **SINABS)
        assert as_written.tolist() == [460, 510, 710, 760]
        _, as_recorded = played(neuron(r=25.0, w=0.04), times, **SINABS)
        assert np.array_equal(as_recorded, recorded["rockpool_spikes"])
