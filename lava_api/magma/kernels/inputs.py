"""What arrives at a subgraph in every step, from other models or from the program around."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ParamSpec, Protocol, TypeVar

from lava_api.magma.kernels.bound import Bound
from lava_api.magma.kernels.messages import Message
from lava_api.magma.kernels.supply import HostInput
from lava_api.magma.runtime.scheduler import ModelError, Scheduler
from loihi_emu.models.memory import Array

P = ParamSpec("P")
T = TypeVar("T")

if TYPE_CHECKING:
    from lava_api.magma.runtime.channel import PortChannel


class PhaseJobs(Protocol):
    """What a phase of the scheduler offers to a subgraph."""

    scheduler: Scheduler
    is_eager: bool  # divide a step as soon as something is missing, not only when nothing else can go on

    def spawn(self, model: object, method: Callable[[], object]) -> None:
        """Add a job, a method that may wait, for a model to the phase that is running."""


class ChannelInput:
    """A message that comes from outside the subgraph: its channel, what takes it, and who receives it."""

    def __init__(self, channel: PortChannel, message: Message, kernel: Bound) -> None:
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


class HostData:
    """What a kernel takes from the program around."""

    def __init__(self, kernel: HostInput, clock: Array) -> None:
        self.kernel, self.clock = kernel, clock

    def try_take(self) -> bool:
        """Take it if it is there for one step."""
        done = int(self.clock[0])
        if not self.kernel.steps_ready(done):
            return False
        self.kernel.fetch(done + 1)
        return True

    def take(self) -> None:
        """Take it; wait for it."""
        self.kernel.fetch(int(self.clock[0]) + 1)


SubgraphInput = ChannelInput | HostData
"""What arrives in every step; the kernels that depend on it wait for it."""


def attributed(kernel: Bound, method: Callable[P, T], *args: P.args, **options: P.kwargs) -> T:
    """Do what may fail in the name of a kernel's model."""
    try:
        return method(*args, **options)
    except ModelError:
        raise
    except Exception as error:
        raise ModelError(kernel.model, error) from error
