"""Programs that run a network in one thread, and send, receive and stop in another."""

import threading
import time

import numpy as np
import pytest

from lava_api.magma.compiler.compiler import KERNELS, OPTIONS
from lava_api.magma.core.run_conditions import RunContinuous, RunSteps
from lava_api.magma.core.run_configs import Loihi2SimCfg
from lava_api.proc.io.extractor import Extractor, VarWire
from lava_api.proc.io.injector import Injector
from lava_api.proc.io.utils import ChannelConfig, ReceiveEmpty
from lava_api.proc.lif.process import LIF

CFG = Loihi2SimCfg()


@pytest.fixture(autouse=True, params=["kernels", "Python models"])
def kind(request, monkeypatch):
    """Each test with kernels and with Python models."""
    monkeypatch.setitem(OPTIONS, KERNELS, request.param == "kernels")


@pytest.fixture
def pair(kind):
    """An injector into an extractor, with room for two messages each."""
    injector, extractor = Injector(shape=(1,), buffer_size=2), Extractor(shape=(1,), buffer_size=2)
    injector.out_port.connect(extractor.in_port)
    injector.create_runtime(CFG)
    yield injector, extractor
    injector.stop()


def started(function):
    thread = threading.Thread(target=function, daemon=True)
    thread.start()
    return thread


def ended(thread):
    thread.join(10)
    return not thread.is_alive()


def test_other_threads_send_and_receive_while_one_runs(pair):
    injector, extractor = pair
    seen = []
    sender = started(lambda: [injector.send(np.array([step])) for step in range(20)])
    receiver = started(lambda: [seen.append(float(extractor.receive()[0])) for _ in range(20)])
    injector.run(RunSteps(20))
    injector.stop()
    assert ended(sender) and ended(receiver) and seen == list(range(20))


def test_a_thread_that_sends_too_much_waits_for_a_run(pair):
    injector, _ = pair
    sender = started(lambda: [injector.send(np.ones(1)) for _ in range(3)])
    time.sleep(0.05)
    assert sender.is_alive()
    injector.run(RunSteps(1))
    assert ended(sender)


def test_the_network_runs_in_another_thread(pair):
    injector, extractor = pair
    runner = started(lambda: injector.run(RunSteps(3)))
    for step in range(3):
        injector.send(np.array([step]))
        assert extractor.receive()[0] == step
    assert ended(runner)


def test_a_run_that_waits_for_data_is_stopped_from_outside(pair):
    injector, _ = pair
    runner = started(lambda: injector.run(RunSteps(3)))
    time.sleep(0.05)
    injector.stop()
    assert ended(runner)
    with pytest.raises(RuntimeError, match="stopped"):
        injector.run(RunSteps(1))


def test_an_endless_run_in_another_thread_is_paused():
    neurons = LIF(shape=(1,), bias_mant=1, vth=1000)
    neurons.create_runtime(CFG)
    runner = started(lambda: (neurons.run(RunContinuous()), neurons.wait()))
    time.sleep(0.05)
    neurons.pause()
    assert ended(runner)
    assert neurons.v.get()[0] > 0
    neurons.run(RunSteps(1))
    neurons.stop()


def test_receiving_in_another_thread_ends_with_the_program(pair):
    injector, extractor = pair
    said = []

    def receive():
        try:
            extractor.receive()
        except RuntimeError as error:
            said.append(str(error))

    receiver = started(receive)
    time.sleep(0.05)
    injector.stop()
    assert ended(receiver) and "stopped" in said[0]


def test_zeros_come_at_once_where_another_thread_runs():
    config = ChannelConfig(receive_empty=ReceiveEmpty.NON_BLOCKING_ZEROS)
    injector, extractor = Injector(shape=(1,)), Extractor(shape=(1,), channel_config=config)
    injector.out_port.connect(extractor.in_port)
    injector.create_runtime(CFG)
    runner = started(lambda: injector.run(RunSteps(1)))
    time.sleep(0.05)
    assert extractor.receive().tolist() == [0]
    injector.send(np.ones(1))
    assert ended(runner)
    injector.stop()


def test_a_wire_may_be_listened_to_before_the_network_is_built():
    neurons, wire, seen = LIF(shape=(1,), bias_mant=1, vth=1000), VarWire(), []
    wire.connect_var(neurons.v)
    receiver = started(lambda: [seen.append(float(wire.receive()[0])) for _ in range(60)])
    neurons.run(RunSteps(60), CFG)
    neurons.stop()
    assert ended(receiver) and seen == list(range(1, 61))


def test_without_other_threads_nothing_is_waited_for(pair):
    began = time.monotonic()
    with pytest.raises(RuntimeError, match="waits for data from the program around"):
        pair[0].run(RunSteps(1))
    assert time.monotonic() - began < 5
