"""Programs written for Lava run on lava_api under Lava's own name."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]


def python(*arguments, cwd, paths=(), fails=False):
    """Run Python in a new process; its output, or its errors where it should fail."""
    env = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), *map(str, paths)])}
    done = subprocess.run(
        [sys.executable, *arguments], cwd=cwd, env=env, capture_output=True, text=True, timeout=100, check=False
    )
    assert (done.returncode != 0) == fails, done.stdout + done.stderr
    return done.stderr if fails else done.stdout


def program(text, cwd, **options):
    """Run the text of a program with lava aliased."""
    return python("-c", "import lava_api.as_lava\n" + text, cwd=cwd, **options)


def write(file, text=""):
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


@pytest.fixture
def other(tmp_path):
    """A folder with a real Lava and a library on top of it."""
    site = tmp_path / "site"
    write(site / "lava" / "magma" / "core" / "decorator.py", "REAL = True")
    write(site / "lava" / "magma" / "only_there.py")
    write(site / "lava" / "lib" / "extra" / "thing.py", "from lava.magma.core.decorator import implements\nVALUE = 7")
    return site


def test_both_names_give_the_same_module(tmp_path):
    program(
        "import sys, lava.proc.lif.process, lava_api.proc.dense.process\n"
        "from lava.proc.dense.process import Dense\n"
        "from lava import magma, proc\n"
        "import lava.magma.core.run_configs as configs, lava_api\n"
        "pairs = [(n, n.replace('lava', 'lava_api', 1)) for n in sys.modules if n.startswith('lava.')]\n"
        "assert len(pairs) >= 8 and all(sys.modules[a] is sys.modules[b] for a, b in pairs)\n"
        "assert Dense is lava_api.proc.dense.process.Dense and magma is lava_api.magma and proc is lava_api.proc\n"
        "assert configs is lava_api.magma.core.run_configs",
        tmp_path,
    )


def test_introspection_is_sane(tmp_path):
    program(
        "import importlib, importlib.util, inspect, pickle, pkgutil, sys\n"
        "import lava\n"
        "assert vars(lava.__path__)['_path'] == list(lava.__path__)  # as a namespace package's\n"
        "assert importlib.util.find_spec('lava.proc.lif.process').origin.endswith('process.py')\n"
        "from lava.proc.lif.process import LIF\n"
        "import lava.utils.weightutils as module\n"
        "assert pickle.loads(pickle.dumps(LIF)) is LIF\n"
        "assert pickle.loads(b'clava.proc.lif.process\\nLIF\\n.') is LIF\n"
        "assert 'class LIF' in inspect.getsource(LIF)\n"
        "assert inspect.getmodule(LIF) is sys.modules['lava.proc.lif.process']\n"
        "before = module.SignMode\n"
        "assert importlib.reload(module) is module is sys.modules['lava_api.utils.weightutils']\n"
        "assert module.SignMode is not before\n"
        "names = {found.name for found in pkgutil.walk_packages(lava.__path__, 'lava.')}\n"
        "assert {'lava.proc.lif.models', 'lava.magma.core.process.process'} <= names",
        tmp_path,
    )


def test_what_is_not_there_is_named(tmp_path):
    said = program("import lava.magma.nowhere", tmp_path, fails=True)
    assert "'lava' is lava_api in this process, and that has no 'lava_api.magma.nowhere'" in said
    told = "libraries on top of Lava (lava-dl, lava-dnf, lava-optimization, ...) are no part of lava_api"
    assert f"No module named 'lava.lib.dnf': {told}" in program("import lava.lib.dnf", tmp_path, fails=True)
    program("import importlib.util\nassert importlib.util.find_spec('lava.lib.dnf') is None", tmp_path)


def test_netx_is_here_where_lava_dl_is_not_installed(tmp_path):
    program(
        "import lava_api.lib.dl.netx.hdf5 as ours\n"
        "from lava.lib.dl import netx\n"
        "from lava.lib.dl.netx import blocks, hdf5, modules, utils\n"
        "from lava.lib.dl.netx.blocks.process import Dense\n"
        "import lava.lib.dl.netx.blocks.models as models\n"
        "assert netx.hdf5 is hdf5 is ours and Dense is models.Dense\n"
        "import sys; assert not {'torch', 'h5py'} & set(sys.modules)",
        tmp_path,
    )
    for line in ("from lava.lib.dl import slayer", "import lava.lib.dl.slayer"):
        said = program(line, tmp_path, fails=True)
        assert "no 'lava.lib.dl.slayer'. Install lava-dl" in said


def test_lava_dl_is_itself_where_it_is_installed(other, tmp_path):
    write(other / "lava" / "lib" / "dl" / "netx" / "hdf5.py", "from lava.magma.core.decorator import implements")
    program(
        "from lava.lib.dl.netx import hdf5\nimport lava.magma.core.decorator as ours\n"
        "assert hdf5.implements is ours.implements and not hasattr(hdf5, 'Network')",
        tmp_path,
        paths=[other],
    )


def test_a_library_that_is_not_there_is_named_beside_others(other, tmp_path):
    said = program("import lava.lib.dnf.kernels", tmp_path, paths=[other], fails=True)
    assert "No module named 'lava.lib.dnf': libraries on top of Lava" in said
    looked_for = "import importlib.util\nassert importlib.util.find_spec('lava.lib.dnf') is None"
    program(looked_for, tmp_path, paths=[other])


def test_libraries_of_others_see_lava_api(other, tmp_path):
    program(
        "import lava.lib.extra.thing as thing, lava_api.magma.core.decorator as ours\n"
        "from lava import lib\n"
        "assert thing.VALUE == 7 and thing.implements is ours.implements and lib.extra.thing is thing",
        tmp_path,
        paths=[other],
    )


def test_libraries_are_found_in_folders_added_later(other, tmp_path):
    second = tmp_path / "second"
    write(second / "lava" / "lib" / "more" / "__init__.py", "VALUE = 8")
    program(
        f"import sys, lava.lib.extra\nsys.path.append({str(second)!r})\n"
        "from lava.lib.more import VALUE\nassert VALUE == 8",
        tmp_path,
        paths=[other],
    )


def test_nothing_of_a_real_lava_beside_is_imported(other, tmp_path):
    program(
        "from lava.magma.core import decorator\nassert not hasattr(decorator, 'REAL')",
        tmp_path,
        paths=[other],
    )
    assert "has no 'lava_api.magma.only_there'" in program(
        "import lava.magma.only_there", tmp_path, paths=[other], fails=True
    )


def test_a_real_lava_that_is_imported_already_is_refused(other, tmp_path):
    said = python(
        "-c", "import lava.magma.only_there\nimport lava_api.as_lava", cwd=tmp_path, paths=[other], fails=True
    )
    assert "lava.magma.only_there from" in said
    assert "import lava_api.as_lava first" in said


def test_ipython_can_load_and_unload(other, tmp_path):
    python(
        "-c",
        "import sys, lava_api\n"
        "lava_api.load_ipython_extension(None)\nlava_api.load_ipython_extension(None)\n"
        "import lava.magma.core.decorator as ours\n"
        "lava_api.unload_ipython_extension(None)\nlava_api.unload_ipython_extension(None)\n"
        "assert not [name for name in sys.modules if name.partition('.')[0] == 'lava']\n"
        "import lava.magma.core.decorator as real\n"
        "assert real.REAL and ours.implements",
        cwd=tmp_path,
        paths=[other],
    )


def test_a_script_runs_as_with_python(tmp_path):
    write(tmp_path / "apart" / "part.py", "VALUE = 3")
    write(
        tmp_path / "apart" / "script.py",
        "import os, pickle, sys, part\n"
        "from lava.proc.lif.process import LIF\n"
        "class Here: pass\n"
        "assert pickle.loads(pickle.dumps(Here)) is Here\n"
        "assert __name__ == '__main__' and sys.modules['__main__'].Here is Here and os.path.isabs(__file__)\n"
        "print(LIF.__module__, part.VALUE, os.path.basename(sys.path[0]), sys.argv)",
    )
    said = python("-m", "lava_api", "apart/script.py", "-x", "1", cwd=tmp_path)
    assert said == "lava_api.proc.lif.process 3 apart ['apart/script.py', '-x', '1']\n"


@pytest.mark.parametrize("way", ["fork", "spawn", "forkserver"])
def test_processes_that_a_script_starts_know_the_name_too(other, way, tmp_path):
    write(
        tmp_path / "script.py",
        "import multiprocessing\n"
        "from lava.magma.core.run_conditions import RunSteps\n"
        "from lava.magma.core.run_configs import Loihi2SimCfg\n"
        "from lava.proc.lif.process import LIF\n"
        "def voltage(bias, back):\n"
        "    cells = LIF(shape=(1,), bias_mant=bias, vth=1000)\n"
        "    cells.run(RunSteps(3), Loihi2SimCfg(select_tag='fixed_pt'))\n"
        "    back.put(int(cells.v.get()[0]))\n"
        "    cells.stop()\n"
        "if __name__ == '__main__':\n"
        f"    context = multiprocessing.get_context({way!r})\n"
        "    back = context.SimpleQueue()\n"
        "    child = context.Process(target=voltage, args=(5, back))\n"
        "    child.start()\n"
        "    child.join()\n"
        "    print(child.exitcode or back.get())\n",
    )
    assert python("-m", "lava_api", "script.py", cwd=tmp_path, paths=[other]) == "15\n"


def test_a_module_and_a_line_of_code_run_too(tmp_path):
    write(tmp_path / "pack" / "run.py", "import sys, lava.proc\nprint(__name__, sys.argv[1:], lava.proc.__name__)")
    assert python("-m", "lava_api", "-m", "pack.run", "a", cwd=tmp_path) == "__main__ ['a'] lava_api.proc\n"
    code = "import sys, lava.proc; print(__name__, sys.argv, lava.proc.__name__)"
    assert python("-m", "lava_api", "-c", code, "a", cwd=tmp_path) == "__main__ ['-c', 'a'] lava_api.proc\n"


def test_what_cannot_run_is_said(tmp_path):
    assert "there is no file 'nowhere.py'" in python("-m", "lava_api", "nowhere.py", cwd=tmp_path, fails=True)
    assert "usage:" in python("-m", "lava_api", cwd=tmp_path, fails=True)
    write(tmp_path / "bad.py", "raise SystemExit('its own end')")
    assert python("-m", "lava_api", "bad.py", cwd=tmp_path, fails=True) == "its own end\n"


def test_pytest_takes_it_as_a_plugin(tmp_path):
    write(tmp_path / "test_it.py", "from lava.proc.lif.process import LIF\ndef test_it():\n    assert LIF(shape=(1,))")
    assert "1 passed" in python("-m", "pytest", "-q", "-p", "lava_api.as_lava", cwd=tmp_path)


def test_a_file_that_is_no_program_is_named(tmp_path):
    (tmp_path / "network.net").write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(99))
    told = python("-m", "lava_api", "network.net", cwd=tmp_path, fails=True)
    assert "'network.net' is not a Python program but an HDF5 file" in told and "netx" in told and "Trace" not in told
    code = "from loihi_emu import Network; Network('n').save('network.npz')"
    python("-c", code, cwd=tmp_path)
    told = python("-m", "lava_api", "network.npz", cwd=tmp_path, fails=True)
    assert "an npz file" in told and "Network.load()" in told and "Trace" not in told
