"""Says on stderr that kernels are being compiled, once that takes longer than two seconds.

On a terminal the line says how far it is and goes away at the end; elsewhere it is one line in a process.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from loihi_emu.jit import store

AFTER_SECONDS = 2.0
_EVERY = 0.25


class _Notice:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._depth, self._spent, self._since, self._said = 0, 0.0, 0.0, False
        self._ends = threading.Event()
        self._text: Callable[[], str] = str
        self.silent = False

    @contextmanager
    def compiling(self, how_far: Callable[[], str]) -> Iterator[None]:
        """While kernels are compiled; `how_far` says which, or how many of how many."""
        with self._lock:
            self._depth += 1
            outer = self._depth == 1
            if outer:
                self._since, self._text, self._ends = time.monotonic(), how_far, threading.Event()
        talks: threading.Thread | None = None
        if outer and not self.silent and _listens() and not (self._said and not _terminal()):
            talks = threading.Thread(target=self._talk, args=(self._ends,), daemon=True)
            talks.start()
        try:
            yield
        finally:
            with self._lock:
                self._depth -= 1
                if outer:
                    self._spent += time.monotonic() - self._since
                    self._ends.set()
            if talks is not None:
                talks.join(1.0)

    def _talk(self, ends: threading.Event) -> None:
        if ends.wait(max(AFTER_SECONDS - self._spent, 0.0)):
            return
        self._said = True
        kept = "once per installation" if store.keeps() else f"now only: {store.cache_folder()} cannot be written"
        if not _terminal():
            _write(f"loihi_emu: compiling kernels ({self._text()}), {kept}\n")
            return
        while True:
            _write(f"\r\033[Kloihi_emu: compiling kernels ({self._text()}), {kept}")
            if ends.wait(_EVERY):
                _write("\r\033[K")
                return


def _listens() -> bool:
    return sys.stderr is not None


def _terminal() -> bool:
    with suppress(Exception):
        return bool(sys.stderr.isatty())
    return False


def _write(text: str) -> None:
    with suppress(Exception):  # a stderr that was closed
        sys.stderr.write(text)
        sys.stderr.flush()


_notice = _Notice()
compiling = _notice.compiling


def quiet() -> None:
    """Say nothing in this process: its parent does."""
    _notice.silent = True
