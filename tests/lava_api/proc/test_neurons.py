"""Neurons beside LIF, with values computed by hand or from their equations."""

import numpy as np
import pytest
from lava_runs import played, recorded, through

from lava_api.magma.core.run_conditions import RunSteps
from lava_api.magma.core.run_configs import Loihi2SimCfg
from lava_api.proc.atrlif.process import ATRLIF
from lava_api.proc.bit_check.process import BitCheck
from lava_api.proc.clp.id_broadcast.process import IdBroadcast
from lava_api.proc.graded.models import inv_sqrt
from lava_api.proc.graded.process import GradedReluVec, GradedVec, InvSqrt, NormVecDelay, loihi2round
from lava_api.proc.io.sink import RingBuffer as Sink
from lava_api.proc.lif.process import LIF
from lava_api.proc.prodneuron.process import ProdNeuron
from lava_api.proc.receiver.process import Receiver
from lava_api.proc.resfire.process import RFZero
from lava_api.proc.rf.process import RF
from lava_api.proc.rf_iz.process import RF_IZ
from lava_api.proc.s4d.process import S4d, SigmaS4dDelta, SigmaS4dDeltaLayer
from lava_api.proc.sdn.models import PySigmaDeltaModelFixedCorrected
from lava_api.proc.sdn.process import ActivationMode, Delta, Sigma, SigmaDelta
from lava_api.proc.spiker.process import Spiker

BOTH = pytest.mark.parametrize("tag", ["fixed_pt", "floating_pt"])


def sent(process, inputs, tag="fixed_pt", **ports):
    return np.ravel(through(process, np.asarray(inputs), tag, into="a_in", out="s_out", **ports)).tolist()


def two_inputs(process, first, second, ports, what="s_out", tag="fixed_pt"):
    for port, rows in zip(ports, (first, second), strict=True):
        played(rows).s_out.connect(getattr(process, port))
    return recorded(getattr(process, what), len(first), tag).ravel().tolist()


@BOTH
def test_sigma_sums_and_delta_sends_changes(tag):
    assert sent(Sigma(shape=(1,)), [3, -1, 5], tag) == [3, 2, 7]
    assert sent(Delta(shape=(1,), vth=3), [3, 5, 6, 6, 1], tag) == [3, 0, 3, 0, -5]


@BOTH
def test_delta_with_cumulative_error_sends_the_last_change(tag):
    assert sent(Delta(shape=(1,), vth=4, cum_error=True), [2, 3, 3], tag) == [0, 3, 0]


def test_delta_scales_by_its_exponents():
    assert sent(Delta(shape=(1,), vth=2, spike_exp=1, state_exp=2), [2, 3, 4]) == [4, 0, 4]


@BOTH
def test_sigma_delta_sends_changes_of_its_activation(tag):
    assert sent(SigmaDelta(shape=(1,), vth=1, bias=1), [-3, 4, 1], tag) == [0, 2, 1]
    linear = SigmaDelta(shape=(1,), vth=1, bias=1, act_mode=ActivationMode.UNIT)
    assert sent(linear, [-3, 4, 1], tag) == [-2, 4, 1]


def test_sigma_delta_loses_low_bits_unless_corrected():
    def run(**options):
        neurons, sink = SigmaDelta(shape=(1,), vth=1, state_exp=2), Sink(shape=(1,), buffer=2)
        played([5, 3]).s_out.connect(neurons.a_in)
        neurons.s_out.connect(sink.a_in)
        neurons.run(RunSteps(2), Loihi2SimCfg(select_tag="fixed_pt", **options))
        return sink.data.get().ravel().tolist()

    assert run() == [1, 0]
    assert run(exception_proc_model_map={SigmaDelta: PySigmaDeltaModelFixedCorrected}) == [1, 1]


@pytest.mark.parametrize("kind", [RF, RF_IZ])
def test_integer_resonators_say_what_they_need(kind):
    neurons = kind(shape=(1,), period=8, alpha=0, vth=1, name="resonator")
    with pytest.raises(RuntimeError, match=r'"resonator".*decay_bits: got 0, .* decay_bits=12, .*floating_pt'):
        neurons.run(RunSteps(1), Loihi2SimCfg(select_tag="fixed_pt"))
    neurons.stop()


def test_rf_oscillates_and_spikes_once_a_turn():
    neurons = RF(shape=(1,), period=8, alpha=0, vth=0.5)
    real, imag = [1.0] + [0.0] * 16, [0.3] + [0.0] * 16
    spikes = two_inputs(neurons, real, imag, ("a_real_in", "a_imag_in"), tag="floating_pt")
    assert np.flatnonzero(spikes).tolist() == [8, 16]


def test_rf_coefficients_are_cut_towards_zero():
    neurons = RF(shape=(1,), period=6, alpha=0.05, decay_bits=12, state_exp=3, vth=1.5)
    assert (neurons.sin_decay.init, neurons.cos_decay.init, neurons.vth.init) == (3369, 1945, 12)


def test_rf_iz_resets_just_below_the_threshold():
    neurons = RF_IZ(shape=(1,), period=6, alpha=0.05, decay_bits=12, state_exp=3, vth=1)
    assert two_inputs(neurons, [5, 0], [3, 0], ("a_real_in", "a_imag_in"), "imag")[0] == 7


def test_rf_zero_sends_its_amplitude():
    neurons = RFZero(shape=(1,), freqs=[100], decay_tau=[0.1], uth=1)
    out = two_inputs(neurons, [100] + [0] * 21, [0] * 22, ("u_in", "v_in"))
    u, v, lct, lst = 0, 0, int(neurons.lct.init[0]), int(neurons.lst.init[0])
    want = []
    for t in range(22):
        old = v
        u, v = ((u * lct) >> 15) - ((v * lst) >> 15) + 100 * (t == 0), ((v * lct) >> 15) + ((u * lst) >> 15)
        want.append(u if u > 1 and v >= 0 and old < 0 else 0)
    assert out == want and any(want)


def test_atrlif_adapts():
    neurons = ATRLIF(shape=(1,), delta_i=1.0, delta_v=1.0, delta_theta=0.5, delta_r=0.5, theta_0=5, theta_step=4)
    played([6, 6, 0]).s_out.connect(neurons.a_in)
    assert recorded(neurons.theta, 3, "floating_pt").ravel().tolist() == [9, 7, 6]
    neurons = ATRLIF(shape=(1,), delta_i=0.5, delta_v=1.0, delta_theta=0.5, delta_r=0.5, theta_0=5, theta_step=4)
    played([6, 6, 0]).s_out.connect(neurons.a_in)
    assert recorded(neurons.theta, 3).ravel().tolist() == [9 * 64, 7 * 64, 6 * 64]


def test_graded_vectors_send_above_their_threshold_and_forget():
    assert sent(GradedVec(shape=(1,), vth=3), [3, -4, 4, 0]) == [0, -4, 4, 0]
    assert sent(GradedReluVec(shape=(1,), vth=3), [3, -4, 4, 0]) == [0, 0, 4, 0]


def test_products_wrap_and_shift():
    assert two_inputs(ProdNeuron(shape=(1,), exp=1), [3, 70000], [5, 70000], ("a_in1", "a_in2")) == [7, 302516352]


def test_normalising_waits_a_step_for_the_factor():
    rows = [3, -4, 0], [0, 10, 10]
    assert two_inputs(NormVecDelay(shape=(1,)), *rows, ("a_in1", "a_in2")) == [0, 30, -40]
    assert two_inputs(NormVecDelay(shape=(1,)), *rows, ("a_in1", "a_in2"), "s2_out") == [9, 16, 0]
    for name, kept in {"v": rows[0], "v2": [0, *rows[0][:2]]}.items():
        assert two_inputs(NormVecDelay(shape=(1,)), *rows, ("a_in1", "a_in2"), name) == kept, name


def test_inverse_square_roots():
    assert [inv_sqrt(x) for x in (0, 1, 4, 100, 4096, 10000)] == [0, 264045, 131343, 26251, 4095, 2620]
    wide = np.array([inv_sqrt(x) for x in (1 << 24, 20_000_000)])
    assert wide.astype(np.int32).tolist() == [79576673, 1505301487], "as Lava's table goes on"
    assert sent(InvSqrt(shape=(2,)), [[100, 4096]]) == [26251, 4095]
    assert sent(InvSqrt(shape=(1,)), [1 << 24]) == [79576673]
    assert sent(InvSqrt(shape=(1,)), [4.0], "floating_pt") == [0.5]
    with pytest.raises(ValueError, match="must be from 0"):
        inv_sqrt(-1)


def test_rounding_halves_away_from_zero():
    assert loihi2round([0.5, 1.4, 0, -0.5, -1.6]).tolist() == [1, 1, 0, -1, -2]


def test_spiker_broadcast_and_receiver():
    spiker, broadcast, receiver = Spiker(shape=(1,), period=2, payload=-7), IdBroadcast(), Receiver()
    spiker.s_out.connect(broadcast.a_in)
    broadcast.s_out.connect(receiver.a_in)
    assert recorded(receiver.payload, 6).ravel().tolist() == [0, 0, -7, 0, -7, 0]


def test_overflow_is_remembered():
    neurons, narrow, wide = LIF(shape=(2,), du=-1, vth=1 << 16), BitCheck(bits=8), BitCheck(bits=9)
    narrow.connect_var(neurons.u)
    wide.connect_var(neurons.u)
    played([[2, 0], [-2, 0]]).s_out.connect(neurons.a_in)
    neurons.run(RunSteps(2), Loihi2SimCfg(select_tag="fixed_pt"))
    overflowed = narrow.overflowed, wide.overflowed
    neurons.stop()
    assert overflowed == (1, 0)
    with pytest.raises(ValueError, match="bits"):
        BitCheck(bits=32)


def test_state_space_neurons():
    assert sent(S4d(shape=(1,), a=0.5j, b=1, c=1), [1.0, 0.0, 0.0], "floating_pt") == [2, 0, -0.5]
    assert sent(SigmaS4dDelta(shape=(1,), vth=0.1, a=0.5, b=1, c=1), [1.0, 0.0], "floating_pt") == [2, 1]


def test_a_layer_of_states_adds_up_its_outputs():
    layer = SigmaS4dDeltaLayer(shape=(2,), vth=0.1, d_states=2, a=[0.5] * 4, b=[1] * 4, c=[1, 2, 3, 4])
    assert through(layer, [[1.0, 0.0]], "floating_pt", steps=3) == [[0, 0], [0, 0], [6, 0]]
