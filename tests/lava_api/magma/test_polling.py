"""Models that ask for messages again and again: they get what comes, and are an error where nothing can come."""

import sys
import threading
import time

import numpy as np
import pytest
from lava_parts import PyRelay, PySource, Relay, Source

from lava_api.magma.core.model.py.model import PyAsyncProcessModel, PyLoihiModelToPyAsyncModel
from lava_api.magma.core.run_conditions import RunContinuous, RunSteps
from lava_api.magma.core.run_configs import Loihi2SimCfg
from lava_api.magma.core.sync.domain import SyncDomain
from lava_api.magma.core.sync.protocols.loihi_protocol import LoihiProtocol
from lava_api.magma.runtime import polling
from lava_api.proc.dense.process import Dense
from lava_api.proc.io.extractor import Extractor
from lava_api.proc.io.injector import Injector
from lava_api.proc.lif.process import LIF

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(polling, "SURE", 0.05)
    monkeypatch.setattr(polling, "UNSURE", 0.3)


class Other(Relay):
    pass


class Asks(PyRelay):
    def run_spk(self):
        while not self.inp.probe():
            pass
        self._take()

    def _take(self):
        self.held = self.inp.recv() + 1
        self.out.send(self.held)


class AsksOneChannel(Asks):
    def run_spk(self):
        while True:
            if self.inp.csp_ports[0].probe():
                break
        self._take()


class AsksAndSleeps(Asks):
    def run_spk(self):
        while not self.inp.probe():
            time.sleep(0.001)
        self._take()


class AsksAndCounts(Asks):
    def run_spk(self):
        self.missed = 0
        while not self.inp.probe():
            self.missed += 1
        self._take()


class AsksElsewhere(Asks):
    def run_spk(self):
        while self._is_empty():
            pass
        self._take()

    def _is_empty(self):
        return not self.inp.probe()


class Receives(Asks):
    def run_spk(self):
        self._take()


class Sends(Asks):
    def run_spk(self):
        self.held = self.held + 1
        self.out.send(self.held)


class AsksOnce(Asks):
    def run_spk(self):
        if self.inp.probe():
            self.held = self.inp.recv()


class AsksSomeTimes(Asks):
    def run_spk(self):
        turns = 0
        while not self.inp.probe() and turns < 100:
            turns += 1
        self.held = self.held + turns


class AsksForSomeTime(Asks):
    def run_spk(self):
        end = time.monotonic() + 4 * polling.SURE
        while not self.inp.probe() and time.monotonic() < end:
            pass
        self.held = self.held + 1


ENDLESS = [Asks, AsksOneChannel, AsksAndSleeps, AsksAndCounts, AsksElsewhere]


def ring(first, second, apart=False):
    one, two = Relay((1,), name="one"), Other((1,), name="two")
    one.out.connect(two.inp)
    two.out.connect(one.inp)
    apart = [SyncDomain("a", LoihiProtocol(), [one]), SyncDomain("b", LoihiProtocol(), [two])] if apart else None
    return one, two, Loihi2SimCfg(custom_sync_domains=apart, exception_proc_model_map={Relay: first, Other: second})


@pytest.mark.parametrize("apart", [False, True], ids=["one domain", "two domains"])
@pytest.mark.parametrize("model", ENDLESS)
def test_models_that_ask_each_other_are_an_error_that_names_them(model, apart):
    one, _, cfg = ring(model, model, apart)
    with pytest.raises(RuntimeError, match=r"deadlock in time step 1: .*one.*inp asks again and again") as caught:
        one.run(RunSteps(3), cfg)
    assert '"two".inp asks again and again for a message of "one".out' in str(caught.value)
    assert "one process has to send before it asks" in str(caught.value)
    one.stop()


@pytest.mark.parametrize("model", ENDLESS)
def test_a_model_that_asks_one_that_blocks_is_an_error_too(model):
    one, _, cfg = ring(model, Receives)
    with pytest.raises(RuntimeError, match=r'"two".inp waits for "one".out'):
        one.run(RunSteps(3), cfg)


@pytest.mark.parametrize("order", [(Asks, Sends), (Sends, Asks), (AsksAndSleeps, Sends), (AsksAndCounts, Sends)])
@pytest.mark.parametrize("apart", [False, True], ids=["one domain", "two domains"])
def test_a_model_that_asks_gets_what_another_sends_in_the_step(order, apart):
    one, two, cfg = ring(*order, apart)
    one.run(RunSteps(10), cfg)
    asks, sends = (one, two) if order[1] is Sends else (two, one)
    assert (asks.held.get(), sends.held.get()) == (11, 10)
    one.stop()


def test_a_model_that_asks_once_in_a_step_goes_on_as_before():
    one, two, cfg = ring(AsksOnce, AsksOnce)
    one.run(RunSteps(5), cfg)
    assert one.held.get() == two.held.get() == 0
    one, two, cfg = ring(AsksOnce, Sends)
    one.run(RunSteps(5), cfg)
    assert one.held.get() == 4  # it runs first in each step


@pytest.mark.parametrize(("model", "held"), [(AsksSomeTimes, 200), (AsksForSomeTime, 2)])
def test_loops_that_end_by_themselves_do(model, held):
    one, two, cfg = ring(model, model)
    one.run(RunSteps(2), cfg)
    assert one.held.get() == two.held.get() == held


def test_async_models_that_ask_each_other_are_an_error():
    one, _, cfg = ring(PyLoihiModelToPyAsyncModel(Asks), PyLoihiModelToPyAsyncModel(Asks))
    with pytest.raises(RuntimeError, match=r'"one".inp asks again and again for a message of "two".out'):
        one.run(RunSteps(3), cfg)
    one, _, cfg = ring(Asks, PyLoihiModelToPyAsyncModel(Sends))
    one.run(RunSteps(3), cfg)
    assert one.held.get() == 4


def test_async_models_that_ask_until_a_stop_are_none():
    class Until(PyAsyncProcessModel):
        held, inp, out = PyRelay.held, PyRelay.inp, PyRelay.out

        def run_async(self):
            while not self.inp.probe():
                if self.check_for_stop_cmd():
                    return

    one, _, cfg = ring(Until, Until)
    one.create_runtime(cfg)
    thread = threading.Timer(0.5, one.stop)
    thread.start()
    one.run(RunSteps(3))
    thread.join()
    assert one.runtime._stopped


def test_kernels_answer_a_model_that_asks():
    relay, cells, synapses = Relay((1,), name="relay"), LIF(shape=(1,), bias_mant=1, vth=5), Dense(weights=np.eye(1))
    relay.out.connect(cells.a_in)
    cells.s_out.connect(synapses.s_in)
    synapses.a_out.connect(relay.inp)
    relay.run(RunSteps(20), Loihi2SimCfg(exception_proc_model_map={Relay: Asks}))
    assert relay.held.get() in (1, 2)
    relay, cells = Relay((1,), name="relay"), LIF(shape=(1,), name="cells")
    relay.out.connect(cells.a_in)
    cells.s_out.connect(relay.inp)
    with pytest.raises(RuntimeError, match=r'"cells".a_in waits for "relay".out, "relay".inp asks again and again'):
        relay.run(RunSteps(20), Loihi2SimCfg(exception_proc_model_map={Relay: Asks}))


@pytest.mark.parametrize("condition", [RunSteps(5, blocking=False), RunContinuous()], ids=["steps", "endless"])
def test_models_that_ask_hear_a_pause_and_a_stop(condition):
    one, _, cfg = ring(Asks, Asks)
    one.run(condition, cfg)
    one.pause()
    one.run(condition)
    one.stop()


@pytest.fixture
def fed():
    injector, relay = Injector(shape=(1,)), Relay((1,), name="relay")
    injector.out_port.connect(relay.inp)
    yield injector, relay, Loihi2SimCfg(exception_proc_model_map={Relay: Asks})
    relay.stop()


def test_data_of_the_script_reach_a_model_that_asks(fed):
    injector, relay, cfg = fed
    relay.run(RunSteps(3, blocking=False), cfg)
    for value in (1, 2, 3):
        injector.send(np.array([value]))
    relay.wait()
    assert relay.held.get() == 4


def test_data_of_another_thread_reach_a_model_that_asks(fed):
    injector, relay, cfg = fed
    relay.create_runtime(cfg)

    def feed():
        for value in (1, 2, 3):
            time.sleep(2 * polling.SURE)
            injector.send(np.array([value]))

    thread = threading.Thread(target=feed)
    thread.start()
    relay.run(RunSteps(3))
    thread.join()
    assert relay.held.get() == 4


def test_data_that_nobody_sends_are_an_error_that_can_be_mended(fed):
    injector, relay, cfg = fed
    relay.run(RunSteps(1, blocking=False), cfg)
    with pytest.raises(RuntimeError, match=r'"relay".inp asks again and again'):
        relay.wait()
    injector.send(np.array([7]))
    relay.wait()
    assert relay.held.get() == 8


def test_a_script_that_receives_from_a_model_that_asks_is_told():
    injector, relay, extractor = Injector(shape=(1,)), Relay((1,), name="relay"), Extractor(shape=(1,))
    injector.out_port.connect(relay.inp)
    relay.out.connect(extractor.in_port)
    relay.run(RunSteps(2, blocking=False), Loihi2SimCfg(exception_proc_model_map={Relay: Asks}))
    injector.send(np.array([1]))
    assert extractor.receive() == 2
    with pytest.raises(RuntimeError, match=r'"relay".inp asks again and again'):
        extractor.receive()
    relay.stop()


def test_only_loops_that_do_nothing_else_are_sure_to_wait():
    sure = []

    class Port:
        def probe(self):
            sure.append(polling.only_asks(sys._getframe(1)))
            return len(sure) > 3

    port = Port()

    def only():
        while not port.probe():
            pass

    def counts():
        turns = 0
        while not port.probe():
            turns += 1

    def looks():
        while not port.probe() and time.monotonic() > 0:
            pass

    def tries():
        for _ in range(5):
            port.probe()

    for loop in (only, counts, looks, tries, port.probe):
        sure.clear()
        loop()
        assert sure[-1] == (loop is only)


def test_a_source_before_a_model_that_asks():
    source, relay = Source([1.0]), Relay((1,))
    source.out.connect(relay.inp)
    relay.run(RunSteps(5), Loihi2SimCfg(exception_proc_model_map={Source: PySource, Relay: Asks}))
    assert relay.held.get() == 6
