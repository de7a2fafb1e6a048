"""Unknown keywords of this package's classes and functions: the error, or the warning, names the right one."""

import importlib
import inspect
import pkgutil

import numpy as np
import pytest

import lava_api.proc
from lava_api.magma.core.learning.learning_rule import Loihi2FLearningRule, Loihi3FLearningRule
from lava_api.magma.core.process.ports.ports import InPort, OutPort, RefPort, VarPort
from lava_api.magma.core.process.process import AbstractProcess, LogConfig
from lava_api.magma.core.process.variable import Var
from lava_api.magma.core.run_conditions import RunContinuous, RunSteps
from lava_api.magma.core.run_configs import Loihi2HwCfg, Loihi2SimCfg
from lava_api.proc.lif.process import LIF
from lava_api.proc.monitor.process import Monitor
from lava_api.utils import weightutils
from lava_api.utils.plots import raster_plot
from loihi_emu.errors import UnknownArgumentError


def modules():
    """All modules of the process library that define processes."""
    return [
        importlib.import_module(found.name)
        for found in pkgutil.walk_packages(lava_api.proc.__path__, "lava_api.proc.")
        if "kernels" not in found.name and "models" not in found.name
    ]


PROCESSES = sorted(
    {
        value
        for module in modules()
        for value in vars(module).values()
        if inspect.isclass(value) and issubclass(value, AbstractProcess) and value.__module__ == module.__name__
    },
    key=lambda kind: (kind.__module__, kind.__name__),
)
CALLS = {
    "RunSteps(steps)": lambda: RunSteps(steps=5),
    "RunContinuous(blocking)": lambda: RunContinuous(blocking=True),
    "Loihi2SimCfg(tag)": lambda: Loihi2SimCfg(tag="fixed_pt"),
    "Loihi2HwCfg(board)": lambda: Loihi2HwCfg(board="Kapoho Point"),
    "run(run_config)": lambda: LIF(shape=(1,)).run(RunSteps(1), run_config=Loihi2SimCfg()),
    "probe(num_step)": lambda: Monitor().probe(LIF(shape=(1,)).v, num_step=3),
    "Var(initial)": lambda: Var(shape=(1,), initial=3),
    "get(index)": lambda: LIF(shape=(1,)).v.get(index=0),
    "set(val)": lambda: LIF(shape=(1,)).v.set(val=0),
    "InPort(shapes)": lambda: InPort(shapes=(1,)),
    "OutPort(shapes)": lambda: OutPort(shapes=(1,)),
    "RefPort(shapes)": lambda: RefPort(shapes=(1,)),
    "VarPort(vars)": lambda: VarPort(vars=LIF(shape=(1,)).v),
    "connect(port)": lambda: OutPort((1,)).connect(port=InPort((1,))),
    "connect_var(var)": lambda: RefPort((1,)).connect_var(var=Var((1,))),
    "reshape(shape)": lambda: OutPort((2,)).reshape(shape=(2, 1)),
    "Loihi2FLearningRule(x1_taus)": lambda: Loihi2FLearningRule(dw="x0", x1_taus=3),
    "Loihi3FLearningRule(epoch)": lambda: Loihi3FLearningRule(dw="x0", epoch=3),
    "LogConfig(levels)": lambda: LogConfig(levels=3),
    "clip_weights(bits)": lambda: weightutils.clip_weights(np.eye(2), weightutils.SignMode.MIXED, bits=8),
    "raster_plot(colour)": lambda: raster_plot(np.zeros((2, 2)), colour="k"),
}
NEAR = {
    "RunSteps(steps)": "num_steps", "Loihi2SimCfg(tag)": "select_tag", "Loihi2HwCfg(board)": "boards",
    "run(run_config)": "run_cfg", "probe(num_step)": "num_steps", "set(val)": "value", "InPort(shapes)": "shape",
    "clip_weights(bits)": "num_bits", "raster_plot(colour)": "color",
}  # fmt: skip


@pytest.mark.parametrize("call", CALLS)
def test_an_unknown_keyword_is_answered_with_the_right_one(call):
    place, _, word = call[:-1].partition("(")
    with pytest.raises(UnknownArgumentError) as caught:
        CALLS[call]()
    assert caught.match(rf'{place}: unknown argument "{word}"')
    assert f'"{NEAR.get(call, "")}' in str(caught.value)


def is_fixed(function):
    """Whether a function takes no keywords but its own."""
    return not any(p.kind is p.VAR_KEYWORD for p in inspect.signature(function).parameters.values())


@pytest.mark.parametrize("kind", [kind for kind in PROCESSES if is_fixed(kind.__init__)], ids=str)
def test_processes_of_the_library_name_what_they_take(kind):
    with pytest.raises(UnknownArgumentError, match=f'^{kind.__name__}: unknown argument "nonsense"'):
        kind(nonsense=3)


@pytest.mark.parametrize("kind", PROCESSES, ids=str)
def test_methods_of_processes_of_the_library_name_what_they_take(kind):
    methods = [method for name, method in inspect.getmembers(kind, inspect.isfunction) if name[0] != "_"]
    for method in filter(is_fixed, methods):
        with pytest.raises(UnknownArgumentError, match=f'{method.__name__}: unknown argument "nonsense"'):
            method(object.__new__(kind), nonsense=3)


def test_processes_of_users_are_left_as_they_are():
    class Own(AbstractProcess):
        def __init__(self, size):
            super().__init__(size=size)

    with pytest.raises(TypeError, match="unexpected keyword argument 'sice'"):
        Own(sice=3)
