"""Record what lava-dl 0.6.0 makes of files that its trainer wrote: ``python record_lava_dl.py FOLDER``, where it is.

Each case is one npz: the bytes of the file, what came in, and what the layers sent. Files are written by the blocks of
lava.lib.dl.slayer with weights drawn at random. Of what lava-dl's netx runs, Lava 0.10.0 is recorded; of what it does
not run (adaptive neurons, pools, transposes), slayer's own forward pass, which counts in the same integers.
"""

from __future__ import annotations

import sys
from pathlib import Path

import h5py
import numpy as np
import torch
from lava.lib.dl import netx, slayer
from lava.lib.dl.netx.blocks.models import AbstractPyBlockModel
from lava.lib.dl.netx.blocks.process import RecurrentDense
from lava.magma.core.decorator import implements
from lava.magma.core.run_conditions import RunSteps
from lava.magma.core.run_configs import Loihi2SimCfg
from lava.magma.core.sync.protocols.loihi_protocol import LoihiProtocol
from lava.proc import io

CUBA = {"threshold": 0.7, "current_decay": 0.3, "voltage_decay": 0.1}
SDNN = {"threshold": 0.1, "activation": torch.relu}


@implements(proc=RecurrentDense, protocol=LoihiProtocol)
class PyRecurrentDenseModel(AbstractPyBlockModel):
    """netx has this block without a model, so that none can be run."""


def weights(block, scale, rng, names=("synapse",)):
    """Draw the weights of a block, which its file then has as even numbers."""
    for name in names:
        synapse = getattr(block, name)
        for part in [synapse.real, synapse.imag] if synapse.complex else [synapse]:
            part.weight.data = torch.tensor(rng.normal(0.05 * scale, scale, part.weight.shape), dtype=torch.float32)


def save(folder, name, blocks, x):
    """Run the blocks once, which tells them their shapes, and write their file."""
    outputs = []
    y = torch.tensor(x[None], dtype=torch.float32)
    with torch.no_grad():
        for block in blocks:
            y = block(y)
            outputs.append(y.numpy()[0])
    path = folder / f"{name}.net"
    with h5py.File(path, "w") as file:
        layers = file.create_group("layer")
        for k, block in enumerate(blocks):
            block.export_hdf5(layers.create_group(f"{k}"))
    return path, outputs


def lava(path, x, options):
    """What Lava sends in each layer, (neurons, ..., steps); of spiking layers u and v of the last step too."""
    steps = x.shape[-1]
    net = netx.hdf5.Network(net_config=str(path), **options)
    source = io.source.RingBuffer(data=x.astype(int))
    first = net.in_layer
    source.s_out.connect(first.neuron.a_in if first.block == "Input" else first.inp)
    sinks = []
    for layer in net.layers:
        sink = io.sink.RingBuffer(shape=layer.out.shape, buffer=steps)
        layer.out.connect(sink.a_in)
        sinks.append(sink)
    exceptions = {io.sink.RingBuffer: io.sink.PyReceiveModelFloat}
    configuration = Loihi2SimCfg(select_tag="fixed_pt", exception_proc_model_map=exceptions)
    net.run(condition=RunSteps(num_steps=steps), run_cfg=configuration)
    found = {f"sent{k}": sink.data.get().astype(np.int64) for k, sink in enumerate(sinks)}
    for k, layer in enumerate(net.layers):
        for state in ("u", "v", "sigma", "real"):
            if hasattr(layer.neuron, state):
                found[f"{state}{k}"] = getattr(layer.neuron, state).get().astype(np.int64)
    net.stop()
    return found


def keep(folder, name, path, **arrays):
    """Write a case with as few bytes as its numbers need."""
    made = {"net_file": np.frombuffer(path.read_bytes(), np.uint8)}
    for key, array in arrays.items():
        array = np.asarray(array)
        for kind in (np.int8, np.int16, np.int32):
            if np.array_equal(array.astype(kind), array):
                array = array.astype(kind)
                break
        made[key] = array
    np.savez_compressed(folder / f"{name}.npz", **made)
    path.unlink()
    print(name, {k: (v.shape, int(np.count_nonzero(v))) for k, v in made.items() if k != "net_file"})


def spikes(rng, shape, steps, rate):
    return (rng.random((*shape, steps)) < rate).astype(int)


def dense(folder, rng):
    """Dense layers of CUBA neurons, the first with delays of its neurons."""
    x = spikes(rng, (12,), 80, 0.3)
    blocks = [slayer.block.cuba.Dense(CUBA, 12, 20, delay=True), slayer.block.cuba.Dense(CUBA, 20, 8)]
    for block in blocks:
        weights(block, 0.3, rng)
    save(folder, "dense", blocks, x)
    blocks[0].delay.delay.data = torch.tensor(rng.uniform(0, 9, 20), dtype=torch.float32)
    path, _ = save(folder, "dense", blocks, x)
    keep(folder, "dense", path, x=x, **lava(path, x, {}))


def conv(folder, rng):
    """A CNN: strides, padding, dilation, groups, then dense; state reset every 13 steps."""
    x = spikes(rng, (3, 12, 10), 30, 0.2)
    blocks = [
        slayer.block.cuba.Input(CUBA),
        slayer.block.cuba.Conv(CUBA, 3, 6, (3, 2), stride=(2, 1), padding=(1, 0)),
        slayer.block.cuba.Conv(CUBA, 6, 4, 3, dilation=(1, 2), groups=2),
        slayer.block.cuba.Flatten(),
        slayer.block.cuba.Dense(CUBA, 80, 7),
    ]
    for block in (blocks[1], blocks[2], blocks[4]):
        weights(block, 0.3, rng)
    image = rng.integers(-60, 90, (10, 12, 3))  # x, y, channel
    for name, options in (("conv", {}), ("conv_reset", {"reset_interval": 13, "reset_offset": 2})):
        path, _ = save(folder, name, blocks, x)
        data = np.repeat(image[..., None], 30, axis=-1)
        keep(folder, name, path, x=image, **lava(path, data, options))


def recurrent(folder, rng):
    """A recurrent layer."""
    x = spikes(rng, (9,), 80, 0.3)
    blocks = [slayer.block.cuba.Recurrent(CUBA, 9, 14), slayer.block.cuba.Dense(CUBA, 14, 5)]
    weights(blocks[0], 0.4, rng, ("input_synapse", "recurrent_synapse"))
    weights(blocks[1], 0.4, rng)
    path, _ = save(folder, "recurrent", blocks, x)
    keep(folder, "recurrent", path, x=x, **lava(path, x, {}))


def by_hand(folder, rng):
    """Files that no trainer wrote: odd weights, one sign, biases, a delay for each input, a layer without neurons."""
    x = spikes(rng, (6,), 90, 0.3)
    neuron = {"iDecay": 700, "vDecay": 300, "vThMant": 120, "refDelay": 1, "gradedSpike": False}
    layers = [
        {
            "weight": rng.integers(-61, 62, (9, 6)).astype(np.float32),
            "bias": rng.integers(-20, 30, 9).astype(np.float32),
        },
        {"weight": rng.integers(0, 62, (7, 9)).astype(np.float32), "delay": rng.uniform(0, 70, 9).astype(np.float32)},
        {"weight": rng.integers(-255, 0, (5, 7)).astype(np.float32), "bias": np.full(5, 300, np.float32)},
        {"weight": rng.integers(-255, 254, (4, 5)).astype(np.float32)},
    ]
    path = folder / "by_hand.net"
    with h5py.File(path, "w") as file:
        for k, sets in enumerate(layers):
            layer = file.create_group(f"layer/{k}")
            layer.create_dataset("type", (1,), "S10", [b"dense"])
            layer["shape"] = np.array([len(sets["weight"]), 1, 1])
            for name, value in sets.items():
                layer[name] = value
            if k < 3:
                layer["neuron/type"] = "LOIHI" if k else "CUBA"
                for name, value in neuron.items():
                    layer[f"neuron/{name}"] = value
    keep(folder, "by_hand", path, x=x, **lava(path, x, {}))


def wraps(folder, rng):
    """Payloads so large that sums wrap at 32 bits before the exponent of the weights acts."""
    x = rng.integers(-200000, 200000, (6, 40))
    path = folder / "wraps.net"
    with h5py.File(path, "w") as file:
        file.create_dataset("layer/0/type", (1,), "S10", [b"input"])
        file["layer/0/shape"] = np.array([6])
        for k, shape in ((1, (9, 6)), (2, (5, 9))):
            file.create_dataset(f"layer/{k}/type", (1,), "S10", [b"dense"])
            file[f"layer/{k}/shape"] = np.array(shape[:1])
            file[f"layer/{k}/weight"] = rng.integers(-40, 41, shape).astype(np.float32)
        for k in range(3):
            file[f"layer/{k}/neuron/type"] = "SDNN"
            file[f"layer/{k}/neuron/vThMant"] = 20
    keep(folder, "wraps", path, x=x, **lava(path, x, {}))


def sigma_delta(folder, rng):
    """Delta, sigma-delta and sigma neurons: payloads of 16 bits."""
    steps = 25
    t = np.arange(steps)
    image = rng.integers(-40, 40, (3, 8, 6))
    x = (image[..., None] * np.sin(2 * np.pi * t / 15)).astype(int) / 64
    blocks = [
        slayer.block.sigma_delta.Input(SDNN),
        slayer.block.sigma_delta.Conv(SDNN, 3, 5, 3, stride=1),
        slayer.block.sigma_delta.Flatten(),
        slayer.block.sigma_delta.Dense(SDNN, 120, 6),
        slayer.block.sigma_delta.Output(SDNN, 6, 4),
    ]
    for block in (blocks[1], blocks[3], blocks[4]):
        weights(block, 0.2, rng)
    path, _ = save(folder, "sigma_delta", blocks, x)
    data = (x * 64).astype(int).transpose(2, 1, 0, 3)
    keep(folder, "sigma_delta", path, x=data, **lava(path, data, {}))


def resonators(folder, rng):
    """RF and RF_IZ neurons behind complex weights."""
    x = spikes(rng, (10,), 150, 0.2)
    for name, module, period in (("rf", slayer.block.rf, 9.3), ("rf_iz", slayer.block.rf_iz, 14.2)):
        neuron = {"threshold": 0.4, "period": period, "decay": 0.07}
        blocks = [module.Dense(neuron, 10, 12), module.Dense(neuron, 12, 6)]
        for block in blocks:
            weights(block, 0.4, rng)
        path, _ = save(folder, name, blocks, x)
        keep(folder, name, path, x=x, **lava(path, x, {}))


def forward_only(folder, rng):
    """What netx does not run, by slayer's forward pass."""
    x = spikes(rng, (2, 8, 9), 40, 0.3)
    quick = {"threshold": 1.11, "current_decay": 1.0, "voltage_decay": 0.2}
    cases = {
        "pool": slayer.block.cuba.Pool(quick, (2, 3), stride=(2, 3)),
        "unpool": slayer.block.cuba.Unpool(quick, 2, stride=2),
        "convT": slayer.block.cuba.ConvT(quick, 2, 3, (3, 2), stride=(2, 1), padding=(1, 0)),
    }
    for name, block in cases.items():
        if name == "convT":
            weights(block, 0.5, rng)
        path, outputs = save(folder, name, [block], x)
        keep(folder, name, path, x=x, spikes=outputs[0])
    x = spikes(rng, (10,), 120, 0.3)
    adaptive = {"threshold": 0.91, "threshold_step": 0.3, "current_decay": 0.4, "voltage_decay": 0.2,
                "threshold_decay": 0.1, "refractory_decay": 0.15}  # fmt: skip
    block = slayer.block.alif.Dense(adaptive, 10, 16)
    weights(block, 0.3, rng)
    path, outputs = save(folder, "alif", [block], x)
    keep(folder, "alif", path, x=x, spikes=outputs[0])


if __name__ == "__main__":
    target = Path(sys.argv[1])
    names = sys.argv[2:] or [
        "dense",
        "conv",
        "recurrent",
        "by_hand",
        "wraps",
        "sigma_delta",
        "resonators",
        "forward_only",
    ]
    for n in names:
        torch.manual_seed(7)
        globals()[n](target, np.random.default_rng(7))
