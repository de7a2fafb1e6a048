"""How the lists of a connection are stored on a core, from what the kernels measured."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loihi_emu.mapping.arrays import Integers, Records
from loihi_emu.mapping.lists.records import SKIPS
from loihi_emu.network.elements import Connection

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
    stored: int


def stored(core: int, c: Connection, t: Any) -> CoreLists:
    """The lists of a connection on a core in their cheapest form; `t` is the TOTALS record that was measured."""
    n = {name: t[name].tolist() for name in t.dtype.names}
    common = (core, c.name, n["lists"], n["synapses"], n["bits"], n["axons"], n["slots_out"])
    k = n["choice"]
    if c.conv is not None:
        lists, synapses = (n["distinct"][k - 1], n["stored"][k - 1]) if k else (n["lists"], n["synapses"])
        index = n["relative"][k - 1] if k else n["index"] if n["sparse"] < n["dense"] else 0
        return CoreLists(*common, {SHARED[k]: lists}, index, 0, synapses)
    dense, runs = n["dense_lists"][k], n["run_lists"][k]
    counts = zip(PLAIN, (dense, n["lists"] - dense - runs, runs), strict=True)
    formats, skip = {kind: count for kind, count in counts if count}, SKIPS[k - 1] if runs else 0
    return CoreLists(*common, formats, n["index"], skip, n["synapses"])


def format_codes(totals: Records, convolved: NDArray[np.bool_]) -> Iterator[tuple[Integers, Integers]]:
    """Numbers of the formats in which lists are stored, and the rows of `totals` that have them.

    They tell apart what :func:`stored` has as kind of format, width of the index and width of the skip. `convolved`
    tells which rows are of convolutions.
    """
    choice, index = totals["choice"], totals["index"]
    if convolved.any():
        rows = np.flatnonzero(convolved)
        shared, t = choice[rows], totals[rows]
        alone = np.where(t["sparse"] < t["dense"], t["index"], 0)
        relative = t["relative"][np.arange(len(t)), np.maximum(shared, 1) - 1]
        yield rows, shared | np.where(shared > 0, relative, alone) << KIND_BITS
    every = np.arange(len(totals))
    dense, runs = totals["dense_lists"][every, choice], totals["run_lists"][every, choice]
    counts = (dense, totals["lists"] - dense - runs, runs)
    for number, (kind, count) in enumerate(zip(PLAIN, counts, strict=True)):
        rows = np.flatnonzero((count > 0) & ~convolved)
        code = np.full(len(rows), len(SHARED) + number)
        if kind != "dense":
            code |= index[rows] << KIND_BITS
        if kind == "run-length":
            code |= np.asarray((0, *SKIPS))[choice[rows]] << KIND_BITS + INDEX_BITS
        yield rows, code
