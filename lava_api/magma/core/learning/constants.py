"""Bit widths of the learning engine, and how graded spikes enter the trace x1."""

from __future__ import annotations

from enum import IntEnum

from lava_api.magma.core.learning import string_symbols as names

W_EPOCH_TIME = 6
"""Bits of a spike time within an epoch."""

W_WEIGHTS_U = 8
W_WEIGHTS_S = W_WEIGHTS_U + 1
W_TAG_2_U = 8
W_TAG_2_S = W_TAG_2_U + 1
W_TAG_1_U = 8
W_TAG_1_S = W_TAG_1_U + 1
"""Bits of the synaptic variables without (U) and with (S) sign."""

W_SYN_VAR_U = {"weights": W_WEIGHTS_U, "tag_2": W_TAG_2_U, "tag_1": W_TAG_1_U}
W_SYN_VAR_S = {"weights": W_WEIGHTS_S, "tag_2": W_TAG_2_S, "tag_1": W_TAG_1_S}

W_TRACE = 7
"""Bits of a trace."""
W_TRACE_FRACTIONAL_PART = 8
"""Bits of an impulse behind the point."""

W_CONST = 8
"""Bits of an additive constant."""
W_S_MANT = 4
"""Bits of the mantissa of a product's constant, sign included."""

W_ACCUMULATOR_U = 15
W_ACCUMULATOR_S = W_ACCUMULATOR_U + 1
"""Bits in which the changes of a synaptic variable are summed."""

FACTOR_TO_WIDTH_DICT = {
    names.X0: 1,
    names.Y0: 1,
    **dict.fromkeys((names.X1, names.X2, names.Y1, names.Y2, names.Y3), W_TRACE),
    names.W: W_WEIGHTS_S,
    names.D: W_TAG_2_S,
    names.T: W_TAG_1_S,
    names.C: W_CONST,
}
"""Bits of each kind of factor."""

DEP_TO_IDX_DICT = {names.X0: 0, names.Y0: 1, names.U: 2}
"""Numbers of the dependencies."""

TRACE_TO_IDX_DICT = {names.X1: 0, names.X2: 1, names.Y1: 0, names.Y2: 1, names.Y3: 2}
"""Numbers of the traces among those of their side."""


class GradedSpikeCfg(IntEnum):
    """What the payload of a spike does to the trace x1; half of it counts.

    USE_REGULAR_IMPULSE ignores payloads, OVERWRITE replaces x1, ADD_WITH_SATURATION adds up to 127.
    ADD_WITHOUT_SATURATION adds and takes 127 off on overflow; only spikes that overflow count as spikes of the source
    then, and give x2 its impulse.
    """

    USE_REGULAR_IMPULSE = 0
    OVERWRITE = 1
    ADD_WITH_SATURATION = 2
    ADD_WITHOUT_SATURATION = 3
