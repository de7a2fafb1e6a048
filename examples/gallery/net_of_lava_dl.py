"""
A trained network of lava-dl
============================

A .net file, as lava-dl writes it, runs twice: as a network, and as a Lava process of ``netx``. Its kernels are set by
hand here: one finds horizontal edges, one vertical ones. Both runs send the same spikes.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from matplotlib import pyplot as plt

from lava_api.lib.dl import netx
from lava_api.magma.core.run_conditions import RunSteps
from lava_api.magma.core.run_configs import Loihi2SimCfg
from lava_api.proc import io
from loihi_emu import Emulator
from loihi_emu.exchange import Layer, import_net, write_net

# %%
# Three layers: neurons whose bias is the image, edges in two directions, and how much there is of each.
steps, size = 40, 20
neurons = {"type": "CUBA", "iDecay": 4096, "vDecay": 300, "vThMant": 60}
rows = np.array([[-16, -16, -16], [0, 0, 0], [16, 16, 16]])
edges = np.array([rows, rows.T])[:, None]
counts = np.zeros((2, 2, size - 2, size - 2), int)
counts[0, 0], counts[1, 1] = 2, 2
layers = [
    Layer("input", neurons, shape=(1, size, size), weight=16, bias=16),
    Layer("conv", {**neurons, "vThMant": 40}, weight=edges),
    Layer("flatten"),
    Layer("dense", {**neurons, "vThMant": 90}, weight=counts.reshape(2, -1)),
]
image = np.zeros((size, size, 1))
image[4:9, 3:17] = 1
image[12:17, 8:12] = 0.6

with TemporaryDirectory() as folder:
    path = write_net(Path(folder) / "edges.net", layers)
    imported = import_net(path, image=image)
    process = netx.hdf5.Network(net_config=str(path))
print(imported.report)

# %%
# As a network.
network = imported.network
for population in network.populations:
    network.probe(population, "spikes")
recording = Emulator(network).run(steps)
found = recording.spike_counts("conv1").reshape(size - 2, size - 2, 2)

# %%
# As a Lava process, whose images are (x, y, channels).
process.in_layer.neuron.bias_mant.init = imported.transform(image).transpose(1, 0, 2)
sink = io.sink.RingBuffer(shape=process.layers[1].out.shape, buffer=steps)
process.layers[1].out.connect(sink.a_in)
process.run(condition=RunSteps(num_steps=steps), run_cfg=Loihi2SimCfg(select_tag="fixed_pt"))
same = np.array_equal(sink.data.get().sum(-1).transpose(1, 0, 2), found)
process.stop()

# %%
figure, axes = plt.subplots(1, 4, figsize=(11, 3), layout="constrained")
axes[0].imshow(image[..., 0], cmap="gray")
axes[0].set(title="image")
for channel, name in enumerate(("upper edges", "left edges")):
    axes[1 + channel].imshow(found[..., channel], cmap="magma")
    axes[1 + channel].set(title=f"spikes of {name}")
axes[3].bar(["upper", "left"], recording.spike_counts("dense3"))
axes[3].set(title="spikes of the last layer", ylabel="spikes")
figure.suptitle(f"the Lava process sends the same spikes: {same}")
