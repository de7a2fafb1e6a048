"""The scheduler: runs jobs one after the other, and others while one waits for a channel.

A job is a phase method of one model. A worker (a greenlet) takes jobs from the queue as long as they return; where
one has to wait for a channel its worker is set aside and the next worker goes on. The order is the same every time.
"""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Callable
from threading import get_ident
from typing import Any, NamedTuple, Protocol
from weakref import ref

from greenlet import error as greenlet_error
from greenlet import getcurrent, greenlet

from lava_api.magma.runtime.channel import PortChannel
from lava_api.magma.runtime.isolation import Isolation


class Failure(NamedTuple):
    """An exception that left a model."""

    model: object
    error: Exception


class ModelError(Exception):
    """An exception of one model among several that run in one job."""

    def __init__(self, model: object, error: Exception) -> None:
        super().__init__(str(error))
        self.failure = Failure(model, error)
        self.others: list[ModelError] = []


class Wait(NamedTuple):
    """What a worker waits for, or asks for again and again."""

    worker: Any
    channel: PortChannel
    reading: bool
    polls: bool = False


class Service(Protocol):
    """What drives models through their phases, and is told when all jobs of a phase have returned."""

    pending: int

    def advance(self) -> None:
        """Queue the jobs of the next phase, if there is one."""


class Job(NamedTuple):
    """A method of a model, and the service to tell when it has returned.

    The service has counted it as pending; the model is named in errors. A method that never waits for a channel needs
    no worker.
    """

    service: Service
    model: object
    method: Callable[[], object]
    waits: bool = True


class Worker(greenlet):  # type: ignore[misc,unused-ignore]
    """Runs jobs of a scheduler until there is none.

    A suspended greenlet and all that it refers to stay where they are, unseen by Python's garbage collector; so an
    idle one refers to nothing.
    """

    def __init__(self, scheduler: Scheduler) -> None:
        super().__init__(parent=scheduler.host)
        self.scheduler = ref(scheduler)

    def run(self) -> None:
        """Take jobs; go back to the host where there is none, or something else comes first."""
        while True:
            self._work()
            self.parent.switch()

    def _work(self) -> None:
        """Take jobs, then be idle."""
        scheduler = self.scheduler()
        if scheduler is None:
            return
        queue, ready = scheduler.queue, scheduler.ready
        while queue and not ready and not scheduler.stopping:
            scheduler.do(queue.popleft())
        scheduler.idle.append(self)


class Scheduler:
    """Queue, workers and what they wait for."""

    def __init__(self) -> None:
        self.queue: deque[Job] = deque()
        self.ready: deque[Worker] = deque()
        self.idle: list[Worker] = []
        self.waits: dict[Worker, Wait] = {}
        # Those that gave way go on in a new round, when the jobs that were queued then are done or wait. Before it
        # begins `on_round` is asked: where it returns true the run is left, and they stay midway.
        self.later: deque[Worker] = deque()
        self.polls: dict[Worker, Wait] = {}  # of these, the ones that asked for a message that was not there
        self.pending = 0
        self.on_round: Callable[[], bool] = lambda: False
        self.moment: Callable[[], int] = lambda: 0  # a number that grows with the time steps
        self.failures: list[Failure] = []
        self.host: Any = None
        self.active = False
        self.stopping = False  # go back to the host before the next job
        self.leaving = False
        self.is_driven = False  # whether it runs, or has run last, only until the host has what it waits for
        # Steps that are to be divided once nothing can go on, with the arguments of their divide().
        self.stalled: dict[Any, tuple[Any, ...]] = {}
        self.isolation = Isolation()
        self.thread = get_ident()
        self.on_host_wait: Callable[[PortChannel, bool], None] | None = None
        self.may_drive: Callable[[], bool] | None = None

    def is_begun_elsewhere(self) -> bool:
        """Return whether models stand midway in another thread, which alone can go on with them."""
        return self.thread != get_ident() and self.is_midway()

    def is_midway(self) -> bool:
        """Return whether models stand midway in a thread."""
        return bool(self.ready or self.waits or self.later)

    def is_inside(self) -> bool:
        """Return whether the caller is the code of a model that runs."""
        worker = getcurrent()
        return self.active and isinstance(worker, Worker) and worker.scheduler() is self

    def run(self, enough: Callable[[], bool] | None = None) -> None:
        """Run until nothing can go on, or `enough` says so (asked between workers)."""
        if self.active:
            raise RuntimeError("the program runs already: a model cannot run, pause or wait for it")
        if self.is_begun_elsewhere():
            raise RuntimeError("a run was begun in another thread: go on with it there, by wait(), pause() or stop()")
        if self.thread != get_ident():
            self._dismiss(self.idle)
            self.thread = get_ident()
        current = getcurrent()
        if self.host is not current:  # a worker goes back to where the run was asked for, which changes
            self.host = current
            for worker in [*self.idle, *self.ready, *self.waits, *self.later]:
                worker.parent = current
        self.active = True
        self.is_driven = enough is not None
        self.leaving = False
        if self.later and not self.pending:
            self._queue_round()
        try:
            while self.ready or self.queue or self.stalled:
                if self.leaving or (enough is not None and enough()):
                    return
                self.stopping = False
                # Nothing but the next round is queued: no model can go on, so that a step that waits is divided.
                if self.stalled and not self.ready and len(self.queue) == self.pending:
                    step = next(iter(self.stalled))
                    step.divide(*self.stalled.pop(step))
                elif self.ready:
                    self.ready.popleft().switch()
                elif self.queue and not self.queue[0].waits:
                    self.do(self.queue.popleft())
                else:
                    (self.idle.pop() if self.idle else Worker(self)).switch()
        finally:
            self.isolation.leave()
            self.active = False
            self.stopping = False
            if not (self.is_driven and self.queue):  # else the run goes on soon
                self._dismiss(self.idle)

    def do(self, job: Job) -> None:
        """Do a job, here or in the worker that calls this."""
        service, model, method, _ = job
        try:
            method()
        except ModelError as error:
            self.failures += [error.failure, *(other.failure for other in error.others)]
        except Exception as error:
            self.failures.append(Failure(model, error))
        service.pending -= 1
        if not service.pending:
            service.advance()

    def wait(self, channel: PortChannel, *, reading: bool) -> None:
        """Set the calling worker aside until the channel has a message, or room for one."""
        worker = getcurrent()
        if not isinstance(worker, Worker) or worker.scheduler() is not self or not self.active:
            if self.on_host_wait is None:
                raise RuntimeError(f"{channel!r}: no program runs that could send or receive")
            self.on_host_wait(channel, reading)
            return
        party = self.isolation.current
        # Whoever is woken may find that another took the message, or the room, in between.
        while (not channel.queue) if reading else (len(channel.queue) >= channel.capacity):
            if reading:
                channel.reader = worker
            else:
                channel.writer = worker
            self.waits[worker] = Wait(worker, channel, reading)
            self.host.switch()
        if party is not None:  # others had their random numbers in place meanwhile
            party.enter()

    def wake(self, worker: Worker) -> None:
        """Let a worker go on when its turn comes."""
        if self.waits.pop(worker, None) is not None:
            self.ready.append(worker)

    def give_way(self) -> None:
        """Let the calling worker go on after the others that can."""
        if self.is_inside():
            party = self.isolation.current
            self.later.append(getcurrent())
            if not self.pending:
                self._queue_round()
            self.host.switch()
            if party is not None:
                party.enter()

    def missed(self, channel: PortChannel) -> bool:
        """Return whether a channel has got a message; asked again in one time step, let the others go on first."""
        if not self.is_inside():
            return False
        moment = self.moment()
        if channel.missed != moment:
            channel.missed = moment
            return False
        worker = getcurrent()
        self.polls[worker] = Wait(worker, channel, reading=True, polls=True)
        self.give_way()
        self.polls.pop(worker, None)
        return bool(channel.queue)

    def _queue_round(self) -> None:
        """Let those that gave way go on after the jobs that are queued now."""
        self.pending = 1
        self.queue.append(Job(self, None, self._begin_round))

    def _begin_round(self) -> None:
        """Let those that gave way go on, or leave the run."""
        if self.on_round():
            self.leaving = self.stopping = True
            return
        self.ready.extend(self.later)
        self.later.clear()

    def advance(self) -> None:
        """Do nothing: a round is no phase of a service."""

    def stop_for_host(self) -> None:
        """Go back to the host before the next job: what it waits for is there."""
        self.stopping = True

    def clear(self) -> None:
        """Forget all jobs, and end their workers where they wait."""
        workers = [*self.idle, *self.ready, *self.waits, *self.later]
        for held in (self.queue, self.ready, self.waits, self.later, self.polls, self.idle, self.stalled):
            held.clear()
        self.pending = 0
        self._dismiss(workers)

    @staticmethod
    def _dismiss(workers: list[Worker]) -> None:
        """End suspended workers: Python's garbage collector does not see into them."""
        while workers:
            worker = workers.pop()
            with contextlib.suppress(greenlet_error, ValueError):  # the latter: it stands in another thread
                worker.parent = getcurrent()
                worker.throw()
