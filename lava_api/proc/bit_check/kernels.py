"""The stock watch over a variable's width as a kernel."""

from __future__ import annotations

import numpy as np

from lava_api.magma.kernels.base import Kernel
from lava_api.magma.kernels.derived import BuiltFor
from lava_api.magma.kernels.later_phases import Managing
from lava_api.magma.kernels.leaf_calls import Calls
from lava_api.magma.kernels.messages import RECORDED
from lava_api.magma.kernels.records import referred, variable_array
from lava_api.magma.kernels.referable import Exporting
from loihi_emu.models.lava import messages as at
from loihi_emu.models.memory import Array, Description


class BitCheckKernel(Kernel, Managing, BuiltFor, Exporting):
    """BitCheck; what it writes into a log, and odd widths, are left to the model."""

    def bind(self) -> None:
        super().bind()
        self.var = referred(self.process.state)
        whole = all(isinstance(getattr(self.model, name), int | np.integer) for name in ("bits", "_overflowed"))
        if self.model.debug or not whole or self.var is None or not 1 <= self.model.bits <= 31:
            self.post_mgmt_in_python = True
        self.found = np.array([self.model._overflowed], np.int64) if whole else np.zeros(1, np.int64)

    def constants(self) -> dict[str, object]:
        if self.post_mgmt_in_python:
            return {}
        bits = np.ravel(self.model.bits)
        return {"bits": "one width, 1..31" if 1 <= bits[0] <= 31 and (bits == bits[0]).all() else "others"}

    def reads(self, array: Array) -> bool:
        return RECORDED.get(array.dtype.name) in (at.I32, at.I64)

    def managed(self) -> Calls:
        source = variable_array(self.var)
        d = self.d = Description(at.CHECK)
        d.source, d.kind, d.n, d.found = source, RECORDED[source.dtype.name], source.size, self.found
        return [("messages:check_bits", d)]

    def refresh(self) -> None:
        if self.post_mgmt_in_python:
            return
        self.d.unused = 32 - int(np.ravel(self.model.bits)[0])
        if "_overflowed" in self.changed:
            self.found[0] = int(np.any(self.model._overflowed))

    def export(self, name: str) -> None:
        if name == "_overflowed" and name not in self.changed and not self.post_mgmt_in_python:
            self.model._overflowed = int(self.found[0])

    def variable(self, name: str) -> Array | None:
        return None
