"""Synapses of the oracle: the weight rules, and what one spike does to each neuron it reaches.

Sources: ``loihi1-arithmetic`` section 2 (chip) and ``lava-arithmetic`` sections 2 to 5.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any, NamedTuple

from loihi_emu.validation.oracle_arithmetic import clip, truncating_shift, wrap

WEIGHT_BITS = 8
WEIGHT_LIMIT = 32767  # of a scaled weight W; the current is W * 64
WEIGHT_SHIFT = 6


class Synapse(NamedTuple):
    """One synapse as its source sees it: index in the target population, delay in steps, weight."""

    target: int
    delay: int
    weight: Any


def dropped_bits(bits: int, sign_mode: str) -> int:
    """Return how many low bits of an 8-bit mantissa a format of `bits` bits loses; mixed signs cost one more.

    Examples
    --------
    >>> dropped_bits(8, "excitatory"), dropped_bits(8, "mixed"), dropped_bits(5, "inhibitory")
    (0, 1, 3)
    """
    return WEIGHT_BITS - bits + (1 if sign_mode == "mixed" else 0)


def chip_weight(mantissa: int, bits: int, exp: int, sign_mode: str) -> int:
    """Return the effective weight, in units of u, of a mantissa on the chip.

    Low bits are dropped toward zero, the exponent floors, and the result is limited to +-32767 times 64.

    Parameters
    ----------
    mantissa : int
        -256..255.
    bits : int
        0..8.
    exp : int
        -8..7.
    sign_mode : str
        "mixed", "excitatory" or "inhibitory".

    Examples
    --------
    >>> chip_weight(-3, 8, 0, "mixed"), chip_weight(-3, 8, -1, "inhibitory"), chip_weight(-256, 8, 7, "inhibitory")
    (-128, -128, -2097088)
    """
    s = dropped_bits(bits, sign_mode)
    q = truncating_shift(mantissa, s) << s
    w = q << exp if exp >= 0 else q >> -exp
    return clip(w, -WEIGHT_LIMIT, WEIGHT_LIMIT) << WEIGHT_SHIFT


def lava_weight(mantissa: int, bits: int, sign_mode: str) -> int:
    """Return the weight Lava's Dense uses: clipped to 8 bits by sign, low bits floored (of the size, if inhibitory).

    Examples
    --------
    >>> [lava_weight(w, 8, "mixed") for w in (3, -3, 300, -300)], lava_weight(-3, 7, "inhibitory")
    ([2, -4, 254, -256], -2)
    """
    s = dropped_bits(bits, sign_mode)
    if sign_mode == "inhibitory":
        return -((clip(-mantissa, 0, 255) >> s) << s)
    return (clip(mantissa, -256 if sign_mode == "mixed" else 0, 255) >> s) << s


def chip_effective(connection: Any, value: Any) -> int:
    """Return the weight, in units of u, that a synapse of the chip adds per unit of payload."""
    if getattr(connection, "scaled", False):
        return int(value) << WEIGHT_SHIFT
    return chip_weight(int(value), connection.weight_bits, connection.weight_exp, connection.sign_mode)


def lava_effective(connection: Any, value: Any) -> int:
    """Return the weight that a synapse of Lava's adds, before Lava's exponent and shift by 6."""
    if connection.kind == "conv" or getattr(connection, "scaled", False):
        return int(value)
    return lava_weight(int(value), connection.weight_bits, connection.sign_mode)


def float_effective(connection: Any, value: Any) -> float:
    """Return the weight itself."""
    return float(value)


def as_it_is(connection: Any, total: Any) -> Any:
    """Return a connection's sum, to which nothing is done."""
    return total


def lava_accumulated(connection: Any, total: int) -> int:
    """Finish the sum that one step's events of a connection make at one target with one delay.

    Lava's Dense and Sparse apply the weight exponent to the sum (and so once per delay where delays differ), its Conv
    wraps the sum to 24 bits.
    """
    if connection.kind == "conv":
        return wrap(total, 23)
    total = wrap(total, 31)
    exp = 0 if getattr(connection, "scaled", False) else connection.weight_exp
    return wrap(total << exp, 31) if exp >= 0 else total >> -exp


def indices(part: Any) -> list[int]:
    """Return the neuron indices of a Slice, in its order."""
    return [part.start + k * part.step for k in range(part.size)]


def outgoing(connection: Any, weight: Callable[[Any, Any], Any]) -> dict[int, list[Synapse]]:
    """List the synapses of every source neuron; `weight` is of a connection and a weight as the user gave it.

    Returns
    -------
    dict of int to list of Synapse
        Keys are neuron indices in the source population or input. Dense connections list their zeros too, since the
        chip's dense format stores them; a convolution lists the kernel taps that fall inside the image.
    """
    table: dict[int, list[Synapse]] = {i: [] for i in indices(connection.pre)}
    posts = indices(connection.post)
    pres = indices(connection.pre)
    for j, i, delay, value in pairs(connection):
        table[pres[j]].append(Synapse(posts[i], delay, weight(connection, value)))
    return table


def pairs(connection: Any) -> Iterator[tuple[int, int, int, Any]]:
    """Yield (source position, target position, delay, value) of every synapse, positions counted in the slices."""
    if connection.kind == "dense":
        for i in range(connection.post.size):
            for j in range(connection.pre.size):
                yield j, i, delay_of(connection, (i, j)), connection.values[i][j]
    elif connection.kind == "sparse":
        for j in range(connection.pre.size):
            for k in range(connection.indptr[j], connection.indptr[j + 1]):
                yield j, int(connection.indices[k]), delay_of(connection, (k,)), connection.values[k]
    elif connection.kind == "conv":
        yield from conv_pairs(connection)
    else:
        raise ValueError(f"connection {connection.name!r}: kind is {connection.kind!r}, allowed dense, sparse, conv")


def as_given(connection: Any, values: list[int]) -> list[int]:
    """Values in the order of `pairs` of a sparse connection, in the order in which its synapses were given."""
    if connection.kind != "sparse" or getattr(connection, "order", None) is None:
        return values
    return [value for _, value in sorted(zip(map(int, connection.order), values, strict=True))]


def delay_of(connection: Any, where: tuple[int, ...]) -> int:
    """Return the delay of the synapse at `where`; delays are one number or an array like the weights."""
    delays = connection.delays
    for k in where if getattr(delays, "shape", ()) else ():
        delays = delays[k]
    return int(delays)


def conv_pairs(connection: Any) -> Iterator[tuple[int, int, int, Any]]:
    """Yield the synapses of a convolution (a cross-correlation: the kernel is not flipped), tap by tap."""
    conv = connection.conv
    kernel = conv.kernel
    height, width, channels = image_shape(connection.pre)
    out_height, out_width, out_channels = image_shape(connection.post)
    group_in = channels // conv.groups
    group_out = out_channels // conv.groups
    for y, x, co in product(range(out_height), range(out_width), range(out_channels)):
        for ky, kx, ci in product(range(len(kernel[0])), range(len(kernel[0][0])), range(group_in)):
            in_y = y * conv.stride[0] + ky * conv.dilation[0] - conv.padding[0]
            in_x = x * conv.stride[1] + kx * conv.dilation[1] - conv.padding[1]
            if 0 <= in_y < height and 0 <= in_x < width:
                channel = (co // group_out) * group_in + ci
                source = (in_y * width + in_x) * channels + channel
                target = (y * out_width + x) * out_channels + co
                yield source, target, delay_of(connection, ()), kernel[co][ky][kx][ci]


def image_shape(part: Any) -> tuple[int, int, int]:
    """Return (height, width, channels) of the population or input behind a Slice."""
    height, width, channels = getattr(part, "shape", None) or part.target.shape
    return int(height), int(width), int(channels)
