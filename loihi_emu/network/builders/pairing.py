"""The two sides of a connection as builders see them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]


def key_of(seed: int, stream: int) -> NDArray[np.uint64]:
    """Two words that all random numbers of a connection come from: of the network's seed and the connection's number.

    Examples
    --------
    >>> key_of(1, 2).tolist() == key_of(1, 2).tolist() != key_of(2, 1).tolist()
    True
    """
    made = hashlib.blake2b(f"synapses {seed} {stream}".encode(), digest_size=8).digest()
    return np.frombuffer(made, "<u4").astype(np.uint64)


@dataclass(frozen=True, eq=False)
class Pairing:
    """Sources and targets, counted from 0.

    Attributes
    ----------
    sources, targets : int
    key : uint64 array of two
    own_targets : int64 array (sources)
        The target that a source is itself, -1 for none.
    own_sources : int64 array (targets)
    """

    sources: int
    targets: int
    key: NDArray[np.uint64]
    own_targets: Integers = field(repr=False)
    own_sources: Integers = field(repr=False)


def pairing(pre: Any, post: Any, seed: int, stream: int) -> Pairing:
    """The pairing of two slices of neurons."""
    own_targets, own_sources = np.full(pre.size, -1), np.full(post.size, -1)
    if pre.target is post.target:
        _, before, after = np.intersect1d(pre.indices, post.indices, assume_unique=True, return_indices=True)
        own_targets[before], own_sources[after] = after, before
    return Pairing(pre.size, post.size, key_of(seed, stream), own_targets, own_sources)
