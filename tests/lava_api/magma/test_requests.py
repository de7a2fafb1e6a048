"""Pause and stop are heard after the time step under way, whatever runs, from any thread; errors in a model."""

import threading
import time

import numpy as np
import pytest
from lava_parts import PySink, PySource, Relay, Sink, Source

from lava_api.magma.core.model.py.model import PyAsyncProcessModel, PyLoihiModelToPyAsyncModel
from lava_api.magma.core.run_conditions import RunContinuous, RunSteps
from lava_api.magma.core.run_configs import Loihi2SimCfg
from lava_api.magma.core.sync.domain import SyncDomain
from lava_api.magma.core.sync.protocols.loihi_protocol import LoihiProtocol
from lava_api.proc.dense.process import Dense
from lava_api.proc.lif.process import LIF

MANY = 10**9
PATIENCE = 20.0
"""Seconds after which a thread that did not end fails a test."""


class Slow(PySource):
    def run_spk(self):
        super().run_spk()
        time.sleep(0.001)


class UntilAsked(PyAsyncProcessModel):
    total, last, inp = PySink.total, PySink.last, PySink.inp

    def run_async(self):
        while not (self.check_for_stop_cmd() or self.check_for_pause_cmd()):
            if self.inp.probe():
                self.last = self.inp.recv()


def python():
    source, sink = Source([1.0]), Sink((1,))
    source.out.connect(sink.inp)
    return sink, Loihi2SimCfg(exception_proc_model_map={Source: Slow}), lambda: sink.last.get()[0]


def kernels():
    cells = LIF(shape=(3,), bias_mant=1, vth=5)
    return cells, Loihi2SimCfg(select_tag="fixed_pt"), None


def mixed():
    relay, cells, synapses = Relay((1,)), LIF(shape=(1,), bias_mant=1, vth=5), Dense(weights=np.eye(1))
    relay.out.connect(cells.a_in)
    cells.s_out.connect(synapses.s_in)
    synapses.a_out.connect(relay.inp)
    return relay, Loihi2SimCfg(), None


def domains():
    source, sink = Source([1.0]), Sink((1,))
    source.out.connect(sink.inp)
    apart = [SyncDomain("left", LoihiProtocol(), [source]), SyncDomain("right", LoihiProtocol(), [sink])]
    return source, Loihi2SimCfg(custom_sync_domains=apart), lambda: sink.last.get()[0]


def asynchronous():
    source, sink = Source([1.0]), Sink((1,))
    source.out.connect(sink.inp)
    return sink, Loihi2SimCfg(exception_proc_model_map={Sink: UntilAsked}), None


KINDS = [python, kernels, mixed, domains, asynchronous]


def in_thread(function):
    """Call a function in a thread; returns the thread and a list that gets its error."""
    raised = []

    def work():
        try:
            function()
        except BaseException as error:
            raised.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    return thread, raised


def until(condition):
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.001)


@pytest.mark.parametrize("condition", [RunSteps(MANY), RunContinuous()], ids=["steps", "endless"])
@pytest.mark.parametrize("ask", ["pause", "stop"])
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_another_thread_ends_a_run(kind, ask, condition):
    process, cfg, _ = kind()
    process.create_runtime(cfg)
    thread, raised = in_thread(lambda: (process.run(condition), process.wait()))
    until(lambda: process.runtime._moment() > 3)
    getattr(process, ask)()
    thread.join(PATIENCE)
    assert not thread.is_alive() and not raised
    process.stop()


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_long_run_that_nobody_waited_for_is_cut(kind):
    process, cfg, _ = kind()
    process.run(RunSteps(MANY, blocking=False), cfg)
    process.pause()
    assert process.runtime._moment() > 0
    process.run(RunSteps(MANY, blocking=False))
    process.stop()


@pytest.mark.parametrize("kind", [python, domains], ids=lambda kind: kind.__name__)
def test_a_cut_run_goes_on_where_it_was_with_all_domains_at_the_same_step(kind):
    process, cfg, last = kind()
    process.run(RunSteps(MANY, blocking=False), cfg)
    process.pause()
    done = last()
    assert 0 < done < MANY
    process.run(RunSteps(100))
    assert last() == done + 100
    process.stop()


def test_a_thread_that_runs_again_and_again_lets_another_stop_it():
    source = Source([1.0])
    source.create_runtime(Loihi2SimCfg(exception_proc_model_map={Source: Slow}))
    thread, raised = in_thread(lambda: [source.run(RunSteps(2)) for _ in range(MANY)])
    until(lambda: source.runtime._moment() > 10)
    source.stop()
    thread.join(PATIENCE)
    assert not thread.is_alive() and "the program is stopped" in str(raised[0])


def test_a_value_asked_for_meanwhile_comes_after_all_steps():
    process, cfg, last = python()
    process.create_runtime(cfg)
    thread, raised = in_thread(lambda: process.run(RunSteps(50)))
    until(lambda: process.runtime._moment() > 3)
    assert last() == 50
    thread.join(PATIENCE)
    assert not raised


ASKED = {
    "stop": lambda process: process.stop(),
    "pause": lambda process: process.pause(),
    "wait": lambda process: process.wait(),
    "run": lambda process: process.run(RunSteps(1)),
    "get": lambda process: process.last.get(),
    "set": lambda process: process.last.set(np.ones(1)),
}


@pytest.mark.parametrize("is_async", [False, True], ids=["Loihi", "async"])
@pytest.mark.parametrize("action", ASKED)
def test_a_model_that_handles_its_own_program_is_an_error(action, is_async):
    sink = Sink((1,))

    class Meddling(PySource):
        def run_spk(self):
            ASKED[action](sink)

    source = Source([1.0], name="here")
    source.out.connect(sink.inp)
    model = PyLoihiModelToPyAsyncModel(Meddling) if is_async else Meddling
    text = rf'process "here" \(.*\): SimulationError: {action}\(\) was called from inside a process model'
    with pytest.raises(RuntimeError, match=text):
        sink.run(RunSteps(1), Loihi2SimCfg(exception_proc_model_map={Source: model}))
    sink.stop()


def test_async_models_that_look_for_a_stop_let_the_steps_of_others_go_on():
    class Idle(UntilAsked):
        def run_async(self):
            while not self.check_for_stop_cmd():
                pass

    class IdleSink(Sink):
        pass

    source, sink, idle = Source([1.0]), Sink((1,)), IdleSink((1,))
    source.out.connect([sink.inp, idle.inp])
    source.create_runtime(Loihi2SimCfg(exception_proc_model_map={IdleSink: Idle}))
    thread, raised = in_thread(lambda: source.run(RunSteps(20)))
    until(lambda: source.runtime._moment() == 20)
    source.stop()
    thread.join(PATIENCE)
    assert not thread.is_alive() and not raised
