"""Programs of compiled models that several threads run: not one bit is another."""

import subprocess
import sys

import numpy as np
import pytest
from lava_kernels import threads_run
from messages import complains
from scipy.sparse import csr_matrix

from lava_api.magma.core.decorator import implements, requires
from lava_api.magma.core.model.py.model import PyLoihiProcessModel
from lava_api.magma.core.model.py.ports import PyInPort
from lava_api.magma.core.model.py.type import LavaPyType
from lava_api.magma.core.process.ports.ports import InPort
from lava_api.magma.core.process.process import AbstractProcess
from lava_api.magma.core.resources import CPU
from lava_api.magma.core.run_conditions import RunSteps
from lava_api.magma.core.run_configs import Loihi2SimCfg
from lava_api.magma.core.sync.protocols.loihi_protocol import LoihiProtocol
from lava_api.magma.kernels.threads import VARIABLE
from lava_api.proc.dense.process import Dense
from lava_api.proc.io.sink import RingBuffer as Sink
from lava_api.proc.lif.process import LIF, TernaryLIF
from lava_api.proc.sparse.process import Sparse
from loihi_emu.jit import COMPILED
from loihi_emu.jit.together import cores
from loihi_emu.run.team import Team

TAGS = ["fixed_pt", "floating_pt"]


class Last(AbstractProcess):
    """A user's process, in Python."""

    def __init__(self, shape):
        super().__init__(shape=shape, name="last")
        self.inp = InPort(shape)


@implements(proc=Last, protocol=LoihiProtocol)
@requires(CPU)
class PyLast(PyLoihiProcessModel):
    inp: PyInPort = LavaPyType(PyInPort.VEC_DENSE, np.int32)

    def run_spk(self):
        self.inp.recv()


def wide(seed, tag):
    """Populations of several blocks, dense and sparse connections among them, and one that is ternary."""
    rng = np.random.default_rng(seed)
    fixed = tag == "fixed_pt"
    sizes = {"many": 4200, "some": 2500, "few": 70}
    cells = {}
    for name, n in sizes.items():
        bias = rng.integers(0, 60, n)
        decay = {"du": 2000, "dv": 100} if fixed else {"du": 0.5, "dv": 0.1}
        bias = {"bias_mant": bias, "bias_exp": 3} if fixed else {"bias_mant": bias / 50}
        vth = {"vth_hi": 20, "vth_lo": -20} if name == "some" else {"vth": 9 if fixed else 4.0}
        cells[name] = (TernaryLIF if name == "some" else LIF)(shape=(n,), name=name, **decay, **bias, **vth)
    every = []
    pairs = ("many", "some", Sparse), ("some", "few", Dense), ("few", "many", Dense), ("many", "many", Sparse)
    for a, b, kind in pairs:
        shape, count = (sizes[b], sizes[a]), 20 * sizes[b]
        places = rng.integers(0, shape[0], count), rng.integers(0, shape[1], count)
        weights = csr_matrix((2 * rng.integers(-5, 7, count), places), shape=shape)
        weights.data = np.clip(weights.data, -20, 20)
        bits = {"num_message_bits": 8 if a == "some" else 0}
        joined = kind(weights=weights if kind is Sparse else weights.toarray(), **bits)
        cells[a].s_out.connect(joined.s_in)
        joined.a_out.connect(cells[b].a_in)
        every.append(joined)
    sink = Sink(shape=(4200,), buffer=40)
    cells["many"].s_out.connect(sink.a_in)
    return cells, every, sink


def outcome(seed, tag):
    """All that can be seen of it after runs in pieces."""
    cells, every, sink = wide(seed, tag)
    for steps in (1, 7, 12):
        cells["many"].run(RunSteps(steps), Loihi2SimCfg(select_tag=tag))
        cells["many"].v.set(np.arange(4200) % 9)
        cells["some"].bias_mant.set(np.arange(2500) % 50)
        every[1].weights.set(-every[1].weights.get())
    found = [sink.data.get(), *(p.v.get() for p in cells.values()), *(c.a_buff.get() for c in every)]
    cells["many"].stop()
    return found


@pytest.mark.parametrize("tag", TAGS)
def test_wide_programs_are_the_same(tag, monkeypatch):
    runs = []
    run = Team.run
    monkeypatch.setattr(Team, "run", lambda self, *what: runs.append(self.count) or run(self, *what))
    want = outcome(1, tag)
    assert runs == [] and want[0].any()
    for threads in (2, 3):
        with threads_run(threads):
            found = outcome(1, tag)
        for a, b in zip(found, want, strict=True):
            np.testing.assert_array_equal(a, b)
    assert set(runs) == ({2, 3} if COMPILED else set())


def chain():
    """Two populations and a connection, which end in a process of the user's."""
    first, second = LIF(shape=(4,), du=0, bias_mant=9, vth=3), LIF(shape=(4,), name="second")
    joined = Dense(weights=np.eye(4))
    first.s_out.connect(joined.s_in)
    joined.a_out.connect(second.a_in)
    return first, second


def run(process, steps=3, **options):
    """Run and stop."""
    process.run(RunSteps(steps), Loihi2SimCfg(select_tag="fixed_pt"), options)
    found = process.v.get()
    process.stop()
    return found


def test_more_threads_than_cores_warn():
    with pytest.warns(UserWarning, match=f"compile_config: {cores() + 1} threads on {cores()} core"):
        run(chain()[0], threads=cores() + 1)


def test_python_models_are_told():
    first, second = chain()
    last = Last((4,))
    second.s_out.connect(last.inp)
    with pytest.warns(UserWarning, match=r'one thread runs this program, since it has models in Python \("last"\)'):
        run(first, threads=2)


@pytest.mark.parametrize("threads", [0, -1, 1.5, "all", None, True, 2000])
def test_numbers_that_are_none(threads):
    complains(lambda: run(chain()[0], threads=threads), ["compile_config", "threads", "auto"])


def test_the_environment_asks_for_programs_that_do_not(monkeypatch):
    monkeypatch.setenv(VARIABLE, "none")
    complains(lambda: run(chain()[0]), [VARIABLE, "threads", "auto"])
    assert run(chain()[0], threads=1).shape == (4,), "what a program says itself counts"
    monkeypatch.setenv(VARIABLE, str(cores() + 1))
    with pytest.warns(UserWarning, match=f"{cores() + 1} threads"):
        run(chain()[0])
    monkeypatch.setenv(VARIABLE, "auto")
    assert run(chain()[0]).shape == (4,)


BUSY = "while True: pass"


@pytest.mark.slow
def test_more_threads_than_cores_while_others_want_them():
    want = outcome(2, "fixed_pt")
    others = [subprocess.Popen([sys.executable, "-c", BUSY]) for _ in range(2 * cores())]
    try:
        with threads_run(cores() + 2):
            found = outcome(2, "fixed_pt")
    finally:
        for other in others:
            other.kill()
            other.wait()
    for a, b in zip(found, want, strict=True):
        np.testing.assert_array_equal(a, b)
