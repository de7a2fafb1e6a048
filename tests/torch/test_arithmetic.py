"""The rules on tensors are those of :mod:`loihi_emu.arithmetic`, which kernels inline."""

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from loihi_emu import arithmetic as written
from loihi_emu.rules import find
from loihi_emu.training import arithmetic
from loihi_emu.training.rounding import Word, rounded

I32 = np.int32


def tensor(*values):
    return torch.tensor(values, dtype=torch.float64)


@given(st.lists(st.integers(-(1 << 25), 1 << 25), min_size=1, max_size=50), st.integers(0, 4096))
def test_decay(values, keep):
    expected = [int(written.decay(I32(x), np.int16(keep))) for x in values]
    assert arithmetic.decay(tensor(*values), tensor(keep / 4096)).tolist() == expected


@given(st.lists(st.integers(-(1 << 30), 1 << 30), min_size=1, max_size=50), st.sampled_from((21, 23)))
def test_wrap(values, bits):
    expected = [int(written.wrap(I32(x), I32(bits))) for x in values]
    assert arithmetic.wrap(tensor(*values), bits).tolist() == expected


@given(st.lists(st.integers(-(1 << 31), (1 << 31) - 1), min_size=1, max_size=50))
def test_synaptic_current(values):
    left, right = written.WEIGHTS
    with np.errstate(over="ignore"):
        expected = [int(written.synaptic_current(I32(x), I32(left), I32(right))) for x in values]
    assert arithmetic.synaptic_current(tensor(*values)).tolist() == expected


@given(st.integers(0, 1 << 32))
def test_sums_beyond_32_bits_wrap_as_accumulators_do(seed):
    sums = np.random.default_rng(seed).integers(-(1 << 45), 1 << 45, 100)
    wrapped = sums.astype(np.int32)
    assert torch.equal(arithmetic.synaptic_current(tensor(*sums)), arithmetic.synaptic_current(tensor(*wrapped)))


def test_rounding_gives_every_number_of_a_word_and_no_other():
    found = rounded(torch.linspace(-2, 2, 4001), Word(256, -256, 254, 2))
    assert sorted(set(found.tolist())) == list(range(-256, 256, 2))


def test_gradients_pass_through_rounding_but_not_out_of_the_range():
    given = torch.tensor([0.1, 3.0, 3.0, -3.0, -3.0], requires_grad=True)
    (rounded(given, Word(256, -256, 254)) * torch.tensor([1.0, 1.0, -1.0, 1.0, -1.0])).sum().backward()
    assert given.grad.tolist() == [256.0, 256.0, 0.0, 0.0, -256.0]


def test_every_effective_weight_of_the_chip_has_its_word():
    """Words are the effective weights that mantissas of a sign mode, bits and an exponent have, and lead back to."""
    from loihi_emu import Network
    from loihi_emu.training.synapses import mantissas_of, word_of

    rules = find("chip")
    net = Network()
    source, cells = net.input("s", 1), net.population("c", 1, vth=1)
    for mode, (low, high) in rules.weights.ranges.items():
        for bits in range(1, 9):
            for exponent in range(-8, 8):
                c = net.connect(source, cells, [[0]], sign_mode=mode, weight_bits=bits, weight_exp=exponent)
                there = np.unique(rules.weights.effective(np.arange(low, high + 1), mode, bits, exponent).values)
                word = word_of(c, rules)
                some = torch.linspace(word.low, word.high, 5000, dtype=torch.float64) / word.unit
                assert np.array_equal(np.unique(rounded(some, word)), there), (mode, bits, exponent)
                back = mantissas_of(c, there, rules)
                assert np.array_equal(rules.weights.effective(back, mode, bits, exponent).values, there)
