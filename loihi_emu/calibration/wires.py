"""The weights of a connection as one list of numbers, and the connections that some of them make."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loihi_emu.network.elements import Connection
from loihi_emu.network.network import Network
from loihi_emu.network.slices import Selection

Floats = NDArray[np.float64]
SPARSE = 0.25
"""Of a matrix with fewer weights than this share a list is made."""


@dataclass(frozen=True, eq=False)
class Wires:
    """Weights of one connection.

    Attributes
    ----------
    connection : Connection
        Of floats: dense, sparse or convolutional.
    values : float64 array (n,)
        Its weights in the order of ``connection.values``.
    """

    connection: Connection
    values: Floats

    def rates(self, of_pre: Floats) -> Floats:
        """For each weight how often it acts in a step, from how often each neuron of the source spikes."""
        c = self.connection
        given = of_pre[c.pre.indices]
        if c.kind == "dense":
            return np.broadcast_to(given, c.values.shape).ravel()
        if c.kind == "sparse":
            assert c.indptr is not None
            return np.repeat(given, np.diff(c.indptr))
        assert c.conv is not None
        out, rows, columns, per_group = c.conv.kernel.shape
        by_channel = given.reshape(-1, per_group * c.conv.groups).mean(axis=0).reshape(c.conv.groups, per_group)
        each = np.repeat(by_channel, out // c.conv.groups, axis=0)
        return np.broadcast_to(each[:, None, None, :], (out, rows, columns, per_group)).ravel()

    def connect(
        self, network: Network, name: str, values: NDArray[Any], chosen: NDArray[np.bool_] | None, *, source: str,
        **options: Any,
    ) -> None:  # fmt: skip
        """Add a connection from `source` with these weights, of which those that are not chosen are left out."""
        c = self.connection
        pre, post = _part(network[source], c.pre), _part(network[c.post.target.name], c.post)
        delays = np.asarray(c.delays)
        if c.kind == "conv":
            assert c.conv is not None
            kept = values if chosen is None else np.where(chosen, values, 0)
            kernel = kept.reshape(c.conv.kernel.shape)
            network.connect(pre, post, replace(c.conv, kernel=kernel), name=name, delays=delays, **options)
            return
        if c.kind == "dense" and (chosen is None or chosen.mean() >= SPARSE):
            kept = values if chosen is None else np.where(chosen, values, 0)
            network.connect(pre, post, kept.reshape(c.values.shape), name=name, delays=delays, **options)
            return
        if c.kind == "dense":
            targets, sources = (k.ravel() for k in np.indices(c.values.shape))
        else:
            assert c.indptr is not None and c.indices is not None
            targets, sources = np.asarray(c.indices), np.repeat(np.arange(c.pre.size), np.diff(c.indptr))
        at = np.arange(values.size) if chosen is None else np.flatnonzero(chosen)
        each = delays.ravel()[at] if delays.ndim else delays
        network.connect(pre, post, (sources[at], targets[at], values[at]), name=name, delays=each, **options)


def wires_of(c: Connection) -> Wires:
    """The weights of a connection of floats."""
    return Wires(c, np.asarray(c.values, np.float64).ravel())


def _part(node: Any, part: Any) -> Any:
    """The same neurons of another population or input."""
    if isinstance(part, Selection):
        return node[part.indices]
    return node if part.size == node.size else node[part.start : part.stop : part.step]
