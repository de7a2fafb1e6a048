"""Running, reading and setting: behaviour, and one clear error for each mistake."""

import copy
import pickle

import numpy as np
import pytest
from messages import complains

from loihi_emu import Emulator, LearningRule, Network, Trace, UnknownNameError, UnsupportedError


def network(**options):
    net = Network("n", seed=3, **options)
    source = net.input("source", 3, spikes=([0, 1, 2, 40], [0, 1, 2, 0]))
    cells = net.population("cells", 4, vth=10, dv=100, refractory=2)
    net.connect(source, cells, np.full((4, 3), 50), delays=1, name="c")
    net.connect(cells, cells, 5 * np.eye(4, dtype=int), delays=2, name="rec")
    net.probe(cells, ["spikes", "u", "v"])
    return net


@pytest.fixture
def emulator():
    return Emulator(network())


# ---------------------------------------------------------------- making
def test_what_can_be_emulated():
    complains(lambda: Emulator("n"), ["Emulator, network", "'n'", "a loihi_emu.Network"])
    complains(lambda: Emulator(Network("void")), ['network "void"', "nothing to run", "at least one population"])
    complains(lambda: Emulator(network(), overflow="rais"), ['unknown overflow mode "rais"', 'did you mean "raise"'])


def test_the_network_is_taken_as_it_is():
    net = network()
    emulator = Emulator(net)
    net.population("more", 2, vth=1)
    net.probe("more")
    recording = emulator.run(3)
    assert "more" not in recording.populations
    texts = ['with a spike probe "more"', 'known are "cells"', "network.probe() before the Emulator is made"]
    complains(lambda: recording.spikes("more"), texts, UnknownNameError)


# ---------------------------------------------------------------- running
@pytest.mark.parametrize(
    ("steps", "texts"),
    [
        (-1, ["got -1", "0 or more"]),
        (1.5, ["got 1.5", "whole numbers"]),
        (None, ["got None", "a whole number"]),
        ("5", ["got '5'", "a whole number"]),
        ([1, 2], ["shape (2,)", "one whole number"]),
        (float("nan"), ["got nan", "finite"]),
        (float("inf"), ["got inf", "finite"]),
        (10**30, ["got 1000000000000000000000000000000"]),
    ],
)
def test_steps(emulator, steps, texts):
    complains(lambda: emulator.run(steps), ["run, steps", *texts])
    assert emulator.step == 0


def test_whole_numbers_of_any_type_are_steps(emulator):
    assert [emulator.run(n).steps for n in (0, 2, 2.0, np.int64(3), np.uint8(1))] == [0, 2, 2, 3, 1]
    assert emulator.step == 8 and "at step 8" in repr(emulator)


def test_reset_forgets_recordings_and_keeps_what_was_set(emulator):
    emulator.set("cells", "vth", 30)
    first = emulator.run(20)
    emulator.reset()
    assert emulator.step == 0 and emulator.recording.steps == 0
    again = emulator.run(20)
    assert np.array_equal(first["cells.v"], again["cells.v"]) and first.stats == again.stats
    assert emulator.get("cells", "vth") == 30


def test_a_recording_does_not_change_with_later_runs(emulator):
    first = emulator.run(3)
    untouched = Emulator(network()).run(3)
    emulator.set("cells", "vth", 99)
    emulator.run(50)
    emulator.set("c", "weights", np.zeros((4, 3), int))
    emulator.reset()
    emulator.run(9)
    assert np.array_equal(first["cells.v"], untouched["cells.v"])
    assert first.stats == untouched.stats and first.populations == untouched.populations
    assert first.populations["cells"]["vth"] == 640
    assert np.array_equal(first.spikes("cells").times, untouched.spikes("cells").times)


def test_counters_of_pieces_add_up(emulator):
    pieces = [emulator.run(n) for n in (1, 4, 0, 45)]
    whole = emulator.recording
    assert whole.stats == Emulator(network()).run(50).stats
    for key in ("synaptic_events", "convolution_wraps"):
        assert sum(p.stats[key] for p in pieces) == whole.stats[key]
    for name, n in whole.stats["spikes"].items():
        assert sum(p.stats["spikes"][name] for p in pieces) == n > 0


# ---------------------------------------------------------------- get and set
@pytest.mark.parametrize(
    ("name", "variable", "texts"),
    [
        ("cells", "voltage", ['population "cells"', 'unknown variable "voltage"', '"u", "v", "rest"']),
        ("cells", "V", ['population "cells"', 'unknown variable "V"', 'did you mean "v"']),
        ("cels", "v", ['"cels"', 'did you mean "cells"']),
        ("rec", "v", ['connection "rec"', "unknown variable", '"v"', '"weights", "delays"']),
        ("source", "rate", ['input "source"', "a population or connection", "set_input()"]),
        (None, "v", ["None", '"cells", "c", "rec"']),
    ],
)
def test_get_of_what_is_not_there(emulator, name, variable, texts):
    complains(lambda: emulator.get(name, variable), texts)
    complains(lambda: emulator.set(name, variable, 1), texts[:2])


@pytest.mark.parametrize(
    ("variable", "value", "texts"),
    [
        ("v", [1, 2], ["shape (2,)", "a scalar or 4 values"]),
        ("v", 1.5, ["got 1.5", "whole"]),
        ("v", 1 << 24, ["got 16777216", "-8388607..8388607"]),
        ("u", np.nan, ["got nan", "finite"]),
        ("v", "x", ["'x'"]),
        ("rest", 99, ["got 99", "0..64"]),
        ("vth", -1, ["got -1", "0..131071", "17 bits"]),
        ("vth", 1 << 17, ["got 131072", "0..131071"]),
        ("vth", [1, 2], ["shape (2,)", "4 values, one per neuron"]),
        ("vth", None, ["got None"]),
        ("dv", 0.5, ["got 0.5", "decay_from_tau()"]),
        ("refractory", 0, ["got 0", "1..63"]),
    ],
)
def test_set_checks_as_at_construction(emulator, variable, value, texts):
    before = emulator.get("cells", variable)
    complains(lambda: emulator.set("cells", variable, value), [f'population "cells", {variable}', *texts])
    assert np.array_equal(emulator.get("cells", variable), before)


@pytest.mark.parametrize("change", ["weights", "events", "rule", "checkpoint", "samples"])
@pytest.mark.parametrize("where", ["run.built.adopt", "run.built.Pacer", "image.build.keep_room"])
def test_an_interrupted_change_of_structure_changes_nothing(change, where, tmp_path, monkeypatch):
    def made():
        net = Network()
        events = net.input("events", 2, spikes=([0, 1, 4], [0, 1, 1]))
        cells = net.population("cells", 2, vth=5, dv=200)
        net.connect(events, cells, [[9, 4], [5, 9]], name="c")
        net.connect(cells, cells, [[0, 9], [9, 0]], name="plastic", learning=LearningRule(dw="x1*y0", x1=Trace(20, 5)))
        net.probe(cells, "v")
        return Emulator(net)

    changes = {
        "weights": lambda e: e.set("c", "weights", [[1, 1], [1, 1]]),
        "events": lambda e: e.set_input("events", spikes=([5, 5, 5], [0, 0, 1])),
        "rule": lambda e: e.set("plastic", "dw", "-x1*y0"),
        "checkpoint": lambda e: e.restore(tmp_path / "other.npz"),
        "samples": lambda e: e.run_samples(3, {"events": np.full((2, 3, 2), 3)}),
    }
    other = made()
    other.set("c", "weights", [[7, 7], [7, 7]])
    other.set("cells", "vth", 9)
    other.save(tmp_path / "other.npz")
    emulator, want = made(), made().run(12)["cells.v"]
    emulator.run(4)

    def interrupted(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(f"loihi_emu.{where}", interrupted)
        with pytest.raises(KeyboardInterrupt):
            changes[change](emulator)
    assert emulator.get("c", "weights").tolist() == [[9, 4], [5, 9]]
    assert emulator.get("plastic", "dw") == "x1*y0"
    assert np.array_equal(emulator.run(8)["cells.v"], want[4:])
    emulator.reset()
    assert np.array_equal(emulator.run(12)["cells.v"], want)


def test_a_voltage_that_is_set_is_within_its_limits():
    net = Network()
    net.population("cells", (1, 2), vth=100, vmin=-50, vmax=[70, 90])
    emulator = Emulator(net)
    emulator.set("cells", "v", [[-50, 90]])
    for wrong in (-51, [0, 91], [71, 0]):
        complains(lambda wrong=wrong: emulator.set("cells", "v", wrong), ['"cells", v', "outside vmin..vmax"])
    assert emulator.get("cells", "v").tolist() == [-50, 90]


def test_elements_can_be_given_instead_of_names():
    net = network()
    emulator = Emulator(net)
    cells, rec = net["cells"], net.connections["rec"]
    emulator.set(cells, "v", [1, 2, 3, 4])
    emulator.set(rec, "weights", np.full((4, 4), 9))
    assert emulator.get(cells, "v").tolist() == emulator.get("cells", "v").tolist() == [1, 2, 3, 4]
    assert emulator.get(rec, "weights").tolist() == [[9] * 4] * 4
    assert len(emulator.run(5).spikes(cells)) == emulator.recording.spike_counts(cells).sum() > 0


def test_what_is_read_is_a_copy(emulator):
    for name, variable in (("cells", "v"), ("cells", "vth"), ("c", "weights"), ("c", "delays")):
        read = emulator.get(name, variable)
        read[...] = 1
        assert not np.array_equal(emulator.get(name, variable), read) or variable == "delays"


@pytest.mark.parametrize(("variable", "value"), [("v", [5, 700, 0, -9]), ("u", 300), ("rest", [0, 3, 1, 0])])
def test_state_that_is_set_counts_in_the_next_step(emulator, variable, value):
    emulator.run(30)  # quiet by now
    emulator.set("cells", variable, value)
    state = {k: emulator.get("cells", k).astype(int) for k in ("u", "v", "rest")}
    recording = emulator.run(1)
    v = np.sign(state["v"]) * (abs(state["v"]) * (4096 - 100) // 4096)
    v = np.where(state["rest"] > 0, 0, v + 0 * state["u"])  # u decays whole: du is 4096
    assert recording["cells.v"][0].tolist() == np.where(v > 640, 0, v).tolist()


# ---------------------------------------------------------------- copies
def test_emulators_are_not_pickled(emulator):
    for act in (pickle.dumps, copy.copy, copy.deepcopy):
        complains(lambda act=act: act(emulator), ["Emulator", "addresses", "save()"], UnsupportedError)


def test_memory_is_told_by_purpose(emulator):
    memory = emulator.memory()
    assert memory["neurons"] == 4 and memory["stored synapses"] >= 12 and memory["state"] > 0
