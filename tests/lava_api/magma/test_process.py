"""Processes: names, parameters, logs, saving; channels to the program around; names that users import."""

import gc
import importlib
import logging
import pickle

import numpy as np
import pytest
from lava_kernels import is_compiled
from lava_parts import PySink, PySource, Sink, Source

from lava_api.magma.compiler.compiler import Compiler
from lava_api.magma.compiler.compiler_graphs import find_processes
from lava_api.magma.core.process.message_interface_enum import ActorType
from lava_api.magma.core.process.process import AbstractProcess, LogConfig, ProcessParameters, ProcessServer
from lava_api.magma.core.run_conditions import RunContinuous, RunSteps
from lava_api.magma.core.run_configs import Loihi2SimCfg
from lava_api.magma.runtime.channel import HostChannel
from lava_api.magma.runtime.runtime import Runtime
from lava_api.proc.lif.process import LIF
from lava_api.proc.monitor.process import Monitor


def test_names_and_ids_are_unique():
    first, second = Source([1.0]), Source([1.0], name="own")
    assert first.name == f"Process_{first.id}" and second.name == "own" and second.id == first.id + 1
    assert ProcessServer().num_processes == second.id + 1
    with pytest.raises(AssertionError):
        ProcessServer().register(3)


def test_processes_are_known_while_they_exist():
    first, second = Source([1.0]), Source([1.0])
    assert ProcessServer().processes[-2:] == [first, second]
    number = second.id
    del second
    gc.collect()
    assert ProcessServer().processes[-1] is first and number == first.id + 1


def test_a_runtime_is_a_context():
    source = Source([1.0])
    executable = Compiler().compile(source, Loihi2SimCfg())
    with Runtime(executable, ActorType.MultiProcessing) as runtime:
        executable.assign_runtime_to_all_processes(runtime)
        runtime.start(RunSteps(1))
        assert source.value.get() == 1
    with pytest.raises(RuntimeError, match="stopped"):
        runtime.start(RunSteps(1))


def test_connected_processes_are_found():
    source, sink, alone = Source([1.0]), Sink((1,)), Source([1.0])
    source.out.reshape((1,)).connect(sink.inp)
    assert find_processes(sink) == [source, sink]
    assert find_processes(alone, [source]) == [source, alone]


def test_parameters():
    params = ProcessParameters({"a": 1})
    params["b"] = 2
    with pytest.raises(KeyError, match="overwrite"):
        params["a"] = 3
    params.overwrite("a", 3)
    assert params["a"] == 3 and params.get("c") is None and params.get("c", 4) == 4
    with pytest.raises(KeyError, match="no process parameter 'c'"):
        params["c"]


def test_positional_arguments_are_refused():
    with pytest.raises(TypeError):
        AbstractProcess(3)


def test_a_log_file_is_written(tmp_path):
    file = tmp_path / "run.log"
    with pytest.raises(ValueError, match="name of a file"):
        LogConfig(logs_to_file=True)
    process = Source([1.0], log_config=LogConfig(file=str(file), level=logging.INFO, logs_to_file=True))
    process.log.info("hello")
    for handler in list(process.log.handlers):
        process.log.removeHandler(handler)
        handler.close()
    assert "hello" in file.read_text()


def test_a_level_for_the_console(capsys):
    for _ in range(2):
        process = Source([1.0], log_config=LogConfig(level_console=logging.INFO, format="%(levelname)s %(message)s"))
    level = process.log.level
    process.log.info("hello")
    process.log.debug("not asked for")
    for handler in list(process.log.handlers):
        process.log.removeHandler(handler)
    process.log.setLevel(logging.NOTSET)
    assert capsys.readouterr().err == "INFO hello\n"
    assert level == logging.INFO


def test_a_process_is_not_saved_or_loaded():
    for action in (Source([1.0]).save, Source([1.0]).load):
        with pytest.raises(NotImplementedError, match="as in Lava"):
            action("x")


def test_compiler_and_runtime_by_hand():
    source, sink = Source([1.0]), Sink((1,))
    source.out.connect(sink.inp)
    executable = Compiler().compile(sink, Loihi2SimCfg())
    runtime = Runtime(exe=executable, message_infrastructure_type=ActorType.MultiProcessing)
    executable.assign_runtime_to_all_processes(runtime)
    runtime.initialize()
    assert sink.total.get() == 0
    runtime.start(RunSteps(3))
    assert sink.total.get() == 6
    runtime.stop()
    assert [built.model_class for built in executable.proc_builders.values()] == [PySource, PySink]
    with pytest.raises(ValueError, match="pypy_channel_size"):
        Compiler({"pypy_channel_size": 0})


def test_stock_models_run_as_python_where_that_is_asked_for():
    def run(**options):
        cells = LIF(shape=(2,), vth=1000, bias_mant=3)
        cells.run(RunSteps(5), Loihi2SimCfg(select_tag="fixed_pt"), compile_config=options)
        seen = is_compiled(cells), cells.v.get().tolist()
        cells.stop()
        return seen

    compiled, as_python = run(), run(kernels=False)
    assert (compiled[0], as_python[0]) == (True, False) and compiled[1] == as_python[1] != [0, 0]
    with pytest.raises(ValueError, match="kernels: got 1, allowed is True or False"):
        run(kernels=1)


def test_processes_and_programs_can_be_pickled():
    source, sink = Source([1.0]), Sink((1,))
    source.out.connect(sink.inp)
    executable = sink.compile(Loihi2SimCfg())
    copies, copied = pickle.loads(pickle.dumps(((source, sink), executable)))
    copies[1].create_runtime(executable=copied)
    copies[1].run(RunSteps(2))
    assert copies[1].last.get() == 2
    sink.create_runtime(executable=executable)
    sink.run(RunSteps(1))
    assert pickle.loads(pickle.dumps(sink)).runtime is None


def fed(capacity=4):
    """A source that sends what the caller gives it, a sink that hands on what it receives."""
    into, out = HostChannel("feed", "into", capacity), HostChannel("tap", "out", capacity)

    class Fed(PySource):
        def run_spk(self):
            self.out.send(into.recv())

    class Tapped(PySink):
        def run_spk(self):
            out.send(self.inp.recv() * 2)

    source, sink = Source([0.0], name="feed"), Sink((1,), name="tap")
    source.proc_params["channel"], sink.proc_params["channel"] = into, out
    source.out.connect(sink.inp)
    return source, into, out, Loihi2SimCfg(exception_proc_model_map={Source: Fed, Sink: Tapped})


@pytest.mark.parametrize("condition", [RunSteps(10, blocking=False), RunContinuous()])
def test_the_caller_sends_and_receives_while_a_program_runs(condition):
    process, into, out, cfg = fed()
    assert not into.is_bound()
    process.run(condition, cfg)
    for k in range(3):
        into.send(np.array([k]))
        assert out.recv().tolist() == [2 * k]
    for k in range(7):
        into.send(np.array([k]))
    assert [out.recv()[0] for _ in range(7)] == [0, 2, 4, 6, 8, 10, 12]
    process.stop()


def test_waiting_for_the_caller_is_said():
    process, into, out, cfg = fed()
    with pytest.raises(RuntimeError, match=r'"feed".into waits for data from the program around'):
        process.run(RunSteps(2), cfg)
    into.send(np.array([1]))
    into.send(np.array([2]))
    process.wait()
    assert [out.recv()[0], out.recv()[0]] == [2, 4]
    with pytest.raises(RuntimeError, match="no run is in progress"):
        out.recv()
    process.run(RunSteps(1, blocking=False))
    with pytest.raises(RuntimeError, match="waits for data"):
        out.recv()


@pytest.mark.parametrize(
    ("module", "names"),
    [
        (
            "core.resources",
            "CPU HostCPU GPU LMT NeuroCore Loihi1NeuroCore Loihi2NeuroCore AbstractComputeResource OheoGulch",
        ),
        ("core.process.interfaces", "AbstractProcessMember IdGeneratorSingleton"),
        ("core.process.ports.reduce_ops", "AbstractReduceOp ReduceSum"),
        ("core.process.ports.connection_config", "ConnectionConfig SpikeIOInterface SpikeIOMode SpikeIOPort"),
        ("core.sync.protocol", "AbstractSyncProtocol"),
        ("core.callback_fx", "CallbackFx NxSdkCallbackFx IterableCallBack"),
        ("core.model.spike_type", "SpikeType"),
        ("core.model.interfaces", "AbstractPortImplementation"),
        ("compiler.executable", "Executable"),
        ("compiler.subcompilers.constants", "EMBEDDED_ALLOCATION_ORDER"),
    ],
)
def test_names_that_programs_import(module, names):
    loaded = importlib.import_module(f"lava_api.magma.{module}")
    assert all(hasattr(loaded, name) for name in names.split())


def test_callbacks_are_functions_of_the_board():
    from lava_api.magma.core.callback_fx import IterableCallBack

    seen = []
    callback = IterableCallBack([seen.append], [lambda board: seen.append((board, "after"))])
    callback.pre_run_callback("board")
    callback.post_run_callback("board")
    assert seen == ["board", ("board", "after")]


def test_whatever_is_asked_before_a_run_is_answered_with_initial_values():
    cells, monitor = LIF(shape=(2,), bias_mant=3, vth=5, dv=0, name="cells"), Monitor()
    assert monitor.get_data() == {}
    monitor.probe(cells.v, 4)
    monitor.probe(cells.s_out, 4)
    assert monitor.get_data() is monitor.data
    assert monitor.data == {"cells": {"v": 0, "s_out": 0}}
    assert monitor.target_names == {"var_read_0": ["cells", "v"], "out_read_0": ["cells", "s_out"]}
    assert (cells.v.get(), cells.bias_mant.get(np.array([0])), cells.vth.get(), cells.v.shape) == (0, 3, 5, (2,))
    assert (cells.is_compiled, cells.runtime, cells.model_class, cells.model) == (False, None, None, None)
    assert "value: 0" in repr(cells.v)
    for nothing in (cells.wait, cells.pause, cells.stop, monitor.stop):
        nothing()
    with pytest.raises(ValueError, match="No Runtime available yet"):
        cells.v.set(np.zeros(2))


def test_a_monitor_keeps_the_names_that_it_was_given():
    cells, monitor = LIF(shape=(2,), bias_mant=3, vth=5), Monitor()
    monitor.probe(cells.v, 4)
    key = next(iter(monitor.get_data()))
    cells.name = "later"
    cells.run(RunSteps(2), Loihi2SimCfg(select_tag="fixed_pt"))
    assert list(monitor.get_data()) == [key]
    assert monitor.get_data()[key]["v"][:, 0].tolist() == [3, 6, 0, 0]
    cells.run(RunSteps(2))
    assert monitor.get_data()[key]["v"][:, 0].tolist() == [3, 6, 9, 12]
    figure = pytest.importorskip("matplotlib.figure").Figure()
    monitor.plot(figure.subplots(), cells.v)
    cells.stop()
    assert monitor.data[key]["v"].shape == (4, 2)
    with pytest.raises(RuntimeError, match="stopped"):
        monitor.get_data()


def test_earlier_programs_do_not_keep_a_monitor_from_answering():
    LIF(shape=(1,)).run(RunSteps(1), Loihi2SimCfg())
    cells, monitor = LIF(shape=(2,), name="cells"), Monitor()
    monitor.probe(cells.v, 4)
    assert monitor.get_data() == {"cells": {"v": 0}}
    LIF(shape=(1,)).run(RunSteps(1), Loihi2SimCfg())
    with pytest.raises(RuntimeError, match="has recorded nothing"):
        monitor.get_data()
    cells.run(RunSteps(1), Loihi2SimCfg())
    assert monitor.get_data()["cells"]["v"].shape == (4, 2)
