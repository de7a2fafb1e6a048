"""LIF neurons, with values computed by hand."""

import numpy as np
import pytest
from lava_runs import played, recorded

from lava_api.magma.core.decorator import implements, requires, tag
from lava_api.magma.core.model.py.ports import PyOutPort
from lava_api.magma.core.model.py.type import LavaPyType
from lava_api.magma.core.resources import CPU
from lava_api.magma.core.run_conditions import RunSteps
from lava_api.magma.core.run_configs import Loihi2SimCfg
from lava_api.magma.core.sync.protocols.loihi_protocol import LoihiProtocol
from lava_api.proc.lif.models import AbstractPyLifModelFixed, AbstractPyLifModelFloat
from lava_api.proc.lif.process import LIF, LIFRefractory, LIFReset, TernaryLIF


def run(neurons, inputs, what, tag="fixed_pt"):
    """Record a variable or port while the neurons get one input a step."""
    played(inputs).s_out.connect(neurons.a_in)
    return recorded(getattr(neurons, what), len(inputs), tag).ravel().tolist()


def test_current_and_voltage_are_in_units_of_64_and_round_towards_zero():
    assert run(LIF(shape=(1,), du=2047, vth=1000), [1, 0, 0], "u") == [64, 32, 16]
    assert run(LIF(shape=(1,), du=2047, vth=1000), [-1, 0, 0, 0, 0, 0, 0, 0], "u") == [-64, -32, -16, -8, -4, -2, -1, 0]
    assert run(LIF(shape=(1,), du=4095, dv=2048, vth=1000), [1, 0, 0], "v") == [64, 32, 16]


def test_du_0_still_loses_a_4096th_and_du_minus_1_keeps_the_current():
    assert run(LIF(shape=(1,), du=0, vth=100000), [64, 0], "u") == [4096, 4095]
    assert run(LIF(shape=(1,), du=-1, vth=100000), [64, 0], "u") == [4096, 4096]


def test_a_spike_needs_more_than_the_threshold_and_clears_the_voltage():
    assert run(LIF(shape=(1,), du=4095, vth=2), [2, 1, 0], "s_out") == [0, 1, 0]
    assert run(LIF(shape=(1,), du=4095, vth=2), [2, 1, 0], "v") == [128, 0, 0]


def test_the_current_wraps_once_and_the_voltage_saturates():
    top = 1 << 17
    assert run(LIF(shape=(1,), du=-1, vth=1), [top, 1], "u") == [2**23, -(2**23) + 64]
    assert run(LIF(shape=(1,), du=-1, vth=1), [-top, 0], "u") == [2**23, 2**23]
    assert run(LIF(shape=(1,), du=-1, vth=1 << 18), [1 << 16, 0, 0], "v") == [2**22, 2**23 - 1, 2**23 - 1]


@pytest.mark.parametrize(("exponent", "bias"), [(0, 5), (3, 40), (-1, 2)])
def test_the_bias_is_shifted_by_its_exponent(exponent, bias):
    assert run(LIF(shape=(1,), bias_mant=5, bias_exp=exponent, vth=1000), [0, 0], "v") == [bias, 2 * bias]


def test_decays_may_differ_per_neuron():
    neurons = LIF(shape=(2,), du=np.array([4095, 2047]), vth=1000)
    source = played([[1, 1], [0, 0]])
    source.s_out.connect(neurons.a_in)
    assert recorded(neurons.u, 2).tolist() == [[64, 64], [0, 32]]


def test_floating_point():
    assert run(LIF(shape=(1,), du=0.5, dv=0.25, vth=10, bias_mant=1), [2, 0], "v", "floating_pt") == [3, 4.25]


def test_ternary_neurons_send_both_signs():
    for tag_ in ("fixed_pt", "floating_pt"):
        one = 4095 if tag_ == "fixed_pt" else 1
        neurons = TernaryLIF(shape=(1,), du=one, vth_hi=2, vth_lo=-3)
        assert run(neurons, [3, -3, -1, 0], "s_out", tag_) == [1, 0, -1, 0]


def test_reset_comes_before_the_update():
    neurons = LIFReset(shape=(1,), du=-1, vth=1000, reset_interval=3, reset_offset=0)
    assert run(neurons, [1, 0, 0, 0], "u") == [64, 64, 0, 0]


def test_refractory_neurons_hold_still():
    neurons = LIFRefractory(shape=(1,), du=1, dv=0, vth=1, refractory_period=2)
    assert run(neurons, [2, 2, 2, 2, 2], "s_out", "floating_pt") == [1, 0, 0, 1, 0]


def test_models_can_be_subclassed():
    class Half(LIF):
        pass

    @implements(proc=Half, protocol=LoihiProtocol)
    @requires(CPU)
    @tag("floating_pt")
    class PyHalf(AbstractPyLifModelFloat):
        s_out = LavaPyType(PyOutPort.VEC_DENSE, float)
        vth = LavaPyType(float, float)

        def spiking_activation(self):
            return self.v > self.vth

        def reset_voltage(self, spike_vector):
            self.v[spike_vector] /= 2

    @implements(proc=Half, protocol=LoihiProtocol)
    @requires(CPU)
    @tag("fixed_pt")
    class PyHalfFixed(AbstractPyLifModelFixed):
        s_out = LavaPyType(PyOutPort.VEC_DENSE, np.int32)
        vth = LavaPyType(int, np.int32)

        def scale_threshold(self):
            self.effective_vth = self.vth << self.vth_shift
            self.isthrscaled = True

        def spiking_activation(self):
            return self.v > self.effective_vth

    assert run(Half(shape=(1,), du=1, vth=1), [4, 0], "v", "floating_pt") == [2, 1]
    assert run(Half(shape=(1,), du=4095, vth=1), [2, 0], "v") == [0, 0]


def test_an_unknown_name_is_kept_and_named():
    with pytest.warns(UserWarning, match="'bias_man'; .* Did you mean 'bias_mant'") as seen:
        neurons = LIF(shape=(1,), bias_man=3)
    assert neurons.proc_params["bias_man"] == 3
    assert seen[0].filename == __file__


def test_the_lower_threshold_is_not_above_the_upper():
    with pytest.raises(ValueError, match=r'TernaryLIF "t", vth_lo: got 15, allowed is at most vth_hi'):
        TernaryLIF(shape=(1,), vth_lo=15, vth_hi=5, name="t")
    assert TernaryLIF(shape=(1,), vth_lo=5, vth_hi=5).vth_lo.init == 5


def test_fractions_in_a_fixed_point_model_are_named():
    cells = LIF(shape=(2,), du=0.1, name="cells")
    with pytest.raises(RuntimeError, match=r'"cells".*du: got 0.1.*needs integers.*round\(0.1 \* 4096\).*floating_pt'):
        cells.run(RunSteps(1), Loihi2SimCfg(select_tag="fixed_pt"))


def test_a_threshold_that_is_set_too_late_warns():
    cells = LIF(shape=(1,), bias_mant=10, vth=1, name="cells")
    cells.run(RunSteps(0), Loihi2SimCfg(select_tag="fixed_pt"))
    cells.vth.set(3)
    cells.run(RunSteps(1))
    with pytest.warns(UserWarning, match=r'"cells", Var "vth".*no effect'):
        cells.vth.set(4)
    cells.stop()


def test_what_is_not_a_number_does_not_become_an_integer():
    cells = LIF(shape=(2,), bias_mant=np.array([1, np.nan]), name="cells")
    with pytest.raises(ValueError, match=r'"cells", Var "bias_mant": init holds nan'):
        cells.run(RunSteps(1), Loihi2SimCfg(select_tag="fixed_pt"))


@pytest.mark.parametrize("kind", [np.int8, np.uint8, np.int16, np.uint16, np.uint32, np.uint64])
@pytest.mark.parametrize("many", [False, True])
def test_integers_of_few_bits_act_as_others_do(kind, many):
    def voltage(kind, many):
        decay = np.full(2, 100, kind) if many else kind(100)
        cells = LIF(shape=(2,), vth=kind(100), du=decay, dv=decay, u=kind(100), bias_mant=kind(100), bias_exp=kind(2))
        cells.run(RunSteps(5), Loihi2SimCfg(select_tag="fixed_pt"))
        seen = cells.v.get().tolist()
        cells.stop()
        return seen

    assert voltage(kind, many) == voltage(int, False) and voltage(int, False)[0] > 0
