"""What the mapper's kernels read and fill, as records: of a connection, of a list, of all lists on a part of a core."""

from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from loihi_emu.mapping.arrays import Index, Integers, Records

ATOMS = 32
"""Channels of a pixel that one axon of a convolution serves, at most."""
SKIPS = (2, 4, 6)
"""Widths of the skip field of run-length lists that are tried."""

TWICE = 1 << 30
"""The gap between two synapses onto one compartment: no format but the sparse one tells of both."""


def _record(*names: str, **arrays: tuple[str, int]) -> np.dtype[np.record]:
    """A record of 64-bit integers, and of arrays of so many."""
    fields = [(name, "i8") for name in names] + [(name, kind, (n,)) for name, (kind, n) in arrays.items()]
    return cast("np.dtype[np.record]", np.dtype((np.record, fields)))


DESCRIPTION = _record(
    "header_bits",  # of a block
    "block",  # synapses per block
    "word",  # memory is taken in words of 2 to this power bits
    "bases",  # the base of a list that several pixels share is below this compartment
    "one_index",  # bits of the index of lists that are all sparse, to share formats; 0 if the cheapest are chosen
    "pop32_slots",  # output axon slots that a source takes for lists under pop32
    "index_least",  # bits of the narrowest index of a compartment; 0 if indices take no memory
    "synapse_bits",  # weight, delay and tag
    "axon_slots",  # input axon slots that a list takes
    "units",  # of a convolution: units per pixel; 0 if sources are neurons
    "group_units",  # units per pixel and group
    "last_atoms",  # channels of the last unit of a group; all others have ATOMS
    "columns",  # sources of a dense connection; 0 of others
    "dense",  # its number among dense connections
)
"""A connection, as far as its lists' memory depends on it."""

_OF_A_LIST = ("synapses", "first", "last", "gap", "pattern", "pattern_")
LIST = np.dtype((np.record, [("stamp", "i8"), *((name, "i4") for name in _OF_A_LIST)]))
"""A list: its synapses, first and last compartment, and largest gap (TWICE after a compartment that comes twice).

`stamp` is the number of the measurement that found it. Two polynomials of the compartments from the first on and the
numbers of the weights, modulo primes, are the pattern. 32 bytes: half a cache line.
"""

TOTALS = _record(
    "lists", "synapses",
    "dense", "sparse",  # bits if all lists were of that format (dense -1: not possible)
    "index",  # bits of a compartment index in the sparse format
    "found",  # lists found; of convolutions, units
    "choice",  # the cheapest: number of `mixed`; of convolutions 0 for lists alone, 1 for pop16, 2 for pop32
    "bits", "axons",  # bits and input axon slots of the cheapest
    "slots_out",  # output axon slots of each source, if the lists are stored so
    mixed=("i8", 4),  # bits with the cheaper of dense and sparse for each list, then with run-length too, by SKIPS
    dense_lists=("i8", 4),  # how many lists of `mixed` are dense
    run_lists=("i8", 4),  # and how many are run-length
    plans=("i8", 3),  # input axon slots: plain, pop16, pop32
    shared=("i8", 2),  # of convolutions, under pop16 and pop32: bits,
    distinct=("i8", 2),  # lists that are stored,
    relative=("i8", 2),  # bits of an index from the base on,
    bare=("i8", 2),  # bits without indices (-1: not possible),
    stored=("i8", 2),  # and synapses that are stored
)  # fmt: skip
"""All lists of a connection on a part of a core."""


class ListsByTarget(NamedTuple):
    """The lists into a population: the synapses that reach each neuron, and the lists that they belong to."""

    starts: Integers  # (connections, neurons + 1): starts[c, t]:starts[c, t + 1] of connection c reach neuron t
    synapses: Index  # number of the list of each synapse among its connection's; not of dense ones
    taps: Index  # of convolutions the number of each synapse's weight
    present: NDArray[np.uint8]  # matrices (targets, sources) of dense connections, one after the other: 1 for a synapse
    rows: Integers  # (dense connections, neurons): where a neuron's row of a matrix begins, -1 if it has none
    offsets: Integers  # number of the first list of each connection
    descriptions: Records  # of the connections


class DenseLists(NamedTuple):
    """What is found of the lists of a dense connection, by source; of those without synapses the counts alone."""

    counts: Index  # synapses
    firsts: Index  # first compartment
    lasts: Index  # last compartment
    gaps: Index  # largest gap


class Scratch(NamedTuple):
    """Memory for what is found of lists."""

    stats: Records  # LIST of each list
    touched: Index  # the lists found
    by_source: DenseLists
    tables: Integers  # of patterns, for pop16 and pop32
    stamps: Integers  # number of the measurement that put each of them there
    measurements: Integers  # how many there were, an array of one
    totals: Records  # TOTALS of each connection
    marks: Integers  # of each list the part, or number of a search, that it was counted for last
    counts: Integers  # of each list
