"""Leaves compiled side by side: in other processes that leave their files in the cache, and in this one.

LLVM and Numba do one thing at a time in a process, so other cores take other processes. They are only ever a help: what
they have not left in the cache in time is compiled here.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from loihi_emu.jit import helpers, notice, store
from loihi_emu.jit.helpers import Task
from loihi_emu.jit.intrinsics import COMPILED
from loihi_emu.jit.leaves import Leaf

_PER_BYTE = 2.5e-4
"""Seconds to compile a byte of bytecode, roughly: to tell what is worth a process of its own."""
_WORTH_A_FORK, _WORTH_A_START = 1.5, 5.0
_PATIENCE = 300.0
"""Seconds without another leaf after which other processes are ended."""


Some = TypeVar("Some", bound=Task)
_naming: list[list[Leaf]] = []


@contextmanager
def named() -> Iterator[list[Leaf]]:
    """A list of the leaves whose addresses are asked for in the block; nothing is compiled, all addresses are 0."""
    found: list[Leaf] = []
    _naming.append(found)
    try:
        yield found
    finally:
        _naming.remove(found)


def addresses(leaves: Sequence[Leaf]) -> list[int]:
    """Addresses of leaves, in their order; those without machine code in the cache are compiled side by side.

    Examples
    --------
    >>> from loihi_emu.models import probes
    >>> from loihi_emu.models.synapses import sparse
    >>> first, second, again = addresses([probes.state, sparse.step, probes.state])
    >>> first == again != second
    True
    """
    if _naming:
        _naming[-1].extend(leaves)
        return [0] * len(leaves)
    if COMPILED:
        missing = [leaf for leaf in dict.fromkeys(leaves) if not leaf.ready()]
        if missing:
            _compile(missing)
    return [leaf.address for leaf in leaves]


def cores() -> int:
    """How many this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def shares(tasks: Sequence[Some], count: int) -> list[list[Some]]:
    """Split tasks so that all parts take about as long; the longest part is the first."""
    parts: list[list[Some]] = [[] for _ in range(count)]
    taken = [0] * count
    for task in sorted(tasks, key=lambda task: -task.size):
        k = taken.index(min(taken))
        parts[k].append(task)
        taken[k] += task.size
    return [parts[k] for k in sorted(range(count), key=lambda k: -taken[k]) if parts[k]]


def _compile(missing: list[Leaf]) -> None:
    names = [leaf.name for leaf in missing]
    current = [names[0]]

    def how_far() -> str:
        if len(missing) == 1:
            return current[0]
        return f"{min(sum(leaf.there() for leaf in missing) + 1, len(missing))} of {len(missing)}"

    parts = _parts(missing)
    with helpers.at_work(parts[1:]) as others, notice.compiling(how_far):
        for leaf in parts[0]:
            current[0] = leaf.name
            _ = leaf.address
        _wait(others, missing)
        for leaf in missing:
            current[0] = leaf.name
            _ = leaf.address


def _parts(missing: list[Leaf]) -> list[list[Leaf]]:
    """What this process compiles (the first part), and what others do.

    Forks cost next to nothing and can be ended at any moment: they do everything, and Ctrl-C need not wait for LLVM.
    """
    if not store.keeps():
        return [missing]
    forks = helpers.can_fork()
    expected = _PER_BYTE * sum(leaf.size for leaf in missing)
    count = max(1, min(cores(), len(missing), int(expected / (_WORTH_A_FORK if forks else _WORTH_A_START))))
    parts = shares(missing, count)
    return [[], *parts] if forks else parts


def _wait(others: helpers.Others, tasks: Sequence[Task]) -> None:
    """Wait for other processes, as long as they get on."""
    done, since, looked = 0, time.monotonic(), time.monotonic()
    while others.busy() and (now := time.monotonic()) - since < _PATIENCE:
        time.sleep(0.02)
        if now - looked > 1.0:
            looked, there = now, sum(task.there() for task in tasks)
            if there > done:
                done, since = there, now


def beforehand(tasks: Sequence[Task], tell: bool) -> tuple[int, int]:
    """Compile on all cores, in processes of their own: Ctrl-C ends them at once.

    Parameters
    ----------
    tasks : sequence of Task
    tell : bool
        Whether a terminal shows how far it is.

    Returns
    -------
    compiled, there : int
        How many were compiled, and how many had been before.
    """
    missing = [task for task in tasks if not task.there()]
    there = len(tasks) - len(missing)
    if not missing:
        return 0, there
    tell = tell and sys.stderr is not None and sys.stderr.isatty()
    if store.keeps():
        with helpers.at_work(shares(missing, min(cores(), len(missing)))) as others:
            while others.busy():
                time.sleep(0.05)
                if tell:
                    done = there + sum(task.there() for task in missing)
                    print(f"\r\033[Kcompiling: {done} of {len(tasks)} kernels", end="", file=sys.stderr, flush=True)
        if tell:
            print("\r\033[K", end="", file=sys.stderr, flush=True)
    for task in missing:  # of a process that failed
        if not task.there():
            task.compile()
    return len(missing), there
