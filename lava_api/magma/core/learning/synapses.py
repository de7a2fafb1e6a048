"""Arithmetic of integer synaptic variables: to and from the accumulator, sign, rounding by chance, limits."""

from __future__ import annotations

import numpy as np

from lava_api.magma.core.learning.constants import (
    W_ACCUMULATOR_S,
    W_SYN_VAR_S,
    W_TAG_1_U,
    W_TAG_2_U,
    W_WEIGHTS_U,
)
from lava_api.utils.weightutils import SignMode, clip_weights
from loihi_emu.models.memory import Array

SHIFT = {name: W_ACCUMULATOR_S - width for name, width in W_SYN_VAR_S.items()}
"""Bits by which a variable is shifted left in the accumulator, 7."""


def signed(name: str, values: Array, sign_mode: SignMode) -> Array:
    """Cut off at zero what may not have the other sign: weights by their mode, and ``tag_2``, which is not negative."""
    if name == "tag_2" or (name == "weights" and sign_mode is SignMode.EXCITATORY):
        return np.maximum(0, values)
    if name == "weights" and sign_mode is SignMode.INHIBITORY:
        return np.minimum(0, values)
    return values


def limited(name: str, values: Array, sign_mode: SignMode) -> Array:
    """Limit a variable to what its bits hold.

    Weights are limited as :func:`~lava_api.utils.weightutils.clip_weights` does, ``tag_2`` to 0..255 and ``tag_1`` to
    -257..255, whose lower end is Lava's.
    """
    if name == "weights":
        clipped: Array = clip_weights(values, sign_mode, W_WEIGHTS_U)
        return clipped
    if name == "tag_2":
        return np.clip(values, 0, (1 << W_TAG_2_U) - 1)
    return np.clip(values, -(1 << W_TAG_1_U) - 1, (1 << W_TAG_1_U) - 1)


def rounded(name: str, accumulator: Array, sign_mode: SignMode, random: float) -> Array:
    """Return ``"weights"``, ``"tag_1"`` or ``"tag_2"`` from the accumulator, where it is shifted left by :data:`SHIFT`.

    It is rounded up where `random`, in [0, 1), is below what is shifted out.
    """
    accumulator = signed(name, accumulator, sign_mode)
    unit = 1 << SHIFT[name]
    up = random < (accumulator & (unit - 1)) / unit
    return limited(name, (accumulator >> SHIFT[name]) + up, sign_mode)
