"""Random numbers: Philox4x32-10, a counter-based generator (Salmon, Moraes, Dror and Shaw, SC 2011).

A number depends on the seed and on its place alone (element, step, sample, stream), never on what was drawn before:
results are the same for every way of cutting a run, of placing a network, and for any number of threads.
"""

from __future__ import annotations

import numpy as np

from loihi_emu.jit import disjoint, kernel, room, wide_vectors

u32 = np.uint32
u64 = np.uint64

_MULTIPLY = (0xD2511F53, 0xCD9E8D57)
_WEYL = (0x9E3779B9, 0xBB67AE85)
_MASK = 0xFFFFFFFF
ROUNDS = 10
CHUNK = 256
Words = np.ndarray
_work = room(np.uint32, 4 * CHUNK)


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


@disjoint
def one_round(c0: Words, c1: Words, c2: Words, c3: Words, k0: u32, k1: u32) -> None:
    """One round on many counters side by side, word by word: a loop that LLVM vectorises."""
    wide_vectors()
    for j in range(c0.shape[0]):
        product0 = u64(c0[j]) * u64(_MULTIPLY[0])
        product1 = u64(c2[j]) * u64(_MULTIPLY[1])
        w1, w3 = c1[j], c3[j]
        c0[j] = u32(u32(product1 >> u64(32)) ^ w1) ^ k0
        c1[j] = u32(product1 & u64(_MASK))
        c2[j] = u32(u32(product0 >> u64(32)) ^ w3) ^ k1
        c3[j] = u32(product0 & u64(_MASK))


@kernel
def fill(out: Words, seed: u64, stream: u64, sample: u64, step: u64) -> None:
    """Fill ``out`` (uint32) with the numbers of elements 0, 1, 2, ... of one stream at one step."""
    fill_from(out, u64(0), seed, stream, sample, step)


@kernel
def fill_from(out: Words, start: u64, seed: u64, stream: u64, sample: u64, step: u64) -> None:
    """Fill ``out`` with the numbers of elements ``start``, a multiple of 4, and on.

    Element i is word ``i & 3`` of counter ``(i >> 2, step low, sample, stream | step high << 16)``; the key is the
    64-bit seed. Counters go through the rounds CHUNK at a time.
    """
    mask = u64(_MASK)
    low = u32(step & mask)
    last = u32((stream & u64(0xFFFF)) | ((step >> u64(32)) << u64(16)) & mask)
    n = out.shape[0]
    work = _work()
    for first in range(0, n, 4 * CHUNK):
        left = n - first
        m = min(CHUNK, (left + 3) >> 2)
        c0, c1 = work[:m], work[CHUNK : CHUNK + m]
        c2, c3 = work[2 * CHUNK : 2 * CHUNK + m], work[3 * CHUNK : 3 * CHUNK + m]
        for j in range(m):
            c0[j] = u32((start >> u64(2)) + u64((first >> 2) + j))
            c1[j] = low
            c2[j] = u32(sample & mask)
            c3[j] = last
        key0, key1 = seed & mask, seed >> u64(32)
        for _ in range(ROUNDS):
            one_round(c0, c1, c2, c3, u32(key0), u32(key1))
            key0 = (key0 + u64(_WEYL[0])) & mask
            key1 = (key1 + u64(_WEYL[1])) & mask
        for word in range(4):
            for j in range((left + 3 - word) >> 2 if left < 4 * CHUNK else m):
                out[first + 4 * j + word] = work[word * CHUNK + j]
