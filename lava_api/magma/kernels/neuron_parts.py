"""Parts of a neuron kernel, which several threads run: each has some of the neurons, in the arrays of all."""

from __future__ import annotations

from lava_api.magma.kernels.leaf_calls import Call, PartCall, cut
from loihi_emu.models import gather
from loihi_emu.models import layout as at
from loihi_emu.models.memory import Array, Description, SourceLists, Table, aligned, counters

OWN = ("count", "index", "payload", "n", "mask", "bounds", "populations", "counters")
"""Fields that are each part's, or known; all others point into what the whole has."""


class NeuronParts:
    """Parts of the description of a neuron kernel (``neuron_records.neuron_description``); one part is the whole.

    All who spiked are listed in `lists` in the end. Where parts would have less than a block of neurons there are
    fewer.
    """

    def __init__(self, whole: Description, lists: SourceLists, count: int) -> None:
        self.whole, self.lists = whole, lists
        self.pieces = cut(int(whole.n), count, at.BLOCK)
        self.descriptions: list[Description] = []
        self._counters: Array = counters(len(self.pieces))
        self._lists: list[SourceLists] = []
        for k, piece in enumerate(self.pieces if len(self.pieces) > 1 else ()):
            d, n = Description(whole.record), piece.stop - piece.start
            mine = SourceLists(n + 1)
            mine.describe(d)
            d.n, d.mask = n, aligned(at.SCRATCH, "uint8")
            d.bounds, d.populations, d.counters = aligned(2, "int64"), 1, self._counters[k]
            d.bounds[1] = n
            self.descriptions.append(d)
            self._lists.append(mine)

    def calls(self, leaf: str) -> list[Call]:
        """The calls of a step: the parts, and what joins their lists."""
        if not self.descriptions:
            return [(leaf, self.whole)]
        d = Description(gather.GATHER)
        self.lists.describe(d)
        d.parts, d.part_count = Table(gather.PART, len(self.pieces)), len(self.pieces)
        for record, lists, piece in zip(d.parts, self._lists, self.pieces, strict=True):
            lists.describe(record)
            record.first = piece.start
        parts = [PartCall((leaf, part), k) for k, part in enumerate(self.descriptions)]
        return [*parts, (f"{gather.__name__}:step", d)]

    def share_out(self) -> None:
        """Point all parts at what the whole points at, each from its first neuron on."""
        for d, piece in zip(self.descriptions, self.pieces, strict=False):
            block = piece.start // at.BLOCK
            for name, field in self.whole.record.fields.items():
                if name in OWN:
                    continue
                place = self.whole.record.starts[name]
                word = int(self.whole.words[place])
                if field.form == "blocks":
                    step = int(self.whole.words[place + 1])
                    d.words[place], d.words[place + 1] = word + block * step, step
                    continue
                value = getattr(self.whole, name)
                size = value.itemsize if hasattr(value, "itemsize") else 0
                d.words[place] = word + size * (block if name == "paths" else piece.start)

    def counted(self, which: int) -> int:
        """What all parts have counted of one kind."""
        return int(self.whole.counters[which] + self._counters[:, which].sum())
