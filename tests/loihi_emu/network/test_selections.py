"""Neurons that are chosen by lists and masks, wherever slices are: as the same lists between the whole populations."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from messages import UNHEEDED, complains

from loihi_emu import Conv2D, Emulator, LearningRule, Network, Trace, all_to_all, fixed_in_degree, normal, plots
from loihi_emu.network.slices import Selection

pytestmark = UNHEEDED


def nodes(**more):
    net = Network(seed=2, **more)
    return net, net.input("i", 12, rate=0.4), net.population("p", (3, 4), vth=200, dv=300)


def dense_of(c):
    """Sums of weights between each two neurons of the whole populations."""
    found = np.zeros((c.post.target.size, c.pre.target.size), int)
    if c.kind == "sparse":
        np.add.at(found, (c.post.indices[c.post_indices], c.pre.indices[c.pre_indices]), c.as_given(c.values))
    else:
        found[np.ix_(c.post.indices, c.pre.indices)] = c.values
    return found


@given(
    pre=st.lists(st.integers(0, 11), min_size=1, max_size=6, unique=True),
    post=st.lists(st.integers(0, 11), min_size=1, max_size=6, unique=True),
    form=st.sampled_from(["matrix", "lists", "number"]),
    seed=st.integers(0, 99),
)
def test_weights_stand_in_the_order_of_the_neurons(pre, post, form, seed):
    net, i, p = nodes()
    rng = np.random.default_rng(seed)
    weights = rng.integers(1, 99, (len(post), len(pre)))
    want = np.zeros((12, 12), int)
    want[np.ix_(post, pre)] = weights if form != "number" else 7
    if form == "lists":
        rows, columns = (part.ravel() for part in np.indices(weights.shape))
        given_weights = columns, rows, weights.ravel()
    else:
        given_weights = weights if form == "matrix" else 7
    made = net.connect(i[pre], p[np.array(post)], given_weights, kind="auto")
    assert np.array_equal(dense_of(made), want)
    order = weights.T.ravel() if form == "matrix" else weights.ravel() if form == "lists" else np.full(weights.size, 7)
    if isinstance(i[pre], Selection) or isinstance(p[post], Selection) or form == "lists":
        assert Emulator(net).get(made, "weights").tolist() == order.tolist()


def test_masks_and_equal_distances_are_slices():
    _, i, p = nodes()
    mask = np.arange(12) % 4 == 1
    for part in (i[mask], i[[1, 5, 9]], i[mask.tolist()], i[np.uint8([1, 5, 9])]):
        assert type(part).__name__ == "Slice" and part.name == "i[1:10:4]"
    assert p[mask.reshape(3, 4)].indices.tolist() == [1, 5, 9]
    assert p[[3]].indices.tolist() == [3] and p[[-1, 0]].indices.tolist() == [11, 0]
    assert p[list(range(12))].name == "p" and p[list(range(11, -1, -1))].name == "p[[11, 10, 9, 8, ... 12 neurons]]"
    assert p[[0, 9, 1]].name == "p[[0, 9, 1]]" and p[[0, 9, 1]].size == 3


def test_a_run_is_that_of_the_lists():
    net, i, p = nodes()
    net.connect(i[[9, 0, 4]], p[[1, 2, 7]], normal(90, 9, low=60, high=120), synapses=fixed_in_degree(2), delays=3)
    net.connect(p[[5, 0, 1]], p[[5, 4]], 30, synapses=all_to_all(self_connections=False))
    net.probe(p[[7, 2, 1]], ["spikes", "v"])
    one, other = net.connections.values()
    assert not one.drawn and sorted(set(one.post_indices.tolist())) == [1, 2, 7]
    assert (5, 5) not in set(zip(other.pre_indices.tolist(), other.post_indices.tolist(), strict=True))
    assert other.synapses == 5
    same = Network(seed=2)
    same.input("i", 12, rate=0.4), same.population("p", (3, 4), vth=200, dv=300)
    for c in (one, other):
        same.connect(c.pre.target.name, "p", (c.pre_indices, c.post_indices, c.as_given(c.values)), delays=c.delays)
    same.probe("p", ["spikes", "v"], neurons=[1, 2, 7])
    recording = Emulator(net).run(50)
    assert recording["p.v"].shape == (50, 3) and recording["p.v"].any()
    assert np.array_equal(recording["p.v"], Emulator(same).run(50)["p.v"])


def test_selections_in_files_and_placements(tmp_path):
    net, i, p = nodes()
    made = net.connect(i[[9, 0, 4]], p[[1, 7, 2]], np.arange(1, 10).reshape(3, 3), name="c")
    again = Network.load(net.save(tmp_path / "net.npz")).connections["c"]
    assert again.as_given(again.values).tolist() == made.as_given(made.values).tolist() == [1, 4, 7, 2, 5, 8, 3, 6, 9]
    assert again.pre_indices.tolist() == [9] * 3 + [0] * 3 + [4] * 3
    assert len(net.place().core_of(p[[3, 1, 11]])) == 3


def test_what_learns_between_chosen_neurons():
    net, i, p = nodes()
    rule = LearningRule(dw="2^-2*x1*y0", x1=Trace(20, 5))
    made = net.connect(i[[9, 0, 4]], p[[1, 7, 2]], np.full((3, 3), 60), learning=rule, name="c")
    assert made.synapses == 9 and made.learning is not None
    emulator = Emulator(net)
    emulator.run(40)
    assert emulator.get("c", "weights").shape == (9,) and emulator.get("c", "weights").max() > 60


@pytest.mark.parametrize(
    ("key", "texts"),
    [
        ([0, 9, 0], ["neuron 0 twice", "each neuron once"]),
        ([11, -1], ["neuron 11 twice"]),
        ([12], ["got 12 at index 0", "-12..11"]),
        ([-13], ["got -13"]),
        ([0.5], ["whole numbers"]),
        ([True, False], ["booleans of shape (2,)", "one for each of the 12 neurons"]),
        ([[0, 1]], ["an array of shape (1, 2)", "a list of neurons"]),
        ((0, 1), ["a list of neurons, or a boolean for each"]),
        ("p", ["an integer, a slice"]),
        (None, ["an integer, a slice"]),
        ({0: 1}, ["an integer, a slice"]),
    ],
    ids=repr,
)
def test_what_is_no_choice(key, texts):
    _, _, p = nodes()
    complains(lambda: p[key], ['"p", index', *texts], kind=ValueError)


def test_other_errors():
    net, i, p = nodes()
    complains(lambda: net.connect(i, p[[]], 1), ["no neurons"], kind=ValueError)
    complains(
        lambda: net.connect(i[[3, 1]], p[[0, 9, 1]], np.ones((2, 3), int)), ["(3, 2)", "transpose"], kind=ValueError
    )
    complains(lambda: net.connect(i[[3, 1]], p, 1, kind="dense"), ['"sparse" for these weights'], kind=ValueError)
    image = net.population("image", (2, 2, 1), vth=1)
    kernel = Conv2D(np.ones((1, 1, 1, 1), int))
    complains(lambda: net.connect(image[[3, 2, 1, 0]], image, kernel), ["whole populations"], kind=ValueError)
    net.probe(p)
    recording = Emulator(net).run(3)
    complains(lambda: plots.raster(recording, p[[0, 9, 1]]), ["neurons=[0, 9, 1]"], kind=ValueError)
