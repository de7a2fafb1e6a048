"""What a synapse takes of a core's synaptic memory: field widths, blocks, and the formats of lists.

An input axon points to a list: the synapses that one source has on one core. A list is stored in blocks of at most 64
synapses; each has a header of 10 bits (6 for their number, 4 for the format) and is rounded up to words of 64 bits.
A synapse has a weight, and a delay and a tag where the connection has them. Where it goes is told in one of three ways:

dense
    One synapse for every compartment from the first to the last, zeros included.
sparse
    The compartment's index with each synapse: 6 bits or more, as many as the highest compartment needs.
run-length
    The first index once a block, and with each synapse a skip field of 2, 4 or 6 bits: how many compartments to pass.

Convolutions can store a list once for all pixels that a kernel covers in the same way: an axon of a pixel (of at most
32 of its channels) has a base that is added to the list's compartments. Such axons are of type pop16 (bases in steps of
4) or pop32 (any base, but two output axon slots for each source neuron). A base is below 256; what lies further is in
the list's indices, so that lists for compartments 256 apart are stored again. All lists of a convolution on a core have
one format.

Blocks, headers, words and index widths: nengo-loihi 1.1.0 (``bits_per_axon``, ``INDEX_BITS_MAP``), which drove the
chip. Davies 2018 p.87 tells of three ways to compress indices but not their bits, and nengo-loihi has the skip field's
name but not its use: the form of run-length lists is derived, and they are only chosen where they are smaller.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from loihi_emu.chips.chip import Chip
from loihi_emu.errors import invalid
from loihi_emu.network.elements import Connection

WEIGHT_BITS = (1, 2, 3, 4, 5, 6, 8)
"""Widths of the weight field (nengo-loihi's ``WEIGHT_BITS_MAP``)."""
BASES = 256
"""Bases are below this compartment (nengo-loihi's ``validate_synapse``). Unknown for Loihi 2: all are allowed there."""
ANY_BLOCK = 1 << 30
"""Block length where a chip's blocks are unknown: everything in one."""


@dataclass(frozen=True)
class SynapseFields:
    """Fields of the synapses of a connection.

    Attributes
    ----------
    weight, delay, tag : int
        Bits.
    longest : int
        Longest delay that they have, or can get if a rule changes delays; tells no fields apart.

    Examples
    --------
    >>> SynapseFields(8, 0, 0).bits
    8
    """

    weight: int
    delay: int
    tag: int
    longest: int = field(default=0, compare=False)

    @property
    def bits(self) -> int:
        """Bits of a synapse, without where it goes."""
        return self.weight + self.delay + self.tag

    def __str__(self) -> str:
        more = [f"delay {self.delay}"] * (self.delay > 0) + [f"tag {self.tag}"] * (self.tag > 0)
        return ", ".join([f"weight {self.weight}", *more])


def learns_delays(c: Connection) -> bool:
    """Whether a rule changes the delays of a connection, so that arrivals are not known beforehand."""
    return c.learning is not None and c.learning.rule.dd is not None


def fields_of(c: Connection, chip: Chip) -> SynapseFields:
    """The fields that the synapses of a connection need on a chip.

    The weight field has the next width there is; a delay field is there if a delay is not 0, and as wide as the longest
    needs (if a rule changes delays, the longest that the chip has); a tag field is there if the learning rule reads or
    changes tags.
    """
    weight = next(bits for bits in WEIGHT_BITS if bits >= c.weight_bits)
    rule = c.learning.rule if c.learning is not None else None
    longest = chip.max_delay if learns_delays(c) else c.longest_delay
    tagged = rule is not None and (rule.dt is not None or "t" in rule.used)
    return SynapseFields(weight, longest.bit_length(), (chip.tag_bits or 0) if tagged else 0, longest)


def blocks_of(chip: Chip) -> tuple[int, int, int]:
    """Header bits, synapses per block and bits per word; where unknown such that the memory is bounded from below.

    Raises
    ------
    ValidationError
        A word that is not a power of two bits long.
    """
    word = chip.synaptic_word_bits or 1
    if word & (word - 1):
        raise invalid(chip.name, "synaptic_word_bits", word, "a power of two")
    return chip.block_header_bits or 0, chip.synapse_block or ANY_BLOCK, word


def list_bits(n: int, bits: int, chip: Chip, header_more: int = 0) -> int:
    """Bits of a list of n synapses of so many bits each, on a chip.

    Examples
    --------
    >>> from loihi_emu import LOIHI1
    >>> list_bits(10, 8, LOIHI1), list_bits(65, 8, LOIHI1)  # 90 -> 128; 522 -> 576 and 18 -> 64
    (128, 640)
    """
    header, block, word = blocks_of(chip)
    sizes = [block] * (n // block) + ([n % block] if n % block else [])
    return sum(-(-(size * bits + header + header_more) // word) * word for size in sizes)


def index_bits(highest: int, least: int) -> int:
    """Bits of the index of compartments 0..highest, which has `least` bits or more; none if `least` is 0.

    Examples
    --------
    >>> index_bits(10, 6), index_bits(64, 6), index_bits(1023, 6)
    (6, 7, 10)
    """
    return max(least, int(highest).bit_length()) if least else 0
