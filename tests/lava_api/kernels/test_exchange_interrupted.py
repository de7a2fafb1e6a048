"""Runs that exchange data with the program around, interrupted, or left midway, or beside models on their own."""

import gc
import os
import signal
import threading
import weakref

import numpy as np
import pytest
from exchange_programs import FLOAT, chain, service, with_models

from lava_api.magma.core.decorator import implements, requires
from lava_api.magma.core.model.py.model import PyAsyncProcessModel
from lava_api.magma.core.model.py.ports import PyInPort, PyOutPort
from lava_api.magma.core.model.py.type import LavaPyType
from lava_api.magma.core.process.ports.ports import InPort, OutPort
from lava_api.magma.core.process.process import AbstractProcess
from lava_api.magma.core.resources import CPU
from lava_api.magma.core.run_conditions import RunSteps
from lava_api.magma.core.run_configs import Loihi2SimCfg
from lava_api.magma.core.sync.domain import SyncDomain
from lava_api.magma.core.sync.protocols.async_protocol import AsyncProtocol
from lava_api.magma.core.sync.protocols.loihi_protocol import LoihiProtocol
from lava_api.proc.io.injector import Injector
from lava_api.proc.io.utils import ChannelConfig, ReceiveEmpty
from lava_api.proc.sdn.process import Sigma


def interrupted(process, steps):
    """Run and press Ctrl-C meanwhile, which a shell's background jobs ignore unless told otherwise."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        timer = threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT))
        timer.start()
        with pytest.raises(KeyboardInterrupt):
            process.run(RunSteps(steps))
        timer.join()
    finally:
        signal.signal(signal.SIGINT, before)


def test_ctrl_c_while_a_step_waits():
    injector, extractor, _ = chain()
    listener = threading.Thread(target=extractor.receive, daemon=True)
    listener.start()
    interrupted(injector, 1)
    injector.send(np.ones(1))
    injector.wait()
    injector.send(np.ones(1))
    injector.run(RunSteps(1))
    assert extractor.receive() == 1
    injector.stop()


def test_ctrl_c_between_steps():
    zeros = ChannelConfig(receive_empty=ReceiveEmpty.NON_BLOCKING_ZEROS)
    injector, sigma = Injector(shape=(1,), channel_config=zeros), Sigma(shape=(1,))
    injector.out_port.connect(sigma.a_in)
    injector.create_runtime(FLOAT)
    interrupted(injector, 1 << 40)
    done = sigma._model.time_step
    injector.send(np.ones(1))
    injector.run(RunSteps(5))
    assert sigma._model.time_step == done + 5 > 5 and sigma.sigma.get() == 1
    injector.stop()


def test_ctrl_c_after_steps_before_their_data_are_handed_over():
    injector, extractor, wire = chain(buffer_size=4)
    for value in range(1, 5):
        injector.send(np.array([value]))
    program = service(injector).subgraph.program
    run = program.run

    def interrupt(clock, steps):
        run(clock, steps)
        program.run = run
        raise KeyboardInterrupt

    program.run = interrupt
    with pytest.raises(KeyboardInterrupt):
        injector.run(RunSteps(4))
    sums = [0, 1, 3, 6, 10]
    assert [extractor.receive().item() for _ in range(4)] == [wire.receive().item() for _ in range(4)] == sums[:4]
    injector.send(np.ones(1))
    injector.run(RunSteps(1))
    assert extractor.receive().item() == wire.receive().item() == sums[4]
    injector.stop()


class Later(AbstractProcess):
    """A process that runs on its own."""

    def __init__(self, shape):
        super().__init__(shape=shape)
        self.a_in, self.s_out = InPort(shape), OutPort(shape)


@implements(proc=Later, protocol=AsyncProtocol)
@requires(CPU)
class PyLater(PyAsyncProcessModel):
    a_in = LavaPyType(PyInPort.VEC_DENSE, float)
    s_out = LavaPyType(PyOutPort.VEC_DENSE, float)

    def run_async(self):
        for _ in range(self.num_steps):
            self.s_out.send(2 * self.a_in.recv())


def test_kernels_around_a_model_that_runs_on_its_own():
    first, later, second = Sigma(shape=(1,)), Later((1,)), Sigma(shape=(1,))
    injector = Injector(shape=(1,))
    injector.out_port.connect(first.a_in)
    first.s_out.connect(later.a_in)
    later.s_out.connect(second.a_in)
    domains = [
        SyncDomain("own", AsyncProtocol(), [later]),
        SyncDomain("steps", LoihiProtocol(), [injector, first, second]),
    ]
    injector.create_runtime(Loihi2SimCfg(custom_sync_domains=domains))
    for value in (1, 2, 3):
        injector.send(np.array([value]))
    injector.run(RunSteps(3))
    assert first.sigma.get() == 6 and second.sigma.get() == 2 * (1 + 3 + 6)
    injector.stop()


@pytest.mark.parametrize("kernels", [True, False])
def test_programs_that_are_left_midway_leave_nothing_behind(kernels):
    alive = []
    for _ in range(10):
        injector, extractor, _ = with_models(kernels, chain)
        injector.run(RunSteps(5, blocking=False))
        injector.send(np.ones(1))
        extractor.receive()
        alive.append(weakref.ref(extractor))
    del injector, extractor, _
    gc.collect()
    assert not any(left() for left in alive)
