"""Room for recorded rows, and what is said when there is none left."""

from __future__ import annotations

from collections.abc import Sequence

from loihi_emu.errors import OutOfMemoryError
from loihi_emu.image.recorders import Recorded
from loihi_emu.memory.room import KEPT_FREE, MOST_PARTS, size_text

ADVICE = (
    "All of it is whole. emulator.recording reads it, and its .save(path) and .part(start, stop) make no copy of the "
    "whole; emulator.forget() drops it, and run() goes on. With run(steps, to=path) recordings go to a file while "
    "running. Fewer neurons, fewer variables or every=... in probe() record less."
)


def make_room(recorded: Sequence[Recorded], step: int) -> None:
    """Begin new blocks where the next step may not fit.

    Raises
    ------
    OutOfMemoryError
        With what was recorded so far, the largest first. Nothing is lost.
    """
    for one in recorded:
        try:
            one.recorder.make_room()
        except MemoryError as problem:
            raise _full(one.name, recorded, step, problem) from problem


def _full(name: str, recorded: Sequence[Recorded], step: int, problem: MemoryError) -> OutOfMemoryError:
    held = {one.name: one.recorder.nbytes for one in recorded}
    order = sorted(held, key=lambda k: -held[k])
    shown = ", ".join(f"{k} {size_text(held[k])}" for k in order[:MOST_PARTS])
    more = f" and {len(order) - MOST_PARTS} more" if len(order) > MOST_PARTS else ""
    free, need = getattr(problem, "free", None), getattr(problem, "need", 0)
    reserved = f"of which {size_text(KEPT_FREE)} are kept for reading it"
    have = "" if free is None else f" ({size_text(free)} are free, {reserved})"
    text = (
        f"run, before step {step}: no memory for more rows of {name}{have}. "
        f"Recorded are {size_text(sum(held.values()))}: {shown}{more}. {ADVICE}"
    )
    return OutOfMemoryError(text, where="run", need=need, free=free, parts=held)
