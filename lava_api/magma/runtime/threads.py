"""Several threads of one program: one at a time runs the models, others send, receive, or ask for a stop meanwhile."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import get_ident
from typing import Any
from weakref import WeakSet

from lava_api.magma.runtime.driver import Driver, DriverThread

PATIENCE = 60.0
"""Seconds that one thread waits for another before it says that nothing came."""

PAUSE = 0.0005
"""Seconds between two looks."""

AGAIN = 0.01
"""Seconds after which a request to end a run is made, and made again."""

LEAVE = 1.0
"""Seconds that ``stop()`` leaves to other threads to take what was sent to them."""


class Turn:
    """The right to run a program, which one thread has at a time.

    Parameters
    ----------
    driver : Driver
        Works for the thread that has the right, which waits meanwhile: it has the right, too.
    """

    def __init__(self, driver: Driver) -> None:
        self._lock = threading.Lock()
        self._gate = threading.Lock()
        self._owner: int | None = None
        self._driver = driver

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Wait for the right, and keep it meanwhile."""
        if self._has():
            yield
            return
        with self._gate:  # who waits comes before who had it last
            self._lock.acquire()
        with self._kept():
            yield

    @contextmanager
    def demanded(self, ask: Callable[[], None]) -> Iterator[None]:
        """Take the right, and have the thread that runs the program end its run for it.

        Parameters
        ----------
        ask : callable
            Asks to end the run; called as long as another thread has the right, which may begin a run meanwhile.
        """
        if self._has():
            yield
            return
        with self._gate:
            while not self._lock.acquire(timeout=AGAIN):
                ask()
        with self._kept():
            yield

    @contextmanager
    def tried(self) -> Iterator[bool]:
        """Take the right if no other thread has it; yields whether it was there."""
        if self._has():
            yield True
            return
        got = self._lock.acquire(blocking=False)
        if not got:
            yield False
            return
        with self._kept():
            yield True

    def _has(self) -> bool:
        """Return whether the calling thread has it."""
        return self._owner == get_ident() or self._driver.is_here()

    @contextmanager
    def _kept(self) -> Iterator[None]:
        """Keep what was taken, then give it back."""
        self._owner = get_ident()
        try:
            yield
        finally:
            self._owner = None
            self._lock.release()

    def is_elsewhere(self) -> bool:
        """Return whether another thread has it."""
        with self.tried() as got:
            return not got


def patiently(enough: Callable[[], bool], others: Callable[[], bool], patience: float = PATIENCE) -> bool:
    """Wait until `enough` returns true, while there are other threads to wait for; return whether it did."""
    end = time.monotonic() + patience
    while not enough():
        if not others() or time.monotonic() > end:
            return enough()
        time.sleep(PAUSE)
    return True


class Company:
    """The threads that may send, receive or run: those that did, that built the program, and that were begun after.

    Threads of the surroundings (a notebook's, a test runner's) are there before, and do neither.

    Parameters
    ----------
    channels : list of HostChannel
        Channels that know who used them.
    """

    def __init__(self, channels: list[Any]) -> None:
        self.channels = channels
        self._strangers = WeakSet(threading.enumerate())
        self._strangers.discard(threading.current_thread())

    def is_there(self) -> bool:
        """Return whether a thread beside the calling one may do something still."""
        here = threading.current_thread()
        known = {thread for channel in self.channels for thread in channel.users}
        alive = (t for t in threading.enumerate() if t is not here and not isinstance(t, DriverThread))
        return any(thread in known or thread not in self._strangers for thread in alive)

    def has_taken(self) -> bool:
        """Return whether the threads that receive have taken all that was sent to them."""
        here = threading.current_thread()
        return not any(channel.queue and channel.users - {here} for channel in self.channels)
