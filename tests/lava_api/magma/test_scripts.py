"""Placing all programs of a script."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lava_api._alias import install
from lava_api.magma.compiler.place import place_script
from loihi_emu import LOIHI1
from loihi_emu.errors import MappingError, SimulationError, ValidationError

ROOT = Path(__file__).resolve().parents[3]
HEAD = """
import sys
from lava_api.magma.core.run_conditions import RunSteps
from lava_api.magma.core.run_configs import *
from lava_api.proc.lif.process import LIF
from lava_api.proc.io.source import RingBuffer
from lava_api.proc.io.sink import RingBuffer as Sink
"""
TWO = """
from sizes import SECOND
first = LIF(shape=(1500,), name="first", bias_mant=1, vth=1, dv=0)
first.run(RunSteps(70), Loihi1SimCfg(select_tag="fixed_pt"))
print("first:", int(first.v.get().max()), __name__, sys.argv)
first.stop()
source, sink = RingBuffer(data=[[1, 2]]), Sink(shape=(1,), buffer=2)
source.s_out.connect(sink.a_in)
sink.run(RunSteps(2), Loihi2SimCfg())
sink.stop()
second = LIF(shape=(SECOND,), name="second")
second.run(RunSteps(3), Loihi2HwCfg())
second.stop()
print("end")
"""


def script(folder, text):
    file = folder / "program.py"
    file.write_text(HEAD + text)
    return file


@pytest.fixture
def two(tmp_path):
    (tmp_path / "sizes.py").write_text("SECOND = 10\n")
    yield script(tmp_path, TWO)
    sys.modules.pop("sizes", None)


@pytest.fixture(autouse=True)
def path_of_finders():
    finders, folders = list(sys.meta_path), list(sys.path)
    install()  # lasts: the name is there for the whole process
    yield
    sys.meta_path[:], sys.path[:] = finders, folders


def test_all_programs_of_a_script_are_placed(two, capsys):
    before = list(sys.path), list(sys.argv), sys.modules["__main__"]
    found = place_script(two)
    assert [label for label, _ in found] == [
        "program 1 (first, Loihi1SimCfg)",
        "program 3 (second, Loihi2HwCfg)",
    ]
    assert [(p.chip.name, p.problem.neurons) for _, p in found] == [("Loihi 1", 1500), ("Loihi 2", 10)]
    assert capsys.readouterr().out.splitlines() == [f"first: 5 __main__ ['{two}']", "end"]
    assert (list(sys.path), list(sys.argv), sys.modules["__main__"]) == before


def test_the_first_program_alone_is_placed_before_it_runs(two, capsys):
    ((label, placement),) = place_script(str(two), first=True)
    assert (label, placement.cores) == ("program 1 (first, Loihi1SimCfg)", 2)
    assert capsys.readouterr().out == ""


def test_chips_boards_and_strategies_hold_for_all_programs(two):
    assert {p.chip.name for _, p in place_script(two, chip=LOIHI1)} == {"Loihi 1"}
    assert [p.boards[0].name for _, p in place_script(two, boards="Nahuku")] == ["Nahuku"] * 2
    with pytest.raises(MappingError, match=r'process "first": needs 1500 compartments, has 1024'):
        place_script(two, strategy=lambda network: dict.fromkeys(network.populations, 3), chip=LOIHI1)


def test_boards_of_a_hardware_configuration_hold(tmp_path):
    text = 'cells = LIF(shape=(2,))\ncells.run(RunSteps(1), Loihi1HwCfg(boards="Kapoho Bay"))\ncells.stop()\n'
    ((_, placement),) = place_script(script(tmp_path, text))
    assert [b.name for b in placement.boards] == ["Kapoho Bay"]
    ((_, placement),) = place_script(tmp_path / "program.py", boards="Oheo Gulch")
    assert placement.chip.name == "Loihi 2"


def test_a_program_that_does_not_fit(tmp_path):
    text = 'cells = LIF(shape=(300000,), name="all")\ncells.run(RunSteps(1), Loihi1SimCfg())\n'
    with pytest.raises(MappingError, match='process "all": needs 3 chips'):
        place_script(script(tmp_path, text), boards="Kapoho Bay")


def test_errors_of_a_script_come_out_as_they_are(tmp_path):
    with pytest.raises(ZeroDivisionError) as caught:
        place_script(script(tmp_path, "\n1 / 0\n"))
    assert caught.traceback[-1].path.name == "program.py"
    with pytest.raises(SimulationError, match=r"program\.py: the script ended itself with exit status 3"):
        place_script(script(tmp_path, "sys.exit(3)\n"))
    assert place_script(script(tmp_path, "sys.exit()\n")) == []
    with pytest.raises(FileNotFoundError, match="no file"):
        place_script(tmp_path / "none.py")
    with pytest.raises(ValidationError, match="LOIHI1"):
        place_script(tmp_path / "program.py", chip=1)
    assert place_script(script(tmp_path, "")) == []  # nothing is left watching


@pytest.mark.slow
def test_scripts_that_import_lava():
    code = (
        "from lava_api.magma.compiler.place import place_script\n"
        "for label, placement in place_script('examples/spikes.py'): print(label, repr(placement))"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-W", "error", "-c", code]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=100, check=True)
    lines = done.stdout.splitlines()
    assert lines[0].startswith("spikes of each neuron")
    assert lines[-1].startswith("program 1 (second, Loihi2SimCfg) <Placement of")
