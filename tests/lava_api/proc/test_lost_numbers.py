"""What fixed-point models lose of weights and other values is told; hints fit what was given."""

import warnings

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from lava_api.magma.core.decorator import implements
from lava_api.magma.core.learning.learning_rule import Loihi2FLearningRule
from lava_api.magma.core.run_conditions import RunSteps
from lava_api.magma.core.run_configs import Loihi2SimCfg
from lava_api.magma.core.sync.protocols.loihi_protocol import LoihiProtocol
from lava_api.proc.conv.process import Conv
from lava_api.proc.dense.models import PyDenseModelBitAcc
from lava_api.proc.dense.process import DelayDense, Dense, LearningDense
from lava_api.proc.lif.process import LIF
from lava_api.proc.sparse.process import DelaySparse, LearningSparse, Sparse
from lava_api.utils.weightutils import SignMode
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
        run(CONNECTIONS[name](2 * np.round(SMALL * 32)))
        run(CONNECTIONS[name](2 * np.round(SMALL * 32) * (1 + 1e-12)))
        run(CONNECTIONS[name](SMALL), Loihi2SimCfg(select_tag="floating_pt"))


@pytest.mark.parametrize("name", CONNECTIONS)
def test_fractions_that_are_cut_off_are_told(name):
    with pytest.warns(LoihiInputWarning) as seen:
        run(CONNECTIONS[name](np.array([[2.75, 4.5, 6.0], [0.5, 8.0, 2.0]])))
    assert [str(one.message).partition(": ")[2] for one in seen] == [
        "3 of 6 numbers lose their fractions, 1 become 0, as the model holds integers; the largest loss is 0.75. Scale"
        f" them, as by np.round({'weight' if name == 'Conv' else 'weights'} * 8), or select the floating-point model:"
        " select_tag='floating_pt'."
    ]


MODES = {name: SignMode[name.upper()] for name in ("mixed", "excitatory", "inhibitory")}
BITS = {
    "odd and mixed": ([[3, -5, 2]], {}, "2 of 3 weights change by up to 1, as in Lava. Weights of mixed signs with"
        " num_weight_bits=8 are multiples of 2: scale weights and thresholds up, or connect each sign apart."),
    "few bits": ([[1, 2, 67]], {"num_weight_bits": 6}, "3 of 3 weights change by up to 3, 2 act as 0, as in Lava."
        " Weights with num_weight_bits=6 are multiples of 4: scale weights and thresholds up."),
    "too large": ([[300, 7, 8]], {}, "1 of 3 weights change by up to 45, as in Lava. Excitatory weights are clipped to"
        " 0..255: scale weights and thresholds down."),
    "too small": ([[-300, 70, 8]], {}, "1 of 3 weights change by up to 44, as in Lava. Mixed weights are clipped to"
        " -256..255: scale weights and thresholds down."),
    "of another sign": ([[3, -5, 2]], {"sign_mode": MODES["excitatory"]}, "1 of 3 weights change by up to 5, 1 act as"
        " 0, as in Lava. Excitatory weights are clipped to 0..255: scale weights and thresholds down, or leave"
        " sign_mode out."),
    "mixed without need": ([[3, 5, 2]], {"sign_mode": MODES["mixed"]}, "2 of 3 weights change by up to 1, as in Lava."
        " Weights of mixed signs with num_weight_bits=8 are multiples of 2: sign_mode=SignMode.EXCITATORY keeps a bit"
        " more."),
}  # fmt: skip


@pytest.mark.parametrize("kind", [Dense, DelayDense, Sparse, DelaySparse])
@pytest.mark.parametrize("case", BITS)
def test_what_integer_weights_lose_is_told_once(kind, case):
    weights, options, text = BITS[case]
    delays = {"delays": np.ones((1, 3), int)} if "Delay" in kind.__name__ else {}
    given = {name: csr_matrix(x) if "Sparse" in kind.__name__ else np.array(x) for name, x in delays.items()}
    matrix = csr_matrix(weights) if "Sparse" in kind.__name__ else np.array(weights)
    process = kind(weights=matrix, name="w", **given, **options)
    with pytest.warns(LoihiInputWarning) as seen:
        process.run(RunSteps(1), FIXED)
    assert [str(one.message) for one in seen] == [f'process "w", Var "weights": {text}']
    assert seen[0].filename == __file__
    process.run(RunSteps(1))
    process.stop()


@pytest.mark.parametrize("make", [LearningDense, LearningSparse])
def test_what_weights_that_learn_lose_before_the_first_step_is_told(make):
    weights = csr_matrix([[3, 4]]) if make is LearningSparse else np.array([[3, 4]])
    with pytest.warns(LoihiInputWarning, match="1 of 2 weights change by up to 1.*SignMode.EXCITATORY keeps a bit"):
        run(make(weights=weights, learning_rule=RULE))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        run(make(weights=weights, learning_rule=RULE, sign_mode=SignMode.EXCITATORY))


@implements(proc=Dense, protocol=LoihiProtocol)
class OwnDense(PyDenseModelBitAcc):
    """Uses its weights as they are."""

    def run_spk(self):
        self.a_out.send(self.weights @ self.s_in.recv())


def test_a_users_model_decides_itself_what_becomes_of_its_weights():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        run(Dense(weights=[[3, -5]]), Loihi2SimCfg(exception_proc_model_map={Dense: OwnDense}))


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
