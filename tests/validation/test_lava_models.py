"""Neuron models of a native Network beside Lava's NumPy models: one set of parameters and inputs, equal numbers."""

from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lava_kernels import models_run
from messages import UNHEEDED
from profiles import at_most

from lava_api.magma.core.run_conditions import RunSteps
from lava_api.magma.core.run_configs import Loihi2SimCfg
from lava_api.proc.atrlif.process import ATRLIF
from lava_api.proc.graded.process import GradedReluVec, GradedVec
from lava_api.proc.io.sink import RingBuffer as Sink
from lava_api.proc.io.source import RingBuffer as Source
from lava_api.proc.lif.process import LIF, LIFRefractory, LIFReset, TernaryLIF
from lava_api.proc.prodneuron.process import ProdNeuron
from lava_api.proc.resfire.process import RFZero
from lava_api.proc.rf.process import RF
from lava_api.proc.rf_iz.process import RF_IZ
from lava_api.proc.sdn.models import PySigmaDeltaModelFixedCorrected
from lava_api.proc.sdn.process import Delta, Sigma, SigmaDelta
from loihi_emu import Emulator, Network
from loihi_emu.rules import find

pytestmark = UNHEEDED

STEPS = 24
TAGS = {"lava": "fixed_pt", "float": "floating_pt"}
UNIT = {"lava": 1, "float": 1 / 16}
"""What one unit of a payload adds."""


def in_lava(process, rows, config, states):
    """Messages and state in every step, by the Python model; `rows` has what arrives at each port."""
    with models_run(kernels=False):
        sink = Sink(shape=process.s_out.shape, buffer=STEPS)
        for port, arriving in rows.items():
            Source(data=arriving.T).s_out.connect(getattr(process, port))
        process.s_out.connect(sink.a_in)
        traces = {name: [] for name in states}
        for _ in range(STEPS):
            process.run(RunSteps(1), config)
            for name in states:
                traces[name].append(getattr(process, name).get())
        sent = sink.data.get().T
        process.stop()
        return sent, traces


def in_a_network(rules, model, parameters, payloads, states):
    """The same from an input with payloads for each port, and one synapse a neuron from each."""
    net = Network(rules=rules)
    n = next(iter(payloads.values())).shape[1]
    cells = net.population("cells", n, model=model, **parameters)
    for port, values in payloads.items():
        times, indices = np.nonzero(values)
        source = net.input(port, n, spikes=(times, indices), payloads=values[times, indices])
        net.connect(source, cells, (np.arange(n), np.arange(n), np.full(n, UNIT[rules])), graded=True, port=port)
    net.probe(cells, ["spikes", *states])
    recording = Emulator(net).run(STEPS)
    spikes, sent = recording.spikes("cells"), np.zeros((STEPS, n))
    sent[spikes.times, spikes.indices] = 1 if spikes.payloads is None else spikes.payloads
    return sent, {name: recording[f"cells.{name}"] for name in states}


def atrlif(rng, rules, n):
    given = {f"delta_{name}": float(rng.random()) for name in ("i", "v", "theta", "r")}
    given |= {"theta_0": float(rng.random() * 9), "theta_step": float(rng.random() * 5)}
    bias = {"bias_mant": rng.choice([-32768, -200, 7, 300, 32767], n), "bias_exp": int(rng.choice([-1, 0, 3, 15]))}
    if rules == "lava":
        return ATRLIF(shape=(n,), **given, **bias), given | bias
    bias = rng.random(n)
    return ATRLIF(shape=(n,), **given, theta=4.5, bias_mant=bias), given | {"bias": bias, "theta": 4.5}


def sigma(rng, rules, n):
    return Sigma(shape=(n,)), {}


def changes(rng, rules):
    """What Delta and SigmaDelta share."""
    if rules == "float":
        return {"vth": float(rng.random() * 9), "cum_error": int(rng.integers(2))}
    exponents = {"spike_exp": int(rng.integers(8)), "state_exp": int(rng.integers(8))}
    return {"vth": int(rng.integers(60)), "cum_error": int(rng.integers(2))} | exponents


def delta(rng, rules, n):
    given = changes(rng, rules)
    return Delta(shape=(n,), **given), given


def sigma_delta(rng, rules, n):
    given = changes(rng, rules) | {"act_mode": int(rng.integers(2))}
    given["bias"] = rng.random(n) if rules == "float" else rng.integers(-50, 50, n)
    return SigmaDelta(shape=(n,), **given), given


def sigma_delta_corrected(rng, rules, n):
    process, given = sigma_delta(rng, rules, n)
    return process, {name: value for name, value in given.items() if name != "cum_error"}


def resonator(process, rng, rules, n):
    given = {"period": float(1 + rng.random() * 20), "alpha": float(rng.choice([0, 0.05, rng.random(), 1]))}
    given["vth"] = float(rng.random() * 30)
    if rules == "lava":
        given |= {"state_exp": int(rng.integers(0, 16)), "decay_bits": int(rng.choice([1, 6, 12, 24, 30]))}
    return process(shape=(n,), **given), given


def rf_zero(rng, rules, n):
    given = {"freqs": rng.random(n) * 500 - 50, "decay_tau": rng.random(n) + 0.001}
    given |= {"dt": float(rng.choice([1e-3, 4e-3])), "uth": int(rng.choice([-5, 1, 300]))}
    return RFZero(shape=(n,), **given), given


def prod_neuron(rng, rules, n):
    given = {"vth": int(rng.choice([0, 1, 900])), "exp": int(rng.choice([0, 3, 31]))}
    return ProdNeuron(shape=(n,), **given), given


def lif(rng, rules, n, thresholds=None, **more):
    """A process's arguments and a population's parameters that LIF models share."""
    if rules == "lava":
        given = {"du": int(rng.integers(-1, 4096)), "dv": int(rng.integers(4097))}
        bias = {"bias_mant": rng.choice([-32768, -200, 7, 300, 32767], n), "bias_exp": int(rng.choice([-1, 0, 3, 15]))}
        given |= dict(thresholds or {"vth": int(rng.integers(1, 400))}) | more
        return given | bias, given | bias
    given = {"du": float(rng.random()), "dv": float(rng.random())}
    given |= dict(thresholds or {"vth": float(rng.random() * 9)})
    bias = rng.random(n)
    return given | more | {"bias_mant": bias}, given | more | {"bias": bias}


def plain(rng, rules, n):
    process, population = lif(rng, rules, n)
    return LIF(shape=(n,), **process), population


def reset(rng, rules, n):
    more = {"reset_interval": int(rng.integers(1, 6)), "reset_offset": int(rng.integers(9))}
    process, population = lif(rng, rules, n, **more)
    return LIFReset(shape=(n,), **process), population


def refractory(rng, rules, n):
    process, population = lif(rng, rules, n, refractory_period=int(rng.integers(1, 6)))
    return LIFRefractory(shape=(n,), **process), population


def ternary(rng, rules, n):
    low, high = sorted(rng.integers(-90, 300, 2).tolist())
    process, population = lif(rng, rules, n, {"vth_lo": low, "vth_hi": high})
    return TernaryLIF(shape=(n,), **process), population


def graded(kind):
    def make(rng, rules, n):
        given = {"vth": int(rng.integers(0, 60))}
        return kind(shape=(n,), **given), given

    return make


MODELS = {
    "lif": plain,
    "lif_reset": reset,
    "lif_refractory": refractory,
    "ternary_lif": ternary,
    "graded_vec": graded(GradedVec),
    "graded_relu_vec": graded(GradedReluVec),
    "atrlif": atrlif,
    "sigma": sigma,
    "delta": delta,
    "sigma_delta": sigma_delta,
    "sigma_delta_corrected": sigma_delta_corrected,
    "prod_neuron": prod_neuron,
    "rf": partial(resonator, RF),
    "rf_iz": partial(resonator, RF_IZ),
    "rf_zero": rf_zero,
}
"""How a process and the parameters of a population are made, by model."""
CHOSEN = {"sigma_delta_corrected": {SigmaDelta: PySigmaDeltaModelFixedCorrected}}
"""Models of processes that are chosen by name."""
CASES = [(rules, model.name) for rules in TAGS for model in find(rules).models if model.name in MODELS]


@pytest.mark.parametrize(("rules", "model"), CASES)
@at_most(8)
@given(seed=st.integers(0, 1 << 30))
def test_models_equal_those_of_lava(rules, model, seed):
    rng = np.random.default_rng(seed)
    n, most = int(rng.integers(1, 5)), int(rng.choice([20, 400, 1 << 17, 1 << 25]))
    payloads = {
        port: rng.integers(-most, most, (STEPS, n), endpoint=True) * (rng.random((STEPS, n)) < 0.7)
        for port in find(rules).model(model).ports
    }
    process, parameters = MODELS[model](rng, rules, n)
    states = [name for name, _ in find(rules).model(model).state if name != "rest"]
    sent, traces = in_a_network(rules, model, parameters, payloads, states)
    config = Loihi2SimCfg(select_tag=TAGS[rules], exception_proc_model_map=CHOSEN.get(model, {}))
    rows = {port: values * UNIT[rules] for port, values in payloads.items()}
    expected, rows = in_lava(process, rows, config, states)
    np.testing.assert_array_equal(sent, expected)
    for name in states:
        np.testing.assert_array_equal(traces[name], np.array(rows[name]), err_msg=name)
