"""Rules written with the words of other tools: one error at once that names the word used here."""

import numpy as np
import pytest
from messages import complains

from loihi_emu import LearningRule, Network, Noise, Trace, UnknownNameError
from loihi_emu.learning import (
    homeostatic,
    learning_window,
    pair_stdp,
    pes,
    reward_stdp,
    signed_reward_stdp,
    triplet_stdp,
)

X1 = Trace(16, 10)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("r1*u0", ['"r1"', '"y3"', 'factors={"y3": node}']),
        ("reward*t*u0", ['"reward"', '"y3"', "factors"]),
        ("x1*dopamine*u0", ['"dopamine"', '"y3"']),
        ("Apre*y0", ['"Apre"', '"x1"', "Trace(impulse, tau)"]),
        ("apost*x0", ['"apost"', '"y1"']),
        ("pre*x1", ['"pre"', '"x0"']),
        ("x1*post", ['"post"', '"y0"']),
        ("x_1*y0", ['"x_1"', '"x1"']),
        ("x1_trace*y0", ['"x1_trace"', '"x1"']),
        ("X1*y0", ['"X1"', '"x1"']),
        ("x3*y0", ['"x3"', '"x1" or "x2"', "two presynaptic traces"]),
        ("(w_max - w)*x0", ['"w_max"', "sign mode"]),
        ("clip(w)*x0", ['"clip"', "sign mode"]),
        ("eta*x1*y0", ['"eta"', "m * 2^e"]),
        ("A_plus*x1*y0", ['"A_plus"', "m * 2^e"]),
        ("exp(-3)*x0", ['"exp"', "Trace(impulse, tau)"]),
        ("tau*x0", ['"tau"', "Trace(impulse, tau)"]),
        ("dt*x0", ['"dt"', "t_epoch"]),
        ("elig*u0*y3", ['"elig"', '"t"', "LearningRule(dt=...)"]),
        ("wt*x0", ['"wt"', '"w"']),
        ("u10*x0", ['"u10"', "u9"]),
        ("abs(w)*x0", ['"abs"', "sgn()"]),
    ],
)
def test_words_of_other_tools(text, said):
    complains(lambda: LearningRule(dw=text, x1=X1), ["rule dw", "character", *said], UnknownNameError)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2**-3*x0", ["'*'", "2^n"]),
        ("x0**2", ["'*'", "2^n"]),
        ("x0^2", ["'^'", "x0*x0"]),
        ("x1*y0/4", ["'/'", "2^-n"]),
        ("1e-3*x0", ["'e'", "0.25 or 2^-2"]),
        ("dw = x0", ["'='", "right-hand side"]),
        ("x0 += 1", ["'='", "right-hand side"]),
        ("[x0]", ["'['", "( and )"]),
        ("x0\u00b7x1", ["Multiply with *"]),
        ("x0 \u2212 y0", ["Subtract with -"]),
        ("x0*(w > 3)", ["'>'", "sgn"]),
        ("2x0", ["every multiplication with *"]),
    ],
)
def test_marks_of_other_languages(text, said):
    complains(lambda: LearningRule(dw=text, x1=X1), ["rule dw", "character", *said])


@pytest.mark.parametrize("text", ["0.3*x1*y0", "x0*0.1", "-2^-2*x0 + 0.7*y0", "3.3*u0*x1", "x0*(0.4 + 0.2)"])
def test_constants_that_integers_do_not_hold_fail_at_the_connection_and_float64_takes_them(text):
    """A rule is written before it is known where it runs."""
    rule = LearningRule(dw=text, x1=X1, y1=X1)
    for rules in ("chip", "float"):
        net = Network(rules=rules)
        cells = net.population("cells", 2, vth=10)

        def connect(net=net, cells=cells):
            net.connect(cells, cells, np.ones((2, 2)), learning=rule)

        if rules == "chip":
            complains(connect, ["rule dw", "constant", "m * 2^e", "Near it are"])
        else:
            connect()


def test_constants_that_some_rule_set_holds_wait_for_the_connection():
    for text in ("50*x0", "9*x0", "2^-9*x0", "11*2^-5*x0"):
        assert LearningRule(dw=text).products["dw"]


@pytest.mark.parametrize("name", ["x1", "x2"])
@pytest.mark.parametrize("target", ["dw", "dd", "dt"])
def test_presynaptic_traces_that_are_read_must_be_given(name, target):
    texts = ["LearningRule", name, "Trace(impulse, tau)"]
    complains(lambda: LearningRule(**{target: f"2^-2*{name}*y0"}), texts)
    complains(lambda: LearningRule(**{target: f"sgn({name} - 3)*y0"}), texts)
    assert LearningRule(**{target: f"2^-2*{name}*y0", name: X1})


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: Trace(tau_plus=3, impulse=1), ["Trace", '"tau_plus"', '"tau"']),
        (lambda: Trace(16, 10, decay=3), ["Trace", '"decay"', '"tau"']),
        (lambda: LearningRule(dw="x0", x1_tau=3), ["LearningRule", '"x1_tau"', "x1=Trace(impulse, tau)"]),
        (lambda: LearningRule(dw="x0", epoch=3), ["LearningRule", '"epoch"', '"t_epoch"']),
        (lambda: LearningRule(dW="x0"), ["LearningRule", '"dW"', '"dw"']),
        (lambda: LearningRule(dw="x0", reward=1), ["LearningRule", '"reward"', "factors"]),
        (lambda: Noise("v", exp=3, sigma=2), ["Noise", '"sigma"', '"exp"']),
        (lambda: pair_stdp(A_plus=1), ["pair_stdp", '"A_plus"', '"a_plus"']),
        (lambda: pair_stdp(lr=1), ["pair_stdp", '"lr"', '"a_plus"']),
        (lambda: pair_stdp(w_max=200), ["pair_stdp", '"w_max"', "sign mode"]),
        (lambda: triplet_stdp(tau_pre=3), ["triplet_stdp", '"tau_pre"', '"tau_plus"']),
        (lambda: reward_stdp(factors=3), ["reward_stdp", '"factors"', "connect()"]),
        (lambda: signed_reward_stdp(tau_e=3), ["signed_reward_stdp", '"tau_e"', '"forget"']),
        (lambda: pes(learning_rate=1), ["pes", '"learning_rate"', '"rate"']),
        (lambda: homeostatic(pair_stdp(), goal=3), ["homeostatic", '"goal"', '"target"']),
        (lambda: learning_window(pair_stdp(), [1], repeat=3), ["learning_window", '"repeat"', '"repeats"']),
    ],
)  # fmt: skip
def test_unknown_arguments(call, said):
    complains(call, ["unknown argument", *said], UnknownNameError)
