"""Errors of scripts that the commands run show the script's own lines; what is no script is named."""

import os
import py_compile
import subprocess
import sys
import traceback
import zipfile
from pathlib import Path

import numpy as np
import pytest

from lava_api.__main__ import _is_packed, _no_program
from lava_api._alias import uninstall
from lava_api.proc.dense.process import Dense
from loihi_emu.cli import main
from loihi_emu.script_errors import clear, has_lines

ROOT = Path(__file__).resolve().parents[2]
MODEL = """
from lava.magma.core.decorator import implements, requires
from lava.magma.core.model.py.model import PyLoihiProcessModel
from lava.magma.core.process.process import AbstractProcess
from lava.magma.core.resources import CPU
from lava.magma.core.run_conditions import RunSteps
from lava.magma.core.run_configs import Loihi2SimCfg
from lava.magma.core.sync.protocols.loihi_protocol import LoihiProtocol
class Own(AbstractProcess): pass
@implements(proc=Own, protocol=LoihiProtocol)
@requires(CPU)
class OwnModel(PyLoihiProcessModel):
    def run_spk(self):
        raise KeyError("mine")
Own().run(RunSteps(1), Loihi2SimCfg())
"""
SCRIPTS = {
    "model": (MODEL, ["in run_spk", "KeyError: 'mine'", "direct cause", "line 15, in <module>", "RuntimeError: 1 Exc"]),
    "uses": ("from helper import divide\ndivide()\n", ["line 2, in <module>", "helper.py", "ZeroDivisionError"]),
    "syntax": ("x = 1\ndef f(:\n    pass\n", ["line 2", "SyntaxError: "]),
    "argument": (
        "from lava.proc.dense.process import Dense\nDense(weights=5)\n",
        ["line 2, in <module>", "loihi_emu.errors.ValidationError: Dense, weights"],
    ),
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "helper.py").write_text("def divide():\n    return 1 / 0\n")
    for name, (text, _) in SCRIPTS.items():
        (tmp_path / f"{name}.py").write_text(text)
    path = list(sys.path)
    yield tmp_path
    sys.path[:] = path
    uninstall()
    sys.modules.pop("helper", None)


def check(said, name):
    at = -1
    for part in SCRIPTS[name][1]:
        at = said.index(part, at + 1)
    assert f"{name}.py" in said
    assert not any(word in said for word in ("runpy", "lava_api/", "lava_api\\", "placing.py", "cli_map.py"))


@pytest.mark.slow
@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_that_fails_shows_its_own_lines(folder, name):
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "lava_api", f"{name}.py"]
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 1
    check(done.stderr, name)


@pytest.mark.parametrize("name", SCRIPTS)
def test_map_shows_the_lines_of_a_script_that_fails(folder, name, capsys):
    with pytest.raises(SystemExit, match=rf"loihi_emu map: {name}\.py failed"):
        main(["map", f"{name}.py"])
    check(capsys.readouterr().err, name)


def test_errors_that_are_not_the_scripts_stay_as_they_are(folder, capsys):
    (folder / "large.py").write_text(
        "from lava.proc.lif.process import LIF\nfrom lava.magma.core.run_conditions import RunSteps\n"
        "from lava.magma.core.run_configs import Loihi1SimCfg\n"
        "LIF(shape=(300000,)).run(RunSteps(1), Loihi1SimCfg())\n"
    )
    assert main(["map", "large.py", "--boards", "Kapoho Bay"]) == 2
    assert "Traceback" not in capsys.readouterr().err
    (folder / "ends.py").write_text("raise SystemExit(3)\n")
    assert main(["map", "ends.py"]) == 2
    assert "ended itself with exit status 3" in capsys.readouterr().err


def test_causes_and_groups_are_cleared_and_faults_of_this_project_are_not():
    with pytest.raises(ValueError, match="two dimensions") as caught:
        Dense(weights=5)
    error = caught.value
    clear(error)
    assert [frame.name for frame in traceback.extract_tb(error.__traceback__)][-1] == (
        "test_causes_and_groups_are_cleared_and_faults_of_this_project_are_not"
    )
    outer = RuntimeError("outer")
    outer.__cause__ = error
    assert clear(outer) is outer and outer.__cause__ is error
    outer.__context__ = outer  # a ring ends
    assert not has_lines(clear(outer)) or outer.__traceback__ is None
    with pytest.raises(AttributeError) as caught:
        has_lines(None)
    assert traceback.extract_tb(clear(caught.value).__traceback__)[-1].filename.endswith("script_errors.py")


def test_what_is_no_program_is_named(tmp_path):
    files = {
        "network.net": (b"\x89HDF\r\n\x1a\n\0\0", "is not a Python program but an HDF5 file. A network of lava-dl:"),
        "a.png": (b"\x89PNG\r\n\x1a\n\0\0", "a PNG picture"),
        "a.bin": (bytes(range(256)), "a file of unknown form"),
        "a.gz": (b"\x1f\x8b\0", "a gzip file"),
    }
    for name, (content, text) in files.items():
        (tmp_path / name).write_bytes(content)
        assert text in _no_program(str(tmp_path / name))
    np.savez(tmp_path / "a.npz", x=1)
    np.save(tmp_path / "a.npy", np.ones(3))
    assert "an npz file" in _no_program(str(tmp_path / "a.npz"))
    assert "a single NumPy array" in _no_program(str(tmp_path / "a.npy"))
    assert "a folder without __main__.py" in _no_program(str(tmp_path))
    assert "there is no file" in _no_program(str(tmp_path / "none.py"))


def test_what_is_a_program_is_run(tmp_path):
    (tmp_path / "plain").write_text("x = 1")
    (tmp_path / "latin.py").write_bytes(b'# -*- coding: latin-1 -*-\nx = "\xe9"\n')
    (tmp_path / "empty.py").write_text("")
    py_compile.compile(str(tmp_path / "plain"), str(tmp_path / "plain.pyc"))
    with zipfile.ZipFile(tmp_path / "app.pyz", "w") as archive:
        archive.writestr("__main__.py", "x = 1")
    for name in ("plain", "latin.py", "empty.py", "plain.pyc", "app.pyz"):
        assert _no_program(str(tmp_path / name)) == ""
        assert _is_packed(str(tmp_path / name)) == (name in ("plain.pyc", "app.pyz"))
    (tmp_path / "__main__.py").write_text("")
    assert _no_program(str(tmp_path)) == "" and _is_packed(str(tmp_path))
