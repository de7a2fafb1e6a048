"""Compiled subgraph: kernels that run together, one step or many at a time."""

from __future__ import annotations

import time
from functools import cached_property, partial
from typing import TYPE_CHECKING

import numpy as np

from lava_api.magma.core.sync.phase import Phase
from lava_api.magma.kernels.base import Kernel
from lava_api.magma.kernels.boundary import Boundary
from lava_api.magma.kernels.calls import CallList
from lava_api.magma.kernels.connections import Connections
from lava_api.magma.kernels.inputs import HostData, PhaseJobs, SubgraphInput, attributed
from lava_api.magma.kernels.later_phases import LearningPhase, Managing
from lava_api.magma.kernels.outcome import Fallible
from lava_api.magma.kernels.partial_step import PartialStep
from lava_api.magma.kernels.schedule import SubgraphSchedule
from lava_api.magma.kernels.supply import HostInput, HostIO, HostOutput, StepSupply
from lava_api.magma.kernels.threads import Threads, stages_of, threads_for
from lava_api.magma.runtime.scheduler import ModelError

if TYPE_CHECKING:
    from collections.abc import Container

    from lava_api.magma.core.process.process import AbstractProcess


class Subgraph:
    """Kernels of one group, connected among themselves and with Python models.

    `managed` has the processes in the order of the management phases. It is `alone` where there are no other models in
    the domain: if nothing goes in or out either, many steps run in one go, management phases included, by several
    threads if that is asked for.
    """

    def __init__(
        self,
        kernels: dict[AbstractProcess, Kernel],
        connections: Connections,
        managed: list[AbstractProcess],
        alone: bool,
        threads: int | str = 1,
    ) -> None:
        self.kernels = kernels
        self.clock = np.zeros(1, np.int64)  # number of steps done
        self.stale = True
        for kernel in kernels.values():
            kernel.subgraph = self
        boundary = self.boundary = Boundary(kernels, connections)
        schedule = SubgraphSchedule(kernels, connections.incoming, boundary.from_links, boundary.from_pipes)
        self._schedule = schedule
        boundary.open(schedule.messages)  # before the calls are made: who sends outwards needs its whole message
        self.inputs: list[SubgraphInput] = [*self.boundary.inputs]
        self.alone = alone and not self.boundary.is_crossed
        self.threads = Threads(threads_for(threads, kernels) if self.alone else 1)
        for kernel in kernels.values():
            kernel.threads = self.threads.count
        self.checked: list[Fallible] = [k for k in kernels.values() if isinstance(k, Fallible) and k.status is not None]
        self.status = np.zeros(len(self.checked), np.int64)
        for k, checked in enumerate(self.checked):
            checked.status = self.status[k : k + 1]
        self._spiking = schedule.calls()
        self._sort(managed)
        learners = [kernel for kernel in kernels.values() if isinstance(kernel, LearningPhase)]
        learning = [call for kernel in learners for call in kernel.learning()]
        together = [call for calls in self.post_mgmt.values() for call in calls]
        self._later_calls = learning + together
        self._list_calls()
        # Many steps in one call have all phases in one list; a step that waits midway needs them apart.
        apart = self.exchanging or not self.alone
        self.learner = CallList(learning) if learning and apart else None
        self._manager = CallList(together) if together and apart else None

    def _sort(self, managed: list[AbstractProcess]) -> None:
        """Sort kernels by what they do besides the spiking phase."""
        kernels = self.kernels.items()
        self.supplied: list[StepSupply] = [kernel for _, kernel in kernels if isinstance(kernel, StepSupply)]
        self.exchanging: list[HostIO] = [kernel for _, kernel in kernels if isinstance(kernel, HostIO)]
        self.inputs += [HostData(kernel, self.clock) for _, kernel in kernels if isinstance(kernel, HostInput)]
        later = {p: kernel for p, kernel in kernels if isinstance(kernel, Managing)}
        mine = [process for process in managed if process in later]
        self.post_mgmt = {
            p: calls for p in mine if not later[p].post_mgmt_in_python and (calls := list(later[p].managed()))
        }
        outputs: list[HostOutput] = [kernel for _, kernel in kernels if isinstance(kernel, HostOutput)]
        self.handing = [kernel for kernel in outputs if kernel.process not in self.post_mgmt]
        self.handing_last = [kernel for kernel in outputs if kernel.process in self.post_mgmt]
        self.hooked: list[Managing] = [later[process] for process in mine if later[process].due(1) is not None]
        places = {process: place for place, process in enumerate(managed)}
        last = max((places[process] for process in self.post_mgmt), default=-1)
        # Python comes after all calls of a step: what it does between two kernels of a phase needs a step of its own.
        self.alone &= all(places[kernel.process] > last for kernel in self.hooked)

    def _list_calls(self) -> None:
        """Make the lists of calls ready for the time loop."""
        self.program = CallList(self._spiking + self._later_calls if self.alone else [], self.status)
        if self.alone and self.threads.count > 1:
            stages = stages_of(self._schedule, self._later_calls, self.kernels, self.threads.count)
            self.threads.take(stages, self.status, self.clock)
        vars(self).pop("spiking", None)
        if "partial_step" in vars(self):
            self.partial_step.forget()

    @cached_property
    def spiking(self) -> CallList:
        """Calls of the spiking phase."""
        return CallList(self._spiking, self.status)

    @cached_property
    def partial_step(self) -> PartialStep:
        """The spiking phase where something has to wait."""
        return PartialStep(self, self._schedule, self.inputs)

    # ------------------------------------------------------------ running
    def ready(self) -> None:
        """Bring all kernels up to date; the first error is raised with its model, the others are noted there."""
        if not self.stale:
            return
        errors = []
        for kernel in self.kernels.values():
            try:
                if kernel.stale:
                    kernel.ready()
            except Exception as error:
                errors.append(ModelError(kernel.model, error))
        if errors:
            errors[0].others = errors[1:]
            raise errors[0]
        if recast := [process for process, kernel in self.kernels.items() if kernel.recast]:
            self._spiking = self._schedule.again(recast)
            self._list_calls()
        self.stale = False

    def step(self, jobs: PhaseJobs) -> None:
        """Do the spiking phase of one step: send what is due, receive, run the kernels, send the rest."""
        if self.boundary.sent_first:
            self.boundary.send_first(jobs)
        missing = []
        try:
            for one in self.inputs:
                if not one.try_take():
                    missing.append(one)
        except Exception as error:
            raise ModelError(one.kernel.model, error) from error
        if missing and not self.partial_step.wait(missing, jobs):
            return
        self.prepare()
        self.spiking.run(self.clock, 1)
        self.check_status()
        if self.boundary.sent_last or self.handing:
            self.pass_on(int(self.clock[0]), jobs)

    def prepare(self) -> None:
        """Make all ready for one step."""
        self.ready()
        self._supply(int(self.clock[0]))

    def _supply(self, done: int) -> float:
        """Make ready what steps use up; return for how many it lasts."""
        lasts = (attributed(kernel, kernel.provide, done) for kernel in self.supplied)
        return min((steps for steps in lasts if steps is not None), default=float("inf"))

    def pass_on(self, done: int, jobs: PhaseJobs, processes: Container[AbstractProcess] | None = None) -> None:
        """Send and hand over what all or some processes have sent in the step that is the number `done`."""
        self.boundary.send_last(jobs, processes)
        if self.handing:
            self._hand([k for k in self.handing if processes is None or k.process in processes], done, jobs)

    @staticmethod
    def _hand(kernels: list[HostOutput], done: int, jobs: PhaseJobs) -> None:
        """Hand over what steps have left; what there is no room for waits in jobs of its own."""
        for kernel in kernels:
            if not attributed(kernel, kernel.hand, done, wait=False):
                jobs.spawn(kernel.model, partial(kernel.hand, done, wait=True))

    def steps(self, most: int) -> int:
        """Do up to so many steps, and what Python has to do after the last; return how many: 0 when it has to wait."""
        self.ready()
        done = int(self.clock[0])
        most = int(min(most, self._supply(done)))
        for kernel in self.hooked:
            due = kernel.due(done + 1)
            most = most if due is None else min(most, due - done)
        for exchange in self.exchanging:
            ready = exchange.steps_ready(done)
            most = most if ready is None else min(most, ready)
        if not most:
            return 0
        for one in self.inputs:
            if isinstance(one, HostData):  # through channels nothing comes where many steps are done at once
                attributed(one.kernel, one.kernel.fetch, done + most)
        begin = time.perf_counter()
        if not self.threads.run(most):
            self.program.run(self.clock, most)
        self.threads.learn((time.perf_counter() - begin) / most)
        done = int(self.clock[0]) - bool(self.status.any())  # a step that failed leaves nothing to hand over
        for sender in (*self.handing, *self.handing_last):
            attributed(sender, sender.hand, done, wait=True)
        self.check_status()
        for kernel in self.hooked:
            self.hook(kernel)
        return most

    def finish(self, jobs: PhaseJobs) -> None:
        """Do all that comes after the spiking phase of a step."""
        self.learn()
        if self._manager is not None:
            self._manager.run(self.clock - 1, 1)
        for kernel in self.hooked:
            jobs.spawn(kernel.model, partial(self.hook, kernel))
        self._hand(self.handing_last, int(self.clock[0]), jobs)

    def learn(self) -> None:
        """Do the learning phase of the step that has just run."""
        if self.learner is not None:
            self.learner.run(self.clock - 1, 1)

    def hook(self, kernel: Managing) -> None:
        """Let the model do its management phase in Python if this is the step for it."""
        step = int(self.clock[0])
        if kernel.due(step) == step:
            kernel.model.time_step = step
            kernel.model.phase = Phase.POST_MGMT
            if not kernel.post_mgmt_in_python:
                attributed(kernel, kernel.model.run_post_mgmt)
                kernel.set("")  # it may have written what its leaves work on
            elif attributed(kernel, kernel.model.post_guard):
                attributed(kernel, kernel.model.run_post_mgmt)

    def check_status(self) -> None:
        """Raise the error of a kernel that could not go on."""
        if self.status.any():
            for kernel in self.checked:
                if kernel.status is not None and kernel.status[0]:
                    raise ModelError(kernel.model, kernel.failure())

    def settle(self) -> None:
        """Hand over what is left where steps were interrupted."""
        for kernel in (*self.handing, *self.handing_last):
            kernel.hand(int(self.clock[0]), wait=False)

    def sync(self) -> None:
        """Tell the models what time it is."""
        step = int(self.clock[0])
        for kernel in self.kernels.values():
            kernel.model.time_step = step


class ManagementPhase:
    """The management phase of one kernel, as a job of its own among those of Python models."""

    def __init__(self, subgraph: Subgraph, process: AbstractProcess) -> None:
        self.subgraph = subgraph
        self.kernel = subgraph.kernels[process]
        self.model = self.kernel.model
        calls = subgraph.post_mgmt.get(process)
        self.program = None if calls is None else CallList(calls)
        is_hooked = isinstance(self.kernel, Managing) and self.kernel in subgraph.hooked
        self.wanted = self.program is not None or is_hooked
        self._clock = np.zeros(1, np.int64)

    def post_mgmt(self) -> None:
        """Do it for the step that has just run."""
        kernel = self.kernel
        if self.program is not None:
            done = int(self.subgraph.clock[0])
            self._clock[0] = done - 1
            self.program.run(self._clock, 1)
            if isinstance(kernel, HostOutput):
                kernel.hand(done, wait=True)
        elif isinstance(kernel, Managing):
            self.subgraph.hook(kernel)


def make_subgraphs(
    groups: list[tuple[int, list[AbstractProcess]]],
    kernels: dict[AbstractProcess, Kernel],
    connections: Connections,
    managed: list[AbstractProcess],
    threads: int | str = 1,
) -> list[tuple[int, Subgraph]]:
    """Make the subgraph of each group; `connections` are those of all; so many threads run one that is alone."""
    subgraphs = []
    for waits, members in groups:
        inside = {process: kernels[process] for process in members}
        alone = len(inside) == len(managed)
        subgraphs.append((waits, Subgraph(inside, connections.of(inside), managed, alone, threads)))
    return subgraphs
