"""Vector: kernels of processes that treat all their elements alike."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

import numpy as np

from lava_api.magma.kernels.base import DATA, Kernel, PythonFallback
from lava_api.magma.kernels.messages import STORED, Feed, Message
from loihi_emu.models.memory import Description, aligned
from loihi_emu.models.records import Record


class Vector(Kernel):
    """A kernel of one leaf whose inputs, outputs and variables have one length.

    Ports and variables have fields of the leaf's record by their names; a subclass writes its parameters.

    Attributes
    ----------
    leaf : str
        ``"module:leaf"``.
    record : Record
        What the leaf reads.
    takes : str
        Type of the elements that arrive.
    inputs, sends, states : tuple of str
        Input ports, output ports, variables.
    exponents : dict
        Variables that numbers are shifted by, with the most bits that the leaf can shift.
    """

    leaf = ""
    record: Record
    takes = "int32"
    inputs: tuple[str, ...] = ("a_in",)
    sends: tuple[str, ...] = ("s_out",)
    states: tuple[str, ...] = ()
    exponents: ClassVar[dict[str, int]] = {}

    def bind(self) -> None:
        super().bind()
        port = getattr(self.process, (*self.sends, *self.inputs)[0])
        self.n = port.size
        for name in self.states:
            array = getattr(self.model, name)
            if not isinstance(array, np.ndarray) or array.size != self.n or not array.flags.c_contiguous:
                raise PythonFallback(name)

    def constants(self) -> dict[str, Any]:
        found = {}
        for name, most in self.exponents.items():
            array = np.asarray(getattr(self.model, name))
            found[name] = f"0..{most}" if ((array >= 0) & (array <= most)).all() else "others"
        return found

    def writes(self, name: str) -> bool:
        return name in self.states

    def wants(self, port: str, d_type: np.dtype[Any]) -> tuple[str, int]:
        if d_type.name != self.takes and not (d_type.name == "int16" and self.takes == "int32"):
            raise PythonFallback(f"{port}: {d_type}")
        return DATA, STORED[self.takes]

    def outputs(self) -> dict[str, Message]:
        kinds = {name: getattr(type(self.model), name).d_type for name in self.sends}
        self.messages = {name: Message(getattr(self.process, name).shape, kinds[name]) for name in self.sends}
        return self.messages

    def calls(self, feeds: dict[str, Feed]) -> Iterable[tuple[str, Description]]:
        d = self.d = Description(self.record)
        d.n = self.n
        for name in self.inputs:
            d.point(name, feeds[name].data)
        for name in self.sends:
            if name in self.record.fields:
                d.point(name, self.messages[name].data)
        for name in self.states:
            d.point(name, getattr(self.model, name))
        return [(self.leaf, d)]

    def put(self, name: str, values: Any) -> None:
        """Write a parameter, one value or one per element."""
        array = aligned(self.n, self.record.field(name).of)
        array[:] = np.asarray(values).reshape(-1)
        self.d.point(name, array)

    def fits(self, name: str, kinds: str = "bi") -> Any:
        """Return a parameter that the kernel can hold: one value or one per element, of these kinds of NumPy types."""
        array = np.asarray(getattr(self.model, name))
        if array.dtype.kind not in kinds or array.size not in (1, self.n):
            raise PythonFallback(name)
        return array
