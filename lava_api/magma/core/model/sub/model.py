"""A process model made of processes."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import fields, is_dataclass
from typing import Any

from lava_api.magma.core.model.model import AbstractProcessModel
from lava_api.magma.core.process.process import AbstractProcess


class AbstractSubProcessModel(AbstractProcessModel):
    """Replaces a process by other processes; its constructor makes them and connects them to the ports of `proc`.

    Processes stored as attributes (or in the fields of a dataclass stored as one) are its sub processes.
    """

    @abstractmethod
    def __init__(self, _: AbstractProcess) -> None:
        """Make and connect the sub processes of a process."""

    def find_sub_procs(self) -> dict[str, AbstractProcess]:
        """Return the sub processes by name, in alphabetical order."""
        found: dict[str, AbstractProcess] = {}
        for name in dir(self):
            if name.startswith("__"):
                continue
            value: Any = getattr(self, name)
            if isinstance(value, AbstractProcess):
                found[name] = value
            elif is_dataclass(value) and not isinstance(value, type):
                for field in fields(value):
                    member = getattr(value, field.name)
                    if isinstance(member, AbstractProcess):
                        found[type(member).__name__] = member
        return found
