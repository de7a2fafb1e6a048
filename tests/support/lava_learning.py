"""One small network that learns, as a program for Lava and as a Network, step by step."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from lava_api.magma.core.learning.learning_rule import Loihi2FLearningRule, Loihi3FLearningRule
from lava_api.magma.core.run_conditions import RunSteps
from lava_api.magma.core.run_configs import Loihi2SimCfg
from lava_api.proc.dense.process import Dense, LearningDense
from lava_api.proc.io.source import RingBuffer as Source
from lava_api.proc.lif.process import LIF
from lava_api.proc.sparse.process import LearningSparse
from lava_api.utils.weightutils import SignMode
from loihi_emu import Emulator, LearningRule, Network, Trace

TAGS = {"lava": "fixed_pt", "float": "floating_pt"}
TRACES = ("x1", "x2", "y1", "y2", "y3")
DRIVEN = ("y1", "y2", "y3")


@dataclass
class Case:
    """What both are made of; a source's column c is sent in Lava's step c + 1."""

    rules: str
    weights: Any
    spikes: Any
    drive: Any
    texts: dict[str, str]
    traces: dict[str, tuple[float, float]]
    factors: dict[str, Any] = field(default_factory=dict)
    t_epoch: int = 1
    seed: int = 5
    sign_mode: str = "mixed"
    weight_exp: int = 0
    weight_bits: int = 8
    sparse: bool = False
    graded: bool = False

    @property
    def steps(self) -> int:
        return int(self.spikes.shape[1])


def rule_for_lava(case: Case) -> Any:
    """The rule as Lava takes it: a third factor takes all traces of the targets."""
    values = {}
    for name, (impulse, tau) in case.traces.items():
        values |= {f"{name}_impulse": impulse, f"{name}_tau": tau}
    if not case.factors:
        return Loihi2FLearningRule(**case.texts, **values, t_epoch=case.t_epoch, rng_seed=case.seed)
    return Loihi3FLearningRule(**case.texts, **values, t_epoch=case.t_epoch, rng_seed=case.seed)


def lava_rows(case: Case) -> dict[str, list[Any]]:
    """Weights, tags and traces before the first step and after every step; v and spikes of the neurons after each."""
    floats = case.rules == "float"
    options: dict[str, Any] = {"sign_mode": SignMode[case.sign_mode.upper()]}
    if not floats:
        options |= {"weight_exp": case.weight_exp, "num_weight_bits": case.weight_bits}
    weights = csr_matrix(case.weights.astype(float if floats else int)) if case.sparse else case.weights
    learner = (LearningSparse if case.sparse else LearningDense)(
        weights=weights, learning_rule=rule_for_lava(case), num_message_bits=8 * case.graded, **options
    )
    n = case.weights.shape[0]
    decays = {"du": 1.0, "dv": 0.1} if floats else {"du": 4095, "dv": 400}
    cells = LIF(shape=(n,), vth=60, **decays)
    Source(data=case.spikes).s_out.connect(learner.s_in)
    drive = Dense(weights=np.eye(n) * 80)
    Source(data=case.drive).s_out.connect(drive.s_in)
    drive.a_out.connect(cells.a_in)
    learner.a_out.connect(cells.a_in)
    cells.s_out.connect(learner.s_in_bap)
    for name in DRIVEN if case.factors else ():
        values = case.factors.get(name, np.zeros((n, case.steps)))
        Source(data=values).s_out.connect(getattr(learner, f"s_in_{name}"))
    seen = ["weights", "tag_1", *case.traces, *case.factors]
    rows: dict[str, list[Any]] = {name: [] for name in [*seen, "v"]}
    for step in range(case.steps):
        learner.run(RunSteps(1), Loihi2SimCfg(select_tag=TAGS[case.rules]))
        for name in seen:
            value = getattr(learner, name).get()
            rows[name].append(np.array(value.toarray() if hasattr(value, "toarray") else value))
        rows["v"].append(cells.v.get().copy())
        del step
    learner.stop()
    return rows


def network_of(case: Case) -> Network:
    """The same as a network."""
    floats = case.rules == "float"
    net = Network("learns", rules=case.rules, seed=case.seed)

    def played(name: str, data: Any, payloads: bool = False) -> Any:
        index, column = np.nonzero(data)
        values = {"payloads": np.asarray(data)[index, column].astype(int)} if payloads else {}
        return net.input(name, len(data), spikes=(column + 1, index), **values)

    n = case.weights.shape[0]
    decays = {"du": 1.0, "dv": 0.1} if floats else {"du": 4095, "dv": 400}
    cells = net.population("cells", n, vth=60, **decays)
    net.connect(played("drive", case.drive), cells, np.eye(n, dtype=int) * 80, sign_mode="mixed")
    rule = LearningRule(
        **case.texts, **{name: Trace(*values) for name, values in case.traces.items()}, t_epoch=case.t_epoch
    )
    factors = {name: played(name, data, payloads=True) for name, data in case.factors.items()}
    weights: Any = case.weights
    if case.sparse:
        post, pre = np.nonzero(weights)
        weights = (pre, post, weights[post, pre])
    made = net.connect(
        played("source", case.spikes, payloads=case.graded), cells, weights, name="learns", learning=rule,
        factors=factors or None, sign_mode=case.sign_mode, kind="sparse" if case.sparse else "dense",
        graded=case.graded, **({} if floats else {"weight_exp": case.weight_exp, "weight_bits": case.weight_bits}),
    )  # fmt: skip
    tags = ["tags"] if "dt" in case.texts else []
    net.probe(made, ["weights", *tags, *case.traces, *case.factors])
    net.probe(cells, ["spikes", "v"])
    return net


def assert_learns_as_lava(case: Case) -> Emulator:
    """Compare every weight, tag, trace and voltage of every step; row k of a network is Lava's step k."""
    rows, emulator = lava_rows(case), Emulator(network_of(case))
    recording = emulator.run(case.steps + 1)
    equal: Any = np.testing.assert_array_equal
    if case.rules == "float":  # sums in another order

        def equal(a: Any, b: Any, err_msg: str) -> None:
            np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-9, err_msg=err_msg)

    post, pre = np.nonzero(case.weights)
    for name, kept in rows.items():
        if name == "v":
            equal(recording["cells.v"][: case.steps], kept, err_msg=name)
            continue
        mine = {"tag_1": "tags"}.get(name, name)
        if f"learns.{mine}" not in recording:
            continue
        wanted = np.array(kept)
        if case.sparse and wanted.ndim == 3:
            wanted = wanted[:, post, pre]
        equal(recording[f"learns.{mine}"][1:], wanted, err_msg=name)
    return emulator
