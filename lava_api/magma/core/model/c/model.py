"""Base of process models in C.

They are compiled for the processors that are embedded in a Loihi chip, against a library that is not public. Such a
model can be declared here, and is passed over in favour of a Python model of the process.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

from lava_api.magma.core.model.model import AbstractProcessModel


class AbstractCProcessModel(AbstractProcessModel):
    """A process model in C."""

    @property
    @abstractmethod
    def source_file_name(self) -> Any:
        """Name of the file of C, beside the model."""


class CLoihiProcessModel(AbstractCProcessModel):
    """A process model in C that follows the phases of a Loihi chip."""
