"""The names that learning rules are written with."""

from __future__ import annotations

X0 = "x0"
Y0 = "y0"
SPIKE_DEPENDENCIES = {X0, Y0}
"""Whether the source, or the target, spiked in the epoch."""

U = "u"
DEPENDENCIES = {X0, Y0, U}
"""What gates a product: a spike of either side, or every 2^k-th epoch."""

X1, X2 = "x1", "x2"
PRE_TRACES = {X1, X2}
"""Traces of the source."""

Y1, Y2, Y3 = "y1", "y2", "y3"
POST_TRACES = {Y1, Y2, Y3}
"""Traces of the target."""

TRACES = PRE_TRACES | POST_TRACES

W, D, T = "w", "d", "t"
SYNAPTIC_VARIABLES = {W, D, T}
"""Weight, second tag (delay) and first tag of a synapse."""

C = "C"
"""A constant as a factor of its own."""

FACTOR_STATE_VARS = SPIKE_DEPENDENCIES | TRACES | SYNAPTIC_VARIABLES | {C}

DW, DD, DT = "dw", "dd", "dt"
LEARNING_RULE_TARGETS = {DW, DD, DT}

SYNAPTIC_VARIABLE_VAR_MAPPING = {W: "weights", D: "tag_2", T: "tag_1"}
"""Name of the variable of a connection that a rule calls w, d or t."""
