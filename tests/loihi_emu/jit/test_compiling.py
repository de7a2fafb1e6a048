"""Compiling beforehand and side by side, what is said meanwhile, and processes that fail at it."""

import io
import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from loihi_emu import Network
from loihi_emu.cli import commands as cli
from loihi_emu.cli import compile as cli_compile
from loihi_emu.jit import COMPILED, addresses, helpers, named, notice, store, together

pytestmark = pytest.mark.slow

compiled_only = pytest.mark.skipif(not COMPILED, reason="nothing is compiled")
TWO_LEAVES = """
from loihi_emu.jit import addresses
from loihi_emu.models import noise
from loihi_emu.models.synapses import partial_sums
print(len(addresses([partial_sums.step, noise.apply])))
"""


def run(*arguments, folder, **environment):
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, check=False, timeout=100,
        env=os.environ | {"LOIHI_EMU_CACHE_DIR": str(folder)} | environment,
    )  # fmt: skip


def network(spikes=None):
    net = Network("small")
    if spikes is not None:
        net.input("source", 2, spikes=spikes)
    cells = net.population("cells", 3, vth=5, bias=1)
    net.probe(cells, "spikes")
    return net


def test_the_leaves_of_a_network_are_named_without_compiling(tmp_path):
    network().save(tmp_path / "net.npz")
    assert {task.name for task in cli_compile.of_network(tmp_path / "net.npz")} == {
        "lif_chip.step", "probes.spikes", "loop.run"
    }  # fmt: skip
    network(spikes=([], [])).save(tmp_path / "sent.npz")
    assert "inputs.takes" in {task.name for task in cli_compile.of_network(tmp_path / "sent.npz")}
    with named() as found:
        assert addresses(cli_compile.leaves()[:2]) == [0, 0]
    assert found == cli_compile.leaves()[:2]


@compiled_only
def test_what_was_compiled_beforehand_is_not_compiled_again(capsys):
    cli_compile.compile_all()
    assert cli.main(["compile"]) == 0
    assert capsys.readouterr().out.startswith("0 kernels compiled, ")


def test_a_script_cannot_be_compiled_for(capsys, tmp_path):
    assert cli.main(["compile", str(tmp_path / "script.py")]) == 2
    assert "script.py" in capsys.readouterr().err


def test_nothing_is_compiled_in_plain_python(tmp_path):
    done = run("-m", "loihi_emu", "compile", folder=tmp_path, NUMBA_DISABLE_JIT="1")
    assert done.returncode == 0
    assert "nothing is compiled" in done.stdout and not list(tmp_path.iterdir())


@compiled_only
@pytest.mark.parametrize("way", ["fork", "start", "nothing"])
def test_other_processes_help_and_failing_ones_are_no_error(tmp_path, way):
    change = {
        "fork": "",
        "start": "helpers.can_fork = lambda: False; ",
        "nothing": "helpers.can_fork = lambda: False; sys.executable = '/nowhere/python'; ",
    }[way]
    code = "import sys; from loihi_emu.jit import helpers, together; together.cores = lambda: 2; "
    code += f"together._WORTH_A_FORK = together._WORTH_A_START = 0.01; {change}\n{TWO_LEAVES}"
    done = run("-W", "error", "-c", code, folder=tmp_path)
    assert (done.returncode, done.stdout) == (0, "2\n"), done.stderr
    assert {file.name.partition("-")[0] for file in tmp_path.iterdir()} == {"partial_sums.step", "noise.apply"}


def test_processes_end_with_the_block():
    class Endless:
        name, full_name, size = "endless", "nowhere:endless", 1

        def there(self):
            return False

        def compile(self):
            time.sleep(1000)

    with helpers.at_work([[Endless()]]) as others:
        forks, started = list(others.forks), list(others.started)
        assert len(forks) + len(started) == 1
    assert all(one.poll() is not None for one in started)
    for pid in forks:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


class Endless:
    """Writes a file without an end, as a process does that is killed in the middle."""

    name, full_name, size = "endless", "nowhere:endless", 1

    def __init__(self, folder):
        self.folder = folder

    def there(self):
        return False

    def compile(self):
        (self.folder / f"endless-{os.getpid()}-0a1b2c3d{store.PARTIAL}").write_text("half of it")
        (self.folder / "begun").write_text("")
        time.sleep(1000)


forks_only = pytest.mark.skipif(not helpers.can_fork(), reason="no forks here")


INTERRUPTED = """
import os, pathlib, sys, time
sys.path.insert(0, sys.argv[2])
from loihi_emu.jit import helpers, store
from test_compiling import Endless

folder, times = pathlib.Path(sys.argv[1]), int(sys.argv[3])
store.cache_folder = lambda: folder
real = os.waitpid

def interrupted(*arguments):  # the second comes while the first one's work is done
    os.waitpid = real
    raise KeyboardInterrupt

try:
    with helpers.at_work([[Endless(folder)]]) as others:
        print(*others.forks, flush=True)
        while not (folder / "begun").exists():
            time.sleep(0.01)
        if times == 2:
            os.waitpid = interrupted
        raise KeyboardInterrupt
except KeyboardInterrupt:
    print(len(others.forks))
"""


@compiled_only
@forks_only
@pytest.mark.parametrize("times", [1, 2])
def test_ctrl_c_ends_processes_at_once_and_leaves_nothing_half_written(tmp_path, times):
    """In a process of its own: one with other threads, as that of the tests may be, does not fork."""
    done = run("-c", INTERRUPTED, str(tmp_path), os.path.dirname(__file__), str(times), folder=tmp_path)
    assert done.returncode == 0, done.stderr
    fork, left = (int(line) for line in done.stdout.split())
    assert left == 0
    with pytest.raises(ProcessLookupError):
        os.kill(fork, 0)
    assert [path.name for path in tmp_path.iterdir()] == ["begun"]


@forks_only
@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere they end after the leaf that they compile")
def test_processes_end_with_one_that_is_killed(tmp_path):
    code = "import os, pathlib, signal, sys; sys.path.insert(0, sys.argv[2])\n"
    code += "from loihi_emu.jit import helpers\nfrom test_compiling import Endless\n"
    code += "folder = pathlib.Path(sys.argv[1])\n"
    code += "with helpers.at_work([[Endless(folder)]]) as others:\n"
    code += "    while not (folder / 'begun').exists(): pass\n"
    code += "    print(others.forks[0], flush=True)\n"
    code += "    os.kill(os.getpid(), signal.SIGKILL)\n"
    done = run("-c", code, str(tmp_path), os.path.dirname(__file__), folder=tmp_path)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert ended(int(done.stdout))


def ended(pid):
    """Whether a process ends; bounded, to find one that does not."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            os.kill(pid, 0)
            with open(f"/proc/{pid}/stat") as file:
                if file.read().rpartition(")")[2].split()[0] == "Z":  # nobody waited for it
                    return True
        except (ProcessLookupError, FileNotFoundError):
            return True
        time.sleep(0.02)
    return False


COLD = """
import sys, time
from loihi_emu import Emulator, Network
net = Network("small")
cells = net.population("cells", 3, vth=5, bias=1)
net.probe(cells, "spikes")
try:
    Emulator(net).run(3)
    time.sleep(1000)  # where the signal comes late
except KeyboardInterrupt:
    print("interrupted", flush=True)
    sys.exit(7)
"""


@compiled_only
@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent in another way")
@pytest.mark.parametrize(
    ("arguments", "status"), [(["-m", "loihi_emu", "compile"], 130), (["-c", COLD], 7)], ids=["beforehand", "emulator"]
)
def test_ctrl_c_ends_compiling(tmp_path, arguments, status):
    running = subprocess.Popen(
        [sys.executable, *arguments], env=os.environ | {"LOIHI_EMU_CACHE_DIR": str(tmp_path)},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    until = time.monotonic() + 100
    while not list(tmp_path.glob("*.code")) and time.monotonic() < until:
        time.sleep(0.01)
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=60)
    assert running.returncode == status
    assert "interrupted\n" in (out, err) and "Traceback" not in err
    with pytest.raises(ProcessLookupError):  # no other process of its session is left
        os.killpg(running.pid, 0)
    assert not list(tmp_path.glob(f"*{store.PARTIAL}"))
    for file in tmp_path.glob("*.code"):
        assert store.read(file.stem, tmp_path) is not None


def test_shares_take_about_as_long():
    class Task:
        def __init__(self, size):
            self.size = size

    tasks = [Task(size) for size in (5, 1, 4, 3, 3)]
    parts = together.shares(tasks, 2)
    assert [sum(task.size for task in part) for part in parts] == [8, 8]
    assert sorted(task.size for part in parts for task in part) == [1, 3, 3, 4, 5]
    assert [len(part) for part in together.shares(tasks[:1], 4)] == [1]


# ---------------------------------------------------------------- what is said
class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def stderr(monkeypatch):
    monkeypatch.setattr(notice, "AFTER_SECONDS", 0.0)
    monkeypatch.setattr(notice, "_EVERY", 0.01)

    def replace(stream):
        monkeypatch.setattr(sys, "stderr", stream)
        return stream

    return replace


def said(talks, stream, times=1):
    for _ in range(times):
        with talks.compiling(lambda: "3 of 9"):
            until = time.monotonic() + 20
            while not stream.getvalue() and time.monotonic() < until:
                time.sleep(0.01)
    return stream.getvalue()


def test_one_line_is_said_where_there_is_no_terminal(stderr):
    text = said(notice._Notice(), stderr(io.StringIO()), times=3)
    assert text.startswith("loihi_emu: compiling kernels (3 of 9), ") and text.count("\n") == 1


def test_a_terminal_shows_how_far_it_is_and_is_clean_afterwards(stderr):
    text = said(notice._Notice(), stderr(Terminal()))
    assert "compiling kernels (3 of 9), " in text
    assert text.endswith("\r\033[K") and "\n" not in text


def test_nothing_is_said_of_what_is_quick_or_where_nobody_listens(stderr, monkeypatch):
    stream = stderr(io.StringIO())
    talks = notice._Notice()
    talks.silent = True
    with talks.compiling(str):
        time.sleep(0.05)
    monkeypatch.setattr(notice, "AFTER_SECONDS", 1000.0)
    with notice._Notice().compiling(str):
        time.sleep(0.05)
    assert stream.getvalue() == ""
    monkeypatch.setattr(sys, "stderr", None)
    with notice._Notice().compiling(str):
        assert threading.active_count() >= 1


def test_kernels_within_kernels_and_errors_end_what_is_said(stderr):
    stream = stderr(io.StringIO())
    talks = notice._Notice()
    with pytest.raises(ZeroDivisionError), talks.compiling(lambda: "a"), talks.compiling(lambda: "b"):
        raise ZeroDivisionError
    assert talks._depth == 0
    assert "(b)" not in stream.getvalue()
