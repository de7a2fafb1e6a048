"""Weights and synapse tables of the oracle, by hand."""

from types import SimpleNamespace

import numpy as np
import pytest

from loihi_emu.validation.oracle_synapses import (
    Synapse,
    chip_effective,
    chip_weight,
    lava_accumulated,
    lava_effective,
    lava_weight,
    outgoing,
)
from loihi_emu.validation.peers.nengo_loihi.oracle import nengo_bias, nengo_effective, nengo_weight


def part(size, start=0, step=1, shape=None):
    return SimpleNamespace(start=start, step=step, size=size, shape=shape or (size,))


def connection(kind, **attributes):
    given = {"name": "c", "kind": kind, "delays": 0, "weight_bits": 8, "weight_exp": 0, "sign_mode": "excitatory"}
    return SimpleNamespace(**{**given, **attributes})


@pytest.mark.parametrize(
    ("mantissa", "bits", "exp", "sign_mode", "units"),
    [
        (3, 8, 0, "mixed", 2),
        (-3, 8, 0, "mixed", -2),  # toward zero, where Lava floors to -4
        (-3, 8, 0, "inhibitory", -3),
        (255, 5, 0, "excitatory", 248),
        (-255, 5, 0, "mixed", -240),
        (3, 8, -1, "excitatory", 1),
        (-3, 8, -1, "inhibitory", -2),  # the exponent floors
        (-1, 8, -8, "inhibitory", -1),
        (1, 8, -8, "excitatory", 0),
        (255, 8, 7, "excitatory", 32640),
        (-256, 8, 7, "mixed", -32767),  # limited
    ],
)
def test_chip_weight(mantissa, bits, exp, sign_mode, units):
    assert chip_weight(mantissa, bits, exp, sign_mode) == units * 64


@pytest.mark.parametrize(
    ("mantissa", "bits", "sign_mode", "expected"),
    [
        (3, 8, "mixed", 2),
        (-3, 8, "mixed", -4),
        (-7, 8, "mixed", -8),
        (300, 8, "mixed", 254),
        (-300, 8, "mixed", -256),
        (-5, 8, "excitatory", 0),
        (300, 6, "excitatory", 252),
        (-300, 6, "inhibitory", -252),
        (-3, 7, "inhibitory", -2),
        (3, 8, "inhibitory", 0),
    ],
)
def test_lava_weight(mantissa, bits, sign_mode, expected):
    assert lava_weight(mantissa, bits, sign_mode) == expected


def test_nengo_weight_rounds_half_to_even_then_shifts():
    assert nengo_weight(2.5, 7, 0, "excitatory") == 2 * 64
    assert nengo_weight(3.5, 7, 0, "excitatory") == 4 * 64
    assert nengo_weight(200.0, 1, 0, "mixed") == 0
    assert nengo_weight(254.0, 7, -8 + 1, "excitatory") == 1 * 64


def test_nengo_bias_takes_the_smallest_exponent():
    assert [nengo_bias(value) for value in (0, -4095, 4096, 524160)] == [(0, 0), (-4095, 0), (2048, 1), (4095, 7)]


def test_scaled_weights_are_taken_as_they_are():
    assert nengo_effective(connection("sparse", scaled=True), -32768) == -(2**21)
    assert nengo_effective(connection("sparse", scaled=True, weight_exp=-1), 3) == 96


def test_lava_exponent_applies_to_the_sum():
    assert lava_accumulated(connection("dense", weight_exp=-1), 3) == 1
    assert lava_accumulated(connection("dense", weight_exp=-1), -3) == -2
    assert lava_accumulated(connection("dense", weight_exp=2), 3) == 12
    assert lava_accumulated(connection("conv", weight_exp=2), 2**23) == -(2**23)


def test_dense_tables_list_zeros_and_delays():
    values, delays = np.array([[1, 0], [2, 3]]), np.array([[0, 1], [2, 3]])
    table = outgoing(connection("dense", values=values, delays=delays, pre=part(2), post=part(2)), chip_effective)
    assert table == {0: [Synapse(0, 0, 64), Synapse(1, 2, 128)], 1: [Synapse(0, 1, 0), Synapse(1, 3, 192)]}


def test_sparse_tables_follow_slices():
    c = connection("sparse", indptr=[0, 0, 2], indices=[1, 1], values=[5, 7], pre=part(2, 3, 2), post=part(2, 4, -1))
    assert outgoing(c, chip_effective) == {3: [], 5: [Synapse(3, 0, 320), Synapse(3, 0, 448)]}


def test_convolution_lists_taps_inside_the_image():
    conv = SimpleNamespace(
        kernel=np.arange(1, 5).reshape(1, 2, 2, 1), stride=(1, 1), padding=(0, 0), dilation=(1, 1), groups=1
    )
    c = connection("conv", conv=conv, pre=part(9, shape=(3, 3, 1)), post=part(4, shape=(2, 2, 1)))
    table = outgoing(c, lava_effective)
    assert [len(table[i]) for i in range(9)] == [1, 2, 1, 2, 4, 2, 1, 2, 1]
    assert table[1] == [Synapse(0, 0, 2), Synapse(1, 0, 1)]
    assert table[4] == [Synapse(0, 0, 4), Synapse(1, 0, 3), Synapse(2, 0, 2), Synapse(3, 0, 1)]


def test_convolution_with_everything_equals_its_formula():
    rng = np.random.default_rng(3)
    kernel = rng.integers(-9, 10, (4, 3, 2, 3))
    image = rng.integers(0, 5, (6, 5, 6))
    conv = SimpleNamespace(kernel=kernel, stride=(2, 1), padding=(2, 1), dilation=(2, 3), groups=2)
    height, width = (6 + 4 - 2 * 2 - 1) // 2 + 1, (5 + 2 - 3 * 1 - 1) // 1 + 1
    shape = (height, width, 4)
    c = connection("conv", conv=conv, pre=part(180, shape=(6, 5, 6)), post=part(height * width * 4, shape=shape))
    got = np.zeros(shape, int).ravel()
    for source, synapses in outgoing(c, lava_effective).items():
        for synapse in synapses:
            got[synapse.target] += image.ravel()[source] * synapse.weight
    padded = np.pad(image, ((2, 2), (1, 1), (0, 0)))
    expected = np.zeros(shape, int)
    for y in range(height):
        for x in range(width):
            patch = padded[2 * y : 2 * y + 5 : 2, x : x + 4 : 3]
            expected[y, x, :2] = np.tensordot(kernel[:2], patch[:, :, :3], 3)
            expected[y, x, 2:] = np.tensordot(kernel[2:], patch[:, :, 3:], 3)
    assert got.tolist() == expected.ravel().tolist()


def test_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="allowed dense, sparse, conv"):
        outgoing(connection("lattice", pre=part(1), post=part(1)), chip_effective)
