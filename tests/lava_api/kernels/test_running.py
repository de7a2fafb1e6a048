"""Programs of kernels: cut anywhere, interrupted, mixed with Python models, and what they count."""

import os
import signal
import threading
import time
from collections import Counter

import numpy as np
import pytest

from lava_api.magma.compiler import port_building
from lava_api.magma.core.decorator import implements, requires
from lava_api.magma.core.model.py.model import PyLoihiProcessModel
from lava_api.magma.core.model.py.ports import PyRefPort
from lava_api.magma.core.model.py.type import LavaPyType
from lava_api.magma.core.process.ports.ports import RefPort
from lava_api.magma.core.process.process import AbstractProcess
from lava_api.magma.core.resources import CPU
from lava_api.magma.core.run_conditions import RunContinuous, RunSteps
from lava_api.magma.core.run_configs import Loihi2SimCfg
from lava_api.magma.core.sync.protocols.loihi_protocol import LoihiProtocol
from lava_api.magma.runtime import scheduler
from lava_api.magma.runtime.kernel_service import KernelService
from lava_api.magma.runtime.loihi_service import LoihiService
from lava_api.proc.dense.process import DelayDense, Dense
from lava_api.proc.lif.models import PyLifModelBitAcc
from lava_api.proc.lif.process import LIF
from lava_api.proc.monitor.process import Monitor

FIXED = Loihi2SimCfg(select_tag="fixed_pt")


def pair():
    first, second = LIF(shape=(3,), bias_mant=[20, 30, 40], vth=2, name="first"), LIF(shape=(2,), vth=3, name="second")
    dense = Dense(weights=np.array([[4, 8, 12], [2, -6, 10]]), name="dense")
    first.s_out.connect(dense.s_in)
    dense.a_out.connect(second.a_in)
    return first, dense, second


def service(process):
    (found,) = process.runtime._assembly.services
    return found


def test_a_network_of_stock_models_has_no_python_in_its_loop():
    first, _, second = pair()
    first.run(RunSteps(30), FIXED)
    assert isinstance(service(first), KernelService)
    assert second._model.time_step == 30
    first.stop()


@pytest.fixture
def made(monkeypatch):
    """What is made of what Python models alone need, by name."""
    found = Counter()

    def counted(kind):
        class Counted(kind):
            def __init__(self, *arguments, **options):
                found[kind.__name__] += 1
                super().__init__(*arguments, **options)

        return Counted

    monkeypatch.setattr(scheduler, "Worker", counted(scheduler.Worker))
    monkeypatch.setattr(port_building, "PortChannel", counted(port_building.PortChannel))
    set_port = port_building._set_port

    def counted_port(*arguments):
        found["port"] += 1
        set_port(*arguments)

    monkeypatch.setattr(port_building, "_set_port", counted_port)
    return found


def test_kernels_alone_have_no_ports_channels_or_greenlets(made):
    first, _, _ = pair()
    monitor = Monitor()
    monitor.probe(first.v, 30)
    first.run(RunSteps(30), FIXED)
    assert first.v.get().shape == (3,)
    first.stop()
    assert made == {}


def test_beside_a_python_model_they_are_made(made):
    first, _, second = pair()
    first.run(RunSteps(2), Loihi2SimCfg(select_tag="fixed_pt", exception_proc_model_map={second: OwnLif}))
    first.stop()
    assert made["Worker"] >= 1
    assert made["PortChannel"] == 1
    assert made["port"] == 2  # a_in and s_out


class OwnLif(PyLifModelBitAcc):
    """A user's model, which runs as Python."""


def test_counters():
    first, _, _ = pair()
    monitor = Monitor()
    monitor.probe(first.s_out, 40)
    first.run(RunSteps(40), FIXED)
    spikes = monitor.get_data()["first"]["s_out"]
    counted = first.runtime.counters()
    assert counted["first"]["spikes"] == spikes.sum() > 0
    assert counted["dense"]["synaptic events"] == 2 * spikes.sum()
    assert counted["first"]["neuron updates"] == 120
    assert counted["first"]["u overflows"] == 0
    first.stop()


def test_overflows_are_counted():
    cells = LIF(shape=(1,), u=(1 << 23) - 1, v=(1 << 23) - 10, bias_mant=1, vth=1 << 20, name="cells")
    source = LIF(shape=(1,), bias_mant=1000, vth=1)
    dense = Dense(weights=np.array([[255]]), weight_exp=10)
    source.s_out.connect(dense.s_in)
    dense.a_out.connect(cells.a_in)
    cells.run(RunSteps(2), FIXED)
    counted = cells.runtime.counters()["cells"]
    assert counted["u overflows"] == 1
    assert counted["v saturations"] == 2
    cells.stop()


@pytest.fixture
def heard():
    """Ctrl-C is heard, also in a background job of a shell."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("heard")
def test_ctrl_c_ends_the_run_and_keeps_everything():
    first, _, _ = pair()
    first.run(RunSteps(1), FIXED)
    timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    begin = time.perf_counter()
    with pytest.raises(KeyboardInterrupt):
        first.run(RunSteps(1 << 40))
    assert time.perf_counter() - begin < 10
    done = first._model.time_step
    assert done > 1
    assert first.v.get().shape == (3,)
    first.run(RunSteps(5))
    assert first._model.time_step == done + 5
    first.stop()


def test_endless_runs_pause():
    first, _, _ = pair()
    first.run(RunContinuous(), FIXED)
    time.sleep(0.05)
    first.pause()
    done = first._model.time_step
    assert done > 0
    first.run(RunSteps(3))
    assert first._model.time_step == done + 3
    first.stop()


def test_a_monitor_without_room_is_an_error_at_that_step():
    first, _, _ = pair()
    monitor = Monitor()
    monitor.probe(first.v, 5)
    with pytest.raises(RuntimeError, match=r"step 6 is beyond probe.*num_steps=5") as caught:
        first.run(RunSteps(8), FIXED)
    assert isinstance(caught.value.__cause__, IndexError)
    assert monitor.get_data()["first"]["v"].shape == (5, 3)
    first.stop()


def test_delayed_sums_can_be_read_and_set_between_runs():
    source = LIF(shape=(1,), bias_mant=1000, vth=1)
    delayed = DelayDense(weights=np.array([[8]]), delays=np.array([[2]]))
    source.s_out.connect(delayed.s_in)
    seen = []
    for _ in range(4):
        source.run(RunSteps(1), FIXED)
        seen.append(delayed.a_buff.get()[0].tolist())
    assert seen == [[0, 0, 8], [0, 8, 8], [8, 8, 8], [8, 8, 8]]
    delayed.a_buff.set(np.array([[1, 2, 3]]))
    source.run(RunSteps(1))
    assert delayed.a_buff.get()[0].tolist() == [2, 3, 8]
    source.stop()


class Drive(AbstractProcess):
    """Writes the step into a variable of another process."""

    def __init__(self, shape):
        super().__init__(shape=shape)
        self.ref = RefPort(shape)


@implements(proc=Drive, protocol=LoihiProtocol)
@requires(CPU)
class PyDrive(PyLoihiProcessModel):
    ref: PyRefPort = LavaPyType(PyRefPort.VEC_DENSE, int)

    def post_guard(self):
        return True

    def run_post_mgmt(self):
        self.ref.write(np.full(self.ref.shape, self.time_step))


def test_python_models_write_variables_of_kernels():
    cells, drive, monitor = LIF(shape=(2,), vth=1000, dv=0), Drive((2,)), Monitor()
    drive.ref.connect_var(cells.bias_mant)
    monitor.probe(cells.v, 6)
    cells.run(RunSteps(6), FIXED)
    assert isinstance(service(cells), LoihiService)
    assert cells._model._kernel is not None
    data = monitor.get_data()[cells.name]["v"]
    assert data[:, 0].tolist() == [0, 1, 3, 6, 10, 15]
    cells.stop()


def test_values_that_a_kernel_does_not_take_run_as_python_and_fail_as_python():
    cells = LIF(shape=(2,), du=0.5, name="cells")
    with pytest.raises(RuntimeError, match=r'"cells"') as caught:
        cells.run(RunSteps(1), FIXED)
    assert isinstance(caught.value.__cause__, TypeError)
