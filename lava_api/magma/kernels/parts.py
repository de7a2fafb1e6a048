"""Parts: a time step in which some kernels wait, for other models or for the program around, and others go on."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

import numpy as np

from lava_api.magma.kernels.base import Kernel
from lava_api.magma.kernels.calls import Program
from lava_api.magma.runtime.scheduler import ModelError


class Turn(Protocol):
    """What a phase of the scheduler offers to a region.

    Attributes
    ----------
    scheduler : Scheduler
        Knows when nothing else can go on.
    is_eager : bool
        Whether a step is to be done in parts as soon as something is missing, not only when nothing else can go on.
    """

    scheduler: Any
    is_eager: bool

    def spawn(self, model: Any, method: Callable[[], Any]) -> None:
        """Add a job, a method that may wait, for a model to the phase that is running."""


class Arrival:
    """A message that comes from outside the region.

    Parameters
    ----------
    channel : Channel
        Where it comes from.
    message : Message
        What takes it.
    kernel : Kernel
        Who receives it.
    """

    def __init__(self, channel: Any, message: Any, kernel: Kernel) -> None:
        self.channel, self.message, self.kernel = channel, message, kernel

    def try_take(self) -> bool:
        """Take it if it is there."""
        if not self.channel.queue:
            return False
        self.message.put(self.channel.recv())
        return True

    def take(self) -> None:
        """Take it; wait for it."""
        self.message.put(self.channel.recv())


class Supply:
    """What a kernel takes from the program around.

    Parameters
    ----------
    kernel : Kernel
        The kernel.
    clock : ndarray
        Number of steps done.
    """

    def __init__(self, kernel: Kernel, clock: Any) -> None:
        self.kernel, self.clock = kernel, clock

    def try_take(self) -> bool:
        """Take it if it is there for one step."""
        done = int(self.clock[0])
        if not self.kernel.room(done):
            return False
        self.kernel.fetch(done + 1)
        return True

    def take(self) -> None:
        """Take it; wait for it."""
        self.kernel.fetch(int(self.clock[0]) + 1)


Gate = Arrival | Supply
"""Something that the kernels behind it have to wait for in every step."""


class Parts:
    """The spiking phase of a region, a part at a time.

    Kernels that send after they receive go on as soon as all gates before them have opened; the others, whose messages
    are there from the beginning, come last.

    Parameters
    ----------
    region : Region
        The region.
    linker : Linker
        Its calls and their order.
    gates : list of Gate
        Its gates.
    """

    def __init__(self, region: Any, linker: Any, gates: list[Gate]) -> None:
        self.region = region
        self.linker = linker
        self.order = [process for process in linker.order if not region.kernels[process].early]
        self.needs = self._needs(gates)
        self._arrivals = all(isinstance(gate, Arrival) for gate in gates)
        suppliers = {gate.kernel.process for gate in gates if isinstance(gate, Supply)}
        everything = set(gates)
        self.is_one = all(self.needs[process] == everything for process in self.order if process not in suppliers)
        self.is_begun = False
        self.missing: set[Gate] = set()
        self._left: list[Any] = []
        self._programs: dict[tuple[Any, ...], Program] = {}
        self._clock = np.zeros(1, np.int64)

    def _needs(self, gates: list[Gate]) -> dict[Any, set[Gate]]:
        """Return the gates that lie before each process."""
        needs: dict[Any, set[Gate]] = {process: set() for process in self.order}
        for gate in gates:
            if gate.kernel.process in needs:
                needs[gate.kernel.process].add(gate)
        sources: dict[Any, list[Any]] = {}
        for link in self.linker.inner:
            sources.setdefault(link.target.process, []).append(link.source.process)
        for process in self.order:  # sources come first
            needs[process].update(*(needs[source] for source in sources.get(process, ()) if source in needs))
        return needs

    def wait(self, missing: list[Gate], turn: Turn) -> bool:
        """Wait for gates, one after the other; return whether the step is still to be done, and was not done in parts.

        When nothing else can go on meanwhile, or at once where the turn says so, the step is divided.
        """
        if not (self.is_one and (self._arrivals or len(missing) == 1)):
            if turn.is_eager:
                self._begin(missing, turn)
                return False
            turn.scheduler.stalled[self] = missing, turn
        gate = missing[0]
        try:
            while missing:
                gate = missing[0]
                gate.take()
                if self.is_begun:
                    self._opened(gate, turn)
                    return False
                del missing[0]
        except ModelError:
            raise
        except Exception as error:
            raise ModelError(gate.kernel.model, error) from error
        turn.scheduler.stalled.pop(self, None)
        return True

    def divide(self, missing: list[Gate], turn: Turn) -> None:
        """Do the step in parts, while the first gate that is missing is waited for."""
        self.is_begun = True
        turn.spawn(missing[0].kernel.model, partial(self._begin, missing, turn, first=1))

    def _begin(self, missing: list[Gate], turn: Turn, *, first: int = 0) -> None:
        """Do what can be done; what has to wait for gates goes on in jobs of its own, the first ones elsewhere."""
        self.is_begun = True
        self.missing = set(missing)
        self._left = list(self.order)
        self.region.prepare()
        self._go_on(turn, first=True)
        for gate in missing[first:]:
            turn.spawn(gate.kernel.model, partial(self._wait, gate, turn))

    def _wait(self, gate: Gate, turn: Turn) -> None:
        """Wait for a gate, and do what it has kept waiting."""
        gate.take()
        self._opened(gate, turn)

    def _opened(self, gate: Gate, turn: Turn) -> None:
        """Do what a gate has kept waiting."""
        self.missing.discard(gate)
        self._go_on(turn)

    def _go_on(self, turn: Turn, *, first: bool = False) -> None:
        """Do what can be done now."""
        region, left = self.region, self._left
        able = [process for process in left if not self.needs[process] & self.missing]
        self._left = [process for process in left if process not in able]
        last = not self.missing
        region.ready()
        key = (first, last, *able)
        if key not in self._programs:
            self._programs[key] = self._program(first, last, able)
        self._clock[0] = region.clock[0]
        self._programs[key].run(self._clock, 1)
        region.check_status()
        done = int(region.clock[0]) + 1
        if last:
            region.clock[0] = done
            self.is_begun = False
        region.pass_on(done, turn, set(able))

    def _program(self, first: bool, last: bool, able: list[Any]) -> Program:
        """Return the calls of a part."""
        early = [process for process in self.linker.order if self.region.kernels[process].early]
        calls = [call for process in (*able, *(early if last else ())) for call in self.linker.own[process]]
        return Program((self.linker.copies if first else []) + calls, self.region.status)


def attributed(model: Any, method: Callable[[], Any]) -> Any:
    """Do what may fail in the name of a model."""
    try:
        return method()
    except ModelError:
        raise
    except Exception as error:
        raise ModelError(model, error) from error
