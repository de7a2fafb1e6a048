"""Synapses of several shares packed at the same time, each share's by a thread: kernels run without the GIL."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from threading import Event

from loihi_emu.image.projections import Projection, Projections
from loihi_emu.image.rows import Block, SynapseBlocks, are_many
from loihi_emu.jit import COMPILED
from loihi_emu.jit.together import addresses
from loihi_emu.models.synapses import placing


class Stopped(Exception):
    """Another thread has failed, or was interrupted."""


class Stoppable:
    """Synapses that are given no further once something has happened."""

    def __init__(self, part: SynapseBlocks, stop: Event) -> None:
        self._part, self._stop = part, stop
        self.synapses, self.longest, self.largest, self.reach = part.synapses, part.longest, part.largest, part.reach

    def prepare(self) -> None:
        """What the part does."""
        self._part.prepare()

    def blocks(self, first: int, stop: int, *, weights: bool) -> Iterator[Block]:
        """Those of the part."""
        for block in self._part.blocks(first, stop, weights=weights):
            if self._stop.is_set():
                raise Stopped
            yield block


def pack(shares: Sequence[Projections]) -> None:
    """Pack what kernels pack, before it is described. If that fails, or is interrupted, all threads end first."""
    projections = [[p for p in one.all if isinstance(p, Projection) and are_many(p.synapses)] for one in shares]
    projections = [some for some in projections if some]
    if len(projections) < 2 or not COMPILED:
        return
    addresses([placing.count, placing.place, placing.head])  # machine code is loaded by one thread
    for part in [part for some in projections for projection in some for part in projection.synapses]:
        part.prepare()
    stop = Event()
    with ThreadPoolExecutor(len(projections), "loihi_emu packs") as pool:
        done = [pool.submit(_pack, some, stop) for some in projections]
        try:
            wait(done, return_when=FIRST_EXCEPTION)
        finally:
            if not all(one.done() for one in done):
                stop.set()
    failed = [one.exception() for one in done]
    for error in failed:
        if error is not None and not isinstance(error, Stopped):
            raise error


def _pack(projections: Sequence[Projection], stop: Event) -> None:
    for projection in projections:
        projection.synapses = [Stoppable(part, stop) for part in projection.synapses]
        projection.pack()
