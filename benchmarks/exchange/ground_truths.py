"""``python -m benchmarks.exchange.ground_truths FOLDER``: lava-dl's own ground truths beside networks and blocks here.

FOLDER has what the tests of lava-dl's netx compare with (tests/lava/lib/dl/netx of github.com/lava-nc/lava-dl):
tiny.net and the folders tinynet, tinynet_sdnn and complex_dense with arrays in .npy, or in .npz under "data".
"""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lava_api.lib.dl.netx import hdf5
from lava_api.lib.dl.netx.blocks.process import ComplexDense, ComplexInput, Conv, Dense, Input
from lava_api.magma.core.run_conditions import RunSteps
from lava_api.magma.core.run_configs import Loihi2SimCfg
from lava_api.proc import io
from lava_api.proc.lif.process import LIF
from lava_api.proc.rf.process import RF
from lava_api.proc.rf_iz.process import RF_IZ
from lava_api.proc.sdn.process import Delta, Sigma, SigmaDelta
from loihi_emu import Emulator, LoihiInputWarning, Network
from loihi_emu.exchange import Layer, import_net

Arrays = Callable[[str], NDArray[Any]]
Row = tuple[str, NDArray[Any], NDArray[Any]]
EXPONENTS = {"spike_exp": 6, "state_exp": 6}


def main(argv: list[str] | None = None) -> list[str]:
    """Compare and print; the lines."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.exchange.ground_truths", description=__doc__.splitlines()[0]
    )
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args(argv).folder
    if not (folder / "tiny.net").is_file():
        parser.error(f"{folder}: no tiny.net in it")

    def arrays(name: str) -> NDArray[Any]:
        path = folder / f"{name}.npy"
        if path.is_file():
            return np.asarray(np.load(path)).astype(np.int64)
        with np.load(folder / f"{name}.npz") as archive:
            return np.asarray(archive["data"]).astype(np.int64)

    lines = []
    for name, found, wanted in (*_networks(folder, arrays), *_blocks(folder, arrays)):
        differ = int((found != wanted).sum()) if found.shape == wanted.shape else wanted.size
        lines.append(f"{name}: {differ} of {wanted.size} values differ ({int((wanted != 0).sum())} are not 0)")
        print(lines[-1], flush=True)
    return lines


def by_time(array: NDArray[Any]) -> NDArray[Any]:
    """(1, channels, rows, columns, steps) as (columns, rows, channels, steps), as Lava has it."""
    return np.asarray(array[0].transpose(2, 1, 0, 3))


def frames(array: NDArray[Any]) -> NDArray[Any]:
    """(columns, rows, channels, steps) as (steps, neurons), as a Network numbers them."""
    return np.asarray(array.transpose(3, 1, 0, 2).reshape(array.shape[3], -1))


# ---------------------------------------------------------------- networks
def _run(net: Network, last: str, steps: int, *, bias: Any = None, late: Any = None, values: Any = None) -> Any:
    """What a population sends, (steps, neurons): with a bias of "input0", or frames or events for "input"."""
    net.probe(last, "spikes")
    emulator = Emulator(net)
    if bias is not None:
        emulator.set("input0", "bias_mant", bias.transpose(1, 0, 2).reshape(-1))
    if values is not None:
        emulator.set_input("input", spikes=values)
    if late is not None:  # the spike of step t of a Lava process acts one step later
        times, indices = np.nonzero(late)
        emulator.set_input("input", spikes=(times + 1, indices))
    spikes = emulator.run(steps).spikes(last)
    sent = np.zeros((steps, spikes.size), np.int64)
    sent[spikes.times, spikes.indices] = 1 if spikes.payloads is None else spikes.payloads
    return sent


def _networks(folder: Path, arrays: Arrays) -> Iterator[Row]:
    """Networks of files and of layers."""
    bias = arrays("tinynet/input_bias")
    for last, position, name in (("input0", 0, "input"), ("conv2", 2, "output")):
        net = import_net(folder / "tiny.net", reset_interval=17).network
        wanted = frames(by_time(arrays(f"tinynet/{name}")))[1:]
        yield f"network tinynet, {name}", _run(net, last, 20, bias=bias)[position : position + 15], wanted
    yield _convolution(folder, arrays)
    values = (arrays("tinynet_sdnn/input_bias")[..., None] * np.sin(2 * np.pi * np.arange(15) / 15)).astype(int)
    delta = Layer("input", {"type": "SDNN", "vThMant": 20}, shape=(3, 16, 16))
    sent = _run(import_net([delta]).network, "input0", 15, values=frames(values))
    yield "network tinynet_sdnn, input", sent, frames(arrays("tinynet_sdnn/input"))
    kernel = arrays("tinynet_sdnn/layer1_kernel")[:, ::-1, ::-1].transpose(0, 3, 2, 1)
    sdnn = {"type": "SDNN", "activation": "relu", "vThMant": 20}
    bias = arrays("tinynet_sdnn/layer1_bias")
    layer = Layer("conv", sdnn, weight=kernel, bias=bias, stride=2, shape=(24, 6, 6))
    net = import_net([layer], input_shape=(3, 16, 16), input_message_bits=16).network
    layer1 = frames(arrays("tinynet_sdnn/layer1"))
    yield "network tinynet_sdnn, layer1", _run(net, "conv0", 1), layer1[:1]
    weights = arrays("tinynet_sdnn/layer2_weight").reshape(100, 6, 6, 24).transpose(0, 3, 2, 1).reshape(100, -1)
    layers = [Layer("flatten"), Layer("dense", {"type": "SDNN", "sigma_output": True}, weight=weights)]
    net = import_net(layers, input_shape=(24, 6, 6)).network
    yield "network tinynet_sdnn, layer2", _run(net, "dense1", 16, late=layer1), arrays("tinynet_sdnn/layer2").T
    # the smallest integers whose size and angle are those of alpha 0.05 and a period of 11 steps
    size, angle = 0.95 * 4096, 2 * np.pi / 11
    decays = {"sinDecay": int(size * np.sin(angle)), "cosDecay": int(size * np.cos(angle))}
    parts = {"real": arrays("complex_dense/weight_r"), "imag": arrays("complex_dense/weight_img")}
    net = import_net([Layer("dense_comp", {"type": "RF_PHASE", "vThMant": 25, **decays}, weight=parts)]).network
    given, wanted = arrays("complex_dense/in").T, arrays("complex_dense/out").T
    yield "network complex_dense, out", _run(net, "dense_comp0", len(wanted), late=given), wanted


def _convolution(folder: Path, arrays: Arrays) -> Row:
    """Currents of a layer of the file; the recording clears the state after the first step."""
    net = import_net(folder / "tiny.net", skip_layers=1, num_layers=2).network
    net.probe("conv1", "u")
    emulator = Emulator(net)
    times, indices = np.nonzero(frames(by_time(arrays("tinynet/input")))[1:])
    emulator.set_input("input", spikes=(times + 1, indices))
    emulator.run(1)
    for state in "uv":
        emulator.set("conv1", state, np.zeros(24 * 36))
    wanted = frames(by_time(arrays("tinynet/current")))[1:] * 64
    return "network tinynet, current", np.asarray(emulator.run(15)["conv1.u"]), wanted


# ---------------------------------------------------------------- blocks of lava.lib.dl.netx
def _sent(first: Any, block: Any, data: Any, steps: int, layers: Any = None) -> NDArray[Any]:
    """What a block sends, (neurons, ..., steps), when data comes in at the port `first`."""
    if data is not None:
        io.source.RingBuffer(data=data).s_out.connect(first)
    sink = io.sink.RingBuffer(shape=block.out.shape, buffer=steps)
    block.out.connect(sink.a_in)
    exceptions = {io.sink.RingBuffer: io.sink.PyReceiveModelFloat}
    configuration = Loihi2SimCfg(select_tag="fixed_pt", exception_proc_model_map=exceptions)
    block.run(condition=RunSteps(num_steps=steps), run_cfg=configuration)
    found = np.asarray(sink.data.get()).astype(np.int64)
    block.stop()
    return found


def _blocks(folder: Path, arrays: Arrays) -> Iterator[Row]:
    """Networks and blocks of lava.lib.dl.netx."""
    bias = arrays("tinynet/input_bias")
    net = hdf5.Network(net_config=str(folder / "tiny.net"))
    for k, layer in enumerate(net.layers):
        for state in (layer.neuron.u, layer.neuron.v):
            io.reset.Reset(interval=17, offset=k - 1).connect_var(state)
    net.in_layer.neuron.bias_mant.init = bias
    found = _sent(None, net.layers[-1], None, 20)[..., 2:17]
    yield "netx, hdf5.Network: tinynet, output", found, by_time(arrays("tinynet/output"))[..., 1:]
    cuba = {"neuron_proc": LIF, "vth": 25, "du": 4095, "dv": 1024, "bias_exp": 6, "bias_key": "bias_mant"}
    block: Any = Input(shape=(16, 16, 3), neuron_params=cuba, bias=bias)
    yield "netx, Input: tinynet", _sent(None, block, None, 15), by_time(arrays("tinynet/input"))[..., 1:]
    block = Input(shape=(16, 16, 3), neuron_params={"neuron_proc": Delta, "vth": 20, **EXPONENTS})
    values = (arrays("tinynet_sdnn/input_bias")[..., None] * np.sin(2 * np.pi * np.arange(15) / 15)).astype(int)
    yield "netx, Input: tinynet_sdnn", _sent(block.inp, block, values, 15), arrays("tinynet_sdnn/input")
    sdnn = {"neuron_proc": SigmaDelta, "vth": 20, **EXPONENTS, "num_message_bits": 16}
    names = {"weight": "kernel", "bias": "bias"}
    weights = {key: arrays(f"tinynet_sdnn/layer1_{name}") for key, name in names.items()}
    shapes = {"shape": (6, 6, 24), "input_shape": (16, 16, 3)}
    block = Conv(**shapes, neuron_params=sdnn, input_message_bits=16, stride=2, **weights)
    layer1 = arrays("tinynet_sdnn/layer1")
    yield "netx, Conv: tinynet_sdnn", _sent(None, block, None, 1), layer1[..., :1]
    block = Dense(shape=(100,), neuron_params={"neuron_proc": Sigma}, weight=arrays("tinynet_sdnn/layer2_weight"))
    source = layer1.reshape(864, 16)
    yield "netx, Dense: tinynet_sdnn", _sent(block.inp, block, source, 16), arrays("tinynet_sdnn/layer2")
    common, given = {"alpha": 0.05, "state_exp": 6, "decay_bits": 12}, arrays("complex_dense/in")
    size, steps = given.shape
    block = ComplexInput(shape=(size,), neuron_params={"neuron_proc": RF_IZ, "vth": 1.1, "period": 7, **common})
    yield "netx, ComplexInput", _sent(block.inp, block, given, steps), arrays("complex_dense/current")
    parts = {"weight_real": arrays("complex_dense/weight_r"), "weight_imag": arrays("complex_dense/weight_img")}
    resonators = {"neuron_proc": RF, "vth": 25, "period": 11, **common}
    wanted = arrays("complex_dense/out")
    block = ComplexDense(shape=wanted.shape[:1], neuron_params=resonators, **parts)
    yield "netx, ComplexDense", _sent(block.inp, block, given, steps), wanted


if __name__ == "__main__":
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", LoihiInputWarning)
        main()
