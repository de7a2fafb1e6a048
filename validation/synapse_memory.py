"""Synaptic memory bit by bit: lists of synapses written in their formats and read back, in plain Python.

What the mapper counts, this writes: a list is a row of blocks of at most 64 synapses; a block is a header (6 bits for
the number of synapses less 1, 4 for the format), for run-length the index of its first compartment, and the synapses
one after the other, filled up to words of 64 bits. See :mod:`loihi_emu.mapping.lists.formats`.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

BLOCK = 64
WORD = 64
COUNT_BITS = 6
FORMAT_BITS = 4


class Stored(NamedTuple):
    """A synapse as it is stored: compartment, delay, and the weight field as an unsigned number; 0 adds nothing."""

    slot: int
    delay: int
    weight: int


class Widths(NamedTuple):
    """Bits of the fields of a list's synapses."""

    weight: int
    delay: int
    tag: int
    indices: int
    skip: int


class Memory:
    """Bits written one field after the other."""

    def __init__(self) -> None:
        self.value = 0
        self.bits = 0

    def write(self, number: int, width: int) -> None:
        """Append a field."""
        if not 0 <= number < 1 << width:
            raise ValueError(f"{number} does not fit {width} bits")
        self.value |= number << self.bits
        self.bits += width

    def fill(self) -> None:
        """Go on at the next word."""
        self.bits = -(-self.bits // WORD) * WORD


class Reader:
    """Fields read in order."""

    def __init__(self, memory: Memory) -> None:
        self.memory, self.at = memory, 0

    def read(self, width: int) -> int:
        """The next field."""
        number = self.memory.value >> self.at & ((1 << width) - 1)
        self.at += width
        return number

    def fill(self) -> None:
        """Go on at the next word."""
        self.at = -(-self.at // WORD) * WORD


def written(synapses: list[Stored], kind: str, widths: Widths) -> Memory:
    """A list in a format: "dense", "sparse" or "run-length".

    Examples
    --------
    >>> some = [Stored(3, 0, 7), Stored(5, 0, 9)]
    >>> memory = written(some, "dense", Widths(8, 0, 0, 6, 2))
    >>> memory.bits, read(memory, "dense", Widths(8, 0, 0, 6, 2), 3)
    (64, [Stored(slot=3, delay=0, weight=7), Stored(slot=5, delay=0, weight=9)])
    """
    memory = Memory()
    if kind == "dense":
        known = {s.slot: s for s in synapses}
        if len(known) < len(synapses):
            raise ValueError("a dense list has one synapse for a compartment")
        every = range(synapses[0].slot, synapses[-1].slot + 1)
        synapses = [known.get(slot, Stored(slot, 0, 0)) for slot in every]
    for first in range(0, len(synapses), BLOCK):
        block = synapses[first : first + BLOCK]
        memory.write(len(block) - 1, COUNT_BITS)
        memory.write(0, FORMAT_BITS)
        if kind == "run-length":
            memory.write(block[0].slot, widths.indices)
        before = block[0].slot - 1
        for synapse in block:
            if kind == "sparse":
                memory.write(synapse.slot, widths.indices)
            elif kind == "run-length":
                memory.write(synapse.slot - before - 1, widths.skip)
            before = synapse.slot
            memory.write(synapse.weight, widths.weight)
            memory.write(synapse.delay, widths.delay)
            memory.write(0, widths.tag)
        memory.fill()
    return memory


def read(memory: Memory, kind: str, widths: Widths, first: int) -> list[Stored]:
    """The synapses of a list; of dense lists, which begin at compartment `first`, those with a weight."""
    reader = Reader(memory)
    found = []
    slot = first - 1
    while reader.at < memory.bits:
        count = reader.read(COUNT_BITS) + 1
        reader.read(FORMAT_BITS)
        if kind == "run-length":
            slot = reader.read(widths.indices) - 1
        for _ in range(count):
            if kind == "sparse":
                slot = reader.read(widths.indices)
            else:
                slot += 1 + (reader.read(widths.skip) if kind == "run-length" else 0)
            weight, delay = reader.read(widths.weight), reader.read(widths.delay)
            reader.read(widths.tag)
            if kind != "dense" or weight:
                found.append(Stored(slot, delay, weight))
        reader.fill()
    return found


def smallest(synapses: list[Stored], widths: Widths) -> tuple[str, Memory]:
    """The format with the fewest bits for a list, and the list in it; of equal ones dense before sparse."""
    found: list[tuple[str, Memory]] = []
    gaps = [b.slot - a.slot for a, b in pairwise(synapses)]
    if all(gap > 0 for gap in gaps):
        found.append(("dense", written(synapses, "dense", widths)))
    found.append(("sparse", written(synapses, "sparse", widths)))
    if widths.skip and all(0 < gap <= 1 << widths.skip for gap in gaps):
        found.append(("run-length", written(synapses, "run-length", widths)))
    return min(found, key=lambda pair: pair[1].bits)
