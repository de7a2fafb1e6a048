"""Any text is accepted or refused in words, however long or deep: rules, names, options, paths."""

from dataclasses import replace

import numpy as np
import pytest
from messages import UNHEEDED

from loihi_emu import (
    LOIHI1,
    Conv2D,
    Emulator,
    LearningRule,
    LoihiEmuError,
    Network,
    Noise,
    Recording,
    Trace,
    ValidationError,
)

pytestmark = UNHEEDED

LONG = 10**6
RULES = {
    "brackets that open": "(" * LONG,
    "brackets that close": ")" * LONG,
    "deep brackets": "(" * 4000 + "x1*y0" + ")" * 4000,
    "deep signs": "sgn(" * 2000 + "w" + ")" * 2000,
    "signs": "-" * LONG,
    "pluses": "+" * 9999,
    "one name": "x" * LONG,
    "a number": "9" * 9000 + "*y0",
    "a number in a bracket": "(w - " + "9" * 5000 + ")*y0",
    "many constants": "*".join(["2^99"] * 1500) + "*x0",
    "many factors": "x0*" + "*".join(["x1"] * 3000),
    "sums of sums": "*".join(["(x1 + y1)"] * 40) + "*x0",
    "sums of sums times ones": "*".join(["(x1 + y1)"] * 13) + "*1" * 3000 + "*x0",
    "an exponent": "2^-99999999*x0",
    "a float": "1e999*x0",
    "not a number": "NaN*x0",
    "infinity": "-inf",
    "zero bytes": "x0*\x00",
    "half a character": "\ud800*x0",
    "an emoji": "\N{GRINNING FACE}*x0",
    "other digits": "\N{ARABIC-INDIC DIGIT THREE}*x0",
    "raised digits": "2^\N{SUPERSCRIPT TWO}*x0",
    "from right to left": "\u202ex0*y1",
    "another script": "\u65e5\u672c",
    "code": "__import__('os')",
    "blanks": " " * LONG,
    "lines": "\n" * 9990,
}
LAVAS_OWN = ("many factors", "other digits")
"""Lava reads these."""


def in_words(action):
    """Run something that must be refused in one short, printable message."""
    with pytest.raises(LoihiEmuError) as caught:
        action()
    text = str(caught.value)
    assert len(text) < 1000 and text.encode() and "\x00" not in text
    return text


@pytest.mark.parametrize("case", RULES)
def test_rules_are_refused_in_words(case):
    in_words(lambda: LearningRule(dw=RULES[case], x1=Trace(1, 1), y1=Trace(1, 1)))


@pytest.mark.parametrize("case", RULES)
@pytest.mark.parametrize("name", ["LoihiLearningRule", "Loihi2FLearningRule"])
def test_rules_of_lava_are_refused_in_words(case, name):
    from lava_api.magma.core.learning import learning_rule

    traces = {f"{trace}_{part}": 1 for trace in ("x1", "y1") for part in ("tau", "impulse")}

    def make():
        return getattr(learning_rule, name)(dw=RULES[case], t_epoch=1, **traces)

    if case in LAVAS_OWN:
        assert make().dw.products
    else:
        in_words(make)


@pytest.mark.parametrize(
    "text", ["(" * 40 + "x1*y0" + ")" * 40, "-" * 9000 + "x1*y0", "x1\u00a0*\ty0", "x1*y0\r\n+ x0"]
)
def test_rules_of_any_form_are_accepted(text):
    assert LearningRule(dw=text, x1=Trace(1, 1)).products["dw"][0].gate == "y0"


@pytest.mark.parametrize("rules", ["chip", "brian2_loihi", "nengo_loihi"])
@pytest.mark.parametrize(
    "text", ["*".join(["(x1 + y1)"] * 9) + "*x0", "(w - " + "9" * 29 + ")*x0", "2^99*x0", "x0*" * 30 + "x1", "0*x0"]
)
def test_rules_that_no_kernel_holds_are_refused_when_connected_or_run(rules, text):
    def act():
        rule = LearningRule(dw=text, x1=Trace(1, 1), y1=Trace(1, 1))
        net = Network(rules=rules)
        cells = net.population("cells", 2, vth=5)
        net.connect(cells, cells, np.ones((2, 2), int), learning=rule)
        Emulator(net).run(3)

    try:
        act()
    except LoihiEmuError:
        in_words(act)


TEXTS = [
    "x" * LONG,
    "(" * LONG,
    "\x00",
    "a\x00b",
    "\ud800",
    "1e999",
    "\N{SUPERSCRIPT TWO}",
    "\n",
    "\u202eabc",
    "/" * 500,
]
NET = Network("net", seed=1)
NET.connect(NET.input("i", 2, rate=0.1), NET.population("a", 3, vth=9), np.ones((3, 2), int), name="c")
NET.probe("a")
ASKED = {
    "rules": lambda t: Network(rules=t),
    "model": lambda t: Network().population("a", 1, model=t, vth=1),
    "parameter": lambda t: Network().population("a", 1, **{t: 1}),
    "value": lambda t: Network().population("a", 1, vth=t),
    "shape": lambda t: Network().population("a", t, vth=1),
    "noise": lambda t: Noise(t, 1),
    "source": lambda t: NET.copy().connect(t, "a", 1),
    "kind": lambda t: NET.copy().connect("i", "a", 1, kind=t),
    "sign mode": lambda t: NET.copy().connect("i", "a", 1, sign_mode=t),
    "weights": lambda t: NET.copy().connect("i", "a", t),
    "probe": lambda t: NET.copy().probe(t),
    "variable": lambda t: NET.copy().probe("a", t),
    "variables": lambda t: NET.copy().probe("a", ["v", t]),
    "get": lambda t: Emulator(NET).get(t, "v"),
    "set": lambda t: Emulator(NET).set("a", t, 1),
    "overflow": lambda t: Emulator(NET, overflow=t),
    "recorded": lambda t: Emulator(NET).run(1)[t],
    "boards": lambda t: NET.place(boards=t),
    "strategy": lambda t: NET.place(strategy=t),
    "rates": lambda t: NET.place(rates={t: 1}),
    "fact": lambda t: NET.chip.fact(t),
    "trace": lambda t: Trace(t, 1),
    "factor": lambda t: NET.copy().connect("i", "a", 1, learning=LearningRule(dw="x0"), factors={t: "i"}),
    "path of a network": Network.load,
    "path of a recording": Recording.load,
    "path of a checkpoint": lambda t: Emulator(NET).restore(t),
    "path to save to": lambda t: NET.save(f"/none/{t}/x"),
}


@pytest.mark.parametrize("what", ASKED)
def test_texts_that_name_nothing_are_refused_in_words(what):
    for text in TEXTS:
        in_words(lambda text=text: ASKED[what](text))


@pytest.mark.parametrize("text", TEXTS)
def test_names_are_refused_in_words_or_come_back_from_files(tmp_path, text):
    try:
        net = Network(text)
    except ValidationError:
        for add in (lambda n: n.population(text, 1, vth=1), lambda n: n.input(text, 1)):
            in_words(lambda add=add: add(Network()))
        return
    cells = net.population(text, 3, vth=9, bias=5)
    net.connect(net.input(f"{text}.times", 1, rate=0.5), cells, 9)
    net.probe(cells)
    emulator = Emulator(Network.load(net.save(tmp_path / "net")))
    recording = Recording.load(emulator.run(9).save(tmp_path / "recording"))
    emulator.restore(emulator.save(tmp_path / "checkpoint"))
    assert recording.names == [f"{text}.spikes"] and recording.info["network"] == text


def test_numbers_of_any_size_are_refused_in_words():
    for number in (10**5000, -(10**5000), [1, 10**400], float("nan"), float("inf"), 1e308):
        in_words(lambda number=number: Network().population("a", 2, vth=number))
        in_words(lambda number=number: Network().population("a", 2, vth=1, bias=number))


NUMBERS = (float("nan"), float("inf"), -float("inf"), 1e300, -1e300, 10**400)


@pytest.mark.parametrize("rules", ["chip", "lava", "float", "brian2_loihi", "nengo_loihi"])
@pytest.mark.parametrize("number", NUMBERS, ids=["nan", "inf", "-inf", "1e300", "-1e300", "10^400"])
def test_limits_hold_under_every_rule_set(rules, number):
    net = Network(rules=rules)
    parameters = {"lava": "bias_mant"}.get(rules, "dv" if rules == "brian2_loihi" else "bias")
    for name in ("u", "v", "vth", parameters):
        given = {"vth": 1} | {name: number}
        in_words(lambda given=given: Network(rules=rules).population("a", 1, **given))
    cells, source = net.population("a", 1, vth=1), net.input("i", 1)
    for weights in ([[number]], ([0], [0], [number])):
        in_words(lambda weights=weights: net.copy().connect("i", "a", weights))
    for name in ("u", "v", "vth"):
        in_words(lambda name=name: Emulator(net).set("a", name, number))
    for wrong in ({"rate": number}, {"spikes": ([number], [0])}, {"spikes": ([0], [number])}):
        in_words(lambda wrong=wrong: net.copy().input("j", 1, **wrong))
    in_words(lambda: net.copy().connect(source, cells, 1, delays=number))


@pytest.mark.parametrize("delay", [256, 10**9, -1, 2.5, None, "x"])
def test_a_chip_of_ones_own_has_delays_that_are_kept(delay):
    in_words(lambda: Network(chip=replace(LOIHI1, max_delay=delay)))
    net = Network(chip=replace(LOIHI1, max_delay=255))
    cell, source = net.population("c", 1, vth=1, dv=0), net.input("i", 1, spikes=([0], [0]))
    net.connect(source, cell, [[9]], delays=[[255]])
    net.probe(cell)
    assert Emulator(net).run(300).spikes("c").times.tolist() == [255]


@pytest.mark.parametrize("weight", [1 << 31, -(1 << 31) - 1, 1 << 40])
def test_weights_of_lavas_convolutions_that_no_sum_holds_are_refused(weight):
    net = Network(rules="lava")
    source, cells = net.input("i", (1, 1, 1)), net.population("c", (1, 1, 1))
    in_words(lambda: net.connect(source, cells, Conv2D(np.full((1, 1, 1, 1), weight))))
