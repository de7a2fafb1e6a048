"""One emulator and many threads: what waits between two chunks of a run, and what is refused while one is under way.

Decorators mark the public methods of a class that holds a :class:`Guard` as ``_guard``:

- :func:`reads`: waits until the chunk of steps, or the change, that another thread is in has ended, so that what it
  reads is the state of one step;
- :func:`changes`: raises at once while a run is under way, in whatever thread; waits for short calls of other threads;
- :func:`glances`: as `reads`, for one number;
- :func:`runs`: as `changes`; it is under way until it returns, and lets readers in between two chunks.

A call from inside another call of the same thread (a signal handler, a finalizer, a hook of warnings or progress) never
waits for itself: inside a run it may read; inside a change, whose half is done, it is an error.
"""

from __future__ import annotations

import os
import threading
import time
import weakref
from collections.abc import Callable
from functools import wraps
from threading import get_ident
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from loihi_emu.errors import SimulationError
from loihi_emu.jit import COMPILED
from loihi_emu.keywords import known_keywords

READ, CHANGE, STEP, BEGIN, PART, SETUP = "read", "change", "step", "begin", "part", "setup"
"""What a thread does while it has the lock. Of a run: BEGIN, chunks (PART), changes that belong to it (SETUP)."""
ALONE = (CHANGE, STEP, BEGIN)
"""What is refused while a run is under way. A STEP is a run that is one chunk: it is held for its whole length."""
HALF_DONE = (CHANGE, SETUP) if COMPILED else (CHANGE, SETUP, PART, STEP)
"""In these a signal handler must not read; kernels in plain Python can be interrupted within a step."""
NAP_SECONDS = 5e-4
NAPS = 40
"""A thread that wants the lock steps back so often, so long, for those that wanted it before."""

_PART, _SETUP = (PART, "run"), (SETUP, "run")

P = ParamSpec("P")
R = TypeVar("R")


class Guarded(Protocol):
    """A class whose methods can be marked."""

    @property
    def _guard(self) -> Guard: ...


G = TypeVar("G", bound=Guarded)


class _Run:
    """A run that is under way."""

    __slots__ = ("name", "thread")

    def __init__(self, name: str, thread: int) -> None:
        self.name, self.thread = name, thread


class Guard:
    """Who is at an emulator now.

    All waiting is for one lock, which is held for a chunk of steps or one short call, and which a thread can take
    again: so there is no order of locks to get wrong. Whoever wants it lets those go first that waited before, so that
    neither a run nor a thread that reads all the time keeps others out.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._line: dict[int, str] = {}  # threads that wait for the lock
        self._inside: tuple[str, str] | None = None  # what the thread that has the lock is doing
        self._run: _Run | None = None
        self._lost = False
        _GUARDS.add(self)

    def hold(self, what: tuple[str, str], action: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Do what a public method does, when it may: what kind of thing that is, and the method's name."""
        if self._run and what[0] in ALONE:
            self._refuse_in_run(what[1])
        line, me = self._line, get_ident()
        try:
            if line:
                self._line_up(me)
            line[me] = what[1]
            with self._lock:
                line.pop(me, None)
                outer = self._inside
                if outer or self._run or self._lost:
                    self._check(*what, outer)
                try:
                    self._inside = what
                    return action(*args, **kwargs)
                finally:
                    self._inside = outer
        finally:
            if me in line:  # interrupted while it waited
                line.pop(me, None)

    def run(self, name: str, action: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run: `action` does its steps in :meth:`part` and its changes in :meth:`setup`, and waits in neither."""
        if self._run:
            self._refuse_in_run(name)
        mine = _Run(name, get_ident())
        try:
            self.hold((BEGIN, name), setattr, self, "_run", mine)
            return action(*args, **kwargs)
        finally:
            if self._run is mine:
                self._run = None

    def part(self, action: Callable[[], R]) -> R:
        """Do a chunk of steps."""
        return self.hold(_PART, action)

    def setup(self, action: Callable[[], R]) -> R:
        """Change something for the run that this is part of."""
        return self.hold(_SETUP, action)

    # ------------------------------------------------------------ inside
    def _line_up(self, me: int) -> None:
        """Step back for those who wait already; not for ever, since one of them may have been interrupted."""
        ahead = {thread for thread in list(self._line) if thread != me}
        for _ in range(NAPS):
            if not any(thread in self._line for thread in ahead):
                return
            time.sleep(NAP_SECONDS)

    def _check(self, kind: str, name: str, outer: tuple[str, str] | None) -> None:
        if self._lost:
            raise SimulationError(
                f"{name}: this process is a copy (fork) of one in which another thread was using this emulator, so "
                "that its state is of no single step. Make an Emulator in this process."
            )
        alone = kind in ALONE
        if outer is not None and (alone or (kind == READ and outer[0] in HALF_DONE)):
            raise SimulationError(
                f"{name}: called from inside {outer[1]} of the same emulator, in the same thread (by a signal handler, "
                f"a callback or a finalizer), which is not finished. Call it when {outer[1]} has returned."
            )
        if alone:
            self._refuse_in_run(name)
        elif name == "save()" and self._run is not None and self._run.name == "run_samples()":
            raise SimulationError(
                "save(): run_samples() is under way, and a checkpoint holds no samples. Save before or after it."
            )

    def _refuse_in_run(self, name: str) -> None:
        run = self._run
        if run is None:
            return
        if run.thread == get_ident():
            raise SimulationError(
                f"{name}: called from inside {run.name} of the same emulator, in the same thread (by a signal handler "
                "or a callback). Reading is possible there (get, recording, save), changing is not."
            )
        raise SimulationError(
            f"{name}: {run.name} of this emulator is under way in another thread. Reading (get, recording, save) waits "
            f"for the end of a chunk of steps; for changes wait until {run.name} returns, or make an Emulator per "
            "thread (they can share a Network)."
        )

    def _forked(self) -> None:
        """In the child of a fork there is only the thread that forked: nobody else will ever release the lock."""
        self._line.clear()
        if self._lock.acquire(blocking=False):
            self._lock.release()
        else:
            self._lock, self._inside, self._lost = threading.RLock(), None, True
        if self._run is not None and self._run.thread != get_ident():
            self._run = None


_GUARDS: weakref.WeakSet[Guard] = weakref.WeakSet()


def _after_fork() -> None:
    for guard in list(_GUARDS):
        guard._forked()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def _marked(kind: str, method: Callable[Concatenate[G, P], R]) -> Callable[Concatenate[G, P], R]:
    name, checked = f"{method.__name__}()", known_keywords(method)
    what = (kind, name)

    @wraps(method)
    def guarded(self: G, /, *args: P.args, **kwargs: P.kwargs) -> R:
        made: R = self._guard.hold(what, checked, self, *args, **kwargs)
        return made

    @wraps(method)
    def guarded_run(self: G, /, *args: P.args, **kwargs: P.kwargs) -> R:
        made: R = self._guard.run(name, checked, self, *args, **kwargs)
        return made

    found = guarded_run if kind == BEGIN else guarded
    found.guarded_as = "run" if kind == BEGIN else kind  # type: ignore[attr-defined]
    return found


def reads(method: Callable[Concatenate[G, P], R]) -> Callable[Concatenate[G, P], R]:
    """Mark a method that reads: other threads' runs are let to the end of a chunk."""
    return _marked(READ, method)


def changes(method: Callable[Concatenate[G, P], R]) -> Callable[Concatenate[G, P], R]:
    """Mark a method that changes: refused while a run is under way."""
    return _marked(CHANGE, method)


def glances(method: Callable[[G], R]) -> Callable[[G], R]:
    """Mark a method that reads one number, whole at any moment: as `reads`, but nothing is locked when idle."""
    waits = reads(method)

    @wraps(method)
    def glance(self: G) -> R:
        guard = self._guard
        idle = guard._inside is None and guard._run is None and not guard._line and not guard._lost
        return method(self) if idle else waits(self)

    glance.guarded_as = READ  # type: ignore[attr-defined]
    return glance


def runs(method: Callable[Concatenate[G, P], R]) -> Callable[Concatenate[G, P], R]:
    """Mark a method that runs steps: one at a time."""
    return _marked(BEGIN, method)
