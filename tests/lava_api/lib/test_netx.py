"""lava.lib.dl.netx without lava-dl: the networks that lava-dl's netx ran on Lava, and blocks that a program makes."""

import numpy as np
import pytest
from net_files import golden, written

from lava_api.lib.dl.netx import hdf5
from lava_api.lib.dl.netx.blocks.process import ComplexDense, ComplexInput, Conv, Dense, Input
from lava_api.magma.core.run_conditions import RunSteps
from lava_api.magma.core.run_configs import Loihi2HwCfg, Loihi2SimCfg
from lava_api.proc import io
from lava_api.proc.dense.process import Dense as SynapsesOfProcess
from lava_api.proc.lif.process import LIF
from lava_api.proc.rf.process import RF
from lava_api.proc.rf_iz.process import RF_IZ
from lava_api.proc.sdn.process import Delta, Sigma
from loihi_emu.exchange import Layer, write_net

OPTIONS = {"conv_reset": {"reset_interval": 13, "reset_offset": 2}}
LAVA = ["dense", "conv", "conv_reset", "recurrent", "by_hand", "wraps", "sigma_delta", "rf", "rf_iz"]
NOT_RUN_BY_NETX = ["pool", "unpool", "convT", "alif"]
SLOW = pytest.mark.slow
pytestmark = pytest.mark.filterwarnings("ignore:netx. :loihi_emu.LoihiInputWarning")


def run(first, layers, data, steps, configuration=None):
    """What blocks send, (neurons, ..., steps), when `data` comes in at the port `first`."""
    if data is not None:
        io.source.RingBuffer(data=data).s_out.connect(first)
    sinks = [io.sink.RingBuffer(shape=block.out.shape, buffer=steps) for block in layers]
    for block, sink in zip(layers, sinks, strict=True):
        block.out.connect(sink.a_in)
    exceptions = {io.sink.RingBuffer: io.sink.PyReceiveModelFloat}
    configuration = configuration or Loihi2SimCfg(select_tag="fixed_pt", exception_proc_model_map=exceptions)
    layers[0].run(condition=RunSteps(num_steps=steps), run_cfg=configuration)
    found = [sink.data.get().astype(np.int64) for sink in sinks]
    states = [
        {k: getattr(b.neuron, k).get() for k in ("u", "v", "sigma", "real") if hasattr(b.neuron, k)} for b in layers
    ]
    layers[0].stop()
    return found, states


@pytest.mark.parametrize("sparse", [False, pytest.param(True, marks=SLOW)])
@pytest.mark.parametrize("name", [*LAVA[:2], *(pytest.param(name, marks=SLOW) for name in LAVA[2:])])
def test_every_layer_sends_what_lava_sent(name, sparse, tmp_path):
    data = golden(name)
    net = hdf5.Network(
        net_config=str(written(tmp_path, data["net_file"])), sparse_fc_layer=sparse, **OPTIONS.get(name, {})
    )
    steps = data["sent0"].shape[-1]
    x = data["x"] if data["x"].shape[-1] == steps else np.repeat(data["x"][..., None], steps, axis=-1)
    found, states = run(net.inp, net.layers, x, steps)
    assert len(found) == len(net) == sum(key.startswith("sent") for key in data)
    for k, (sent, state) in enumerate(zip(found, states, strict=True)):
        assert np.array_equal(sent, data[f"sent{k}"]), k
        for key, value in state.items():
            assert np.array_equal(value, data[f"{key}{k}"]), (k, key)


@SLOW
@pytest.mark.parametrize("name", NOT_RUN_BY_NETX)
def test_layers_that_lava_dl_does_not_run_send_what_its_trainer_computed(name, tmp_path):
    data = golden(name)
    x = data["x"]
    x = x.transpose(2, 1, 0, 3) if x.ndim == 4 else x
    options = {"input_shape": x.shape[:-1]} if x.ndim == 4 else {}
    net = hdf5.Network(net_config=str(written(tmp_path, data["net_file"])), **options)
    (sent,), _ = run(net.inp, net.layers, x, x.shape[-1])
    wanted = data["spikes"]
    assert np.array_equal(sent, wanted.transpose(2, 1, 0, 3) if wanted.ndim == 4 else wanted)


# ---------------------------------------------------------------- blocks that a program makes
CUBA = {"type": "CUBA", "iDecay": 4096, "vDecay": 1024, "vThMant": 25, "refDelay": 1, "gradedSpike": False}
LIFS = {"neuron_proc": LIF, "vth": 25, "du": 4095, "dv": 1024, "bias_exp": 6, "bias_key": "bias_mant"}


def test_blocks_of_a_program_send_what_layers_of_a_file_send(tmp_path):
    rng = np.random.default_rng(3)
    kernel, bias = 2 * rng.integers(-5, 6, (4, 3, 3, 2)), rng.integers(-20, 40, 4)
    image = rng.integers(2, 60, (7, 8, 3))  # x, y, channel
    layers = [Layer("input", CUBA, shape=(3, 8, 7)), Layer("conv", CUBA, weight=kernel, bias=bias, stride=(2, 1))]
    net = hdf5.Network(net_config=str(write_net(tmp_path / "x.net", layers)))
    net.in_layer.neuron.bias_mant.init = image
    wanted, _ = run(None, net.layers, None, 20)

    first = Input(shape=image.shape, neuron_params=LIFS, bias=image)
    turned = kernel[:, :, ::-1, ::-1].transpose(0, 3, 2, 1)  # as Lava's Conv takes it
    shapes = {"shape": net.out.shape, "input_shape": image.shape, "stride": (1, 2)}
    second = Conv(**shapes, neuron_params=LIFS, weight=turned, bias=bias)
    first.out.connect(second.inp)
    found, _ = run(None, [first, second], None, 20)
    assert all(np.array_equal(a, b) and a.any() for a, b in zip(found, wanted, strict=True))
    assert str(net).splitlines()[1:] == [
        "|Input     |    7|    8|    3|     |     |     |     |     |False|",
        "|Conv      |    6|    3|    4| 2, 3| 1, 2| 0, 0| 1, 1|    1|False|",
    ]
    assert net.in_layer.transform == {"weight": 64, "bias": 0}


def test_delta_and_sigma_blocks_add_up_to_the_frames():
    """An input block sends changes, a dense block of Sigma adds them up: frames, to within the threshold."""
    frames = (40 * np.sin(np.arange(30) / 5) * np.arange(1, 7)[:, None]).astype(int)
    exponents = {"spike_exp": 0, "state_exp": 0}
    first = Input(shape=(6,), neuron_params={"neuron_proc": Delta, "vth": 3, **exponents})
    second = Dense(shape=(6,), neuron_params={"neuron_proc": Sigma}, weight=np.eye(6, dtype=int), input_message_bits=16)
    io.source.RingBuffer(data=frames).s_out.connect(first.inp)
    first.out.connect(second.inp)
    found, _ = run(None, [first, second], None, 30)
    assert np.array_equal(np.cumsum(found[0], axis=1)[:, :-1], found[1][:, 1:])
    assert np.abs(np.cumsum(found[0], axis=1) - frames).max() <= 3
    assert found[1].any()


@pytest.mark.parametrize("model", [RF, RF_IZ])
def test_complex_blocks_are_their_processes(model):
    rng = np.random.default_rng(4)
    data = (rng.random((9, 60)) < 0.3).astype(int)
    neurons = {"vth": 5, "period": 7, "alpha": 0.05, "state_exp": 6, "decay_bits": 12}
    parts = {"weight_real": 2 * rng.integers(-20, 21, (5, 9)), "weight_imag": 2 * rng.integers(-20, 21, (5, 9))}
    block = ComplexDense(shape=(5,), neuron_params={"neuron_proc": model, **neurons}, **parts)
    (found,), _ = run(block.inp, [block], data, 60)

    source, sink = io.source.RingBuffer(data=data), io.sink.RingBuffer(shape=(5,), buffer=60)
    cells = model(shape=(5,), **neurons)
    for port, weights in zip((cells.a_real_in, cells.a_imag_in), parts.values(), strict=True):
        synapses = SynapsesOfProcess(weights=weights)
        source.s_out.connect(synapses.s_in)
        synapses.a_out.connect(port)
    cells.s_out.connect(sink.a_in)
    exceptions = {io.sink.RingBuffer: io.sink.PyReceiveModelFloat}
    configuration = Loihi2SimCfg(select_tag="fixed_pt", exception_proc_model_map=exceptions)
    cells.run(condition=RunSteps(num_steps=60), run_cfg=configuration)
    assert np.array_equal(found, sink.data.get())
    assert found.any()
    cells.stop()


def test_a_complex_input_block_is_its_process():
    data = (np.random.default_rng(5).random((9, 60)) < 0.5).astype(int)
    neurons = {"vth": 1.1, "period": 7, "alpha": 0.05, "state_exp": 6, "decay_bits": 12}
    block = ComplexInput(shape=(9,), neuron_params={"neuron_proc": RF_IZ, **neurons})
    (found,), _ = run(block.inp, [block], data, 60)
    cells = RF_IZ(shape=(9,), **neurons)
    source, sink = io.source.RingBuffer(data=data), io.sink.RingBuffer(shape=(9,), buffer=60)
    source.s_out.connect(cells.a_real_in)
    source.s_out.connect(cells.a_imag_in)
    cells.s_out.connect(sink.a_in)
    exceptions = {io.sink.RingBuffer: io.sink.PyReceiveModelFloat}
    configuration = Loihi2SimCfg(select_tag="fixed_pt", exception_proc_model_map=exceptions)
    cells.run(condition=RunSteps(num_steps=60), run_cfg=configuration)
    assert np.array_equal(found, sink.data.get())
    assert found.any()
    cells.stop()


def test_a_network_is_placed_on_the_emulated_chip(tmp_path):
    data = golden("dense")
    net = hdf5.Network(net_config=str(written(tmp_path, data["net_file"])))
    exceptions = {io.sink.RingBuffer: io.sink.PyReceiveModelFloat}
    hardware = Loihi2HwCfg(select_sub_proc_model=True, exception_proc_model_map=exceptions)
    found, _ = run(net.inp, net.layers, data["x"], 80, hardware)
    assert np.array_equal(found[-1], data["sent1"])
