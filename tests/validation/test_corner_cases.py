"""Networks at the corners of the rules, by hand, in the emulator and in the oracle."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from messages import UNHEEDED
from recipes import Link, Node, Recipe, assert_equals_oracle

from loihi_emu import Conv2D, Emulator, Noise

pytestmark = UNHEEDED

V = (1 << 23) - 1


def drive(size, spikes, **more):
    return Node("in", size, True, {"spikes": spikes} | more)


def compared(rules, nodes, links=(), steps=8, seed=0, counters=True):
    """Run in both and return the emulator's recording."""
    recipe = Recipe(rules, seed, tuple(nodes), tuple(links), steps)
    network = recipe.network()
    recording = Emulator(network).run(steps)
    assert_equals_oracle(network, recording, counters)
    return recording


@pytest.mark.parametrize("delays", [0, 1, 5, np.array([[3, 0]])])
@pytest.mark.parametrize("rules", ["lava", "nengo_loihi"])
def test_sums_that_are_shifted_arrive_after_their_delay(rules, delays):
    nodes = [drive(2, ([0, 1, 1, 4], [0, 0, 1, 1])), Node("n", 1, False, {"vth": 100000})]
    options = {"delays": delays, "weight_exp": -2, "kind": "sparse" if np.ndim(delays) else "auto"}
    recording = compared(rules, nodes, [Link("in", "n", [[50, 70]], options)], steps=12)
    assert recording["n.u"].any()


@pytest.mark.parametrize("delay", [0, 3])
def test_convolutions_of_lava_wrap_after_their_delay(delay):
    nodes = [drive((2, 2, 1), np.ones((3, 4), int)), Node("n", (1, 1, 1), False, {"vth": 1 << 20})]
    conv = Conv2D(np.full((1, 2, 2, 1), 3_000_000))
    recording = compared("lava", nodes, [Link("in", "n", conv, {"delays": delay})])
    assert recording.stats["convolution_wraps"] == 3


def test_populations_with_noise_on_u_and_on_v_share_a_group():
    nodes = [
        Node("u", 3, False, {"vth": 5, "bias": 77, "noise": Noise("u", 10)}),
        Node("v", 3, False, {"vth": 100, "bias": [1, 2, 3], "noise": Noise("v", 9, enabled=np.array([1, 0, 1], bool))}),
    ]
    recording = compared("chip", nodes, steps=20)
    assert recording.stats["spikes"]["u"] > 0


def test_noise_may_bring_q_back_into_its_field():
    nodes = [drive(1, np.ones((40, 1), int)), Node("n", 4, False, {"vth": 1, "noise": Noise("u", 20, -1)})]
    links = [Link("in", "n", [[254], [128], [127], [255]], {"weight_exp": 7, "sign_mode": "excitatory"})]
    recording = compared("chip", nodes, links, steps=40)
    lost = recording.stats["overflow"]["n"]["q"]
    assert 0 <= lost < 160
    assert compared("chip", [nodes[0], Node("n", 4, False, {"vth": 1})], 2 * links).stats["overflow"]["n"]["q"] > 0


@pytest.mark.parametrize("rules", ["chip", "nengo_loihi"])
def test_sums_beyond_24_bits_overflow_whatever_the_noise(rules):
    nodes = [drive(600, np.ones((6, 600), int)), Node("n", 2, False, {"vth": 9, "noise": Noise("u", 23, -128)})]
    links = [Link("in", "n", np.full((2, 600), 254), {"weight_exp": 7, "sign_mode": "excitatory"})]
    assert compared(rules, nodes, links, steps=6).stats["overflow"]["n"]["q"] == 12


def test_populations_of_one_block_overflow_for_some_steps():
    """Between two that stay calm: v saturates for as long as u is large, and again after a second volley."""
    volleys = drive(1, ([0, 1, 2, 30, 31], [0] * 5))
    sizes = {"calm": 3, "high": 5, "low": 2, "last": 1}
    nodes = [volleys, *(Node(name, size, False, {"vth": (1 << 17) - 1, "du": 600}) for name, size in sizes.items())]
    links = [
        Link("in", name, np.full((sizes[name], 1), sign * 254), {"weight_exp": 7, "sign_mode": "mixed"})
        for name, sign in (("high", 1), ("low", -1))
    ]
    stats = compared("chip", nodes, links, steps=60).stats["overflow"]
    assert stats["high"]["v"] > 0 and stats["low"]["v"] > 0 and stats["high"] != stats["low"]
    assert not any(stats["calm"].values()) and not any(stats["last"].values())


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("rules", ["chip", "nengo_loihi"])
def test_every_field_overflows(rules, sign):
    options = {"vth": (1 << 17) - 1, "du": 0, "bias": sign * 4095, "bias_exp": 7}
    nodes = [drive(2, np.ones((40, 2), int)), Node("n", 2, False, options)]
    weights = [[sign * 254, sign * 100], [sign * 254, sign * 2]]
    links = [Link("in", "n", weights, {"weight_exp": 7, "sign_mode": "mixed"})]
    single = [Link("in", "n", [[sign * 254, 0], [0, sign * 254]], {"weight_exp": 7, "sign_mode": "mixed"})]
    found = [compared(rules, nodes, chosen, steps=40).stats["overflow"]["n"] for chosen in (links, single)]
    edge = nodes[1].options | {"u": V if sign > 0 else -V - 1, "du": 0}
    found.append(compared(rules, [Node("n", 2, False, edge)]).stats["overflow"]["n"])
    assert all(any(counts[field] for counts in found) for field in "quxv")


EDGES = [sign * ((1 << k) + d) for k in range(18, 24) for d in (-1, 0, 1) for sign in (1, -1)]


@given(
    u=st.sampled_from([0, *EDGES]), v=st.sampled_from([0, *EDGES]), du=st.sampled_from([0, 1, 4096]),
    dv=st.sampled_from([0, 1, 2048]), vth=st.sampled_from([0, 1, 32767, 32768, (1 << 17) - 1]),
    bias=st.sampled_from([0, 4095, -4095, 3, -17]), bias_exp=st.sampled_from([0, 7]),
    refractory=st.sampled_from([1, 3]),
    weights=st.lists(st.integers(-256, 254), min_size=4, max_size=4), weight_exp=st.integers(0, 7),
    drive_seed=st.integers(0, 99),
)  # fmt: skip
@example(
    u=-(1 << 19) + 1, v=-(1 << 21) + 1, du=0, dv=0, vth=1, bias=-4095, bias_exp=7, refractory=1,
    weights=[-256, 0, -256, 0], weight_exp=7, drive_seed=0,
)  # fmt: skip
def test_the_edges_of_the_quiet_path(u, v, weights, weight_exp, drive_seed, **options):
    """Blocks of few neurons near the limits up to which the kernel leaves out its checks, driven across them."""
    spikes = np.random.default_rng(drive_seed).random((40, 2)) < [0.9, 0.3]
    state = {"u": np.clip(u, -V - 1, V), "v": np.clip(v, -V, V)}
    links = [Link("in", "n", np.reshape(weights, (2, 2)), {"weight_exp": weight_exp, "sign_mode": "mixed"})]
    compared("chip", [drive(2, spikes.astype(int)), Node("n", 2, False, options | state)], links, steps=40)


def test_ternary_thresholds_may_be_equal():
    options = {"model": "ternary_lif", "vth_hi": [3, 2, 3], "vth_lo": [3, -2, 3], "bias_mant": [7, 200, -250]}
    recording = compared("lava", [Node("n", 3, False, options)])
    assert set(recording.spikes("n").indices.tolist()) == {0, 1, 2}
    assert set(recording.spikes("n").payloads.tolist()) == {-1, 1}


def test_voltages_of_lava_wrap_at_32_bits_before_they_are_clipped():
    nodes = [drive(1, ([0, 2], [0, 0]), payloads=[130_000, -130_000])]
    options = {"du": 4095, "vth": 1 << 24, "bias_mant": [-(1 << 15), (1 << 15) - 1], "bias_exp": 15}
    links = [Link("in", "n", [[255], [255]], {"graded": True})]
    assert compared("lava", [*nodes, Node("n", 2, False, options)], links).stats["overflow"]["n"]["v"] > 0


@pytest.mark.parametrize("kind", ["dense", "sparse"])
@pytest.mark.parametrize("payload", [V, -V - 1, 1 << 22, 123_456, (1 << 31) - 1, -(1 << 31), 1_234_567_891])
def test_the_largest_payloads_wrap_as_they_should(kind, payload):
    """The sums are kept modulo 2^32: u and v are right, and only the count of q's wraps may miss some."""
    nodes = [drive(2, ([0, 0, 1, 3], [0, 1, 1, 0]), payloads=[payload, 3, -payload if payload > -V else V, 1])]
    options = {"graded": True, "kind": kind}
    links = [Link("in", "n", [[254, -256], [-130, 6]], options | {"weight_exp": exp}) for exp in (7, -3)]
    compared("chip", [*nodes, Node("n", 2, False, {"vth": 5, "du": 100})], links, counters=False)


def test_the_lowest_voltage_can_be_set_where_it_can_be_reached():
    recipe = Recipe("nengo_loihi", 0, (Node("n", 1, False, {"vth": 1, "vmin": -V - 1, "v": -V - 1}),))
    emulator = Emulator(recipe.network())
    emulator.run(3)
    emulator.set("n", "v", emulator.get("n", "v"))
    assert emulator.get("n", "v").tolist() == [-V - 1]


def test_a_new_list_of_events_begins_at_its_beginning():
    """Also where the image has to be made anew: more events at once, or payloads for the first time."""
    recipe = Recipe("chip", 0, (drive(2, ([0, 1, 2], [0, 0, 0])), Node("n", 2, False, {"vth": 5})))
    for more in ({"spikes": ([5, 5, 5, 6], [0, 0, 1, 1])}, {"spikes": ([4, 6], [0, 1]), "payloads": [3, -3]}):
        emulator = Emulator(recipe.network())
        first = emulator.run(3)
        emulator.set_input("in", **more)
        second = emulator.run(5)
        assert second.spikes("in").times.tolist() == list(more["spikes"][0])
        assert len(emulator.recording.spikes("in")) == len(first.spikes("in")) + len(second.spikes("in"))


def test_payloads_recorded_stay_when_binary_events_follow():
    recipe = Recipe("chip", 0, (drive(2, ([0, 1], [0, 1]), payloads=[7, -7]), Node("n", 2, False, {"vth": 5})))
    emulator = Emulator(recipe.network())
    emulator.run(3)
    emulator.set_input("in", spikes=([4], [1]))
    emulator.run(3)
    assert emulator.recording.spikes("in").payloads.tolist() == [7, -7, 1]


def test_convolution_wraps_are_those_of_the_run():
    nodes = (drive((1, 1, 1), np.ones((9, 1), int)), Node("n", (1, 1, 1), False, {"vth": 1}))
    link = Link("in", "n", Conv2D(np.full((1, 1, 1, 1), 9_000_000)))
    emulator = Emulator(Recipe("lava", 0, nodes, (link,)).network())
    assert [emulator.run(k).stats["convolution_wraps"] for k in (2, 0, 3)] == [2, 0, 3]
    emulator.set("in->n", "weights", np.full((1, 1, 1, 1), 9_000_001))
    emulator.run(1)
    assert emulator.recording.stats["convolution_wraps"] == 6
