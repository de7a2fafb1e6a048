"""Region: kernels that run together, one step or many at a time."""

from __future__ import annotations

from functools import cached_property, partial
from typing import Any

import numpy as np

from lava_api.magma.compiler.program import Link
from lava_api.magma.core.sync.phase import Phase
from lava_api.magma.kernels.base import Kernel
from lava_api.magma.kernels.border import Border
from lava_api.magma.kernels.calls import Program
from lava_api.magma.kernels.linking import Linker
from lava_api.magma.kernels.parts import Gate, Parts, Supply, Turn, attributed
from lava_api.magma.runtime.scheduler import ModelError


class Region:
    """Kernels of one group, linked among themselves and with Python models.

    Parameters
    ----------
    kernels : dict
        Kernel of each process.
    incoming : dict
        Links by their target port.
    channels : dict
        Channel of each link whose other end is outside.
    pipes : dict
        External pipes by their ports.
    managed : list
        Processes in the order of the management phases.
    alone : bool
        Whether there are no other models in the domain. If nothing goes in or out either, many steps run in one go,
        management phases included.

    Attributes
    ----------
    clock : ndarray
        Number of steps done.
    border : Border
        What comes in and goes out.
    """

    def __init__(
        self,
        kernels: dict[Any, Kernel],
        incoming: dict[Any, list[Link]],
        channels: dict[Link, Any],
        pipes: dict[Any, Any],
        managed: list[Any],
        alone: bool,
    ) -> None:
        self.kernels = kernels
        self.clock = np.zeros(1, np.int64)
        self.stale = True
        for kernel in kernels.values():
            kernel.model._region = self
        self.border = Border(kernels, incoming, channels, pipes)
        linker = self._linker = Linker(kernels, incoming, self.border.outside, self.border.piped)
        self.border.open(linker.messages)
        self.gates: list[Gate] = [*self.border.gates]
        self.alone = alone and not self.border.is_crossed
        checked = [kernel for kernel in kernels.values() if kernel.status is not None]
        self.status = np.zeros(len(checked), np.int64)
        for k, kernel in enumerate(checked):
            kernel.status = self.status[k : k + 1]
        self.checked = checked
        self._spiking = linker.calls()
        learning = [call for kernel in kernels.values() for call in kernel.learning()]
        self.supplied = _overriding("provide", kernels)
        self.exchanging = _overriding("room", kernels)
        self.gates += [Supply(kernel, self.clock) for kernel in _overriding("fetch", kernels)]
        own = [process for process in managed if process in kernels]
        self.later = {p: calls for p in own if not kernels[p].deferred and (calls := list(kernels[p].managed()))}
        self.handing = [kernel for kernel in _overriding("hand", kernels) if kernel.process not in self.later]
        self.wires = [kernel for kernel in _overriding("hand", kernels) if kernel.process in self.later]
        self.hooked = [kernels[process] for process in own if kernels[process].due(1) is not None]
        places = {process: place for place, process in enumerate(managed)}
        last = max((places[process] for process in self.later), default=-1)
        self.alone &= all(places[kernel.process] > last for kernel in self.hooked)
        together = [call for calls in self.later.values() for call in calls]
        self.program = Program(self._spiking + learning + together if self.alone else [], self.status)
        apart = self.exchanging or not self.alone
        self.learner = Program(learning) if learning and apart else None
        self._manager = Program(together) if together and apart else None

    @cached_property
    def spiking(self) -> Program:
        """Calls of the spiking phase."""
        return Program(self._spiking, self.status)

    @cached_property
    def parts(self) -> Parts:
        """The spiking phase where something has to wait."""
        return Parts(self, self._linker, self.gates)

    # ------------------------------------------------------------ running
    def ready(self) -> None:
        """Bring all kernels up to date; the first error is raised with its model, the others are noted there."""
        if not self.stale:
            return
        errors = []
        for kernel in self.kernels.values():
            try:
                kernel.ready()
            except Exception as error:
                errors.append(ModelError(kernel.model, error))
        if errors:
            errors[0].others = errors[1:]
            raise errors[0]
        self.stale = False

    def step(self, turn: Turn) -> None:
        """Do the spiking phase of one step: send what is due, receive, run the kernels, send the rest."""
        if self.border.early:
            self.border.send_early(turn)
        missing = []
        try:
            for gate in self.gates:
                if not gate.try_take():
                    missing.append(gate)
        except Exception as error:
            raise ModelError(gate.kernel.model, error) from error
        if missing and not self.parts.wait(missing, turn):
            return
        self.prepare()
        self.spiking.run(self.clock, 1)
        self.check_status()
        if self.border.late or self.handing:
            self.pass_on(int(self.clock[0]), turn)

    def prepare(self) -> None:
        """Make all ready for one step."""
        self.ready()
        self.check_limit()
        for kernel in self.supplied:
            kernel.provide(int(self.clock[0]))

    def pass_on(self, done: int, turn: Turn, processes: Any = None) -> None:
        """Send and hand over what all or some processes have sent in the step that is the number `done`."""
        self.border.send_late(turn, processes)
        if self.handing:
            handing = [kernel for kernel in self.handing if processes is None or kernel.process in processes]
            self._hand(handing, done, turn)

    @staticmethod
    def _hand(kernels: list[Kernel], done: int, turn: Turn) -> None:
        """Hand over what steps have left; what there is no room for waits in jobs of its own."""
        for kernel in kernels:
            if not attributed(kernel.model, partial(kernel.hand, done, wait=False)):
                turn.spawn(kernel.model, partial(kernel.hand, done, wait=True))

    def steps(self, most: int) -> int:
        """Do up to so many steps, and what Python has to do after the last; return how many: 0 when it has to wait."""
        self.ready()
        self.check_limit()
        done = int(self.clock[0])
        for kernel in self.kernels.values():
            limit = kernel.limit()
            most = most if limit is None else min(most, limit - done)
        for kernel in self.supplied:
            lasts = kernel.provide(done)
            most = most if lasts is None else min(most, lasts)
        for kernel in self.hooked:
            due = kernel.due(done + 1)
            most = most if due is None else min(most, due - done)
        for kernel in self.exchanging:
            room = kernel.room(done)
            most = most if room is None else min(most, room)
        if not most:
            return 0
        for gate in self.gates:
            attributed(gate.kernel.model, partial(gate.kernel.fetch, done + most))
        self.program.run(self.clock, most)
        done = int(self.clock[0]) - bool(self.status.any())
        for kernel in (*self.handing, *self.wires):
            attributed(kernel.model, partial(kernel.hand, done, wait=True))
        self.check_status()
        for kernel in self.hooked:
            self.hook(kernel)
        return most

    def finish(self, turn: Turn) -> None:
        """Do all that comes after the spiking phase of a step."""
        self.learn()
        if self._manager is not None:
            self._manager.run(self.clock - 1, 1)
        for kernel in self.hooked:
            turn.spawn(kernel.model, partial(self.hook, kernel))
        self._hand(self.wires, int(self.clock[0]), turn)

    def learn(self) -> None:
        """Do the learning phase of the step that has just run."""
        if self.learner is not None:
            self.learner.run(self.clock - 1, 1)

    def hook(self, kernel: Kernel) -> None:
        """Let the model do its management phase in Python if this is the step for it."""
        step = int(self.clock[0])
        if kernel.due(step) == step:
            kernel.model.time_step = step
            kernel.model.phase = Phase.POST_MGMT
            try:
                if kernel.deferred and not kernel.model.post_guard():
                    return
                kernel.model.run_post_mgmt()
            except Exception as error:
                raise ModelError(kernel.model, error) from error
            if not kernel.deferred:
                kernel.set("")
                self.stale = True

    def check_limit(self) -> None:
        """Raise the error of a kernel that cannot do another step."""
        done = int(self.clock[0])
        for kernel in self.kernels.values():
            limit = kernel.limit()
            if limit is not None and done >= limit:
                raise ModelError(kernel.model, kernel.beyond())

    def check_status(self) -> None:
        """Raise the error of a kernel that could not go on."""
        if self.status.any():
            for kernel in self.checked:
                if kernel.status[0]:
                    raise ModelError(kernel.model, kernel.failure())

    def settle(self) -> None:
        """Hand over what is left where steps were interrupted."""
        for kernel in (*self.handing, *self.wires):
            kernel.hand(int(self.clock[0]), wait=False)

    def sync(self) -> None:
        """Tell the models what time it is."""
        step = int(self.clock[0])
        for kernel in self.kernels.values():
            kernel.model.time_step = step


class ManagedTurn:
    """The management phase of one kernel, as a job of its own among those of Python models."""

    def __init__(self, region: Region, process: Any) -> None:
        self.region = region
        self.kernel = region.kernels[process]
        self.model = self.kernel.model
        self.program = Program(region.later[process]) if process in region.later else None
        self.wanted = self.program is not None or self.kernel in region.hooked
        self._clock = np.zeros(1, np.int64)

    def post_mgmt(self) -> None:
        """Do it for the step that has just run."""
        if self.program is not None:
            done = int(self.region.clock[0])
            self._clock[0] = done - 1
            self.program.run(self._clock, 1)
            self.kernel.hand(done, wait=True)
        else:
            self.region.hook(self.kernel)


def _overriding(name: str, kernels: dict[Any, Kernel]) -> list[Kernel]:
    """Return the kernels that have a method of their own."""
    return [kernel for kernel in kernels.values() if getattr(type(kernel), name) is not getattr(Kernel, name)]


def make_regions(
    groups: list[tuple[int, list[Any]]],
    kernels: dict[Any, Kernel],
    incoming: dict[Any, list[Link]],
    channels: dict[Link, Any],
    pipes: dict[Any, Any],
    managed: list[Any],
) -> list[tuple[int, Region]]:
    """Make the region of each group; channels are those of all links that cross a border, pipes those of all ports."""
    regions = []
    for waits, members in groups:
        own = {process: kernels[process] for process in members}
        ends = {
            link: channel
            for link, channel in channels.items()
            if (link.source.process in own) or (link.target.process in own)
        }
        piped = {port: pipe for port, pipe in pipes.items() if port.process in own}
        alone = len(own) == len(managed)
        regions.append((waits, Region(own, incoming, ends, piped, managed, alone)))
    return regions
