"""Random numbers: Philox4x32-10, a counter-based generator (Salmon, Moraes, Dror and Shaw, SC 2011).

A number depends on the seed and on its place alone (element, step, sample, stream), never on what was drawn before:
results are the same for every way of cutting a run, of placing a network, and for any number of threads.
"""

from __future__ import annotations

import numpy as np

from loihi_emu.jit import kernel

u32 = np.uint32
u64 = np.uint64

_MULTIPLY = (0xD2511F53, 0xCD9E8D57)
_WEYL = (0x9E3779B9, 0xBB67AE85)
_MASK = 0xFFFFFFFF
ROUNDS = 10


@kernel
def philox4x32(c0: u64, c1: u64, c2: u64, c3: u64, k0: u64, k1: u64) -> tuple[u64, u64, u64, u64]:
    """Ten rounds of Philox4x32 on a counter of four 32-bit words (held in 64 bits) under a key of two."""
    mask = u64(_MASK)
    for _ in range(ROUNDS):
        product0 = u64(u64(_MULTIPLY[0]) * c0)
        product1 = u64(u64(_MULTIPLY[1]) * c2)
        c0, c1, c2, c3 = (
            u64((product1 >> u64(32)) ^ c1 ^ k0),
            u64(product1 & mask),
            u64((product0 >> u64(32)) ^ c3 ^ k1),
            u64(product0 & mask),
        )
        k0 = u64((k0 + u64(_WEYL[0])) & mask)
        k1 = u64((k1 + u64(_WEYL[1])) & mask)
    return c0, c1, c2, c3


@kernel
def fill(out: np.ndarray, seed: u64, stream: u64, sample: u64, step: u64) -> None:
    """Fill ``out`` (uint32) with the numbers of elements 0, 1, 2, ... of one stream at one step.

    Element i is word ``i & 3`` of counter ``(i >> 2, step low, sample, stream | step high << 16)``; the key is the
    64-bit seed.
    """
    mask = u64(_MASK)
    key0, key1 = u64(seed & mask), u64(seed >> u64(32))
    low = u64(step & mask)
    last = u64((stream & u64(0xFFFF)) | u64((step >> u64(32)) << u64(16)) & mask)
    n = out.shape[0]
    quads = n >> 2
    for j in range(quads):
        a, b, c, d = philox4x32(u64(j), low, sample, last, key0, key1)
        out[4 * j], out[4 * j + 1], out[4 * j + 2], out[4 * j + 3] = u32(a), u32(b), u32(c), u32(d)
    if n & 3:
        a, b, c, d = philox4x32(u64(quads), low, sample, last, key0, key1)
        out[4 * quads] = u32(a)
        if (n & 3) > 1:
            out[4 * quads + 1] = u32(b)
        if (n & 3) > 2:
            out[4 * quads + 2] = u32(c)
