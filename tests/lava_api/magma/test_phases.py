"""Phases of a time step, in Lava's order."""

import pytest
from lava_parts import PySource, Source

from lava_api.magma.core.run_conditions import RunSteps
from lava_api.magma.core.run_configs import Loihi2SimCfg
from lava_api.magma.core.sync.protocols.loihi_protocol import Phase


def trace(steps=1, pause_in="", **guards):
    """Run two sources and return what was called: of the first with the guards given, of the second without any."""
    calls = []

    def method(name):
        def call(self):
            if name.startswith("run"):
                calls.append((name, self.time_step))
                assert name == "run_spk" or self.phase.name.lower() in name
                self._req_pause = name == pause_in
            else:
                return guards[name]
            return None

        return call

    names = ["run_spk", "run_pre_mgmt", "run_lrn", "run_post_mgmt", *guards]
    model = type("Traced", (PySource,), {name: method(name) for name in names})
    source = Source([1.0])
    source.run(RunSteps(steps), Loihi2SimCfg(exception_proc_model_map={Source: model}))
    return [name for name, _ in calls], source


@pytest.mark.parametrize(
    ("guards", "expected"),
    [
        ({}, []),
        ({"post_guard": True}, ["run_post_mgmt"]),
        ({"lrn_guard": True}, ["run_lrn"]),
        ({"pre_guard": True}, []),
        ({"pre_guard": True, "lrn_guard": True}, ["run_pre_mgmt", "run_lrn"]),
        ({"lrn_guard": 1, "post_guard": "yes"}, ["run_lrn", "run_post_mgmt"]),
        ({"pre_guard": True, "lrn_guard": True, "post_guard": True}, ["run_pre_mgmt", "run_lrn", "run_post_mgmt"]),
        ({"pre_guard": None, "lrn_guard": 0, "post_guard": False}, []),
    ],
)
def test_guards_ask_for_phases(guards, expected):
    assert trace(steps=2, **guards)[0] == ["run_spk", *expected] * 2


def test_a_pause_skips_what_the_model_would_have_asked_for():
    calls, source = trace(steps=3, pause_in="run_spk", lrn_guard=True, post_guard=True)
    assert calls == ["run_spk"]
    assert source.model.time_step == 1
    calls, _ = trace(steps=3, pause_in="run_lrn", lrn_guard=True, post_guard=True)
    assert calls == ["run_spk", "run_lrn"]


def test_after_a_run_the_phase_is_the_hosts():
    _, source = trace()
    assert source.model.phase is Phase.HOST
