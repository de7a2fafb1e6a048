"""Kernels against the Python process models, on random process graphs: every variable and message is equal."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lava_kernels import is_compiled, models_run, threads_run
from messages import UNHEEDED
from profiles import at_most
from scipy.sparse import csr_matrix

from lava_api.magma.core.decorator import implements, requires
from lava_api.magma.core.model.py.model import PyLoihiProcessModel
from lava_api.magma.core.model.py.ports import PyInPort, PyOutPort
from lava_api.magma.core.model.py.type import LavaPyType
from lava_api.magma.core.process.ports.ports import InPort, OutPort
from lava_api.magma.core.process.process import AbstractProcess
from lava_api.magma.core.resources import CPU
from lava_api.magma.core.run_conditions import RunSteps
from lava_api.magma.core.run_configs import Loihi2SimCfg
from lava_api.magma.core.sync.protocols.loihi_protocol import LoihiProtocol
from lava_api.proc.conv.process import Conv
from lava_api.proc.dense.process import DelayDense, Dense
from lava_api.proc.io.sink import Read
from lava_api.proc.io.sink import RingBuffer as Sink
from lava_api.proc.io.source import RingBuffer as Source
from lava_api.proc.lif.process import LIF, LIFRefractory, LIFReset, TernaryLIF
from lava_api.proc.monitor.process import Monitor
from lava_api.proc.sparse.process import DelaySparse, Sparse

pytestmark = UNHEEDED

STEPS = 24


class Through(AbstractProcess):
    """A user's process that doubles messages, in Python."""

    def __init__(self, shape):
        super().__init__(shape=shape)
        self.inp, self.out = InPort(shape), OutPort(shape)


@implements(proc=Through, protocol=LoihiProtocol)
@requires(CPU)
class PyThrough(PyLoihiProcessModel):
    inp: PyInPort = LavaPyType(PyInPort.VEC_DENSE, np.int32)
    out: PyOutPort = LavaPyType(PyOutPort.VEC_DENSE, np.int32)

    def run_spk(self):
        self.out.send(2 * self.inp.recv())


def neurons(rng, shape, fixed):
    """A random population."""
    n = shape[0]
    whole = lambda low, high, size=None: rng.integers(low, high, size)  # noqa: E731
    each = shape if rng.random() < 0.5 else None
    if fixed:
        decay = {"du": whole(-1, 4096, each), "dv": whole(0, 4097, each)}
        if rng.random() < 0.1:
            decay["du"] = int(whole(4096, 9000))
        bias = {"bias_mant": whole(-200, 400, n), "bias_exp": whole(-2, 9, n)}
        vth = {"vth": whole(1, 60, each)}
    else:
        decay = {"du": rng.integers(0, 17, each) / 16, "dv": rng.integers(0, 17, each) / 16}
        bias, vth = {"bias_mant": rng.integers(-8, 16, n) / 4}, {"vth": float(whole(1, 8))}
    start = {"u": whole(-1 << 23, 1 << 23, n), "v": whole(-1 << 23, 1 << 23, n)} if rng.random() < 0.3 and fixed else {}
    kinds = [LIF, LIFReset, TernaryLIF] + ([] if fixed else [LIFRefractory])
    kind = kinds[rng.integers(len(kinds))]
    if kind is TernaryLIF:
        vth = {"vth_hi": int(whole(0, 20)), "vth_lo": int(whole(-20, 1))}
    if kind is LIFReset:
        vth |= {"reset_interval": int(whole(1, 9)), "reset_offset": int(whole(0, 12))}
    if kind is LIFRefractory:
        vth |= {"refractory_period": int(whole(1, 5))}
        decay, bias = {k: float(np.mean(v)) for k, v in decay.items()}, {"bias_mant": bias["bias_mant"]}
    return kind(shape=shape, **decay, **bias, **vth, **start)


def connection(rng, n_in, n_out, fixed):
    """A random connection."""
    low, high = ((-300, 300), (0, 256), (-256, 1), (-3, 4))[rng.integers(4)]
    weights = rng.integers(low, high, (n_out, n_in))
    weights[rng.random(weights.shape) < 0.4] = 0
    more = {"num_message_bits": int(rng.choice([0, 0, 8]))}
    if fixed:
        more |= {"weight_exp": int(rng.integers(-3, 4)), "num_weight_bits": int(rng.integers(2, 9))}
    elif rng.random() < 0.5:
        weights = weights / 4
    kind = (Dense, DelayDense, Sparse, DelaySparse)[rng.integers(4)]
    if kind in (Sparse, DelaySparse):
        weights[0, 0] = weights[0, 0] or 4
    delays = rng.integers(0, 5, weights.shape)
    if kind is DelayDense:
        more["delays"] = delays
    if kind is DelaySparse:
        places = weights != 0
        more["delays"] = csr_matrix(np.where(places, delays, 0))
    if kind in (Sparse, DelaySparse):
        weights = csr_matrix(weights)
    return kind(weights=weights, **more)


def build(seed, fixed, python):
    """A random program (leading process, all processes, what to read afterwards), with a user's models if `python`."""
    rng = np.random.default_rng(seed)
    sizes = [int(n) for n in rng.integers(1, 9, rng.integers(1, 5))]
    cells = [neurons(rng, (n,), fixed) for n in sizes]
    source = Source(data=(rng.random((sizes[0], 7)) < 0.5) * rng.integers(1, 5 if fixed else 3))
    source.s_out.connect(cells[0].a_in)
    every = [source, *cells]
    for k in range(len(cells) + int(rng.integers(0, 4))):
        a, b = (k, (k + 1) % len(cells)) if k < len(cells) else rng.integers(0, len(cells), 2)
        joined = connection(rng, sizes[a], sizes[b], fixed)
        out = cells[a].s_out
        if fixed and python and rng.random() < 0.3:
            through = Through((sizes[a],))
            out.connect(through.inp)
            out = through.out
            every.append(through)
        out.connect(joined.s_in)
        joined.a_out.connect(cells[b].a_in)
        every.append(joined)
    taps = []
    for process in every:
        if isinstance(process, Source | Through):
            continue
        port = process.s_out if hasattr(process, "s_out") else process.a_out
        if rng.random() < 0.6:
            sink = Sink(shape=port.shape, buffer=STEPS)
            port.connect(sink.a_in)
            taps.append(sink.data)
        if rng.random() < 0.6:
            monitor = Monitor()
            var = process.v if hasattr(process, "v") else process.a_buff
            monitor.probe(var, STEPS)
            taps.append((monitor, var))
        if rng.random() < 0.3 and hasattr(process, "u"):
            read = Read(buffer=5, interval=int(rng.integers(1, 5)), offset=int(rng.integers(0, 5)))
            read.connect_var(process.u)
            taps.append(read.data)
    return rng, source, every, taps


def outcome(seed, fixed, kernels, python=True):
    """Run a program in pieces, with variables set between them; everything that can be seen of it."""
    with models_run(kernels):
        rng, lead, every, taps = build(seed, fixed, python)
        tag = "fixed_pt" if fixed else "floating_pt"
        for steps in (1, 9, STEPS - 10):
            lead.run(RunSteps(steps), Loihi2SimCfg(select_tag=tag))
            cell = every[1]
            cell.bias_mant.set(rng.integers(0, 50, cell.bias_mant.shape))
            cell.v.set(rng.integers(-100, 100, cell.v.shape))
            for process in every:
                if isinstance(process, Dense) and rng.random() < 0.3:
                    process.weights.set(rng.integers(-1000, 1000, process.weights.shape))
        seen = [t[0].get_data()[t[1].process.name][t[1].name] if isinstance(t, tuple) else t.get() for t in taps]
        for process in every:
            for var in process.vars:
                if var.name in ("du", "dv", "vth"):  # may hold more values than their shape says
                    continue
                value = var.get()
                seen.append(value.toarray() if hasattr(value, "toarray") else value)
        if kernels:
            models = [p for p in every if not isinstance(p, Through)]
            assert [p for p in models if not is_compiled(p)] == []
        lead.stop()
        return seen


@pytest.mark.parametrize("fixed", [True, False], ids=["fixed", "float"])
@at_most(40)
@given(seed=st.integers(0, 1 << 30))
def test_random_graphs(fixed, seed):
    for a, b in zip(outcome(seed, fixed, True), outcome(seed, fixed, False), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("fixed", [True, False], ids=["fixed", "float"])
@at_most(20)
@given(seed=st.integers(0, 1 << 30))
def test_threads_change_nothing(fixed, seed):
    want = outcome(seed, fixed, True, python=False)
    for threads in (2, 3):
        with threads_run(threads):
            found = outcome(seed, fixed, True, python=False)
        for a, b in zip(found, want, strict=True):
            np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("tag", ["fixed_pt", "floating_pt"])
@at_most(25)
@given(seed=st.integers(0, 1 << 30))
def test_convolutions(tag, seed):
    def run(kernels):
        with models_run(kernels):
            rng = np.random.default_rng(seed)
            groups = int(rng.integers(1, 3))
            shape = (int(rng.integers(4, 8)), int(rng.integers(4, 8)), groups * int(rng.integers(1, 3)))
            size = int(rng.integers(1, 4)), int(rng.integers(1, 4))
            taps = (groups * int(rng.integers(1, 3)), *size, shape[2] // groups)
            large = 1 << 22 if rng.random() < 0.2 and tag == "fixed_pt" else 100
            pair = lambda low, high: tuple(int(x) for x in rng.integers(low, high, 2))  # noqa: E731
            conv = Conv(
                weight=rng.integers(-large, large, taps), input_shape=shape, stride=pair(1, 3), padding=pair(0, 3),
                dilation=pair(1, 2), groups=groups, num_message_bits=int(rng.choice([0, 8])),
            )  # fmt: skip
            source = Source(data=(rng.random((*shape, 5)) < 0.4) * rng.integers(-3, 4, (*shape, 5)))
            sink = Sink(shape=conv.a_out.shape, buffer=10)
            source.s_out.connect(conv.s_in)
            conv.a_out.connect(sink.a_in)
            for steps in (4, 6):
                source.run(RunSteps(steps), Loihi2SimCfg(select_tag=tag))
                conv.weight.set(rng.integers(-50, 50, taps))
            assert not kernels or is_compiled(conv)
            found = sink.data.get(), conv.a_buf.get()
            source.stop()
            return found

    want = run(False)
    with threads_run(3):
        in_parts = run(True)
    for a, b, c in zip(run(True), want, in_parts, strict=True):
        np.testing.assert_array_equal(a, b)
        np.testing.assert_array_equal(c, b)


def test_loops_without_a_sender_are_named_with_kernels_too():
    cell = LIF(shape=(2,), name="loop")
    cell.s_out.connect(cell.a_in)
    with pytest.raises(RuntimeError, match=r'deadlock.*"loop"\.a_in waits for "loop"\.s_out'):
        cell.run(RunSteps(2), Loihi2SimCfg())
    first, second = LIF(shape=(2,), name="one"), LIF(shape=(2,), name="two")
    first.s_out.connect(second.a_in)
    second.s_out.connect(first.a_in)
    with pytest.raises(RuntimeError, match=r'"one"\.a_in waits for "two"\.s_out'):
        first.run(RunSteps(2), Loihi2SimCfg())


def test_derived_models_run_as_python():
    from lava_api.proc.lif.models import PyLifModelFloat

    class Own(PyLifModelFloat):
        def spiking_activation(self):
            return self.v > 100

    cell = LIF(shape=(1,), bias_mant=11, vth=1)
    cell.run(RunSteps(5), Loihi2SimCfg(exception_proc_model_map={LIF: Own}))
    assert cell.v.get() == 55
    cell.stop()


def test_a_monitor_of_a_deadlocked_neuron_changes_nothing():
    cell, monitor = LIF(shape=(2,), name="loop"), Monitor()
    cell.s_out.connect(cell.a_in)
    monitor.probe(cell.v, 3)
    with pytest.raises(RuntimeError, match="deadlock"):
        cell.run(RunSteps(2), Loihi2SimCfg())
