"""Files that lava-dl's trainer wrote, as lava-dl's netx ran them on Lava: every spike, payload and state."""

import numpy as np
import pytest
from net_files import frames, golden, sent, written

from loihi_emu import Emulator
from loihi_emu.exchange import import_net

OPTIONS = {"conv_reset": {"reset_interval": 13, "reset_offset": 2}}
LAVA = ["dense", "conv", "conv_reset", "recurrent", "by_hand", "wraps", "sigma_delta", "rf", "rf_iz"]
STATES = ("u", "v", "sigma", "real")


def events(x, late):
    """What came in, as steps, numbers of neurons and payloads; `late` where it passes a synapse first."""
    flat = (frames(x) if x.ndim == 4 else x.T).reshape(x.shape[-1], -1)
    times, indices = np.nonzero(flat)
    return {"spikes": (times + late, indices), "payloads": flat[times, indices]}


def ours(array):
    """(x, y, channel) as (row, column, channel), as a list."""
    return (array.transpose(1, 0, 2) if array.ndim == 3 else array).reshape(-1)


@pytest.mark.filterwarnings("ignore:from_net. approximated:loihi_emu.LoihiInputWarning")
@pytest.mark.parametrize("name", [*LAVA[:2], *(pytest.param(name, marks=pytest.mark.slow) for name in LAVA[2:])])
def test_every_layer_sends_what_lava_sent(name, tmp_path):
    data = golden(name)
    made = import_net(written(tmp_path, data["net_file"]), **OPTIONS.get(name, {}))
    populations = list(made.network.populations)
    for p in populations:
        made.network.probe(p, "spikes")
    steps = data["sent0"].shape[-1]
    x = data["x"] if data["x"].shape[-1] == steps else np.repeat(data["x"][..., None], steps, axis=-1)
    emulator = Emulator(made.network)
    emulator.set_input("input", **events(x, late=int(not populations[0].startswith("input"))))
    found = emulator.run(steps)
    for k, p in enumerate(populations):
        wanted = data[f"sent{k}"]
        wanted = (frames(wanted) if wanted.ndim == 4 else wanted.T).reshape(steps, -1)
        assert np.array_equal(sent(found, p), wanted), p
        for state in STATES:
            if f"{state}{k}" in data and not p.startswith("input"):
                assert np.array_equal(emulator.get(p, state).reshape(-1), ours(data[f"{state}{k}"])), (p, state)
    assert len(populations) == sum(key.startswith("sent") for key in data)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["pool", "unpool", "convT", "alif"])
def test_layers_that_netx_does_not_run_send_what_the_trainer_computed(name, tmp_path):
    data = golden(name)
    steps = data["x"].shape[-1]
    made = import_net(written(tmp_path, data["net_file"]), input_shape=data["x"].shape[:-1])
    p = next(iter(made.network.populations))
    made.network.probe(p, "spikes")
    emulator = Emulator(made.network)
    emulator.set_input("input", **events(data["x"].transpose(2, 1, 0, 3) if data["x"].ndim == 4 else data["x"], late=1))
    wanted = data["spikes"].transpose(3, 1, 2, 0) if data["spikes"].ndim == 4 else data["spikes"].T
    wanted = wanted.reshape(steps, -1)
    assert np.array_equal(sent(emulator.run(steps), p), wanted)
    assert wanted.any()
