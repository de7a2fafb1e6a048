"""Region: kernels that run together, one step or many at a time."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np

from lava_api.magma.compiler.program import Link
from lava_api.magma.core.sync.protocols.loihi_protocol import Phase
from lava_api.magma.kernels.base import Kernel
from lava_api.magma.kernels.linking import Call, Linker
from lava_api.magma.kernels.messages import Message
from lava_api.magma.kernels.plan import sent_type
from lava_api.magma.runtime.scheduler import ModelError

NONE = np.zeros(0, np.int64)


class Program:
    """Leaf calls in order, ready for the time loop."""

    def __init__(self, calls: list[Call], status: Any = NONE) -> None:
        self.calls = calls
        self._status, self._fine = status, np.zeros(len(status), np.int64)
        leaves = []
        for name, _ in calls:
            module, _, leaf = name.partition(":")
            leaves.append(getattr(import_module(f"loihi_emu.models.lava.{module}"), leaf).address)
        self.leaves = np.array(leaves, np.int64)
        self.descriptions = np.array([d.address for _, d in calls], np.int64)
        self._total = np.zeros(1, np.int64)

    def run(self, clock: Any, steps: int) -> None:
        """Do steps; the clock goes on."""
        from loihi_emu.models.loop import run

        run(self.leaves, self.descriptions, self._status, self._fine, self._fine, clock, self._total, steps)


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
    managed : list
        Processes in the order of the management phases.
    alone : bool
        Whether there are no other models in the domain. If nothing goes in or out either, many steps run in one go,
        management phases included.

    Attributes
    ----------
    clock : ndarray
        Number of steps done.
    """

    def __init__(
        self,
        kernels: dict[Any, Kernel],
        incoming: dict[Any, list[Link]],
        channels: dict[Link, Any],
        managed: list[Any],
        alone: bool,
    ) -> None:
        self.kernels = kernels
        self.clock = np.zeros(1, np.int64)
        self.stale = True
        for kernel in kernels.values():
            kernel.model._region = self
        outside: dict[Link, Message] = {}
        self._arriving: list[tuple[Any, Message]] = []
        for process in kernels:
            for port in process.in_ports:
                for link in incoming.get(port, ()):
                    if link in channels:
                        message = outside[link] = Message(link.source.shape, sent_type(link.source))
                        self._arriving.append((channels[link], message))
        linker = Linker(kernels, incoming, outside)
        self._first: list[tuple[Message, Any]] = []
        self._last: list[tuple[Message, Any]] = []
        for link, channel in channels.items():
            if link.source.process in kernels:
                message = linker.messages[link.source]
                message.wanted = True
                early = kernels[link.source.process].early
                (self._first if early else self._last).append((message, channel))
        self.alone = alone and not channels
        checked = [kernel for kernel in kernels.values() if kernel.status is not None]
        self.status = np.zeros(len(checked), np.int64)
        for k, kernel in enumerate(checked):
            kernel.status = self.status[k : k + 1]
        self.checked = checked
        spiking = linker.calls()
        learning = [call for kernel in kernels.values() for call in kernel.learning()]
        self.supplied = [kernel for kernel in kernels.values() if type(kernel).provide is not Kernel.provide]
        self.later = {p: calls for p in managed if p in kernels and (calls := list(kernels[p].managed()))}
        ours = [kernels[process] for process in managed if process in kernels]
        self.hooked = [kernel for kernel in ours if kernel.due(1) is not None]
        places = {process: place for place, process in enumerate(managed)}
        last = max((places[process] for process in self.later), default=-1)
        self.alone &= all(places[kernel.process] > last for kernel in self.hooked)
        together = [call for calls in self.later.values() for call in calls]
        self.program = Program(spiking + learning + together if self.alone else spiking, self.status)
        self.learner = Program(learning) if learning and not self.alone else None

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

    def step(self) -> None:
        """Do one step: send what is due, receive, run the kernels, send the rest."""
        for message, channel in self._first:
            channel.send(message.get())
        for channel, message in self._arriving:
            message.put(channel.recv())
        self.ready()
        self.check_limit()
        for kernel in self.supplied:
            kernel.provide(int(self.clock[0]))
        self.program.run(self.clock, 1)
        self.check_status()
        for message, channel in self._last:
            channel.send(message.get())

    def steps(self, most: int) -> int:
        """Do up to so many steps, and what Python has to do after the last; return how many."""
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
        self.program.run(self.clock, most)
        self.check_status()
        for kernel in self.hooked:
            self.hook(kernel)
        return most

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
                kernel.model.run_post_mgmt()
            except Exception as error:
                raise ModelError(kernel.model, error) from error
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
            self._clock[0] = self.region.clock[0] - 1
            self.program.run(self._clock, 1)
        else:
            self.region.hook(self.kernel)


def make_regions(
    groups: list[tuple[int, list[Any]]],
    kernels: dict[Any, Kernel],
    incoming: dict[Any, list[Link]],
    channels: dict[Link, Any],
    managed: list[Any],
) -> list[tuple[int, Region]]:
    """Make the region of each group; channels are those of all links that cross a border."""
    regions = []
    for waits, members in groups:
        own = {process: kernels[process] for process in members}
        ends = {
            link: channel
            for link, channel in channels.items()
            if (link.source.process in own) or (link.target.process in own)
        }
        alone = len(own) == len(managed)
        regions.append((waits, Region(own, incoming, ends, managed, alone)))
    return regions
