"""Every row of the tables in docs/semantics.md has a test here, which carries the row's heading and first cell."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from messages import complains

from loihi_emu import Conv2D, Emulator, LearningRule, Network, Noise, Trace, UnsupportedError

PAGE = Path(__file__).parents[1] / "docs" / "semantics.md"
ARRIVE, STEP, WEIGHTS = "When things arrive", "One step of a neuron, rules `chip`", "Weights"
CHIP, LAVA, RULE_SETS = "Learning, by the chip's rules", "Learning, by Lava's rules", "Rule sets"
STATE_MAX = (1 << 23) - 1
TESTED = []


def row(heading: str, first: str) -> Callable[[Any], Any]:
    """Say which row a test is of."""
    TESTED.append((heading, first))
    return lambda test: test


def rows_of_the_page():
    """Heading and first cell of every row of every table."""
    found, heading, lines = [], "", PAGE.read_text().splitlines()
    for line, above in zip(lines[1:], lines[:-1], strict=True):
        heading = line[3:] if line.startswith("## ") else heading
        if line.startswith("| ") and above.startswith("|"):
            cell = re.match(r"\| ((?:`[^`]*`|[^|`])*) \|", line)
            assert cell, line
            found.append((heading, cell[1]))
    return found


def test_every_row_has_its_test():
    assert sorted(set(TESTED)) == sorted(rows_of_the_page())


# ---------------------------------------------------------------- when things arrive, one step of a neuron
def run_one(steps=3, times=(), weights=(), exp=0, network=None, **cell):
    """One chip neuron, and events of inputs with these weights at these times: its u and v."""
    net = Network(**network or {})
    cells = net.population("cell", 1, **{"du": 0, "dv": 0, "vth": 131_071} | cell)
    net.probe(cells, ["spikes", "u", "v"])
    if weights:
        source = net.input("source", len(weights), spikes=(np.repeat(times, len(weights)), [*range(len(weights))]))
        net.connect(source, cells, [list(weights)], weight_exp=exp)
    recording = Emulator(net, overflow="chip").run(steps)
    return recording["cell.u"].ravel().tolist(), recording["cell.v"].ravel().tolist(), recording.spikes("cell").times


@row(ARRIVE, "input event at time t, delay d")
@row(ARRIVE, "spike of a neuron in step t, delay d")
@pytest.mark.parametrize(("t", "d"), [(0, 0), (3, 4)])
def test_arrivals(t, d):
    net = Network()
    source, first = net.input("source", 1, spikes=([t], [0])), net.population("first", 1, vth=1)
    second = net.population("second", 1, vth=131_071, du=0)
    net.connect(source, first, 20, delays=d)
    net.connect(first, second, 20, delays=d)
    net.probe(first, "u"), net.probe(second, "u")
    recording = Emulator(net).run(20)
    assert np.flatnonzero(recording["first.u"])[0] == t + d
    assert np.flatnonzero(recording["second.u"])[0] == (t + d) + 1 + d


@row(ARRIVE, "bias")
def test_bias():
    assert run_one(bias=100)[:2] == ([0, 0, 0], [100, 200, 300])


@row(STEP, "q, the sum of arriving weights")
def test_q():
    assert run_one(2, [0], [3, 5], exp=2)[0] == [(3 + 5) * 4 << 6] * 2
    assert run_one(1, [0], [255, 255], exp=7)[0] == [(2 * 255 * 128 << 6) - (1 << 22)]


@row(STEP, "u")
def test_u():
    assert run_one(3, [1], [2], u=1000, du=1024)[0] == [750, 562 + 128, 517]
    assert run_one(1, [0], [1], u=STATE_MAX)[0] == [STATE_MAX + 64 - (1 << 24)]


@row(STEP, "v")
def test_v():
    assert run_one(2, u=5, bias=2, v=100, dv=2048)[1] == [57, 35]
    wrapped = STATE_MAX + (4095 << 7) - (1 << 24)
    assert run_one(1, u=STATE_MAX, bias=4095, bias_exp=7, v=1)[1] == [1 + wrapped]
    assert run_one(2, bias=-4095, bias_exp=7, v=-8_000_000)[1] == [-STATE_MAX] * 2
    assert run_one(2, bias=-100, vmin=-127)[1] == [-100, -127]


@row(STEP, "`decay(x, d)`")
@pytest.mark.parametrize("x", [1000, -1000, 1, -1])
def test_decay(x):
    assert run_one(1, v=x, dv=1000)[1] == [int(np.sign(x)) * (abs(x) * 3096 >> 12)]


@row(STEP, "spike")
def test_spike():
    u, v, times = run_one(6, vth=1, bias=32, refractory=3, u=0)
    assert times.tolist() == [2] and v == [32, 64, 0, 0, 0, 32] and u == [0] * 6
    u, _, times = run_one(4, vth=1, u=4096, du=2048, refractory=3)
    assert times.tolist() == [0, 3] and u == [2048, 1024, 512, 256]


@row(STEP, "noise")
@pytest.mark.parametrize("where", ["u", "v"])
def test_noise(where):
    def found(seed):
        return run_one(50, network={"seed": seed}, noise=Noise(where, 10))[where == "v"]

    assert found(1) == found(1) != found(2)
    assert len(set(np.diff(found(1)))) > 25


@row(WEIGHTS, "excitatory, inhibitory")
@row(WEIGHTS, "mixed")
@pytest.mark.parametrize(
    ("mode", "given", "kept"),
    [("excitatory", [255, 7], [252, 4]), ("inhibitory", [-255, -7], [-252, -4]), ("mixed", [254, -9], [248, -8])],
)
@pytest.mark.filterwarnings("ignore::loihi_emu.LoihiInputWarning")
def test_weights(mode, given, kept):
    net = Network()
    source, cells = net.input("source", 2), net.population("cells", 1, vth=1)
    c = net.connect(source, cells, [given], weight_bits=6, sign_mode=mode)
    assert Emulator(net).get(c, "weights").tolist() == [kept]
    outside = {"excitatory": 256, "inhibitory": -256, "mixed": -257}[mode]
    complains(lambda: net.connect(source, cells, [[outside] * 2], sign_mode=mode), ["weights", str(outside)])


# ---------------------------------------------------------------- learning
class Plastic:
    """Inputs onto cells by a synapse each; a strong one that makes a cell spike; a node whose payloads teach."""

    def __init__(self, rule, rules="chip", n=1, weight=100, teacher=None, delays=0, strong=None, **options):
        self.net = net = Network(rules=rules, seed=3)
        self.lines = net.input("lines", n)
        quiet = {"vth": 1e6} if rules == "float" else {"vth": 120_000}
        forced = {"du": 1.0, "dv": 1.0, "vth": 5e4} if rules == "float" else {"du": 4095, "dv": 4096, "vth": 20_000}
        self.cells = net.population("cells", n, **(quiet if strong is None else forced))
        factors = {}
        if teacher is not None:
            factors["y3"] = net.input(
                "teacher", 1, spikes=(list(teacher), [0] * len(teacher)), payloads=[*teacher.values()]
            )
        if strong is not None:
            drive = net.input("drive", n, spikes=(np.repeat(strong, n), np.tile(np.arange(n), len(strong))))
            exp = {} if rules == "float" else {"weight_exp": 7}
            net.connect(drive, self.cells, ([*range(n)], [*range(n)], [1e5 if rules == "float" else 250] * n), **exp)
        ends = ([*range(n)], [*range(n)], [weight] * n)
        self.c = net.connect(
            self.lines, self.cells, ends, learning=rule, name="c", factors=factors or None, delays=delays, **options
        )

    def run(self, steps, times, *variables):
        """Spikes of all lines at these times; what was recorded, step by step."""
        self.net.probe(self.c, list(variables)), self.net.probe(self.cells, "u")
        emulator = Emulator(self.net, overflow="chip")
        n = self.lines.size
        emulator.set_input("lines", spikes=(np.repeat(times, n), np.tile(np.arange(n), len(times))))
        recording = emulator.run(steps)
        self.u = recording["cells.u"]
        return [recording[f"c.{name}"] for name in variables]


@row(CHIP, "traces")
def test_traces():
    (x1,) = Plastic(LearningRule(dw="x0*x1 - x0*x1", x1=Trace(16, 10)), n=2000).run(3, [0], "x1")
    factor = round(4096 * np.exp(-0.1)) / 4096
    assert set(x1[0]) == {16} and set(x1[1]) == {14, 15}
    assert abs(x1[1].mean() - 16 * factor) < 0.05 and abs(x1[2].mean() - 16 * factor**2) < 0.07
    (x1,) = Plastic(LearningRule(dw="x0*x1 - x0*x1", x1=Trace(60.25, np.inf)), n=2000).run(3, [0, 1, 2], "x1")
    assert set(x1[0]) == {60, 61} and abs(x1[0].mean() - 60.25) < 0.05 and set(x1[2]) == {127}


@row(CHIP, "when spikes count")
def test_when_spikes_count():
    traces = {"x1": Trace(8, np.inf), "y1": Trace(8, np.inf)}
    made = Plastic(LearningRule(dw="x1*y0 + y1*x0", **traces), weight=10, delays=2, strong=[2])
    x1, y1, w = made.run(6, [3], "x1", "y1", "weights")
    assert np.flatnonzero(x1.ravel())[0] == 3 and np.flatnonzero(y1.ravel())[0] == 2 + 1
    assert w.ravel().tolist() == [10, 10, 10, 26, 26, 26]
    assert np.flatnonzero(np.diff(made.u.ravel()))[-1] >= 3  # it arrives two steps later


@row(CHIP, "epochs")
def test_epochs():
    (w,) = Plastic(LearningRule(dw="x0 + 2*u0 + 16*u1", t_epoch=3), weight=10).run(12, [0, 1, 7], "weights")
    changes = np.diff(w.ravel(), prepend=10)
    assert np.flatnonzero(changes).tolist() == [2, 5, 8, 11]
    assert sorted(changes[[2, 5, 8, 11]].tolist()) == sorted([1 + 2, 2 + 16, 1 + 2, 2 + 16])


@row(CHIP, "a product")
def test_a_product():
    w, = Plastic(LearningRule(dw="7*2^8*x0 - 2*x0"), n=50).run(1, [0], "weights")  # fmt: skip
    assert set(w[0]) <= {253, 254}  # 32767 - 256 with 7 bits below 1
    w, = Plastic(LearningRule(dw="x0*sgn(w - 120)*(w - 90)")).run(1, [0], "weights")  # fmt: skip
    assert w.tolist() == [[90]]
    complains(lambda: Plastic(LearningRule(dw="x0*(w + 128)")), ["-128..127"])
    complains(lambda: Plastic(LearningRule(dw="9*x0")), ["m in -8..7 and e in -7..8"])


@row(CHIP, "rounding")
@pytest.mark.parametrize(("bits", "either"), [(8, {100, 101}), (7, {100, 102})])
def test_rounding(bits, either):
    (w,) = Plastic(LearningRule(dw="2^-2*x0"), n=4000, weight_bits=bits).run(1, [0], "weights")
    assert set(w[0]) == either and abs(w[0].mean() - 100.25) < 0.06


@row(CHIP, "third factors")
def test_third_factors():
    teacher = {1: 20, 3: -5, 5: 0}
    (y3,) = Plastic(LearningRule(dw="x0*y3"), teacher=teacher).run(7, [], "y3")
    assert y3.ravel().tolist() == [0, 20, 20, -5, -5, 0, 0]
    (y3,) = Plastic(LearningRule(dw="x0*y3", y3=Trace(9, np.inf)), teacher={1: 1, 3: 1}).run(5, [], "y3")
    assert y3.ravel().tolist() == [0, 9, 9, 18, 18]


@row(CHIP, "order")
def test_order():
    w, t = Plastic(LearningRule(dw="u0*t", dt="u0*w + 5*u0"), weight=20).run(2, [], "weights", "tags")
    assert (w.ravel().tolist(), t.ravel().tolist()) == ([20, 45], [25, 50])
    made = Plastic(LearningRule(dw="16*x0"), weight=20)
    (w,) = made.run(1, [0], "weights")
    assert (w.item(), made.u.item()) == (36, 20 << 6)


BOTH = pytest.mark.parametrize("rules", ["lava", "float"])


@row(LAVA, "epochs")
@BOTH
def test_lava_epochs(rules):
    (w,) = Plastic(LearningRule(dw="x0 + 2*u0", t_epoch=3), rules, weight=10).run(8, [0, 2, 7], "weights")
    assert w.ravel().tolist() == [11, 11, 11, 14, 14, 14, 16, 16]


@row(LAVA, "traces")
def test_lava_traces():
    (x1,) = Plastic(LearningRule(dw="u0*x1 - u0*x1", t_epoch=4, x1=Trace(16, np.inf)), "lava").run(9, [1, 2, 6], "x1")
    assert x1.ravel().tolist() == [0, 0, 16, 16, 32, 32, 32, 32, 48]
    (x1,) = Plastic(LearningRule(dw="u0*x1 - u0*x1", t_epoch=4, x1=Trace(16, 2)), "float").run(5, [2], "x1")
    np.testing.assert_allclose(x1[4, 0], 16 * np.exp(-1 / 2) ** 2)


@row(LAVA, "third factors")
@BOTH
def test_lava_third_factors(rules):
    (y3,) = Plastic(LearningRule(dw="x0*y3"), rules, teacher={1: 20, 3: 5, 4: 6}).run(6, [], "y3")
    assert y3.ravel().tolist() == [0, 20, 0, 5, 6, 0]


@row(LAVA, "third factors")
@pytest.mark.parametrize(("rules", "strong", "end"), [("lava", [9], 80), ("lava", [1], 100), ("float", [1], 80)])
@pytest.mark.filterwarnings("ignore::loihi_emu.LoihiInputWarning")
def test_lava_punishment(rules, strong, end):
    (w,) = Plastic(LearningRule(dw="x0*y3"), rules, teacher={2: -20}, strong=strong).run(4, [2], "weights")
    assert round(w[-1, 0]) == end


@row(LAVA, "a product")
def test_lava_products():
    trace = {"x1": Trace(5, np.inf)}
    for rules, change in (("lava", 25 >> 3), ("float", 25)):  # 7 + 7 + 4 bits: 3 beyond 15
        made = Plastic(LearningRule(dw="x1*x1*x0", **trace), rules, weight=10)
        (w,) = made.run(3, [1, 2], "weights")
        assert w[1, 0] == 10 + change, rules
    (w,) = Plastic(LearningRule(dw="x0*(x1 + 1)", **trace), "lava", weight=10).run(2, [1], "weights")
    assert w[1, 0] == 10 + 5 + 1


@row(LAVA, "weights")
@pytest.mark.parametrize(
    ("mode", "change", "end"), [("mixed", "64", 255), ("mixed", "-64", -256), ("excitatory", "-64", 0)]
)
def test_lava_weights(mode, change, end):
    rule = LearningRule(dw=f"{change}*x0")
    (w,) = Plastic(rule, "lava", sign_mode=mode).run(12, [*range(12)], "weights")
    assert round(w[-1, 0]) == end
    (w,) = Plastic(LearningRule(dw="2^-2*x0"), "lava", n=50, weight_bits=4, weight=96).run(40, [*range(40)], "weights")
    assert np.all(w == w[:, :1]) and len(set(w[:, 0])) > 5


@row(LAVA, "random numbers")
def test_lava_random_numbers():
    rule = LearningRule(dw="u0*x1 - u0*x1", x1=Trace(60, 20))
    (one,), (other,) = (Plastic(rule, "lava", n=n).run(30, [1], "x1") for n in (1, 50))
    assert np.all(other == one) and np.any(one % 60)


@row(LAVA, "not there")
def test_what_lava_does_not_have():
    for options in ({"delays": 2}, {"rule": LearningRule(dd="x0")}, {"rule": LearningRule(dw="u0*x0 + u1*x0")}):
        with pytest.raises((UnsupportedError, ValueError)):
            Plastic(options.pop("rule", LearningRule(dw="x0")), "lava", **options)
    with pytest.raises((UnsupportedError, ValueError)):
        Plastic(LearningRule(dw="x0*y3", y3=Trace(1, 1)), "lava", teacher={1: 1})
    net = Network(rules="lava")
    source, cells = net.input("source", (3, 3, 1)), net.population("cells", (1, 1, 1))
    with pytest.raises((UnsupportedError, ValueError)):
        net.connect(source, cells, Conv2D(np.ones((1, 3, 3, 1))), learning=LearningRule(dw="x0"))


# ---------------------------------------------------------------- rule sets
@row(RULE_SETS, "`chip` (default)")
@row(RULE_SETS, "`lava`")
@row(RULE_SETS, "`float`")
@row(RULE_SETS, "`brian2_loihi`, `nengo_loihi`")
@pytest.mark.parametrize(
    ("rules", "u"),
    [("chip", 0), ("lava", 1), ("float", 1.0), ("brian2_loihi", 0), ("nengo_loihi", 0)],
)
@pytest.mark.filterwarnings("ignore::loihi_emu.LoihiInputWarning")
def test_rule_sets(rules, u):
    net = Network(rules=rules)
    source, cells = net.input("source", 2, spikes=([0, 0], [0, 1])), net.population("cells", 1, vth=100)
    net.connect(
        source,
        cells,
        [[0.5, 0.5]] if rules == "float" else [[1, 1]],
        **({} if rules == "float" else {"weight_exp": -1}),
    )
    net.probe(cells, "u")
    recording = Emulator(net).run(1)
    assert Network().rules == "chip" and recording.info["rules"] == rules
    assert recording["cells.u"].item() == u * (1 if rules == "float" else 64)
