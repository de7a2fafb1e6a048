"""Kernels that refer to variables which no kernel keeps in an array: their management phase is done in Python."""

import numpy as np
import pytest
from lava_kernels import is_compiled

from lava_api.magma.compiler.compiler import KERNELS, OPTIONS
from lava_api.magma.core.decorator import implements, requires
from lava_api.magma.core.model.py.model import PyLoihiProcessModel
from lava_api.magma.core.model.py.type import LavaPyType
from lava_api.magma.core.process.process import AbstractProcess
from lava_api.magma.core.process.variable import Var
from lava_api.magma.core.resources import CPU
from lava_api.magma.core.run_conditions import RunSteps
from lava_api.magma.core.run_configs import Loihi2SimCfg
from lava_api.magma.core.sync.protocols.loihi_protocol import LoihiProtocol
from lava_api.magma.runtime.kernel_service import KernelService
from lava_api.proc.bit_check.process import BitCheck
from lava_api.proc.embedded_io.state import Read as ReadAsMessage
from lava_api.proc.io.extractor import VarWire
from lava_api.proc.io.reset import Reset
from lava_api.proc.io.sink import Read
from lava_api.proc.io.sink import RingBuffer as Sink
from lava_api.proc.lif.process import LIF
from lava_api.proc.monitor.process import Monitor
from lava_api.proc.sparse.process import Sparse
from lava_api.utils._loihi2_state_probes import StateProbe

FIXED = Loihi2SimCfg(select_tag="fixed_pt")


class Own(AbstractProcess):
    """A user's process with a variable."""

    def __init__(self):
        super().__init__()
        self.level = Var((2,), 0)


@implements(proc=Own, protocol=LoihiProtocol)
@requires(CPU)
class PyOwn(PyLoihiProcessModel):
    level = LavaPyType(np.ndarray, np.int32)

    def run_spk(self):
        self.level += (self.time_step, 1)


def cells(**more):
    return LIF(shape=(2,), bias_mant=np.array([3, 70]), vth=2, dv=7, **more)


@pytest.fixture(params=[True, False], ids=["kernels", "Python models"])
def kernels(request, monkeypatch):
    monkeypatch.setitem(OPTIONS, KERNELS, request.param)
    return request.param


def check(kernels, *processes):
    for process in processes:
        assert is_compiled(process) is kernels


def test_variables_of_python_models(kernels):
    own, lif = Own(), cells()
    monitor, read, wire, probe = Monitor(), Read(buffer=3, interval=2, offset=1), VarWire(), StateProbe(own.level)
    check_bits, message, sink = BitCheck(bits=4), ReadAsMessage((2,), interval=3), Sink(shape=(2,), buffer=6)
    monitor.probe(own.level, 6)
    monitor.probe(lif.s_out, 6)
    for reader in (read, wire, check_bits, message):
        reader.connect_var(own.level)
    message.out.connect(sink.a_in)
    lif.run(RunSteps(6), FIXED)
    check(kernels, monitor, read, wire, check_bits, message, lif, sink)
    sums = [1, 3, 6, 10, 15, 21]
    data = monitor.get_data()
    assert data[own.name]["level"].tolist() == [[s, k + 1] for k, s in enumerate(sums)]
    assert data[lif.name]["s_out"][:, 1].tolist() == [0, 1, 0, 1, 0, 1]
    assert read.data.get().tolist() == [[3, 10, 21], [2, 4, 6]]
    assert sink.data.get()[0].tolist() == [0, 1, 1, 1, 10, 10]
    assert probe.time_series.tolist() == [*sums, 1, 2, 3, 4, 5, 6]
    assert [wire.receive()[0] for _ in range(6)] == sums
    assert check_bits._overflowed.get().any()
    lif.stop()


def test_variables_of_kernels_that_are_no_arrays(kernels):
    lif, synapses = cells(), Sparse(weights=np.array([[2, 0], [0, -4]]))
    lif.s_out.connect(synapses.s_in)
    monitor, wire = Monitor(), VarWire(buffer_size=2)
    monitor.probe(lif.vth, 9)
    wire.connect_var(synapses.weights)
    lif.run(RunSteps(4, blocking=False), FIXED)
    check(kernels, monitor, wire, synapses)
    (found,) = lif.runtime._assembly.services
    assert isinstance(found, KernelService) is kernels
    assert [wire.receive().tolist() for _ in range(4)] == [[[2, 0], [0, -4]]] * 4
    assert monitor.get_data()[lif.name]["vth"].ravel().tolist() == [2, 2, 2, 2, 0, 0, 0, 0, 0]
    lif.stop()


def test_a_reset_writes_variables_of_python_models(kernels):
    own, lif = Own(), cells()
    reset, monitor = Reset(reset_value=9, interval=3), Monitor()
    reset.connect_var(own.level)
    monitor.probe(own.level, 5)
    monitor.probe(lif.s_out, 5)
    lif.run(RunSteps(5), FIXED)
    check(kernels, reset, monitor)
    assert monitor.get_data()[own.name]["level"].tolist() == [[9, 9], [11, 10], [14, 11], [9, 9], [14, 10]]
    lif.stop()


def test_an_overflow_is_written_into_the_log(kernels, caplog):
    lif, watch = cells(), BitCheck(bits=7, debug=1, layerid=5)
    watch.connect_var(lif.v)
    lif.run(RunSteps(2), FIXED)
    check(kernels, watch)
    assert "layer 5, step 1: overflow of 7 bits" in caplog.text
    lif.stop()


def test_a_reset_writes_parameters(kernels):
    lif, reset, monitor = cells(), Reset(reset_value=2000, interval=50, offset=2), Monitor()
    reset.connect_var(lif.dv)
    monitor.probe(lif.v, 6)
    lif.run(RunSteps(6), FIXED)
    check(kernels, lif, reset)
    assert monitor.get_data()[lif.name]["v"].tolist() == [[3, 70], [5, 0], [7, 70], [6, 105], [6, 123], [6, 0]]
    lif.stop()
