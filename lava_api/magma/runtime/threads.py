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


class RunLock:
    """The lock that a thread holds while it runs a program; the driver, which works for that thread, holds it, too."""

    def __init__(self, driver: Driver) -> None:
        self._lock = threading.Lock()
        self._next = threading.Lock()
        self._owner: int | None = None
        self._driver = driver

    @contextmanager
    def held(self) -> Iterator[None]:
        """Wait for the lock, and hold it meanwhile."""
        if self._is_mine():
            yield
            return
        with self._next:  # a thread that waits comes before the one that held it last
            self._lock.acquire()
        with self._holding():
            yield

    @contextmanager
    def claimed(self, ask: Callable[[], None]) -> Iterator[None]:
        """Take the lock, and have the thread that runs the program end its run for it.

        `ask` asks for that as long as another thread holds the lock, since it may begin a run meanwhile.
        """
        if self._is_mine():
            yield
            return
        with self._next:
            while not self._lock.acquire(timeout=AGAIN):
                ask()
        with self._holding():
            yield

    @contextmanager
    def tried(self) -> Iterator[bool]:
        """Take the lock if no other thread holds it; yields whether that was so."""
        if self._is_mine():
            yield True
            return
        got = self._lock.acquire(blocking=False)
        if not got:
            yield False
            return
        with self._holding():
            yield True

    def _is_mine(self) -> bool:
        return self._owner == get_ident() or self._driver.is_here()

    @contextmanager
    def _holding(self) -> Iterator[None]:
        """Hold what was taken, then give it back."""
        self._owner = get_ident()
        try:
            yield
        finally:
            self._owner = None
            self._lock.release()

    def is_elsewhere(self) -> bool:
        """Return whether another thread holds it."""
        with self.tried() as got:
            return not got


def wait_until(enough: Callable[[], bool], others: Callable[[], bool], patience: float = PATIENCE) -> bool:
    """Wait until `enough` returns true, while there are other threads to wait for; return whether it did."""
    end = time.monotonic() + patience
    while not enough():
        if not others() or time.monotonic() > end:
            return enough()
        time.sleep(PAUSE)
    return True


class OtherThreads:
    """The threads that may send, receive or run: those that did, that built the program, and that were begun after.

    Threads of the surroundings (a notebook's, a test runner's) are there before, and do neither. Channels know who used
    them.
    """

    def __init__(self, channels: list[Any]) -> None:
        self.channels = channels
        self._uninvolved = WeakSet(threading.enumerate())
        self._uninvolved.discard(threading.current_thread())

    def are_there(self) -> bool:
        """Return whether a thread beside the calling one may do something still."""
        here = threading.current_thread()
        known = {thread for channel in self.channels for thread in channel.users}
        alive = (t for t in threading.enumerate() if t is not here and not isinstance(t, DriverThread))
        return any(thread in known or thread not in self._uninvolved for thread in alive)

    def have_taken(self) -> bool:
        """Return whether the threads that receive have taken all that was sent to them."""
        here = threading.current_thread()
        return not any(channel.queue and channel.users - {here} for channel in self.channels)
