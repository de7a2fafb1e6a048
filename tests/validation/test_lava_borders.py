"""Lava's LIF at the borders of the path without wraps and clips, in the emulator and in the oracle."""

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st
from messages import UNHEEDED
from recipes import Link, Node, Recipe, assert_equals_oracle

from loihi_emu import Emulator

pytestmark = UNHEEDED

SIZE = 6


def near(*borders):
    """Numbers at and beside the borders, of either sign."""
    return st.builds(
        lambda border, off, sign: sign * (border + off),
        st.sampled_from(borders), st.integers(-2, 2), st.sampled_from([-1, 1]),
    )  # fmt: skip


def each(*kinds):
    """A number a neuron; all of one kind, so that whole blocks stay within a border or leave it."""
    return st.one_of([st.lists(numbers, min_size=SIZE, max_size=SIZE) for numbers in kinds])


@settings(deadline=None)
@given(
    u=each(near(3), near((1 << 21) - 3), near(1 << 21, (1 << 23) - 3)),
    v=each(near(3), near((1 << 22) - 3), near(1 << 22, (1 << 23) - 3)),
    q=each(near(3), near((1 << 14) - 3), near(1 << 14, 1 << 17)),
    du=st.sampled_from([-1, 0, 77, 4095]),
    dv=st.sampled_from([0, 1, 4095, 4096]),
    bias=st.one_of(near(1 << 14, (1 << 15) - 3), each(near(1 << 14, (1 << 15) - 3))),
    exponent=st.sampled_from([0, 4, 5, 6, 9]),
    model=st.sampled_from(["lif", "ternary_lif", "lif_reset"]),
)
@example([-3] * SIZE, [3 - (1 << 23)] * SIZE, [3] * SIZE, 0, 0, 1 - (1 << 15), 4, "lif")  # v alone is large
@example([3 - (1 << 21)] * SIZE, [3 - (1 << 22)] * SIZE, [3] * SIZE, -1, 0, 1 - (1 << 15), 7, "lif")  # the bias
@example([(1 << 23) - 3] * SIZE, [3] * SIZE, [(1 << 14) - 3] * SIZE, -1, 0, 3, 0, "lif")  # u
@example([3] * SIZE, [3] * SIZE, [1 << 17] * SIZE, -1, 0, 3, 0, "ternary_lif")  # q
def test_both_paths_give_what_the_oracle_gives(u, v, q, du, dv, bias, exponent, model):
    thresholds = {"vth_hi": 1 << 16, "vth_lo": -(1 << 16)} if model == "ternary_lif" else {"vth": 1 << 16}
    cells = {"u": u, "v": v, "du": du, "dv": dv, "bias_mant": bias, "bias_exp": exponent, "model": model} | thresholds
    sent = Node("in", SIZE, True, {"spikes": (np.repeat([0, 2, 3], SIZE), np.tile(np.arange(SIZE), 3)),
                                   "payloads": np.tile(q, 3)})  # fmt: skip
    links = (Link("in", "n", np.eye(SIZE, dtype=int), {"graded": True}),)
    network = Recipe("lava", 0, (sent, Node("n", SIZE, False, cells)), links, 6).network()
    assert_equals_oracle(network, Emulator(network).run(6))
