"""Kernels of neurons with two inputs: who reads what they send, one source for both, coefficients of any size."""

import numpy as np
import pytest
from lava_kernels import is_compiled, models_run
from messages import UNHEEDED

from lava_api.magma.core.run_conditions import RunSteps
from lava_api.magma.core.run_configs import Loihi2SimCfg
from lava_api.proc.dense.process import Dense
from lava_api.proc.io.sink import RingBuffer as Sink
from lava_api.proc.io.source import RingBuffer as Source
from lava_api.proc.lif.process import LIF
from lava_api.proc.prodneuron.process import ProdNeuron
from lava_api.proc.resfire.process import RFZero
from lava_api.proc.rf.process import RF
from lava_api.proc.rf_iz.process import RF_IZ

pytestmark = UNHEEDED

N, STEPS = 5, 30
KINDS = {
    "rf": lambda: RF(shape=(N,), period=5.5, alpha=0.1, state_exp=6, decay_bits=12, vth=8),
    "rf_iz": lambda: RF_IZ(shape=(N,), period=5.5, alpha=0.1, state_exp=6, decay_bits=12, vth=8),
    "rf_zero": lambda: RFZero(shape=(N,), freqs=[50.0] * N, decay_tau=[0.2] * N, dt=0.003, uth=5),
    "prod_neuron": lambda: ProdNeuron(shape=(N,), vth=40, exp=1),
}


def chain(kind, readers, shared):
    """Neurons fed at both ports, by one source or by two; voltages behind a Dense, and what a sink keeps."""
    rng = np.random.default_rng(3)
    neurons, lif = KINDS[kind](), LIF(shape=(3,), du=4095, dv=0, vth=1 << 17)
    dense = Dense(
        weights=rng.integers(-90, 90, (3, N)), num_message_bits=24 if kind in ("rf_zero", "prod_neuron") else 0
    )
    sink = Sink(shape=(N,), buffer=STEPS)
    sources = [Source(data=rng.integers(-40, 40, (N, 9))) for _ in range(2)]
    for source, port in zip(sources[:1] * 2 if shared else sources, neurons.in_ports, strict=True):
        source.s_out.connect(port)
    if "list" in readers:
        neurons.s_out.connect(dense.s_in)
        dense.a_out.connect(lif.a_in)
    if "array" in readers:
        neurons.s_out.connect(sink.a_in)
    compiled, rows = [], []
    for _ in range(STEPS):
        neurons.run(RunSteps(1), Loihi2SimCfg(select_tag="fixed_pt"))
        compiled.append(is_compiled(neurons))
        names = [name for name in ("real", "imag", "u", "v") if name in neurons.vars.member_names]
        rows.append([getattr(neurons, name).get().tolist() for name in names])
        if "list" in readers:
            rows.append(lif.v.get().tolist())
    if "array" in readers:
        rows.append(sink.data.get().tolist())
    neurons.stop()
    return rows, set(compiled)


@pytest.mark.parametrize("shared", [False, True], ids=["two sources", "one source"])
@pytest.mark.parametrize("readers", ["", "list", "array", "list array"])
@pytest.mark.parametrize("kind", KINDS)
def test_readers_of_lists_and_arrays_find_what_was_sent(kind, readers, shared):
    found = []
    for kernels in (True, False):
        with models_run(kernels=kernels):
            rows, compiled = chain(kind, readers, shared)
        assert compiled == {kernels}
        found.append(rows)
    assert found[0] == found[1]


def test_coefficients_that_do_not_fit_are_left_to_python_or_refused():
    large = KINDS["rf"]()
    large.sin_decay.init = np.array([1 << 13])
    large.run(RunSteps(1), Loihi2SimCfg(select_tag="fixed_pt"))
    assert not is_compiled(large)
    large.stop()

    neurons = KINDS["rf"]()
    neurons.run(RunSteps(1), Loihi2SimCfg(select_tag="fixed_pt"))
    assert is_compiled(neurons)
    neurons.sin_decay.set(np.array([-(1 << 13) + 1]))
    neurons.run(RunSteps(1), Loihi2SimCfg(select_tag="fixed_pt"))
    neurons.sin_decay.set(np.array([1 << 13]))
    with pytest.raises(RuntimeError, match=r"sin_decay: got \[8192\].*magnitudes below 2\^\(decay_bits \+ 1\)"):
        neurons.run(RunSteps(1), Loihi2SimCfg(select_tag="fixed_pt"))
    neurons.stop()
