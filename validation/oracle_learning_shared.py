"""Learning of the oracle for convolutions: position by position, exact changes summed, each tap rounded once."""

from __future__ import annotations

from itertools import product
from typing import Any

from loihi_emu.validation.oracle_learning import FRACTION_BITS, KEYS, ChipLearner, keyed
from loihi_emu.validation.oracle_random import random_word
from loihi_emu.validation.oracle_synapses import image_shape

Tap = tuple[int, int, int, int]


class SharedLearner(ChipLearner):
    """A convolution that learns by the chip's rules; parameters as of ChipLearner."""

    def __init__(self, connection: Any, number: int, seed: int, longest: int) -> None:
        super().__init__(connection, number, seed, longest)
        kernel = connection.conv.kernel
        sizes = [range(n) for n in kernel.shape]
        self.weights: dict[Tap, int] = {
            (co, ky, kx, ci): self.truncated(int(kernel[co][ky][kx][ci])) for co, ky, kx, ci in product(*sizes)
        }
        self.tap_of = [self._tap(s["pre"], s["post"]) for s in self.synapses]

    def _tap(self, j: int, i: int) -> Tap:
        """The tap that connects two neurons."""
        conv = self.c.conv
        _, width, channels = image_shape(self.c.pre)
        _, out_width, out_channels = image_shape(self.c.post)
        co, ci = i % out_channels, j % channels % (channels // conv.groups)
        place = j // channels
        output = i // out_channels
        dy = place // width - output // out_width * conv.stride[0] + conv.padding[0]
        dx = place % width - output % out_width * conv.stride[1] + conv.padding[1]
        return co, dy // conv.dilation[0], dx // conv.dilation[1], ci

    def _learn(self, t: int) -> None:
        epoch = (t + 1) // self.rule.t_epoch
        totals = {tap: w << FRACTION_BITS for tap, w in self.weights.items()}
        for tap, s in zip(self.tap_of, self.synapses, strict=True):
            totals[tap] += self._total(epoch, s, "w", self.rule.products["dw"]) - (s["w"] << FRACTION_BITS)
        self.weights = {tap: self._rounded(total, self._of_tap(t, tap), "w") for tap, total in totals.items()}
        for tap, s in zip(self.tap_of, self.synapses, strict=True):
            s["w"] = self.weights[tap]

    def _of_tap(self, t: int, tap: Tap) -> int:
        """The tap's random number; taps count by input channel, row, column, and output channel in its group."""
        co, ky, kx, ci = tap
        outputs, height, width, inner = self.c.conv.kernel.shape
        n = outputs // self.c.conv.groups
        number = ((co // n * inner + ci) * height * width + ky * width + kx) * n + co % n
        word = random_word(keyed(self.seed, KEYS["tap"]), self.number, t, number // 2)
        return int(word >> 16 * (number % 2)) & 0xFFFF

    def values(self, name: str) -> list[int]:
        """Weights "w" in the order of the kernel, or a trace."""
        return list(self.weights.values()) if name == "w" else super().values(name)
