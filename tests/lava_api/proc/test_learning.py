"""Connections that learn, against plain Python integers, and where Lava fails."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lava_runs import played, recorded
from learning_oracle import LIMITS, Oracle, text
from messages import UNHEEDED
from scipy.sparse import csr_matrix

from lava_api.magma.compiler.compiler import KERNELS, OPTIONS
from lava_api.magma.core.decorator import implements, requires
from lava_api.magma.core.learning.constants import GradedSpikeCfg
from lava_api.magma.core.learning.learning_rule import Loihi2FLearningRule, Loihi3FLearningRule, LoihiLearningRule
from lava_api.magma.core.model.py.model import PyLoihiProcessModel
from lava_api.magma.core.resources import CPU
from lava_api.magma.core.run_conditions import RunSteps
from lava_api.magma.core.run_configs import Loihi2SimCfg
from lava_api.magma.core.sync.protocols.loihi_protocol import LoihiProtocol
from lava_api.proc.dense.process import Dense, LearningDense
from lava_api.proc.io.sink import RingBuffer as Sink
from lava_api.proc.lif.models import PyLearningLIFModelFixed
from lava_api.proc.lif.process import LIF, LearningLIF
from lava_api.proc.sparse.process import LearningSparse
from lava_api.utils.weightutils import SignMode

TRACES = ("x1", "x2", "y1", "y2", "y3")
MODES = {"mixed": SignMode.MIXED, "excitatory": SignMode.EXCITATORY, "inhibitory": SignMode.INHIBITORY}


@st.composite
def cases(draw):
    """An oracle, and the spikes of both sides."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    targets, sources, steps = draw(st.integers(1, 4)), draw(st.integers(1, 4)), draw(st.integers(1, 25))
    whole = st.none() | st.integers(-40, 40)
    plain = st.tuples(st.sampled_from([*TRACES, "w", "d", "t"]), whole, st.just(False))
    signs = st.tuples(st.sampled_from("wdt"), whole, st.just(True))
    gates = st.tuples(st.just("y0"), st.none(), st.just(False))
    factors = st.lists(plain | signs | gates, max_size=4)
    product = st.tuples(st.sampled_from(["x0", "y0", "u"]), st.integers(-8, 7), st.integers(-7, 8), factors)
    rules = draw(st.dictionaries(st.sampled_from(["dw", "dd", "dt"]), st.lists(product, min_size=1, max_size=3)))
    rules = rules or {"dw": draw(st.lists(product, min_size=1, max_size=3))}
    mode = draw(st.sampled_from(sorted(MODES)))
    low, high = LIMITS[mode]
    shape = (targets, sources)
    oracle = Oracle(
        {target: [(d, m, e, list(f)) for d, m, e, f in found] for target, found in rules.items()},
        k=draw(st.integers(0, 3)),
        epoch=draw(st.sampled_from([1, 2, 3, 7])),
        seed=draw(st.integers(0, 1000)),
        impulse={name: draw(st.integers(0, 127) | st.sampled_from([0.3, 12.5, 30.99])) for name in TRACES},
        tau={name: draw(st.sampled_from([0, 1, 3.5, 10, 200])) for name in TRACES},
        weights=rng.integers(low, high, shape, endpoint=True).tolist(),
        tag_1=rng.integers(-257, 255, shape, endpoint=True).tolist(),
        tag_2=rng.integers(0, 255, shape, endpoint=True).tolist(),
        mode=mode,
    )
    rate = draw(st.sampled_from([0.1, 0.5, 0.9]))
    spikes = [(rng.random((steps, n)) < rate).astype(int) for n in (sources, targets)]
    return oracle, *spikes


def connection(oracle, kind=LearningDense, as_matrix=np.array, **kwargs):
    """The connection of an oracle that has not begun."""
    values = {f"{name}_impulse": oracle.impulse[name] for name in TRACES}
    values |= {f"{name}_tau": oracle.tau[name] for name in TRACES}
    rules = {target: text(products, oracle.k) for target, products in oracle.rules.items()}
    rule = Loihi2FLearningRule(**rules, **values, t_epoch=oracle.epoch, rng_seed=oracle.seed)
    return kind(
        weights=as_matrix(oracle.weights), tag_1=as_matrix(oracle.tag_1), tag_2=as_matrix(oracle.tag_2),
        learning_rule=rule, sign_mode=MODES[oracle.mode], **kwargs,
    )  # fmt: skip


def check(oracle, learner, pre, bap):
    """Run a connection and its oracle, and compare what is sent, and all variables at the end."""
    played(pre).s_out.connect(learner.s_in)
    played(bap).s_out.connect(learner.s_in_bap)
    sink = Sink(shape=learner.a_out.shape, buffer=len(pre))
    learner.a_out.connect(sink.a_in)
    learner.run(RunSteps(len(pre)), Loihi2SimCfg(select_tag="fixed_pt"))
    sent = [oracle.step(*rows) for rows in zip(pre.tolist(), bap.tolist(), strict=True)]
    assert sink.data.get().T.tolist() == sent
    for name in ("weights", "tag_1", "tag_2"):
        value = getattr(learner, name).get()
        assert (value.toarray() if hasattr(value, "toarray") else value).tolist() == getattr(oracle, name), name
    for name in TRACES:
        assert getattr(learner, name).get().tolist() == oracle.traces[name], name
    assert learner.tx.get().tolist() == oracle.times["x"] and learner.ty.get().tolist() == oracle.times["y"]
    learner.stop()


@given(cases())
def test_random_rules_as_the_oracle_computes_them(case):
    oracle, pre, bap = case
    check(oracle, connection(oracle), pre, bap)


def stored(values):
    """A sparse matrix that stores all its values, zeros too."""
    values = np.array(values)
    rows, columns = np.indices(values.shape).reshape(2, -1)
    matrix = csr_matrix((np.ones(values.size, int), (rows, columns)), shape=values.shape)
    matrix.data[:] = values.ravel()
    return matrix


@given(cases())
def test_sparse_synapses_learn_as_dense_ones(case):
    oracle, pre, bap = case
    oracle.weights = [[w if w else 2 for w in row] for row in oracle.weights]
    if oracle.mode == "mixed":
        oracle.weights = [[w if w != 1 else 2 for w in row] for row in oracle.weights]
    check(oracle, connection(oracle, LearningSparse, stored), pre, bap)


RULE = {"x1_impulse": 16, "x1_tau": 10, "y1_impulse": 16, "y1_tau": 10, "rng_seed": 1}


def spiking(learner, pre, bap, tag="fixed_pt"):
    """Play spikes of one source and one target."""
    played(pre).s_out.connect(learner.s_in)
    played(bap).s_out.connect(learner.s_in_bap)
    return recorded(learner.weights, len(pre), tag)


def test_a_target_after_its_source_potentiates():
    rule = Loihi2FLearningRule(dw="2^-2*y0*x1 - 2^-2*x0*y1", **RULE)
    weights = spiking(LearningDense(weights=np.zeros((1, 1)), learning_rule=rule), [1, 0, 0, 0], [0, 0, 1, 0])
    # x1 = 16 decays in two steps to 13.1; a quarter of that is added at the third.
    assert weights.ravel()[:2].tolist() == [0, 0] and weights.ravel()[2] in (2, 3, 4)
    rule = Loihi2FLearningRule(dw="2^-2*y0*x1 - 2^-2*x0*y1", **RULE)
    assert spiking(LearningDense(weights=np.zeros((1, 1)), learning_rule=rule), [0, 0, 1], [1, 0, 0])[2] < 0


def test_floating_point_rules_are_exact():
    rule = Loihi2FLearningRule(dw="2^-2*y0*x1 + u0*2^-4*(w+8)", dt="x0*3", **RULE)
    learner = LearningDense(weights=np.full((1, 1), 8.0), learning_rule=rule)
    weights = spiking(learner, [1, 0, 0], [0, 1, 0], "floating_pt").ravel()
    assert weights[0] == 9 and weights[1] == 9 + (16 * np.exp(-1 / 10) / 4 + 17 / 16)


def test_a_trace_without_time_constant_is_cleared_and_not_nan():
    rule = Loihi2FLearningRule(dw="x0*y1 + y0*x1", x1_impulse=4, y1_impulse=2)
    learner = LearningDense(weights=np.zeros((1, 1)), learning_rule=rule)
    assert spiking(learner, [1, 1, 0], [1, 0, 1], "floating_pt").ravel().tolist() == [6, 6, 6]


def test_a_dependency_is_a_factor_in_floating_point_too():
    rule = Loihi2FLearningRule(dw="x0*y0*3")
    learner = LearningDense(weights=np.zeros((1, 1)), learning_rule=rule)
    assert spiking(learner, [1, 0, 1], [0, 1, 1], "floating_pt").ravel().tolist() == [0, 0, 3]


@pytest.mark.parametrize("tag", ["fixed_pt", "floating_pt"])
def test_the_librarys_neurons_send_their_spikes_back(tag):
    """In Lava nothing is sent through s_out_bap, and the network waits for ever."""
    rule = Loihi2FLearningRule(dw="y0*2", **RULE)
    learner = LearningDense(weights=np.full((1, 1), 50), learning_rule=rule)
    neuron = LearningLIF(shape=(1,), du=4095 if tag == "fixed_pt" else 1, vth=10)
    learner.a_out.connect(neuron.a_in)
    neuron.s_out_bap.connect(learner.s_in_bap)
    played([1, 1, 0, 0]).s_out.connect(learner.s_in)
    assert recorded(learner.weights, 4, tag).ravel().tolist() == [50, 52, 54, 54]


def test_three_factors_come_from_the_neurons():
    rule = Loihi3FLearningRule(dw="u0*y2 + y0*y1", rng_seed=1)
    learner = LearningDense(weights=np.zeros((2, 1)), learning_rule=rule)
    neurons = LearningLIF(shape=(2,), bias_mant=np.array([100, 0]), vth=1, learning_rule=rule)
    for name in ("bap", "y1", "y2", "y3"):
        getattr(neurons, f"s_out_{name}").connect(getattr(learner, f"s_in_{name}"))
    learner.run(RunSteps(1), Loihi2SimCfg(select_tag="fixed_pt"))
    neurons.y1.set(np.array([3, 3]))
    neurons.y2.set(np.array([0, 5]))
    learner.run(RunSteps(2))
    assert learner.weights.get().tolist() == [[6], [10]]
    assert learner.y2.get().tolist() == [0, 5]
    learner.stop()


def test_models_derived_from_the_librarys_send_back_what_they_wish():
    class Doubling(LearningLIF):
        pass

    @implements(proc=Doubling, protocol=LoihiProtocol)
    @requires(CPU)
    class DoublingModel(PyLearningLIFModelFixed):
        implements_process = None

        def run_spk(self):
            super().run_spk()
            self.s_out_y1.send(2 * self.s_out_buff)

    neurons = Doubling(shape=(1,), bias_mant=100, vth=1)
    assert recorded(neurons.s_out_y1, 3).ravel().tolist() == [2, 2, 2]


@pytest.mark.parametrize(
    ("cfg", "expected"),
    [
        (GradedSpikeCfg.USE_REGULAR_IMPULSE, [0, 0, 0, 16, 16]),
        (GradedSpikeCfg.OVERWRITE, [60, 60, 5, 120, 120]),
        (GradedSpikeCfg.ADD_WITH_SATURATION, [60, 60, 65, 127, 127]),
        (GradedSpikeCfg.ADD_WITHOUT_SATURATION, [60, 60, 65, 58, 58]),
    ],
)
def test_payloads_and_the_trace_x1(cfg, expected):
    rule = Loihi2FLearningRule(dw="x0*x1", x2_impulse=1, **(RULE | {"t_epoch": 9}))
    learner = LearningDense(weights=np.zeros((1, 1)), learning_rule=rule, graded_spike_cfg=cfg, num_message_bits=8)
    played([120, 0, 10, 240, 0]).s_out.connect(learner.s_in)
    rows = recorded(learner.x1, 5).ravel().tolist()
    if cfg is GradedSpikeCfg.USE_REGULAR_IMPULSE:
        expected = [0, 0, 16, 32, 32]
    else:
        assert rule.x1_impulse == 0
    assert rows == expected


def test_parameters_are_read_again_when_a_variable_is_set():
    rule = Loihi2FLearningRule(dw="x0*x1", x1_impulse=10.75, x1_tau=0, rng_seed=1)
    learner = LearningDense(weights=np.zeros((1, 1)), learning_rule=rule)
    played([1] * 6).s_out.connect(learner.s_in)
    learner.run(RunSteps(1), Loihi2SimCfg(select_tag="fixed_pt"))
    learner.x1_impulse.set(20)
    learner.dw.set("x0*5")
    learner.run(RunSteps(1))
    assert learner.x1.get() == 20 and learner.weights.get() in (15, 16)
    assert rule.x1_impulse == 10.75 and rule.dw_str == "x0*x1", "the user's rule is not changed"
    learner.dt.set("u0*7")
    learner.dw.set("")
    learner.run(RunSteps(1))
    assert learner.tag_1.get() == 7 and learner.weights.get() in (15, 16)
    assert (learner.dw.get(), learner.dd.get(), learner.dt.get()) == ("", "", "u0*7")
    learner.stop()


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [("dw", "x0*y4", "character 4"), ("x1_tau", -1, "x1_tau"), ("dt", "u1*t", "u0 in dw, u1 in dt")],
)
def test_a_wrong_value_leaves_the_rule_as_it_was(name, value, words):
    rule = Loihi2FLearningRule(dw="u0*3", x1_tau=10, rng_seed=1)
    learner = LearningDense(weights=np.zeros((1, 1)), learning_rule=rule)
    learner.run(RunSteps(1), Loihi2SimCfg(select_tag="fixed_pt"))
    with pytest.raises(ValueError, match=words):
        getattr(learner, name).set(value)
    learner.run(RunSteps(1))
    assert learner.weights.get() == 6 and learner.x1_tau.get() == 10
    assert (learner.dw.get(), learner.dt.get()) == ("u0*3", "")
    learner.stop()


def test_two_connections_may_share_a_rule():
    rule = Loihi2FLearningRule(dw="u0*1", rng_seed=1)
    one, other = (LearningDense(weights=np.zeros((1, 1)), learning_rule=rule) for _ in range(2))
    target = LIF(shape=(1,))
    one.a_out.connect(target.a_in)
    other.a_out.connect(target.a_in)
    one.run(RunSteps(1), Loihi2SimCfg(select_tag="fixed_pt"))
    one.dw.set("u0*5")
    one.run(RunSteps(1))
    assert (one.weights.get(), other.weights.get()) == (6, 2)
    one.stop()


def test_sparse_tags_learn_where_weights_are_stored():
    rule = Loihi2FLearningRule(dt="u0*3", dw="u0*t", rng_seed=1)
    learner = LearningSparse(weights=stored([[0, 4]]), learning_rule=rule)
    learner.run(RunSteps(2), Loihi2SimCfg(select_tag="fixed_pt"))
    assert learner.tag_1.get().toarray().tolist() == [[6, 6]]
    assert learner.weights.get().toarray().tolist() == [[3, 7]]
    learner.stop()


@UNHEEDED
@pytest.mark.parametrize("kernels", [True, False])
@pytest.mark.parametrize(
    ("dw", "weights"), [("u0*y1 + u0", [[0, 45], [0, 0]]), ("u0 + u0*y1 - u0*sgn(t)", [[1, 45], [0, 1]])]
)
def test_sparse_synapses_whose_weight_is_rounded_to_0_are_lost_to_rules_of_traces(dw, weights, kernels, monkeypatch):
    monkeypatch.setitem(OPTIONS, KERNELS, kernels)
    learner = LearningSparse(
        weights=csr_matrix([[1, 44], [0, 1]]), learning_rule=Loihi2FLearningRule(dw=dw, y1_tau=10, rng_seed=1)
    )
    learner.run(RunSteps(1), Loihi2SimCfg(select_tag="fixed_pt"))
    assert learner.weights.get().toarray().tolist() == weights
    assert learner.tag_1.get().nnz == learner.weights.get().nnz
    learner.stop()


@UNHEEDED
@pytest.mark.parametrize("kernels", [True, False])
def test_sparse_tags_outlast_their_synapses(kernels, monkeypatch):
    monkeypatch.setitem(OPTIONS, KERNELS, kernels)
    rule = Loihi2FLearningRule(dw="u0*2", dt="u0*3", rng_seed=1)
    learner = LearningSparse(weights=stored([[1, 44]]), tag_1=stored([[2, 0]]), learning_rule=rule)
    learner.run(RunSteps(1), Loihi2SimCfg(select_tag="fixed_pt"))
    assert learner.weights.get().toarray().tolist() == [[0, 46]]
    assert learner.tag_1.get().toarray().tolist() == [[5, 3]]
    learner.stop()


@pytest.mark.parametrize("kind", [LearningDense, LearningSparse])
@pytest.mark.parametrize("rule", [None, "x0*y1"])
def test_a_connection_needs_a_rule(kind, rule):
    with pytest.raises(ValueError, match=r"learning_rule: got .*LoihiLearningRule"):
        kind(weights=np.ones((1, 1)), learning_rule=rule)


def test_unsigned_weights_need_a_mode_that_learning_knows():
    learner = LearningDense(weights=np.ones((1, 1)), learning_rule=LoihiLearningRule(dw="u0"), sign_mode=SignMode.NULL)
    with pytest.raises(ValueError, match=r"sign_mode: got .*NULL.*MIXED, EXCITATORY or INHIBITORY"):
        learner.run(RunSteps(1), Loihi2SimCfg(select_tag="fixed_pt"))


def test_unknown_arguments_are_named():
    with pytest.warns(UserWarning, match="weight_exp"):
        LearningDense(weights=np.ones((1, 1)), learning_rule=LoihiLearningRule(dw="u0"), weights_exp=2)


def test_the_models_of_learning_are_models_of_the_protocol():
    assert issubclass(PyLearningLIFModelFixed, PyLoihiProcessModel)
    learner = LearningDense(weights=np.ones((2, 3)), learning_rule=LoihiLearningRule(dw="u0"))
    assert isinstance(learner, Dense) and learner.vars.tag_1.shape == (2, 3)
    assert [port.shape for port in (learner.s_in_bap, learner.s_in_y3)] == [(2,), (2,)]


def test_a_trace_that_overflowed_to_128_goes_on_to_1_without_a_spike():
    rule = Loihi2FLearningRule(dw="x0*x1", **(RULE | {"t_epoch": 9}))
    cfg = GradedSpikeCfg.ADD_WITHOUT_SATURATION
    learner = LearningDense(weights=np.zeros((1, 1)), learning_rule=rule, graded_spike_cfg=cfg, num_message_bits=9)
    played([254, 256, 0, 0]).s_out.connect(learner.s_in)
    assert recorded(learner.x1, 4).ravel().tolist() == [127, 128, 1, 1]


@pytest.mark.parametrize("kind", [LearningDense, LearningSparse])
def test_an_unknown_use_of_payloads_is_named(kind):
    with pytest.raises(ValueError, match=r"graded_spike_cfg: got 7, allowed is GradedSpikeCfg.USE_REGULAR_IMPULSE"):
        kind(weights=np.ones((1, 1)), learning_rule=LoihiLearningRule(dw="u0"), graded_spike_cfg=7)
