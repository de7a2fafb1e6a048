"""Hypothesis: random networks in which a connection learns by a random rule, and their comparison with the oracle."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

from loihi_emu import Emulator, LearningRule, Network, Trace
from loihi_emu.validation.oracle import Oracle

SIGNS = {"excitatory": (0, 255), "inhibitory": (-255, 0), "mixed": (-256, 254)}
TRACES = ("x1", "x2", "y1", "y2", "y3")


@st.composite
def products(draw: Any) -> str:
    """One product as text."""
    parts = [draw(st.sampled_from(["x0", "y0", "u0", "u1", "u2", "u9"]))]
    for _ in range(draw(st.integers(0, 3))):
        name = draw(st.sampled_from([*TRACES, "w", "d", "t", "x0", "y0", "u1"]))
        constant = draw(st.integers(-128, 127))
        form = draw(st.sampled_from(["{v}", "{v}", "({v} + {c})", "sgn({v})", "sgn({v} - {c})", "({c} - {v})"]))
        if name == "u1" or (name in ("x0", "y0") and form == "{v}"):
            form = "{v}"
        parts.append(form.format(v=name, c=constant if "({v} + {c})" in form else abs(constant)).replace("+ -", "- "))
    order = draw(st.permutations(parts))
    scale = draw(st.sampled_from(["", "2^-7*", "2^-3*", "2^-1*", "3*", "5*2^-4*", "2^2*", "7*2^8*", "-8*2^-7*"]))
    return scale + "*".join(order)


@st.composite
def rules(draw: Any, delays: bool) -> LearningRule:
    """A rule of several products for w, d and t."""

    def text() -> str:
        return draw(st.sampled_from(["", "-"])) + draw(st.sampled_from([" + ", " - "])).join(
            draw(st.lists(products(), min_size=1, max_size=3))
        )

    impulses = st.integers(0, 127 * 256).map(lambda k: k / 256)
    taus = st.sampled_from([0, 1, 3.5, 10, 50, np.inf])
    chosen = {name: Trace(draw(impulses), draw(taus)) for name in TRACES}
    return LearningRule(
        dw=text() if draw(st.booleans()) or not delays else None,
        dd=text() if delays else None,
        dt=text() if draw(st.booleans()) else None,
        t_epoch=draw(st.integers(1, 9)),
        **chosen,
    )


SIMPLE = (
    "x0",
    "x0*y1",
    "x0*(y2 - 9)",
    "x0*w",
    "u0*x1*y1",
    "u0*w",
    "u0*(w - 77)",
    "u1*x2",
    "u0*x1*(w + 5)",
    "y0*x1",
    "y0",
)


@st.composite
def simple_rules(draw: Any) -> LearningRule:
    """A rule of few products for weights alone: those that kernels take in one pass."""
    terms = st.tuples(st.sampled_from(["", "2^-3*", "-2^-5*", "-1*", "7*2^4*"]), st.sampled_from(SIMPLE)).map("".join)
    text = " + ".join(draw(st.lists(terms, min_size=1, max_size=3)))
    traces = {name: Trace(draw(st.sampled_from([3, 16.5, 127])), draw(st.sampled_from([4, 20]))) for name in TRACES}
    return LearningRule(dw=text, t_epoch=draw(st.sampled_from([1, 1, 3])), **traces)


@st.composite
def networks(draw: Any, simple: bool = False) -> Network:
    """A network with one connection that learns, between slices, from an input or a population."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    net = Network("plastic", seed=draw(st.sampled_from([0, 7, (1 << 63) - 1])))
    rate = draw(st.sampled_from([0.05, 0.3, 0.8]))
    source = net.input("source", draw(st.integers(1, 9)), rate=rate)
    drive = net.input("drive", draw(st.integers(1, 9)), rate=rate)
    cells = net.population("cells", drive.size, vth=60, dv=draw(st.sampled_from([0, 4096])), refractory=1)
    net.connect(drive, cells, (np.arange(drive.size), np.arange(drive.size), 200))
    pre = draw(st.sampled_from([source, cells]))
    before, after = (part(draw, node) for node in (pre, cells))
    reward = net.input("reward", draw(st.sampled_from([1, after.size])), rate=0.3)
    values = rng.integers(-200, 200, 12)
    error = net.input("error", 1, spikes=(rng.integers(0, 40, 12), np.zeros(12, int)), payloads=values)
    learns_delays = not simple and draw(st.integers(0, 2)) == 2
    rule = draw(simple_rules() if simple else rules(learns_delays))
    factors = {}
    if draw(st.booleans()):
        factors["y2"] = reward
    if draw(st.booleans()):
        factors["y3"] = error
        rule = LearningRule.from_settings(rule.settings() | {"y3": None})
    mode = draw(st.sampled_from(list(SIGNS)))
    shape = (after.size, before.size)
    low, high = SIGNS[mode]
    weights = rng.integers(low, high, shape, endpoint=True)
    kind = draw(st.sampled_from(["dense", "sparse", "triples"]))
    delays: Any = draw(st.sampled_from([0, 2]))
    how: Any = {"kind": kind}
    if kind == "triples":
        count = draw(st.integers(0, 12))
        weights = (
            rng.integers(0, before.size, count),
            rng.integers(0, after.size, count),
            rng.integers(low, high, count),
        )
        how, shape = {}, (count,)
    if kind == "dense" and (before.step > 1 or after.step > 1):
        how = {}
    if draw(st.booleans()):
        delays = rng.integers(0, 4, shape)
    connection = net.connect(
        before, after, weights, name="learns", sign_mode=mode, delays=delays, learning=rule, factors=factors or None,
        weight_bits=draw(st.integers(1, 8)), weight_exp=draw(st.integers(-3, 7)), **how,
    )  # fmt: skip
    net.probe(cells, ["spikes", "v"])
    net.probe(connection, variables(connection))
    return net


def part(draw: Any, node: Any) -> Any:
    """All neurons, or a slice."""
    if not draw(st.booleans()):
        return node[:]
    start = draw(st.integers(0, node.size - 1))
    return node[start : draw(st.integers(start + 1, node.size)) : draw(st.sampled_from([1, 2]))]


def variables(connection: Any) -> list[str]:
    """What can be recorded of a connection."""
    from loihi_emu.learning.checks import variables_of

    return variables_of(connection)


def rows_of(recordings: Any, net: Network) -> dict[str, Any]:
    """Everything recorded, pieces joined."""
    found: dict[str, Any] = {}
    for probe in net.probes:
        for variable in probe.variables:
            name = f"{probe.target.name}.{variable}"
            if variable != "spikes":
                found[name] = np.concatenate([r[name] for r in recordings]).tolist()
            else:
                found[name] = [e for r in recordings for e in zip(r.spikes(probe.target.name).times.tolist(),
                                                                  r.spikes(probe.target.name).indices.tolist(),
                                                                  strict=True)]  # fmt: skip
    return found


def in_memory_order(connection: Any, rows: Any) -> Any:
    """Recorded rows in the order of the oracle: by source neuron."""
    rows = np.asarray(rows)
    if connection.kind == "conv" and rows.ndim == 5:
        return rows.reshape(len(rows), -1)
    return rows.swapaxes(1, 2).reshape(len(rows), -1) if connection.kind == "dense" and rows.ndim == 3 else rows


def assert_equal(rows: Any, kept: Any, what: str) -> None:
    """Compare integers exactly; in float64 sums may be in another order."""
    if np.asarray(rows).dtype.kind == "f":
        np.testing.assert_allclose(rows, kept, rtol=1e-9, atol=1e-9, err_msg=what)
    else:
        assert rows.tolist() == kept, what


def assert_learns_as_the_oracle(net: Network, steps: int) -> Emulator:
    """Compare every weight, delay, tag, trace, voltage and spike."""
    emulator, oracle = Emulator(net), Oracle(net)
    recording = emulator.run(steps)
    oracle.run(steps)
    short = {"weights": "w", "delays": "d", "tags": "t"}
    for name, connection in net.connections.items():
        if connection.learning is None:
            continue
        for variable in variables(connection):
            rows = in_memory_order(connection, recording[f"{name}.{variable}"])
            kept = oracle.learned[name].get(short.get(variable, variable))
            if kept is None:  # delays that vary but do not learn
                assert (rows == rows[:1]).all()
            else:
                assert_equal(rows, kept, f"{variable} of {name}")
    for name in (p.target.name for p in net.probes if "v" in p.variables):
        assert_equal(recording[f"{name}.v"], oracle.trace(name, "v"), f"v of {name}")
    return emulator
