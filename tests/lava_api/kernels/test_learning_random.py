"""Programs of learning connections as kernels and in Python: payloads, loops, variables that are set, third factors."""

from typing import ClassVar

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lava_kernels import is_compiled
from messages import UNHEEDED

from lava_api.magma.compiler.compiler import KERNELS, OPTIONS
from lava_api.magma.core.decorator import implements, requires
from lava_api.magma.core.learning.constants import GradedSpikeCfg
from lava_api.magma.core.learning.learning_rule import Loihi2FLearningRule, Loihi3FLearningRule
from lava_api.magma.core.model.py.model import PyLoihiProcessModel
from lava_api.magma.core.model.py.ports import PyRefPort
from lava_api.magma.core.model.py.type import LavaPyType
from lava_api.magma.core.process.ports.ports import RefPort
from lava_api.magma.core.process.process import AbstractProcess
from lava_api.magma.core.resources import CPU
from lava_api.magma.core.run_conditions import RunSteps
from lava_api.magma.core.run_configs import Loihi2SimCfg
from lava_api.magma.core.sync.protocols.loihi_protocol import LoihiProtocol
from lava_api.proc.dense.process import Dense, LearningDense
from lava_api.proc.io.sink import RingBuffer as Sink
from lava_api.proc.io.source import RingBuffer as Source
from lava_api.proc.lif.process import LIF
from lava_api.proc.monitor.process import Monitor
from lava_api.utils.weightutils import SignMode

pytestmark = UNHEEDED

STEPS = 18
TRACES = ("x1", "x2", "y1", "y2", "y3")
CHANGING = (*TRACES, "tx", "ty", "x0", "y0", "weights", "tag_1", "tag_2", "a_buff")


def rule(rng, three):
    """A random rule that mentions everything now and then."""

    def term():
        name = rng.choice([*TRACES, "w", "t", "d"])
        power = str(rng.choice(["2^-1", "3*2^-2", "2^3"]))
        forms = [name, f"({name}{rng.integers(-30, 31):+d})", f"({power}-{name})", f"({name}+{power})"]
        if name in "wdt":
            forms += [f"sgn({name}{rng.integers(-30, 31):+d})", f"sgn({name})"]
        return str(rng.choice(forms))

    def side():
        products = []
        for _ in range(rng.integers(1, 4)):
            gate = str(rng.choice(["x0", "y0", "u1", "u1*x0", "x0*y0"]))
            factors = [term() for _ in range(rng.integers(0, 4))]
            products.append("*".join([f"({rng.integers(-8, 8)})*2^{rng.integers(-6, 3)}", gate, *factors]))
        return " + ".join(products)

    values = {f"{name}_impulse": float(np.round(rng.random() * 127, 1)) for name in TRACES}
    values |= {f"{name}_tau": float(rng.choice([0, 1, 4.5, 30])) for name in TRACES}
    if three:
        values = {name: value for name, value in values.items() if name[0] == "x"}
    texts = {target: side() for target in ("dw", "dd", "dt") if target == "dw" or rng.random() < 0.5}
    kind = Loihi3FLearningRule if three else Loihi2FLearningRule
    return kind(**texts, **values, t_epoch=int(rng.choice([1, 2, 5])), rng_seed=int(rng.integers(0, 999)))


def learner(rng):
    """A random connection, and whether it is one of three factors."""
    three = bool(rng.random() < 0.3)
    shape = (int(rng.integers(1, 5)), int(rng.integers(1, 5)))
    mode = str(rng.choice(["MIXED", "EXCITATORY", "INHIBITORY"]))
    low, high = {"MIXED": (-300, 300), "EXCITATORY": (0, 256), "INHIBITORY": (-255, 1)}[mode]
    cfg = GradedSpikeCfg(int(rng.integers(0, 4)))
    made = LearningDense(
        weights=rng.integers(low, high, shape), tag_1=rng.integers(-257, 256, shape), tag_2=rng.integers(0, 256, shape),
        learning_rule=rule(rng, three), graded_spike_cfg=cfg, sign_mode=SignMode[mode],
        num_message_bits=8 if cfg or rng.random() < 0.3 else 0, weight_exp=int(rng.integers(-3, 4)),
        num_weight_bits=int(rng.choice([8, 8, 5])),
    )  # fmt: skip
    return made, three


def play(rng, port, high, rate):
    values = rng.integers(0, high, (*port.shape, STEPS)) * (rng.random((*port.shape, STEPS)) < rate)
    Source(data=values.astype(int)).s_out.connect(port)


def run(seed, kernels):
    """All that can be seen of a random program."""
    rng = np.random.default_rng(seed)
    made, three = learner(rng)
    play(rng, made.s_in, int(rng.choice([2, 600])), 0.5)
    seen = {}
    if rng.random() < 0.5:
        neurons = LIF(shape=made.a_out.shape, du=4095, dv=300, vth=int(rng.integers(1, 30)), bias_mant=50)
        made.a_out.connect(neurons.a_in)
        neurons.s_out.connect(made.s_in_bap)
    else:
        play(rng, made.s_in_bap, 2, 0.4)
    if three:
        for name in ("s_in_y1", "s_in_y2", "s_in_y3"):
            play(rng, getattr(made, name), 120, 0.8)
    sink = Sink(shape=made.a_out.shape, buffer=STEPS)
    made.a_out.connect(sink.a_in)
    watched = str(rng.choice(["weights", "x1", "y2", "tx", "y0", "tag_1"]))
    monitor = Monitor()
    monitor.probe(getattr(made, watched), STEPS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(OPTIONS, KERNELS, kernels)
        made.run(RunSteps(STEPS // 3), Loihi2SimCfg(select_tag="fixed_pt"))
        assert is_compiled(made) == kernels
        for steps in (STEPS // 3, STEPS // 3):
            name = str(rng.choice(["weights", "tag_1", "tag_2", "x1_tau", "y1_impulse", "dw", "x1", "y1", "none"]))
            if name == "dw":
                made.dw.set("x0*y1 - y0*x1*3 + u1*2")
            elif name != "none":
                var = getattr(made, name)
                limit = 3000 if name in ("weights", "tag_1") else 100
                var.set(rng.integers(0, limit, var.shape))
            made.run(RunSteps(steps))
        seen |= {name: getattr(made, name).get() for name in CHANGING}
        seen |= {"sent": sink.data.get(), watched + " watched": monitor.get_data()[made.name][watched]}
        made.stop()
    return seen


@given(st.integers(0, 2**32 - 1))
def test_the_kernel_is_the_model(seed):
    python, kernel = run(seed, False), run(seed, True)
    for name, value in python.items():
        np.testing.assert_array_equal(kernel[name], value, err_msg=name)


def test_loops_of_learning_connections_run_as_one_program():
    def loop(kernels):
        rng = np.random.default_rng(3)
        neurons = LIF(shape=(6,), du=4095, dv=500, vth=20, bias_mant=rng.integers(0, 900, 6))
        others = LIF(shape=(6,), du=4095, dv=500, vth=20)
        made = []
        for source, target in ((neurons, others), (others, neurons), (neurons, neurons)):
            parameters = {"x1_impulse": 30, "x1_tau": 9, "y1_impulse": 25.5, "y1_tau": 7, "t_epoch": 2, "rng_seed": 5}
            text = "2^-3*y0*x1 - 2^-3*x0*y1 + u0*2^-5*(20-w)"
            learning = LearningDense(
                weights=rng.integers(-20, 60, (6, 6)), learning_rule=Loihi2FLearningRule(dw=text, **parameters)
            )
            source.s_out.connect(learning.s_in)
            target.s_out.connect(learning.s_in_bap)
            learning.a_out.connect(target.a_in)
            made.append(learning)
        behind = Dense(weights=np.ones((1, 6)))
        made[0].a_out.connect(behind.s_in)
        with pytest.MonkeyPatch.context() as patch:
            patch.setitem(OPTIONS, KERNELS, kernels)
            neurons.run(RunSteps(50), Loihi2SimCfg(select_tag="fixed_pt"))
            values = [learning.weights.get() for learning in made] + [behind.a_buff.get(), others.v.get()]
            neurons.stop()
        return values

    for kernel, python in zip(loop(True), loop(False), strict=True):
        np.testing.assert_array_equal(kernel, python)


def test_what_is_read_before_learning_is_what_was_before():
    class Early(AbstractProcess):
        def __init__(self):
            super().__init__()
            self.look = RefPort(shape=(1, 1))

    @implements(proc=Early, protocol=LoihiProtocol)
    @requires(CPU)
    class EarlyModel(PyLoihiProcessModel):
        look: PyRefPort = LavaPyType(PyRefPort.VEC_DENSE, int)
        seen: ClassVar[list] = []

        def lrn_guard(self):
            return True

        def pre_guard(self):
            return True

        def run_pre_mgmt(self):
            self.seen.append(int(self.look.read()[0, 0]))

    made = LearningDense(weights=np.zeros((1, 1)), learning_rule=Loihi2FLearningRule(dw="u0*4", rng_seed=1))
    early = Early()
    early.look.connect_var(made.weights)
    made.run(RunSteps(3), Loihi2SimCfg(select_tag="fixed_pt"))
    made.stop()
    assert EarlyModel.seen == [0, 4, 8]


def test_constants_with_fractions_may_be_set_and_too_fine_ones_run_in_python():
    made = LearningDense(weights=np.full((1, 1), -10), learning_rule=Loihi2FLearningRule(dw="u0*4", rng_seed=1))
    made.run(RunSteps(1), Loihi2SimCfg(select_tag="fixed_pt"))
    made.dw.set("u0*(w+2^-1)")
    made.run(RunSteps(1))
    assert is_compiled(made) and made.weights.get() == -11, "-6 + 0.5 is cut off to -5"
    made.dw.set("u0*(w+2^-41)")
    with pytest.raises(RuntimeError, match="40 bits"):
        made.run(RunSteps(1))
    made = LearningDense(weights=np.full((1, 1), -10), learning_rule=Loihi2FLearningRule(dw="u0*(w+2^-41)", rng_seed=1))
    made.run(RunSteps(1), Loihi2SimCfg(select_tag="fixed_pt"))
    assert not is_compiled(made) and made.weights.get() == -19
    made.stop()
