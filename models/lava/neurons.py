"""What the neurons of Lava's process models share: their description, blocks of parameters, and how they send.

A description begins as that of a population group (see :mod:`loihi_emu.models.layout`): source fields, number of
neurons, mask, counters, state and parameter arrays. ``G_RING`` is the input message; ``G_SLOTS`` is the address of the
outgoing message, 0 when nobody reads it as an array.
"""

from loihi_emu.jit import disjoint, kernel
from loihi_emu.models import layout as at

INPUT = at.G_RING
OUT = at.G_SLOTS


@disjoint
def write_spikes(out, mask, one):
    """Write a message of ones where neurons spiked."""
    for i in range(out.shape[0]):
        out[i] = one if mask[i] & at.SPIKED else one - one


@disjoint
def write_signs(out, mask, one):
    """Write a message of +1 and -1 where neurons spiked with either sign."""
    for i in range(out.shape[0]):
        bits = mask[i]
        out[i] = (-one if bits & at.NEGATIVE else one) if bits & at.SPIKED else one - one


@kernel
def blocks(n):
    """Number of blocks of n neurons."""
    return (n + at.BLOCK - 1) // at.BLOCK
