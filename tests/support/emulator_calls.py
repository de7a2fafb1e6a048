"""Every public method of an emulator as a call, and the network that they are tried on."""

import numpy as np

from loihi_emu import Network

READS = {
    "step": lambda e, path: e.step,
    "recording": lambda e, path: e.recording.steps,
    "get": lambda e, path: e.get("cells", "v"),
    "save": lambda e, path: e.save(path / "state.npz"),
    "memory": lambda e, path: e.memory(),
}
CHANGES = {
    "set": lambda e, path: e.set("w", "weights", np.full((40, 10), 8)),
    "set_input": lambda e, path: e.set_input("drive", rate=0.5),
    "restore": lambda e, path: e.restore(path / "good.npz"),
    "reset": lambda e, path: e.reset(),
    "forget": lambda e, path: e.forget(),
    "run": lambda e, path: e.run(1),
    "run_samples": lambda e, path: e.run_samples(1, {"drive": np.zeros((1, 10))}),
}


def network(seed=1):
    net = Network("m", seed=seed)
    drive, cells = net.input("drive", 10, rate=0.1), net.population("cells", 40, vth=300, bias=np.arange(40), dv=9)
    net.input("list", 1, spikes=([5], [0]))
    net.connect(drive, cells, np.full((40, 10), 9), name="w")
    net.connect(cells, cells, np.eye(40, dtype=int), name="loop", delays=3)
    return net
