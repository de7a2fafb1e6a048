"""A thread of a runtime's own, for models that stand midway while the threads around come and go."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable
from queue import SimpleQueue
from threading import get_ident
from typing import Any

from lava_api.magma.runtime.scheduler import Scheduler

LEAVE = 5.0
"""Seconds that a caller who is interrupted leaves to what it asked for."""


class DriverThread(threading.Thread):
    """The thread; it does nothing of its own accord."""


class Driver:
    """Does what other threads ask for, in one thread, which begins with the first request.

    Models that stand midway can go on only in the thread they stand in. The thread that began a run stays until its
    end; others may receive once and never come again, so that what runs for them runs here.
    """

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler
        self._jobs: SimpleQueue[Any] = SimpleQueue()
        self._thread: DriverThread | None = None

    @property
    def ident(self) -> int | None:
        """Number of the thread, None before it exists."""
        return None if self._thread is None else self._thread.ident

    def is_here(self) -> bool:
        """Return whether the caller is the thread itself."""
        return self.ident == get_ident()

    def has_them(self) -> bool:
        """Return whether models stand midway in this thread."""
        return self._scheduler.thread == self.ident and self._scheduler.is_midway()

    def is_out_of_reach(self) -> bool:
        """Return whether models stand midway in a thread that is neither this one nor the caller."""
        return self._scheduler.is_begun_elsewhere() and self._scheduler.thread != self.ident

    def clear(self) -> None:
        """Forget what the models were doing, in the thread where they stand midway; nothing while one is at work."""
        if not self.has_them() or self.is_here():
            self._scheduler.clear()
        elif not self._scheduler.active:
            self.call(self._scheduler.clear, lambda: None)

    def call(self, function: Callable[[], None], abandon: Callable[[], None]) -> None:
        """Let the thread call a function; return when it has, raise what it raised.

        Where the caller is interrupted meanwhile (Ctrl-C), `abandon` is called to bring the function to an end.
        """
        if self._thread is None or not self._thread.is_alive():
            self._thread = DriverThread(target=_work, args=(self._jobs,), daemon=True, name="lava_api runtime")
            self._thread.start()
            weakref.finalize(self, self._jobs.put, None)
        raised: list[BaseException] = []
        done = threading.Event()
        self._jobs.put((function, raised, done))
        try:
            done.wait()
        except BaseException:
            abandon()
            done.wait(LEAVE)
            raise
        if raised:
            raise raised.pop()

    def end(self) -> None:
        """Let the thread end when it has done what it was asked for."""
        if self._thread is not None:
            self._jobs.put(None)
            self._thread = None


def _work(jobs: SimpleQueue[Any]) -> None:
    while (job := jobs.get()) is not None:
        function, raised, done = job
        try:
            function()
        except BaseException as error:
            raised.append(error)
        done.set()
        del job, function, raised, done
