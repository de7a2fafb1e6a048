"""Vector: kernels of processes that treat all their elements alike."""

from __future__ import annotations

from abc import ABC
from typing import Any, ClassVar

import numpy as np

from lava_api.magma.kernels.base import Kernel
from lava_api.magma.kernels.derived import BuiltFor
from lava_api.magma.kernels.leaf_calls import Calls
from lava_api.magma.kernels.messages import Message
from lava_api.magma.kernels.outcome import Fallible
from lava_api.magma.kernels.wanted import DATA, Feeds, PythonFallback, held
from loihi_emu.models.memory import Description, aligned
from loihi_emu.models.records import Record


class Vector(Kernel, BuiltFor):
    """A kernel of one leaf whose inputs, outputs and variables have one length.

    Ports and variables have fields of the leaf's record by their names; a subclass writes its parameters.
    """

    leaf = ""  # "module:leaf"
    record: Record  # what the leaf reads
    takes = "int32"  # type of the elements that arrive
    inputs: tuple[str, ...] = ("a_in",)
    sends: tuple[str, ...] = ("s_out",)
    states: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    kinds = "bif"
    exponents: ClassVar[dict[str, int]] = {}  # variables to shift by, with the most bits that the leaf can shift

    def bind(self) -> None:
        super().bind()
        port = getattr(self.process, (*self.sends, *self.inputs)[0])
        self.n = port.size
        for name in self.states:
            array = getattr(self.model, name)
            if not isinstance(array, np.ndarray) or array.size != self.n or not array.flags.c_contiguous:
                raise PythonFallback(name)
        for name in self.parameters:
            self.fits(name)

    def constants(self) -> dict[str, object]:
        found: dict[str, object] = {}
        for name, most in self.exponents.items():
            array = np.asarray(getattr(self.model, name))
            found[name] = f"0..{most}" if ((array >= 0) & (array <= most)).all() else "others"
        return found

    def writes(self, name: str) -> bool:
        return name in self.states

    def wants(self, port: str, d_type: np.dtype[Any]) -> tuple[str, int]:
        return DATA, held(port, d_type, ("int16", "int32") if self.takes == "int32" else (self.takes,))

    def outputs(self) -> dict[str, Message]:
        kinds = {name: getattr(type(self.model), name).d_type for name in self.sends}
        self.messages = {name: Message(getattr(self.process, name).shape, kinds[name]) for name in self.sends}
        return self.messages

    def calls(self, feeds: Feeds) -> Calls:
        d = self.d = Description(self.record)
        d.n = self.n
        for name in self.inputs:
            d.point(name, feeds[name].data)
        for name in self.sends:
            if name in self.record.fields:
                d.point(name, self.messages[name].data)
        for name in self.states:
            d.point(name, getattr(self.model, name))
        self.describe(feeds)
        return [(self.leaf, d)]

    def describe(self, feeds: Feeds) -> None:
        """Write what else the leaf's record has, and does not change."""

    def refresh(self) -> None:
        for name in self.parameters:
            self.put(name, getattr(self.model, name))

    def put(self, name: str, values: Any) -> None:
        """Write a parameter, one value or one per element."""
        array = aligned(self.n, self.record.field(name).of)
        array[:] = np.asarray(values).reshape(-1)
        self.d.point(name, array)

    def fits(self, name: str) -> None:
        """Leave a parameter that is neither one value nor one per element, or of another kind, to the Python model."""
        array = np.asarray(getattr(self.model, name))
        if array.dtype.kind not in self.kinds or array.size not in (1, self.n):
            raise PythonFallback(name)


class FallibleVector(Vector, Fallible, ABC):
    """A vector whose leaf may find that it cannot go on; its record has a status."""

    def bind(self) -> None:
        super().bind()
        self.status = np.zeros(1, np.int64)

    def calls(self, feeds: Feeds) -> Calls:
        found = super().calls(feeds)
        if self.status is not None:
            self.d.status = self.status
        return found
