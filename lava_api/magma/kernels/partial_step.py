"""A time step in which some kernels wait, for other models or for the program around, and others go on."""

from __future__ import annotations

from collections.abc import Container, Mapping
from functools import partial
from typing import TYPE_CHECKING, Protocol

import numpy as np

from lava_api.magma.kernels.calls import CallList
from lava_api.magma.kernels.inputs import ChannelInput, HostData, PhaseJobs, SubgraphInput, attributed
from loihi_emu.models.memory import Array

if TYPE_CHECKING:
    from lava_api.magma.core.process.process import AbstractProcess
    from lava_api.magma.kernels.schedule import SubgraphSchedule
    from lava_api.magma.kernels.scheduled import Scheduled


class Divisible(Protocol):
    """What a step in parts needs of the subgraph whose step it is."""

    clock: Array  # number of steps done
    status: Array  # not 0 where a kernel could not go on

    @property
    def kernels(self) -> Mapping[AbstractProcess, Scheduled]:
        """Kernels by process."""

    def ready(self) -> None:
        """Bring all kernels up to date."""

    def prepare(self) -> None:
        """Make all ready for one step."""

    def check_status(self) -> None:
        """Raise the error of a kernel that could not go on."""

    def pass_on(self, done: int, jobs: PhaseJobs, processes: Container[AbstractProcess] | None = None) -> None:
        """Send and hand over what some processes have sent."""


class PartialStep:
    """The spiking phase of a subgraph, done in parts.

    Kernels that send after they receive go on as soon as all inputs that they depend on are there, as their Python
    models would; the others, whose messages are there from the beginning, come last.
    """

    def __init__(self, subgraph: Divisible, schedule: SubgraphSchedule, inputs: list[SubgraphInput]) -> None:
        self.subgraph = subgraph
        self.schedule = schedule
        self.order = [process for process in schedule.order if not subgraph.kernels[process].sends_first]
        self.needs = self._needs(inputs)
        self._all_from_channels = all(isinstance(one, ChannelInput) for one in inputs)
        suppliers = {one.kernel.process for one in inputs if isinstance(one, HostData)}
        everything = set(inputs)
        self.is_one = all(self.needs[process] == everything for process in self.order if process not in suppliers)
        self.is_begun = False
        self.missing: set[SubgraphInput] = set()
        self._left: list[AbstractProcess] = []
        self._programs: dict[tuple[object, ...], CallList] = {}
        self._clock = np.zeros(1, np.int64)

    def _needs(self, inputs: list[SubgraphInput]) -> dict[AbstractProcess, set[SubgraphInput]]:
        """Return the inputs that each process depends on."""
        needs: dict[AbstractProcess, set[SubgraphInput]] = {process: set() for process in self.order}
        for one in inputs:
            if one.kernel.process in needs:
                needs[one.kernel.process].add(one)
        for process in self.order:  # sources come first
            needs[process].update(*(needs[source] for source in self.schedule.sources[process] if source in needs))
        return needs

    def forget(self) -> None:
        """Make the lists of calls anew when they are needed: some calls have changed."""
        self._programs.clear()

    def wait(self, missing: list[SubgraphInput], jobs: PhaseJobs) -> bool:
        """Wait for inputs, one after the other; return whether the step is still to be done, and was not divided.

        When nothing else can go on meanwhile, or at once where the phase says so, the step is divided.
        """
        if not (self.is_one and (self._all_from_channels or len(missing) == 1)):
            if jobs.is_eager:
                self._begin(missing, jobs)
                return False
            jobs.scheduler.stalled[self] = missing, jobs
        while missing:
            first = missing[0]
            attributed(first.kernel, first.take)
            if self.is_begun:  # divided while this job waited
                self._arrived(first, jobs)
                return False
            del missing[0]
        jobs.scheduler.stalled.pop(self, None)
        return True

    def divide(self, missing: list[SubgraphInput], jobs: PhaseJobs) -> None:
        """Do the step in parts, while the first input that is missing is waited for."""
        self.is_begun = True
        jobs.spawn(missing[0].kernel.model, partial(self._begin, missing, jobs, waited=1))

    def _begin(self, missing: list[SubgraphInput], jobs: PhaseJobs, *, waited: int = 0) -> None:
        """Do what can be done; the rest goes on in a job for each missing input, but the first that others wait for."""
        self.is_begun = True
        self.missing = set(missing)
        self._left = list(self.order)
        self.subgraph.prepare()
        self._go_on(jobs, first=True)
        for one in missing[waited:]:
            jobs.spawn(one.kernel.model, partial(self._wait, one, jobs))

    def _wait(self, one: SubgraphInput, jobs: PhaseJobs) -> None:
        one.take()
        self._arrived(one, jobs)

    def _arrived(self, one: SubgraphInput, jobs: PhaseJobs) -> None:
        """Do what an input has kept waiting."""
        self.missing.discard(one)
        self._go_on(jobs)

    def _go_on(self, jobs: PhaseJobs, *, first: bool = False) -> None:
        subgraph, left = self.subgraph, self._left
        able = [process for process in left if not self.needs[process] & self.missing]
        self._left = [process for process in left if process not in able]
        last = not self.missing
        subgraph.ready()
        key = (first, last, *able)
        if key not in self._programs:
            self._programs[key] = self._calls(first, last, able)
        self._clock[0] = subgraph.clock[0]
        self._programs[key].run(self._clock, 1)
        subgraph.check_status()
        done = int(subgraph.clock[0]) + 1
        if last:
            subgraph.clock[0] = done
            self.is_begun = False
        subgraph.pass_on(done, jobs, set(able))

    def _calls(self, first: bool, last: bool, able: list[AbstractProcess]) -> CallList:
        schedule, kernels = self.schedule, self.subgraph.kernels
        senders = [process for process in schedule.order if kernels[process].sends_first] if last else []
        calls = [call for process in (*able, *senders) for call in schedule.calls_of[process]]
        return CallList((schedule.copies if first else []) + calls, self.subgraph.status)
