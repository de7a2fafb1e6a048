"""Kernels that use something up in every step, or leave something behind, and so limit how many are done in one go."""

from __future__ import annotations

from abc import ABC, abstractmethod

from lava_api.magma.kernels.bound import Bound


class StepSupply(Bound, ABC):
    """A kernel that has what it needs for a number of steps, and then needs more."""

    @abstractmethod
    def provide(self, done: int) -> int | None:
        """Make ready what the next steps use up, after `done` of them; return for how many it lasts, None for ever.

        An error is raised when there is no next step.
        """


class HostIO(Bound, ABC):
    """A kernel that exchanges data with the program around, which is the host."""

    @abstractmethod
    def steps_ready(self, done: int) -> int | None:
        """Return for how many steps, after `done`, it need not wait for the host; None: it never waits."""


class HostInput(HostIO):
    """A kernel that takes data from the host."""

    @abstractmethod
    def fetch(self, until: int) -> None:
        """Take what the steps up to `until` use up; wait where nothing is there."""


class HostOutput(HostIO):
    """A kernel that gives data to the host."""

    @abstractmethod
    def hand(self, done: int, *, wait: bool) -> bool:
        """Give what the steps up to `done` have left; return whether there was room for all."""
