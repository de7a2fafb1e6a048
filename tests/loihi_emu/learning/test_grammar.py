"""The text of rules: what is read, and what errors say."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from messages import complains

from loihi_emu import LearningRule, Trace
from loihi_emu.errors import LoihiEmuError
from loihi_emu.learning import constants
from loihi_emu.learning.grammar import RuleFactor, parse


def read(text):
    return [(p.gate, p.scale, [(f.variable, f.constant, f.sign) for f in p.factors]) for p in parse("dw", text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x0", [("x0", 1, [])]),
        (" - 3*x1 * y0", [("y0", -3, [("x1", 0, False)])]),
        ("2^-2*x1*y0-3*y1*x0", [("y0", Fraction(1, 4), [("x1", 0, False)]), ("x0", -3, [("y1", 0, False)])]),
        ("(w - 5)*u3", [("u3", 1, [("w", -5, False)])]),
        ("(5 - w)*u3", [("u3", -1, [("w", -5, False)])]),
        ("x0*sgn(y1 - 3)", [("x0", 1, [("y1", -3, True)])]),
        ("x0*sgn(2 - y1)", [("x0", -1, [("y1", -2, True)])]),
        ("x0*sign(t)", [("x0", 1, [("t", 0, True)])]),
        ("(x1 - x2)*y0", [("y0", 1, [("x1", 0, False)]), ("y0", -1, [("x2", 0, False)])]),
        ("x0*(2 + 2)*2^3", [("x0", 32, [])]),
        ("x0*y0*u1*y0", [("x0", 1, [("y0", 0, False), ("u1", 0, False), ("y0", 0, False)])]),
        ("x0*-x1", [("x0", -1, [("x1", 0, False)])]),
        ("0.5*x0 + .25*x0", [("x0", Fraction(1, 2), []), ("x0", Fraction(1, 4), [])]),
        ("x0*((x1 + 1)*(x2 - 1) + d)", [
            ("x0", 1, [("x1", 1, False), ("x2", -1, False)]), ("x0", 1, [("d", 0, False)]),
        ]),
        ("sgn(3)*x0", [("x0", 1, [])]),
    ],
)  # fmt: skip
def test_rules_are_read(text, expected):
    assert read(text) == expected


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("", 1, "the end of the text"),
        ("x1*z1", 4, 'unknown symbol "z1"'),
        ("x1*y0 +", 8, "a number, a symbol or a bracket"),
        ("x0 x1", 4, "an operator"),
        ("(x1*y0", 7, '")"'),
        ("x0*(x1", 7, "character 4"),
        ("x0)", 3, "')'"),
        ("x1/2*x0", 3, "2^-n"),
        ("3^2*x0", 1, "powers of 2"),
        ("2^x0", 3, "whole number"),
        ("2^100*x0", 3, "two digits"),
        ("x1*y1", 1, "without a dependency"),
        ("x0 + w", 6, "without a dependency"),
        ("sgn x1", 5, '"(" after sgn'),
        ("x0*sgn(x1*y1)", 4, "one variable"),
        ("x0*sgn(x1", 10, "open"),
        ("x0 @ 3", 4, "'@'"),
        ("u10*x1", 1, "u10"),
        ("__import__('os')", 1, "__import__"),
    ],
)
def test_errors_point_at_the_character(text, place, said):
    complains(lambda: LearningRule(dw=text), ["rule dw", f"character {place}", said])


def test_constants_that_fit_and_the_values_near_those_that_do_not():
    values = constants.held()
    for value in values:
        mantissa, exponent = constants.split(value)
        assert mantissa * Fraction(2) ** exponent == value
        assert -8 <= mantissa <= 7 and -7 <= exponent <= 8
    assert constants.split(Fraction(1, 256)) is None and constants.split(Fraction(1793)) is None
    for text, near in (
        ("0.3*x0", ["0.25", "0.3125"]),
        ("9*x0", ["8", "10"]),
        ("5000*x0", ["1792"]),
        ("2^-8*x0", ["0", "0.0078125"]),
    ):
        (product,) = parse("dw", text)
        complains(lambda p=product, t=text: constants.checked(p, "dw", t), ["character 1", "constant", *near])


def test_rules_without_sense():
    complains(LearningRule, ["LearningRule", "no rule", "dw, dd and dt"])
    complains(lambda: LearningRule(dw=3), ["rule dw", "3"])
    complains(lambda: LearningRule(dw="x0", t_epoch=0), ["t_epoch", "0", "1..63"])
    complains(lambda: LearningRule(dw="x0", x1=3), ["x1", "Trace"])
    complains(lambda: LearningRule(dw="x0", random=2), ["random", "2"])
    complains(lambda: LearningRule(dw="x0 +" * 4000), ["characters"])
    complains(lambda: Trace(16, -1), ["Trace", "tau", "-1", "0 or more"])
    complains(lambda: Trace(16, float("nan")), ["tau"])
    complains(lambda: Trace(128, 1), ["impulse", "128", "7 bits"])
    complains(lambda: Trace(16.1, 1), ["impulse", "16.1", "16.09765625", "16.1015625"])
    complains(lambda: Trace([1, 2], 1), ["impulse", "one number"])


def test_rules_are_kept_whole():
    import pickle

    rule = LearningRule(dd="x0*d", x1=Trace(1.5, float("inf")), t_epoch=3)
    assert pickle.loads(pickle.dumps(rule)) == rule
    assert rule.used == {"d"} and rule.traces == {"x1": Trace(1.5, float("inf"))}
    assert RuleFactor("w", 3) != RuleFactor("w", 3, True)


@given(st.text(alphabet="x012yuwdt+-*^()sgn ./", max_size=30))
def test_any_text_gives_a_rule_or_one_clear_error(text):
    problem = ""
    try:
        products = parse("dw", text)
    except LoihiEmuError as caught:
        problem = str(caught)
    if problem:
        assert "character" in problem
    else:
        assert products and all(p.gate in ("x0", "y0") or p.gate[0] == "u" for p in products)
