"""Learning rules with traces that do not decay: an infinite time constant."""

import numpy as np
import pytest

from lava_api.magma.compiler.compiler import KERNELS, OPTIONS
from lava_api.magma.core.learning.learning_rule import Loihi2FLearningRule, LoihiLearningRule
from lava_api.magma.core.run_conditions import RunSteps
from lava_api.magma.core.run_configs import Loihi2SimCfg
from lava_api.proc.dense.process import LearningDense
from lava_api.proc.io.source import RingBuffer
from lava_api.proc.learning_rules.stdp_learning_rule import STDPLoihi
from lava_api.proc.lif.process import LIF
from lava_api.proc.monitor.process import Monitor
from loihi_emu.errors import ValidationError

STEPS = 24
LARGEST = np.iinfo(np.int64).max


@pytest.fixture(autouse=True, params=["kernels", "Python models"])
def kind(request, monkeypatch):
    """Each test with kernels and with Python models."""
    monkeypatch.setitem(OPTIONS, KERNELS, request.param == "kernels")


def network(rule, fixed):
    data = np.zeros((2, STEPS), int)
    data[0, [2, 9, 15]] = data[1, [4, 20]] = 1
    source = RingBuffer(data=data)
    synapses = LearningDense(weights=np.array([[40, 60], [20, 80]]), learning_rule=rule, name="s")
    decays = {"du": 4095, "dv": 100} if fixed else {"du": 1, "dv": 0.1}
    cells = LIF(shape=(2,), vth=50, bias_mant=10, **decays)
    source.s_out.connect(synapses.s_in)
    synapses.a_out.connect(cells.a_in)
    cells.s_out.connect(synapses.s_in_bap)
    return synapses, Loihi2SimCfg(select_tag="fixed_pt" if fixed else "floating_pt")


@pytest.mark.parametrize("fixed", [False, True], ids=["float", "fixed"])
@pytest.mark.parametrize("endless", [np.inf, float("inf"), np.float32(np.inf), np.array(np.inf)])
def test_a_trace_of_an_infinite_time_constant_keeps_what_it_gets(endless, fixed):
    rule = Loihi2FLearningRule(dw="y0*x1*2^-3", t_epoch=2, rng_seed=3, x1_tau=endless, x1_impulse=16)
    synapses, cfg = network(rule, fixed)
    monitor = Monitor()
    monitor.probe(synapses.x1, STEPS)
    synapses.run(RunSteps(STEPS), cfg)
    seen = monitor.get_data()["s"]["x1"][::4]
    assert seen.tolist() == [[0, 0], [16, 0], [16, 16], [32, 16], [48, 16], [48, 16]]
    assert synapses.x1_tau.get() == (LARGEST if fixed else np.inf)
    synapses.stop()


def test_two_sides_and_lavas_numbers():
    rule = Loihi2FLearningRule(
        dw="y0*x1*2^-3 - x0*y1*2^-4", t_epoch=2, x1_tau=10, x1_impulse=16, y1_tau=np.inf, y1_impulse=20
    )
    synapses, cfg = network(rule, False)
    synapses.run(RunSteps(STEPS), cfg)
    weights = [[45.0448323477374, 59.43472841626176], [25.044832347737394, 79.43472841626178]]  # of Lava 0.10
    np.testing.assert_allclose(synapses.weights.get(), weights, rtol=1e-12)
    assert synapses.y1.get().tolist() == [100, 100]
    synapses.stop()


@pytest.mark.parametrize("fixed", [False, True], ids=["float", "fixed"])
def test_a_time_constant_is_set_to_infinity_and_back(fixed):
    rule = LoihiLearningRule(dw="y0*x1*2^-3", t_epoch=1, rng_seed=3, x1_tau=1, x1_impulse=16)
    synapses, cfg = network(rule, fixed)
    synapses.run(RunSteps(1), cfg)
    synapses.x1_tau.set(np.inf)
    synapses.run(RunSteps(3))
    assert synapses.x1.get().tolist() == [16, 0]
    synapses.x2_impulse.set(5)  # takes all parameters anew
    synapses.run(RunSteps(2))
    assert synapses.x1.get().tolist() == [16, 16]
    synapses.x1_tau.set(np.full(1, np.inf), [0])
    synapses.x1_tau.set(0)
    synapses.run(RunSteps(1))
    assert synapses.x1.get().tolist() == [0, 0]
    with pytest.raises(ValidationError, match=r"x1_impulse|what int64 holds|finite"):
        synapses.x1_impulse.set(np.inf)
    synapses.stop()


def test_ready_rules_take_it_and_impulses_stay_finite():
    assert STDPLoihi(learning_rate=1, A_plus=1, A_minus=-1, tau_plus=np.inf, tau_minus=10).x1_tau == np.inf
    for name, value in (("x1_impulse", np.inf), ("x1_tau", np.nan), ("x1_tau", -np.inf), ("y2_tau", -1)):
        with pytest.raises(ValidationError, match=name):
            Loihi2FLearningRule(dw="y0*x1", **{name: value})
