"""Sums of weights times payloads that wrap without being counted: said before they do."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from loihi_emu.network.elements import Connection, Input
from loihi_emu.network.synapse_order import unpacked
from loihi_emu.rules import RuleSet
from loihi_emu.rules.weights import EFFECTIVE_MAX
from loihi_emu.user_warnings import warn

FEW = 1 << 22
"""So many synapses of a recipe are drawn to be summed."""


def warn_of_wraps(c: Connection, node: Input, rules: RuleSet) -> None:
    """Warn where events of an input, all in one step, make a sum that a neuron model takes without counting what wraps.

    The chip's LIF counts sums beyond its 21 bits as they come, if they fit in 32. Convolutions count themselves.

    Parameters
    ----------
    c : Connection
        Graded, from the node.
    node : Input
        With payloads.
    rules : RuleSet
        The network's.
    """
    if rules.floats or c.kind == "conv":
        return
    limit = 1 << (rules.model(c.post.target.model).sum_bits - 1)
    largest = _largest_payloads(node)[c.pre.indices]
    if largest.max(initial=0) * EFFECTIVE_MAX * c.pre.size < limit:
        return
    sums = _largest_sums(c, largest, rules)
    beyond = int(np.count_nonzero(sums >= limit))
    if beyond:
        worst = int(np.argmax(sums))
        warn(
            f'connection "{c.name}": payloads of "{node.name}" up to {int(largest.max())} make sums of up to '
            f"{sums[worst]:.4g} in neuron {worst} of {c.post.name} ({beyond} of {len(sums)} neurons), and sums wrap "
            f"from {limit} on without being counted. Scale payloads or weights down."
        )


def _largest_payloads(node: Input) -> NDArray[np.float64]:
    """The largest magnitude of the payloads of each neuron of an input."""
    assert node.payloads is not None
    largest = np.zeros(node.size)
    np.maximum.at(largest, node.indices, np.abs(node.payloads.astype(np.float64)))
    return largest


def _largest_sums(c: Connection, largest: NDArray[np.float64], rules: RuleSet) -> NDArray[np.float64]:
    """The largest magnitude of what arrives at each neuron of the target.

    Of a long recipe, which is not drawn for this, as if all neurons were connected by its largest weight.
    """
    if c.recipe is not None and c.synapses > FEW:
        weights: Any = rules.weights.stored(c.outcomes()).values
        return np.full(c.post.size, float(np.abs(weights).max(initial=0)) * largest.sum())
    c = unpacked(c)
    weights = np.abs(rules.weights.stored(c).values)
    if c.kind == "dense":
        return np.asarray(weights @ largest)
    assert c.indptr is not None and c.indices is not None
    sums = np.bincount(c.indices, weights * np.repeat(largest, np.diff(c.indptr)), c.post.size)
    return np.asarray(sums, np.float64)
