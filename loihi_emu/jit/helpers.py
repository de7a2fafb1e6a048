"""Other processes that compile leaves and leave their machine code in the cache.

On Linux they are forks of this process, where it has one thread: nothing has to be started. Elsewhere they are fresh
Pythons that are told the names of the leaves; a script without a ``__main__`` guard, a notebook and an embedded Python
are as good as any. Their failures are no errors. They end with the block that they work for, also by Ctrl-C in the
middle of a pass of LLVM, with the process that made them, and leave nothing half written.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import signal
import subprocess
import sys
import threading
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import Any, NoReturn, Protocol

from loihi_emu.jit import notice, store
from loihi_emu.jit.compiling import prepare

_PARENT_DEATH_SIGNAL = 1
_START = """
import json, sys
told = json.loads(sys.argv[1])
sys.path[:] = told["path"]
from loihi_emu.jit.helpers import work
work(told["leaves"])
"""


class Task(Protocol):
    """Something to be compiled: a leaf, or another of its kind."""

    @property
    def name(self) -> str:
        """For people."""

    @property
    def full_name(self) -> str:
        """Where it is found: ``"module:name"``."""

    @property
    def size(self) -> int:
        """How long it compiles, in bytes of bytecode."""

    def there(self) -> bool:
        """Whether that was done."""

    def compile(self) -> None:
        """Do it, and leave the machine code in the cache."""


def can_fork() -> bool:
    """Whether this process can be forked without harm: on Linux, with no other thread that may hold a lock."""
    return sys.platform == "linux" and threading.active_count() == 1


class Others:
    """Processes at work."""

    def __init__(self) -> None:
        self.forks: list[int] = []
        self.started: list[subprocess.Popen[bytes]] = []

    def busy(self) -> bool:
        """Whether any is still at work."""
        for pid in list(self.forks):
            try:
                ended = os.waitpid(pid, os.WNOHANG)[0] == pid
            except ChildProcessError:  # someone else waited for it
                ended = True
            if ended:
                self.forks.remove(pid)
        return bool(self.forks) or any(one.poll() is None for one in self.started)

    def end(self) -> None:
        """End those that are still at work, and take away what they had half written."""
        ended = [*self.forks, *(one.pid for one in self.started if one.poll() is None)]
        try:
            self._end()
        except KeyboardInterrupt:  # a second one
            self._end()
            raise
        finally:
            store.clear(ended)

    def _end(self) -> None:
        for pid in self.forks:
            with suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        for one in self.started:
            if one.poll() is None:
                one.kill()
        while self.forks:
            with suppress(OSError):
                os.waitpid(self.forks[-1], 0)
            self.forks.pop()
        for one in self.started:
            one.wait()


@contextmanager
def at_work(parts: Sequence[Sequence[Task]]) -> Iterator[Others]:
    """A process for each part, ended with the block."""
    others = Others()
    try:
        forks = can_fork()
        if forks and parts:
            prepare()  # once for all
        for part in parts:
            with suppress(OSError, ValueError):
                if forks:
                    _fork(part, others.forks)
                else:
                    others.started.append(_started(part))
        yield others
    finally:
        others.end()


def _fork(part: Sequence[Task], forks: list[int]) -> None:
    parent, ignored = os.getpid(), signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    held = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # no fork without its number in the list
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # threads of libraries, which hold nothing of ours
            pid = os.fork()
        if pid == 0:
            _work_as_fork(part, parent, ignored, held)
        forks.append(pid)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, held)


def _work_as_fork(part: Sequence[Task], parent: int, ignored: bool, held: Any) -> NoReturn:
    status = 1
    try:
        _end_with_parent()
        gc.disable()  # it would only copy the memory that is shared with the parent
        signal.signal(signal.SIGINT, signal.SIG_IGN if ignored else signal.SIG_DFL)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, held)
        notice.quiet()
        for task in part:
            if os.getppid() != parent:  # it was killed
                break
            task.compile()
        status = 0
    except BaseException:  # the parent compiles what is missing, and says what is wrong
        pass
    finally:
        os._exit(status)


def _end_with_parent() -> None:
    """Let Linux end this process at once when its parent does."""
    with suppress(Exception):
        ctypes.CDLL(None).prctl(_PARENT_DEATH_SIGNAL, int(signal.SIGKILL), 0, 0, 0)


def _started(part: Sequence[Task]) -> subprocess.Popen[bytes]:
    if not sys.executable or getattr(sys, "frozen", False):
        raise ValueError("no Python to start")
    path = [entry or os.getcwd() for entry in sys.path]
    told = json.dumps({"path": path, "leaves": [task.full_name for task in part]})
    flags = int(getattr(subprocess, "CREATE_NO_WINDOW", 0))  # Windows alone has it
    return subprocess.Popen(
        [sys.executable, "-c", _START, told], creationflags=flags,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def work(names: Sequence[str]) -> None:
    """Compile leaves, ``"module:leaf"``, for others: what a started process does."""
    for name in names:
        module, _, leaf = name.partition(":")
        getattr(import_module(module), leaf).compile()
