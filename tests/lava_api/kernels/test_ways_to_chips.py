"""Encoders, adapters, counters and recorders as kernels: equal to the Python models."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lava_kernels import is_compiled, kernels_run, models_run
from messages import UNHEEDED
from profiles import at_most

from lava_api.magma.core.decorator import implements, requires
from lava_api.magma.core.model.py.model import PyLoihiProcessModel
from lava_api.magma.core.model.py.ports import PyInPort, PyOutPort
from lava_api.magma.core.model.py.type import LavaPyType
from lava_api.magma.core.process.ports.ports import InPort, OutPort
from lava_api.magma.core.process.process import AbstractProcess
from lava_api.magma.core.resources import CPU
from lava_api.magma.core.run_conditions import RunSteps
from lava_api.magma.core.run_configs import Loihi2HwCfg, Loihi2SimCfg
from lava_api.magma.core.sync.protocols.loihi_protocol import LoihiProtocol
from lava_api.magma.runtime.kernel_service import KernelService
from lava_api.proc.dense.process import Dense
from lava_api.proc.embedded_io.spike import NxToPyAdapter, PyToN3ConvAdapter, PyToNxAdapter
from lava_api.proc.embedded_io.state import Read
from lava_api.proc.io.encoder import (
    Compression,
    DeltaEncoder,
    PyDeltaEncoderModelDense,
    PyDeltaEncoderModelSparse,
)
from lava_api.proc.io.sink import RingBuffer as Sink
from lava_api.proc.io.source import RingBuffer as Source
from lava_api.proc.lif.process import LIF
from lava_api.proc.sdn.process import Sigma
from lava_api.utils import _probe_kernels
from lava_api.utils._loihi2_state_probes import StateProbe
from lava_api.utils.profiler import Profiler

pytestmark = UNHEEDED

STEPS = 12


class Config(Loihi2SimCfg):
    """Encoders as their processes want them."""

    def select(self, process, proc_models):
        if type(process) is DeltaEncoder:
            dense = process.proc_params["compression"] is Compression.DENSE
            return PyDeltaEncoderModelDense if dense else PyDeltaEncoderModelSparse
        return super().select(process, proc_models)


class Slow(AbstractProcess):
    """A user's process: passes on what arrives."""

    def __init__(self, shape):
        super().__init__(shape=shape)
        self.a_in, self.s_out = InPort(shape), OutPort(shape)


@implements(proc=Slow, protocol=LoihiProtocol)
@requires(CPU)
class PySlow(PyLoihiProcessModel):
    a_in = LavaPyType(PyInPort.VEC_DENSE, np.int32)
    s_out = LavaPyType(PyOutPort.VEC_DENSE, np.int32)

    def run_spk(self):
        self.s_out.send(self.a_in.recv())


class Listener(AbstractProcess):
    """A user's process that takes messages as they are sent."""

    def __init__(self, shape, heard):
        super().__init__(heard=heard)
        self.a_in = InPort(shape)


@implements(proc=Listener, protocol=LoihiProtocol)
@requires(CPU)
class PyListener(PyLoihiProcessModel):
    a_in = LavaPyType(PyInPort.VEC_SPARSE, np.int32)

    def run_spk(self):
        self.proc_params["heard"].append([part.tolist() for part in self.a_in.recv()])


def same(function, *arguments):
    """What a function returns, with kernels and with Python models; they must be equal."""
    seen = []
    for kernels in (True, False):
        with models_run(kernels):
            seen.append(function(*arguments))
    with_kernels, with_models = seen
    assert with_kernels == with_models
    return with_kernels


def encoded(seed):
    """Encode random numbers in a random form, and unpack them."""
    rng = np.random.default_rng(seed)
    form, tag = list(Compression)[rng.integers(4)], (None, "fixed_pt")[rng.integers(2)]
    shape = tuple(rng.integers(1, 25, rng.integers(1, 3)).tolist())
    bits = None if rng.random() < 0.3 else int(rng.integers(2, 12))
    encoder = DeltaEncoder(shape=shape, vth=int(rng.integers(1, 90)), num_bits=bits, compression=form)
    density = rng.choice([0.01, 0.2, 1])
    data = rng.integers(-400, 400, (*shape, 7)) * (rng.random((*shape, 7)) < density)
    source = Source(data=data if tag else data / 4)
    if rng.random() < 0.3:
        slow = Slow(shape)
        source.s_out.connect(slow.a_in)
        slow.s_out.connect(encoder.a_in)
    else:
        source.s_out.connect(encoder.a_in)
    taken = form
    if form in (Compression.DENSE, Compression.SPARSE) and rng.random() < 0.3:
        taken = (Compression.DENSE, Compression.SPARSE)[rng.integers(2)]
    adapter = PyToN3ConvAdapter(
        shape, num_message_bits=int(rng.integers(0, 12)), spike_exp=int(rng.integers(0, 4)), compression=taken
    )
    sink, heard = Sink(shape=shape, buffer=STEPS), []
    encoder.s_out.connect(adapter.inp)
    adapter.out.connect(sink.a_in)
    if rng.random() < 0.4:
        encoder.s_out.connect(Listener(shape, heard).a_in)
    elif form is Compression.SPARSE:
        encoder.s_out.connect(Sigma(shape=shape).a_in)
    for steps in (1, 4, STEPS - 5):
        encoder.run(RunSteps(steps), Config(select_tag=tag))
        heard.append([var.get().tolist() for var in (encoder.act, encoder.residue, sink.data)])
    if kernels_run():
        assert is_compiled(encoder) and is_compiled(adapter)
    encoder.stop()
    return heard


@at_most(80)
@given(seed=st.integers(0, 1 << 30))
def test_encoders_and_what_they_are_read_by(seed):
    same(encoded, seed)


def test_packed_messages_for_others_stay_with_python():
    """Who cannot unpack a message gets its words."""

    def words():
        encoder, sink = DeltaEncoder(shape=(8,), vth=1, compression=Compression.PACKED_4), Sink(shape=(8,), buffer=2)
        Source(data=np.zeros((8, 2))).s_out.connect(encoder.a_in)
        encoder.s_out.connect(sink.a_in)
        encoder.run(RunSteps(2), Config(select_tag=None))
        assert not is_compiled(encoder)
        encoder.stop()
        return sink.shape

    assert same(words) == (8,)


def adapted(seed):
    """Whole numbers as float64 through adapters."""
    rng = np.random.default_rng(seed)
    shape, kind = (int(rng.integers(1, 9)),), (PyToNxAdapter, NxToPyAdapter, PyToN3ConvAdapter)[rng.integers(3)]
    data = rng.integers(-9000, 9000, (*shape, 5)) * (rng.random((*shape, 5)) < 0.7)
    adapter = kind(shape, num_message_bits=int(rng.integers(0, 25)))
    source, sink = Source(data=data), Sink(shape=shape, buffer=STEPS)
    source.s_out.connect(adapter.inp)
    adapter.out.connect(sink.a_in)
    sink.run(RunSteps(STEPS), Loihi2SimCfg(select_tag="floating_pt"))
    assert is_compiled(adapter) is kernels_run()
    seen = sink.data.get().tolist()
    sink.stop()
    return seen


@at_most(30)
@given(seed=st.integers(0, 1 << 30))
def test_adapters_of_floats(seed):
    same(adapted, seed)


@pytest.mark.parametrize("fraction", [0.5, -7.25, np.nan])
def test_a_fraction_is_refused_in_its_step(fraction):
    adapter, source = NxToPyAdapter((2,), num_message_bits=8), Source(data=np.array([[1, 2, fraction], [0, 0, 3]]))
    source.s_out.connect(adapter.inp)
    with pytest.raises(RuntimeError, match=rf"time step 3.*NxToPyAdapter: got fractions such as {fraction}"):
        adapter.run(RunSteps(9), Loihi2SimCfg(select_tag="floating_pt"))
    assert is_compiled(adapter)
    adapter.stop()


def read_floats():
    """A variable of float64 sent as int32."""
    cells = LIF(shape=(3,), bias_mant=np.array([0.3, -1.7, 2.5]))
    read, sink = Read((3,)), Sink(shape=(3,), buffer=STEPS)
    read.connect_var(cells.v)
    read.out.connect(sink.a_in)
    sink.run(RunSteps(STEPS), Loihi2SimCfg(select_tag="floating_pt"))
    assert isinstance(service(sink), KernelService) is kernels_run()
    seen = sink.data.get().tolist()
    sink.stop()
    return seen


def test_variables_of_floats_are_read():
    assert same(read_floats)[1] == [0, -1, -3, -5, -6, -8, -10, -11, -13, -15, -16, -18]


def service(process):
    (found,) = process.runtime._assembly.services
    return found


def watched(seed):
    """Counters at all ports, and records of variables."""
    rng = np.random.default_rng(seed)
    config = Loihi2HwCfg()
    profiler = Profiler.init(config)
    profiler.activity_probe()
    first, second = LIF(shape=(3, 2), bias_mant=rng.integers(90, 300, (3, 2)), vth=3), LIF(shape=(4,), vth=9, dv=99)
    dense = Dense(weights=rng.integers(-60, 60, (4, 6)))
    first.s_out.flatten().connect(dense.s_in)
    dense.a_out.connect(second.a_in)
    probes = [StateProbe(var) for var in (first.v, second.u, second.bias_mant, dense.weights)]
    for steps in (1, 4, int(rng.integers(1, 60))):
        first.run(RunSteps(steps), config)
        second.bias_mant.set(rng.integers(0, 50, 4))
    assert isinstance(service(first), KernelService) is kernels_run()
    series = [probe.time_series for probe in probes]
    first.stop()
    counted = [*(count for _, count in sorted(profiler.spikes.items())), profiler.synaptic_operations]
    return [profiler.num_steps, counted[-1], sorted(counted)], [(s.dtype.name, s.tobytes()) for s in series]


@at_most(10)
@given(seed=st.integers(0, 1 << 30), rows=st.integers(1, 9))
def test_counters_and_recorders(seed, rows):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_probe_kernels, "MOST", rows)
        (steps, operations, _), _ = same(watched, seed)
        assert steps > 5 and operations > 0
