"""Prototypes, adapters and state-space neurons as kernels against their Python models: equal to the bit."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lava_kernels import is_compiled, models_run
from profiles import at_most

from lava_api.magma.core.run_conditions import RunSteps
from lava_api.magma.core.run_configs import Loihi2SimCfg
from lava_api.proc.bit_check.process import BitCheck
from lava_api.proc.clp.id_broadcast.process import IdBroadcast
from lava_api.proc.clp.novelty_detector.process import NoveltyDetector
from lava_api.proc.clp.nsm.process import Allocator, Readout
from lava_api.proc.conv.process import Conv
from lava_api.proc.conv_in_time.process import ConvInTime
from lava_api.proc.dense.process import Dense, LearningDense
from lava_api.proc.embedded_io.spike import NxToPyAdapter, PyToN3ConvAdapter, PyToNxAdapter
from lava_api.proc.embedded_io.state import Read, ReadConv
from lava_api.proc.io.sink import RingBuffer as Sink
from lava_api.proc.io.source import RingBuffer as Source
from lava_api.proc.learning_rules.stdp_learning_rule import STDPLoihi
from lava_api.proc.lif.process import LIF, TernaryLIF
from lava_api.proc.prodneuron.process import ProdNeuron
from lava_api.proc.rf.process import RF
from lava_api.proc.s4d.process import S4d, SigmaS4dDelta
from lava_api.proc.sdn.process import Delta
from lava_api.proc.spiker.process import Spiker
from loihi_emu.jit import fused_exact

STEPS = 24
FIXED, FLOAT = "fixed_pt", "floating_pt"


def feed(rng, port, low, high, density=0.5, tag=FIXED, most=2):
    """Connect sources of random numbers: one or two, straight, through a Dense, or from an array of other shape."""
    parts = []
    for _ in range(1 + (rng.random() < 0.3 and most > 1)):
        way = rng.integers(3)
        shape = port.shape if way == 0 else (port.size, 1) if way == 1 else (2,)
        values = rng.integers(low, high, (*shape, 9)) * (rng.random((*shape, 9)) < density)
        source = Source(data=values if tag == FIXED else values / 8)
        parts.append(source)
        if way == 2:
            dense = Dense(weights=rng.integers(-2, 3, (port.size, 2)) * 2, num_message_bits=24)
            source.s_out.connect(dense.s_in)
            dense.a_out.reshape(port.shape).connect(port)
            parts.append(dense)
        else:
            source.s_out.reshape(port.shape).connect(port)
    return parts


def wide(rng, port):
    """Connect what sends 64 bits."""
    spiker = Spiker(shape=port.shape, period=int(rng.integers(1, 5)), payload=int(rng.choice([1, 5, 1 << 30])))
    spiker.s_out.connect(port)
    return [spiker]


def broadcast(rng):
    process = IdBroadcast(shape=(3,))
    return [process, *wide(rng, process.a_in), *feed(rng, process.a_in, -9, 9)]


def novelty(rng):
    process = NoveltyDetector(t_wait=int(rng.integers(0, 5)))
    return [process, *feed(rng, process.input_aval_in, 0, 3, 0.3), *feed(rng, process.output_aval_in, 0, 3, 0.1)]


def readout(rng):
    labels = rng.integers(-3, 5, 4) if rng.random() < 0.5 else None
    process = Readout(n_protos=4, proto_labels=labels)
    return [process, *feed(rng, process.inference_in, 0, 2, 0.2), *feed(rng, process.label_in, -1, 5, 0.4)]


def allocator(rng):
    process = Allocator(n_protos=4, next_alloc_id=int(rng.choice([1, 3, (1 << 31) - 2])))
    return [process, *feed(rng, process.trigger_in, -1, 2)]


def adapter(kind, **options):
    def make(rng):
        encoded = kind is PyToN3ConvAdapter  # takes one connection
        bits = int(rng.integers(0, 25))
        more = {name: int(rng.integers(0, most)) for name, most in options.items()}
        process = kind(shape=(2, 2), num_message_bits=bits, **more)
        is_wide = rng.random() < 0.4
        parts = [process, *(wide(rng, process.inp) if is_wide else [])]
        if not (is_wide and encoded):
            parts += feed(rng, process.inp, -(1 << 30), 1 << 30, most=1 if encoded else 2)
        return parts

    return make


def reader(kind):
    def make(rng):
        cells = (LIF, TernaryLIF)[rng.integers(2)](shape=(3,), bias_mant=rng.integers(1, 9, 3))
        process = kind(shape=(3,), interval=int(rng.integers(1, 6)), offset=int(rng.integers(-3, 7)))
        process.connect_var(cells.v if rng.random() < 0.5 else cells.bias_mant)
        return [process, cells, *feed(rng, cells.a_in, -3, 9)]

    return make


def numbers(rng, kind):
    values = rng.normal(size=5)
    return values + 1j * rng.normal(size=5) if kind is complex else values


def s4d(kind):
    def make(rng):
        a = numbers(rng, kind) / 3
        process = S4d(shape=(5,), a=a, b=numbers(rng, kind), c=numbers(rng, kind), s4_state=numbers(rng, kind))
        return [process, *feed(rng, process.a_in, -20, 20, tag=FLOAT)]

    return make


def sigma_s4d(kind):
    def make(rng):
        process = SigmaS4dDelta(
            shape=(5,), vth=float(rng.uniform(0, 20)), a=numbers(rng, kind) / 3, b=numbers(rng, kind),
            c=numbers(rng, kind), state_exp=int(rng.integers(0, 3)),
        )  # fmt: skip
        return [process, *feed(rng, process.a_in, -20, 20, tag=FLOAT)]

    return make


LIBRARY = {
    "broadcast": (broadcast, FIXED), "novelty": (novelty, FIXED), "readout": (readout, FIXED),
    "allocator": (allocator, FIXED), "to_chip": (adapter(PyToNxAdapter), FIXED),
    "from_chip": (adapter(NxToPyAdapter), FIXED), "encoded": (adapter(PyToN3ConvAdapter, spike_exp=8), FIXED),
    "read": (reader(Read), FIXED), "read_conv": (reader(ReadConv), FIXED), "s4d": (s4d(complex), FLOAT),
    "s4d_real": (s4d(float), FLOAT), "sigma_s4d": (sigma_s4d(complex), FLOAT),
    "sigma_s4d_real": (sigma_s4d(float), FLOAT),
}  # fmt: skip
SET = {
    "val": (-9, 9), "t_wait": (0, 4), "proto_labels": (-3, 5), "last_winner_id": (0, 4), "next_alloc_id": (1, 9),
    "latest": (-9, 9), "s4_state": (-9, 9), "sigma": (-9, 9), "act": (-9, 9), "a": (-1, 2), "c": (-3, 3),
}  # fmt: skip
"""Variables that are set between runs."""


def value(var):
    """Return a variable; of complex ones, which Lava's Var.get cannot read, what the model holds."""
    held = getattr(var.process._model, var.name)
    return held.copy() if np.iscomplexobj(held) else var.get()


def outcome(name, seed, kernels):
    """Run a small program in pieces; all variables and messages."""
    with models_run(kernels):
        rng = np.random.default_rng(seed)
        make, tag = LIBRARY[name]
        parts = make(rng)
        process = parts[0]
        taps = []
        for port in process.out_ports:
            sink = Sink(shape=port.shape, buffer=STEPS)
            port.connect(sink.a_in)
            taps.append(sink.data)
        seen = []
        for steps in (1, 7, STEPS - 8):
            process.run(RunSteps(steps), Loihi2SimCfg(select_tag=tag))
            seen += [value(var) for part in parts for var in part.vars if part is process or var.name in ("u", "v")]
            for var in process.vars:
                if var.name in SET and rng.random() < 0.4:
                    var.set(rng.integers(*SET[var.name], var.shape))
        seen += [var.get() for var in taps]
        if kernels:
            assert [part for part in parts if not is_compiled(part)] == []
        process.stop()
        return seen


@pytest.mark.parametrize("name", LIBRARY)
@at_most(15)
@given(seed=st.integers(0, 1 << 30))
def test_kernels_equal_python_models(name, seed):
    for a, b in zip(outcome(name, seed, True), outcome(name, seed, False), strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_label_for_a_winner_that_does_not_exist_is_refused():
    process = Readout(n_protos=4)
    Source(data=np.array([[0, 0, 7, 0]])).s_out.connect(process.label_in)
    process.run(RunSteps(1), Loihi2SimCfg(select_tag=FIXED))
    process.last_winner_id.set(np.array([4]))
    with pytest.raises(RuntimeError, match=r"time step 3.*last_winner_id: got 4, must be from 0 to 3"):
        process.run(RunSteps(9), Loihi2SimCfg(select_tag=FIXED))
    process.stop()


@given(st.lists(st.floats(allow_nan=False, width=64), min_size=3, max_size=3))
def test_a_fused_product_is_rounded_once(numbers):
    x, y, z = numbers
    found = fused_exact(x, y, z)
    if all(map(math.isfinite, numbers)):
        exact = Fraction(x) * Fraction(y) + Fraction(z)
        if math.isfinite(found):
            ulp = Fraction(math.ulp(found))
            assert abs(Fraction(found) - exact) <= ulp / 2
        else:
            assert abs(exact) > Fraction(np.finfo(float).max)


def watched():
    process, cells = BitCheck(bits=20), LIF(shape=(3,))
    process.connect_var(cells.v)
    return process


@pytest.mark.parametrize(
    ("make", "name", "fine", "other"),
    [
        (lambda: Dense(weights=np.eye(2), num_message_bits=8), "num_message_bits", 16, 0),
        (lambda: ConvInTime(weights=np.ones((1, 2, 2))), "num_message_bits", 0, 3),
        (lambda: ProdNeuron(shape=(2,), exp=3), "exp", 31, -1),
        (lambda: RF(shape=(2,), period=5, alpha=0.1, state_exp=2, decay_bits=12), "state_exp", 15, 40),
        (lambda: Delta(shape=(2,), vth=1, state_exp=2), "state_exp", 15, 40),
        (watched, "bits", 12, 40),
        (lambda: Conv(weight=np.ones((1, 1, 1, 1)), input_shape=(2, 2, 1)), "stride", [1, 1], [2, 2]),
    ],
)
def test_what_the_network_was_built_for_stays(make, name, fine, other):
    process, config = make(), Loihi2SimCfg(select_tag=FIXED)
    process.run(RunSteps(1), config)
    assert is_compiled(process)
    getattr(process, name).set(np.array(fine))
    process.run(RunSteps(1), config)
    getattr(process, name).set(np.array(other))
    with pytest.raises(RuntimeError, match=rf"{name}: got \[.*\] after the network was built for"):
        process.run(RunSteps(1), config)
    process.stop()


def test_a_spike_after_the_end_of_an_epoch_is_refused():
    rule = STDPLoihi(learning_rate=1, A_plus=1, A_minus=-1, tau_plus=5, tau_minus=5, t_epoch=4)
    process, config = LearningDense(weights=2 * np.eye(2), learning_rule=rule), Loihi2SimCfg(select_tag=FIXED)
    process.run(RunSteps(1), config)
    process.ty.set(np.array([4, 4]))
    process.run(RunSteps(4), config)
    process.ty.set(np.array([4, 5]))
    with pytest.raises(RuntimeError, match=r"ty: got 5, allowed is 0\.\.4"):
        process.run(RunSteps(1), config)
    process.stop()


def test_one_complex_parameter_between_sigma_and_delta_is_enough():
    process = SigmaS4dDelta(shape=(2,), vth=0.1, a=np.array([0.5j, 1]), b=1, c=1)
    process.run(RunSteps(2), Loihi2SimCfg())
    np.testing.assert_array_equal(process.a.get(), [0.5j, 1])
    assert is_compiled(process)
    assert np.iscomplexobj(process.s4_state.get())
    process.stop()
