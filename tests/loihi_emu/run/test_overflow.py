"""Integers that leave their fields: wrapped as on the chip, counted, and told as the user wishes."""

import warnings

import numpy as np
import pytest
from messages import complains

from loihi_emu import Emulator, LoihiInputWarning, LoihiOverflowWarning, Network, SimulationError

HALF = 1 << 23


def network(u=HALF - 1, calm=0):
    """One neuron whose u + bias wraps in step 0, and as many calm ones."""
    net = Network("n")
    cell = net.population("cell", 1, vth=(1 << 17) - 1, du=0, dv=4096, bias=1, u=u)
    if calm:
        net.population("calm", calm, vth=1000)
    net.probe(cell, ["u", "v"])
    return net


def test_the_chip_wraps_in_silence_and_counts():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        recording = Emulator(network(calm=2)).run(5)
    assert recording["cell.v"].ravel().tolist() == [-HALF + 1] * 5  # x wraps to -2^23, v saturates
    assert recording.stats["overflow"] == {
        "cell": {"q": 0, "u": 0, "x": 5, "v": 5},
        "calm": {"q": 0, "u": 0, "x": 0, "v": 0},
    }
    assert "cell: x 5, v 5" in repr(recording) and "calm:" not in repr(recording)


def test_a_warning_names_where_and_what_once_a_run():
    emulator = Emulator(network(), overflow="warn")
    for _ in range(2):
        with pytest.warns(LoihiOverflowWarning) as caught:
            emulator.run(3)
        assert len(caught) == 1
        text = str(caught[0].message)
        assert 'population "cell"' in text and "u + bias wrapped 3 times" in text and "v saturated 3 times" in text
        assert caught[0].filename == __file__


def test_no_warning_without_overflow():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Emulator(network(u=0), overflow="warn").run(50)
        Emulator(network(u=0), overflow="raise").run(50)


def test_an_error_stops_soon_and_leaves_the_recording():
    emulator = Emulator(network(), overflow="raise")
    texts = ["before step", 'population "cell"', "u + bias wrapped", "loihi_emu.quantize", 'overflow="chip"']
    complains(lambda: emulator.run(100_000_000), texts, SimulationError)
    assert 0 < emulator.step < 100_000_000
    recording = emulator.recording
    assert recording.steps == emulator.step == len(recording["cell.v"])
    assert recording.stats["overflow"]["cell"]["x"] == emulator.step


@pytest.mark.parametrize("steps", [1, 2])
def test_sums_that_wrap_are_counted_as_q(steps):
    net = Network()
    source = net.input("source", 3, spikes=np.ones((steps, 3), int))
    cell = net.population("cell", 1, vth=(1 << 17) - 1)
    net.connect(source, cell, [[255, 255, 255]], weight_exp=6)
    net.probe(cell, "u")
    recording = Emulator(net).run(steps)
    total = 3 * 255 * 64 * 64
    assert total >= 1 << 21
    assert recording["cell.u"][0, 0] == (total + (1 << 21)) % (1 << 22) - (1 << 21)
    assert recording.stats["overflow"]["cell"]["q"] == steps


def test_u_that_wraps_is_counted():
    net = Network()
    source = net.input("source", 1, spikes=([0], [0]))
    cell = net.population("cell", 1, vth=1, du=0, u=HALF - 1)
    net.connect(source, cell, 1)
    net.probe(cell, "u")
    recording = Emulator(net).run(1)
    assert recording["cell.u"].tolist() == [[HALF - 1 + 64 - (1 << 24)]]
    assert recording.stats["overflow"]["cell"]["u"] == 1


def test_weights_that_lose_bits_are_counted():
    net = Network()
    source = net.input("source", 4)
    cell = net.population("cell", 1, vth=1)
    with pytest.warns(LoihiInputWarning, match="3 of 4 weights lose up to 1, 1 act as 0"):
        net.connect(source, cell, [[1, 2, 3, -5]], name="mixed")
    with pytest.warns(LoihiInputWarning, match="2 of 4 weights lose up to 15"):
        net.connect(source, cell, [[16, 17, 31, 32]], weight_bits=4, name="coarse")
    net.connect(source, cell, [[255, 1, 2, 128]], weight_exp=7, name="large")
    found = Emulator(net).run(0).stats["weights"]
    assert found == {
        "mixed": {"truncated": 3, "clipped": 0},
        "coarse": {"truncated": 2, "clipped": 0},
        "large": {"truncated": 0, "clipped": 0},
    }


def test_lava_clips_weights_and_says_so():
    net = Network(rules="lava")
    source = net.input("source", 2)
    with pytest.warns(LoihiInputWarning, match="1 of 2 weights lose up to 45"):
        net.connect(source, net.population("cell", 1), [[300, 9]], name="c")
    assert Emulator(net).run(0).stats["weights"] == {"c": {"truncated": 0, "clipped": 1}}


def test_counters_tell_of_a_run_and_of_all_runs():
    emulator = Emulator(network())
    assert [emulator.run(n).stats["overflow"]["cell"]["x"] for n in (2, 0, 3)] == [2, 0, 3]
    assert emulator.recording.stats["overflow"]["cell"]["x"] == 5
    emulator.reset()
    assert emulator.recording.stats["overflow"]["cell"]["x"] == 0
