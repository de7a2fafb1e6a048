"""Weights that are set while a program runs, of any size: kernels against Python models, equal to the bit."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lava_kernels import is_compiled, models_run
from messages import UNHEEDED
from profiles import at_most
from scipy.sparse import csr_matrix

from lava_api.magma.core.run_conditions import RunSteps
from lava_api.magma.core.run_configs import Loihi2SimCfg
from lava_api.proc.dense.process import DelayDense, Dense
from lava_api.proc.io.sink import RingBuffer as Sink
from lava_api.proc.io.source import RingBuffer as Source
from lava_api.proc.lif.process import LIF, TernaryLIF
from lava_api.proc.sparse.process import DelaySparse, Sparse

pytestmark = UNHEEDED

STEPS = 6
FIXED = Loihi2SimCfg(select_tag="fixed_pt")
KINDS = (Dense, Sparse, DelayDense, DelaySparse)


def program(kind, rng):
    """A source, a connection, and behind it neurons, a sink, or both; weights to be set one after the other."""
    shape = (int(rng.integers(1, 9)), int(rng.integers(1, 9)))
    sparse = kind in (Sparse, DelaySparse)
    places = rng.random(shape) < (0.5 if sparse else 1)
    form = csr_matrix if sparse else np.asarray
    weights = [form(places * rng.integers(1, high, shape)) for high in (100, *rng.permutation([60, 1 << 20, 1 << 30]))]
    given = {"weight_exp": int(rng.integers(-9, 10)), "num_message_bits": int(rng.choice([0, 24]))}
    if kind in (DelayDense, DelaySparse):
        given["delays"] = form(places * rng.integers(0, 5, shape))
    connection = kind(weights=weights[0], **given)
    if rng.random() < 0.3:  # payloads of 64 bits
        source = TernaryLIF(shape=(shape[1],), bias_mant=rng.integers(-90, 90, shape[1]), vth_hi=1, vth_lo=-1)
    else:
        source = Source(data=rng.integers(-40, 40, (shape[1], 7)) * (rng.random((shape[1], 7)) < 0.5))
    source.s_out.connect(connection.s_in)
    cells, sink = LIF(shape=(shape[0],), vth=1 << 16, du=1000, dv=100), Sink(shape=(shape[0],), buffer=4 * STEPS)
    behind = int(rng.integers(1, 4))
    if behind & 1:
        connection.a_out.connect(cells.a_in)
    if behind & 2:
        connection.a_out.connect(sink.a_in)
    return connection, weights, [cells.u, cells.v] if behind & 1 else [], [sink.data] if behind & 2 else []


def outcome(kind, seed, kernels):
    with models_run(kernels):
        connection, weights, states, records = program(kind, np.random.default_rng(seed))
        seen = []
        for following in (*weights[1:], None):
            connection.run(RunSteps(STEPS), FIXED)
            seen += [var.get() for var in (connection.a_buff, *states)]
            if following is not None:
                connection.weights.set(following)
        seen += [var.get() for var in records]
        if kernels:
            assert is_compiled(connection)
        connection.stop()
        return seen


@pytest.mark.parametrize("kind", KINDS)
@at_most(15)
@given(seed=st.integers(0, 1 << 30))
def test_weights_of_any_size(kind, seed):
    for a, b in zip(outcome(kind, seed, True), outcome(kind, seed, False), strict=True):
        np.testing.assert_array_equal(a, b)


def far_sums(bits, kernels):
    """Sums of a connection onto more targets than 16 bits count."""
    rng, shape = np.random.default_rng(4), (70_000, 5)
    places = rng.integers(0, shape[0], 400), rng.integers(0, shape[1], 400)
    with models_run(kernels):
        connection = Sparse(weights=csr_matrix((rng.integers(1, 50, 400), places), shape), num_message_bits=bits)
        Source(data=rng.integers(0, 3, (shape[1], STEPS))).s_out.connect(connection.s_in)
        connection.run(RunSteps(STEPS), FIXED)
        sums = connection.a_buff.get()
        connection.stop()
        return sums


@pytest.mark.parametrize("bits", [0, 24])
def test_more_targets_than_16_bits_count(bits):
    sums = far_sums(bits, True)
    assert sums[1 << 16 :].any()
    np.testing.assert_array_equal(sums, far_sums(bits, False))
