"""The demo network as the public API describes it."""

from __future__ import annotations

import numpy as np
import pytest

from loihi_emu.demo.digits import load_digits
from loihi_emu.demo.encode import encode
from loihi_emu.demo.network import digits_network
from loihi_emu.demo.weights import load_weights
from loihi_emu.errors import ValidationError


def test_network_carries_the_shipped_integers() -> None:
    weights = load_weights()
    spikes = encode(load_digits().test_images[0], weights.steps)
    net = digits_network(spikes=spikes)
    assert list(net.inputs) == ["pixels"] and list(net.populations) == ["hidden", "output"]
    assert np.array_equal(net.inputs["pixels"].times, spikes[0])
    for name, connection in zip(("hidden", "output"), net.connections.values(), strict=True):
        layer = getattr(weights, name)
        assert connection.sign_mode == "mixed" and connection.weight_bits == 8
        parameters = net.populations[name].parameters
        for key in ("du", "dv", "vth", "bias", "bias_exp"):
            assert np.array_equal(parameters[key], getattr(layer, key))
    assert [connection.kind for connection in net.connections.values()] == ["dense", "dense"]
    assert np.array_equal(net.connections["pixels->hidden"].values, weights.hidden.mantissas)


def test_float_network_has_thresholds_of_one() -> None:
    net = digits_network(rules="float")
    assert float(net.populations["output"].parameters["vth"]) == 1.0
    assert float(net.populations["hidden"].parameters["du"]) == 0.5


def test_other_rules_are_refused() -> None:
    with pytest.raises(ValidationError):
        digits_network(rules="lava")
