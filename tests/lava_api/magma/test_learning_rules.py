"""The text of learning rules: what it means, and what is said about mistakes."""

import re

import numpy as np
import pytest

from lava_api.magma.core.learning.learning_rule import Loihi2FLearningRule, Loihi3FLearningRule, LoihiLearningRule
from lava_api.magma.core.learning.product_series import Factor, Product, ProductSeries
from lava_api.magma.core.learning.random import ConnVarRandom, TraceRandom
from lava_api.magma.core.learning.symbolic_equation import Literal, SymbolicEquation
from lava_api.magma.core.learning.utils import apply_mask, float_to_literal, stochastic_round
from lava_api.proc.learning_rules.r_stdp_learning_rule import RewardModulatedSTDP
from lava_api.proc.learning_rules.stdp_learning_rule import STDPLoihi


def products(text):
    """Dependency, mantissa, true exponent, and factors of each product."""
    series = ProductSeries(SymbolicEquation("dw", text))
    return [
        (p.dependency, p.s_mantissa, p.s_exp - 7, [(f.state_var, f.const, f.is_sgn) for f in p.factors])
        for p in series.products
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x0*y1", [("x0", 1, 0, [("y1", None, False)])]),
        ("-x0", [("x0", -1, 0, [])]),
        ("2^-3*x0*(-3)*2^1 - y0", [("x0", -3, -2, []), ("y0", -1, 0, [])]),
        ("u3 * 12", [("u", 6, 1, [])]),
        ("u0*(w-2)", [("u", 1, 0, [("w", -2, False)])]),
        ("u0*(3-w)", [("u", -1, 0, [("w", -3, False)])]),
        ("u0*(2^-1+t)", [("u", 1, 0, [("t", 0.5, False)])]),
        ("u0*(-w)", [("u", -1, 0, [("w", None, False)])]),
        ("u0*sgn(d + 2)*x1", [("u", 1, 0, [("d", 2, True), ("x1", None, False)])]),
        ("x0 y0 y3", [("x0", 1, 0, [("y0", None, False), ("y3", None, False)])]),
        ("u2*(x0+1)*y0", [("u", 1, 0, [("x0", 1, False), ("y0", None, False)])]),
        ("x0 2*y1 4", [("x0", 4, 1, [("y1", None, False)])]),
        ("u0 3", [("u", 3, 0, [])]),
        ("(x0)*y1", [("x0", 1, 0, [("y1", None, False)])]),
        ("x0*16*2^8*0", [("x0", 0, 8, [])]),
        ("x0*(-8)*2^8", [("x0", -8, 8, [])]),
    ],
)
def test_what_a_rule_means(text, expected):
    assert products(text) == expected


@pytest.mark.parametrize(
    ("text", "position", "words"),
    [
        ("x0 * y1 / 2", 9, "2^-n"),
        ("x0*y4", 4, '"y4"'),
        ("x0*0.5", 5, "write 0.5 as 2^-1"),
        ("x0**2", 4, "Powers"),
        ("x0*x1^2", 6, "x1*x1"),
        ("x0*02^3", 6, "an operator"),
        ("x0*-2", 4, "brackets"),
        ("x0 + - y0", 6, "brackets"),
        ("*x0", 1, "a number, a symbol or a bracket"),
        ("x0*y1 +", 8, "the end of the text"),
        ("x0*(w+2", 8, "opened at character 4"),
        ("x0*y1)", 6, "No bracket is open"),
        ("x0*()", 5, "a variable, a number"),
        ("x0*(w*2)", 6, "a variable, a number"),
        ("x0*(w+1+2)", 4, "a variable, a number"),
        ("x0*(x1+y1)", 4, "a variable, a number"),
        ("x0*((w))", 5, "a variable, a number"),
        ("u0*(u0+1)", 4, "a variable, a number"),
        ("x0*sgn(x1)", 4, "w, d or t"),
        ("x0*sgn(2)", 4, "w, d or t"),
        ("x0*sgn(2-w)", 4, "-sgn(w"),
        ("x0*sign(w)", 4, '"sign"'),
        ("x0 + x1*3", 6, "without a dependency"),
        ("x0*u1", 1, "written before x0"),
        ("u0 + u1", 6, "one k"),
        ("u0*u1", 1, "one k"),
        ("u12*x1", 1, "u9"),
        ("x0*1 2", 6, "white space"),
        ("x0*12 2", 7, "white space"),
        ("y1*x0*11", 1, "10 and 12"),
        ("x0*2^-9", 1, "0.0078125"),
        ("x0*4*2^-8", 1, "Write it as 1*2^-6"),
        ("x0*2^50", 1, "1792"),
        ("x0*2^5000", 4, "two digits"),
    ],
)
def test_a_mistake_is_pointed_at(text, position, words):
    with pytest.raises(ValueError, match="rule dw") as caught:
        LoihiLearningRule(dw=text)
    assert words in str(caught.value)
    assert re.search(rf"character {position}\b", str(caught.value))


@pytest.mark.parametrize(
    ("text", "symbols"),
    [
        ("x0 * (w - 2) 3*2^1", "[X0(x0), Multiplication(*), BracketExpression([Variable(w), Subtraction(-), "
         "Literal(2)]), Literal(3*2^1)]"),
        ("- u3 sgn(t)", "[Subtraction(-), Uk(u3), SgnExpression([Variable(t)])]"),
    ],
)  # fmt: skip
def test_the_symbols_of_a_rule_are_shown(text, symbols):
    assert str(SymbolicEquation("dw", text).symbol_list) == symbols


@pytest.mark.parametrize(
    ("text", "parts"),
    [("+3*2^-2", (3, 2, -2, 0, 0)), ("-2^+3", (-1, 2, 3, -8, 1)), ("-12", (-12, 1, 0, -12, 2))],
)
def test_the_parts_of_a_number(text, parts):
    found, rest = Literal.find(f"{text}x0")
    assert rest == "x0"
    assert (found.mantissa, found.base, found.exponent, found.val, found.literal_type) == parts


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({}, "no rule is given"),
        ({"dw": ""}, "the end of the text"),
        ({"dw": 3}, "a text such as"),
        ({"dw": "x0", "t_epoch": 0}, "t_epoch"),
        ({"dw": "x0", "t_epoch": 1.5}, "t_epoch"),
        ({"dw": "x0", "x1_tau": -1}, "x1_tau"),
        ({"dw": "x0", "y3_impulse": -0.5}, "y3_impulse"),
        ({"dw": "x0", "y2_tau": float("nan")}, "y2_tau"),
        ({"dw": "x0", "x2_tau": [1, 2]}, "one number"),
        ({"dw": "x0", "x2_impulse": None}, "x2_impulse"),
        ({"dw": "x0", "rng_seed": -1}, "rng_seed"),
        ({"dw": "u0*w", "dt": "u1*t"}, "u0 in dw, u1 in dt"),
    ],
)
def test_a_rule_with_wrong_parameters_is_refused(wrong, words):
    with pytest.raises(ValueError, match=words):
        LoihiLearningRule(**wrong)


def test_a_rule_knows_its_parts():
    rule = Loihi2FLearningRule(dw="x0*y1 + u2*x1*y2", dt="y0*x2", x1_impulse=3.5, t_epoch=4, rng_seed=7)
    assert rule.active_traces == {"x1", "x2", "y1", "y2"}
    assert rule.active_traces_per_dependency == {"x0": {"y1"}, "u": {"x1", "y2"}, "y0": {"x2"}}
    assert rule.decimate_exponent == 2
    assert list(rule.active_product_series) == ["dw", "dt"]
    assert (rule.dw_str, rule.dd_str, rule.dd) == ("x0*y1 + u2*x1*y2", None, None)
    assert (rule.x1_impulse, rule.x1_tau, rule.t_epoch, rule.rng_seed) == (3.5, 0, 4, 7)
    assert rule.dw.target == "dw" and len(rule.dw.products) == 2


def test_a_wrong_text_leaves_a_rule_as_it_was():
    rule = LoihiLearningRule(dw="x0*y1", dt="u0*t")
    with pytest.raises(ValueError, match="u1"):
        rule.dw_str = "u1*w"
    assert rule.dw_str == "x0*y1" and len(rule.dw.products) == 1
    rule.dt_str = None
    assert rule.dt is None and rule.decimate_exponent is None
    rule.dw_str = "u1*w"
    assert rule.decimate_exponent == 1


def test_three_factor_rules_leave_the_targets_traces_to_its_neurons():
    rule = Loihi3FLearningRule(dw="x0*y1", x1_impulse=2)
    assert [rule.y1_tau, rule.y2_tau, rule.y3_tau] == [65535] * 3
    assert [rule.y1_impulse, rule.y2_impulse, rule.y3_impulse] == [0] * 3
    with pytest.raises(TypeError):
        Loihi3FLearningRule(dw="x0", y1_tau=3)


def test_without_a_seed_one_is_drawn_from_numpy():
    np.random.seed(5)
    drawn = LoihiLearningRule(dw="x0").rng_seed
    np.random.seed(5)
    assert drawn == np.random.randint(1, 2**31 - 1) == LoihiLearningRule(dw="x0", rng_seed=drawn).rng_seed


def test_ready_made_rules():
    stdp = STDPLoihi(learning_rate=0.5, A_plus=2, A_minus=-1, tau_plus=10, tau_minus=20, t_epoch=2, y1_impulse=8)
    assert [(p.dependency, p.s_mantissa, p.s_exp - 7) for p in stdp.dw.products] == [("x0", -1, -1), ("y0", 2, -1)]
    assert (stdp.x1_impulse, stdp.y1_impulse, stdp.x1_tau, stdp.y1_tau, stdp.t_epoch) == (16, 8, 10, 20, 2)
    assert (stdp.learning_rate, stdp.A_minus) == ("(1) * 2 ^ -1", "(-1)")
    reward = RewardModulatedSTDP(1, 2, -2, 10, 12, 16, 18, 0.5)
    assert [p.dependency for p in reward.dt.products] == ["x0", "y0", "u"]
    assert [f.state_var for f in reward.dw.products[0].factors] == ["t", "y2"]
    assert (reward.x1_tau, reward.x1_impulse, reward.post_trace_decay_tau) == (10, 16, 12)


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0"), (3, "(3)"), (-2, "(-2)"), (0.5, "(1) * 2 ^ -1"), (-0.3, "(-1) * 2 ^ -2"), (2.9, "(2) * 2 ^ 1")],
)
def test_numbers_as_literals(number, text):
    assert float_to_literal(number) == text


def test_small_functions():
    assert stochastic_round(np.array([1, 1]), np.array([3, 9]), 5).tolist() == [2, 1]
    assert apply_mask(0b1011, 2) == 0b11
    with pytest.raises(ValueError, match="unknown factor"):
        Factor("z")
    with pytest.raises(ValueError, match="decimate_exponent"):
        Product("dw", "x0", 1, 7, [], decimate_exponent=2)


def test_random_numbers_come_from_their_seeds():
    decay, impulse = np.random.default_rng(3), np.random.default_rng(9)
    trace = TraceRandom(3, 9)
    assert trace.random_trace_decay == decay.random() and trace.random_impulse_addition == impulse.integers(0, 128)
    trace.advance()
    assert trace.random_trace_decay == decay.random() and trace.random_impulse_addition == impulse.integers(0, 128)
    rounding, expected = ConnVarRandom(), np.random.default_rng(2)
    rounding.advance()
    assert [expected.random(), expected.random()][1] == rounding.random_stochastic_round
