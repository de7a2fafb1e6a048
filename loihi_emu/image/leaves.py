"""Leaves by name."""

from __future__ import annotations

from loihi_emu.jit import Leaf
from loihi_emu.lazy import imported


def leaf_named(leaf: str | Leaf) -> Leaf:
    """The leaf ``"module:leaf"``: of a module of :mod:`loihi_emu.models`, or of one with a dotted name.

    Examples
    --------
    >>> leaf_named("loihi_emu.models.synapses.dense:step"), leaf_named("loihi_emu.models.synapses.dense:step")
    (<Leaf dense.step>, <Leaf dense.step>)
    """
    if isinstance(leaf, Leaf):
        return leaf
    named = imported(leaf if "." in leaf else f"loihi_emu.models.{leaf}")
    assert isinstance(named, Leaf), leaf
    return named
