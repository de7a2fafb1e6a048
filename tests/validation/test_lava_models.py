"""Neuron models of a native Network beside Lava's NumPy models: one set of parameters and inputs, equal numbers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lava_kernels import models_run
from messages import UNHEEDED

from lava_api.magma.core.run_conditions import RunSteps
from lava_api.magma.core.run_configs import Loihi2SimCfg
from lava_api.proc.atrlif.process import ATRLIF
from lava_api.proc.io.sink import RingBuffer as Sink
from lava_api.proc.io.source import RingBuffer as Source
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
    """Messages and state in every step, by the Python model."""
    with models_run(kernels=False):
        source, sink = Source(data=rows.T), Sink(shape=process.s_out.shape, buffer=len(rows))
        source.s_out.connect(process.a_in)
        process.s_out.connect(sink.a_in)
        traces = {name: [] for name in states}
        for _ in rows:
            process.run(RunSteps(1), config)
            for name in states:
                traces[name].append(getattr(process, name).get())
        sent = sink.data.get().T
        process.stop()
        return sent, traces


def in_a_network(rules, model, parameters, payloads, states):
    """The same from an input with payloads and one synapse a neuron."""
    net = Network(rules=rules)
    steps, n = payloads.shape
    times, indices = np.nonzero(payloads)
    source = net.input("in", n, spikes=(times, indices), payloads=payloads[times, indices])
    cells = net.population("cells", n, model=model, **parameters)
    net.connect(source, cells, (np.arange(n), np.arange(n), np.full(n, UNIT[rules])), graded=True)
    net.probe(cells, ["spikes", *states])
    recording = Emulator(net).run(steps)
    spikes, sent = recording.spikes("cells"), np.zeros((steps, n))
    sent[spikes.times, spikes.indices] = 1 if spikes.payloads is None else spikes.payloads
    return sent, {name: recording[f"cells.{name}"] for name in states}


def atrlif(rng, rules, n):
    given = {f"delta_{name}": float(rng.random()) for name in ("i", "v", "theta", "r")}
    given |= {"theta_0": float(rng.random() * 9), "theta_step": float(rng.random() * 5)}
    bias = {"bias_mant": rng.integers(-200, 300, n), "bias_exp": int(rng.integers(-1, 4))}
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


MODELS = {
    "atrlif": atrlif,
    "sigma": sigma,
    "delta": delta,
    "sigma_delta": sigma_delta,
    "sigma_delta_corrected": sigma_delta_corrected,
}
"""How a process and the parameters of a population are made, by model."""
CHOSEN = {"sigma_delta_corrected": {SigmaDelta: PySigmaDeltaModelFixedCorrected}}
"""Models of processes that are chosen by name."""
CASES = [(rules, model.name) for rules in TAGS for model in find(rules).models if model.name in MODELS]


@pytest.mark.parametrize(("rules", "model"), CASES)
@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 1 << 30))
def test_models_equal_those_of_lava(rules, model, seed):
    rng = np.random.default_rng(seed)
    n, most = int(rng.integers(1, 5)), int(rng.choice([20, 400, 1 << 17]))
    payloads = rng.integers(-most, most, (STEPS, n), endpoint=True) * (rng.random((STEPS, n)) < 0.7)
    process, parameters = MODELS[model](rng, rules, n)
    states = [name for name, _ in find(rules).model(model).state if name != "rest"]
    sent, traces = in_a_network(rules, model, parameters, payloads, states)
    config = Loihi2SimCfg(select_tag=TAGS[rules], exception_proc_model_map=CHOSEN.get(model, {}))
    expected, rows = in_lava(process, payloads * UNIT[rules], config, states)
    np.testing.assert_array_equal(sent, expected)
    for name in states:
        np.testing.assert_array_equal(traces[name], np.array(rows[name]), err_msg=name)
