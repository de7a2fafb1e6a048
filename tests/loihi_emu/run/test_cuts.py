"""A run gives the same however it is cut: pieces, checkpoints, resets, samples; and in populations of many blocks."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from messages import UNHEEDED
from recipes import Link, Node, Recipe, assert_equals_oracle, assert_same, events
from strategies import recipes

from loihi_emu import Emulator, Network, Noise, ValidationError
from loihi_emu.validation.oracle_random import noise_level, noise_number, poisson_event, random_word

pytestmark = UNHEEDED

SEEDS = st.integers(0, 2**16)


def joined(recordings, names):
    """The arrays of several recordings one after the other."""
    found = {}
    for name in names:
        if name.endswith(".spikes"):
            found[name] = [event for rec in recordings for event in events(rec, name[: -len(".spikes")])]
        else:
            found[name] = np.concatenate([rec[name] for rec in recordings]).tolist()
    return found


def state_of(emulator):
    """Everything that changes while running, but for the paths of blocks."""
    names = [name for name in emulator.image.arena.names if not name.endswith(".paths")]
    return {name: emulator.image.arena[name].tolist() for name in names}


@given(recipes(), st.lists(st.integers(0, 9), max_size=6), st.data())
def test_pieces_make_the_whole(recipe, pieces, data):
    whole = Emulator(recipe.network())
    expected = whole.run(recipe.steps + sum(pieces))
    cut = Emulator(recipe.network())
    lengths = data.draw(st.permutations([*pieces, recipe.steps]))
    parts = []
    for length in lengths:
        before = cut.step
        parts.append(cut.run(length))
        assert (parts[-1].start, parts[-1].steps) == (before, length)
        for population in recipe.populations:
            for variable in recipe.states(population):
                cut.set(population.name, variable, cut.get(population.name, variable))
    assert joined(parts, expected.names) == joined([expected], expected.names)
    assert_same(cut.recording, expected)
    assert state_of(cut) == state_of(whole)
    for key in ("synaptic_events", "convolution_wraps"):
        assert sum(part.stats[key] for part in parts) == expected.stats[key]


def test_state_that_a_run_led_to_can_be_set_where_it_is():
    net = Network(rules="float")
    cells = net.population("cells", 2, model="li", du=1, dv=0, v=[1, 0])
    net.connect(cells, cells, [[1000.0, 0.0], [0.0, 0.0]], graded=True)
    emulator = Emulator(net)
    emulator.run(20)
    reached = emulator.get("cells", "v")
    assert reached[0] > 2.0**60
    reached[1] = 5
    emulator.set("cells", "v", reached)
    assert emulator.get("cells", "v").tolist() == reached.tolist()
    for other in (reached[::-1], 2 * reached, reached[0]):
        with pytest.raises(ValidationError, match=r"cells.*v: got"):
            emulator.set("cells", "v", other)
    assert emulator.get("cells", "v").tolist() == reached.tolist()


@given(recipes(), st.integers(0, 12), st.integers(0, 3))
def test_checkpoints_continue_bit_identically(tmp_path_factory, recipe, before, after):
    path = tmp_path_factory.mktemp("checkpoint") / "state"
    emulator = Emulator(recipe.network())
    emulator.run(before)
    saved = emulator.save(path)
    expected = emulator.run(recipe.steps)
    fresh = Emulator(recipe.network())
    fresh.run(after)
    fresh.restore(saved)
    assert fresh.step == before
    assert_same(fresh.run(recipe.steps), expected)
    assert state_of(fresh) == state_of(emulator)
    fresh.reset()
    emulator.reset()
    assert_same(fresh.run(3), emulator.run(3))


def test_checkpoints_carry_what_was_set(tmp_path):
    def build():
        spikes = {"spikes": ([0, 1, 4], [0, 1, 0]), "payloads": [3, -2, 5]}
        rate = Node("rate", 3, True, {"rate": 0.5})
        cells = Node("cells", 4, False, {"vth": 5, "dv": 100})
        weights = np.arange(8).reshape(4, 2) * 10
        wires = (
            Link("in", "cells", weights, {"graded": True, "kind": "dense"}),
            Link("rate", "cells", np.ones((4, 3), int)),
        )
        return Recipe("chip", 3, (Node("in", 2, True, spikes), rate, cells), wires)

    emulator = Emulator(build().network())
    emulator.run(3)
    emulator.set("in->cells", "weights", np.full((4, 2), 33))
    emulator.set("cells", "vth", [1, 2, 3, 4])
    emulator.set("cells", "rest", 2)
    emulator.set_input("in", spikes=([3, 5, 5, 6], [0, 1, 1, 0]))
    emulator.set_input("rate", rate=[0.1, 0.9, 0.4])
    path = emulator.save(tmp_path / "set.npz")
    fresh = Emulator(build().network())
    fresh.restore(path)
    assert fresh.get("cells", "vth").tolist() == [1, 2, 3, 4]
    assert fresh.get("in->cells", "weights").tolist() == [[33, 33]] * 4
    assert_same(fresh.run(20), emulator.run(20))


@given(recipes(), st.integers(0, 20))
def test_reset_repeats_exactly(recipe, between):
    emulator = Emulator(recipe.network())
    first = emulator.run(recipe.steps)
    emulator.run(between)
    emulator.reset()
    assert emulator.step == 0
    assert_same(emulator.run(recipe.steps), first)
    assert_same(emulator.recording, first)


def sample_of(rng, node, steps, graded, form):
    """One sample for an input: a dense array or (times, indices), graded or not."""
    if form == "lists":
        times, indices = np.nonzero(rng.random((steps, node.size)) < 0.4)
        order = rng.permutation(len(times))
        return times[order], indices[order]
    dense = (rng.random((steps, node.size)) < 0.4).astype(np.int64)
    table = 2 in dense.shape  # two rows or columns of numbers are refused: times and indices?
    return dense * rng.integers(-3, 4, dense.shape) if graded and not table else dense


@given(recipes(poisson=False), st.integers(1, 3), st.sampled_from(["array", "arrays", "lists"]), SEEDS)
def test_samples_equal_runs_one_by_one(recipe, count, form, seed):
    noisy = any(node.options.get("noise") is not None for node in recipe.populations)
    if not recipe.inputs or noisy:
        return
    rng, described = np.random.default_rng(seed), recipe.network().inputs
    samples = {}
    for node in recipe.inputs:
        graded = described[node.name].payloads is not None
        samples[node.name] = [sample_of(rng, node, recipe.steps, graded, form) for _ in range(count)]
        if form == "array":
            samples[node.name] = np.array(samples[node.name])
    batch, single = Emulator(recipe.network()), Emulator(recipe.network())
    batch.run(2)
    got = batch.run_samples(recipe.steps, samples)
    parts = []
    for k in range(count):
        single.reset()
        for name, chosen in samples.items():
            single.set_input(name, spikes=chosen[k])
        parts.append(single.run(recipe.steps))
    assert (got.samples, got.steps) == (count, count * recipe.steps)
    for name in got.names:
        if name.endswith(".spikes"):
            base = name[: -len(".spikes")]
            shifted = [(k * recipe.steps + t, i, p) for k, part in enumerate(parts) for t, i, p in events(part, base)]
            assert events(got, base) == shifted
            counts = [part.spike_counts(base).tolist() for part in parts]
            assert got.spike_counts(base).tolist() == counts
        else:
            assert got[name].tolist() == np.concatenate([part[name] for part in parts]).tolist()
    assert got.stats["synaptic_events"] == sum(part.stats["synaptic_events"] for part in parts)
    assert_same(batch.run(recipe.steps), Emulator(recipe.network()).run(recipe.steps))


def test_samples_of_random_inputs_and_noise_draw_by_their_number():
    nodes = (
        Node("cells", 5, False, {"vth": 131071, "dv": 4096, "noise": Noise("v", 7)}),
        Node("rates", 6, True, {"rate": 0.5}),
    )
    rates = np.random.default_rng(0).random((3, 6))
    emulator = Emulator(Recipe("chip", 99, nodes).network())
    for _ in range(2):
        got = emulator.run_samples(4, {"rates": rates})
        draws = [(k, t) for k in range(3) for t in range(4)]
        expected = [
            (4 * k + t, i, 1)
            for k, t in draws
            for i in range(6)
            if poisson_event(random_word(99, 1, t, i, sample=k), rates[k, i])
        ]
        assert events(got, "rates") == expected
        noise = [[noise_level(noise_number(99, 0, t, i, sample=k)) for i in range(5)] for k, t in draws]
        assert got["cells.v"].tolist() == noise
    assert_same(emulator.run(9), Emulator(Recipe("chip", 99, nodes).network()).run(9))


@given(recipes(), st.integers(1, 5), st.data())
def test_probes_with_intervals_and_subsets_agree_with_full_ones(recipe, every, data):
    full = recipe.run()
    net = recipe.network(probed=False)
    chosen = {}
    for node in recipe.nodes:
        picked = data.draw(st.lists(st.integers(0, node.size - 1), min_size=1, max_size=5))
        chosen[node.name] = np.unique(picked)
        net.probe(node.name, "spikes", neurons=picked)
        if not node.is_input:
            some, whole = recipe.states(node)[:1], recipe.states(node)[1:]
            for variable in some:
                net.probe(node.name, variable, every=every, neurons=picked)
            for variable in whole:
                net.probe(node.name, variable, every=every)
    emulator = Emulator(net)
    cut = data.draw(st.integers(0, recipe.steps))
    parts = [emulator.run(cut), emulator.run(recipe.steps - cut)]
    partly = emulator.recording
    for node in recipe.nodes:
        kept = [e for e in events(full, node.name) if e[1] in chosen[node.name]]
        assert events(partly, node.name) == kept
        if not node.is_input:
            recorded = [f"{node.name}.{variable}" for variable in recipe.states(node)]
            for u in recorded[:1]:
                assert partly.neurons(u).tolist() == chosen[node.name].tolist()
                assert partly[u].tolist() == full[u][::every][:, chosen[node.name]].tolist()
            for v in recorded[1:]:
                assert partly[v].tolist() == full[v][::every].tolist()
                assert partly.times(v).tolist() == list(range(0, recipe.steps, every))
                assert np.concatenate([part.times(v) for part in parts]).tolist() == partly.times(v).tolist()
    assert partly.stats == full.stats


@given(recipes(), SEEDS, st.integers(0, 4))
def test_parameters_that_are_set_are_as_parameters_given(recipe, seed, before):
    """Another network's parameters and state set in this one, whose populations may share groups."""
    names = [node.name for node in recipe.populations]
    models = {node.name: node.options.get("model", "lif") for node in recipe.populations}
    rng = np.random.default_rng(seed)
    donors = {name: rng.choice([n for n in names if models[n] == models[name]]) for name in names}
    sizes = {node.name: node.size for node in recipe.nodes}
    options = {node.name: node.options for node in recipe.nodes}
    nodes = []
    for node in recipe.nodes:
        if node.is_input:
            nodes.append(node)
            continue
        given = options[donors[node.name]]
        taken = {k: np.resize(v, node.size) if np.ndim(v) else v for k, v in given.items() if k != "noise"}
        taken |= {k: v for k, v in node.options.items() if k == "noise"}
        nodes.append(replace(node, options=taken))
    wanted = replace(recipe, nodes=tuple(nodes))
    emulator = Emulator(recipe.network())
    emulator.run(before)
    emulator.reset()
    built = Emulator(wanted.network())
    for name in names:
        states = recipe.states(next(node for node in recipe.nodes if node.name == name))
        if models[name] == "ternary_lif":  # the lower threshold is never above the upper one, also not in between
            emulator.set(name, "vth_lo", np.minimum(*(one.get(name, "vth_lo") for one in (emulator, built))))
        for variable in dict.fromkeys([*built.network.populations[name].parameters, *states]):
            emulator.set(name, variable, built.get(name, variable))
        assert all(emulator.get(name, variable).size == sizes[name] for variable in states)
    assert_same(emulator.run(recipe.steps), built.run(recipe.steps))


@given(recipes(), SEEDS)
def test_weights_that_are_set_are_as_weights_given(recipe, seed):
    rng = np.random.default_rng(seed)
    emulator = Emulator(recipe.network())
    for name in emulator.network.connections:
        weights = emulator.get(name, "weights")
        emulator.set(name, "weights", rng.permutation(weights.reshape(-1)).reshape(weights.shape))
    assert_equals_oracle(emulator.network, emulator.run(recipe.steps))


@given(recipes(poisson=False), SEEDS, st.integers(0, 5))
def test_inputs_that_are_set_are_as_inputs_given(recipe, seed, before):
    rng = np.random.default_rng(seed)
    emulator = Emulator(recipe.network())
    emulator.run(before)
    emulator.reset()
    for node in recipe.inputs:
        spikes = rng.integers(0, 40, 50), rng.integers(0, node.size, 50)
        emulator.set_input(node.name, spikes=spikes, payloads=rng.integers(-3, 3, 50) if rng.random() < 0.5 else None)
    assert_equals_oracle(emulator.network, emulator.run(recipe.steps))
