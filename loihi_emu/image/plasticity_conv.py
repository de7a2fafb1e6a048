"""Convolutions that learn: one byte a tap, and the effective weights that the kernel of convolutions delivers."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from loihi_emu.image.learner import part_of
from loihi_emu.image.packing import taps, untapped
from loihi_emu.image.plasticity import Plastic
from loihi_emu.image.projections import describe_shape
from loihi_emu.image.state import State
from loihi_emu.image.target_rings import describe_projection
from loihi_emu.models.memory import Arena, Array, Description, Table, aligned
from loihi_emu.models.synapses import conv as conv_at
from loihi_emu.models.synapses import shared as to


class PlasticConv(Plastic):
    """One convolution that learns by the chip's rules. Memory is in the order of :func:`taps`."""

    second_leaf = "loihi_emu.models.synapses.shared:step"
    shared_leaf = "loihi_emu.models.synapses.shared:settle"
    learning_record = to.SHARED
    by_synapse = ()

    def stored_order(self, values: Array) -> Array:
        assert self.connection.conv is not None
        return taps(self.connection.conv, values, "int32").reshape(-1)

    def user_order(self, values: Array) -> Array:
        assert self.connection.conv is not None
        return untapped(self.connection.conv, values[..., : self.connection.synapses])

    def start(self, values: Array) -> dict[str, Array]:
        c = self.connection
        made = self.weight_rule.effective(values.astype(np.int64), c.sign_mode, c.weight_bits, c.weight_exp)
        return super().start(values) | {"taps": self.stored_order(made.values)}

    def reserve(self, arena: Arena) -> None:
        super().reserve(arena)
        table = self.start(self.connection.values)["taps"]
        arena.reserve(f"{self.key}.taps", table.size, np.int32, table)

    def check_state(self, state: State) -> None:
        """What every learner checks, and that the effective weights are those of the mantissas."""
        super().check_state(state)
        codes = state[f"{self.key}.codes"].reshape(-1)[: self.stored].astype(np.int64)
        delivered = self.start(self.weights(codes))["taps"]
        if not np.array_equal(state[f"{self.key}.taps"], delivered):
            state.fail(f"{self.key}.taps", "other weights than those that are stored", "the effective ones")

    @cached_property
    def changes(self) -> Array:
        """What the positions of each part change in an epoch: a row of a sum a tap, and whether there is something."""
        return aligned((len(self.division), self.stored + 1), np.int64)

    def told(self) -> Array | None:
        return self.changes if len(self.division) > 1 else None

    @property
    def stored(self) -> int:
        return self.connection.synapses

    @property
    def weight_bytes(self) -> int:
        return 5 * self.stored

    def part_values(self, values: Array) -> Array:
        return values

    def leaf(self) -> str:
        return "loihi_emu.models.synapses.conv:step"

    def describe(self, arena: Arena) -> Description:
        d = describe_projection(
            conv_at.CONV, self.source.lists, self.ring, arena,
            offset=self.source.offset, graded=self.connection.graded, events=self.events,
        )  # fmt: skip
        d.delay, d.taps = int(self.connection.delays), arena[f"{self.key}.taps"]
        d.first, d.sources, d.target = self.first, self.connection.pre.size, self.target
        d.low, d.high = self.targets.start, self.targets.stop
        describe_shape(d.shape, self.connection)
        return d

    def _synapses(self, d: Description, arena: Arena) -> None:
        super()._synapses(d, arena)
        describe_shape(d.shape, self.connection)
        lead = self.parts[0]
        assert isinstance(lead, PlasticConv)
        d.parts, d.part_count, d.own = Table(to.CHANGES, len(self.division)), len(self.division), self.block
        for record, changes in zip(d.parts, lead.changes, strict=True):
            record.sums = changes
        mine = part_of(self.stored, self.parts.index(self), len(self.parts))
        d.first_tap, d.last_tap = mine.start, mine.stop
        d.tap_random = aligned(mine.stop - mine.start + 2, np.uint16)
        d.taps, d.exponent = arena[f"{self.key}.taps"], self.connection.weight_exp
