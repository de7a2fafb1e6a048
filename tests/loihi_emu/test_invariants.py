"""What must not matter: labels, how neurons are shared out among populations, order, storage, scalars or arrays."""

from dataclasses import replace

import numpy as np
import scipy.sparse
from hypothesis import given
from hypothesis import strategies as st
from messages import UNHEEDED
from recipes import Link, Node, assert_same, events, traced
from strategies import recipes

from loihi_emu import Conv2D, Emulator
from loihi_emu.models import layout
from loihi_emu.rules import find

pytestmark = UNHEEDED

PLAIN = recipes(plain=True)
SEEDS = st.integers(0, 2**16)


def outcome(recording, name, order=None):
    """Spikes (as a set per step) and state of a population, its columns in some order."""
    size = recording.populations[name]["size"]
    order = np.arange(size) if order is None else order
    back = np.argsort(order)
    spikes = sorted((t, int(back[i]), p) for t, i, p in events(recording, name))
    return spikes, *(recording[f"{name}.{variable}"][:, order].tolist() for variable in traced(recording, name))


def as_triples(link):
    """A connection as lists of (source, target, weight, delay), zeros of arrays left out."""
    weights, delays = link.weights, link.options.get("delays", 0)
    if isinstance(weights, tuple):
        pre, post, values = weights
        return np.asarray(pre), np.asarray(post), np.asarray(values), np.broadcast_to(delays, len(pre))
    dense = weights.toarray() if scipy.sparse.issparse(weights) else np.asarray(weights)
    post, pre = np.nonzero(dense)
    return pre, post, dense[post, pre], np.broadcast_to(delays, dense.shape)[post, pre]


def as_lists(link, pre, post, values, delays):
    """The connection with these synapses in its place. The sign mode must not change with the weights left out."""
    options = {k: v for k, v in link.options.items() if k != "kind"} | {"delays": delays}
    return replace(link, weights=(pre, post, values), options=options)


def relabelled(node, order):
    """Neuron k of the new node is neuron order[k] of the old one."""
    size = node.size
    options = {k: v[order] if np.shape(v) == (size,) else v for k, v in node.options.items()}
    if node.is_input:
        spikes = node.options["spikes"]
        if isinstance(spikes, tuple):
            options["spikes"] = spikes[0], np.argsort(order)[spikes[1]]
        else:
            options["spikes"] = spikes[:, order]
    if "payloads" in node.options:
        options["payloads"] = node.options["payloads"]
    return replace(node, options=options)


@given(PLAIN, SEEDS)
def test_relabelled_neurons_do_the_same(recipe, seed):
    rng = np.random.default_rng(seed)
    orders = {node.name: rng.permutation(node.size) for node in recipe.nodes}
    nodes = tuple(relabelled(node, orders[node.name]) for node in recipe.nodes)
    links = []
    for link in recipe.links:
        pre, post, values, delays = as_triples(link)
        pre, post = np.argsort(orders[link.pre])[pre], np.argsort(orders[link.post])[post]
        links.append(as_lists(link, pre, post, values, delays))
    before = recipe.with_links([as_lists(link, *as_triples(link)) for link in recipe.links]).run()
    after = replace(recipe, nodes=nodes, links=tuple(links)).run()
    for node in recipe.populations:
        assert outcome(before, node.name, orders[node.name]) == outcome(after, node.name)
    for key in ("overflow", "synaptic_events"):
        assert before.stats[key] == after.stats[key]


@given(PLAIN, st.data())
def test_a_population_in_two_halves_does_the_same(recipe, data):
    node = data.draw(st.sampled_from(recipe.populations))
    cut = data.draw(st.integers(0, node.size))
    if cut in (0, node.size):
        return
    names = ("first", "second")
    halves = [
        Node(name, length, False, {k: v[part] if np.shape(v) == (node.size,) else v for k, v in node.options.items()})
        for name, length, part in zip(names, (cut, node.size - cut), (slice(cut), slice(cut, None)), strict=True)
    ]
    nodes = [half for n in recipe.nodes for half in (halves if n is node else [n])]
    lists = recipe.with_links(as_lists(link, *as_triples(link)) for link in recipe.links)
    modes = {k: c.sign_mode for k, c in zip(range(len(lists.links)), lists.network().connections.values(), strict=True)}
    exponent_of_sums = recipe.rules == "lava"
    links = []
    for k, link in enumerate(lists.links):
        signed = recipe.rules != "float" and not link.options.get("scaled")
        options = link.options | ({"sign_mode": modes[k]} if signed else {})
        if exponent_of_sums and node.name == link.pre:
            options = options | {"weight_exp": max(options.get("weight_exp", 0), 0)}  # it floors a source's sum
        pre, post, values = link.weights
        delays = options["delays"]
        for before, pre_start, in_pre in _sides(link.pre, pre, node, names, cut):
            for after, post_start, in_post in _sides(link.post, post, node, names, cut):
                used = in_pre & in_post
                triples = pre[used] - pre_start, post[used] - post_start, values[used]
                links.append(Link(before, after, triples, options | {"delays": delays[used]}))
    if exponent_of_sums:
        floored = [
            replace(link, options=link.options | {"weight_exp": max(link.options.get("weight_exp", 0), 0)})
            if link.pre == node.name else link
            for link in lists.links
        ]  # fmt: skip
        lists = lists.with_links(floored)
    whole, parts = lists.run(), replace(recipe, nodes=tuple(nodes), links=tuple(links)).run()
    for variable in traced(whole, node.name):
        joined = np.concatenate([parts[f"{name}.{variable}"] for name in names], axis=1)
        assert joined.tolist() == whole[f"{node.name}.{variable}"].tolist()
    shifted = events(parts, "first") + [(t, i + cut, p) for t, i, p in events(parts, "second")]
    assert sorted(shifted) == events(whole, node.name)
    for other in recipe.populations:
        if other is not node:
            assert outcome(whole, other.name) == outcome(parts, other.name)
    sums = {k: sum(parts.stats["overflow"][name][k] for name in names) for k in "quxv"}
    assert sums == whole.stats["overflow"][node.name]
    assert whole.stats["synaptic_events"] == parts.stats["synaptic_events"]


def _sides(name, index, node, names, cut):
    """Where synapses go when the population is split: (name, first neuron, which of them)."""
    if name != node.name:
        return [(name, 0, np.ones(len(index), bool))]
    return [(names[0], 0, index < cut), (names[1], cut, index >= cut)]


@given(recipes(), recipes(rules=st.just("chip"), plain=True))
def test_unrelated_populations_change_nothing(recipe, other):
    if recipe.rules == "nengo_loihi" and any("noise" in node.options for node in recipe.nodes):
        return  # one stream of random numbers over all neurons
    strangers = []
    for node in other.populations:
        options = {"vth": 10, "bias": 3} if recipe.rules in ("chip", "nengo_loihi") else {"vth": 10}
        strangers.append(Node(f"stranger {node.name}", node.shape, False, options))
    whole = replace(recipe, nodes=(*recipe.nodes, *strangers))
    alone, together = recipe.run(), whole.run()
    assert_same(alone, together, alone.names)
    assert alone.stats["synaptic_events"] == together.stats["synaptic_events"]


@given(recipes(), SEEDS)
def test_the_order_of_connections_does_not_matter(recipe, seed):
    links = [link for link in recipe.links if "synapses" not in link.options]  # what is drawn depends on the number
    named = [replace(link, options=link.options | {"name": f"link {k}"}) for k, link in enumerate(links)]
    shuffled = [named[k] for k in np.random.default_rng(seed).permutation(len(named))]
    assert_same(recipe.with_links(named).run(), recipe.with_links(shuffled).run())


@given(recipes())
def test_dense_and_sparse_storage_give_the_same(recipe):
    network = recipe.network()
    arrays = {}
    for link, c in zip(recipe.links, network.connections.values(), strict=True):
        given = isinstance(link.weights, (tuple, Conv2D)) or scipy.sparse.issparse(link.weights)
        if not given and "synapses" not in link.options:
            options = link.options if recipe.rules == "float" else link.options | {"sign_mode": c.sign_mode}
            arrays[id(link)] = {kind: replace(link, options=options | {"kind": kind}) for kind in ("dense", "sparse")}
            if not all(
                isinstance(part, slice) and part.step in (None, 1) for part in (link.pre_slice, link.post_slice)
            ):
                arrays[id(link)]["dense"] = arrays[id(link)]["sparse"]  # of neurons apart they are always sparse
    runs = []
    for kind in ("dense", "sparse"):
        links = [arrays.get(id(link), {kind: link})[kind] for link in recipe.links]
        runs.append(recipe.with_links(links).run())
    assert_same(runs[0], runs[1], runs[0].names)
    assert runs[0].stats["overflow"] == runs[1].stats["overflow"]
    assert runs[0].stats["synaptic_events"] >= runs[1].stats["synaptic_events"]  # dense rows count their zeros


@given(recipes())
def test_arrays_of_equal_values_equal_scalars(recipe):
    nodes = []
    for node in recipe.nodes:
        model = find(recipe.rules).model(node.options.get("model", "lif")) if not node.is_input else None
        names = {p.name for p in model.parameters} if model else {"rate"}
        spread = {k: np.full(node.size, v) if k in names and np.ndim(v) == 0 else v for k, v in node.options.items()}
        nodes.append(replace(node, options=spread))
    assert_same(recipe.run(), replace(recipe, nodes=tuple(nodes)).run())


@given(recipes(rules=st.just("chip"), model="lif"))
def test_the_fast_path_equals_the_checked_one(recipe):
    """What a block does where it need not be checked, beside all blocks checked in every step."""
    checked = Emulator(recipe.network())
    for part in (part for group in checked.image.groups for part in group.parts):
        part.description.flags |= layout.CHECKED_ONLY
    assert_same(recipe.run(), checked.run(recipe.steps))
