"""The order of plastic synapses in memory: by source neuron."""

from __future__ import annotations

import numpy as np

from loihi_emu.elements import Connection
from loihi_emu.image.memory import Array


class BySource:
    """Brings values from the order that users see to that of memory and back; a base of what learns."""

    connection: Connection

    def stored_order(self, values: Array) -> Array:
        """Values like ``Connection.values`` in the order of memory."""
        return values.T if self.connection.kind == "dense" else values

    def user_order(self, values: Array) -> Array:
        """Values in the order of memory (any leading axes), in that of dense values or of the synapses given."""
        c = self.connection
        values = values[..., : c.synapses]
        if c.kind != "dense":
            return c.as_given(values)
        return np.swapaxes(values.reshape(*values.shape[:-1], c.pre.size, c.post.size), -1, -2)


def rows(c: Connection) -> tuple[Array, Array]:
    """Where the row of each source neuron starts in memory, int64, and the targets, int32."""
    if c.kind == "dense":
        starts = np.arange(c.pre.size + 1, dtype=np.int64) * c.post.size
        return starts, np.tile(np.arange(c.post.size, dtype=np.int32), c.pre.size)
    assert c.indptr is not None and c.indices is not None
    return c.indptr, c.indices
