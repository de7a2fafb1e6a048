"""Learning kernels against the Python models, on random rules: weights, tags, traces and sums are equal."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lava_kernels import is_compiled, models_run, threads_run
from messages import UNHEEDED
from profiles import at_most
from scipy.sparse import csr_matrix

from lava_api.magma.core.learning.constants import GradedSpikeCfg
from lava_api.magma.core.learning.learning_rule import Loihi2FLearningRule, Loihi3FLearningRule
from lava_api.magma.core.run_conditions import RunSteps
from lava_api.magma.core.run_configs import Loihi2SimCfg
from lava_api.proc.dense.process import LearningDense
from lava_api.proc.io.sink import RingBuffer as Sink
from lava_api.proc.io.source import RingBuffer as Source
from lava_api.proc.monitor.process import Monitor
from lava_api.proc.sparse.process import LearningSparse
from lava_api.utils.weightutils import SignMode
from loihi_emu.jit import COMPILED
from loihi_emu.run.team import Team

pytestmark = UNHEEDED

STEPS = 30
TRACES = ("x1", "x2", "y1", "y2", "y3")
FACTORS = ("x1", "x2", "y1", "y2", "y3", "w", "d", "t", "x0", "y0", "sgn(w)", "sgn(t)", "sgn(d-3)")


BOUNDED = ("x1", "x2", "y1", "y2", "y3", "x0", "y0", "sgn(w)", "sgn(t)", "sgn(d-3)")
"""Factors that do not grow with what is learned."""


def rule_text(rng, decimate, factors=FACTORS):
    """A random sum of products."""
    products = []
    for _ in range(rng.integers(1, 4)):
        parts = [str(rng.choice(["x0", "y0", f"u{decimate}"]))]
        for _ in range(rng.integers(0, 3)):
            factor = str(rng.choice(factors))
            if not factor.startswith("sgn") and rng.random() < 0.4:
                factor = f"({factor}{rng.integers(-9, 10):+d})"
            parts.append(factor)
        parts.append(f"{rng.integers(1, 8)}*2^{rng.integers(-7, 3)}")
        products.append("*".join(parts))
    return " - ".join(products) if rng.random() < 0.5 else " + ".join(products)


def build(seed, fixed):
    """A random learning connection with its sources and taps."""
    rng = np.random.default_rng(seed)
    n_pre, n_post = (int(n) for n in rng.integers(1, 6, 2))
    three = rng.random() < 0.4
    decimate = int(rng.integers(0, 3))
    factors = TRACES if rng.random() < 0.3 else FACTORS if fixed else BOUNDED
    texts = {
        name: rule_text(rng, decimate, factors) for name in ("dw", "dd", "dt") if name == "dw" or rng.random() < 0.5
    }
    parameters = {
        f"{trace}_{what}": float(rng.integers(0, 20)) if what == "tau" else float(rng.integers(0, 300)) / 8
        for trace in ("x1", "x2", "y1", "y2", "y3")
        for what in ("tau", "impulse")
        if not (three and trace[0] == "y")
    }
    rule = (Loihi3FLearningRule if three else Loihi2FLearningRule)(
        **texts, **parameters, t_epoch=int(rng.integers(1, 8)), rng_seed=int(rng.integers(1, 99))
    )
    mode = (SignMode.MIXED, SignMode.EXCITATORY, SignMode.INHIBITORY)[rng.integers(3)]
    sign = {SignMode.MIXED: (-256, 255), SignMode.EXCITATORY: (0, 256), SignMode.INHIBITORY: (-255, 1)}[mode]
    weights = rng.integers(*sign, (n_post, n_pre))
    kind = LearningDense if rng.random() < 0.6 else LearningSparse
    more = {"tag_1": rng.integers(-200, 200, weights.shape), "tag_2": rng.integers(0, 200, weights.shape)}
    if kind is LearningSparse:
        weights[0, 0] = weights[0, 0] or sign[0] or 7
        weights[rng.random(weights.shape) < 0.3] = 0
        weights[(rng.random(weights.shape) < 0.3) & (weights > 0)] = 1
        more = {}
        if not weights.any():
            weights[0, 0] = sign[0] or 7
        weights = csr_matrix(weights if fixed else weights.astype(float))
    bits = int(rng.choice([0, 0, 8]))
    learner = kind(
        weights=weights, learning_rule=rule, sign_mode=mode, num_message_bits=bits, weight_exp=int(rng.integers(-2, 3)),
        graded_spike_cfg=GradedSpikeCfg(int(rng.integers(0, 4))), **more,
    )  # fmt: skip
    pre = Source(data=(rng.random((n_pre, 11)) < 0.3) * rng.integers(1, 250, (n_pre, 11)))
    post = Source(data=(rng.random((n_post, 13)) < 0.3).astype(int))
    pre.s_out.connect(learner.s_in)
    post.s_out.connect(learner.s_in_bap)
    for name in ("s_in_y1", "s_in_y2", "s_in_y3") if three else ():
        factor = Source(data=rng.integers(0, 128, (n_post, 7)))
        factor.s_out.connect(getattr(learner, name))
    sink = Sink(shape=(n_post,), buffer=STEPS)
    learner.a_out.connect(sink.a_in)
    monitor = None
    if kind is LearningDense and rng.random() < 0.5:
        monitor = Monitor()
        monitor.probe(learner.weights, STEPS)
    return rng, learner, sink, monitor, sign


def outcome(seed, kernels, tag="fixed_pt", threads=1):
    with models_run(kernels), threads_run(threads):
        rng, learner, sink, monitor, sign = build(seed, tag == "fixed_pt")
        seen = []
        for steps in (1, 6, 10, STEPS - 17):
            learner.run(RunSteps(steps), Loihi2SimCfg(select_tag=tag))
            for name in ("weights", "tag_1", "tag_2"):
                value = getattr(learner, name).get()
                seen.append(value.toarray() if hasattr(value, "toarray") else value)
            seen += [getattr(learner, name).get() for name in ("x1", "x2", "y1", "y2", "y3", "tx", "ty", "x0", "y0")]
            if steps == 6:
                learner.x1_impulse.set(np.array([5]))
                learner.y1_tau.set(np.array([3]))
            if steps == 10 and isinstance(learner, LearningDense):
                learner.weights.set(rng.integers(sign[0] * 2, sign[1] * 2, learner.weights.shape))
        seen.append(sink.data.get())
        if monitor is not None:
            seen.append(monitor.get_data()[learner.name]["weights"])
        if kernels:
            assert is_compiled(learner)
        learner.stop()
        return seen


@pytest.mark.slow
@at_most(60)
@given(seed=st.integers(0, 1 << 30))
def test_random_rules(seed):
    for k, (a, b) in enumerate(zip(outcome(seed, True), outcome(seed, False), strict=True)):
        np.testing.assert_array_equal(a, b, err_msg=str(k))


@at_most(40)
@given(seed=st.integers(0, 1 << 30))
def test_random_rules_in_floating_point(seed):
    runs = [outcome(seed, kernels, "floating_pt") for kernels in (True, False)]
    for k, (a, b) in enumerate(zip(*runs, strict=True)):
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-9, err_msg=str(k))  # sums in another order


@pytest.mark.parametrize("tag", ["fixed_pt", "floating_pt"])
def test_several_threads_learn_the_same(tag, monkeypatch):
    runs, run = set(), Team.run
    monkeypatch.setattr(Team, "run", lambda self, *what: runs.add(self.count) or run(self, *what))

    @at_most(20)
    @given(seed=st.integers(0, 1 << 30), threads=st.integers(2, 4))
    def same(seed, threads):
        for k, (a, b) in enumerate(zip(outcome(seed, True, tag), outcome(seed, True, tag, threads), strict=True)):
            np.testing.assert_array_equal(a, b, err_msg=str(k))

    same()
    assert bool(runs) == COMPILED


def test_kernels_draw_the_numbers_of_numpys_generator_from_run_to_run():
    def run(kernels, *pieces):
        with models_run(kernels):
            traces = {"x1_impulse": 11.3, "x1_tau": 7, "y1_impulse": 9.1, "y1_tau": 5}
            rule = Loihi2FLearningRule(dw="2^-3*x1*y0 - 2^-4*y1*x0", t_epoch=3, rng_seed=5, **traces)
            learner = LearningDense(weights=np.full((2, 3), 50), learning_rule=rule)
            rng = np.random.default_rng(1)
            for port, n in ((learner.s_in, 3), (learner.s_in_bap, 2)):
                Source(data=(rng.random((n, 50)) < 0.4).astype(int)).s_out.connect(port)
            for steps in pieces:
                learner.run(RunSteps(steps), Loihi2SimCfg(select_tag="fixed_pt"))
            found = learner.weights.get(), learner.y1.get()
            learner.stop()
            return found

    for a, b, c in zip(run(True, 7, 94), run(True, 101), run(False, 101), strict=True):
        np.testing.assert_array_equal(a, b)
        np.testing.assert_array_equal(a, c)


@pytest.mark.parametrize("kind", [LearningDense, LearningSparse])
def test_a_causal_pairing_potentiates(kind):
    from lava_api.proc.learning_rules.stdp_learning_rule import STDPLoihi

    rule = STDPLoihi(learning_rate=1, A_plus=1, A_minus=-1, tau_plus=10, tau_minus=10, t_epoch=1)
    weights = np.full((2, 1), 40)
    learner = kind(weights=csr_matrix(weights) if kind is LearningSparse else weights, learning_rule=rule)
    pre, post = np.zeros((1, 40)), np.zeros((2, 40))
    pre[0, [5, 25]] = 1
    post[0, [7, 27]] = 1  # after
    post[1, [3, 23]] = 1  # before
    Source(data=pre).s_out.connect(learner.s_in)
    Source(data=post).s_out.connect(learner.s_in_bap)
    learner.run(RunSteps(40), Loihi2SimCfg(select_tag="fixed_pt"))
    found = learner.weights.get()
    found = found.toarray() if hasattr(found, "toarray") else found
    assert found[0, 0] > 40 > found[1, 0]
    learner.stop()
