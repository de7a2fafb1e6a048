"""Random numbers: Philox4x32-10, a counter-based generator (Salmon, Moraes, Dror and Shaw, SC 2011).

A number depends on the seed and on its place alone (element, step, sample, stream), never on what was drawn before:
results are the same for every way of cutting a run, of placing a network, and for any number of threads.
"""

from __future__ import annotations

import numpy as np

from loihi_emu.jit import disjoint, inlined, kernel, wide_vectors

u32 = np.uint32
u64 = np.uint64

_MULTIPLY = (0xD2511F53, 0xCD9E8D57)
_WEYL = (0x9E3779B9, 0xBB67AE85)
_MASK = 0xFFFFFFFF
ROUNDS = 10
Words = np.ndarray
Four = tuple[u64, u64, u64, u64]


@inlined
def philox4x32(c0: u64, c1: u64, c2: u64, c3: u64, k0: u64, k1: u64) -> Four:
    """Ten rounds of Philox4x32 on a counter of four 32-bit words (held in 64 bits) under a key of two."""
    mask = u64(_MASK)
    c0, c1, c2, c3 = c0 & mask, c1 & mask, c2 & mask, c3 & mask  # then the compiler knows that they have 32 bits
    k0, k1 = k0 & mask, k1 & mask
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
def counter_words(stream: u64, step: u64) -> tuple[u64, u64]:
    """The words of a counter that hold a step and a stream: its second and its fourth."""
    mask = u64(_MASK)
    return step & mask, u64((stream & u64(0xFFFF)) | ((step >> u64(32)) << u64(16)) & mask)


@disjoint
def fours(out: Words, first: u64, low: u64, sample: u64, last: u64, k0: u64, k1: u64) -> None:
    """Four numbers from each of the counters from ``first`` on: a loop that LLVM vectorises, rounds and all."""
    wide_vectors()
    for j in range(out.shape[0] >> 2):
        a, b, c, d = philox4x32(first + u64(j), low, sample, last, k0, k1)
        k = u64(u64(j) << u64(2))  # an index without sign is not tested for one
        out[k], out[k + u64(1)], out[k + u64(2)], out[k + u64(3)] = u32(a), u32(b), u32(c), u32(d)


@kernel
def fill(out: Words, seed: u64, stream: u64, sample: u64, step: u64) -> None:
    """Fill ``out`` (uint32) with the numbers of elements 0, 1, 2, ... of one stream at one step."""
    fill_from(out, u64(0), seed, stream, sample, step)


@kernel
def fill_from(out: Words, start: u64, seed: u64, stream: u64, sample: u64, step: u64) -> None:
    """Fill ``out`` with the numbers of elements ``start``, a multiple of 4, and on.

    Element i is word ``i & 3`` of counter ``(i >> 2, step low, sample, stream | step high << 16)``; the key is the
    64-bit seed.
    """
    mask = u64(_MASK)
    low, last = counter_words(stream, step)
    sample, k0, k1 = u64(sample & mask), u64(seed & mask), u64(seed >> u64(32))
    fours(out, start >> u64(2), low, sample, last, k0, k1)
    whole = out.shape[0] & ~3
    if whole < out.shape[0]:
        rest = philox4x32(u64(start + u64(whole)) >> u64(2), low, sample, last, k0, k1)
        for word in range(out.shape[0] - whole):
            out[whole + word] = u32(rest[word])
