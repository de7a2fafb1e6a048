"""Threads that run an image share by share."""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np

from loihi_emu.errors import SimulationError
from loihi_emu.image.schedule import Program
from loihi_emu.jit import addresses, call
from loihi_emu.jit.system import Lock, giving_way
from loihi_emu.models import team as at
from loihi_emu.models.memory import Array, Description, Table, counter

NOTHING = np.zeros(1, np.int64)


class Limits(Protocol):
    """A step begins only while ``filled + needed <= capacity`` for all; total counts steps."""

    @property
    def filled(self) -> Array:
        """So much is full."""

    @property
    def capacity(self) -> Array:
        """So much there is."""

    @property
    def needed(self) -> Array:
        """So much a step needs."""

    @property
    def total(self) -> Array:
        """Steps run so far."""


class Arrays(Protocol):
    """Arrays by name."""

    def __getitem__(self, name: str, /) -> Array:
        """The array of a name."""


class Shared(Protocol):
    """What several threads run: an image, say."""

    @property
    def programs(self) -> Sequence[Program]:
        """What each does in a step."""

    @property
    def levels(self) -> Limits:
        """When all stop."""

    @property
    def arena(self) -> Arrays:
        """Where the number of the step that runs next stands, as "clock"."""


class Team:
    """So many threads, of which the one that calls :meth:`run` is the first; the others sleep between two runs.

    They begin with the first run, also in a process that was forked off, and end with this object. They stay when the
    image is another one.
    """

    def __init__(self, count: int) -> None:
        self.count = count
        self._process = 0

    def run(self, image: Shared, limit: int) -> int:
        """Run at most so many steps of an image; the number of steps run."""
        if self._process != os.getpid():
            self._begin()
        if self._image() is not image:
            self._point(image)
        call(at.lead, self._team.address, limit)
        ran: int = self._members[0].ran
        return ran

    def _begin(self) -> None:
        """Start the threads, which wait at their locks."""
        addresses([at.serve, at.lead, at.notify_alone])
        self._members = Table(at.MEMBER, self.count)
        d = self._team = Description(at.TEAM)
        d.members, d.count, d.finished = self._members, self.count, counter()
        d.give_way = giving_way()
        self._image: Callable[[], Shared | None] = lambda: None
        end = weakref.finalize(self, _end, self._members, os.getpid())
        end.atexit = False  # they sleep, and end with the process
        try:
            for k in range(1, self.count):
                m, lock = self._members[k], Lock()
                m.told, m.finished, m.give_way = counter(), d.finished, d.give_way
                m.take, m.give, m.lock = lock.take, lock.give, lock.address
                name = f"loihi_emu {k} of {self.count - 1}"
                threading.Thread(target=_serve, args=(self._members, m.address, lock), name=name, daemon=True).start()
        except RuntimeError as problem:
            end()
            raise SimulationError(
                f"threads={self.count}: the system starts no more threads ({problem}). Use fewer, or end "
                "other programs."
            ) from problem
        except BaseException:
            end()
            raise
        self._process = os.getpid()

    def _point(self, image: Shared) -> None:
        """Tell the threads what to run."""
        levels, d = image.levels, self._team
        d.filled, d.capacity, d.needed, d.limits = levels.filled, levels.capacity, levels.needed, len(levels.filled)
        for k, program in enumerate(image.programs):
            m = self._members[k]
            limits = (levels.filled, levels.capacity, levels.needed)
            m.stop = program.stop
            if program.stop is not None:
                limits = (program.stop, NOTHING, NOTHING)
            clocks = (counter(), counter()) if k else (image.arena["clock"], levels.total)
            program.describe(m, *limits, *clocks)
        self._image = weakref.ref(image)  # an old one is not kept


def _serve(members: Table, address: int, lock: Lock) -> None:
    """What a thread does; it keeps the memory that it reads."""
    call(at.serve, address)
    lock.free()
    del members


def _end(members: Table, process: int) -> None:
    """Let all threads end, if they are of this process and not of the one that it was forked off."""
    if os.getpid() != process:
        return
    for m in list(members)[1:]:
        if m.lock:  # it began
            m.ended = 1
            call(at.notify_alone, m.address)
