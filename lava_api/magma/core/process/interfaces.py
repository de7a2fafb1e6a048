"""What variables and ports have in common, and the counters that give out ids."""

from __future__ import annotations

import math
from abc import ABC
from operator import attrgetter
from typing import Any

import numpy as np


def kept_as(attribute: str, doc: str) -> Any:
    """Return the property of an attribute that Lava's programs know by its private name, too."""
    return property(attrgetter(attribute), lambda self, value: setattr(self, attribute, value), doc=doc)


class MemberOwner:
    """What variables and ports are members of: a process, which is built on them and cannot be imported here."""


class AbstractProcessMember(ABC):  # noqa: B024
    """A named, shaped member of a process: a variable or a port.

    An AssertionError when `shape` is not a tuple of whole numbers from 0.
    """

    def __init__(self, shape: tuple[int, ...]) -> None:
        if not isinstance(shape, tuple):
            raise AssertionError(f"'shape' must be a tuple. Got {shape!r}; one dimension is written (n,).")
        if not all(isinstance(length, int | np.integer) and length >= 0 for length in shape):
            raise AssertionError(f"'shape' must hold whole numbers from 0. Got {shape!r}.")
        self.shape = shape
        self._process: Any = None
        self._name: Any = None

    @property
    def size(self) -> int:
        """Number of elements."""
        return math.prod(self.shape)

    @property
    def name(self) -> str:
        """Name of the attribute of the process that holds this member."""
        return str(self._name) if self._name is not None else ""

    @name.setter
    def name(self, val: str) -> None:
        if not isinstance(val, str):
            raise AssertionError(f"'name' must be a string. Got {val!r}.")
        self._name = val

    @property
    def process(self) -> Any:
        """The process it belongs to; None before the process is built."""
        return self._process

    @process.setter
    def process(self, val: MemberOwner) -> None:
        if not isinstance(val, MemberOwner):
            raise AssertionError(f"Not a process! Got {val!r}.")
        self._process = val


class IdGeneratorSingleton(ABC):  # noqa: B024
    """A counter of which each subclass has one instance, started anew by ``reset_singleton()``."""

    instance: Any = None

    def __new__(cls) -> Any:
        """Return the one instance, made on first use."""
        if cls.__dict__.get("instance") is None:
            cls.instance = object.__new__(cls)
            cls.instance._next_id = 0
        return cls.instance

    @classmethod
    def reset_singleton(cls) -> None:
        """Forget the instance; the next one counts from 0."""
        cls.instance = None

    def get_next_id(self) -> int:
        """Give out an id that no earlier call gave out."""
        given: int = self._next_id
        self._next_id: int = given + 1
        return given
