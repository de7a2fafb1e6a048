"""Counts and times of runs on the emulated chip."""

import numpy as np
import pytest

from lava_api.magma.core.callback_fx import IterableCallBack, NxSdkCallbackFx
from lava_api.magma.core.run_conditions import RunSteps
from lava_api.magma.core.run_configs import Loihi1HwCfg, Loihi2HwCfg, Loihi2SimCfg
from lava_api.proc.dense.process import Dense
from lava_api.proc.io.source import RingBuffer
from lava_api.proc.lif.process import LIF
from lava_api.utils import _loihi2_profiler as loihi2_profiler
from lava_api.utils._loihi2_profiler_api import Loihi2HWProfiler
from lava_api.utils._loihi2_state_probes import StateProbe
from lava_api.utils.profiler import EmulatorProfiler, Profiler
from loihi_emu.errors import SimulationError, UnsupportedError, ValidationError

SPIKES = np.array([[1, 0, 1, 1], [0, 0, 0, 1]])


def network():
    """Two inputs, one with three synapses and one with two, to three neurons that spike for the first."""
    source = RingBuffer(data=SPIKES)
    dense = Dense(weights=np.array([[200, 2], [200, 0], [200, 2]]), name="synapses")
    lif = LIF(shape=(3,), du=4095, vth=100, name="cells")
    source.name = "source"
    source.s_out.connect(dense.s_in)
    dense.a_out.connect(lif.a_in)
    return lif


def run(lif, config, *steps):
    with lif:
        for number in steps:
            lif.run(RunSteps(number), run_cfg=config)


@pytest.mark.parametrize("kind", [Loihi1HwCfg, Loihi2HwCfg])
def test_what_a_program_did(kind, tmp_path):
    config = kind()
    profiler = Profiler.init(config)
    assert isinstance(profiler, Loihi2HWProfiler)
    profiler.execution_time_probe(num_steps=5)
    profiler.activity_probe()
    profiler.memory_probe()
    run(network(), config, 3, 2)
    assert profiler.num_steps == 5
    assert profiler.spikes == {"source.s_out": 5, "synapses.a_out": 9, "cells.s_out": 9}
    assert profiler.synaptic_operations == 4 * 3 + 2
    assert profiler.neuron_updates == 15
    assert profiler.memory["synapses"] == 8 * (6 + 3 + 1)
    times = profiler.execution_time
    assert times.shape == (5,)
    assert (times > 0).all()
    assert times[0] == times[2]
    assert "14 synaptic operations" in str(profiler)
    assert "cells.s_out: 9" in str(profiler)
    pytest.importorskip("matplotlib")
    profiler.plot_execution_time(str(tmp_path / "time.png"))
    assert len(profiler.plot_activity().patches) == 3
    assert len(profiler.plot_memory_util().patches) == 3
    assert (tmp_path / "time.png").stat().st_size > 0


def test_counting_changes_no_result():
    def spikes(config):
        lif = network()
        probe = StateProbe(lif.v)
        run(lif, config, 4)
        return probe.time_series.tolist()

    config = Loihi2HwCfg()
    Profiler.init(config).activity_probe()
    assert spikes(config) == spikes(Loihi2HwCfg())


def test_what_was_not_asked_for_or_cannot_be_had():
    profiler = Profiler.init(Loihi2HwCfg())
    with pytest.raises(SimulationError, match=r"call activity_probe\(\) before"):
        profiler.spikes  # noqa: B018
    with pytest.raises(SimulationError, match=r"call memory_probe\(\) before"):
        profiler.memory  # noqa: B018
    for refused in (profiler.energy_probe, lambda: profiler.power, loihi2_profiler.Loihi2Power):
        with pytest.raises(UnsupportedError, match="cannot be measured without one"):
            refused()
    assert profiler.execution_time.size == 0
    with pytest.raises(NotImplementedError, match="no Profiler for Loihi2SimCfg"):
        Profiler.init(Loihi2SimCfg())
    with pytest.raises(TypeError, match="allowed is an instance of RunConfig"):
        Profiler.init("Loihi2SimCfg")


def test_loggers_as_callbacks():
    time, activity, memory = (
        loihi2_profiler.Loihi2ExecutionTime(buffer_size=4),
        loihi2_profiler.Loihi2Activity(),
        loihi2_profiler.Loihi2Memory(),
    )
    run(network(), Loihi2HwCfg(callback_fxs=[time, activity, memory]), 4)
    assert time.execution_time_per_step.shape == (4,)
    assert time.avg_time_per_step == pytest.approx(time.execution_time_per_step.mean())
    assert dict(zip(activity.names, activity.axon_out, strict=True))["source.s_out"] == 4
    assert activity.syn_ops.tolist()[0] == 3 * 3 + 2
    assert memory.memory["cells"] > 0
    assert isinstance(activity, EmulatorProfiler)


@pytest.mark.parametrize("config", [Loihi2SimCfg(select_tag="fixed_pt"), Loihi2HwCfg()])
def test_states_of_all_steps_and_runs(config):
    lif = LIF(shape=(2,), bias_mant=[1, 2], vth=100)
    probe = StateProbe(lif.v)
    if isinstance(config, Loihi2HwCfg):
        config.callback_fxs.append(probe)
    assert probe.time_series.size == 0
    run(lif, config, 2, 1)
    assert probe.time_series.reshape(2, 3).tolist() == [[1, 2, 3], [2, 4, 6]]
    with pytest.raises(ValidationError, match="its process is compiled"):
        StateProbe(lif.u)


def test_callbacks_around_each_run():
    seen = []

    class Note(NxSdkCallbackFx):
        def pre_run_callback(self, board=None, var_id_to_var_model_map=None):
            seen.append(("before", len(var_id_to_var_model_map)))

        def post_run_callback(self, board=None, var_id_to_var_model_map=None):
            seen.append("after")

    functions = IterableCallBack([lambda board: seen.append("f")], [lambda board: seen.append("g")])
    run(LIF(shape=(1,)), Loihi2HwCfg(callback_fxs=[Note(), functions]), 1, 2)
    assert seen == [("before", 7), "f", "after", "g"] * 2
    with pytest.raises(UnsupportedError, match=r"board.nxChips: there is no board"):
        run(LIF(shape=(1,)), Loihi2HwCfg(callback_fxs=[IterableCallBack([lambda board: board.nxChips])]), 1)
