"""Which model runs a process: decorators, discovery, tags, sub process models."""

import importlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from lava_parts import Pair, PySource, Source, SubPair

from lava_api.magma.compiler.discovery import find_models
from lava_api.magma.compiler.graph import choose
from lava_api.magma.core.decorator import implements, requires, tag
from lava_api.magma.core.model.model import AbstractProcessModel
from lava_api.magma.core.model.py.model import PyLoihiProcessModel
from lava_api.magma.core.model.sub.model import AbstractSubProcessModel
from lava_api.magma.core.process.process import AbstractProcess
from lava_api.magma.core.resources import CPU, GPU, Loihi2NeuroCore
from lava_api.magma.core.run_configs import Loihi1HwCfg, Loihi1SimCfg, Loihi2HwCfg, Loihi2SimCfg
from lava_api.magma.core.sync.protocols.async_protocol import AsyncProtocol
from lava_api.magma.core.sync.protocols.loihi_protocol import LoihiProtocol


class Thing(AbstractProcess):
    pass


def leaf(*tags):
    return tag(*tags)(type("Leaf_" + "_".join(tags), (PyLoihiProcessModel,), {}))


def sub(*tags):
    return tag(*tags)(type("Sub_" + "_".join(tags), (AbstractSubProcessModel,), {"__init__": lambda self, proc: None}))


FLOAT, FIXED, BOTH, BARE = leaf("floating_pt"), leaf("fixed_pt"), leaf("bit_accurate_loihi", "fixed_pt"), leaf()
SUB, SUB_FIXED, OTHER = sub(), sub("fixed_pt"), type("Other", (AbstractProcessModel,), {})
FAILS = AssertionError


@pytest.mark.parametrize("kind", [Loihi1SimCfg, Loihi2SimCfg])
@pytest.mark.parametrize(
    ("models", "tagged", "prefer_sub", "expected"),
    [
        ([FLOAT, BOTH], None, False, FLOAT),
        ([FIXED, FLOAT], None, False, FIXED),
        ([FLOAT, BOTH], "fixed_pt", False, BOTH),
        ([FLOAT, BOTH], "floating_pt", True, FLOAT),
        ([FLOAT, FIXED], "bit_accurate_loihi", False, FAILS),
        ([FIXED], None, False, FIXED),
        ([FIXED], "floating_pt", False, FAILS),
        ([BARE], "floating_pt", False, BARE),
        ([SUB], "fixed_pt", False, SUB),
        ([FLOAT, SUB], None, True, SUB),
        ([FLOAT, SUB], "fixed_pt", True, SUB),
        ([FLOAT, SUB, SUB_FIXED], None, True, SUB),
        ([FLOAT, SUB, SUB_FIXED], "fixed_pt", True, SUB_FIXED),
        ([FLOAT, SUB, SUB_FIXED], "no", True, FAILS),
        ([SUB, SUB_FIXED], None, False, FAILS),
        ([SUB, FLOAT], None, False, FLOAT),
        ([OTHER], None, False, NotImplementedError),
        ([], None, False, FAILS),
    ],
)
def test_simulation_configurations(kind, models, tagged, prefer_sub, expected):
    cfg = kind(select_tag=tagged, select_sub_proc_model=prefer_sub)
    if issubclass(expected, Exception):
        with pytest.raises(expected, match="Thing"):
            cfg.select(Thing(), models)
    else:
        assert cfg.select(Thing(), models) is expected


@pytest.mark.parametrize("kind", [Loihi1HwCfg, Loihi2HwCfg])
def test_hardware_configurations_prefer_integer_models(kind):
    assert kind().select(Thing(), [FLOAT, BOTH]) is BOTH
    assert kind().select(Thing(), [FLOAT, BARE]) is FLOAT
    assert kind(select_tag="floating_pt").select(Thing(), [FLOAT, BOTH]) is FLOAT
    assert kind(callback_fxs=[1]).callback_fxs == [1]


def test_exceptions_come_first():
    assert Loihi2SimCfg(select_tag="x", exception_proc_model_map={Thing: OTHER}).select(Thing(), [FLOAT]) is OTHER


def test_exceptions_for_single_processes_need_no_declaration():
    class Undeclared(PySource):
        implements_process = None

    one, other = Source([1.0]), Source([1.0])
    cfg = Loihi2SimCfg(select_tag="no such tag", exception_proc_model_map={one: Undeclared})
    assert choose(one, cfg) is Undeclared
    with pytest.raises(AssertionError, match="no such tag"):
        choose(other, cfg)


def test_decorators_add_up_and_do_not_leak():
    @implements(proc=Thing, protocol=LoihiProtocol)
    @requires(CPU, [GPU, Loihi2NeuroCore])
    @tag("a", "b")
    class Base(PyLoihiProcessModel):
        pass

    @requires(GPU)
    @tag("c")
    class Derived(Base):
        pass

    assert Derived.tags == ["a", "b", "c"] and Base.tags == ["a", "b"] and PyLoihiProcessModel.tags == []
    assert Derived.required_resources == [CPU, [GPU, Loihi2NeuroCore], GPU]
    assert Derived.implements_process is Thing and Derived.implements_protocol is LoihiProtocol
    with pytest.raises(AssertionError, match="already implements Thing"):
        implements(proc=Source)(Derived)
    with pytest.raises(AssertionError, match="already implements LoihiProtocol"):
        implements(protocol=AsyncProtocol)(Derived)
    assert "implements Thing" in repr(Derived({}))


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: implements(proc=int),
        lambda: implements(protocol=int),
        lambda: implements(proc=Thing)(int),
        lambda: requires(int),
        lambda: requires([CPU, int]),
        lambda: requires(CPU)(int),
        lambda: tag(3),
        lambda: tag("a")(int),
    ],
)
def test_decorators_refuse(wrong):
    with pytest.raises(AssertionError):
        wrong()


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: implements(proc=Source([1.0])),
        lambda: implements(protocol=AsyncProtocol()),
        lambda: requires([CPU, CPU()]),
    ],
)
def test_decorators_take_classes(wrong):
    with pytest.raises(TypeError, match="which is no class"):
        wrong()


Alias = dict[str, int]
"""Looks like a class to Python 3.10, and stands in a module where models are looked for."""


def test_models_are_found_in_the_module_of_the_process():
    assert find_models(type("Nobody", (AbstractProcess,), {"__module__": __name__})()) == []
    assert find_models(Source([1.0])) == [PySource]
    assert find_models(Pair((1,))) == [SubPair]


def test_models_of_local_classes_are_found_and_replaced_when_defined_again():
    class Local(AbstractProcess):
        pass

    def define():
        @implements(proc=Local, protocol=LoihiProtocol)
        class PyLocal(PyLoihiProcessModel):
            pass

        return PyLocal

    define()
    latest = define()
    assert find_models(Local()) == [latest]


def test_models_beside_the_process_are_imported_and_scripts_are_not(tmp_path, monkeypatch):
    folder = tmp_path / "beside_demo"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "process.py").write_text(
        "from lava_api.magma.core.process.process import AbstractProcess\nclass Beside(AbstractProcess):\n    pass\n"
    )
    model = (
        "from lava_api.magma.core.decorator import implements\n"
        "from lava_api.magma.core.model.py.model import PyLoihiProcessModel\n"
        "from beside_demo.process import Beside\n"
        "@implements(proc=Beside)\nclass {}(PyLoihiProcessModel):\n    pass\n"
    )
    (folder / "models.py").write_text(model.format("First"))
    (folder / "extra_models.py").write_text(model.format("Second"))
    (folder / "script.py").write_text("raise SystemExit('executed')\n")
    (folder / "broken_models.py").write_text("import no_such_module_at_all\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    process = importlib.import_module("beside_demo.process").Beside()
    with pytest.warns(UserWarning, match="broken_models could not be imported"):
        found = find_models(process)
    assert [model.__name__ for model in found] == ["First", "Second"]
    assert found[0] is sys.modules["beside_demo.models"].First
    assert "beside_demo.script" not in sys.modules


HEAD = """
from lava_api.magma.core.decorator import implements
from lava_api.magma.core.model.py.model import PyLoihiProcessModel
from lava_api.magma.core.process.process import AbstractProcess
from lava_api.magma.core.run_conditions import RunSteps
from lava_api.magma.core.run_configs import Loihi2SimCfg
from lava_api.magma.core.sync.protocols.loihi_protocol import LoihiProtocol
"""
MODEL = "@implements(proc=Alone, protocol=LoihiProtocol)\nclass {}(PyLoihiProcessModel):\n    pass\n"


@pytest.mark.slow
def test_models_beside_a_program_are_found_and_programs_are_not_run(tmp_path):
    (tmp_path / "process.py").write_text(f"{HEAD}class Alone(AbstractProcess):\n    pass\n")
    (tmp_path / "way_of_doing.py").write_text(f"{HEAD}from process import Alone\n{MODEL.format('Beside')}")
    (tmp_path / "program.py").write_text(f"{HEAD}from process import Alone\n{MODEL.format('P')}print(1 / 0)")
    (tmp_path / "spoilt.py").write_text("implements Alone, but not in Python")
    run = "Alone().run(RunSteps(1), Loihi2SimCfg())\nalone = Alone()\nalone.compile(Loihi2SimCfg())\n"
    (tmp_path / "main.py").write_text(f"{HEAD}from process import Alone\n{run}print(alone.model_class.__name__)")
    root = str(Path(__file__).resolve().parents[3])
    env = os.environ | {"PYTHONPATH": root}
    done = subprocess.run(
        [sys.executable, "main.py"], cwd=tmp_path, env=env, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.stdout, done.stderr) == ("Beside\n", "")


def test_neighbours_of_the_same_name_elsewhere_are_left_alone(tmp_path, monkeypatch):
    (tmp_path / "first").mkdir()
    (tmp_path / "second").mkdir()
    (tmp_path / "first" / "alone_process.py").write_text(f"{HEAD}class Alone(AbstractProcess):\n    pass\n")
    for folder in ("first", "second"):
        (tmp_path / folder / "alone_models.py").write_text(
            f"{HEAD}from alone_process import Alone\n{MODEL.format(folder.title())}"
        )
        monkeypatch.syspath_prepend(str(tmp_path / folder))
    process = importlib.import_module("alone_process").Alone()
    assert find_models(process) == [], "the folder of the process is not the one that the name leads to"
    monkeypatch.syspath_prepend(str(tmp_path / "first"))
    assert [model.__name__ for model in find_models(process)] == ["First"]
