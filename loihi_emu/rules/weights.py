"""Weights under a rule set: what may be given, and what a spike then adds. The interface, and what rule sets share.

An effective weight W is what a spike adds to the target's accumulator. Under the chip's rules W counts units of 64 and
stays within 16 bits signed.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from loihi_emu.errors import invalid, is_known, unknown
from loihi_emu.network.elements import Connection
from loihi_emu.numeric import integer

SIGN_MODES = ("mixed", "excitatory", "inhibitory")
MANTISSA_BITS = 8
EFFECTIVE_MAX = (1 << 15) - 1
"""Largest magnitude of W: a weight saturates at 2^21 - 64 = 64 * 32767 (brian2-loihi alone)."""

Array = NDArray[Any]


@dataclass(frozen=True)
class Effective:
    """Effective weights and what happened on the way.

    Attributes
    ----------
    values : int64 or float64 array
        W, of the shape of the mantissas. Where the exponent acts on the sum, it is not in them.
    truncated, clipped : int
        How many mantissas lost low bits, and how many were cut to their range.
    """

    values: Array
    truncated: int = 0
    clipped: int = 0


class Sums(NamedTuple):
    """What is done to the sum of a connection's weights before it is added to its target's.

    Attributes
    ----------
    exponent : int
        The sum is shifted by so many bits; negative: to the right, rounding down.
    wraps : bool
        The sum wraps at 24 bits.
    """

    exponent: int = 0
    wraps: bool = False

    @property
    def apart(self) -> bool:
        """Whether the connection needs accumulators of its own."""
        return bool(self.exponent or self.wraps)


class WeightRule(ABC):
    """How weights count under one rule set.

    Attributes
    ----------
    floats : bool
        Whether weights, and with them all state, are float64; otherwise integers.
    scaled_exponents : (int, int) or None
        Range of the exponent that acts on weights given as effective ones (``scaled=True``); None: it has no effect.
    ranges : dict
        Least and largest mantissa by sign mode; empty where weights have none.
    """

    ranges: Mapping[str, tuple[int, int]] = MappingProxyType({})
    floats: ClassVar[bool] = False
    scaled_exponents: ClassVar[tuple[int, int] | None] = None

    @property
    def dtypes(self) -> tuple[Any, ...]:
        """The types in which files hold weights as given."""
        return (np.float64,) if self.floats else (np.int8, np.uint8, np.int16, np.int64)

    # ------------------------------------------------------------ what may be given
    @abstractmethod
    def numbers(self, where: str, weights: Any) -> Array:
        """Weights as an array of int64 or float64, or an error."""

    def precision(self, where: str, bits: Any, exponent: Any, scaled: bool) -> tuple[int, int]:
        """Weight bits (1..8) and exponent (-8..7), or an error."""
        if scaled and self.scaled_exponents is not None:
            if bits != MANTISSA_BITS:
                raise invalid(
                    where, "weight_bits", bits, str(MANTISSA_BITS), advice="scaled=True gives effective weights."
                )
            return MANTISSA_BITS, integer(where, "weight_exp", exponent, *self.scaled_exponents)
        return check_precision(bits, exponent, where)

    @abstractmethod
    def check(self, where: str, values: Array, sign_mode: str, kind: str) -> None:
        """Raise where weights of a connection of this kind leave their range."""

    # ------------------------------------------------------------ what a spike adds
    @abstractmethod
    def effective(self, values: Array, sign_mode: str, weight_bits: int, weight_exp: int) -> Effective:
        """Effective weights of mantissas."""

    def stored(self, c: Connection) -> Effective:
        """The effective weights of a connection, as its synapses hold them."""
        if self.as_given(c):
            return Effective(c.values if self.floats else c.values.astype(np.int64))
        return self.effective(c.values.astype(np.int64), c.sign_mode, c.weight_bits, c.weight_exp)

    def sums(self, c: Connection) -> Sums:
        """What is done to the sums of a connection; of one that learns :class:`LearningRules` says it."""
        return Sums()

    # ------------------------------------------------------------ what is lost on the way
    def as_given(self, c: Connection) -> bool:
        """Whether all weights act as given, whatever they are."""
        return self.floats or c.scaled

    @abstractmethod
    def acting(self, c: Connection) -> Array:
        """The weights as they act: mantissas like ``c.values`` (floats, and effective weights, are as they are)."""

    @abstractmethod
    def grid(self, c: Connection) -> int:
        """Weights that are multiples of 2 to this power lose nothing to bits and exponent."""

    @abstractmethod
    def beyond(self, c: Connection) -> str:
        """What to say where some weight leaves the range of what can act; empty where none does."""


def sign_mode_of(values: Array, sign_mode: str, where: str) -> str:
    """Resolve "auto": excitatory when no weight is negative, inhibitory when none is positive, else mixed."""
    if not is_known(sign_mode, ("auto",)):
        if not is_known(sign_mode, SIGN_MODES):
            raise unknown("sign mode", sign_mode, ("auto", *SIGN_MODES), where=where)
        return sign_mode
    low, high = (values.min(), values.max()) if values.size else (0, 0)
    if low >= 0:
        return "excitatory"
    return "inhibitory" if high <= 0 else "mixed"


def check_precision(weight_bits: object, weight_exp: object, where: str) -> tuple[int, int]:
    """Check the number of weight bits (1..8) and the exponent (-8..7)."""
    advice = "Scale the weights and thresholds instead (loihi_emu.quantize)."
    bits = integer(where, "weight_bits", weight_bits, 1, MANTISSA_BITS)
    return bits, integer(where, "weight_exp", weight_exp, -8, 7, advice)


def dropped_bits(sign_mode: str, weight_bits: int) -> int:
    """Low bits that mantissas lack: those beyond the weight's bits, and one more where signs are mixed.

    Examples
    --------
    >>> dropped_bits("excitatory", 8), dropped_bits("mixed", 6)
    (0, 3)
    """
    return MANTISSA_BITS - weight_bits + (sign_mode == "mixed")
