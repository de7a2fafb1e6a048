"""Widths of the fields of a compartment, and the numbers that follow from them."""

DECAY_BITS = 12
"""Decays are 12-bit fractions: d/4096 of the value is lost each step [chip]."""
DECAY_UNITY = 1 << DECAY_BITS
"""The effective decay that loses everything: 4096, one more than a 12-bit field holds."""
WEIGHT_SHIFT = 6
"""Synaptic weights and thresholds are shifted left by 6 bits before they meet u and v [chip]."""
WEIGHT_UNIT = 1 << WEIGHT_SHIFT
"""What a weight or threshold of 1 is in units of u and v: 64."""
Q_BITS = 21
"""Magnitude bits of the sum of arriving weights; the sum wraps in two's complement [chip]."""
STATE_BITS = 23
"""Magnitude bits of u, v and u + bias [chip]."""
WORD_BITS = STATE_BITS + 1
"""Bits of u and v with their sign."""
STATE_MAX = (1 << STATE_BITS) - 1
"""Largest u and v: 2^23 - 1."""
VTH_MAX = (1 << 17) - 1
"""Largest mantissa of a threshold, 17 bits [chip]."""
TRACE_MAX = 127
"""Largest trace of a spike: 7 bits [chip, Lava]."""
