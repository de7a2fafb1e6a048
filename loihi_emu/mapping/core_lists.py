"""How the lists of a connection are stored on a core, from what the kernels measured."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from loihi_emu.elements import Connection
from loihi_emu.mapping import list_kernels as k

Integers = NDArray[np.int64]

PLAIN = ("dense", "sparse", "run-length")
SHARED = ("single", "pop16", "pop32")
KIND_BITS, INDEX_BITS, SKIP_BITS = 3, 6, 3
CODE_BITS = KIND_BITS + INDEX_BITS + SKIP_BITS
"""Bits of the number of a format: its kind, the width of indices and that of skips."""


@dataclass(frozen=True)
class CoreLists:
    """The lists of one connection on one core, and how they are stored.

    Attributes
    ----------
    core : int
    connection : str
    lists, synapses : int
    bits : int
        Of synaptic memory.
    axons : int
        Input axon slots.
    out_slots : int
        Output axon slots that each source neuron takes for this core.
    formats : dict
        Name of the format ("dense", "sparse", "run-length"; of convolutions "single", which shares none, "pop16",
        "pop32") to the number of lists stored in it.
    index_bits, skip_bits : int
        Widths of the index field (of convolutions 0 if lists have none) and, for run-length, of the skip field.
    single : (str, int)
        The cheapest one format for all lists, and its bits.
    stored : int
        Synapses in memory: those of a list that several pixels share count once.
    """

    core: int
    connection: str
    lists: int
    synapses: int
    bits: int
    axons: int
    out_slots: int
    formats: dict[str, int]
    index_bits: int
    skip_bits: int
    single: tuple[str, int]
    stored: int


def stored(core: int, c: Connection, t: list[int]) -> CoreLists:
    """The lists of a connection on a core in their cheapest form; `t` are the totals that the kernel measured."""
    common = (core, c.name, t[k.LISTS], t[k.SYNAPSES], t[k.BITS], t[k.TAKEN], t[k.OUT])
    s = t[k.CHOICE]
    if c.conv is not None:
        lists, synapses = (t[k.DISTINCT + s - 1], t[k.STORED + s - 1]) if s else (t[k.LISTS], t[k.SYNAPSES])
        index = t[k.RELATIVE + s - 1] if s else t[k.INDEX] if t[k.SPARSE] < t[k.DENSE] else 0
        return CoreLists(*common, {SHARED[s]: lists}, index, 0, (SHARED[s], t[k.BITS]), synapses)
    dense, runs = t[k.OF_DENSE + s], t[k.OF_RUNS + s]
    counts = zip(PLAIN, (dense, t[k.LISTS] - dense - runs, runs), strict=True)
    whole = {"sparse": t[k.SPARSE]} | ({"dense": t[k.DENSE]} if t[k.DENSE] >= 0 else {})
    single = min(whole.items(), key=lambda item: item[1])
    formats, skip = {kind: count for kind, count in counts if count}, k.SKIPS[s - 1] if runs else 0
    return CoreLists(*common, formats, t[k.INDEX], skip, single, t[k.SYNAPSES])


def format_codes(totals: Integers, convolved: NDArray[np.bool_]) -> Iterator[tuple[NDArray[np.int64], Integers]]:
    """Numbers of the formats in which lists are stored, and the rows of `totals` that have them.

    They tell apart what :func:`stored` has as kind of format, width of the index and width of the skip. `convolved`
    tells which rows are of convolutions.
    """
    s, index = totals[:, k.CHOICE], totals[:, k.INDEX]
    if convolved.any():
        rows = np.flatnonzero(convolved)
        choice, t = s[rows], totals[rows]
        alone = np.where(t[:, k.SPARSE] < t[:, k.DENSE], index[rows], 0)
        shared = t[np.arange(len(t)), k.RELATIVE + np.maximum(choice, 1) - 1]
        yield rows, choice | np.where(choice > 0, shared, alone) << KIND_BITS
    every = np.arange(len(totals))
    dense, runs = totals[every, k.OF_DENSE + s], totals[every, k.OF_RUNS + s]
    counts = (dense, totals[:, k.LISTS] - dense - runs, runs)
    for number, (kind, count) in enumerate(zip(PLAIN, counts, strict=True)):
        rows = np.flatnonzero((count > 0) & ~convolved)
        code = np.full(len(rows), len(SHARED) + number)
        if kind != "dense":
            code |= index[rows] << KIND_BITS
        if kind == "run-length":
            code |= np.asarray((0, *k.SKIPS))[s[rows]] << KIND_BITS + INDEX_BITS
        yield rows, code
