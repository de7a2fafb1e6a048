"""Golden tables: single functions of the reference emulators, compared over their domain.

Each comparison takes the function under test, so that the oracle's and the emulator's are held against one table.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from loihi_emu.validation.golden import Arrays, Comparison

ILLEGAL = np.iinfo(np.int64).min
BRIAN2_SIGN_MODES = ("mixed", "excitatory", "inhibitory")
BRIAN2_EXP_MIN = -8
BRIAN2_MANTISSA_MIN = -256
NENGO_SIGN_MODES = ("mixed", "excitatory")  # fanout types 1 and 2
NENGO_EXP_MIN = -7


class Tally:
    """Counts comparisons and keeps the first difference."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.compared = 0
        self.different = 0
        self.first = ""

    def check(self, what: str, got: object, expected: object) -> None:
        """Compare one value."""
        self.compared += 1
        if got != expected:
            self.different += 1
            self.first = self.first or f"{what}: got {got}, expected {expected}"

    def result(self) -> Comparison:
        """Return what was counted."""
        return Comparison(self.name, self.compared, self.different, self.first)


def weight_table(arrays: Arrays, weight: Callable[[int, int, int, str], int]) -> Comparison:
    """Compare a weight rule with brian2-loihi over all 147 456 legal combinations.

    Parameters
    ----------
    arrays : dict
        Of the case "weight_table" in "brian2_loihi".
    weight : callable
        ``weight(mantissa, bits, exp, sign_mode)`` gives the effective weight in units of u (a multiple of 64), for
        mantissas -256..255, bits 0..8, exponents -8..7 and sign modes "mixed", "excitatory", "inhibitory".
    """
    tally = Tally("weight_table")
    table = arrays["w_act"]
    for mode, bits, exp, mantissa in np.argwhere(table != ILLEGAL).tolist():
        given = (mantissa + BRIAN2_MANTISSA_MIN, bits, exp + BRIAN2_EXP_MIN, BRIAN2_SIGN_MODES[mode])
        tally.check(f"weight{given}", int(weight(*given)), int(table[mode, bits, exp, mantissa]))
    return tally.result()


def decay_table(arrays: Arrays, decay: Callable[[int, int], int]) -> Comparison:
    """Compare ``decay(x, d)``, d the effective decay 0..4096, with nengo-loihi's for voltages and currents."""
    tally = Tally("decay_int")
    for offset in (0, 1):  # of the registers: v has none, u has one
        table = arrays[f"decay_int_offset{offset}"]
        for row, d in enumerate(arrays["decay"].tolist()):
            for column, x in enumerate(arrays["x"].tolist()):
                tally.check(f"decay({x}, {d + offset})", int(decay(x, d + offset)), int(table[row, column]))
    return tally.result()


def wrap_table(arrays: Arrays, wrap: Callable[[int, int], int]) -> Comparison:
    """Compare ``wrap(x, bits)``, to `bits` bits and a sign, with nengo-loihi's for 21 and 23 bits."""
    tally = Tally("overflow_signed")
    for bits in (21, 23):
        for x, expected in zip(arrays["ovf_x"].tolist(), arrays[f"overflow_signed_{bits}"].tolist(), strict=True):
            tally.check(f"wrap({x}, {bits})", int(wrap(x, bits)), expected)
    return tally.result()


def discretize_table(arrays: Arrays, discretize: Callable[[float, int, int, str], int]) -> Comparison:
    """Compare ``discretize(weight, bits_register, exp, sign_mode)`` with nengo-loihi.

    The register runs 1..7 (7 means 8 bits), exponents -7..7; the result is in units of u.
    """
    tally = Tally("discretize_weights")
    table = arrays["discretize_weights"]
    for mode, sign_mode in enumerate(NENGO_SIGN_MODES):
        for bits in range(1, table.shape[1]):
            for row, exp in enumerate(range(NENGO_EXP_MIN, NENGO_EXP_MIN + table.shape[2])):
                expected = table[mode, bits, row].tolist()
                for weight, value in zip(arrays["w_float"].tolist(), expected, strict=True):
                    given = (weight, bits, exp, sign_mode)
                    tally.check(f"discretize{given}", int(discretize(*given)), value)
    return tally.result()


def bias_table(arrays: Arrays, bias: Callable[[int], tuple[int, int]]) -> Comparison:
    """Compare ``bias(value) -> (mantissa, exponent)`` with nengo-loihi."""
    tally = Tally("bias_to_manexp")
    rows = zip(arrays["bias"].tolist(), arrays["bias_man"].tolist(), arrays["bias_exp"].tolist(), strict=True)
    for value, mantissa, exp in rows:
        got = bias(value)
        tally.check(f"bias({value})", (int(got[0]), int(got[1])), (mantissa, exp))
    return tally.result()
