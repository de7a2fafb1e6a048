"""What weights lose on the chip is told at connect, in the printed recording and by get()."""

import warnings

import numpy as np
import pytest

from loihi_emu import Conv2D, Emulator, LearningRule, LoihiInputWarning, Network, quantize
from loihi_emu.rules import find

RNG = np.random.default_rng(5)


def connected(weights, rules="chip", **options):
    net = Network("n", rules=rules)
    shape = np.shape(weights)
    post = net.population("post", shape[0], vth=10)
    return net, net.connect(net.input("pre", shape[1]), post, weights, name="c", **options)


@pytest.mark.parametrize(
    ("weights", "options", "text", "acts"),
    [
        ([[1, -1, 1, -1]], {}, "4 of 4 weights lose up to 1, 4 act as 0. Weights of mixed signs", [[0, 0, 0, 0]]),
        ([[3, -3, 2, -4]], {}, "2 of 4 weights lose up to 1. .*connect each sign apart", [[2, -2, 2, -4]]),
        ([[1, 2, 3]], {"sign_mode": "mixed"}, '2 of 3 .* 1 act as 0.*sign_mode="excitatory" keeps', [[0, 2, 2]]),
        ([[-1, -2]], {"sign_mode": "mixed"}, 'sign_mode="inhibitory" keeps', [[0, -2]]),
        ([[255, 7, 8]], {"weight_bits": 5}, "2 of 3 weights lose up to 7, 1 act as 0.*multiples of 8", [[248, 0, 8]]),
        ([[-255, -7]], {"weight_bits": 1}, "2 of 2 .*up to 127, 1 act as 0.*multiples of 128", [[-128, 0]]),
        (
            [[3, 4, 1]],
            {"weight_exp": -2},
            "2 of 3 .*3, 2 act as 0. With weight_exp=-2 only multiples of 4",
            [[0, 4, 0]],
        ),
        ([[-3, -4]], {"weight_exp": -1}, "1 of 2 weights lose up to 1", [[-4, -4]]),
        ([[-247, -16]], {"weight_exp": -4}, "1 of 2 weights lose up to 8", [[-255, -16]]),
    ],
)
def test_connect_says_how_many_how_much_and_get_what_acts(weights, options, text, acts):
    with pytest.warns(LoihiInputWarning, match=f'connection "c": .*{text}') as caught:
        net, made = connected(weights, **options)
    assert len(caught) == 1 and caught[0].filename == __file__
    emulator = Emulator(net)
    assert emulator.get(made, "weights").tolist() == acts
    assert emulator.get(made, "given").tolist() == weights == made.values.tolist()


@pytest.mark.parametrize("rules", ["lava", "brian2_loihi", "nengo_loihi"])
def test_every_rule_set_says_what_it_loses_itself(rules):
    with pytest.warns(LoihiInputWarning, match="2 of 3 weights lose up to 1"):
        net, made = connected([[3, -3, 4]], rules=rules, sign_mode="mixed")
    assert Emulator(net).get(made, "weights").tolist() == [[2, -4 if rules == "lava" else -2, 4]]


def test_lava_clips():
    with pytest.warns(LoihiInputWarning, match="2 of 3 weights lose up to 146. Lava clips mixed weights to -256..255"):
        net, made = connected([[400, -300, 4]], rules="lava")
    assert Emulator(net).get(made, "weights").tolist() == [[254, -256, 4]]


def test_floats_and_effective_weights_lose_nothing():
    for net, made in (connected([[0.5, -0.3]], rules="float"), connected([[1, -3]], scaled=True)):
        assert Emulator(net).get(made, "weights").tolist() == made.values.tolist()


@pytest.mark.parametrize("rules", ["chip", "lava", "brian2_loihi", "nengo_loihi"])
def test_what_get_gives_acts_as_what_was_given(rules):
    for _ in range(30):
        bits, exp = int(RNG.integers(1, 9)), int(RNG.integers(-4, 5))
        sign = str(RNG.choice(["mixed", "excitatory", "inhibitory"]))
        given = RNG.integers(0 if sign == "excitatory" else -255, 1 if sign == "inhibitory" else 255, (3, 4))
        options = {"weight_bits": bits, "weight_exp": exp, "sign_mode": sign}
        runs = []
        for _ in range(2):
            net = Network("n", rules=rules)
            source = net.input("pre", 4, spikes=([0, 1, 2, 3], [0, 1, 2, 3]))
            cells = net.population("post", 3, vth=find(rules).model("lif").parameter("vth").high)
            with warnings.catch_warnings():
                warnings.simplefilter("error" if runs else "ignore")  # what acts loses nothing
                net.connect(source, cells, given, name="c", **options)
            net.probe(cells, "u")
            emulator = Emulator(net)
            given = emulator.get("c", "weights")
            runs.append(emulator.run(5)["post.u"])
        assert np.array_equal(*runs), (bits, exp)


def test_set_tells_what_is_lost_anew_and_nothing_twice():
    with pytest.warns(LoihiInputWarning):
        net, made = connected([[1, -1, 4, -4]])
    emulator = Emulator(net)
    emulator.set(made, "weights", [[1, -1, 4, -4]])  # was told
    emulator.set(made, "weights", emulator.get(made, "weights"))
    with pytest.warns(LoihiInputWarning, match="1 of 4 weights lose up to 1") as caught:
        emulator.set(made, "weights", [[5, -2, 4, -4]])
    assert caught[0].filename == __file__
    assert emulator.get(made, "weights").tolist() == [[4, -2, 4, -4]]


def test_the_printed_recording_says_it(tmp_path):
    with pytest.warns(LoihiInputWarning):
        net, _ = connected([[1, -1, 1, -1]] * 4)
    recording = Emulator(net).run(3)
    assert "weights          c: 16 of 16 lose up to 1, 16 act as 0" in str(recording)
    assert "16 act as 0" in recording._repr_html_()
    assert recording.stats["lost_weights"] == {"c": {"count": 16, "total": 16, "zeroed": 16, "most": 1}}
    assert str(recording.load(recording.save(tmp_path / "recording.npz"))) == str(recording)
    net, _ = connected([[2, -2, 4, -4]])
    assert "lose" not in str(Emulator(net).run(3))


def test_kernels_lists_and_what_learns_tell_it():
    net = Network()
    image, cells = net.input("image", (3, 3, 1)), net.population("cells", (2, 2, 1), vth=10)
    with pytest.warns(LoihiInputWarning, match="2 of 4 weights lose up to 1"):
        net.connect(image, cells, Conv2D(np.array([1, -3, 2, 4]).reshape(1, 2, 2, 1)), name="kernel")
    with pytest.warns(LoihiInputWarning, match="1 of 2 weights lose up to 1"):
        net.connect(image, cells, ([1, 0], [0, 1], [5, -4]), name="list")
    with pytest.warns(LoihiInputWarning, match="1 of 2 weights lose up to 3"):
        net.connect(
            image, cells, ([1, 0], [0, 1], [7, 4]), name="learns", weight_bits=6, learning=LearningRule(dw="u6*2")
        )
    emulator = Emulator(net)
    assert emulator.get("kernel", "weights").ravel().tolist() == [0, -2, 2, 4]
    assert emulator.get("list", "weights").tolist() == [4, -4]
    assert emulator.get("learns", "weights").tolist() == [4, 4] and emulator.get("learns", "given").tolist() == [7, 4]


@pytest.mark.parametrize("bits", [8, 5, 3])
def test_what_quantize_makes_loses_nothing(bits):
    q = quantize(RNG.normal(0, 0.1, (6, 20)), vth=1.0, weight_bits=bits)
    connected(q.weights, weight_exp=q.weight_exp, weight_bits=bits, sign_mode=q.sign_mode)
    q = quantize(np.abs(RNG.normal(0, 0.1, (6, 20))), vth=0.01)
    connected(q.weights, weight_exp=q.weight_exp, sign_mode=q.sign_mode)
