"""Numbers in another tool's unit (seconds, Hz, volts) are refused or told, and the text says what is meant here."""

import numpy as np
import pytest
from messages import complains

from loihi_emu import Emulator, LearningRule, LoihiInputWarning, Network, Trace, decay_from_tau, quantize
from loihi_emu.learning import learning_window, pair_stdp


class Quantity:
    """What packages for units have."""

    magnitude, units = 5.0, "ms"

    def __array__(self, dtype=None, copy=None):
        return np.array(self.magnitude)


def network():
    net = Network()
    net.input("i", 2, rate=0.1)
    net.population("c", 2, vth=5)
    net.connect("i", "c", [[1, 2], [3, 4]], name="w")
    net.probe("c", "v")
    return net


def population(**parameters):
    return lambda: Network().population("p", 2, **{"vth": 10, **parameters})


STEPS = ["whole steps", "seconds / dt"]
WHOLE = ["whole numbers", "There are no units here", "quantize()"]


@pytest.mark.parametrize(
    ("action", "texts"),
    [
        (lambda: Emulator(network()).run(0.1), ["run, steps", "got 0.1", *STEPS]),
        (lambda: Emulator(network()).run_samples(0.1, {"i": [0.1]}), ["run_samples, steps", *STEPS]),
        (lambda: network().probe("c", "u", every=0.5), ["every", *STEPS]),
        (lambda: network().connect("i", "c", 3, delays=1.5), ["delays", "got 1.5", *STEPS]),
        (lambda: network().connect("i", "c", ([0], [1], [2]), delays=[0.001]), ["delays", "got 0.001", *STEPS]),
        (lambda: LearningRule(dw="2^-2*x1*y0", x1=Trace(16, 10), t_epoch=0.001), ["t_epoch", *STEPS]),
        (lambda: learning_window(pair_stdp(), [-0.005, 0.005]), ["distances", *STEPS]),
        (lambda: Network().input("j", 3, rate=50), ["got 50", "probability per step", "Hz"]),
        (lambda: Emulator(network()).set_input("i", rate=[50, 20]), ["got 50", "probability per step", "Hz"]),
        (lambda: Network().input("j", 3, spikes=([0.001, 0.005], [0, 1])), ["got 0.001", "whole steps"]),
        (population(refractory=0.002), ["refractory", "got 0.002", *STEPS]),
        (population(vth=-0.055), ["vth", "got -0.055", "vth * 64", *WHOLE]),
        (population(vth=0.5), ["vth", *WHOLE]),
        (population(bias=0.5), ["bias", *WHOLE]),
        (population(v=-0.07), ["v", *WHOLE]),
        (population(vmin=-0.08), ["vmin", *WHOLE]),
        (population(du=0.1), ["du", "decay_from_tau()", "steps"]),
        (lambda: Emulator(network()).set("c", "v", -0.065), ["v", *WHOLE]),
        (lambda: Emulator(network()).set("c", "refractory", 0.002), ["refractory", *STEPS]),
        (lambda: Emulator(network()).set("c", "rest", 0.002), ["rest", *STEPS]),
        (lambda: quantize([[0.1]], vth=-0.055), ["vth", "got -0.055", "below 0"]),
        (lambda: Emulator(network()).run(Quantity()), ["a quantity in ms", "no units", *STEPS]),
        (lambda: decay_from_tau(Quantity()), ["a quantity in ms", "no units"]),
        (lambda: decay_from_tau(np.timedelta64(20, "ms")), ["a quantity in ms", "no units"]),
        (population(vth=Quantity()), ["a quantity in ms", "no units"]),
        (lambda: Network().input("j", 3, rate=Quantity()), ["a quantity in ms", "no units"]),
        (lambda: Trace(16, Quantity()), ["a quantity in ms", "no units"]),
        (lambda: network().connect("i", "c", 3, delays=Quantity()), ["a quantity in ms", "no units"]),
    ],
)
def test_what_cannot_be_meant_is_refused(action, texts):
    complains(action, texts)


@pytest.mark.parametrize(
    ("action", "text"),
    [
        (lambda: decay_from_tau(0.02), "tau=0.02 counts steps.*decay_from_tau\\(0.02, dt=0.001\\)"),
        (lambda: decay_from_tau([0.02, 0.005]), "tau=0.02 counts steps"),
        (lambda: decay_from_tau(20_000), "tau=20000 is beyond the slowest decay.*nothing decays"),
        (lambda: decay_from_tau(20.0, dt=0.001), "tau=20 is beyond the slowest decay"),
        (lambda: Trace(16, 0.02), "tau=0.02 counts steps"),
        (lambda: pair_stdp(tau_plus=0.02), "tau=0.02 counts steps"),
        (population(vth=1.0), "vth: 1.0 is the whole number 1 here.*vth \\* 64.*quantize"),
        (population(vth=np.ones(2)), "vth: 1.0 is the whole number 1"),
        (population(dv=1.0), "dv: 1.0 is the whole number 1 here.*1/4096"),
        (population(bias=1.0), "bias: 1.0 is the whole number 1"),
        (population(vmin=-1.0), "vmin: 1.0 is the whole number 1"),
        (lambda: Emulator(network()).set("c", "vth", 1.0), "vth: 1.0 is the whole number 1"),
        (lambda: Emulator(network()).set("c", "v", 1.0), "v: 1.0 is the whole number 1"),
        (lambda: network().place(rates={"i": 50}), 'rates of "i": up to 50 spikes of a neuron per step.*Hz'),
        (lambda: network().place(rates={"c": [0.5, 5]}), 'rates of "c": up to 5 spikes of a neuron per step.*Hz'),
    ],
)
def test_what_is_legal_but_hardly_meant_is_told(action, text):
    with pytest.warns(LoihiInputWarning, match=text) as caught:
        action()
    assert caught[0].filename == __file__


def test_what_can_be_meant_is_not_told():
    decay_from_tau([0.02, 0.005], dt=0.001), decay_from_tau(0), decay_from_tau(np.inf), decay_from_tau([0.5, 20])
    Trace(16, 0), Trace(16, 1), Trace(16, np.inf)
    for parameters in ({"vth": 1}, {"vth": 10.0}, {"bias": 0.0}, {"v": np.zeros(2)}, {"dv": 0.0}):
        population(**parameters)()
    Network(rules="float").population("p", 2, vth=1.0, du=0.5, dv=0.1)
    Network().input("j", 3, rate=1.0)
