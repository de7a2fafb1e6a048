# mypy: allow-untyped-defs, allow-incomplete-defs
"""From a block's mask of spikes to a list of neuron indices, and the counters of a group."""

import numpy as np

from loihi_emu.jit import block, disjoint, kernel, part, room, trailing_zeros, uint8s, uint64s, whole
from loihi_emu.models import layout as at

_SPIKED_BYTES = np.uint64(0x0101010101010101)
_ONE = np.uint64(1)
_ZERO = np.uint64(0)
_THREE = np.uint64(3)
_PLACES = room(np.uint8, at.BLOCK // 8 + 1)


@disjoint
def list_run(out, first):
    """List neurons one behind the other."""
    for k in range(out.shape[0]):
        out[k] = np.int32(first + k)


@disjoint
def summary(words):
    """The OR and the AND of all words."""
    some, every = _ZERO, ~_ZERO
    for w in range(words.shape[0]):
        some |= words[w]
        every &= words[w]
    return some & _SPIKED_BYTES, every & _SPIKED_BYTES


@kernel
def run_of(words, first):
    """How many words there are from one on in which all eight spiked."""
    w = first + 1
    while w < words.shape[0] and words[np.uint64(w)] & _SPIKED_BYTES == _SPIKED_BYTES:
        w += 1
    return w - first


@kernel
def emit(mask, address, first, index, count):
    """Append the neurons whose mask has the bit SPIKED to ``index`` from ``count`` on; return the new count.

    Eight neurons are looked at in one 64-bit word. Most blocks have no spikes at all, or few; in some all neurons
    spiked. Words that are not zero are listed first, without a branch: no processor foresees which those are.
    """
    n = mask.shape[0]
    words, places = uint64s(address, n >> 3), _PLACES()
    some, every = summary(words)
    number = k = 0
    if every == _SPIKED_BYTES:
        list_run(part(index, count, n & ~7), first)
        count += n & ~7
    elif some != _ZERO:
        for w in range(words.shape[0]):
            places[np.uint64(number)] = w
            number += np.int64(words[w] & _SPIKED_BYTES != _ZERO)
    while k < number:
        w = np.int64(places[np.uint64(k)])
        word = words[np.uint64(w)] & _SPIKED_BYTES
        if word == _SPIKED_BYTES:
            run = run_of(words, w)
            list_run(part(index, count, 8 * run), first + 8 * w)
            count += 8 * run
            k += run
            continue
        while word != _ZERO:
            index[np.uint64(count)] = first + 8 * w + np.int64(trailing_zeros(word) >> _THREE)
            count += 1
            word &= word - _ONE
        k += 1
    for i in range(n & ~7, n):
        if mask[i] & at.SPIKED:
            index[count] = first + i
            count += 1
    return count


@kernel
def emit_values(group, mask, values, first, count):
    """Append a block's spikes with their payloads, unless nobody reads the list; return the new count."""
    if not group.index:
        return count
    start = count
    count = emit(mask, group.mask, first, whole(group.index, group.n), count)
    if group.payload:
        for k in range(start, count):
            group.payload[k] = values[group.index[k] - first]
    return count


@disjoint
def copy(out, values):
    """Copy a block."""
    for i in range(out.shape[0]):
        out[i] = values[i]


@kernel
def count_spikes(group, count):
    """Store the step's number of spikes and add them to their populations' counters."""
    group.count[0] = count
    counters = group.counters
    if group.populations == 1:
        counters[at.SPIKES] += count
        return
    bounds, index = group.bounds, group.index
    p = 0
    for k in range(count):
        while index[k] >= bounds[p + 1]:
            p += 1
        counters[p * at.COUNTERS + at.SPIKES] += 1


@kernel
def count_flags(group, mask, first):
    """Add the overflow bits of one block's mask to the counters of the populations they belong to."""
    counters, bounds = group.counters, group.bounds
    end = first + mask.shape[0]
    p = 0
    while bounds[p + 1] <= first:
        p += 1
    start = first
    while start < end:
        stop = min(end, bounds[p + 1])
        q, u, x, v = overflows(mask[start - first : stop - first])
        row = p * at.COUNTERS
        counters[row + at.Q_OVERFLOW] += q
        counters[row + at.U_OVERFLOW] += u
        counters[row + at.X_OVERFLOW] += x
        counters[row + at.V_SATURATION] += v
        start = stop
        p += 1


@disjoint
def overflows(mask):
    """How often each of the four overflow bits is set in a mask."""
    q = u = x = v = np.int32(0)
    for i in range(mask.shape[0]):
        bits = np.int32(mask[i])
        q = np.int32(q + np.int32(np.int32(bits >> 2) & 1))
        u = np.int32(u + np.int32(np.int32(bits >> 3) & 1))
        x = np.int32(x + np.int32(np.int32(bits >> 4) & 1))
        v = np.int32(v + np.int32(np.int32(bits >> 5) & 1))
    return q, u, x, v


@kernel
def ring_start(group, step, first):
    """Where a block's accumulators for this step begin in the ring; one block of zeros when the group has no inputs.

    Of a model with several ports: from the address of a port on.
    """
    slots = group.slots
    return 0 if slots == 0 else (step % slots) * group.width + first


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
def lif_block(group, d, time, b):
    """A block of LIF neurons: its first one, u, v, what arrived, the mask, what u and v keep, and thresholds."""
    first = b * at.BLOCK
    m = min(at.BLOCK, d.n - first)
    q, mask = part(d.ring, ring_start(group, time, first), m), uint8s(d.mask, m)
    keep_u, keep_v, vth = block(d.keep_u, b, m), block(d.keep_v, b, m), block(d.vth, b, m)
    return first, part(d.u, first, m), part(d.v, first, m), q, mask, keep_u, keep_v, vth


@disjoint
def reset(u, v, interval, offset, lava_time):
    """Set u and v to 0 where a reset is due in a step, as Lava counts them."""
    for i in range(u.shape[0]):
        if interval[i] > 0 and lava_time % interval[i] == offset[i] % interval[i]:
            u[i] = 0
            v[i] = 0


@kernel
def blocks(n):
    """Number of blocks of n neurons."""
    return (n + at.BLOCK - 1) // at.BLOCK
