"""Constructors that extend another one look and fail like ones that list all arguments."""

import inspect

import pytest

from lava_api._signature import extends
from lava_api.magma.core.learning.learning_rule import Loihi3FLearningRule
from lava_api.proc.clp.prototype_lif.process import PrototypeLIF
from lava_api.proc.dense.process import DelayDense
from lava_api.proc.lif.process import LIF, LearningLIF, LIFRefractory, LIFReset, TernaryLIF

COMMON = ["shape", "u", "v", "du", "dv", "bias_mant", "bias_exp"]
RULE = ["x1_impulse", "x1_tau", "x2_impulse", "x2_tau", "t_epoch", "rng_seed"]


def arguments(kind):
    return list(inspect.signature(kind.__init__).parameters)[1:]


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        (LIF, [*COMMON, "vth", "name", "log_config", "kwargs"]),
        (LearningLIF, [*COMMON, "vth", "name", "log_config", "learning_rule", "kwargs"]),
        (PrototypeLIF, [*COMMON, "vth", "name", "log_config", "learning_rule", "kwargs"]),
        (TernaryLIF, [*COMMON, "vth_hi", "vth_lo", "name", "log_config"]),
        (LIFReset, [*COMMON, "vth", "reset_interval", "reset_offset", "name", "log_config"]),
        (LIFRefractory, [*COMMON, "vth", "refractory_period", "name", "log_config"]),
        (DelayDense, ["weights", "delays", "max_delay", "name", "num_message_bits", "log_config", "kwargs"]),
        (Loihi3FLearningRule, ["dw", "dd", "dt", *RULE]),
    ],
)
def test_signatures_are_those_of_lava(kind, names):
    assert arguments(kind) == names


def test_defaults_and_positions_are_those_of_the_signature():
    rule = Loihi3FLearningRule("x0*y1", None, None, 1, 2, t_epoch=6)
    assert (rule.x1_impulse, rule.x1_tau, rule.x2_tau, rule.t_epoch, rule.y1_tau) == (1, 2, 0, 6, 65535)
    reset = LIFReset(shape=(2,), du=3, reset_offset=2)
    assert reset.vth.init == 10 and reset.proc_params["reset_offset"] == 2 and reset.proc_params["reset_interval"] == 1


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: LIFReset(), "LIFReset: missing a required (keyword-only )?argument: 'shape'"),
        (lambda: LIFReset((3,)), "LIFReset: too many positional arguments"),
        (lambda: LIFReset(shape=(1,), vht=3), 'LIFReset: unknown argument "vht": did you mean "vth"'),
        (lambda: TernaryLIF(shape=(1,), vth=3), 'TernaryLIF: unknown argument "vth"'),
        (lambda: LIF(), "LIF: nothing was given for shape"),
    ],
)
def test_errors_name_the_class_and_the_argument(make, said):
    with pytest.raises(TypeError, match=said):
        make()


def test_an_argument_with_the_name_of_the_bases_takes_its_place():
    class Base:
        def __init__(self, a, b=2, **kwargs):
            self.found = (a, b, kwargs)

    class Derived(Base):
        @extends(Base)
        def __init__(self, *, c=4, b=3, **given):
            super().__init__(b=b + c, **given)

    assert str(inspect.signature(Derived)) == "(a, *, b=3, c=4, **kwargs)"
    assert Derived(1, more=5).found == (1, 7, {"more": 5})
