"""A network under the rules "lava" and "float" learns what the same program for Lava learns, in every step."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lava_learning import Case, assert_learns_as_lava
from messages import UNHEEDED

pytestmark = UNHEEDED

STDP = {"dw": "2^-2*x1*y0 - 2^-3*y1*x0"}
TAGGED = {"dt": "2^-1*x1*y0 - 2^-2*y1*x0 - 2^-3*u1*t", "dw": "2^-4*u1*t*y3"}


def case(rules, seed=1, n=(4, 5), steps=40, **changes):
    rng = np.random.default_rng(seed)
    low, high = {"mixed": (-60, 90), "excitatory": (1, 90), "inhibitory": (-90, -1)}[changes.get("sign_mode", "mixed")]
    weights = 2 * rng.integers(low // 2, (high + 1) // 2, n) + (changes.get("sign_mode", "mixed") != "mixed")
    weights[weights == 0] = 4
    spikes, drive = (rng.random((size, steps)) < 0.25 for size in n[::-1])
    common = {"texts": STDP, "traces": {"x1": (16.5, 10), "y1": (20.25, 7)}}
    return Case(rules, weights, spikes.astype(int), drive.astype(int), **(common | changes))


@pytest.mark.parametrize("rules", ["lava", "float"])
@pytest.mark.parametrize("sparse", [False, True])
@pytest.mark.parametrize("t_epoch", [1, 4])
def test_pair_stdp(rules, sparse, t_epoch):
    emulator = assert_learns_as_lava(case(rules, sparse=sparse, t_epoch=t_epoch))
    weights = emulator.get("learns", "weights")
    assert np.any(weights != emulator.get("learns", "given"))


@pytest.mark.parametrize("rules", ["lava", "float"])
@pytest.mark.parametrize("t_epoch", [1, 3])
def test_rewards_as_third_factors_act_on_tags(rules, t_epoch):
    rng = np.random.default_rng(2)
    y1 = rng.integers(0, 60, (4, 40)) * (rng.random((4, 40)) < 0.5)
    y3 = rng.integers(-100, 100, (4, 40)) * (rng.random((4, 40)) < 0.4)
    assert_learns_as_lava(
        case(rules, texts=TAGGED, traces={"x1": (16.5, 10)}, factors={"y1": y1, "y3": y3}, t_epoch=t_epoch)
    )


@pytest.mark.parametrize("mode", ["mixed", "excitatory", "inhibitory"])
@pytest.mark.parametrize("exponent", [-2, 0, 3])
def test_signs_exponents_bits_and_payloads(mode, exponent):
    made = case("lava", sign_mode=mode, weight_exp=exponent, weight_bits=6, graded=True)
    made.spikes *= np.random.default_rng(3).integers(1, 6, made.spikes.shape)
    assert_learns_as_lava(made)


def product(rng):
    """One product as both read it."""
    parts = [str(rng.choice(["x0", "y0", "u1", "u1*x0", "x0*y0"]))]
    for _ in range(rng.integers(0, 4)):
        name = str(rng.choice(["x1", "x2", "y1", "y2", "w", "t"]))
        constant = f"{rng.integers(-90, 91):+d}"
        forms = ["{}", "({}{c})"] if name[0] in "xy" else ["{}", "({}{c})", "sgn({}{c})", "sgn({})"]
        parts.append(str(rng.choice(forms)).format(name, c=constant))
    return "*".join([f"({rng.integers(-8, 8)})*2^{rng.integers(-6, 3)}", *parts])


@given(st.integers(0, 2**32 - 1))
def test_random_rules(seed):
    rng = np.random.default_rng(seed)
    rules = str(rng.choice(["lava", "lava", "float"]))
    three = bool(rng.random() < 0.3)
    texts = {name: " + ".join(product(rng) for _ in range(rng.integers(1, 4))) for name in ("dw", "dt")}
    names = ("x1", "x2") if three else ("x1", "x2", "y1", "y2")
    traces = {name: (int(rng.integers(0, 127 * 256)) / 256, float(rng.choice([0, 1, 4.5, 30]))) for name in names}
    factors = {}
    if three:
        factors = {name: rng.integers(-130, 130, (4, 25)) * (rng.random((4, 25)) < 0.5) for name in ("y1", "y2")}
    if rules == "float":  # nothing bounds what grows on itself
        texts = {name: text.replace("*w", "").replace("*t", "") for name, text in texts.items() if "sgn" not in text}
        texts = texts or STDP
    mode, sparse = str(rng.choice(["mixed", "excitatory", "inhibitory"])), bool(rng.random() < 0.4)
    made = case(
        rules, seed=int(rng.integers(1 << 30)), steps=25, texts=texts, traces=traces, factors=factors,
        t_epoch=int(rng.choice([1, 2, 5])), sign_mode=mode, sparse=sparse,
    )  # fmt: skip
    assert_learns_as_lava(made)
