"""NIR graphs: float64 equals a reference that knows nothing of steps' lags, integers their rule, errors say where."""

import nir
import nir_reference
import numpy as np
import pytest
from nir_graphs import DT, GRAPHS, chain, cuba, lif, ones, readout, recurrent

from loihi_emu import Emulator, LoihiEmuError, LoihiInputWarning, Network, UnsupportedError, ValidationError
from loihi_emu.exchange import compare_nir, import_nir

STEPS = 40


def frames(recording, name, steps):
    found = recording.spikes(name)
    made = np.zeros((steps, found.size))
    made[found.times, found.indices] = 1
    return made


def played(imported, name, spikes, steps):
    """What each population spikes, or its voltage in units of the graph."""
    network = imported.network
    quiet = {k for k, row in imported.report.rows.items() if row.kind not in ("IF", "LIF", "CubaLIF", "Threshold")}
    for k in imported.report.rows:
        network.probe(k, ["v"] if k in quiet else ["spikes"])
    emulator = Emulator(network)
    emulator.set_input(name, spikes=spikes)
    recording = emulator.run(steps)
    return {
        k: imported.voltage(k, recording[f"{k}.v"]) if k in quiet else frames(recording, k, steps)
        for k in imported.report.rows
    }


@pytest.mark.parametrize("reset", ["v_reset", "subtract"])
@pytest.mark.parametrize("name", GRAPHS)
@pytest.mark.filterwarnings("ignore:.*v_reset .* is not used:loihi_emu.LoihiInputWarning")
@pytest.mark.filterwarnings("ignore:.*its leak begins:loihi_emu.LoihiInputWarning")
def test_float_equals_the_reference(name, reset):
    rng = np.random.default_rng(5)
    graph = GRAPHS[name](rng)
    [source] = [k for k, node in graph.nodes.items() if isinstance(node, nir.Input)]
    shape = tuple(graph.nodes[source].input_type["input"])
    x = (rng.random((STEPS, *shape)) < 0.3).astype(int)
    resets = dict.fromkeys(graph.nodes, reset)
    wanted = nir_reference.run(graph, {source: x}, STEPS, dt=DT, resets=resets)
    imported = import_nir(graph, dt=DT, reset=reset)
    lags = {out.population: out.lag for out in imported.report.outputs.values()}
    found = played(imported, source, x.reshape(STEPS, -1), STEPS + 5)
    for k, lag in lags.items():
        assert np.abs(found[k][lag : lag + STEPS] - wanted[k]).max() < 1e-9
    active = [k for k in found if wanted[k].any()]
    assert len(active) == len(found)  # a silent network would prove nothing


def test_a_neuron_in_integers_keeps_to_the_rule_of_its_recordings():
    """v = trunc(v (4096 - 163) / 4096) + 640 in; it spikes above 1600, and is 0 then: a chip and Lava gave this."""
    graph = chain(nir.Affine(np.ones((1, 1)), np.zeros(1)), lif(1, tau=0.0025, vth=0.1, r=1.0))
    x = (np.random.default_rng(2).random(500) < 0.1).astype(int)
    wanted, v, spikes = [], 0, []
    for t in range(500):
        v = v * (4096 - 163) // 4096 + 640 * int(x[t])
        if v > 1600:
            v = 0
            spikes.append(t)
        wanted.append(v)
    for rules in ("chip", "lava"):
        imported = import_nir(graph, dt=1e-4, rules=rules, scale=250, decays="lava")
        imported.network.probe("lif", ["spikes", "v"])
        emulator = Emulator(imported.network)
        emulator.set_input("input", spikes=x[:, None])
        recording = emulator.run(500)
        assert recording["lif.v"][:, 0].tolist() == wanted
        assert recording.spikes("lif").times.tolist() == spikes
    assert len(spikes) > 3


def test_float_and_integers_side_by_side():
    rng = np.random.default_rng(5)
    graph = recurrent(rng)
    x = (rng.random((100, 4)) < 0.3).astype(int)
    found = compare_nir(graph, x, 100, dt=DT)
    assert found.spikes["lif.1"].floats > 50
    assert found.spikes["lif.1"].same > 0.9 * found.spikes["lif.1"].floats
    assert found.integers.report.rows["lif.1"].weights is not None
    text = str(found)
    assert "side by side" in text and "first difference" in text and 'rules "chip"' in text
    end = compare_nir(readout(rng), {"input": x}, 100, dt=DT, rules="lava")
    assert 0 < end.voltages["li"] < 0.05


def test_integers_lose_nothing_where_numbers_fit():
    """Weights, thresholds and decays on the chip's grid: the integers' spikes and voltages are those of float64."""
    rng = np.random.default_rng(3)
    w = rng.integers(-60, 120, (6, 4)) * 2 / 256
    graph = chain(
        nir.Linear(w), lif(6, tau=0.002, vth=0.75, r=2.0), nir.Linear(np.eye(6)[:3]), lif(3, 0.001, 0.5, r=1.0)
    )
    x = (rng.random((60, 4)) < 0.4).astype(int)
    one, other = (played(import_nir(graph, dt=DT, rules=rules), "input", x, 60) for rules in ("float", "chip"))
    assert all(np.array_equal(one[k], other[k]) and one[k].any() for k in one)


def test_a_graph_in_a_graph_is_the_flat_one(tmp_path):
    flat = recurrent(np.random.default_rng(5))
    nodes = flat.nodes
    inner = nir.NIRGraph(
        {
            "input": nir.Input(np.array([6])),
            "lif": nodes["lif.1"],
            "rec": nodes["rec"],
            "output": nir.Output(np.array([6])),
        },
        [("input", "lif"), ("lif", "rec"), ("rec", "lif"), ("lif", "output")],
    )
    outer = {k: node for k, node in nodes.items() if k not in ("lif.1", "rec")} | {"lif1": inner}
    edges = [("input", "fc"), ("fc", "lif1"), ("lif1", "fc2"), ("fc2", "lif2"), ("lif2", "output")]
    nested = nir.NIRGraph(outer, edges)
    path = tmp_path / "nested.nir"
    nir.write(path, nested)
    x = (np.random.default_rng(6).random((STEPS, 4)) < 0.3).astype(int)
    one, other, read = (played(import_nir(g, dt=DT), "input", x, STEPS) for g in (flat, nested, path))
    assert np.array_equal(one["lif.1"], other["lif1.lif"]) and np.array_equal(one["lif2"], other["lif2"])
    assert np.array_equal(one["lif2"], read["lif2"]) and one["lif2"].any()


def test_a_name_that_can_mean_one_node_alone_is_read_as_it():
    graph = chain(nir.Linear(np.ones((2, 3))), lif(2))
    graph.edges = [(a.replace("lif", "cells"), b.replace("lif", "cells")) for a, b in graph.edges]
    assert 'no node; read as "lif"' in str(import_nir(graph, dt=DT).report)
    graph.edges = [(a.replace("linear", "fc"), b.replace("linear", "fc")) for a, b in graph.edges]
    with pytest.raises(ValidationError, match=r'edge \("(fc|lif)", "cells"\)|unknown node'):
        import_nir(graph, dt=DT)


def test_an_output_of_another_shape_is_read_value_by_value_and_said():
    graph = chain(nir.Linear(np.ones((1, 1))), lif(1))
    graph.nodes["output"] = nir.Output(np.array([1, 1, 1]))
    assert "shape (1, 1, 1) in the file" in str(import_nir(graph, dt=DT).report)


def test_from_nir_is_the_network():
    graph = recurrent(np.random.default_rng(1))
    network = Network.from_nir(graph, dt=DT, rules="chip", name="braille")
    assert network.name == "braille" and list(network.populations) == ["lif.1", "lif2"]
    assert network.describe() == import_nir(graph, dt=DT, rules="chip", name="braille").network.describe()


def test_what_is_approximated_is_warned_about():
    n = 3
    nodes = {
        "input": nir.Input(np.array([n])), "a": lif(n), "b": lif(n), "wait": nir.Delay(ones(n, 1.4 * DT)),
        "output": nir.Output(np.array([n])),
    }  # fmt: skip
    edges = [("input", "a"), ("a", "b"), ("b", "wait"), ("wait", "a"), ("b", "output")]
    with pytest.warns(
        LoihiInputWarning, match=r"rounded to steps.*by up to 0\.4 steps.*each connection in it takes one"
    ):
        imported = import_nir(nir.NIRGraph(nodes, edges), dt=DT)
    assert len(imported.report.approximations) == 2


def test_lists_by_sign_and_size_round_less():
    rng = np.random.default_rng(3)
    graph = chain(nir.Linear(rng.standard_t(2, (40, 30))), lif(40))
    errors = []
    for k in (1, 2, 4):
        imported = import_nir(graph, dt=DT, rules="chip", lists=k)
        lists = list(imported.network.connections.values())
        assert len(lists) == k and sum(np.count_nonzero(c.values) for c in lists) <= 1200
        acting = np.zeros((40, 30))
        for c in lists:
            effective = imported.network.rule_set.weights.stored(c).values
            if c.kind == "dense":
                acting += effective
            else:
                pre = np.repeat(np.arange(30), np.diff(c.indptr))
                np.add.at(acting, (np.asarray(c.indices), pre), effective)
        errors.append(np.abs(acting / imported.report.rows["lif"].scale - graph.nodes["linear"].weight).mean())
    assert errors[1] < 0.6 * errors[0] and errors[2] < 0.5 * errors[1]


def test_thresholds_that_vanish_beside_weights_are_said():
    graph = chain(nir.Linear(np.full((2, 3), 1e20)), lif(2))
    with pytest.warns(LoihiInputWarning, match=r"thresholds of 2 neurons round to 0 beside weights up to 1e\+20"):
        imported = import_nir(graph, dt=DT, rules="chip")
    assert len(imported.report.approximations) == 1


def loop_without_a_neuron():
    nodes = {"input": nir.Input(np.array([2])), "a": nir.Linear(np.eye(2)), "b": nir.Linear(np.eye(2)),
             "output": nir.Output(np.array([2]))}  # fmt: skip
    return nir.NIRGraph(nodes, [("input", "a"), ("a", "b"), ("b", "a"), ("b", "output")])


def twisted(change, *nodes):
    graph = chain(*(nodes or (nir.Linear(np.ones((2, 3))), lif(2))))
    change(graph)
    return graph


class Dropout:
    """No primitive of NIR."""


BAD = {
    "dt is missing": (lambda: chain(lif(2)), {"dt": None}, ["dt", "None", "above 0", "1e-4"]),
    "dt is negative": (lambda: chain(lif(2)), {"dt": -1.0}, ["dt", "-1.0"]),
    "no graph": (lambda: 3, {}, ["a int", "nir.NIRGraph", "path"]),
    "a loop without a neuron": (loop_without_a_neuron, {}, ['"a" -> "b"', "no neuron", "LI"]),
    "an unknown node": (
        lambda: twisted(lambda g: g.nodes.update(linear=Dropout())), {}, ['node "linear"', "Dropout", "Affine"],
    ),
    "no input": (lambda: twisted(lambda g: (g.nodes.pop("input"), g.edges.pop(0))), {}, ["no Input"]),
    "no output": (lambda: twisted(lambda g: (g.nodes.pop("output"), g.edges.pop())), {}, ["no Output"]),
    "an edge twice": (lambda: twisted(lambda g: g.edges.append(g.edges[0])), {}, ['"input", "linear"', "2 times"]),
    "an edge to an input": (
        lambda: twisted(lambda g: g.edges.append(("lif", "input"))), {}, ['node "input"', '("lif", "input")', "Input"],
    ),
    "a node without a name": (
        lambda: twisted(lambda g: g.nodes.update({"": lif(2)})), {}, ["a node without a name"],
    ),
    "shapes that do not follow": (
        lambda: twisted(lambda g: g.nodes.update(linear=nir.Linear(np.ones((2, 4))))), {}, ['node "linear"', "4", "3"],
    ),
    "neurons that do not follow": (
        lambda: twisted(lambda g: g.nodes.update(lif=lif(5))), {}, ['node "lif"', "(5,)", "linear"],
    ),
    "a weight that is no number": (
        lambda: chain(nir.Linear(np.full((2, 3), np.nan)), lif(2)), {}, ['node "linear"', "weight", "nan"],
    ),
    "a time constant below dt": (lambda: chain(lif(2, tau=1e-4)), {}, ['node "lif"', "tau", "0.0001", "exponential"]),
    "a time constant of 0": (lambda: chain(lif(2, tau=0)), {}, ['node "lif"', "tau", "above 0"]),
    "a threshold below the reset": (lambda: chain(lif(2, vth=-1)), {}, ['node "lif"', "v_threshold", "-1"]),
    "a negative delay": (lambda: chain(nir.Delay(ones(2, -1)), lif(2)), {}, ['node "delay"', "-1"]),
    "a long delay": (lambda: chain(nir.Delay(ones(2, 1)), lif(2)), {}, ['node "delay"', "1000 steps", "at most 63"]),
    "an unknown reset": (lambda: chain(lif(2)), {"reset": "zero"}, ["reset", "zero", "subtract"]),
    "a reset of no node": (lambda: chain(lif(2)), {"reset": {"lfi": "subtract"}}, ["lfi", 'did you mean "lif"']),
    "unknown rules": (lambda: chain(lif(2)), {"rules": "brian2_loihi"}, ["rules", "chip"]),
    "an unknown method": (lambda: chain(lif(2)), {"method": "rk4"}, ["method", "euler"]),
    "three lists": (lambda: chain(lif(2)), {"rules": "chip", "lists": 3}, ["lists", "3", "one for each sign"]),
    "an unknown option": (lambda: chain(lif(2)), {"dtt": 1}, ["dtt"]),
    "weights beyond the largest exponent": (
        lambda: chain(nir.Linear(np.full((2, 2), 1000.0)), lif(2)), {"rules": "chip", "scale": 100},
        ['node "lif"', "weight", "up to 1000", "32767"],
    ),
    "a threshold beyond its bits": (
        lambda: chain(nir.Linear(np.full((2, 2), 1.0)), lif(2, vth=1e9)), {"rules": "chip"},
        ['node "lif"', "vth", "1e+09"],
    ),
    "a kernel larger than its image": (
        lambda: chain(nir.Input(np.array([1, 4, 4])),
                      nir.Conv2d((9, 9), np.ones((1, 1, 9, 9)), 1, 0, 1, 1, np.zeros(1)),
                      nir.Output(np.array([1, 1, 1]))),
        {}, ['node "conv2d"', "a kernel of 9 on 4"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_one_error_that_says_where(case, monkeypatch):
    make, options, texts = BAD[case]
    built = []
    monkeypatch.setattr(Network, "population", lambda *a, **k: built.append(a))
    with pytest.raises(LoihiEmuError) as caught:
        import_nir(make(), **{"dt": DT, **options})
    assert all(text in str(caught.value) for text in texts), str(caught.value)
    assert built == []


def test_what_rules_cannot_do_is_refused_with_what_can():
    linear = nir.Linear(np.ones((2, 2)))
    middle = chain(linear, nir.LI(ones(2, 0.01), ones(2), ones(2, 0)), nir.Linear(np.ones((2, 2))), lif(2))
    with pytest.raises(UnsupportedError, match=r'node "li": got a LI, whose voltage "lif" receives.*rules="float"'):
        import_nir(middle, dt=DT, rules="chip")
    with pytest.raises(UnsupportedError, match=r'node "cubalif".*reset="subtract".*rules="chip"'):
        import_nir(chain(linear, cuba(2)), dt=DT, rules="lava", reset="subtract")
