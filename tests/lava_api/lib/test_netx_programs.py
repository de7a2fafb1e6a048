"""Programs around a network, as lava-dl's tutorials have them: encoders, adapters, readers; and layers that join."""

import numpy as np
import pytest
from net_files import CUBA, golden, sent, written

from lava_api import _chip
from lava_api.lib.dl import netx
from lava_api.lib.dl.netx.utils import SYNAPSE_SIGN_MODE, NetDict, num_delay_bits, optimize_weight_bits
from lava_api.magma.core.decorator import implements, requires, tag
from lava_api.magma.core.model.py.model import PyLoihiProcessModel
from lava_api.magma.core.model.py.ports import PyInPort, PyOutPort, PyRefPort
from lava_api.magma.core.model.py.type import LavaPyType
from lava_api.magma.core.model.sub.model import AbstractSubProcessModel
from lava_api.magma.core.process.ports.ports import InPort, OutPort, RefPort
from lava_api.magma.core.process.process import AbstractProcess
from lava_api.magma.core.resources import CPU
from lava_api.magma.core.run_conditions import RunSteps
from lava_api.magma.core.run_configs import Loihi2SimCfg
from lava_api.magma.core.sync.protocols.loihi_protocol import LoihiProtocol
from lava_api.proc import io
from loihi_emu import Emulator, LoihiInputWarning, UnsupportedError, ValidationError
from loihi_emu.exchange import Layer, import_net, write_net

pytestmark = pytest.mark.slow


class Encoder(AbstractProcess):
    """Changes of frames, as payloads."""

    def __init__(self, shape, vth):
        super().__init__(shape=shape, vth=vth)
        self.inp, self.out = InPort(shape=shape), OutPort(shape=shape)


@implements(proc=Encoder, protocol=LoihiProtocol)
@requires(CPU)
@tag("fixed_pt")
class PyEncoder(AbstractSubProcessModel):
    """A delta encoder."""

    def __init__(self, proc):
        self.inp: PyInPort = LavaPyType(np.ndarray, np.int32)
        self.out: PyOutPort = LavaPyType(np.ndarray, np.int32)
        parameters = {name: proc.proc_params.get(name) for name in ("shape", "vth")}
        self.encoder = io.encoder.DeltaEncoder(**parameters, spike_exp=6)
        proc.inp.connect(self.encoder.a_in)
        self.encoder.s_out.connect(proc.out)


class Reader(AbstractProcess):
    """Reads a variable in every step and sends it in the next."""

    def __init__(self, shape):
        super().__init__(shape=shape)
        self.ref, self.out = RefPort(shape=shape), OutPort(shape=shape)


@implements(proc=Reader, protocol=LoihiProtocol)
@requires(CPU)
@tag("fixed_pt")
class PyReader(PyLoihiProcessModel):
    """Reads after the spiking phase."""

    ref: PyRefPort = LavaPyType(PyRefPort.VEC_DENSE, float)
    out: PyOutPort = LavaPyType(PyOutPort.VEC_DENSE, float)

    def __init__(self, proc_params):
        super().__init__(proc_params)
        self.data = np.zeros(proc_params["shape"])

    def run_spk(self):
        self.out.send(self.data)

    def post_guard(self):
        return True

    def run_post_mgmt(self):
        self.data = self.ref.read()


EXCEPTIONS = {
    io.sink.RingBuffer: io.sink.PyReceiveModelFloat, io.encoder.DeltaEncoder: io.encoder.PyDeltaEncoderModelDense,
}  # fmt: skip


def run(process, sink, steps):
    configuration = Loihi2SimCfg(select_tag="fixed_pt", exception_proc_model_map=EXCEPTIONS)
    process.run(condition=RunSteps(num_steps=steps), run_cfg=configuration)
    found = sink.data.get().astype(np.int64)
    process.stop()
    return found


def file_of(tmp_path, layers, **options):
    return str(write_net(tmp_path / "x.net", [Layer(k, n, **s) for k, n, s in layers], **options))


# ---------------------------------------------------------------- programs
def test_an_encoder_takes_the_place_of_a_sigma_delta_input_layer(tmp_path):
    data = golden("sigma_delta")
    path = str(written(tmp_path, data["net_file"]))
    net = netx.hdf5.Network(net_config=path, skip_layers=1)
    assert net.input_message_bits == 16 and net.inp.shape == (6, 8, 3) and len(net) == 3
    config = net.net_config["layer"][0]
    assert config["type"] == "input" and "weight" not in config
    encoder = Encoder(shape=net.inp.shape, vth=int(config["neuron"]["vThMant"]))
    source = io.source.RingBuffer(data=data["x"])
    sink = io.sink.RingBuffer(shape=net.out.shape, buffer=25)
    source.s_out.connect(encoder.inp)
    encoder.out.connect(net.inp)
    net.out.connect(sink.a_in)
    found = run(net, sink, 25)
    assert np.array_equal(found[:, 1:], data["sent3"][:, :-1])  # the encoder sends a step later
    assert found.any()


def test_graded_frames_drive_an_input_layer_whose_current_stays(tmp_path):
    """The current of the input layer keeps what changes of frames add up to, and so is the frame."""
    layers = [
        ("input", {**CUBA, "iDecay": 4096}, {"shape": (1, 4, 3)}),
        ("flatten", None, {}),
        ("dense", CUBA, {"weight": np.arange(24).reshape(2, 12) * 2 - 20}),
    ]
    path = file_of(tmp_path, layers)
    frame = np.arange(12).reshape(3, 4, 1) * 9
    found = []
    for way in ("bias", "changes"):
        net = netx.hdf5.Network(net_config=path, reset_interval=16, reset_offset=3)
        if way == "bias":
            net.in_layer.neuron.bias_mant.init = frame
        else:
            net.in_layer.neuron.du.init = -1
            changes = np.zeros((3, 4, 1, 12), int)
            changes[..., 0] = frame
            io.source.RingBuffer(data=changes).s_out.connect(net.in_layer.neuron.a_in)
        reader = Reader(shape=net.out.shape)
        reader.ref.connect_var(net.out_layer.neuron.v)
        sink = io.sink.RingBuffer(shape=net.out.shape, buffer=12)
        reader.out.connect(sink.a_in)
        found.append(run(net, sink, 12))
    # the reset of the input layer in step 4 takes the current away that changes had built up
    assert np.array_equal(found[0][:, :5], found[1][:, :5])
    assert found[0][:, :5].any() and not np.array_equal(found[0], found[1])


def test_adapters_of_the_chip_stand_around_a_network(tmp_path, monkeypatch):
    monkeypatch.setenv(_chip.VARIABLE, "1")
    from lava_api.proc import embedded_io as eio

    data = golden("dense")
    net = netx.hdf5.Network(net_config=str(written(tmp_path, data["net_file"])))
    enter, leave = eio.spike.PyToNxAdapter(shape=net.inp.shape), eio.spike.NxToPyAdapter(shape=net.out.shape)
    source, sink = io.source.RingBuffer(data=data["x"]), io.sink.RingBuffer(shape=net.out.shape, buffer=80)
    source.s_out.connect(enter.inp)
    enter.out.connect(net.inp)
    net.out.connect(leave.inp)
    leave.out.connect(sink.a_in)
    assert np.array_equal(run(net, sink, 80), data["sent1"])


# ---------------------------------------------------------------- layers that lava-dl names and does not run
def both(path, x, steps, **options):
    """What a file sends in a Lava program and as a network here; x is (channels, rows, columns, steps)."""
    shape = {} if x.ndim == 2 else {"input_shape": x.shape[:3]}
    made = import_net(path, **shape, **options)
    last = made.report.output
    made.network.probe(last, "spikes")
    emulator = Emulator(made.network)
    flat = (x.transpose(3, 1, 2, 0) if x.ndim == 4 else x.T).reshape(steps, -1)
    times, indices = np.nonzero(flat)
    emulator.set_input("input", spikes=(times + 1, indices))
    here = sent(emulator.run(steps), last)
    shape = {} if x.ndim == 2 else {"input_shape": x.shape[2::-1]}
    net = netx.hdf5.Network(net_config=path, **shape, **options)
    sink = io.sink.RingBuffer(shape=net.out.shape, buffer=steps)
    io.source.RingBuffer(data=x.transpose(2, 1, 0, 3) if x.ndim == 4 else x).s_out.connect(net.inp)
    net.out.connect(sink.a_in)
    there = run(net, sink, steps)
    return here, (there.transpose(3, 1, 0, 2) if there.ndim == 4 else there.T).reshape(steps, -1)


def spikes(*shape):
    return (np.random.default_rng(3).random(shape) < 0.3).astype(int)


def test_an_average_sends_the_sums_of_its_groups(tmp_path):
    rng = np.random.default_rng(1)
    layers = [("dense", CUBA, {"weight": 2 * rng.integers(0, 40, (6, 5))}), ("average", None, {"shape": (2, 1, 1)})]
    here, there = both(file_of(tmp_path, layers), spikes(5, 40), 40)
    before, _ = both(file_of(tmp_path, layers[:1]), spikes(5, 40), 40)
    sums = before.reshape(40, 2, 3).sum(2)
    assert np.array_equal(here, there) and np.array_equal(here[1:], sums[:-1])
    assert sums.max() > 1


def test_a_concat_joins_layers_along_channels(tmp_path):
    rng = np.random.default_rng(2)
    kernel = 2 * rng.integers(-5, 20, (2, 2, 3, 3))
    wide = 2 * rng.integers(-5, 9, (3, 4, 3, 3))
    layers = [
        ("conv", CUBA, {"weight": kernel, "padding": 1}),
        ("conv", CUBA, {"weight": kernel, "padding": 1}),
        ("concat", None, {"layers": [0]}),
        ("conv", CUBA, {"weight": wide}),
        ("flatten", None, {}),
        ("dense", CUBA, {"weight": 2 * rng.integers(-20, 25, (5, 3 * 3 * 4))}),
    ]
    path = file_of(tmp_path, layers, input_shape=(2, 5, 6))
    here, there = both(path, spikes(2, 5, 6, 40), 40)
    assert np.array_equal(here, there)
    assert here.any()


@pytest.mark.parametrize("name", ["pool", "convT", "unpool"])
def test_a_concat_of_lists_and_kernels_that_are_written_out(name, tmp_path):
    weight = {"pool": (1, 1, 2, 2), "unpool": (1, 1, 2, 2), "convT": (2, 3, 2, 2)}[name]
    first = (name, CUBA, {"weight": np.full(weight, 20), "delay": np.array([2, 0, 3][: 3 if name == "convT" else 2])})
    layers = [
        ("conv", CUBA, {"weight": np.full((2, 2, 1, 1), 30)}),
        first,
        ("flatten", None, {}),
    ]
    path = file_of(tmp_path, layers[:2], input_shape=(2, 5, 6))
    n = import_net(path, input_shape=(2, 5, 6)).network.populations[f"{name}1"].size
    rng = np.random.default_rng(4)
    layers += [
        ("dense", CUBA, {"weight": 2 * rng.integers(-4, 9, (7, n))}),
        ("concat", None, {"layers": [2]}),
        ("dense", CUBA, {"weight": 2 * rng.integers(-4, 9, (4, 7 + n)), "delay": np.arange(4)}),
    ]
    path = file_of(tmp_path, layers, input_shape=(2, 5, 6))
    here, there = both(path, spikes(2, 5, 6, 40), 40)
    assert np.array_equal(here, there)
    assert here.any()


def test_layers_of_complex_kernels_run(tmp_path):
    neuron = {"type": "RF_IZHIKEVICH", "vThMant": 20, "sinDecay": 2500, "cosDecay": 2800}
    rng = np.random.default_rng(5)
    weight = {k: 2 * rng.integers(-9, 12, (3, 2, 2, 2)) for k in ("real", "imag")}
    path = file_of(tmp_path, [("conv", neuron, {"weight": weight})], input_shape=(2, 5, 6))
    here, there = both(path, spikes(2, 5, 6, 60), 60)
    assert np.array_equal(here, there)
    assert here.any()


# ---------------------------------------------------------------- the pieces
def test_a_file_is_like_a_dict(tmp_path):
    path = str(written(tmp_path, golden("rf")["net_file"]))
    config = NetDict(path)
    layer = config["layer"][0]
    assert len(config["layer"]) == 2 and set(config.keys()) == {"layer"} and layer["type"] == "dense"
    assert layer["weight/real"].dtype == int and layer["neuron"]["type"] == "RF_PHASE"
    assert np.array_equal(layer["weight"]["imag"], layer["weight/imag"])
    with pytest.raises(KeyError, match="vThMant"):
        layer["neuron"]["vThMan"]
    with pytest.raises(UnsupportedError, match="write_net"):
        config["layer"] = 3
    with pytest.raises(ValidationError, match="mode"):
        NetDict(path, mode="w")
    parameters = netx.hdf5.Network.get_neuron_params(layer["neuron"])
    assert parameters["decay_bits"] == 12 and parameters["neuron_proc"].__name__ == "RF"
    block, row = netx.hdf5.Network.create_complex_dense(layer)
    assert block.shape == (12,) and row.startswith("|Dense     |    1|    1|   12|")


@pytest.mark.parametrize(
    ("weights", "bits", "exponent", "mode"),
    [
        ([[254, -256]], 8, 0, SYNAPSE_SIGN_MODE.MIXED),
        ([[127, -128]], 8, -1, SYNAPSE_SIGN_MODE.MIXED),
        ([[1, 0]], 1, -7, SYNAPSE_SIGN_MODE.EXCITATORY),
        ([[-3, -1]], 2, -6, SYNAPSE_SIGN_MODE.INHIBITORY),
        ([[0, 0]], 0, 0, SYNAPSE_SIGN_MODE.EXCITATORY),
    ],
)
def test_weights_become_large_mantissas(weights, bits, exponent, mode):
    found = optimize_weight_bits(np.array(weights))
    assert np.array_equal(found[0] * 2.0 ** found[2], weights)
    assert found[1:] == (bits, exponent, mode)


def test_delays_have_bits():
    assert [num_delay_bits(np.array(d)) for d in ([0], [1, 0], [5], [62])] == [0, 0, 3, 6]
    with pytest.raises(ValueError, match="63"):
        num_delay_bits(np.array([63]))


def test_steps_between_a_program_and_its_network():
    modules = netx.modules
    assert modules.Quantize(exp=6)(np.array([0.5, -0.26])).tolist() == [32, -17]
    assert modules.Dequantize(exp=6)(np.array([32, (1 << 24) - 17])).tolist() == [0.5, -17 / 64]
    queue = modules.FIFO(depth=2)
    assert [queue(k) for k in range(4)] == [None, None, 0, 1]

    class Later(modules.AbstractSeqModule):
        seen = ()

        def forward(self, x):
            return self.seen

        def post_forward(self):
            self.seen = (*self.seen, self.time_step)

    later = Later()
    assert [later(0) for _ in range(3)] == [(), (1,), (1, 2)]
    later._wait()
    assert later.time_step == 3


def test_what_does_not_act_is_said(tmp_path):
    path = str(written(tmp_path, golden("sigma_delta")["net_file"]))
    with pytest.warns(LoihiInputWarning, match="Sigma-delta neurons are not reset"):
        netx.hdf5.Network(net_config=path, reset_interval=5)
    with pytest.raises(UnsupportedError, match="write_net"):
        netx.hdf5.Network(net_config=path).in_layer.export_hdf5(None)
    with pytest.raises(ValidationError, match=r"y\.net"):
        netx.hdf5.Network(net_config=str(tmp_path / "y.net"))
