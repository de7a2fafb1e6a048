"""Numbered tasks for an executor: concurrent.futures, mpi4py.futures, dask's, or any of that interface."""

from __future__ import annotations

import queue
from collections.abc import Generator, Sequence
from concurrent.futures import BrokenExecutor, ThreadPoolExecutor
from contextlib import suppress
from typing import Any, Protocol

from loihi_emu.errors import SimulationError, invalid
from loihi_emu.run.tasks import Answer, Failure, Function, answer, packed, sendable, with_cause

AHEAD = 256
"""So many tasks are given to it at once: answers wait in memory until those before them are there."""
LOOK_SECONDS = 0.1
"""Between two looks whether Ctrl-C was pressed."""


class Future(Protocol):
    """What an executor gives for a task."""

    def result(self) -> Any:
        """What the task gave, or raise what it raised."""

    def cancel(self) -> Any:
        """Do not begin it."""

    def add_done_callback(self, fn: Any, /) -> Any:
        """Call something when it is done."""


class Executor(Protocol):
    """What does tasks, here or on other machines."""

    def submit(self, fn: Any, /, *args: Any) -> Any:
        """Take a task; returns its Future."""


def check_executor(where: str, executor: object) -> None:
    """Raise unless tasks can be given to it."""
    if not callable(getattr(executor, "submit", None)):
        allowed = "an object with submit(function, *arguments), as of concurrent.futures, mpi4py.futures or dask"
        advice = "Of a dask client: client.get_executor()." if hasattr(executor, "scheduler") else ""
        raise invalid(where, "executor", repr(executor), allowed, advice=advice)


def in_executor(function: Function, tasks: Sequence[Any], executor: Executor, where: str) -> Generator[Any, None, None]:
    """What a function gives for tasks, in order; raises Failure for the first that failed, and cancels the others."""
    sent = function if isinstance(executor, ThreadPoolExecutor) else packed(function, where)
    arrived: queue.SimpleQueue[int] = queue.SimpleQueue()
    futures: dict[int, Future] = {}
    done: set[int] = set()
    given = next_one = 0
    try:
        while next_one < len(tasks):
            while given < min(len(tasks), next_one + AHEAD):
                futures[given] = executor.submit(answer, sent, tasks[given])
                futures[given].add_done_callback(lambda _, number=given: arrived.put(number))
                given += 1
            with suppress(queue.Empty):
                done.add(arrived.get(timeout=LOOK_SECONDS))
            while next_one in done:
                done.discard(next_one)
                value, error = _result(futures.pop(next_one))
                if error is not None:
                    raise Failure(next_one, with_cause(error))
                next_one += 1
                yield value
    finally:
        for future in futures.values():
            future.cancel()


def _result(future: Future) -> Answer:
    try:
        found: Answer = future.result()
        return found
    except BrokenExecutor as problem:
        text = f"a worker of the executor has ended ({problem}). It was this or another task that was under way then."
        return Answer(None, SimulationError(text))
    except Exception as problem:  # of the way there or back
        return Answer(None, sendable(problem))
