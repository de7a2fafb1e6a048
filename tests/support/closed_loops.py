"""A network that is run step by step, and what refuses wrong events for a step."""

import numpy as np
import pytest

from loihi_emu import Emulator, Network
from loihi_emu.errors import ValidationError

SIZE = 6


def network(*, graded=False, spikes=None, rules="chip"):
    net = Network(seed=3, rules=rules)
    source = net.input("source", SIZE, spikes=([], []) if spikes is None else spikes)
    noise = net.input("noise", 4, rate=0.3)
    cells = net.population("cells", 5, vth=60, du=900, dv=300)
    weights = np.arange(5 * SIZE).reshape(5, SIZE) * 2
    net.connect(source, cells, weights, graded=graded, delays=np.arange(5 * SIZE).reshape(5, SIZE) % 4)
    net.connect(noise, cells, np.full((5, 4), 14))
    net.connect(cells, cells, np.full((5, 5), 6), delays=2)
    net.probe(cells, ["spikes", "v"])
    net.probe(source)
    return net


def refused(events, *texts, emulator=None, error=ValidationError):
    emulator = Emulator(network()) if emulator is None else emulator
    with pytest.raises(error) as caught:
        emulator.step(events)
    assert all(text in str(caught.value) for text in texts), str(caught.value)
    assert emulator.step == 0 and emulator.recording.steps == 0
