"""Processes of this machine that do numbered tasks, in order; none outlives the call, or the process that made it.

Where it is safe, workers are copies of this process (fork) and have the function and all that it needs, an emulator's
image too, without copying. Elsewhere they are fresh, and get it as bytes.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import sys
import threading
import warnings
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from multiprocessing import connection
from multiprocessing.connection import Connection
from typing import Any

from loihi_emu.errors import SimulationError, UnsupportedError, invalid
from loihi_emu.jit.together import cores
from loihi_emu.numeric import integer
from loihi_emu.run.tasks import Answer, Failure, Function, answer, as_bytes, packed, sendable, with_cause

AHEAD = 4
"""So many tasks a worker are given out beyond the first whose answer is not there: answers wait in memory."""
GRACE_SECONDS = 2.0
"""A worker that has nothing more to do ends by itself within this time, or is ended."""
LOOK_SECONDS = 0.1
"""Between two looks whether Ctrl-C was pressed, where that does not end waiting by itself."""
STOP = b""
MOST_WORKERS = 4096
OURS = ("tqdm", "loihi_emu")
"""Threads of these modules or names hold no lock that a copy of this process could wait for."""


def workers_of(where: str, workers: object) -> int:
    """How many workers are meant: a number, or "auto", which is the number of processors that this process may use."""
    if workers == "auto" and isinstance(workers, str):
        return cores()
    if isinstance(workers, (str, bool)) or workers is None:
        raise invalid(where, "workers", repr(workers), 'a number of processes, 1 or more, or "auto"')
    return integer(where, "workers", workers, 1, MOST_WORKERS)


def may_fork() -> bool:
    """Whether copies of this process can go on: no thread of others may hold a lock in them, and MPI allows none."""
    if sys.platform != "linux":
        return False
    here = threading.current_thread()
    others = [t for t in threading.enumerate() if t is not here and not _is_ours(t)]
    mpi = sys.modules.get("mpi4py.MPI")
    return not others and (mpi is None or not mpi.Is_initialized() or mpi.Is_finalized())


def _is_ours(thread: threading.Thread) -> bool:
    return type(thread).__module__.startswith(OURS) or thread.name.startswith(OURS)


class Worker:
    """A process and what it is at."""

    def __init__(self, context: Any, function: bytes | Function) -> None:
        self.task: int | None = None
        self.ended = False
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=_work, args=(theirs, function), name="loihi_emu worker")
        self.process.start()
        theirs.close()

    def give(self, number: int, task: bytes) -> None:
        """Let it do a task."""
        self.task = number
        with suppress(OSError):  # it has ended: that is seen where answers are read
            self.pipe.send_bytes(task)

    def answer(self) -> Answer:
        """What it found, or how it ended."""
        try:
            found: Answer = pickle.loads(self.pipe.recv_bytes())
            return found
        except (EOFError, OSError):
            self.process.join(GRACE_SECONDS)
            self.ended = True
            return Answer(None, SimulationError(f"a worker process {_how(self.process.exitcode)}."))

    def end(self, kill: bool) -> None:
        """End it."""
        if not kill:
            with suppress(OSError):
                self.pipe.send_bytes(STOP)
            self.process.join(GRACE_SECONDS)
        self.pipe.close()
        if self.process.is_alive():
            self.process.kill()
            self.process.join()
        self.process.close()


def _how(code: int | None) -> str:
    if code is not None and code < 0:
        reason = ", perhaps because memory ran out" if -code == signal.SIGTERM or -code == 9 else ""
        return f"was killed by signal {-code}{reason}"
    started = 'where scripts start workers, their main part stands under if __name__ == "__main__":'
    return f"ended with exit status {code} and no answer ({started})" if code == 1 else f"ended with status {code}"


def _sent(number: int, task: Any) -> bytes:
    """A task as bytes, or a failure of it."""
    try:
        return pickle.dumps(task)
    except Exception as problem:
        text = f"the parameters cannot be sent to another process: {problem}"
        raise Failure(number, UnsupportedError(text)) from problem


def _has_script() -> bool:
    """Whether fresh processes can run the main script: not one of a pipe, of ``python -c``, or of a notebook."""
    return os.path.exists(getattr(sys.modules["__main__"], "__file__", None) or "")


@contextmanager
def _no_script() -> Iterator[None]:
    """Let fresh processes not look for a main script that is not there, as of ``python - < script``."""
    main = vars(sys.modules["__main__"])
    name = main.pop("__file__", None)
    try:
        yield
    finally:
        if name is not None:
            main["__file__"] = name


def in_processes(
    function: Function, tasks: Sequence[Any], workers: int, where: str, fork: bool,
    instead: Callable[[BaseException], Any] | None = None,
) -> Generator[Any, None, None]:  # fmt: skip
    """What a function gives for tasks, in order.

    Parameters
    ----------
    function : callable of one argument
    tasks : sequence
    workers : int
    where : str
        For messages.
    fork : bool
        Whether workers are copies of this process.
    instead : function, optional
        Of an error: what comes in the place of a task that failed, and all go on, a new worker for one that ended.

    Raises
    ------
    Failure
        Of the first task that failed; those after it are ended.
    """
    context = multiprocessing.get_context("fork" if fork else "spawn")
    sent = function if fork else packed(function, where, elsewhere=not _has_script())
    crew: list[Worker] = []
    done: dict[int, Answer] = {}
    left, next_one = deque(enumerate(tasks)), 0
    kill = True

    def start() -> Worker:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of forking beside threads that are known
            with nullcontext() if fork or _has_script() else _no_script():
                return Worker(context, sent)

    try:
        for _ in range(min(workers, len(tasks))):
            crew.append(start())
        while next_one < len(tasks):
            for worker in crew:
                if worker.task is None and left and left[0][0] < next_one + AHEAD * workers:
                    number, task = left.popleft()
                    worker.give(number, _sent(number, task))
            busy = {worker.pipe: worker for worker in crew if worker.task is not None}
            for pipe in connection.wait(list(busy), LOOK_SECONDS):
                worker = busy[pipe]
                assert worker.task is not None
                done[worker.task], worker.task = worker.answer(), None
                if instead is not None and worker.ended:
                    worker.end(kill=True)
                    crew[crew.index(worker)] = start()
            while next_one in done:
                value, error = done.pop(next_one)
                if error is not None:
                    if instead is None:
                        raise Failure(next_one, with_cause(error))
                    value = instead(error)
                next_one += 1
                yield value
        kill = False
    finally:
        for worker in crew:
            worker.end(kill)


def _work(pipe: Connection, function: bytes | Function) -> None:
    """Do tasks until one says stop; what a worker runs."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all processes of a terminal: the first one decides
    threading.Thread(target=_end_with_parent, name="loihi_emu parent", daemon=True).start()
    while True:
        try:
            task = pipe.recv_bytes()
        except (EOFError, OSError):
            return
        if task == STOP:
            return
        try:
            found = as_bytes(answer(function, pickle.loads(task)))
        except BaseException as error:  # what no `except Exception` of the function's catches, or a task that is broken
            found = as_bytes(Answer(None, sendable(error)))
        try:
            pipe.send_bytes(found)
        except OSError:
            return


def _end_with_parent() -> None:
    """End this process when the one that made it has ended, however that came."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
