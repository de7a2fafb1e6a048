"""Referable: the variables of a kernel's model, as other kernels refer to them and as the program reads them."""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np

from lava_api.magma.kernels.bound import Bound
from lava_api.magma.kernels.messages import RECORDED
from loihi_emu.models.memory import Array


class Referable(Bound):
    """What has variables that the leaves of others read and write."""

    # Variables that its leaf reads as they are in every step, so that others may write them meanwhile.
    in_place: tuple[str, ...] = ()
    # One number a block of neurons: which path of its leaf it takes, 0 the fast one. Who writes state in
    # place sets all to 1.
    paths: Array | None = None

    def variable(self, name: str) -> Array | None:
        """Return the array of a variable for a leaf to read or write; None when it has none that stays."""
        value = getattr(self.model, name)
        stays = isinstance(value, np.ndarray) and value.flags.c_contiguous and value.dtype.name in RECORDED
        return value if stays else None

    def writes(self, name: str) -> bool:
        """Return whether others may write a variable in place while the program runs: nothing is derived from it."""
        return name in self.in_place


class Exporting(ABC):
    """A kernel that keeps a variable elsewhere than the model does."""

    @abstractmethod
    def export(self, name: str) -> None:
        """Write a variable, if it is such a one, back into the model, which is about to be read."""
