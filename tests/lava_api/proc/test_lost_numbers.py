"""Fractions in fixed-point models: weights and other values that become 0 are told; hints fit what was given."""

import warnings

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from lava_api.magma.core.learning.learning_rule import Loihi2FLearningRule
from lava_api.magma.core.run_conditions import RunSteps
from lava_api.magma.core.run_configs import Loihi2SimCfg
from lava_api.proc.conv.process import Conv
from lava_api.proc.dense.process import DelayDense, Dense, LearningDense
from lava_api.proc.lif.process import LIF
from lava_api.proc.sparse.process import DelaySparse, LearningSparse, Sparse
from loihi_emu.errors import LoihiInputWarning

FIXED = Loihi2SimCfg(select_tag="fixed_pt")
SMALL = np.array([[0.25, -0.5, 0.0], [0.75, 2.0, -0.96]])
RULE = Loihi2FLearningRule(dw="x0 * y0")
CONNECTIONS = {
    "Dense": lambda weights: Dense(weights=weights, name="w"),
    "DelayDense": lambda weights: DelayDense(weights=weights, delays=1, name="w"),
    "LearningDense": lambda weights: LearningDense(weights=weights, learning_rule=RULE, name="w"),
    "Sparse": lambda weights: Sparse(weights=csr_matrix(weights), name="w"),
    "DelaySparse": lambda weights: DelaySparse(
        weights=csr_matrix(weights), delays=csr_matrix((weights != 0).astype(int)), name="w"
    ),
    "LearningSparse": lambda weights: LearningSparse(weights=csr_matrix(weights), learning_rule=RULE, name="w"),
    "Conv": lambda weights: Conv(weight=weights.reshape(1, 2, 3, 1), input_shape=(4, 4, 1), name="w"),
}


def run(process, cfg=FIXED):
    process.run(RunSteps(1), cfg)
    process.stop()


@pytest.mark.parametrize("name", CONNECTIONS)
def test_weights_that_become_0_are_told(name):
    of = "5" if "Sparse" in name else "6"
    with pytest.warns(LoihiInputWarning) as seen:
        run(CONNECTIONS[name](SMALL))
    (text,) = [str(one.message) for one in seen]
    weights = "weight" if name == "Conv" else "weights"
    assert text.startswith(f'process "w", Var "{weights}": 4 of {of} numbers become 0, as the model holds integers;')
    assert f"the largest of these is 0.96. Scale them, as by np.round({weights} * 32), or select the floating" in text
    assert seen[0].filename == __file__


@pytest.mark.parametrize("name", CONNECTIONS)
def test_weights_that_stay_are_not(name):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        run(CONNECTIONS[name](np.round(SMALL * 32)))
        run(CONNECTIONS[name](SMALL), Loihi2SimCfg(select_tag="floating_pt"))


@pytest.mark.parametrize("arguments", [{"bias_mant": 0.5}, {"bias_mant": [0.1, 3.0]}, {"u": 0.3}, {"v": -0.3}])
def test_other_values_that_become_0_are_told(arguments):
    (name,) = arguments
    with pytest.warns(LoihiInputWarning, match=f'Var "{name}": 1 of . numbers become 0'):
        run(LIF(shape=(2,), **arguments))


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        ({"vth": 1e5}, r"Write vth=100000\.$"),
        ({"vth": np.float32(20)}, r"Write vth=20\.$"),
        ({"du": 4095.0}, r"Write du=4095\.$"),
        ({"vth": np.array([10.0, 20.0])}, r"Write vth=np.asarray\(vth\).astype\(int\)\.$"),
        ({"vth": 1.5}, "Round it, or scale thresholds, weights and biases alike"),
        ({"vth": np.inf}, "the largest threshold is 131071"),
        ({"dv": 0.1}, r"decays in units of 1/4096, dv=round\(0.1 \* 4096\)"),
        ({"dv": np.inf}, "the largest decay is 4095"),
    ],
)
def test_the_hint_about_a_number_that_is_no_integer_fits_it(arguments, hint):
    with pytest.raises(RuntimeError) as caught:
        run(LIF(shape=(2,), **arguments))
    assert caught.match(f"fixed-point model needs integers.*{hint}")
    assert "vth" not in arguments or "4096" not in str(caught.value)


def test_the_hint_about_an_exponent():
    with pytest.raises(
        ValueError, match=r'process "w", weight_exp: got 2\.0, allowed is an integer\. Write weight_exp=2'
    ):
        run(Dense(weights=np.eye(2), weight_exp=2.0, name="w"))
