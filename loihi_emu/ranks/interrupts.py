"""Ctrl-C while ranks wait for each other: heard at the next moment at which all can hear of it."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any


class Interrupts:
    """What this process does with SIGINT during a call that all ranks make."""

    def __init__(self) -> None:
        self._before: Any = None
        self._open = self._came = False

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold it until :meth:`heard` asks, or until the end."""
        before = signal.getsignal(signal.SIGINT)
        if threading.current_thread() is not threading.main_thread() or not callable(before):
            yield
            return
        self._before, self._open, self._came = before, False, False
        signal.signal(signal.SIGINT, self._handle)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)
            if self._came:  # behind the last meeting
                self._came = False
                before(signal.SIGINT, None)

    @contextmanager
    def let_through(self) -> Iterator[None]:
        """Handle it at once, as without ranks: what is within fails on this rank alone and tells the others."""
        before, self._open = self._open, True
        try:
            if self.heard():
                raise KeyboardInterrupt
            yield
        finally:
            self._open = before

    @contextmanager
    def held_back(self) -> Iterator[None]:
        """Hold it within what :meth:`let_through` surrounds."""
        before, self._open = self._open, False
        try:
            yield
        finally:
            self._open = before

    def heard(self) -> bool:
        """Whether it came and was held."""
        came, self._came = self._came, False
        return came

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if self._open:
            self._before(number, frame)
        else:
            self._came = True
