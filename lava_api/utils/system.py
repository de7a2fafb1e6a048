"""An older way to ask for hardware; :mod:`lava_api.utils.loihi` is the newer one."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

from lava_api.utils import loihi, slurm

T = TypeVar("T")


def deprecated(__msg: str) -> Callable[[T], T]:
    """Mark a class or function as deprecated: it gets the attribute ``__deprecated__``."""

    def mark(member: T) -> T:
        member.__deprecated__ = __msg  # type: ignore[attr-defined]
        return member

    return mark


class staticproperty(property):
    """A property of a class, computed by a function without arguments."""

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        function: Any = self.fget
        return function()


@deprecated("Use lava.utils.loihi.")
class Loihi2:
    """Asks for a Loihi 2."""

    preferred_partition: ClassVar[str | None] = None
    """Partition for ``set_environ_settings`` where hardware is available."""

    @staticmethod
    def set_environ_settings(partititon: str | None = None) -> None:
        """Set environment variables that are not set yet.

        Parameters
        ----------
        partititon : str, optional
            Partition of a SLURM cluster; misspelt as in Lava.
        """
        if "NOSLURM" not in os.environ:
            os.environ.setdefault(slurm.ON, "1")
        os.environ.setdefault("LOIHI_GEN", loihi.ChipGeneration.N3B3.value)
        if partititon is not None:
            os.environ.setdefault("PARTITION", partititon)

    @staticproperty  # type: ignore[arg-type]
    def is_loihi2_available() -> bool:
        """Return whether there is a chip: not unless the virtual one is asked for (:mod:`lava_api.utils.loihi`)."""
        if not loihi.is_installed():
            return False
        Loihi2.set_environ_settings(Loihi2.preferred_partition)
        return True

    @staticproperty  # type: ignore[arg-type]
    def partition() -> str:
        """Return the partition chosen, or ``"Unspecified"``."""
        return slurm.partition()
