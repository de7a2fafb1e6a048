"""Runs that do not block, runs without end, pause and stop, by the caller and by a model."""

import time

import pytest
from lava_parts import PySource, Relay, Sink, Source

from lava_api.magma.core.model.py.model import PyAsyncProcessModel, PyLoihiModelToPyAsyncModel
from lava_api.magma.core.run_conditions import RunContinuous, RunSteps
from lava_api.magma.core.run_configs import Loihi2HwCfg, Loihi2SimCfg
from lava_api.magma.core.sync.domain import SyncDomain
from lava_api.magma.core.sync.protocols.async_protocol import AsyncProtocol
from lava_api.magma.core.sync.protocols.loihi_protocol import LoihiProtocol
from lava_api.magma.runtime import engine

CFG = Loihi2SimCfg()


def program(value=1.0, source_model=None):
    source, sink = Source([value]), Sink((1,))
    source.out.connect(sink.inp)
    cfg = Loihi2SimCfg(exception_proc_model_map={Source: source_model} if source_model else None)
    return source, sink, cfg


@pytest.mark.parametrize("ask", [lambda p: p.wait(), lambda p: p.run(RunSteps(0)), lambda p: None])
def test_a_run_that_does_not_block_is_done_when_its_result_is_asked_for(ask):
    _, sink, cfg = program()
    sink.run(RunSteps(5, blocking=False), cfg)
    ask(sink)
    assert sink.last.get() == 5


def test_stop_completes_a_short_run_and_ends_the_program(monkeypatch):
    monkeypatch.setattr(engine, "BRIEF", 60.0)
    seen = []

    class Noted(PySource):
        def run_spk(self):
            super().run_spk()
            seen.append(self.time_step)

    source, sink, cfg = program(source_model=Noted)
    sink.run(RunSteps(5, blocking=False), cfg)
    assert source.model is not None
    sink.stop()
    sink.stop()
    assert seen == [1, 2, 3, 4, 5]
    for action in (sink.total.get, lambda: sink.total.set(1)):
        with pytest.raises(RuntimeError, match="Runtime has not started"):
            action()
    with pytest.raises(RuntimeError, match="the program is stopped"):
        sink.run(RunSteps(1), cfg)
    sink.wait()
    sink.pause()


def test_a_run_without_end_goes_on_for_as_long_as_the_caller_waited():
    _, sink, cfg = program()
    sink.run(RunContinuous(), cfg)
    with pytest.raises(RuntimeError, match="call pause"):
        sink.last.get()
    time.sleep(0.02)
    sink.pause()
    first = sink.last.get()[0]
    assert first >= 1
    sink.run(RunContinuous())
    sink.pause()
    assert sink.last.get()[0] > first
    sink.run(RunSteps(3))
    sink.run(RunContinuous())
    sink.stop()


def test_a_pause_between_runs_changes_nothing():
    _, sink, cfg = program()
    for _ in range(3):
        sink.run(RunSteps(2), cfg)
        sink.pause()
        sink.wait()
    assert sink.last.get() == 6


@pytest.mark.parametrize("request_", ["_req_pause", "_req_stop"])
def test_a_model_ends_the_run(request_):
    class Ending(PySource):
        def run_spk(self):
            super().run_spk()
            if self.time_step == 3:
                setattr(self, request_, True)

    _, sink, cfg = program(source_model=Ending)
    sink.run(RunSteps(10), cfg)
    if request_ == "_req_stop":
        with pytest.raises(RuntimeError, match="stopped"):
            sink.last.get()
        return
    assert sink.last.get() == 3
    sink.run(RunSteps(2))
    assert sink.last.get() == 5


def test_wait_ends_a_run_without_end_that_a_model_pauses():
    class Ending(PySource):
        def run_spk(self):
            super().run_spk()
            self._req_pause = self.time_step == 40

    _, sink, cfg = program(source_model=Ending)
    sink.run(RunContinuous(), cfg)
    sink.wait()
    assert sink.last.get() == 40


def test_the_context_stops():
    _, sink, cfg = program()
    with sink as entered:
        assert entered is sink
        sink.run(RunSteps(1), cfg)
    with pytest.raises(RuntimeError, match="not started"):
        sink.last.get()


def test_stop_pause_and_wait_without_a_program_do_nothing():
    source = Source([1.0])
    source.stop()
    source.pause()
    source.wait()


def test_the_configuration_of_later_runs_is_not_used():
    _, sink, cfg = program()
    sink.run(RunSteps(1), cfg)
    sink.run(RunSteps(1), Loihi2SimCfg())
    with pytest.warns(UserWarning, match=r"run_cfg has no effect \(select_tag was None, is 'no such tag'\)") as found:
        sink.run(RunSteps(1), Loihi2SimCfg(select_tag="no such tag"))
    assert found[0].filename == __file__
    with pytest.warns(UserWarning, match="its class was Loihi2SimCfg, is Loihi2HwCfg"):
        sink.run(RunSteps(1), Loihi2HwCfg())
    assert sink.last.get() == 4


def test_the_configuration_of_a_compilation_is_the_one_that_counts():
    _, sink, cfg = program()
    sink.create_runtime(executable=sink.compile(cfg))
    with pytest.warns(UserWarning, match="its class was Loihi2SimCfg, is Loihi2HwCfg"):
        sink.run(RunSteps(1), Loihi2HwCfg())
    sink.stop()


def test_async_models_run_on_their_own():
    source, relay, sink = Source([1.0]), Relay((1,)), Sink((1,))
    source.out.connect(relay.inp)
    relay.out.connect(sink.inp)
    cfg = Loihi2SimCfg(exception_proc_model_map={Source: PyLoihiModelToPyAsyncModel(PySource)})
    sink.run(RunSteps(200), cfg)
    assert sink.last.get() == 201
    sink.run(RunSteps(1))
    assert sink.last.get() == 202
    assert source.model_class.__name__ == "PySourceAsync"
    assert source.model_class.implements_protocol is AsyncProtocol


def test_async_models_know_the_methods_of_their_bases():
    class Louder(PySource):
        def run_spk(self):
            super().run_spk()
            seen.append((self.time_step, self.phase.name))

    seen = []
    source = Source([1.0])
    source.run(RunSteps(2), Loihi2SimCfg(exception_proc_model_map={Source: PyLoihiModelToPyAsyncModel(Louder)}))
    assert seen == [(1, "SPK"), (2, "SPK")]


def test_async_models_see_the_request_to_stop():
    seen = []

    members = {k: v for k, v in vars(PySource).items() if k in ("value", "out")}

    def run_async(self):
        count = 0
        while not self.check_for_stop_cmd():
            count += 1
            if count <= self.num_steps:
                self.out.send(self.value * count)
        seen.append(count)

    until = type("Until", (PyAsyncProcessModel,), {**members, "run_async": run_async, "implements_process": Source})
    _, sink, cfg = program(source_model=until)
    sink.run(RunSteps(5, blocking=False), cfg)
    time.sleep(0.01)
    sink.stop()
    assert len(seen) == 1 and seen[0] >= 1


def test_async_models_see_the_request_to_pause():
    members = {k: v for k, v in vars(PySource).items() if k in ("value", "out")}

    def run_async(self):
        while not self.check_for_pause_cmd():
            self.value = self.value + 1
            self.out.send(self.value)

    endless = type("Endless", (PyAsyncProcessModel,), {**members, "run_async": run_async})
    source, sink, cfg = program(source_model=endless)
    sink.run(RunContinuous(), cfg)
    time.sleep(0.01)
    sink.pause()
    assert sink.last.get()[0] >= 2
    assert source.value.get()[0] >= sink.last.get()[0]


def test_an_async_model_that_defines_nothing_says_so():
    class Empty(PyAsyncProcessModel):
        value, out = PySource.value, PySource.out

    _, sink, cfg = program(source_model=Empty)
    with pytest.raises(RuntimeError, match="run_async has not been defined"):
        sink.run(RunSteps(1), cfg)


def test_domains_of_the_configuration():
    source, sink, _ = program()
    domains = [SyncDomain("left", LoihiProtocol(), [source]), SyncDomain("right", LoihiProtocol(), [sink])]
    sink.run(RunSteps(100), Loihi2SimCfg(custom_sync_domains=domains))
    assert sink.last.get() == 100


def test_domains_are_checked():
    source, sink, _ = program()

    def fails(match, *domains):
        with pytest.raises(AssertionError, match=match):
            sink.run(RunSteps(1), Loihi2SimCfg(custom_sync_domains=list(domains)))

    fails("names must be unique", SyncDomain("a", LoihiProtocol(), [source]), SyncDomain("a", LoihiProtocol(), [sink]))
    fails("implements LoihiProtocol", SyncDomain("a", AsyncProtocol(), [source]))
    fails(
        "only be assigned to one",
        SyncDomain("a", LoihiProtocol(), [source]),
        SyncDomain("b", LoihiProtocol(), [source]),
    )
    with pytest.raises(AssertionError, match="must be a list"):
        Loihi2SimCfg(custom_sync_domains=SyncDomain("a"))
    with pytest.raises(AssertionError, match="list of SyncDomains"):
        Loihi2SimCfg(custom_sync_domains=[1])
    with pytest.raises(AssertionError, match="SyncProtocol"):
        SyncDomain("a").set_protocol("x")
