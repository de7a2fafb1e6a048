"""What cores are used for, beside cases computed by hand and a count in plain Python."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from messages import UNHEEDED
from placements import placed as placed_on
from profiles import at_most

from loihi_emu import LOIHI1, LOIHI2, Conv2D, LearningRule, Network, Trace
from loihi_emu.mapping.lists.formats import fields_of, index_bits, list_bits
from loihi_emu.validation.golden import GOLDEN, load
from loihi_emu.validation.golden_nengo import nengo_network

pytestmark = UNHEEDED
PORTS = ("a_real_in", "a_imag_in")


def placed(cells=10, weights=None, **options):
    net = Network()
    source = net.population("source", 4, vth=100)
    target = net.population("target", cells, vth=100)
    net.connect(source, target, np.ones((cells, 4), int) if weights is None else weights, name="c", **options)
    return net.place()


# ------------------------------------------------------------ by hand
def test_a_dense_list_takes_blocks_of_64_with_headers_in_words_of_64_bits():
    # 100 synapses of 8 bits: 64 * 8 + 10 = 522 -> 576, 36 * 8 + 10 = 298 -> 320; four lists
    placement = placed(100, weight_bits=8)
    assert placement.budgets["synaptic_bits"].tolist() == [4 * (576 + 320)]
    assert placement.formats("c")[0].formats == {"dense": 4}
    assert placement.budgets["axons_in"].tolist() == [4]
    assert placement.budgets["axons_out"].tolist() == [4]
    assert placement.budgets["compartments"].tolist() == [104]


def test_seven_weight_bits_are_stored_in_eight():
    assert placed(100, weight_bits=7).budgets["synaptic_bits"] == placed(100).budgets["synaptic_bits"]
    # 64 * 4 + 10 = 266 -> 320, 36 * 4 + 10 = 154 -> 192
    assert placed(100, weight_bits=4).budgets["synaptic_bits"].tolist() == [4 * (320 + 192)]


def test_delays_take_bits_and_accumulators():
    # 3 bits for delays up to 5: 100 synapses of 11 bits: 714 -> 768, 406 -> 448; 104 compartments with 5 + 2 slots
    placement = placed(100, delays=5)
    assert placement.budgets["synaptic_bits"].tolist() == [4 * (768 + 448)]
    assert placement.budgets["accumulators"].tolist() == [104 * 7]


def resonators(count, *ports, **options):
    """Neurons with two ports, each of whose neurons reaches one of another population at these ports."""
    net = Network(rules="lava")
    source = net.population("source", count, vth=100)
    target = net.population(
        "target", count, model="rf", period=np.arange(1, count + 1) % 3 + 4, alpha=0.1, real=range(count)
    )
    for port in ports:
        net.connect(source, target, (range(count), range(count), 5), port=port, name=port, **options)
    return net


def test_neurons_with_two_ports_take_lists_for_each_and_twice_the_accumulators():
    one, two = (resonators(100, *ports, delays=5).place().budgets for ports in (PORTS[:1], PORTS))
    for resource in ("synaptic_bits", "axons_in", "axons_out"):
        assert one[resource].sum() * 2 == two[resource].sum() > 0
    assert one["compartments"].tolist() == two["compartments"].tolist() == [200]
    assert one["accumulators"].tolist() == two["accumulators"].tolist() == [(100 + 2 * 100) * 7]
    assert two["compartment_profiles"].tolist() == [1 + 3]  # of periods; the state at the start is each neuron's own


def test_long_delays_leave_room_for_fewer_neurons_with_two_ports():
    placement = resonators(1000, *PORTS, delays=62).place()
    assert len(np.unique(placement.core_of("target"))) == -(-1000 // (8192 // 64 // 2))
    assert placement.budgets["accumulators"].max() <= 8192


def test_far_apart_synapses_are_stored_with_an_index():
    # compartments 4 .. 903: an index of 10 bits; 3 synapses of 8 + 10 bits and a header: 64
    weights = np.zeros((900, 4), int)
    weights[[0, 400, 899]] = 5
    (row,) = placed(900, weights).formats("c")
    assert (row.formats, row.index_bits, row.bits) == ({"sparse": 4}, 10, 4 * 64)


def test_gaps_of_a_few_compartments_are_stored_as_skips():
    # every 4th of 1000: dense 1000 synapses; sparse 250 * (8 + 10); run-length 250 * (8 + 2) and an index a block
    weights = np.zeros((1000, 4), int)
    weights[::4] = 5
    (row,) = placed(1000, weights).formats("c")
    whole, rest = 64 * 10 + 10 + 10, 58 * 10 + 10 + 10
    bits = 3 * -(-whole // 64) * 64 + -(-rest // 64) * 64
    assert (row.formats, row.skip_bits, row.bits) == ({"run-length": 4}, 2, 4 * bits)


def test_synapses_that_learn_take_two_input_axons_and_tags_take_bits():
    net = Network()
    source, target = net.population("source", 4, vth=100), net.population("target", 100, vth=100)
    rule = LearningRule(dw="x1*y0", dt="x0*y1", x1=Trace(16, 10), y1=Trace(16, 10))
    net.connect(source, target, np.ones((100, 4), int), sign_mode="mixed", learning=rule, name="c")
    placement = net.place()
    assert placement.budgets["axons_in"].tolist() == [8]
    assert placement.budgets["trace_profiles"].tolist() == [1]
    # 8 + 9 bits: 64 * 17 + 10 = 1098 -> 1152, 36 * 17 + 10 = 622 -> 640
    assert placement.budgets["synaptic_bits"].tolist() == [4 * (1152 + 640)]


def test_delays_that_learn_have_room_for_the_longest():
    net = Network()
    source, target = net.population("source", 4, vth=100), net.population("target", 100, vth=100)
    rule = LearningRule(dd="x1*y0", x1=Trace(16, 10), y1=Trace(16, 10))
    net.connect(source, target, np.ones((100, 4), int), sign_mode="mixed", learning=rule, name="c")
    placement = net.place()
    assert placement.budgets["accumulators"].tolist() == [104 * 64]
    # 8 + 6 bits: 64 * 14 + 10 = 906 -> 960, 36 * 14 + 10 = 514 -> 576
    assert placement.budgets["synaptic_bits"].tolist() == [4 * (960 + 576)]


def test_profiles_are_counted_by_value():
    net = Network()
    net.population("a", 30, vth=np.arange(30) % 3 + 1, du=np.arange(30) % 2 * 100)
    net.population("b", 10, vth=2, du=100)
    placement = net.place()
    assert placement.budgets["threshold_profiles"].tolist() == [3]
    assert placement.budgets["compartment_profiles"].tolist() == [2]


def test_convolutions_share_lists_between_pixels():
    net = Network()
    image, maps = net.population("image", (8, 8, 2), vth=100), net.population("maps", (6, 6, 4), vth=100)
    net.connect(image, maps, Conv2D(np.ones((4, 3, 3, 2), int)), name="c")
    (row,) = net.place(strategy={"image": 0, "maps": 1}).formats("c")
    # one axon for each of 64 pixels; an edge of two pixels cuts kernels differently: 5 x 5 kinds of 2 channels
    assert (row.formats, row.axons) == ({"pop16": 5 * 5 * 2}, 64)
    assert row.synapses == 6 * 6 * 4 * 9 * 2


def test_convolutions_that_learn_take_two_input_axons_a_pixel():
    net = Network()
    image, maps = net.population("image", (8, 8, 2), vth=100), net.population("maps", (6, 6, 4), vth=100)
    rule = LearningRule(dw="x1*y0", x1=Trace(16, 10), y1=Trace(16, 10))
    net.connect(image, maps, Conv2D(np.ones((4, 3, 3, 2), int)), sign_mode="mixed", learning=rule)
    assert net.place().budgets["axons_in"].tolist() == [2 * 64]


@pytest.mark.parametrize(
    ("maps", "formats", "index", "bits"),
    [
        # lists 0, 4, .., 396: bases 0..252 and again 0..140 with 256 in the index; of 4 synapses of 8 + 9 bits
        (4, {"pop16": 2}, 9, 2 * 128),
        # lists 0, 3, .., 297: under pop32 bases 0..255 and 2..41; 3 synapses of 8 + 9 bits
        (3, {"pop32": 2}, 9, 2 * 64),
    ],
)
def test_lists_that_are_256_compartments_apart_are_stored_again(maps, formats, index, bits):
    net = Network()
    image, cells = net.population("image", (1, 100, 1), vth=100), net.population("cells", (1, 100, maps), vth=100)
    net.connect(image, cells, Conv2D(np.ones((maps, 1, 1, 1), int)), name="c")
    (row,) = net.place(strategy={"cells": 0, "image": 1}).formats("c")
    assert (row.formats, row.index_bits, row.bits, row.axons) == (formats, index, bits, 100)


def test_lists_of_a_convolution_on_a_core_have_one_width_of_index():
    # a kernel of 3 x 1: lists of an edge span 2 rows of 40 compartments, others 3: all have 7 bits of index
    net = Network()
    image, cells = net.population("image", (5, 40, 1), vth=100), net.population("cells", (3, 40, 1), vth=100)
    net.connect(image, cells, Conv2D(np.ones((1, 3, 1, 1), int)), name="c", weight_bits=8)
    (row,) = net.place(strategy={"cells": 0, "image": 1}).formats("c")
    # rows of the image: 1, 2, 3, 2, 1 targets each, all in different lists but for the base
    assert (row.formats, row.index_bits, row.bits) == ({"pop32": 5}, 7, 5 * 64)


def test_where_limits_are_unknown_nothing_is_limited():
    net = Network(chip=LOIHI2)
    cells = net.population("cells", 8000, vth=np.arange(8000))
    net.connect(cells, cells[:1], np.ones((1, 8000), int))
    placement = net.place()
    assert placement.cores == 1
    assert placement.limits["threshold_profiles"] is None
    assert placement.budgets["threshold_profiles"].tolist() == [8000]


# ------------------------------------------------------------ in plain Python
def cheapest_list(slots, bits, index):
    """Bits of one list in its cheapest format, with each width of skip fields or none."""
    gaps = np.diff(slots)
    costs = [list_bits(len(slots), bits + index, LOIHI1)]
    if len(gaps) == 0 or gaps.min() > 0:
        costs.append(list_bits(slots[-1] - slots[0] + 1, bits, LOIHI1))
    found = [min(costs)]
    for skip in (2, 4, 6):
        runs = list_bits(len(slots), bits + skip, LOIHI1, header_more=index)
        fits = len(gaps) == 0 or (gaps.min() > 0 and gaps.max() <= 1 << skip)
        found.append(min(found[0], runs) if fits else found[0])
    return found


def expected_bits(net, placement):
    """Bits of synaptic memory of each core, list by list."""
    total = np.zeros(placement.assignment.count, int)
    for c in net.connections.values():
        dense = np.zeros((c.post.target.size, c.pre.target.size), int)
        for i in range(c.pre.size):
            for k in range(c.indptr[i], c.indptr[i + 1]):
                dense[c.post.indices[c.indices[k]], c.pre.indices[i]] += 1
        cores, slots = placement.core_of(c.post.target.name), placement.assignment.slots[c.post.target.name]
        for core in range(placement.assignment.count):
            lists = []
            for i in range(dense.shape[1]):
                here = [np.full(dense[j, i], slots[j]) for j in np.flatnonzero((dense[:, i] > 0) & (cores == core))]
                lists += [np.sort(np.concatenate(here))] if here else []
            if lists:
                index = index_bits(max(a[-1] for a in lists), 6)
                each = [cheapest_list(a, fields_of(c, LOIHI1).bits, index) for a in lists]
                total[core] += np.sum(each, axis=0).min()
    return total


@at_most(60)
@given(st.data())
def test_memory_is_that_of_the_lists_one_by_one(data):
    rng = np.random.default_rng(data.draw(st.integers(0, 10**6)))
    net = Network()
    sizes = [int(rng.integers(1, 120)) for _ in range(data.draw(st.integers(1, 3)))]
    for k, size in enumerate(sizes):
        net.population(f"p{k}", size, vth=100)
    for _ in range(data.draw(st.integers(1, 4))):
        a, b = (net[f"p{int(rng.integers(len(sizes)))}"] for _ in range(2))
        n = int(rng.integers(1, 400))
        synapses = (rng.integers(0, a.size, n), rng.integers(0, b.size, n), rng.integers(1, 200, n))
        bits, delay = int(rng.integers(1, 9)), int(rng.integers(0, 8))
        net.connect(a, b, synapses, weight_bits=bits, delays=delay)
    count = data.draw(st.integers(1, 4))
    cores = {f"p{k}": rng.integers(0, count, size) for k, size in enumerate(sizes)}
    placement = net.place(strategy=cores)
    assert placement.budgets["synaptic_bits"].tolist() == expected_bits(net, placement).tolist()


@pytest.mark.parametrize("n", [1, 63, 64, 65, 128, 1000])
@pytest.mark.parametrize("bits", [1, 8, 17])
def test_the_kernel_and_the_formula_of_list_bits_agree(n, bits):
    from loihi_emu.mapping.lists import format_kernels

    blocks = format_kernels.blocks_of.py_func(n, 64)
    assert format_kernels.list_bits.py_func(*blocks, bits, 10, 64, 6) == list_bits(n, bits, LOIHI1)


PEER_BITS = json.loads((GOLDEN / "nengo_loihi_allocators" / "bits.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", PEER_BITS)
def test_lists_of_recorded_networks_take_what_nengo_loihi_says(name):
    for group in PEER_BITS[name]:
        weight = (0, 1, 2, 3, 4, 5, 6, 8)[group["weight_bits_register"]]
        sizes = group["weights_per_axon"]
        dense, sparse = ([list_bits(n, weight + more, LOIHI1) for n in sizes] for more in (0, group["idx_bits"]))
        assert dense == group["bits_compression3"]
        assert sparse == group["bits_compression0"]


def test_a_recorded_network_takes_the_memory_that_nengo_loihi_says():
    network = nengo_network(*load("nengo_loihi", "net_three_blocks")).network
    placement = placed_on(network, {name: k for k, name in enumerate(network.populations)})
    groups = {group["name"]: group for group in PEER_BITS["net_three_blocks"]}
    rows = {row.connection.split("_")[1]: row for row in placement.lists}
    assert set(rows) == set(groups)
    for name, row in rows.items():
        # its dense format leaves out the index of any list, ours only where nothing is left out between
        assert sum(groups[name]["bits_compression3"]) <= row.bits <= sum(groups[name]["bits_compression0"])
        assert row.axons == sum(n > 0 for n in groups[name]["weights_per_axon"])
