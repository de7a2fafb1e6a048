"""lava.lib.dl.netx without lava-dl: the networks that lava-dl's netx ran on Lava, and lava-dl's own ground truths."""

import numpy as np
import pytest
from net_files import golden, written

from lava_api.lib.dl.netx import hdf5
from lava_api.lib.dl.netx.blocks.process import ComplexDense, ComplexInput, Conv, Dense, Input
from lava_api.magma.core.run_conditions import RunSteps
from lava_api.magma.core.run_configs import Loihi2HwCfg, Loihi2SimCfg
from lava_api.proc import io
from lava_api.proc.lif.process import LIF
from lava_api.proc.rf.process import RF
from lava_api.proc.rf_iz.process import RF_IZ
from lava_api.proc.sdn.process import Delta, Sigma, SigmaDelta

OPTIONS = {"conv_reset": {"reset_interval": 13, "reset_offset": 2}}
LAVA = ["dense", "conv", "conv_reset", "recurrent", "by_hand", "sigma_delta", "rf", "rf_iz"]
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


# ---------------------------------------------------------------- lava-dl's own ground truths
CUBA = {"neuron_proc": LIF, "vth": 25, "du": 4095, "dv": 1024, "bias_exp": 6, "bias_key": "bias_mant"}


def by_time(array):
    """(1, channels, rows, columns, steps) as (x, y, channel, step)."""
    return array[0].transpose(2, 1, 0, 3)


def test_the_spiking_network_spikes_as_recorded(tmp_path):
    data = golden("tinynet")
    net = hdf5.Network(net_config=str(written(tmp_path, data["net_file"])))
    for k, layer in enumerate(net.layers):
        for state in (layer.neuron.u, layer.neuron.v):
            io.reset.Reset(interval=17, offset=k - 1).connect_var(state)
    net.in_layer.neuron.bias_mant.init = data["input_bias"]
    found, _ = run(None, net.layers, None, 20)
    wanted = by_time(data["output"])[..., 1:]
    assert np.array_equal(found[-1][..., 2:17], wanted)
    assert wanted.any()
    assert str(net).splitlines()[1:] == [
        "|Input     |   16|   16|    3|     |     |     |     |     |False|",
        "|Conv      |    6|    6|   24| 5, 5| 2, 2| 0, 0| 1, 1|    1|False|",
        "|Conv      |    1|    1|   36| 5, 5| 2, 2| 0, 0| 1, 1|    1|False|",
    ]
    assert net.in_layer.transform == {"weight": 36, "bias": 34}


def test_an_input_block_spikes_as_recorded():
    data = golden("tinynet")
    block = Input(shape=(16, 16, 3), neuron_params=CUBA, bias=data["input_bias"])
    (found,), _ = run(None, [block], None, 15)
    assert np.array_equal(found, by_time(data["input"])[..., 1:])


def test_a_convolution_spikes_as_recorded():
    data = golden("tinynet")
    weights = {"weight": data["layer1_kernel"], "bias": data["layer1_bias"], "stride": 2}
    block = Conv(shape=(6, 6, 24), input_shape=(16, 16, 3), neuron_params=CUBA, **weights)
    io.source.RingBuffer(data=by_time(data["input"])[..., 1:]).s_out.connect(block.inp)
    currents = []
    for step in range(16):
        block.run(condition=RunSteps(num_steps=1), run_cfg=Loihi2SimCfg(select_tag="fixed_pt"))
        if step == 0:
            block.neuron.u.set(np.zeros((6, 6, 24)))
            block.neuron.v.set(np.zeros((6, 6, 24)))
        currents.append(block.neuron.u.get())
    block.stop()
    assert np.array_equal(np.stack(currents, axis=-1)[..., 1:], by_time(data["current"])[..., 1:] * 64)


def test_sigma_delta_blocks_send_as_recorded():
    data = golden("tinynet_sdnn")
    exponents = {"spike_exp": 6, "state_exp": 6}
    block = Input(shape=(16, 16, 3), neuron_params={"neuron_proc": Delta, "vth": 20, **exponents})
    values = (data["input_bias"][..., None] * np.sin(2 * np.pi * np.arange(15) / 15)).astype(int)
    assert np.array_equal(run(block.inp, [block], values, 15)[0][0], data["input"])
    neurons = {"neuron_proc": SigmaDelta, "vth": 20, **exponents, "num_message_bits": 16}
    weights = {"weight": data["layer1_kernel"], "bias": data["layer1_bias"], "stride": 2}
    block = Conv(
        shape=(6, 6, 24), input_shape=(16, 16, 3), neuron_params=neurons, input_message_bits=16, **weights
    )  # fmt: skip
    assert np.array_equal(run(None, [block], None, 1)[0][0][..., 0], data["layer1"][..., 0])
    block = Dense(shape=(100,), neuron_params={"neuron_proc": Sigma}, weight=data["layer2_weight"])
    source = data["layer1"].reshape(864, 16)
    assert np.array_equal(run(block.inp, [block], source, 16)[0][0], data["layer2"])


def test_resonators_spike_as_recorded():
    data = golden("complex_dense")
    common = {"alpha": 0.05, "state_exp": 6, "decay_bits": 12}
    block = ComplexInput(shape=(200,), neuron_params={"neuron_proc": RF_IZ, "vth": 1.1, "period": 7, **common})
    assert np.array_equal(run(block.inp, [block], data["input"], 2000)[0][0], data["current"])
    neurons = {"neuron_proc": RF, "vth": 25, "period": 11, **common}
    weights = {"weight_real": data["weight_r"], "weight_imag": data["weight_img"]}
    block = ComplexDense(shape=(256,), neuron_params=neurons, **weights)
    assert np.array_equal(run(block.inp, [block], data["input"], 2000)[0][0], data["out"])


def test_a_network_is_placed_on_the_emulated_chip(tmp_path):
    data = golden("dense")
    net = hdf5.Network(net_config=str(written(tmp_path, data["net_file"])))
    exceptions = {io.sink.RingBuffer: io.sink.PyReceiveModelFloat}
    hardware = Loihi2HwCfg(select_sub_proc_model=True, exception_proc_model_map=exceptions)
    found, _ = run(net.inp, net.layers, data["x"], 80, hardware)
    assert np.array_equal(found[-1], data["sent1"])
