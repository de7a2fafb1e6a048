"""However a program asks whether there is a chip, the answer is the same."""

import importlib
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from lava_api import _chip
from lava_api.magma.core.run_conditions import RunSteps
from lava_api.magma.core.run_configs import Loihi1HwCfg, Loihi2HwCfg
from lava_api.proc.lif.process import LIF
from lava_api.utils import loihi, slurm
from lava_api.utils.profiler import Profiler
from lava_api.utils.system import Loihi2

ROOT = Path(__file__).resolve().parents[3]
VARIABLES = ("SLURM", "NOSLURM", "PARTITION", "BOARD", "LOIHI_GEN", "NXSDKHOST", "HOST_BINARY", _chip.VARIABLE)


@pytest.fixture(autouse=True)
def as_before(monkeypatch):
    """Leave environment and switch as they were."""
    for variable in VARIABLES:
        monkeypatch.setenv(variable, "")
        monkeypatch.delenv(variable)
    monkeypatch.setattr(loihi, "host", None)
    monkeypatch.setattr(slurm, "try_run_command", lambda command: [])
    yield
    loihi.use_virtual_chip(False)
    _chip._asked = None


def is_looked_up(name):
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:  # a package above it is none, as in Lava
        return False


def can_be_imported(name):
    try:
        importlib.import_module(name)
    except ModuleNotFoundError:
        return False
    return True


def answers():
    modules = [_chip.OURS + name for name in _chip.MODULES]
    yield loihi.is_installed()
    yield Loihi2.is_loihi2_available
    for name in modules:
        yield is_looked_up(name)
        yield can_be_imported(name)
        yield loihi.is_installed(name)
        yield loihi.is_installed(name.replace("lava_api", "lava"))


def test_no_chip_is_found_unless_it_is_asked_for():
    assert set(answers()) == {False}
    loihi.use_virtual_chip()
    assert set(answers()) == {True}
    loihi.use_virtual_chip(False)
    assert set(answers()) == {False}
    with pytest.raises(ImportError):
        from lava_api.utils import loihi2_profiler  # noqa: F401
    with pytest.raises(ModuleNotFoundError, match="LOIHI_EMU_CHIP=1"):
        import lava_api.utils.loihi2_profiler  # noqa: F401


@pytest.mark.parametrize(
    ("value", "answer"), [("1", True), ("yes", True), ("0", False), ("", False), ("off", False), ("False", False)]
)
def test_the_environment_asks_too(monkeypatch, value, answer):
    monkeypatch.setenv(_chip.VARIABLE, value)
    assert set(answers()) == {answer}


PROGRAM = """
from lava.utils import loihi
from lava.utils.system import Loihi2
import importlib.util
try:
    from lava.magma.compiler.subcompilers.nc.ncproc_compiler import CompilerOptions
    CompilerOptions.verbose = True
    compiler = True
except ImportError:
    compiler = False
try:
    import lava.utils.loihi2_state_probes
    probes = True
except ModuleNotFoundError:
    probes = False
found = importlib.util.find_spec("lava.utils.loihi2_profiler") is not None
print(compiler, probes, found, loihi.is_installed(), Loihi2.is_loihi2_available)
"""


@pytest.mark.slow
@pytest.mark.parametrize("value", ["", "1"])
def test_a_program_of_lava_gets_one_answer(tmp_path, value):
    (tmp_path / "program.py").write_text(PROGRAM)
    environment = os.environ | {"PYTHONPATH": str(ROOT), _chip.VARIABLE: value}
    command = [sys.executable, "-m", "lava_api", "program.py"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=100)
    assert done.stderr == "" and set(done.stdout.split()) == {str(bool(value))}


def test_other_modules_are_found_as_they_are():
    assert not loihi.is_installed("no_such_package.module")
    assert not loihi.is_installed("lava_api.nothing")
    assert loihi.is_installed("numpy")
    assert loihi.is_installed("lava_api.proc.lif.process")


@pytest.mark.parametrize("asked", [False, True])
@pytest.mark.parametrize("kind", [Loihi1HwCfg, Loihi2HwCfg])
def test_hardware_configurations_run_in_any_case(kind, asked):
    loihi.use_virtual_chip(asked)
    cells = LIF(shape=(2,), bias_mant=3, vth=5)
    config = kind(select_tag="fixed_pt")
    profiler = Profiler.init(config)
    cells.run(RunSteps(3), config)
    assert cells.runtime.placement.cores == 1 and profiler is not None
    cells.stop()


def test_what_exists_for_the_chip_is_there():
    loihi.use_virtual_chip()
    from lava_api.magma.compiler.subcompilers.nc.ncproc_compiler import CompilerOptions, NcProcCompiler
    from lava_api.utils.loihi2_profiler import Loihi2Activity
    from lava_api.utils.loihi2_state_probes import StateProbe

    assert CompilerOptions.verbose is False
    executable = NcProcCompiler().compile(LIF(shape=(1,)), Loihi2HwCfg())
    assert len(executable.process_list) == 1
    assert Loihi2Activity.__name__ and StateProbe.__name__


def test_hosts_are_chosen_for_the_virtual_chip_alone():
    for choose in (loihi.use_slurm_host, lambda: loihi.use_ethernet_host("somewhere")):
        with pytest.raises(ImportError, match="no host has to be chosen"):
            choose()
    loihi.use_virtual_chip()
    loihi.use_slurm_host(partition="kapoho_point", loihi_gen=loihi.ChipGeneration.N3C1)
    assert (loihi.host, slurm.partition(), os.environ["LOIHI_GEN"]) == ("SLURM", "kapoho_point", "N3C1")
    cells = LIF(shape=(2,))
    cells.run(RunSteps(1), Loihi2HwCfg())
    assert [board.name for board in cells.runtime.placement.boards] == ["Kapoho Point"]
    cells.stop()
    loihi.use_slurm_host(board="n1")
    assert (os.environ["BOARD"], slurm.partition()) == ("n1", "Unspecified")
    loihi.use_ethernet_host("somewhere")
    assert (loihi.host, os.environ["NXSDKHOST"]) == ("ETHERNET", "somewhere")


def test_a_cluster_is_asked_where_there_is_one(monkeypatch):
    nodes = {("sinfo",): ["PARTITION AVAIL", "east up inf 1 idle n1"], ("sinfo", "-N"): ["NODE", "n1 1 east idle"]}
    monkeypatch.setattr(slurm, "try_run_command", lambda command: nodes.get(tuple(command), []))
    loihi.use_virtual_chip()
    loihi.use_slurm_host(board="n1")
    assert os.environ["BOARD"] == "n1"
    with pytest.raises(ValueError, match="does not exist or is down"):
        loihi.use_slurm_host(board="n9")
    monkeypatch.setattr(slurm, "try_run_command", lambda command: [])
    with pytest.raises(ValueError, match="no controller answers"):
        slurm.enable()
