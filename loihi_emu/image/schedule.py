"""The calls of a step, phase by phase and share by share, and the lists of them that threads run."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from loihi_emu.image.leaves import leaf_named
from loihi_emu.jit import Leaf, addresses
from loihi_emu.jit.system import giving_way, processors
from loihi_emu.models import barrier as at
from loihi_emu.models.memory import Array, Description, counters

Call = tuple[str | Leaf, Description]
PHASES = INPUTS, TRACES, UPDATE, TELLING, SHARED, OWN, EXCHANGE, READING, DELIVERY = range(9)
"""The phases of a step: inputs list their spikes; traces of connections that several shares have advance; synapses
learn and groups update; ranks tell what they have found of shared weights; these learn; shares deliver spikes of their
own; ranks exchange; shares read what others have listed, and record; spikes are delivered.

Within a phase no share reads what another one writes. Between two phases all shares wait for each other; not between
reading and delivery, where each has to do with what is its own: they wait at the end of that until all have read. With
boards (``image/boards.py``) they wait there alone, after they have delivered what is their own.
"""


class Program:
    """A list of calls for the time loop: addresses of leaves and of their descriptions.

    Attributes
    ----------
    stop : int64 array or None
        The word in which one of the calls says that the loop is to stop; None: the loop looks at recorders' limits.
    """

    def __init__(self, calls: Sequence[tuple[Leaf, Description]], stop: Array | None = None) -> None:
        self.calls, self.stop = list(calls), stop
        self.leaves: NDArray[np.int64] = np.array(addresses([leaf for leaf, _ in self.calls]), np.int64)
        self.descriptions: NDArray[np.int64] = np.array([d.address for _, d in self.calls], np.int64)

    def describe(
        self, loop: Description, filled: Array, capacity: Array, needed: Array, clock: Array, total: Array
    ) -> None:
        """Write the fields of a loop (``models/loop.py``) that runs this program."""
        loop.leaves, loop.descriptions, loop.calls = self.leaves, self.descriptions, len(self.leaves)
        loop.filled, loop.capacity, loop.needed, loop.limits = filled, capacity, needed, len(filled)
        loop.clock, loop.total = clock, total


def program_of(calls: Sequence[Call]) -> Program:
    """A program of calls whose leaves are named."""
    return Program([(leaf_named(leaf), d) for leaf, d in calls])


def barriers(count: int) -> list[Description]:
    """What each of so many threads knows of the barriers at which all meet."""
    turns = counters(count)
    descriptions = []
    for share in range(count):
        mine = Description(at.BARRIER)
        mine.turns, mine.count, mine.me, mine.give_way = turns, count, share, giving_way()
        mine.place, mine.allowed, mine.allow = processors()
        mine.sets = np.zeros(2 * at.SET, np.int64)
        descriptions.append(mine)
    return descriptions


class Schedule:
    """What so many shares do in each phase."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._calls: list[list[list[tuple[Leaf, Description]]]] = [[[] for _ in range(count)] for _ in PHASES]

    def add(self, phase: int, share: int, *calls: Call) -> None:
        """Append calls."""
        self._calls[phase][share] += [(leaf_named(leaf), d) for leaf, d in calls]

    def first(self, phase: int, share: int, calls: Sequence[Call]) -> None:
        """Put calls before those that are there."""
        self._calls[phase][share][:0] = [(leaf_named(leaf), d) for leaf, d in calls]

    def together(self) -> Program:
        """All calls for one thread that does what all shares do, phase by phase."""
        return Program([call for phase in self._calls for calls in phase for call in calls])

    def apart(self, stops: Sequence[Array] = ()) -> list[Program]:
        """The calls of each share, with barriers between the phases.

        `stops`: with boards, where each share is told to stop; they meet there, and at a barrier only behind inputs.
        """
        wait, arrive, await_all = (leaf_named(f"barrier:{name}") for name in ("wait", "arrive", "await_all"))
        programs = []
        for share, mine in enumerate(barriers(self.count)):
            calls: list[tuple[Leaf, Description]] = []
            for number, phase in enumerate(self._calls):
                calls += phase[share]
                if any(phase) and number < (TRACES if stops else DELIVERY):
                    calls.append((arrive if number == READING else wait, mine))
            if any(self._calls[READING]) and not stops:
                calls.append((await_all, mine))
            programs.append(Program(calls, stops[share] if stops else None))
        return programs
