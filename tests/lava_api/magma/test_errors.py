"""Programs that cannot go on say so, and name who waits for whom and what failed."""

import numpy as np
import pytest
from lava_parts import PyRelay, PySource, Relay, Sink, Source

from lava_api.magma.compiler.exceptions import NoProcessModelFound, ProcessAlreadyCompiled
from lava_api.magma.core.decorator import implements
from lava_api.magma.core.model.py.model import PyLoihiProcessModel
from lava_api.magma.core.model.py.ports import PyInPort, PyOutPort, PyRefPort
from lava_api.magma.core.model.py.type import LavaPyType
from lava_api.magma.core.process.ports.ports import OutPort, RefPort
from lava_api.magma.core.process.process import AbstractProcess
from lava_api.magma.core.process.variable import Var
from lava_api.magma.core.run_conditions import RunContinuous, RunSteps
from lava_api.magma.core.run_configs import Loihi2SimCfg, RunConfig
from lava_api.magma.core.sync.protocols.loihi_protocol import LoihiProtocol
from lava_api.magma.runtime.numpy_advice import advice
from lava_api.proc.lif.process import LIF

CFG = Loihi2SimCfg()


class One(RunConfig):
    """Takes a given model for a given process, else the first."""

    def __init__(self, **chosen):
        super().__init__()
        self.chosen = chosen

    def select(self, process, proc_models):
        return self.chosen.get(process.name, proc_models[0])


def test_a_cycle_is_named():
    first, second = Relay((1,), name="first"), Relay((1,), name="second")
    outside = Source([1.0], name="outside")
    first.out.connect(second.inp)
    second.out.connect(first.inp)
    outside.out.connect(first.inp)
    with pytest.raises(RuntimeError, match=r'deadlock in time step 1: "first".inp waits for "second".out') as caught:
        first.run(RunSteps(3), CFG)
    assert '"second".inp waits for "first".out' in str(caught.value)
    assert "send before it receives" in str(caught.value)
    with pytest.raises(RuntimeError, match=r"has failed before \(deadlock"):
        first.run(RunSteps(1))
    first.stop()


def test_a_process_that_waits_for_itself():
    alone = Relay((1,), name="alone")
    alone.out.connect(alone.inp)
    with pytest.raises(RuntimeError, match=r'deadlock in time step 1: "alone".inp waits for "alone".out'):
        alone.run(RunSteps(1), CFG)


def test_a_missing_message_names_the_silent_sender():
    class Silent(PySource):
        def run_spk(self):
            if self.time_step < 3:
                self.out.send(self.value)

    source, sink = Source([1.0], name="silent"), Sink((1,), name="sink")
    source.out.connect(sink.inp)
    with pytest.raises(RuntimeError, match=r'time step 3: "sink".inp waits for "silent".out\. The sender'):
        sink.run(RunSteps(5), One(silent=Silent))


def test_a_full_channel_is_named():
    class Deaf(PyRelay):
        def run_spk(self):
            pass

    source, relay = Source([1.0], name="source"), Relay((1,), name="deaf")
    source.out.connect(relay.inp)
    with pytest.raises(RuntimeError, match=r'time step 4: "source".out waits for room at "deaf".inp. A channel'):
        source.run(RunSteps(100), One(deaf=Deaf), compile_config={"pypy_channel_size": 3})


def test_a_message_may_wait_until_it_is_received():
    class Seldom(PyRelay):
        def run_spk(self):
            if self.time_step % 4 == 0:
                self.held = self.inp.recv()

    source, relay = Source([1.0]), Relay((1,), name="seldom")
    source.out.connect(relay.inp)
    source.run(RunSteps(8), One(seldom=Seldom))
    assert relay.held.get() == 2


def test_the_error_of_a_model_is_the_cause():
    class Broken(PySource):
        def run_spk(self):
            self.out.send(self.value)
            if self.time_step == 2:
                raise KeyError("lost")

    source, sink = Source([1.0], name="broken"), Sink((1,))
    source.out.connect(sink.inp)
    with pytest.raises(
        RuntimeError, match=r'1 Exception\(s\) occurred in time step 2: process "broken" \(Broken\): KeyError'
    ) as caught:
        sink.run(RunSteps(5), One(broken=Broken))
    assert isinstance(caught.value.__cause__, KeyError)
    assert caught.traceback and any(
        entry.name == "run_spk" for entry in pytest.ExceptionInfo.from_exception(caught.value.__cause__).traceback
    )
    assert sink.total.get() == 2  # the others finished the time step
    with pytest.raises(RuntimeError, match="has failed before"):
        sink.run(RunSteps(1))
    sink.stop()


def test_all_that_fail_in_a_step_are_counted():
    class Broken(PySource):
        def run_spk(self):
            raise ZeroDivisionError("no")

    a, b, sink = Source([1.0], name="a"), Source([1.0], name="b"), Sink((1,))
    a.out.connect(sink.inp)
    b.out.connect(sink.inp)
    with pytest.raises(RuntimeError, match=r"2 Exception\(s\)"):
        sink.run(RunSteps(1), One(a=Broken, b=Broken))


def test_a_wrong_shape_sent_does_not_hang():
    class Wrong(PySource):
        def run_spk(self):
            self.out.send(np.ones(3))

    source, sink = Source([1.0], name="wrong"), Sink((1,))
    source.out.connect(sink.inp)
    words = r'"wrong".*port "out": sent data of shape \(3,\), the port has shape \(1,\)'
    with pytest.raises(RuntimeError, match=words) as caught:
        sink.run(RunSteps(1), One(wrong=Wrong))
    assert isinstance(caught.value.__cause__, AssertionError)


def test_ctrl_c_comes_through():
    class Interrupted(PySource):
        def run_spk(self):
            raise KeyboardInterrupt

    source = Source([1.0], name="stopped")
    with pytest.raises(KeyboardInterrupt):
        source.run(RunSteps(1), One(stopped=Interrupted))
    with pytest.raises(RuntimeError, match="KeyboardInterrupt in time step 1"):
        source.run(RunSteps(1))


class Curious(AbstractProcess):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.ref = RefPort((1,))


@implements(proc=Curious, protocol=LoihiProtocol)
class PyCurious(PyLoihiProcessModel):
    ref: PyRefPort = LavaPyType(PyRefPort.VEC_DENSE, float)

    def run_spk(self):
        self.ref.read()


def test_a_reference_outside_of_the_management_phases():
    source, curious = Source([1.0]), Curious()
    curious.ref.connect_var(source.value)
    with pytest.raises(RuntimeError, match='port "ref": a RefPort cannot read in phase SPK'):
        curious.run(RunSteps(1), CFG)


def test_run_needs_a_configuration_and_a_condition():
    source = Source([1.0])
    with pytest.raises(ValueError, match="run_cfg must not be None"):
        source.run(RunSteps(1))
    with pytest.raises(ValueError, match="Wrong type of run_condition"):
        source.run(10, CFG)
    for steps in (-1, 2.5, True, "3"):
        with pytest.raises(ValueError, match="num_steps"):
            source.run(RunSteps(steps), CFG)
    source.run(RunSteps(0), CFG)
    source.run(RunSteps(np.int64(2)))


def test_compile_once():
    source = Source([1.0])
    executable = source.compile(CFG)
    with pytest.raises(ProcessAlreadyCompiled):
        source.compile(CFG)
    source.create_runtime(executable=executable)
    source.run(RunSteps(1))


def test_no_model():
    class Lonely(AbstractProcess):
        pass

    with pytest.raises(NoProcessModelFound, match="Lonely"):
        Lonely().run(RunSteps(1), CFG)


def test_a_derived_process_does_not_inherit_models():
    class Derived(Source):
        pass

    with pytest.raises(NoProcessModelFound):
        Derived([1.0]).run(RunSteps(1), CFG)


class Uneven(AbstractProcess):
    def __init__(self):
        super().__init__()
        self.level = Var(shape=(2,), init=[1, 2, 3])
        self.out = OutPort((2,))


def model_with(**members):
    return implements(proc=Uneven, protocol=LoihiProtocol)(type("PyUneven", (PyLoihiProcessModel,), members))


def test_model_and_process_must_have_the_same_members():
    out, level = LavaPyType(PyOutPort.VEC_DENSE, int), LavaPyType(np.ndarray, int)
    with pytest.raises(AssertionError, match="expected to have Var named 'level'"):
        Uneven().run(RunSteps(1), Choice(model_with(out=out)))
    with pytest.raises(AssertionError, match="expected to have OutPort named 'out'"):
        Uneven().run(RunSteps(1), Choice(model_with(level=level)))
    with pytest.raises(AssertionError, match="LavaPyType 'more' and the process has no such"):
        Uneven().run(RunSteps(1), Choice(model_with(out=out, level=level, more=level)))
    for wrong in (PyInPort.VEC_DENSE, PyOutPort, 123):
        with pytest.raises(AssertionError, match="expected a kind of PyOutPort, such as"):
            Uneven().run(RunSteps(1), Choice(model_with(out=LavaPyType(wrong, int), level=level)))
    with pytest.raises(ValueError, match=r'Var "level": init does not fit into shape \(2,\)'):
        Uneven().run(RunSteps(1), Choice(model_with(out=out, level=level)))
    with pytest.raises(NotImplementedError, match="not supported"):
        Uneven().run(RunSteps(1), Choice(model_with(out=out, level=LavaPyType(list, int))))
    with pytest.raises(TypeError, match=r'"nothing", Var "v": init holds None, which is no number'):
        LIF(shape=(2,), v=np.array([None, 1]), name="nothing").run(RunSteps(1), Loihi2SimCfg())


class Choice(RunConfig):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def select(self, process, proc_models):
        return self.model


def test_select_must_return_a_model():
    with pytest.raises(AssertionError, match="must return a ProcessModel class"):
        Source([1.0]).run(RunSteps(1), Choice(None))


@pytest.mark.parametrize("run_cfg", [Loihi2SimCfg, "fixed_pt"])
def test_a_configuration_is_checked(run_cfg):
    with pytest.raises(ValueError, match=r'process "here", run_cfg: got .*allowed is a RunConfig'):
        Source([1.0], name="here").run(RunSteps(1), run_cfg)


@pytest.mark.parametrize("shape", [(2, "a"), (-1,), (2.0,), (None,)])
def test_shapes_hold_whole_numbers(shape):
    with pytest.raises(AssertionError, match="'shape' must hold whole numbers from 0"):
        LIF(shape=shape)


@pytest.mark.parametrize("tag", ["fixed_pt", "floating_pt"])
def test_no_neurons_are_no_error(tag):
    cells = LIF(shape=(0,))
    cells.run(RunSteps(2), Loihi2SimCfg(select_tag=tag))
    assert cells.v.get().shape == (0,)
    cells.stop()


def test_an_error_of_a_constructor_comes_out_as_it_is():
    class Fussy(PySource):
        def __init__(self, proc_params):
            super().__init__(proc_params)
            raise LookupError("fussy")

    with pytest.raises(LookupError, match="fussy") as caught:
        Source([1.0], name="here").run(RunContinuous(), Choice(Fussy))
    if hasattr(caught.value, "add_note"):
        assert caught.value.__notes__ == ['It comes from Fussy, the model of process "here".']


def test_a_program_within_a_model_runs():
    class Outer(PySource):
        def run_spk(self):
            inner, sink = Source([2.0]), Sink((1,))
            inner.out.connect(sink.inp)
            sink.run(RunSteps(3), CFG)
            self.value = sink.last.get()
            sink.stop()

    outer = Source([1.0])
    outer.run(RunSteps(2), Choice(Outer))
    assert outer.value.get() == 6


@pytest.mark.parametrize(
    ("error", "version", "hinted"),
    [
        (TypeError("only 0-dimensional arrays can be converted to Python scalars"), "2.4.6", True),
        (ValueError("setting an array element with a sequence."), "2.4.6", True),
        (AttributeError("module 'numpy' has no attribute 'product'"), "2.0.0", True),
        (OverflowError("Python integer 256 out of bounds for int8"), "2.0.0", True),
        (ValueError("setting an array element with a sequence."), "1.26.4", False),
        (ValueError("could not convert string to float: 'one'"), "2.4.6", False),
        (RuntimeError("setting an array element with a sequence."), "2.4.6", False),
    ],
)
def test_what_older_numpy_allowed_is_told_from_other_errors(error, version, hinted, monkeypatch):
    monkeypatch.setattr(np, "__version__", version)
    assert ("pip install 'numpy<2'" in advice(error)) == hinted
    assert bool(advice(error)) == hinted


def test_the_hint_is_part_of_the_error(monkeypatch):
    class Old(PySource):
        def run_spk(self):
            raise TypeError("only 0-dimensional arrays can be converted to Python scalars")

    monkeypatch.setattr(np, "__version__", "2.4.6")
    source = Source([1.0])
    with pytest.raises(RuntimeError, match=r"1 Exception\(s\) occurred in time step 1: .* NumPy 2.4.6 refuses here"):
        source.run(RunSteps(1), Loihi2SimCfg(exception_proc_model_map={Source: Old}))


def test_a_program_whose_models_cannot_be_built_does_not_run_afterwards():
    class Broken(PySource):
        def __init__(self, proc_params):
            raise KeyError("no such file")

    source, sink = Source([1.0], name="source"), Sink((1,))
    source.out.connect(sink.inp)
    with pytest.raises(KeyError, match="no such file"):
        source.run(RunSteps(1), One(source=Broken))
    for process in (source, sink):
        with pytest.raises(RuntimeError, match=r"failed before \(building its models: KeyError: 'no such file'\)"):
            process.run(RunSteps(1))
    for act in (source.pause, source.wait, source.stop, source.stop):
        act()
