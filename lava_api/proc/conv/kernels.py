"""Stock convolutions as kernels."""

from __future__ import annotations

import numpy as np

from lava_api.magma.kernels.leaf_calls import Call, Calls, PartCall, cut
from lava_api.magma.kernels.messages import Feed
from lava_api.magma.kernels.sums import ConnectionSums, clear
from lava_api.magma.kernels.wanted import Feeds
from lava_api.proc._connection_kernels import GRAIN, Synaptic
from loihi_emu.models.lava import conv as wrapped
from loihi_emu.models.memory import Description, counters
from loihi_emu.models.records import Record
from loihi_emu.models.synapses import conv as at

GEOMETRY = ("kernel_size", "stride", "padding", "dilation", "groups")


class ConvFixed(Synaptic):
    """Conv in integers."""

    buffer = "a_buf"

    def bind(self) -> None:
        super().bind()
        self.changed.add("weight")

    def constants(self) -> dict[str, object]:
        geometry = {name: np.asarray(getattr(self.model, name)).reshape(-1).tolist() for name in GEOMETRY}
        return super().constants() | geometry

    def calls(self, feeds: Feeds) -> Calls:
        pieces = cut(self.message.size, self.threads, GRAIN)
        self.events, self.wraps = counters(len(pieces)), counters(len(pieces))
        self.descriptions = [self._describe(feeds["s_in"], few, k) for k, few in enumerate(pieces)]
        parts = [self._of_part(feeds["s_in"], few, k) for k, few in enumerate(pieces)]
        return parts[0] if len(parts) == 1 else [PartCall(call, k) for k, calls in enumerate(parts) for call in calls]

    def _sums(self, feed: Feed, few: slice, k: int) -> ConnectionSums:
        return ConnectionSums(feed, self.message.data[few], few.stop - few.start, self.events[k], self.graded)

    def _describe(self, feed: Feed, few: slice, k: int) -> Description:
        """Describe what adds to some of the outputs."""
        d = self._sums(feed, few, k).packed(self.leaf()[1])
        d.sources, d.low, d.high = self.process.s_in.size, few.start, few.stop
        self._describe_shape(d.shape)
        return d

    def _of_part(self, feed: Feed, few: slice, k: int) -> list[Call]:
        """Return the calls of a step for some of the outputs."""
        d, sums = self.descriptions[k], self._sums(feed, few, k)
        delivery = (f"{at.__name__}:{self.leaf()[0]}", d)
        return [*clear(self.message, few), *sums.payloads(d), delivery, *self.wrapping(few, k)]

    def leaf(self) -> tuple[str, Record]:
        """Return the leaf and the record that it reads."""
        return "step", at.CONV

    def wrapping(self, few: slice, k: int) -> list[Call]:
        """Return the call that wraps some sums, which are those of a part."""
        d, sums = Description(wrapped.WRAPPED), self.message.data[few]
        d.sums, d.n, d.wrapped = sums, sums.size, self.wraps[k]
        return [("conv:wrap", d)]

    def _describe_shape(self, shape: Description) -> None:
        model = self.model
        _, shape.width_in, shape.channels_in = self.process.s_in.shape
        shape.height_out, shape.width_out, shape.channels_out = self.process.a_out.shape
        (shape.kernel_y, shape.kernel_x), (shape.stride_y, shape.stride_x) = model.kernel_size, model.stride
        (shape.padding_y, shape.padding_x), (shape.dilation_y, shape.dilation_x) = model.padding, model.dilation
        shape.groups = int(model.groups.item())

    def refresh(self) -> None:
        """Take over a kernel that was set: flipped, since Lava convolves, and ordered by input channel."""
        if "weight" not in self.changed:
            return
        weight, groups = self.model.weight[:, ::-1, ::-1], int(self.model.groups.item())
        out, height, width, inner = weight.shape
        grouped = weight.reshape(groups, out // groups, height, width, inner).transpose(0, 4, 2, 3, 1)
        taps = np.ascontiguousarray(grouped.reshape(groups * inner, height, width, out // groups))
        for d in self.descriptions:
            d.taps = taps

    def counters(self) -> dict[str, int]:
        return {"synaptic events": int(self.events[:, 0].sum()), "sum overflows": int(self.wraps[:, 0].sum())}


class ConvFloat(ConvFixed):
    """Conv in float64."""

    is_real = True

    def leaf(self) -> tuple[str, Record]:
        return ("step_valued", at.VALUED) if self.graded else ("step_float", at.CONV)

    def wrapping(self, few: slice, k: int) -> list[Call]:
        return []  # nothing wraps
