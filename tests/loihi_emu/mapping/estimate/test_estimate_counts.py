"""Counts and bounds of estimates, beside spikes followed one by one in plain Python."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from messages import UNHEEDED
from profiles import at_most

from loihi_emu import Conv2D, Emulator, LearningRule, Network, Trace

pytestmark = UNHEEDED


def random_network(rng):
    net = Network()
    nodes = [net.input("i", 4, rate=0.3)]
    for name in ("p0", "p1"):
        du = int(rng.choice([4096, 2000]))
        nodes.append(net.population(name, int(rng.integers(1, 20)), vth=20, dv=500, du=du))
    image = net.population("image", (4, 3, 2), vth=10, bias=300)
    maps = net.population("maps", (3, 3, 2), vth=30, dv=1000)
    net.connect(image, maps, Conv2D(rng.integers(1, 9, (2, 2, 2, 2)), padding=(0, 1), stride=(1, 1), dilation=(1, 2)))
    for _ in range(4):
        a, b = nodes[int(rng.integers(3))], nodes[int(rng.integers(1, 3))]
        n = int(rng.integers(1, 60))
        synapses = (rng.integers(0, a.size, n), rng.integers(0, b.size, n), rng.integers(1, 60, n))
        net.connect(a, b, synapses, delays=rng.integers(0, 4, n))
    a, b = nodes[1], nodes[2]
    weights = rng.integers(1, 40, (b.size, a.size)) * (rng.random((b.size, a.size)) < 0.8)
    net.connect(a, b, weights, delays=rng.integers(0, 3, weights.shape), kind="dense")
    for node in (*nodes, image, maps):
        net.probe(node, ["spikes", "u", "v"] if node is not nodes[0] else "spikes")
    return net


def synapses_of(c):
    """Neuron before, neuron after, delay of every synapse."""
    if c.kind == "sparse":
        before = np.repeat(np.arange(c.pre.size), np.diff(c.indptr))
        return list(zip(before, c.indices, np.broadcast_to(c.delays, before.shape), strict=True))
    if c.kind == "dense":
        delays = np.broadcast_to(c.delays, c.values.shape)
        return [(i, j, delays[j, i]) for j, i in np.argwhere(c.values)]
    (height, width, channels), (rows, columns, out) = c.pre.target.shape, c.post.target.shape
    found = []
    for y, x, co, ky, kx, ci in np.ndindex(rows, columns, out, *c.conv.kernel.shape[1:]):
        yy, xx = y + ky * c.conv.dilation[0] - c.conv.padding[0], x + kx * c.conv.dilation[1] - c.conv.padding[1]
        if 0 <= yy < height and 0 <= xx < width:
            found.append(((yy * width + xx) * channels + ci, (y * columns + x) * out + co, 0))
    return found


def plain_counts(net, placement, recording):
    """Synaptic events, messages, hops, and the fewest and all active updates, one by one."""
    events = messages = hops = 0
    active = {name: np.zeros((recording.steps, p.size), bool) for name, p in net.populations.items()}
    known = {name: np.zeros((recording.steps, p.size), bool) for name, p in net.populations.items()}
    for name in net.populations:
        spikes = recording.spikes(name)
        active[name][spikes.times, spikes.indices] = True
        active[name] |= np.any(net.populations[name].parameters["bias"] != 0)
    for c in net.connections.values():
        spikes, cores = recording.spikes(c.pre.target.name), placement.core_of(c.post.target.name)
        late = c.pre.target.name in net.populations
        table = [[] for _ in range(c.pre.size)]
        for i, j, delay in synapses_of(c):
            table[i].append((j, delay))
        for time, i in zip(spikes.times, spikes.indices, strict=True):
            events += len(table[i])
            there = {cores[j] for j, _ in table[i]}
            messages += len(there)
            if late:
                home = placement.core_of(c.pre.target.name)[i]
                hops += sum(abs(home // 16 - k // 16) + abs(home // 4 % 4 - k // 4 % 4) for k in there)
            for j, delay in table[i]:
                if time + late + delay < recording.steps:
                    active[c.post.target.name][time + late + delay, j] = True
    for name, p in net.populations.items():
        u, v = recording[f"{name}.u"], recording[f"{name}.v"]
        known[name] = active[name].copy()
        known[name][1:] |= (v[:-1] != 0) | ((u[:-1] != 0) & (p.parameters["du"] < 4096))
    return events, messages, hops, sum(int(a.sum()) for a in active.values()), sum(int(a.sum()) for a in known.values())


@at_most(25)
@given(st.integers(0, 10**6))
def test_counts_are_those_of_spikes_one_by_one(seed):
    rng = np.random.default_rng(seed)
    net = random_network(rng)
    cores = {name: rng.integers(0, 128, p.size) for name, p in net.populations.items()}
    placement = net.place(strategy=cores)
    recording = Emulator(net).run(int(rng.integers(1, 40)))
    counts = placement.estimate(recording).counts
    events, messages, hops, fewest, exact = plain_counts(net, placement, recording)
    assert (counts["synaptic_events"], counts["messages"]) == (events, messages)
    assert counts["hops_x"] + counts["hops_y"] == hops
    assert counts["active_updates"] == exact
    blind = net.copy()
    blind._probes = [replace(probe, variables=("spikes",)) for probe in net.probes]
    bounds = blind.place(strategy=cores).estimate(Emulator(blind).run(recording.steps)).bounds
    low, high = bounds.get("counts.active_updates", (exact, exact))
    assert low == fewest if "counts.active_updates" in bounds else fewest == exact
    assert low <= exact <= high


@at_most(15)
@given(st.integers(0, 10**6), st.sampled_from(["davies2018", "board"]))
def test_cores_of_a_tile_can_change_places(seed, figures):
    rng = np.random.default_rng(seed)
    net = random_network(rng)
    cores = {name: rng.integers(0, 16, p.size) for name, p in net.populations.items()}
    moved = np.concatenate([4 * tile + rng.permutation(4) for tile in range(4)])
    recording = Emulator(net).run(20)
    one = net.place(strategy=cores).estimate(recording, figures=figures)
    other = net.place(strategy={name: moved[a] for name, a in cores.items()}).estimate(recording, figures=figures)
    assert other.energy == pytest.approx(one.energy)
    assert other.total_time == pytest.approx(one.total_time)
    assert other.step_time == pytest.approx(one.step_time)
    assert other.counts == one.counts


@at_most(25)
@given(st.integers(0, 10**6), st.sampled_from(["davies2018", "board"]))
def test_what_is_not_recorded_lies_within_the_bounds(seed, figures):
    rng = np.random.default_rng(seed)
    net = random_network(rng)
    cores = {name: rng.integers(0, 12, p.size) for name, p in net.populations.items()}
    steps = int(rng.integers(1, 30))
    full = net.place(strategy=cores).estimate(Emulator(net).run(steps), figures=figures)
    fewer = net.copy()
    fewer._probes = [probe for probe in net.probes if rng.random() < 0.6]
    part = fewer.place(strategy=cores).estimate(Emulator(fewer).run(steps), figures=figures)
    mine = [{"energy": e.total_energy, "time": e.total_time} for e in (full, part)]
    for values, e in zip(mine, (full, part), strict=True):
        for name, numbers in (("counts", e.counts), ("energy", e.energy), ("time", e.time)):
            values.update({f"{name}.{key}": value for key, value in numbers.items()})
    assert mine[0].keys() == mine[1].keys()
    for key, exact in mine[0].items():
        low, high = part.bounds.get(key, (mine[1][key],) * 2)
        slack = 1e-9 * (1 + abs(exact))
        assert low - slack <= exact <= high + slack, key
        assert low - slack <= mine[1][key] <= high + slack, key


def test_steps_counted_in_pieces_are_the_same(monkeypatch):
    rng = np.random.default_rng(5)
    net = random_network(rng)
    rule = LearningRule(dw="x1*y0", x1=Trace(16, 10), y1=Trace(16, 10), t_epoch=7)
    shape = (net["p1"].size, net["p0"].size)
    net.connect("p0", "p1", np.ones(shape, int), sign_mode="mixed", learning=rule, name="learns")
    placement, recording = net.place(), Emulator(net).run(50)
    whole = placement.estimate(recording)
    monkeypatch.setattr("loihi_emu.mapping.estimate.counting.CHUNK_BYTES", 0)
    monkeypatch.setattr("loihi_emu.mapping.estimate.counting.FEWEST_STEPS", 3)
    pieces = placement.estimate(recording)
    assert pieces.counts == whole.counts
    assert pieces.bounds.keys() == whole.bounds.keys()
    for key, ends in whole.bounds.items():
        assert pieces.bounds[key] == pytest.approx(ends), key
    assert pieces.step_time == pytest.approx(whole.step_time)
    assert whole.counts["learning_updates"] > 0


def test_neurons_counted_in_pieces_are_the_same(monkeypatch):
    net = random_network(np.random.default_rng(6))
    net._probes = []
    placement, recording = (
        net.place(strategy={name: 3 * k for k, name in enumerate(net.populations)}),
        Emulator(net).run(9),
    )
    whole = placement.estimate(recording)
    monkeypatch.setattr("loihi_emu.mapping.estimate.unrecorded.CHUNK_BYTES", 0)
    pieces = placement.estimate(recording)
    assert pieces.counts == pytest.approx(whole.counts)
    for key, ends in whole.bounds.items():
        assert pieces.bounds[key] == pytest.approx(ends), key


def test_the_emulator_counts_the_same_synaptic_events():
    """It also counts the zeros of a dense connection, of which here are none."""
    rng = np.random.default_rng(7)
    net = Network()
    source = net.input("source", 6, rate=0.4)
    image = net.population("image", (5, 4, 3), vth=60, bias=rng.integers(0, 2000, 60))
    maps = net.population("maps", (3, 2, 4), vth=50, dv=300)
    net.connect(source, image, rng.integers(1, 200, (60, 6)), kind="dense")
    net.connect(image, maps, Conv2D(rng.integers(1, 9, (4, 3, 3, 3))))
    net.connect(maps, image, (rng.integers(0, 24, 99), rng.integers(0, 60, 99), rng.integers(1, 30, 99)), delays=2)
    for node in (source, image, maps):
        net.probe(node)
    placement, recording = net.place(strategy={"image": rng.integers(0, 9, 60), "maps": 40}), Emulator(net).run(100)
    assert placement.estimate(recording).counts["synaptic_events"] == recording.stats["synaptic_events"] > 10_000
